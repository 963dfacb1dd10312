"""Dates as people write them in cells, column names, titles and file names, in Indonesian and English."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

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
_YEAR = re.compile(r"(?<![0-9])(2[01][0-9]{2})(?![0-9])")
_WORDS = re.compile(
    r"[0-9]{1,2}|status|klasifikasi|classification|level|tingkat|kategori|kampung|kb|tahun|year|per|akhir|keadaan|"
    + "|".join(rf"{start}[a-z]*" for start in _MONTHS)
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


def year_in(text: str) -> int | None:
    """Return the only year that a title or a name speaks of; None where it speaks of none, or of several.

    Examples
    --------
    >>> [year_in(text) for text in ("Keadaan per 31 Desember 2024", "desa_2023.xlsx", "2020-2024", "Sheet1")]
    [2024, 2023, None, None]
    """
    years = {int(year) for year in _YEAR.findall(text)}
    return years.pop() if len(years) == 1 else None


def status_year(name: str) -> int | None:
    """Return the year of a column of statuses, by its normalised name; None where it is another column.

    Examples
    --------
    >>> [status_year(name) for name in ("2023", "status_tahun_2024", "klasifikasi_31_12_2024", "penduduk_2024")]
    [2023, 2024, 2024, None]
    """
    year = year_in(name)
    rest = [word for word in _YEAR.sub("", name).split("_") if word]
    return year if all(_WORDS.fullmatch(word) for word in rest) else None
