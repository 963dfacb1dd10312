"""How many villages rose between two dates, from their statuses or counts at both: a number, or bounds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arrays import Bools, Ints, Statuses
from .status import TOP, UNKNOWN
from .target import Target


class Bounds(NamedTuple):
    """The least and the most that a whole number can be; equal where it is known."""

    low: int
    high: int

    @property
    def known(self) -> bool:
        """Whether only one number is possible."""
        return self.low == self.high

    def within(self, other: Bounds) -> bool:
        """Return whether every number possible here is possible there."""
        return other.low <= self.low and self.high <= other.high


class MoveBounds(NamedTuple):
    """How many villages rose, fell, and rose into a target's levels from outside them."""

    rises: Bounds
    falls: Bounds
    entries: Bounds


def bounds_from_counts(start: Ints, end: Ints, target: Target) -> MoveBounds:
    """Return what counts by level allow, skips and falls among it.

    A rise crosses a threshold between two levels at most once, so the rises are at least the largest net upward
    crossing of a threshold, and one transport of the villages attains that. They are most where as many ends as
    possible are matched with a lower start.

    Parameters
    ----------
    start, end
        Shape (4,): the same villages by level.

    Examples
    --------
    >>> bounds_from_counts(np.array([93, 25, 3, 14]), np.array([88, 27, 4, 16]), Target()).rises
    Bounds(low=5, high=47)
    """
    into = _into_from_counts(start, end, target.level_mask)
    return MoveBounds(_rises(start, end), _rises(start[::-1], end[::-1]), into)


def _rises(start: Ints, end: Ints) -> Bounds:
    """Return the bounds of the villages whose level grew; of the reversed levels it gives the falls."""
    from_above = np.cumsum(start[::-1])[::-1], np.cumsum(end[::-1])[::-1]
    low = max(0, int((from_above[1] - from_above[0])[1:].max()))
    # Hall's condition for the ends at 1 … j, which only starts below j can have risen to.
    unmatched = np.cumsum(end[1:]) - np.cumsum(start)[:-1]
    return Bounds(low, int(end[1:].sum()) - max(0, int(unmatched.max())))


def _into_from_counts(start: Ints, end: Ints, inside: Bools) -> Bounds:
    gained = int(end[inside].sum() - start[inside].sum())
    lowest = int(np.flatnonzero(inside).min())
    upwards_only = bool(inside[lowest:].all())
    most = min(int(start[~inside].sum()), int(end[inside].sum()))
    return Bounds(max(0, gained) if upwards_only else 0, most)


def bounds_from_statuses(start: Statuses, end: Statuses, missing: int, target: Target) -> MoveBounds:
    """Return what the statuses of single villages say; exact where every one of them is known.

    Parameters
    ----------
    start, end
        Shape (N,): 0 … 3, or `UNKNOWN`.
    missing
        Villages of which nothing is known at either time.
    """
    inside = target.level_mask
    both = (start != UNKNOWN) & (end != UNKNOWN)
    rose, fell = both & (end > start), both & (end < start)
    entered = rose & inside[end] & ~inside[start]
    may_rise = ~both & (start != TOP) & (end != 0)
    may_fall = ~both & (start != 0) & (end != TOP)
    outside, arrives = (start == UNKNOWN) | ~inside[start], (end == UNKNOWN) | inside[end]
    may_enter = may_rise & outside & arrives
    pairs = ((rose, may_rise), (fell, may_fall), (entered, may_enter))
    return MoveBounds(*(Bounds(int(sure.sum()), int(sure.sum() + open_.sum()) + missing) for sure, open_ in pairs))
