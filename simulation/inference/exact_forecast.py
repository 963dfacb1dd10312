"""From exact results, one a parameter draw, to a forecast.

Knows how draws are mixed; must not know how an exact result is found.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..domain.status import LEVELS
from ..domain.target import needed
from ..domain.villages import Villages
from ..engine.effort import Effort
from ..engine.exact.limits import sort_districts
from ..engine.exact.solve import ExactResult, solve
from ..inputs.scenario import Scenario
from .forecast import DistrictForecast, Forecast, Summary, YearForecast, matrix_summary
from .uncertainty import estimate_from_draws

Floats = NDArray[np.float64]

_UNHEARD_OF = 1e-6
"""Numbers of villages less likely than this are left out of "needed, from … to …"."""


def exact_forecast(scenario: Scenario, effort: Effort, seed: int) -> Forecast:
    """Forecast by closed forms: one exact result a parameter draw, mixed.

    Parameters
    ----------
    scenario
        What is assumed.
    effort
        How many draws; replicates do not matter.
    seed
        Of the draws.

    Raises
    ------
    NoClosedForm
        Where there is none, with every reason.
    """
    parameters = scenario.parameters.draw(seed, effort.draws)
    districts = sort_districts(scenario, parameters, seed)
    return Forecast(
        scenario=scenario,
        seed=seed,
        effort=effort,
        engine="exact",
        districts=tuple(
            _district(scenario, villages, solve(scenario, villages, parameters, groups))
            for villages, groups in zip(scenario.districts, districts, strict=True)
        ),
        matrix=matrix_summary(parameters.matrix),
        ensemble_run=None,
    )


def _district(scenario: Scenario, villages: Villages, result: ExactResult) -> DistrictForecast:
    joint = result.years_met
    years = range(1, scenario.horizon + 1)
    return DistrictForecast(
        villages=villages,
        years=tuple(_year(scenario, len(villages), result, t) for t in range(scenario.horizon)),
        all_years=None if joint is None else estimate_from_draws(joint[:, -1]),
        at_least=None if joint is None else {m: float(joint[:, m:].sum(axis=1).mean()) for m in years},
        readings={key: tuple(float(p) for p in met.mean(axis=0)) for key, met in result.readings.items()},
        status_probability=result.village_status,
        rise_probability=result.village_rises,
        risen_probability=result.village_risen,
        assisted_share=result.village_assisted,
    )


def _year(scenario: Scenario, villages: int, result: ExactResult, t: int) -> YearForecast:
    target, top = scenario.target, result.top[t]
    counted = villages - np.arange(villages + 1) if target.denominator == "below_top" else np.full(top.size, villages)
    must = needed(target.share, counted)
    likely = must[top > _UNHEARD_OF]
    return YearForecast(
        year=scenario.years[t],
        met=estimate_from_draws(result.readings[target.key][:, t]),
        needed_mean=float((must * top).sum() / top.sum()),
        needed_min=int(likely.min()),
        needed_max=int(likely.max()),
        saturated=float(result.saturated[:, t].mean()),
        rises=Summary.of_counts(result.rises[t]),
        falls=Summary.of_counts(result.falls[t]),
        status_share={level: Summary.of_counts(result.levels[t, s], 1 / villages) for s, level in enumerate(LEVELS)},
        assisted={plan.name: float(result.assisted[t, j]) for j, plan in enumerate(scenario.interventions)},
    )
