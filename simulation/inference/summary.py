"""From trajectories to what is said of a district and its years.

Knows which counts are summarised and how; must not know how an ensemble is run, nor words or files.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..domain.status import LEVELS
from ..domain.target import YearCounts
from ..engine.ensemble import Ensemble
from .forecast import DistrictForecast, Summary, YearForecast
from .uncertainty import estimate


def summarise(ensemble: Ensemble, index: int) -> DistrictForecast:
    """Summarise the trajectories of one district, as far as they reached their end."""
    scenario, outcome = ensemble.scenario, ensemble.outcomes[index]
    counts, counted, size = outcome.counts, outcome.of_completed, int(outcome.completed.sum())
    years_met = counts.met(scenario.target).sum(axis=-1)
    readings = scenario.target.readings()
    return DistrictForecast(
        villages=scenario.districts[index],
        years=tuple(_year(ensemble, index, counts.only(t), t) for t in range(scenario.horizon)),
        all_years=estimate(years_met == scenario.horizon, outcome.completed),
        at_least={m: float((counted(years_met) >= m).mean()) for m in range(1, scenario.horizon + 1)},
        readings={
            name: tuple(float(p) for p in counted(counts.met(target)).mean(axis=0)) for name, target in readings.items()
        },
        status_probability=outcome.villages.status / size,
        rise_probability=outcome.villages.rises / size,
        risen_probability=outcome.villages.risen / size,
        assisted_share=outcome.villages.assisted / size,
    )


def _year(ensemble: Ensemble, index: int, counts: YearCounts, t: int) -> YearForecast:
    """Summarise year number `t` of one district, from the counts of that year alone."""
    scenario, outcome = ensemble.scenario, ensemble.outcomes[index]
    villages, target, counted = len(scenario.districts[index]), scenario.target, outcome.of_completed
    needed = counted(counts.needed(target)[..., 0])
    at_end = counted(counts.at_end[..., 0, :])
    assisted = counted(outcome.assisted[..., t, :])
    return YearForecast(
        year=scenario.years[t],
        met=estimate(counts.met(target)[..., 0], outcome.completed),
        needed_mean=float(needed.mean()),
        needed_min=int(needed.min()),
        needed_max=int(needed.max()),
        saturated=float(counted(counts.saturated(target)).mean()),
        rises=_summary(counted(counts.rises)),
        falls=_summary(counted(counts.falls)),
        status_share={level: _summary(at_end[:, s], 1 / villages) for s, level in enumerate(LEVELS)},
        assisted={plan.name: float(assisted[:, j].mean()) for j, plan in enumerate(scenario.interventions)},
    )


def _summary(counts: NDArray[np.integer[Any]], scale: float = 1.0) -> Summary:
    return Summary.of_counts(np.bincount(counts.ravel()).astype(np.float64), scale)
