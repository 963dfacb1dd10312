"""Elementary effects and variance shares of a function that is known up to independent noise.

Every value comes as two independent halves, whose products have no noise in the mean. Without noise the halves are
equal, and these are the estimators of Morris (1991; absolute effects: Campolongo 2007), Saltelli (2010, first order)
and Jansen (1999, total).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..domain.arrays import Floats, Ints

ROUNDING = 1e-20
"""A variance of chances below this comes from rounding."""
RESAMPLES = 400


def mean_absolute_effects(points: Floats, halves: Floats, group: Ints) -> Floats:
    """Return Morris' mu* of each group of coordinates, noise kept out.

    Parameters
    ----------
    points
        Shape (T × (K + 1), C): T trajectories; consecutive points of one differ in a single group.
    halves
        Shape (2, T × (K + 1)): two independent estimates of the function at each point.
    group
        Shape (C,): the group, 0 … K - 1, of each coordinate.

    Returns
    -------
    ndarray
        Shape (K,): mean absolute change per whole width of the coordinate. Half of the noise gives the sign, the
        other the size: noise alone averages to nothing, an effect well above it keeps its size.
    """
    count = int(group.max()) + 1
    steps = np.diff(points.reshape(-1, count + 1, points.shape[1]), axis=1)
    changes = np.diff(halves.reshape(2, -1, count + 1), axis=2)
    moved = np.abs(steps).max(axis=2)
    which = group[np.abs(steps).argmax(axis=2)]
    effects = changes / moved
    sizes = (effects[0] * np.sign(effects[1]) + effects[1] * np.sign(effects[0])) / 2
    return np.array([sizes[which == k].mean() for k in range(count)])


@dataclass(frozen=True, eq=False)
class VarianceShares:
    """How the variance of a function divides among groups of its coordinates.

    Attributes
    ----------
    mean, variance
        Of the function, noise kept out.
    first, total
        Shape (K,): share of the variance that goes when a group alone is known, and that stays when all but the
        group are known.
    first_interval90, total_interval90
        Shape (K, 2): 5% and 95% quantiles over resamples of the design.
    """

    mean: float
    variance: float
    first: Floats
    total: Floats
    first_interval90: Floats
    total_interval90: Floats


def variance_shares(halves: Floats, groups: int, seed: int) -> VarianceShares:
    """Return the shares from a design of N blocks A, AB₁ … AB_K, B (as `SALib.sample.sobol` makes it).

    Parameters
    ----------
    halves
        Shape (2, N × (K + 2)): two independent estimates of the function at each point.
    groups
        K.
    """
    blocks = halves.reshape(2, -1, groups + 2)
    size = blocks.shape[1]
    own = np.arange(size)
    resampled = np.random.default_rng(seed).integers(size, size=(RESAMPLES, size))
    mean, variance, first, total = _shares(blocks, own)
    spread = [_shares(blocks, rows)[2:] for rows in resampled]
    low_high = [np.quantile([each[k] for each in spread], [0.05, 0.95], axis=0).T for k in (0, 1)]
    return VarianceShares(mean, variance, first, total, low_high[0], low_high[1])


def _shares(blocks: Floats, rows: Ints) -> tuple[float, float, Floats, Floats]:
    """Return mean, variance, first and total shares from some of the blocks, shape (2, N, K + 2)."""
    taken = blocks[:, rows]
    ends = taken[:, :, [0, -1]]
    mean = float(ends.mean())
    centred = taken - taken.mean()
    a, b, mixed = centred[:, :, 0, None], centred[:, :, -1, None], centred[:, :, 1:-1]
    variance = float(((ends[0] - mean) * (ends[1] - mean)).mean())
    if variance <= ROUNDING:
        nothing = np.zeros(mixed.shape[2])
        return mean, 0.0, nothing, nothing
    # Values at different points have independent noise; only those of one point need their two halves.
    whole_a, whole_b, whole_mixed = (part.mean(axis=0) for part in (a, b, mixed))
    first = (whole_b * (whole_mixed - whole_a)).mean(axis=0) / variance
    total = ((a[0] - mixed[0]) * (a[1] - mixed[1])).mean(axis=0) / (2 * variance)
    return mean, variance, first, total
