"""Statuses as offices write them: official names, abbreviations, slips of the finger, and that there is none yet."""

from __future__ import annotations

import re
from functools import lru_cache

from ...domain.status import LEVELS, SYNONYMS, UNKNOWN
from ..tables.cells import strip_quotes
from .names import distance

_BEFORE = re.compile(r"(klasifikasi|status|kategori)? *(kampung( kb)?)? *", re.IGNORECASE)
"""What offices write before a level: Kampung KB Mandiri."""
_NOT_YET = re.compile(
    r"(belum|tidak|tanpa|baru|not|un|no)\b.*|unclassified|unassessed|n/?a|tba|tbd|[-–—.?*]+|kosong", re.IGNORECASE
)
"""What offices write of a village that was not classified yet."""
_ENGLISH = dict(zip(("basic", "developing", "independent", "sustainable"), LEVELS, strict=True))
_NAMES = {**{level: level for level in LEVELS}, **SYNONYMS, **_ENGLISH}
"""Every official name of a level -> the name that we show."""
_SHORTEST = 3
"""Letters from which on the beginning of a name is an abbreviation of it."""


@lru_cache(maxsize=10_000)
def level_of(cell: str) -> tuple[int | None, bool]:
    """Return the level that a cell means, and whether it says so by an official name.

    The level is `UNKNOWN` where the cell says that there is none, None where it is not clear which is meant.

    Examples
    --------
    >>> [level_of(cell) for cell in ("BERKEMBANG", "Brkembang", "mandri", "Kampung KB Prp.", "-", "maju")]
    [(1, True), (1, False), (2, False), (None, False), (-1, False), (None, False)]
    """
    if not cell:
        return UNKNOWN, True
    text = _BEFORE.sub("", strip_quotes(cell), count=1).lower().strip(" .:;,")
    if text in _NAMES:
        return LEVELS.index(_NAMES[text]), True
    if not text or _NOT_YET.fullmatch(text):
        return UNKNOWN, False
    meant = {name for full, name in _NAMES.items() if len(text) >= _SHORTEST and full.startswith(text)}
    # Two letters off where there are many of them, else one: no two official names are as near as that.
    meant = meant or {name for full, name in _NAMES.items() if distance(text, full, _slips(full)) <= _slips(full)}
    return (LEVELS.index(meant.pop()), False) if len(meant) == 1 else (None, False)


def _slips(name: str) -> int:
    return 1 if len(name) < len("mandiri") else 2
