"""Columns of a table as text, their codes and numbers, and what is wrong with a cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ...domain.messages import Message, shown
from ..problem_list import ProblemList
from .cells import Notation, SheetCell, notation_of, plain_code, strip_quotes

_SCIENTIFIC = re.compile(r"[0-9]([.,][0-9]*)?[eE]\+?[0-9]+")
_WHOLE = re.compile(r"[0-9]{1,15}")
_FILL = Message("fill in the cell, or remove the row")


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes
    ----------
    shown
        The file as the reader would name it, with its sheet where there are several.
    columns
        Column name -> one cell a row, surrounding blanks removed.
    rows
        The number of each row as a spreadsheet program shows it.
    header
        The number of the row with the column names.
    written
        Column name -> what the file calls it.
    letters
        Column name -> the letter that a spreadsheet program gives it.
    """

    shown: str
    columns: dict[str, list[str]]
    rows: list[int]
    header: int
    written: dict[str, str]
    letters: Mapping[str, str]

    def tell(
        self,
        row: int | None,
        column: str,
        message: Message,
        collector: ProblemList,
        *,
        found: object = "",
        allowed: Message | None = None,
        fix: Message | None = None,
    ) -> None:
        """Tell what is wrong with a cell, its column called what the file calls it."""
        if collector.full:
            return
        collector.add(
            (self.shown, row),
            self.written[column],
            message,
            found=found,
            allowed=allowed,
            suggestion=fix,
            table=True,
            cell="" if row is None else f"{self.letters[column]}{row}",
        )

    def read_codes(self, column: str, collector: ProblemList) -> bool:
        """Read a column of codes as text; return False, and tell it, where a program made numbers of codes."""
        if self._tell_ruined(column, collector):
            return False
        cells = [cell.seen or str(cell) if isinstance(cell, SheetCell) else cell for cell in self.columns[column]]
        self.columns[column] = [strip_quotes(cell) for cell in cells]
        return True

    def check_unique(self, column: str, collector: ProblemList, message: Message) -> None:
        """Tell every code that is empty or stood in an earlier row already; read the others as text."""
        if not self.read_codes(column, collector):
            return
        first: dict[str, int] = {}
        for row, cell in zip(self.rows, self.columns[column], strict=True):
            if not cell:
                self.tell(row, column, Message("the cell is empty"), collector, fix=_FILL)
            elif (code := plain_code(cell)) in first:
                where = Message(
                    "{message}: rows {first} and {row}", {"message": message, "first": first[code], "row": row}
                )
                fix = Message("correct the code in one of the two rows, or remove the row that is too many")
                self.tell(row, column, where, collector, found=cell, fix=fix)
            else:
                first[code] = row

    def _tell_ruined(self, column: str, collector: ProblemList) -> bool:
        """Return whether a spreadsheet program turned codes into numbers or dates; the first is told."""
        ruined = [(row, cell) for row, cell in zip(self.rows, self.columns[column], strict=True) if _lost_digits(cell)]
        if ruined:
            row, cell = ruined[0]
            message = Message(
                "a spreadsheet program turned {count:,} codes into numbers or dates, the first in row {row}: "
                "digits can be lost",
                {"count": len(ruined), "row": row},
            )
            allowed = Message("codes as text, such as 63.01.01.2001")
            fix = Message("format the column as Text, paste the codes from the source again, then save")
            self.tell(row, column, message, collector, found=cell, allowed=allowed, fix=fix)
        return bool(ruined)

    def check_filled(self, column: str, collector: ProblemList) -> None:
        """Tell every empty cell of a column."""
        for row, cell in zip(self.rows, self.columns[column], strict=True):
            if not cell:
                self.tell(row, column, Message("the cell is empty"), collector, fix=_FILL)

    def whole_numbers(self, column: str, collector: ProblemList, low: int, high: int) -> list[int | None]:
        """Return a column as whole numbers, None for empty and (told) wrong cells."""
        numbers: list[int | None] = []
        for row, cell in zip(self.rows, self.columns[column], strict=True):
            fits = re.fullmatch(r"[0-9]{1,9}", cell) is not None and low <= int(cell) <= high
            numbers.append(int(cell) if fits else None)
            if cell and not fits:
                allowed = Message("a whole number from {low} to {high}", {"low": low, "high": high})
                message = Message("this is not a whole number that fits here")
                self.tell(row, column, message, collector, found=cell, allowed=allowed)
        return numbers

    def decimal_comma(self, columns: Iterable[str]) -> bool:
        """Return whether one of the columns has a decimal comma for sure."""
        return any(notation_of(self.columns[column]).comma for column in columns)

    def numbers(self, column: str, collector: ProblemList, *, comma_elsewhere: bool = False) -> list[float] | None:
        """Return a column as numbers where every cell is one, else None; two notations in one column are told."""
        cells = self.columns[column]
        notation = notation_of(cells, comma_elsewhere=comma_elsewhere)
        if notation.mixed is not None:
            first, second = notation.mixed
            message = Message(
                "the column writes decimals in two ways: {first} in row {first_row} and {second} in row {second_row}",
                {
                    "first": shown(cells[first]),
                    "first_row": self.rows[first],
                    "second": shown(cells[second]),
                    "second_row": self.rows[second],
                },
            )
            fix = Message("write every number of the column with a point, or every one with a comma")
            self.tell(self.rows[second], column, message, collector, found=cells[second], fix=fix)
            return None
        if notation.either:
            self._note_point(column, notation, collector)
        found = [notation.number(cell) for cell in cells]
        sure = [number for number in found if number is not None]
        return sure if len(sure) == len(found) else None

    def _note_point(self, column: str, notation: Notation, collector: ProblemList) -> None:
        """Note how a point was read that can be read in two ways."""
        values = {"table": self.shown, "column": shown(self.written[column]), "cell": shown(notation.either)}
        if notation.comma:
            note = Message(
                "{table}: in column {column} the point is read as standing between thousands ({cell}), "
                "for other columns have a decimal comma",
                values,
            )
        else:
            note = Message(
                "{table}: in column {column} the point is read as a decimal point ({cell}); "
                "if it stands between thousands, write the numbers without it",
                values,
            )
        collector.note(note)


def _lost_digits(cell: str) -> bool:
    """Return whether a code is a number of which digits can be lost, or a date."""
    if isinstance(cell, SheetCell):
        return cell.kind == "date" or (cell.kind == "number" and not cell.seen and not _WHOLE.fullmatch(cell))
    return _SCIENTIFIC.fullmatch(cell) is not None


def spans(rows: Sequence[int]) -> list[str]:
    """Return ascending numbers of rows with those in a row as one.

    Examples
    --------
    >>> spans([3, 4, 5, 9])
    ['3–5', '9']
    """
    runs = ([row for _, row in run] for _, run in groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0]))
    return [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]


def non_numeric_cells(table: Table, column: str) -> Iterator[tuple[int, str]]:
    """Yield row number and cell wherever a column holds something else than a finite number."""
    notation = notation_of(table.columns[column])
    for row, cell in zip(table.rows, table.columns[column], strict=True):
        if notation.number(cell) is None:
            yield row, cell
