"""Workbooks (.xlsx) as sheets of text: opened within bounds, read row by row from their XML.

Why not by openpyxl or python-calamine alone: decision 0008. openpyxl says which numbers are dates.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from io import BytesIO
from pathlib import PurePath
from typing import IO, Any, NamedTuple
from xml.etree.ElementTree import Element, fromstring, iterparse
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from ...domain.messages import Message
from ..files import Row
from .cells import SheetCell, clean
from .headers import MOST_ROWS

OLD = b"\xd0\xcf\x11\xe0"
"""How the workbooks of older programs begin, and new ones under a password."""
ZIPPED = b"PK\x03\x04"
ENDINGS = frozenset({".xlsx", ".xlsm", ".xltx", ".xls", ".xlsb", ".ods"})
"""File endings that promise a workbook."""

MOST_BYTES = 40_000_000
"""Bytes that a workbook may unpack to."""
MOST_PARTS = 1_000
MOST_SHEETS = 200
MOST_COST = 500_000
"""Elements of all parts, those other than rows, cells and text counted `DEAR` times: what they cost to read."""
DEAR = 10
LONGEST = 500_000
"""Bytes of one tag or one text, about."""
MOST_CELLS = 2_000_000
"""Cells of a sheet, blank ones to the left of others counted; also cells into which merged cells may reach."""
MOST_LETTERS = 40_000_000
"""Letters of all cells: one long text may stand in many."""
LAST_ROW = 1_048_576
LONGEST_FORMAT = 30
"""Letters of a number format that says how many digits to write; numbers have fewer."""

_TYPES = "[Content_Types].xml"
_ELEMENT = re.compile(rb"<[^/]")
_CHEAP = re.compile(rb"<(?:\w{1,20}:)?(?:row|c|v|f|is|si|t|r)[\s/>]")
_SHEET = re.compile(rb"<(?:\w{1,20}:)?sheet\s")
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_CHUNK = 1 << 16
_MAIN = (
    "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}",
    "{http://purl.oclc.org/ooxml/spreadsheetml/main}",
)
"""The namespaces of sheets: as all programs write them, and as the stricter standard wants them."""

_SAVE = Message("open it in Excel or LibreOffice and save it as Excel Workbook (.xlsx) or as CSV UTF-8")
DAMAGED = Message("the workbook is damaged and cannot be read"), _SAVE
_OTHER = Message("this is not an Excel workbook (.xlsx)"), _SAVE
_LOCKED = (
    Message("the workbook is protected by a password"),
    Message("open it in Excel or LibreOffice and save it without the password"),
)
_TOO_LARGE = (
    Message("the workbook is too large to be read safely"),
    Message("copy the table into a workbook of its own, or save it as CSV UTF-8"),
)


class WorkbookError(Exception):
    """A workbook cannot be read: what is wrong, and the likely fix."""

    def __init__(self, why: tuple[Message, Message]) -> None:
        super().__init__(*why)
        self.message, self.fix = why


def is_workbook(name: str, content: bytes) -> bool:
    """Return whether a file is a workbook by its content, or says so by its name."""
    return content.startswith((OLD, ZIPPED)) or PurePath(name).suffix.lower() in ENDINGS


def open_workbook(content: bytes) -> list[Sheet]:
    """Return the sheets of a workbook, whose cells are read when they are asked for.

    Raises
    ------
    Exception
        A `WorkbookError` where it is not within the bounds; of any kind where it is damaged.
    """
    if content.startswith(OLD):
        raise WorkbookError(_LOCKED if "EncryptedPackage".encode("utf-16-le") in content else _OTHER)
    if not content.startswith(ZIPPED):
        raise WorkbookError(_OTHER)
    if content.count(b"PK\x01\x02") > MOST_PARTS:
        raise WorkbookError(_TOO_LARGE)
    archive = ZipFile(BytesIO(content))
    _measure(archive)
    return _sheets(archive)


def _measure(archive: ZipFile) -> None:
    """Refuse what is no workbook, or is too large: unpacked, for what an archive says of its parts need not be true."""
    names = archive.namelist()
    if not any(name.startswith("xl/") and name.endswith(".xml") for name in names) or _TYPES not in names:
        raise WorkbookError(_OTHER)
    size = cost = sheets = 0
    for part in archive.infolist():
        if part.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise WorkbookError(DAMAGED)
        tail, without_tag = b"", 0
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                plain = chunk.replace(b"\0", b"")  # UTF-16 reads as ASCII then
                if _DECLARED.search(tail + plain):
                    raise WorkbookError(DAMAGED)
                tail = plain[-len("<!DOCTYPE") :]
                elements = len(_ELEMENT.findall(plain))
                without_tag = 0 if elements else without_tag + len(chunk)
                size += len(chunk)
                cost += DEAR * elements - (DEAR - 1) * len(_CHEAP.findall(plain))
                sheets += len(_SHEET.findall(plain))
                if size > MOST_BYTES or cost > MOST_COST or sheets > MOST_SHEETS or without_tag > LONGEST:
                    raise WorkbookError(_TOO_LARGE)


def _sheets(archive: ZipFile) -> list[Sheet]:
    types = fromstring(archive.read(_TYPES))  # noqa: S314 - what declares entities was refused
    books = (str(one.get("PartName")) for one in types if str(one.get("ContentType")).endswith(".main+xml"))
    book = next(books, "xl/workbook.xml").lstrip("/")
    related = _related(archive, book)
    targets = dict(related.values())
    content = fromstring(archive.read(book))  # noqa: S314
    since_1904 = any(_name(one) == "workbookPr" and one.get("date1904") in {"1", "true"} for one in content)
    strings = _strings(archive, targets.get("sharedStrings"))
    formats = _formats(archive, targets.get("styles"), since_1904=since_1904)
    found = []
    for sheet in _inside(content, "sheets"):
        relation = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
        kind, part = related[relation]
        if kind == "worksheet":
            visible = sheet.get("state", "visible") == "visible"
            found.append(Sheet(sheet.attrib["name"], visible, archive, part, strings, formats))
    return found


def _related(archive: ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return what a part refers to: identifier -> kind and name of the other part."""
    folder, name = posixpath.split(part)
    relations = fromstring(archive.read(f"{folder}/_rels/{name}.rels"))  # noqa: S314
    return {
        one.attrib["Id"]: (
            one.attrib["Type"].rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, one.attrib["Target"])).lstrip("/"),
        )
        for one in relations
    }


