"""How sure a probability is: chance, uncertain parameters and finite simulation kept apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..domain.arrays import Bools, Floats, Ints
from ..domain.parameters import Rows

WILSON_Z = 1.959963984540054
INTERVAL90 = (0.05, 0.95)
FEWEST_DRAWS, FEWEST_REPLICATES = 50, 5
"""With fewer of either there is no interval over parameters: its ends would lie far too near to each other."""
ROUNDING = 1e-13
"""Spread of exact values below which they are the same, as a share of the largest or of 1."""
FEWEST = 2
"""Replicates of a draw from which the noise in their mean can be told."""


@dataclass(frozen=True)
class Estimate:
    """An estimated probability that the target is met.

    Attributes
    ----------
    probability_met
        In [0, 1].
    monte_carlo_error
        Standard error from finitely many draws and replicates, see `simulation_error`.
    parameter_interval90
        5% and 95% quantile of the probability over the parameter draws, the noise of finitely many
        replicates taken out; where a skew leaves the mean beyond them it reaches to the mean. None where there
        are fewer than `FEWEST_DRAWS` or `FEWEST_REPLICATES`.
    """

    probability_met: float
    monte_carlo_error: float
    parameter_interval90: tuple[float, float] | None


def estimate(
    chances: Floats | Bools, kept: Bools | None = None, rows: Rows | None = None, kept_with: Floats | None = None
) -> Estimate:
    """Estimate a probability from trajectories.

    Parameters
    ----------
    chances
        Shape (draw, replicate): how likely the event was, or whether it happened.
    kept
        Of the same shape, somewhere true: which trajectories count; None for all.
    rows
        See `simulation_error`.
    kept_with
        Of the same shape: with which chance each was kept, where that was decided at random (`SoFar`); else None.

    Notes
    -----
    A draw without a trajectory that is kept does not count; one with fewer than `FEWEST` says nothing of the interval,
    for the noise in its mean cannot be told.
    """
    if kept is None:
        kept = np.ones(chances.shape, dtype=bool)
    values = np.where(kept, chances, 0.0)
    total, counted = values.sum(axis=1), kept.sum(axis=1)
    telling = counted >= FEWEST
    interval = None
    if tells_of_parameters(int(telling.sum()), values.shape[1], rows):
        number = counted[telling]
        means, squares = total[telling] / number, (values[telling] ** 2).sum(axis=1)
        scatter = np.maximum(squares - number * means**2, 0.0) / (number - 1)
        if kept_with is None:
            interval = parameter_interval(means, scatter / number)
        else:
            interval = interval_of_kept(means, scatter / number, kept_with[telling])
    return Estimate(float(total.sum() / counted.sum()), simulation_error(values, kept, rows), interval)


def estimate_from_draws(probabilities: Floats, rows: Rows | None = None) -> Estimate:
    """Estimate a probability from one exact value a draw, shape (draw,).

    One draw leaves no Monte Carlo error at all.
    """
    draws = probabilities.size
    interval = None
    if tells_of_parameters(draws, FEWEST_REPLICATES, rows):
        low, high = np.quantile(probabilities, INTERVAL90)
        interval = float(low), float(high)
    return Estimate(float(probabilities.mean()), error_of_mean(probabilities, rows), interval)


def tells_of_parameters(draws: int, replicates: int, rows: Rows | None = None) -> bool:
    """Return whether so many independent draws, and replicates of each, are enough for an interval over parameters."""
    return _independent(draws, rows) >= FEWEST_DRAWS and replicates >= FEWEST_REPLICATES


def simulation_error(values: Floats, kept: Bools | None = None, rows: Rows | None = None) -> float:
    """Return the standard error of the mean of trajectories.

    Parameters
    ----------
    values
        Shape (draw, replicate).
    kept
        Of the same shape, somewhere true: which count; None for all.
    rows
        Of the file that draws are taken from; None where every draw is a new one, independent of all others.

    Notes
    -----
    Trajectories of one draw share its parameters, and draws of one row share those of the file: they are one cluster.
    The error is that of a ratio of sums over clusters (Cochran 1977, *Sampling Techniques*, section 6.4), which is
    sd / √n of their means where all are equally large; never below what the scatter within them alone would leave, so
    that means which coincide by luck do not pass for certainty. Of n clusters worth m independent ones
    (`Rows.independent`) what lies between them weighs n/m as much. Below `FEWEST_DRAWS` independent ones the error is
    wider as Student's t is wider than the normal, so that 1.96 of it hold 95% all the same. With one cluster it is
    sd / √n of its trajectories. Where an event was counted in all trajectories, or in none, it is a Wilson bound,
    z / (m + z²) with z = 1.96 (m trajectories, if there is one cluster): times z, the far end of the 95% Wilson
    interval. So it is of a single trajectory, which tells nothing of the scatter.
    """
    counted = np.ones(values.shape, dtype=bool) if kept is None else kept
    values, row = np.where(counted, values, 0.0), _row(values.shape[0], rows)
    number, total, squares = (np.bincount(row, each.sum(axis=1)) for each in (counted, values, values**2))
    number, total, squares = (each[number > 0] for each in (number, total, squares))
    clusters, size = number.size, float(number.sum())
    independent = _independent(clusters, rows)
    counted_alike = np.ptp(values[counted]) == 0 and values[counted][0] % 1 == 0
    if counted_alike or size == 1:
        return WILSON_Z / ((independent if clusters > 1 else size) + WILSON_Z**2)
    inside = number >= FEWEST
    scatter = np.maximum(squares - total**2 / number, 0.0)[inside] / (number[inside] - 1)
    within = float((scatter * number[inside]).sum()) / size**2
    if clusters == 1:
        return float(np.sqrt(within))
    apart = _between(total, number)
    alike = (clusters / independent - 1) * max(0.0, apart - within)
    return float(np.sqrt(max(apart + alike, within))) * _student(independent)


def error_of_rows(error: float, error_of_twice: float) -> float:
    """Return the error that stays however often the rows of a file are taken again.

    Parameters
    ----------
    error, error_of_twice
        Of a run that took every row, and of one with twice as many trajectories. What chance within the rows adds to
        the variance has halved between them, what the choice of the rows adds has not.
    """
    return float(np.sqrt(max(0.0, 2 * error_of_twice**2 - error**2)))


def error_of_mean(values: Floats, rows: Rows | None = None) -> float:
    """Return the standard error of the mean of exact values, shape (draw,): 0 where only rounding tells them apart.

    `rows` as in `simulation_error`.
    """
    if np.ptp(values) <= ROUNDING * max(1.0, float(np.abs(values).max())):
        return 0.0
    row = _row(values.size, rows)
    number, total = np.bincount(row).astype(np.float64), np.bincount(row, values)
    if number.size == 1:
        return 0.0
    independent = _independent(number.size, rows)
    return float(np.sqrt(_between(total, number) * number.size / independent)) * _student(independent)


def _row(draws: int, rows: Rows | None) -> Ints:
    """Return which row each draw takes, shape (draw,)."""
    return np.arange(draws) % (draws if rows is None else rows.number)


def _independent(draws: int, rows: Rows | None) -> float:
    """Return how many independent draws so many are worth."""
    return draws if rows is None else rows.independent(draws)


def _between(total: Floats, number: Floats) -> float:
    """Return the variance of a ratio of sums over clusters, each of shape (cluster,)."""
    apart = total - total.sum() / number.sum() * number
    return float((apart**2).sum() * number.size / (number.size - 1) / number.sum() ** 2)


def _student(independent: float) -> float:
    """Return how much wider than the normal Student's t is, at its 97.5% quantile; at least one degree of freedom."""
    if independent >= FEWEST_DRAWS:
        return 1.0
    from scipy.special import stdtrit

    return float(stdtrit(max(independent - 1, 1.0), 0.975)) / WILSON_Z


