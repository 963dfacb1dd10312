"""A document as a workbook: its sentences and charts on the first sheet, then each table on a sheet of its own.

Numbers stay numbers, shown in the form of their column; no text becomes a formula or a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...engine.whole_file import whole_file
from .. import wording
from ..language import Language
from .blocks import Block, Bullets, Cell, Chart, Column, Document, Form, On, Paragraph, Share, Table, cell_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

HEADER = 2
"""Row of the column titles, counted from 0: above it stands what the table shows."""
_NARROWEST, _WIDEST = 8, 45
_PORTRAIT_WIDTH = 115
"""Letters that upright paper holds beside each other without print below 9 pt."""
_LEAD_WIDTH, _TEXT_WIDTH, _LINE_LETTERS = 30, 100, 100
"""Widths of the answer's columns, and letters that fit in a line of it."""
_CAPTION_LETTER = 1.3
"""Width of a bold letter of a caption, in letters of a cell."""
CHART_ROWS = 17
"""Rows of a sheet that a chart takes."""
_ROW_PIXELS, _ROW_POINTS = 20, 15
"""Height of a row, on the screen and on paper."""
_INK, _LEVEL = "#31688E", "#D55E00"
"""Colours as in the figures: of points and ranges, and of what is asked for."""
_LONGEST_NAME = 31
MOST_PRINTED, FEW_PRINTED = 300, 40
"""Rows that a sheet prints at most, some eight pages; of a longer one a page is printed, which says so."""
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]+")
_WORDS: frozenset[Form] = frozenset({"text", "prose"})
_SCALES: dict[Form, float] = {"points": 100, "money": 1e6}
"""What a number is multiplied by: shares to percentage points, million rupiah to rupiah."""
_UNDATED = datetime(2000, 1, 1)  # noqa: DTZ001  XlsxWriter takes times without a zone


def write_xlsx(speech: Language, document: Document, path: Path, sheets: Iterable[Table] = ()) -> None:
    """Write a document as a workbook, whole; the same document gives the same bytes. `sheets` come after its own."""
    from xlsxwriter import Workbook

    texts_stay = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    blocks, answer = document.shown(On.WORKBOOK), speech.say("Answer")
    taken = {answer.casefold()}
    with whole_file(path) as temporary, Workbook(str(temporary), texts_stay) as book:
        book.set_properties({"title": document.title, "author": "Kampung KB Forecast", "created": _UNDATED})
        row = _write_answer(book, answer, document, blocks)
        for block in [*blocks, *sheets]:
            if isinstance(block, Table):
                name = _sheet_name(block.sheet or block.caption, taken)
                _write_sheet(book, speech, block, name, document.title)
                for chart in block.charts:
                    _draw_chart(book, book.worksheets()[0], row, block, name, chart)
                    row += CHART_ROWS


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """Return a name that a sheet can have and none has yet."""
    plain = " ".join(_NOT_IN_NAMES.sub(" ", wanted).strip("' ").split()) or "1"
    name, number = plain[:_LONGEST_NAME].strip("' "), 1
    while name.casefold() in taken:
        number += 1
        ending = f" {number}"
        name = plain[: _LONGEST_NAME - len(ending)] + ending
    taken.add(name.casefold())
    return name


def _write_answer(book: Workbook, name: str, document: Document, blocks: Sequence[Block]) -> int:
    """Write the first sheet: title, answer, and what a document says besides, what it is about to its left.

    Returns the row below.
    """
    page = book.add_worksheet(name)
    look = {"text_wrap": True, "valign": "top"}
    plain, bold = book.add_format(look), book.add_format(look | {"bold": True})
    lines = [("", document.subtitle, plain)] if document.subtitle else []
    for block in blocks:
        match block:
            case Paragraph(text, strong, lead=lead):
                lines.append((lead or (name if strong else ""), text, bold if strong else plain))
            case Bullets(items):
                lines += [("", item, plain) for item in items]
    page.write_string(0, 0, document.title, book.add_format({"bold": True, "size": 14}))
    for place, (lead, text, style) in enumerate([*lines, ("", document.footer, plain)], 2):
        page.set_row(place, _ROW_POINTS * ceil(len(text) / _LINE_LETTERS))
        page.write_string(place, 0, lead, bold)
        page.write_string(place, 1, text, style)
    page.set_column(0, 0, _LEAD_WIDTH)
    page.set_column(1, 1, _TEXT_WIDTH)
    page.hide_gridlines(2)
    _for_paper(page, document.title)
    page.set_portrait()
    page.fit_to_pages(1, 1)
    return len(lines) + 4


