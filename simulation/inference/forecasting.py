"""From a scenario to a forecast: an ensemble is simulated and summarised, or exact results are mixed."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..domain.status import LEVELS
from ..domain.target import YearCounts
from ..engine.effort import Effort
from ..engine.ensemble import Ensemble, Progress, run
from ..inputs.scenario import Scenario
from .failures import FailedTrajectoriesWarning, caveat
from .forecast import DistrictForecast, Forecast, Summary, YearForecast, matrix_summary
from .uncertainty import estimate

if TYPE_CHECKING:
    from ..engine.chunks import ChunkSink
    from ..engine.model import VillageAgent


def forecast(
    scenario: Scenario,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int = 0,
    *,
    engine: Literal["batch", "mesa", "exact"] = "batch",
    agent_class: type[VillageAgent] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    sink: ChunkSink | None = None,
) -> Forecast:
    """Forecast whether a scenario's target is met.

    Parameters
    ----------
    scenario
        From `load_scenario`.
    draws, replicates
        Parameter draws, and trajectories of each; by default 1,000 × 20, or 1 × 20,000 where every
        number of the scenario is fixed (`draws` is then ignored).
    seed
        At least 0; the same seed gives the same forecast on any machine, with any number of workers.
    engine
        ``batch`` (arrays), ``mesa`` (agents; the same trajectories) or ``exact`` (no simulation; all years where
        villages stay independent of each other, else the first year alone: see `Forecast.later`).
    agent_class
        A subclass of `VillageAgent`; needs the Mesa engine.
    workers, progress, sink
        See `simulation.engine.ensemble.run`.

    Returns
    -------
    Forecast
        Numbers only: `save` writes them, `plots` draws them.

    Raises
    ------
    KampungError
        Where an exact result would take too long.
    EnsembleError
        Where every trajectory of a district failed, or many ended their worker process.
    TypeError
        Where no scenario, or a class that is no `VillageAgent`, is given.
    ValueError
        Where an agent class is given to another engine than Mesa's.

    Warns
    -----
    FailedTrajectoriesWarning
        Where an agent raised an exception in some trajectories: these are left out, see `Forecast.failures`.

    Examples
    --------
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/tanah_laut.yaml")
    >>> forecast = kkb.forecast(scenario, draws=200, replicates=20, seed=2025)
    >>> list(forecast.years["year"])
    [2026, 2027, 2028, 2029, 2030]
    """
    if agent_class is not None and engine != "mesa":
        raise ValueError('agent_class needs engine="mesa": the other engines have no agents')
    if agent_class is not None:
        _refuse_other_classes(agent_class)
    effort = Effort.of(scenario, draws, replicates)
    if engine == "exact":
        from .exact_forecast import exact_forecast

        return exact_forecast(scenario, effort, seed)
    ensemble = run(
        scenario, effort, seed, engine=engine, agent_class=agent_class, workers=workers, progress=progress, sink=sink
    )
    result = Forecast(
        scenario=scenario,
        seed=seed,
        effort=effort,
        engine=engine,
        districts=tuple(summarise(ensemble, i) for i in range(len(scenario.districts))),
        matrix=matrix_summary(ensemble.parameters.matrix),
        ensemble_run=ensemble,
        agent_class=agent_class,
    )
    if ensemble.failures:
        warnings.warn(caveat(ensemble, agent_class), FailedTrajectoriesWarning, stacklevel=2)
    return result


def _refuse_other_classes(agent_class: object) -> None:
    from ..engine.model import VillageAgent

    if not (isinstance(agent_class, type) and issubclass(agent_class, VillageAgent)):
        raise TypeError(f"agent_class must be a subclass of VillageAgent; found {agent_class!r}")


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
    rises = _summary(counted(counts.rises))
    of_rises = target.reading == "rises" and not target.net_of_falls
    return YearForecast(
        year=scenario.years[t],
        met=estimate(counts.met(target)[..., 0], outcome.completed),
        judged=rises if of_rises else Summary.of_values(counted(counts.score(target)[..., 0])),
        needed_mean=float(needed.mean()),
        needed_min=int(needed.min()),
        needed_max=int(needed.max()),
        saturated=float(counted(counts.saturated(target)).mean()),
        rises=rises,
        falls=_summary(counted(counts.falls)),
        status_share={level: _summary(at_end[:, s], 1 / villages) for s, level in enumerate(LEVELS)},
        assisted={plan.name: float(assisted[:, j].mean()) for j, plan in enumerate(scenario.interventions)},
    )


def _summary(counts: NDArray[np.integer[Any]], scale: float = 1.0) -> Summary:
    return Summary.of_counts(np.bincount(counts.ravel()).astype(np.float64), scale)