def parameter_interval(means: Floats, noise: Floats) -> tuple[float, float]:
    """Return the 90% interval of the probability over parameters.

    Parameters
    ----------
    means
        Shape (draw,): mean over the replicates of each draw.
    noise
        Shape (draw,): its variance by chance alone, s² / R of R replicates.

    Notes
    -----
    Draw means scatter by their parameters and by chance. They are shrunk towards their mean by
    √(Var_between / Var), Var_between = Var − mean(noise). The interval reaches to their mean at least.
    """
    variance = float(means.var(ddof=1))
    within = float(noise.mean())
    shrink = np.sqrt(max(0.0, variance - within) / variance) if variance > 0 else 0.0
    centre = float(means.mean())
    low, high = interval_with_mean(centre + shrink * (means - centre))
    return max(0.0, low), min(1.0, high)


def interval_of_kept(means: Floats, noise: Floats, kept_with: Floats) -> tuple[float, float]:
    """Return the 90% interval of the probability over parameters, given what trajectories were kept for.

    Parameters
    ----------
    means, noise
        Shape (draw,): mean over the trajectories that are kept of each draw, at least `FEWEST`, and its variance by
        chance alone, as for `parameter_interval`.
    kept_with
        Shape (draw, replicate): with which chance each trajectory was kept.

    Notes
    -----
    Given the reason, a draw weighs as its trajectories were expected to be kept, A = Σ chances. Those with fewer than
    `FEWEST` do not tell their noise, so every other weighs A / P(at least `FEWEST` kept) (Horvitz & Thompson 1952).
    Mean and variance of p over the draws, p² being mean² − noise, make a beta distribution; its quantiles are the
    interval. With the few trajectories that are kept of each draw, means that are shrunk, as in `parameter_interval`,
    would have few values.
    """
    none, one, more = np.ones(len(means)), np.zeros(len(means)), np.zeros(len(means))
    for chance in kept_with.T:
        more += one * chance
        none, one = none * (1 - chance), one * (1 - chance) + none * chance
    weight = kept_with.sum(axis=1) / more
    weight /= weight.sum()
    mean = min(1.0, float(weight @ means))
    variance = float(weight @ (means**2 - noise)) - mean**2
    if variance <= 0 or not 0 < mean < 1:
        return mean, mean
    from scipy.special import betaincinv

    size = max(0.0, mean * (1 - mean) / variance - 1)
    if size == 0:  # as far apart as can be: in every draw it happens always, or never
        return float(mean > 1 - INTERVAL90[0]), float(mean >= INTERVAL90[0])
    low, high = betaincinv(size * mean, size * (1 - mean), np.array(INTERVAL90))
    return min(float(low), mean), max(float(high), mean)


def interval_with_mean(values: Floats) -> tuple[float, float]:
    """Return the 5% and 95% quantile of values, shape (draw,), or their mean where that lies beyond.

    Noise that is taken out by shrinking leaves its skew behind: where most draws show nothing and few a little,
    the quantiles are those of the many.
    """
    low, high = np.quantile(values, INTERVAL90)
    mean = float(values.mean())
    return min(float(low), mean), max(float(high), mean)