def _strings(archive: ZipFile, part: str | None) -> list[str]:
    found: list[str] = []
    if part is not None:
        with archive.open(part) as stream:
            for item in _elements(stream, "si"):
                found.append(clean(_rich_text(item)))
                item.clear()
    return found


def _rich_text(item: Element) -> str:
    """Return a text without its formats and without the phonetic reading beside it."""
    parts = [one for one in item if _name(one) == "t"]
    parts += [one for run in item if _name(run) == "r" for one in run if _name(one) == "t"]
    text = "".join(part.text or "" for part in parts)
    return text.replace("_x000D_", " ").replace("_x005F_", "_") if "_x" in text else text


class _Format(NamedTuple):
    """How numbers of one style are shown: the code, and the epoch of dates and whether they are durations."""

    code: str
    epoch: datetime | None
    duration: bool


def _formats(archive: ZipFile, part: str | None, *, since_1904: bool) -> list[_Format]:
    """Return how numbers are shown, for every style that a cell can name."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

    codes, used = dict(BUILTIN_FORMATS), ["General"]
    if part is not None:
        styles = fromstring(archive.read(part))  # noqa: S314
        codes |= {int(one.attrib["numFmtId"]): one.attrib["formatCode"] for one in _inside(styles, "numFmts")}
        used = [codes.get(int(one.get("numFmtId", 0)), "General") for one in _inside(styles, "cellXfs")] or used
    epoch = CALENDAR_MAC_1904 if since_1904 else CALENDAR_WINDOWS_1900
    dated = {code: is_date_format(code) for code in used}
    return [_Format(code, epoch if dated[code] else None, dated[code] and is_timedelta_format(code)) for code in used]


def _elements(stream: IO[bytes], *names: str) -> Iterator[Element]:
    """Yield every element of these names of a sheet's XML once it is read whole."""
    wanted = {namespace + name for namespace in _MAIN for name in names}
    for _, element in iterparse(stream):  # noqa: S314
        if element.tag in wanted:
            yield element


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _inside(element: Element, name: str) -> list[Element]:
    """Return what stands in the first element of a name; nothing where there is none."""
    return list(next((one for one in element if _name(one) == name), ()))


