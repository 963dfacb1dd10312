"""The record that frozen forecasts make: what was forecast, what came, and how each forecast scores.

Where reports leave open what came, that is bounded, and so is every score.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import inf
from statistics import fmean
from typing import Literal

import numpy as np

from ...domain.arrays import Ints
from ...domain.crossings import Bounds, MoveBounds, bounds_from_counts, bounds_from_statuses
from ...domain.evidence import Panel
from ...domain.status import LEVELS, TOP, UNKNOWN
from ...domain.target import Target, needed
from ...inference.forecast import YearForecast
from ...inference.scores import brier, log_score, weighted_interval
from ...inputs.observations.counts import StatedYear
from ...inputs.observations.outcomes import Outcomes, counts_of_year
from ..kinds.forecast.result import District
from .register import Change, Contents, Entry

Basis = Literal["panel", "stated", "counts"]
Unusable = Literal["unreported", "villages", "contradiction"]
"""Why nothing can be said: no report, one of other villages than forecast, rises that the counts rule out."""

INTERVALS = {"0.5": (0.25, 0.75), "0.9": (0.05, 0.95)}
"""Central intervals that a forecast states -> their ends."""
ENOUGH = 20
"""District-years below which scores say nothing yet of how good forecasts are."""
_FINEST = 10**6
"""Largest denominator of a share that a target is stated with: a result holds it as a decimal number."""


@dataclass(frozen=True)
class YearOutcome:
    """What came of one year of one district.

    Attributes
    ----------
    basis
        ``panel``: single villages; ``stated``: rises as an office states them; ``counts``: counts at both ends of
        the year, which bound the rises.
    rises, judged
        Villages that rose; what is held against the needed number. None where nothing says.
    needed, met
        The number needed; whether the target was met. None where it is open.
    """

    basis: Basis
    rises: Bounds | None
    judged: Bounds | None
    needed: int | None
    met: bool | None


@dataclass(frozen=True)
class Scores:
    """Scores of one forecast, each as its least and greatest value: equal where the outcome is known.

    Attributes
    ----------
    brier, log_score
        Of "met"; a log score is None where it is infinite, since the forecast ruled out what came.
    wis_rises
        Weighted interval score of the number of rises; None where nothing says how many there were.
    inside
        Interval -> whether the rises lay in it; None where that is open.
    """

    brier: tuple[float, float]
    log_score: tuple[float | None, float | None]
    wis_rises: tuple[float, float] | None
    inside: Mapping[str, bool | None]


@dataclass(frozen=True)
class ForecastRow:
    """One frozen forecast of one year of one district, and what came of it.

    Attributes
    ----------
    late
        Whether the year was over already when the forecast was registered.
    state
        ``came`` where it can be scored, else why not.
    rises
        Level in (0, 1) -> quantile of the villages that rise.
    """

    entry: str
    number: int
    registered: str
    district_code: str
    district: str
    year: int
    late: bool
    state: Literal["came", "not over"] | Unusable
    probability_met: float
    target: str
    rises: Mapping[float, float]
    outcome: YearOutcome | None
    scores: Scores | None


@dataclass(frozen=True)
class Inside:
    """How many of some known numbers of rises lay in an interval."""

    inside: int
    of: int


@dataclass(frozen=True)
class Summary:
    """Means over the forecasts that count: made before their year was over, of years of which reports say something.

    Attributes
    ----------
    scored, district_years
        Those of them of which it is known whether the target was met, and the district-years they are of.
    met, expected
        How many met it, and how many were to be expected from their chances.
    brier, log_score
        Means over those that are scored; None without any, or where the log score is infinite.
    ruled_out
        Forecasts with an infinite log score.
    brier_bounds
        Between what the mean Brier score lies with those left open.
    exact_rises, wis_rises
        Forecasts whose number of rises is known, and their mean weighted interval score.
    enough
        Whether there are as many district-years as a judgement needs.
    """

    forecasts: int
    scored: int
    district_years: int
    met: int
    expected: float
    brier: float | None
    log_score: float | None
    ruled_out: int
    brier_bounds: tuple[float, float] | None
    exact_rises: int
    wis_rises: float | None
    inside: Mapping[str, Inside]
    enough: bool


@dataclass(frozen=True)
class TrackRecord:
    """What ``register score`` answers.

    Attributes
    ----------
    as_of
        Day on which the register was scored, ISO 8601.
    entries
        Those that are as they were frozen.
    changes
        Where the register is not as it was written.
    forecasts
        One a forecast year and district of every entry.
    """

    as_of: str
    digest: str
    entries: tuple[str, ...]
    changes: tuple[Change, ...]
    forecasts: tuple[ForecastRow, ...]
    summary: Summary


def score_register(contents: Contents, happened: Outcomes, today: date) -> TrackRecord:
    """Hold every entry that is as it was frozen against what happened; a year has come once it is over today."""
    rows = tuple(row for entry in contents.entries for row in _rows(entry, happened, today))
    names = tuple(entry.name for entry in contents.entries)
    return TrackRecord(today.isoformat(), contents.digest, names, contents.changes, rows, _summary(rows))


def _rows(entry: Entry, happened: Outcomes, today: date) -> Iterator[ForecastRow]:
    for district in entry.forecast.districts:
        for forecast in district.years:
            over = forecast.year < today.year
            found = _outcome(entry.forecast.origin, district, forecast, happened) if over else "not over"
            outcome = found if isinstance(found, YearOutcome) else None
            yield ForecastRow(
                entry=entry.name,
                number=entry.number,
                registered=entry.registered,
                district_code=district.district_code,
                district=district.district,
                year=forecast.year,
                late=forecast.year in entry.late_years,
                state="came" if isinstance(found, YearOutcome) else found,
                probability_met=forecast.probability_met,
                target=district.target.key,
                rises=forecast.rises.quantiles,
                outcome=outcome,
                scores=None if outcome is None else _scores(forecast, outcome),
            )


def _outcome(origin: int, district: District, forecast: YearForecast, happened: Outcomes) -> YearOutcome | Unusable:
    """Return what came of a year, or why no report can be used."""
    year, panel = forecast.year, happened.panels.get(district.district_code)
    stated = happened.stated.get(district.district_code, {})
    target, said = _target(district), stated.get(year)
    basis: Basis
    moves: MoveBounds | None
    stock: Bounds | None
    start, end = (_counts(origin, district, panel, stated.get(at), at) for at in (year - 1, year))
    villages, joined = district.number(year), district.joining.get(year, 0)
    if panel is not None and {year - 1, year} <= set(panel.years):
        found = _of_panel(origin, district, panel, year, target)
        if found is None:
            return "villages"
        basis, (moves, stock) = "panel", found
        start = start if start is not None and start.sum() == villages else None
    elif any(four is not None and four.sum() != size for four, size in ((start, villages), (end, villages + joined))):
        return "villages"
    else:
        if end is not None:
            end = end - np.array([joined, *(0 for _ in LEVELS[1:])])  # who joins does so at the lowest level
        stock = None if end is None else Bounds(*[int(end[target.level_mask].sum())] * 2)
        possible = None if start is None or end is None else bounds_from_counts(start, end, target)
        if said is not None and said.rises is not None:
            basis, moves = "stated", _of_stated(villages, said.rises, said.falls, possible)
            if moves is None:
                return "contradiction"
        elif end is None:
            return "unreported"
        else:
            basis, moves = "counts", possible
    must, judged = _needed(district, forecast, start, target), _judged(target, moves, stock)
    met = None if must is None or judged is None or judged.low < must <= judged.high else judged.low >= must
    return YearOutcome(basis, None if moves is None else moves.rises, judged, must, met)


def _target(district: District) -> Target:
    """Return the target, its share as the fraction that was stated."""
    stated = district.target
    share = Fraction(str(stated.share)).limit_denominator(_FINEST)
    return Target(share, stated.reading, stated.levels, stated.denominator_kind, stated.net_of_falls)


def _needed(district: District, forecast: YearForecast, start: Ints | None, target: Target) -> int | None:
    """Return the number that had to be reached in a year that began with these counts; None where it is open.

    Open is a target of a mechanism's own too: whether lists met it, only its own code could say.
    """
    if district.target.of_own:
        return None
    if target.denominator == "all":
        return int(needed(target.share, district.number(forecast.year)))
    if start is not None:
        return int(needed(target.share, int(start[:TOP].sum())))
    if forecast.needed is None or forecast.needed.min != forecast.needed.max:
        return None
    return forecast.needed.min


def _counts(origin: int, district: District, panel: Panel | None, said: StatedYear | None, year: int) -> Ints | None:
    """Return the counts at the end of a year: as reported since, else, of the origin, as the forecast knew them."""
    if said is not None and said.four is not None:
        return said.four
    if panel is not None and year in panel.years:
        return counts_of_year(panel, year)
    if year != origin or district.made_up_counts:
        return None
    shares = np.array([district.origin_share[level] for level in LEVELS])
    return np.rint(shares * district.villages).astype(np.int64)


def _of_panel(
    origin: int, district: District, panel: Panel, year: int, target: Target
) -> tuple[MoveBounds, Bounds] | None:
    """Return what the statuses of the villages that were forecast say; one that is not known may have done anything.

    None where there are more villages than were forecast.
    """
    before = panel.years.index(year - 1)
    first = panel.years.index(origin) if origin in panel.years else before
    last = before if district.number(year) > district.villages else first
    cohort = panel.status[(panel.status[:, first : last + 1] != UNKNOWN).any(axis=1)]
    missing = district.number(year) - len(cohort)
    if missing < 0:
        return None
    start, end = (cohort[:, panel.years.index(at)] for at in (year - 1, year))
    there = int(target.level_mask[end[end != UNKNOWN]].sum())
    stock = Bounds(there, there + int((end == UNKNOWN).sum()) + missing)
    return bounds_from_statuses(start, end, missing, target), stock


def _of_stated(villages: int, rises: int, falls: int | None, possible: MoveBounds | None) -> MoveBounds | None:
    """Return what stated rises and falls say; None where the counts at both ends of the year rule them out."""
    anything = Bounds(0, villages)
    possible = possible or MoveBounds(anything, anything, anything)
    rose, fell = Bounds(rises, rises), possible.falls if falls is None else Bounds(falls, falls)
    if not (rose.within(possible.rises) and fell.within(possible.falls)) or rises + fell.low > villages:
        return None
    entered = Bounds(possible.entries.low, min(possible.entries.high, rises))
    return MoveBounds(rose, Bounds(fell.low, min(fell.high, villages - rises)), entered)


def _judged(target: Target, moves: MoveBounds | None, stock: Bounds | None) -> Bounds | None:
    """Return what is held against the needed number; None where nothing says."""
    if target.reading == "stock" or moves is None:
        return stock if target.reading == "stock" else None
    if target.reading == "entries":
        return moves.entries
    if not target.net_of_falls:
        return moves.rises
    return Bounds(moves.rises.low - moves.falls.high, moves.rises.high - moves.falls.low)


def _scores(forecast: YearForecast, outcome: YearOutcome) -> Scores:
    """Return the least and the greatest of each score over everything that may have come."""
    chance, levels = forecast.probability_met, forecast.rises.quantiles
    met = np.array([False, True] if outcome.met is None else [outcome.met])
    rises = range(0) if outcome.rises is None else range(outcome.rises.low, outcome.rises.high + 1)
    low, high = _ends(log_score(np.tile([1 - chance, chance], (len(met), 1)), met.astype(np.int64)))
    inside = {
        name: {levels[low] <= number <= levels[high] for number in rises} for name, (low, high) in INTERVALS.items()
    }
    return Scores(
        brier=_ends(brier(np.full(len(met), chance), met)),
        log_score=(None if low == inf else low, None if high == inf else high),
        wis_rises=_ends(weighted_interval(levels, number) for number in rises) if rises else None,
        inside={name: answers.pop() if len(answers) == 1 else None for name, answers in inside.items()},
    )


def _ends(values: Iterable[float]) -> tuple[float, float]:
    known = [float(value) for value in values]
    return min(known), max(known)


def _summary(rows: Sequence[ForecastRow]) -> Summary:
    pairs = [(row, row.outcome, row.scores) for row in rows if not row.late]
    came = [(row, outcome, scores) for row, outcome, scores in pairs if outcome is not None and scores is not None]
    known = [(row, outcome, scores) for row, outcome, scores in came if outcome.met is not None]
    exact = [
        scores.wis_rises[0]
        for _, outcome, scores in came
        if outcome.rises is not None and outcome.rises.known and scores.wis_rises is not None
    ]
    logs = [scores.log_score[0] for _, _, scores in known]
    finite = [score for score in logs if score is not None]
    years = {(row.district_code, row.year) for row, _, _ in known}
    held = {name: [one for _, _, scores in came if (one := scores.inside[name]) is not None] for name in INTERVALS}
    low, high = (_mean([scores.brier[end] for _, _, scores in came]) for end in (0, 1))
    return Summary(
        forecasts=len(came),
        scored=len(known),
        district_years=len(years),
        met=sum(bool(outcome.met) for _, outcome, _ in known),
        expected=float(sum(row.probability_met for row, _, _ in known)),
        brier=_mean([scores.brier[0] for _, _, scores in known]),
        log_score=_mean(finite) if len(finite) == len(logs) else None,
        ruled_out=len(logs) - len(finite),
        brier_bounds=None if low is None or high is None else (low, high),
        exact_rises=len(exact),
        wis_rises=_mean(exact),
        inside={name: Inside(sum(answers), len(answers)) for name, answers in held.items()},
        enough=len(years) >= ENOUGH,
    )


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
