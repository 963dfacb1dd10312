"""Cells of tables as text, and what a workbook knows of them that text cannot say.

Knows blanks, kinds of cells and how spreadsheet programs write errors; must not know what a column means.
"""

from __future__ import annotations

import re
from typing import Literal, Self
from unicodedata import normalize

Kind = Literal["text", "number", "date", "formula"]

ERROR = re.compile(r"#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!)|Err:[0-9]{3}")
"""How spreadsheet programs write that a formula has no result."""

_CODE = re.compile(r"([0-9]{2})[. -]?([0-9]{2})[. -]?([0-9]{2})[. -]?([0-9]{4})")
"""The code of a village, with or without what parts it."""
_BLANKS = re.compile("[ \t\r\n]+")
_PLAIN: dict[int, str | None] = {
    **dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "),
    **dict.fromkeys([0x200B, 0x2060, 0xFEFF]),
    **{wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)},
}
"""Odd blanks, marks without width and full-width signs -> what they stand for."""
_QUOTES = "'\"`´‘’‚“”„«»‹›"


class SheetCell(str):
    """The text of a cell that holds something else than text in its workbook.

    Attributes
    ----------
    kind
        What it holds; a formula is one whose result is not saved.
    seen
        How the workbook shows a number, where its format says no more than how many digits to write.
    """

    kind: Kind
    seen: str

    def __new__(cls, text: str, kind: Kind, seen: str = "") -> Self:
        """Return a cell."""
        cell = super().__new__(cls, text)
        cell.kind = kind
        cell.seen = seen
        return cell


def kind_of(cell: str) -> Kind:
    """Return what a cell holds; a cell of a CSV file is text."""
    return cell.kind if isinstance(cell, SheetCell) else "text"


def clean(text: str) -> str:
    r"""Return text with plain blanks, one at a time, and none at its ends.

    Examples
    --------
    >>> clean(" Desa\u00a0 Ｂｅｎｕａ\n")
    'Desa Benua'
    """
    if not text.isascii():
        text = normalize("NFC", text.translate(_PLAIN))
    return _BLANKS.sub(" ", text).strip(" ")


def unquoted(text: str) -> str:
    """Return text without quotes around it, such as the ' with which people keep a code from becoming a number."""
    return text.strip(_QUOTES).strip(" ")


def plain_code(code: str) -> str:
    """Return the code of a village without what parts it, any other code as it is.

    Examples
    --------
    >>> plain_code("63.01.01.2001"), plain_code("1.10")
    ('6301012001', '1.10')
    """
    parted = _CODE.fullmatch(code)
    return "".join(parted.groups()) if parted is not None else code
