"""What districts keep of their past is read as it is, and nothing of it is dropped in silence."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from evidence_cases import BEFORE, NOW, VILLAGES, rows, text
from openpyxl import Workbook
from problem_cases import POKJA
from scenario_desk import Desk

from simulation.domain.evidence import Evidence
from simulation.domain.messages import DataError
from simulation.domain.status import LEVELS, UNKNOWN
from simulation.inputs.observations.evidence import Gathered, read_evidence
from simulation.inputs.observations.reading import DataFile
from simulation.inputs.scenario import Scenario, load_scenario

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "tests" / "data" / "status_counts.csv"
CODES = tuple(sorted(VILLAGES))
LEVEL = {name: number for number, name in enumerate(LEVELS)}


def gather(desk: Desk, *names: str, kind: str | None = None, **sections: str | None) -> Gathered:
    """Read files of a desk for its scenario."""
    scenario: Scenario = desk.load("scenario.yaml", **sections)
    return read_evidence([DataFile(desk.folder / name, kind) for name in names], scenario)


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    """Write a workbook."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, cells in sheets.items():
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(row)
    book.save(path)


def long_table(header: str) -> str:
    """Return both lists as one long table."""
    lines = [header]
    for year, statuses in ((2024, BEFORE), (2025, NOW)):
        lines += [f"{code},{year},{status}" for code, status in zip(VILLAGES, statuses, strict=True)]
    return "\n".join(lines) + "\n"


def same_panel(evidence: Evidence) -> None:
    """Say that the panel is the one of both lists."""
    (panel,) = evidence.panels
    assert panel.district_code == "63.01"
    assert panel.codes == CODES
    assert panel.years == (2024, 2025)
    expected = [[LEVEL[b], LEVEL[n]] for b, n in zip(BEFORE, NOW, strict=True)]
    assert panel.status.tolist() == expected


def test_two_lists_a_long_table_a_wide_one_and_two_sheets_are_the_same_panel(desk: Desk) -> None:
    """However an office keeps statuses of two dates, the same comes out; headers in both languages."""
    desk.write("desa_2024.csv", text(BEFORE))
    desk.write("desa_2025.csv", text(NOW))
    same_panel(gather(desk, "desa_2024.csv", "desa_2025.csv").evidence)
    desk.write("panjang.csv", long_table("village_code,year,status"))
    same_panel(gather(desk, "panjang.csv").evidence)
    desk.write("panjang.csv", long_table("Kode Desa,Tahun,Klasifikasi"))
    same_panel(gather(desk, "panjang.csv").evidence)
    wide = [[*row, status] for row, status in zip(rows(BEFORE), NOW, strict=True)]
    header = ["Kode Desa", "Desa", "Kecamatan", "Status 31/12/2024", "Status 2025"]
    workbook(desk.folder / "lebar.xlsx", {"Sheet1": [["Kampung KB"], header, *wide]})
    same_panel(gather(desk, "lebar.xlsx").evidence)
    names: list[list[Any]] = [["Kode Desa", "Desa", "Kecamatan", "Klasifikasi"]]
    workbook(desk.folder / "dua.xlsx", {"2024": [*names, *rows(BEFORE)], "Des 2025": [*names, *rows(NOW)]})
    same_panel(gather(desk, "dua.xlsx").evidence)


def test_the_title_above_a_list_tells_its_year(desk: Desk) -> None:
    """A sheet of no telling name is dated by the line above its column names."""
    header = ["Kode Desa", "Desa", "Kecamatan", "Klasifikasi"]
    sheets = {
        "Sheet1": [["Keadaan per 31 Desember 2024"], header, *rows(BEFORE)],
        "Sheet2": [["Keadaan per 31 Desember 2025"], header, *rows(NOW)],
    }
    workbook(desk.folder / "daftar.xlsx", sheets)
    same_panel(gather(desk, "daftar.xlsx").evidence)


def test_the_village_table_of_the_scenario_stands_for_its_origin(desk: Desk) -> None:
    """An older list and the table that the scenario names already are two dates."""
    desk.write("desa_2024.csv", text(BEFORE))
    same_panel(gather(desk, "desa_2024.csv", "villages.csv").evidence)


