"""A comparison as a record, in words, as a figure and in its folder."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from districts import ORIGIN, make_scenario, make_villages
from matplotlib.text import Text

import simulation as kkb
from simulation.app.columns import laid_out
from simulation.app.comparison_answer import answer_parts
from simulation.decision.comparing import compare
from simulation.decision.comparison import Comparison
from simulation.domain.distributions import Exponentiated, LogitNormal, Normal
from simulation.domain.intervention import Intervention
from simulation.inputs.scenario import Scenario
from simulation.report import plots
from simulation.report.comparison import tables, words
from simulation.report.comparison.folder import comparison_folder, save_comparison
from simulation.report.comparison.record import comparison_record
from simulation.report.language import LANGUAGES, language

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
def told(compared: Comparison) -> dict[str, Any]:
    """Return its record."""
    return comparison_record(compared)


def test_the_record_has_the_keys_of_the_contract(compared: Comparison, told: dict[str, Any]) -> None:
    """Numbers are those of the comparison; JSON holds them; the likeliest village comes first."""
    json.dumps(told, allow_nan=False)
    (contrast,) = told["scenarios"]
    assert (told["baseline"], contrast["name"]) == ("alone", "coached")
    found = compared.contrasts[0]
    for year, one in zip(contrast["years"], found.years, strict=True):
        assert year["year"] == one.year
        assert year["difference"] == pytest.approx(one.difference.mean, abs=1e-6)
        assert year["monte_carlo_error"] == pytest.approx(one.difference.monte_carlo_error, abs=1e-6)
        assert year["interval90"] == pytest.approx(one.difference.parameter_interval90, abs=1e-6)
        assert year["additional_rises"]["mean"] == pytest.approx(one.additional_rises.difference.mean, abs=1e-6)
        assert year["additional_rises"]["interval90"] == list(one.additional_rises.interval90 or ())
    assert contrast["cost_idr_million"] == pytest.approx(found.cost_idr_million)
    chances = [village["probability_only_with"] for village in contrast["villages"]]
    assert chances == sorted(chances, reverse=True)
    first = contrast["villages"][0]
    assert found.only_with is not None
    place = compared.villages.codes.index(first["village_code"])
    assert first["probability_only_with"] == pytest.approx(found.only_with[place], abs=1e-6)
    assert first["village"] == compared.villages.names[place]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_verdict_says_how_much_how_sure_and_at_what_cost(told: dict[str, Any], code: str) -> None:
    """One sentence with both chances, the difference, the simulation error, both ends, and money."""
    (contrast,) = told["scenarios"]
    verdict, speech, year = contrast["verdict"][code], language(code), contrast["years"][0]
    low, high = (words.signed(speech, 100 * end) for end in year["interval90"])
    cost = contrast["cost_idr_million"]
    for said in (
        TITLES[code],
        speech.percent(year["baseline_probability_met"], 1),
        speech.percent(year["probability_met"], 1),
        speech.number(100 * year["difference"], 1),
        f"± {speech.number(100 * year['monte_carlo_error'], 1)}",
        low,
        high,
        speech.number(cost),
        speech.number(cost / contrast["additional_rises"]["mean"]),
    ):
        assert said in verdict
    assert verdict.endswith(".")


def test_what_cannot_be_told_is_not_said_to_be_a_gain() -> None:
    """Too few runs, a loss, nothing at all: each has its sentence."""
    same = comparison_record(compare(coached(), coached(), draws=10, replicates=5))["scenarios"][0]["verdict"]["en"]
    assert same.startswith("“More coaching” moves every village just as “More coaching” does")
    assert "every difference is exactly 0; it costs as much as" in same
    lost = comparison_record(compare(coached(), district(), draws=80, replicates=20))["scenarios"][0]["verdict"]["en"]
    assert "“alone” lowers the chance" in lost
    assert "less in 2026–2028." in lost
    weak = district(replace(COACHING, capacity=1, cost_idr_million=0), name="weak")
    few = comparison_record(compare(district(), weak, draws=4, replicates=2))["scenarios"][0]["verdict"]["en"]
    assert few.startswith("Whether “weak” raises or lowers")
    assert few.endswith("no cost is stated.")


def test_the_year_told_is_the_first_in_which_anything_differs() -> None:
    """A programme that begins in the second year is judged there."""
    late = district(replace(COACHING, starts=ORIGIN + 2), name="late")
    contrast = comparison_record(compare(district(), late, draws=80, replicates=20))["scenarios"][0]
    assert contrast["years"][0]["difference"] == 0
    assert words.telling_year(contrast)["year"] == ORIGIN + 2
    assert "the target of 2027" in contrast["verdict"]["en"]


def test_an_exact_result_is_called_exact() -> None:
    """Of one draw nothing is left open; villages and futures are not told."""
    villages, plan = make_villages([40], STATUS), replace(COACHING, priority="lowest_status")
    fixed = [
        make_scenario(villages, horizon=1),
        make_scenario(villages, None, [plan], {"coaching.odds_ratio_rise": 2.5}, horizon=1),
    ]
    record = comparison_record(compare(*fixed, engine="exact"))
    assert "(an exact result for the parameters as given)" in record["scenarios"][0]["verdict"]["en"]
    assert record["scenarios"][0]["villages"] == []
    assert "An exact result knows no single villages" in " ".join(words.notes(language("en"), record))


def test_one_draw_of_uncertain_parameters_is_no_certain_result() -> None:
    """Exact or simulated: it holds for one random set of values, and says so in verdict and notes."""
    villages, plan = make_villages([40], STATUS), replace(COACHING, priority="lowest_status")
    uncertain = [
        make_scenario(villages, {"rise.dasar": LogitNormal(-2.5, 0.4)}, plans, effects, horizon=1)
        for plans, effects in (((), {}), ((plan,), {"coaching.odds_ratio_rise": 2.5}))
    ]
    for engine, said in (("exact", "an exact result, but for one"), ("batch", ", for one random set of parameter")):
        for draws, one in ((1, True), (20, False)):
            record = comparison_record(compare(*uncertain, draws=draws, replicates=50, engine=engine))  # type: ignore[arg-type]
            assert (said in record["scenarios"][0]["verdict"]["en"]) == one
            assert ("--draws" in " ".join(words.notes(language("en"), record))) == one


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_interval_that_is_noise_is_left_out_and_that_is_said(code: str) -> None:
    """Few pairs and a weak programme: a dash in the table, and a sentence below it that says why."""
    weak = district(replace(COACHING, capacity=1), name="weak")
    record = comparison_record(compare(district(), weak, draws=5, replicates=2))
    assert record["scenarios"][0]["years"][0]["interval90"] is None
    assert tables.years_table(language(code), record["scenarios"][0]).rows[0][4] == "–"
    assert sum(note.startswith("“–”") for note in words.notes(language(code), record)) == 1


def test_where_nothing_can_differ_the_chance_of_more_rises_is_nought() -> None:
    """Not "below 1 %"."""
    row = tables.totals_table(language("en"), comparison_record(compare(coached(), coached(), draws=9))).rows[0]
    assert row[2:4] == ["0%", "0%"]


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
        record = comparison_record(found, 0.5)
        answer = laid_out(answer_parts(speech, record))
        assert max(map(len, answer.splitlines())) <= 80
        assert all(one["verdict"][code].split()[0] in answer for one in record["scenarios"])


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
    notes = " ".join(words.notes(language("en"), comparison_record(compare(district(), other, draws=9, replicates=5))))
    assert "interventions alone: chance of falling in a year; transition.min_years." in notes
    assert "No cost is stated of radio: it counts as 0." in notes


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("scenarios", [1, 3])
def test_the_figure_says_every_difference(told: dict[str, Any], code: str, scenarios: int) -> None:
    """Above each year its difference with its sign; a panel and its title for each of several scenarios."""
    record = {**told, "scenarios": told["scenarios"] * scenarios}
    figure = plots.comparison(record, code, "0123456789ab")
    said = [text.get_text() for text in figure.findobj(Text)]
    for year in told["scenarios"][0]["years"]:
        assert said.count(words.signed(language(code), 100 * year["difference"])) == scenarios
    assert len(figure.axes) == scenarios
    assert said.count(TITLES[code]) == (scenarios if scenarios > 1 else 0)
    assert "0123456789ab" in " ".join(said)
    assert any("0" in axes.get_yticklabels()[i].get_text() for axes in figure.axes for i in range(2))


def test_a_comparison_is_drawn_as_its_record_is(compared: Comparison, told: dict[str, Any]) -> None:
    """`kkb.plots.comparison` takes either, and speaks the scenario's language."""
    pictures = [[text.get_text() for text in plots.comparison(one).findobj(Text)] for one in (compared, told)]
    assert pictures[0] == pictures[1]


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
    assert save_comparison(compared, tmp_path / "one") == folders[0]
    assert (folders[0] / "comparison.json").stat().st_mtime_ns == before


