"""The exact engine: closed forms of one district, one result a parameter draw.

Knows how the blocks of draws of a district add up to its result; must not know how draws are summarised.
What has no closed form is refused by `limits`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...domain.parameters import Parameters
from ...domain.scenario import Assumptions
from ...domain.status import LEVELS
from ...domain.villages import Villages
from ..one_year import ExactResult
from .closed_form import ClosedForm
from .measures import SATURATED
from .population import Population, take
from .workload import Workload

Floats = NDArray[np.float64]


def _empty(scenario: Assumptions, villages: int, draws: int) -> ExactResult:
    """Return a result of zeros."""
    years, interventions = scenario.horizon, len(scenario.interventions)
    return ExactResult(
        rises=np.zeros((years, villages + 1)),
        falls=np.zeros((years, villages + 1)),
        mean_rises=np.zeros((draws, years)),
        levels=np.zeros((years, len(LEVELS), villages + 1)),
        top=np.zeros((years, villages + 1)),
        readings={key: np.zeros((draws, years)) for key in scenario.target.readings()},
        saturated=np.zeros((draws, years)),
        years_met=np.zeros((draws, years + 1)),
        assisted=np.zeros((years, interventions)),
        village_status=np.zeros((villages, years, len(LEVELS))),
        village_rises=np.zeros((villages, years)),
        village_risen=np.zeros((villages, years)),
        village_assisted=np.zeros((villages, years, interventions)),
    )


def solve(
    scenario: Assumptions, villages: Villages, parameters: Parameters, populations: list[Population]
) -> ExactResult:
    """Return the exact result of one district.

    Parameters
    ----------
    parameters
        All D draws.
    populations
        From `population.populations`: which draws see which groups.
    """
    draws = parameters.rise.shape[0]
    result = _empty(scenario, len(villages), draws)
    workloads = [Workload(scenario, population, take(parameters, population.draws)) for population in populations]
    jointly = all(work.joint_affordable for work in workloads)
    for population, work in zip(populations, workloads, strict=True):
        for places in work.blocks(jointly):
            form = ClosedForm(scenario, population, parameters, places)
            _add_years(result, form)
            _add_villages(result, form)
            if jointly and result.years_met is not None:
                result.years_met[form.draws] = form.years_met()
    return result if jointly else replace(result, years_met=None)


def _add_years(result: ExactResult, form: ClosedForm) -> None:
    draws = result.saturated.shape[0]
    for t in range(result.rises.shape[0]):
        sums, met = form.year(t)
        for name, kept in (("rises", result.rises), ("falls", result.falls), ("top", result.top)):
            kept[t, : len(sums[name])] += sums[name].sum(axis=-1) / draws
        for number, level in enumerate(LEVELS):
            result.levels[t, number, : len(sums[level])] += sums[level].sum(axis=-1) / draws
        for key, probabilities in result.readings.items():
            probabilities[form.draws, t] = met[key]
        result.mean_rises[form.draws, t] = np.arange(len(sums["rises"])) @ sums["rises"]
        result.saturated[form.draws, t] = 1 - met[SATURATED]


def _add_villages(result: ExactResult, form: ClosedForm) -> None:
    draws = result.saturated.shape[0]
    status, rise, risen, assisted = form.villages()
    share = form.draws.size / draws
    for kept, mean in (
        (result.village_status, status),
        (result.village_rises, rise),
        (result.village_risen, risen),
        (result.village_assisted, assisted),
    ):
        np.add(kept, share * mean, out=kept)
    result.assisted[:] = result.village_assisted.sum(axis=0)
