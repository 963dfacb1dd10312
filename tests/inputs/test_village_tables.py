"""Tables are read whatever program wrote them, and every row that is wrong is told."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scenario_desk import VILLAGES, Desk, words

from simulation.domain.messages import DataError
from simulation.domain.status import UNKNOWN
from simulation.domain.status_knowledge import DistrictCounts, MadeUpCounts, SomeStatuses, SubdistrictCounts
from simulation.inputs.resolve import fingerprint
from simulation.inputs.scenario import load_scenario


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\n\n") + ",,,,,\n",
        lambda text: text.replace("dasar", " Dasar "),
        lambda text: text.replace("paripurna", "berkelanjutan"),
        lambda text: "\n".join([text.splitlines()[0], *reversed(text.splitlines()[1:])]),
    ],
    ids=["semicolons", "tabs", "byte order mark", "windows lines", "blank rows", "capitals", "synonym", "row order"],
)
def test_a_table_reads_the_same_from_any_program(desk: Desk, rewrite: Callable[[str], str]) -> None:
    """Delimiters, marks, line ends, blank rows, capitals, official synonyms and row order change nothing."""
    before = desk.load().districts[0]
    desk.write("villages.csv", rewrite(VILLAGES).encode())
    after = desk.load().districts[0]
    assert after.codes == before.codes
    assert after.subdistricts == before.subdistricts == ("Jorong", "Takisung")
    assert after.levels.tolist() == before.levels.tolist() == [0, 2, 3, 0, 0, 1]
    assert after.columns["remoteness"].tolist() == [3, 0.5, 4, 2, 1.5, 2.25]


def test_further_columns_are_numbers_where_every_cell_is_one(desk: Desk) -> None:
    """A column of finite numbers is numeric, any other is text."""
    columns = desk.load().districts[0].columns
    assert columns["remoteness"].dtype == np.float64
    assert columns["kind"].tolist() == ["kelurahan", "desa", "desa", "desa", "desa", "desa"]


CASES = [
    ("missing column", "village_code,village,x\na,A,K\n", 1, "subdistrict", "column subdistrict is missing"),
    ("misspelt column", "village_code,vilage,subdistrict\na,A,K\n", 1, "village", "column vilage to village"),
    ("two columns of one meaning", "kode_desa,Kode Desa,village,subdistrict\na,a,A,K\n", 1,
     "kode_desa", "all mean village_code: kode_desa, Kode Desa"),
    ("two columns of one name", "village_code,village,subdistrict,x,x\na,A,K,1,2\n", 1, "x", "all mean x: x, x"),
    ("column without a name", "village_code,village,subdistrict,\na,A,K,1\n", 1, "", "column 4 has no name"),
    ("header only", "village_code,village,subdistrict\n", None, "", "write the column names in the first row"),
    ("blank", "\n\n", None, "", "the table is empty | a table with the columns village, subdistrict"),
    ("duplicate code", "village_code,village,subdistrict\na,A,K\nb,B,K\na,C,K\n", 4,
     "village_code", "rows 2 and 4 | correct the code"),
    ("codes from Excel", "village_code,village,subdistrict\nx,A,K\n6.301E+09,B,K\n6.301E+09,C,K\n", 3,
     "village_code", "turned 2 codes into numbers or dates, the first in row 3"),
    ("codes from Excel in Indonesian", "village_code;village;subdistrict\n9,90101E+09;A;K\n", 2,
     "village_code", "format the column as Text"),
    ("empty name", "village_code,village,subdistrict\na,A,K\nb,,K\n", 3, "village", "the cell is empty"),
    ("empty kecamatan", "village_code,village,subdistrict\na,A,\n", 2, "subdistrict", "the cell is empty"),
    ("short row", "village_code,village,subdistrict\na,A,K\nb,B\n", 3, "", "2 cells, the header has 3"),
    ("long row", "village_code,village,subdistrict\na,A,K,x\n", 2, "", "4 cells, the header has 3"),
    ("stray quote", 'village_code,village,subdistrict\na,"A,K\n', 2, "", "a quote that is not closed"),
    ("unknown status", "village_code,village,subdistrict,status\na,A,K,maju\n", 2, "status", "maju is not a status"),
    ("launch after origin", "village_code,village,subdistrict,launch_year\na,A,K,2062\n", 2, "launch_year", "to 2025"),
    ("launch in words", "village_code,village,subdistrict,launch_year\na,A,K,dulu\n", 2, "launch_year", "whole number"),
    ("control character", "village_code,village,subdistrict\na,A\x1b[31m,K\n", 2, "village", "control character"),
    ("nul", "village_code,village,subdistrict\na,A\x00,K\n", 2, "", "NUL byte"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "table", "row", "column", "says"), CASES, ids=[case[0] for case in CASES])
def test_a_wrong_table_is_told_by_row_and_column(
    desk: Desk, name: str, table: str, row: int | None, column: str, says: str
) -> None:
    """Each mistake in a table gives a DataError with the table's name, the row and the column."""
    desk.write("villages.csv", table)
    counted = "status" not in table
    total = max(table.count("\n") - 1, 1)
    counts = f", status_counts: {{dasar: {total}, berkembang: 0, mandiri: 0, paripurna: 0}}" if counted else ""
    desk.write("scenario.yaml", desk.text(villages=f"villages: {{table: villages.csv{counts}}}"))
    error = desk.error()
    assert isinstance(error, DataError), name
    problem = error.problems[0]
    assert (problem.file, problem.line, problem.field) == (str(desk.folder / "villages.csv"), row, column)
    assert says in words(problem)


