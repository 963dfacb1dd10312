"""Saddlepoint approximation of the probability of a sum of multinomial counts, and the exact value to check it by.

Daniels (1954), *Ann. Math. Statist.* 25: 631-650. With K(θ) = Σ_s n_s log Σ_d M[s, d] exp(θ_d) and θ̂ where
K'(θ̂) = x, P(x) ≈ exp(K(θ̂) − θ̂ x) / √det(2π K''(θ̂)), one level serving as reference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...domain.arrays import Floats, Ints

_MOST_STEPS = 60
_MOST_POINTS = 600_000
_REACH = 7.5
"""The exact value is summed this many sd to either side."""


@dataclass(frozen=True, eq=False)
class _Tilted:
    """The distribution whose mean is the observed count, for P matrices, R levels left and D entered.

    Attributes
    ----------
    share
        Shape (P, R, D): tilted chances.
    exponent
        Shape (P,): K(θ̂) − θ̂ x.
    covariance
        Shape (P, D − 1, D − 1).
    """

    share: Floats
    exponent: Floats
    covariance: Floats


def log_probability(before: Ints, after: Ints, matrix: Floats) -> Floats:
    """Return the approximate log-probability of counts, shape (P,).

    Parameters
    ----------
    before, after
        Shape (K,): villages per level earlier and later, of the same total.
    matrix
        Shape (P, K, K): transition probabilities. Levels that nobody is at later are left out, which is exact.
    """
    tilted = _tilt(before[before > 0], after[after > 0], matrix[:, before > 0][:, :, after > 0])
    size = tilted.covariance.shape[1]
    determinant = np.linalg.slogdet(2 * np.pi * tilted.covariance)[1] if size else 0.0
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(tilted.exponent), tilted.exponent - determinant / 2, -np.inf)


def log_probability_exact(before: Ints, after: Ints, matrix: Floats) -> float | None:
    """Return the exact log-probability under one matrix, (K, K); None where that would take too many points.

    Notes
    -----
    The Fourier sum of the tilted distribution, which is centred on `after`: with as many points in each direction
    as it has values that matter, nothing is lost but what lies `_REACH` sd away.
    """
    villages, entered = before[before > 0], after[after > 0]
    tilted = _tilt(villages, entered, matrix[None, before > 0][:, :, after > 0])
    if not np.isfinite(tilted.exponent[0]):
        return -np.inf
    spread = np.sqrt(np.diagonal(tilted.covariance[0]))
    points = [min(8 + int(np.ceil(2 * _REACH * sd)), int(villages.sum()) + 1) for sd in spread]
    if np.prod(points) > _MOST_POINTS:
        return None
    total = np.ones(1, dtype=np.complex128)
    angles = [2 * np.pi * np.arange(n) / n for n in points]
    waves = [np.exp(1j * grid.ravel()) for grid in np.meshgrid(*angles, indexing="ij")]
    for share, number in zip(tilted.share[0], villages, strict=True):
        total = total * (share[0] + sum(p * wave for p, wave in zip(share[1:], waves, strict=True))) ** number
    for wave, number in zip(waves, entered[1:], strict=True):
        total = total * wave ** -float(number)
    return float(tilted.exponent[0] + np.log(max(total.mean().real, 1e-300)))


def _tilt(villages: Ints, entered: Ints, matrix: Floats) -> _Tilted:
    """Solve K'(θ) = x by damped Newton steps, for all matrices at once until each is solved."""
    levels = entered.size
    with np.errstate(divide="ignore"):
        start = np.log(entered / (villages @ matrix))
    start = np.clip(np.nan_to_num(start, posinf=0.0), -30, 30)
    theta = start - start[:, :1]
    wanted, left = entered[1:], np.arange(len(matrix))
    for _ in range(_MOST_STEPS):
        share = _shares(matrix[left], theta[left])[0]
        gradient = (villages @ share)[:, 1:] - wanted
        covariance = _covariance(villages, share)
        ridge = 1e-10 * np.eye(levels - 1)
        step = np.linalg.solve(covariance + ridge, gradient[:, :, None])[:, :, 0]
        decrement = np.sqrt(np.maximum((gradient * step).sum(axis=1), 0.0))
        damping = np.where(decrement < 0.3, 1.0, 1 / (1 + decrement))
        theta[left, 1:] -= np.clip(damping[:, None] * step, -3.0, 3.0)
        left = left[decrement >= 1e-7]
        if not left.size:
            break
    share, logs = _shares(matrix, theta)
    exponent = logs @ villages - theta[:, 1:] @ wanted
    return _Tilted(share, exponent, _covariance(villages, share))


def _shares(matrix: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """Return tilted chances, (P, R, D), and the logarithm of their sums before tilting, (P, R)."""
    largest = theta.max(axis=1)
    weighed = matrix * np.exp(theta - largest[:, None])[:, None, :]
    sums = weighed.sum(axis=2)
    with np.errstate(divide="ignore"):
        return weighed / np.maximum(sums, 1e-300)[:, :, None], np.log(sums) + largest[:, None]


def _covariance(villages: Ints, share: Floats) -> Floats:
    moved = share[:, :, 1:]
    spread = np.einsum("r,pri,prj->pij", villages, moved, moved)
    mean = villages @ moved
    return np.asarray(mean[:, :, None] * np.eye(moved.shape[2]) - spread)
