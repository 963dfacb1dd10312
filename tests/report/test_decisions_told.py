"""What drives the answer, and choices under every state of the world, told in both languages."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook

import simulation as kkb
from simulation.decision.robustness import Robustness, robustness
from simulation.decision.sensitivity import Driver, Sensitivity, sensitivity
from simulation.engine.effort import Effort
from simulation.inputs.scenario import Scenario, load_scenario
from simulation.report.codec import encoded, rounded_as_kept
from simulation.report.document.blocks import On, Table
from simulation.report.document.xlsx import HEADER, write_xlsx
from simulation.report.kinds import robustness as choices
from simulation.report.kinds import sensitivity as drivers
from simulation.report.kinds.kind import Source, Work
from simulation.report.kinds.question import Question
from simulation.report.kinds.registry import KINDS, kind_of
from simulation.report.language import LANGUAGES, language
from simulation.report.store.folder import find
from simulation.report.store.making import Place

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
    drivers = {
        "rise.dasar": Driver(0.37, 0.52, 0.693, (0.6, 0.78)),
        "pokja.odds_ratio_rise": Driver(0.01, effect_total, effect_total, interval),
    }
    return Sensitivity(
        scenario=pokja, year=2026, engine="batch", seed=0, points=48, replicates=8, mean=0.8,
        sd=0.2, interplay=0.48, parameters=drivers, rest=0.03, asked_effort=Effort(16, 8), asked_engine=None,
    )  # fmt: skip


def kept(found: object) -> Any:
    """Return the typed result as it is read back from a file."""
    return rounded_as_kept(kind_of(found).result(found))


def verdicts(found: object) -> dict[str, str]:
    """Return the sentence that answers the question, in each language."""
    document = kind_of(found).document
    return {
        code: next(block.text for block in document(kept(found), language(code), Source()).blocks) for code in LANGUAGES
    }


def test_the_result_has_the_keys_of_the_contract(analysed: Sensitivity) -> None:
    """Every uncertain parameter has an effect; those that were followed have shares, and an interval of the total."""
    result = kept(analysed)
    assert result.method == "morris, sobol"
    assert set(result.parameters) == set(analysed.scenario.parameters.uncertain)
    for shares in result.parameters.values():
        assert shares.mu_star >= 0
        assert (shares.first is None) == (shares.total is None) == (shares.interval90 is None)
        if shares.total is not None:
            low, high = shares.interval90
            assert low <= shares.total <= high
    assert {"method", "parameters"} <= set(json.loads(b"".join(encoded(result))))


def test_the_sentence_names_what_matters_with_its_share(pokja: Scenario) -> None:
    """Numbers as each language writes them."""
    verdict = verdicts(known(pokja, None))
    assert "chance of rising from dasar in a year (69% of the uncertainty)" in verdict["en"]
    assert "(andil 69%)" in verdict["id"]
    assert "pokja" not in verdict["en"]
    assert "in a year (69% of the uncertainty); stronger working groups (Pokja): " in verdicts(known(pokja, 0.3))["en"]


def test_what_was_calibrated_sends_to_the_data_that_would_narrow_it(pokja: Scenario) -> None:
    """A brief does not name parameters that nobody can ask for; a part above its whole is error."""
    one = Driver(0.0, 0.93, 0.88, (0.8, 0.95))
    found = replace(known(pokja, None), parameters={drivers.CALIBRATED: one})
    document = kind_of(found).document(kept(found), language("en"), Source())
    assert document.shown(On.DATA) == []
    told = " ".join(drivers.notes(language("en"), kept(found)))
    assert "Which data would narrow them, the brief says" in told
    assert "A share alone is never larger" in told
    other = kind_of(found).document(kept(known(pokja, 0.3)), language("en"), Source())
    assert len(other.shown(On.DATA)) == 1
    assert "A share alone" not in " ".join(drivers.notes(language("en"), kept(known(pokja, 0.3))))


@pytest.mark.parametrize(("effect_total", "told"), [(None, True), (0.02, True), (0.3, False)])
def test_effects_that_hardly_matter_are_said_to(pokja: Scenario, effect_total: float | None, told: bool) -> None:
    """Only then is a planner sent to look for other data first."""
    result = kept(known(pokja, effect_total))
    sentence = "Knowing the effects of the interventions better would hardly narrow the range of the chance"
    assert any(sentence in note for note in drivers.notes(language("en"), result)) == told


def test_nothing_is_named_where_nothing_varies_or_the_points_are_few(pokja: Scenario) -> None:
    """No driver of a chance that is the same everywhere, and none from shares that may be anything."""
    same = replace(known(pokja, None), sd=0.001, mean=0.9999)
    still = {name: replace(one, mu_star=0.001) for name, one in same.parameters.items()}
    assert "give more --draws" in verdicts(same)["en"]
    same = replace(same, parameters=still)
    assert "under all assumptions tried" in verdicts(same)["en"]
    assert list(drivers.notes(language("en"), kept(same))) == []
    wild = Driver(0.37, 1.4, 1.7, (0.3, 2.0))
    few = replace(known(pokja, None), parameters={"rise.dasar": wild})
    assert "give more --draws" in verdicts(few)["en"]
    assert drivers.hardly_matters(kept(few)) == []
    table = drivers.shares_table(language("en"), kept(few))
    assert table.as_text(language("en")).rows[0][1:4] == ["100%", "100%", "30–100%"]


@pytest.mark.parametrize("found", ["analysed", "tried"])
def test_an_answer_is_saved_found_again_and_read_back(
    found: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Result, table and figure in the folder that the question names; a second time it is left as it is."""
    computed = request.getfixturevalue(found)
    kind = kind_of(computed)
    place = Place.of(kind, kind.question(computed), tmp_path)
    assert place.found() is None
    path = kkb.save(computed, tmp_path)
    answer = place.found()
    assert answer is not None
    assert answer.path == path
    assert answer.result == kept(computed)
    assert answer.asked == kind.question(computed).asked
    assert answer.missing_figures("id") == []
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert kkb.save(computed, tmp_path) == path
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before
    (path / f"{kind.name}.json").write_text("{}")
    assert place.found() is None


