"""What came of a frozen forecast of one year: a number, or the bounds of one where the reports leave it open.

Knows which of several reports says most; must not know how forecasts are scored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...domain.crossings import Bounds, Moves, moves_from_counts, moves_from_statuses
from ...domain.evidence import UNKNOWN, Panel
from ...domain.target import Target
from ...inputs.evidence.outcomes import Outcomes, StatedYear, four_of
from .frozen import FrozenDistrict, FrozenYear

Four = NDArray[np.int64]


@dataclass(frozen=True)
class Outcome:
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
    refused
        Why the reports cannot be used: ``villages``, other villages than forecast; ``contradiction``, rises that
        the counts rule out; "" where they can.
    """

    basis: str
    rises: Bounds | None = None
    judged: Bounds | None = None
    needed: int | None = None
    refused: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target was met; None where that is open."""
        if self.judged is None or self.needed is None:
            return None
        if self.judged.low >= self.needed:
            return True
        return False if self.judged.high < self.needed else None


def outcome_of(district: FrozenDistrict, forecast: FrozenYear, happened: Outcomes) -> Outcome | None:
    """Return what came of a year; None where no report speaks of it."""
    year, panel = forecast.year, happened.panels.get(district.code)
    stated = happened.stated.get(district.code, {})
    start = _counts(district, panel, stated.get(year - 1), year - 1)
    if panel is not None and {year - 1, year} <= set(panel.years):
        return _of_panel(district, panel, forecast, start)
    end = _counts(district, panel, stated.get(year), year)
    if any(four is not None and four.sum() != district.villages for four in (start, end)):
        return Outcome("counts", refused="villages")
    needed = district.needed_in(forecast, start)
    said = stated.get(year)
    if said is not None and said.rises is not None:
        return _of_stated(district, said, start, needed)
    if end is None:
        return None
    moves = None if start is None else moves_from_counts(start, end, district.target)
    judged = _judged(district.target, moves, _stock(district.target, end))
    return Outcome("counts", None if moves is None else moves.rises, judged, needed)


def _counts(district: FrozenDistrict, panel: Panel | None, said: StatedYear | None, year: int) -> Four | None:
    """Return the counts at the end of a year: as reported since, else, of the origin, as the forecast knew them."""
    if said is not None and said.four is not None:
        return said.four
    if panel is not None and year in panel.years:
        return four_of(panel, year)
    return district.counts if year == district.origin else None


def _of_panel(district: FrozenDistrict, panel: Panel, forecast: FrozenYear, counts: Four | None) -> Outcome:
    """Return what the statuses of the villages that were forecast say; one that is not known may have done anything."""
    year = forecast.year
    first = panel.years.index(district.origin if district.origin in panel.years else year - 1)
    cohort = panel.status[panel.status[:, first] != UNKNOWN]
    missing = district.villages - len(cohort)
    if missing < 0:
        return Outcome("panel", refused="villages")
    start, end = (cohort[:, panel.years.index(at)] for at in (year - 1, year))
    moves = moves_from_statuses(start, end, missing, district.target)
    there = int(district.target.level_mask[end[end != UNKNOWN]].sum())
    stock = Bounds(there, there + int((end == UNKNOWN).sum()) + missing)
    whole = counts is not None and counts.sum() == district.villages
    needed = district.needed_in(forecast, counts if whole else None)
    return Outcome("panel", moves.rises, _judged(district.target, moves, stock), needed)


def _of_stated(district: FrozenDistrict, said: StatedYear, start: Four | None, needed: int | None) -> Outcome:
    """Return what stated rises say, unless the counts at both ends of the year rule them out."""
    rises, falls, stock = (
        Bounds(said.rises or 0, said.rises or 0),
        Bounds(0, district.villages - (said.rises or 0)),
        None,
    )
    entries = Bounds(0, rises.high)
    if said.falls is not None:
        falls = Bounds(said.falls, said.falls)
    if said.four is not None:
        stock = _stock(district.target, said.four)
    possible = Moves(Bounds(0, district.villages), Bounds(0, district.villages), entries)
    if start is not None and said.four is not None:
        possible = moves_from_counts(start, said.four, district.target)
        falls = falls if falls.known else possible.falls
        entries = Bounds(possible.entries.low, min(possible.entries.high, rises.high))
    if not (rises.within(possible.rises) and falls.within(possible.falls)) or rises.low + falls.low > district.villages:
        return Outcome("stated", refused="contradiction")
    return Outcome("stated", rises, _judged(district.target, Moves(rises, falls, entries), stock), needed)


def _stock(target: Target, end: Four) -> Bounds:
    there = int(end[target.level_mask].sum())
    return Bounds(there, there)


def _judged(target: Target, moves: Moves | None, stock: Bounds | None) -> Bounds | None:
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
