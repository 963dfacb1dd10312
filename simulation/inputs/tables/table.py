"""Tables among the rows of a file: which rows belong to them, their columns by type, what is wrong with a cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ...domain.messages import CONTROL, Message, listed, nearest, shown
from ...domain.status import LEVELS
from ..files import Row, Source
from ..problem_list import ProblemList
from .cells import ERROR, TOTAL, WORDS, SheetCell, kind_of, notation_of, plain_code, strip_quotes, year_of
from .grids import Grid, NamedSheet, read_grids
from .headers import MOST_COLUMNS, MOST_ROWS, NAMES, Header, Wanted, is_column_numbering, normal

LONGEST = 1000
"""Characters of a cell; a name of more would fill a page of the results."""
_SCIENTIFIC = re.compile(r"[0-9]([.,][0-9]*)?[eE]\+?[0-9]+")
_WHOLE = re.compile(r"[0-9]{1,15}")
_FILL = Message("fill in the cell, or remove the row")
_REMOVE = Message("remove the rows and columns that do not belong to the table")


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes
    ----------
    grid
        The file or sheet that it stands in.
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

    grid: Grid
    columns: dict[str, list[str]]
    rows: list[int]
    header: int
    written: dict[str, str]
    letters: dict[str, str]

    @property
    def shown(self) -> str:
        """The file as the reader would name it, with its sheet where there are several."""
        return self.grid.shown

    def cells(self, column: str) -> list[str]:
        """Return the cells of a column, "" throughout where the table has none of this name."""
        return self.columns.get(column, [""] * len(self.rows))

    def add(self, column: str, cells: list[str], name: str = "", letter: str = "") -> None:
        """Add a column that the file leaves out or blank; `name` and `letter` say where, if it is wrong."""
        self.columns[column] = cells
        self.written.setdefault(column, name or column)
        self.letters.setdefault(column, letter)

    def tell(
        self,
        i: int | None,
        column: str,
        message: Message,
        fix: Message | None = None,
        *,
        found: object = None,
        allowed: Message | None = None,
    ) -> None:
        """Tell what is wrong with the cell of row number `i`, 0 the first, or with the column where that is None.

        What was found is the cell itself unless it is given.
        """
        if self.grid.problems.full:
            return
        cell = ""
        if i is not None:
            cell = "" if self.grid.in_python else f"{self.letters[column]}{self.rows[i]}"
            found = self.columns[column][i] if found is None else found
        row = None if i is None else self.rows[i]
        found = "" if found is None else found
        self.grid.tell(row, message, fix, column=self.written[column], found=found, allowed=allowed, cell=cell)

    def note(self, message: Message, column: str = "") -> None:
        """Note how the table was read; ``{table}`` and ``{column}`` in the sentence are its names."""
        if column:
            message = message.filled(**{"column": shown(self.written[column]), **message.values})
        self.grid.note(message)

    def read_codes(self, column: str) -> bool:
        """Read a column of codes as text; return False, and tell it, where a program made numbers of codes."""
        cells = self.cells(column)
        ruined = [i for i, cell in enumerate(cells) if _lost_digits(cell)]
        if ruined:
            message = Message(
                "a spreadsheet program turned {count:,} codes into numbers or dates, the first in row {row}: "
                "digits can be lost",
                {"count": len(ruined), "row": self.rows[ruined[0]]},
            )
            allowed = Message("codes as text, such as 63.01.01.2001")
            fix = Message("format the column as Text, paste the codes from the source again, then save")
            self.tell(ruined[0], column, message, fix, allowed=allowed)
        elif column in self.columns:
            texts = [cell.seen or str(cell) if isinstance(cell, SheetCell) else cell for cell in cells]
            self.columns[column] = [strip_quotes(cell) for cell in texts]
        return not ruined

    def check_unique(self, column: str, message: Message) -> None:
        """Tell every code that is empty or stood in an earlier row already; read the others as text.

        `message` says the latter, with places for both rows: ``{first}``, ``{row}``.
        """
        if not self.read_codes(column):
            return
        self.check_filled(column)
        first: dict[str, int] = {}
        for i, cell in enumerate(self.columns[column]):
            if cell and (earlier := first.setdefault(plain_code(cell), i)) != i:
                fix = Message("correct the code in one of the two rows, or remove the row that is too many")
                self.tell(i, column, message.filled(first=self.rows[earlier], row=self.rows[i]), fix)

    def check_filled(self, *columns: str) -> None:
        """Tell every empty cell of some columns."""
        for column in columns:
            for i, cell in enumerate(self.columns[column]):
                if not cell:
                    self.tell(i, column, Message("the cell is empty"), _FILL)

    def whole_numbers(self, column: str, low: int, high: int) -> list[int | None]:
        """Return a column as whole numbers, None for empty and (told) wrong cells and where it is not there."""
        numbers: list[int | None] = []
        for i, cell in enumerate(self.cells(column)):
            whole = re.fullmatch(r"[0-9]{1,9}", cell) is not None
            fits = whole and low <= int(cell) <= high
            numbers.append(int(cell) if fits else None)
            if cell and not fits:
                allowed = Message("a whole number from {low} to {high}", {"low": low, "high": high})
                message = Message("this number is out of range") if whole else Message("this is not a whole number")
                self.tell(i, column, message, allowed=allowed)
        return numbers

    def counts(self, total: str, totals: Sequence[int | None], most: int) -> list[NDArray[np.int64] | None]:
        """Return the villages at each level, None unless a row has all four; told where they add up to another total.

        Parameters
        ----------
        total, totals
            The column of the totals, and those that were read there.
        """
        levels = [self.whole_numbers(level, 0, most) for level in LEVELS]
        counts: list[NDArray[np.int64] | None] = []
        for i, stated in enumerate(totals):
            four = [number for level in levels if (number := level[i]) is not None]
            complete = len(four) == len(LEVELS)
            counts.append(np.array(four, dtype=np.int64) if complete else None)
            if complete and stated is not None and sum(four) != stated:
                values = {"four": sum(four), "total": stated}
                message = Message("the four counts add up to {four:,}, not to {total:,}", values)
                self.tell(i, total, message, Message("correct one of the four counts, or the total"))
        return counts

    def years(self, column: str, low: int, high: int) -> list[int | None]:
        """Return a column as years, those of dates too, and read it so; else as `whole_numbers`."""
        if column in self.columns:
            self.columns[column] = [year_of(cell) for cell in self.columns[column]]
        return self.whole_numbers(column, low, high)

    def numbers(self, column: str, *, comma_elsewhere: bool) -> list[float] | None:
        """Return a column as numbers where every cell is one, else None; two notations in one column are told."""
        cells = self.columns[column]
        notation = notation_of(cells, comma_elsewhere=comma_elsewhere)
        if notation.mixed is not None:
            first, second = notation.mixed
            values = {"other": shown(cells[first]), "row": self.rows[first]}
            message = Message("the column writes decimals in two ways: so here, and as {other} in row {row}", values)
            self.tell(second, column, message, Message("write every number with a point, or every one with a comma"))
            return None
        if notation.either:
            values = {"cell": shown(notation.either), "number": notation.number(notation.either)}
            message = Message(
                "{table}: in column {column}, {cell} is read as {number:,}; if the point means something else, "
                "write the numbers without it",
                values,
            )
            self.note(message, column)
        found = [notation.number(cell) for cell in cells]
        sure = [number for number in found if number is not None]
        return sure if len(sure) == len(found) else None


def _lost_digits(cell: str) -> bool:
    """Return whether a code is a number of which digits can be lost, or a date."""
    if isinstance(cell, SheetCell):
        return cell.kind == "date" or (cell.kind == "number" and not cell.seen and not _WHOLE.fullmatch(cell))
    return _SCIENTIFIC.fullmatch(cell) is not None


def non_numeric_cells(table: Table, column: str) -> Iterator[tuple[int, str]]:
    """Yield row number and cell wherever a column holds something else than a finite number."""
    notation = notation_of(table.columns[column])
    for row, cell in zip(table.rows, table.columns[column], strict=True):
        if notation.number(cell) is None:
            yield row, cell


def spans(rows: Sequence[int]) -> list[str]:
    """Return ascending numbers of rows with those in a row as one.

    Examples
    --------
    >>> spans([3, 4, 5, 9])
    ['3–5', '9']
    """
    runs = ([row for _, row in run] for _, run in groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0]))
    return [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]


def read_table(
    source: Source, problems: ProblemList, kinds: Sequence[Wanted], sheet: NamedSheet = None
) -> Table | None:
    """Return the table in a CSV file, in the sheet that is named, or in the only one that fits; else None, told.

    Of several `kinds` of table it is the first that any sheet fits; where none does, that is told of the first.
    """
    grids = read_grids(source, problems, kinds[0], sheet)
    wanted = first_fitting(grids, kinds) or kinds[0]
    fitting = [grid for grid in grids if grid.header(wanted).fits]
    if len(fitting) > 1:
        names = {"names": listed(grid.sheet for grid in fitting)}
        message = Message("several sheets hold such a table: {names}", names)
        fix = Message("choose one in the scenario, beside table: sheet: {name}", {"name": shown(fitting[0].sheet)})
        problems.add((source.shown, None), "", message, suggestion=fix, table=True)
        return None
    grid = max(fitting or grids, key=lambda grid: grid.header(wanted).recognised, default=None)
    return None if grid is None else table_in(grid, wanted)


def first_fitting(grids: Sequence[Grid], kinds: Iterable[Wanted]) -> Wanted | None:
    """Return the first kind of table that any of some sheets holds."""
    return next((kind for kind in kinds if any(grid.header(kind).fits for grid in grids)), None)


def table_in(grid: Grid, wanted: Wanted) -> Table | None:
    """Return the table in the rows of a file, or None with every problem told."""
    header = grid.header(wanted)
    if not header.written:
        _tell_no_rows(grid, Message("the table is empty"), wanted)
        return None
    return table_of(grid, header, _body(grid, header))


def table_of(grid: Grid, header: Header, body: Sequence[Row]) -> Table | None:
    """Return the table of a row of column names and the rows that belong to it, or None with every problem told."""
    before = len(grid.problems)
    width = max(len(cells) for _, cells in [*body, (0, header.written)]) if grid.ragged else len(header.written)
    if len(grid.rows) > MOST_ROWS or width > MOST_COLUMNS:
        most = {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
        grid.tell(None, Message("the table has more than {rows:,} rows or {columns:,} columns", most), _REMOVE)
        return None
    table = _table(grid, header, body, width)
    _check_header(grid, header)
    _note_formulas(grid, body)
    if not grid.ragged:
        _check_lengths(grid, body, width)
    _check_cells(table)
    if not body and len(grid.problems) == before:
        _tell_no_rows(grid, Message("the table has a header but no rows"), header.wanted)
    return table if len(grid.problems) == before else None


def _body(grid: Grid, header: Header) -> list[Row]:
    """Return the rows below the header; what is left out is noted, or told."""
    place = next(i for i, (row, _) in enumerate(grid.rows) if row == header.row)
    body = grid.rows[place + 1 :]
    if not header.fits:
        return body
    if place > 0:
        note_header(grid, header)
    kept = _without_foot(header, body[1:] if body and is_column_numbering(body[0][1]) else body)
    numbers = {row for row, _ in kept}
    note_passed_over(grid, [row for row in body if row[0] not in numbers])
    return kept


def note_header(grid: Grid, header: Header) -> None:
    """Note that the column names do not stand first."""
    row = {"row": header.row}
    grid.note(Message("{table}: the column names are in row {row}; what is above them is taken as a title", row))


def note_passed_over(grid: Grid, rows: Sequence[Row]) -> None:
    """Note rows that do not belong to the table, with what stands there."""
    if rows:
        values = {"rows": listed((f"{row} ({shown(' '.join(filter(None, cells)), 25)})" for row, cells in rows), 8)}
        grid.note(Message("{table}: rows that do not belong to the table are not used: {rows}", values))


def _without_foot(header: Header, body: Sequence[Row]) -> list[Row]:
    """Return the rows that are neither totals nor, at the end, notes and signatures."""
    places = [header.names.index(name) for name in header.wanted.required]
    coded = header.wanted.required[0].endswith(("_code", "district"))

    def required(row: Row) -> list[str]:
        return [row[1][i] if i < len(row[1]) else "" for i in places]

    end = len(body)
    while end > 0 and _is_foot(required(body[end - 1]), coded=coded):
        end -= 1
    return [row for row in body[:end] if not (coded and _is_total(required(row)))]


def _is_total(required: Sequence[str]) -> bool:
    """Return whether a row, by its required cells, the first of which names it, sums up others."""
    return TOTAL.fullmatch(required[0]) is not None or (any(map(TOTAL.fullmatch, required)) and not all(required))


def _is_foot(required: Sequence[str], *, coded: bool) -> bool:
    """Return whether the required cells show a total, note or signature; `coded` if the first names a place."""
    filled = sum(map(bool, required))
    lone = coded and filled == 1 and WORDS.fullmatch(required[0]) is not None
    return _is_total(required) or lone or (not required[0] and filled <= 1)


def _table(grid: Grid, header: Header, body: Sequence[Row], width: int) -> Table:
    """Return the columns that have a name; one without is told if it holds anything."""
    table = Table(grid, {}, [row for row, _ in body], header.row, {}, {})
    for i in range(width):
        column = [cells[i] if i < len(cells) else "" for _, cells in body]
        name = header.names[i] if i < len(header.names) else ""
        if name:
            table.columns.setdefault(name, column)
            table.written.setdefault(name, header.written[i])
            table.letters.setdefault(name, _letter(i))
        elif any(column):
            message = Message("column {number} has no name", {"number": i + 1})
            fix = Message("name the column in the row of the column names, or empty it")
            grid.tell(header.row, message, fix, found=next(filter(None, column)))
    return table


def _letter(position: int) -> str:
    """Return what spreadsheet programs call a column, the first being 0: A … Z, AA, AB …."""
    above, last = divmod(position, 26)
    return (_letter(above - 1) if above else "") + chr(ord("A") + last)


def _note_formulas(grid: Grid, body: Sequence[Row]) -> None:
    rows = {row for row, _ in body}
    formulas = [row for row in grid.formulas if row in rows]
    if formulas:
        message = Message(
            "{table}: the table holds formulas ({count:,}, the first in row {row}); "
            "their results are read as they were saved, nothing is computed",
            {"count": len(formulas), "row": formulas[0]},
        )
        grid.note(message)


def _needed(wanted: Wanted) -> Message:
    return Message("a table with the columns {names}", {"names": listed(wanted.required)})


def _tell_no_rows(grid: Grid, message: Message, wanted: Wanted) -> None:
    fix = Message("write the column names in the first row and one village or district in each row below")
    grid.tell(None, message, fix, allowed=_needed(wanted))


def _check_header(grid: Grid, header: Header) -> None:
    spare = [name for name in header.written if name in header.names]
    for name in header.wanted.required:
        if name not in header.names:
            message = Message("the column {name} is missing", {"name": name})
            fix, found = suggest_column(name, spare), listed(filter(None, header.written))
            grid.tell(header.row, message, fix, column=name, found=found, allowed=_needed(header.wanted))
    for name in dict.fromkeys(filter(None, header.names)):
        alike = [written for written, other in zip(header.written, header.names, strict=True) if other == name]
        if len(alike) > 1:
            message = Message("these columns all mean {name}: {names}", {"name": name, "names": listed(alike)})
            fix = Message("give all but one of them another name; a column of another name is kept as it is")
            grid.tell(header.row, message, fix, column=alike[0])


def suggest_column(name: str, columns: Sequence[str]) -> Message | None:
    """Return which column should be renamed to `name`: one whose name may mean it, else one of a similar name."""
    meant = next((column for column in columns if normal(column) in NAMES.get(name, ((), ()))[1]), None)
    close = nearest(name, columns) if meant is None else None
    old = close.values["name"] if close is not None else meant
    return None if old is None else Message("rename the column {old} to {new}", {"old": shown(old), "new": name})


def _check_lengths(grid: Grid, body: Sequence[Row], width: int) -> None:
    """Tell rows of a CSV that have another number of cells than the header; further blank cells are ignored."""
    for row, cells in body:
        if len(cells) < width or any(cells[width:]):
            lengths = {"found": len(cells), "expected": width}
            message = Message("the row has {found} cells, the header has {expected}", lengths)
            grid.tell(row, message, Message("look for a missing or extra delimiter"), found=", ".join(cells))


def _check_cells(table: Table) -> None:
    """Tell cells that hold no value: control characters, errors, formulas without a result."""
    for name, column in table.columns.items():
        for i, cell in enumerate(column):
            if kind_of(cell) == "formula":
                message = Message("the cell holds a formula whose result is not saved")
                fix = Message("open the workbook in Excel or LibreOffice and save it again, or write the value itself")
                table.tell(i, name, message, fix)
            elif ERROR.fullmatch(cell):
                message = Message("the cell holds an error of the spreadsheet program")
                table.tell(i, name, message, Message("correct the formula, or write the value itself"))
            elif len(cell) > LONGEST:
                allowed = Message("at most {most:,} characters", {"most": LONGEST})
                table.tell(i, name, Message("the text is too long"), Message("shorten the text"), allowed=allowed)
            elif CONTROL.search(cell):
                message = Message("the text holds a control character")
                table.tell(i, name, message, Message("type the text again, without pasting"))
