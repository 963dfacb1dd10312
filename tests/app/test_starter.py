"""The starter scenario that ``new`` writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from simulation.app.cli import app
from simulation.app.starter import write_starter
from simulation.inputs.problems import KampungError
from simulation.inputs.scenario import load_scenario
from simulation.report.language import LANGUAGES, language

OPTIONAL = re.compile(r"^( *)# ( *(?:- )?[a-z_]+:)", re.MULTILINE)
"""A line to be used by taking its sign away; explanations begin with a capital or hold no key."""


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_starter_loads_at_once(tmp_path: Path, code: str) -> None:
    """Scenario and table are a whole scenario of one village with a known status, in the reader's language."""
    written = write_starter(tmp_path / "new" / "kampung-baru", language(code))
    loaded = load_scenario(written[0])
    names = ["kampung-baru.yaml", "kampung-baru_villages.csv", "kampung-baru_villages.xlsx"]
    assert [path.name for path in written] == names
    assert (loaded.name, loaded.language) == ("kampung-baru", code)
    assert loaded.districts[0].status is not None


def name_the_workbook(scenario: Path, table: Path, workbook: Path) -> None:
    """Write the workbook in place of the CSV into a scenario."""
    text = scenario.read_text(encoding="utf-8")
    assert workbook.name in text
    scenario.write_text(text.replace(f"table: {table.name}", f"table: {workbook.name}"), encoding="utf-8")


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_workbook_of_a_starter_holds_the_same_table(tmp_path: Path, code: str) -> None:
    """Named in place of the CSV, with its sheet of explanations, it gives the same village."""
    written = write_starter(tmp_path / "coba", language(code))
    before = load_scenario(written[0])
    name_the_workbook(*written)
    after = load_scenario(written[0])
    (old,), (new,) = before.districts, after.districts
    assert (new.codes, new.names, new.subdistricts) == (old.codes, old.names, old.subdistricts)
    assert new.columns["launch_year"].tolist() == old.columns["launch_year"].tolist() == [2022]
    assert after.notes == ()


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_workbook_of_a_starter_helps_to_fill_it_in(tmp_path: Path, code: str) -> None:
    """Codes stay text, the levels are offered in a list, and a second sheet explains every column."""
    path = write_starter(tmp_path / "coba", language(code))[2]
    sheet, readme = load_workbook(path).worksheets
    assert sheet["A2"].number_format == sheet.column_dimensions["A"].number_format == "@"
    (offered,) = sheet.data_validations.dataValidation
    assert offered.formula1 == '"dasar,berkembang,mandiri,paripurna"'
    assert [cell in offered.sqref for cell in ("D1", "D2", "D500")] == [False, True, True]
    assert sheet.max_row == 2
    explained = [row[0] for row in readme.iter_rows(min_row=4, max_row=8, values_only=True)]
    assert explained == [cell.value for cell in sheet[1]]
    text = " ".join(str(cell) for row in readme.iter_rows(values_only=True) for cell in row if cell)
    assert "coba.yaml: table: coba_villages.xlsx" in text


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_workbook_filled_in_goes_to_a_forecast(tmp_path: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows below the example, a covariate beside them, levels as people write them: check and forecast take it."""
    written = write_starter(tmp_path / "coba", language(code))
    name_the_workbook(*written)
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
    path, table, _ = write_starter(tmp_path / "coba", language(code))
    text, opened = OPTIONAL.subn(r"\1\2", path.read_text(encoding="utf-8"))
    assert opened == 15
    path.write_text(text, encoding="utf-8")
    rows = [re.split("[,;]", line) for line in table.read_text(encoding="utf-8").splitlines()]
    place = rows[0].index("status")
    table.write_text("\n".join(",".join(row[:place] + row[place + 1 :]) for row in rows), encoding="utf-8")
    scenario = load_scenario(path)
    assert [plan.name for plan in scenario.interventions] == ["pokja"]
    assert scenario.parameters.scalars["fall"].fixed
    assert scenario.districts[0].status_counts is not None
    assert scenario.document["villages"]["as_of"] == "2025-12-31"


@pytest.mark.parametrize("there", ["coba.yaml", "coba_villages.csv", "coba_villages.xlsx"])
def test_a_starter_overwrites_nothing(tmp_path: Path, there: str) -> None:
    """Where one of its files is there already, none is written."""
    (tmp_path / there).write_text("mine")
    with pytest.raises(KampungError, match="left as it is"):
        write_starter(tmp_path / "coba", language("en"))
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


@pytest.mark.parametrize("name", ["A", "a" * 61, "-x", "x\n", "..", "x.y"])
def test_a_starter_needs_a_name_that_can_be_one(tmp_path: Path, name: str) -> None:
    """Another name is refused and nothing is written."""
    with pytest.raises(KampungError, match="no name for a scenario"):
        write_starter(tmp_path / "below" / name, language("en"))
    assert list(tmp_path.iterdir()) == []
