"""The rows of a CSV file, or of the sheets of a workbook, as text."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import TypeVar

from ...domain.messages import Message, listed, nearest, shown
from ..files import Source
from ..problem_list import Node, ProblemList
from .cells import clean, unguard
from .headers import HEAD, MOST_ROWS, Grid, Row, Wanted, find_header
from .workbook import DAMAGED, Sheet, WorkbookError, is_workbook, open_workbook

MOST_CELLS = 1_000_000
"""Cells, and lines, of a CSV file; rows of more than a table has would take long, and much memory, to count."""

_DELIMITERS = ",;\t"
_SAID = re.compile(r'"?sep=([,;\t])"?[,;\t]*(?:\r\n|\r|\n)', re.IGNORECASE)
"""A first line in which Excel says the delimiter; no program shows it as a row."""
_KEPT = re.compile(r'="([^"]*)"')
"""With this some programs keep Excel from making a number of a code; nothing is computed."""
_LINE = re.compile(r"[^\r\n]{1,1000000}(?:\r\n?|\n)?|\r\n?|\n")
"""A line and its end, or as much of it as no row of a table needs."""
_BEGINNING = 100_000
"""Characters that tell the delimiter."""

_Read = TypeVar("_Read")


def read_grid(
    source: Source, collector: ProblemList, wanted: Wanted, sheet: tuple[str, Node] | None = None
) -> Grid | None:
    """Return the rows of a CSV file, or of the sheet that holds the table; None with the problem told.

    Parameters
    ----------
    wanted
        The columns of the table: by them its sheet, or the delimiter, is found.
    sheet
        The key of the scenario that names the sheet, and its value; None where the only one that fits is meant.
    """
    if is_workbook(source.path.name, source.content):
        return _from_sheets(source, collector, lambda sheets: _choose(sheets, source, collector, wanted, sheet))
    if sheet is not None:
        key, node = sheet
        message = Message("{table} is a CSV file, which has no sheets", {"table": source.shown})
        collector.add(node, key, message, suggestion=Message("remove this key"))
    text = source.text(collector, table=True)
    return None if text is None else _read_csv(source.shown, text, collector, wanted)


def read_grids(source: Source, collector: ProblemList, wanted: Wanted) -> list[Grid]:
    """Return the rows of a CSV file, or of every sheet that is meant to be seen; empty with the problem told."""
    if not is_workbook(source.path.name, source.content):
        grid = read_grid(source, collector, wanted)
        return [] if grid is None else [grid]

    def every(sheets: Sequence[Sheet]) -> list[Grid]:
        filled = [sheet for sheet in sheets if sheet.visible and sheet.rows]
        return [_grid(sheet, source, several=len(filled) > 1) for sheet in filled] or [Grid(source.shown, [])]

    return _from_sheets(source, collector, every) or []


def _from_sheets(source: Source, collector: ProblemList, use: Callable[[Sequence[Sheet]], _Read]) -> _Read | None:
    """Return what `use` makes of the sheets of a workbook, or None with the problem told."""
    try:
        return use(open_workbook(source.content))
    except WorkbookError as error:
        message, fix = error.message, error.fix
    except Exception:  # noqa: BLE001 - whatever a library says of a broken file means that it is broken
        message, fix = DAMAGED
    collector.add((source.shown, None), "", message, found=source.path.name, suggestion=fix, table=True)
    return None


def _choose(
    sheets: Sequence[Sheet], source: Source, collector: ProblemList, wanted: Wanted, named: tuple[str, Node] | None
) -> Grid | None:
    """Return the rows of the sheet that is named, else of the only one that is meant to be seen and fits."""
    filled = [sheet for sheet in sheets if sheet.visible and sheet.rows]
    if named is not None:
        chosen = _named(sheets, *named, collector)
        return None if chosen is None else _grid(chosen, source, several=len(filled) > 1 or not chosen.visible)
    headers = [(sheet, find_header(sheet.rows, wanted)) for sheet in filled]
    fitting = [sheet for sheet, header in headers if header is not None and header.fits(wanted)]
    if len(fitting) > 1:
        message = Message(
            "several sheets hold such a table: {names}", {"names": listed(sheet.name for sheet in fitting)}
        )
        fix = Message("choose one in the scenario, beside table: sheet: {name}", {"name": shown(fitting[0].name)})
        collector.add((source.shown, None), "", message, suggestion=fix, table=True)
        return None
    if not filled:
        return Grid(source.shown, [])
    known = {sheet.name: header.known(wanted) if header is not None else 0 for sheet, header in headers}
    chosen = fitting[0] if fitting else max(filled, key=lambda sheet: known[sheet.name])
    return _grid(chosen, source, several=len(filled) > 1)


def _grid(sheet: Sheet, source: Source, *, several: bool) -> Grid:
    """Return the rows of a sheet, which is named where there are several."""
    name = f"{source.shown}[{shown(sheet.name)}]" if several else source.shown
    return Grid(name, sheet.rows, ragged=True, formulas=sheet.formulas, sheet=sheet.name)


def _named(sheets: Sequence[Sheet], key: str, named: Node, collector: ProblemList) -> Sheet | None:
    """Return the sheet of a name, capitals and blanks aside, or None with the problem told."""
    by_name = {clean(sheet.name).lower(): sheet for sheet in sheets}
    found = by_name.get(clean(str(named.value)).lower())
    if found is None:
        names = [sheet.name for sheet in sheets]
        message = Message("the workbook has no sheet of this name")
        allowed = Message("one of: {names}", {"names": listed(names)})
        collector.add(named, key, message, allowed=allowed, suggestion=nearest(str(named.value), names))
    return found


def _read_csv(file: str, text: str, collector: ProblemList, wanted: Wanted) -> Grid | None:
    """Return the rows of a CSV file, or None with the problem told."""
    said = _SAID.match(text)
    delimiter = said[1] if said is not None else _delimiter(text[:_BEGINNING], wanted)
    if text.count(delimiter) > MOST_CELLS or text.count("\n") + text.count("\r") > MOST_CELLS:
        message = Message("the table has more than {most} million cells", {"most": MOST_CELLS // 10**6})
        fix = Message("remove the rows and columns that do not belong to the table")
        collector.add((file, None), "", message, suggestion=fix, table=True)
        return None
    rows: list[Row] = []
    try:
        for row in _csv_rows(text[said.end() :] if said is not None else text, delimiter):
            rows.append(row)
            if len(rows) > MOST_ROWS:
                break
    except csv.Error:
        message = Message("the table cannot be read here")
        fix = Message("look for a quote that is not closed")
        collector.add((file, rows[-1][0] + 1 if rows else 1), "", message, suggestion=fix, table=True)
        return None
    return Grid(file, rows)


def _csv_rows(text: str, delimiter: str) -> Iterator[Row]:
    """Yield number and cells of every row that is not blank."""
    reader = csv.reader((line[0] for line in _LINE.finditer(text)), delimiter=delimiter, strict=True)
    for number, cells in enumerate(reader, start=1):
        cleaned = [_plain(clean(cell)) for cell in cells]
        if any(cleaned):
            yield number, cleaned


def _plain(cell: str) -> str:
    """Return a cell without the signs that keep a spreadsheet program from making a number or a formula of it."""
    if cell.startswith("="):
        return _KEPT.sub(r"\1", cell)
    return unguard(cell) if "'" in cell else cell


def _delimiter(text: str, wanted: Wanted) -> str:
    """Return the delimiter that gives the most columns that mean something, then the commonest in the first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=lambda delimiter: (_known(text, delimiter, wanted), first.count(delimiter)))


def _known(text: str, delimiter: str, wanted: Wanted) -> int:
    rows: list[Row] = []
    with suppress(csv.Error):  # told when the whole table is read
        rows.extend(islice(_csv_rows(text, delimiter), HEAD))
    header = find_header(rows, wanted)
    return header.known(wanted) if header is not None else 0