@pytest.mark.slow
def test_an_answer_is_computed_again_from_its_folder_to_the_same_bytes(analysed: Sensitivity, tmp_path: Path) -> None:
    """What is kept of scenario and options is all that it needs."""
    kind = kind_of(analysed)
    folder = kkb.save(analysed, tmp_path / "first")
    answer = find(folder, KINDS)
    assert answer is not None
    question = Question(kind.name, answer.scenarios, answer.asked)
    assert question.id == answer.id
    again = kkb.save(kind.compute(question, Work(1)), tmp_path / "again")
    for name in ("sensitivity.json", "sensitivity.csv"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()


def test_the_tables_hold_every_option_in_every_state(tried: Robustness, analysed: Sensitivity, tmp_path: Path) -> None:
    """As CSV for machines, and as a sheet with numbers."""
    with (kkb.save(tried, tmp_path) / "robustness.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = np.array([float(row["probability_met"]) for row in rows]).reshape(len(tried.worlds), 2).T
    assert found == pytest.approx(np.array([option.probability_met for option in tried.options]), abs=1e-6)
    with (kkb.save(analysed, tmp_path) / "sensitivity.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["parameter"] for row in csv.DictReader(stream)] == list(kept(analysed).parameters)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_workbook_holds_the_sentences_and_a_sheet_for_every_table(
    tried: Robustness, code: str, tmp_path: Path
) -> None:
    """Chances are numbers that are never shown as sure, points are numbers too."""
    speech = language(code)
    write_xlsx(speech, choices.document_of(kept(tried), speech, Source()), tmp_path / "choice.xlsx")
    answer, chances, regrets = load_workbook(tmp_path / "choice.xlsx").worksheets
    first = HEADER + 2
    assert verdicts(tried)[code] in [row[1].value for row in answer.iter_rows()]
    assert chances.cell(first, 2).value == pytest.approx(tried.options[0].probability_met[0], abs=1e-6)
    assert ">99" in chances.cell(first, 2).number_format
    assert regrets.cell(first, 2).value == pytest.approx(100 * tried.options[0].regret[0], abs=1e-4)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_state_has_a_name_and_a_row_in_both_tables(tried: Robustness, code: str) -> None:
    """The chances end with the mean, the regrets with the largest."""
    speech = language(code)
    blocks = choices.document_of(kept(tried), speech, Source()).blocks
    chances, regrets = (block.as_text(speech) for block in blocks if isinstance(block, Table))
    assert len(chances.rows) == len(regrets.rows) == len(tried.worlds) + 1
    largest = [float(cell.replace(",", ".")) for cell in regrets.rows[-1][1:]]
    assert largest == pytest.approx([100 * option.largest_regret for option in tried.options], abs=0.0501)


def test_the_sentence_tells_apart_one_best_option_two_and_none(tried: Robustness) -> None:
    """Best on average and least regretted may be one option, two, or no matter."""
    result, speech = kept(tried), language("en")
    one, other = result.options
    one = replace(one, name="a", title={}, mean_probability_met=0.5, largest_regret=0.2)
    other = replace(other, name="b", title={}, mean_probability_met=0.55, largest_regret=0.3)
    made = replace(result, options=(one, other), best_on_average="b")
    said = choices.verdict(speech, replace(made, least_regretted="a"))
    assert "“b” has the highest chance on average (55%); “a” has the smallest loss at worst" in said
    assert "at most 20.0 percentage points below the best, the other up to 30.0" in said
    assert "also the smallest loss at worst" in choices.verdict(speech, replace(made, least_regretted="b"))
    never = replace(made, options=(one, replace(other, largest_regret=0.0)), least_regretted="b")
    assert (
        choices.verdict(speech, never)
        == "“b” has the highest chance in every case tried (55% on average); its cost is not weighed."
    )
    tied = replace(made, options=(replace(one, largest_regret=0.004), replace(other, largest_regret=0.0)))
    assert "No scenario is clearly better" in choices.verdict(speech, replace(tied, least_regretted="b"))


def test_a_choice_says_what_each_option_costs(tried: Robustness) -> None:
    """For all its years, in every verdict, where a cost is stated at all."""
    assert "Cost in" not in verdicts(tried)["en"]
    options = zip(tried.options, (0.0, 1250.0), strict=True)
    said = verdicts(replace(tried, options=tuple(replace(one, cost_idr_million=cost) for one, cost in options)))
    first, last = (tried.scenario.years[end] for end in (0, -1))
    assert f"Cost in {first}–{last}: " in said["en"]
    assert said["en"].endswith("” Rp1.25 billion.")
    assert said["id"].endswith("” Rp1,25 miliar.")