def test_a_header_without_a_year_beside_one_with_a_year_is_the_newest_list(desk: Desk) -> None:
    """In the village table that of the origin, elsewhere that of the file; a copy where its year stands there too."""
    header = "Kode Desa,Desa,Kecamatan,Klasifikasi 2024,Klasifikasi"
    lines = [f"{','.join(row)},{status}" for row, status in zip(rows(BEFORE), NOW, strict=True)]
    desk.write("villages.csv", "\n".join([header, *lines]) + "\n")
    same_panel(gather(desk, "villages.csv").evidence)
    desk.write("lain_2025.csv", "\n".join([header + ",Jarak", *(f"{line},1" for line in lines)]) + "\n")
    same_panel(gather(desk, "lain_2025.csv").evidence)
    copied = [f"{line},{status}" for line, status in zip(lines, NOW, strict=True)]
    desk.write("villages.csv", "\n".join([header + " 2025,Status", *copied]) + "\n")
    same_panel(gather(desk, "villages.csv").evidence)


def test_launch_years_of_the_village_table(desk: Desk) -> None:
    """With the current status they are a block of their own; one of this year says nothing yet."""
    launched = dict(zip(VILLAGES, (2020, 2018, 2022, 2017, 2016, 2025), strict=True))
    lines = [f"{','.join(row)},{launched[row[0]]}" for row in rows(NOW)]
    desk.write("desa.csv", "\n".join(["Kode Desa,Desa,Kecamatan,Klasifikasi,Tahun Pencanangan", *lines]) + "\n")
    (launches,) = gather(desk, "desa.csv").evidence.launches
    assert launches.year == 2025
    assert launches.codes == CODES[:-1]
    assert launches.launch_year.tolist() == [launched[code] for code in CODES[:-1]]
    assert launches.status.tolist() == [LEVEL[status] for status in NOW[:-1]]
    named = gather(desk, "desa.csv", kind="launch_years").evidence.launches
    assert named[0].launch_year.tolist() == launches.launch_year.tolist()


def test_launch_years_without_statuses_take_those_of_the_scenario(desk: Desk) -> None:
    """A table of codes and years is enough where the scenario knows how things stand."""
    desk.write("tahun.csv", "kode_desa,tahun_pencanangan\n63.01.01.2002,2019\n63.01.02.2003,2016\n")
    (launches,) = gather(desk, "tahun.csv").evidence.launches
    assert (launches.year, launches.status.tolist()) == (2025, [LEVEL["berkembang"], LEVEL["paripurna"]])


def test_a_village_designated_between_two_lists_counts_from_then_on(desk: Desk) -> None:
    """Its launch year states why it is new; before, its status is unknown."""
    header = "Kode Desa,Desa,Kecamatan,Klasifikasi,Tahun Pencanangan"
    first = [",".join([*row, "2018"]) for row in rows(BEFORE)[:-1]]
    second = [",".join([*row, "2018"]) for row in rows(NOW)[:-1]] + [",".join([*rows(NOW)[-1], "2025"])]
    desk.write("desa_2024.csv", "\n".join([header, *first]) + "\n")
    desk.write("desa_2025.csv", "\n".join([header, *second]) + "\n")
    evidence = gather(desk, "desa_2024.csv", "desa_2025.csv").evidence
    assert evidence.panels[0].status[-1].tolist() == [UNKNOWN, 0]
    assert [launches.year for launches in evidence.launches] == [2024]
    assert evidence.blocks == ("panel", "launch_years")


def test_counts_at_several_dates(desk: Desk) -> None:
    """Places, dates in words, totals that add up; a place is the scenario's by name or code."""
    content = (
        "Kabupaten,Tanggal,Dasar,Berkembang,Mandiri,Berkelanjutan,Jumlah\n"
        "63.01,31 Desember 2023,5,1,0,1,7\n"
        "Kabupaten Contoh,2024-12,3,2,1,1,7\n"
        "Tabanan,2024,60,44,7,22,133\n"
        "Tabanan,30/06/2025,48,44,7,34,133\n"
    )
    desk.write("jumlah.csv", content)
    ours, other = gather(desk, "jumlah.csv").evidence.counts
    assert (ours.place, other.place) == ("Kabupaten Contoh", "Tabanan")
    assert ours.dates == (date(2023, 12, 31), date(2024, 12, 31))
    assert ours.counts.tolist() == [[5, 1, 0, 1], [3, 2, 1, 1]]
    assert other.dates == (date(2024, 12, 31), date(2025, 6, 30))


