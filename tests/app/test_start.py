"""From a workbook as an office keeps it to scenario, cleaned copy, forecast and brief."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import ROOT, Done, Run
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from simulation.app.options import Settings
from simulation.app.starting import OfDistrict, Start, map_apart, read_and_ask, write_scenario
from simulation.domain.messages import DataError
from simulation.inputs.answers import read_answers
from simulation.inputs.scenario import load_scenario

OFFICE = ROOT / "tests" / "data" / "office"
RAW = "RAW_DATA KAMPUNG KB SUKAMAJU.xlsx"
FEW = ("--draws", 20, "--lang", "id")
YEAR_OF_TEMPLATE = "year/tpl_nocodes.xlsx/Kampung/status: 2025\nyear/tpl_part2.xlsx/Kampung/status: 2025\n"
CASES: dict[tuple[str, ...], tuple[int, dict[int, int]]] = {
    (RAW,): (148, {2024: 1, 2025: 3}),
    ("EDITED_DATA KAMPUNG KB SUKAMAJU.xlsx",): (148, {2024: 1, 2025: 0}),
    ("Data Kampung KB 2024.xlsx", "Data Kampung KB 2025.xlsx"): (148, {2024: 1, 2025: 2}),
    ("d1.xlsx",): (148, {2024: 1, 2025: 3}),
    ("d3.xlsx",): (148, {2024: 1, 2025: 1}),
    ("d5.xlsx",): (148, {2024: 1, 2025: 1}),
    ("duabaris.xlsx",): (148, {2024: 1, 2025: 1}),
    ("kec.xlsx",): (148, {2024: 1, 2025: 0}),
    ("tanpatahun1.xlsx",): (148, {2024: 1, 2025: 0}),
    ("tanpa_tahun_cana.xlsx",): (148, {2024: 1, 2025: 0}),
    ("f2024.xlsx", "sisip 2025.xlsx"): (149, {2024: 1, 2025: 0}),
    ("f2024.xlsx", "geser 2025.xlsx"): (149, {2024: 1, 2025: 0}),
    ("f2024.xlsx", "urut abjad 2025.xlsx"): (148, {2024: 0, 2025: 0}),
    ("tpl_nocodes.xlsx",): (148, {2025: 1}),
    ("tpl_part2.xlsx",): (148, {2025: 1}),
}
"""Workbooks -> their villages, and of how many of them the status at the end of each year is not known."""


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Return the folder in which the command runs, with the workbooks of an office."""
    shutil.copytree(OFFICE, tmp_path, dirs_exist_ok=True)
    return tmp_path


