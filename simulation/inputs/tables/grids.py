"""The rows of a CSV file, or of the sheets of a workbook, as text."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from ...domain.messages import Message, listed, nearest, shown
from ..files import Row, Source
from ..problem_list import Node, ProblemList
from .cells import clean, unguard, year_in
from .headers import HEAD, MOST_ROWS, Header, Wanted, find_header
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
_OPEN = "~$"
"""How Excel begins the name of the file that says that a workbook is open."""
_SCENARIOS = frozenset({".yaml", ".yml"})
_DOCUMENTS = frozenset({".docx", ".doc", ".odt", ".rtf", ".pdf", ".pptx", ".jpg", ".jpeg", ".png"})
_BEGINNING = 100_000
"""Characters that tell the delimiter."""

NamedSheet = tuple[str, Node] | None
"""The key of the scenario that names a sheet, and its value; None where none is named."""


@dataclass(frozen=True)
class Grid:
    """The cells of a CSV file or a sheet.

    Attributes
    ----------
    shown
        The file as the reader would name it, with the sheet in square brackets where there are several.
    rows
        Every row that is not blank; at most one more than `MOST_ROWS`.
    ragged
        Whether rows leave out the blank cells at their end.
    formulas
        The row of every formula whose saved result is read.
    sheet
        Name of the sheet; "" for a CSV file.
    in_python
        Whether it is a table of Python, whose column names are its row 0.
    """

    shown: str
    rows: list[Row]
    problems: ProblemList
    ragged: bool = False
    formulas: Sequence[int] = ()
    sheet: str = ""
    in_python: bool = False

    def header(self, wanted: Wanted) -> Header:
        """Return the row of column names."""
        return find_header(self.rows, wanted)

    def title(self, header: Header) -> tuple[str, ...]:
        """Return what stands above the column names, a text a row."""
        above = (cells for row, cells in self.rows if row < header.row)
        return tuple(" ".join(dict.fromkeys(filter(None, cells))) for cells in above)

    def year_hint(self, header: Header, source: Source) -> int | None:
        """Return the year of a sheet by its name, else by what stands above its column names, else by its file."""
        texts = (self.sheet, " ".join(self.title(header)), source.path.stem)
        return next((year for text in texts if (year := year_in(text)) is not None), None)

    def tell(
        self,
        row: int | None,
        message: Message,
        fix: Message | None,
        *,
        column: str = "",
        found: object = "",
        allowed: Message | None = None,
        cell: str = "",
    ) -> None:
        """Tell what is wrong in a row, or in the whole where that is None."""
        place = self.shown, row or None
        self.problems.add(place, column, message, found=found, allowed=allowed, suggestion=fix, table=True, cell=cell)

    def note(self, message: Message) -> None:
        """Note how the table was read; ``{table}`` in the sentence is its name."""
        self.problems.note(message.filled(**{"table": self.shown, **message.values}))


def read_grids(source: Source, problems: ProblemList, wanted: Wanted, sheet: NamedSheet = None) -> list[Grid]:
    """Return the rows of a CSV file, of the sheet that is named, or of every sheet that is meant to be seen.

    Empty with the problem told; `wanted` tells the delimiter of a CSV file.
    """
    if source.rows is None and (other := _no_table(source)) is not None:
        message, fix = other
        problems.add((source.shown, None), "", message, found=source.path.name, suggestion=fix, table=True)
        return []
    if source.rows is None and is_workbook(source.path.name, source.content):
        try:
            return _read_sheets(open_workbook(source.content), source, problems, sheet)
        except WorkbookError as error:
            message, fix = error.message, error.fix
        except Exception:  # noqa: BLE001 - whatever a library says of a broken file means that it is broken
            message, fix = DAMAGED
        problems.add((source.shown, None), "", message, found=source.path.name, suggestion=fix, table=True)
        return []
    if sheet is not None:
        message = Message("{table} is not a workbook and has no sheets", {"table": source.shown})
        problems.add(sheet[1], sheet[0], message, suggestion=Message("remove this key"))
    if source.rows is not None:
        return [Grid(source.shown, [*source.rows], problems, in_python=True)]
    text = source.text(problems, table=True)
    return [] if text is None else _read_csv(Grid(source.shown, [], problems), text, wanted)


def _no_table(source: Source) -> tuple[Message, Message] | None:
    """Return what a file is that holds no table, and the likely fix; None where it may hold one."""
    name, ending = source.path.name, source.path.suffix.lower()
    if name.startswith(_OPEN):
        message = Message("this is only the mark of a workbook that is open in Excel")
        return message, Message("name the workbook itself: {name}", {"name": shown(name.removeprefix(_OPEN))})
    if ending in _SCENARIOS:
        return Message("this is a scenario, not a table"), Message(
            "run it with kampungkb forecast {name}", {"name": name}
        )
    if ending in _DOCUMENTS or source.content.startswith(b"%PDF"):
        message = Message("this is a document or a picture, not a table")
        return message, Message("copy its table into a sheet of Excel or LibreOffice, and save that as .xlsx")
    return None


def _read_sheets(sheets: Sequence[Sheet], source: Source, problems: ProblemList, named: NamedSheet) -> list[Grid]:
    filled = [sheet for sheet in sheets if sheet.visible and sheet.rows]
    chosen = filled if named is None else _named(sheets, *named, problems)
    several = len(filled) > 1 or not all(sheet.visible for sheet in chosen)
    grids = [
        Grid(
            f"{source.shown}[{shown(sheet.name)}]" if several else source.shown,
            sheet.rows,
            problems,
            ragged=True,
            formulas=sheet.formulas,
            sheet=sheet.name,
        )
        for sheet in chosen
    ]
    return grids if grids or named is not None else [Grid(source.shown, [], problems)]


def _named(sheets: Sequence[Sheet], key: str, node: Node, problems: ProblemList) -> list[Sheet]:
    """Return the sheet of a name, capitals and blanks aside; none with the problem told."""
    by_name = {clean(sheet.name).lower(): sheet for sheet in sheets}
    found = by_name.get(clean(str(node.value)).lower())
    if found is not None:
        return [found]
    names = [sheet.name for sheet in sheets]
    message = Message("the workbook has no sheet of this name")
    allowed = Message("one of: {names}", {"names": listed(names)})
    problems.add(node, key, message, allowed=allowed, suggestion=nearest(str(node.value), names))
    return []


def _read_csv(grid: Grid, text: str, wanted: Wanted) -> list[Grid]:
    """Return a grid with the rows of a CSV file; none with the problem told."""
    said = _SAID.match(text)
    delimiter = said[1] if said is not None else _delimiter(text[:_BEGINNING], wanted)
    if text.count(delimiter) > MOST_CELLS or text.count("\n") + text.count("\r") > MOST_CELLS:
        message = Message("the table has more than {most} million cells", {"most": MOST_CELLS // 10**6})
        grid.tell(None, message, Message("remove the rows and columns that do not belong to the table"))
        return []
    try:
        for row in _csv_rows(text[said.end() :] if said is not None else text, delimiter):
            grid.rows.append(row)
            if len(grid.rows) > MOST_ROWS:
                break
    except csv.Error:
        row_number = grid.rows[-1][0] + 1 if grid.rows else 1
        fix = Message("look for a quote that is not closed")
        grid.tell(row_number, Message("the table cannot be read here"), fix)
        return []
    return [grid]


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

    def worth(delimiter: str) -> tuple[int, int]:
        rows: list[Row] = []
        with suppress(csv.Error):  # told when the whole table is read
            rows.extend(islice(_csv_rows(text, delimiter), HEAD))
        return find_header(rows, wanted).recognised, first.count(delimiter)

    return max(_DELIMITERS, key=worth)
