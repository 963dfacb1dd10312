"""From a list of two dates to a forecast that rests on it, with two commands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import ROOT, Run, from_outside
from learning_example import TRUTH, WORKBOOK
from openpyxl import Workbook

from simulation.inputs.scenario import Scenario, load_scenario
from simulation.report import plots
from simulation.report.codec import decode
from simulation.report.kinds.calibration import CalibrationResult
from simulation.report.language import LANGUAGES, language

EXAMPLE = ROOT / "scenarios" / "contoh_belajar.yaml"
SCENARIO = """\
schema: 1
name: belajar
district: {code: "63.01", name: Kabupaten Contoh}
origin: 2025
horizon: 2
villages: {table: daftar.xlsx, sheet: "2025"}
transition:
  rise: {dasar: {logit_normal: {mean: -2, sd: 1}}}
  fall: 0
  village_sd: 0
sources: {transition.rise.dasar: "assumed; kira-kira"}
"""
VILLAGES, ROSE = 40, 12


def lay_out(folder: Path, years: tuple[int, ...] = (2024, 2025)) -> None:
    """Write a scenario, and a workbook of a list for each year in which 12 of 40 villages rise in the last."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for year in years:
        sheet = book.create_sheet(str(year))
        sheet.append(["Daftar kampung"])
        sheet.append(["Kode Desa", "Desa", "Kecamatan", "Klasifikasi"])
        for i in range(VILLAGES):
            status = "Berkembang" if year == 2025 and i < ROSE else "Dasar"
            sheet.append([f"63.01.01.{2000 + i}", f"Desa {i}", "Takisung", status])
    book.save(folder / "daftar.xlsx")
    (folder / "belajar.yaml").write_text(SCENARIO, encoding="utf-8")


def kept(folder: Path, scenario: str) -> Any:
    """Return the only calibration of a scenario below a folder, as data."""
    (path,) = folder.glob(f"results/{scenario}/*/calibration.json")
    return json.loads(path.read_text(encoding="utf-8"))