def test_another_question_has_another_folder(compared: Comparison, tmp_path: Path) -> None:
    """Seed, effort, the order of scenarios and their content name it; replicates of an exact result do not."""
    one, other = compared.baseline, coached()
    asked = [
        ([one, other], compared.effort, 3, "batch"),
        ([other, one], compared.effort, 3, "batch"),
        ([one, other, other], compared.effort, 3, "batch"),
        ([one, other], compared.effort, 4, "batch"),
        ([one, other], replace(compared.effort, draws=601), 3, "batch"),
        ([one, coached(min_years=1)], compared.effort, 3, "batch"),
        ([one, other], compared.effort, 3, "exact"),
    ]
    assert len({comparison_folder(*what, tmp_path).run.hash for what in asked}) == len(asked)  # type: ignore[arg-type]
    few = comparison_folder([one, other], replace(compared.effort, replicates=7), 3, "exact", tmp_path)
    assert few == comparison_folder([one, other], compared.effort, 3, "exact", tmp_path)


def test_an_altered_answer_is_not_taken_for_the_one_written(compared: Comparison, tmp_path: Path) -> None:
    """A number changed by hand is found out, and written again."""
    path = kkb.save(compared, tmp_path)
    folder = comparison_folder([compared.baseline, coached()], compared.effort, 3, "batch", tmp_path)
    assert folder.run.path == path
    assert folder.read() == comparison_record(compared)
    kept = (path / "comparison.json").read_text(encoding="utf-8")
    (path / "comparison.json").write_text(kept.replace("0", "1", 1), encoding="utf-8")
    assert folder.read() is None
    kkb.save(compared, tmp_path)
    assert (path / "comparison.json").read_text(encoding="utf-8") == kept


