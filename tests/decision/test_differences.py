"""How sure a paired difference is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from simulation.decision.differences import exact_difference, paired_difference
from simulation.domain.parameters import Rows

RANDOM = np.random.default_rng(2025)


def test_two_scenarios_that_cannot_differ_leave_nothing_to_estimate() -> None:
    """Difference, error and interval are exactly 0."""
    found = paired_difference(np.zeros((7, 5)), same_law=True)
    assert (found.mean, found.monte_carlo_error, found.parameter_interval90) == (0.0, 0.0, (0.0, 0.0))
    assert not found.distinguishable


def test_pairs_that_all_differ_alike_leave_an_error() -> None:
    """It is z / (n + z²): of draws where there are several, else of pairs."""
    square = norm.ppf(0.975) ** 2
    several = paired_difference(np.zeros((7, 5))).monte_carlo_error
    one = paired_difference(np.full((1, 5), -1.0))
    assert several == pytest.approx(np.sqrt(square) / (7 + square))
    assert one.monte_carlo_error == pytest.approx(np.sqrt(square) / (5 + square))
    assert (one.mean, one.parameter_interval90) == (-1.0, None)


def test_the_error_is_that_of_draw_means_or_of_the_pairs_of_the_only_draw() -> None:
    """Replicates of a draw share its parameters, so they do not count as independent."""
    values = RANDOM.integers(-1, 2, size=(64, 6)) + RANDOM.normal(size=(64, 1))
    assert paired_difference(values).monte_carlo_error == pytest.approx(values.mean(axis=1).std(ddof=1) / 8)
    assert paired_difference(np.tile(values, (3, 1)), rows=Rows(64, 64)).monte_carlo_error == pytest.approx(
        values.mean(axis=1).std(ddof=1) / 8
    )
    assert paired_difference(values[:1]).monte_carlo_error == pytest.approx(values[0].std(ddof=1) / np.sqrt(6))


def test_few_draws_or_replicates_say_nothing_of_the_parameters() -> None:
    """There is no interval then."""
    values = RANDOM.normal(size=(50, 6)) + np.linspace(-9, 9, 50)[:, None]
    assert paired_difference(values).parameter_interval90 is not None
    assert paired_difference(values[:49]).parameter_interval90 is None
    assert paired_difference(values[:, :4]).parameter_interval90 is None
    assert paired_difference(values, rows=Rows(49, 49)).parameter_interval90 is None


def test_the_interval_leaves_the_noise_of_few_replicates_out() -> None:
    """Effects N(0.3, 0.2²) seen through noise three times as wide: the interval is that of the effects.

    A quantile at 5% of 4,000 draws has a standard error of 0.2 × 2.11 / √4000 × (1 + noise), below 0.02.
    """
    effects = RANDOM.normal(0.3, 0.2, size=(4_000, 1))
    found = paired_difference(effects + RANDOM.normal(0, 0.6, size=(4_000, 10))).parameter_interval90
    assert found is not None
    assert found == pytest.approx(norm(0.3, 0.2).ppf([0.05, 0.95]), abs=0.03)


def test_what_a_difference_leans_towards_keeps_draws_without_any_at_none() -> None:
    """Three draws in four have no effect, one 0.2: with 20 replicates the lower end is 0, not a small gain for all."""
    leaning = np.tile([0.0, 0.0, 0.0, 0.2], 1_000)
    values = (RANDOM.random((4_000, 20)) < leaning[:, None]).astype(float)
    alone, leaned = (paired_difference(values, towards=way).parameter_interval90 for way in (None, leaning))
    assert alone is not None
    assert leaned is not None
    assert alone[0] > 0.004
    assert leaned == pytest.approx((0.0, 0.2), abs=4 * np.sqrt(0.2 * 0.8 / 20_000))


def test_noise_in_what_a_difference_leans_towards_does_not_widen_the_interval() -> None:
    """A leaning that is noise itself: the interval still has the spread of the effects."""
    effects = RANDOM.normal(0.3, 0.1, size=(4_000, 1))
    values, blurred = effects + RANDOM.normal(0, 0.6, size=(4_000, 10)), RANDOM.normal(1.0, 0.4, 4_000)
    found = paired_difference(values, towards=blurred).parameter_interval90
    assert found is not None
    assert found == pytest.approx(norm(0.3, 0.1).ppf([0.05, 0.95]), abs=0.03)


def test_an_exact_difference_has_the_error_of_its_draws_alone() -> None:
    """One draw leaves none."""
    values = RANDOM.normal(size=50)
    found = exact_difference(values)
    assert found.monte_carlo_error == pytest.approx(values.std(ddof=1) / np.sqrt(50))
    assert found.parameter_interval90 == pytest.approx(tuple(np.quantile(values, [0.05, 0.95])))
    assert exact_difference(values[:1]).monte_carlo_error == 0.0
    assert exact_difference(values[:1]).parameter_interval90 is None


def test_draws_that_differ_by_noise_alone_have_no_interval() -> None:
    """Noise N(0, 1) and no effect: told apart in P(Z > 1) = 16 % of 400 trials, four standard errors aside."""
    told = [
        paired_difference(RANDOM.normal(0.1, 1.0, size=(200, 10))).parameter_interval90 is not None for _ in range(400)
    ]
    assert np.mean(told) <= norm.sf(1) + 4 * np.sqrt(norm.sf(1) * norm.cdf(1) / 400)


def test_what_the_draws_differ_by_is_told_where_it_is_well_above_its_error() -> None:
    """Effects N(0, τ²), means of noise N(0, 1 / R): the error of the estimated τ² is (τ² + 1 / R) √(2 / D).

    With D = 500, R = 10 and τ² = 0.09 that is 0.012: the estimate is six errors above the one that it needs.
    """
    for _ in range(20):
        effects = RANDOM.normal(0.0, 0.3, size=(500, 1))
        found = paired_difference(effects + RANDOM.normal(0.0, 1.0, size=(500, 10))).parameter_interval90
        assert found is not None
        assert found == pytest.approx(norm(0, 0.3).ppf([0.05, 0.95]), abs=0.16)


def test_pairs_that_all_agree_say_nothing_of_the_parameters() -> None:
    """No pair differs, and the laws do: an interval from 0 to 0 would be too sure of it."""
    assert paired_difference(np.zeros((50, 10))).parameter_interval90 is None


def test_an_interval_reaches_to_its_mean() -> None:
    """Thirty draws in a thousand differ by 1, the others by nothing: the mean, 0.03, lies beyond the 95% quantile."""
    values = np.repeat(np.where(np.arange(1_000) < 30, 1.0, 0.0)[:, None], 5, axis=1)
    assert paired_difference(values).parameter_interval90 == pytest.approx((0.0, 0.03))


def test_no_interval_excludes_its_mean_however_rare_the_difference() -> None:
    """Differences in one pair of some thousand, in draws that are prone to them."""
    for chance in np.linspace(0.0002, 0.02, 100):
        values = (RANDOM.random((500, 20)) < chance * RANDOM.exponential(size=(500, 1))).astype(float)
        found = paired_difference(values)
        if found.parameter_interval90 is not None:
            low, high = found.parameter_interval90
            assert low <= found.mean + 1e-12
            assert found.mean <= high + 1e-12


@pytest.mark.parametrize("rows", [None, Rows(150, 150), Rows(300, 150)])
def test_the_ends_of_an_interval_have_the_error_of_repetition(rows: Rows | None) -> None:
    """Effects N(0.3, 0.2²) in noise: over 150 runs the sd of either end is its stated error.

    Of 300 rows, each there twice, it is not more than stated: replicates leave them noise of their own.

    The ratio has a standard error of 1 / √300 from the repetitions; a jackknife of 20 groups is itself known to 1 / √40
    in one run, 0.01 in the root mean square of 150.
    """
    ends, errors = [], []
    for _ in range(150):
        effects = np.resize(RANDOM.normal(0.3, 0.2, size=300 if rows is None else int(rows.worth)), 300)
        effects = RANDOM.permutation(effects) if rows == Rows(300, 150) else effects
        found = paired_difference(effects[:, None] + RANDOM.normal(0, 0.6, size=(300, 10)), rows=rows)
        ends.append(found.parameter_interval90)
        errors.append(found.parameter_interval90_error)
    ratio = np.std(ends, axis=0, ddof=1) / np.sqrt(np.mean(np.square(errors), axis=0))
    assert (ratio < 1 + 4 / np.sqrt(300)).all()
    assert (ratio > (0.5 if rows == Rows(300, 150) else 1 - 4 / np.sqrt(300))).all()
