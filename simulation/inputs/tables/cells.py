"""Cells of tables as people write them: text, codes, numbers with a decimal point or comma, dates in two languages."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import inf
from typing import Literal, Self
from unicodedata import normalize

from ...domain.constraints import NUMBER

Kind = Literal["text", "number", "date", "formula"]

ERROR = re.compile(r"#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!)|Err:[0-9]{3}")
"""How spreadsheet programs write that a formula has no result."""
TOTAL = re.compile(r"((sub ?|grand )?(jumlah|total)|rata-rata|jml)\b.*", re.IGNORECASE)
"""What a row says that sums up others."""
WORDS = re.compile(r"(?=.*[ :])(?=.*[^\W\d]).*")
"""What no code is: letters with a blank or a colon among them."""
_CODE = re.compile(r"([0-9]{2})[. -]?([0-9]{2})[. -]?([0-9]{2})[. -]?([0-9]{4})")
"""The code of a village, with or without separators."""
_BLANKS = re.compile("[ \t\r\n]+")
_PLAIN: dict[int, str | None] = {
    **dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "),
    **dict.fromkeys([0x200B, 0x2060, 0xFEFF]),
    **{wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)},
}
"""Odd blanks, marks without width and full-width characters -> what they stand for."""
_QUOTES = "'\"`´‘’‚“”„«»‹›"

_FORMULA = re.compile(r"(^|[;\t])( *)(?='*[=+\-@\t＝＋－＠])")
"""Where a formula would begin: at the start, or where a program with another delimiter begins a cell."""
_GUARDED = re.compile(r"(^|[;\t])( *)'(?='*[=+\-@\t＝＋－＠])")

_THOUSANDS = r"[-+]?[1-9][0-9]{0,2}(\.[0-9]{3})"
_COMMA = re.compile(rf"({_THOUSANDS}+|[-+]?[0-9]+)(,[0-9]+)?")
"""With a decimal comma, and points between thousands or none."""
_EITHER = re.compile(rf"{_THOUSANDS}|[-+]?[1-9][0-9]{{0,2}},[0-9]{{3}}|[-+]?[0-9]+")
"""As in 1.234, which the two notations read differently; also 1,234, which in English is a thousand."""


class SheetCell(str):
    """The text of a workbook's cell that holds something else than text.

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


def strip_quotes(text: str) -> str:
    """Return text without quotes around it, such as the ' with which people keep a code from becoming a number."""
    return text.strip(_QUOTES).strip(" ")


def guard(text: str) -> str:
    """Return text as a CSV may hold it: an apostrophe keeps it from becoming a formula.

    Examples
    --------
    >>> guard("=1+1"), guard("'=1+1"), guard("Benua;@A1"), guard("Ma'rifat")
    ("'=1+1", "''=1+1", "Benua;'@A1", "Ma'rifat")
    """
    return _FORMULA.sub(r"\1\2'", text)


def unguard(cell: str) -> str:
    """Return the text that `guard` made a cell of.

    Examples
    --------
    >>> unguard("'=1+1"), unguard("''=1+1"), unguard("Ma'rifat")
    ('=1+1', "'=1+1", "Ma'rifat")
    """
    return _GUARDED.sub(r"\1\2", cell)


def plain_code(code: str) -> str:
    """Return the code of a village without separators, any other code as it is.

    Examples
    --------
    >>> plain_code("63.01.01.2001"), plain_code("1.10")
    ('6301012001', '1.10')
    """
    parted = _CODE.fullmatch(code)
    return "".join(parted.groups()) if parted is not None else code


