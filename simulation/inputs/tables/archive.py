"""Whether bytes are a workbook that can be opened within bounds.

Knows zip archives and what may be in them; must not know sheets or cells.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import PurePath
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from ...domain.messages import Message

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

_ELEMENT = re.compile(rb"<[^/]")
_CHEAP = re.compile(rb"<(?:\w{1,20}:)?(?:row|c|v|f|is|si|t|r)[\s/>]")
_SHEET = re.compile(rb"<(?:\w{1,20}:)?sheet\s")
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_STRICT = b"http://purl.oclc.org/ooxml/"
"""A kind of workbook that openpyxl does not read."""
_CHUNK = 1 << 16

Refusal = tuple[Message, Message]
"""What is wrong, and the likely fix."""

_SAVE = Message("open it in Excel or LibreOffice and save it as Excel Workbook (.xlsx) or as CSV UTF-8")
DAMAGED: Refusal = (Message("the workbook is damaged and cannot be read"), _SAVE)
_OTHER: Refusal = (Message("this is not an Excel workbook (.xlsx)"), _SAVE)
_LOCKED: Refusal = (
    Message("the workbook is protected by a password"),
    Message("open it in Excel or LibreOffice and save it without the password"),
)
TOO_LARGE: Refusal = (
    Message("the workbook is too large to be read safely"),
    Message("copy the table into a workbook of its own, or save it as CSV UTF-8"),
)


def is_workbook(name: str, content: bytes) -> bool:
    """Return whether a file is a workbook by its content, or says so by its name."""
    return content.startswith((OLD, ZIPPED)) or PurePath(name).suffix.lower() in ENDINGS


def refused(content: bytes) -> Refusal | None:
    """Return why a workbook cannot be opened, or None.

    Every part is unpacked and measured, for what an archive says of its parts need not be true.

    Raises
    ------
    Exception
        Of many kinds, where the archive is damaged.
    """
    if content.startswith(OLD):
        return _LOCKED if "EncryptedPackage".encode("utf-16-le") in content else _OTHER
    if not content.startswith(ZIPPED):
        return _OTHER
    if content.count(b"PK\x01\x02") > MOST_PARTS:
        return TOO_LARGE
    with ZipFile(BytesIO(content)) as archive:
        names = archive.namelist()
        parts = [name for name in names if name.startswith("xl/") and name.endswith(".xml")]
        if not parts or "[Content_Types].xml" not in names:
            return _OTHER
        if any(part.compress_type not in {ZIP_STORED, ZIP_DEFLATED} for part in archive.infolist()):
            return DAMAGED
        return _measured(archive)


def _measured(archive: ZipFile) -> Refusal | None:
    """Unpack every part as far as the bounds go."""
    size = cost = sheets = 0
    for part in archive.infolist():
        tail, without_tag = b"", 0
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                plain = chunk.replace(b"\0", b"")  # UTF-16 reads as ASCII then
                if _DECLARED.search(tail + plain):
                    return DAMAGED
                if _STRICT in plain:
                    return _OTHER
                tail = plain[-len("<!DOCTYPE") :]
                elements = len(_ELEMENT.findall(plain))
                without_tag = 0 if elements else without_tag + len(chunk)
                size += len(chunk)
                cost += DEAR * elements - (DEAR - 1) * len(_CHEAP.findall(plain))
                sheets += len(_SHEET.findall(plain))
                if size > MOST_BYTES or cost > MOST_COST or sheets > MOST_SHEETS or without_tag > LONGEST:
                    return TOO_LARGE
    return None
