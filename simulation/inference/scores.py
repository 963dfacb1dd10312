"""Proper scores of forecasts that are distributions over 0, 1, 2 …, and of how well they state their uncertainty.

A distribution is an array of shape (…, K): the chance of each of 0 … K − 1, summing to 1. Outcomes have the shape of
what is left without the last axis. Lower scores are better; a proper score is best on average for whoever states what
they truly expect.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import Bools, Floats

Outcomes = NDArray[np.integer[Any]] | Bools


def brier(chance: Floats, happened: Outcomes) -> Floats:
    """Return (p − o)², in [0, 1] (Brier 1950, Monthly Weather Review 78:1–3).

    Parameters
    ----------
    chance
        Any shape, in [0, 1].
    happened
        0 or 1.

    Examples
    --------
    >>> brier(np.array([0.271, 0.9]), np.array([0, 1])).round(6).tolist()
    [0.073441, 0.01]
    """
    return np.asarray((np.asarray(chance) - happened) ** 2)


def log_score(distribution: Floats, outcome: Outcomes) -> Floats:
    """Return −ln of the chance that was given to what came about (Good 1952, JRSS B 14:107–114).

    Infinite where that was 0. For an event that happens or not, the distribution is (1 − p, p).

    Examples
    --------
    >>> log_score(np.array([0.8, 0.1, 0.1]), np.array(0)).round(6).tolist()
    0.223144
    """
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(_at(distribution, outcome)))


def ranked_probability(distribution: Floats, outcome: Outcomes) -> Floats:
    """Return Σₖ (F(k) − 1{y ≤ k})², not divided by K − 1 (Epstein 1969, J. Applied Meteorology 8:985–987).

    For ordered levels this is the RPS, for counts the CRPS, in the unit of the count: between two whole numbers
    neither F nor 1{y ≤ x} changes, so that the integral of their squared difference is this sum.

    Examples
    --------
    >>> ranked_probability(np.array([0.01, 0.32, 0.44, 0.23]), np.array(2)).round(6).tolist()
    0.1619
    """
    reached = np.arange(distribution.shape[-1]) >= np.asarray(outcome, dtype=np.int64)[..., None]
    return np.asarray(((np.cumsum(distribution, axis=-1) - reached) ** 2).sum(axis=-1))


def ends(distribution: Floats, outcome: Outcomes) -> tuple[Floats, Floats]:
    """Return F(y − 1) and F(y): between what the probability integral transform lies."""
    above = np.clip(_at(np.cumsum(distribution, axis=-1), outcome), 0.0, 1.0)
    return np.clip(above - _at(distribution, outcome), 0.0, 1.0), above


def randomised_pit(distribution: Floats, outcome: Outcomes, uniform: Floats) -> Floats:
    """Return F(y − 1) + v · P(y): uniform on [0, 1] if outcomes come from the distributions.

    Parameters
    ----------
    uniform
        v, one for each outcome. Source: Czado, Gneiting & Held 2009, Biometrics 65:1254–1261.

    Examples
    --------
    >>> randomised_pit(np.array([0.25, 0.5, 0.25]), np.array(1), np.array(0.5)).tolist()
    0.5
    """
    low, high = ends(distribution, outcome)
    return np.asarray(low + uniform * (high - low))


def coverage(distribution: Floats, outcome: Outcomes, level: float) -> Floats:
    """Return how much of an outcome lies in the central interval of a level: 0, 1, or a share at one of its ends.

    No interval of whole numbers holds just 50%; one that holds at least 50% of them holds more. An outcome at the
    end of the interval therefore counts with the share of its chance that is needed: that of its randomised PIT
    within [(1 − level)/2, (1 + level)/2], averaged over the randomisation. If outcomes come from the
    distributions, the mean is the level, exactly.

    Parameters
    ----------
    level
        In (0, 1).

    Examples
    --------
    >>> fair = np.array([0.25, 0.5, 0.25])
    >>> [coverage(fair, np.array(y), 0.8).round(3).tolist() for y in (0, 1, 2)]
    [0.6, 1.0, 0.6]
    """
    low, high = ends(distribution, outcome)
    inside = np.minimum(high, (1 + level) / 2) - np.maximum(low, (1 - level) / 2)
    return np.asarray(np.clip(inside, 0.0, None) / np.where(high > low, high - low, np.inf))


def _at(distribution: Floats, outcome: Outcomes) -> Floats:
    place = np.asarray(outcome, dtype=np.int64)[..., None]
    return np.asarray(np.take_along_axis(np.asarray(distribution), place, axis=-1)[..., 0])


def weighted_interval(quantiles: Mapping[float, float], outcome: float) -> float:
    """Return twice the mean pinball loss of some quantiles: what they tell of the CRPS, in the unit of the outcome.

    For a median with central intervals this is the weighted interval score. Source: Bracher, Ray, Gneiting & Reich
    2021, PLoS Computational Biology 17:e1008618.

    Parameters
    ----------
    quantiles
        Level in (0, 1) -> quantile.

    Examples
    --------
    >>> weighted_interval({0.25: 7.0, 0.5: 12.0, 0.75: 21.0}, 7)
    4.0
    """
    losses = [(outcome - value) * (level - (outcome < value)) for level, value in quantiles.items()]
    return 2 * fmean(losses)
