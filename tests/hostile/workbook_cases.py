"""Workbooks that are bombs, forgeries, or more than a table of villages needs.

Knows what is hostile in an archive, its parts and cells; must not know how they are read.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Iterator
from functools import partial

from inputs.scenario_desk import VILLAGES

from .bench import ACCEPTED, REFUSED, Bench, Case
from .workbook_bench import (
    BOOK,
    BOOK_RELS,
    LAUGHS,
    NS,
    OLD,
    QUADRATIC,
    RELS,
    SHEET,
    STRINGS,
    STYLES,
    TYPES,
    XXE,
    bomb,
    changed_book,
    declared,
    flagged,
    long_string_everywhere,
    overlapping,
    sound_parts,
    sound_workbook,
    styled,
    swapped,
    twice,
    with_entry,
    with_name,
    with_number,
    with_rows,
    with_sheets,
    with_sizes,
    with_strings,
    zipped,
)

Make = Callable[[], bytes]

ARCHIVES: dict[str, Make] = {
    "three hundred megabytes in a sheet": lambda: changed_book({SHEET: bomb(300)}),
    "sixty megabytes of shared strings": lambda: changed_book({STRINGS: bomb(60)}),
    "sixty megabytes of styles": lambda: changed_book({STYLES: bomb(60)}),
    "sixty megabytes in a picture": lambda: changed_book({"xl/media/a.png": bomb(60)}),
    "sixty megabytes in another workbook": lambda: changed_book(
        {"xl/embeddings/a.xlsx": zipped({"a": bomb(60)}) * 900}
    ),
    "sixty megabytes spread over parts": lambda: changed_book({f"xl/media/{i}.png": bomb(1) for i in range(60)}),
    "many names for one megabyte": lambda: overlapping(900),
    "a hundred thousand names": lambda: overlapping(100_000 % 65_000),
    "a thousand parts": lambda: changed_book({f"xl/media/{i}.png": b"" for i in range(1_100)}),
    "a workbook in place of a sheet": lambda: changed_book({SHEET: sound_workbook()}),
    "sizes that are too small": lambda: with_sizes(10),
    "a password on the archive": lambda: flagged(1),
    "names encrypted": lambda: flagged(0x20),
    "packed by bzip2": lambda: zipped(sound_parts(), zipfile.ZIP_BZIP2),
    "packed by LZMA": lambda: zipped(sound_parts(), zipfile.ZIP_LZMA),
    "cut in half": lambda: sound_workbook()[: len(sound_workbook()) // 2],
    "cut before the end": lambda: sound_workbook()[:-10],
    "only its beginning": lambda: b"PK\x03\x04",
    "only its end": lambda: b"PK\x05\x06" + bytes(18),
    "bytes changed in the middle": lambda: sound_workbook()[:600] + bytes(200) + sound_workbook()[800:],
    "a directory that lies elsewhere": lambda: sound_workbook()[:-6] + struct.pack("<IH", 0x7FFFFFFF, 0),
    "a program before it": lambda: b"#!/bin/sh\n" + sound_workbook(),
    "nothing in it": lambda: zipped({}),
    "a folder in place of a sheet": lambda: zipped({**sound_parts(), f"{SHEET}/": b""} | {SHEET: b""}),
    "parts that stand twice": lambda: twice(SHEET, b"<worksheet/>"),
}

KINDS: dict[str, tuple[str, Make]] = {
    "an old workbook": ("a.xlsx", lambda: OLD + bytes(2000)),
    "an old workbook under its own name": ("a.xls", lambda: OLD + bytes(2000)),
    "a workbook under a password": ("a.xlsx", lambda: OLD + bytes(60) + "EncryptedPackage".encode("utf-16-le")),
    "a CSV table called a workbook": ("a.xlsx", VILLAGES.encode),
    "a web page called an old workbook": ("a.xls", lambda: b"<html><table><tr><td>village_code</td></tr></table></html>"),
    "a document": ("a.xlsx", lambda: zipped({TYPES: b"<Types/>", "word/document.xml": b"<document/>"})),
    "an OpenDocument table": ("a.ods", lambda: zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"})),
    "a binary workbook": ("a.xlsb", lambda: zipped({TYPES: b"<Types/>", "xl/workbook.bin": b"\x83\x01\0"})),
    "another archive": ("a.xlsx", lambda: zipped({"a.txt": b"a"})),
    "nothing": ("a.xlsx", bytes),
    "NUL": ("a.xlsx", lambda: bytes(10_000)),
    "a picture": ("a.xlsx", lambda: b"\x89PNG\r\n\x1a\n"),
    "a gzip archive": ("a.xlsx", lambda: b"\x1f\x8b\x08\0" + bytes(20)),
    "XML of an older Excel": ("a.xlsx", lambda: b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'),
}  # fmt: skip

WORKBOOKS: dict[str, Make] = {
    **{
        f"{what} in {part}": partial(declared, part, declaration, use)
        for part in (SHEET, STRINGS, BOOK, STYLES, TYPES, BOOK_RELS)
        for what, declaration, use in (("a file as an entity", XXE, "&x;"), ("a billion laughs", LAUGHS, "&a9;"))
    },
    "a long entity many times": lambda: declared(STRINGS, QUADRATIC, "&x;" * 20_000),
    "a document type alone": lambda: declared(SHEET, "<!DOCTYPE a>"),
    "a document type from the web": lambda: declared(SHEET, '<!DOCTYPE a SYSTEM "http://203.0.113.1/a.dtd">'),
    "parameter entities": lambda: declared(SHEET, '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>'),
    "entities in UTF-16": lambda: changed_book({SHEET: (XXE + sound_parts()[SHEET].decode()).encode("utf-16")}),
    "entities in UTF-16 the other way round": lambda: changed_book({SHEET: b"\xfe\xff" + f"{XXE}<a>&x;</a>".encode("utf-16-be")}),
    "entities in UTF-7": lambda: changed_book({SHEET: b'<?xml version="1.0" encoding="utf-7"?>' + f"{XXE}<a>&x;</a>".encode("utf-7")}),
    "entities in EBCDIC": lambda: changed_book({SHEET: b'<?xml version="1.0" encoding="cp037"?>' + f"{XXE}<a>&x;</a>".encode("cp037")}),
    "a character set that is not one": lambda: changed_book({SHEET: b'<?xml version="1.0" encoding="zip"?><a/>'}),
    "a hundred thousand levels": lambda: changed_book({SHEET: b"<a>" * 100_000 + b"</a>" * 100_000}),
    "forty thousand levels": lambda: changed_book({SHEET: b"<a>" * 40_000 + b"</a>" * 40_000}),
    "a million comments": lambda: with_rows("<!---->" * 1_000_000),
    "a million instructions": lambda: with_rows("<?a?>" * 1_000_000),
    "an attribute of thirty megabytes": lambda: with_rows(f'<row a="{"x" * 30_000_000}"/>'),
    "a name of thirty megabytes": lambda: with_rows(f"<{'x' * 30_000_000}/>"),
    "a text of thirty megabytes": lambda: with_name(f'<c r="B2" t="inlineStr"><is><t>{"x" * 30_000_000}</t></is></c>'),
    "a text of four hundred thousand letters": lambda: with_name(f'<c r="B2" t="inlineStr"><is><t>{"x" * 400_000}</t></is></c>'),
    "a sheet that is no XML": lambda: changed_book({SHEET: b"village_code,village"}),
    "a sheet that is empty": lambda: changed_book({SHEET: b""}),
    "a sheet that is cut": lambda: changed_book({SHEET: sound_parts()[SHEET][:-60]}),
    "a sheet of another kind": lambda: changed_book({SHEET: f"<chartsheet {NS}/>"}),
    "a sheet of another namespace": lambda: swapped(SHEET, "spreadsheetml/2006", "spreadsheetml/2099"),
    "a sheet that is missing": lambda: changed_book({SHEET: None}),
    "a sheet without rows": lambda: changed_book({SHEET: f"<worksheet {NS}><sheetData/></worksheet>"}),
    "bytes that are no UTF-8": lambda: changed_book({STRINGS: sound_parts()[STRINGS].replace(b"Benua", b"Ben\xffua")}),
    "a character that XML has not": lambda: swapped(STRINGS, "Benua", "Ben&#7;ua"),
    "half a character": lambda: swapped(STRINGS, "Benua", "Ben&#xD800;ua"),
    "a book that is missing": lambda: changed_book({BOOK: None}),
    "a book that is empty": lambda: changed_book({BOOK: b""}),
    "a book without sheets": lambda: with_sheets(0),
    "a book of two hundred and one sheets": lambda: with_sheets(201),
    "a book of the same sheet twice": lambda: with_sheets(2),
    "a book of hidden sheets": lambda: with_sheets(2, ' state="veryHidden"'),
    "a book of sheets in a state there is not": lambda: with_sheets(1, ' state="lost"'),
    "no relations": lambda: changed_book({BOOK_RELS: None}),
    "relations that lead out": lambda: swapped(BOOK_RELS, "/xl/worksheets/sheet1.xml", "../../../../outside/villages.csv"),
    "relations that lead to a file": lambda: swapped(BOOK_RELS, "/xl/worksheets/sheet1.xml", "file:///etc/passwd"),
    "relations that lead to the web": lambda: swapped(BOOK_RELS, 'Target="/xl/worksheets/sheet1.xml"', 'Target="http://203.0.113.1/a.xml" TargetMode="External"'),
    "relations that lead back": lambda: swapped(BOOK_RELS, "/xl/worksheets/sheet1.xml", "/xl/workbook.xml"),
    "no types": lambda: changed_book({TYPES: None}),
    "forty thousand names": lambda: changed_book({BOOK: sound_parts()[BOOK].decode().replace("</workbook>", "<definedNames>" + "".join(f'<definedName name="n{i}">A1</definedName>' for i in range(60_000)) + "</definedNames></workbook>")}),
    "styles that are no XML": lambda: changed_book({STYLES: b"{}"}),
    "styles of sixty thousand fonts": lambda: swapped(STYLES, "</fonts>", "<font/>" * 60_000 + "</fonts>"),
    "fewer shared strings than cells": lambda: changed_book({STRINGS: f"<sst {NS}><si><t>a</t></si></sst>"}),
    "no shared strings": lambda: changed_book({STRINGS: None}),
    "a million shared strings": lambda: with_strings("<si><t>a</t></si>" * 1_000_000),
    "a million phonetic runs": lambda: with_strings("<si>" + "<rPh><t>a</t></rPh>" * 1_000_000 + "</si>"),
    "one long string in ninety thousand cells": lambda: long_string_everywhere(400_000, 90_000),
    "one string in ninety thousand cells": lambda: long_string_everywhere(30_000, 90_000),
    "a format of thirty thousand digits": lambda: styled("0" * 30_000, 90_000),
    "a format of thirty thousand decimals": lambda: styled("0." + "0" * 30_000, 90_000),
    "a format of brackets": lambda: styled("[" * 100_000 + "y" + "]" * 100_000, 100),
    "a format of quotes": lambda: styled("&quot;" * 80_001 + "y", 100),
    "a million rows": lambda: with_rows("<row/>" * 1_048_576),
    "half a million cells": lambda: with_rows(("<row>" + "<c/>" * 1_000 + "</row>") * 600),
    "rows that go on to the right": lambda: with_rows("".join(f'<row r="{i}"><c r="XFD{i}"><v>1</v></c></row>' for i in range(8, 10_000))),
    "a column beyond the last": lambda: with_rows('<row r="8"><c r="ZZZZZZ8"><v>1</v></c></row>'),
    "a cell of row nought": lambda: with_rows('<row r="0"><c r="A0"><v>1</v></c></row>'),
    "a cell in place of a row": lambda: with_rows('<row r="A"><c r="8"><v>1</v></c></row>'),
    "a row below nought": lambda: with_rows('<row r="-5"><c><v>1</v></c></row>'),
    "a row of thirty digits": lambda: with_rows(f'<row r="{"9" * 30}"><c><v>1</v></c></row>'),
    "a row of ten thousand digits": lambda: with_rows(f'<row r="{"9" * 10_000}"><c><v>1</v></c></row>'),
    "a hundred thousand merged cells": lambda: with_rows("", after='<mergeCells><mergeCell ref="A1:A2"/></mergeCells>' * 100_000),
    "merged cells that are none": lambda: with_rows("", after='<mergeCells><mergeCell ref="XFE1:1"/></mergeCells>'),
    "a formula without a result": lambda: with_name('<c r="B2"><f>HYPERLINK("http://203.0.113.1/","x")</f></c>'),
    "a formula of another book without a result": lambda: with_name('<c r="B2"><f>[1]Sheet1!A1</f></c>'),
    "a formula that calls a program": lambda: with_name('<c r="B2"><f>cmd|\'/C calc\'!A0</f></c>'),
    "a formula that failed": lambda: with_name('<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>'),
    "a control character in letters": lambda: with_name('<c r="B2" t="inlineStr"><is><t>Ben\u202eua</t></is></c>'),
    "a string of number minus one": lambda: with_name('<c r="B2" t="s"><v>-1000</v></c>'),
    "a string of number ten to the thirty": lambda: with_name(f'<c r="B2" t="s"><v>1{"0" * 30}</v></c>'),
    "a string of number one and a half": lambda: with_name('<c r="B2" t="s"><v>1.5</v></c>'),
    "a number that is none": lambda: with_number('<c r="E2"><v>lima</v></c>'),
    "a number beyond all": lambda: with_number('<c r="E2"><v>1e999</v></c>'),
    "not a number": lambda: with_number('<c r="E2"><v>NaN</v></c>'),
    "infinity": lambda: with_number('<c r="E2"><v>-Infinity</v></c>'),
    "a number of ten thousand digits": lambda: with_number(f'<c r="E2"><v>{"9" * 10_000}</v></c>'),
    "a truth that is seven": lambda: with_number('<c r="E2" t="b"><v>7</v></c>'),
    "a day that is none": lambda: with_number('<c r="E2" t="d"><v>2025-99-99</v></c>'),
    "a style there is not": lambda: with_number('<c r="E2" s="99999"><v>1</v></c>'),
    "a style below nought": lambda: with_number('<c r="E2" s="-99999"><v>1</v></c>'),
}  # fmt: skip

HARMLESS: dict[str, Make] = {
    "a cell without a place": lambda: with_rows('<row r="8"><c r=""><v>1</v></c></row>'),
    "a sound workbook": sound_workbook,
    "properties that are none": lambda: changed_book({"docProps/app.xml": b"", "docProps/custom.xml": b"<a"}),
    "an area that is none": lambda: with_rows("", before='<dimension ref="lima"/>'),
    "a sheet that is strict": lambda: swapped(SHEET, "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"),
    "a sheet number that is none": lambda: swapped(BOOK, 'sheetId="1"', 'sheetId="x"'),
    "types that are wrong": lambda: changed_book({TYPES: b"<Types/>"}),
    "sizes of four gigabytes": lambda: with_sizes(0xFFFFFFFE),
    "sizes that are said elsewhere": lambda: with_sizes(0xFFFFFFFF),
    "an element of fifty thousand attributes": lambda: with_rows("<row " + " ".join(f'a{i}="1"' for i in range(50_000)) + "/>"),
    "no relations at the top": lambda: changed_book({RELS: None}),
    "types of forty thousand parts": lambda: swapped(TYPES, "</Types>", '<Override PartName="/a" ContentType="b"/>' * 40_000 + "</Types>"),
    "forty thousand merged cells of whole columns": lambda: with_rows("", after="<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 40_000 + "</mergeCells>"),
    "a cell of a kind there is not": lambda: with_number('<c r="E2" t="zz"><v>1</v></c>'),
    "an end that goes on": lambda: sound_workbook()[:-2] + struct.pack("<H", 60_000) + b"x" * 60_000,
    "an entry that leads out": lambda: with_entry("../../outside/evil.txt"),
    "an entry that leads to the root": lambda: with_entry("/etc/cron.d/evil"),
    "an entry with backslashes": lambda: with_entry("..\\..\\evil.txt"),
    "an entry that is a link": lambda: with_entry("xl/link", mode=0o120777),
    "an entry that is a pipe": lambda: with_entry("xl/pipe", mode=0o010644),
    "an entry with a name of sixty thousand letters": lambda: with_entry("a" * 60_000),
    "macros": lambda: changed_book({"xl/vbaProject.bin": OLD + b"Sub AutoOpen()"}),
    "links to another workbook": lambda: changed_book({"xl/externalLinks/externalLink1.xml": f"<externalLink {NS}/>"}),
    "a connection to a database": lambda: changed_book({"xl/connections.xml": f'<connections {NS}><connection id="1" odcFile="http://203.0.113.1/"/></connections>'}),
    "a picture that is none": lambda: changed_book({"xl/media/image1.png": b"x", "xl/drawings/drawing1.xml": b"<a>"}),
    "a calculation chain that is none": lambda: changed_book({"xl/calcChain.xml": b"<<<"}),
    "an area that is as large as may be": lambda: with_rows("", before='<dimension ref="A1:XFD1048576"/>'),
    "a formula with its result": lambda: with_name('<c r="B2" t="str"><f>HYPERLINK("http://203.0.113.1/","x")</f><v>Benua</v></c>'),
    "a name that is a formula": lambda: with_name('<c r="B2" t="inlineStr"><is><t>=cmd|\'/C calc\'!A0</t></is></c>'),
    "a name that a formula made a formula": lambda: with_name('<c r="B2" t="str"><f>CHAR(61)</f><v>=1+1</v></c>'),
    "a name of rich text": lambda: with_name('<c r="B2" t="inlineStr"><is><r><t>@</t></r><r><t>SUM(A1)</t></r></is></c>'),
    "a name that is a link": lambda: with_rows("", after='<hyperlinks><hyperlink ref="B2" location="http://203.0.113.1/"/></hyperlinks>'),
    "rules that are none": lambda: with_rows("", after='<conditionalFormatting sqref="lima"/><dataValidations><dataValidation/></dataValidations>'),
    "merged cells without end": lambda: with_rows("", after='<mergeCells><mergeCell ref="F2:F1048576"/></mergeCells>'),
}  # fmt: skip


def cases() -> Iterator[Case]:
    """Yield every case of this module."""
    for name, make in ARCHIVES.items():
        yield Case("archives", name, partial(_lay, "villages.xlsx", make))
    for name, (file, make) in KINDS.items():
        yield Case("other kinds of workbooks", name, partial(_lay, file, make))
    for name, make in WORKBOOKS.items():
        yield Case("workbooks", name, partial(_lay, "villages.xlsx", make))
    for name, make in HARMLESS.items():
        yield Case("harmless workbooks", name, partial(_lay, "villages.xlsx", make), exit_code=ACCEPTED)
    for name, exit_code in {"villages.csv": ACCEPTED, "villages": ACCEPTED, "villages.xls": ACCEPTED}.items():
        yield Case(
            "harmless workbooks", f"a workbook called {name}", partial(_lay, name, sound_workbook), exit_code=exit_code
        )
    for sheet in ("Sheet", "lain", "../a", "=1+1", "{name}", "[bold]", "a" * 200):
        found = ACCEPTED if sheet == "Sheet" else REFUSED
        yield Case("names of sheets", sheet[:20], partial(_named, sheet), exit_code=found)


def _lay(name: str, make: Make, bench: Bench) -> None:
    bench.write(name, make())
    covariates = "transition: {covariates: {remoteness: 0.8}}"
    bench.scenario(villages=f"villages: {{table: {name}}}", transition=covariates)


def _named(sheet: str, bench: Bench) -> None:
    bench.write("villages.xlsx", sound_workbook())
    bench.scenario(villages=f"villages: {{table: villages.xlsx, sheet: '{sheet}'}}")
