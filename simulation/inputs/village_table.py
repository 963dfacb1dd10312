"""The tables of villages and of districts: their columns and what must hold in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import numpy as np

from ..domain.messages import Message, nearest
from ..domain.status import LEVELS, UNKNOWN, parse_status
from ..domain.villages import Villages
from .files import Source
from .problem_list import Node, ProblemList
from .tables.cells import strip_quotes
from .tables.dates import FIRST_YEAR, LAST_YEAR, year_of
from .tables.headers import Wanted
from .tables.reader import read_table, suggest_column
from .tables.table import Table
from .village_table_cleanup import fill_down, note_codes, unify_spelling

VILLAGE_TABLE = Wanted(("village_code", "village", "subdistrict"), ("status", "launch_year"))
VILLAGES_OF_DISTRICTS = Wanted((*VILLAGE_TABLE.required, "district_code"), VILLAGE_TABLE.known)
TWO_ALIKE = Message("two villages have the same code")
DISTRICT_TABLE = Wanted(("district_code", "district", "province", "villages", "subdistricts"), LEVELS)
MOST_VILLAGES = 10_000
MOST_IN_ALL = 200_000
"""More than twice the villages of Indonesia."""
_LEVEL_BEFORE = re.compile(r"(klasifikasi|status)? *(kampung( kb)?)? *", re.IGNORECASE)
"""What offices write before a level: Kampung KB Mandiri."""
_NOT_YET = re.compile(
    r"(belum|tidak|tanpa|baru|not|un|no)\b.*|unclassified|unassessed|n/?a|tba|tbd|[-–—.?*]+|0|kosong", re.IGNORECASE
)
"""What offices write of a village that was not classified yet."""
_ENGLISH = dict(zip(("basic", "developing", "independent", "sustainable"), LEVELS, strict=True))


@dataclass(frozen=True)
class VillageTable:
    """The villages of one district as a table gives them.

    Attributes
    ----------
    table
        The rows as text.
    status
        0..3 for each row, `UNKNOWN` where the cell is blank; None where the table knows none.
    columns
        Further columns: numbers where every cell is one, else text.
    """

    table: Table
    status: list[int] | None
    columns: dict[str, list[float] | list[str]]

    @property
    def codes(self) -> list[str]:
        """Village codes, one a row."""
        return self.table.columns["village_code"]

    @property
    def names(self) -> list[str]:
        """Village names, one a row."""
        return self.table.columns["village"]

    @property
    def subdistricts(self) -> list[str]:
        """Name of the kecamatan of each row."""
        return self.table.columns["subdistrict"]


def read_village_table(
    source: Source, collector: ProblemList, origin: int | None, sheet: tuple[str, Node] | None = None
) -> VillageTable | None:
    """Return the villages in a file, or None with every problem told.

    Parameters
    ----------
    origin
        Last observed year; None where it is not known.
    sheet
        The key that names a sheet, and its value; None where none is named.
    """
    table = read_table(source, collector, VILLAGE_TABLE, sheet)
    return None if table is None else _villages_of(table, collector, origin)


def read_villages_of_districts(source: Source, collector: ProblemList, origin: int | None) -> dict[str, VillageTable]:
    """Return the villages in a file by the code of their district; problems go to `collector`."""
    table = read_table(source, collector, VILLAGES_OF_DISTRICTS)
    if table is None or not table.read_codes("district_code", collector):
        return {}
    table.check_filled("district_code", collector)
    rows: dict[str, list[int]] = {}
    for i, code in enumerate(table.columns["district_code"]):
        rows.setdefault(code, []).append(i)
    found: dict[str, VillageTable] = {}
    for code, places in rows.items():
        columns = {name: [cells[i] for i in places] for name, cells in table.columns.items() if name != "district_code"}
        filled = {name: cells for name, cells in columns.items() if any(cells) or name in VILLAGE_TABLE.required}
        part = replace(table, columns=filled, rows=[table.rows[i] for i in places])
        villages = _villages_of(part, collector, origin)
        if villages is not None:
            found[code] = villages
    return found


def _villages_of(table: Table, collector: ProblemList, origin: int | None) -> VillageTable | None:
    """Return the villages in the rows of a table, or None with every problem told."""
    before = len(collector)
    table.check_unique("village_code", collector, TWO_ALIKE)
    table.check_filled("village", collector)
    fill_down(table, "subdistrict", collector)
    table.check_filled("subdistrict", collector)
    unify_spelling(table, "subdistrict", collector)
    note_codes(table, collector)
    status = _statuses(table, collector) if "status" in table.columns else None
    if "launch_year" in table.columns:
        table.columns["launch_year"] = [year_of(cell) for cell in table.columns["launch_year"]]
        table.whole_numbers("launch_year", collector, FIRST_YEAR, LAST_YEAR if origin is None else origin)
    further = [name for name in table.columns if name not in {*VILLAGE_TABLE.required, "status"}]
    comma = table.decimal_comma(further)
    columns = {name: table.numbers(name, collector, comma_elsewhere=comma) or table.columns[name] for name in further}
    return VillageTable(table, status, columns) if len(collector) == before else None


def suggest_status_column(table: VillageTable) -> Message | None:
    """Return how the statuses that a table lacks could be in it: a column has another name, or is empty."""
    if "status" in table.table.columns:
        return Message("fill in the column status, or give villages.status_counts")
    return suggest_column("status", list(table.columns))


def tell_blank_statuses(villages: VillageTable, collector: ProblemList) -> None:
    """Tell that some statuses are blank and nothing says how many villages of each level there are."""
    cells = villages.table.columns["status"]
    blank = [row for row, cell in zip(villages.table.rows, cells, strict=True) if not cell]
    values = {"blank": len(blank), "rows": len(cells)}
    message = Message("the status is empty here; {blank:,} of {rows:,} rows have none", values)
    fix = Message(
        "give the four counts of the whole district (villages.status_counts), from which the blank ones are drawn; "
        "or write dasar where a missing report means that"
    )
    villages.table.tell(blank[0], "status", message, collector, fix=fix)


def level_of(cell: str) -> int | None:
    """Return the level that a cell names, 0 … 3, in Indonesian or English; None where it names none."""
    level = _LEVEL_BEFORE.sub("", strip_quotes(cell), count=1).lower()
    return parse_status(_ENGLISH.get(level, level))


def _statuses(table: Table, collector: ProblemList) -> list[int] | None:
    """Return the level of each row, `UNKNOWN` where the cell is blank; None where no row has one."""
    cells = table.columns["status"]
    if not any(cells):
        return None
    statuses: list[int] = []
    for row, cell in zip(table.rows, cells, strict=True):
        status = level_of(cell) if cell else UNKNOWN
        statuses.append(UNKNOWN if status is None else status)
        if status is not None or collector.full:
            continue
        fix: Message | None
        if _NOT_YET.fullmatch(_LEVEL_BEFORE.sub("", cell, count=1)):
            message = Message("{name} is no level: every village of the table needs one", {"name": cell[:60]})
            fix = Message(
                "for a village not classified yet write dasar: it is forecast, and the target counts it; "
                "or remove its row: then neither is done"
            )
        else:
            message = Message("{name} is not a status", {"name": cell[:60]})
            fix = nearest(cell, LEVELS)
        allowed = Message("one of: {names}", {"names": ", ".join(LEVELS)})
        table.tell(row, "status", message, collector, found=cell, allowed=allowed, fix=fix)
    return statuses


@dataclass(frozen=True)
class DistrictRows:
    """The districts that a table lists.

    Attributes
    ----------
    districts
        One entry a row.
    provinces
        District code -> province.
    """

    districts: tuple[Villages, ...] = ()
    provinces: dict[str, str] = field(default_factory=dict)


def read_district_table(
    source: Source, collector: ProblemList, sheet: tuple[str, Node] | None = None
) -> DistrictRows | None:
    """Return the districts in a file, or None with every problem told; for `sheet` see `read_village_table`."""
    table = read_table(source, collector, DISTRICT_TABLE, sheet)
    if table is None:
        return None
    before = len(collector)
    table.check_unique("district_code", collector, Message("two districts have the same code"))
    table.check_filled("district", collector)
    table.check_filled("villages", collector)
    table.check_filled("subdistricts", collector)
    villages = table.whole_numbers("villages", collector, 1, MOST_VILLAGES)
    subdistricts = table.whole_numbers("subdistricts", collector, 1, 1000)
    counts = _district_counts(table, villages, collector)
    if sum(total or 0 for total in villages) > MOST_IN_ALL:
        message = Message("the table counts more than {most:,} villages in all", {"most": MOST_IN_ALL})
        fix = Message("leave out some of the districts")
        table.tell(None, "villages", message, collector, fix=fix)
    if len(collector) > before:
        return None
    districts = tuple(
        Villages.from_counts(code, name, four, number or 1, total)
        for code, name, four, number, total in zip(
            table.columns["district_code"], table.columns["district"], counts, subdistricts, villages, strict=True
        )
    )
    return DistrictRows(districts, dict(zip(table.columns["district_code"], table.columns["province"], strict=True)))


def _district_counts(
    table: Table, villages: list[int | None], collector: ProblemList
) -> list[np.ndarray[tuple[int], np.dtype[np.int64]] | None]:
    """Return the four counts of each district, None where it gives none."""
    given = [level for level in LEVELS if level in table.columns]
    if not given:
        return [None] * len(table.rows)
    if len(given) < len(LEVELS):
        missing = ", ".join(level for level in LEVELS if level not in given)
        message = Message("counts need all four levels; {names} are missing", {"names": missing})
        fix = Message("add the missing columns, or remove the others")
        collector.add((table.shown, table.header), missing, message, suggestion=fix, table=True)
        return [None] * len(table.rows)
    columns = [table.whole_numbers(level, collector, 0, MOST_VILLAGES) for level in LEVELS]
    counts: list[np.ndarray[tuple[int], np.dtype[np.int64]] | None] = []
    for i, (row, total) in enumerate(zip(table.rows, villages, strict=True)):
        cells = [table.columns[level][i] for level in LEVELS]
        four = [column[i] for column in columns]
        counts.append(np.array(four, dtype=np.int64) if None not in four else None)
        if any(cells) and not all(cells):
            message = Message("counts are given for some levels only")
            fix = Message("give all four or none")
            table.tell(row, LEVELS[cells.index("")], message, collector, fix=fix)
        elif total is not None and None not in four and sum(map(int, filter(None, four))) != total:
            message = Message(
                "the four counts add up to {total:,}, but the district has {villages:,} villages",
                {"total": sum(map(int, filter(None, four))), "villages": total},
            )
            fix = Message("correct one of the four counts, or the number of villages")
            table.tell(row, "villages", message, collector, found=total, fix=fix)
    return counts
