"""The distribution of whole numbers summed over independent villages (Poisson-binomial), many cases side by side.

Sums are made by direct convolution, which keeps every digit of rare ones.

A distribution is an array of shape (n₁, …, n_m, case): the probability of each point of an m-dimensional
lattice that starts at 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shape = tuple[int, ...]

_IN_CACHE = 512
"""Cases that are added up side by side."""
_LARGEST_BINOMIAL = 1000
"""Beyond this many villages a binomial coefficient may be too large for a number."""


@dataclass(frozen=True)
class Axis:
    """One of the numbers that are summed.

    Attributes
    ----------
    limit
        The largest sum that is told apart.
    exactly
        False: larger sums are counted as `limit` ("at least so many"). True: sums of just `limit` are
        all that is wanted.
    """

    limit: int
    exactly: bool = False


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
        One for each dimension of the lattice; those wanted exactly are left out of the result.

    Examples
    --------
    >>> fair = np.array([[0.5], [0.5]])
    >>> total([Part(3, fair)], [Axis(3)])[:, 0].tolist()
    [0.125, 0.375, 0.375, 0.125]
    >>> total([Part(3, fair)], [Axis(2)])[:, 0].tolist()
    [0.125, 0.375, 0.5]
    >>> total([Part(3, fair)], [Axis(2, exactly=True)]).tolist()
    [0.375]
    """
    *before, last = sorted((Part(part.size, trim(part.adds)) for part in parts), key=_weight)
    result = np.ones((*[1] * len(axes), last.adds.shape[-1]))
    for part in before:
        result = _join(result, part, axes)
    if not any(axis.exactly for axis in axes):
        return _join(result, last, axes)
    return _meet(result, _power(last.adds, last.size, axes), axes)


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


def cost(shapes: Sequence[tuple[int, Shape]], axes: Sequence[Axis]) -> int:
    """Return the multiplications that `total` needs for one case, for parts of (size, lattice shape)."""
    *before, (size, shape) = sorted(shapes, key=lambda part: part[0] * prod(part[1]))
    so_far: Shape = (1,) * len(axes)
    spent = 0
    for times, adds in before:
        spent += min(_costs(so_far, adds, times, axes))
        so_far = _grown(so_far, adds, times, axes)
    if not any(axis.exactly for axis in axes):
        return spent + min(_costs(so_far, shape, size, axes))
    whole = _grown((1,) * len(axes), shape, size, axes)
    meet = prod(a if axis.exactly else a * b for a, b, axis in zip(so_far, whole, axes, strict=True))
    return spent + _power_cost(shape, size, axes) + meet


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


def _join(result: Floats, part: Part, axes: Sequence[Axis]) -> Floats:
    """Add one part, in the cheaper of two ways."""
    one_by_one, at_once = _costs(result.shape[:-1], part.adds.shape[:-1], part.size, axes)
    if one_by_one > at_once:
        return _limit(_convolve(result, _power(part.adds, part.size, axes)), axes)
    for _ in range(part.size):
        result = _limit(_convolve(result, part.adds), axes)
    return result