@dataclass(frozen=True)
class Notation:
    """How a column writes its numbers.

    Attributes
    ----------
    mixed
        Where some cells can only be read with a point and others only with a comma: the first of each.
    either
        A cell that the column alone does not say how to read, as 1.234; "" where there is none.
    """

    comma: bool = False
    mixed: tuple[int, int] | None = None
    either: str = ""

    def number(self, cell: str) -> float | None:
        """Return what a cell says, or None where it is no finite number."""
        if self.comma and kind_of(cell) == "text":
            if not _COMMA.fullmatch(cell):
                return None
            cell = cell.replace(".", "").replace(",", ".")
        if not NUMBER.fullmatch(cell):
            return None
        number = float(cell)
        return number if abs(number) < inf else None


def notation_of(cells: Sequence[str], *, comma_elsewhere: bool = False) -> Notation:
    """Return how a column writes its numbers; a point is decimal unless another cell shows that it is not.

    Parameters
    ----------
    comma_elsewhere
        Whether other columns of the table have a decimal comma.
    """
    open_to_both: list[str] = []
    sure: list[tuple[int, str]] = []
    for i, cell in enumerate(cells):
        if kind_of(cell) == "text":
            if _EITHER.fullmatch(cell):
                open_to_both.append(cell)
            else:
                sure.append((i, cell))
    comma = next((i for i, cell in sure if _COMMA.fullmatch(cell)), None)
    point = next((i for i, cell in sure if NUMBER.fullmatch(cell)), None)
    if comma is None:
        thousands = [cell for cell in open_to_both if "." in cell]
        if thousands and point is None and all(map(NUMBER.fullmatch, cells)):
            return Notation(comma=comma_elsewhere, either=thousands[0])
        return Notation()
    only_numbers = all(NUMBER.fullmatch(cell) or _COMMA.fullmatch(cell) for cell in cells)
    if point is not None and only_numbers:
        return Notation(mixed=(min(point, comma), max(point, comma)))
    return Notation(comma=point is None)


FIRST_YEAR, LAST_YEAR = 2000, 2199
"""Years of which a table can speak; Kampung KB began in 2016."""

_STARTS = ("jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des")
_OTHERS = {"peb": 2, "may": 5, "aug": 8, "ags": 8, "agt": 8, "oct": 10, "nop": 11, "dec": 12}
_MONTHS = {**{start: number for number, start in enumerate(_STARTS, start=1)}, **_OTHERS}
"""How the names of the months begin in Indonesian and in English."""
_NUMBER = "(?:0?[1-9]|[12][0-9]|3[01])"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<year>[0-9]{{4}})(?:(?:[/-](?P<month>{_NUMBER})|\.(?P<dotted>0[1-9]|1[0-2])))?",
        rf"(?P<year>[0-9]{{4}})(?P<sign>[/.-])(?P<month>{_NUMBER})(?P=sign)(?P<day>{_NUMBER})(?:[ T][0-9:.]+)?",
        rf"(?P<day>{_NUMBER})(?P<sign>[/.-])(?P<month>{_NUMBER})(?P=sign)(?P<year>[0-9]{{2}}|[0-9]{{4}})",
        rf"(?:[A-Za-z]+, ?)?(?:(?P<day>{_NUMBER})[ .-]+)?(?P<name>[A-Za-z]{{3,9}})[ .-]+(?P<year>[0-9]{{4}})",
        rf"(?P<day>{_NUMBER})[ .-](?P<name>[A-Za-z]{{3,9}})[ .-](?P<year>[0-9]{{2}})",
    )
)
_MONTH = (
    "jan(?:uari|uary)?|[fp]eb(?:ruari|ruary)?|mar(?:et|ch)?|apr(?:il)?|me[iy]|may|jun[ie]?|jul[iy]?|ag(?:ustus|us|s|t)|"
    "aug(?:ust)?|sep(?:t|tember)?|o[kc]t(?:ober)?|no[vp](?:ember)?|de[sc](?:ember)?"
)
_DAY_WITHIN = re.compile(
    rf"\b{_NUMBER}[ .-]+(?:{_MONTH})\b|\b(?:{_MONTH})[ .-]+20[0-9]{{2}}\b|"
    rf"\b{_NUMBER}([/.-]){_NUMBER}\1(?:20)?[0-9]{{2}}\b|\b20[0-9]{{2}}-[01][0-9]-[0-3][0-9]\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![0-9])(2[01][0-9]{2})(?![0-9])")
