"""Sheets of a workbook as rows of text.

Knows sheets, cells and merged cells as openpyxl gives them; must not know what a column means.
"""

from __future__ import annotations

import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from io import BytesIO
from re import fullmatch
from typing import TYPE_CHECKING, Any, TypeVar

from ...domain.messages import Message, listed, nearest, shown
from ..collector import Collector
from ..files import Source
from ..tree import Node
from .archive import DAMAGED, TOO_LARGE, refused
from .cells import SheetCell, clean
from .headers import MOST_ROWS, Grid, Row, Wanted, find_header

if TYPE_CHECKING:
    from openpyxl.cell.read_only import ReadOnlyCell

    from .sheet_parser import Merged

MOST_CELLS = 2_000_000
"""Cells of a sheet, blank ones to the left of others counted; also cells into which merged cells may reach."""

MOST_LETTERS = 40_000_000
"""Letters of all cells: one long text may stand in many."""
LONGEST_FORMAT = 30
"""Letters of a number format that says how many digits to write; numbers have fewer."""


_Read = TypeVar("_Read")


class _TooLargeError(Exception):
    """A sheet has more rows or cells than are read."""


def read_sheet(
    source: Source, collector: Collector, wanted: Wanted, named: tuple[str, Node] | None = None
) -> Grid | None:
    """Return the sheet that holds the table, or None with the problem told.

    Parameters
    ----------
    named
        The key of the scenario that names the sheet, and its value; None where the only one that fits is meant.
    """
    return _opened(source, collector, lambda sheets: _choose(sheets, source, collector, wanted, named))


def read_sheets(source: Source, collector: Collector) -> list[Grid]:
    """Return every sheet that is meant to be seen and holds something; empty with the problem told."""

    def every(sheets: Sequence[_Sheet]) -> list[Grid]:
        filled = [sheet for sheet in sheets if sheet.visible and sheet.rows]
        return [_grid(sheet, source, several=len(filled) > 1) for sheet in filled] or [Grid(source.shown, [])]

    return _opened(source, collector, every) or []


def _opened(source: Source, collector: Collector, use: Callable[[Sequence[_Sheet]], _Read]) -> _Read | None:
    """Return what `use` makes of the sheets of a workbook, or None with the problem told."""
    from openpyxl import load_workbook

    refusal = DAMAGED
    try:
        if (found := refused(source.content)) is None:
            with warnings.catch_warnings():
                # About what openpyxl would lose on saving; nothing is saved here.
                warnings.simplefilter("ignore", UserWarning)
                book = load_workbook(BytesIO(source.content), read_only=True, data_only=True, keep_links=False)
                return use([_Sheet(sheet) for sheet in book.worksheets])
        refusal = found
    except _TooLargeError:
        refusal = TOO_LARGE
    except Exception:  # noqa: BLE001 S110 - whatever a library says of a broken file means that it is broken
        pass
    message, fix = refusal
    collector.add((source.shown, None), "", message, found=source.path.name, suggestion=fix, table=True)
    return None


class _Sheet:
    """A sheet, read as far as is asked for."""

    def __init__(self, sheet: Any) -> None:
        self.name: str = sheet.title
        self.visible: bool = sheet.sheet_state == "visible"
        self.formulas: Sequence[int] = ()
        self._sheet = sheet

    @cached_property
    def rows(self) -> list[Row]:
        """The rows that are not blank, merged cells filled downwards."""
        from .sheet_parser import SheetParser

        parser = SheetParser(self._sheet)
        rows: list[Row] = []
        area = letters = 0
        for number, cells in parser.rows():
            width = max(cell.column for cell in cells)
            area += width
            letters += sum(len(cell.value) for cell in cells if isinstance(cell.value, str))
            if area > MOST_CELLS or letters > MOST_LETTERS or len(rows) > MOST_ROWS:
                raise _TooLargeError
            texts = [""] * width
            for cell in cells:
                texts[cell.column - 1] = _text(cell)
            if any(texts):
                rows.append((number, texts))
        _fill(rows, parser.merged)
        self.formulas = parser.formulas
        return rows


