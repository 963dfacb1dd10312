"""A comparison as a typed result, in words, as a figure and in its folder."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from districts import ORIGIN, make_scenario, make_villages
from matplotlib.text import Text

import simulation as kkb
from simulation.decision.comparison import Comparison, compare
from simulation.domain.distributions import Exponentiated, LogitNormal, Normal
from simulation.domain.intervention import Intervention
from simulation.domain.target import Target
from simulation.inputs.scenario import Scenario
from simulation.report import plots
from simulation.report.codec import rounded_as_kept, to_data
from simulation.report.document.blocks import On
from simulation.report.document.terminal import as_text
from simulation.report.kinds import comparison as document
from simulation.report.kinds.comparison import COMPARISON, Comparing, ComparisonResult, CostOfARise, result_of
from simulation.report.kinds.head import programme_of
from simulation.report.kinds.kind import Source
from simulation.report.language import LANGUAGES, language
from simulation.report.wording import signed

STATUS = [i * 7 % 4 for i in range(40)]
COACHING = Intervention("coaching", ORIGIN + 1, sector="X", capacity=9, cost_idr_million=12.5)
EFFECT = {"coaching.odds_ratio_rise": Exponentiated(Normal(0.9, 0.6))}
TITLES = {"en": "More coaching", "id": "Pendampingan"}


def district(*plans: Intervention, known: bool = True, name: str = "alone", **settings: Any) -> Scenario:
    """Return 40 villages, coached or not."""
    counts = np.bincount(STATUS, minlength=4).tolist()
    villages = make_villages([25, 15], STATUS if known else None, None if known else counts)
    uncertain = {"rise.dasar": LogitNormal(-2.5, 0.4), "year_sd": 0.4}
    effects = EFFECT if plans else {}
    return replace(make_scenario(villages, uncertain, plans, effects, **{"horizon": 3, **settings}), name=name)


def coached(**settings: Any) -> Scenario:
    """Return the same villages, coached."""
    return district(COACHING, name="coached", title=TITLES, **settings)


@pytest.fixture(scope="module")
def compared() -> Comparison:
    """Return a small comparison of known statuses."""
    return compare(district(), coached(), draws=600, replicates=20, seed=3)


@pytest.fixture(scope="module")
def told(compared: Comparison) -> ComparisonResult:
    """Return its result as JSON keeps it."""
    return rounded_as_kept(result_of(compared))


def verdict_of(found: Comparison) -> str:
    """Return the English verdict on the first scenario of a comparison."""
    result = result_of(found)
    return document.verdict(language("en"), result, result.scenarios[0])


def notes_of(found: Comparison) -> str:
    """Return the English notes on a comparison."""
    return " ".join(document.notes(language("en"), result_of(found)))


def test_the_result_has_the_keys_of_the_contract(compared: Comparison, told: ComparisonResult) -> None:
    """Numbers are those of the comparison; JSON holds them; the likeliest village comes first."""
    data = to_data(told)
    json.dumps(data, allow_nan=False)
    (contrast,) = data["scenarios"]
    assert (data["baseline"], contrast["name"]) == ("alone", "coached")
    found = compared.contrasts[0]
    for year, one in zip(contrast["years"], found.years, strict=True):
        assert year["year"] == one.year
        assert year["difference"] == pytest.approx(one.difference, abs=1e-6)
        assert year["monte_carlo_error"] == pytest.approx(one.monte_carlo_error, abs=1e-6)
        assert year["interval90"] == pytest.approx(one.interval90, abs=1e-6)
        assert year["additional_rises"]["mean"] == pytest.approx(one.additional_rises.mean, abs=1e-6)
        assert year["additional_rises"]["interval90"] == list(one.additional_rises.interval90 or ())
    assert contrast["cost_idr_million"] == pytest.approx(found.cost_idr_million)
    chances = [village["probability_only_with"] for village in contrast["villages"]]
    assert chances == sorted(chances, reverse=True)
    first = contrast["villages"][0]
    place = compared.baseline.districts[0].codes.index(first["village_code"])
    assert first["village"] == compared.baseline.districts[0].names[place]


def test_villages_that_are_chosen_at_random_are_said_to_be(told: ComparisonResult) -> None:
    """On the screen and among the options of a brief; not where another order is stated, or all are reached."""
    said, speech = "Assumed: the villages that receive coaching are chosen at random", language("en")
    document_told = COMPARISON.document(told, speech, Source())
    for on in (On.TERMINAL, On.ANNEX):
        assert sum(said in getattr(block, "text", "") for block in document_told.shown(on)) == 1
    captions = [getattr(block, "caption", "") for block in document_told.shown(On.OPTIONS)]
    assert captions[0].startswith("What could be done, villages chosen at random, compared with")
    others = replace(COACHING, priority="nearest_to_rising"), replace(COACHING, capacity=None, coverage=Fraction(1))
    for plan in others:
        (programme,) = programme_of(district(plan))
        assert not programme.at_random


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_verdict_says_how_much_how_sure_and_at_what_cost(told: ComparisonResult, code: str) -> None:
    """One sentence with both chances, the difference, the simulation error, both ends, and money."""
    (one,) = told.scenarios
    speech, year, cost = language(code), one.years[0], one.cost_idr_million
    verdict = document.verdict(speech, told, one)
    assert year.interval90 is not None
    low, high = (signed(speech, 100 * end) for end in year.interval90)
    for said in (
        TITLES[code],
        speech.percent(year.baseline_probability_met, 1),
        speech.percent(year.probability_met, 1),
        speech.number(100 * year.difference, 1),
        f"± {speech.number(100 * year.monte_carlo_error, 1)}",
        low,
        high,
        speech.money(cost),
        speech.money(cost / one.additional_rises.mean),
    ):
        assert said in verdict
    assert verdict.endswith(".")


def test_what_cannot_be_told_is_not_said_to_be_a_gain() -> None:
    """Too few runs, a loss, nothing at all: each has its sentence."""
    same = verdict_of(compare(coached(), coached(), draws=10, replicates=5))
    assert same.startswith("“More coaching” moves every village just as “More coaching” does")
    assert "every difference is exactly 0; it costs as much as" in same
    lost = verdict_of(compare(coached(), district(), draws=80, replicates=20))
    assert "“alone” probably, though not under all assumptions, lowers the chance" in lost  # one effect in 15 harms
    assert "less in 2026–2028." in lost
    entries = Target(reading="entries")
    weak = district(replace(COACHING, capacity=1, cost_idr_million=0), name="weak", target=entries)
    few = verdict_of(compare(district(target=entries), weak, draws=4, replicates=2))
    assert few.startswith("Whether “weak” raises or lowers")
    assert few.endswith("no cost is stated.")


def test_the_year_told_is_the_first_in_which_anything_differs() -> None:
    """A programme that begins in the second year is judged there."""
    late = district(replace(COACHING, starts=ORIGIN + 2), name="late")
    found = compare(district(), late, draws=80, replicates=20)
    one = result_of(found).scenarios[0]
    assert one.years[0].difference == 0
    assert one.telling_year.year == ORIGIN + 2
    assert "the target of 2027" in verdict_of(found)


def test_an_exact_result_is_called_exact() -> None:
    """Of one draw nothing is left open; villages and futures are not told."""
    villages, plan = make_villages([40], STATUS), replace(COACHING, priority="lowest_status")
    fixed = [
        make_scenario(villages, horizon=1),
        make_scenario(villages, None, [plan], {"coaching.odds_ratio_rise": 2.5}, horizon=1),
    ]
    found = compare(*fixed, engine="exact")
    assert "(an exact result with the parameters fixed)" in verdict_of(found)
    assert result_of(found).scenarios[0].villages == ()
    assert "An exact result has neither single villages" in notes_of(found)


def test_one_draw_of_uncertain_parameters_is_no_certain_result() -> None:
    """Exact or simulated: it holds for one random set of values, and says so in verdict and notes."""
    villages, plan = make_villages([40], STATUS), replace(COACHING, priority="lowest_status")
    uncertain = [
        make_scenario(villages, {"rise.dasar": LogitNormal(-2.5, 0.4), "year_sd": 0.5}, plans, effects, horizon=1)
        for plans, effects in (((), {}), ((plan,), {"coaching.odds_ratio_rise": 2.5}))
    ]
    for engine in ("exact", "batch"):
        for draws, one in ((1, True), (50, False)):
            found = compare(*uncertain, draws=draws, replicates=50, engine=engine)  # type: ignore[arg-type]
            assert ("an exact result, but for one random set" in verdict_of(found)) == one
            assert ("--draws" in notes_of(found)) == one


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_interval_that_is_noise_is_left_out_and_that_is_said(code: str) -> None:
    """Few pairs and a weak programme: a dash in the table, and a sentence below it that says why."""
    weak = district(replace(COACHING, capacity=1), name="weak")
    result, speech = result_of(compare(district(), weak, draws=5, replicates=2)), language(code)
    (one,) = result.scenarios
    assert one.years[0].interval90 is None
    assert document.years_table(speech, "weak", one).as_text(speech).rows[0][4] == "–"
    assert sum(note.startswith("“–”") for note in document.notes(speech, result)) == 1


def test_where_nothing_can_differ_the_chance_of_more_rises_is_nought() -> None:
    """Not "below 1 %"."""
    result, speech = result_of(compare(coached(), coached(), draws=9)), language("en")
    assert document.totals_table(speech, result).as_text(speech).rows[0][2:4] == ["0%", "0%"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_answer_fits_80_columns(code: str) -> None:
    """Several scenarios with long titles, with cost and without, statuses known or not."""
    speech, long = language(code), {code: "Penguatan kelompok kerja di seluruh kecamatan dengan pendampingan tetap"}
    for known in (True, False):
        found = compare(
            district(known=known),
            replace(coached(known=known), title=long),
            district(replace(COACHING, cost_idr_million=0), known=known, name="n" * 60, horizon=3),
            draws=30,
            replicates=5,
            precision=0.5,
        )
        result = result_of(found)
        answer = as_text(speech, document.document_of(result, speech, Source()))
        assert max(map(len, answer.splitlines())) <= 80
        assert all(document.verdict(speech, result, one).split()[0] in answer for one in result.scenarios)


def test_what_else_differs_is_said_beside_the_numbers() -> None:
    """Assumptions that are not the programme's, and interventions without a cost where others have one."""
    free = replace(COACHING, name="radio", cost_idr_million=0)
    other = make_scenario(
        district().districts[0],
        {"rise.dasar": LogitNormal(-2.5, 0.4), "year_sd": 0.4, "fall": 0.1},
        (COACHING, free),
        {**EFFECT, "radio.odds_ratio_rise": 1.5},
        horizon=3,
        min_years=1,
    )
    notes = notes_of(compare(district(), other, draws=9, replicates=5))
    assert "interventions alone: chance of falling in a year; transition.min_years." in notes
    assert "No cost is stated of radio: it counts as 0." in notes


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("scenarios", [1, 3])
def test_the_figure_says_every_difference(told: ComparisonResult, code: str, scenarios: int) -> None:
    """Above each year its difference with its sign; a panel and its title for each of several scenarios."""
    result = replace(told, scenarios=told.scenarios * scenarios)
    figure = plots.comparison(result, code, "0123456789ab")
    said = [text.get_text() for text in figure.findobj(Text)]
    for year in told.scenarios[0].years:
        assert said.count(signed(language(code), 100 * year.difference)) == scenarios
    assert len(figure.axes) == scenarios
    assert said.count(TITLES[code]) == (scenarios if scenarios > 1 else 0)
    assert "0123456789ab" in " ".join(said)
    assert any("0" in axes.get_yticklabels()[i].get_text() for axes in figure.axes for i in range(2))