def told(done: Done) -> Any:
    """Return what a command that succeeded says as data."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("files", CASES, ids=" ".join)
def test_every_workbook_becomes_a_scenario_by_itself(files: tuple[str, ...], office: Path) -> None:
    """No edit by hand: at most the year of a column is answered in a file. The scenario that is written has every
    village once, and the statuses that no list knows are unknown.
    """
    answers = office / "answers.yaml"
    answers.write_text(YEAR_OF_TEMPLATE, encoding="utf-8")
    run = Start(Settings(lang="id", quiet=True), office, 1000, "proposals", answers)
    data = [office / file for file in files]
    asked = read_and_ask(run, data)
    assert isinstance(asked, OfDistrict)
    scenario, lists = load_scenario(write_scenario(run, data, asked)), asked.lists
    (district,) = scenario.districts
    villages, unknown = CASES[files]
    assert (len(district), len(district.subdistricts)) == (villages, 12)
    assert (district.district, scenario.origin) == (asked.wanted.kabupaten.name, 2025)
    assert {year: sum(one.statuses.get(year, -1) < 0 for one in lists.villages) for year in lists.years} == unknown


def test_a_village_that_is_designated_after_the_last_list_joins(tmp_path: Path) -> None:
    """It is none of the villages that were read; its blank cell is not marked, and the scenario has it join."""
    written = tmp_path / "daftar Tanah Laut.csv"
    text = "Desa,Kecamatan,Status 2025,Tahun Pencanangan\nSatu,Utara,Dasar,2019\nDua,Utara,,2018\nBaru,Utara,,2026\n"
    written.write_text(text, encoding="utf-8")
    run = Start(Settings(lang="id", quiet=True), tmp_path, 1000, "proposals")
    asked = read_and_ask(run, [written])
    assert isinstance(asked, OfDistrict)
    scenario, lists = load_scenario(write_scenario(run, [written], asked)), asked.lists
    (district,) = scenario.districts
    assert (len(district), district.joining(scenario.years)) == (2, {2026: 1})
    assert (len(lists.present), len(lists.villages)) == (2, 3)
    page = load_workbook(run.files["cleaned_copy"]).worksheets[0]
    colours = {row[1].value: row[3].fill.start_color.rgb[-6:] for row in page.iter_rows(min_row=3)}
    assert colours["Dua"] == "FFE08A" != colours["Baru"]
    written.write_text(text.replace("Utara,,2026", "Utara,Mandiri,2026"), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_and_ask(run, [written])
    (problem,) = caught.value.problems
    assert (Path(problem.file).name, problem.line, problem.found) == (written.name, 4, "Mandiri")


@pytest.mark.slow
def test_an_untouched_workbook_becomes_a_brief(run: Run, office: Path) -> None:
    """What the planner can count by hand is told: villages, rises and falls of those that are known at both dates."""
    done = run("start", RAW, "--yes", *FEW)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    for sentence in (
        "Terbaca: 148 kampung di 12 kecamatan; status pada akhir 2024, 2025.",
        "8 naik, 2 turun, dari 144 kampung yang diketahui pada kedua tahun.",
        "Dari 148 Kampung KB, 3 belum diketahui statusnya pada akhir 2025",
        "bertentangan, dibaca sebagai belum diketahui (bila mandiri 9 naik dan 2 turun).",
        "Tanpa tahun pencanangan peluangnya",
        "Dengan asumsi bawaan saja peluangnya",
    ):
        assert sentence in said
    (brief,) = office.rglob("brief.docx")
    assert str(brief.relative_to(office).with_suffix(".pdf")) in said
    first, second = (page.extract_text() for page in PdfReader(brief.with_suffix(".pdf")).pages)
    assert ("Gambar\u00a01:" in first, "Tindak lanjut" in second) == (True, True)
    scenario = load_scenario(office / "sukamaju_posterior.yaml")
    assert (scenario.name, len(scenario.districts[0])) == ("sukamaju-calibrated", 148)
    assert scenario.sources["district.code"].startswith("assumed; ")
    assert "“Sukamaju, 5 Januari 2026”" in scenario.sources["villages.as_of"]
    pages = " ".join(paragraph.text for paragraph in Document(str(brief)).paragraphs)
    assert "Dari 148 Kampung KB, 3 belum diketahui statusnya pada akhir 2025" in pages
    assert "“Sukamaju, 5 Januari 2026”" in pages
    annex = Document(str(brief.with_name("annex.docx")))
    assert not any(".csv" in cell.text for table in annex.tables for row in table.rows for cell in row.cells)
    assert "dasar (53), mandiri (54)" in run("check", "sukamaju.yaml").stderr
    assert "bertentangan untuk tahun itu: dasar, mandiri." in run("explain", str(brief.parent), "Margo Jaya").stdout


@pytest.mark.slow
def test_a_copy_that_was_edited_keeps_its_name_and_another_number_is_told(run: Run, office: Path) -> None:
    """Whoever goes on from the cleaned copy finds it as it was left; the next one stands beside it."""
    assert run("start", "Data Kampung KB 2025.xlsx", "--yes", *FEW).returncode == 0
    (first,) = office.rglob("forecast.json")
    copy = office / "sukamaju_daftar.xlsx"
    book = load_workbook(copy)
    table = book.worksheets[0]
    table.delete_rows(3)
    header = [cell.value for cell in table[2]]
    status = table.cell(5, header.index("Klasifikasi 2025") + 1)
    status.value = "paripurna" if status.value != "paripurna" else "dasar"
    name = table.cell(5, header.index("Desa/Kelurahan") + 1).value
    book.save(copy)
    edited = copy.read_bytes()
    done = run("start", copy.name, "--yes", *FEW, "--json")
    assert told(done)["villages"] == 147
    assert copy.read_bytes() == edited
    assert (office / "sukamaju_daftar_2.xlsx").is_file()
    said = " ".join(done.stderr.split())
    assert "Sekarang 147 kampung, pada prakiraan terakhir skenario ini 148" in said
    changed = f"Kampung yang statusnya pada akhir 2025 berbeda dari {first.parent.name}: 1 ({name})."
    assert changed in said
    assert changed in (first.parent.parent / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_one_date_is_forecast_from_assumptions_and_a_programme_is_compared(run: Run, office: Path) -> None:
    """The file of answers of a first run, changed, leads to another answer; nothing is asked."""
    data = "Data Kampung KB 2025.xlsx"
    first = run("start", data, "--out", "hasil", *FEW)
    assert first.returncode == 2
    answers = office / "hasil" / "sukamaju_jawaban.yaml"
    assert str(answers.relative_to(office)) in first.stderr
    text = answers.read_text(encoding="utf-8").replace("programme: '-'", "programme: Penguatan Pokja")
    assert "# programme_villages: '8'" in text
    answers.write_text(
        text.replace("# programme_", "programme_").replace("target: 5%", "target: 0.1"), encoding="utf-8"
    )
    done = run("start", data, "--answers", answers, "--out", "hasil", *FEW, "--json")
    said = told(done)
    written = said["written"]
    assert "calibrated" not in written
    scenario = load_scenario(office / written["programme"])
    assert f"dibaca berbeda dari yang tertulis: {said['changes']}, " in scenario.sources["villages.table"]
    (plan,) = scenario.interventions
    assert (plan.name, plan.capacity, plan.starts, float(scenario.target.share)) == ("penguatan-pokja", 8, 2026, 0.1)
    (comparison,) = (office / "hasil").rglob("comparison.json")
    assert {one["name"] for one in json.loads(comparison.read_text(encoding="utf-8"))["scenarios"]} == {scenario.name}
    assert read_answers(answers)["programme"] == "Penguatan Pokja"


@pytest.mark.slow
def test_a_table_of_kabupaten_becomes_a_scenario_of_districts(run: Run, office: Path) -> None:
    """Each is judged by its own target; only the year, which the file does not say, is answered."""
    asked = run("start", "prov.xlsx", "--yes")
    assert asked.returncode == 2
    assert "Jumlah kampung dalam tabel adalah keadaan akhir tahun berapa?" in " ".join(asked.stderr.split())
    (office / "prov_jawaban.yaml").write_text("year: 2025\ntarget: 5%\n", encoding="utf-8")
    refused = run("forecast", "prov_jawaban.yaml")
    assert "ini berkas jawaban, bukan skenario" in refused.stderr
    assert "Ditemukan 1 masalah" in refused.stderr
    (office / "jawaban.yaml").write_text("year: 2025\n", encoding="utf-8")
    said = told(run("start", "prov.xlsx", "--yes", "--answers", "jawaban.yaml", *FEW, "--json"))
    assert (said["districts"], said["years"]) == (13, [2025])
    scenario = load_scenario(office / said["written"]["scenario"])
    assert [len(district) for district in scenario.districts] == list(range(119, 168, 4))
    assert scenario.title["id"] == "Kampung KB Kalimantan Contoh"
    assert Path(said["written"]["brief"]).name == "brief.pdf"


@pytest.mark.slow
def test_draws_of_another_calibration_are_not_written_over(run: Run, office: Path) -> None:
    """They bear the number of their calibration, and a scenario that was edited keeps its name."""
    columns = "KECAMATAN,DESA,KLASIFIKASI 2024,KLASIFIKASI 2025"
    rows = [f"K{i % 3},Desa {chr(65 + i)},dasar,{'dasar' if i % 4 else 'berkembang'}" for i in range(12)]
    for number, kept in enumerate((rows, rows[1:]), start=1):
        (office / "Kabupaten Banjar.csv").write_text("\n".join([columns, *kept]), encoding="utf-8")
        written = told(run("start", "Kabupaten Banjar.csv", "--yes", "--draws", 2, "--json"))["written"]
        draws = sorted(office.glob("banjar_posterior_*.parquet"))
        assert len(draws) == number
        assert load_scenario(office / written["calibrated"]).provenance.files
        if number == 1:
            assert written["calibrated"] == "banjar_posterior.yaml"
            before = {path.name: path.read_bytes() for path in [*draws, office / "banjar_posterior.yaml"]}
            with (office / "banjar_posterior.yaml").open("a", encoding="utf-8") as stream:
                stream.write("# dengan catatan\n")
    assert written["calibrated"] == "banjar_posterior_2.yaml"
    assert all((office / name).read_bytes().startswith(content) for name, content in before.items())


def test_without_a_terminal_the_questions_are_written_down(run: Run, office: Path) -> None:
    """A column that says no year, and nothing to propose: the question stands in the file that is named."""
    done = run("start", "tpl_nocodes.xlsx", "--yes")
    assert done.returncode == 2
    assert "tidak ada usulan untuk year/tpl_nocodes.xlsx/Kampung/status" in done.stderr
    (answers,) = office.glob("*_jawaban.yaml")
    assert read_answers(answers) == {"year/tpl_nocodes.xlsx/Kampung/status": ""}
    assert not list(office.glob("*.yaml.*"))


def test_a_map_beside_the_lists_is_named_by_the_scenario(tmp_path: Path) -> None:
    """The map lies beside the scenario, copied there where it comes from elsewhere."""
    out, given = tmp_path / "out", tmp_path / "daftar Contoh.csv"
    out.mkdir()
    given.write_text("Kode,Desa,Kecamatan,Status 2025\n99.01.01.2001,Anggrek 1,Anggrek,Dasar\n", encoding="utf-8")
    data, village_map = map_apart([given, ROOT / "tests" / "data" / "contoh_villages.geojson"])
    run = Start(Settings(lang="id", quiet=True), out, 1000, "proposals", village_map=village_map)
    asked = read_and_ask(run, data)
    assert isinstance(asked, OfDistrict)
    scenario = load_scenario(write_scenario(run, data, asked))
    assert scenario.village_map is not None
    assert {path.name for path in out.iterdir()} >= {"contoh_villages.geojson", run.files["scenario"].name}