def test_the_tables_hold_what_the_record_says(compared: Comparison, told: dict[str, Any], tmp_path: Path) -> None:
    """One row a scenario and year, one a scenario and village."""
    path = kkb.save(compared, tmp_path)
    with (path / "comparison.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [float(row["difference"]) for row in rows] == [year["difference"] for year in told["scenarios"][0]["years"]]
    assert {row["scenario"] for row in rows} == {"coached"}
    with (path / "comparison_villages.csv").open(encoding="utf-8") as stream:
        villages = list(csv.DictReader(stream))
    assert [row["village_code"] for row in villages] == [v["village_code"] for v in told["scenarios"][0]["villages"]]


def test_no_village_that_rises_only_with_a_scenario_makes_no_table(told: dict[str, Any]) -> None:
    """An empty table says nothing."""
    (contrast,) = told["scenarios"]
    assert tables.villages_table(language("en"), {**contrast, "villages": []}) is None
    shown = tables.villages_table(language("en"), contrast, most=4)
    assert shown is not None
    assert len(shown.rows) == 4


def test_a_cost_that_is_hardly_known_and_a_chance_that_turns_are_warned_of(told: dict[str, Any]) -> None:
    """An interval of more than one to ten, or without an end; a lower chance after a higher one."""
    (contrast,) = told["scenarios"]
    notes = {}
    for high in (50.0, 500.0, None):
        each = {"mean": 60.0, "interval90": [30.0, high]}
        record = {**told, "scenarios": [{**contrast, "cost_per_additional_rise": each}]}
        notes[high] = [one for one in words.notes(language("en"), record) if "known only roughly" in one]
    assert (len(notes[50.0]), len(notes[500.0]), len(notes[None])) == (0, 1, 1)
    years = [{**contrast["years"][0], "difference": apart, "monte_carlo_error": 0.01} for apart in (0.2, 0.0, -0.2)]
    for place, year in enumerate(years):
        year["year"] = 2026 + place
    for shown, expected in ((years, 1), (years[:2], 0), (years[2:], 0)):
        record = {**told, "scenarios": [{**contrast, "years": shown}]}
        turned = [one for one in words.notes(language("en"), record) if "after raising it before" in one]
        assert len(turned) == expected
        assert all("in 2028 after" in one for one in turned)
