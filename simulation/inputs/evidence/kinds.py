"""Which kind of evidence a table holds, told by its column names.

Knows the columns of each kind; must not know what is done with the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from ...domain.messages import Message, listed
from ...domain.status import LEVELS
from ..collector import Collector
from ..tables.headers import HEAD, Grid, Wanted, find_header, normal
from .dates import status_year, year_in

KINDS = ("panel", "counts", "launch_years", "assistance")
"""As they may be named beside a file."""

_VILLAGE = ("village", "subdistrict", "district_code")
LONG = Wanted(("village_code", "year", "status"), (*_VILLAGE, "launch_year"))
WIDE = Wanted(("village_code",), (*_VILLAGE, "launch_year"))
LIST = Wanted(("village_code", "status"), (*_VILLAGE, "launch_year"))
LAUNCHES = Wanted(("village_code", "launch_year"), (*_VILLAGE, "status"))
COUNTS = Wanted(("date", *LEVELS), ("place", "total", "inflow"))
ASSISTANCE = Wanted(("village_code", "year", "intervention"), _VILLAGE)
ANY = Wanted(("village_code",), tuple({name for each in (LONG, COUNTS, ASSISTANCE) for name in each.required}))
"""Enough to tell the delimiter of a CSV file."""


@dataclass(frozen=True)
class Shape:
    """What a table was recognised as.

    Attributes
    ----------
    kind
        One of `KINDS`.
    wanted
        Its columns.
    years
        Where each year has a column of statuses: the column as the file writes it -> the year.
    dated
        Year of all statuses of the table, where its title, its sheet or its file says so.
    """

    kind: str
    wanted: Wanted
    years: Mapping[str, int] = field(default_factory=dict)
    dated: int | None = None


def recognise(grid: Grid, file: str, kind: str | None) -> Shape | None:
    """Return what the table in a file is, or None where it is none of the kinds.

    Parameters
    ----------
    kind
        The kind that was named; None to recognise it.
    """
    candidates = _candidates(grid, file)
    if kind is not None:
        named = [shape for shape in candidates if shape.kind == kind]
        return named[0] if named else Shape(kind, _EXPECTED[kind])
    return candidates[0] if candidates else None


_EXPECTED = {"panel": LONG, "counts": COUNTS, "launch_years": LAUNCHES, "assistance": ASSISTANCE}


def _candidates(grid: Grid, file: str) -> list[Shape]:
    """Return what a table can be read as, the likeliest first."""
    shapes = [
        Shape(kind, wanted)
        for kind, wanted in (("counts", COUNTS), ("assistance", ASSISTANCE), ("panel", LONG))
        if _fits(grid, wanted)
    ]
    years = _years(grid)
    if years:
        shapes.append(Shape("panel", WIDE, years))
    dated = None if years else _dated(grid, file)
    if not years and _fits(grid, LIST):
        if dated is not None:
            shapes.append(Shape("panel", LIST, dated=dated))
        if _has(grid, LIST, "launch_year"):
            shapes.append(Shape("launch_years", LIST))
        elif dated is None:
            shapes.append(Shape("panel", LIST))
    if _fits(grid, LAUNCHES):
        shapes.append(Shape("launch_years", LAUNCHES))
    return shapes


def _fits(grid: Grid, wanted: Wanted) -> bool:
    header = find_header(grid.rows, wanted)
    return header is not None and header.fits(wanted)


def _has(grid: Grid, wanted: Wanted, name: str) -> bool:
    header = find_header(grid.rows, wanted)
    return header is not None and name in header.names


def _years(grid: Grid) -> dict[str, int]:
    """Return the columns of a table with a column of statuses for each year."""
    header = find_header(grid.rows, WIDE)
    if header is None or not header.fits(WIDE):
        return {}
    named = {name: status_year(normal(name)) for name in header.written if name and name in header.names}
    return {name: year for name, year in named.items() if year is not None}


def _dated(grid: Grid, file: str) -> int | None:
    """Return the year of a list by its sheet, else by what stands above its column names, else by its file."""
    header = find_header(grid.rows, LIST)
    above: Sequence[str] = []
    if header is not None:
        above = [" ".join(cells) for row, cells in grid.rows[:HEAD] if row < header.row]
    found = (year_in(text) for text in (grid.sheet, " ".join(above), PurePath(file).stem))
    return next((year for year in found if year is not None), None)


def tell_unknown(grid: Grid, collector: Collector) -> None:
    """Tell that a table is of no kind that is known."""
    header = find_header(grid.rows, ANY)
    message = Message("this table is none from which anything can be learned")
    allowed = Message(
        "the columns {panel} (statuses by year), {counts} (counts), {launches} (launch years), or {assistance} "
        "(assistance)",
        {
            "panel": listed(LONG.required),
            "counts": listed(COUNTS.required),
            "launches": listed(LAUNCHES.required),
            "assistance": listed(ASSISTANCE.required),
        },
    )
    found = listed(filter(None, header.written)) if header is not None else ""
    fix = Message("name the columns so, in the first row")
    place = (grid.shown, header.row if header is not None else None)
    collector.add(place, "", message, found=found, allowed=allowed, suggestion=fix, table=True)
