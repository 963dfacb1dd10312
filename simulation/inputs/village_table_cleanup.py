"""How a list of villages is read where offices abbreviate it: kecamatan filled down, spellings unified, codes checked.

Everything that is read otherwise than it is written is noted.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from ..domain.messages import Message, listed, shown
from .problem_list import ProblemList
from .tables.table import Table, spans

_DOTTED = re.compile(r"([0-9]{2}\.[0-9]{2}\.[0-9]{2})\.[0-9]{4}")
_BARE = re.compile(r"[0-9]{10}")


def fill_down(table: Table, column: str, collector: ProblemList) -> None:
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
            {
                "table": table.shown,
                "column": shown(table.written[column]),
                "count": len(filled),
                "rows": listed(spans(filled)),
            },
        )
        collector.note(message)


def unify_spelling(table: Table, column: str, collector: ProblemList) -> None:
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
        message = Message(
            "{table}: in column {column}, names that differ only in capitals or blanks are read as one: {names}",
            {
                "table": table.shown,
                "column": shown(table.written[column]),
                "names": listed((f"{shown(cell, 25)} ({rows[cell]}) = {kept[_plain(cell)]}" for cell in others), 6),
            },
        )
        collector.note(message)
        table.columns[column] = [kept[_plain(cell)] for cell in cells]


def note_codes(table: Table, collector: ProblemList) -> None:
    """Note codes of two forms, and codes that do not go together with the kecamatan of their rows."""
    codes = table.columns["village_code"]
    dotted = [_DOTTED.fullmatch(code) for code in codes]
    bare = [row for row, code in zip(table.rows, codes, strict=True) if _BARE.fullmatch(code)]
    if bare and any(dotted):
        message = Message(
            "{table}: codes are written with dots, but without them in rows {rows}",
            {"table": table.shown, "rows": listed(spans(bare))},
        )
        collector.note(message)
    areas: dict[str, Counter[str]] = defaultdict(Counter)
    for match, name in zip(dotted, table.columns["subdistrict"], strict=True):
        if match is not None:
            areas[name][match[1]] += 1
    usual = {
        name: area for name, found in areas.items() for area, rows in found.most_common(1) if rows * 2 > found.total()
    }
    strays = [
        f"{match[0]} ({row})"
        for row, match, name in zip(table.rows, dotted, table.columns["subdistrict"], strict=True)
        if match is not None and match[1] != usual.get(name, match[1])
    ]
    if strays:
        message = Message(
            "{table}: codes that begin otherwise than those of the other villages of the same kecamatan: {codes}; "
            "check code and kecamatan",
            {"table": table.shown, "codes": listed(strays, 6)},
        )
        collector.note(message)
    _note_shared(table, usual, collector)


def _note_shared(table: Table, usual: dict[str, str], collector: ProblemList) -> None:
    """Note kecamatan whose villages have codes that begin alike, as those of one do."""
    sharing: dict[str, list[str]] = defaultdict(list)
    for name, area in usual.items():
        sharing[area].append(name)
    pairs = [
        f"{' / '.join(shown(name, 25) for name in names[:3])} ({area})"
        for area, names in sharing.items()
        if len(names) > 1
    ]
    if pairs:
        message = Message(
            "{table}: kecamatan of different names whose codes begin alike: {names}; check whether they are one",
            {"table": table.shown, "names": listed(pairs, 6)},
        )
        collector.note(message)


def _plain(name: str) -> str:
    return name.replace(" ", "").casefold()