def _fill(rows: Sequence[Row], merged: Sequence[Merged]) -> None:
    """Write the text of merged cells into each of their rows, in their first column."""
    numbers = [number for number, _ in rows]
    left = MOST_CELLS
    for column, top, bottom in merged:
        first, last = bisect_left(numbers, top), bisect_right(numbers, bottom)
        if first == len(rows) or numbers[first] != top or len(rows[first][1]) < column:
            continue
        left -= last - first
        if left < 0:
            return
        text = rows[first][1][column - 1]
        for _, cells in rows[first + 1 : last]:
            cells.extend([""] * (column - len(cells)))
            cells[column - 1] = cells[column - 1] or text


def _text(cell: ReadOnlyCell) -> str:
    """Return a cell as a person sees it."""
    if cell.data_type == "f":
        return SheetCell("=", "formula")
    value: Any = cell.value
    match value:
        case str():
            return clean(value)
        case bool():
            return str(value).upper()
        case int() | float():
            return _number(value, cell.number_format)
        case date():
            return SheetCell(str(value).removesuffix(" 00:00:00"), "date")
    return clean(str(value))


def _number(value: float, style: str) -> SheetCell:
    """Return a number as text, with at most 15 digits behind the point's place: more a spreadsheet does not keep."""
    text = str(value) if isinstance(value, int) else f"{value:.15g}"
    digits = fullmatch(r"(0+)(?:\.(0+))?", style[: LONGEST_FORMAT + 1])
    if digits is None or len(style) > LONGEST_FORMAT or not 0 <= value < 1e15:
        return SheetCell(text, "number")
    places = len(digits[2] or "")
    seen = f"{value:0{len(style)}.{places}f}"
    return SheetCell(text, "number", seen if float(seen) == value else "")


def _choose(
    sheets: Sequence[_Sheet], source: Source, collector: Collector, wanted: Wanted, named: tuple[str, Node] | None
) -> Grid | None:
    """Return the rows of the sheet that is named, else of the only one that is meant to be seen and fits."""
    filled = [sheet for sheet in sheets if sheet.visible and sheet.rows]
    if named is not None:
        chosen = _named(sheets, *named, collector)
    else:
        headers = [(sheet, find_header(sheet.rows, wanted)) for sheet in filled]
        fitting = [sheet for sheet, header in headers if header is not None and header.fits(wanted)]
        if len(fitting) > 1:
            message = Message(
                "several sheets hold such a table: {names}", {"names": listed(sheet.name for sheet in fitting)}
            )
            fix = Message("choose one in the scenario, beside table: sheet: {name}", {"name": shown(fitting[0].name)})
            collector.add((source.shown, None), "", message, suggestion=fix, table=True)
            return None
        nearly = max(
            headers, key=lambda pair: pair[1].known(wanted) if pair[1] is not None else 0, default=(None, None)
        )
        chosen = fitting[0] if fitting else nearly[0]
        if chosen is None:
            return Grid(source.shown, [])
    if chosen is None:
        return None
    several = len(filled) > 1 or not chosen.visible
    return _grid(chosen, source, several=several)


def _grid(sheet: _Sheet, source: Source, *, several: bool) -> Grid:
    """Return the rows of a sheet, which is named where there are several."""
    name = f"{source.shown}[{shown(sheet.name)}]" if several else source.shown
    return Grid(name, sheet.rows, ragged=True, formulas=sheet.formulas, sheet=sheet.name)


def _named(sheets: Sequence[_Sheet], key: str, named: Node, collector: Collector) -> _Sheet | None:
    """Return the sheet of a name, capitals and blanks aside, or None with the problem told."""
    by_name = {clean(sheet.name).lower(): sheet for sheet in sheets}
    found = by_name.get(clean(str(named.value)).lower())
    if found is None:
        names = [sheet.name for sheet in sheets]
        message = Message("the workbook has no sheet of this name")
        allowed = Message("one of: {names}", {"names": listed(names)})
        collector.add(named, key, message, allowed=allowed, suggestion=nearest(str(named.value), names))
    return found
