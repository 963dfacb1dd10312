"""Likelihood of counts at two dates where nobody recorded which village moved.

For any number K of levels and flows F[s, d] from s to d, P(after | before) = Σ_F Π_s multinomial(before_s; F[s]), over
all F whose rows sum to `before` and whose columns sum to `after`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Literal

import numpy as np

from ...domain.arrays import Bools, Floats, Ints
from .saddlepoint import log_probability

Method = Literal["impossible", "chain", "tables", "saddlepoint"]

MOST_TABLES = 10_000
"""More tables of flows than this are not summed one by one for every particle."""
_MOST_CELLS = 2_000_000
_SMALLEST = 1e-300


@dataclass(frozen=True, eq=False)
class Flow:
    """Counts at two dates.

    Attributes
    ----------
    before, after
        Shape (K,): villages per level, of the same total.
    allowed
        Shape (K, K): whether a village can get from one level to another in between.
    """

    before: Ints
    after: Ints
    allowed: Bools

    @cached_property
    def method(self) -> Method:
        """How the sum is worked out; all but ``saddlepoint`` are exact."""
        if not self.possible:
            return "impossible"
        distance = np.abs(np.subtract.outer(np.arange(self.before.size), np.arange(self.before.size)))
        if not (self.allowed & (distance > 1)).any():
            if max(np.multiply(*pair) for pair in zip(self._sizes, self._sizes[1:], strict=False)) <= MOST_TABLES:
                return "chain"
        elif self._tables is not None:
            return "tables"
        return "saddlepoint"

    @property
    def possible(self) -> bool:
        """Whether any flow fits: whatever levels villages leave, there is room where they may go (Hall's condition)."""
        some = [np.array(levels) for levels in product([False, True], repeat=self.before.size)]
        return all(self.before[left].sum() <= self.after[self.allowed[left].any(axis=0)].sum() for left in some)

    @cached_property
    def crossings(self) -> Ints:
        """Net number of villages that crossed into each level or higher, shape (K − 1,)."""
        return np.cumsum((self.after - self.before)[::-1])[::-1][1:]

    @cached_property
    def risen(self) -> tuple[int, int]:
        """Fewest and most villages that can have ended above where they began, where any flow fits."""
        from scipy.optimize import linprog

        one, size = np.eye(self.before.size), np.ones(self.before.size)
        sums = np.concatenate([np.kron(one, size), np.kron(size, one)])
        bounds = [(0, None if allowed else 0) for allowed in self.allowed.flat]
        rises = np.triu(np.ones(self.allowed.shape), 1).ravel()
        # The corners of a transport problem are whole numbers.
        flows = (
            linprog(way * rises, A_eq=sums, b_eq=np.concatenate([self.before, self.after]), bounds=bounds).x
            for way in (1, -1)
        )
        fewest, most = (round(float(np.asarray(each) @ rises)) for each in flows)
        return fewest, most

    def log_likelihood(self, matrix: Floats) -> Floats:
        """Return the log-likelihood of transition matrices of shape (P, K, K), shape (P,)."""
        match self.method:
            case "chain":
                return self._along_the_chain(matrix)
            case "tables":
                return self._over_tables(matrix)
            case "saddlepoint":
                return log_probability(self.before, self.after, matrix)
        return np.full(len(matrix), -np.inf)

    @cached_property
    def _tables(self) -> Ints | None:
        return tables(self.before, self.after, self.allowed, MOST_TABLES)

    @cached_property
    def _falls(self) -> list[Ints]:
        """Return how many can have fallen into each level but the top, where nobody moves further than one level."""
        below, above = self.before[:-1], self.before[1:]
        most = np.where(np.diag(self.allowed, -1), np.minimum(above, below - self.crossings), 0)
        # Where nobody may rise, falls are all that crosses.
        most = np.where(np.diag(self.allowed, 1), most, np.minimum(most, -self.crossings))
        least = np.maximum(0, -self.crossings)
        return [np.arange(low, high + 1) for low, high in zip(least, most, strict=True)]

    @property
    def _sizes(self) -> list[int]:
        return [1, *(fall.size for fall in self._falls), 1]

    def _along_the_chain(self, matrix: Floats) -> Floats:
        """Sum over falls level by level: rows share only the flows between neighbours."""
        from scipy.special import logsumexp

        logs = np.log(np.maximum(matrix, _SMALLEST))
        downs = [np.zeros(1, dtype=np.int64), *self._falls]
        ups = [*(fall + net for fall, net in zip(self._falls, self.crossings, strict=True)), np.zeros(1, np.int64)]
        reached = np.zeros((len(matrix), 1))
        top = self.before.size - 1
        for level, villages in enumerate(self.before):
            down, up = downs[level][:, None], ups[level][None, :]
            stay = villages - down - up
            row = np.where(stay < 0, -np.inf, _log_ways(villages, down, up, np.maximum(stay, 0)))
            for flow, target in ((down, level - 1), (stay, level), (up, level + 1)):
                if 0 <= target <= top:
                    row = row + flow * logs[:, level, target][:, None, None]
            reached = logsumexp(reached[:, :, None] + row, axis=1)
        return np.asarray(reached[:, 0])

    @cached_property
    def _ways(self) -> tuple[Floats, Floats]:
        """Return the logarithm of the number of ways to each table, (T,), and its flows, one a column, (K², T)."""
        every = np.empty((0, 4, 4), dtype=np.int64) if self._tables is None else self._tables
        ways = np.array([_log_ways(row.sum(axis=-1), *row.T) for row in every.swapaxes(0, 1)]).sum(axis=0)
        return ways, np.ascontiguousarray(every.reshape(len(every), -1).T, dtype=np.float64)

    def _over_tables(self, matrix: Floats) -> Floats:
        """Sum over every table of flows that fits."""
        ways, flows = self._ways
        logs = np.log(np.maximum(matrix, _SMALLEST)).reshape(len(matrix), -1)
        found, block = np.empty(len(logs)), max(1, _MOST_CELLS // len(ways))
        for i in range(0, len(logs), block):
            each = logs[i : i + block] @ flows
            each += ways
            largest = each.max(axis=1)
            each -= largest[:, None]
            found[i : i + block] = largest + np.log(np.exp(each, out=each).sum(axis=1))
        return found


def tables(before: Ints, after: Ints, allowed: Bools, most: int) -> Ints | None:
    """Return every table of flows between two counts, shape (tables, K, K); None where there are more than `most`.

    Parameters
    ----------
    before, after
        Shape (K,): sums of the rows and of the columns.
    allowed
        Shape (K, K): cells that may be above 0.
    """
    levels = before.size
    partial: list[tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]] = [(tuple(after.tolist()), ())]
    for row, villages in enumerate(before.tolist()):
        later = allowed[row + 1 :].any(axis=0)
        grown = []
        for room, rows in partial:
            high = [room[d] if allowed[row, d] else 0 for d in range(levels)]
            low = [0 if later[d] else room[d] for d in range(levels)]
            for split in _splits(villages, low, high):
                grown.append((tuple(r - x for r, x in zip(room, split, strict=True)), (*rows, split)))
                if len(grown) > most:
                    return None
        partial = grown
    return np.array([rows for _, rows in partial], dtype=np.int64).reshape(-1, levels, levels)


def _splits(villages: int, low: list[int], high: list[int]) -> Iterator[tuple[int, ...]]:
    """Yield the ways to split villages between levels, within limits."""
    if not low:
        if villages == 0:
            yield ()
        return
    least = max(low[0], villages - sum(high[1:]))
    most = min(high[0], villages - sum(low[1:]))
    for first in range(least, most + 1):
        for rest in _splits(villages - first, low[1:], high[1:]):
            yield (first, *rest)


def _log_ways(villages: int | Ints, *flows: Ints) -> Floats:
    """Return the logarithm of the multinomial coefficient."""
    from scipy.special import gammaln

    return np.asarray(gammaln(np.asarray(villages) + 1.0) - sum(gammaln(flow + 1.0) for flow in flows))
