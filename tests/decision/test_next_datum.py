"""Which datum narrows P(met) most, against a case in which the answer is a sum over a binomial."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from districts import NEUTRAL, make_scenario, make_villages
from scipy.special import expit, logit
from scipy.stats import binom

from simulation.decision.next_datum import next_datum
from simulation.domain.distributions import Empirical, HalfNormal, LogitNormal
from simulation.domain.messages import Refusal
from simulation.domain.parameters import DEFAULT_PRIORS
from simulation.inputs.scenario import Scenario

PRIOR = LogitNormal(-2.5, 0.9)


def all_at_the_bottom(**scalars: object) -> Scenario:
    """Return 40 villages at dasar of which 2 must rise, with only the chance of rising unknown."""
    known = {**NEUTRAL, "rise.dasar": PRIOR, "fall": 0.0, **scalars}
    return make_scenario(make_villages([40], status=[0] * 40), known, horizon=1)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_list_leaves_what_a_binomial_leaves() -> None:
    """One year of 40 villages that only rise: E Var(P(met) | k rises) over a fine grid of the prior.

    1,000 draws and 400 outcomes: the remaining sd within 4 of its standard errors, to which the finite number of
    draws adds as much again.
    """
    grid = PRIOR.quantile((np.arange(20_000) + 0.5) / 20_000)
    met = binom.sf(1, 40, grid)
    likelihood = binom.pmf(np.arange(41)[:, None], 40, grid)
    weight = likelihood / likelihood.sum(axis=1, keepdims=True)
    mean = weight @ met
    remaining = np.sqrt(likelihood.mean(axis=1) @ (weight @ met**2 - mean**2))
    found = next_datum(all_at_the_bottom(), draws=1000, tries=400)
    worth = {each.datum: each for each in found.data}
    assert found.sd == pytest.approx(met.std(), abs=4 * met.std() / np.sqrt(2 * 1000))
    assert found.probability_met == pytest.approx(met.mean(), abs=4 * met.std() / np.sqrt(1000))
    error = 4 * np.hypot(worth["village_list"].monte_carlo_error, remaining / np.sqrt(2 * 1000))
    assert worth["village_list"].remaining_sd == pytest.approx(remaining, abs=error)
    assert worth["village_list"].narrowing > 0.3


def test_what_tells_nothing_is_not_asked_for() -> None:
    """Where nobody can fall, a record of falls leaves all as it was; the order is by what remains."""
    found = next_datum(all_at_the_bottom(), draws=400, tries=50)
    assert {each.datum for each in found.data} == {"launch_years", "village_list"}
    remaining = [each.remaining_sd for each in found.data]
    assert remaining == sorted(remaining)


@pytest.mark.slow
def test_years_of_launch_say_more_than_one_year_where_years_differ() -> None:
    """With a large shock unknown in size, nine years of history tell more of the usual year than a single one."""
    found = next_datum(all_at_the_bottom(year_sd=HalfNormal(0.7)), draws=600, tries=100)
    assert [each.datum for each in found.data] == ["launch_years", "village_list"]


def test_years_of_launch_that_are_known_are_not_asked_for() -> None:
    """Whether a calibration used them, or somebody doubts them; two lists tell falls too."""
    scenario = all_at_the_bottom(fall=LogitNormal(-4, 1))
    assert {each.datum for each in next_datum(scenario, draws=300, tries=10, given=["launch_years"]).data} == {
        "village_list"
    }
    scenario = all_at_the_bottom()
    scalars = {**scenario.parameters.scalars, "year_sd": Empirical(np.array([0.4, 0.5]))}
    known = replace(scenario, parameters=replace(scenario.parameters, scalars=scalars, blocks=("launch_years",)))
    assert {each.datum for each in next_datum(known, draws=100, tries=10).data} == {"village_list"}


@pytest.mark.parametrize("of", ["district_effect.63.99", "village_effect"])
def test_what_the_past_says_of_a_district_and_its_villages_is_taken_from_the_draws(of: str) -> None:
    """Where all villages are e^0.8 apart, by the district or each, the answer is that of rises so much more likely."""
    rise = PRIOR.quantile(np.random.default_rng(5).random(100))
    scenario = all_at_the_bottom(**{"rise.dasar": Empirical(rise), "district_sd": 1.0, "village_sd": 1.0})
    codes = scenario.districts[0].codes
    apart = [of] if "." in of else [f"{of}.{code}" for code in codes]
    alone = {"district_effect.63.99": 1.0, **{f"village_effect.{code}": 1.0 for code in codes}}
    effects = {
        key: Empirical(np.full(100, value)) for key, value in {**alone, **dict.fromkeys(apart, np.exp(0.8))}.items()
    }
    known = replace(scenario.parameters, scalars={**scenario.parameters.scalars, **effects})
    above = {f"rise.{level}": expit(logit(NEUTRAL[f"rise.{level}"].value) + 0.8) for level in ("berkembang", "mandiri")}
    other = all_at_the_bottom(**{"rise.dasar": Empirical(expit(logit(rise) + 0.8)), **above})
    told, expected = (next_datum(one, draws=100, tries=20) for one in (replace(scenario, parameters=known), other))
    assert told.sd == pytest.approx(expected.sd)
    assert [one.remaining_sd for one in told.data] == pytest.approx([one.remaining_sd for one in expected.data])


def test_a_district_that_may_differ_is_one_thing_more_that_data_tell() -> None:
    """Its chances are as unknown as by so much wider a prior: the spread is that of the binomial over both."""
    scenario = all_at_the_bottom(**{"rise.dasar": PRIOR, "district_sd": 0.9})
    wider = LogitNormal(-2.5, float(np.hypot(0.9, 0.9))).quantile((np.arange(20_000) + 0.5) / 20_000)
    spread = binom.sf(1, 40, wider).std()
    assert next_datum(scenario, draws=300, tries=5).sd == pytest.approx(spread, abs=4 * spread / np.sqrt(2 * 300))


def test_the_default_priors_are_simulated() -> None:
    """A kecamatan shock rules the exact engine out; the noise of the replicates is taken off."""
    scenario = make_scenario(make_villages([10, 10], status=[0, 1] * 10), DEFAULT_PRIORS, horizon=1)
    found = next_datum(scenario, draws=300, tries=40)
    assert 0 < found.data[0].remaining_sd < found.sd < 0.5


def test_questions_without_an_answer_are_refused() -> None:
    """Nothing uncertain, or a matrix."""
    with pytest.raises(Refusal, match="plain number"):
        next_datum(all_at_the_bottom(**{"rise.dasar": 0.1}))
    matrix = tuple(tuple(float(a == b) for a in range(4)) for b in range(4))
    with pytest.raises(Refusal, match="gives a matrix"):
        next_datum(make_scenario(make_villages([3], status=[0, 0, 0]), matrix=matrix))
