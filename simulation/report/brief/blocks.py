"""The parts that a brief is made of.

Knows what a part holds; must not know what it says nor how it is set on a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..answer_tables import WordTable

_NUMBER = re.compile(r"$|–$|\* ?|[<>+−-]?\d")
NARROWEST, WIDEST, CELL_MARGIN = 9, 80, 3
"""Letters that a column has room for at least, and beyond which a text is wrapped."""


@dataclass(frozen=True)
class Heading:
    """A heading of a section."""

    text: str


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
    """

    svg: Path
    png: Path
    caption: str
    alternative: str


@dataclass(frozen=True)
class TableBlock:
    """A table with its caption; `prose` ones have long texts, and columns as wide as these need."""

    table: WordTable
    prose: bool = False

    @property
    def widths(self) -> list[float]:
        """Shares of the page's width for the columns: as long as their texts, within bounds; headers may be wrapped."""
        letters = []
        for header, cells in self._columns():
            word = max(map(len, header.split()), default=0)
            letters.append(min(max(NARROWEST, word, *map(len, cells)), WIDEST) + CELL_MARGIN)
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


@dataclass(frozen=True)
class NewPage:
    """The first page ends here."""


Block = Heading | Paragraph | Bullets | Picture | TableBlock | NewPage


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
