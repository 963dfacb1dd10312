"""The conditional estimator: against closed forms, against what happened, and its error against repetition."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import numpy as np
import pytest
from districts import everything_on, make_scenario, make_villages
from scipy.stats import binom

from simulation.domain.distributions import LogitNormal
from simulation.domain.target import Target
from simulation.engine import one_year
from simulation.engine.conditional import chance_that_enough_rise
from simulation.engine.effort import Effort, Simulator
from simulation.engine.ensemble import run
from simulation.inference.forecasting import forecast, summarise
from simulation.inputs.scenario import Scenario

VILLAGES = make_villages((12, 8), status=[0] * 11 + [1] * 5 + [2, 2, 3, 3])
LUCK = {"year_sd": 0.8, "subdistrict_sd": 0.5, "village_sd": 0.7, "peer_odds_ratio": 2.0}
"""What villages share, and what sets them apart."""


def with_luck(**changes: object) -> Scenario:
    """Return twenty villages of three years whose chances differ between years, kecamatan and villages."""
    return make_scenario(VILLAGES, LUCK, target=Target(**changes), horizon=3)  # type: ignore[arg-type]


def test_the_tail_is_that_of_the_generating_function() -> None:
    """Villages of any odds, 0 and infinite ones among them, against products of polynomials."""
    rng = np.random.default_rng(4)
    odds = np.exp(rng.normal(-1, 2, size=(30, 50)))
    odds[3], odds[7, ::2] = 0.0, np.inf
    must = rng.integers(0, 32, size=(2, 50))
    found = chance_that_enough_rise(odds, must)
    for case in range(50):
        chances = [1.0 if np.isinf(o) else o / (1 + o) for o in odds[:, case]]
        exactly = reduce(np.convolve, [np.array([1 - p, p]) for p in chances])
        expected = [exactly[number:].sum() for number in must[:, case]]
        np.testing.assert_allclose(found[:, case], expected, atol=1e-12)


def test_the_tail_of_alike_villages_is_binomial() -> None:
    """Against SciPy, at every number."""
    found = chance_that_enough_rise(np.full((12, 1), 1 / 3), np.arange(14)[:, None])[:, 0]
    np.testing.assert_allclose(found, binom.sf(np.arange(14) - 1, 12, 0.25), atol=1e-14)


def test_a_case_has_the_same_bits_in_any_company() -> None:
    """Alone or among others that ask for more: chunks and engines may cut as they like."""
    rng = np.random.default_rng(9)
    odds, must = np.exp(rng.normal(size=(25, 40))), rng.integers(0, 25, size=(2, 40))
    together = chance_that_enough_rise(odds, must)
    alone = [chance_that_enough_rise(odds[:, [case]], must[:, [case]]) for case in range(40)]
    assert (np.hstack(alone) == together).all()


@pytest.mark.parametrize("engine", ["batch", "mesa"])
def test_the_first_year_is_exact_in_every_draw(engine: Simulator) -> None:
    """Chance, error and range are those of the exact engine; the error of a later year is larger."""
    scenario = make_scenario(
        VILLAGES, {**LUCK, "rise.dasar": LogitNormal(-2.5, 0.6)}, target=Target(denominator="below_top"), horizon=2
    )
    exact = forecast(scenario, 60, seed=5, engine="exact").districts[0].years[0]
    first, second = forecast(scenario, 60, 20, 5, engine=engine).districts[0].years
    assert first.probability_met == pytest.approx(exact.probability_met, abs=1e-5)
    assert first.monte_carlo_error == pytest.approx(exact.monte_carlo_error, abs=1e-5)
    assert first.parameter_interval90 == pytest.approx(exact.parameter_interval90, abs=1e-5)
    assert second.monte_carlo_error > first.monte_carlo_error


def test_known_parameters_leave_no_error_in_the_first_year() -> None:
    """Not even of one trajectory; where chance places statuses, trajectories tell more of it than one exact chance."""
    scenario = make_scenario(VILLAGES, LUCK)
    assert forecast(scenario, replicates=40).districts[0].years[0].monte_carlo_error == 0
    unknown = make_villages([5, 4], counts=[5, 2, 1, 1])
    assert forecast(make_scenario(unknown, LUCK), replicates=40).districts[0].years[0].monte_carlo_error > 0


def test_an_exact_year_that_costs_too_much_beside_the_run_is_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chance given the luck of the year then stands in its place, with its error."""
    scenario = make_scenario(VILLAGES, LUCK)
    monkeypatch.setattr(one_year, "MOST_YEARS", 0)
    ensemble = run(scenario, Effort(1, 40))
    assert ensemble.first_year(0, scenario.target) is None
    assert summarise(ensemble, 0).years[0].monte_carlo_error > 0


