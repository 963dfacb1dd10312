"""The four ordered levels of a Kampung KB and their names."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """A village's level; the integer is its position in every array axis of length four."""

    DASAR = 0
    BERKEMBANG = 1
    MANDIRI = 2
    PARIPURNA = 3

    @property
    def label(self) -> str:
        """The name in files and tables, the same in both languages."""
        return self.name.lower()


LEVELS: tuple[str, ...] = tuple(status.label for status in Status)
TOP = Status.PARIPURNA
UNKNOWN = -1
"""Stands for a status that is not known."""

SYNONYMS: dict[str, str] = {"berkelanjutan": "paripurna"}
"""Other official names of a level, accepted on input and never shown."""


def parse_status(text: str) -> Status | None:
    """Return the level that a name means, or None.

    Parameters
    ----------
    text
        A level name in any capitalisation, e.g. ``"Dasar"`` or ``"berkelanjutan"``.

    Examples
    --------
    >>> parse_status(" Berkelanjutan ")
    <Status.PARIPURNA: 3>
    >>> parse_status("maju") is None
    True
    """
    name = text.strip().lower()
    name = SYNONYMS.get(name, name)
    return Status(LEVELS.index(name)) if name in LEVELS else None
