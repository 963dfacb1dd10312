"""A table as offices keep it goes from spreadsheet to forecast as it is; what cannot is told."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from scenario_desk import Desk, words
from typer.testing import CliRunner

from simulation.app.cli import app
from simulation.domain.messages import DataError
from simulation.domain.status import UNKNOWN
from simulation.domain.status_knowledge import MissingStatuses
from simulation.domain.villages import Villages
from simulation.inputs.observations.evidence import read_evidence
from simulation.inputs.scenario import Scenario, load_scenario

SAVED = Path(__file__).parent / "office_tables"
ENGLISH: list[Any] = ["Village code", "Village", "Subdistrict", "Status", "Launch year", "Distance"]
INDONESIAN: list[Any] = ["KODE DESA", "Nama Desa/Kelurahan", "Kecamatan", "Klasifikasi", "Tahun Pencanangan", "Jarak"]
ROWS: list[list[Any]] = [
    ["63.01.01.2001", "Benua", "Takisung", "Dasar", 2022, 1.5],
    ["63.01.01.2002", "Tabanio", "Takisung", "Berkembang", 2019, 12.25],
    ["63.01.02.0003", "Asam", "Jorong", "Mandiri", 2018, 0.75],
    ["63.01.02.0004", "Karang", "Jorong", "Berkelanjutan", 2016, 3],
]
CODES = ("63.01.02.0003", "63.01.02.0004", "63.01.01.2001", "63.01.01.2002")
"""In the order in which a scenario keeps them: by kecamatan."""

Grid = Sequence[Sequence[Any]]
Change = Callable[[Worksheet], object]


def load(desk: Desk, name: str, more: str = "") -> Scenario:
    """Load a scenario that names a table."""
    return desk.load(villages=f"villages: {{table: {name}{more}}}")


def book_of(*sheets: tuple[str, Grid], change: Change | None = None) -> bytes:
    """Return a workbook of some sheets, the first of them changed."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if change is not None:
        change(book.worksheets[0])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_results(book: bytes, formula: str, result: str) -> bytes:
    """Return a workbook in which one formula has a saved result, as spreadsheet programs write it."""
    stream = BytesIO()
    with ZipFile(BytesIO(book)) as old, ZipFile(stream, "w") as new:
        for part in old.namelist():
            empty, filled = (f"<f>{formula}</f><v{end}".encode() for end in ("/>", f">{result}</v>"))
            without = f"<f>{formula}</f><v></v>".encode()
            new.writestr(part, old.read(part).replace(empty, filled).replace(without, filled))
    return stream.getvalue()