def test_a_stated_inflow_leaves_the_same_villages_in_every_part(desk: Desk) -> None:
    """New villages are taken off dasar where one part ends, and belong to the next."""
    content = "tanggal,dasar,berkembang,mandiri,paripurna,baru\n2021,9,3,1,2,\n2022,12,4,1,3,5\n2023,10,5,2,3,0\n"
    desk.write("jumlah.csv", content)
    first, second = gather(desk, "jumlah.csv").evidence.counts
    assert first.counts.tolist() == [[9, 3, 1, 2], [7, 4, 1, 3]]
    assert second.counts.tolist() == [[12, 4, 1, 3], [10, 5, 2, 3]]
    assert all(len(set(part.counts.sum(axis=1))) == 1 for part in (first, second))


def test_assistance_of_villages_whose_statuses_are_known(desk: Desk) -> None:
    """One row of truth values a village, in the order of its codes."""
    desk.write("desa.csv", long_table("village_code,year,status"))
    desk.write("bantuan.csv", f"Kode Desa,Tahun,Program\n{CODES[1]},2023,pokja\n{CODES[1]},2025,pokja\n")
    (record,) = gather(desk, "desa.csv", "bantuan.csv", interventions=POKJA).evidence.assistance
    assert record.codes == CODES
    assert record.years == (2023, 2024, 2025)
    assert record.given["pokja"].sum(axis=0).tolist() == [1, 0, 1]
    assert record.given["pokja"][1].tolist() == [True, False, True]


def test_assistance_is_known_by_kecamatan_and_name_too(desk: Desk) -> None:
    """Where a table has no codes, in whatever spelling."""
    desk.write("desa.csv", long_table("village_code,year,status"))
    (name, home), program = VILLAGES[CODES[1]], "Kecamatan,Desa,Tahun,Program"
    desk.write("bantuan.csv", f"{program}\nKec. {home.upper()},DESA {name},2023,pokja\n")
    (record,) = gather(desk, "desa.csv", "bantuan.csv", interventions=POKJA).evidence.assistance
    assert record.given["pokja"][:, 0].tolist() == [code == CODES[1] for code in CODES]


def test_several_districts_are_told_apart_by_their_column(desk: Desk) -> None:
    """Rows of another district make a panel of their own, which the scenario does not contradict."""
    lines = [
        "kode_kabupaten,kode_desa,2024,2025",
        "63.01,63.01.01.2001,dasar,dasar",
        "51.02,51.02.01.2001,dasar,mandiri",
    ]
    desk.write("panel.csv", "\n".join(lines) + "\n")
    panels = gather(desk, "panel.csv").evidence.panels
    assert {panel.district_code: panel.status.tolist() for panel in panels} == {"63.01": [[0, 0]], "51.02": [[0, 2]]}


