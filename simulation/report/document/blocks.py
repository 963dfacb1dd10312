"""The blocks that every document is made of: sentences, lists, tables and figures.

A kind of answer says what its document holds; renderers say how that looks in a terminal, on paper or on a sheet. Cells
of a table are numbers where that is possible, with the way to write them in the column: a sheet keeps the number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Flag, auto
from itertools import permutations
from math import ceil
from operator import ge
from pathlib import Path
from typing import Any, Literal

from .. import wording
from ..language import Language


class Share(float):
    """A cell that is a share, in a column of numbers of several kinds."""


Cell = str | int | float | None
Form = Literal["text", "prose", "year", "whole", "decimal", "percent", "chance", "points", "money"]
UNKNOWN = "–"
_NUMBER = re.compile(r"$|–$|\* ?|[<>+−-]?(Rp)?\d")
_RANK = re.compile(r"\d{1,3}")
NARROWEST, WIDEST, CELL_MARGIN = 9, 80, 3
"""Letters that a column has room for at least, and beyond which a text is wrapped."""
LONGEST_NUMBER = 20
"""Letters of a number, with its range, that stays on one line."""
HEADER_LINES = 3
"""Lines that the title of a column takes at most where there is room."""
PAGE_LETTERS = 88
"""Letters that fit beside each other on a page."""


class On(Flag):
    """Where a block is shown."""

    TERMINAL = auto()
    VERBOSE = auto()
    """In the terminal where more was asked for."""
    ANSWER = auto()
    """At the beginning of a brief, which answers the question."""
    OPTIONS = auto()
    """Then: what can be done, at what cost;"""
    PLACES = auto()
    """where, by kecamatan and kampung, or the years where single villages are not known;"""
    FEW_PLACES = auto()
    """the same where options take up room: fewer kampung;"""
    SUBDISTRICTS = auto()
    """kecamatan alone where a plan names the kampung;"""
    DATA = auto()
    """which data to ask for;"""
    LIMITS = auto()
    """and what the answer cannot say."""
    ANNEX = auto()
    """In the annex of a brief."""
    WORKBOOK = auto()


SCREEN = On.TERMINAL | On.VERBOSE
EVERYWHERE = SCREEN | On.ANNEX | On.WORKBOOK
DETAIL = EVERYWHERE & ~On.TERMINAL
"""Where more is told than the short answer in the terminal."""


@dataclass(frozen=True)
class Heading:
    """A heading of a section; one that `turns_page` stands on the second page, whatever room the first has left."""

    text: str
    turns_page: bool = False
    on: On = On.ANNEX


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `strong` ones carry the answer, `quiet` ones are small print, a `lead` says what it is about."""

    text: str
    strong: bool = False
    quiet: bool = False
    lead: str = ""
    on: On = EVERYWHERE

    @property
    def led(self) -> str:
        """The text behind its lead, where letters cannot be bold."""
        return f"{self.lead}: {self.text}" if self.lead else self.text


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: Sequence[str]
    on: On = On.ANNEX


@dataclass(frozen=True)
class Picture:
    """A figure of the answer, as wide as the page.

    Attributes
    ----------
    name
        As `Kind.figures` names it.
    alternative
        What it says to somebody who cannot see it.
    caption, svg, png
        How to read it, and the drawing without words around it; filled in when a document is put on paper.
    """

    name: str
    alternative: str
    on: On = On.ANNEX
    caption: str = ""
    svg: bytes = b""
    png: bytes = b""


@dataclass(frozen=True)
class Column:
    """A column of a table: what stands above it, and how its cells are written.

    Attributes
    ----------
    form
        ``chance`` and ``percent`` cells are shares between 0 and 1, ``points`` are shares shown as percentage points,
        ``money`` is in million rupiah; a chance is never rounded to certainty. Cells that are text stay as they are,
        whatever the form.
    """

    title: str
    form: Form = "text"
    decimals: int = 0


Row = Mapping[Column | str, Cell]
"""What stands in each column; columns may be left out of a table, not of single rows."""


@dataclass(frozen=True)
class Chart:
    """A chart of numbers of a table, on the first sheet of a workbook: points, and a range through each.

    Attributes
    ----------
    title
        What it shows, and how to read it.
    across, middle, low, high
        Titles of the columns that stand on the axis below, and that hold the points and the ends of their ranges.
    level
        Title of the column of what is asked for; none by default.
    first
        How many rows are shown; all by default.
    """

    title: str
    across: str
    middle: str
    low: str
    high: str
    level: str = ""
    first: int | None = None


@dataclass(frozen=True)
class Table:
    """A table with its caption.

    Attributes
    ----------
    caption
        What it shows; a table without one is not counted.
    columns
        One a column, or its title alone where cells are text; the first column names the row.
    rows
        A cell for every column: text as it is shown, a number, or None for what is not known.
    sheet
        Name of its sheet in a workbook; by default the caption's beginning.
    prose
        Whether texts are long, so that columns are as wide as these need.
    strong
        Places of rows that stand out: totals.
    to_fill
        Whether its rows are lines to write on.
    charts
        Of its numbers, in a workbook.
    """

    caption: str
    columns: Sequence[Column | str]
    rows: Sequence[Sequence[Cell]]
    sheet: str = ""
    prose: bool = False
    strong: frozenset[int] = field(default_factory=frozenset)
    to_fill: bool = False
    charts: Sequence[Chart] = ()
    on: On = EVERYWHERE

    @classmethod
    def of(cls, caption: str, rows: Iterable[Row], on: On = EVERYWHERE, **how: Any) -> Table:
        """Return the table of rows, at least one, that each say which cell stands in which column."""
        told = list(rows)
        return cls(caption, list(told[0]), [list(row.values()) for row in told], on=on, **how)

    @property
    def typed_columns(self) -> list[Column]:
        """Every column with its form."""
        return [Column(column) if isinstance(column, str) else column for column in self.columns]

    def as_text(self, speech: Language) -> TextTable:
        """Return the table as it is read, every cell written in a language."""
        columns = self.typed_columns
        rows = [
            [cell_text(speech, column, cell) for column, cell in zip(columns, row, strict=True)] for row in self.rows
        ]
        return TextTable(self.caption, [column.title for column in columns], rows, self.prose or self.to_fill)