_BESIDE_A_YEAR = re.compile(
    r"[0-9]{1,2}|status|klasifikasi|klas|klsf|classification|level|tingkat|kategori|strata|kampung|kb|kkb|tahun|thn|th|"
    r"year|per|akhir|keadaan|" + "|".join(rf"{start}[a-z]*" for start in _MONTHS)
)
"""What may stand beside the year in the name of a column of statuses."""


def _parts(cell: str) -> tuple[int, int | None, int | None] | None:
    """Return year, month and day of a date, None for what it leaves out; None where the cell holds no date.

    Two digits mean a year of this century. Whether the calendar has such a day is not looked at.
    """
    for form in _FORMS:
        found = form.fullmatch(cell)
        if found is None:
            continue
        parts = found.groupdict()
        month = parts.get("month") or parts.get("dotted")
        number = int(month) if month else _MONTHS.get((parts.get("name") or "")[:3].lower())
        if parts.get("name") and number is None:
            continue
        year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
        return year, number, int(parts["day"]) if parts.get("day") else None
    return None


def date_of(cell: str) -> date | None:
    """Return the day that a cell names, the last one of a month or a year; None where it names none.

    Examples
    --------
    >>> [str(date_of(cell)) for cell in ("31/07/2025", "2025-02", "Agustus 2025", "2024", "31-02-2025", "baru")]
    ['2025-07-31', '2025-02-28', '2025-08-31', '2024-12-31', 'None', 'None']
    """
    if (parts := _parts(cell)) is None:
        return None
    year, month, day = parts[0], parts[1] or 12, parts[2]
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
        return None
    last = monthrange(year, month)[1]
    return date(year, month, day or last) if (day or last) <= last else None


def year_of(cell: str) -> str:
    """Return the year of a date; a cell that holds no date is returned as it is.

    Day and month need not be in the calendar, nor in the Indonesian order, for the year to be clear.

    Examples
    --------
    >>> [year_of(cell) for cell in ("31/07/2025", "2025-07-31", "31 Juli 2025", "12-31-25", "2025", "baru")]
    ['2025', '2025', '2025', '2025', '2025', 'baru']
    """
    parts = _parts(cell)
    return cell if parts is None else str(parts[0])


def names_a_day(text: str) -> bool:
    """Return whether a text speaks of a day or a month: of its year, or without it.

    Examples
    --------
    >>> [names_a_day(text) for text in ("Sukamaju, 5 Januari 2026", "per 31 Desember", "12 desa", "NIP 19700102 1999")]
    [True, True, False, False]
    """
    return _DAY_WITHIN.search(text) is not None


def year_in(text: str) -> int | None:
    """Return the only year that a title or a name speaks of; None where it speaks of none, or of several.

    Examples
    --------
    >>> [year_in(text) for text in ("Keadaan per 31 Desember 2024", "desa_2023.xlsx", "2020-2024", "Sheet1")]
    [2024, 2023, None, None]
    """
    years = {int(year) for year in _YEAR.findall(text)}
    return years.pop() if len(years) == 1 else None


@lru_cache(maxsize=10_000)
def status_year(name: str) -> int | None:
    """Return the year of a column of statuses, by its normalised name; None where it is another column.

    Examples
    --------
    >>> [status_year(name) for name in ("2023", "status_tahun_2024", "klasifikasi_31_12_2024", "penduduk_2024")]
    [2023, 2024, 2024, None]
    """
    year = year_in(name)
    rest = [word for word in _YEAR.sub("", name).split("_") if word]
    dated = sum(word.isdecimal() for word in rest) <= 2  # day and month; a code has more numbers
    return year if dated and all(_BESIDE_A_YEAR.fullmatch(word) for word in rest) else None
