"""The rows of a sheet that are villages, and what stands around and among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ..files import Row, Source
from ..tables.cells import TOTAL, WORDS, status_year, year_of
from ..tables.grids import Grid
from ..tables.headers import HEAD, NAMES, Header, Wanted, find_header, is_column_numbering, normal
from .levels import level_of
from .names import without_kind

_FURTHER = ("status", "launch_year", "district_code", "village", "subdistrict", "village_code")
_BY = (("village_code", "village", "subdistrict"), ("village", "subdistrict"), ("village_code",), ("village",))
"""Columns by which the villages of a list are told apart, the best first."""
_SAYING = (("year", "status"), ("status",), (), ("launch_year",))
"""Columns that a list has besides, the likeliest first: statuses by year, of one year, in columns with years, none."""
_NUMBER = re.compile(r"[(]?[0-9]{1,6}[.)]?")
NUMBERING = frozenset({"no", "nomor", "no_urut", "nomor_urut", "nr"})
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Layout:
    """The villages of a sheet.

    Attributes
    ----------
    grid
        The sheet, its column names in one row.
    header
        The column names.
    villages
        Rows of villages.
    passed_over
        Rows below the column names that are no villages.
    under
        Row of a village -> the kecamatan that a heading above it names, and the row of that heading.
    """

    grid: Grid
    header: Header
    villages: list[Row] = field(default_factory=list)
    passed_over: list[Row] = field(default_factory=list)
    under: dict[int, tuple[str, int]] = field(default_factory=dict)

    @property
    def names_villages(self) -> bool:
        """Whether villages are named, and the kecamatan in which they lie."""
        return "village" in self.header.names and ("subdistrict" in self.header.names or bool(self.under))

    @property
    def dated(self) -> dict[str, int]:
        """The columns of statuses whose names say a year, with that year; one that nothing was written in is none."""
        names, rows = self.header.names, [row for _, row in self.villages]
        columns = dated_columns(self.header)
        return {name: year for name, year in columns.items() if any(_cell(row, names.index(name)) for row in rows)}

    @property
    def districts(self) -> list[str]:
        """The kabupaten of each village as a column names it, of a blank cell the one above; "" without a column."""
        written = [normal(name) for name in self.header.written]
        at = next((i for i, name in enumerate(written) if name in ("district", *NAMES["district"][0])), None)
        above, cells = "", []
        for _, row in self.villages:
            above = above if at is None else _cell(row, at) or above
            cells.append(above)
        return cells

    @property
    def title(self) -> tuple[str, ...]:
        """What stands above the column names, a text a row."""
        return self.grid.title(self.header)

    def year_hint(self, source: Source) -> int | None:
        """Return the year of the sheet as its name, title or file says it."""
        return self.grid.year_hint(self.header, source)


def layout_of(grid: Grid) -> Layout | None:
    """Return the villages of a sheet; None where it holds no list of villages."""
    rows = _one_header_row(grid.rows)
    for header in _headers(rows):
        found = _Rows(replace(grid, rows=rows), header).layout()
        if _is_as_its_header_says(found):
            return found
    return None


def _headers(rows: Sequence[Row]) -> Iterator[Header]:
    """Yield the ways in which column names can be those of a list of villages, the likeliest first."""
    for by in _BY:
        for saying in _SAYING:
            required = (*by, *saying)
            header = find_header(rows, Wanted(required, tuple(name for name in _FURTHER if name not in required)))
            if header.fits and (saying or dated_columns(header)):
                yield header
        header = find_header(rows, Wanted(by, tuple(name for name in _FURTHER if name not in by)))
        if header.fits and len(by) > 1:
            yield header


def dated_columns(header: Header) -> dict[str, int]:
    """Return the columns of statuses whose names say a year, with that year."""
    unknown = (name for name in header.written if name and name in header.names)
    return {name: year for name in unknown if (year := status_year(normal(name))) is not None}


def _is_as_its_header_says(found: Layout) -> bool:
    """Return whether the cells bear the names out: a column of statuses holds some, and years are not launch years."""
    names, rows = found.header.names, found.villages
    if "status" in found.header.wanted.required:
        cells = [cell for _, row in rows if (cell := _cell(row, names.index("status")))]
        name = normal(found.header.written[names.index("status")])
        if cells and name in NAMES["status"][1] and all(level_of(cell)[0] is None for cell in cells):
            return False
    if "year" in found.header.wanted.required:
        by = [names.index(name) for name in ("village_code", "village", "subdistrict") if name in names]
        villages = [tuple(_cell(row, i) for i in by) for _, row in rows]
        years = {year_of(_cell(row, names.index("year"))) for _, row in rows}
        return len({*villages}) < len(villages) or len(years) < 2
    return True


def _cell(row: Sequence[str], i: int) -> str:
    return row[i] if i < len(row) else ""


def _one_header_row(rows: list[Row]) -> list[Row]:
    """Return rows in which column names that fill two rows, a year below a name, are one."""
    for i, (upper, lower) in enumerate(pairwise(rows[: HEAD + 1])):
        names = _joined(upper[1], lower[1])
        if _years_among(names) > max(_years_among(upper[1]), _years_among(lower[1])):
            known = find_header([(lower[0], names)], Wanted(("village",), _FURTHER))
            if known.fits:
                return [*rows[:i], (lower[0], names), *rows[i + 2 :]]
    return rows


def _years_among(names: Sequence[str]) -> int:
    return sum(status_year(normal(name)) is not None and not name.isdecimal() for name in names if name)


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Return column names over two rows as one: a name that spans several columns stands in the first of them."""
    names, spanning = [], ""
    for j in range(max(len(upper), len(lower))):
        above, below = (cells[j] if j < len(cells) else "" for cells in (upper, lower))
        spanning = above or (spanning if below else "")
        names.append(spanning if not below or below == spanning else f"{spanning} {below}".strip())
    return names


