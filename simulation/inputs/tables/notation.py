"""Numbers and dates as people write them in tables.

Knows the decimal point, the decimal comma and the calendar; must not know what a column means.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from .cells import kind_of

NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
"""With a decimal point, or without one."""

_THOUSANDS = r"[-+]?[1-9][0-9]{0,2}(\.[0-9]{3})"
_COMMA = re.compile(rf"({_THOUSANDS}+|[-+]?[0-9]+)(,[0-9]+)?")
"""With a decimal comma and points between thousands, or without them."""
_EITHER = re.compile(rf"{_THOUSANDS}|[-+]?[1-9][0-9]{{0,2}},[0-9]{{3}}|[-+]?[0-9]+")
"""As in 1.234, which the two notations read differently; also 1,234, which in English is a thousand."""
_MONTHS = re.compile("jan|[fp]eb|mar|apr|mei|may|jun|jul|agu|ags|agt|aug|sep|o[kc]t|no[vp]|de[sc]", re.IGNORECASE)
"""How the months begin in Indonesian and in English."""
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_DAY}(?P<sign>[/.-]){_DAY}(?P=sign)(?P<year>[0-9]{{2}}|[0-9]{{4}})",
        rf"(?P<year>[0-9]{{4}})(?P<sign>[/.-]){_DAY}(?P=sign){_DAY}([ T][0-9:.]+)?",
        rf"([A-Za-z]+, ?)?({_DAY}[ .-]+)?(?P<month>[A-Za-z]{{3,9}})[ .-]+(?P<year>[0-9]{{4}})",
        rf"{_DAY}[ .-](?P<month>[A-Za-z]{{3,9}})[ .-](?P<year>[0-9]{{2}})",
    )
)


@dataclass(frozen=True)
class Notation:
    """How a column writes its numbers.

    Attributes
    ----------
    comma
        Whether with a decimal comma.
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


def year_of(cell: str) -> str:
    """Return the year of a date; a cell that holds no date is returned as it is.

    Two digits mean a year of this century.

    Examples
    --------
    >>> [year_of(cell) for cell in ("31/07/2025", "2025-07-31", "31 Juli 2025", "31-7-25", "2025", "baru")]
    ['2025', '2025', '2025', '2025', '2025', 'baru']
    """
    for pattern in _DATES:
        found = pattern.fullmatch(cell)
        if found is None:
            continue
        parts = found.groupdict()
        if _MONTHS.match(parts.get("month", "jan")):
            year: str = parts["year"]
            return year if len(year) == 4 else f"20{year}"
    return cell
