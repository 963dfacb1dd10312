"""What is known of the levels of a district's villages at the end of the origin year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .arrays import Floats, Ints, Statuses
from .constraints import types_of
from .distributions import Dirichlet
from .randomness import break_ties, parameter_uniforms
from .status import LEVELS, TOP, UNKNOWN

MADE_UP_SHARES = np.array([93, 25, 3, 14]) / 135
"""Tanah Laut, 31 July 2025: the centre of the counts made up for a district that gave none."""
MADE_UP_WEIGHT = 40.0
_WHOLE: dict[Any, type[np.signedinteger[Any]]] = {Statuses: np.int8, Ints: np.int64}
"""Kind of array -> the numbers that it holds."""


class _OfWholeNumbers:
    """A dataclass that takes any lists of whole numbers as its arrays; `Villages` refuses others."""

    def __post_init__(self) -> None:
        """Turn into arrays of their kind what holds whole numbers."""
        own: Any = type(self)
        for name, kind in types_of(own).items():
            found = np.asarray(getattr(self, name))
            if found.dtype.kind in "iuf" and np.isfinite(found).all():
                whole = found.astype(_WHOLE[kind])
                found = whole if np.array_equal(whole, found) else found
            object.__setattr__(self, name, found)


@dataclass(frozen=True, eq=False)
class SingleStatuses(_OfWholeNumbers):
    """The level of single villages: `levels`, shape (V,), 0..3, or `UNKNOWN`."""

    levels: Statuses

    @property
    def known(self) -> Ints:
        """Shape (4,): villages per level among those whose level is known."""
        return np.bincount(self.levels[self.levels != UNKNOWN], minlength=len(LEVELS))


@dataclass(frozen=True, eq=False)
class KnownStatuses(SingleStatuses):
    """The level of every village at the end of the origin year: `levels`, shape (V,), 0..3."""

    @property
    def counts(self) -> Ints:
        """Shape (4,): villages per level."""
        return self.known


@dataclass(frozen=True, eq=False)
class SomeStatuses(SingleStatuses):
    """The level of some villages, and how many of all stand at each: which of the others stands where is unknown.

    Attributes
    ----------
    levels
        Shape (V,): 0..3, or `UNKNOWN`.
    counts
        Shape (4,): villages per level of the whole district.
    """

    counts: Ints

    def place(self, key: Floats) -> Statuses:
        """Place what the counts leave on the villages of unknown level at random; see `DistrictCounts.place`."""
        status = np.repeat(self.levels[:, None], key.shape[1], axis=1)
        for rows, counts in self.shares():
            status[rows] = place_counts(key[rows], counts[:, None])
        return status

    def shares(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield the villages among which counts are shared out, and those counts, (4,)."""
        yield np.flatnonzero(self.levels == UNKNOWN), self.counts - self.known


@dataclass(frozen=True, eq=False)
class MissingStatuses(SingleStatuses):
    """The level of most villages; each other village is drawn by itself, in every trajectory anew.

    With which chances, `blank_statuses` says.

    Attributes
    ----------
    levels
        Shape (V,): 0..3, or `UNKNOWN`; at least one is known.
    earlier
        Shape (V,): of a village without a level the last one that a list says, or `UNKNOWN`; `UNKNOWN` for all others.
    earlier_years
        Shape (V,): the year at whose end it stood there; 0 where there is none.
    """

    earlier: Statuses
    earlier_years: Ints
    counts: ClassVar[None] = None

    @property
    def unknown(self) -> int:
        """How many villages are drawn."""
        return int((self.levels == UNKNOWN).sum())

    def place(self, key: Floats, chances: Floats) -> Statuses:
        """Draw a level for every village that has none: uniforms (V, T), and the chances of these, (B, 4, T)."""
        status = np.repeat(self.levels[:, None], key.shape[1], axis=1)
        unknown = self.levels == UNKNOWN
        firsts = np.cumsum(chances, axis=1)[:, :TOP]
        status[unknown] = (key[unknown][:, None] >= firsts).sum(axis=1)
        return status


@dataclass(frozen=True, eq=False)
class DistrictCounts(_OfWholeNumbers):
    """Villages per level of the whole district: `counts`, shape (4,). Which village stands where is unknown."""

    counts: Ints

    def place(self, key: Floats) -> Statuses:
        """Place the counts on the villages at random: in the order of uniforms (V, T), the lowest level first."""
        return place_counts(key, self.counts[:, None])

    def shares(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield all villages and their counts; see `SomeStatuses.shares`."""
        yield np.arange(self.counts.sum()), self.counts


@dataclass(frozen=True, eq=False)
class SubdistrictCounts(_OfWholeNumbers):
    """Villages per level of each kecamatan: `by_subdistrict`, shape (K, 4). Which village stands where is unknown."""

    by_subdistrict: Ints

    @property
    def counts(self) -> Ints:
        """Shape (4,): villages per level of the district."""
        return np.asarray(self.by_subdistrict.sum(axis=0))

    def place(self, key: Floats) -> Statuses:
        """Place the counts of each kecamatan on its villages at random; see `DistrictCounts.place`."""
        return np.concatenate([place_counts(key[rows], counts[:, None]) for rows, counts in self.shares()])

    def shares(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield the villages of each kecamatan and their counts; see `SomeStatuses.shares`."""
        ends = np.cumsum(self.by_subdistrict.sum(axis=1))
        for end, counts in zip(ends, self.by_subdistrict, strict=True):
            yield np.arange(end - counts.sum(), end), counts


@dataclass(frozen=True, eq=False)
class MadeUpCounts:
    """Nothing is known: each parameter draw has counts of its own, drawn around the shares of another district.

    Attributes
    ----------
    district_code
        Part of the address of the draws.
    villages
        V.
    counts
        None: there are none before they are drawn.
    """

    district_code: str
    villages: int
    counts: ClassVar[None] = None

    def draw(self, seed: int, draws: range) -> Ints:
        """Return villages per level in some parameter draws, Dirichlet(40 × Tanah Laut) rounded, shape (D, 4)."""
        names = tuple(f"status_shares.{self.district_code}.{level}" for level in LEVELS)
        uniform = parameter_uniforms(seed, names, draws).T
        return _largest_remainder(Dirichlet(tuple(MADE_UP_SHARES), MADE_UP_WEIGHT).quantile(uniform), self.villages)


StatusKnowledge = KnownStatuses | SomeStatuses | MissingStatuses | DistrictCounts | SubdistrictCounts | MadeUpCounts
"""What is known of the villages' levels at the end of the origin year."""


def place_counts(key: Floats, counts: Ints) -> Statuses:
    """Place counts, (4, T) or (4, 1), on villages in the order of their keys, (V, T)."""
    key = break_ties(key)
    ordered = np.concatenate([np.sort(key, axis=0), np.ones((1, key.shape[1]))])
    firsts = np.take_along_axis(ordered, np.cumsum(counts[:TOP], axis=0), axis=0)
    return np.asarray(np.sum([key >= first for first in firsts], axis=0, dtype=np.int8))


def _largest_remainder(shares: Floats, total: int) -> Ints:
    """Round shares (…, 4) to whole villages that sum to `total`."""
    exact = shares * total
    whole = np.floor(exact).astype(np.int64)
    missing = total - whole.sum(axis=-1, keepdims=True)
    rank = np.argsort(np.argsort(whole - exact, axis=-1, kind="stable"), axis=-1)
    return np.asarray(whole + (rank < missing))