def _draw_chart(book: Workbook, page: Worksheet, row: int, table: Table, name: str, chart: Chart) -> None:
    """Draw numbers of the table on a sheet of that name, below a row of a page."""
    columns = {column.title: (place, column) for place, column in enumerate(table.typed_columns)}
    last = HEADER + (len(table.rows) if chart.first is None else chart.first)

    def cells(title: str) -> list[str | int]:
        place, _ = columns[title]
        return [name, HEADER + 1, place, last, place]

    def add(drawn: Any, title: str, **look: Any) -> None:
        drawn.add_series({"name": title, "categories": cells(chart.across), "values": cells(title), **look})

    drawn, ink = book.add_chart({"type": "line"}), {"color": _INK}
    joined = columns[chart.across][1].form == "year"
    wanted = {"color": _LEVEL}
    for title, mark, width in (
        (chart.high, "long_dash", 1),
        (chart.middle, "circle", 2.5),
        (chart.low, "long_dash", 1),
    ):
        line = {**ink, "width": width} if joined else {"none": True}
        add(drawn, title, line=line, marker={"type": mark, "size": 8, "fill": ink, "border": ink})
    if chart.level and joined:
        add(drawn, chart.level, line={**wanted, "width": 1.75, "dash_type": "dash"})
    elif chart.level:
        diamond = {"type": "diamond", "size": 8, "fill": wanted, "border": wanted}
        add(drawn, chart.level, line={"none": True}, marker=diamond)
    share = columns[chart.middle][1].form == "chance"
    drawn.set_title({"name": chart.title, "name_font": {"size": 11}})
    drawn.set_y_axis(
        {
            "min": 0,
            "max": 1 if share else None,
            "num_format": "0%" if share else "#,##0",
            "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}},
        }
    )
    drawn.set_legend({"position": "bottom"})
    drawn.set_size({"width": 7 * (_LEAD_WIDTH + _TEXT_WIDTH), "height": _ROW_PIXELS * (CHART_ROWS - 1)})
    page.insert_chart(row, 0, drawn, {"description": chart.title})


