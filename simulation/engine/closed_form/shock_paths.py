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
from ...domain.law import CAMPAIGN, YEAR
from ...domain.parameters import Parameters

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
    probability = parameters.scales[CAMPAIGN.switch]
    campaign = (probability % 1 != 0) & (CAMPAIGN.coefficient(parameters) != 0)
    return bool(YEAR.coefficient(parameters).any() or campaign.any())


def year_shocks(parameters: Parameters) -> Shocks:
    """Return the nodes of a year; nodes that no draw can reach are left out."""
    sd, campaign = YEAR.coefficient(parameters)[:, None], CAMPAIGN.coefficient(parameters)[:, None]
    probability = np.where(campaign == 0, 0.0, parameters.scales[CAMPAIGN.switch][:, None])
    if not sd.any():
        z, weight = np.zeros(1), np.ones(1)
    elif probability.any() and (np.abs(campaign) <= 2 * REACH * sd).all():
        return _on_one_grid(sd, campaign, probability)
    else:
        z, weight = standard_nodes()
    log_odds = np.concatenate([sd * z, sd * z + campaign], axis=1)
    weights = np.concatenate([(1 - probability) * weight, probability * weight], axis=1)
    reached = weights.any(axis=0)
    return Shocks(log_odds[:, reached], weights[:, reached])


def _on_one_grid(sd: Floats, campaign: Floats, probability: Floats) -> Shocks:
    """Return one longer grid for years with and without a campaign: fewer nodes than two grids."""
    move = np.divide(np.abs(campaign), sd, out=np.zeros_like(sd), where=sd > 0)
    z = -REACH + STEP * np.arange(61 + int(np.ceil(move.max() / STEP)))
    density = (1 - probability) * np.exp(-(z**2) / 2) + probability * np.exp(-((z - move) ** 2) / 2)
    return Shocks(np.where(campaign < 0, -1, 1) * sd * z, density / density.sum(axis=1, keepdims=True))


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
