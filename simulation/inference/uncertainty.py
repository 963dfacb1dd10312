"""How sure a probability is: chance, uncertain parameters and finite simulation kept apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

WILSON_Z = 1.959963984540054
INTERVAL90 = (0.05, 0.95)
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
        Standard error from finitely many draws and replicates.
    parameter_interval90
        5% and 95% quantile of the probability over the parameter draws, the noise of finitely many
        replicates taken out; where a skew leaves the mean beyond them it reaches to the mean. None where there
        is one draw or one replicate.
    """

    probability_met: float
    monte_carlo_error: float
    parameter_interval90: tuple[float, float] | None


def estimate(met: Bools, completed: Bools | None = None) -> Estimate:
    """Estimate a probability from trajectories.

    Parameters
    ----------
    met
        Shape (draw, replicate): whether the event happened.
    completed
        Of the same shape, somewhere true: which trajectories count; None for all.

    Notes
    -----
    With several draws the standard error is that of the draw means (replicates of one draw share its
    parameters); with one draw it is binomial. Where all trajectories agree the error is a Wilson bound,
    z / (n + z²) with z = 1.96: times z, it is the far end of the 95% Wilson interval. n then counts draws
    where there are several, since how alike the replicates of a draw are cannot be seen.
    """
    if completed is not None and not completed.all():
        return _estimate_of_some(met & completed, completed)
    draws, replicates = met.shape
    means = met.mean(axis=1)
    probability = float(means.mean())
    if probability in (0.0, 1.0):
        independent = draws if draws > 1 else replicates
        error = WILSON_Z / (independent + WILSON_Z**2)
    elif draws > 1:
        error = float(means.std(ddof=1) / np.sqrt(draws))
    else:
        error = float(np.sqrt(probability * (1 - probability) / replicates))
    interval = parameter_interval(means, replicates) if draws > 1 and replicates > 1 else None
    return Estimate(probability, error, interval)


def _estimate_of_some(met: Bools, completed: Bools) -> Estimate:
    """Estimate a probability where some trajectories, (draw, replicate), did not reach their end.

    Notes
    -----
    The probability is the share among the completed. Draws then differ in weight, so the standard error
    is that of a ratio of sums (Cochran 1977, *Sampling Techniques*, section 6.4), which is `estimate`'s where
    all weights are equal. A draw without a completed trajectory is no draw; one with fewer than `FEWEST`
    says nothing of the interval, for the noise in its mean cannot be told.
    """
    drawn = completed.any(axis=1)
    happened, counted = met[drawn].sum(axis=1), completed[drawn].sum(axis=1)
    draws, size = counted.size, int(counted.sum())
    if draws == 1:
        return estimate(met[completed][None, :])
    probability = float(happened.sum() / size)
    if probability in (0.0, 1.0):
        error = WILSON_Z / (draws + WILSON_Z**2)
    else:
        squares = ((happened - probability * counted) ** 2).sum()
        error = float(np.sqrt(squares * draws / (draws - 1)) / size)
    telling = counted >= FEWEST
    means = happened[telling] / counted[telling]
    interval = parameter_interval(means, counted[telling]) if telling.sum() > 1 else None
    return Estimate(probability, error, interval)


def estimate_from_draws(probabilities: Floats) -> Estimate:
    """Estimate a probability from one exact value a draw, shape (draw,).

    One draw leaves no Monte Carlo error at all.
    """
    draws = probabilities.size
    probability = float(probabilities.mean())
    if draws == 1:
        return Estimate(probability, 0.0, None)
    low, high = np.quantile(probabilities, INTERVAL90)
    return Estimate(probability, error_of_mean(probabilities), (float(low), float(high)))


def error_of_mean(values: Floats) -> float:
    """Return the standard error of the mean of exact values, shape (draw,): 0 where only rounding tells them apart."""
    spread = float(values.std(ddof=1))
    return spread / float(np.sqrt(values.size)) if spread > ROUNDING * max(1.0, float(np.abs(values).max())) else 0.0


def parameter_interval(means: Floats, replicates: int | NDArray[np.int64]) -> tuple[float, float]:
    """Return the 90% interval of the probability over parameters.

    Parameters
    ----------
    means
        Shape (draw,): share of the replicates of each draw in which the event happened.
    replicates
        R, at least `FEWEST`; or one number a draw, where they differ.

    Notes
    -----
    Draw means scatter by their parameters and by chance. They are shrunk towards their mean by
    √(Var_between / Var), Var_between = Var − mean(s² / R), s² = p(1 − p) R / (R − 1).
    The interval reaches to their mean at least.
    """
    variance = float(means.var(ddof=1))
    scatter = means * (1 - means)
    # The first form is the second, but for the last bit, which published numbers keep.
    same = isinstance(replicates, int)
    within = float(np.mean(scatter)) / (replicates - 1) if same else float(np.mean(scatter / (replicates - 1)))
    shrink = np.sqrt(max(0.0, variance - within) / variance) if variance > 0 else 0.0
    centre = float(means.mean())
    low, high = interval_with_mean(centre + shrink * (means - centre))
    return max(0.0, low), min(1.0, high)


def interval_with_mean(values: Floats) -> tuple[float, float]:
    """Return the 5% and 95% quantile of values, shape (draw,), or their mean where that lies beyond.

    Noise that is taken out by shrinking leaves its skew behind: where most draws show nothing and few a little,
    the quantiles are those of the many.
    """
    low, high = np.quantile(values, INTERVAL90)
    mean = float(values.mean())
    return min(float(low), mean), max(float(high), mean)
