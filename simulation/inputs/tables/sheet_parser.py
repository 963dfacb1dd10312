"""The rows of one sheet of a workbook, one at a time.

Knows openpyxl's parser of sheets; must not know what the cells say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import SubElement, iterparse

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet._reader import FORMULA_TAG, INLINE_STRING, MERGE_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS

Merged = tuple[int, int, int]
"""First column, first and last row of merged cells."""

_TEXTS = (f"{INLINE_STRING}/{{{SHEET_MAIN_NS}}}t", f"{INLINE_STRING}/{{{SHEET_MAIN_NS}}}r/{{{SHEET_MAIN_NS}}}t")


class SheetParser(WorkSheetParser):
    """Reads the cells and merged cells of a sheet, and nothing else of it.

    openpyxl's own way to rows fills every gap with blank cells, does not tell which cells are merged or hold a formula
    without a result, and fails on oddities of what is no cell. So its parser of rows is used directly.

    Attributes
    ----------
    merged
        The merged cells, once the last row has been read.
    formulas
        The row of every formula whose result is saved, as far as rows have been read.
    """

    def __init__(self, sheet: Any) -> None:
        book = sheet.parent
        self._stream = sheet._get_source()  # noqa: SLF001 - see above, here and below
        super().__init__(
            self._stream,
            sheet._shared_strings,  # noqa: SLF001
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        self.merged: list[Merged] = []
        self.formulas: list[int] = []
        self._sheet = sheet

    def rows(self) -> Iterator[tuple[int, list[ReadOnlyCell]]]:
        """Yield number and filled cells of every row that has some; a formula without a result has the value ``=``."""
        with self._stream as stream:
            elements: Iterator[tuple[str, Any]] = iterparse(stream)  # noqa: S314 - what declares entities was refused
            for _, element in elements:
                if element.tag == ROW_TAG:
                    number, cells = self.parse_row(element)
                    element.clear()
                    self.row_dimensions.clear()
                    filled = [ReadOnlyCell(self._sheet, **cell) for cell in cells if cell["value"] is not None]
                    if filled:
                        yield number, filled
                elif element.tag == MERGE_TAG:
                    for area in element:
                        left, top, _, bottom = range_boundaries(area.get("ref", ""))
                        self.merged.append((left or 1, top or 1, bottom or 1))

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """Return a cell as openpyxl does, but rich text as plain text, and formulas without a result told apart."""
        if element.get("t") == "inlineStr":
            text = "".join(part.text or "" for path in _TEXTS for part in element.iterfind(path))
            element[:] = []
            element.set("t", "str")
            SubElement(element, VALUE_TAG).text = text
        cell: dict[str, Any] = super().parse_cell(element)
        if element.find(FORMULA_TAG) is not None:
            if cell["value"] is None:
                cell |= {"value": "=", "data_type": "f"}
            else:
                self.formulas.append(cell["row"])
        return cell
