"""Which kind of observations a table holds, recognised by its column names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from ...domain.messages import Message, listed
from ...domain.status import LEVELS
from ..problem_list import ProblemList
from ..tables.dates import status_year, year_in
from ..tables.headers import HEAD, Grid, Wanted, find_header, normal

KINDS = ("panel", "counts", "launch_years", "assistance")
"""The kinds of evidence; they may be named beside a file."""
OUTCOMES = ("outcomes", "panel")
"""The kinds that say what became of a forecast."""

_VILLAGE = ("village", "subdistrict", "district_code")
LONG = Wanted(("village_code", "year", "status"), (*_VILLAGE, "launch_year"))
WIDE = Wanted(("village_code",), (*_VILLAGE, "launch_year"))
LIST = Wanted(("village_code", "status"), (*_VILLAGE, "launch_year"))
LAUNCHES = Wanted(("village_code", "launch_year"), (*_VILLAGE, "status"))
COUNTS = Wanted(("date", *LEVELS), ("district_code", "place", "total", "inflow"))
STATED = Wanted(("date",), (*LEVELS, "district_code", "place", "total", "rises", "falls"))
ASSISTANCE = Wanted(("village_code", "year", "intervention"), _VILLAGE)
_EVIDENCE = Wanted(("village_code",), tuple({name for each in (LONG, COUNTS, ASSISTANCE) for name in each.required}))
_OUTCOMES = Wanted(STATED.required, (*STATED.known, *LONG.required))


@dataclass(frozen=True)
class Shape:
    """What a table was recognised as.

    Attributes
    ----------
    kind
        One of `KINDS`, or "outcomes".
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


def columns_of(kinds: Collection[str]) -> Wanted:
    """Return the columns of all these kinds: enough to tell the delimiter of a CSV file."""
    return _OUTCOMES if "outcomes" in kinds else _EVIDENCE


def recognise(grid: Grid, file: str, kinds: Collection[str], named: str | None = None) -> Shape | None:
    """Return what the table in a file is, or None where it is none of the kinds.

    Parameters
    ----------
    kinds
        Those that are looked for.
    named
        The kind that was named for the file; None to recognise it.
    """
    candidates = [shape for shape in _candidates(grid, file) if shape.kind in kinds]
    if named is not None:
        fitting = [shape for shape in candidates if shape.kind == named]
        return fitting[0] if fitting else Shape(named, _EXPECTED[named])
    return candidates[0] if candidates else None


_EXPECTED = {"panel": LONG, "counts": COUNTS, "launch_years": LAUNCHES, "assistance": ASSISTANCE}


def _candidates(grid: Grid, file: str) -> list[Shape]:
    """Return what a table can be read as, the likeliest first."""
    shapes = [
        Shape(kind, wanted)
        for kind, wanted in (("counts", COUNTS), ("assistance", ASSISTANCE), ("panel", LONG))
        if _fits(grid, wanted)
    ]
    if _fits(grid, STATED) and (_has(grid, STATED, *LEVELS) or _has(grid, STATED, "rises")):
        shapes.insert(0, Shape("outcomes", STATED))
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


def _has(grid: Grid, wanted: Wanted, *names: str) -> bool:
    header = find_header(grid.rows, wanted)
    return header is not None and {*names} <= {*header.names}


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


def tell_unknown(grid: Grid, kinds: Collection[str], collector: ProblemList) -> None:
    """Tell that a table is of none of the kinds that are looked for."""
    if "outcomes" in kinds:
        row = grid.rows[0][0] if grid.rows else None
        message, found = Message("this table does not say what happened"), ""
        allowed = Message(
            "the columns {panel} (villages), or {counts} (districts)",
            {"panel": Message("village_code, year, status"), "counts": _STATED_COLUMNS},
        )
    else:
        header = find_header(grid.rows, _EVIDENCE)
        row = header.row if header is not None else None
        message = Message("this table is none from which anything can be learned")
        found = listed(filter(None, header.written)) if header is not None else ""
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
    fix = Message("name the columns so, in the first row")
    collector.add((grid.shown, row), "", message, found=found, allowed=allowed, suggestion=fix, table=True)


_STATED_COLUMNS = Message(
    "{counts}, or {rises}", {"counts": listed(("date", *LEVELS)), "rises": listed(("date", "rises"))}
)
