"""How sure a difference is: estimators for paired trajectories (draws × replicates), and for exact values per draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..domain.arrays import Bools, Floats
from ..domain.parameters import Rows
from ..inference.uncertainty import (
    FEWEST_REPLICATES,
    INTERVAL90,
    error_of_mean,
    interval_with_mean,
    simulation_error,
    tells_of_parameters,
)

GROUPS = 20
"""Of draws, one of which is left out at a time to see how sure an interval is."""
ERRORS_APART = 2.0
"""A difference of fewer standard errors than this may be none."""
ALIKE = 1e-12
"""By how much numbers differ that differ only in how they were summed."""
VARIANCE_ERRORS = 1.0
"""Nor is a variance of fewer: with no variance at all, one estimate in six is larger."""


@cache
def errors_apart(size: int) -> float:
    """Return the standard errors of a difference beyond which two of so many things differ by more than noise.

    Of things that are all alike no two differ by more in 19 cases of 20: the 95% quantile of the range of `size` normal
    numbers (Tukey) over √2. 1.96 for two, 4.43 for 135.

    Examples
    --------
    >>> [round(errors_apart(size), 2) for size in (2, 3, 10, 135)]
    [1.96, 2.34, 3.16, 4.43]
    """
    from scipy.special import ndtr

    if size < 2:
        return 0.0
    # `scipy.stats.studentized_range` says the same, and `scipy.optimize` finds roots; to load them takes longer than
    # most forecasts.
    x = np.linspace(-9, 9, 2001)
    cumulative, density = ndtr(x), np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)

    def short_of_95(spread: float) -> float:
        within = size * density * (cumulative - ndtr(x - spread)) ** (size - 1)
        return float(within.sum() * (x[1] - x[0])) - 0.95

    low, high = 0.5, 12.0
    while (middle := (low + high) / 2) not in {low, high}:
        low, high = (middle, high) if short_of_95(middle) < 0 else (low, middle)
    return high / float(np.sqrt(2))


def shared_ranks(size: int, difference: Callable[[int, int], tuple[float, float]]) -> list[int]:
    """Return ranks from 1 on of things in order: each shares that of the first from which it cannot be told.

    `difference` gives that of what stands at two places of the order, and its standard error.
    """
    errors, ranks, first = errors_apart(size), [], 0
    for place in range(size):
        apart, error = difference(first, place)
        first = place if abs(apart) > errors * error + ALIKE else first
        ranks.append(first + 1)
    return ranks


@dataclass(frozen=True)
class Difference:
    """A mean difference between two scenarios.

    Attributes
    ----------
    mean
        Scenario minus baseline.
    monte_carlo_error
        Its standard error from finitely many draws and replicates, see `simulation_error`.
    parameter_interval90
        5% and 95% quantile over the parameter draws, the noise of finitely many replicates taken out; where a
        skew leaves the mean beyond them it reaches to the mean. None where there are fewer than `FEWEST_DRAWS` or
        `FEWEST_REPLICATES`, and where the draws differ by no more than that noise.
    parameter_interval90_error
        Standard error of each of its ends.
    """

    mean: float
    monte_carlo_error: float
    parameter_interval90: tuple[float, float] | None
    parameter_interval90_error: tuple[float, float] | None = None

    @property
    def distinguishable(self) -> bool:
        """Whether it lies further from 0 than chance in the simulation would easily carry it."""
        return abs(self.mean) > ERRORS_APART * self.monte_carlo_error


def paired_difference(
    values: Floats, *, rows: Rows | None = None, same_law: bool = False, towards: Floats | None = None
) -> Difference:
    """Estimate a mean difference from pairs of trajectories that share draw, replicate and every random number.

    Parameters
    ----------
    values
        Shape (draw, replicate): scenario minus baseline.
    rows
        See `simulation_error`.
    same_law
        Whether the two scenarios cannot differ: then there is nothing to estimate.
    towards
        Shape (draw,): what the difference of a draw is about proportional to, where that is known with less
        noise; None for nothing.

    Notes
    -----
    Where all pairs differ alike, the Wilson bound of the error is that of the chance of a pair that is otherwise, taken
    to be otherwise by one.

    The interval takes the noise out of the draw means as `parameter_interval` does: their variance is that of the
    draws plus mean(s²) / R, s² being the variance of the paired differences within a draw. Before that, what
    `towards` leaves unexplained is shrunk on its own (Fay & Herriot 1979, *JASA* 74:269). Differences of chances
    need that: with 20 replicates most draws show no difference at all, and shrunk towards their mean alone all of
    these would pass for a small gain.

    The variance of the draws is the mean of D / (D − 1) (ȳ − mean)² − s² / R over the D draws, which has a standard
    error of its own. Not further than `VARIANCE_ERRORS` of these from 0 it may be none or several times as
    large: an interval would be that of the noise.
    """
    draws, replicates = values.shape
    means, mean = values.mean(axis=1), float(values.mean())
    if same_law:
        return Difference(mean, 0.0, None, None) if draws == 1 else Difference(mean, 0.0, (mean, mean), (0.0, 0.0))
    error = simulation_error(values, rows=rows)
    if not tells_of_parameters(draws, replicates, rows):
        return Difference(mean, error, None)
    noises = values.var(axis=1, ddof=1) / replicates
    if not _told_apart(means, noises):
        return Difference(mean, error, None)
    lean = np.zeros(draws) if towards is None else towards

    def interval(some: Bools) -> tuple[float, float]:
        return interval_with_mean(_without_noise(means[some], float(noises[some].mean()), lean[some]))

    return Difference(mean, error, *_with_error(interval, draws, rows))


def exact_difference(values: Floats, rows: Rows | None = None, *, fixed: bool = False) -> Difference:
    """Return a mean difference known exactly for every draw, shape (draw,); one draw leaves no error at all.

    Where every number is `fixed`, draws differ by their lots alone: there is no interval over parameters.
    """
    mean, error = float(values.mean()), error_of_mean(values, rows)
    if fixed or not tells_of_parameters(values.size, FEWEST_REPLICATES, rows):
        return Difference(mean, error, None)

    def interval(some: Bools) -> tuple[float, float]:
        low, high = np.quantile(values[some], INTERVAL90)
        return float(low), float(high)

    return Difference(mean, error, *_with_error(interval, values.size, rows))


def _with_error(
    interval: Callable[[Bools], tuple[float, float]], draws: int, rows: Rows | None
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return an interval of all draws, and the errors of its ends by leaving out one group of draws at a time.

    The delete-a-group jackknife (Shao & Wu 1989, *Ann. Statist.* 17:1176), draws of one row staying together. Of rows
    that resemble each other the variance is at most so much larger as that of their mean.
    """
    taken = draws if rows is None else min(draws, rows.number)
    group = np.arange(draws) % taken % GROUPS
    left = np.array([interval(group != number) for number in range(GROUPS)])
    alike = 1.0 if rows is None else taken / rows.independent(draws)
    variance = ((left - left.mean(axis=0)) ** 2).sum(axis=0) * (GROUPS - 1) / GROUPS
    low, high = np.sqrt(variance * alike).tolist()
    return interval(group < GROUPS), (low, high)


def _told_apart(means: Floats, noises: Floats) -> bool:
    """Return whether draw means, shape (draw,), differ by more than by their noise, whose variances are given."""
    excess = (means - means.mean()) ** 2 * (means.size / (means.size - 1)) - noises
    return float(excess.mean()) > VARIANCE_ERRORS * float(excess.std(ddof=1)) / float(np.sqrt(means.size))


def _without_noise(means: Floats, noise: float, towards: Floats) -> Floats:
    """Return draw means, shape (draw,), drawn together until their variance has lost that of the noise."""
    size, centre = float(towards @ towards), float(means.mean())
    predicted = towards * (float(towards @ means) / size if size > 0 else 0.0)
    leaning = predicted + _scaled(means - predicted, float((means - predicted).var(ddof=1)) - noise)
    return centre + _scaled(leaning - centre, float(means.var(ddof=1)) - noise)


def _scaled(values: Floats, variance: float) -> Floats:
    """Return values about their mean as far apart as a variance says; where that is negative, all at their mean."""
    spread, centre = float(values.var(ddof=1)), float(values.mean())
    return np.asarray(centre + (values - centre) * np.sqrt(max(0.0, variance) / spread if spread > 0 else 0.0))
