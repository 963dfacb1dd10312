"""The cleaned copy of an office's lists: what it holds, what it marks, and that it is read as what it was made from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import load_workbook

from simulation.inputs.kabupaten import Kabupaten
from simulation.inputs.office.reading import read_lists
from simulation.inputs.office.records import Change, Lists
from simulation.report.cleaned_copy import SHEET, contradictions_in_words, weighty, write_cleaned_copy
from simulation.report.language import language
from simulation.report.started_scenario import scenario_text

OFFICE = Path(__file__).parents[1] / "data" / "office"
RAW = OFFICE / "RAW_DATA KAMPUNG KB SUKAMAJU.xlsx"


@pytest.fixture(scope="module")
def lists() -> Lists:
    """Return what the untouched workbook says, where its rows disagree a person having chosen."""
    (question,) = read_lists([RAW]).doubts
    return read_lists([RAW], {question.key: "mandiri"})


@pytest.fixture(scope="module")
def copy(lists: Lists, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return its cleaned copy."""
    path = tmp_path_factory.mktemp("copy") / "daftar.xlsx"
    write_cleaned_copy(language("id"), lists, "Kampung KB Kabupaten Sukamaju", path)
    return path


def facts(lists: Lists) -> list[tuple[Any, ...]]:
    """Return everything that lists say of villages, but for where it stands."""
    return sorted(
        (village.code, village.name, village.subdistrict, *sorted(village.statuses.items()), village.launch_year)
        for village in lists.villages
    )


def test_a_copy_is_read_as_what_it_was_made_from(lists: Lists, copy: Path) -> None:
    """Villages, codes, statuses of both dates and launch years come back; nothing but blank cells is left to tell."""
    again = read_lists([copy])
    assert facts(again) == facts(lists)
    assert again.doubts == ()
    assert [use.title for use in again.sheets if use.used] == [("Kampung KB Kabupaten Sukamaju",)]
    assert {(change.kind, change.written) for change in again.changes[1:]} == {("unknown_status", "")}


def test_statuses_that_contradict_each_other_stay_in_the_copy(tmp_path: Path) -> None:
    """Each in a row of its own until a person decides: every command then knows of both, and removing one decides."""
    lists, copy = read_lists([RAW]), tmp_path / "daftar.xlsx"
    write_cleaned_copy(language("id"), lists, "Kampung KB Kabupaten Sukamaju", copy)
    again = read_lists([copy])
    assert (again.doubts[0].key, facts(again)) == (lists.doubts[0].key, facts(lists))
    (one,), (other,) = ([village for village in each.villages if village.contradicting] for each in (lists, again))
    assert one.contradicting == other.contradicting == {2025: (0, 2)}
    assert (len(other.rows), sum(len(village.rows) for village in again.villages)) == (2, 149)
    said = contradictions_in_words(language("en"), lists)
    assert list(said)[1] == (
        "Margo Jaya, Status 2025: dasar (E57), Mandiri (E58) contradict each other, read as not known "
        "(if mandiri 9 rose and 2 fell)."
    )


def test_days_that_stand_around_a_list_are_found(lists: Lists) -> None:
    """In notes and signatures; what only looks like a month is none."""
    assert lists.days == ("1. Klasifikasi berdasarkan web Kampung KB per 31 Desember", "Sukamaju, 5 Januari 2026")


def test_a_source_has_room_in_a_scenario_however_much_contradicts_itself() -> None:
    """What does not fit is left to the sheet of changes."""
    lists = read_lists([RAW])
    (one,) = [village for village in lists.villages if village.contradicting]
    several = [
        replace(
            one,
            code=str(n),
            rows=tuple(cell._replace(row=1000 * (place + 1) + n) for place, cell in enumerate(one.rows)),
        )
        for n in range(40)
    ]
    cells = [cell._replace(column="E") for village in several for cell in village.rows]
    changes = tuple(Change("disagreement", cell, "dasar", "") for cell in cells)
    for known in (lists, replace(lists, villages=(*lists.villages, *several), changes=changes)):
        text = scenario_text(
            language("id"),
            "x",
            Kabupaten("99.99", "Kabupaten X", ""),
            "x.xlsx",
            "x.yaml",
            ["a.xlsx"],
            known,
            2025,
            0.05,
        )
        source = yaml.safe_load(text)["sources"]["villages.table"]
        assert len(source) <= 2000
        assert f"read differently from what is written: {len(weighty(known.changes))}, listed in x.xlsx" in source


def test_every_cell_that_leaves_a_status_unknown_is_listed(copy: Path) -> None:
    """A blank one as much as one with a dash, and in the earlier list too."""
    listed = [[cell.value for cell in row] for row in load_workbook(copy).worksheets[1].iter_rows(min_row=4)]
    unknown = [(row[3], row[4]) for row in listed if row[0] == "status belum diketahui"]
    assert sorted(unknown) == [("D85", "(kosong)"), ("E128", "-"), ("E40", "(kosong)")]


def test_every_change_is_marked_and_told(lists: Lists, copy: Path) -> None:
    """A cell of a status read otherwise has a colour and a comment, and its row says so; all stand in a list."""
    villages, changes = load_workbook(copy).worksheets
    assert (villages.title, changes.title) == (SHEET, "Perubahan")
    marked = [cell for row in villages.iter_rows(min_row=3) for cell in row if cell.comment is not None]
    weighty = [change for change in lists.changes if change.kind in {"status", "unknown_status", "launch_year"}]
    assert len(marked) == len(weighty) + 1
    assert all(cell.fill.fgColor.rgb == "FFFFE08A" for cell in marked)
    assert all(villages.cell(cell.row, villages.max_column).value for cell in marked)
    (chosen,) = [cell for cell in marked if "isi baris bertentangan" in cell.comment.text]
    assert chosen.value == "mandiri"
    assert all(cell in chosen.comment.text for cell in ("E57", "E58"))
    listed = [[cell.value for cell in row] for row in changes.iter_rows(min_row=4)]
    assert len(listed) == len(lists.changes)
    assert ["ejaan status", RAW.name, "REKAP", "D10", "Brkembang", "berkembang"] in listed


def test_rows_that_are_one_village_and_contradict_each_other_are_told(lists: Lists) -> None:
    """With their rows, cells and statuses, and how many rows the list has."""
    assert list(contradictions_in_words(language("en"), lists)) == [
        "150 rows hold 148 villages; counted once: Margo Jaya (rows 57, 58), Muara Rejo (rows 16, 18).",
        "Margo Jaya, Status 2025: dasar (E57), Mandiri (E58) contradict each other, read as mandiri.",
    ]


def test_a_status_that_nobody_knows_stays_empty(lists: Lists, copy: Path) -> None:
    """Its cell is coloured, its row says that it is not known."""
    sheet = load_workbook(copy).worksheets[0]
    statuses = [column for column in range(1, 9) if str(sheet.cell(2, column).value).startswith("Klasifikasi")]
    empty = [row for row in range(3, 151) for column in statuses if sheet.cell(row, column).value is None]
    assert len(empty) == sum(level < 0 for village in lists.villages for level in village.statuses.values()) == 3
    assert all("status belum diketahui" in sheet.cell(row, sheet.max_column).value for row in empty)


def test_the_same_lists_give_the_same_bytes(lists: Lists, copy: Path, tmp_path: Path) -> None:
    """So that a copy that nobody changed is known as such."""
    write_cleaned_copy(language("id"), lists, "Kampung KB Kabupaten Sukamaju", tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == copy.read_bytes()
