"""What happened, read from the tables in which offices keep it."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from simulation.domain.messages import DataError
from simulation.domain.status import UNKNOWN
from simulation.inputs.observations.outcomes import counts_of_year, read_outcomes

ONE = {"63.01": "Kabupaten Tanah Laut"}
TWO = {**ONE, "51.02": "Kabupaten Tabanan"}


def written(folder: Path, text: str, name: str = "a.csv") -> Path:
    """Return a file of this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_counts_and_rises_of_several_districts_are_told_apart(tmp_path: Path) -> None:
    """By code or by name; a cell that is blank is not known."""
    path = written(
        tmp_path,
        "tempat;tanggal;dasar;berkembang;mandiri;berkelanjutan;jumlah;naik;turun\n"
        "TANAH LAUT;31/12/2026;85;27;5;18;135;13;2\n51.02;2026;;;;;;40;\n",
    )
    stated = read_outcomes([path], TWO).stated
    first, second = stated["63.01"][2026], stated["51.02"][2026]
    assert first.four is not None
    assert (first.four.tolist(), first.rises, first.falls) == ([85, 27, 5, 18], 13, 2)
    assert (second.four, second.rises, second.falls) == (None, 40, None)


def test_a_table_without_a_place_is_of_the_only_district(tmp_path: Path) -> None:
    """With several nothing says of which."""
    path = written(tmp_path, "tahun,naik\n2026,13\n")
    assert read_outcomes([path], ONE).stated["63.01"][2026].rises == 13
    with pytest.raises(DataError, match="of which district this row is"):
        read_outcomes([path], TWO)


def test_of_several_dates_of_a_year_the_last_counts(tmp_path: Path) -> None:
    """Whatever their order; that the year went on is noted."""
    rows = "2026-08-31,84,28,5,18\n2026-03-31,90,25,4,16\n"
    outcomes = read_outcomes([written(tmp_path, f"tanggal,dasar,berkembang,mandiri,paripurna\n{rows}")], ONE)
    four = outcomes.stated["63.01"][2026].four
    assert four is not None
    assert four.tolist() == [84, 28, 5, 18]
    said = [str(note) for note in outcomes.notes]
    assert "Kabupaten Tanah Laut: of several dates in 2026 the last counts, for its end" in said
    assert "Kabupaten Tanah Laut: counts of 2026-08-31 are taken as of the end of 2026" in said


def test_lists_of_two_years_in_a_workbook_become_a_panel(tmp_path: Path) -> None:
    """A sheet a year; a blank status is not known."""
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for year, statuses in ((2025, ("dasar", "mandiri", "dasar")), (2026, ("berkembang", "mandiri", None))):
        sheet = book.create_sheet(f"Desa {year}")
        sheet.append(["Kode Desa", "Nama Desa", "Klasifikasi"])
        for i, status in enumerate(statuses):
            sheet.append([f"63.01.01.200{i}", f"Desa {i}", status])
    book.save(tmp_path / "desa.xlsx")
    panel = read_outcomes([tmp_path / "desa.xlsx"], TWO).panels["63.01"]
    assert panel.years == (2025, 2026)
    assert panel.status.tolist() == [[0, 1], [2, 2], [0, UNKNOWN]]
    counted = counts_of_year(panel, 2025)
    assert counted is not None
    assert counted.tolist() == [2, 0, 1, 0]
    assert counts_of_year(panel, 2026) is counts_of_year(panel, 2030) is None


def test_one_list_alone_is_kept_for_its_counts(tmp_path: Path) -> None:
    """With the origin of a forecast it bounds the rises."""
    path = written(tmp_path, "kode_desa,tahun,status\n63.01.1,2026,dasar\n63.01.2,2026,mandiri\n")
    counted = counts_of_year(read_outcomes([path], ONE).panels["63.01"], 2026)
    assert counted is not None
    assert counted.tolist() == [1, 0, 1, 0]


def test_rows_that_contradict_each_other_leave_the_status_unknown(tmp_path: Path) -> None:
    """And that is said; rows of one village that agree count once."""
    path = written(
        tmp_path, "kode_desa,tahun,status\n63.1,2026,dasar\n63.1,2026,mandiri\n63.2,2026,dasar\n63.2,2026,dasar\n"
    )
    outcomes = read_outcomes([path], ONE)
    assert outcomes.panels["63.01"].status.tolist() == [[UNKNOWN], [0]]
    told = [note.template for note in outcomes.notes]
    assert sum("which agree; it counts once" in text for text in told) == 1
    assert sum("has different statuses" in text for text in told) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kode_desa,tahun,status\n99.1,2026,dasar\n", "to which district this village belongs"),
        ("kode_desa,status\n63.01.1,dasar\n", "nothing says of which year"),
        ("tahun,dasar,berkembang,mandiri,paripurna,jumlah,tempat\n2026,1,1,1,1,5,63.01\n", "add up to 4, not to 5"),
    ],
)
def test_contradictions_are_told(tmp_path: Path, text: str, said: str) -> None:
    """With the row."""
    with pytest.raises(DataError, match=said):
        read_outcomes([written(tmp_path, text)], TWO)