class _Rows:
    """Tells the rows of villages from those that are none."""

    def __init__(self, grid: Grid, header: Header) -> None:
        self.grid, self.header = grid, header
        dated = dated_columns(header)
        self._at = {name: header.names.index(name) for name in (*_FURTHER, *dated) if name in header.names}
        self._statuses = [self._at[name] for name in ("status", *dated) if name in self._at]
        self._number = next((i for i, name in enumerate(header.written) if normal(name) in NUMBERING), None)
        self._names = [normal(name) for name in header.written if name]
        self._by_code = "village" not in self._at

    def layout(self) -> Layout:
        """Return what stands where."""
        place = next(i for i, (row, _) in enumerate(self.grid.rows) if row == self.header.row)
        body, found = self.grid.rows[place + 1 :], Layout(self.grid, self.header)
        end = len(body)
        while end and not self._is_sure(body[end - 1]):
            end -= 1
        heading: tuple[str, int] | None = None
        for i, row in enumerate(body):
            named = self._heading(row) if i < end else None
            if named is not None:
                heading = named, row[0]
            if named is None and i < end and self._is_village(row, first=i == 0):
                found.villages.append(row)
                if heading is not None:
                    found.under[row[0]] = heading
            else:
                found.passed_over.append(row)
        return found

    def _cell(self, row: Row, name: str) -> str:
        at = self._at.get(name)
        return "" if at is None else _cell(row[1], at)

    def _says_status(self, row: Row) -> bool:
        cells = (_cell(row[1], i) for i in self._statuses)
        return any(cell and level_of(cell)[0] is not None for cell in cells)

    def _is_numbered(self, row: Row) -> bool:
        code = self._cell(row, "village_code")
        number = "" if self._number is None else _cell(row[1], self._number)
        return _NUMBER.fullmatch(number) is not None or (bool(code) and not WORDS.fullmatch(code))

    def _is_total(self, row: Row) -> bool:
        beginning = row[1][: 1 + max(self._at.get(name, 0) for name in ("village_code", "village", "subdistrict"))]
        village, known = self._cell(row, "village"), self._says_status(row)
        named = _LETTERS.search(village) and (known or not TOTAL.fullmatch(village))
        return any(map(TOTAL.fullmatch, beginning)) and not (named and (known or self._is_numbered(row)))

    def _is_village(self, row: Row, *, first: bool) -> bool:
        if self._is_total(row) or (first and is_column_numbering(row[1])) or self._repeats_header(row):
            return False
        named = self._cell(row, "village_code" if self._by_code else "village")
        return bool(named) or self._says_status(row) or bool(self._cell(row, "village_code"))

    def _is_sure(self, row: Row) -> bool:
        """Return whether a row is a village for sure: it says more of one than a note or a signature does."""
        if not self._is_village(row, first=False):
            return False
        others = sum((self._says_status(row), self._is_numbered(row), bool(self._cell(row, "subdistrict"))))
        named = bool(self._cell(row, "village")) or self._by_code
        alone = not self._statuses and bool(self._cell(row, "launch_year"))
        return (named and bool(others or alone)) or others > 1

    def _heading(self, row: Row) -> str | None:
        """Return the kecamatan that a row names for those below it."""
        if self._by_code or self._is_total(row) or self._says_status(row) or self._repeats_header(row):
            return None
        filled = [cell for cell in dict.fromkeys(row[1]) if _LETTERS.search(cell)]
        if len(filled) != 1:
            return None
        name = without_kind(re.sub(r"^[0-9A-Za-z]{1,4}[.)] +(?=kec)", "", filled[0], flags=re.IGNORECASE))
        said = name != filled[0]
        if "subdistrict" not in self._at:
            lone = not self._is_numbered(row) or not self._cell(row, "village")
        else:
            lone = not self._cell(row, "village")
        return name if said or lone else None

    def _repeats_header(self, row: Row) -> bool:
        first = next(filter(None, row[1]), "")
        if normal(first) != next(iter(self._names), ""):
            return False
        return [normal(cell) for cell in row[1] if cell] == self._names


def copied_column(layout: Layout) -> str | None:
    """Return the column with a year that an undated column of statuses repeats; None where there is none."""
    names = layout.header.names
    if "status" not in names:
        return None
    rows = [cells for _, cells in layout.villages]
    undated = [level_of(_cell(cells, names.index("status")))[0] for cells in rows]
    for column in reversed(layout.dated):
        if undated == [level_of(_cell(cells, names.index(column)))[0] for cells in rows]:
            return column
    return None
