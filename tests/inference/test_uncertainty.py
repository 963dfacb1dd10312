"""Monte Carlo error and parameter interval, against repetition over many seeds and known truths."""

from __future__ import annotations

import numpy as np
import pytest
from districts import make_scenario, make_villages

from simulation.domain.distributions import HalfNormal, LogitNormal
from simulation.inference.forecast import forecast
from simulation.inference.uncertainty import estimate, estimate_from_draws
from simulation.inputs.scenario import Scenario

REPEATS = 300


def small_uncertain() -> Scenario:
    """Return twenty villages whose chance of rising and yearly shock are uncertain."""
    villages = make_villages((10, 10), status=[0] * 14 + [1] * 4 + [2, 3])
    return make_scenario(villages, {"rise.dasar": LogitNormal(-2.9, 0.6), "year_sd": HalfNormal(0.5)}, horizon=1)


def test_the_monte_carlo_error_is_the_spread_over_seeds() -> None:
    """Over 300 seeds the sd of P(met) equals the root mean square of the stated errors, within 4 of its own errors."""
    scenario = small_uncertain()
    results = [forecast(scenario, 30, 8, seed, workers=1).districts[0].years[0].met for seed in range(REPEATS)]
    spread = np.std([r.probability for r in results], ddof=1)
    stated = np.sqrt(np.mean([r.monte_carlo_error**2 for r in results]))
    assert abs(spread / stated - 1) < 4 / np.sqrt(2 * REPEATS)


def test_the_monte_carlo_error_of_fixed_parameters_is_binomial() -> None:
    """With one draw the sd over seeds is √(p(1 − p)/R)."""
    scenario = make_scenario(make_villages((20,), status=[0] * 20), {"rise.dasar": 0.05, "year_sd": 0.4}, horizon=1)
    results = [forecast(scenario, None, 50, seed, workers=1).districts[0].years[0].met for seed in range(REPEATS)]
    spread = np.std([r.probability for r in results], ddof=1)
    stated = np.sqrt(np.mean([r.monte_carlo_error**2 for r in results]))
    assert abs(spread / stated - 1) < 4 / np.sqrt(2 * REPEATS)
    assert results[0].parameter_interval90 is None


@pytest.mark.parametrize("replicates", [4, 20, 100])
def test_the_parameter_interval_does_not_widen_with_noise(replicates: int) -> None:
    """Known truth: p ~ Beta(8, 4); its 90% interval is found whatever the number of replicates."""
    rng = np.random.default_rng(12)
    truth = rng.beta(8, 4, size=4_000)
    met = rng.random((4_000, replicates)) < truth[:, None]
    low, high = estimate(met).parameter_interval90  # type: ignore[misc]
    expected = np.quantile(truth, [0.05, 0.95])
    noisy = np.quantile(met.mean(axis=1), [0.05, 0.95])
    # Shrinking keeps the first two moments; with few replicates the shape is coarse.
    coarse = 1 / replicates if replicates < 10 else 0.5 / replicates
    assert abs(low - expected[0]) < coarse * 0.5 + 0.02
    assert abs(high - expected[1]) < coarse * 0.5 + 0.02
    assert noisy[1] - noisy[0] > high - low


def test_the_parameter_interval_closes_where_only_chance_varies() -> None:
    """One common p for every draw leaves an interval narrower than a tenth of the naive one."""
    met = np.random.default_rng(3).random((2_000, 20)) < 0.3
    low, high = estimate(met).parameter_interval90  # type: ignore[misc]
    naive = np.quantile(met.mean(axis=1), [0.05, 0.95])
    assert high - low < 0.35 * (naive[1] - naive[0])


@pytest.mark.parametrize("outcome", [True, False])
@pytest.mark.parametrize(("draws", "replicates", "independent"), [(1, 500, 500), (40, 25, 40)])
def test_unanimous_trajectories_leave_a_wilson_bound(
    outcome: bool, draws: int, replicates: int, independent: int
) -> None:
    """1.96 × the error is where the 95% Wilson interval of 0 (or all) of n ends."""
    z = 1.959963984540054
    result = estimate(np.full((draws, replicates), outcome))
    assert result.probability == float(outcome)
    assert z * result.monte_carlo_error == pytest.approx(z**2 / (independent + z**2))


def test_one_exact_draw_has_no_error() -> None:
    """Nothing is left to chance in a closed form with fixed parameters."""
    assert estimate_from_draws(np.array([0.7])).monte_carlo_error == 0
    several = estimate_from_draws(np.array([0.5, 0.6, 0.9]))
    assert several.monte_carlo_error == pytest.approx(np.std([0.5, 0.6, 0.9], ddof=1) / np.sqrt(3))