def test_a_comparison_is_drawn_as_its_result_is(compared: Comparison, told: ComparisonResult) -> None:
    """`kkb.plots.comparison` takes either, and speaks the scenario's language."""
    run_id = COMPARISON.question(compared).id
    figures = (plots.comparison(compared), plots.comparison(told, run_hash=run_id))
    pictures = [[text.get_text() for text in figure.findobj(Text)] for figure in figures]
    assert pictures[0] == pictures[1]


@pytest.mark.slow
def test_the_same_comparison_has_the_same_folder_and_the_same_bytes(compared: Comparison, tmp_path: Path) -> None:
    """Beside the runs of the baseline; a second time it is left as it is, in another place it is written alike."""
    folders = [kkb.save(compared, tmp_path / place) for place in ("one", "two")]
    assert folders[0].relative_to(tmp_path / "one").parts[0] == "alone"
    names = [
        path.relative_to(folders[0]) for path in folders[0].rglob("*") if path.is_file() and path.name != "run.log"
    ]
    assert {"comparison.json", "comparison.csv", "comparison_villages.csv", "manifest.json"} <= set(map(str, names))
    assert {"figures/comparison_id.png", "figures/comparison_id.svg"} <= {name.as_posix() for name in names}
    for name in names:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    before = (folders[0] / "comparison.json").stat().st_mtime_ns
    assert kkb.save(compared, tmp_path / "one") == folders[0]
    again = kkb.save(kkb.rerun(folders[0]), tmp_path / "again")
    assert [(again / name).read_bytes() for name in names] == [(folders[0] / name).read_bytes() for name in names]
    assert (folders[0] / "comparison.json").stat().st_mtime_ns == before


