"""The conditional estimator: how likely a year's target was, given where a simulated year began and its luck.

What a village does in a year is then independent of all others, so the number of rises is a sum over villages
(Poisson-binomial). The mean of its exact tail over trajectories is the chance of meeting the target, as is the mean of
what happened in them, with less noise (conditional Monte Carlo: Asmussen and Glynn 2007, *Stochastic Simulation*, V.4).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..domain.arrays import Floats, Ints
from ..domain.reporting import lists_late
from ..domain.scenario import Assumptions
from ..domain.target import Counts, Target
from ..domain.transition import chance

Estimator = Literal["conditional", "plain"]
"""How the chance of a single year is estimated: from exact tails, or from what happened."""


def applied(asked: Estimator, scenario: Assumptions) -> Estimator:
    """Return the estimator that is used: the plain one where exact tails do not hold.

    They hold where the target counts rises, the list shows these at once, and the law is the standard one.
    """
    target = scenario.target
    gross = target.reading == "rises" and not target.net_of_falls
    return asked if gross and not scenario.own_law and not lists_late(scenario.parameters) else "plain"


def gross_rises(target: Target) -> tuple[Target, Target]:
    """Return the two readings whose chances are found together: rises of all villages, and of those below the top."""
    readings = target.readings()
    return readings["rises_all"], readings["rises_below_top"]


def numbers_needed(target: Target, levels: Counts) -> Ints:
    """Return how many must rise by each of them, shape (2, …), from villages per level at the start, (…, 4)."""
    return np.stack([each.needed(levels) for each in gross_rises(target)])


def chance_that_enough_rise(odds: Floats, must: Ints) -> Floats:
    """Return the chance that at least so many of independent villages rise.

    Parameters
    ----------
    odds
        Shape (V, T): odds of rising of V villages in T cases.
    must
        Shape (M, T): M numbers of villages, at least 0 each.

    Returns
    -------
    Shape (M, T). A case has the same bits whatever others stand beside it.

    Examples
    --------
    >>> chance_that_enough_rise(np.ones((3, 1)), np.array([[0], [1], [3]]))[:, 0].tolist()
    [1.0, 0.875, 0.125]
    """
    return at_least(np.cumsum(chances_of_numbers(odds, int(must.max())), axis=0), must)


def most_needed(target: Target, villages: int) -> int:
    """Return the largest of `numbers_needed`, wherever so many villages stand at the start."""
    at_top = np.arange(villages + 1)
    levels = np.zeros((villages + 1, 4), dtype=np.int32)
    levels[:, 0], levels[:, 3] = villages - at_top, at_top
    return int(numbers_needed(target, levels).max())


def chances_of_numbers(odds: Floats, numbers: int) -> Floats:
    """Return the chances that exactly 0 … `numbers` − 1 villages rise, shape (numbers, T), from odds, shape (V, T)."""
    rises = chance(odds)
    exactly = np.zeros((numbers, rises.shape[1]))
    if not numbers:
        return exactly
    exactly[0] = 1
    moved = np.empty_like(exactly)
    for number, rise in enumerate(rises):
        some = min(number + 1, len(exactly))
        np.multiply(exactly[:some], rise, out=moved[:some])
        exactly[:some] -= moved[:some]
        up = min(some, len(exactly) - 1)
        exactly[1 : up + 1] += moved[:up]
    return exactly


def at_least(fewer: Floats, must: Ints) -> Floats:
    """Return the chance that as many rise as `must` says, (M, T), from those of fewer than 1, 2, …, (N, T)."""
    if not len(fewer):
        return np.ones(must.shape)
    too_few = np.take_along_axis(fewer, np.maximum(must, 1) - 1, axis=0)
    return np.asarray(np.where(must > 0, np.maximum(1 - too_few, 0.0), 1.0))
