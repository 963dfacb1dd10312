"""A document as text of at most 80 columns, for the terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

from ..language import Language, printable
from .blocks import Block, Bullets, Document, Heading, On, Paragraph, Picture, Table

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH = 80
MOST_LINES = 25
"""Of an answer, which a small window holds; more only where more is asked for."""
HEADER_LINES = 2
"""Of a table, where there is room beside each other."""
LEAST_ROWS = 3
"""Of a table that is cut."""
MOST_REPEATED = 4
"""Lines of the first sentence of the verdict, which is said again at the end."""
_INDENT, _BETWEEN = 2, 2
_ENDS = re.compile(r"(?:; |\. (?=[A-Z“])).*", re.DOTALL)
"""What follows the first sentence, or what of it a semicolon parts."""
Laid = dict[int, list[str]]
"""The lines of blocks, by the places of these."""


def as_text(speech: Language, document: Document, closing: Sequence[str] = (), *, verbose: bool = False) -> str:
    """Return what a terminal shows of a document: the verdict, what there is room for, and the verdict again.

    Parameters
    ----------
    closing
        Sentences below it, such as where files are; the verdict's repetition stands below these.
    verbose
        Whether all of it is shown, however long.
    """
    shown = document.shown(On.VERBOSE if verbose else On.TERMINAL)
    verdicts = {place: _lines(_block(speech, block)) for place, block in enumerate(shown) if _strong(block)}
    title, last = [*_lines([document.title]), ""], ["", *_lines(closing)]
    again = _repeated(shown) if len(verdicts) < len(shown) else []
    if verbose:
        laid = {place: _lines(_block(speech, block)) for place, block in enumerate(shown)}
    else:
        more = speech.say("All of it: --verbose")
        laid = _fitting(speech, shown, verdicts, MOST_LINES - len([*title, *last, more, "", *again]))
        last += [more] if len(laid) < len(document.shown(On.VERBOSE)) else []
    return "\n".join(_joined([{0: title}, laid, {0: last}, {0: ["", *again]}])) + "\n"


def _repeated(shown: Sequence[Block]) -> list[str]:
    """Return the first verdict in short."""
    first = next((block.text for block in shown if isinstance(block, Paragraph) and block.strong), "")
    lines = _lines([_ENDS.sub(".", first)])
    if len(lines) <= MOST_REPEATED:
        return lines
    *kept, last = lines[:MOST_REPEATED]
    return [*kept, f"{last[: WIDTH - 1].rpartition(' ')[0]} …"]


def _strong(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.strong


def _fitting(speech: Language, shown: Sequence[Block], verdicts: Laid, room: int) -> Laid:
    """Return what fits into so many lines: what is read up to the first table, sentences below it, other tables."""
    rows_of = {place: len(block.rows) for place, block in enumerate(shown) if isinstance(block, Table)}
    later = list(rows_of)[1:]
    laid = dict(verdicts)
    for place in sorted(set(range(len(shown))) - set(verdicts), key=lambda at: (at in later, at)):
        # Every row takes a line, so that more rows than lines are left need not be laid.
        left = room - len(_joined([laid]))
        for rows in range(max(LEAST_ROWS, min(left, rows_of.get(place, 0))), LEAST_ROWS - 1, -1):
            lines = _cut(speech, shown[place], rows)
            if len(_joined([{**laid, place: lines}])) <= room:
                laid[place] = lines
                break
    return laid


def _cut(speech: Language, block: Block, most: int) -> list[str]:
    """Return the lines of a block, of a table with its first rows."""
    if not isinstance(block, Table) or len(block.rows) <= most:
        return _lines(_block(speech, block))
    more = speech.say("… and {number} more rows", number=speech.number(len(block.rows) - most))
    return [*_lines(_block(speech, replace(block, rows=block.rows[:most])))[:-1], f"{' ' * _INDENT}{more}", ""]


def _joined(parts: Iterable[Laid]) -> list[str]:
    """Return lines in their order, no two in a row empty, and neither the first nor the last."""
    lines = [line for laid in parts for _, block in sorted(laid.items()) for line in block]
    kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    return kept[:-1] if kept and not kept[-1] else kept


def _block(speech: Language, block: Block) -> Iterator[RenderableType]:
    match block:
        case Heading(text):
            yield from ("", text)
        case Paragraph(strong=strong):
            yield from ("", block.led) if strong else (block.led,)
        case Bullets(items):
            yield from (f"- {item}" for item in items)
        case Table():
            words = block.as_text(speech)
            yield from ("", words.caption)
            yield table(words.headers, words.rows)
        case Picture():
            pass


def _lines(parts: Iterable[RenderableType]) -> list[str]:
    """Return sentences and tables as lines of at most 80 columns."""
    from rich.console import Console

    written = StringIO()
    console = Console(file=written, width=WIDTH, highlight=False, markup=False, emoji=False, color_system=None)
    for part in parts:
        console.print(wrapped(part) if isinstance(part, str) else part)
    return [line.rstrip() for line in written.getvalue().splitlines()]


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
    room = WIDTH - _INDENT - _BETWEEN * (len(columns) - 1)
    for place, (header, *_) in enumerate(columns):
        while sum(widths) < room and len(textwrap.wrap(header, widths[place])) > HEADER_LINES:
            widths[place] += 1
    while sum(widths) > room:
        # Only where no word has room to spare, such as a name of 60 letters, the widest is cut.
        widest = max(range(len(widths)), key=lambda place: (widths[place] > least[place], widths[place]))
        widths[widest] -= 1
    return widths


def _together(text: str) -> str:
    return text.replace("± ", "±\u00a0")


def _apart(text: str) -> str:
    return text.replace("\u00a0", " ")