@pytest.mark.slow
@pytest.mark.parametrize("scenario", [with_luck(), with_luck(denominator="below_top"), everything_on()])
def test_it_aims_at_what_happens_and_scatters_less(scenario: Scenario) -> None:
    """The same mean in every year within 4 standard errors; the law of total variance allows no more scatter."""
    outcome = run(scenario, Effort(1, 20_000), seed=3).outcomes[0]
    happened, chances = outcome.counts.met(scenario.target)[0], outcome.chance_met(scenario)[0]
    assert outcome.enough_rise.shape[-1] == 2
    apart = happened - chances
    assert (abs(apart.mean(axis=0)) <= 4 * apart.std(axis=0) / np.sqrt(len(apart))).all()
    assert (chances.std(axis=0) < happened.std(axis=0)).all()


@pytest.mark.slow
def test_its_error_is_that_of_repetition() -> None:
    """Over 300 seeds the scatter of P(met) is the error stated, within 4 standard errors of a standard deviation."""
    scenario = make_scenario(VILLAGES, {**LUCK, "rise.dasar": LogitNormal(-2.5, 0.6)}, horizon=2)
    runs = [forecast(scenario, 60, 5, seed=seed).districts[0].years for seed in range(300)]
    for t in range(2):
        found = np.array([years[t].probability_met for years in runs])
        stated = np.sqrt(np.mean([years[t].monte_carlo_error ** 2 for years in runs]))
        assert abs(found.std(ddof=1) / stated - 1) <= 4 / np.sqrt(2 * len(runs))


@pytest.mark.slow
def test_its_interval_over_parameters_is_nearer_to_the_exact_one() -> None:
    """Few replicates shift the plain interval by their noise; the conditional one moves less from seed to seed."""
    scenario = make_scenario(VILLAGES, {**LUCK, "rise.dasar": LogitNormal(-2.5, 0.6)})
    exact = np.array(forecast(scenario, 2_000, engine="exact").districts[0].years[0].parameter_interval90)
    away = {
        estimator: [
            np.array(forecast(scenario, 400, 6, seed, estimator=estimator).districts[0].years[0].parameter_interval90)
            - exact
            for seed in range(20)
        ]
        for estimator in ("plain", "conditional")
    }
    plain, conditional = (np.sqrt(np.mean(np.square(each))) for each in away.values())
    assert conditional < plain


@pytest.mark.parametrize("target", [Target(reading="stock"), Target(reading="entries"), Target(net_of_falls=True)])
def test_other_readings_count_what_happened(target: Target) -> None:
    """And so do lists that run late, and whoever asks for it."""
    scenario = make_scenario(VILLAGES, LUCK, target=target, horizon=2)
    outcome = run(scenario, Effort(1, 40)).outcomes[0]
    assert (outcome.chance_met(scenario) == outcome.counts.met(target)).all()
    late = make_scenario(VILLAGES, {**LUCK, "reporting.yearly": 0.7}, horizon=2)
    asked = make_scenario(VILLAGES, LUCK, horizon=2)
    assert (
        forecast(late, replicates=9).estimator == forecast(asked, replicates=9, estimator="plain").estimator == "plain"
    )
    assert forecast(asked, replicates=9).estimator == "conditional"


def test_what_is_said_of_one_year_agrees() -> None:
    """The row of its reading, "every year" of a single one, and the table of trajectories give one number."""
    scenario = replace(with_luck(), horizon=1)
    result = forecast(scenario, replicates=500)
    (year,), district = result.districts[0].years, result.districts[0]
    assert district.readings["rises_all"][0] == pytest.approx(year.probability_met, abs=1e-12)
    assert district.all_years is not None
    assert district.all_years.probability_met == year.probability_met
    assert district.at_least == {1: pytest.approx(year.probability_met, abs=1e-12)}
    error = result.ensemble["chance_met"].std() / np.sqrt(500)
    assert abs(result.ensemble["chance_met"].mean() - year.probability_met) < 4 * error
    assert district.readings["net_rises"][0] <= district.readings["rises_all"][0]
