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
from .collector import shown as shown_text
from .files import Source
from .problems import Message

NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
SCIENTIFIC = re.compile(r"[0-9]([.,][0-9]*)?[eE]\+?[0-9]+")
DELIMITERS = ",;\t"
IN_INDONESIAN = {
    "village_code": ("kode_desa", "kode_kampung", "kode_wilayah", "kode_kelurahan", "kode_desa_kelurahan", "kode"),
    "village": ("desa", "kampung", "kelurahan", "desa_kelurahan", "kampung_kb", "nama"),
    "subdistrict": ("kecamatan", "kec"),
    "status": ("klasifikasi", "status_kampung", "status_kampung_kb", "tingkat", "kategori", "strata"),
    "district_code": ("kode_kabupaten", "kode_kab", "kode_kab_kota", "kode_kabupaten_kota", "kode"),
    "district": ("kabupaten", "kab_kota", "kabupaten_kota", "kab", "nama"),
    "province": ("provinsi", "prov"),
    "villages": ("jumlah_desa", "jumlah_kampung", "jumlah_kampung_kb", "desa", "kampung"),
    "subdistricts": ("jumlah_kecamatan", "kecamatan"),
}
"""What officials call the columns."""


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
        if self._tell_ruined(column, collector):
            return
        first: dict[str, int] = {}
        for row, cell in zip(self.rows, self.columns[column], strict=True):
            if not cell:
                collector.add((self.shown, row), column, Message("the cell is empty"), table=True)
            elif cell in first:
                where = Message(
                    "{message}: rows {first} and {row}", {"message": message, "first": first[cell], "row": row}
                )
                fix = Message("correct the code in one of the two rows, or remove the row that is too many")
                collector.add((self.shown, row), column, where, found=cell, suggestion=fix, table=True)
            else:
                first[cell] = row

    def _tell_ruined(self, column: str, collector: Collector) -> bool:
        """Tell once where a spreadsheet turned codes into numbers; return whether it did."""
        ruined = [
            (row, cell) for row, cell in zip(self.rows, self.columns[column], strict=True) if SCIENTIFIC.fullmatch(cell)
        ]
        if ruined:
            row, cell = ruined[0]
            message = Message(
                "a spreadsheet program turned {count} codes into rounded numbers, the first in row {row}: "
                "their last digits are lost",
                {"count": len(ruined), "row": row},
            )
            allowed = Message("codes as text, such as 63.01.01.2001")
            fix = Message("format the column as Text in Excel, paste the codes from the source again, then save as CSV")
            collector.add((self.shown, row), column, message, found=cell, allowed=allowed, suggestion=fix, table=True)
        return bool(ruined)

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
            _tell_no_rows(source.shown, Message("the table is empty"), collector, required)
        return None
    (head, header), *body = rows
    _check_header(source.shown, head, header, collector, required, known)
    _check_cells(source.shown, header, body, collector)
    if not body:
        _tell_no_rows(source.shown, Message("the table has a header but no rows"), collector, required)
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


def _tell_no_rows(shown: str, message: Message, collector: Collector, required: Sequence[str]) -> None:
    allowed = Message("a table with the columns {names}", {"names": listed(required)})
    fix = Message("write the column names in the first row and one village or district in each row below")
    collector.add((shown, None), "", message, allowed=allowed, suggestion=fix, table=True)


def _check_header(
    shown: str, row: int, header: list[str], collector: Collector, required: Sequence[str], known: Iterable[str]
) -> None:
    spare = [name for name in header if name not in {*required, *known}]
    for name in known:
        for other in spare:
            if other.lower() == name and name not in header:
                message = Message("columns are named in lower-case letters")
                collector.add((shown, row), other, message, found=other, suggestion=renamed(other, name), table=True)
    for name in required:
        if name not in header:
            fix = meant(name, spare)
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


def meant(name: str, header: Iterable[str]) -> Message | None:
    """Return which column should be called `name`: one with its Indonesian name, else the one most like it."""
    header = list(header)
    for other in header:
        if re.sub(r"\W+", "_", other.lower()).removeprefix("nama_") in IN_INDONESIAN.get(name, ()):
            return renamed(other, name)
    close = nearest(name, header)
    return renamed(close.values["name"], name) if close is not None else None


def renamed(old: str, new: str) -> Message:
    """Return the advice to give a column another name."""
    return Message("rename the column {old} to {new}", {"old": shown_text(old), "new": new})


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
