"""CSV files as checked rows of text.

Knows delimiters, headers and rows; must not know what a column means.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from .collector import CONTROL, Collector, listed, nearest
from .files import Source
from .problems import Message

NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes
    ----------
    shown
        The file as the reader would name it.
    columns
        Column name -> one cell a row, surrounding blanks removed.
    rows
        The number of each row in the file, the header being 1.
    """

    shown: str
    columns: dict[str, list[str]]
    rows: list[int]

    def unique(self, column: str, collector: Collector, message: Message) -> None:
        """Tell every cell of a column that is empty or stood in an earlier row already."""
        first: dict[str, int] = {}
        for row, cell in zip(self.rows, self.columns[column], strict=True):
            if not cell:
                collector.add((self.shown, row), column, Message("the cell is empty"), table=True)
            elif cell in first:
                where = Message(
                    "{message}: rows {first} and {row}", {"message": message, "first": first[cell], "row": row}
                )
                collector.add((self.shown, row), column, where, found=cell, table=True)
            else:
                first[cell] = row

    def filled(self, column: str, collector: Collector) -> None:
        """Tell every empty cell of a column."""
        for row, cell in zip(self.rows, self.columns[column], strict=True):
            if not cell:
                collector.add((self.shown, row), column, Message("the cell is empty"), table=True)

    def whole_numbers(self, column: str, collector: Collector, low: int, high: int) -> list[int | None]:
        """Return a column as whole numbers, None for empty and (told) wrong cells."""
        numbers: list[int | None] = []
        for row, cell in zip(self.rows, self.columns[column], strict=True):
            fits = re.fullmatch(r"[0-9]{1,9}", cell) is not None and low <= int(cell) <= high
            numbers.append(int(cell) if fits else None)
            if cell and not fits:
                allowed = Message("a whole number from {low} to {high}", {"low": low, "high": high})
                message = Message("this is not a whole number that fits here")
                collector.add((self.shown, row), column, message, found=cell, allowed=allowed, table=True)
        return numbers


def read_table(
    source: Source, collector: Collector, required: Sequence[str], known: Sequence[str] = ()
) -> Table | None:
    """Return the table in a file, or None with every problem told.

    Parameters
    ----------
    required
        Columns that must be there.
    known
        Further columns that mean something.
    """
    text = source.text(collector, table=True)
    if text is None:
        return None
    before = len(collector)
    rows = _read_rows(source.shown, text, collector)
    if not rows:
        if len(collector) == before:
            collector.add((source.shown, None), "", Message("the table is empty"), table=True)
        return None
    (head, header), *body = rows
    _check_header(source.shown, head, header, collector, required, known)
    _check_cells(source.shown, header, body, collector)
    if not body:
        collector.add((source.shown, None), "", Message("the table has a header but no rows"), table=True)
    if len(collector) > before:
        return None
    columns = {name: [cells[i] for _, cells in body] for i, name in enumerate(header)}
    return Table(source.shown, columns, [row for row, _ in body])


def _read_rows(shown: str, text: str, collector: Collector) -> list[tuple[int, list[str]]]:
    """Return number and cells of every row that is not blank; the first of them tells the delimiter."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    rows: list[tuple[int, list[str]]] = []
    row = 0
    try:
        for row, cells in enumerate(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True), start=1):
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append((row, stripped))
    except csv.Error as error:
        message = Message("the table cannot be read here ({reason}): look for a stray quote", {"reason": str(error)})
        collector.add((shown, row + 1), "", message, table=True)
        return []
    return rows


def _check_header(
    shown: str, row: int, header: list[str], collector: Collector, required: Sequence[str], known: Iterable[str]
) -> None:
    spare = [name for name in header if name not in {*required, *known}]
    for name in required:
        if name not in header:
            fix = None
            if close := nearest(name, spare):
                fix = Message("rename the column {name}", close.values)
            found = listed(header)
            message = Message("the column {name} is missing", {"name": name})
            allowed = Message("a table with the columns {names}", {"names": listed(required)})
            collector.add((shown, row), name, message, found=found, allowed=allowed, suggestion=fix, table=True)
    for position, name in enumerate(header):
        if not name:
            message = Message("column {number} has no name", {"number": position + 1})
            collector.add((shown, row), "", message, table=True)
        elif name in header[:position]:
            collector.add((shown, row), name, Message("two columns have this name"), found=name, table=True)


def _check_cells(shown: str, header: list[str], body: list[tuple[int, list[str]]], collector: Collector) -> None:
    for row, cells in body:
        if len(cells) != len(header):
            message = Message(
                "the row has {found} cells, the header has {expected}: look for a missing or extra delimiter",
                {"found": len(cells), "expected": len(header)},
            )
            collector.add((shown, row), "", message, found=", ".join(cells), table=True)
        for name, cell in zip(header, cells, strict=False):
            if CONTROL.search(cell):
                message = Message("the text holds a control character; write it without")
                collector.add((shown, row), name, message, found=cell, table=True)


def numeric(cells: Iterable[str]) -> list[float] | None:
    """Return cells as finite numbers, or None where one is not."""
    numbers: list[float] = []
    for cell in cells:
        if not NUMBER.fullmatch(cell) or abs(number := float(cell)) == float("inf"):
            return None
        numbers.append(number)
    return numbers


def not_numeric(table: Table, column: str) -> Iterator[tuple[int, str]]:
    """Yield row number and cell wherever a column holds something else than a finite number."""
    for row, cell in zip(table.rows, table.columns[column], strict=True):
        if numeric([cell]) is None:
            yield row, cell
