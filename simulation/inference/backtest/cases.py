"""District-years: what was known before each year, what is said of it, and what came about in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...domain.arrays import Floats, Ints, Statuses
from ...domain.evidence import Panel
from ...domain.status import LEVELS, TOP, UNKNOWN
from ...domain.target import Target, needed

TransitionCounts = Ints
"""Shape (4, 4): villages that moved from one level to another within a year."""


@dataclass(frozen=True, eq=False)
class DistrictYear:
    """One year of one district; N villages, all of a known status at its start and its end.

    Attributes
    ----------
    district_code, year
        Which; the origin is the year before.
    before, after
        Shape (N,): status at the end of the origin and of the year.
    """

    district_code: str
    year: int
    codes: tuple[str, ...]
    before: Statuses
    after: Statuses

    @property
    def rises(self) -> int:
        """Villages that rose."""
        return int((self.after > self.before).sum())

    def met(self, target: Target) -> bool:
        """Return whether a target was met, of these villages."""
        counted = len(self.codes) if target.denominator == "all" else int((self.before < TOP).sum())
        return bool(target.score[self.before, self.after].sum() >= needed(target.share, counted))


@dataclass(frozen=True, eq=False)
class AtOrigin:
    """What was known at the end of a year.

    Attributes
    ----------
    panels
        Statuses up to it, of every district.
    now
        Where the villages stand whose next year is to be forecast: district, codes and statuses.
    """

    origin: int
    panels: tuple[Panel, ...]
    now: tuple[tuple[str, tuple[str, ...], Statuses], ...]

    @classmethod
    def of(cls, panels: Iterable[Panel], asked: Sequence[DistrictYear]) -> AtOrigin:
        """Return what was known before some districts' year; `asked` are all of the same year."""
        origin = asked[0].year - 1
        return cls(
            origin,
            tuple(known for panel in panels if len((known := up_to(panel, origin)).years) > 0),
            tuple((case.district_code, case.codes, case.before) for case in asked),
        )


@dataclass(frozen=True, eq=False)
class NextYear:
    """What is said of the next year of N villages.

    Attributes
    ----------
    rises
        Shape (N + 1,): chance of each number of rises.
    levels
        Shape (N, 4): chance of each level for every village at the end of the year.
    """

    rises: Floats
    met: float
    levels: Floats


def up_to(panel: Panel, origin: int) -> Panel:
    """Return a panel without what came after a year."""
    kept = sum(year <= origin for year in panel.years)
    return Panel(panel.district_code, panel.codes, panel.years[:kept], panel.status[:, :kept])


def yearly_moves(panels: Iterable[Panel], district: str) -> dict[int, TransitionCounts]:
    """Return the moves of a district by year, of every year at both of whose ends statuses are known."""
    found: dict[int, TransitionCounts] = {}
    for case in (case for panel in panels if panel.district_code == district for case in _known_years(panel)):
        moves = np.zeros((len(LEVELS), len(LEVELS)), dtype=np.int64)
        np.add.at(moves, (case.before, case.after), 1)
        found[case.year] = found.get(case.year, 0) + moves
    return dict(sorted(found.items()))


def district_years(panels: Iterable[Panel]) -> tuple[DistrictYear, ...]:
    """Return every year that can be forecast and scored, by year and district.

    Statuses are known at both of its ends, and were known at both ends of a year before it, so that every
    forecaster has something to go by.
    """
    cases = [case for panel in panels for case in _known_years(panel)]
    first: dict[str, int] = {}
    for case in cases:
        first[case.district_code] = min(case.year, first.get(case.district_code, case.year))
    scored = (case for case in cases if case.year > first[case.district_code])
    return tuple(sorted(scored, key=lambda case: (case.year, case.district_code)))


def _known_years(panel: Panel) -> Iterator[DistrictYear]:
    """Yield every year of a panel with the villages whose status is known at both of its ends, where there are any."""
    for place, (start, year) in enumerate(pairwise(panel.years)):
        status = panel.status[:, place : place + 2]
        known = np.flatnonzero((status != UNKNOWN).all(axis=1))
        if year == start + 1 and known.size:
            codes = tuple(panel.codes[row] for row in known)
            yield DistrictYear(panel.district_code, year, codes, *status[known].T)
