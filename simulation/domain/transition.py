"""The yearly transition law: from odds and one uniform to a village's next status.

Every function takes numbers or arrays alike, and uses only + − × ÷ and comparisons in a fixed order
(exponentials are made once, in tables), so that a village that decides for itself and a block of
thousands that are decided together agree to the last bit.

One uniform u decides everything: the lowest part of [0, 1) leads to the highest level, the highest
part to the lowest, so that u < P(next status ≥ d) exactly when the next status is at least d.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from .arrays import Floats, Ints
from .elementary import exp

LARGEST_LOG_ODDS = 200.0
LARGEST_ODDS = 2.0**60
"""Beyond which a chance is 1 to any uniform."""
Number = TypeVar("Number", float, Floats)
Decision = Any
"""A bool for numbers, an array of bool for arrays."""


IMPOSSIBLE = 2.0**-100
"""No uniform can tell a smaller chance from 0, and as 0 it cannot overflow."""


def odds(probability: Floats) -> Floats:
    """Return p / (1 − p), infinite at 1."""
    with np.errstate(divide="ignore"):
        return np.asarray(_possible(probability) / (1 - probability))


def odds_against(probability: Floats) -> Floats:
    """Return (1 − p) / p, infinite at 0."""
    with np.errstate(divide="ignore"):
        return np.asarray((1 - probability) / _possible(probability))


def chance(odds_for: Floats) -> Floats:
    """Return O / (1 + O): 0 for odds of 0, 1 for infinite odds."""
    finite = np.minimum(odds_for, LARGEST_ODDS)
    return np.asarray(finite / (1 + finite))


def _possible(probability: Floats) -> Floats:
    return np.where(probability < IMPOSSIBLE, 0.0, probability)


def factor(log_odds: Floats) -> Floats:
    """Return the factor by which a sum of log-odds terms multiplies the odds; exactly 1 for 0.

    The only exponential of the law. Contiguous input, so that equal terms give equal bits
    whatever the shape of the array they stand in. Beyond ±`LARGEST_LOG_ODDS`, where a chance is 0 or 1
    to any uniform, it stops growing: a product of several factors stays finite.
    """
    log_odds = np.ascontiguousarray(log_odds)
    if log_odds.max(initial=0) > LARGEST_LOG_ODDS or log_odds.min(initial=0) < -LARGEST_LOG_ODDS:
        log_odds = np.clip(log_odds, -LARGEST_LOG_ODDS, LARGEST_LOG_ODDS)
    return exp(log_odds)


def rises(uniform: Number, rise_odds: Number) -> Decision:
    """Return whether u < r, with r / (1 − r) = `rise_odds`."""
    return uniform < (1 - uniform) * rise_odds


def rises_past(uniform: Number, rise_odds: Number, reaches: Number) -> Decision:
    """Return whether a rise goes on to a level: u < r · `reaches`, given u < r.

    `reaches` is the chance, given a rise, of ending at that level or above.
    """
    finite = np.minimum(rise_odds, LARGEST_ODDS)
    return uniform * (1 + finite) < finite * reaches


def falls(uniform: Number, rise_odds: Number, fall: Number) -> Decision:
    """Return whether 1 − u < (1 − r) · `fall`: the other end of the same uniform.

    `fall` is the chance of falling given no rise.
    """
    return (1 - uniform) * (1 + rise_odds) < fall


def falls_past(uniform: Number, rise_odds: Number, fall: Number, reaches: Number) -> Decision:
    """Return whether a fall goes on to a level: 1 − u < (1 − r) · `fall` · `reaches`.

    `reaches` is the chance, given a fall, of ending at that level or below.
    """
    return (1 - uniform) * (1 + rise_odds) < fall * reaches


def fall_chance(against: Number, effect: Number) -> Number:
    """Return expit(logit f⁰ + Efall).

    Parameters
    ----------
    against
        (1 − f⁰) / f⁰, infinite where a fall cannot happen.
    effect
        exp(−Efall): 1 without interventions, above 1 where they protect.
    """
    return 1 / (1 + against * effect)


def share_above(levels: Ints) -> Floats:
    """Return the share of the *other* villages of each kecamatan that stand above each level.

    Parameters
    ----------
    levels
        Shape (K, 4, T): villages per kecamatan and level.

    Returns
    -------
    Shape (K, 4, T), in [0, 1]; 0 in a kecamatan of one.
    """
    above = np.zeros(levels.shape)
    for level in (2, 1, 0):
        above[:, level] = above[:, level + 1] + levels[:, level + 1]
    others = np.maximum(np.rint(levels.sum(axis=1)) - 1, 1)  # the past is told in parts of villages
    return np.asarray(above / others[:, None])
