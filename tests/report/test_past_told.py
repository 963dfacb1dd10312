"""What is told of past years, and of numbers that were not learned from the villages that they speak of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from districts import make_scenario, make_villages

import simulation as kkb
from simulation.domain.distributions import Empirical
from simulation.domain.intervention import Intervention
from simulation.domain.parameters import DEFAULT_PRIORS
from simulation.domain.past import BlockWeight, Fitted, Observed, Past
from simulation.domain.target import Target
from simulation.inference.reasons import Reasons
from simulation.inputs.scenario import Scenario
from simulation.report.document.blocks import SCREEN, On, Table
from simulation.report.document.terminal import as_text
from simulation.report.kinds.forecast import words
from simulation.report.kinds.forecast.assumptions import assumptions
from simulation.report.kinds.forecast.document import document_of
from simulation.report.kinds.forecast.result import result_of
from simulation.report.kinds.head import Head, caveats_of, head_of
from simulation.report.kinds.kind import Source
from simulation.report.kinds.past import (
    disagreement,
    observed_in_words,
    past_blocks,
    past_of_all,
    reasons_in_words,
    reasons_table,
    weights_table,
)
from simulation.report.language import LANGUAGES, language

SAID = Fitted(9.0, {0.05: 3, 0.25: 6, 0.5: 8, 0.75: 11, 0.95: 20}, 0.4)
YEAR = Observed("63.99", 2024, 2025, 147, 148, 8, 2, 3, 9, 8, 8, SAID)
VILLAGES = make_villages([4], status=[0, 1, 2, 3])


def learned(scenario: Scenario, past: Past) -> Scenario:
    """Return the scenario with draws of a calibration in place of its priors."""
    drawn = {key: Empirical(values) for key, values in scenario.parameters.sample(0, 3).items()}
    return replace(scenario, parameters=replace(scenario.parameters, scalars=drawn, past=past))


def caveats(scenario: Scenario) -> list[str]:
    """Return what is said wherever numbers of a scenario stand."""
    return list(caveats_of(language("en"), Head(**head_of(scenario))))


def test_a_year_is_told_so_that_a_pencil_can_check_it() -> None:
    """How many of how many on both lists, how many the target asked for, and whether that was met."""
    assert observed_in_words(language("en"), YEAR) == (
        "Observed in 2025: of 147 villages with a status at the ends of both 2024 and 2025, 8 rose and 2 fell. "
        "Needed: 8 of 148; met."
    )
    assert observed_in_words(language("id"), replace(YEAR, judged=7, rises=7)) == (
        "Teramati pada 2025: dari 147 kampung dengan status pada akhir 2024 dan akhir 2025, 7 naik dan 2 turun. "
        "Jumlah minimal: 8 dari 148; tidak tercapai."
    )
    assert "The target counts 3 of them" in observed_in_words(language("en"), replace(YEAR, judged=3))
    skips = [observed_in_words(language("en"), replace(YEAR, skipped=number)) for number in (0, 2)]
    assert "None of these rises skipped a status." in skips[0]
    assert "2 of these rises skipped a status." in skips[1]
    over = replace(YEAR, first=2023, judged=None, needed=None)
    assert "after these 2 years" in observed_in_words(language("en"), over)
    counts = replace(over, rises=None, falls=None, entries=None)
    assert "not how many villages rose" in observed_in_words(language("en"), counts)


def test_a_model_that_does_not_explain_the_past_is_told() -> None:
    """Facts outside the 90% interval are named by their years; facts at its ends lie inside."""
    assert disagreement(language("en"), [YEAR, replace(YEAR, judged=3), replace(YEAR, judged=20)]) is None
    outside = [replace(YEAR, first=year - 1, year=year, judged=21) for year in (2023, 2024)]
    one, both = (disagreement(language("en"), [YEAR, *outside[:number]]) for number in (1, 2))
    assert one is not None
    assert "1 of 2 observations" in one
    assert "(2022→2023), no more than chance explains" in one
    assert both is not None
    assert "does not explain all of the past: 2 of 3 observations" in both
    assert "(2022→2023, 2023→2024)" in both


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_short_answer_of_a_calibrated_forecast_has_every_year(code: str) -> None:
    """In 25 lines, below what was observed; ranges stand in the table, reasons where more is asked for."""
    villages = make_villages([4], status=[0, 1, 2, 3])
    scenario = make_scenario(villages, {}, priors=DEFAULT_PRIORS, horizon=5)
    past = Past(observed=(replace(YEAR, district_code=villages.district_code, skipped=0),), until=2025)
    result = result_of(kkb.forecast(learned(scenario, past), draws=60, replicates=10))
    reasons = Reasons(1, 8.0, {"luck": 1.5, "villages": 0.5}, 10.0)
    (district,) = result.districts
    years = (replace(year, parameter_interval90=(0.2, 0.8), monte_carlo_error=0.01) for year in district.years)
    district = replace(district, reasons=reasons, years=tuple(years))
    result = replace(result, basis=("panel", "launch_years"), districts=(district,))
    text = as_text(language(code), document_of(result, language(code), Source()), ["Berkas: results/x"])
    lines = text.splitlines()
    assert len(lines) <= 25
    for year in district.years:
        assert any(line.startswith(f"  {year.year} ") for line in lines), text
    assert observed_in_words(language(code), YEAR).split()[0] in text


def test_the_day_of_a_list_is_quoted_or_asked_for() -> None:
    """A scenario has it, or quotes what its list says; where neither does, the data to ask for name it."""
    result, speech = result_of(kkb.forecast(make_scenario(VILLAGES, {}), draws=1, replicates=10)), language("en")
    quoted = replace(result, sources={"villages.as_of": "stated; “Sukamaju, 5 Januari 2026”"})
    dated: dict[str, Any] = {"villages": {"as_of": "2025-07-31"}}
    told = [words.days_of_data(speech, one, document) for one in (result, quoted) for document in (dated, {})]
    assert told == ["31 July 2025", None, "31 July 2025", "“Sukamaju, 5 Januari 2026”"]
    asked = [[*words.data_to_ask_for(speech, result, None, days)] for days in told[:2]]
    assert {*asked[1]} - {*asked[0]} == {
        "the day on which the statuses were as the list has them: nothing in it says so"
    }


@pytest.mark.parametrize("code", LANGUAGES)
def test_past_years_of_several_districts_are_added_up(code: str) -> None:
    """Two lists of three districts are two rows, one of them with counts alone; the workbook has every district."""
    before = replace(YEAR, first=2023, year=2024, judged=3, rises=3)
    districts = [replace(one, district_code=f"11.0{number}") for number in range(3) for one in (before, YEAR)]
    districts[0] = replace(districts[0], rises=None, falls=None, judged=None, fitted=None)
    first, last = past_of_all(language(code), districts).rows
    assert first[:2] == ["2023→2024", 3]
    assert first[3] is None
    assert [cell.split()[::2] for cell in map(str, first[5:])] == [["0", "2"], ["2", "2"]]
    assert last[2:5] == [3 * 147, 3 * 8, 3 * 2]
    assert [cell.split()[::2] for cell in map(str, last[5:])] == [["3", "3"], ["3", "3"]]
    (all_districts,) = (
        one for one in past_blocks(language(code), districts, SCREEN) if getattr(one, "on", None) == On.WORKBOOK
    )
    assert len(all_districts.rows) == 6


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_each_kind_of_data_does_is_told_in_points(code: str) -> None:
    """Against the answer without it, with the error of both; nothing where something else may have been weighed."""
    weights = (
        BlockWeight((), 2026, 0.60, 0.03, 9.0),
        BlockWeight(("panel",), 2026, 0.75, 0.04, 11.0),
        BlockWeight(("panel", "launch_years"), 2026, 0.5, 0.04, 12.0),
    )
    cells = [str(row[1]).replace(",", ".") for row in weights_table(language(code), weights).rows]
    assert cells == ["−15.0 ± 5.0", "+10.0 ± 5.0"]
    scenario = learned(make_scenario(VILLAGES, {}, priors=DEFAULT_PRIORS), Past(weights=weights))
    chance = kkb.forecast(scenario, draws=60, replicates=10).districts[0].years[0].probability_met
    for whole, told in ((chance - 0.5, False), (chance, True)):
        past = Past(weights=(replace(weights[0], probability_met=whole), *weights[1:]))
        found = kkb.forecast(learned(scenario, past), draws=60, replicates=10)
        assert bool(result_of(found).weights) == told
    plan = Intervention("pokja", 2026, capacity=1)
    helped = learned(make_scenario(VILLAGES, {}, [plan], priors=DEFAULT_PRIORS), past)
    assert not result_of(kkb.forecast(helped, draws=60, replicates=10)).weights


def test_answers_without_data_are_told_against_the_chance_of_the_forecast() -> None:
    """What was weighed with fewer draws gives the differences alone: one chance stands above them."""
    weighed = BlockWeight((), 2026, 0.5, 0.2, 9.0), BlockWeight(("panel",), 2026, 0.4, 0.2, 11.0)
    scenario = learned(make_scenario(VILLAGES, {}, priors=DEFAULT_PRIORS), Past(weights=weighed))
    told = result_of(kkb.forecast(scenario, draws=60, replicates=10))
    chance = told.districts[0].years[0].probability_met
    assert chance != 0.5
    assert [one.probability_met for one in told.weights] == pytest.approx([chance, chance - 0.1])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", ["estimated (28% left)", "practically as assumed (90% left)", "practically as assumed (100% left)"]),
        ("id", ["ditaksir (sisa 28%)", "praktis asumsi bawaan (sisa 90%)", "praktis asumsi bawaan (sisa 100%)"]),
    ],
)
def test_a_parameter_of_which_the_data_say_nothing_is_told_as_its_prior(code: str, said: list[str]) -> None:
    """From nine tenths of the prior variance on; one that is stated is not told by what a calibration left."""
    drawn = {name: Empirical([0.1, 0.2]) for name in ("rise.dasar", "village_sd", "year_sd")}
    scenario = make_scenario(VILLAGES, {**drawn, "fall": 0.05}, priors=DEFAULT_PRIORS)
    left = {"rise.dasar": 0.28, "village_sd": 0.9, "year_sd": 1.09, "fall": 0.4}
    parameters = replace(scenario.parameters, past=Past(variance_left=left))
    told = result_of(kkb.forecast(replace(scenario, parameters=parameters), draws=2, replicates=3))
    assert told.parameters["fall"].variance_left is None
    blocks = list(assumptions(language(code), told))
    (table,) = (block for block in blocks if isinstance(block, Table) and On.ANNEX in block.on)
    assert [str(row[-1]) for row in table.rows if "%" in str(row[-1])] == said


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_steps_as_they_are_read_add_up(code: str) -> None:
    """Rounded steps lead from the rounded observed mean to the rounded expected one."""
    reasons = Reasons(
        1, 8.0, {"priors": -0.34, "luck": 1.66, "campaigns": 3.64, "villages": 0.43, "peers": 0.16}, 13.55
    )
    cells = [str(row[1]) for row in reasons_table(language(code), reasons, 2026).rows]
    first, *steps, last = [float(cell.replace(",", ".").replace("−", "-")) for cell in cells]
    assert first + sum(steps) == pytest.approx(last)
    assert reasons.largest == "campaigns"
    assert f"({cells[3]})" in reasons_in_words(language(code), reasons, 2026, 8)


def test_numbers_learned_from_other_lists_say_so() -> None:
    """Another status in the same year, a village more, another district; not where the lists are the same or older."""
    scenario = make_scenario(VILLAGES, {}, priors=DEFAULT_PRIORS)
    levels = dict(zip(VILLAGES.codes, [0, 1, 2, 3], strict=True))
    same = Past((YEAR,), (), 2025, levels)
    assert caveats(learned(scenario, same)) == []
    assert caveats(scenario) == []
    changed = {**levels, VILLAGES.codes[0]: 1}
    (said,) = caveats(learned(scenario, replace(same, levels=changed)))
    assert said.startswith("Not calibrated on these data: 1 of 4 villages")
    assert caveats(learned(scenario, replace(same, levels=changed, until=2024))) == []
    (said,) = caveats(learned(scenario, replace(same, levels={**levels, "63.99.0009": 0})))
    assert "1 of 4" in said
    (said,) = caveats(learned(scenario, replace(same, levels={"11.01.0001": 0})))
    assert said.startswith("Calibrated in other districts")
    counted = Past((replace(YEAR, district_code="11.01", rises=None),))
    assert len(caveats(learned(scenario, counted))) == 1
    assert caveats(learned(scenario, replace(counted, observed=(YEAR,)))) == []


@pytest.mark.slow
def test_the_figure_of_rises_shows_the_fact_before_the_forecast() -> None:
    """The number is written beside its mark; of several years it is the mean, where the target counts rises."""
    over = replace(YEAR, first=2021, year=2023, judged=None, needed=None, rises=9)
    scenario = learned(make_scenario(VILLAGES, {}, priors=DEFAULT_PRIORS), Past((over, YEAR)))
    entries = replace(scenario, target=Target(reading="entries"))
    for one, mean in ((scenario, True), (entries, False)):
        figure = kkb.plots.rises(kkb.forecast(one, draws=60, replicates=10), language="en")
        said = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
        assert "8" in said
        assert ("4.5" in said) == mean
        assert any("dotted line" in text for text in said)
