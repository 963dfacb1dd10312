"""Villages at each level of a place at several dates, and how many rose or fell in a year, from tables of counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from ...domain.evidence import Counts
from ...domain.messages import Message, listed
from ...domain.status import LEVELS
from ..problem_list import ProblemList
from ..tables.dates import date_of
from ..tables.table import Table
from ..village_table import MOST_IN_ALL


class CountRow(NamedTuple):
    """A row of a table of counts.

    Attributes
    ----------
    table, row
        Where it stands.
    place
        Code or name; "" where the row names none.
    day
        Of the counts; what the row says of moves holds for its year.
    four
        Shape (4,): villages by level; None unless the row has all four.
    inflow
        Villages designated since the date before; 0 where none is stated.
    rises, falls
        Villages that rose, that fell, in the year; None where the row does not say.
    """

    table: Table
    row: int
    place: str
    day: date
    four: NDArray[np.int64] | None
    inflow: int
    rises: int | None
    falls: int | None


def read_counts(table: Table, collector: ProblemList) -> list[CountRow]:
    """Return the rows of a table of counts; what is wrong with one is told."""
    size = len(table.rows)
    if "district_code" in table.columns and not table.read_codes("district_code", collector):
        return []

    def column(name: str) -> list[int | None]:
        known = name in table.columns
        return table.whole_numbers(name, collector, 0, MOST_IN_ALL) if known else [None] * size

    levels = [column(level) for level in LEVELS]
    totals, inflows, rises, falls = map(column, ("total", "inflow", "rises", "falls"))
    places = [table.columns[name] for name in ("district_code", "place") if name in table.columns]
    rows: list[CountRow] = []
    for i, (row, cell) in enumerate(zip(table.rows, table.columns["date"], strict=True)):
        day = date_of(cell)
        if day is None:
            message = Message("this is not a day of the calendar")
            allowed = Message("a day, a month or a year, such as 2025-07-31, 2025-07 or 2025")
            table.tell(row, "date", message, collector, found=cell, allowed=allowed)
            continue
        known = [number for numbers in levels if (number := numbers[i]) is not None]
        four = np.array(known, dtype=np.int64) if len(known) == len(LEVELS) else None
        if four is not None:
            _tell_sum(table, row, sum(known), totals[i], collector)
        place = next((cells[i] for cells in places if cells[i]), "")
        rows.append(CountRow(table, row, place, day, four, inflows[i] or 0, rises[i], falls[i]))
    return rows


def _tell_sum(table: Table, row: int, four: int, total: int | None, collector: ProblemList) -> None:
    if total is not None and total != four:
        message = Message("the four counts add up to {four:,}, not to {total:,}", {"four": four, "total": total})
        fix = Message("correct one of the four counts, or the total")
        table.tell(row, "total", message, collector, found=total, fix=fix)


def complete_rows(rows: Sequence[CountRow], collector: ProblemList) -> list[CountRow]:
    """Return the rows of one table that have all four counts; the others are noted."""
    partial = [row.row for row in rows if row.four is None]
    if partial:
        message = Message(
            "{table}: rows without all four counts teach nothing here and are not used: {rows}",
            {"table": rows[0].table.shown, "rows": listed(partial, 30)},
        )
        collector.note(message)
    return [row for row in rows if row.four is not None]


def count_series(rows: Sequence[CountRow], collector: ProblemList) -> tuple[Counts, ...]:
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
            message = Message("this place has counts of this date already: row {row}", {"row": before.row})
            fix = Message("correct the date in one of the two rows, or remove one of them")
            now.table.tell(now.row, "date", message, collector, found=now.day, fix=fix)
            continue
        _tell_change(before, now, collector)
        if now.day.year == before.day.year:
            note_last_counts(now.place, now.day.year, collector)
        parts[-1].append((now.day, _four(now) - np.array([now.inflow, 0, 0, 0])))
        if now.inflow:
            parts.append([(now.day, _four(now))])
    return tuple(
        Counts(rows[0].place, tuple(day for day, _ in part), np.array([four for _, four in part], dtype=np.int64))
        for part in parts
        if len(part) > 1 or len(parts) == 1
    )


def note_last_counts(place: str, year: int, collector: ProblemList) -> None:
    """Note that of several dates of a year the last is taken."""
    values = {"place": place, "year": year}
    collector.note(Message("{place}: of several dates in {year} the last counts, for its end", values))


def _four(row: CountRow) -> NDArray[np.int64]:
    return cast("NDArray[np.int64]", row.four)


def _tell_change(before: CountRow, now: CountRow, collector: ProblemList) -> None:
    """Tell where the number of villages changes by anything but what is stated as new."""
    old, new = int(_four(before).sum()), int(_four(now).sum())
    values = {"old": old, "new": new, "row": before.row}
    if new < old:
        message = Message("there are {new:,} villages here and {old:,} in row {row}: some vanish", values)
        fix = Message("give the counts of the same villages at both dates")
        now.table.tell(now.row, "dasar", message, collector, found=new, fix=fix)
    elif new - old != now.inflow:
        message = Message("there are {new:,} villages here and {old:,} in row {row}: some were added", values)
        fix = Message(
            "say in a column inflow (kampung_baru) how many were designated since ({number:,}), "
            "or give the counts of the same villages at both dates",
            {"number": new - old},
        )
        now.table.tell(now.row, "dasar", message, collector, found=new, fix=fix)
    elif now.inflow > _four(now)[0]:
        message = Message("more villages are new than stand at dasar, where new ones begin")
        fix = Message("give the counts of the same villages at both dates")
        now.table.tell(now.row, "inflow", message, collector, found=now.inflow, fix=fix)