def _for_paper(page: Worksheet, title: str) -> None:
    """Let a sheet be printed on A4, no column cut off, below each page what it belongs to."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5)
    page.set_footer(f"&L&8{title.replace('&', '&&')}\n&A, &P/&N")


def _write_sheet(book: Workbook, speech: Language, table: Table, name: str, title: str) -> None:
    """Write a table below its caption; the title is that of the document."""
    page, columns = book.add_worksheet(name), table.typed_columns
    look = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#F2F2F2", "bottom": 1}
    words_head, numbers_head = (book.add_format(look | {"align": side, "indent": 1}) for side in ("left", "right"))
    formats: dict[tuple[Column, bool], Format] = {}
    widths = [_width(speech, column, [row[place] for row in table.rows]) for place, column in enumerate(columns)]
    _write_caption(page, table.caption, widths, book.add_format({"bold": True, "size": 12, "text_wrap": True}))
    for place, (column, width) in enumerate(zip(columns, widths, strict=True)):
        page.set_column(place, place, width)
        head = words_head if column.form in _WORDS else numbers_head
        page.write_string(HEADER, place, column.title, head)
    for number, row in enumerate(table.rows, HEADER + 1):
        for place, (column, cell) in enumerate(zip(columns, row, strict=True)):
            written, strong = _as_written(column, cell), number - HEADER - 1 in table.strong
            if (written, strong) not in formats:
                formats[written, strong] = _format(book, speech, written, strong=strong)
            _write_cell(page, number, place, _value(column, cell), formats[written, strong])
    page.freeze_panes(HEADER + 1, 1)
    if table.rows:
        page.autofilter(HEADER, 0, HEADER + len(table.rows), len(columns) - 1)
    _for_paper(page, title)
    if sum(widths) <= _PORTRAIT_WIDTH:
        page.set_portrait()
    page.repeat_rows(HEADER)
    if len(table.rows) > MOST_PRINTED:
        page.print_area(0, 0, HEADER + FEW_PRINTED, len(columns) - 1)
        said = speech.say(
            "To calculate with, not to print: only the first {few} of {rows} rows are printed.",
            few=speech.number(FEW_PRINTED),
            rows=speech.number(len(table.rows)),
        )
        page.write_string(1, 0, said)


def _write_caption(page: Worksheet, caption: str, widths: Sequence[int], style: Format) -> None:
    """Write what a table shows above it, in as many lines as keep it no wider than its columns."""
    lines = ceil(_CAPTION_LETTER * len(caption) / sum(widths))
    if lines > 1 and len(widths) > 1:
        page.merge_range(0, 0, 0, len(widths) - 1, caption, style)
        page.set_row(0, 1.1 * _ROW_POINTS * lines)
    else:
        style.set_text_wrap(False)
        page.write_string(0, 0, caption, style)


def _value(column: Column, cell: Cell) -> Cell:
    scale = _SCALES.get(column.form)
    return scale * cell if scale and isinstance(cell, (int, float)) else cell


def _write_cell(page: Worksheet, row: int, column: int, value: Cell, style: Format) -> None:
    if value is None or value == "":
        page.write_blank(row, column, None, style)
    elif isinstance(value, str):
        page.write_string(row, column, value, style)
    else:
        page.write_number(row, column, float(value), style)


def _as_written(column: Column, cell: Cell) -> Column:
    """Return how a cell of a column is written: a share as a chance, unless it is nothing or all."""
    form: Form = "percent" if isinstance(cell, Share) else column.form
    some = form == "percent" and isinstance(cell, float) and 0 < cell < 1
    return Column("", "chance" if some else form, 1 if isinstance(cell, Share) else column.decimals)


def _format(book: Workbook, speech: Language, column: Column, *, strong: bool) -> Format:
    return book.add_format(
        {
            "num_format": _number_format(speech, column),
            "bold": strong,
            "text_wrap": column.form in _WORDS,
            "valign": "top",
            "align": "left" if column.form in _WORDS else "right",
            "indent": 1,
        }
    )


def _number_format(speech: Language, column: Column) -> str:
    """Return how a spreadsheet writes the numbers of a column; no chance reads as sure that is not."""
    behind = "." + "0" * column.decimals if column.decimals else ""
    share = "0." + "0" * max(1, column.decimals) + "%"
    formats: dict[Form, str] = {
        "text": "@" if not column.decimals else f"#,##0{behind}", "prose": "@", "year": "0", "whole": "#,##0",
        "decimal": f"#,##0{behind or '.00'}", "percent": share, "points": f"#,##0{behind or '.0'}",
        "money": '"Rp"#,##0',
    }  # fmt: skip
    if column.form == "chance":
        digits = max(1, column.decimals)
        never, always = (wording.uncertain(speech, chance, digits) for chance in (0.0, 1.0))
        least = 0.01 / 10**digits
        return f'[<{least:.{digits + 2}f}]"{never}";[>{1 - least:.{digits + 2}f}]"{always}";{share}'
    return formats[column.form]


def _width(speech: Language, column: Column, values: Sequence[Cell]) -> int:
    """Return the width of a column in letters: as long as its cells, the header wrapped, within bounds."""
    longest_word = max(map(len, column.title.split()), default=0)
    shown = (
        f"{1e6 * value:,.0f}"
        if column.form == "money" and isinstance(value, (int, float))
        else cell_text(speech, column, value)
        for value in values
    )
    longest = max(map(len, shown), default=0)
    return min(max(_NARROWEST, longest_word + 4, round(1.1 * longest) + 2), _WIDEST)
