"""Forward equations: the exact distribution of one village over its levels, given the shocks of its district.

Its waiting time (`min_years`) is part of its state; its lasting difference from others (`village_sd`) is averaged
over nodes.

Axes: draw D, history H, node of the current year J, lasting difference b, level 4, age A + 1 (whole years
passed at the level, A = min_years standing for that and more). What a village does in a year is told by
its *move*: level at the start, whether it had to wait, level at the end; shape (4, W, 4), where W is 1
if nobody ever waits, else 2 (0: may rise, 1: waits).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...domain.parameters import Parameters, transition_matrix
from ...domain.status import LEVELS
from ...domain.transition import chance, factor, fall_chance, odds, odds_against
from ..one_year import spread
from .shock_paths import Histories, Shocks, standard_nodes

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Village:
    """What sets one village apart, for D draws and Y years.

    Attributes
    ----------
    status
        Level at the end of the origin year.
    log_odds
        Shape (D, Y): interventions, covariates and peers, on the log odds of rising.
    fall_log_odds
        Shape (D, Y): interventions on the log odds of falling.
    """

    status: int
    log_odds: Floats
    fall_log_odds: Floats


class ForwardEquations:
    """The forward equations of one village in every year.

    Parameters
    ----------
    village
        Which.
    parameters, shocks
        Of the same D draws.
    min_years
        A.

    Attributes
    ----------
    moves
        One array a year, shape (D, J, b, 4, W, 4): chance of each move from a level.
    """

    def __init__(self, village: Village, parameters: Parameters, shocks: Shocks, min_years: int) -> None:
        self._min_years = min_years
        self._shocks = shocks
        differences, self._weight = lasting_nodes(spread(parameters, "village"))
        self.moves = [
            _moves(parameters, shocks.log_odds[:, :, None] + (differences + rise[:, None])[:, None, :], fall, min_years)
            for rise, fall in zip(village.log_odds.T, village.fall_log_odds.T, strict=True)
        ]
        start = np.zeros((len(LEVELS), min_years + 1))
        start[village.status, min_years] = 1
        self._start = np.broadcast_to(start, (differences.shape[0], 1, differences.shape[1], *start.shape))

    def before(self, past: Histories) -> Floats:
        """Return the distribution over states after the years of each history, shape (D, H, b, 4, A + 1)."""
        state = self._start
        for year, nodes in enumerate(past.nodes.T):
            state = _step(state, self.moves[year][:, nodes])
        return state

    def outcomes_before(self, past: Histories, sorts: list[list[Bools]]) -> Floats:
        """Return that distribution jointly with what the village did in each year, shape (outcome, D, H, b, 4, A + 1).

        `sorts` holds, for each year, the kinds of moves that are told apart, each (4, W, 4). The kind of the
        last year counts fastest.
        """
        state = self._start[None]
        for year, nodes in enumerate(past.nodes.T):
            chances = self.moves[year][:, nodes]
            split = np.stack([_step(state, chances * sort) for sort in sorts[year]], axis=1)
            state = split.reshape(-1, *split.shape[2:])
        return state

    def last_moves(self, state: Floats, past: Histories) -> Floats:
        """Return the chance of each move in the year after `past`, shape (4, W, 4, …, D, path).

        `state` has shape (…, D, H, b, 4, A + 1); paths are those of ``past.may_follow``.
        """
        year = past.nodes.shape[1]
        start = np.moveaxis(_waiting(state), (-2, -1), (0, 1))[:, :, None]
        chances = np.moveaxis(self.moves[year] * self._weight[:, None, None, None], (-3, -2, -1), (0, 1, 2))
        extra = (None,) * (state.ndim - 5)
        chances = chances.swapaxes(-1, -2)[(slice(None), slice(None), slice(None), *extra)]
        return np.asarray((start @ chances)[..., past.may_follow])

    def marginal(self) -> tuple[Floats, Floats, Floats]:
        """Return status (Y, 4), rise (Y,) and risen so far (Y,), mean over the draws.

        Shocks of different years are independent, so that for one village each year's can be averaged at once.
        """
        rises = np.triu(np.ones((4, 4)), 1)[:, None, :]
        state = never = self._start
        statuses, rise, risen = [], [], []
        for moves in self.moves:
            chances = np.einsum("dj,djblke->dblke", self._shocks.weight, moves)[:, None]
            rose = (_waiting(state)[..., None] * chances * rises).sum(axis=(-3, -2, -1))
            rise.append(self._average(rose))
            state, never = _step(state, chances), _step(never, chances * (1 - rises))
            statuses.append([self._average(state[..., level, :].sum(axis=-1)) for level in range(len(LEVELS))])
            risen.append(1 - self._average(never.sum(axis=(-2, -1))))
        return np.array(statuses), np.array(rise), np.array(risen)

    def _average(self, chances: Floats) -> float:
        """Average (D, 1, b) over draws and lasting differences."""
        return float((chances[:, 0] @ self._weight).mean())


def lasting_nodes(village_sd: Floats) -> tuple[Floats, Floats]:
    """Return nodes (D, b) and weights (b,) for the average over what sets a village apart for good."""
    standard, weight = standard_nodes() if village_sd.any() else (np.zeros(1), np.ones(1))
    return village_sd[:, None] * standard, weight


def _moves(parameters: Parameters, log_odds: Floats, fall_log_odds: Floats, min_years: int) -> Floats:
    """Return the chance of each move, shape (D, J, b, 4, W, 4), from log odds (D, J, b) and (D,)."""
    p = parameters
    beside = factor(log_odds)[..., None]
    rise = chance(odds(p.rise)[:, None, None] * beside)
    fall = fall_chance(odds_against(p.fall), factor(-fall_log_odds)[:, None])[:, None, None]
    reaches = p.rise_reaches[:, None, None], p.fall_reaches[:, None, None]
    free = transition_matrix(rise, fall, *reaches)
    if min_years == 0:
        return free[..., None, :]
    return np.stack([free, transition_matrix(np.zeros_like(rise), fall, *reaches)], axis=-2)


def _waiting(state: Floats) -> Floats:
    """Return who may rise and who waits, shape (…, 4, W)."""
    may_rise, waits = state[..., -1], state[..., :-1]
    return np.stack([may_rise, waits.sum(axis=-1)], axis=-1) if waits.shape[-1] else may_rise[..., None]


def _step(state: Floats, chances: Floats) -> Floats:
    """Return the state at the end of a year from that at its start, shape (…, 4, A + 1)."""
    stay = np.diagonal(chances, axis1=-3, axis2=-1)
    stay = np.moveaxis(stay, -1, -2)
    leave = chances * (1 - np.eye(len(LEVELS)))[:, None, :]
    after = np.zeros(np.broadcast_shapes(state.shape, (*chances.shape[:-3], 1, 1)))
    after[..., 0] = np.einsum("...lk,...lke->...e", _waiting(state), leave)
    after[..., -1] += state[..., -1] * stay[..., 0]
    if state.shape[-1] > 1:
        after[..., 1:] += state[..., :-1] * stay[..., 1:]
    return after
