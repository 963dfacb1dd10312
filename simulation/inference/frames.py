"""A forecast as flat rows and columns, ready for a table.

Knows the names and order of columns; must not know how they are written or shown.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..domain.status import LEVELS
from ..engine.ensemble import Ensemble
from ..inputs.scenario import Scenario
from .forecast import DistrictForecast, Forecast


def year_rows(scenario: Scenario, district: DistrictForecast) -> list[dict[str, Any]]:
    """Return one flat row a year of one district, ready for a table."""
    return [
        {
            "district_code": district.villages.district_code,
            "district": district.villages.district,
            "year": year.year,
            "rises_mean": year.rises.mean,
            **{f"rises_{_percent(q)}": int(value) for q, value in year.rises.quantiles.items()},
            "falls_mean": year.falls.mean,
            "needed_mean": year.needed_mean,
            "needed_min": year.needed_min,
            "needed_max": year.needed_max,
            "probability_met": year.met.probability,
            "monte_carlo_error": year.met.monte_carlo_error,
            "parameter_low": None if year.met.parameter_interval90 is None else year.met.parameter_interval90[0],
            "parameter_high": None if year.met.parameter_interval90 is None else year.met.parameter_interval90[1],
            "saturated": year.saturated,
            **{f"share_{level}_mean": summary.mean for level, summary in year.status_share.items()},
            **{f"probability_{name}": district.readings[name][t] for name in sorted(district.readings)},
            **{f"assisted_{plan.name}": year.assisted[plan.name] for plan in scenario.interventions},
        }
        for t, year in enumerate(district.years)
    ]


def _percent(quantile: float) -> str:
    return f"q{round(100 * quantile):02d}"


def ensemble_columns(result: Forecast, district: int | None = None) -> dict[str, NDArray[Any]]:
    """Return the completed trajectories as columns of equal length, one row a draw, replicate and year.

    `district` picks one by its place in the scenario; None takes all, with a column ``district_code``
    where there are several.
    """
    run_of = result.ensemble_run
    if run_of is None:
        return {}
    wanted = range(len(run_of.outcomes)) if district is None else (district,)
    parts = [_outcome_columns(run_of, i) for i in wanted]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    if len(run_of.outcomes) > 1:
        codes = [result.scenario.districts[i].district_code for i in wanted]
        columns = {"district_code": np.repeat(np.array(codes), [part["draw"].size for part in parts])} | columns
    return columns


def _outcome_columns(run_of: Ensemble, index: int) -> dict[str, NDArray[Any]]:
    outcome, scenario = run_of.outcomes[index], run_of.scenario
    places: NDArray[np.int32] = np.indices(outcome.rises.shape, dtype=np.int32)
    columns: dict[str, NDArray[Any]] = {
        "draw": places[0],
        "replicate": places[1],
        "year": places[2] + np.int32(scenario.years[0]),
        **{level: outcome.levels[..., 1:, s] for s, level in enumerate(LEVELS)},
        "rises": outcome.rises,
        "falls": outcome.falls,
        "entries": outcome.entries,
        "met": outcome.counts.met(scenario.target),
    }
    return {name: outcome.of_completed(values).ravel() for name, values in columns.items()}