def test_the_order_of_files_and_rows_changes_nothing(desk: Desk) -> None:
    """Villages and years come in their own order."""
    desk.write("desa_2024.csv", text(BEFORE))
    lines = text(NOW).splitlines()
    desk.write("desa_2025.csv", "\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    same_panel(gather(desk, "desa_2025.csv", "desa_2024.csv").evidence)


def test_a_village_of_no_sound_year_is_a_problem_of_its_cell(desk: Desk) -> None:
    """Beside two lists of other villages; nothing else is said of it."""
    lines = [
        "kode_desa,tahun,status",
        "63.01.01.2001,2024,dasar",
        "63.01.01.2001,2025,dasar",
        "63.01.01.2002,lalu,dasar",
    ]
    desk.write("panjang.csv", "\n".join(lines) + "\n")
    with pytest.raises(DataError) as told:
        gather(desk, "panjang.csv")
    (problem,) = told.value.problems
    assert (problem.line, problem.field, problem.found) == (4, "tahun", "lalu")


def test_counts_name_their_place_by_code_too(desk: Desk) -> None:
    """In a column for codes, as the tables of outcomes do."""
    desk.write(
        "jumlah.csv",
        "kode_kabupaten,tanggal,dasar,berkembang,mandiri,paripurna\n51.02,2024,5,1,0,1\n51.02,2025,3,2,1,1\n",
    )
    (counts,) = gather(desk, "jumlah.csv").evidence.counts
    assert counts.place == "51.02"


def test_a_link_out_of_the_tree_is_refused(desk: Desk, tmp_path_factory: Any) -> None:
    """The bounds of scenario files hold for data too."""
    outside = tmp_path_factory.mktemp("outside") / "desa_2024.csv"
    outside.write_text(text(BEFORE), encoding="utf-8")
    (desk.folder / "desa_2024.csv").symlink_to(outside)
    with pytest.raises(DataError, match="leads outside"):
        gather(desk, "desa_2024.csv")


def published() -> list[dict[str, str]]:
    """Return every published row with all four levels."""
    with PUBLISHED.open(encoding="utf-8") as stream:
        return [row for row in csv.DictReader(stream) if all(row[level] for level in LEVELS)]


def test_every_published_count_of_four_levels_can_be_read(desk: Desk) -> None:
    """Put at two dates each, so that it is used; the total of its row is checked too."""
    found = published()
    assert found
    lines = ["place,date,total,dasar,berkembang,mandiri,paripurna"]
    for row in found:
        numbers = ",".join(row[key] for key in ("total", *LEVELS))
        lines += [f"{row['place']},{row['date']},{numbers}", f"{row['place']},2019,{numbers}"]
    desk.write("jumlah.csv", "\n".join(lines) + "\n")
    counts = {counts.place: counts for counts in gather(desk, "jumlah.csv").evidence.counts}
    for row in found:
        assert counts[row["place"]].counts[-1].tolist() == [int(row[level]) for level in LEVELS]
        assert str(counts[row["place"]].dates[-1]) == row["date"]


def test_the_published_file_is_read_as_it_is(desk: Desk) -> None:
    """Rows of four levels are one date each, the others lack levels: every row of them is noted."""
    found = published()
    with PUBLISHED.open(encoding="utf-8") as stream:
        every = list(csv.DictReader(stream))
    gathered = read_evidence([DataFile(PUBLISHED)], desk.load())
    notes = [str(note) for note in gathered.notes]
    assert gathered.evidence.blocks == ()
    assert sum("of one date alone" in note for note in notes) == len(Counter(row["place"] for row in found))
    partial = [str(number) for number, row in enumerate(every, start=2) if row not in found]
    assert any(note.endswith(": " + ", ".join(partial)) for note in notes)


def test_the_example_of_launch_years_is_read() -> None:
    """The village table of an example that carries launch years can be learned from as it is."""
    scenario = load_scenario(ROOT / "scenarios" / "contoh.yaml")
    gathered = read_evidence([DataFile(ROOT / "scenarios" / "data" / "contoh_villages.csv")], scenario)
    assert gathered.evidence.blocks == ("launch_years",)


def test_every_village_missing_in_a_later_list_is_told_where_lists_have_no_names(desk: Desk) -> None:
    """Without names, villages are known by their codes: each that is missing is told."""
    rows = [f"{code},2024,dasar" for code in ("a", "b", "c")] + ["a,2025,dasar"]
    desk.write("panjang.csv", "\n".join(["village_code,year,status", *rows]) + "\n")
    with pytest.raises(DataError) as told:
        gather(desk, "panjang.csv")
    assert [p.found for p in told.value.problems if "missing in the list of 2025" in str(p)] == ["b", "c"]


def test_a_village_that_joins_after_the_origin_is_no_evidence(desk: Desk) -> None:
    """Its row of the table, and of another list, changes nothing; a status of it is told with its cell."""
    header = ["village_code", "village", "subdistrict", "status_2024", "status_2025", "launch_year"]
    wide = [[*row, status, "2019"] for row, status in zip(rows(BEFORE), NOW, strict=True)]
    new = ["63.01.09.2001", "Baru", "Jorong", "", "", "2026"]
    lists = {"villages.csv": [header, *wide, new], "desa_2024.csv": [header[:4], *rows(BEFORE), new[:4]]}
    for name, cells in lists.items():
        desk.write(name, "\n".join(",".join(row) for row in cells) + "\n")
    found = gather(desk, "villages.csv", "desa_2024.csv").evidence
    same_panel(found)
    assert [launches.codes for launches in found.launches] == [CODES]
    desk.write("desa_2024.csv", "\n".join(",".join(row) for row in [*lists["desa_2024.csv"][:-1], [*new[:3], "dasar"]]))
    with pytest.raises(DataError) as caught:
        gather(desk, "desa_2024.csv", kind="panel")
    (problem,) = caught.value.problems
    assert (problem.field, problem.found) == ("status_2024", "dasar")
    assert "designated in 2026 and has a status at the end of 2024" in str(problem.message)
