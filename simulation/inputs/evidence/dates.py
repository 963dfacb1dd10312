"""Dates as people write them in cells, column names, titles and names of files.

Knows the calendar in Indonesian and English; must not know what happened then.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

FIRST, LAST = 2000, 2199
_STARTS = ("jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des")
_OTHERS = {"peb": 2, "may": 5, "aug": 8, "ags": 8, "agt": 8, "oct": 10, "nop": 11, "dec": 12}
_MONTHS = {**{name: number for number, name in enumerate(_STARTS, start=1)}, **_OTHERS}
_YEAR = re.compile(r"(?<![0-9])(2[01][0-9]{2})(?![0-9])")
_FORMS = (
    re.compile(r"(?P<year>[0-9]{4})(?:[/.-](?P<month>[0-9]{1,2})(?:[/.-](?P<day>[0-9]{1,2})(?:[ T][0-9:.]+)?)?)?"),
    re.compile(r"(?P<day>[0-9]{1,2})(?P<sign>[/.-])(?P<month>[0-9]{1,2})(?P=sign)(?P<year>[0-9]{2}|[0-9]{4})"),
    re.compile(r"(?:[A-Za-z]+, ?)?(?:(?P<day>[0-9]{1,2})[ .-]+)?(?P<name>[A-Za-z]{3,9})[ .-]+(?P<year>[0-9]{4})"),
)
_WORDS = re.compile(
    r"[0-9]{1,2}|status|klasifikasi|classification|level|tingkat|kategori|kampung|kb|tahun|year|per|akhir|keadaan|"
    + "|".join(rf"{start}[a-z]*" for start in _MONTHS)
)


def date_of(cell: str) -> date | None:
    """Return the day that a cell names, the last one of a month or a year; None where it names none.

    Examples
    --------
    >>> [str(date_of(cell)) for cell in ("31/07/2025", "2025-02", "Agustus 2025", "2024", "baru")]
    ['2025-07-31', '2025-02-28', '2025-08-31', '2024-12-31', 'None']
    """
    for form in _FORMS:
        found = form.fullmatch(cell)
        if found is None:
            continue
        parts = found.groupdict()
        year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
        month = int(parts.get("month") or _MONTHS.get((parts.get("name") or "")[:3].lower(), 0))
        if not FIRST <= year <= LAST or (parts.get("name") and not month):
            continue
        month = month or 12
        if 1 <= month <= 12 and 1 <= int(parts.get("day") or 1) <= (last := monthrange(year, month)[1]):
            return date(year, month, int(parts.get("day") or last))
    return None


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
    """Return the year of which a column of statuses is, by its name in its normal form; None where it is another one.

    Examples
    --------
    >>> [status_year(name) for name in ("2023", "status_tahun_2024", "klasifikasi_31_12_2024", "penduduk_2024")]
    [2023, 2024, 2024, None]
    """
    year = year_in(name)
    rest = [word for word in _YEAR.sub("", name).split("_") if word]
    return year if all(_WORDS.fullmatch(word) for word in rest) else None
