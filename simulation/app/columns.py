"""Sentences and tables of at most 80 columns.

Knows how text is broken into lines without cutting a word or a number; must not know what it says.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..report.language import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH = 80
_INDENT, _BETWEEN = 2, 2


def laid_out(parts: Iterable[RenderableType]) -> str:
    """Return sentences and tables as text of at most 80 columns, no two lines empty in a row."""
    from io import StringIO

    from rich.console import Console

    written = StringIO()
    console = Console(file=written, width=WIDTH, highlight=False, markup=False, emoji=False, color_system=None)
    for part in parts:
        console.print(wrapped(part) if isinstance(part, str) else part)
    lines = [line.rstrip() for line in written.getvalue().splitlines()]
    return "\n".join(line for line, before in zip(lines, ["", *lines], strict=False) if line or before).strip() + "\n"


def wrapped(sentence: str) -> str:
    """Return a sentence in lines of 80 columns, numbers kept together with their percent sign."""
    together = _together(printable(sentence, lines=True))
    lines = [textwrap.fill(line, WIDTH, subsequent_indent="  ") for line in together.splitlines()]
    return _apart("\n".join(lines))


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> RenderableType:
    """Return a table, its first `left` columns flush left, the others right."""
    from rich import box
    from rich.padding import Padding
    from rich.table import Table

    columns = [[_together(cell) for cell in column] for column in zip(headers, *rows, strict=True)]
    laid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, _BETWEEN - 1, 0, 0))
    broken = [
        [_apart(textwrap.fill(cell, width, break_on_hyphens=False)) for cell in column]
        for column, width in zip(columns, _widths(columns), strict=True)
    ]
    for place, (header, *cells) in enumerate(broken):
        width = max(len(line) for cell in (header, *cells) for line in cell.split("\n"))
        justify = "left" if place < left else "right"
        laid.add_column(header, justify=justify, vertical="bottom", no_wrap=True, min_width=width)  # type: ignore[arg-type]
    for row in zip(*(column[1:] for column in broken), strict=True):
        laid.add_row(*row)
    return Padding(laid, (0, 0, 1, _INDENT), expand=False)


def _widths(columns: Sequence[Sequence[str]]) -> list[int]:
    """Return the width of each column: that of its widest cell, as far as there is room for it."""
    least = [max(len(word) for cell in column for word in cell.split(" ")) for column in columns]
    widths = [max(low, *(len(cell) for cell in column[1:])) for column, low in zip(columns, least, strict=True)]
    while sum(widths) > WIDTH - _INDENT - _BETWEEN * (len(columns) - 1):
        # Only where no word has room to spare, such as a name of 60 letters, the widest is cut.
        widest = max(range(len(widths)), key=lambda place: (widths[place] > least[place], widths[place]))
        widths[widest] -= 1
    return widths


def _together(text: str) -> str:
    return text.replace(" %", "\u00a0%").replace("± ", "±\u00a0")


def _apart(text: str) -> str:
    return text.replace("\u00a0", " ")
