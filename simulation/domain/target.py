"""The yearly target in all its readings, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import MaxLen, MinLen
from numpy.typing import NDArray

from .arrays import Bools, Ints
from .constraints import Bounded, Level, PositiveShare
from .messages import Message, Problem
from .status import LEVELS, TOP

Reading = Literal["rises", "entries", "stock"]
Denominator = Literal["all", "below_top"]
Counts = NDArray[np.integer[Any]]

LARGEST_YEARLY_SHARE = 0.5
"""Of all villages, those that may be asked to rise in one year; more is a slip, such as 1 for 1%."""


@dataclass(frozen=True)
class Target(Bounded):
    """What the district must reach each year."""

    under: ClassVar[str] = "target."

    share: Annotated[PositiveShare, "Share of the denominator, an exact fraction; 5% is 0.05."] = Fraction(1, 20)
    reading: Annotated[
        Reading,
        "Villages that rise, villages that rise into the levels from outside them (entries), or villages at the levels "
        "at the end of the year (stock).",
    ] = "rises"
    levels: Annotated[tuple[Level, ...], MinLen(1), MaxLen(4), "Levels meant by entries and stock."] = (
        "mandiri",
        "paripurna",
    )
    denominator: Annotated[Denominator, "All villages, or those below the top level at the start of the year."] = "all"
    net_of_falls: Annotated[bool, "Whether falls are taken off the rises (reading rises only)."] = False

    def problems(self) -> Iterator[Problem]:
        """Yield why no district can be meant to be asked for this every year."""
        levels = set(self.levels)
        if self.net_of_falls and self.reading != "rises":
            fix = Message("remove {one}, or write {other}", {"one": "net_of_falls", "other": "reading: rises"})
            message = Message("net_of_falls goes with reading: rises only")
            yield Problem("", None, "target.net_of_falls", message, "true", suggestion=fix)
        if self.reading != "stock" and self.share > LARGEST_YEARLY_SHARE:
            share = float(self.share)
            percent = {"percent": float(f"{share:g}"), "share": f"{share / 100:g}"}
            yield Problem(
                "",
                None,
                "target.share",
                Message("this asks for more than half of the villages to rise every year"),
                f"{share:g}",
                Message("a share above 0, up to {most}", {"most": LARGEST_YEARLY_SHARE}),
                Message("{percent:,}% is written {share}", percent),
            )
        senseless = None
        if self.reading == "entries" and LEVELS[0] in levels:
            senseless = Message("no village can rise to dasar, so entries cannot count it")
        elif self.reading == "stock" and levels == {LEVELS[0]}:
            senseless = Message("the number of villages at dasar grows only where villages fall")
        elif self.reading == "stock" and levels == set(LEVELS):
            senseless = Message("every village has one of the four statuses: this target is always met")
        if senseless is not None:
            kept = [level for level in self.levels if level != LEVELS[0] and self.reading == "entries"]
            fix = Message("write {value}", {"value": f"[{', '.join(kept or LEVELS[2:])}]"})
            yield Problem("", None, "target.levels", senseless, f"[{', '.join(self.levels)}]", suggestion=fix)

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
    def of_gross_rises(self) -> bool:
        """Whether it counts the rises themselves, none of them taken off."""
        return self.reading == "rises" and not self.net_of_falls

    @property
    def key(self) -> str:
        """The name of this reading among `readings`."""
        if self.reading != "rises":
            return self.reading
        return "net_rises" if self.net_of_falls else f"rises_{self.denominator}"

    def needed(self, levels: Counts) -> Ints:
        """Return the number that must be reached, shape (…), from villages per level when the year began, (…, 4)."""
        counted = slice(None, TOP) if self.denominator == "below_top" else slice(None)
        return needed(self.share, _total(levels[..., counted]))

    def readings(self) -> dict[str, Target]:
        """Return every reading of the same share, this target's own first.

        ``rises_all`` and ``rises_below_top`` differ in the denominator; the others keep this one's.
        """
        return dict(_readings(self))


@lru_cache
def _readings(target: Target) -> dict[str, Target]:
    # Asked for in every year of every chunk, and each reading is checked when it is made.
    every = [
        replace(target, reading="rises", denominator="all", net_of_falls=False),
        replace(target, reading="rises", denominator="below_top", net_of_falls=False),
        replace(target, reading="rises", net_of_falls=True),
        replace(target, reading="entries", net_of_falls=False),
        replace(target, reading="stock", net_of_falls=False),
    ]
    return {target.key: target} | {each.key: each for each in every}


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
    count: NDArray[Any] = np.asarray(denominator, dtype=np.int64)
    if (
        int(count.max(initial=0)) * share.numerator > np.iinfo(np.int64).max
        or share.denominator > np.iinfo(np.int64).max
    ):
        count = count.astype(object)  # whole numbers of any size
    return np.asarray(-(-count * share.numerator // share.denominator), dtype=np.int64)


def _total(levels: Counts) -> Any:
    """Return the sum over the last axis: of so short a one level by level, in a fifth of the time of NumPy's own."""
    return sum(np.moveaxis(levels, -1, 0))


@dataclass(frozen=True)
class YearCounts:
    """What happened in each year, integer arrays of one shape (…, year) unless noted.

    Attributes
    ----------
    at_start, at_end
        Shape (…, year, 4): villages per level at the start and at the end of the year, there with those that join then.
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

    def of_year(self, t: int) -> YearCounts:
        """Return those of year number `t` alone."""
        return YearCounts(
            **{
                name: each[..., t : t + 1] if each.ndim < self.at_start.ndim else each[..., t : t + 1, :]
                for name, each in vars(self).items()
            }
        )

    def score(self, target: Target) -> Counts:
        """Return the number that is held against the target, shape (…, year)."""
        if target.reading == "entries":
            return self.entries
        if target.reading == "stock":
            joined = _total(self.at_end) - _total(self.at_start)  # who joins is judged from the next year on
            return np.asarray(_total(self.at_end[..., target.level_mask]) - joined * target.level_mask[0])
        return self.rises - self.falls if target.net_of_falls else self.rises

    def needed(self, target: Target) -> Ints:
        """Return the number that must be reached, shape (…, year)."""
        return target.needed(self.at_start)

    def met(self, target: Target) -> Bools:
        """Return whether the target was met, shape (…, year)."""
        return np.asarray(self.score(target) >= self.needed(target))

    def saturated(self, target: Target) -> Bools:
        """Return whether too few villages could move for the target to be within reach, shape (…, year)."""
        by_rising, anyhow = target.within_reach
        best = _total(self.can_rise[..., by_rising]) + _total(self.at_start[..., anyhow])
        return np.asarray(best < self.needed(target))