OPTIONS = ("calibrate", "daftar.xlsx", "--scenario", "belajar.yaml", "--draws", 100, "--seed", 7)


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which `OPTIONS` were run, for the tests that ask more of the same calibration."""
    folder = tmp_path_factory.mktemp("calibrated")
    lay_out(folder)
    assert from_outside(*OPTIONS, cwd=folder).returncode == 0
    return folder


@pytest.fixture
def again(run: Run, tmp_path: Path, calibrated: Path) -> Run:
    """Return a function that runs `OPTIONS`, and more, where they were run before: the calibration is found."""
    shutil.copytree(calibrated, tmp_path, dirs_exist_ok=True)
    return lambda *more: run(*OPTIONS, *more)


@pytest.mark.slow
def test_a_list_in_excel_becomes_a_calibrated_forecast_with_two_commands(run: Run, again: Run) -> None:
    """The second command is the one that the first names; its forecast says on what data it rests."""
    learned = again("--lang", "en")
    assert learned.returncode == 0, learned.stderr
    assert "calibrated on data (statuses" in learned.stdout
    command = (
        learned.stdout.rpartition("Forecast with this calibration: kampungkb ")[2].partition("All of it")[0].split()
    )
    forecast = run(*command, "--draws", 20, "--replicates", 2, "--no-figures", "--json")
    assert forecast.returncode == 0, forecast.stderr
    assert json.loads(forecast.stdout)["basis"] == ["panel"]


@pytest.mark.slow
def test_inherited_values_give_way_to_what_was_learned(calibrated: Path) -> None:
    """The prior of the scenario stands in its file still; the scenario that uses the draws says estimated."""
    prior, posterior = (load_scenario(calibrated / name) for name in ("belajar.yaml", "belajar_posterior.yaml"))
    assert prior.sources["transition.rise.dasar"] == "assumed; kira-kira"
    assert posterior.sources["transition.rise.dasar"] == "estimated; parameters_from"
    assert posterior.parameters.scalars["village_sd"] == prior.parameters.scalars["village_sd"]
    assert abs(_mean(posterior) - ROSE / VILLAGES) < abs(_mean(prior) - ROSE / VILLAGES)


def _mean(scenario: Scenario) -> float:
    return float(scenario.parameters.draw(0, 400).rise[:, 0].mean())


@pytest.mark.slow
def test_the_answer_as_data_is_that_of_the_contract(again: Run, tmp_path: Path) -> None:
    """Basis, draws, effective sample size, prior and posterior of every uncertain parameter, warnings."""
    done = again("--out", "hasil.parquet", "--json")
    answer = json.loads(done.stdout)
    assert answer["basis"] == ["panel"]
    assert answer["draws"] == 100
    assert 2 < answer["effective_sample_size"] <= 100
    rise = answer["parameters"]["rise.dasar"]
    assert rise.keys() >= {"prior", "posterior", "prior_variance_left"}
    assert rise["posterior"].keys() == {"median", "interval90"}
    low, high = rise["posterior"]["interval90"]
    assert 0 < low < rise["posterior"]["median"] < high < 1
    assert 0 < rise["prior_variance_left"] < 1
    assert "fall" not in answer["parameters"]
    assert all(warning["kind"] for warning in answer["warnings"])
    assert kept(tmp_path, "belajar") == answer
    assert {path.name for path in tmp_path.glob("hasil*")} == {"hasil.parquet", "hasil.yaml"}
    (folder,) = (tmp_path / "results" / "belajar").glob("*/")
    assert (folder / "posterior.parquet").read_bytes() == (tmp_path / "hasil.parquet").read_bytes()
    assert {path.name for path in (folder / "figures").iterdir()} == {"posterior_id.svg", "posterior_id.png"}
    assert "--force" in done.stderr


@pytest.mark.slow
def test_without_data_nothing_is_written_over(run: Run, again: Run, tmp_path: Path) -> None:
    """No file, or no kind of data left, is refused before anything is computed: what was learned before stays."""
    draws = (tmp_path / "belajar_posterior.parquet").read_bytes()
    for left_out in (run("calibrate", "--scenario", "belajar.yaml"), again("--without", "panel")):
        assert left_out.returncode == 2
    assert (tmp_path / "belajar_posterior.parquet").read_bytes() == draws


@pytest.mark.slow
@pytest.mark.parametrize("code", LANGUAGES)
def test_the_record_is_told_and_drawn_in_both_languages(again: Run, tmp_path: Path, code: str) -> None:
    """Every sentence of the answer is in the language asked for, notes of reading included."""
    done = again("--verbose", "--lang", code)
    told = language(code)
    basis = told.say("chances of rising and falling calibrated on data ({blocks}).", blocks="").removesuffix("().")
    assert basis in done.stdout.replace("\n  ", " ")
    assert ("keadaan akhir 2024" in done.stderr) == (code == "id")
    notes = done.stderr.splitlines()
    assert len(notes) == len(set(notes))
    result = decode(kept(tmp_path, "belajar"), CalibrationResult)
    shown = [text.get_text() for axes in plots.posterior(result, code).axes for text in axes.texts]
    assert told.percent(result.parameters["rise.dasar"].prior_variance_left) in shown


def test_one_year_is_refused_with_what_to_add(run: Run, tmp_path: Path) -> None:
    """Exit code 2, and nothing is written."""
    lay_out(tmp_path, (2025,))
    done = run("calibrate", "daftar.xlsx", "--scenario", "belajar.yaml", "--lang", "en")
    assert done.returncode == 2
    assert "statuses of one year alone cannot be used" in done.stderr
    assert list(tmp_path.glob("*posterior*")) == []


@pytest.mark.slow
def test_the_example_leads_back_to_the_chances_behind_it(run: Run, tmp_path: Path) -> None:
    """The chance behind the lists lies in the 99% interval of 100 draws of each parameter that they narrow by half."""
    (tmp_path / "data").mkdir()
    shutil.copy(EXAMPLE, tmp_path)
    shutil.copy(WORKBOOK, tmp_path / "data")
    done = run("calibrate", "data/contoh_belajar_daftar.xlsx", "--scenario", EXAMPLE.name, "--draws", 100)
    assert done.returncode == 0, done.stderr
    record = kept(tmp_path, "contoh-belajar")
    assert record["basis"] == ["panel", "launch_years"]
    scalars = load_scenario(tmp_path / "contoh_belajar_posterior.yaml").parameters.scalars
    halved = [name for name, known in record["parameters"].items() if known["prior_variance_left"] < 0.5]
    assert {"rise.dasar", "rise.berkembang"} <= set(halved)
    for name in halved:
        low, high = scalars[name].quantile(np.array([0.005, 0.995]))
        assert low < TRUTH[name] < high, name
