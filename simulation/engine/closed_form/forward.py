"""Forward equations: the exact distribution of villages over their levels, given the shocks of their district.

A village's waiting time (`min_years`) is part of its state; its lasting difference from others (`village_sd`) is
averaged over nodes.

Axes: group of alike villages G, draw D, history H (shocks of the years before), node of the current year N, lasting
difference b, level 4, age A + 1 (whole years passed at the level, A = min_years standing for that and more). What a
village does in a year is told by its *move*: level at the start, whether it had to wait, level at the end; shape
(4, W, 4), where W is 1 if nobody ever waits, else 2 (0: may rise, 1: waits).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...domain.arrays import Bools, Floats, Ints
from ...domain.distributions import normal_nodes
from ...domain.parameters import Parameters, transition_matrix
from ...domain.status import LEVELS
from ...domain.transition import chance, factor, fall_chance, odds, odds_against
from ..one_year import district_nodes, shared_sd
from ..year_start import YearStart

REACH, STEP = 8.0, 16 / 60
"""Of the nodes of a normal shock: 61, accurate where the chance of meeting a target is nearly a step in it."""
PRUNE = 1e-13
"""Histories that are less likely than this are left out, and the rest made to sum to 1."""


@dataclass(frozen=True, eq=False)
class YearShocks:
    """What may happen to a district in any one year: log odds and probability of N nodes, shape (D, N) each."""

    log_odds: Floats
    weight: Floats

    @classmethod
    def of(cls, parameters: Parameters) -> YearShocks:
        """Return the shocks of a year for D draws."""
        centre, likely = district_nodes(parameters, np.zeros(1), np.ones(1))
        sd, lowest = shared_sd(parameters, "district")[:, None], centre.min(axis=1, keepdims=True)
        if (sd == 0).any() or (centre - lowest > 2 * REACH * sd).any():
            return cls(*district_nodes(parameters, *_standard_nodes(sd)))
        # One longer grid for years with and without a campaign has fewer nodes than two.
        move = (centre - lowest) / sd
        z = -REACH + STEP * np.arange(61 + int(np.ceil(move.max() / STEP)))
        density = (likely[:, :, None] * np.exp(-((z - move[:, :, None]) ** 2) / 2)).sum(axis=1)
        return cls(lowest + sd * z, density / density.sum(axis=1, keepdims=True))

    def histories(self, years: int) -> Ints:
        """Return the nodes of every history of `years` years that is likely enough in some draw, shape (H, years)."""
        nodes, weight, ceiling = np.zeros((1, 0), dtype=np.int64), np.ones(1), self.weight.max(axis=0)
        for _ in range(years):
            joint = weight[:, None] * ceiling
            before, node = np.nonzero(joint > PRUNE)
            nodes, weight = np.column_stack([nodes[before], node]), joint[before, node]
        return nodes

    def paths(self, past: Ints) -> Floats:
        """Return the weight of every history followed by every node, shape (D, H, N)."""
        return np.asarray(self.weight[:, past].prod(axis=-1)[:, :, None] * self.weight[:, None])


class Forward:
    """The forward equations of G groups of villages in every year, for D draws.

    Parameters
    ----------
    starts
        One a year, of one village of each group: levels are those at the end of the origin year.
    min_years
        A.
    """

    def __init__(self, starts: Sequence[YearStart], parameters: Parameters, shocks: YearShocks, min_years: int) -> None:
        sd, self._shocks = shared_sd(parameters, "village"), shocks
        nodes, self._weight = _standard_nodes(sd)
        beside = shocks.log_odds[:, :, None] + (sd[:, None] * nodes)[:, None]
        self._moves = [
            _moves(parameters, beside + start.rise_log_odds[0, ..., None, None], start.fall_log_odds[0], min_years)
            for start in starts
        ]
        status = starts[0].status
        self._start = np.zeros((*status.shape, 1, nodes.size, len(LEVELS), min_years + 1))
        np.put_along_axis(self._start[..., -1], status[:, :, None, None, None].astype(np.int64), 1.0, axis=-1)

    def moves_after(self, past: Ints, told_apart: Sequence[Bools]) -> Floats:
        """Return the chance of each move in the year after histories, shape (4, W, 4, O, G, D, H, N).

        Parameters
        ----------
        past
            Shape (H, years).
        told_apart
            For each of these years the kinds of moves that are told apart, (kind, 4, W, 4): O is how many ways
            they can follow each other, the last year's counting fastest.
        """
        state = self._start[None]
        for moves, kinds, nodes in zip(self._moves, told_apart, past.T, strict=False):
            chances = moves[:, :, nodes]
            state = np.stack([_step(state, chances * kind) for kind in kinds], axis=1)
            state = state.reshape(-1, *state.shape[2:])
        start = np.moveaxis(_waiting(state), (-2, -1), (0, 1))[:, :, None]
        chances = np.moveaxis(self._moves[past.shape[1]] * self._weight[:, None, None, None], (-3, -2, -1), (0, 1, 2))
        return np.asarray(start @ chances.swapaxes(-1, -2)[:, :, :, None])

    def of_villages(self) -> tuple[Floats, Floats, Floats]:
        """Return status (G, Y, 4), rise (G, Y) and risen so far (G, Y), mean over the draws.

        Shocks of different years are independent, so that for one village each year's can be averaged at once.
        """
        rises = np.triu(np.ones((4, 4)), 1)[:, None, :]
        state = never = self._start
        statuses, rise, risen = [], [], []
        for moves in self._moves:
            chances = np.einsum("dj,gdjblke->gdblke", self._shocks.weight, moves)[:, :, None]
            rise.append(self._average((_waiting(state)[..., None] * chances * rises).sum(axis=(-3, -2, -1))))
            state, never = _step(state, chances), _step(never, chances * (1 - rises))
            statuses.append(
                np.stack([self._average(state[..., s, :].sum(axis=-1)) for s in range(len(LEVELS))], axis=1)
            )
            risen.append(1 - self._average(never.sum(axis=(-2, -1))))
        return np.stack(statuses, axis=1), np.stack(rise, axis=1), np.stack(risen, axis=1)

    def _average(self, chances: Floats) -> Floats:
        """Average (G, D, 1, b) over draws and lasting differences, shape (G,)."""
        return np.asarray((chances[:, :, 0] @ self._weight).mean(axis=1))


def _standard_nodes(sd: Floats) -> tuple[Floats, Floats]:
    """Return nodes and weights for the average over a standard normal; one node where nothing varies."""
    return normal_nodes(REACH, STEP) if sd.any() else (np.zeros(1), np.ones(1))


def _moves(parameters: Parameters, log_odds: Floats, fall_log_odds: Floats, min_years: int) -> Floats:
    """Return the chance of each move, shape (G, D, N, b, 4, W, 4), from log odds (G, D, N, b) and (G, D)."""
    p = parameters
    rise = chance(odds(p.rise)[:, None, None] * factor(log_odds)[..., None])
    fall = fall_chance(odds_against(p.fall), factor(-fall_log_odds)[..., None])[:, :, None, None]
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
    stay = np.moveaxis(np.diagonal(chances, axis1=-3, axis2=-1), -1, -2)
    leave = chances * (1 - np.eye(len(LEVELS)))[:, None, :]
    after = np.zeros(np.broadcast_shapes(state.shape, (*chances.shape[:-3], 1, 1)))
    after[..., 0] = np.einsum("...lk,...lke->...e", _waiting(state), leave)
    after[..., -1] += state[..., -1] * stay[..., 0]
    if state.shape[-1] > 1:
        after[..., 1:] += state[..., :-1] * stay[..., 1:]
    return after
