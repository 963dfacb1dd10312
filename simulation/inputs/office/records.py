"""What a reader of office lists did and could not decide: changes, doubts, sheets, villages; data, no sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ...domain.status import UNKNOWN
from ..tables.cells import names_a_day

UNDECIDED = "unknown"
"""The answer that leaves the status of a year unknown."""


class Cell(NamedTuple):
    """A cell of a file, as a spreadsheet program names it.

    Attributes
    ----------
    file
        As it was named by whoever asked.
    sheet
        Its name; "" for a CSV file.
    row
        Its number, 1 the first.
    column
        Its letter; "" where the whole row is meant.
    """

    file: str
    sheet: str
    row: int
    column: str = ""


ChangeKind = Literal[
    "status",  # misspelt or abbreviated: the level that is meant
    "unknown_status",  # "-", "belum dinilai", a blank cell: "" (unknown)
    "subdistrict",  # another spelling of a kecamatan, or "Kec." before it
    "filled_down",  # a kecamatan written once above: its name
    "village",  # another spelling of a village in an earlier or later list, confirmed by an answer
    "launch_year",  # "Th. 2019", "12/03/2021": the year
    "code",  # no code, or a running number: the code made from kecamatan and name
    "duplicate",  # a row that says the same as another: "" (not read)
    "disagreement",  # a row whose status another row contradicts: the level chosen, or "" (unknown)
    "year",  # a column whose header says no year: the year that it is of
    "passed_over",  # a title, heading, subtotal, note or signature: "" (not read)
]


class Change(NamedTuple):
    """Something that is read otherwise than it is written.

    Attributes
    ----------
    kind
        What sort of change.
    where
        The cell, or the row.
    written
        What stands there; of a row its filled cells, blanks between.
    read_as
        What is read instead; "" where nothing is.
    """

    kind: ChangeKind
    where: Cell
    written: str
    read_as: str


DoubtKind = Literal["near_village", "near_subdistrict", "duplicate", "year"]


@dataclass(frozen=True)
class Doubt:
    """Something that a person can decide and the files do not say.

    Attributes
    ----------
    kind
        ``near_village``, ``near_subdistrict``: are two names one place? ``duplicate``: which status of a village that
        stands twice is right? ``year``: of which year is an undated column of statuses?
    key
        Names it in a file of answers: the same for the same files in any order.
    where
        Cells in doubt.
    values
        What fills a sentence: ``name``, ``other``, ``subdistrict``, ``year``, ``column``, as far as they apply.
    choices
        Answers that are understood, such as ``same`` and ``different``, levels and ``unknown``, years; empty for any
        year.
    proposal
        The answer that is taken where nobody is asked; "" where none can be proposed.
    """

    kind: DoubtKind
    key: str
    where: tuple[Cell, ...]
    values: Mapping[str, str]
    choices: tuple[str, ...]
    proposal: str


@dataclass(frozen=True)
class SheetUse:
    """A sheet that was looked at.

    Attributes
    ----------
    file, sheet
        Its name; "" for the sheet of a CSV file.
    used
        Whether villages were read from it.
    title
        What stands above the column names, a text a row.
    years
        Of the statuses that were read from it.
    columns
        Letter of a column of statuses -> its year; empty where the rows say it one by one.
    villages
        How many were read from it.
    unused
        Headers of columns of statuses that were not used.
    """

    file: str
    sheet: str
    used: bool
    title: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    villages: int = 0
    unused: tuple[str, ...] = ()
    columns: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ListedVillage:
    """A village of some lists.

    Attributes
    ----------
    code
        Its official code, or one made from kecamatan and name.
    name, subdistrict
        As the newest list writes them.
    statuses
        Year -> level at its end, 0 … 3, or `UNKNOWN`; years of whose lists it is not part are left out.
    launch_year
        Year in which it joined; None where no list says.
    columns
        Further columns of the newest list -> its cell.
    rows
        Where it stands.
    contradicting
        Year -> the levels at its end that rows or lists say, where they contradict each other and nobody has decided.
    """

    code: str
    name: str
    subdistrict: str
    statuses: Mapping[int, int]
    launch_year: int | None
    columns: Mapping[str, str]
    rows: tuple[Cell, ...]
    contradicting: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


def days_named(changes: Iterable[Change]) -> tuple[str, ...]:
    """Return what of a table was passed over and names a day or a month."""
    around = (change.written for change in changes if change.kind == "passed_over")
    return tuple(dict.fromkeys(text for text in around if names_a_day(text)))


@dataclass(frozen=True)
class Lists:
    """What some files say of the villages of a district.

    Attributes
    ----------
    villages
        By kecamatan and code.
    years
        Of which there are statuses, rising.
    changes, doubts
        In the order of files and rows; a doubt that was answered is not among them.
    sheets
        Every sheet that was looked at.
    districts
        Kabupaten as a column names it -> rows of villages, before some of them were asked for.
    """

    villages: tuple[ListedVillage, ...] = ()
    years: tuple[int, ...] = ()
    changes: tuple[Change, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    sheets: tuple[SheetUse, ...] = ()
    districts: Mapping[str, int] = field(default_factory=dict)

    @property
    def present(self) -> tuple[ListedVillage, ...]:
        """The villages that are there in the last year of which there are statuses; the others join later."""
        last = max(self.years, default=None)
        return tuple(one for one in self.villages if last is None or (one.launch_year or last) <= last)

    @property
    def days(self) -> tuple[str, ...]:
        """What stands above and below the lists and names a day or a month, such as ``Sukamaju, 5 Januari 2026``."""
        return days_named(self.changes)

    def moves(self, before: int, after: int) -> tuple[int, int, int]:
        """Return of how many villages the statuses of two years are known, and how many of these rose and fell."""
        levels = (tuple(one.statuses.get(year, UNKNOWN) for year in (before, after)) for one in self.present)
        known = [(old, new) for old, new in levels if UNKNOWN not in {old, new}]
        return len(known), sum(new > old for old, new in known), sum(new < old for old, new in known)