@dataclass(frozen=True)
class TextTable:
    """A table as it is read: every cell is text."""

    caption: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    prose: bool = False

    @property
    def widths(self) -> list[float]:
        """Shares of the page's width for the columns: as long as their texts, within bounds; headers may be wrapped."""
        least: list[float] = []
        wanted: list[float] = []
        for (header, cells), number in zip(self._columns(), self.flush_right, strict=True):
            whole = number and max(map(len, cells)) <= LONGEST_NUMBER
            words = [*header.split(" "), *(cells if whole else [word for text in cells for word in text.split(" ")])]
            least.append(max(map(len, words)) + CELL_MARGIN)
            word = max(map(len, header.split(" ")), default=0)
            wanted.append(
                min(max(NARROWEST, word, len(header) // HEADER_LINES, *map(len, cells)), WIDEST) + CELL_MARGIN
            )
        room, more = PAGE_LETTERS - sum(least), sum(wanted) - sum(least)
        letters: Sequence[float] = wanted
        if 0 < room < more:
            # No word or number is divided: what is left after the longest goes to the columns that wish for more.
            letters = [low + room / more * (high - low) for low, high in zip(least, wanted, strict=True)]
            letters = self._lowest(letters, least)
        return [width / sum(letters) for width in letters]

    def _lowest(self, letters: Sequence[float], least: Sequence[float]) -> Sequence[float]:
        """Return widths between which letters were moved as long as that makes the table lower."""

        def lines(widths: Sequence[float]) -> int:
            return sum(
                max(ceil(len(cell) / (width - CELL_MARGIN)) for cell, width in zip(row, widths, strict=True))
                for row in (self.headers, *self.rows)
            )

        for step in (8, 4, 2, 1):
            moves = [
                [step * ((place == taker) - (place == giver)) for place in range(len(letters))]
                for giver, taker in permutations(range(len(letters)), 2)
            ]
            lower: Sequence[float] | None = letters
            while lower is not None:
                letters = lower
                moved = ([sum(pair) for pair in zip(letters, move, strict=True)] for move in moves)
                lower = next((one for one in moved if all(map(ge, one, least)) and lines(one) < lines(letters)), None)
        return letters

    @property
    def flush_right(self) -> list[bool]:
        """Whether a column holds numbers: all but the first whose cells begin like one."""
        numbers = [all(_NUMBER.match(cell) for cell in cells) for _, cells in self._columns()]
        return [False, *([False] * (len(numbers) - 1) if self.prose else numbers[1:])]

    @property
    def names(self) -> int:
        """Place of the column that names the rows: the first, or the second where the first only ranks them."""
        (_, first), *others = self._columns()
        ranks = all(_RANK.fullmatch(cell) for cell in first)
        return 1 if ranks and others and not self.flush_right[1] else 0

    def _columns(self) -> list[tuple[str, Sequence[str]]]:
        """Return header and cells of every column; a table without rows has a single empty cell in each."""
        if not self.rows:
            return [(header, [""]) for header in self.headers]
        return list(zip(self.headers, zip(*self.rows, strict=True), strict=True))


Block = Heading | Paragraph | Bullets | Picture | Table


@dataclass(frozen=True)
class Document:
    """What is told of an answer.

    Attributes
    ----------
    blocks
        In reading order; each says where it is shown.
    chapter
        Heading under which it stands in the annex of a brief.
    kind, subtitle, footer
        Of a document on paper: what it is, what stands below its title and at the foot of every page.
    """

    title: str
    blocks: Sequence[Block]
    chapter: str = ""
    kind: str = ""
    subtitle: str = ""
    footer: str = ""

    def shown(self, on: On) -> list[Block]:
        """Return the blocks that are shown somewhere."""
        return [block for block in self.blocks if block.on & on]


def cell_text(speech: Language, column: Column, cell: Cell) -> str:
    """Return a cell as it is read; what is not known is a dash."""
    if cell is None:
        return UNKNOWN
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Share):
        return wording.frequency(speech, cell, 1)
    writers: dict[Form, Callable[[], str]] = {
        "percent": lambda: speech.percent(cell, column.decimals),
        "chance": lambda: wording.uncertain(speech, cell, column.decimals),
        "points": lambda: speech.number(100 * cell, column.decimals),
        "money": lambda: speech.money(cell),
        "year": lambda: str(cell),
    }
    return writers.get(column.form, lambda: speech.number(cell, column.decimals))()


def picture_files(folder: Path, name: str, code: str) -> tuple[Path, Path]:
    """Return where a figure in a language lies, as SVG and as PNG."""
    return folder / f"{name}_{code}.svg", folder / f"{name}_{code}.png"
