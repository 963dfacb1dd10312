"""The parts that a brief is made of.

Knows what a part holds; must not know what it says nor how it is set on a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..answer_tables import WordTable

NARROWEST, WIDEST = 16, 80
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
    """A table with its caption; the first column is flush left, the others right unless `prose`."""

    table: WordTable
    prose: bool = False

    @property
    def widths(self) -> list[float]:
        """Shares of the page's width that a table of prose gives its columns: as long as their texts, within bounds."""
        columns = zip(self.table.headers, *self.table.rows, strict=True)
        letters = [min(max(NARROWEST, *map(len, column)), WIDEST) for column in columns]
        return [width / sum(letters) for width in letters]


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
