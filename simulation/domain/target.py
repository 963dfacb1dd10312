"""The yearly target in all its readings, in exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .status import LEVELS, TOP

Reading = Literal["rises", "entries", "stock"]
Denominator = Literal["all", "below_top"]
Ints = NDArray[np.int64]
Counts = NDArray[np.integer[Any]]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Target:
    """What a district must reach each year.

    Attributes
    ----------
    share
        Share of the denominator, in (0, 1], as an exact fraction.
    reading
        ``rises``: villages that rose; ``entries``: villages that rose into `levels` from outside
        them; ``stock``: villages at `levels` at the end of the year.
    levels
        Level names, for ``entries`` and ``stock``.
    denominator
        ``all`` villages, or those ``below_top`` at the start of the year.
    net_of_falls
        Whether falls are taken off the rises (reading ``rises`` only).
    """

    share: Fraction = Fraction(1, 20)
    reading: Reading = "rises"
    levels: tuple[str, ...] = ("mandiri", "paripurna")
    denominator: Denominator = "all"
    net_of_falls: bool = False

    @property
    def level_mask(self) -> Bools:
        """Shape (4,): which levels `levels` names."""
        return np.array([level in self.levels for level in LEVELS])

    @property
    def within_reach(self) -> tuple[Bools, Bools]:
        """Levels from which a village can still count, each shape (4,): if it may rise, and in any case.

        A stock counts who is there already, and may gain who falls into it.
        """
        inside, level = self.level_mask, np.arange(len(LEVELS))
        if self.reading == "rises":
            return level < TOP, np.zeros_like(inside)
        below = ~inside & (level < np.flatnonzero(inside).max())
        anyhow = (level >= np.flatnonzero(inside).min()) & (self.reading == "stock")
        return below & ~anyhow, anyhow

    @property
    def score(self) -> Ints:
        """Shape (4, 4): what one village adds that stands at one level at the start and at another at the end.

        Negative for a fall that is taken off.
        """
        start, end = np.indices((len(LEVELS), len(LEVELS)))
        inside = self.level_mask
        if self.reading == "stock":
            return inside[end].astype(np.int64)
        rise = (end > start).astype(np.int64)
        if self.reading == "entries":
            return rise * (inside[end] & ~inside[start])
        return rise - (end < start) if self.net_of_falls else rise

    @property
    def key(self) -> str:
        """The name of this reading among `readings`."""
        if self.reading != "rises":
            return self.reading
        return "net_rises" if self.net_of_falls else f"rises_{self.denominator}"

    def readings(self) -> dict[str, Target]:
        """Return every reading of the same share, this target's own first.

        ``rises_all`` and ``rises_below_top`` differ in the denominator; the others keep this one's.
        """
        every = [
            replace(self, reading="rises", denominator="all", net_of_falls=False),
            replace(self, reading="rises", denominator="below_top", net_of_falls=False),
            replace(self, reading="rises", net_of_falls=True),
            replace(self, reading="entries", net_of_falls=False),
            replace(self, reading="stock", net_of_falls=False),
        ]
        return {self.key: self} | {target.key: target for target in every}


def needed(share: Fraction, denominator: int | Counts) -> Ints:
    """Return ceil(share × denominator), exactly.

    Parameters
    ----------
    share
        A fraction in (0, 1]; make it from text, ``Fraction("0.05")``.
    denominator
        Number of villages, any shape, each at least 0.

    Examples
    --------
    >>> int(needed(Fraction("0.05"), 135)), int(needed(Fraction("0.07"), 100))
    (7, 7)
    """
    count = np.asarray(denominator, dtype=np.int64)
    table = [-(-n * share.numerator // share.denominator) for n in range(int(count.max(initial=0)) + 1)]
    return np.array(table, dtype=np.int64)[count]


@dataclass(frozen=True)
class YearCounts:
    """What happened in each year, integer arrays of one shape (…, year) unless noted.

    Attributes
    ----------
    at_start, at_end
        Shape (…, year, 4): villages per level at the start and at the end of the year.
    can_rise
        Shape (…, year, 4): villages per level that may rise at all: below the top, and at their
        level for as many years as the scenario asks.
    rises, falls
        Villages that ended the year above, below where they began.
    entries
        Villages that rose into the target's levels from outside them.
    """

    at_start: Counts
    at_end: Counts
    can_rise: Counts
    rises: Counts
    falls: Counts
    entries: Counts

    def only(self, year: int) -> YearCounts:
        """Return year number `year` alone, with a year axis of length 1."""
        pick = slice(year, year + 1)
        return YearCounts(
            self.at_start[..., pick, :],
            self.at_end[..., pick, :],
            self.can_rise[..., pick, :],
            self.rises[..., pick],
            self.falls[..., pick],
            self.entries[..., pick],
        )

    def score(self, target: Target) -> Counts:
        """Return the number that is held against the target, shape (…, year)."""
        if target.reading == "entries":
            return self.entries
        if target.reading == "stock":
            return np.asarray(self.at_end[..., target.level_mask].sum(axis=-1))
        return self.rises - self.falls if target.net_of_falls else self.rises

    def needed(self, target: Target) -> Ints:
        """Return the number that must be reached, shape (…, year)."""
        levels = slice(None, TOP) if target.denominator == "below_top" else slice(None)
        return needed(target.share, self.at_start[..., levels].sum(axis=-1))

    def met(self, target: Target) -> Bools:
        """Return whether the target was met, shape (…, year)."""
        return np.asarray(self.score(target) >= self.needed(target))

    def saturated(self, target: Target) -> Bools:
        """Return whether too few villages could move for the target to be within reach, shape (…, year)."""
        by_rising, anyhow = target.within_reach
        best = self.can_rise[..., by_rising].sum(axis=-1) + self.at_start[..., anyhow].sum(axis=-1)
        return np.asarray(best < self.needed(target))
