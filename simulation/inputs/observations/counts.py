"""Villages at each level of a place at several dates, and how many rose or fell in a year, from tables of counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ...domain.evidence import Counts
from ...domain.messages import Message, listed
from ..problem_list import ProblemList
from ..tables.cells import date_of
from ..tables.table import Table
from ..village_table import MOST_IN_ALL


@dataclass(frozen=True, eq=False)
class StatedYear:
    """What an office says of one year of a district; None where it does not.

    Attributes
    ----------
    day
        Of the counts, which stand for the end of its year.
    four
        Shape (4,): villages by level; None unless all four are given.
    rises, falls
        Villages that rose, that fell, in the year.
    """

    day: date
    four: NDArray[np.int64] | None
    rises: int | None
    falls: int | None


@dataclass(frozen=True, eq=False)
class CountRow(StatedYear):
    """A row of a table of counts.

    Attributes
    ----------
    table, i
        Where it stands: row number `i`, 0 the first.
    place
        Code or name; "" where the row names none.
    inflow
        Villages designated since the date before; 0 where none is stated.
    """

    table: Table
    i: int
    place: str
    inflow: int

    def tell(self, column: str, message: Message, fix: Message, *, found: object = None) -> None:
        """Tell what is wrong with a cell of the row."""
        self.table.tell(self.i, column, message, fix, found=found)

    def tell_same_date(self) -> None:
        """Tell that another row speaks of the same place and date."""
        fix = Message("correct the date in one of the two rows, or remove one of them")
        self.tell("date", Message("this place has a row of this date already"), fix, found=self.day)

    @property
    def row(self) -> int:
        """Its number as a spreadsheet program shows it."""
        return self.table.rows[self.i]


def read_counts(table: Table) -> list[CountRow]:
    """Return the rows of a table of counts; what is wrong with one is told."""
    if not table.read_codes("district_code"):
        return []
    numbers = (table.whole_numbers(name, 0, MOST_IN_ALL) for name in ("total", "inflow", "rises", "falls"))
    totals, inflows, rises, falls = numbers
    fours = table.counts("total", totals, MOST_IN_ALL)
    places = [code or name for code, name in zip(table.cells("district_code"), table.cells("place"), strict=True)]
    found: list[CountRow] = []
    for i, cell in enumerate(table.columns["date"]):
        day = date_of(cell)
        if day is None:
            allowed = Message("a day, a month or a year, such as 2025-07-31, 2025-07 or 2025")
            table.tell(i, "date", Message("this is not a day of the calendar"), allowed=allowed)
            continue
        found.append(CountRow(day, fours[i], rises[i], falls[i], table, i, places[i], inflows[i] or 0))
    return found


def complete_rows(rows: Sequence[CountRow]) -> list[CountRow]:
    """Return the rows of one table that have all four counts; the others are noted."""
    partial = [row.row for row in rows if row.four is None]
    if partial:
        values = {"rows": listed(partial, 30)}
        message = Message("{table}: rows without all four counts are not used: {rows}", values)
        rows[0].table.note(message)
    return [row for row in rows if row.four is not None]


def count_series(place: str, rows: Sequence[CountRow], collector: ProblemList) -> tuple[Counts, ...]:
    """Return the counts of one place, split wherever villages were added.

    A part ends with the villages it began with: those that were designated meanwhile are taken off dasar, where
    they begin, and stand among the villages of the next part.

    Parameters
    ----------
    rows
        Each with all four counts.
    """
    ordered = sorted(rows, key=lambda row: row.day)
    parts: list[list[tuple[date, NDArray[np.int64]]]] = [[(ordered[0].day, _four(ordered[0]))]]
    for before, now in pairwise(ordered):
        if now.day == before.day:
            now.tell_same_date()
            continue
        _tell_change(before, now)
        if now.day.year == before.day.year:
            note_last_counts(place, now.day.year, collector)
        parts[-1].append((now.day, _four(now) - np.array([now.inflow, 0, 0, 0])))
        if now.inflow:
            parts.append([(now.day, _four(now))])
    return tuple(
        Counts(place, tuple(day for day, _ in part), np.array([four for _, four in part], dtype=np.int64))
        for part in parts
        if len(part) > 1 or len(parts) == 1
    )


def note_last_counts(place: str, year: int, collector: ProblemList) -> None:
    """Note that of several dates of a year the last is taken."""
    values = {"place": place, "year": year}
    collector.note(Message("{place}: of several dates in {year} the last counts, for its end", values))


def _four(row: CountRow) -> NDArray[np.int64]:
    return cast("NDArray[np.int64]", row.four)


def _tell_change(before: CountRow, now: CountRow) -> None:
    """Tell where the number of villages changes by anything but what is stated as new."""
    old, new = int(_four(before).sum()), int(_four(now).sum())
    values = {"old": old, "new": new, "row": before.row}
    fix = Message("give the counts of the same villages at both dates")
    if new < old:
        message = Message("there are {new:,} villages here and {old:,} in row {row}: some vanish", values)
        now.tell("dasar", message, fix, found=new)
    elif new - old != now.inflow:
        message = Message("there are {new:,} villages here and {old:,} in row {row}: some were added", values)
        fix = Message(
            "say in a column inflow (kampung_baru) how many were designated since ({number:,}), "
            "or give the counts of the same villages at both dates",
            {"number": new - old},
        )
        now.tell("dasar", message, fix, found=new)
    elif now.inflow > _four(now)[0]:
        now.tell("inflow", Message("more villages are new than are at dasar, where new ones begin"), fix)
