"""Simple forecasters that any model must beat: past shares of moves, continued.

A share of c among n is taken as (c + ½)/(n + 1), so that what was never seen is not ruled out (Jeffreys' prior).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...domain.status import LEVELS
from ...domain.target import Target
from .cases import Past, TransitionCounts, yearly_moves
from .next_year import NextYear, VillageGroup, combine_groups

Floats = NDArray[np.float64]
Rule = Callable[[dict[int, TransitionCounts]], Floats]
"""From the moves of past years to a yearly matrix, shape (4, 4)."""

_UP, _DOWN = np.triu(np.ones((4, 4), dtype=bool), 1), np.tril(np.ones((4, 4), dtype=bool), -1)


def last_year(moves: dict[int, TransitionCounts]) -> Floats:
    """Let the same share of all villages rise, and of all fall, as in the last known year."""
    return _one_share(moves[max(moves)])


def mean_so_far(moves: dict[int, TransitionCounts]) -> Floats:
    """Let the mean share of all past years rise, and fall."""
    return _one_share(np.sum(list(moves.values()), axis=0))


def binomial(moves: dict[int, TransitionCounts]) -> Floats:
    """Let villages of each level rise and fall as those of that level did so far: no shock, no doubt of the shares."""
    every = np.sum(list(moves.values()), axis=0)
    rose, fell, all_of_them = (every * _UP).sum(axis=1), (every * _DOWN).sum(axis=1), every.sum(axis=1)
    return _matrix(every, _share(rose, all_of_them), _share(fell, all_of_them - rose))


def forecast_by(rule: Rule, past: Past, target: Target) -> list[NextYear]:
    """Return a forecast for every district that is asked about; villages of a level are alike and independent."""
    found = []
    for district, _, status in past.now:
        matrix = rule(yearly_moves(past.panels, district))
        groups = [
            VillageGroup(rows, level, matrix[level][:, None])
            for level in range(len(LEVELS))
            if (rows := np.flatnonzero(status == level)).size
        ]
        found.append(combine_groups(target, status, groups))
    return found


def _one_share(moves: TransitionCounts) -> Floats:
    """Return a matrix in which all villages that can rise have one chance to, and all that can fall."""
    rose, fell = (moves * _UP).sum(), (moves * _DOWN).sum()
    return _matrix(moves, _share(rose, moves[:3].sum()), _share(fell, (moves[1:] - (moves * _UP)[1:]).sum()))


def _share(some: TransitionCounts | np.integer[Any], every: TransitionCounts | np.integer[Any]) -> Floats:
    return np.asarray((some + 0.5) / (every + 1))


def _matrix(moves: TransitionCounts, rise: Floats, fall: Floats) -> Floats:
    """Return a yearly matrix from the chances of rising, and of falling given no rise; each leads where it led so far.

    With one village more, spread evenly over the levels to which a rise, or a fall, can lead.
    """
    rise, fall = np.broadcast_to(rise, 4) * _UP.any(axis=1), np.broadcast_to(fall, 4) * _DOWN.any(axis=1)
    up, down = _destinations(moves, _UP), _destinations(moves, _DOWN)
    stay = np.diag((1 - rise) * (1 - fall))
    return np.asarray(rise[:, None] * up + ((1 - rise) * fall)[:, None] * down + stay)


def _destinations(moves: TransitionCounts, where: NDArray[np.bool_]) -> Floats:
    """Return where moves of one direction lead, rows summing to 1; a row of zeros where there is nowhere to go."""
    led = (moves + 1 / np.maximum(where.sum(axis=1), 1)[:, None]) * where
    return np.asarray(led / np.maximum(led.sum(axis=1), 1)[:, None])
