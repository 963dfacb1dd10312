"""Makes workbooks: a sound one, part by part, and ways to spoil it.

Knows the zip archive and the XML of a workbook; must not know which cases exist.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from functools import cache
from io import BytesIO

from inputs.scenario_desk import VILLAGES
from openpyxl import Workbook

Parts = dict[str, bytes]
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
STYLES, TYPES = "xl/styles.xml", "[Content_Types].xml"
RELS, BOOK_RELS = "_rels/.rels", "xl/_rels/workbook.xml.rels"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
XXE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    "<!DOCTYPE a [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 10)) + "]>"
)
QUADRATIC = f"<!DOCTYPE a [<!ENTITY x '{'h' * 100_000}'>]>"
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@cache
def sound_workbook() -> bytes:
    """Return a workbook that holds the sound table, its texts shared as Excel shares them."""
    return zipped(sound_parts())


def sound_parts() -> Parts:
    """Return the parts of a sound workbook."""
    return dict(_parts())


@cache
def _parts() -> Mapping[str, bytes]:
    book = Workbook()
    (sheet,) = book.worksheets
    sheet.append(["empty"])
    stream = BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    texts = VILLAGES.replace("\n", ",").strip(",").split(",")
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    cells = [f'<c r="{"ABCDEF"[i % 6]}{i // 6 + 1}" t="s"><v>{i}</v></c>' for i in range(len(texts))]
    rows = "".join(f'<row r="{i // 6 + 1}">{"".join(cells[i : i + 6])}</row>' for i in range(0, len(cells), 6))
    related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relation = f'<Relationship Id="rId99" Type="{related}" Target="/{STRINGS}"/></Relationships>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    declared = f'<Override PartName="/{STRINGS}" ContentType="{kind}"/></Types>'
    return {
        **parts,
        SHEET: f"<worksheet {NS}><sheetData>{rows}</sheetData></worksheet>".encode(),
        STRINGS: f"<sst {NS}>{items}</sst>".encode(),
        TYPES: parts[TYPES].replace(b"</Types>", declared.encode()),
        BOOK_RELS: parts[BOOK_RELS].replace(b"</Relationships>", relation.encode()),
    }


def zipped(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return parts as an archive."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", method, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def changed_book(changes: Mapping[str, bytes | str | None]) -> bytes:
    """Return the sound workbook with parts added, replaced, or (None) left out."""
    raw = {name: text.encode() if isinstance(text, str) else text for name, text in changes.items()}
    return zipped({name: content for name, content in {**sound_parts(), **raw}.items() if content is not None})


def swapped(part: str, old: str, new: str) -> bytes:
    """Return the sound workbook with a text replaced once in one part."""
    content = sound_parts()[part].decode()
    assert old in content, content[:2000]
    return changed_book({part: content.replace(old, new, 1)})


def declared(part: str, declaration: str, use: str = "") -> bytes:
    """Return the sound workbook with a document type declared in one part, and its first text using an entity."""
    content = sound_parts()[part].decode()
    start = content.index("?>") + 2 if content.startswith("<?xml") else 0
    return changed_book({part: declaration + content[start:].replace("Benua", use or "Benua")})


def with_rows(rows: str, *, before: str = "", after: str = "") -> bytes:
    """Return a workbook whose rows follow those of the sound table."""
    content = sound_parts()[SHEET].decode()
    content = content.replace("<sheetData>", f"{before}<sheetData>").replace(
        "</sheetData>", f"{rows}</sheetData>{after}"
    )
    return changed_book({SHEET: content})


def with_name(cell: str) -> bytes:
    """Return a workbook in which one cell, the name of the first village, is other XML."""
    content = sound_parts()[SHEET].decode()
    old = content[content.index('<c r="B2"') :].partition("</c>")[0] + "</c>"
    return changed_book({SHEET: content.replace(old, cell)})


def with_number(cell: str) -> bytes:
    """Return a workbook in which one number is other XML."""
    content = sound_parts()[SHEET].decode()
    old = content[content.index('<c r="E2"') :].partition("</c>")[0] + "</c>"
    return changed_book({SHEET: content.replace(old, cell)})


def with_strings(items: str) -> bytes:
    """Return a workbook with further shared strings behind those of the sound table."""
    return swapped(STRINGS, "</sst>", f"{items}</sst>")


def long_string_everywhere(letters: int, cells: int) -> bytes:
    """Return a workbook in which very many cells are one long shared string."""
    parts = sound_parts()
    number = parts[STRINGS].count(b"<si>")
    row = "".join(f'<c t="s"><v>{number}</v></c>' for _ in range(100))
    rows = f"<row>{row}</row>" * (cells // 100)
    strings = parts[STRINGS].decode().replace("</sst>", f"<si><t>{'a' * letters}</t></si></sst>")
    sheet = parts[SHEET].decode().replace("</sheetData>", f"{rows}</sheetData>")
    return changed_book({STRINGS: strings, SHEET: sheet})


def styled(format_code: str, cells: int) -> bytes:
    """Return a workbook in which very many numbers have a number format of one's own."""
    styles = sound_parts()[STYLES].decode()
    formats = f'<numFmts count="1"><numFmt numFmtId="200" formatCode="{format_code}"/></numFmts>'
    head, _, tail = styles.partition("<numFmts")
    styles = head + formats + tail.partition("/>")[2]
    styles = styles.replace("<cellXfs", "<cellXfsOld", 1)
    start = styles.index("<cellXfsOld")
    end = styles.index("</cellXfs>") + len("</cellXfs>")
    styles = f'{styles[:start]}<cellXfs count="1"><xf numFmtId="200" applyNumberFormat="1"/></cellXfs>{styles[end:]}'
    row = "<row>" + '<c s="0"><v>7.5</v></c>' * 100 + "</row>"
    sheet = sound_parts()[SHEET].decode().replace("</sheetData>", f"{row * (cells // 100)}</sheetData>")
    return changed_book({STYLES: styles, SHEET: sheet})


