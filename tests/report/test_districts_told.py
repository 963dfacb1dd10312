"""Several districts: each as if alone, ranked, counted together by province, with and without lasting differences."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from districts import NEUTRAL, make_scenario, make_villages
from told import in_terminal, result_of, written

from simulation.domain.distributions import Fixed, LogitNormal
from simulation.domain.messages import Refusal
from simulation.inference.forecast import Forecast, year_rows
from simulation.inference.forecasting import effort_alike, forecast
from simulation.inputs.provinces import provinces_of
from simulation.inputs.scenario import Scenario
from simulation.report import plots
from simulation.report.kinds.forecast.districts import ranked
from simulation.report.kinds.forecast.kind import village_columns

CODES = ("63.01", "63.02", "64.03", "64.71", "99.01")
DRAWS, REPLICATES, SEED = 60, 8, 3


def scenario_of(*codes: str, between: float = 0.9, horizon: int = 2) -> Scenario:
    """Return districts of unequal size that differ for good; that of code 99.01 lies in a province of its table."""
    districts = tuple(
        make_villages((9 + 4 * i, 6), status=([0, 0, 1, 2] * 20)[: 15 + 4 * i], code=code)
        for i, code in enumerate(CODES)
        if code in codes
    )
    scalars = {"rise.dasar": LogitNormal(-3.0, 0.5), "year_sd": Fixed(0.4), "village_sd": Fixed(0.3)}
    found = make_scenario(districts[0], {**scalars, "district_sd": between}, horizon=horizon)
    return replace(found, districts=districts, provinces={"99.01": "Provinsi Rekaan"} if "99.01" in codes else {})


@pytest.fixture(scope="module")
def made() -> Forecast:
    """Return a forecast of five districts in three provinces."""
    return forecast(scenario_of(*CODES), DRAWS, REPLICATES, SEED)


@pytest.mark.parametrize("place", range(len(CODES)))
def test_a_district_alone_is_its_slice_of_all(made: Forecast, place: int) -> None:
    """Every number of its years and villages is the same bit for bit: luck and lasting difference have its address."""
    scenario = scenario_of(CODES[place])
    alone = forecast(scenario, DRAWS, REPLICATES, SEED)
    assert year_rows(scenario, alone.districts[0]) == year_rows(made.scenario, made.districts[place])
    (one,), other = (alone.districts, made.districts[place])
    assert (one.shortfall, one.at_least, one.all_years) == (other.shortfall, other.at_least, other.all_years)
    for name, column in village_columns(alone, one).items():
        assert np.array_equal(column, village_columns(made, other)[name]), name


def test_districts_belong_where_the_table_says_else_where_their_codes_do() -> None:
    """The first two digits of an official code; a district of which nothing is known has no province's name."""
    provinces = provinces_of(scenario_of(*CODES))
    assert [(one.code, one.name, one.districts) for one in provinces] == [
        ("63", "Kalimantan Selatan", (0, 1)),
        ("64", "Kalimantan Timur", (2, 3)),
        ("99", "Provinsi Rekaan", (4,)),
    ]
    odd = replace(scenario_of("63.01", "63.02"), provinces={"63.02": "Lain"})
    assert [one.name for one in provinces_of(odd)] == ["Kalimantan Selatan", "Lain"]
    bare = make_scenario(make_villages((3,), status=[0] * 3, code="kota"))
    assert [(one.code, one.name) for one in provinces_of(bare)] == [("", "")]


def test_what_districts_do_together_is_counted_in_the_trajectories(made: Forecast) -> None:
    """How many meet it, in all and in a province; how many villages are missing where it is not met."""
    assert made.ensemble_run is not None
    target = made.scenario.target
    met = np.array([outcome.counts.met(target) for outcome in made.ensemble_run.outcomes])
    missing = [
        np.maximum(outcome.counts.needed(target) - outcome.counts.score(target), 0).mean(axis=(0, 1))
        for outcome in made.ensemble_run.outcomes
    ]
    for t, meeting in enumerate(result_of(made).meeting):
        assert meeting.number == pytest.approx(
            np.bincount(met[..., t].sum(axis=0).ravel(), minlength=6) / 480, abs=1e-6
        )
        assert meeting.all == pytest.approx(met[..., t].all(axis=0).mean(), abs=1e-6)
        assert meeting.shortfall == pytest.approx([of_district[t] for of_district in missing], abs=1e-6)
        for province, places in zip(meeting.provinces, ([0, 1], [2, 3], [4]), strict=True):
            counts = met[places, ..., t].sum(axis=0).ravel()
            assert province.number == pytest.approx(np.bincount(counts, minlength=len(places) + 1) / 480, abs=1e-6)
            assert province.shortfall == pytest.approx(sum(missing[place][t] for place in places), abs=1e-6)
            assert province.mean == pytest.approx(
                sum(made.districts[i].years[t].probability_met for i in places), abs=1e-6
            )