def test_another_question_has_another_id(compared: Comparison) -> None:
    """Seed, effort, the order of scenarios and their content name it; replicates of an exact result do not."""
    one, other = compared.baseline, coached()
    asked = [
        Comparing.of([one, other], 600, 20, 3),
        Comparing.of([other, one], 600, 20, 3),
        Comparing.of([one, other, other], 600, 20, 3),
        Comparing.of([one, other], 600, 20, 4),
        Comparing.of([one, other], 601, 20, 3),
        Comparing.of([one, other], 600, 20, 3, precision=0.1),
        Comparing.of([one, coached(min_years=1)], 600, 20, 3),
        Comparing.of([one, other], 600, 20, 3, "exact"),
    ]
    assert len({question.id for question in asked}) == len(asked)
    assert Comparing.of([one, other], 600, 7, 3, "exact").id == asked[-1].id
    assert COMPARISON.question(compared).id == asked[0].id


def test_a_comparison_that_doubled_answers_what_was_asked_first() -> None:
    """Its effort is where the doubling ended; the question is where it began."""
    found = compare(district(), coached(), draws=10, replicates=4, seed=3, precision=0.02)
    assert found.effort.draws > 10
    question = COMPARISON.question(found)
    assert question.id == Comparing.of([district(), coached()], 10, 4, 3, precision=0.02).id
    reached = result_of(found).precision
    assert reached is not None
    assert (reached.wanted, reached.ended_by) == (0.02, "precision")


