"""The distribution of whole numbers summed over independent villages (Poisson-binomial), many cases side by side.

Sums are made by direct convolution, which keeps every digit of rare ones.

A distribution is an array of shape (n₁, …, n_m, case): the probability of each point of an m-dimensional
lattice that starts at 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shape = tuple[int, ...]

_IN_CACHE = 512
"""Cases that are added up side by side."""


@dataclass(frozen=True, eq=False)
class Part:
    """Villages that are alike: how many, and what each of them adds."""

    size: int
    adds: Floats


def total(parts: Sequence[Part], limits: Sequence[int]) -> Floats:
    """Return the distribution of the sum over all villages of all parts.

    Parameters
    ----------
    parts
        At least one.
    limits
        The largest sum that is told apart along each dimension of the lattice; it stands for larger ones too.

    Examples
    --------
    >>> fair = np.array([[0.5], [0.5]])
    >>> total([Part(3, fair)], [3])[:, 0].tolist()
    [0.125, 0.375, 0.375, 0.125]
    >>> total([Part(3, fair)], [2])[:, 0].tolist()
    [0.125, 0.375, 0.5]
    """
    small_first = sorted((Part(part.size, trim(part.adds)) for part in parts), key=_weight)
    result = np.ones((*[1] * len(limits), parts[0].adds.shape[-1]))
    for part in small_first:
        result = _join(result, part, limits)
    return result


def add_villages(chances: Floats, limit: int) -> Floats:
    """Return the distribution of a number that villages add up to, shape (n + 1, case); n is at most `limit`.

    Parameters
    ----------
    chances
        Shape (village, most, case): chance that a village adds 1, 2 … `most`.
    limit
        Stands for larger sums too.

    Examples
    --------
    >>> add_villages(np.full((3, 1, 1), 0.5), 2)[:, 0].tolist()
    [0.125, 0.375, 0.5]
    """
    villages, most, cases = chances.shape
    result = np.zeros((min(villages * most, limit) + 1, cases))
    result[0] = 1
    for number, village in enumerate(chances):
        reached = min(number * most + 1, limit)
        moved = [result[:reached] * chance for chance in village]
        for one in moved:
            result[:reached] -= one
        for adds, one in enumerate(moved, start=1):
            inside = max(0, min(reached, limit - adds))
            result[adds : adds + inside] += one[:inside]
            if inside < reached:
                result[limit] += one[inside:].sum(axis=0)
    return result


def add(one: Floats, other: Floats, limit: int) -> Floats:
    """Return the distribution of the sum of two independent numbers, (n + 1, …) each; `limit` stands for more."""
    if len(one) < len(other):
        one, other = other, one
    inside = one.shape[1:]
    one, other = one.reshape(len(one), -1), other.reshape(len(other), -1)
    result = np.zeros((min(len(one) + len(other) - 2, limit) + 1, one.shape[1]))
    for start in range(0, one.shape[1], _IN_CACHE):
        part = slice(start, start + _IN_CACHE)
        many, sums = np.ascontiguousarray(one[:, part]), np.zeros((len(result), len(one[0, part])))
        moved = np.empty_like(many)
        for number, chance in enumerate(other[:, part]):
            np.multiply(many, chance, out=moved)
            within = max(0, min(len(many), limit + 1 - number))
            sums[number : number + within] += moved[:within]
            if within < len(many):
                sums[-1] += moved[within:].sum(axis=0)
        result[:, part] = sums
    return result.reshape(-1, *inside)


def cost(shapes: Sequence[tuple[int, Shape]], limits: Sequence[int]) -> int:
    """Return the multiplications that `total` needs for one case, for parts of (size, lattice shape)."""
    so_far: Shape = (1,) * len(limits)
    spent = 0
    for times, adds in sorted(shapes, key=lambda part: part[0] * prod(part[1])):
        spent += min(_costs(so_far, adds, times, limits))
        so_far = _grown(so_far, adds, times, limits)
    return spent


def trim(adds: Floats) -> Floats:
    """Drop the far ends of a distribution that no case can reach."""
    for axis in range(adds.ndim - 1):
        others = tuple(i for i in range(adds.ndim) if i != axis)
        reached = np.flatnonzero(adds.any(axis=others))
        last = int(reached[-1]) + 1 if reached.size else 1
        adds = adds[_along(axis, slice(last))]
    return adds


def _weight(part: Part) -> int:
    return part.size * prod(part.adds.shape[:-1])


def _along(axis: int, index: slice | int) -> tuple[Any, ...]:
    """Return the index that picks along one axis and leaves the others whole."""
    return (slice(None),) * axis + (index,)


def _join(result: Floats, part: Part, limits: Sequence[int]) -> Floats:
    """Add one part, in the cheaper of two ways."""
    one_by_one, at_once = _costs(result.shape[:-1], part.adds.shape[:-1], part.size, limits)
    if one_by_one > at_once:
        return _limit(_convolve(result, _power(part.adds, part.size, limits)), limits)
    for _ in range(part.size):
        result = _limit(_convolve(result, part.adds), limits)
    return result


def _power(adds: Floats, times: int, limits: Sequence[int]) -> Floats:
    """Return the sum over `times` alike villages, by doubling."""
    if times == 0:
        return np.ones((*[1] * len(limits), adds.shape[-1]))
    if times == 1:
        return _limit(adds, limits)
    half = _power(adds, times // 2, limits)
    whole = _limit(_convolve(half, half), limits)
    return _limit(_convolve(whole, adds), limits) if times % 2 else whole


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


def _limit(sums: Floats, limits: Sequence[int]) -> Floats:
    """Fold what lies beyond the limit of an axis into it."""
    for number, limit in enumerate(limits):
        if sums.shape[number] > limit + 1:
            kept = sums[_along(number, slice(limit + 1))].copy()
            kept[_along(number, limit)] += sums[_along(number, slice(limit + 1, None))].sum(axis=number)
            sums = kept
    return sums


def _grown(so_far: Shape, adds: Shape, times: int, limits: Sequence[int]) -> Shape:
    """Return the lattice after `times` more villages."""
    return tuple(min(a + times * (b - 1), limit + 1) for a, b, limit in zip(so_far, adds, limits, strict=True))


def _costs(so_far: Shape, adds: Shape, times: int, limits: Sequence[int]) -> tuple[int, int]:
    """Return the multiplications of adding `times` villages one by one, and all at once."""
    single = sum(prod(_grown(so_far, adds, n, limits)) for n in range(times)) * prod(adds)
    whole = _grown((1,) * len(limits), adds, times, limits)
    return single, _power_cost(adds, times, limits) + prod(so_far) * prod(whole)


def _power_cost(adds: Shape, times: int, limits: Sequence[int]) -> int:
    """Return the multiplications of `_power`."""
    one: Shape = (1,) * len(limits)
    spent = 0
    while times > 1:
        spent += prod(_grown(one, adds, times // 2, limits)) ** 2
        spent += (times % 2) * prod(_grown(one, adds, times - 1, limits)) * prod(adds)
        times //= 2
    return spent
