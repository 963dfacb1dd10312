"""The starter scenario that ``new`` writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from simulation.app.cli import app
from simulation.app.commands.new import write_starter
from simulation.domain.messages import Refusal
from simulation.domain.status_knowledge import DistrictCounts, KnownStatuses
from simulation.inputs.scenario import load_scenario
from simulation.report.language import LANGUAGES

OPTIONAL = re.compile(r"^( *)# ( *(?:- )?[a-z_]+:)", re.MULTILINE)
"""A line to be used by taking its sign away; explanations begin with a capital or hold no key."""


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_starter_loads_at_once(tmp_path: Path, code: str) -> None:
    """Scenario and table are a whole scenario of one village with a known status, in the reader's language."""
    written = write_starter(tmp_path / "new" / "kampung-baru", code)
    loaded = load_scenario(written[0])
    names = ["kampung-baru.yaml", "kampung-baru_villages.csv", "kampung-baru_villages.xlsx"]
    assert [path.name for path in written] == names
    assert (loaded.name, loaded.language) == ("kampung-baru", code)
    assert isinstance(loaded.districts[0].known, KnownStatuses)


def name_the_csv(scenario: Path, table: Path, workbook: Path) -> None:
    """Write the CSV in place of the workbook into a scenario."""
    text = scenario.read_text(encoding="utf-8")
    assert f"table: {workbook.name}" in text
    scenario.write_text(text.replace(f"table: {workbook.name}", f"table: {table.name}"), encoding="utf-8")


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_starter_reads_its_workbook_or_its_csv_which_hold_the_same(tmp_path: Path, code: str) -> None:
    """The workbook, with its sheet of explanations, is what it names; the CSV in its place gives the same village."""
    written = write_starter(tmp_path / "coba", code)
    before = load_scenario(written[0])
    assert before.provenance.table.startswith(str(written[2]))
    name_the_csv(*written)
    after = load_scenario(written[0])
    assert after.provenance.table == str(written[1])
    (old,), (new,) = before.districts, after.districts
    assert (new.codes, new.names, new.subdistricts) == (old.codes, old.names, old.subdistricts)
    assert new.columns["launch_year"].tolist() == old.columns["launch_year"].tolist() == [2022]
    assert after.provenance.notes == before.provenance.notes


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_still_as_in_the_starter_is_noted_and_its_source_left_out(tmp_path: Path, code: str) -> None:
    """Title, source, example village and district are named in one note until they are replaced."""
    path, _, workbook = write_starter(tmp_path / "coba", code)
    scenario = load_scenario(path)
    (note,) = scenario.provenance.notes
    keys = "title, sources.villages.table, villages.table (99.01.01.2001 Contoh Satu), district"
    assert str(note) == f"example entries not yet replaced by your own: {keys}"
    assert "villages.table" not in scenario.sources
    book = load_workbook(workbook)
    book.worksheets[0]["B2"] = "Benua"
    book.save(workbook)
    text = path.read_text(encoding="utf-8")
    for old, new in (("Judul skenario", "Pokja"), ("Title of the scenario", "Pokja"), (" sini", ""), (" here", "")):
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    scenario = load_scenario(path)
    assert scenario.provenance.notes == ()
    assert scenario.sources["villages.table"].startswith("stated; ")


