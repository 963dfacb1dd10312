"""Workbooks as an office keeps them, untouched, against the clean list behind them (tests/data/office)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulation.domain.status import LEVELS, UNKNOWN
from simulation.inputs.office.names import made_code
from simulation.inputs.office.reading import read_lists
from simulation.inputs.office.records import Lists

OFFICE = Path(__file__).parents[1] / "data" / "office"
BLANK_2024 = {"karanganyar/margosejahtera"}
BLANK_2025 = {"rantaupanjang/baturaya", "tanjungharapan/sumberrejo"}
TWICE = {"batuampar/margojaya"}
"""Stands twice in 2025, once dasar and once mandiri; Muara Rejo stands twice alike."""


@dataclass(frozen=True)
class Case:
    """What is expected of some files: questions by kind, and villages whose status is not known by year."""

    files: tuple[str, ...]
    answers: tuple[tuple[str, str], ...] = ()
    villages: int = 148
    years: tuple[int, ...] = (2024, 2025)
    rises_falls: tuple[int, int] | None = (8, 2)
    doubles: int = 0
    unknown: tuple[set[str], ...] = (BLANK_2024, set())
    asked: tuple[str, ...] = ()


CASES = {
    "raw": Case(
        ("RAW_DATA KAMPUNG KB SUKAMAJU.xlsx",),
        doubles=1,
        unknown=(BLANK_2024, BLANK_2025 | TWICE),
        asked=("duplicate",),
    ),
    "raw, answered": Case(
        ("RAW_DATA KAMPUNG KB SUKAMAJU.xlsx",),
        (("duplicate/batuampar/margojaya/2025", "dasar"),),
        doubles=1,
        unknown=(BLANK_2024, BLANK_2025),
    ),
    "one file a year": Case(
        ("Data Kampung KB 2024.xlsx", "Data Kampung KB 2025.xlsx"), unknown=(BLANK_2024, BLANK_2025)
    ),
    "a header over two rows": Case(("duabaris.xlsx",), doubles=1, unknown=(BLANK_2024, TWICE), asked=("duplicate",)),
    "edited": Case(("EDITED_DATA KAMPUNG KB SUKAMAJU.xlsx",)),
    "d1": Case(("d1.xlsx",), doubles=1, unknown=(BLANK_2024, BLANK_2025 | TWICE), asked=("duplicate",)),
    "d3": Case(("d3.xlsx",), doubles=1, unknown=(BLANK_2024, TWICE), asked=("year", "duplicate")),
    "d5": Case(("d5.xlsx",), doubles=1, unknown=(BLANK_2024, TWICE), asked=("duplicate",)),
    "Kec. X is X": Case(("kec.xlsx",)),
    "a column without a year beside one with it": Case(("tanpatahun1.xlsx",), asked=("year",)),
    "no launch years": Case(("tanpa_tahun_cana.xlsx",)),
    "a row inserted": Case(("f2024.xlsx", "sisip 2025.xlsx"), villages=149, unknown=(set(), set())),
    "rows shifted": Case(("f2024.xlsx", "geser 2025.xlsx"), villages=149, unknown=(set(), set())),
    "sorted anew": Case(("f2024.xlsx", "urut abjad 2025.xlsx"), unknown=(set(), set())),
    "the starter, codes left out below": Case(
        ("tpl_part2.xlsx",),
        (("year/tpl_part2.xlsx/Kampung/status", "2025"),),
        years=(2025,),
        rises_falls=None,
        doubles=1,
        unknown=(TWICE,),
        asked=("duplicate",),
    ),
    "the starter without codes": Case(
        ("tpl_nocodes.xlsx",), years=(), rises_falls=None, doubles=1, unknown=(), asked=("year", "duplicate")
    ),
}


def truth() -> dict[str, tuple[str, dict[int, int]]]:
    """Return code -> name and statuses of the clean list."""
    with (OFFICE / "truth.csv").open(encoding="utf-8") as stream:
        return {
            made_code(row["subdistrict"], row["village"]): (
                row["village"],
                {year: LEVELS.index(row[f"status_{year}"].lower()) for year in (2024, 2025)},
            )
            for row in csv.DictReader(stream)
        }


def moves(lists: Lists) -> tuple[int, int]:
    """Return how many villages rose and fell, of those that are known in both years."""
    pairs = [(one.statuses.get(2024, UNKNOWN), one.statuses.get(2025, UNKNOWN)) for one in lists.villages]
    known = [pair for pair in pairs if UNKNOWN not in pair]
    return sum(after > before for before, after in known), sum(after < before for before, after in known)


@pytest.mark.parametrize("name", CASES)
def test_a_workbook_of_an_office_is_read_as_it_is(name: str) -> None:
    """Villages, statuses, rises, falls, what stands twice, what is asked: nothing is edited by hand."""
    case = CASES[name]
    lists = read_lists([OFFICE / file for file in case.files], dict(case.answers))
    known, codes = truth(), {one.code for one in lists.villages if "/" in one.code}
    assert len(lists.villages) == case.villages
    assert lists.years == case.years
    assert case.rises_falls is None or moves(lists) == case.rises_falls
    assert sum(change.kind == "duplicate" for change in lists.changes) == case.doubles
    assert tuple(doubt.kind for doubt in lists.doubts) == case.asked
    assert len(codes - known.keys()) == case.villages - 148
    for year, unknown in zip(case.years, case.unknown, strict=True):
        of_year = {one.code: one.statuses[year] for one in lists.villages if year in one.statuses}
        assert {code for code, level in of_year.items() if level == UNKNOWN} == unknown
        wrong = {code for code in codes & of_year.keys() - unknown if code in known} - {
            code for code in codes & known.keys() & of_year.keys() if known[code][1][year] == of_year[code]
        }
        assert wrong == set()


def lists_of(folder: Path, answers: dict[str, str] | None = None, **files: str) -> Lists:
    """Return what CSV files of these names and texts say."""
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_lists([folder / f"{name}.csv" for name in files], answers)


TWO_YEARS = {
    "desa_2024": "Kecamatan,Desa,Status\nSukamaju,Mekar Sri II,dasar\nSukamaju,Tirta,dasar\n",
    "desa_2025": "Kecamatan,Desa,Status\nKec. SUKAMAJU,MEKAR SARI 2,mandiri\nSukamaju,Tirta,dasar\n",
}


@pytest.mark.parametrize(("answer", "villages"), [(None, 3), ("different", 3), ("same", 2)])
def test_names_that_differ_by_a_letter_are_asked_and_never_guessed(
    tmp_path: Path, answer: str | None, villages: int
) -> None:
    """Without an answer they stay two; answered, the older list takes the name of the newer one and says so."""
    key = "near/sukamaju/mekarsri2/sukamaju/mekarsari2"
    lists = lists_of(tmp_path, None if answer is None else {key: answer}, **TWO_YEARS)
    assert len(lists.villages) == villages
    assert [doubt.key for doubt in lists.doubts] == ([key] if answer is None else [])
    assert sum(change.kind == "village" for change in lists.changes) == (answer == "same")
    if answer is None:
        assert (lists.doubts[0].choices, lists.doubts[0].proposal) == (("same", "different"), "same")


def test_kecamatan_of_nearly_one_name_are_asked(tmp_path: Path) -> None:
    """One that has a row or two beside a larger one is proposed to be a slip."""
    text = (
        "Kecamatan,Desa,Status 2025\n" + "".join(f"Takisung,Desa {i},dasar\n" for i in range(5)) + "Takisunk,A,dasar\n"
    )
    (question,) = lists_of(tmp_path, x=text).doubts
    assert (question.kind, question.proposal, question.where[0].row) == ("near_subdistrict", "same", 7)
    lists = lists_of(tmp_path, {question.key: "same"}, x=text)
    assert {one.subdistrict for one in lists.villages} == {"Takisung"}
    assert [change.read_as for change in lists.changes if change.kind == "subdistrict"] == ["Takisung"]


def test_two_lists_that_contradict_each_other_are_asked(tmp_path: Path) -> None:
    """The status of that year is unknown until somebody says which is right."""
    files = {"a": "Kecamatan,Desa,Status 2025\nK,A,dasar\n", "b": "Kecamatan,Desa,Status 2025\nK,A,mandiri\n"}
    lists = lists_of(tmp_path, **files)
    (question,) = lists.doubts
    assert (question.choices, lists.villages[0].statuses) == (("dasar", "mandiri", "unknown"), {2025: UNKNOWN})
    answered = lists_of(tmp_path, {question.key: "mandiri"}, **files)
    assert (answered.doubts, answered.villages[0].statuses) == ((), {2025: 2})


def test_a_code_does_not_depend_on_the_order_of_the_rows(tmp_path: Path) -> None:
    """Nor on the list, its spelling, or what else stands in it."""
    text = "Kecamatan,Desa,Status 2025\nK,Sari II,dasar\nL,Sari,dasar\nK,Baru,dasar\n"
    rows = text.splitlines()
    turned = "\n".join([rows[0], *reversed(rows[1:])]).replace("K,Sari II", "KEC. K,DESA SARI 2")
    one, other = lists_of(tmp_path, x=text), lists_of(tmp_path, y=turned)
    assert [village.code for village in one.villages] == ["k/baru", "k/sari2", "l/sari"]
    assert {village.code for village in other.villages} == {village.code for village in one.villages}


def test_villages_of_one_kabupaten_are_read_alone(tmp_path: Path) -> None:
    """A blank cell is of the kabupaten above it, and a village of the same name elsewhere is another one."""
    rows = ["Banjar;A;Utara;dasar", ";B;Utara;mandiri", "Kab. Banjar;C;Utara;dasar", "Tanah Laut;A;Utara;dasar"]
    path = tmp_path / "daftar.csv"
    path.write_text("\n".join(["KABUPATEN;DESA;KECAMATAN;KLASIFIKASI 2025", *rows]) + "\n", encoding="utf-8")
    assert read_lists([path]).districts == {"Banjar": 2, "Kab. Banjar": 1, "Tanah Laut": 1}
    for within, names in ((("Banjar", "Kab. Banjar"), "ABC"), (("Tanah Laut",), "A")):
        lists = read_lists([path], within=within)
        assert [village.name for village in lists.villages] == [*names]
        assert {change.kind for change in lists.changes} <= {"code", "passed_over"}


def test_a_column_that_nothing_was_written_in_is_no_year_of_statuses(tmp_path: Path) -> None:
    """An office prepares next year's column: the statuses are those of the last one that is filled, and it is told."""
    header = "DESA;KECAMATAN;KLASIFIKASI 2024;KLASIFIKASI 2025;KLASIFIKASI 2026;TH. PENCANANGAN"
    path = tmp_path / "daftar.csv"
    path.write_text("\n".join([header, *(f"{name};Utara;dasar;mandiri;;2020" for name in "ABC")]) + "\n")
    lists = read_lists([path])
    assert lists.years == (2024, 2025)
    assert lists.sheets[0].unused == ("KLASIFIKASI 2026",)
    assert [village.launch_year for village in lists.villages] == [2020] * 3
    assert not any(village.columns for village in lists.villages)
