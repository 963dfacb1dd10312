"""The record of a register: what was forecast, what came, and how each forecast scores.

Knows which forecasts count and what their scores are; must not know files, nor how the record is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from math import isfinite
from statistics import fmean
from typing import Any

import numpy as np

from ...domain.crossings import Bounds
from ...inference.scores import brier, log_score, weighted_interval
from ...inputs.evidence.outcomes import Outcomes
from ..record import rounded
from .folder import Contents
from .frozen import FrozenDistrict, FrozenYear, frozen_districts
from .log import Line
from .outcomes import Outcome, outcome_of

Record = dict[str, Any]
INTERVALS = {"0.5": (0.25, 0.75), "0.9": (0.05, 0.95)}
"""Central intervals that a record of a forecast states -> their ends."""
ENOUGH = 20
"""District-years below which scores say nothing yet of how good forecasts are."""


def register_record(
    contents: Contents, forecast_of: Callable[[Line], Mapping[str, Any]], happened: Outcomes, today: date
) -> Record:
    """Return the record of every entry that is as it was frozen.

    Parameters
    ----------
    forecast_of
        Gives the record of an entry's forecast.
    today
        A year has arrived once it is over on this day.
    """
    rows = [
        row
        for line in contents.entries
        for district in frozen_districts(forecast_of(line))
        for row in _rows(line, district, happened, today)
    ]
    return {
        "as_of": today.isoformat(),
        "head": contents.log.head,
        "entries": [line.entry for line in contents.entries],
        "faults": [
            {"kind": fault.kind, "line": fault.line, "entry": fault.entry, "file": fault.file}
            for fault in contents.faults
        ],
        "forecasts": rounded(rows),
        "summary": rounded(_summary(rows)),
    }


def _rows(line: Line, district: FrozenDistrict, happened: Outcomes, today: date) -> Iterator[Record]:
    for forecast in district.years:
        over = forecast.year < today.year
        outcome = outcome_of(district, forecast, happened) if over else None
        usable = outcome is not None and not outcome.refused
        yield {
            "entry": line.entry,
            "number": line.number,
            "registered": line.registered,
            "district_code": district.code,
            "district": district.name,
            "year": forecast.year,
            "late": forecast.year in line.ended,
            "state": _state(outcome, over=over),
            "probability_met": forecast.probability,
            "target": district.target.key,
            "rises": {str(level): value for level, value in forecast.rises.items()},
            "outcome": _told(outcome) if outcome is not None and usable else None,
            "scores": _scores(forecast, outcome) if outcome is not None and usable else None,
        }


def _state(outcome: Outcome | None, *, over: bool) -> str:
    """Return ``came``, ``not over``, ``unreported``, or why a report cannot be used."""
    if not over:
        return "not over"
    if outcome is None:
        return "unreported"
    return outcome.refused or "came"


def _told(outcome: Outcome) -> Record:
    return {
        "basis": outcome.basis,
        "rises": None if outcome.rises is None else list(outcome.rises),
        "judged": None if outcome.judged is None else list(outcome.judged),
        "needed": outcome.needed,
        "met": outcome.met,
    }


def _scores(forecast: FrozenYear, outcome: Outcome) -> Record:
    """Return every score as its least and greatest value: equal where the outcome is known, None where nothing is.

    An infinite log score, of a forecast that ruled out what came, is None: JSON knows no infinity.
    """
    came = np.array([False, True] if outcome.met is None else [outcome.met])
    chances = np.array([1 - forecast.probability, forecast.probability])
    logs = log_score(np.tile(chances, (len(came), 1)), came.astype(np.int64))
    return {
        "brier": _ends(brier(np.full(len(came), forecast.probability), came)),
        "log_score": [end if isfinite(end) else None for end in _ends(logs)],
        "wis_rises": None if outcome.rises is None or not forecast.rises else _interval_scores(forecast, outcome.rises),
        "inside": {name: _inside(forecast, ends, outcome.rises) for name, ends in INTERVALS.items()},
    }


def _ends(values: Iterable[float]) -> list[float]:
    known = [float(value) for value in values]
    return [min(known), max(known)]


def _interval_scores(forecast: FrozenYear, rises: Bounds) -> list[float]:
    """Return the least and the greatest score over all possible outcomes.

    It bends at the quantiles only, and is convex.
    """
    bends = {round(min(max(value, rises.low), rises.high)) for value in forecast.rises.values()}
    return _ends(weighted_interval(forecast.rises, value) for value in {*rises, *bends})


def _inside(forecast: FrozenYear, ends: tuple[float, float], rises: Bounds | None) -> bool | None:
    """Return whether the rises lay in an interval; None where that is open."""
    if rises is None or not set(ends) <= set(forecast.rises):
        return None
    low, high = (forecast.rises[end] for end in ends)
    if low <= rises.low and rises.high <= high:
        return True
    return False if rises.high < low or rises.low > high else None


def counting(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the forecasts that count: made before the year was over, of a year of which reports say something."""
    return [row for row in rows if row["state"] == "came" and not row["late"]]


def _summary(rows: Sequence[Record]) -> Record:
    """Return the means over all forecasts that count; scores of those whose outcome is known."""
    came = counting(rows)
    known = [row for row in came if row["outcome"]["met"] is not None]
    exact = [row for row in came if _is_known(row["outcome"]["rises"]) and row["scores"]["wis_rises"] is not None]
    logs = [row["scores"]["log_score"][0] for row in known]
    years = {(row["district_code"], row["year"]) for row in known}
    return {
        "forecasts": len(came),
        "scored": len(known),
        "district_years": len(years),
        "met": sum(row["outcome"]["met"] for row in known),
        "expected": sum(row["probability_met"] for row in known),
        "brier": _mean([row["scores"]["brier"][0] for row in known]),
        "log_score": _mean([score for score in logs if score is not None]) if None not in logs else None,
        "ruled_out": logs.count(None),
        "brier_bounds": None if not came else [_mean([row["scores"]["brier"][i] for row in came]) for i in (0, 1)],
        "exact_rises": len(exact),
        "wis_rises": _mean([row["scores"]["wis_rises"][0] for row in exact]),
        "inside": {name: _counted([row["scores"]["inside"][name] for row in came]) for name in INTERVALS},
        "enough": len(years) >= ENOUGH,
    }


def _is_known(ends: Sequence[int] | None) -> bool:
    return ends is not None and ends[0] == ends[1]


def _counted(inside: Sequence[bool | None]) -> Record:
    known = [answer for answer in inside if answer is not None]
    return {"inside": sum(known), "of": len(known)}


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
