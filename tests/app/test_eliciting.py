"""Asking experts: from the workbook, filled in, to a scenario that is checked and forecast."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from simulation.app.cli import app
from simulation.inputs.scenario import load_scenario
from simulation.report.language import LANGUAGES

SCENARIOS = Path(__file__).parents[2] / "scenarios"
BOTH = [
    {"usual.dasar": (1, 2, 4), "usual.mandiri": (4, 7, 10), "good.dasar": (2, 3, 6), "with.pokja.dasar": (1, 3, 5)},
    {"usual.dasar": (0, 1, 2), "fall": (0, 0, 1)},
]
CONTRADICTORY = {
    "usual.dasar": (1, 3, 4), "usual.berkembang": (5, 2, 4), "usual.mandiri": (1, 6, 5), "good.dasar": (2, 4, 5),
    "good.berkembang": (1, 2, 21), "with.pokja.dasar": (1, 2, 4), "fall": (0, None, 2),
}  # fmt: skip
Answers = Mapping[str, tuple[int | None, ...]]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the scenarios of the repository, where commands run."""
    copytree(SCENARIOS, tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path / "scenarios")
    return tmp_path / "scenarios"


def run(*typed: str, code: int = 0) -> str:
    """Return what a command prints."""
    done = CliRunner().invoke(app, list(typed))
    assert done.exit_code == code, done.output
    return done.stderr if code else done.stdout


def asked(lang: str, *experts: Answers, names: tuple[str, ...] = ("Siti", "Rina")) -> Path:
    """Return a workbook that asks, as experts fill it in."""
    (written,) = json.loads(run("elicit", "tanah_laut_pokja.yaml", "--json", "--lang", lang))["written"]
    book = load_workbook(written)
    for sheet, answers, name in zip(book.worksheets, experts, names, strict=False):
        sheet["B2"], sheet["B4"] = name, "2026-11-20"
        for row in sheet.iter_rows(min_row=10):
            for cell, number in zip(row[1:4], answers.get(str(row[4].value), ()), strict=False):
                cell.value = number
    book.save("isi.xlsx")
    return Path("isi.xlsx")


@pytest.mark.slow
@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_answers_become_a_scenario_that_states_its_experts(lang: str) -> None:
    """What was answered is a prior by estimate, with how many and when in both languages; all else stays as it was."""
    told = json.loads(run("elicit", "tanah_laut_pokja.yaml", str(asked(lang, *BOTH)), "--lang", lang, "--json"))
    overlay, _, png = told["written"]
    before, after = load_scenario("tanah_laut_pokja.yaml"), load_scenario(overlay)
    were = before.parameters.scalars
    changed = {key for key, value in after.parameters.scalars.items() if were[key] != value}
    assert changed == {"rise.dasar", "rise.mandiri", "year_sd", "fall", "pokja.odds_ratio_rise"}
    assert set(told["unanswered"]) == {"transition.rise.berkembang"}
    said = "estimated from experts; 2 orang, 20 November 2026 // 2 in all, 20 November 2026"
    assert after.sources["transition.rise.dasar"] == said
    assert after.sources["transition.fall_skip.mandiri"].startswith("assumed; seperti sebelumnya, ")
    assert [*told["parameters"]["transition.fall"]["experts"]] == ["Rina"]
    assert Path(png).stat().st_size > 10_000
    assert run("check", overlay)


@pytest.mark.slow
@pytest.mark.usefixtures("desk")
def test_a_scenario_of_experts_is_forecast() -> None:
    """The forecast of it runs, its chance differs from that of the default priors, and it names the experts."""
    run("elicit", "tanah_laut_pokja.yaml", str(asked("id", *BOTH)), "--lang", "id")
    chances = []
    for name in ("tanah_laut_pokja.yaml", "tanah_laut_pokja_ahli.yaml"):
        done = json.loads(run("forecast", name, "--draws", "100", "--replicates", "5", "--no-figures", "--json"))
        chances.append(done["districts"][0]["years"][0]["probability_met"])
    assert chances[0] != chances[1]
    told = run("forecast", name, "--draws", "100", "--replicates", "5", "--no-figures", "--verbose", "--lang", "id")
    assert told.count("ditaksir ahli") == 5


@pytest.mark.usefixtures("desk")
def test_every_contradiction_is_told_with_its_cell() -> None:
    """All at once: order, good below usual, with below without, beyond twenty, only some of three."""
    said = run("elicit", "tanah_laut_pokja.yaml", str(asked("id", CONTRADICTORY)), "--lang", "id", code=2)
    cells = [
        line.rpartition("(sel ")[2].rstrip(")") for line in said.splitlines() if not line.startswith((" ", "Ditemukan"))
    ]
    assert cells == ["D12", "C13", "B14", "D15", "C17", "C18"]


@pytest.mark.usefixtures("desk")
def test_a_sheet_without_a_name_and_a_name_on_two_sheets_are_told() -> None:
    """Experts are told apart by their names."""
    same = run(
        "elicit", "tanah_laut_pokja.yaml", str(asked("en", *BOTH, names=("Siti", "Siti"))), "--lang", "en", code=2
    )
    none = run("elicit", "tanah_laut_pokja.yaml", str(asked("en", *BOTH, names=("Siti", ""))), "--lang", "en", code=2)
    assert "column Name (cell B2)" in same
    assert "column Name (cell B2)" in none
    assert "another sheet has answers by this name" in same
    assert "nothing says whose answers these are" in none


def test_a_scenario_whose_priors_are_weighed_by_data_is_refused(desk: Path) -> None:
    """Experts are asked first; a launch history can be added to the scenario that results."""
    (desk / "lain.yaml").write_text("extends: tanah_laut.yaml\nname: lain\nlaunches: national\n", encoding="utf-8")
    assert "add launches to it" in run("elicit", "lain.yaml", "--lang", "en", code=2)


@pytest.mark.usefixtures("desk")
def test_a_workbook_that_was_filled_in_is_left_as_it_is() -> None:
    """What was filled in stays; the new workbook lies beside it."""
    filled = asked("en", *BOTH)
    filled.replace("tanah_laut_pokja_questions.xlsx")
    (written,) = json.loads(run("elicit", "tanah_laut_pokja.yaml", "--json", "--lang", "en"))["written"]
    assert written == "tanah_laut_pokja_questions_2.xlsx"
