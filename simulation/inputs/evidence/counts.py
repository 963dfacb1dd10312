"""Villages at each level of a place at several dates, from tables of counts.

Knows what must add up; must not know which districts there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...domain.evidence import Counts
from ...domain.messages import Message, listed
from ...domain.status import LEVELS
from ..collector import Collector
from ..tables.table import Table
from ..village_table import MOST_IN_ALL
from .dates import date_of

_ANY_DAY = Message("a day, a month or a year, such as 2025-07-31, 2025-07 or 2025")


class Counted(NamedTuple):
    """A row with all four counts; `inflow` villages were designated since the date before, 0 where none is stated."""

    table: Table
    row: int
    place: str
    day: date
    four: NDArray[np.int64]
    inflow: int


def counted(table: Table, home: str, collector: Collector) -> list[Counted]:
    """Return the rows that have all four counts; what is wrong is told, and what is left out is noted.

    Parameters
    ----------
    home
        The place of a table without a column for it.
    """
    size = len(table.rows)
    levels = [table.whole_numbers(level, collector, 0, MOST_IN_ALL) for level in LEVELS]
    totals, inflows = (
        table.whole_numbers(name, collector, 0, MOST_IN_ALL) if name in table.columns else [None] * size
        for name in ("total", "inflow")
    )
    places = table.columns.get("place", [home] * size)
    rows: list[Counted] = []
    partial: list[int] = []
    for i, (row, cell) in enumerate(zip(table.rows, table.columns["date"], strict=True)):
        day = date_of(cell)
        if day is None:
            message = Message("this is not a day of the calendar")
            table.tell(row, "date", message, collector, found=cell, allowed=_ANY_DAY)
            continue
        known = [column[i] for column in levels]
        four = [number for number in known if number is not None]
        if len(four) < len(LEVELS):
            partial.append(row)
            continue
        _tell_sum(table, row, sum(four), totals[i], collector)
        rows.append(Counted(table, row, places[i] or home, day, np.array(four, dtype=np.int64), inflows[i] or 0))
    if partial:
        message = Message(
            "{table}: rows without all four counts teach nothing here and are not used: {rows}",
            {"table": table.shown, "rows": listed(partial, 30)},
        )
        collector.note(message)
    return rows


def _tell_sum(table: Table, row: int, four: int, total: int | None, collector: Collector) -> None:
    if total is not None and total != four:
        message = Message("the four counts add up to {four:,}, not to {total:,}", {"four": four, "total": total})
        fix = Message("correct one of the four counts, or the total")
        table.tell(row, "total", message, collector, found=total, fix=fix)


def series(rows: Sequence[Counted], collector: Collector) -> tuple[Counts, ...]:
    """Return the counts of one place, in as many parts as its number of villages changes.

    A part ends with the villages it began with: those that were designated meanwhile are taken off dasar, where
    they begin, and stand among the villages of the next part.
    """
    ordered = sorted(rows, key=lambda counted: counted.day)
    parts: list[list[tuple[date, NDArray[np.int64]]]] = [[(ordered[0].day, ordered[0].four)]]
    for before, now in pairwise(ordered):
        if now.day == before.day:
            message = Message("this place has counts of this date already: row {row}", {"row": before.row})
            fix = Message("correct the date in one of the two rows, or remove one of them")
            now.table.tell(now.row, "date", message, collector, found=now.day, fix=fix)
            continue
        _tell_change(before, now, collector)
        if now.day.year == before.day.year:
            values = {"place": now.place, "year": now.day.year}
            collector.note(Message("{place}: of several dates in {year} the last counts, for its end", values))
        parts[-1].append((now.day, now.four - np.array([now.inflow, 0, 0, 0])))
        if now.inflow:
            parts.append([(now.day, now.four)])
    return tuple(
        Counts(rows[0].place, tuple(day for day, _ in part), np.array([four for _, four in part], dtype=np.int64))
        for part in parts
        if len(part) > 1 or len(parts) == 1
    )


def _tell_change(before: Counted, now: Counted, collector: Collector) -> None:
    """Tell where the number of villages changes by anything but what is stated as new."""
    old, new = int(before.four.sum()), int(now.four.sum())
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
    elif now.inflow > now.four[0]:
        message = Message("more villages are new than stand at dasar, where new ones begin")
        fix = Message("give the counts of the same villages at both dates")
        now.table.tell(now.row, "inflow", message, collector, found=now.inflow, fix=fix)
