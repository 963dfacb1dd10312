"""A document as text of at most 80 columns, for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING

from ..language import Language, printable
from .blocks import Block, Bullets, Document, Heading, On, Paragraph, Picture, Table

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH = 80
_INDENT, _BETWEEN = 2, 2


def as_text(speech: Language, document: Document, *, verbose: bool = False) -> str:
    """Return what a terminal shows of a document; `verbose` also what is shown only where more is asked for."""
    return laid_out(_parts(speech, document, On.VERBOSE if verbose else On.TERMINAL))


def _parts(speech: Language, document: Document, on: On) -> Iterator[RenderableType]:
    yield document.title
    yield ""
    for block in document.shown(on):
        yield from _block(speech, block)


def _block(speech: Language, block: Block) -> Iterator[RenderableType]:
    match block:
        case Heading(text):
            yield from ("", text)
        case Paragraph(text, strong):
            yield from ("", text) if strong else (text,)
        case Bullets(items):
            yield from (f"- {item}" for item in items)
        case Table():
            words = block.as_text(speech)
            yield from ("", words.caption)
            yield table(words.headers, words.rows)
        case Picture():
            pass


def laid_out(parts: Iterable[RenderableType]) -> str:
    """Return sentences and tables as text of at most 80 columns, no two lines empty in a row."""
    from rich.console import Console

    written = StringIO()
    console = Console(file=written, width=WIDTH, highlight=False, markup=False, emoji=False, color_system=None)
    for part in parts:
        console.print(wrapped(part) if isinstance(part, str) else part)
    lines = [line.rstrip() for line in written.getvalue().splitlines()]
    return "\n".join(line for line, before in zip(lines, ["", *lines], strict=False) if line or before).strip() + "\n"


def wrapped(sentence: str) -> str:
    """Return a sentence in lines of 80 columns, an error kept together with its sign."""
    together = _together(printable(sentence, lines=True))
    lines = [textwrap.fill(line, WIDTH, subsequent_indent="  ") for line in together.splitlines()]
    return _apart("\n".join(lines))


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> RenderableType:
    """Return a table, its first `left` columns flush left, the others right."""
    from rich import box
    from rich.padding import Padding
    from rich.table import Table as RichTable

    cells = [headers, *([printable(cell) for cell in row] for row in rows)]
    columns = [[_together(cell) for cell in column] for column in zip(*cells, strict=True)]
    laid = RichTable(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, _BETWEEN - 1, 0, 0))
    broken = [
        [_apart(textwrap.fill(cell, width, break_on_hyphens=False)) for cell in column]
        for column, width in zip(columns, _widths(columns), strict=True)
    ]
    for place, (header, *below) in enumerate(broken):
        width = max(len(line) for cell in (header, *below) for line in cell.split("\n"))
        justify = "left" if place < left else "right"
        laid.add_column(header, justify=justify, vertical="bottom", no_wrap=True, min_width=width)  # type: ignore[arg-type]
    for row in zip(*(column[1:] for column in broken), strict=True):
        laid.add_row(*row)
    return Padding(laid, (0, 0, 1, _INDENT), expand=False)


def _widths(columns: Sequence[Sequence[str]]) -> list[int]:
    """Return the width of each column: that of its widest cell, as far as there is room for it."""
    least = [max(len(word) for cell in column for word in cell.split(" ")) for column in columns]
    widths = [max(low, *(len(cell) for cell in column[1:]), 0) for column, low in zip(columns, least, strict=True)]
    while sum(widths) > WIDTH - _INDENT - _BETWEEN * (len(columns) - 1):
        # Only where no word has room to spare, such as a name of 60 letters, the widest is cut.
        widest = max(range(len(widths)), key=lambda place: (widths[place] > least[place], widths[place]))
        widths[widest] -= 1
    return widths


def _together(text: str) -> str:
    return text.replace("± ", "±\u00a0")


def _apart(text: str) -> str:
    return text.replace("\u00a0", " ")
