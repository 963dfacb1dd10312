"""The record that frozen forecasts make: what was forecast, what came, and how each forecast scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from statistics import fmean
from typing import Literal

import numpy as np

from ...domain.crossings import Bounds
from ...inference.scores import brier, log_score, weighted_interval
from ...inputs.observations.outcomes import Outcomes
from .outcomes import Unusable, YearOutcome, outcome_of
from .register import Change, Contents, Entry
from .snapshot import SnapshotDistrict, SnapshotYear

INTERVALS = {"0.5": (0.25, 0.75), "0.9": (0.05, 0.95)}
"""Central intervals that a forecast states -> their ends."""
ENOUGH = 20
"""District-years below which scores say nothing yet of how good forecasts are."""
State = Literal["came", "not over"] | Unusable


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
    entry, number, registered
        Of the register.
    late
        Whether the year was over already when the forecast was registered.
    state
        ``came`` where it can be scored, else why not.
    probability_met
        That the target is met.
    target
        Key of the target's reading.
    rises
        Level, as text -> quantile of the villages that rise.
    outcome, scores
        None where it cannot be scored.
    """

    entry: str
    number: int
    registered: str
    district_code: str
    district: str
    year: int
    late: bool
    state: State
    probability_met: float
    target: str
    rises: Mapping[str, int]
    outcome: YearOutcome | None
    scores: Scores | None

    @property
    def counts(self) -> bool:
        """Whether it was made before the year was over, of a year of which reports say something."""
        return self.state == "came" and not self.late


@dataclass(frozen=True)
class Inside:
    """How many of some known numbers of rises lay in an interval."""

    inside: int
    of: int


@dataclass(frozen=True)
class Summary:
    """Means over the forecasts that count.

    Attributes
    ----------
    forecasts
        How many count.
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
    inside
        Interval -> how often it held.
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
    digest
        Of the register's list.
    entries
        Those that are as they were frozen.
    changes
        Where the register is not as it was written.
    forecasts
        One a forecast year and district of every entry.
    summary
        Means.
    """

    as_of: str
    digest: str
    entries: tuple[str, ...]
    changes: tuple[Change, ...]
    forecasts: tuple[ForecastRow, ...]
    summary: Summary


def score_register(contents: Contents, happened: Outcomes, today: date) -> TrackRecord:
    """Hold every entry that is as it was frozen against what happened; a year has come once it is over today."""
    rows = tuple(
        row
        for entry in contents.entries
        for district in entry.snapshot.districts
        for row in _rows(entry, district, happened, today)
    )
    names = tuple(entry.name for entry in contents.entries)
    return TrackRecord(today.isoformat(), contents.digest, names, contents.changes, rows, _summary(rows))


def _rows(entry: Entry, district: SnapshotDistrict, happened: Outcomes, today: date) -> Iterator[ForecastRow]:
    for forecast in district.years:
        over = forecast.year < today.year
        found: YearOutcome | Unusable | Literal["not over"] = (
            outcome_of(district, forecast, happened) if over else "not over"
        )
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
            target=district.target.exact.key,
            rises=dict(forecast.rises.quantiles),
            outcome=outcome,
            scores=None if outcome is None else _scores(forecast, outcome),
        )


def _scores(forecast: SnapshotYear, outcome: YearOutcome) -> Scores:
    chance = forecast.probability_met
    came = np.array([False, True] if outcome.met is None else [outcome.met])
    logs = log_score(np.tile([1 - chance, chance], (len(came), 1)), came.astype(np.int64))
    low, high = (None if end == inf else end for end in _ends(logs))
    levels, rises = forecast.levels, outcome.rises
    return Scores(
        brier=_ends(brier(np.full(len(came), chance), came)),
        log_score=(low, high),
        wis_rises=None if rises is None or not levels else _interval_scores(levels, rises),
        inside={name: _inside(levels, ends, rises) for name, ends in INTERVALS.items()},
    )


def _ends(values: Iterable[float]) -> tuple[float, float]:
    known = [float(value) for value in values]
    return min(known), max(known)


def _interval_scores(levels: Mapping[float, int], rises: Bounds) -> tuple[float, float]:
    """Return the least and the greatest score over all possible outcomes: it is convex, and bends at quantiles only."""
    bends = {round(min(max(value, rises.low), rises.high)) for value in levels.values()}
    return _ends(weighted_interval(levels, value) for value in {*rises, *bends})


def _inside(levels: Mapping[float, int], ends: tuple[float, float], rises: Bounds | None) -> bool | None:
    """Return whether the rises lay in an interval; None where that is open."""
    if rises is None or not set(ends) <= set(levels):
        return None
    low, high = (levels[end] for end in ends)
    if low <= rises.low and rises.high <= high:
        return True
    return False if rises.high < low or rises.low > high else None


def _summary(rows: Sequence[ForecastRow]) -> Summary:
    pairs = [(row, row.outcome, row.scores) for row in rows if row.counts]
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
        inside={name: _counted(scores.inside[name] for _, _, scores in came) for name in INTERVALS},
        enough=len(years) >= ENOUGH,
    )


def _counted(inside: Iterable[bool | None]) -> Inside:
    known = [answer for answer in inside if answer is not None]
    return Inside(sum(known), len(known))


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
