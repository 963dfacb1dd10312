"""Workbooks that spreadsheet programs open clean: sheets of typed columns with frozen headers, and sheets of prose.

Knows XlsxWriter, number formats and widths of columns; must not know what a sheet says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .files import whole_file

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Kind = Literal["text", "prose", "year", "whole", "decimal", "fine", "percent", "chance"]

_FORMATS: dict[Kind, str] = {
    "text": "@", "prose": "@", "year": "0", "whole": "#,##0", "decimal": "#,##0.00",
    "fine": "#,##0.000", "percent": "0.0%", "chance": "0.0%",
}  # fmt: skip
_NARROWEST, _WIDEST, _PROSE_WIDTH = 8, 40, 70
_UNDATED = datetime(2000, 1, 1)  # noqa: DTZ001  XlsxWriter takes times without a zone


@dataclass(frozen=True)
class Column:
    """A column: what stands above it, and how its cells are shown.

    Attributes
    ----------
    kind
        ``percent`` cells hold shares between 0 and 1, and so do those of a ``chance`` between `never` and `always`.
    never, always
        How a chance is shown that rounds to 0 or 1, in the reader's language.
    """

    title: str
    kind: Kind = "text"
    never: str = "<0.1%"
    always: str = ">99.9%"


@dataclass(frozen=True)
class Sheet:
    r"""A table on a sheet of its own.

    Attributes
    ----------
    name
        At most 31 characters, none of ``[]:*?/\``.
    rows
        One value a column: text, a number, or None where it is unknown.
    strong
        Places of the rows that are set in bold: sub-totals.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    strong: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Prose:
    """Sentences on a sheet of its own, one a row; the first is its title."""

    name: str
    sentences: Sequence[str]


def write_workbook(path: Path, title: str, sheets: Sequence[Sheet | Prose]) -> None:
    """Write a workbook, whole; the same sheets give the same bytes, and no text becomes a formula or a link."""
    from xlsxwriter import Workbook

    texts_stay = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with whole_file(path) as temporary, Workbook(str(temporary), texts_stay) as book:
        book.set_properties({"title": title, "author": "Kampung KB Forecast", "created": _UNDATED})
        for sheet in sheets:
            if isinstance(sheet, Prose):
                _write_prose(book, sheet)
            else:
                _write_sheet(book, sheet)


def _write_prose(book: Workbook, prose: Prose) -> None:
    page = book.add_worksheet(prose.name)
    page.hide_gridlines(2)
    page.set_column(0, 0, 100)
    wrapped = {"text_wrap": True, "valign": "top"}
    for place, sentence in enumerate(prose.sentences):
        page.write_string(place, 0, sentence, book.add_format(wrapped | ({} if place else {"bold": True, "size": 14})))
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _write_sheet(book: Workbook, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#F2F2F2", "bottom": 1})
    plain = [_format(book, column, strong=False) for column in sheet.columns]
    strong = [_format(book, column, strong=True) for column in sheet.columns]
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, _width(column, [row[place] for row in sheet.rows]), plain[place])
        page.write_string(0, place, column.title, head)
    for number, row in enumerate(sheet.rows):
        formats = strong if number in sheet.strong else plain
        for place, value in enumerate(row):
            _write_cell(page, number + 1, place, value, formats[place])
    page.freeze_panes(1, 1)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _write_cell(page: Worksheet, row: int, column: int, value: Any, style: Format) -> None:
    if value is None or value == "":
        page.write_blank(row, column, None, style)
    elif isinstance(value, str):
        page.write_string(row, column, value, style)
    else:
        page.write_number(row, column, float(value), style)


def _format(book: Workbook, column: Column, *, strong: bool) -> Format:
    wrapped, shown = column.kind == "prose", _FORMATS[column.kind]
    if column.kind == "chance":
        shown = f'[<0.0005]"{column.never}";[>=0.9995]"{column.always}";{shown}'
    return book.add_format({"num_format": shown, "bold": strong, "text_wrap": wrapped, "valign": "top"})


def _width(column: Column, values: Sequence[Any]) -> int:
    """Return the width of a column in letters: as long as its cells, the header wrapped, within bounds."""
    if column.kind == "prose":
        return _PROSE_WIDTH
    longest_word = max(map(len, column.title.split()), default=0)
    longest = max((len(value) for value in values if isinstance(value, str)), default=0)
    return min(max(_NARROWEST, longest_word + 3, longest + 1), _WIDEST)
