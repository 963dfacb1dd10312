"""The distribution of whole numbers summed over independent villages (Poisson-binomial), many cases side by side.

A distribution is an array of shape (n₁, …, n_m, case): the probability of each point of an m-dimensional
lattice that starts at 0. Where only an average over cases is wanted, generating functions are multiplied
(`average_total`); elsewhere sums are made by direct convolution, which keeps every digit of rare ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np

from ..domain.arrays import Complex, Floats, Ints

_IN_CACHE = 512
"""Cases that are added up side by side."""
_NEARLY_NONE = 1e-300
_IN_ONE_THREAD = 200_000
"""Multiplications of a product of matrices for which the linear algebra library starts no threads, which would wait."""


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
    result = np.ones((*[1] * len(limits), parts[0].adds.shape[-1]))
    trimmed = [Part(part.size, trim(part.adds)) for part in parts]
    for part in sorted(trimmed, key=lambda part: part.size * prod(part.adds.shape[:-1])):
        # Along several dimensions a sum soon reaches its limits: villages one by one are then cheaper than doubling.
        doubling = len(limits) == 1
        once = _sum_of_alike(part.adds, part.size, limits) if doubling else part.adds
        for _ in range(1 if doubling else part.size):
            result = add(result, once, *limits)
    return result


def cost(villages: int, lattice: Sequence[int], limits: Sequence[int]) -> int:
    """Return about how many multiplications `total` needs for one case of so many villages."""
    steps = list(zip([n - 1 for n in lattice], limits, strict=True))
    one_by_one = prod(lattice) * sum(prod(min(n * most, limit) + 1 for most, limit in steps) for n in range(villages))
    return one_by_one // 2 if len(limits) == 1 else one_by_one


def _sum_of_alike(adds: Floats, times: int, limits: Sequence[int]) -> Floats:
    """Return the sum over `times` alike villages, by doubling."""
    if times == 0:
        return np.ones((*[1] * len(limits), adds.shape[-1]))
    if times == 1:
        return adds
    half = _sum_of_alike(adds, times // 2, limits)
    whole = add(half, half, *limits)
    return add(whole, adds, *limits) if times % 2 else whole


def add(one: Floats, other: Floats, *limits: int) -> Floats:
    """Return the distribution of the sum of two independent points, (n₁, …, n_m, …) each; limits stand for more."""
    rank = len(limits)
    beside = one.shape[rank:]
    if prod(one.shape[:rank]) < prod(other.shape[:rank]):
        one, other = other, one
    inside, few = one.shape[:rank], other.shape[:rank]
    one, other = one.reshape(*inside, -1), other.reshape(*few, -1)
    whole = [a + b - 1 for a, b in zip(inside, few, strict=True)]
    result = np.empty((*(min(n, limit + 1) for n, limit in zip(whole, limits, strict=True)), one.shape[-1]))
    for start in range(0, one.shape[-1], _IN_CACHE):
        cases = slice(start, start + _IN_CACHE)
        many = np.ascontiguousarray(one[..., cases])
        sums, moved = np.zeros((*whole, many.shape[-1])), np.empty_like(many)
        for point in np.ndindex(few):
            chance = other[(*point, cases)]
            if chance.any():
                np.multiply(many, chance, out=moved)
                sums[tuple(slice(by, by + size) for by, size in zip(point, inside, strict=True))] += moved
        result[..., cases] = fold(sums, limits)
    return result.reshape(*result.shape[:rank], *beside)


def fold(sums: Floats, limits: Sequence[int]) -> Floats:
    """Count what lies beyond the limit of a dimension at the limit."""
    for axis, limit in enumerate(limits):
        if sums.shape[axis] > limit + 1:
            kept = sums[_along(axis, slice(limit + 1))].copy()
            kept[_along(axis, limit)] += sums[_along(axis, slice(limit + 1, None))].sum(axis=axis)
            sums = kept
    return sums


def trim(adds: Floats) -> Floats:
    """Drop the far ends of a distribution that no case can reach."""
    for axis in range(adds.ndim - 1):
        reached = np.flatnonzero(adds.any(axis=tuple(i for i in range(adds.ndim) if i != axis)))
        adds = adds[_along(axis, slice(int(reached[-1]) + 1 if reached.size else 1))]
    return adds


def _along(axis: int, index: slice | int) -> tuple[Any, ...]:
    """Return the index that picks along one axis and leaves the others whole."""
    return (slice(None),) * axis + (index,)


def add_villages(chances: Floats, limit: int) -> Floats:
    """Return the distribution of a number that villages add up to, shape (n + 1, case); n is at most `limit`.

    Parameters
    ----------
    chances
        Shape (village, most + 1, case): chance that a village adds 0, 1 … `most`; may be complex, as in `Lots`.
    limit
        Stands for larger sums too.

    Examples
    --------
    >>> add_villages(np.full((3, 2, 1), 0.5), 2)[:, 0].tolist()
    [0.125, 0.375, 0.5]
    """
    villages, lattice, cases = chances.shape
    most = lattice - 1
    result = np.zeros((min(villages * most, limit) + 1, cases), dtype=chances.dtype)
    side_by_side = max(_IN_CACHE, 32768 // len(result))
    for start in range(0, cases, side_by_side):
        some = slice(start, start + side_by_side)
        sums = np.zeros((len(result), len(result[0, some])), dtype=chances.dtype)
        sums[0] = 1
        for number, village in enumerate(chances[..., some]):
            reached = min(number * most + 1, limit)
            moved = [sums[:reached] * chance for chance in village[1:]]
            sums[:reached] *= village[0]
            if number * most >= limit:
                sums[limit] *= village.sum(axis=0)
            for adds, one in enumerate(moved, start=1):
                inside = max(0, min(reached, limit - adds))
                sums[adds : adds + inside] += one[:inside]
                if inside < reached:
                    sums[limit] += one[inside:].sum(axis=0)
        result[:, some] = sums
    return result


def total_of_sorts(adds: Floats, sort_of: Ints, limit: int) -> Floats:
    """Return how probable it is that villages add up to 0, 1 …, to less than `limit`, shape (n, D, …).

    Those of the largest sort of a case are a binomial, the others are added one by one.

    Parameters
    ----------
    adds
        Shape (C, most + 1, D, …): chance that a village of each sort adds 0, 1 … `most`; may be complex, as in `Lots`.
    sort_of
        Shape (village, D): the sort of each village.

    Examples
    --------
    >>> total_of_sorts(np.full((1, 2, 1, 1), 0.5), np.zeros((3, 1), dtype=int), 3)[:, 0, 0].round(12).tolist()
    [0.125, 0.375, 0.375]
    """
    (villages, draws), (sorts, most) = sort_of.shape, (adds.shape[0], adds.shape[1] - 1)
    sizes = (sort_of == np.arange(sorts)[:, None, None]).sum(axis=1)
    if most > 1:
        sizes[:] = 0
    largest, size = sizes.argmax(axis=0), sizes.max(axis=0)
    order = np.argsort(size, kind="stable")
    others = np.sort(np.where((sort_of == largest) & (size > 0), sorts, sort_of), axis=0)[:, order]
    size = size[order]
    numbers = min(villages * most + 1, max(limit, 1))
    first = np.moveaxis(adds[largest[order], :, order], 1, 0)
    sums = np.zeros((numbers, *first.shape[1:]), dtype=adds.dtype)
    _binomial(first, size, sums)
    for step, rest in enumerate(others[: villages - size[0]]):
        some = slice(int(np.searchsorted(size, villages - step)))
        village = adds[rest[some], :, order[some]]
        reached = min(numbers, int(size[-1]) + step * most + 1)
        moved = [sums[: min(reached, numbers - by), some] * village[:, by] for by in range(1, most + 1)]
        sums[:reached, some] *= village[:, 0]
        for by, part in enumerate(moved, start=1):
            sums[by : by + len(part), some] += part
    back = np.empty_like(order)
    back[order] = np.arange(draws)
    return sums[:, back]


def _binomial(adds: Floats, size: Ints, sums: Floats) -> None:
    """Put the first of the chances of a binomial, or of its like for complex numbers, into `sums`, shape (n, D, …).

    From the chances (≥ 2, D, …) that one adds 0 or 1, and how many there are, (D,). In logarithms: a power may be too
    small for a number where the whole is not.
    """
    none, one = (np.log(np.where(chance == 0, _NEARLY_NONE, chance)) for chance in adds[:2])
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, size[-1] + 1)))])
    along = (..., *(None,) * (none.ndim - 1))
    power, one = size[along] * none, one - none
    for number in range(min(len(sums), int(size[-1]) + 1)):
        ways = log_factorial[size] - log_factorial[number] - log_factorial[np.maximum(size - number, 0)]
        np.add(power, np.where(size < number, -np.inf, ways)[along], out=sums[number])
        np.exp(sums[number], out=sums[number])
        power += one


def average_total(parts: Sequence[Floats | Complex], weight: Floats | Complex, limit: int) -> Floats:
    """Return how probable sums below `limit` of independent numbers are, averaged over nodes; right to about 1e-15.

    Where many sums are told apart, generating functions are multiplied at roots of unity, averaged there, and only then
    turned back.

    Parameters
    ----------
    parts
        How probable each number is, shape (n, D, N) each, as far as it is below `limit`; where they are complex, as in
        `Lots`, the real part is returned.
    weight
        Shape (D, N).

    Returns
    -------
    Floats
        Shape (n, D).

    Examples
    --------
    >>> fair = np.full((2, 1, 1), 0.5)
    >>> average_total([fair, fair, fair], np.ones((1, 1)), 2)[:, 0].round(12).tolist()
    [0.125, 0.375]
    """
    parts = [part[: int(np.flatnonzero(part.any(axis=(1, 2))).max(initial=0)) + 1] for part in parts]
    size = sum(len(part) - 1 for part in parts) + 1
    real = all(np.isrealobj(part) for part in parts)
    turns = np.arange(size // 2 + 1 if real else size)
    if min(size, limit) <= len(turns):
        return _average_directly(parts, weight, min(size, limit))
    roots = np.exp(-2j * np.pi / size * turns * np.arange(max(map(len, parts)))[:, None])
    tables = [np.ascontiguousarray(roots[: len(part)]).view(np.float64 if real else np.complex128) for part in parts]
    (draws, nodes), found = weight.shape, np.zeros((len(weight), roots.shape[1]), dtype=np.complex128)
    cases = max(1, _IN_ONE_THREAD // max(table.size for table in tables))
    step = max(1, cases // nodes)
    for start, first in product(range(0, draws, step), range(0, nodes, cases)):
        some = np.s_[start : start + step, first : first + cases]
        whole = np.ones((*weight[some].shape, roots.shape[1]), dtype=np.complex128)
        for part, table in zip(parts, tables, strict=True):
            values = np.ascontiguousarray(np.moveaxis(part[:, *some], 0, -1)) @ table
            whole *= values.view(np.complex128)
        found[some[0]] += (whole * weight[some][..., None]).sum(axis=1)
    sums = np.fft.irfft(found, size, axis=1) if real else np.fft.ifft(found, axis=1).real
    return np.ascontiguousarray(sums.T[:limit])


def _average_directly(parts: Sequence[Floats | Complex], weight: Floats | Complex, numbers: int) -> Floats:
    """Return what `average_total` does, by direct convolution."""
    found = np.zeros((numbers, len(weight)))
    step = max(1, _IN_CACHE // weight.shape[1])
    for some in (slice(start, start + step) for start in range(0, len(weight), step)):
        sums = parts[0][:, some] * weight[some]
        for part in parts[1:]:
            whole = np.zeros((min(numbers, len(sums) + len(part) - 1), *sums.shape[1:]), dtype=sums.dtype)
            for by, chance in enumerate(part[:, some]):
                moved = sums[: len(whole) - by] * chance
                whole[by : by + len(moved)] += moved
            sums = whole
        found[: len(sums), some] = sums.sum(axis=-1).real
    return found