def test_a_table_of_another_encoding_is_told_at_its_line(desk: Desk) -> None:
    """Bytes that are not UTF-8 are told with the line and how to save the file."""
    desk.write("villages.csv", "village_code,village,subdistrict\na,A,K\nb,Bé,K\n".encode("latin-1"))
    desk.write("scenario.yaml", desk.text())
    (problem,) = desk.error().problems
    assert problem.line == 3
    assert "CSV UTF-8" in words(problem)


@pytest.mark.parametrize(
    ("start", "says"),
    [(b"PK\x03\x04\x14\x00", "is damaged"), (b"\xd0\xcf\x11\xe0\xa1\xb1", "not an Excel workbook (.xlsx)")],
    ids=["xlsx", "xls"],
)
@pytest.mark.parametrize("name", ["villages.xlsx", "villages.csv"])
def test_a_workbook_that_cannot_be_read_is_told_how_to_save_it(desk: Desk, start: bytes, says: str, name: str) -> None:
    """A damaged or old workbook, whatever it is called, is one problem, which says how to save it."""
    desk.write(name, start + b"\x00\xff" * 50)
    (problem,) = desk.problems(villages=f"villages: {{table: {name}}}")
    assert says in words(problem)
    assert "save it as Excel Workbook (.xlsx) or as CSV UTF-8" in words(problem)
    assert problem.found == name
    assert isinstance(desk.error(), DataError)


def test_a_code_beside_ruined_codes_is_not_called_double(desk: Desk) -> None:
    """Codes that a spreadsheet rounded to the same number are one problem, not one a row."""
    desk.write("villages.csv", "village_code,village,subdistrict,status\n" + "9.90101E+09,A,K,dasar\n" * 30)
    assert len(desk.problems()) == 1


def test_an_empty_status_column_is_no_status(desk: Desk) -> None:
    """A column that is blank throughout leaves the statuses to the counts."""
    desk.write("villages.csv", "village_code,village,subdistrict,status\na,A,K,\nb,B,K,\n")
    district = desk.load(
        villages="villages: {table: villages.csv, status_counts: {dasar: 1, berkembang: 1, mandiri: 0, paripurna: 0}}"
    ).districts[0]
    assert isinstance(district.known, DistrictCounts)
    assert district.known.counts.tolist() == [1, 1, 0, 0]


def test_blank_statuses_share_what_the_counts_leave(desk: Desk) -> None:
    """Statuses that are known stay; counts are those of all villages, and none of the blank ones stands by itself."""
    desk.write("villages.csv", "village_code,village,subdistrict,status\na,A,K,mandiri\nb,B,K,\nc,C,K,\n")
    counts = "status_counts: {dasar: 1, berkembang: 0, mandiri: 2, paripurna: 0}"
    scenario = desk.load(villages=f"villages: {{table: villages.csv, {counts}}}")
    known = scenario.districts[0].known
    assert isinstance(known, SomeStatuses)
    assert known.levels.tolist() == [2, UNKNOWN, UNKNOWN]
    assert scenario.document["villages"]["status_counts"] == {"dasar": 1, "berkembang": 0, "mandiri": 2, "paripurna": 0}
    assert known.place(np.array([[0.1, 0.9, 0.2], [0.5, 0.3, 0.3], [0.4, 0.2, 0.9]])).tolist() == [
        [2, 2, 2], [2, 2, 0], [0, 0, 2],
    ]  # fmt: skip
    again = load_scenario(scenario.to_yaml(desk.folder / "again.yaml"))
    assert again == scenario


def test_counts_per_kecamatan_become_one_row_a_kecamatan(desk: Desk) -> None:
    """Counts per kecamatan follow the kecamatan's order, with or without a table."""
    counts = (
        "\n  status_counts:\n    Takisung: {dasar: 2, berkembang: 0, mandiri: 0, paripurna: 0}\n"
        "    Jorong: {dasar: 0, berkembang: 3, mandiri: 0, berkelanjutan: 1}\n"
    )
    desk.write("villages.csv", "\n".join(",".join(line.split(",")[:3]) for line in VILLAGES.splitlines()))
    for section in ("villages:\n  table: villages.csv" + counts, "villages:" + counts):
        district = desk.load(villages=section).districts[0]
        assert district.subdistricts == ("Jorong", "Takisung")
        assert isinstance(district.known, SubdistrictCounts)
        assert district.known.by_subdistrict.tolist() == [[0, 3, 0, 1], [2, 0, 0, 0]]
        assert district.subdistrict_sizes.tolist() == [4, 2]


