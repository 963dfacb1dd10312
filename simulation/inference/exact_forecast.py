"""Exact forecasts: one exact result a parameter draw, mixed.

Every year is exact where villages stay independent of each other, or nearly so (MODEL.md, "Exact results"); of any
other scenario the first year is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..domain.messages import Message
from ..domain.status import LEVELS
from ..domain.target import needed
from ..domain.villages import Villages
from ..engine.closed_form.applicability import NoClosedForm, refuse_too_costly, sort_districts
from ..engine.closed_form.several_years import solve
from ..engine.effort import Effort
from ..engine.one_year import ExactResult, draws_needed, first_year
from ..inputs.scenario import Scenario
from .forecast import DistrictForecast, Forecast, Summary, YearForecast, matrix_summary
from .uncertainty import Estimate, estimate_from_draws

Floats = NDArray[np.float64]

_UNHEARD_OF = 1e-6
"""Numbers of villages less likely than this are left out of "needed, from … to …"."""


def exact_forecast(scenario: Scenario, effort: Effort, seed: int) -> Forecast:
    """Forecast exactly: all years, or the first one alone with the reasons why later ones need simulation.

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
        Where even the first year would take too long, with every reason.
    """
    results, later = exact_results(scenario, effort, seed)
    return Forecast(
        scenario=scenario,
        seed=seed,
        effort=effort,
        engine="exact",
        districts=tuple(
            _district(scenario, villages, result) for villages, result in zip(scenario.districts, results, strict=True)
        ),
        matrix=matrix_summary(scenario.parameters.draw(seed, effort.draws).matrix),
        ensemble_run=None,
        later=later,
    )


def exact_results(scenario: Scenario, effort: Effort, seed: int) -> tuple[list[ExactResult], tuple[Message, ...]]:
    """Return the exact result of every district, and why it holds the first year alone (empty where it does not)."""
    if scenario.horizon == 1:
        return _first_years(scenario, effort, seed), ()
    parameters = scenario.parameters.draw(seed, effort.draws)
    try:
        sorted_out = sort_districts(scenario, parameters, seed)
    except NoClosedForm as none:
        return _first_years(replace(scenario, horizon=1), effort, seed), none.reasons
    every = zip(scenario.districts, sorted_out, strict=True)
    return [solve(scenario, villages, parameters, populations) for villages, populations in every], ()


def _first_years(scenario: Scenario, effort: Effort, seed: int) -> list[ExactResult]:
    parameters = scenario.parameters.draw(seed, draws_needed(scenario, effort.draws, seed))
    refuse_too_costly(scenario, parameters)
    return [first_year(scenario, villages, parameters, seed) for villages in scenario.districts]


def _estimate(scenario: Scenario, probabilities: Floats) -> Estimate:
    """Estimate a probability from exact values, (D,): draws of the parameters, or of lots where these are fixed."""
    found = estimate_from_draws(probabilities)
    return replace(found, parameter_interval90=None) if scenario.fixed else found


def _district(scenario: Scenario, villages: Villages, result: ExactResult) -> DistrictForecast:
    number = len(result.rises)
    joint = result.years_met if number == scenario.horizon else None
    return DistrictForecast(
        villages=villages,
        years=tuple(_year(scenario, len(villages), result, t) for t in range(number)),
        all_years=None if joint is None else _estimate(scenario, joint[:, -1]),
        at_least=None if joint is None else {m: float(joint[:, m:].sum(axis=1).mean()) for m in range(1, number + 1)},
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
    rises = Summary.of_counts(result.rises[t])
    return YearForecast(
        year=scenario.years[t],
        met=_estimate(scenario, result.readings[target.key][:, t]),
        judged=rises if target.reading == "rises" and not target.net_of_falls else None,
        needed_mean=float((must * top).sum() / top.sum()),
        needed_min=int(likely.min()),
        needed_max=int(likely.max()),
        saturated=float(result.saturated[:, t].mean()),
        rises=rises,
        falls=Summary.of_counts(result.falls[t]),
        status_share={level: Summary.of_counts(result.levels[t, s], 1 / villages) for s, level in enumerate(LEVELS)},
        assisted={plan.name: float(result.assisted[t, j]) for j, plan in enumerate(scenario.interventions)},
    )
