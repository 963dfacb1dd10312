"""Tables found among the rows of a file: where the column names stand, and which rows belong to them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...domain.messages import CONTROL, Message, listed, nearest, shown
from ..files import Source
from ..problem_list import Node, ProblemList
from .cells import ERROR, kind_of
from .grids import read_grid
from .headers import MOST_COLUMNS, MOST_ROWS, NAMES, Grid, Header, Row, Wanted, find_header, is_column_numbering, normal
from .table import Table

LONGEST = 1000
"""Characters of a cell; a name of more would fill a page of the results."""
_TOTAL = re.compile(r"((sub ?|grand )?(jumlah|total)|rata-rata)\b.*", re.IGNORECASE)
_WORDS = re.compile(r"(?=.*[ :])(?=.*[^\W\d]).*")
"""What no code is: letters with a blank or a colon among them."""


def read_table(
    source: Source, collector: ProblemList, wanted: Wanted, sheet: tuple[str, Node] | None = None
) -> Table | None:
    """Return the table in a CSV file or a workbook, or None with every problem told.

    Parameters
    ----------
    sheet
        The key of the scenario that names a sheet, and its value; None where it names none.
    """
    grid = read_grid(source, collector, wanted, sheet)
    return None if grid is None else table_in(grid, collector, wanted)


def table_in(grid: Grid, collector: ProblemList, wanted: Wanted) -> Table | None:
    """Return the table in the rows of a file, or None with every problem told."""
    before = len(collector)
    header = find_header(grid.rows, wanted)
    if header is None:
        _tell_no_rows(grid.shown, Message("the table is empty"), collector, wanted)
        return None
    body = _body(grid, header, collector, wanted)
    left_out = len(collector) - before
    width = max(len(cells) for _, cells in [*body, (0, header.written)]) if grid.ragged else len(header.written)
    if len(grid.rows) > MOST_ROWS or width > MOST_COLUMNS:
        most = {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
        message = Message("the table has more than {rows:,} rows or {columns:,} columns", most)
        fix = Message("remove the rows and columns that do not belong to the table")
        collector.add((grid.shown, None), "", message, suggestion=fix, table=True)
        return None
    table = _table(grid.shown, header, body, width, collector)
    _check_header(grid.shown, header, collector, wanted)
    _note_formulas(grid, body, collector)
    if not grid.ragged:
        _check_lengths(grid.shown, body, width, collector)
    _check_cells(table, collector)
    if not body and len(collector) == before:
        _tell_no_rows(grid.shown, Message("the table has a header but no rows"), collector, wanted)
    return table if len(collector) - before == left_out else None


def _body(grid: Grid, header: Header, collector: ProblemList, wanted: Wanted) -> list[Row]:
    """Return the rows below the header; what is left out is noted, or told."""
    place = next(i for i, (row, _) in enumerate(grid.rows) if row == header.row)
    body = grid.rows[place + 1 :]
    if not header.fits(wanted):
        return body
    if place > 0:
        message = Message(
            "{table}: the column names stand in row {row}; what stands above them is not read",
            {"table": grid.shown, "row": header.row},
        )
        collector.note(message)
    if body and is_column_numbering(body[0][1]):
        values = {"table": grid.shown, "row": body[0][0]}
        collector.note(Message("{table}: row {row} numbers the columns and is not read", values))
        body = body[1:]
    return _without_foot(grid.shown, header, body, collector, wanted)


def _without_foot(shown: str, header: Header, body: list[Row], collector: ProblemList, wanted: Wanted) -> list[Row]:
    """Return the rows that are neither totals nor, at the end, notes and signatures, after telling those."""
    places = [header.names.index(name) for name in wanted.required]
    coded = wanted.required[0].endswith("_code")

    def required(row: Row) -> list[str]:
        return [row[1][i] if i < len(row[1]) else "" for i in places]

    end = len(body)
    while end > 0 and _is_foot(required(body[end - 1]), coded=coded):
        end -= 1
    if end < len(body):
        row, cells = body[end]
        message = Message("this row has no code: it is a total, a note or a signature below the table")
        fix = Message("remove this row and what stands below it")
        found = " ".join(filter(None, cells))
        collector.add((shown, row), "", message, found=found, suggestion=fix, table=True)
    kept = []
    for row, cells in body[:end]:
        if coded and _is_total(required((row, cells))):
            message = Message("this row has no code: it is a total among the rows")
            found = " ".join(filter(None, cells))
            fix = Message("remove this row")
            collector.add((shown, row), "", message, found=found, suggestion=fix, table=True)
        else:
            kept.append((row, cells))
    return kept


def _is_total(required: Sequence[str]) -> bool:
    """Return whether a row, by its required cells, sums up others."""
    return any(map(_TOTAL.fullmatch, required)) and not all(required)


def _is_foot(required: Sequence[str], *, coded: bool) -> bool:
    """Return whether the required cells of a row show that it is a total, a note or a signature below the table.

    Parameters
    ----------
    coded
        Whether the first of them is a code.
    """
    filled = sum(map(bool, required))
    lone = coded and filled == 1 and _WORDS.fullmatch(required[0]) is not None
    return _is_total(required) or lone or (not required[0] and filled <= 1)


def _table(shown: str, header: Header, body: Sequence[Row], width: int, collector: ProblemList) -> Table:
    """Return the columns that have a name; one without is told if it holds anything."""
    columns: dict[str, list[str]] = {}
    written: dict[str, str] = {}
    letters: dict[str, str] = {}
    for i in range(width):
        column = [cells[i] if i < len(cells) else "" for _, cells in body]
        name = header.names[i] if i < len(header.names) else ""
        if name:
            columns.setdefault(name, column)
            written.setdefault(name, header.written[i])
            letters.setdefault(name, _letter(i))
        elif any(column):
            message = Message("column {number} has no name", {"number": i + 1})
            fix = Message("name the column in the row of the column names, or empty it")
            found = next(filter(None, column))
            collector.add((shown, header.row), "", message, found=found, suggestion=fix, table=True)
    return Table(shown, columns, [row for row, _ in body], header.row, written, letters)


def _letter(position: int) -> str:
    """Return what spreadsheet programs call a column, the first being 0: A … Z, AA, AB …."""
    above, last = divmod(position, 26)
    return (_letter(above - 1) if above else "") + chr(ord("A") + last)


def _note_formulas(grid: Grid, body: Sequence[Row], collector: ProblemList) -> None:
    """Note that results of formulas are read as the workbook holds them."""
    rows = {row for row, _ in body}
    formulas = [row for row in grid.formulas if row in rows]
    if formulas:
        message = Message(
            "{table}: the table holds formulas ({count:,}, the first in row {row}); "
            "their results are read as they were saved, nothing is computed",
            {"table": grid.shown, "count": len(formulas), "row": formulas[0]},
        )
        collector.note(message)


def _tell_no_rows(shown: str, message: Message, collector: ProblemList, wanted: Wanted) -> None:
    allowed = Message("a table with the columns {names}", {"names": listed(wanted.required)})
    fix = Message("write the column names in the first row and one village or district in each row below")
    collector.add((shown, None), "", message, allowed=allowed, suggestion=fix, table=True)


def _check_header(file: str, header: Header, collector: ProblemList, wanted: Wanted) -> None:
    place = (file, header.row)
    spare = [name for name in header.written if name in header.names]
    for name in wanted.required:
        if name not in header.names:
            message = Message("the column {name} is missing", {"name": name})
            allowed = Message("a table with the columns {names}", {"names": listed(wanted.required)})
            found, fix = listed(filter(None, header.written)), suggest_column(name, spare)
            collector.add(place, name, message, found=found, allowed=allowed, suggestion=fix, table=True)
    for name, doubles in header.doubles.items():
        message = Message("these columns all mean {name}: {names}", {"name": name, "names": listed(doubles)})
        fix = Message("give all but one of them another name; a column of another name is kept as it is")
        collector.add(place, doubles[0], message, suggestion=fix, table=True)
    for position, name in enumerate(header.names):
        if name and name not in header.doubles and name in header.names[:position]:
            message, fix = Message("two columns have this name"), Message("rename one of them, or remove it")
            collector.add(place, name, message, found=name, suggestion=fix, table=True)


def suggest_column(name: str, columns: Sequence[str]) -> Message | None:
    """Return which column should be renamed to `name`: one whose name may mean it, else one of a similar name."""
    for column in columns:
        if normal(column) in NAMES.get(name, ((), ()))[1]:
            return _renamed(column, name)
    close = nearest(name, columns)
    return _renamed(close.values["name"], name) if close is not None else None


def _renamed(old: str, new: str) -> Message:
    return Message("rename the column {old} to {new}", {"old": shown(old), "new": new})


def _check_lengths(file: str, body: Sequence[Row], width: int, collector: ProblemList) -> None:
    """Tell rows of a CSV that have another number of cells than the header; further blank cells are ignored."""
    for row, cells in body:
        if len(cells) < width or any(cells[width:]):
            message = Message(
                "the row has {found} cells, the header has {expected}", {"found": len(cells), "expected": width}
            )
            fix = Message("look for a missing or extra delimiter")
            collector.add((file, row), "", message, found=", ".join(cells), suggestion=fix, table=True)


def _check_cells(table: Table, collector: ProblemList) -> None:
    """Tell cells that hold no value: control characters, errors, formulas without a result."""
    for name, column in table.columns.items():
        for row, cell in zip(table.rows, column, strict=True):
            if kind_of(cell) == "formula":
                message = Message("the cell holds a formula whose result is not saved")
                fix = Message("open the workbook in Excel or LibreOffice and save it again, or write the value itself")
                table.tell(row, name, message, collector, found=cell, fix=fix)
            elif ERROR.fullmatch(cell):
                message = Message("the cell holds an error of the spreadsheet program")
                fix = Message("correct the formula, or write the value itself")
                table.tell(row, name, message, collector, found=cell, fix=fix)
            elif len(cell) > LONGEST:
                message, fix = Message("the text is too long"), Message("shorten the text")
                allowed = Message("at most {most:,} characters", {"most": LONGEST})
                table.tell(row, name, message, collector, found=cell, allowed=allowed, fix=fix)
            elif CONTROL.search(cell):
                message = Message("the text holds a control character")
                fix = Message("type the text again, without pasting")
                table.tell(row, name, message, collector, found=cell, fix=fix)
