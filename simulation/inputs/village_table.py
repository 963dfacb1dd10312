"""Tables of villages: their columns, what must hold in them, and how offices abbreviate them.

Kecamatan are filled down, spellings unified, codes checked; what is read otherwise than it is written is noted.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from ..domain.messages import Message, listed, shown
from ..domain.status import UNKNOWN
from .files import Source
from .problem_list import ProblemList
from .tables.cells import FIRST_YEAR, LAST_YEAR
from .tables.grids import NamedSheet
from .tables.headers import Wanted
from .tables.table import Table, read_table, spans

VILLAGE_TABLE = Wanted(("village_code", "village", "subdistrict"), ("status", "launch_year"))
VILLAGES_OF_DISTRICTS = Wanted((*VILLAGE_TABLE.required, "district_code"), VILLAGE_TABLE.known)
TWO_ALIKE = Message("two villages have the same code")
MOST_IN_ALL = 200_000
"""More than twice the villages of Indonesia."""

_DOTTED = re.compile(r"([0-9]{2}\.[0-9]{2}\.[0-9]{2})\.[0-9]{4}")
_BARE = re.compile(r"[0-9]{10}")


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
    def blanks(self) -> bool:
        """Whether some statuses are blank, and others not."""
        return self.status is not None and UNKNOWN in self.status


def read_village_table(
    source: Source, collector: ProblemList, origin: int | None, sheet: NamedSheet = None
) -> VillageTable | None:
    """Return the villages in a file, or None with every problem told; `origin` is None where it is not known."""
    table = read_table(source, collector, VILLAGE_TABLE, sheet)
    return None if table is None else _villages_of(table, origin)


def read_villages_of_districts(source: Source, collector: ProblemList, origin: int | None) -> dict[str, VillageTable]:
    """Return the villages in a file by the code of their district; problems go to `collector`."""
    table = read_table(source, collector, VILLAGES_OF_DISTRICTS)
    if table is None or not table.read_codes("district_code"):
        return {}
    table.check_filled("district_code")
    places: dict[str, list[int]] = defaultdict(list)
    for i, code in enumerate(table.columns["district_code"]):
        places[code].append(i)
    found: dict[str, VillageTable] = {}
    for code, of_district in places.items():
        columns = {name: [cells[i] for i in of_district] for name, cells in table.columns.items()}
        filled = {name: cells for name, cells in columns.items() if any(cells) or name in VILLAGE_TABLE.required}
        del filled["district_code"]
        villages = _villages_of(replace(table, columns=filled, rows=[table.rows[i] for i in of_district]), origin)
        if villages is not None:
            found[code] = villages
    return found


def _villages_of(table: Table, origin: int | None) -> VillageTable | None:
    """Return the villages in the rows of a table, or None with every problem told."""
    problems = table.grid.problems
    before = len(problems)
    table.check_unique("village_code", TWO_ALIKE)
    _fill_down(table, "subdistrict")
    table.check_filled("village", "subdistrict")
    _unify_spelling(table, "subdistrict")
    _note_codes(table)
    status = table.levels("status") if any(table.cells("status")) else None
    table.years("launch_year", FIRST_YEAR, LAST_YEAR if origin is None else origin)
    further = [name for name in table.columns if name not in {*VILLAGE_TABLE.required, "status"}]
    comma = table.decimal_comma(further)
    columns = {name: table.numbers(name, comma_elsewhere=comma) or table.columns[name] for name in further}
    return VillageTable(table, status, columns) if len(problems) == before else None


def tell_blank_statuses(villages: VillageTable) -> None:
    """Tell that some statuses are blank and nothing says how many villages of each level there are."""
    cells = villages.table.columns["status"]
    values = {"blank": cells.count(""), "rows": len(cells)}
    message = Message("the status is empty here; {blank:,} of {rows:,} rows have none", values)
    fix = Message(
        "give the four counts of the whole district (villages.status_counts), from which the blank ones are drawn; "
        "or write dasar where a missing report means that"
    )
    villages.table.tell(cells.index(""), "status", message, fix)


def _fill_down(table: Table, column: str) -> None:
    """Write what stands once above several rows into each of them, and note that; blanks on top stay blank."""
    above, filled, cells = "", [], table.columns[column]
    for i, row in enumerate(table.rows):
        if not cells[i] and above:
            filled.append(row)
            cells[i] = above
        above = cells[i]
    if filled:
        message = Message(
            "{table}: in column {column}, {count:,} empty cells take the name above them (rows {rows})",
            {"count": len(filled), "rows": listed(spans(filled))},
        )
        table.note(message, column)


def _unify_spelling(table: Table, column: str) -> None:
    """Read names that differ only in capitals or blanks as one, the way most rows write it, and note that."""
    cells = table.columns[column]
    counts = Counter(cells)
    kept: dict[str, str] = {}
    for cell in counts:
        plain = _plain(cell)
        kept[plain] = max(kept.get(plain, cell), cell, key=counts.__getitem__)
    others = [cell for cell in counts if cell != kept[_plain(cell)]]
    if others:
        rows = dict(zip(reversed(cells), reversed(table.rows), strict=True))
        names = listed((f"{shown(cell, 25)} ({rows[cell]}) = {kept[_plain(cell)]}" for cell in others), 6)
        message = Message(
            "{table}: in column {column}, names that differ only in capitals or blanks are read as one: {names}",
            {"names": names},
        )
        table.note(message, column)
        table.columns[column] = [kept[_plain(cell)] for cell in cells]


def _plain(name: str) -> str:
    return name.replace(" ", "").casefold()


def _note_codes(table: Table) -> None:
    """Note codes of two forms, and codes that do not go together with the kecamatan of their rows."""
    codes, names = table.columns["village_code"], table.columns["subdistrict"]
    dotted = [_DOTTED.fullmatch(code) for code in codes]
    bare = [row for row, code in zip(table.rows, codes, strict=True) if _BARE.fullmatch(code)]
    if bare and any(dotted):
        rows = {"rows": listed(spans(bare))}
        table.note(Message("{table}: codes are written with dots, but without them in rows {rows}", rows))
    areas: dict[str, Counter[str]] = defaultdict(Counter)
    for match, name in zip(dotted, names, strict=True):
        if match is not None:
            areas[name][match[1]] += 1
    usual = {
        name: area for name, found in areas.items() for area, rows in found.most_common(1) if rows * 2 > found.total()
    }
    strays = [
        f"{match[0]} ({row})"
        for row, match, name in zip(table.rows, dotted, names, strict=True)
        if match is not None and match[1] != usual.get(name, match[1])
    ]
    if strays:
        message = Message(
            "{table}: codes that begin otherwise than those of the other villages of the same kecamatan: {codes}; "
            "check code and kecamatan",
            {"codes": listed(strays, 6)},
        )
        table.note(message)
    sharing: dict[str, list[str]] = defaultdict(list)
    for name, area in usual.items():
        sharing[area].append(name)
    alike = [
        f"{' / '.join(shown(name, 25) for name in names[:3])} ({area})"
        for area, names in sharing.items()
        if len(names) > 1
    ]
    if alike:
        message = Message(
            "{table}: kecamatan of different names whose codes begin alike: {names}; check whether they are one",
            {"names": listed(alike, 6)},
        )
        table.note(message)
