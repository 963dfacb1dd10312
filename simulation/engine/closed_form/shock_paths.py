"""The shared shock of a district, year by year, on a grid of nodes with weights.

Equally spaced nodes on [−8, 8] with normal weights (the trapezoidal rule) stay accurate where the
chance of meeting a target is nearly a step in z; Gauss–Hermite does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...domain.distributions import normal_nodes
from ...domain.parameters import Parameters
from ..one_year import coins, spread

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

REACH, STEP = 8.0, 16 / 60
PRUNE = 1e-13
"""Paths through the years that are less likely than this are left out, and the rest made to sum to 1."""


@dataclass(frozen=True, eq=False)
class Shocks:
    """What may happen in any one year, N nodes, for D parameter draws.

    Attributes
    ----------
    log_odds, weight
        Shape (D, N): the shock and its probability.
    """

    log_odds: Floats
    weight: Floats

    @property
    def ceiling(self) -> Floats:
        """Shape (N,): the largest weight of each node in any draw."""
        return np.asarray(self.weight.max(axis=0))

    def part(self, draws: slice) -> Shocks:
        """Return some of the draws."""
        return Shocks(self.log_odds[draws], self.weight[draws])


@dataclass(frozen=True, eq=False)
class Histories:
    """Shocks of the years before the current one, H histories.

    Attributes
    ----------
    nodes
        Shape (H, years before): the node of each year.
    may_follow
        Shape (H, N): which nodes of the current year are likely enough after each history.
    """

    nodes: Ints
    may_follow: Bools


def standard_nodes() -> tuple[Floats, Floats]:
    """Return nodes and weights for the average over a standard normal."""
    return normal_nodes(REACH, STEP)


def is_random(parameters: Parameters) -> bool:
    """Return whether years differ by chance in any draw."""
    by_coin = any(((chance % 1 != 0) & (log_odds != 0)).any() for chance, log_odds in coins(parameters))
    return by_coin or bool(spread(parameters, "district").any())


def year_shocks(parameters: Parameters) -> Shocks:
    """Return the nodes of a year; nodes that no draw can reach are left out."""
    sd = spread(parameters, "district")[:, None]
    centre, likely = np.zeros(sd.shape), np.ones(sd.shape)
    for chance, log_odds in coins(parameters):
        happens = np.where(log_odds == 0, 0.0, chance)[:, None]
        centre = np.concatenate([centre, centre + log_odds[:, None]], axis=1)
        likely = np.concatenate([(1 - happens) * likely, happens * likely], axis=1)
    reached = likely.any(axis=0)
    centre, likely = centre[:, reached], likely[:, reached]
    lowest = centre.min(axis=1, keepdims=True)
    if not sd.any():
        return Shocks(centre, likely)
    if (centre - lowest <= 2 * REACH * sd).all():
        return _on_one_grid(sd, centre - lowest, lowest, likely)
    z, weight = standard_nodes()
    nodes, weights = centre[:, :, None] + sd[:, :, None] * z, likely[:, :, None] * weight
    return Shocks(nodes.reshape(len(sd), -1), weights.reshape(len(sd), -1))


def _on_one_grid(sd: Floats, above: Floats, lowest: Floats, likely: Floats) -> Shocks:
    """Return one longer grid for years with and without a campaign: fewer nodes than two grids.

    `above` (D, C) is how far each centre lies above the lowest (D, 1).
    """
    move = np.divide(above, sd, out=np.zeros_like(above), where=sd > 0)
    z = -REACH + STEP * np.arange(61 + int(np.ceil(move.max() / STEP)))
    density = (likely[:, :, None] * np.exp(-((z - move[:, :, None]) ** 2) / 2)).sum(axis=1)
    return Shocks(lowest + sd * z, density / density.sum(axis=1, keepdims=True))


def histories(shocks: Shocks, years: int) -> Histories:
    """Return every history of `years` years that is likely enough, with what may follow it."""
    ceiling = shocks.ceiling
    nodes, weight = np.zeros((1, 0), dtype=np.int64), np.ones(1)
    for _ in range(years):
        joint = weight[:, None] * ceiling
        before, node = np.nonzero(joint > PRUNE)
        nodes, weight = np.column_stack([nodes[before], node]), joint[before, node]
    may_follow = weight[:, None] * ceiling > PRUNE
    followed = may_follow.any(axis=1)
    return Histories(nodes[followed], may_follow[followed])


def pieces(past: Histories, size: int) -> Iterator[Histories]:
    """Cut histories into pieces of at most `size`."""
    for start in range(0, len(past.nodes), size):
        yield Histories(past.nodes[start : start + size], past.may_follow[start : start + size])


def path_weights(shocks: Shocks, past: Histories) -> Floats:
    """Return the weight of every history followed by every node that may follow, shape (D, path).

    Paths are in the order of ``past.may_follow``'s true cells.
    """
    weight = shocks.weight[:, past.nodes].prod(axis=-1)
    joint = weight[:, :, None] * shocks.weight[:, None, :]
    return np.asarray(joint[:, past.may_follow])