def test_counts_alone_make_up_villages_in_one_kecamatan_or_as_many_as_said(desk: Desk) -> None:
    """Without a table the villages are made up, spread over `subdistricts`, one where that is left out."""
    counts = "status_counts: {dasar: 5, berkembang: 2, mandiri: 1, paripurna: 1}"
    one = desk.load(villages=f"villages: {{{counts}}}").districts[0]
    three = desk.load(villages=f"villages: {{{counts}, subdistricts: 3}}").districts[0]
    assert (len(one), one.subdistrict_sizes.tolist()) == (9, [9])
    assert three.subdistrict_sizes.tolist() == [3, 3, 3]


DISTRICTS = """\
district_code,district,province,villages,subdistricts,dasar,berkembang,mandiri,berkelanjutan
63.01,Tanah Laut,Kalimantan Selatan,135,11,93,25,3,14
51.02,Tabanan,Bali,133,10,,,,
"""


def load_districts(desk: Desk, table: str) -> str:
    """Write a table of districts and a scenario that uses it; return the scenario's text."""
    desk.write("districts.csv", table)
    text = desk.text(district=None, villages=None, districts="districts: {table: districts.csv}")
    desk.write("scenario.yaml", text)
    return text


def test_many_districts_come_from_one_table(desk: Desk) -> None:
    """Districts with counts keep them, those without are synthetic, and provinces are kept by code."""
    load_districts(desk, DISTRICTS)
    scenario = desk.load(district=None, villages=None, districts="districts: {table: districts.csv}")
    laut, tabanan = scenario.districts
    assert laut.known.counts.tolist() == [93, 25, 3, 14]
    assert isinstance(tabanan.known, MadeUpCounts)
    assert (len(tabanan), len(tabanan.subdistricts)) == (133, 10)
    assert scenario.provinces == {"63.01": "Kalimantan Selatan", "51.02": "Bali"}
    assert scenario.document["districts"] == {"table": "districts.csv"}


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "says"),
    [
        ("135,", "136,", 2, "villages", "the four counts add up to 135, not to 136"),
        ("51.02", "63.01", 3, "district_code", "rows 2 and 3"),
        ("133,10,", "133,10,4", 3, "berkembang", "all four or none"),
        (",mandiri,", ",x,", 1, "mandiri", "all four statuses; mandiri are missing"),
        ("133,", "banyak,", 3, "villages", "a whole number from 1 to 10000"),
        ("133,", "-5,", 3, "villages", "a whole number from 1 to 10000"),
        ("subdistricts", "subdistrcts", 1, "subdistricts", "rename the column subdistrcts to subdistricts"),
        ("51.02", "5.102E+01", 3, "district_code", "numbers or dates"),
    ],
)
def test_a_wrong_table_of_districts_is_told(desk: Desk, old: str, new: str, row: int, column: str, says: str) -> None:
    """Each mistake in a table of districts is told with row and column."""
    load_districts(desk, DISTRICTS.replace(old, new))
    told = [p for p in desk.error().problems if (p.line, p.field) == (row, column)]
    assert told
    assert says in words(told[0])


LATER = "village_code,village,subdistrict,status,launch_year\na,A,K,dasar,2019\nb,B,K,,Th. 2027\nc,C,J,-,2026\n"


def test_a_village_that_joins_later_is_read_and_told(desk: Desk) -> None:
    """It is no village of the origin; written down with the resolved scenario it is read back as the same."""
    desk.write("villages.csv", LATER)
    scenario = desk.load(villages="villages: {table: villages.csv}")
    district = scenario.districts[0]
    assert "2 villages are designated after 2025" in str(scenario.provenance.notes[0])
    assert (district.codes, district.ever.codes) == (("a",), ("a", "c", "b"))
    assert district.joining(range(2026, 2029)) == {2026: 1, 2027: 1}
    (rows,) = scenario.data.values()
    assert rows.decode().splitlines()[1:] == ["a,A,K,dasar,2019", "c,C,J,,2026", "b,B,K,,2027"]
    desk.write("villages.csv", rows)
    assert fingerprint(desk.load(villages="villages: {table: villages.csv}")) == fingerprint(scenario)


def test_a_status_before_the_launch_year_is_told_with_its_cell(desk: Desk) -> None:
    """A village cannot have stood anywhere before it joined."""
    desk.write("villages.csv", LATER.replace("B,K,,", "B,K,mandiri,"))
    (problem,) = desk.problems(villages="villages: {table: villages.csv}")
    assert (problem.line, problem.field, problem.found) == (3, "status", "mandiri")
    assert words(problem).startswith("this village was designated in 2027 and has a status at the end of 2025")
