"""The distribution of whole numbers summed over independent villages, for many cases side by side.

Knows how small distributions on a lattice are added up by direct convolution, which keeps every digit of
rare sums; must not know what is counted.

A distribution is an array of shape (n₁, …, n_m, case): the probability of each point of an m-dimensional
lattice that starts at 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Axis:
    """One of the numbers that are summed.

    Attributes
    ----------
    limit
        The largest sum that is told apart.
    folds
        Whether larger sums are counted as `limit` ("at least so many"), or dropped.
    """

    limit: int
    folds: bool = True


@dataclass(frozen=True, eq=False)
class Part:
    """Villages that are alike: how many, and what each of them adds."""

    size: int
    adds: Floats


def total(parts: Sequence[Part], axes: Sequence[Axis]) -> Floats:
    """Return the distribution of the sum over all villages of all parts.

    Parameters
    ----------
    parts
        At least one.
    axes
        One for each dimension of the lattice.

    Examples
    --------
    >>> fair = np.array([[0.5], [0.5]])
    >>> total([Part(3, fair)], [Axis(3)])[:, 0].tolist()
    [0.125, 0.375, 0.375, 0.125]
    >>> total([Part(3, fair)], [Axis(2)])[:, 0].tolist()
    [0.125, 0.375, 0.5]
    """
    result = np.ones((*[1] * len(axes), parts[0].adds.shape[-1]))
    for part in _in_order(parts):
        adds = trim(part.adds)
        one_by_one, at_once = _costs(result.shape[:-1], adds.shape[:-1], part.size, axes)
        if one_by_one <= at_once:
            for _ in range(part.size):
                result = _limit(_convolve(result, adds), axes)
        else:
            result = _limit(_convolve(result, _power(adds, part.size, axes)), axes)
    return result


def cost(shapes: Sequence[tuple[int, Shape]], axes: Sequence[Axis]) -> int:
    """Return the multiplications that `total` needs for one case, for parts of (size, lattice shape)."""
    so_far: Shape = (1,) * len(axes)
    spent = 0
    for size, shape in sorted(shapes, key=lambda part: part[0] * prod(part[1])):
        spent += min(_costs(so_far, shape, size, axes))
        so_far = _grown(so_far, shape, size, axes)
    return spent


def trim(adds: Floats) -> Floats:
    """Drop the far ends of a distribution that no case can reach."""
    for axis in range(adds.ndim - 1):
        others = tuple(i for i in range(adds.ndim) if i != axis)
        reached = np.flatnonzero(adds.any(axis=others))
        last = int(reached[-1]) + 1 if reached.size else 1
        adds = adds[(slice(None),) * axis + (slice(last),)]
    return adds


def _in_order(parts: Sequence[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: part.size * prod(part.adds.shape[:-1]))


def _power(adds: Floats, times: int, axes: Sequence[Axis]) -> Floats:
    """Return the sum over `times` villages by repeated doubling."""
    if times == 1:
        return _limit(adds, axes)
    half = _power(adds, times // 2, axes)
    whole = _limit(_convolve(half, half), axes)
    return _limit(_convolve(whole, adds), axes) if times % 2 else whole


def _convolve(many: Floats, few: Floats) -> Floats:
    """Return the distribution of the sum of two independent points."""
    if few.size > many.size:
        many, few = few, many
    inside = many.shape[:-1]
    result = np.zeros((*(a + b - 1 for a, b in zip(inside, few.shape[:-1], strict=True)), many.shape[-1]))
    product = np.empty_like(many)
    for point in np.ndindex(few.shape[:-1]):
        if few[point].any():
            np.multiply(many, few[point], out=product)
            result[tuple(slice(start, start + size) for start, size in zip(point, inside, strict=True))] += product
    return result


def _limit(sums: Floats, axes: Sequence[Axis]) -> Floats:
    """Fold or drop what lies beyond the limit of each axis."""
    for number, axis in enumerate(axes):
        if sums.shape[number] > axis.limit + 1:
            ahead = (slice(None),) * number
            kept = sums[(*ahead, slice(axis.limit + 1))]
            if axis.folds:
                kept = kept.copy()
                kept[(*ahead, axis.limit)] += sums[(*ahead, slice(axis.limit + 1, None))].sum(axis=number)
            sums = kept
    return sums


def _grown(so_far: Shape, adds: Shape, times: int, axes: Sequence[Axis]) -> Shape:
    """Return the lattice after `times` more villages."""
    return tuple(min(a + times * (b - 1), axis.limit + 1) for a, b, axis in zip(so_far, adds, axes, strict=True))


def _costs(so_far: Shape, adds: Shape, times: int, axes: Sequence[Axis]) -> tuple[int, int]:
    """Return the multiplications of adding `times` villages one by one, and by doubling them first."""
    single = sum(prod(_grown(so_far, adds, n, axes)) for n in range(times)) * prod(adds)
    one: Shape = (1,) * len(axes)
    doubling, count = 0, times
    while count > 1:
        doubling += prod(_grown(one, adds, count // 2, axes)) ** 2
        doubling += (count % 2) * prod(_grown(one, adds, count - 1, axes)) * prod(adds)
        count //= 2
    return single, doubling + prod(so_far) * prod(_grown(one, adds, times, axes))