def test_a_scenario_without_uncertain_parameters_is_simulated_with_the_draws_of_the_others() -> None:
    """Its own forecast has one draw, so that the two chances differ by simulation error: that is said."""
    fixed = replace(make_scenario(district().districts[0], {"rise.dasar": 0.1}, horizon=3), name="fixed")
    assert "“fixed” has no uncertain parameter" in notes_of(compare(district(), fixed, draws=9, replicates=5))
    assert "no uncertain parameter" not in notes_of(compare(district(), coached(), draws=9, replicates=5))


def test_an_altered_answer_is_not_taken_for_the_one_written(compared: Comparison, tmp_path: Path) -> None:
    """A number changed by hand is found out: the answer is written again, in another folder."""
    path = kkb.save(compared, tmp_path)
    assert kkb.load_run(path).result == rounded_as_kept(result_of(compared))
    kept = (path / "comparison.json").read_text(encoding="utf-8")
    (path / "comparison.json").write_text(kept.replace("0", "1", 1), encoding="utf-8")
    with pytest.warns(match=r"is no longer as it was written \(comparison\.json\): computed again in another folder"):
        again = kkb.save(compared, tmp_path)
    assert again.name == f"{path.name} 2"
    assert (again / "comparison.json").read_text(encoding="utf-8") == kept
    assert kkb.save(compared, tmp_path) == again


def test_the_tables_hold_what_the_record_says(compared: Comparison, told: ComparisonResult, tmp_path: Path) -> None:
    """One row a scenario and year, one a scenario and village."""
    path = kkb.save(compared, tmp_path)
    with (path / "comparison.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [float(row["difference"]) for row in rows] == [year.difference for year in told.scenarios[0].years]
    assert {row["scenario"] for row in rows} == {"coached"}
    with (path / "comparison_villages.csv").open(encoding="utf-8") as stream:
        villages = list(csv.DictReader(stream))
    assert [row["village_code"] for row in villages] == [one.village_code for one in told.scenarios[0].villages]


def test_no_village_that_rises_only_with_a_scenario_makes_no_table(told: ComparisonResult) -> None:
    """An empty table says nothing."""
    (one,) = told.scenarios
    assert document.villages_table(language("en"), "coached", replace(one, villages=())) is None
    shown = document.villages_table(language("en"), "coached", one, most=4)
    assert shown is not None
    assert len(shown.rows) == 4


def test_a_cost_that_is_hardly_known_and_a_chance_that_turns_are_warned_of(told: ComparisonResult) -> None:
    """An interval of more than one to ten, or without an end; a lower chance after a higher one."""
    (one,) = told.scenarios
    notes = {}
    for high in (50.0, 500.0, None):
        result = replace(told, scenarios=(replace(one, cost_per_additional_rise=CostOfARise(60.0, (30.0, high))),))
        notes[high] = [note for note in document.notes(language("en"), result) if "known only roughly" in note]
    assert (len(notes[50.0]), len(notes[500.0]), len(notes[None])) == (0, 1, 1)
    years = tuple(
        replace(one.years[0], year=2026 + place, difference=apart, monte_carlo_error=0.01)
        for place, apart in enumerate((0.2, 0.0, -0.2))
    )
    for shown, expected in ((years, 1), (years[:2], 0), (years[2:], 0)):
        result = replace(told, scenarios=(replace(one, years=shown),))
        reversals = [note for note in document.notes(language("en"), result) if "after raising it before" in note]
        assert len(reversals) == expected
        assert all("in 2028 after" in note for note in reversals)