def test_districts_that_differ_meet_it_together_less_often_than_alike_ones() -> None:
    """Both distributions are told, year by year; alike ones scatter more, for they share their luck of parameters."""
    for meeting in result_of(forecast(scenario_of(*CODES, between=2.5), 200, 8, SEED)).meeting:
        assert meeting.alike is not None
        assert meeting.alike.number is not None
        assert sum(meeting.alike.number) == pytest.approx(1, abs=1e-5)
        assert meeting.number != meeting.alike.number
    assert result_of(forecast(scenario_of(*CODES, between=0.0), 20, 8, SEED)).meeting[0].alike is None


@pytest.mark.parametrize(("draws", "replicates", "share"), [(1000, 20, 0.25), (1000, 1, 0.25), (7, 3, 2 / 7)])
def test_alike_districts_take_a_quarter_of_the_effort(draws: int, replicates: int, share: float) -> None:
    """Of the replicates, or of the draws where there are too few replicates."""
    from simulation.engine.effort import Effort

    effort = Effort(draws, replicates)
    assert effort_alike(effort).trajectories == pytest.approx(share * effort.trajectories)


def test_an_exact_shortfall_is_that_of_the_binomial() -> None:
    """Independent villages of one chance: the mean of max(0, needed − rises); simulated within its error."""
    villages = make_villages((40,), status=[0] * 40)
    chance, needed, number = 0.06, 2, np.arange(41)
    scenario = make_scenario(villages, {"rise.dasar": chance}, priors=NEUTRAL, horizon=1)
    from scipy.stats import binom

    weights = binom.pmf(number, 40, chance)
    shortfall = np.maximum(needed - number, 0)
    expected = float((weights * shortfall).sum())
    assert forecast(scenario, engine="exact").districts[0].shortfall == pytest.approx((expected,))
    error = np.sqrt(float((weights * (shortfall - expected) ** 2).sum()) / 20_000)
    assert forecast(scenario).districts[0].shortfall[0] == pytest.approx(expected, abs=4 * error)


def test_the_ranking_begins_with_the_least_likely(made: Forecast, tmp_path: Path) -> None:
    """In the answer, in its table and in the file, where every year has its own."""
    order = [one.district.district_code for one in ranked(result_of(made))]
    chances = {one.villages.district_code: one.years[0].probability_met for one in made.districts}
    assert order == sorted(chances, key=lambda code: chances[code])
    folder = written(made, tmp_path).path
    with (folder / "districts.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["district_code"] for row in rows[:5]] == order
    assert [int(row["rank"]) for row in rows] == [1, 2, 3, 4, 5] * 2
    with (folder / "meeting.csv").open(encoding="utf-8", newline="") as stream:
        numbers = list(csv.DictReader(stream))
    in_all = [float(row["probability"]) for row in numbers if row["year"] == "2026" and not row["province"]]
    assert len(in_all) == len(CODES) + 1
    assert sum(in_all) == pytest.approx(1, abs=1e-5)
    assert {row["province"] for row in numbers} == {"", "Kalimantan Selatan", "Kalimantan Timur", "Provinsi Rekaan"}


def test_a_short_answer_names_the_least_likely_and_a_long_one_ranks_all(made: Forecast) -> None:
    """With provinces, since there are several."""
    assert "Least likely to meet the target of 2026: " in in_terminal(made, "en")
    told = in_terminal(made, "en", verbose=True)
    assert "Districts, the least likely to meet the target of 2026 first" in told
    assert "Provinces, 2026" in told


def test_no_district_is_named_whose_counts_are_made_up() -> None:
    """A real name beside an invented count would say something of the place."""
    villages = [make_villages([6, 5], code=code) for code in CODES[:2]]
    scenario = replace(make_scenario(villages[0], horizon=1), districts=tuple(villages))
    told = in_terminal(forecast(scenario, 20, 5, SEED), "en")
    assert "No district is named: their counts are made up" in told
    assert "Least likely" not in told


@pytest.mark.parametrize("codes", [CODES, CODES[:2]], ids=["three provinces", "one"])
def test_the_figure_has_a_dot_for_every_district(codes: tuple[str, ...]) -> None:
    """On the line of its province, or of its own; no two labels share a line."""
    found = forecast(scenario_of(*codes), DRAWS, REPLICATES, SEED)
    (axes,) = plots.districts(found, "en").axes
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert sorted(float(dot.get_xdata()[0]) for dot in dots) == pytest.approx(
        sorted(one.years[0].probability_met for one in found.districts), abs=1e-6
    )
    assert len(axes.get_yticklabels()) == (3 if len(codes) == 5 else 2)


def test_one_district_of_several_is_asked_about_alone(made: Forecast) -> None:
    """It is its slice, in its province; sources hold, and a comparison takes it."""
    scenario = scenario_of(*CODES).of_district("64.03")
    alone = forecast(scenario, DRAWS, REPLICATES, SEED)
    assert year_rows(scenario, alone.districts[0]) == year_rows(made.scenario, made.districts[2])
    assert scenario_of(*CODES).of_district("99.01").provinces == {"99.01": "Provinsi Rekaan"}
    with pytest.raises(Refusal, match=r"64\.04 is not a district of test; it has 63\.01, 63\.02"):
        scenario_of(*CODES).of_district("64.04")