def _power(adds: Floats, times: int, axes: Sequence[Axis]) -> Floats:
    """Return the sum over `times` alike villages: binomially along an axis wanted exactly, else by doubling."""
    if times == 0:
        return np.ones((*[1] * len(axes), adds.shape[-1]))
    if times == 1:
        return _limit(adds, axes)
    axis = _coin(adds.shape[:-1], times, axes)
    if axis is not None:
        return _binomial(adds, times, axes, axis)
    half = _power(adds, times // 2, axes)
    whole = _limit(_convolve(half, half), axes)
    return _limit(_convolve(whole, adds), axes) if times % 2 else whole


def _coin(shape: Shape, times: int, axes: Sequence[Axis]) -> int | None:
    """Return an axis wanted exactly along which a village adds 0 or 1, None where there is none."""
    exactly = [number for number, axis in enumerate(axes) if axis.exactly and shape[number] == 2]
    return exactly[0] if exactly and times <= _LARGEST_BINOMIAL else None


def _binomial(adds: Floats, times: int, axes: Sequence[Axis], axis: int) -> Floats:
    """Return the sum over `times` villages, k of which add 1 along `axis`, for each k up to its limit."""
    most = min(times, axes[axis].limit)
    without, with_one = adds[_along(axis, slice(1))], adds[_along(axis, slice(1, 2))]
    rest = [_power(without, times - most, axes)]
    ones = [_power(with_one, 0, axes)]
    for _ in range(most):
        rest.append(_limit(_convolve(rest[-1], without), axes))
        ones.append(_limit(_convolve(ones[-1], with_one), axes))
    sums = [comb(times, k) * _limit(_convolve(rest[most - k], ones[k]), axes) for k in range(most + 1)]
    shape = tuple(np.max([one.shape for one in sums], axis=0))
    result = np.zeros((*shape[:axis], most + 1, *shape[axis + 1 :]))
    for k, one in enumerate(sums):
        result[(*(slice(n) for n in one.shape[:axis]), slice(k, k + 1), *(slice(n) for n in one.shape[axis + 1 :]))] = (
            one
        )
    return result


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


def _meet(many: Floats, few: Floats, axes: Sequence[Axis]) -> Floats:
    """Return the distribution of a sum whose exact axes are held at their limits: only those cells are computed."""
    if few.size > many.size:
        many, few = few, many
    free = [not axis.exactly for axis in axes]
    shape = [a + b - 1 for a, b, kept in zip(many.shape, few.shape, free, strict=False) if kept]
    result = np.zeros((*shape, many.shape[-1]))
    for point in np.ndindex(few.shape[:-1]):
        left = [axis.limit - start for start, axis in zip(point, axes, strict=True) if axis.exactly]
        room = [size for size, kept in zip(many.shape, free, strict=False) if not kept]
        if all(0 <= n < size for n, size in zip(left, room, strict=True)) and few[point].any():
            ahead = iter(left)
            others = many[tuple(slice(None) if kept else next(ahead) for kept in free)]
            starts = [start for start, kept in zip(point, free, strict=True) if kept]
            window = tuple(slice(start, start + n) for start, n in zip(starts, others.shape, strict=False))
            result[window] += others * few[point]
    return _limit(result, [axis for axis in axes if not axis.exactly])


def _limit(sums: Floats, axes: Sequence[Axis]) -> Floats:
    """Fold what lies beyond the limit of an axis into it; drop it where the limit is wanted exactly."""
    for number, axis in enumerate(axes):
        if sums.shape[number] > axis.limit + 1:
            kept = sums[_along(number, slice(axis.limit + 1))]
            if not axis.exactly:
                kept = kept.copy()
                kept[_along(number, axis.limit)] += sums[_along(number, slice(axis.limit + 1, None))].sum(axis=number)
            sums = kept
    return sums


def _grown(so_far: Shape, adds: Shape, times: int, axes: Sequence[Axis]) -> Shape:
    """Return the lattice after `times` more villages."""
    return tuple(min(a + times * (b - 1), axis.limit + 1) for a, b, axis in zip(so_far, adds, axes, strict=True))


def _costs(so_far: Shape, adds: Shape, times: int, axes: Sequence[Axis]) -> tuple[int, int]:
    """Return the multiplications of adding `times` villages one by one, and all at once."""
    single = sum(prod(_grown(so_far, adds, n, axes)) for n in range(times)) * prod(adds)
    whole = _grown((1,) * len(axes), adds, times, axes)
    return single, _power_cost(adds, times, axes) + prod(so_far) * prod(whole)


def _power_cost(adds: Shape, times: int, axes: Sequence[Axis]) -> int:
    """Return the multiplications of `_power`."""
    axis = _coin(adds, times, axes)
    one: Shape = (1,) * len(axes)
    if axis is not None:
        most = min(times, axes[axis].limit)
        side = (*adds[:axis], 1, *adds[axis + 1 :])
        cells = [prod(_grown(one, side, n, axes)) for n in range(times + 1)]
        steps = sum(cells[times - most :]) + sum(cells[: most + 1])
        pairs = sum(cells[times - k] * cells[k] for k in range(most + 1))
        return _power_cost(side, times - most, axes) + steps * prod(side) + pairs
    spent = 0
    while times > 1:
        spent += prod(_grown(one, adds, times // 2, axes)) ** 2
        spent += (times % 2) * prod(_grown(one, adds, times - 1, axes)) * prod(adds)
        times //= 2
    return spent