@dataclass
class Sheet:
    """A sheet of a workbook.

    Attributes
    ----------
    name, visible
        As the workbook has it; whether it is meant to be seen.
    strings, formats
        Texts that cells share, and how numbers of each style are shown.
    formulas
        The row of every formula whose result is saved, once the rows are read.
    """

    name: str
    visible: bool
    archive: ZipFile
    part: str
    strings: Sequence[str]
    formats: Sequence[_Format]
    formulas: list[int] = field(default_factory=list)

    @cached_property
    def rows(self) -> list[Row]:
        """The rows that are not blank, merged cells filled downwards; raises what `open_workbook` does."""
        rows: list[Row] = []
        merged: list[tuple[int, int, int]] = []
        area = letters = number = 0
        with self.archive.open(self.part) as stream:
            for element in _elements(stream, "row", "mergeCell"):
                if _name(element) == "mergeCell":
                    first, _, last = element.get("ref", "").partition(":")
                    top, left = _place(first)
                    merged.append((left, top, _place(last or first)[0]))
                    continue
                number = int(float(element.get("r", number + 1)))
                if not 1 <= number <= LAST_ROW:
                    raise WorkbookError(DAMAGED)
                cells = self._cells(element, number)
                element.clear()
                area += len(cells)
                letters += sum(map(len, cells))
                if area > MOST_CELLS or letters > MOST_LETTERS or len(rows) > MOST_ROWS:
                    raise WorkbookError(_TOO_LARGE)
                if any(cells):
                    rows.append((number, cells))
        _fill(rows, merged)
        return rows

    def _cells(self, row: Element, number: int) -> list[str]:
        """Return the cells of a row as a person sees them, blank ones to the left of others included."""
        cells: list[str] = []
        column = 0
        for cell in row:
            column = _place(cell.attrib["r"])[1] if cell.get("r") else column + 1
            value = next((one.text for one in cell if _name(one) == "v"), None)
            inline = next((one for one in cell if _name(one) == "is"), None)
            has_formula = any(_name(one) == "f" for one in cell)
            if inline is None and not value and not has_formula:
                continue
            if has_formula and value:
                self.formulas.append(number)
            cells.extend([""] * (column - len(cells)))
            cells[column - 1] = clean(_rich_text(inline)) if inline is not None else self._text(cell, value)
        return cells

    def _text(self, cell: Element, value: str | None) -> str:
        if not value:
            return SheetCell("=", "formula")
        match cell.get("t", "n"):
            case "s":
                return self.strings[int(value)]
            case "b":
                return str(bool(int(value))).upper()
            case "d":
                return SheetCell(str(datetime.fromisoformat(value)).removesuffix(" 00:00:00"), "date")
            case "n":
                return _number(value, self.formats[_index(cell.get("s", "0"))])
        return clean(value)


def _index(text: str) -> int:
    """Return a position in a list; a negative one would count from its end."""
    if (index := int(text)) < 0:
        raise WorkbookError(DAMAGED)
    return index


def _place(reference: str) -> tuple[int, int]:
    """Return row and column of a cell, 1 the first."""
    from openpyxl.utils.cell import coordinate_to_tuple

    row, column = coordinate_to_tuple(reference)
    return row, column


def _number(value: str, style: _Format) -> str:
    """Return a number as text, with at most 15 digits behind the point's place: more a spreadsheet does not keep."""
    number = float(value) if {*".eE"} & {*value} else int(value)
    if style.epoch is not None:
        return _date_of(number, style.epoch, duration=style.duration)
    text = str(number) if isinstance(number, int) else f"{number:.15g}"
    digits = re.fullmatch(r"(0+)(?:\.(0+))?", style.code[: LONGEST_FORMAT + 1])
    if digits is None or len(style.code) > LONGEST_FORMAT or not 0 <= number < 1e15:
        return SheetCell(text, "number")
    seen = f"{number:0{len(style.code)}.{len(digits[2] or '')}f}"
    return SheetCell(text, "number", seen if float(seen) == number else "")


def _date_of(number: float, epoch: datetime, *, duration: bool) -> str:
    """Return what day or time a number means; one that means none is an error, as spreadsheet programs show it."""
    from openpyxl.utils.datetime import from_excel

    try:
        found: Any = from_excel(number, epoch, timedelta=duration)
    except (OverflowError, ValueError):
        return "#VALUE!"
    text = str(found).removesuffix(" 00:00:00")
    return SheetCell(text, "date") if isinstance(found, date) else clean(text)


def _fill(rows: Sequence[Row], merged: Sequence[tuple[int, int, int]]) -> None:
    """Write the text of merged cells (column, first and last row) into each of their rows, in their first column."""
    numbers = [number for number, _ in rows]
    left = MOST_CELLS
    for column, top, bottom in merged:
        first, last = bisect_left(numbers, top), bisect_right(numbers, bottom)
        if first == len(rows) or numbers[first] != top or len(rows[first][1]) < column:
            continue
        left -= last - first
        if left < 0:
            return
        text = rows[first][1][column - 1]
        for _, cells in rows[first + 1 : last]:
            cells.extend([""] * (column - len(cells)))
            cells[column - 1] = cells[column - 1] or text
