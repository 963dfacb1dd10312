"""Averages over lots: n places are given to some of m villages, every choice of n alike.

That is how m independent villages fare that win with chance n / m each, given that n of them win in all. A condition
on a sum W is an average over angles, E[X; W = n] = mean over θ of e^(−iθn) E[X e^(iθW)], and at each angle villages are
independent: one that wins counts e^(iθ) times its chance. So a lot is averaged like a shock, at nodes with weights,
which here are complex numbers; no choice of villages needs to be listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from ..domain.arrays import Complex, Floats, Ints

MISTAKEN = 1e-12
"""How probable, at most, numbers of winners are that look like the right one, in units of its own probability."""


@dataclass(frozen=True, eq=False)
class Lots:
    """L lots in each of D draws, among V villages; all of one draw are independent.

    Attributes
    ----------
    wins
        Shape (L, V, D): the chance of winning, the same for all who take part in a lot; 0 for others.
    """

    wins: Floats

    @property
    def ways(self) -> int:
        """In how many ways a village may fare: 2^L."""
        return 1 << len(self.wins)

    @cached_property
    def places(self) -> Ints:
        """Shape (L, D): how many win."""
        return np.rint(self.wins.sum(axis=1)).astype(np.int64)

    @cached_property
    def chance_of_places(self) -> Floats:
        """Shape (L, D): how probable it is that as many win as there are places, if each wins independently."""
        return _as_many(self.places, (self.wins > 0).sum(axis=1))

    @cached_property
    def steps(self) -> list[int]:
        """Into how many angles a full turn is divided, for each lot: the fewest that tell its winners from others.

        Numbers of winners that differ by as much look alike, so that all of these must be improbable.
        """
        if not len(self.wins):
            return []
        from scipy.special import bdtr, bdtrc

        found = []
        for places, size in zip(self.places, (self.wins > 0).sum(axis=1), strict=True):
            needed = 1
            for n, m in np.unique([places, size], axis=1).T:
                apart = np.arange(1, max(n, m - n) + 2)
                fewer, more = n - apart, n + apart - 1
                chance = n / max(m, 1)
                mistaken = np.where(fewer < 0, 0.0, bdtr(np.maximum(fewer, 0), m, chance))
                mistaken = mistaken + np.where(more >= m, 0.0, bdtrc(np.minimum(more, m), m, chance))
                needed = max(needed, int(apart[np.argmax(mistaken <= MISTAKEN * _as_many(n, m))]))
            found.append(needed)
        return found

    @property
    def size(self) -> int:
        """How many nodes the average takes: half of all angles, as the others give the conjugate numbers."""
        return prod(self.steps) // 2 + 1

    def nodes(self) -> tuple[Floats, Floats | Complex]:
        """Return the angles of each node, shape (A, L), and its weight, shape (A, D); the real part is the average."""
        if not self.steps:
            return np.zeros((1, 0)), np.ones((1, self.wins.shape[-1]))
        turns = np.indices(self.steps).reshape(len(self.steps), -1)
        place = np.arange(turns.shape[1])
        mirrored = np.ravel_multi_index(tuple(-turns % np.array(self.steps)[:, None]), self.steps)
        half = place <= mirrored
        angles = 2 * np.pi * turns[:, half].T / self.steps
        weight = np.where(place < mirrored, 2.0, 1.0)[half] / place.size
        return angles, weight[:, None] * np.exp(-1j * (angles @ self.places)) / self.chance_of_places.prod(axis=0)

    def shares(self, angles: Floats) -> Complex:
        """Return how much each way to fare counts for a village, shape (A, 2^L, V, D), from angles (A, L).

        The ways are to lose or to win each lot, as `itertools.product` lists them. At angle 0 they are chances.
        """
        ways = [np.ones((len(angles), *self.wins.shape[1:]), dtype=np.complex128)]
        for turn, wins in zip(np.exp(1j * angles.T), self.wins, strict=True):
            ways = [way * part for way in ways for part in (1 - wins, turn[:, None, None] * wins)]
        return np.stack(ways, axis=1)

    def average(self, ways: Sequence[Floats]) -> Floats:
        """Return the average of what each village meets in each way, shape (V, D) all."""
        chances = self.shares(np.zeros((1, len(self.wins))))[0].real
        return np.asarray(sum(chance * way for chance, way in zip(chances, ways, strict=True)))


def _as_many(places: Ints, size: Ints) -> Floats:
    """Return how probable n winners of m are where each wins with chance n / m: C(m, n) (n / m)ⁿ (1 − n / m)^(m − n).

    `scipy.stats.binom` says the same; to load it takes longer than most forecasts.
    """
    from scipy.special import gammaln, xlog1py, xlogy

    share = places / np.maximum(size, 1)
    ways = gammaln(size + 1) - gammaln(places + 1) - gammaln(size - places + 1)
    return np.asarray(np.exp(ways + xlogy(places, share) + xlog1py(size - places, -share)))