@pytest.mark.parametrize("given", [True, False])
def test_an_effect_of_the_starter_is_noted_until_it_has_a_source(tmp_path: Path, given: bool) -> None:
    """Its numbers may be right; then a source says so."""
    path, *_ = write_starter(tmp_path / "coba", "en")
    text = path.read_text(encoding="utf-8")
    head, plans, sources = text.partition("# interventions:")[0], *text.partition("# interventions:")[1:]
    opened = re.sub(r"^# ", "", plans + sources.partition("\n\n")[0], flags=re.MULTILINE)
    more = "  interventions.pokja.odds_ratio_rise: assumed; judged by the agency\n" if given else ""
    path.write_text(f"{head}{opened}\nsources:\n  villages.table: stated; agency\n{more}", encoding="utf-8")
    (note,) = load_scenario(path).provenance.notes
    assert ("interventions.pokja.odds_ratio_rise, interventions.pokja.cost_idr_million" in str(note)) == (not given)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_second_scenario_of_a_starter_loads_as_a_file_of_its_own(tmp_path: Path, code: str) -> None:
    """Its lines, saved under the name that is given, extend the starter by an intervention, a name and a title."""
    path, *_ = write_starter(tmp_path / "coba", code)
    lines = [line[3:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    overlay = path.with_name("coba-pokja.yaml")
    overlay.write_text("\n".join(lines), encoding="utf-8")
    base, scenario = load_scenario(path), load_scenario(overlay)
    assert (scenario.name, [plan.name for plan in scenario.interventions]) == ("coba-pokja", ["pokja"])
    assert scenario.title != base.title
    assert scenario.provenance.table == base.provenance.table


def rows_of(table: Path) -> list[list[str]]:
    """Return the cells of a CSV table."""
    return [re.split("[,;]", line) for line in table.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_workbook_of_a_starter_helps_to_fill_it_in(tmp_path: Path, code: str) -> None:
    """Codes stay text, the levels are offered in a list, and a second sheet explains every column."""
    path = write_starter(tmp_path / "coba", code)[2]
    sheet, readme = load_workbook(path).worksheets
    assert sheet["A2"].number_format == sheet.column_dimensions["A"].number_format == "@"
    (offered,) = sheet.data_validations.dataValidation
    assert offered.formula1 == '"dasar,berkembang,mandiri,paripurna"'
    assert [cell in offered.sqref for cell in ("D1", "D2", "D500")] == [False, True, True]
    assert sheet.max_row == 2
    explained = [row[0] for row in readme.iter_rows(min_row=4, max_row=8, values_only=True)]
    assert explained == [cell.value for cell in sheet[1]]
    assert [[str(cell.value) for cell in row] for row in sheet.iter_rows(max_col=5)] == rows_of(
        path.with_suffix(".csv")
    )
    text = " ".join(str(cell) for row in readme.iter_rows(values_only=True) for cell in row if cell)
    assert all(word in text for word in ("Berkelanjutan", "covariates", "kampungkb check"))


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_workbook_filled_in_goes_to_a_forecast(tmp_path: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows below the example, a covariate beside them, levels as people write them: check and forecast take it."""
    written = write_starter(tmp_path / "coba", code)
    book = load_workbook(written[2])
    sheet = book.worksheets[0]
    sheet["F1"], sheet["F2"] = "Jarak", 4.5
    for i, level in enumerate(("Dasar", "MANDIRI", "Berkelanjutan"), start=2):
        sheet.append([f"99.01.01.{i:04d}", f"Kampung {i}", "Contoh Selatan", level, 2018 + i, i / 4])
    book.save(written[2])
    assert load_scenario(written[0]).districts[0].columns["Jarak"].tolist() == [0.5, 0.75, 1, 4.5]
    monkeypatch.chdir(tmp_path)
    effort = ["--draws", "4", "--replicates", "2", "--workers", "1", "--no-figures", "--quiet"]
    for command in (["check", "coba.yaml"], ["forecast", "coba.yaml", *effort]):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, done.output


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_optional_lines_of_a_starter_load_too(tmp_path: Path, code: str) -> None:
    """Whoever takes all signs away, and the status column out of the table, gets a scenario that loads."""
    path, table, workbook = write_starter(tmp_path / "coba", code)
    name_the_csv(path, table, workbook)
    text, opened = OPTIONAL.subn(r"\1\2", path.read_text(encoding="utf-8"))
    assert opened == 20
    path.write_text(text, encoding="utf-8")
    rows = rows_of(table)
    place = rows[0].index("status")
    (covariate,) = re.findall(r"covariates: {([a-z_]+):", text)
    rows = [[*row[:place], *row[place + 1 :], more] for row, more in zip(rows, [covariate, "2.5"], strict=True)]
    table.write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    scenario = load_scenario(path)
    assert [plan.name for plan in scenario.interventions] == ["pokja"]
    assert scenario.parameters.scalars["fall"].fixed
    assert scenario.parameters.covariates == (covariate,)
    assert isinstance(scenario.districts[0].known, DistrictCounts)
    assert scenario.document["villages"]["as_of"] == "2025-12-31"


@pytest.mark.parametrize("there", ["coba.yaml", "coba_villages.csv", "coba_villages.xlsx"])
def test_a_starter_overwrites_nothing(tmp_path: Path, there: str) -> None:
    """Where one of its files is there already, none is written."""
    (tmp_path / there).write_text("mine")
    with pytest.raises(Refusal, match="left as it is"):
        write_starter(tmp_path / "coba", "en")
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


@pytest.mark.parametrize("name", ["A", "a" * 61, "-x", "x\n", "..", "x.y", "con", "lpt1.yaml"])
def test_a_starter_needs_a_name_that_can_be_one(tmp_path: Path, name: str) -> None:
    """Another name is refused and nothing is written."""
    with pytest.raises(Refusal, match=r"not a valid scenario name|systems reserve this name"):
        write_starter(tmp_path / "below" / name, "en")
    assert list(tmp_path.iterdir()) == []
