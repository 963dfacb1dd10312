"""The record of a forecast: plain data that JSON holds, and from which tables and figures are made.

Knows the shape of ``forecast.json``; must not know files, hashes, engines or times, which differ between
runs that say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..domain.status import LEVELS, TOP
from ..domain.villages import KnownStatuses, MadeUpCounts, Villages
from ..inference.forecast import QUANTILES, Forecast, Summary, YearForecast
from ..inference.precision import PrecisionTrace
from ..inference.uncertainty import Estimate
from ..inputs.resolve import ASSUMED
from . import single_draw, wording
from .failures import failed
from .identity import effort_that_counts
from .language import LANGUAGES, language

Record = dict[str, Any]
DECIMALS = 6
PARAMETER_QUANTILES = (0.05, 0.5, 0.95)


def record(forecast: Forecast, trace: PrecisionTrace | None = None) -> Record:
    """Return the record of a forecast, and of how it became precise where that was asked for.

    One district stands at the top; several stand under ``districts``, each with its code and name.
    """
    scenario = forecast.scenario
    effort = effort_that_counts(forecast.effort, forecast.engine)
    districts = [_district(forecast, i) for i in range(len(forecast.districts))]
    result: Record = {
        "scenario": scenario.name,
        "title": dict(scenario.title),
        "language": scenario.language,
        "origin": scenario.origin,
    }
    if len(districts) == 1:
        result |= districts[0]
    else:
        result |= {"districts": districts, "districts_meeting": _districts_meeting(forecast)}
    result |= {
        "matrix": dict(zip(("mean", "q05", "q95"), rounded(forecast.matrix.tolist()), strict=True)),
        "interventions": [
            {"name": plan.name, "sector": plan.sector, "starts": plan.starts, "ends": plan.ends}
            for plan in scenario.interventions
        ],
        "parameters": _parameters(forecast),
        "effort": {
            "draws": effort.draws,
            "replicates": effort.replicates,
            "seed": forecast.seed,
        },
        "sources": dict(scenario.sources),
        "basis": list(forecast.basis),
        **failed(forecast),
    }
    if trace is not None:
        result["precision"] = _precision(trace)
    say = wording.verdict_of_many if "districts" in result else wording.verdict
    return result | {"verdict": {code: say(language(code), result) for code in LANGUAGES}}


def _precision(trace: PrecisionTrace) -> Record:
    last = trace.steps[-1]
    return {
        "wanted": trace.wanted,
        "reached": round(last.half_width, DECIMALS),
        "trajectories": last.draws * last.replicates,
        "ended_by": trace.ended_by,
    }


def districts_of(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the records of single districts, one or several."""
    return list(result["districts"]) if "districts" in result else [result]


def rounded(value: Any) -> Any:
    """Return plain data with every float rounded, and None for what is not a number."""
    if isinstance(value, float):
        return None if np.isnan(value) else round(value, DECIMALS)
    if isinstance(value, Mapping):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    return value


def _district(forecast: Forecast, index: int) -> Record:
    """Return the record of one district, its own verdict included where it is one of several."""
    scenario, district = forecast.scenario, forecast.districts[index]
    villages, target = district.villages, scenario.target
    first = district.years[0]
    result: Record = {
        "code": villages.district_code,
        "name": villages.district,
        "population": {
            "villages": len(villages),
            "subdistricts": len(villages.subdistricts),
            "single_status_known": isinstance(villages.known, KnownStatuses),
            "synthetic_counts": isinstance(villages.known, MadeUpCounts),
            "origin_share": _origin_share(villages),
        },
        "target": {
            "reading": target.reading,
            "needed": first.needed_min if first.needed_min == first.needed_max else round(first.needed_mean, DECIMALS),
            "denominator": _denominator(villages, target.denominator),
            "denominator_kind": target.denominator,
            "net_of_falls": target.net_of_falls,
            "key": target.key,
            "share": float(target.share),
            "levels": list(target.levels),
        },
        "years": [_year(year, judged) for year, judged in zip(district.years, _judged(forecast, index), strict=True)],
        "all_years": None if district.all_years is None else _estimate(district.all_years),
        "at_least": None if district.at_least is None else _at_least(district.at_least),
        "readings": {name: rounded(list(values)) for name, values in district.readings.items()},
        **single_draw.note_of(forecast.effort.draws, [scenario]),
    }
    if len(forecast.districts) > 1:
        result["verdict"] = {code: wording.verdict(language(code), result) for code in LANGUAGES}
    return result


