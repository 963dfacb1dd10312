"""Monte Carlo error and parameter interval, against repetition over many seeds and known truths."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from districts import make_scenario, make_villages
from numpy.typing import NDArray
from scipy.stats import beta, binom, norm, t

from simulation.domain.distributions import HalfNormal, LogitNormal
from simulation.domain.parameters import Rows
from simulation.inference.forecasting import forecast
from simulation.inference.uncertainty import error_of_mean, estimate, estimate_from_draws
from simulation.inputs.scenario import Scenario

REPEATS = 300
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


def small_uncertain() -> Scenario:
    """Return twenty villages whose chance of rising and yearly shock are uncertain."""
    villages = make_villages((10, 10), status=[0] * 14 + [1] * 4 + [2, 3])
    return make_scenario(villages, {"rise.dasar": LogitNormal(-2.9, 0.6), "year_sd": HalfNormal(0.5)}, horizon=1)


@pytest.mark.slow
def test_the_monte_carlo_error_is_the_spread_over_seeds() -> None:
    """Over 300 seeds the sd of P(met) equals the root mean square of the stated errors, within 4 of its own errors."""
    scenario = small_uncertain()
    results = [forecast(scenario, 30, 8, seed, workers=1).districts[0].years[0] for seed in range(REPEATS)]
    spread = np.std([r.probability_met for r in results], ddof=1)
    stated = np.sqrt(np.mean([r.monte_carlo_error**2 for r in results]))
    assert abs(spread / stated - 1) < 4 / np.sqrt(2 * REPEATS)


@pytest.mark.slow
def test_the_monte_carlo_error_of_fixed_parameters_is_binomial() -> None:
    """With one draw the sd over seeds is √(p(1 − p)/R)."""
    scenario = make_scenario(make_villages((20,), status=[0] * 20), {"rise.dasar": 0.05, "year_sd": 0.4}, horizon=1)
    results = [
        forecast(scenario, None, 50, seed, workers=1, estimator="plain").districts[0].years[0]
        for seed in range(REPEATS)
    ]
    spread = np.std([r.probability_met for r in results], ddof=1)
    stated = np.sqrt(np.mean([r.monte_carlo_error**2 for r in results]))
    assert abs(spread / stated - 1) < 4 / np.sqrt(2 * REPEATS)
    assert results[0].parameter_interval90 is None


def assert_interval_is_found(met: Iterable[Bools], truth: Floats, spread: float, noise: float) -> None:
    """Check that shrunk intervals end at the true quantiles on average, and that unshrunk ones do not.

    Shrunk draw means are multiples of a step, √(Var_between / Var) / R: no quantile of theirs can be
    nearer than half a step for sure, so half a step of bias is granted beside 4 standard errors.

    Parameters
    ----------
    met
        One array (draw, replicate) a repetition.
    truth
        Shape (2,): the 5% and 95% quantile of the probability over parameters.
    spread
        Variance of the probability over parameters.
    noise
        Mean of p(1 − p): the variance of a replicate given its parameters.
    """
    repetitions = list(met)
    replicates = repetitions[0].shape[1]
    shrunk = np.array([estimate(one).parameter_interval90 for one in repetitions])
    naive = np.array([np.quantile(one.mean(axis=1), [0.05, 0.95]) for one in repetitions])
    half_step = np.sqrt(spread / (spread + noise / replicates)) / replicates / 2
    for ends, found in ((shrunk, True), (naive, False)):
        error = ends.std(axis=0, ddof=1) / np.sqrt(len(repetitions))
        assert ((np.abs(ends.mean(axis=0) - truth) < half_step + 4 * error) == found).all()


@pytest.mark.slow
@pytest.mark.parametrize("replicates", [5, 20])
def test_forecasts_state_the_parameter_interval_that_is_true(replicates: int) -> None:
    """Over 200 seeds the ends agree with the exact quantiles of P(at least 1 of 20 rises | r), r logit-normal."""
    prior = LogitNormal(-2.9, 0.4)
    scenario = make_scenario(make_villages((10, 10), status=[0] * 20), {"rise.dasar": prior}, horizon=1)
    exact = np.asarray(binom.sf(0, 20, prior.quantile((np.arange(100_000) + 0.5) / 100_000)))
    truth = np.asarray(binom.sf(0, 20, prior.quantile(np.array([0.05, 0.95]))))
    met = []
    for seed in range(200):
        result = forecast(scenario, 200, replicates, seed, workers=1, estimator="plain")
        assert result.ensemble_run is not None
        met.append(result.ensemble_run.outcomes[0].counts.met(scenario.target)[..., 0])
        assert vars(estimate(met[-1])).items() <= vars(result.districts[0].years[0]).items()
    assert_interval_is_found(met, truth, float(exact.var()), float(np.mean(exact * (1 - exact))))


@pytest.mark.parametrize("replicates", [5, 20, 50])
def test_the_parameter_interval_does_not_widen_with_noise(replicates: int) -> None:
    """Known truth: p ~ Beta(8, 4); its 90% interval is found whatever the number of replicates."""
    rng, (mean, spread) = np.random.default_rng(12), beta.stats(8, 4)
    met = (rng.random((400, replicates)) < rng.beta(8, 4, size=(400, 1)) for _ in range(REPEATS))
    assert_interval_is_found(met, np.asarray(beta.ppf([0.05, 0.95], 8, 4)), spread, mean * (1 - mean) - spread)


def test_the_parameter_interval_closes_where_only_chance_varies() -> None:
    """One common p for every draw: what is left of the naive width, squared, is the error of a variance, √(2 / D)."""
    draws = 2_000
    for seed in range(50):
        met = np.random.default_rng(seed).random((draws, 20)) < 0.3
        low, high = estimate(met).parameter_interval90  # type: ignore[misc]
        naive = np.quantile(met.mean(axis=1), [0.05, 0.95])
        assert ((high - low) / (naive[1] - naive[0])) ** 2 < 4 * np.sqrt(2 / draws)


@pytest.mark.parametrize("outcome", [True, False])
@pytest.mark.parametrize(("draws", "replicates", "independent"), [(1, 500, 500), (40, 25, 40)])
def test_unanimous_trajectories_leave_a_wilson_bound(
    outcome: bool, draws: int, replicates: int, independent: int
) -> None:
    """1.96 × the error is where the 95% Wilson interval of 0 (or all) of n ends."""
    z = 1.959963984540054
    result = estimate(np.full((draws, replicates), outcome))
    assert result.probability_met == float(outcome)
    assert z * result.monte_carlo_error == pytest.approx(z**2 / (independent + z**2))


def test_an_interval_reaches_to_the_probability() -> None:
    """Thirty draws in a thousand for which it is certain, and impossible for all others: from 0 to the mean, 0.03."""
    met = np.repeat((np.arange(1_000) < 30)[:, None], 20, axis=1)
    assert estimate(met).parameter_interval90 == pytest.approx((0.0, 0.03))


def test_one_exact_draw_has_no_error() -> None:
    """Nothing is left to chance in a closed form with fixed parameters."""
    assert estimate_from_draws(np.array([0.7])).monte_carlo_error == 0
    values = np.linspace(0.2, 0.9, 60)
    assert estimate_from_draws(values).monte_carlo_error == pytest.approx(np.std(values, ddof=1) / np.sqrt(60))


@pytest.mark.parametrize(("rows", "draws"), [(100, 100), (100, 400), (100, 2_050), (60, 90)])
@pytest.mark.parametrize("replicates", [1, 4])
def test_the_error_counts_draws_of_one_row_once(rows: int, draws: int, replicates: int) -> None:
    """Rows of Beta(2, 3), taken again and again: over 400 files the sd of the mean is the error that is stated.

    Each draw also has luck of its own, so that rows are not all that there is. The ratio has a standard error of
    1 / √(2 × 400), that of the stated error being far smaller.
    """
    rng, found = np.random.default_rng(31), []
    for _ in range(400):
        chance = rng.beta(2, 3, size=rows)[np.arange(draws) % rows]
        chance = np.clip(chance + rng.normal(0, 0.05, draws), 0, 1)
        found.append(estimate(rng.random((draws, replicates)) < chance[:, None], rows=Rows(rows, rows)))
    spread = np.std([one.probability_met for one in found], ddof=1)
    stated = np.sqrt(np.mean([one.monte_carlo_error**2 for one in found]))
    assert abs(spread / stated - 1) < 4 / np.sqrt(2 * 400)


@pytest.mark.parametrize("draws", [60, 240, 600])
@pytest.mark.parametrize("replicates", [0, 4])
def test_the_error_counts_rows_that_are_alike_as_fewer(draws: int, replicates: int) -> None:
    """Eighty values of Beta(2, 3) stand three times each in 240 rows in random order, which are worth just 80.

    Over 400 files the sd of the mean of exact values, or of trajectories, is the error that is stated, four standard
    errors of the ratio aside, whether the draws are some of the rows, all, or more. Independent rows would have
    an error of √(1/3) of that where all are taken.
    """
    rng, rows = np.random.default_rng(35), Rows(240, 80)
    found = []
    for _ in range(400):
        file = rng.permutation(np.repeat(rng.beta(2, 3, size=80), 3))
        chance = file[np.arange(draws) % 240]
        met = rng.random((draws, replicates)) < chance[:, None]
        found.append(estimate(met, rows=rows) if replicates else estimate_from_draws(chance, rows))
    spread = np.std([one.probability_met for one in found], ddof=1)
    stated = np.sqrt(np.mean([one.monte_carlo_error**2 for one in found]))
    assert abs(spread / stated - 1) < 4 / np.sqrt(2 * 400)


def test_rows_worth_too_few_draws_have_no_interval_and_the_wider_error_of_student() -> None:
    """A thousand rows that are worth 10: one value in each of ten, as far as the mean goes."""
    values = np.random.default_rng(36).normal(0.5, 0.1, 1_000)
    found = estimate_from_draws(values, Rows(1_000, 10))
    assert found.parameter_interval90 is None
    wider = t(9).ppf(0.975) / norm.ppf(0.975)
    assert found.monte_carlo_error == pytest.approx(np.std(values, ddof=1) / np.sqrt(10) * wider)
    met = np.ones((1_000, 5), dtype=bool)
    few = estimate(met[:10]).monte_carlo_error
    assert estimate(met, rows=Rows(1_000, 10)).monte_carlo_error == pytest.approx(few)


def test_exact_draws_of_one_row_are_one_draw() -> None:
    """A file of 100 rows that is gone through five times says no more than once, and its interval needs 50 rows."""
    values = np.random.default_rng(32).beta(2, 3, size=100)
    once, again = estimate_from_draws(values), estimate_from_draws(np.tile(values, 5), rows=Rows(100, 100))
    assert again.monte_carlo_error == pytest.approx(once.monte_carlo_error)
    assert once.parameter_interval90 is not None
    assert estimate_from_draws(np.tile(values[:49], 5), rows=Rows(49, 49)).parameter_interval90 is None


def test_an_error_is_never_nil_because_means_coincide() -> None:
    """Two draws that are met once in two: what chance within them leaves is the least that the error can be."""
    within = np.sqrt(0.5 / 4)
    for met, rows in (([[1, 0], [0, 1]], None), ([[1], [0], [0], [1]], Rows(2, 2))):
        error = estimate(np.array(met, dtype=bool), rows=rows).monte_carlo_error
        assert error == pytest.approx(within * t(1).ppf(0.975) / norm.ppf(0.975))


@pytest.mark.parametrize("draws", [3, 10, 49])
def test_few_draws_have_the_wider_error_of_student(draws: int) -> None:
    """1.96 errors to either side hold the truth in 95% of 4,000 trials, four standard errors aside."""
    values = np.random.default_rng(33).normal(size=(4_000, draws))
    held = [abs(one.mean()) < norm.ppf(0.975) * error_of_mean(one) for one in values]
    assert abs(np.mean(held) - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 4_000)


def test_few_draws_or_replicates_tell_no_interval() -> None:
    """From 50 draws and 5 replicates of each on there is one."""
    met = np.random.default_rng(34).random((50, 5)) < np.linspace(0.1, 0.9, 50)[:, None]
    assert estimate(met).parameter_interval90 is not None
    for fewer in (met[1:], met[:, 1:]):
        assert estimate(fewer).parameter_interval90 is None
