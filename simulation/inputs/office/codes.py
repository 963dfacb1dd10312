"""Official codes of villages: their two forms, and whether they go together with the kecamatan of their rows."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from ...domain.messages import Message, listed, shown
from ..tables.table import Table, spans

_DOTTED = re.compile(r"([0-9]{2}\.[0-9]{2}\.[0-9]{2})\.[0-9]{4}")
_BARE = re.compile(r"[0-9]{10}")


def note_codes(table: Table) -> None:
    """Note codes of two forms, and codes that do not go together with the kecamatan of their rows."""
    codes, names = table.cells("village_code"), table.cells("subdistrict")
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
            "{table}: codes that begin differently from those of the other villages of the same "
            "kecamatan: {codes}; check code and kecamatan",
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
