"""How a mean chance is shared among the terms of its log odds.

Knows steps, and the Shapley values within a step; must not know what a term stands for.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import comb

import numpy as np
from numpy.typing import NDArray

from ..domain.transition import chance, factor

Floats = NDArray[np.float64]
Value = Callable[[tuple[bool, ...]], float]

MOST_TOGETHER = 8
"""Players whose every coalition is valued, 2⁸; more take their places in some of the orders only."""


class Cut:
    """A mean chance over T trajectories that grows step by step, as terms join its log odds.

    Parameters
    ----------
    odds
        Shape (T,): odds before any term joins.
    """

    def __init__(self, odds: Floats) -> None:
        self._odds = odds
        self._log_odds = np.zeros_like(odds)

    def mean(self, added: Floats | float = 0.0) -> float:
        """Return the mean chance with something added to the log odds, shape (T,), and nothing kept."""
        return float(chance(self._odds * factor(self._log_odds + added)).mean())

    def step(self, rows: Floats, joint: Callable[[Floats], Floats]) -> list[float]:
        """Let the terms of one step join, and return what each adds.

        Parameters
        ----------
        rows
            Shape (N, T): one term a row.
        joint
            Turns such rows, some of them 0 throughout, into what they add to the log odds together, shape (T,).
        """
        acting = np.flatnonzero(rows.any(axis=1))
        shares = [0.0] * len(rows)
        if acting.size:
            some = rows[acting]
            found = shapley(lambda mask: self.mean(joint(some * np.array(mask)[:, None])), acting.size)
            self._log_odds = self._log_odds + joint(some)
            for row, share in zip(acting, found, strict=True):
                shares[row] = share
        return shares


def shapley(value: Value, players: int) -> list[float]:
    """Return what each player adds to the value, averaged over the orders in which they could join.

    Parameters
    ----------
    value
        Of the players marked True.
    players
        N. Up to `MOST_TOGETHER`, the mean is over all N! orders; beyond, over the N rotations of the given
        order and of its reverse, in which everyone takes every place equally often.

    Returns
    -------
    N shares that sum to value(all) − value(none).

    Source: Shapley 1953, "A value for n-person games".

    Examples
    --------
    >>> shapley(lambda joined: 6.0 * any(joined[:2]) + 1.0 * joined[2], 3)
    [3.0, 3.0, 1.0]
    """
    if players > MOST_TOGETHER:
        return _over_rotations(value, players)
    values = {mask: value(mask) for mask in product((False, True), repeat=players)}
    shares = [0.0] * players
    for mask, before in values.items():
        weight = 1 / (players * comb(players - 1, sum(mask))) if not all(mask) else 0.0
        for player in range(players):
            if not mask[player]:
                after = values[(*mask[:player], True, *mask[player + 1 :])]
                shares[player] += weight * (after - before)
    return shares


def _over_rotations(value: Value, players: int) -> list[float]:
    shares = np.zeros(players)
    for first in range(players):
        order = np.roll(np.arange(players), -first)
        for turn in (order, order[::-1]):
            joined = np.zeros(players, dtype=bool)
            before = value(tuple(joined))
            for player in turn:
                joined[player] = True
                after = value(tuple(joined))
                shares[player] += (after - before) / (2 * players)
                before = after
    return [float(share) for share in shares]
