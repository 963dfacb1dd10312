"""How many runs are enough: draws are doubled until the Monte Carlo error is small.

More runs narrow the error of the simulation only; what is not known about the parameters stays unknown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..engine.effort import Effort
from ..inputs.scenario import Scenario
from .forecast import Forecast, PrecisionStep, PrecisionTrace
from .forecasting import forecast
from .uncertainty import WILSON_Z

MOST_TRAJECTORIES = 1_000_000


def forecast_to_precision(
    scenario: Scenario,
    half_width: float,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int = 0,
    **options: Any,
) -> Forecast:
    """Forecast with draws (replicates, where every number is fixed) doubled until the error is small.

    Parameters
    ----------
    scenario, draws, replicates, seed, options
        As for `forecast`; `draws` and `replicates` are where the doubling begins.
    half_width
        H in (0, 1): ends once 1.96 × the Monte Carlo error is below it in every year and district.

    Returns
    -------
    Forecast
        The last of the rounds; `Forecast.trace` holds all of them.

    Notes
    -----
    Every draw keeps its address, so a round contains the one before it.
    """
    effort = Effort.of(scenario, draws, replicates)
    steps: list[PrecisionStep] = []
    while True:
        result = forecast(scenario, effort.draws, effort.replicates, seed, **options)
        steps.append(_step(result))
        if steps[-1].half_width < half_width:
            return replace(result, trace=PrecisionTrace(half_width, tuple(steps), "precision"))
        more = doubled(effort, fixed=scenario.fixed)
        if more is None:
            return replace(result, trace=PrecisionTrace(half_width, tuple(steps), "trajectories"))
        effort = more


def doubled(effort: Effort, *, fixed: bool) -> Effort | None:
    """Return twice the draws, or replicates where every number is `fixed`; None beyond `MOST_TRAJECTORIES`."""
    more = effort.doubled(fixed=fixed)
    return more if more.trajectories <= MOST_TRAJECTORIES else None


def _step(result: Forecast) -> PrecisionStep:
    met = [[year.met for year in district.years] for district in result.districts]
    return PrecisionStep(
        result.effort.draws,
        result.effort.replicates,
        tuple(tuple(estimate.probability for estimate in years) for years in met),
        WILSON_Z * max(estimate.monte_carlo_error for years in met for estimate in years),
    )