def as_csv(rows: Grid, delimiter: str = ",", comma: str = ".") -> str:
    """Return rows as CSV, numbers with a decimal sign of choice."""
    cells = [[str(cell).replace(".", comma) if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    return "".join(delimiter.join(row) + "\n" for row in cells)


def hold_the_four(district: Villages, distance: str = "Jarak") -> None:
    """Hold a district against the four villages of `ROWS`."""
    assert district.codes == CODES
    assert district.names == ("Asam", "Karang", "Benua", "Tabanio")
    assert district.subdistricts == ("Jorong", "Takisung")
    assert district.levels.tolist() == [2, 3, 0, 1]
    assert district.columns["launch_year"].tolist() == [2018, 2016, 2022, 2019]
    assert district.columns[distance].tolist() == [0.75, 3, 1.5, 12.25]


@pytest.mark.parametrize("header", [ENGLISH, INDONESIAN], ids=["English", "Indonesian"])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_column_names_are_understood_in_both_languages(desk: Desk, header: list[str], kind: str) -> None:
    """Capitals, blanks and what offices add to the names change nothing."""
    rows = [header, *ROWS]
    desk.write(f"desa.{kind}", book_of(("Desa", rows)) if kind == "xlsx" else as_csv(rows))
    scenario = load(desk, f"desa.{kind}")
    hold_the_four(scenario.districts[0], header[-1])
    assert scenario.provenance.notes == ()


HABITS: dict[str, bytes] = {
    "a byte order mark": b"\xef\xbb\xbf" + as_csv([INDONESIAN, *ROWS]).encode(),
    "semicolons and decimal commas": as_csv([INDONESIAN, *ROWS], ";", ",").encode(),
    "tabs": as_csv([INDONESIAN, *ROWS], "\t", ",").encode(),
    "a first line that says the delimiter": b"sep=;\r\n" + as_csv([INDONESIAN, *ROWS], ";").encode(),
    "lines of Windows": as_csv([INDONESIAN, *ROWS]).replace("\n", "\r\n").encode(),
    "quotes around everything": "".join(
        ",".join(f'"{cell}"' for cell in row) + "\n" for row in [INDONESIAN, *ROWS]
    ).encode(),
    "blanks at the ends": as_csv([INDONESIAN, *ROWS]).replace(",", " ,\u00a0").encode(),
    "empty rows": as_csv([INDONESIAN, *ROWS]).replace("\n", "\n,,,,,\n\n").encode(),
    "empty columns at the end": as_csv([INDONESIAN, *ROWS]).replace("\n", ",,\n").encode(),
    "codes kept from becoming numbers": as_csv([INDONESIAN, *ROWS]).replace("63.01", "'63.01").encode(),
    "codes as formulas of a text": as_csv(
        [INDONESIAN, *([f'"=""{row[0]}"""', *row[1:]] for row in ROWS)]
    ).encode(),
    "dates": as_csv(
        [INDONESIAN, *([*row[:4], day, row[5]] for row, day in zip(
            ROWS, ["14/02/2022", "2019-08-17", "1 Mei 2018", "20-1-16"], strict=True
        ))]
    ).encode(),
}  # fmt: skip


@pytest.mark.parametrize("content", HABITS.values(), ids=HABITS)
def test_a_habit_of_spreadsheets_changes_nothing_in_a_csv(desk: Desk, content: bytes) -> None:
    """However the program that saved it writes, the villages are the same."""
    desk.write("desa.csv", content)
    hold_the_four(load(desk, "desa.csv").districts[0])


def _title(sheet: Worksheet) -> None:
    sheet.insert_rows(1, 3)
    sheet["A1"] = "DAFTAR KAMPUNG KB"
    sheet.merge_cells("A1:F1")


def _dates(sheet: Worksheet) -> None:
    days: list[Any] = [date(2022, 2, 14), datetime(2019, 8, 17, 9, 30), "1 Mei 2018"]  # noqa: DTZ001
    for row, day in zip(range(2, 5), days, strict=True):
        sheet.cell(row, 5).value = day


def _texts(sheet: Worksheet) -> None:
    for row, text in zip(range(2, 6), ["1,5", "12,25", "0,75", "3"], strict=True):
        sheet.cell(row, 6).value = text
        sheet.cell(row, 5).value = f" {sheet.cell(row, 5).value} "


def _merged_kecamatan(sheet: Worksheet) -> None:
    sheet.merge_cells("C2:C3")
    sheet.merge_cells("C4:C5")


def _two_rows_of_names(sheet: Worksheet) -> None:
    sheet.insert_rows(2)
    for column in "ABCDEF":
        sheet.merge_cells(f"{column}1:{column}2")


def _numbered_columns(sheet: Worksheet) -> None:
    sheet.insert_rows(2)
    for i in range(1, 7):
        sheet.cell(2, i).value = i


def _format_far_below(sheet: Worksheet) -> None:
    sheet["H2000"].number_format = "@"
    sheet["A2000"] = "   "


BOOKS: dict[str, Change] = {
    "merged title rows": _title,
    "empty rows": lambda sheet: sheet.insert_rows(3, 2),
    "dates": _dates,
    "numbers stored as text": _texts,
    "a kecamatan merged over its villages": _merged_kecamatan,
    "column names over two rows": _two_rows_of_names,
    "columns numbered in a row of their own": _numbered_columns,
    "blanks and formats far below": _format_far_below,
    "a column before the table": lambda sheet: sheet.insert_cols(1),
}


@pytest.mark.parametrize("change", BOOKS.values(), ids=BOOKS)
def test_a_habit_of_offices_changes_nothing_in_a_workbook(desk: Desk, change: Change) -> None:
    """Titles, merged cells, dates, gaps: the villages are the same."""
    desk.write("desa.xlsx", book_of(("Desa", [INDONESIAN, *ROWS]), change=change))
    hold_the_four(load(desk, "desa.xlsx").districts[0])


def rewritten(book: bytes, change: Callable[[str, bytes], tuple[str, bytes]]) -> bytes:
    """Return a workbook whose parts were changed, name and content."""
    stream = BytesIO()
    with ZipFile(BytesIO(book)) as old, ZipFile(stream, "w") as new:
        for part in old.namelist():
            new.writestr(*change(part, old.read(part)))
    return stream.getvalue()


def strict(part: str, content: bytes) -> tuple[str, bytes]:
    """Return a part as in a Strict Open XML Spreadsheet."""
    for old, new in (
        (b"schemas.openxmlformats.org/spreadsheetml/2006/main", b"purl.oclc.org/ooxml/spreadsheetml/main"),
        (b"schemas.openxmlformats.org/officeDocument/2006/", b"purl.oclc.org/ooxml/officeDocument/"),
    ):
        content = content.replace(old, new)
    return part, content


def elsewhere(part: str, content: bytes) -> tuple[str, bytes]:
    """Return a part where the book is called otherwise, as some web services do."""
    return part.replace("workbook.xml", "workbook2.xml"), content.replace(b"workbook.xml", b"workbook2.xml")


def returns(part: str, content: bytes) -> tuple[str, bytes]:
    """Return a part whose texts hold the mark of a carriage return, as copied cells do."""
    return part, content.replace(b"<t>Takisung", b"<t>_x000D_ Takisung_x000D_")


@pytest.mark.parametrize("change", [strict, elsewhere, returns])
def test_a_workbook_is_read_however_its_parts_are_written(
    desk: Desk, change: Callable[[str, bytes], tuple[str, bytes]]
) -> None:
    """Other programs, other names of parts, the stricter standard: the villages are the same."""
    sound = book_of(("Desa", [INDONESIAN, *ROWS]), change=_dates)
    book = rewritten(sound, change)
    with ZipFile(BytesIO(sound)) as one, ZipFile(BytesIO(book)) as other:
        assert [one.read(part) for part in one.namelist()] != [other.read(part) for part in other.namelist()]
    desk.write("desa.xlsx", book)
    hold_the_four(load(desk, "desa.xlsx").districts[0])


def test_what_stands_above_the_column_names_is_noted(desk: Desk) -> None:
    """Title rows are left out, and the reader of the check knows it."""
    desk.write("desa.xlsx", book_of(("Desa", [INDONESIAN, *ROWS]), change=_title))
    (note,) = load(desk, "desa.xlsx").provenance.notes
    assert str(note).endswith("desa.xlsx: the column names are in row 4; what is above them is taken as a title")


@pytest.mark.parametrize(
    "written",
    [
        "berkelanjutan",
        " BERKELANJUTAN ",
        "Paripurna",
        "Kampung KB Berkelanjutan",
        "klasifikasi paripurna",
        "sustainable",
    ],
)
def test_a_level_is_known_by_all_its_names(desk: Desk, written: str) -> None:
    """Old and new official names, in capitals, behind what offices write before them, and in English."""
    desk.write("desa.xlsx", book_of(("Desa", [INDONESIAN[:4], ["63.01.01.2001", "Benua", "Takisung", written]])))
    status = load(desk, "desa.xlsx").districts[0].levels
    assert status.tolist() == [3]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_codes_keep_leading_zeros_and_dots(desk: Desk, kind: str) -> None:
    """A code is text whatever it looks like; a number shown with leading zeros is taken as it is shown."""

    def shown_with_zeros(sheet: Worksheet) -> None:
        sheet["A2"], sheet["A2"].number_format = 12, "0000"

    rows = [INDONESIAN[:4], ["0012", "A", "K", "dasar"], ["11.10", "B", "K", "dasar"], [6301012001, "C", "K", "dasar"]]
    content = book_of(("Desa", rows), change=shown_with_zeros) if kind == "xlsx" else as_csv(rows)
    desk.write(f"desa.{kind}", content)
    assert load(desk, f"desa.{kind}").districts[0].codes == ("11.10", "0012", "6301012001")


@pytest.mark.parametrize("code", [11.1, date(2001, 1, 6), 1.5e20], ids=["a decimal", "a date", "a large number"])
def test_codes_that_a_spreadsheet_ruined_are_refused(desk: Desk, code: object) -> None:
    """11.10 kept as a number is 11.1: the digits cannot be brought back, so the column must be pasted again."""
    desk.write("desa.xlsx", book_of(("Desa", [INDONESIAN[:4], [code, "A", "K", "dasar"]])))
    (problem,) = desk.problems(villages="villages: {table: desa.xlsx}")
    assert (problem.line, problem.field) == (2, "KODE DESA")
    assert "format the column as Text" in words(problem)


NOTES: tuple[str, Grid] = ("Petunjuk", [["Kolom", "Arti"], ["status", "dasar, berkembang, mandiri, paripurna"]])


def test_the_sheet_that_holds_the_table_is_found(desk: Desk) -> None:
    """Sheets of notes do not matter, and a message names the sheet in brackets."""
    desk.write("desa.xlsx", book_of(NOTES, ("Data", [INDONESIAN, *ROWS])))
    hold_the_four(load(desk, "desa.xlsx").districts[0])
    desk.write("desa.xlsx", book_of(NOTES, ("Data", [INDONESIAN[:4], ["1", "A", "K", "maju"]])))
    (problem,) = desk.problems(villages="villages: {table: desa.xlsx}")
    assert Path(problem.file).name == "desa.xlsx[Data]"


def test_of_several_sheets_that_of_the_origin_is_read_or_the_one_that_is_named(desk: Desk) -> None:
    """A sheet a year: that of the origin, and the others are named; where no year tells, both names are told."""
    old: Grid = [INDONESIAN, *([*row[:3], "dasar", *row[4:]] for row in ROWS)]
    desk.write("desa.xlsx", book_of(("2024", old), ("Data 2025", [INDONESIAN, *ROWS])))
    scenario = load(desk, "desa.xlsx")
    hold_the_four(scenario.districts[0])
    assert scenario.provenance.table.endswith("desa.xlsx[Data 2025]")
    assert "sheets of other years: 2024" in str(scenario.provenance.notes[0])
    district = load(desk, "desa.xlsx", ', sheet: "2024"').districts[0]
    assert district.levels.tolist() == [0, 0, 0, 0]
    (problem,) = desk.problems(villages="villages: {table: desa.xlsx, sheet: Data 2026}")
    assert "the workbook has no sheet of this name" in words(problem)
    assert "one of: 2024, Data 2025" in words(problem)
    desk.write("desa.xlsx", book_of(("Lama", old), ("Baru", [INDONESIAN, *ROWS])))
    (problem,) = desk.problems(villages="villages: {table: desa.xlsx}")
    assert "several sheets hold such a table: Lama, Baru" in words(problem)


def test_a_hidden_sheet_is_read_only_where_it_is_named(desk: Desk) -> None:
    """An old copy that somebody hid is no second table."""

    def hide(sheet: Worksheet) -> None:
        sheet.sheet_state = "hidden"

    old = [INDONESIAN[:4], ["1", "A", "K", "dasar"]]
    desk.write("desa.xlsx", book_of(("Lama", old), ("Baru", [INDONESIAN, *ROWS]), change=hide))
    hold_the_four(load(desk, "desa.xlsx").districts[0])
    assert load(desk, "desa.xlsx", ", sheet: Lama").districts[0].codes == ("1",)


def test_an_overlay_with_a_table_of_its_own_forgets_the_inherited_sheet(desk: Desk) -> None:
    """The sheet of another workbook does not hold for it."""
    desk.write("desa.xlsx", book_of(("2025", [INDONESIAN, *ROWS])))
    desk.write("lain.xlsx", book_of(("Data", [INDONESIAN, *ROWS])))
    load(desk, "desa.xlsx", ', sheet: "2025"')
    above = dict.fromkeys(("district", "origin", "horizon"), None) | {"extends": "extends: scenario.yaml"}
    scenario = desk.load("lain.yaml", **above, villages="villages: {table: lain.xlsx}")
    hold_the_four(scenario.districts[0])


def test_a_formula_is_never_computed(desk: Desk) -> None:
    """Its saved result is read and that is noted; one without a result is a problem of its cell."""
    rows: Grid = [INDONESIAN, *([*row[:5], "=1+0.5" if i == 0 else row[5]] for i, row in enumerate(ROWS))]
    book = book_of(("Desa", rows))
    desk.write("desa.xlsx", book)
    (problem,) = desk.problems(villages="villages: {table: desa.xlsx}")
    assert (problem.line, problem.field) == (2, "Jarak")
    assert "the cell holds a formula whose result is not saved" in words(problem)
    desk.write("desa.xlsx", with_results(book, "1+0.5", "7"))
    scenario = load(desk, "desa.xlsx")
    assert scenario.districts[0].columns["Jarak"].tolist() == [0.75, 3, 7, 12.25]
    (note,) = scenario.provenance.notes
    assert "the table holds formulas (1, the first in row 2)" in str(note)
    assert "nothing is computed" in str(note)


@pytest.mark.parametrize(
    ("families", "distances", "expected", "says"),
    [
        (["1.250", "840", "1.004", "731"], ["1,5", "2", "3", "4"], [1004, 731, 1250, 840], "1.250 is read as 1,250;"),
        (["1.250", "840", "1.004", "731"], ["1", "2", "3", "4"], [1.004, 731, 1.25, 840], "1.250 is read as 1.25;"),
        (["1.250,5", "840", "1.004", "731"], ["1", "2", "3", "4"], [1004, 731, 1250.5, 840], None),
        (["1.250.000", "840", "1.004", "731"], ["1", "2", "3", "4"], None, None),
        (["1250.5", "840", "1.004", "731"], ["1,5", "2", "3", "4"], [1.004, 731, 1250.5, 840], None),
    ],
    ids=["comma elsewhere", "nothing says", "comma in the column", "millions", "point in the column"],
)
def test_a_point_between_thousands_is_told_from_a_decimal_point(
    desk: Desk, families: list[str], distances: list[str], expected: list[float] | None, says: str | None
) -> None:
    """By the column itself, else by the table's other columns, else it is decimal; a guess is noted."""
    rows = [[*row[:4], number, distance] for row, number, distance in zip(ROWS, families, distances, strict=True)]
    desk.write("desa.csv", as_csv([[*INDONESIAN[:4], "Jumlah KK", "Jarak"], *rows], ";"))
    scenario = load(desk, "desa.csv")
    assert scenario.districts[0].columns["Jumlah KK"].tolist() == (expected or [1004, 731, 1_250_000, 840])
    assert len(scenario.provenance.notes) == (says is not None)
    assert (says or "") in "".join(map(str, scenario.provenance.notes))


def test_two_notations_in_one_column_are_refused(desk: Desk) -> None:
    """1,5 beside 2.25 cannot both be meant; both rows are named."""
    rows = [[*row[:4], number] for row, number in zip(ROWS, ["1,5", "2.25", "3", "4"], strict=True)]
    desk.write("desa.csv", as_csv([[*INDONESIAN[:4], "Jarak"], *rows], ";"))
    (problem,) = desk.problems(villages="villages: {table: desa.csv}")
    assert (problem.line, problem.found) == (3, "2.25")
    assert "as 1,5 in row 2" in words(problem)


@pytest.mark.parametrize(
    "header",
    [
        ["Kode Kabupaten/Kota", "Kabupaten/Kota", "Provinsi", "Jumlah Desa", "Jumlah Kecamatan",
         "Dasar", "Berkembang", "Mandiri", "Berkelanjutan"],
        ["District code", "District", "Province", "Number of villages", "Number of subdistricts",
         "Basic", "Developing", "Independent", "Sustainable"],
    ],
    ids=["Indonesian", "English"],
)  # fmt: skip
def test_a_workbook_of_districts_is_read_in_both_languages(desk: Desk, header: list[str]) -> None:
    """Codes, names and the four counts, under the names of either language."""
    row = ["63.01", "Tanah Laut", "Kalimantan Selatan", 135, 11, 93, 25, 3, 14]
    desk.write("kabupaten.xlsx", book_of(NOTES, ("Rekap", [["Rekapitulasi"], header, row])))
    section = "districts: {table: kabupaten.xlsx, sheet: Rekap}"
    scenario = desk.load(district=None, villages=None, districts=section)
    assert scenario.districts[0].district_code == "63.01"
    assert scenario.districts[0].known.counts.tolist() == [93, 25, 3, 14]
    assert scenario.provinces == {"63.01": "Kalimantan Selatan"}
    assert scenario.document["districts"] == {"table": "districts.csv"}


@pytest.mark.parametrize("name", ["desa.xlsx", "desa.csv"])
def test_a_table_saved_by_libreoffice_in_indonesian_goes_to_a_forecast_as_it_is(
    desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From spreadsheet to forecast without a repair; dates, commas, titles and the second sheet survive."""
    shutil.copy(SAVED / name, desk.folder)
    covariates = 'transition: {covariates: {"Jarak ke Puskesmas (km)": 0.95, Rasio: 1.2}}'
    scenario = desk.load(language="language: id", villages=f"villages: {{table: {name}}}", transition=covariates)
    (district,) = scenario.districts
    assert district.codes == (*(f"99.01.02.200{i}" for i in (1, 2, 3)), *(f"99.01.01.200{i}" for i in (1, 2, 3)))
    assert district.names[:3] == ("Contoh Empat", "Contoh Lima", "Contoh Enam")
    assert district.subdistricts == ("Contoh Selatan", "Contoh Utara")
    assert district.levels.tolist() == [0, 2, 3, 0, 0, 1]
    assert district.columns["launch_year"].tolist() == [2022, 2018, 2016, 2022, 2022, 2019]
    assert district.columns["Jarak ke Puskesmas (km)"].tolist() == [3, 4.125, 8, 1.5, 12.25, 0.75]
    assert district.columns["Jumlah KK"].tolist() == [1260, 731, 2310, 1250, 840, 1004]
    assert district.columns["Rasio"].tolist() == [0.7, 0.25, 0.6, 0.4, 0.55, 1]
    monkeypatch.chdir(desk.folder)
    check = CliRunner().invoke(app, ["check", "scenario.yaml"])
    assert check.exit_code == 0, check.output
    assert "nama kolom ada pada baris 4" in check.output
    effort = ["--draws", "4", "--replicates", "2", "--workers", "1", "--no-figures", "--quiet"]
    forecast = CliRunner().invoke(app, ["forecast", "scenario.yaml", *effort])
    assert forecast.exit_code == 0, forecast.output
    assert "6 Kampung KB" in forecast.output


def _once(sheet: Worksheet) -> None:
    sheet["C3"] = sheet["C5"] = None


def test_a_kecamatan_written_once_holds_for_the_rows_below_it(desk: Desk) -> None:
    """Blank cells take the name above them, as a person reads them, and that is noted with their rows."""
    desk.write("desa.xlsx", book_of(("Desa", [INDONESIAN, *ROWS]), change=_once))
    scenario = load(desk, "desa.xlsx")
    hold_the_four(scenario.districts[0])
    (note,) = scenario.provenance.notes
    assert "in column Kecamatan, 2 empty cells take the name above them (rows 3, 5)" in str(note)


def test_a_kecamatan_in_several_spellings_is_one(desk: Desk) -> None:
    """Capitals and blanks make no new kecamatan; the spelling of most rows is kept, and the others are noted."""
    names = ["Bukit harapan", "Bukit Harapan", "BUKITHARAPAN", "Bukit Harapan"]
    rows = [[str(i), f"Desa {i}", name, "dasar"] for i, name in enumerate(names)]
    desk.write("desa.csv", as_csv([INDONESIAN[:4], *rows]))
    scenario = load(desk, "desa.csv")
    assert scenario.districts[0].subdistricts == ("Bukit Harapan",)
    (note,) = scenario.provenance.notes
    assert str(note).endswith("Bukit harapan (2) = Bukit Harapan, BUKITHARAPAN (4) = Bukit Harapan")


@pytest.mark.parametrize("other", ["6301012001", "63 01 01 2001", "63-01-01-2001", 6301012001])
def test_a_village_is_double_however_its_code_is_parted(desk: Desk, other: object) -> None:
    """With dots or without, as text or as a number, it is one code."""
    rows = [["63.01.01.2001", "A", "K", "dasar"], [other, "B", "K", "dasar"]]
    desk.write("desa.xlsx", book_of(("Desa", [INDONESIAN[:4], *rows])))
    (problem,) = desk.problems(villages="villages: {table: desa.xlsx}")
    assert "two villages have the same code: rows 2 and 3" in words(problem)


def test_short_codes_that_differ_in_a_dot_are_two(desk: Desk) -> None:
    """1.11 and 11.1 are numbers of an office's own, not one code parted in two ways."""
    rows = [["1.11", "A", "K", "dasar"], ["11.1", "B", "K", "dasar"]]
    desk.write("desa.csv", as_csv([INDONESIAN[:4], *rows]))
    assert load(desk, "desa.csv").districts[0].codes == ("1.11", "11.1")


def test_a_code_of_another_kecamatan_is_noted(desk: Desk) -> None:
    """Judged by the other rows: most of a kecamatan's codes begin alike."""
    codes = ["98.07.04.2001", "98.07.04.2002", "98.07.05.2001"]
    desk.write("desa.csv", as_csv([INDONESIAN[:4], *([code, code, "K", "dasar"] for code in codes)]))
    (note,) = load(desk, "desa.csv").provenance.notes
    assert "98.07.05.2001 (4)" in str(note)
    assert "98.07.04" not in str(note)


def test_what_stands_below_a_table_hides_no_problem_in_it(desk: Desk) -> None:
    """A total and a source two rows further down are passed over and named; what is wrong above is told."""
    rows = [["63.01.01.2001", "Benua", "Takisung", "maju"], ["", "Jumlah", "", 60], [], ["Sumber: Dinas 2025"]]
    desk.write("desa.xlsx", book_of(("Desa", [INDONESIAN[:4], *rows])))
    (status,) = desk.problems(villages="villages: {table: desa.xlsx}")
    assert "maju is not a status" in words(status)
    rows[0][3] = "dasar"
    desk.write("desa.xlsx", book_of(("Desa", [INDONESIAN[:4], *rows])))
    (note,) = load(desk, "desa.xlsx").provenance.notes
    assert str(note).endswith("are not used: 3 (Jumlah 60), 5 (Sumber: Dinas 2025)")


@pytest.mark.parametrize(
    "written", ["Belum dinilai", "belum diklasifikasi", "-", "Not yet assessed", "kampung baru", "Baru"]
)
def test_the_status_of_a_village_not_classified_yet_is_unknown(desk: Desk, written: str) -> None:
    """However that is written; nobody is told to invent one."""
    desk.write("desa.csv", as_csv([INDONESIAN[:4], ["1", "A", "K", "dasar"], ["2", "B", "K", written]]))
    scenario = load(desk, "desa.csv")
    known = scenario.districts[0].known
    assert isinstance(known, MissingStatuses)
    assert known.levels.tolist() == [0, UNKNOWN]
    assert "1 of 2 villages have no status: it is drawn in every simulation; the target counts them" in str(
        scenario.provenance.notes[-1]
    )


def test_a_blank_status_leads_on_from_the_last_one_that_the_table_says(desk: Desk) -> None:
    """Of each village its own year; the scenario is stated and loads again as the same."""
    levels = [("", "dasar", "mandiri"), ("dasar", "berkembang", ""), ("mandiri", "", ""), ("", "", "")]
    rows = [[f"Desa {i}", "K", *each] for i, each in enumerate(levels)]
    desk.write("desa.csv", as_csv([["Desa", "Kecamatan", "Status 2023", "Status 2024", "Status 2025"], *rows]))
    scenario = load(desk, "desa.csv")
    known = scenario.districts[0].known
    assert isinstance(known, MissingStatuses)
    assert known.earlier.tolist() == [UNKNOWN, 1, 2, UNKNOWN]
    assert known.earlier_years.tolist() == [0, 2024, 2023, 0]
    assert "3 of 4 villages have no status: it is drawn" in str(scenario.provenance.notes[-1])
    assert load_scenario(scenario.to_yaml(desk.folder / "lagi.yaml")) == scenario


NEAR = "Desa,Kecamatan,Status\n" + "".join(f"Desa {i},Takisung,dasar\n" for i in range(3)) + "Tirta,Takisunk,dasar\n"


def test_nearly_one_name_is_taken_for_one_and_told_with_the_cell_until_it_is_answered(desk: Desk) -> None:
    """As start proposes it; an answer beside the scenario holds, in what extends it too."""
    desk.write("desa.csv", NEAR)
    scenario = load(desk, "desa.csv")
    assert scenario.districts[0].subdistricts == ("Takisung",)
    (note,) = [str(note) for note in scenario.provenance.notes if "nearly the same" in str(note)]
    assert "kecamatan Takisunk (cell B5) is taken for Takisung" in note
    desk.write("jawaban.yaml", note.split("write ")[1].split(" in the file")[0] + "\n")
    desk.write("dasar.yaml", desk.text(villages="villages: {table: desa.csv, answers: jawaban.yaml}"))
    for path in ("dasar.yaml", desk.write("lanjut.yaml", "extends: dasar.yaml\nname: lanjut\n").name):
        answered = load_scenario(desk.folder / path)
        assert answered.districts[0].subdistricts == ("Takisung", "Takisunk")
        assert not any("nearly the same" in str(note) for note in answered.provenance.notes)


def test_rows_that_disagree_are_told_until_it_is_answered_which_is_right(desk: Desk) -> None:
    """Unanswered the status is unknown and drawn; answered it holds, and nothing is told any more."""
    desk.write("desa.csv", "Desa,Kecamatan,Status\nA,K,dasar\nA,K,mandiri\nB,K,dasar\n")
    assert any("different statuses" in str(note) for note in load(desk, "desa.csv").provenance.notes)
    desk.write("jawaban.yaml", "duplicate/k/a/2025: mandiri\n")
    answered = desk.load(villages="villages: {table: desa.csv, answers: jawaban.yaml}")
    assert answered.districts[0].levels.tolist() == [2, 0]
    assert not any("different statuses" in str(note) for note in answered.provenance.notes)


def test_lists_of_other_years_are_joined_by_what_was_answered(desk: Desk) -> None:
    """A village of nearly one name is the known one, told with its cell; answered otherwise it is another one."""
    desk.write("desa.csv", "Desa,Kecamatan,Status\nMekar Sari 2,K,mandiri\nTirta,K,dasar\n")
    desk.write("2024.csv", "Desa,Kecamatan,Status\nMekar Sri II,K,dasar\nTirta,K,dasar\n")
    gathered = read_evidence([desk.folder / "2024.csv", desk.folder / "desa.csv"], load(desk, "desa.csv"))
    assert gathered.evidence.panels[0].status.tolist() == [[0, 2], [0, 0]]
    (note,) = [str(note) for note in gathered.notes if "nearly the same" in str(note)]
    assert "Mekar Sri II (cell A2) is taken for Mekar Sari 2" in note
    desk.write("jawaban.yaml", note.split("write ")[1].split(" in the file")[0] + "\n")
    other = desk.load(villages="villages: {table: desa.csv, answers: jawaban.yaml}")
    with pytest.raises(DataError, match="no village of this name"):
        read_evidence([desk.folder / "2024.csv", desk.folder / "desa.csv"], other)


def test_a_problem_of_a_table_names_sheet_row_column_and_cell_and_is_told_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same mistake in many rows is one text that lists the rows; the number of problems counts every one."""
    rows = [[str(i), "A", "K", "maju" if i in {1, 2, 3, 7} else "dasar"] for i in range(9)]
    desk.write("desa.xlsx", book_of(NOTES, ("Kampung", [INDONESIAN[:4], *rows])))
    desk.write("scenario.yaml", desk.text(villages="villages: {table: desa.xlsx}"))
    monkeypatch.chdir(desk.folder)
    told = CliRunner().invoke(app, ["check", "scenario.yaml", "--lang", "en"]).stderr.splitlines()
    assert told[0] == "desa.xlsx, sheet Kampung, row 3, column Klasifikasi (cell D3)"
    assert told[-2:] == ["  the same in rows 4–5, 9 (3 more)", "Problems found: 4. Correct them and run again."]
    assert sum("is not a status" in line for line in told) == 1


def test_a_table_of_kabupaten_needs_no_codes_provinces_and_totals(desk: Desk) -> None:
    """The official list has the first two, four counts the third; totals and signatures below are no district."""
    head = ["NO", "KABUPATEN/KOTA", "JUMLAH KECAMATAN", "DASAR", "BERKEMBANG", "MANDIRI", "PARIPURNA"]
    rows = [[1, "Tanah Laut", 11, 93, 25, 3, 14], [2, "Kota Banjarmasin", 5, 40, 5, 3, 4]]
    foot = [[None, name, 16, 133, 30, 6, 18] for name in ("Jml", "JUMLAH")] + [[None, "Mengetahui, Kepala Dinas"]]
    sections = {"district": None, "villages": None, "districts": "districts: {table: rekap.xlsx}"}

    def read(*table: Sequence[Any]) -> Scenario:
        desk.write("rekap.xlsx", book_of(("Rekap", [["REKAP PROVINSI"], *table])))
        return desk.load(**sections)

    scenario = read(head, *rows, *foot)
    assert [(one.district_code, len(one)) for one in scenario.districts] == [("63.01", 135), ("63.71", 52)]
    assert {*scenario.provinces.values()} == {"Kalimantan Selatan"}
    with pytest.raises(DataError, match=r"may mean: Kabupaten Bandung, Kota Bandung"):
        read(head, [1, "Bandung", 11, 93, 25, 3, 14])
    with pytest.raises(DataError, match=r"add up to 135, not to 136"):
        read([*head, "JUMLAH"], [*rows[0], 136])
