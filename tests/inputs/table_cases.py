"""Mistakes in tables of villages and of districts, one a case, each laid out as an office would send it.

Knows what is written in which file; must not know what is said about it: that stands in problem_texts.txt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from problem_cases import Case, Made

HEADER = "village_code,village,subdistrict"
DISTRICTS = """\
district_code,district,province,villages,subdistricts,dasar,berkembang,mandiri,berkelanjutan
63.01,Tanah Laut,Kalimantan Selatan,135,11,93,25,3,14
51.02,Tabanan,Bali,133,10,,,,
"""
SHEETS = "villages: {table: desa.xlsx}"
ROWS = [["Kode Desa", "Desa", "Kecamatan", "Status"], ["63.01.01.2001", "Benua", "Takisung", "dasar"]]
ENCRYPTED = b"\xd0\xcf\x11\xe0" + bytes(60) + "EncryptedPackage".encode("utf-16-le")


def _villages(content: str | bytes) -> Case:
    """Return a scenario whose village table holds `content`; counts are given where it has no status."""
    text = content.decode("latin-1") if isinstance(content, bytes) else content
    villages = min(max(text.count("\n") - 1, 1), 1000)
    counts = f", status_counts: {{dasar: {villages}, berkembang: 0, mandiri: 0, paripurna: 0}}"
    section = f"villages: {{table: desa.csv{'' if 'status' in text.lower() else counts}}}"
    return Case({"villages": section}, {"desa.csv": content})


def _districts(old: str = "", new: str = "") -> Case:
    """Return a scenario of many districts whose table was changed."""
    assert old in DISTRICTS
    sections = {"district": None, "villages": None, "districts": "districts: {table: kabupaten.csv}"}
    return Case(sections, {"kabupaten.csv": DISTRICTS.replace(old, new)})


def _table(content: str, more: str = "") -> Case:
    """Return a scenario whose village table holds `content` and its statuses."""
    return Case({"villages": f"villages: {{table: desa.csv{', ' * bool(more)}{more}}}"}, {"desa.csv": content})


def _workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], villages: str = SHEETS) -> Case:
    """Return a scenario whose village table is a workbook."""

    def make(path: Path) -> None:
        from openpyxl import Workbook

        book = Workbook()
        book.remove(book.worksheets[0])
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(list(row))
        book.save(path)

    lines = [f"[{name}] {' | '.join(map(str, row))}" for name, rows in sheets.items() for row in rows]
    return Case({"villages": villages}, {"desa.xlsx": Made("\n".join(lines), make)})


def _with_formula(path: Path) -> None:
    """Write a workbook as a spreadsheet program saves it: a formula with its result."""
    from xlsxwriter import Workbook

    with Workbook(path) as book:
        sheet = book.add_worksheet("Desa")
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
        sheet.write_formula(1, 1, '="Be"&"nua"', None, "Benua")


VILLAGES: dict[str, str | bytes] = {
    "an empty table": "",
    "a table of blank lines": "\n\n",
    "a table without rows": f"{HEADER}\n",
    "a column that is not there": "village_code,village,wilayah\n2001,Benua,Takisung\n",
    "a column misspelt": "village_code,vilage,subdistrict\n2001,Benua,Takisung\n",
    "two columns for one meaning": "kode_desa,kode_kelurahan,desa,kecamatan\n2001,2001,Benua,Takisung\n",
    "two columns of one name": f"{HEADER},jarak,jarak\n2001,Benua,Takisung,1,2\n",
    "a column without a name": f"{HEADER},\n2001,Benua,Takisung,baru\n",
    "more than 200 columns": f"{HEADER},{','.join(f'x{i}' for i in range(200))}\n2001,Benua,Takisung{',1' * 200}\n",
    "more than a million lines": "\n" * 1_000_001,
    "a name of more than a thousand letters": f"{HEADER}\n2001,{'Benua ' * 200},Takisung\n",
    "a village without a code": f"{HEADER}\n,Benua,Takisung\n2002,Tabanio,Takisung\n",
    "a village without a kecamatan": f"{HEADER}\n2001,Benua,\n2002,Tabanio,Takisung\n",
    "a kecamatan written once": f"{HEADER}\n2001,Benua,Takisung\n2002,Tabanio,\n",
    "a kecamatan written once and one at the top left out": f"{HEADER}\n1,A,\n2,B,\n3,C,Jorong\n4,D,\n",
    "a code twice": f"{HEADER}\n2001,Benua,Takisung\n2002,Tabanio,Takisung\n2001,Asam,Jorong\n",
    "a name twice under two codes": f"{HEADER}\n2001,Benua,Takisung\n2002,Desa Benua,Takisung\n",
    "a code once with dots and once without": f"{HEADER}\n63.01.01.2001,A,Jorong\n6301012001,B,Jorong\n",
    "codes that became numbers": f"{HEADER}\n6.301E+09,Benua,Takisung\n6.301E+09,Tabanio,Takisung\n",
    "a row too short": f"{HEADER}\n2001,Benua,Takisung\n2002,Tabanio\n",
    "a row too long": f"{HEADER}\n2001,Benua,Takisung,baru\n",
    "a quote left open": f'{HEADER}\n2001,"Benua,Takisung\n',
    "a status that is none": f"{HEADER},status\n2001,Benua,Takisung,maju\n",
    "a status misspelt": f"{HEADER},status\n2001,Benua,Takisung,mandri\n",
    "villages not classified yet": f"{HEADER},status\n1,A,K,dasar\n2,B,K,Belum dinilai\n3,C,K,Belum dinilai\n4,D,K,-\n",
    "a status left blank": f"{HEADER},status\n2001,Benua,Takisung,dasar\n2002,Tabanio,Takisung,\n",
    "statuses all left blank": f"{HEADER},status\n2001,Benua,Takisung,\n",
    "a launch after the origin": f"{HEADER},launch_year\n2001,Benua,Takisung,2062\n",
    "a launch of a village that has a status already": f"{HEADER},status,launch_year\n1,Benua,Takisung,dasar,2026\n",
    "a village that joins later": f"{HEADER},status,launch_year\n1,A,K,dasar,2019\n2,B,K,,2026\n",
    "villages that all join later": f"{HEADER},launch_year\n2001,Benua,Takisung,2026\n",
    "a launch in words": f"{HEADER},launch_year\n2001,Benua,Takisung,dulu\n",
    "a total below the table": f"{HEADER},status\n2001,Benua,Takisung,dasar\n,Jumlah,,1\n",
    "a total with a source below it": f"{HEADER},status\n2001,Benua,Takisung,maju\n,Jumlah,,1\n\nSumber: Dinas,,,\n",
    "a total among the rows": f"{HEADER},status\n2001,A,Takisung,dasar\n,Jumlah Takisung,,1\n2002,B,Jorong,dasar\n",
    "decimals written in two ways": f"{HEADER};jarak\n".replace(",", ";")
    + "1;Benua;Takisung;1,5\n2;Asam;Jorong;2.25\n",
    "an error of a formula": f"{HEADER},jarak\n2001,Benua,Takisung,#REF!\n",
    "a control character in a table": f"{HEADER}\n2001,Ben\x1bua,Takisung\n",
    "a table in another encoding": f"{HEADER}\n2001,Benua,Takisung\n2002,Café,Takisung\n".encode("latin-1"),
    "a table with a NUL byte": f"{HEADER}\n2001,Ben\0ua,Takisung\n",
}
"""Village tables as CSV."""

OTHERS: dict[str, Case] = {
    "statuses in a column of another name": Case(
        {"villages": "villages: {table: desa.csv}"}, {"desa.csv": f"{HEADER},stats\n2001,Benua,Takisung,dasar\n"}
    ),
    "a sheet of a CSV file": Case({"villages": "villages: {table: villages.csv, sheet: Desa}"}),
    "a workbook of several such sheets": _workbook({"2024": ROWS, "2025": ROWS}),
    "a sheet that is not there": _workbook({"2024": ROWS, "2025": ROWS}, "villages: {table: desa.xlsx, sheet: 2026}"),
    "a sheet misspelt": _workbook({"Desa": ROWS, "Catatan": [["x"]]}, "villages: {table: desa.xlsx, sheet: Des}"),
    "a mistake on one of two sheets": _workbook(
        {"Desa": [*ROWS, ["63.01.01.2002", "Asam", "Jorong", "maju"]], "Catatan": [["x"]]}
    ),
    "a formula without a result": _workbook({"Desa": [ROWS[0], ["63.01.01.2001", "=A1", "Takisung", "dasar"]]}),
    "a code that is a date": _workbook({"Desa": [ROWS[0], [date(2001, 1, 6), "Benua", "Takisung", "dasar"]]}),
    "a code that is a number with decimals": _workbook({"Desa": [ROWS[0], [63.01, "Benua", "Takisung", "dasar"]]}),
    "a workbook that is damaged": Case({"villages": SHEETS}, {"desa.xlsx": b"PK\x03\x04" + bytes(50)}),
    "a workbook of another program": Case({"villages": "villages: {table: desa.ods}"}, {"desa.ods": b"ODS"}),
    "a document": Case({"villages": "villages: {table: desa.docx}"}, {"desa.docx": b"PK\x03\x04"}),
    "the mark of a workbook that is open": Case({"villages": "villages: {table: ~$desa.xlsx}"}, {"~$desa.xlsx": b"a"}),
    "a scenario in the place of a table": Case(
        {"villages": "villages: {table: desa.yaml}"}, {"desa.yaml": "schema: 1"}
    ),
    "a status that is none": _table(f"{HEADER},status\n2001,A,K,sedang\n"),
    "a workbook under a password": Case({"villages": SHEETS}, {"desa.xlsx": ENCRYPTED}),
    "a workbook of a thousand parts": Case({"villages": SHEETS}, {"desa.xlsx": b"PK\x03\x04" + b"PK\x01\x02" * 1001}),
    "a district whose counts do not add up": _districts("135,", "136,"),
    "a district with counts for some levels": _districts("133,10,", "133,10,4"),
    "a table of districts without a level": _districts(",mandiri,", ",lain,"),
    "a number of villages in words": _districts("133,", "banyak,"),
    "a district without a number of villages": _districts("133,", ","),
    "a district twice": _districts("51.02", "63.01"),
    "districts without codes, of names that say too little": Case(
        {"district": None, "villages": None, "districts": "districts: {table: kabupaten.csv}"},
        {
            "kabupaten.csv": "kabupaten,jumlah kecamatan,dasar,berkembang,mandiri,paripurna\n"
            "Bandung,30,93,25,3,14\nSukamaju,10,9,2,3,1\n"
        },
    ),
    "more villages than there are": Case(
        {"district": None, "villages": None, "districts": "districts: {table: kabupaten.csv}"},
        {
            "kabupaten.csv": "district_code,district,province,villages,subdistricts\n"
            + "".join(f"{i},Kabupaten {i},Bali,10000,10\n" for i in range(11, 32))
        },
    ),
    "statuses of other years than the origin": _table("desa,kecamatan,status 2023,status 2024\nA,K,dasar,dasar\n"),
    # What is read all the same, and noted.
    "sheets of two lists, none of which says its year": _workbook({"Lama": ROWS, "Baru": ROWS}),
    "a title of another year than the origin": _table(f"Keadaan 2024,,,\n{HEADER},status\n2001,A,K,dasar\n"),
    "statuses after the origin": _table("desa,kecamatan,status 2025,status 2026\nA,K,dasar,mandiri\n"),
    "two columns of one year": _table(
        "desa,kecamatan,status juni 2025,status desember 2025,status\nA,K,dasar,dasar,dasar\nB,K,dasar,mandiri,dasar\n"
    ),
    "a village that stands twice": _table("desa,kecamatan,status\nA,K,dasar\nB,K,mandiri\na,Kec. K,Dasar\n"),
    "a village that stands twice with other statuses": _table(
        "desa,kecamatan,status 2024,status 2025\nA,K,dasar,dasar\nB,K,dasar,mandiri\nA,K,dasar,mandiri\n",
        "status_counts: {dasar: 1, berkembang: 0, mandiri: 1, paripurna: 0}",
    ),
    "kecamatan of nearly one name": _table(
        "desa,kecamatan,status\nA,Takisung,dasar\nB,Takisung,dasar\nC,Takisung,dasar\nD,Takisunk,dasar\n"
    ),
    "two larger kecamatan of nearly one name": _table(
        "desa,kecamatan,status\n"
        + "".join(f"{name},{'Takisung' if name < 'E' else 'Takisunk'},dasar\n" for name in "ABCDEFG")
    ),
    "a title above the table": Case(
        {"villages": "villages: {table: desa.csv}"},
        {"desa.csv": f"Daftar Kampung KB,,,\n{HEADER},status\n2001,Benua,Takisung,dasar\n"},
    ),
    "a kecamatan in two spellings": Case(
        {"villages": "villages: {table: desa.csv}"},
        {
            "desa.csv": f"{HEADER},status\n1,A,Bukit Harapan,dasar\n2,B,Bukit harapan,dasar\n"
            "3,C,BukitHarapan,dasar\n4,D,Bukit Harapan,dasar\n"
        },
    ),
    "codes with dots and without": Case(
        {"villages": "villages: {table: desa.csv}"},
        {"desa.csv": f"{HEADER},status\n63.01.01.2001,A,K,dasar\n6301012002,B,K,dasar\n6301012003,C,K,dasar\n"},
    ),
    "a code of another kecamatan": Case(
        {"villages": "villages: {table: desa.csv}"},
        {
            "desa.csv": f"{HEADER},status\n63.01.01.2001,A,Takisung,dasar\n63.01.01.2002,B,Takisung,dasar\n"
            "63.01.05.2001,C,Takisung,dasar\n"
        },
    ),
    "a kecamatan misspelt": Case(
        {"villages": "villages: {table: desa.csv}"},
        {"desa.csv": f"{HEADER},status\n63.01.01.2001,A,Takisung,dasar\n63.01.01.2002,B,Takisunk,dasar\n"},
    ),
    "a row that numbers the columns": Case(
        {"villages": "villages: {table: desa.csv}"},
        {"desa.csv": f"{HEADER},status\n1,2,3,4\n2001,Benua,Takisung,dasar\n"},
    ),
    "a workbook of formulas": Case({"villages": SHEETS}, {"desa.xlsx": Made('[Desa] ="Be"&"nua"', _with_formula)}),
    "a point that stands between thousands": Case(
        {"villages": "villages: {table: desa.csv}"},
        {"desa.csv": f"{HEADER.replace(',', ';')};status;jarak;penduduk\n2001;Benua;Takisung;dasar;1,5;1.250\n"},
    ),
    "a point that may stand between thousands": Case(
        {"villages": "villages: {table: desa.csv}"},
        {"desa.csv": f"{HEADER},status,jarak\n2001,Benua,Takisung,dasar,1.250\n"},
    ),
}
"""Workbooks, tables of districts, and what is noted."""


def table_cases() -> dict[str, Case]:
    """Return every case of this module by its name."""
    return {**{name: _villages(content) for name, content in VILLAGES.items()}, **OTHERS}
