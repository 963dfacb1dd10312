"""The table of villages that a scenario names: where they stand at its origin, and what was known before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..domain.messages import Message, listed, shown
from ..domain.status import LEVELS, UNKNOWN
from ..domain.villages import DISAGREEMENT
from .files import Source
from .office.layout import Layout, dated_columns, layout_of
from .office.sheets import VillageRow, VillageSheet, read_sheet
from .problem_list import ProblemList
from .tables.cells import LAST_YEAR, notation_of
from .tables.grids import NamedSheet, read_grids
from .tables.headers import Wanted
from .tables.table import Table, table_in

VILLAGE_TABLE = Wanted(("village", "subdistrict"), ("village_code", "status", "launch_year"))
MOST_IN_ALL = 200_000
"""More than twice the villages of Indonesia."""
_OWN = frozenset({"village_code", "village", "subdistrict", "status", "district_code"})


@dataclass(frozen=True)
class VillageTable:
    """The villages of one district as a table gives them.

    Attributes
    ----------
    table
        Its rows as text.
    rows
        One a village.
    status
        0..3 for each village at the end of the origin, `UNKNOWN` where the cell is blank; None where the table knows
        none.
    joins
        The launch year of each village for which that lies after the origin; 0 for all others.
    columns
        Further columns: numbers where every cell is one, else text.
    earlier
        Year before the origin of which the table says statuses -> these as above.
    """

    table: Table
    rows: Sequence[VillageRow]
    status: list[int] | None
    joins: list[int]
    columns: dict[str, list[float] | list[str]] = field(default_factory=dict)
    earlier: dict[int, list[int]] = field(default_factory=dict)

    @property
    def at_origin(self) -> int:
        """How many villages are there at the end of the origin."""
        return self.joins.count(0)

    @property
    def blanks(self) -> int:
        """How many of these have no status; 0 where the table knows none at all."""
        return sum(level == UNKNOWN and not year for level, year in zip(self.status or (), self.joins, strict=False))


def read_village_table(
    source: Source,
    collector: ProblemList,
    origin: int | None,
    sheet: NamedSheet,
    answers: Mapping[str, str],
) -> VillageTable | None:
    """Return the villages in a file, or None with every problem told; `origin` is None where it is not known."""
    found = read_statuses(source, collector, origin, sheet, answers)
    return None if found is None else _table_of(found, found.rows, origin)


def read_villages_of_districts(source: Source, collector: ProblemList, origin: int | None) -> dict[str, VillageTable]:
    """Return the villages in a file by the code of their district; problems go to `collector`."""
    found = read_statuses(source, collector, origin, None, {})
    if found is None:
        return {}
    if "district_code" not in found.table.columns:
        message = Message("the column {name} is missing", {"name": "district_code"})
        found.table.grid.tell(found.table.header, message, None, column="district_code")
        return {}
    found.table.check_filled("district_code")
    places: dict[str, list[VillageRow]] = defaultdict(list)
    for row in found.rows:
        places[row.district].append(row)
    tables = {code: _table_of(found, rows, origin) for code, rows in places.items()}
    return {code: table for code, table in tables.items() if table is not None}


def read_statuses(
    source: Source, collector: ProblemList, origin: int | None, named: NamedSheet, answers: Mapping[str, str]
) -> VillageSheet | None:
    """Return the villages of the sheet that is named, that is of the origin, or that is the only list.

    `origin` is the year whose statuses are looked for, and which those are taken to be of that name none.
    """
    grids = read_grids(source, collector, VILLAGE_TABLE, named)
    layouts = [layout for grid in grids if (layout := layout_of(grid)) is not None and layout.names_villages]
    of_origin = [layout for layout in layouts if _year_of(layout, source) == origin]
    if len(layouts) > 1 and len(of_origin) != 1:
        names = {"names": listed(layout.grid.sheet for layout in layouts)}
        message = Message("several sheets hold such a table: {names}", names)
        fix = Message("choose one in the scenario, beside table: sheet: {name}", {"name": shown(layouts[0].grid.sheet)})
        collector.add((source.shown, None), "", message, suggestion=fix, table=True)
        return None
    if not layouts:
        grid = max(grids, key=lambda grid: grid.header(VILLAGE_TABLE).recognised, default=None)
        if grid is not None:
            table_in(grid, VILLAGE_TABLE)  # which tells what is missing
        return None
    (layout,) = layouts if len(layouts) == 1 else of_origin
    if len(layouts) > 1:
        others = {"names": listed(other.grid.sheet for other in layouts if other is not layout), "year": origin}
        layout.grid.note(Message("{table}: this sheet is of {year}; sheets of other years: {names}", others))
    hint = layout.year_hint(source)
    if origin is not None and hint not in {None, origin} and not layout.dated:
        message = Message("{table}: sheet, title or file says {hint}; statuses are taken as those of {origin}")
        layout.grid.note(message.filled(hint=hint, origin=origin))
    return read_sheet(layout, source.shown, origin, answers, latest=LAST_YEAR if origin is None else origin)


def _year_of(layout: Layout, source: Source) -> int | None:
    years = layout.dated.values()
    return max(years) if years else layout.year_hint(source)


def _table_of(sheet: VillageSheet, rows: Sequence[VillageRow], origin: int | None) -> VillageTable | None:
    """Return the villages of some rows of a sheet, or None with every problem told."""
    table, told = sheet.table, len(sheet.table.grid.problems)
    years = {year for row in rows for year in row.statuses if year is not None}
    now = origin if origin is not None else max(years, default=None)
    status = None
    if now in years or any(None in row.statuses for row in rows):
        status = _levels(rows, now)
        status = status if any(level != UNKNOWN for level in status) else None
    elif years:
        message = Message("no column says the statuses at the end of {origin}; there are those of {years}")
        values = {"origin": now, "years": listed(sorted(years))}
        fix = Message(
            "add a column of {origin}, or write origin: {year} in the scenario", {"origin": now, "year": max(years)}
        )
        table.grid.tell(table.header, message.filled(**values), fix)
    if later := [year for year in sorted(years) if now is not None and year > now]:
        message = Message(
            "{table}: statuses of {years} are later than the origin and are not used", {"years": listed(later)}
        )
        table.grid.note(message)
    past = [year for year in sorted(years) if now is not None and year < now]
    if past:
        message = Message("{table}: the forecast begins with {year}; calibrate uses the statuses of {years} too")
        table.grid.note(message.filled(year=now, years=listed(past)))
    own = _OWN | dated_columns(sheet.header).keys()
    cells = {name: [column[row.i] for row in rows] for name, column in table.columns.items() if name not in own}
    part = replace(table, columns=cells, rows=[table.rows[row.i] for row in rows])
    further = [name for name, column in cells.items() if any(column)]
    comma = any(notation_of(cells[name]).comma for name in further)
    columns = {name: part.numbers(name, comma_elsewhere=comma) or cells[name] for name in further}
    contradicting = [row.contradicting.get(now) or row.contradicting.get(None, ()) for row in rows]
    if any(contradicting):
        columns[DISAGREEMENT] = [", ".join(LEVELS[level] for *_, level in cells) for cells in contradicting]
    earlier = {year: [row.statuses[year].level if year in row.statuses else UNKNOWN for row in rows] for year in past}
    joins = [row.launch if row.launch is not None and now is not None and row.launch > now else 0 for row in rows]
    return VillageTable(table, rows, status, joins, columns, earlier) if len(table.grid.problems) == told else None


def note_drawn(villages: VillageTable) -> None:
    """Note that some villages have no status."""
    message = Message(
        "{table}: {count:,} of {rows:,} villages have no status: it is drawn in every simulation; "
        "the target counts them",
        {"count": villages.blanks, "rows": villages.at_origin},
    )
    villages.table.grid.note(message)


def _levels(rows: Sequence[VillageRow], year: int | None) -> list[int]:
    """Return the level of each village at the end of a year, also where no year is said."""
    return [next((row.statuses[key].level for key in (year, None) if key in row.statuses), UNKNOWN) for row in rows]