def _at_least(at_least: Mapping[int, float]) -> Record:
    return {str(m): round(p, DECIMALS) for m, p in at_least.items()}


def _origin_share(villages: Villages) -> dict[str, float]:
    """Return the share of the villages at each level at the end of the origin year."""
    return {level: round(float(share), DECIMALS) for level, share in zip(LEVELS, villages.shares, strict=True)}


def _denominator(villages: Villages, kind: str) -> int:
    """Return the number of villages that the target of the first year is a share of."""
    if kind == "all":
        return len(villages)
    return round(len(villages) * (1 - _origin_share(villages)[LEVELS[TOP]]))


def _estimate(estimate: Estimate) -> Record:
    interval = estimate.parameter_interval90
    return {
        "probability_met": round(estimate.probability, DECIMALS),
        "monte_carlo_error": round(estimate.monte_carlo_error, DECIMALS),
        "parameter_interval90": None if interval is None else rounded(list(interval)),
    }


def _year(year: YearForecast, judged: Record | None) -> Record:
    return {
        "year": year.year,
        **_estimate(year.met),
        "needed": {"mean": round(year.needed_mean, DECIMALS), "min": year.needed_min, "max": year.needed_max},
        "saturated": round(year.saturated, DECIMALS),
        "judged": judged,
        "rises": _counts(year.rises),
        "falls": _counts(year.falls),
        "status_share": {level: _shares(summary) for level, summary in year.status_share.items()},
        "assisted": rounded(dict(year.assisted)),
    }


def _judged(forecast: Forecast, index: int) -> list[Record | None]:
    """Summarise, year by year, what is held against the needed number; None where only its probability is known."""
    target, years = forecast.scenario.target, forecast.districts[index].years
    if target.reading == "rises" and not target.net_of_falls:
        return [_counts(year.rises) for year in years]
    if forecast.ensemble_run is None:
        return [None] * len(years)
    outcome = forecast.ensemble_run.outcomes[index]
    score = outcome.of_completed(outcome.counts.score(target))
    return [_summarised(score[:, t]) for t in range(len(years))]


def _districts_meeting(forecast: Forecast) -> list[Record]:
    """Summarise, year by year, how many districts meet their target; quantiles need trajectories.

    Where some failed, those count that were completed in every district.
    """
    run = forecast.ensemble_run
    joint = np.all([] if run is None else [outcome.completed for outcome in run.outcomes], axis=0)
    if run is None or not joint.any():
        means = np.sum([[year.met.probability for year in d.years] for d in forecast.districts], axis=0)
        summaries = [{"mean": round(float(mean), DECIMALS), "quantiles": None, "all": None} for mean in means]
    else:
        target = forecast.scenario.target
        meeting = np.sum([outcome.counts.met(target) for outcome in run.outcomes], axis=0)[joint]
        summaries = [
            {**_summarised(count), "all": round(float((count == len(run.outcomes)).mean()), DECIMALS)}
            for count in np.moveaxis(meeting, -1, 0)
        ]
    return [{"year": year, **summary} for year, summary in zip(forecast.calendar, summaries, strict=True)]


def _summarised(counts: np.ndarray[Any, Any]) -> Record:
    quantiles = np.quantile(counts, QUANTILES, method="inverted_cdf")
    return {
        "mean": round(float(counts.mean()), DECIMALS),
        "quantiles": {str(q): int(value) for q, value in zip(QUANTILES, quantiles, strict=True)},
    }


def _counts(summary: Summary) -> Record:
    quantiles = {str(q): int(value) for q, value in summary.quantiles.items()}
    return {"mean": round(summary.mean, DECIMALS), "quantiles": quantiles}


def _shares(summary: Summary) -> Record:
    quantiles = {str(q): round(value, DECIMALS) for q, value in summary.quantiles.items()}
    return {"mean": round(summary.mean, DECIMALS), "quantiles": quantiles}


def _parameters(forecast: Forecast) -> Record:
    """Return every parameter with its quantiles, whether it was left to its default prior, and its origin."""
    known, sources = forecast.scenario.parameters, forecast.scenario.sources
    at = np.array(PARAMETER_QUANTILES)
    return {
        key: {
            "quantiles": {
                str(q): round(float(value), DECIMALS)
                for q, value in zip(PARAMETER_QUANTILES, distribution.quantile(at), strict=True)
            },
            "default_prior": key in known.defaulted,
            "source": sources.get(key.scenario_key, ASSUMED).partition(";")[0],
        }
        for key, distribution in known.scalars.items()
    }