def overlapping(entries: int) -> bytes:
    """Return an archive of many names that all mean the same megabyte."""
    content = zipped({**sound_parts(), "xl/media/a.bin": bytes(1_000_000)})
    end = content.rindex(b"PK\x05\x06")
    start = struct.unpack("<I", content[end + 16 : end + 20])[0]
    directory = content[start:end]
    last = directory[directory.rindex(b"PK\x01\x02") :]
    total = directory.count(b"PK\x01\x02") + entries
    copies = b"".join(last.replace(b"a.bin", b"%05d" % i) for i in range(entries))
    size = len(directory) + len(copies)
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, total, total, size, start, 0)
    return content[:start] + directory + copies + tail


def twice(part: str, second: bytes) -> bytes:
    """Return an archive that holds two parts of one name."""
    content = zipped({**sound_parts(), "x" * len(part): second})
    return content.replace(b"x" * len(part), part.encode())


def flagged(bit: int) -> bytes:
    """Return the archive with a flag set on every part."""
    content = bytearray(sound_workbook())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + place] |= bit
            at = content.find(mark, at + 4)
    return bytes(content)


def with_sizes(size: int) -> bytes:
    """Return the archive with another size than the true one said of every part."""
    content = bytearray(sound_workbook())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 24 : at + 28] = struct.pack("<I", size)
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


def with_entry(name: str, *, mode: int = 0o644, content: bytes = b"/etc/passwd") -> bytes:
    """Return the workbook with one more entry, of any name and kind."""
    stream = BytesIO(sound_workbook())
    with zipfile.ZipFile(stream, "a") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        archive.writestr(entry, content)
    return stream.getvalue()


def with_sheets(number: int, attributes: str = "") -> bytes:
    """Return a workbook with so many names for its sheet."""
    one = '<sheet name="S{0}" sheetId="{0}" r:id="rId1"{1}/>'
    content = sound_parts()[BOOK].decode()
    start, end = content.index("<sheets>") + len("<sheets>"), content.index("</sheets>")
    entries = "".join(one.format(i + 1, attributes) for i in range(number))
    relations = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    content = content[:start] + entries + content[end:]
    if relations not in content:
        content = content.replace("<workbook ", f"<workbook {relations} ", 1)
    return changed_book({BOOK: content})


def bomb(megabytes: int) -> bytes:
    """Return XML of many megabytes that pack well."""
    return b"<a>" + b" " * (megabytes * 1_000_000) + b"</a>"
