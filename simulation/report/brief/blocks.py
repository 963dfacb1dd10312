"""The parts that a brief is made of.

Knows what a part holds; must not know what it says nor how it is set on a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..answer_tables import WordTable

_NUMBER = re.compile(r"$|–$|\* ?|[<>+−-]?\d")
NARROWEST, WIDEST, CELL_MARGIN = 9, 80, 3
"""Letters that a column has room for at least, and beyond which a text is wrapped."""
PAGE_LETTERS = 88
"""Letters that fit beside each other on a page."""


@dataclass(frozen=True)
class Heading:
    """A heading of a section; one `above` others is that of a part, and begins a page."""

    text: str
    above: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `strong` ones carry the answer, `quiet` ones are small print."""

    text: str
    strong: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: Sequence[str]


@dataclass(frozen=True)
class Picture:
    """A figure of a run folder.

    Attributes
    ----------
    svg, png
        The same figure twice.
    caption
        What it shows, in one sentence.
    alternative
        What it says to somebody who cannot see it.
    width_cm
        How wide it is on the page.
    """

    svg: Path
    png: Path
    caption: str
    alternative: str
    width_cm: float = 9.0


@dataclass(frozen=True)
class TableBlock:
    """A table with its caption; `prose` ones have long texts, and columns as wide as these need."""

    table: WordTable
    prose: bool = False

    @property
    def widths(self) -> list[float]:
        """Shares of the page's width for the columns: as long as their texts, within bounds; headers may be wrapped."""
        least: list[float] = []
        wanted: list[float] = []
        for header, cells in self._columns():
            words = [word for text in (header, *cells) for word in text.split()]
            least.append(max(map(len, words), default=0) + CELL_MARGIN)
            word = max(map(len, header.split()), default=0)
            wanted.append(min(max(NARROWEST, word, *map(len, cells)), WIDEST) + CELL_MARGIN)
        room, more = PAGE_LETTERS - sum(least), sum(wanted) - sum(least)
        letters = wanted
        if 0 < room < more:
            # No word is divided: what is left after the longest words goes to the columns that wish for more.
            letters = [low + room / more * (high - low) for low, high in zip(least, wanted, strict=True)]
        return [width / sum(letters) for width in letters]

    @property
    def flush_right(self) -> list[bool]:
        """Whether a column holds numbers: all but the first whose cells begin like one."""
        numbers = [all(_NUMBER.match(cell) for cell in cells) for _, cells in self._columns()]
        return [False, *([False] * (len(numbers) - 1) if self.prose else numbers[1:])]

    def _columns(self) -> list[tuple[str, Sequence[str]]]:
        """Return header and cells of every column; a table without rows has a single empty cell in each."""
        return (
            list(zip(self.table.headers, zip(*self.table.rows, strict=True), strict=True))
            if self.table.rows
            else [(header, [""]) for header in self.table.headers]
        )


Block = Heading | Paragraph | Bullets | Picture | TableBlock


def unbroken(block: Block) -> Block:
    """Return a block in whose texts no line ends between a number and its percent sign."""
    match block:
        case Heading() | Paragraph():
            return replace(block, text=_glued(block.text))
        case Bullets(items):
            return Bullets([_glued(item) for item in items])
        case TableBlock(table):
            rows = [[_glued(cell) for cell in row] for row in table.rows]
            headers = [_glued(header) for header in table.headers]
            return replace(block, table=WordTable(_glued(table.caption), headers, rows))
        case Picture():
            return replace(block, caption=_glued(block.caption))


def _glued(text: str) -> str:
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


@dataclass(frozen=True)
class Document:
    """A whole brief.

    Attributes
    ----------
    language
        Code of its language.
    kind, title, subtitle
        What it is, of what, and below that which scenario.
    blocks
        In reading order.
    footer
        Stands at the foot of every page.
    figure_word, table_word
        What a figure and a table are called in their captions.
    """

    language: str
    kind: str
    title: str
    subtitle: str
    blocks: Sequence[Block]
    footer: str
    figure_word: str
    table_word: str
