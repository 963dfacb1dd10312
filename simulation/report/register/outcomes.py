"""What came of a frozen forecast of one year: a number, or the bounds of one where the reports leave it open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...domain.crossings import Bounds, MoveBounds, bounds_from_counts, bounds_from_statuses
from ...domain.evidence import Panel
from ...domain.status import UNKNOWN
from ...domain.target import Target
from ...inputs.observations.outcomes import Outcomes, StatedYear, counts_of_year
from .snapshot import SnapshotDistrict, SnapshotYear

Four = NDArray[np.int64]
Unusable = Literal["unreported", "villages", "contradiction"]
"""Why nothing can be said: no report, one of other villages than forecast, rises that the counts rule out."""


@dataclass(frozen=True)
class YearOutcome:
    """What came of one year of one district.

    Attributes
    ----------
    basis
        ``panel``: single villages; ``stated``: rises as an office states them; ``counts``: counts at both ends of
        the year, which bound the rises.
    rises
        Villages that rose; None where nothing says.
    judged
        What is held against the needed number; None where nothing says.
    needed
        The number needed; None where it is open.
    met
        Whether the target was met; None where that is open.
    """

    basis: Literal["panel", "stated", "counts"]
    rises: Bounds | None
    judged: Bounds | None
    needed: int | None
    met: bool | None

    @classmethod
    def of(
        cls,
        basis: Literal["panel", "stated", "counts"],
        rises: Bounds | None,
        judged: Bounds | None,
        needed: int | None,
    ) -> YearOutcome:
        """Return an outcome; whether the target was met follows from what is judged."""
        met = None
        if judged is not None and needed is not None and not judged.low < needed <= judged.high:
            met = judged.low >= needed
        return cls(basis, rises, judged, needed, met)


def outcome_of(district: SnapshotDistrict, forecast: SnapshotYear, happened: Outcomes) -> YearOutcome | Unusable:
    """Return what came of a year, or why no report can be used."""
    year, panel = forecast.year, happened.panels.get(district.district_code)
    stated = happened.stated.get(district.district_code, {})
    start = _counts(district, panel, stated.get(year - 1), year - 1)
    if panel is not None and {year - 1, year} <= set(panel.years):
        return _of_panel(district, panel, forecast, start)
    end = _counts(district, panel, stated.get(year), year)
    if any(four is not None and four.sum() != district.villages for four in (start, end)):
        return "villages"
    needed = district.needed_in(forecast, start)
    said = stated.get(year)
    if said is not None and said.rises is not None:
        return _of_stated(district, said, start, needed)
    if end is None:
        return "unreported"
    target = district.target.exact
    moves = None if start is None else bounds_from_counts(start, end, target)
    return YearOutcome.of(
        "counts", None if moves is None else moves.rises, _judged(target, moves, _stock(target, end)), needed
    )


def _counts(district: SnapshotDistrict, panel: Panel | None, said: StatedYear | None, year: int) -> Four | None:
    """Return the counts at the end of a year: as reported since, else, of the origin, as the forecast knew them."""
    if said is not None and said.four is not None:
        return said.four
    if panel is not None and year in panel.years:
        return counts_of_year(panel, year)
    return district.counts if year == district.origin else None


def _of_panel(
    district: SnapshotDistrict, panel: Panel, forecast: SnapshotYear, counts: Four | None
) -> YearOutcome | Unusable:
    """Return what the statuses of the villages that were forecast say; one that is not known may have done anything."""
    year, target = forecast.year, district.target.exact
    first = panel.years.index(district.origin if district.origin in panel.years else year - 1)
    cohort = panel.status[panel.status[:, first] != UNKNOWN]
    missing = district.villages - len(cohort)
    if missing < 0:
        return "villages"
    start, end = (cohort[:, panel.years.index(at)] for at in (year - 1, year))
    moves = bounds_from_statuses(start, end, missing, target)
    there = int(target.level_mask[end[end != UNKNOWN]].sum())
    stock = Bounds(there, there + int((end == UNKNOWN).sum()) + missing)
    whole = counts is not None and counts.sum() == district.villages
    needed = district.needed_in(forecast, counts if whole else None)
    return YearOutcome.of("panel", moves.rises, _judged(target, moves, stock), needed)


def _of_stated(
    district: SnapshotDistrict, said: StatedYear, start: Four | None, needed: int | None
) -> YearOutcome | Unusable:
    """Return what stated rises say, unless the counts at both ends of the year rule them out."""
    target, number = district.target.exact, said.rises or 0
    rises, falls, stock = Bounds(number, number), Bounds(0, district.villages - number), None
    entries = Bounds(0, rises.high)
    if said.falls is not None:
        falls = Bounds(said.falls, said.falls)
    if said.four is not None:
        stock = _stock(target, said.four)
    possible = MoveBounds(Bounds(0, district.villages), Bounds(0, district.villages), entries)
    if start is not None and said.four is not None:
        possible = bounds_from_counts(start, said.four, target)
        falls = falls if falls.known else possible.falls
        entries = Bounds(possible.entries.low, min(possible.entries.high, rises.high))
    if not (rises.within(possible.rises) and falls.within(possible.falls)) or rises.low + falls.low > district.villages:
        return "contradiction"
    return YearOutcome.of("stated", rises, _judged(target, MoveBounds(rises, falls, entries), stock), needed)


def _stock(target: Target, end: Four) -> Bounds:
    there = int(end[target.level_mask].sum())
    return Bounds(there, there)


def _judged(target: Target, moves: MoveBounds | None, stock: Bounds | None) -> Bounds | None:
    """Return what is held against the needed number; None where nothing says."""
    if target.reading == "stock":
        return stock
    if moves is None:
        return None
    if target.reading == "entries":
        return moves.entries
    if not target.net_of_falls:
        return moves.rises
    return Bounds(moves.rises.low - moves.falls.high, moves.rises.high - moves.falls.low)
