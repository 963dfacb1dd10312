"""The cleaned copy of an office's lists: what it holds, what it marks, and that it is read as what it was made from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from simulation.inputs.office.reading import read_lists
from simulation.inputs.office.records import Lists
from simulation.report.cleaned_copy import SHEET, contradictions_in_words, write_cleaned_copy
from simulation.report.language import language

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
    """Villages, codes, statuses of both dates and launch years come back; nothing is left to be changed or asked."""
    again = read_lists([copy])
    assert facts(again) == facts(lists)
    assert again.doubts == ()
    assert [use.title for use in again.sheets if use.used] == [("Kampung KB Kabupaten Sukamaju",)]
    assert {change.kind for change in again.changes} <= {"passed_over"}


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
        (
            "150 rows tell of 148 villages; listed more than once, and counted once: Margo Jaya (rows 57, 58), "
            "Muara Rejo (rows 16, 18)."
        ),
        "Rows contradict each other, Margo Jaya, Status 2025: dasar (E57), Mandiri (E58); read as mandiri.",
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
