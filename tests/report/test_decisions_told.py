"""What drives the answer, and choices under every state of the world, told in both languages."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import simulation as kkb
from simulation.decision.robustness.analysis import Robustness, robustness
from simulation.decision.sensitivity.analysis import sensitivity
from simulation.decision.sensitivity.result import Driver, Sensitivity
from simulation.engine.ensemble import Effort
from simulation.inputs.scenario import Scenario, load_scenario
from simulation.report import plots
from simulation.report.language import LANGUAGES, language
from simulation.report.robustness import words as choices
from simulation.report.robustness.folder import robustness_folder, write_robustness
from simulation.report.robustness.record import robustness_record
from simulation.report.sensitivity import words as drivers
from simulation.report.sensitivity.folder import sensitivity_folder, write_sensitivity
from simulation.report.sensitivity.record import sensitivity_record

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pokja() -> Scenario:
    """Return a published overlay with one intervention."""
    return load_scenario(ROOT / "scenarios" / "tanah_laut_pokja.yaml")


@pytest.fixture(scope="module")
def analysed(pokja: Scenario) -> Sensitivity:
    """Return a small analysis of it."""
    return sensitivity(pokja, 16, 8, 3, workers=1)


@pytest.fixture(scope="module")
def tried(pokja: Scenario, tanah_laut: Scenario) -> Robustness:
    """Return a small choice."""
    return robustness([tanah_laut, pokja], 20, 10, 3)


def known(pokja: Scenario, effect_total: float | None) -> Sensitivity:
    """Return an analysis in which one parameter has nearly everything, and the effect so much."""
    interval = None if effect_total is None else (effect_total, effect_total)
    effect = Driver("pokja.odds_ratio_rise", 0.01, effect_total, effect_total, interval)
    rise = Driver("rise.dasar", 0.37, 0.52, 0.693, (0.6, 0.78))
    effort = Effort(48, 8)
    return Sensitivity(pokja, 2026, "batch", 0, effort, (), 0.8, 0.2, (rise, effect), 0.03, Effort(16, 8), None)


def test_the_record_has_the_keys_of_the_contract(analysed: Sensitivity) -> None:
    """Every uncertain parameter has an effect; those that were followed have shares, and an interval of the total."""
    record = sensitivity_record(analysed)
    assert record["method"] == "morris, sobol"
    assert set(record["parameters"]) == set(analysed.scenario.parameters.uncertain)
    for driver in record["parameters"].values():
        assert driver["mu_star"] >= 0
        assert (driver["first"] is None) == (driver["total"] is None) == (driver["interval90"] is None)
        if driver["total"] is not None:
            low, high = driver["interval90"]
            assert low <= driver["total"] <= high
    json.dumps(record, allow_nan=False)


def test_the_sentence_names_what_matters_with_its_share(pokja: Scenario) -> None:
    """Numbers as each language writes them."""
    verdict = sensitivity_record(known(pokja, None))["verdict"]
    assert "chance of rising from dasar in a year (69%)" in verdict["en"]
    assert "(69 %)" in verdict["id"]
    assert "pokja" not in verdict["en"]


def test_the_figure_names_one_unknown_only_where_one_matters(pokja: Scenario) -> None:
    """Else it names those that the sentence names."""
    one, two = (sensitivity_record(known(pokja, total)) for total in (0.02, 0.3))
    assert "hangs mostly on one unknown: chance of rising from dasar" in drivers.headline(language("en"), one)
    several = drivers.headline(language("en"), two)
    assert "hangs on several unknowns: chance of rising from dasar in a year; pokja" in several


@pytest.mark.parametrize(("effect_total", "told"), [(None, True), (0.02, True), (0.3, False)])
def test_effects_that_hardly_matter_are_said_to(pokja: Scenario, effect_total: float | None, told: bool) -> None:
    """Only then is a planner sent to look for other data first."""
    record = sensitivity_record(known(pokja, effect_total))
    sentence = "Knowing the effects of the interventions better would hardly narrow the chance"
    assert any(sentence in note for note in drivers.notes(language("en"), record)) == told


def test_nothing_is_named_where_nothing_varies_or_the_points_are_few(pokja: Scenario) -> None:
    """No driver of a chance that is the same everywhere, and none from shares that may be anything."""
    same = sensitivity_record(replace(known(pokja, None), sd=0.001, mean=0.9999))
    assert "whatever the uncertain parameters are" in same["verdict"]["en"]
    assert list(drivers.notes(language("en"), same)) == []
    wild = Driver("rise.dasar", 0.37, 1.4, 1.7, (0.3, 2.0))
    few = sensitivity_record(replace(known(pokja, None), drivers=(wild,)))
    assert "give more --draws" in few["verdict"]["en"]
    assert drivers.hardly(few) == []
    assert drivers.table(language("en"), few).rows[0][1:4] == ["100%", "100%", "30–100%"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_analysis_is_written_and_found_again(analysed: Sensitivity, code: str, tmp_path: Path) -> None:
    """Record, table and figure; a table in words has a row for every parameter."""
    folder = sensitivity_folder(analysed.scenario, Effort(16, 8), 3, "auto", None, tmp_path)
    record = write_sensitivity(folder, analysed)
    assert folder.read() == json.loads(json.dumps(record))
    with (folder.run.path / "sensitivity.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["parameter"] for row in csv.DictReader(stream)] == list(record["parameters"])
    assert len(drivers.table(language(code), record).rows) == len(record["parameters"])
    assert folder.add_figure(plots.sensitivity, record, code)
    assert not folder.lacks_figure(code)


def test_a_choice_is_written_and_found_again(tried: Robustness, tmp_path: Path) -> None:
    """Chances and regrets of every option in every state, in the record and as CSV."""
    folder = robustness_folder(tried.options, tried.effort, 3, None, tmp_path)
    record = write_robustness(folder, tried)
    assert folder.read() == json.loads(json.dumps(record))
    with (folder.run.path / "robustness.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == tried.chances.size
    found = np.array([float(row["probability_met"]) for row in rows]).reshape(len(tried.worlds), 2).T
    assert found == pytest.approx(tried.chances, abs=1e-6)


def test_both_are_saved_where_their_command_looks_for_them(
    analysed: Sensitivity, tried: Robustness, tmp_path: Path
) -> None:
    """The folder is named by what was asked for; a second time it is left as it is."""
    asked = sensitivity_folder(analysed.scenario, Effort(16, 8), 3, "auto", None, tmp_path)
    assert kkb.save(analysed, tmp_path) == asked.run.path
    assert not asked.lacks_figure("id")
    assert asked.read() == json.loads(json.dumps(sensitivity_record(analysed)))
    chosen = robustness_folder(tried.options, Effort(20, 10), 3, None, tmp_path)
    assert kkb.save(tried, tmp_path) == chosen.run.path
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert {kkb.save(analysed, tmp_path), kkb.save(tried, tmp_path)} == {asked.run.path, chosen.run.path}
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_state_has_a_name_and_a_row_in_both_tables(tried: Robustness, code: str) -> None:
    """The chances end with the mean, the regrets with the largest."""
    record = robustness_record(tried)
    chances, regrets = choices.tables(language(code), record)
    assert len(chances.rows) == len(regrets.rows) == len(tried.worlds) + 1
    largest = [float(cell.replace(",", ".")) for cell in regrets.rows[-1][1:]]
    assert largest == pytest.approx(100 * tried.largest_regrets, abs=0.0501)


def test_the_sentence_tells_apart_one_best_option_two_and_none(tried: Robustness) -> None:
    """Best on average and least regretted may be one option, two, or no matter."""
    record = robustness_record(tried)
    one, other = (dict(option) for option in record["options"])
    one |= {"name": "a", "title": {}, "mean_probability_met": 0.5, "largest_regret": 0.2}
    other |= {"name": "b", "title": {}, "mean_probability_met": 0.55, "largest_regret": 0.3}
    made = record | {"options": [one, other], "best_on_average": "b"}
    said = choices.verdict(language("en"), made | {"least_regretted": "a"})
    assert "“b” is the best on average (55%); “a” is the one least regretted" in said
    assert "at worst it is 20.0 percentage points below the best, the other 30.0" in said
    assert "also the one least regretted" in choices.verdict(language("en"), made | {"least_regretted": "b"})
    never = made | {"options": [one, other | {"largest_regret": 0.0}], "least_regretted": "b"}
    assert choices.verdict(language("en"), never) == "“b” is the best in every state of the world (55% on average)."
    tied = made | {"options": [one | {"largest_regret": 0.004}, other | {"largest_regret": 0.0}]}
    assert "No scenario is clearly better" in choices.verdict(language("en"), tied | {"least_regretted": "b"})


def test_a_choice_says_what_each_option_costs(tried: Robustness) -> None:
    """For all its years, in every verdict, where a cost is stated at all."""
    assert "Cost in" not in robustness_record(tried)["verdict"]["en"]
    said = robustness_record(replace(tried, costs=(0.0, 1250.0)))["verdict"]
    first, last = (tried.options[0].years[end] for end in (0, -1))
    assert f"Cost in {first}–{last}, million rupiah: " in said["en"]
    assert said["en"].endswith("” 1,250.")
    assert said["id"].endswith("” 1.250.")
