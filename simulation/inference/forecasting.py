"""From a scenario to a forecast: an ensemble is simulated and summarised, or exact results are mixed.

Every year is exact where villages stay independent of each other, or nearly so (MODEL.md, "Exact results"); of any
other scenario the first year is.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import Floats, Ints
from ..domain.law import DISTRICT
from ..domain.parameters import Rows
from ..domain.scenario import Assumptions
from ..domain.status import LEVELS
from ..domain.target import Target, needed
from ..domain.villages import Villages
from ..engine.closed_form.applicability import exact_results
from ..engine.conditional import Estimator
from ..engine.effort import ChunkSink, Effort, Engine, expected_seconds
from ..engine.ensemble import Ensemble, engine_of, run
from ..engine.one_year import ExactResult
from ..engine.outcome import RECORD_UNIT
from ..engine.progress import Progress, progress_bar
from ..inputs.provinces import provinces_of
from ..inputs.scenario import Scenario
from .forecast import (
    FINE,
    DistrictForecast,
    FailedTrajectoriesWarning,
    Forecast,
    Needed,
    PrecisionStep,
    PrecisionTrace,
    Summary,
    YearForecast,
    caveat,
    matrix_summary,
    quantiles_of,
)
from .together import Together, TogetherCount
from .uncertainty import WILSON_Z, Estimate, error_of_rows, estimate, estimate_from_draws

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ..engine.model import VillageAgent


Result = TypeVar("Result")

SHARE_ALIKE = 4
"""One in so many trajectories tells how many districts would meet their target if they were alike."""
_UNHEARD_OF = 1e-6
"""Numbers of villages less likely than this are left out of "needed, from … to …"."""


def forecast(
    scenario: Scenario,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int = 0,
    *,
    engine: Engine = "batch",
    agent_class: type[VillageAgent] | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | bool = True,
    sink: ChunkSink | None = None,
    estimator: Estimator = "conditional",
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
        villages stay independent of each other, else the first year alone: see `Forecast.later`). Agents run by
        themselves where a part of the law is known of single villages only.
    agent_class
        A subclass of `VillageAgent`, in place of that of the scenario: as ``scenario.with_agents(agent_class)``.
    workers, executor, sink
        See `simulation.engine.ensemble.run`.
    progress
        True for a bar with the time left, in a terminal or notebook, where the work takes more than two seconds; False
        for none; or a function that is called with (trajectories done, trajectories in all).
    estimator
        Of the chance of each single year: ``conditional`` takes the mean of exact chances given where the year began
        and its luck, where these are known (gross rises, lists without delay, the standard law); ``plain`` counts what
        happened, as always for several years together and other readings of the target. Both aim at the same number,
        with the same trajectories; conditional has the smaller error. It knows the first year exactly for each draw
        where that takes little of the time, see `Ensemble.first_years`.

    Returns
    -------
    Forecast
        Numbers only: `save` writes them, `plots` draws them.

    Raises
    ------
    KampungError
        Where an exact result would take too long, or is asked of a law that is not the standard one; where a mechanism
        cannot be used.
    EnsembleError
        Where every trajectory of a district failed, or many ended their worker process.
    TypeError
        Where no scenario, or a class that is no `VillageAgent`, is given.

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
    effort = Effort.of(scenario, draws, replicates)
    if agent_class is not None:
        scenario = scenario.with_agents(agent_class)
    engine = engine_of(engine, scenario)
    if engine == "exact":
        return _exactly(scenario, effort, seed)
    apart = _set_apart(scenario) and not scenario.own_law
    with progress_bar(
        progress, "forecast", expected_seconds(scenario, effort, engine), agents=scenario.needs_agents
    ) as told:
        first, second = _in_two_parts(told, effort, len(scenario.districts)) if apart else (told, told)
        ensemble = run(
            scenario,
            effort,
            seed,
            engine=engine,
            workers=workers,
            executor=executor,
            progress=first,
            sink=sink,
            estimator=estimator,
        )
        how: dict[str, Any] = {"workers": workers, "executor": executor, "estimator": estimator}
        alike = _alike(scenario, effort, seed, progress=second, **how) if apart else ()
    districts, counted = [], TogetherCount(_groups(scenario))
    for place, outcome in enumerate(ensemble.outcomes):
        districts.append(summarise(ensemble, place))
        chances = np.array([year.probability_met for year in districts[-1].years])
        counted.add(place, outcome.met(scenario.target), outcome.kept, chances)
    result = Forecast(
        scenario=scenario,
        seed=seed,
        effort=effort,
        engine=engine,
        districts=tuple(districts),
        matrix=matrix_summary(ensemble.parameters.matrix[_draws_told_of(ensemble)]),
        ensemble_run=ensemble,
        together=counted.result,
        alike=alike,
    )
    if ensemble.failures:
        warnings.warn(caveat(ensemble), FailedTrajectoriesWarning, stacklevel=2)
    return result


def _draws_told_of(ensemble: Ensemble) -> Ints:
    """Return the draws of the parameters, given rises so far each as often as its trajectories are kept."""
    draws = np.arange(ensemble.effort.draws)
    return draws if ensemble.scenario.so_far is None else np.repeat(draws, ensemble.outcomes[0].kept.sum(axis=1))


def _set_apart(scenario: Scenario) -> bool:
    """Return whether there are several districts that differ for good."""
    return len(scenario.districts) > 1 and scenario.parameters.scalars[DISTRICT.key] != DISTRICT.off


def _groups(scenario: Scenario) -> list[tuple[int, ...]]:
    """Return the districts that are counted together: none of one, else all of them, and those of each province."""
    every = tuple(range(len(scenario.districts)))
    provinces = [province.districts for province in provinces_of(scenario)]
    return [] if len(every) == 1 else [every, *(provinces if len(provinces) > 1 else ())]


def effort_alike(effort: Effort) -> Effort:
    """Return with what effort it is told how many districts would meet their target if they were alike: a quarter."""
    if effort.replicates >= SHARE_ALIKE:
        return Effort(effort.draws, effort.replicates // SHARE_ALIKE)
    return Effort(-(-effort.draws // SHARE_ALIKE), effort.replicates)


def _in_two_parts(progress: Progress, effort: Effort, districts: int) -> tuple[Progress, Progress]:
    """Return progress over the forecast, and over what is simulated to tell districts apart."""
    first, second = (each.trajectories * districts for each in (effort, effort_alike(effort)))
    return lambda done, _: progress(done, first + second), lambda done, _: progress(first + done, first + second)


def _alike(scenario: Scenario, effort: Effort, seed: int, **how: Any) -> tuple[Together, ...]:
    """Return how many districts would meet their target if none were set apart for good; `how` as for `run`."""
    known, counted = scenario.parameters, TogetherCount(_groups(scenario))
    alike = replace(known, scalars={**known.scalars, DISTRICT.key: DISTRICT.off})
    ensemble = run(replace(scenario, parameters=alike), effort_alike(effort), seed, **how)
    for place, outcome in enumerate(ensemble.outcomes):
        chances = outcome.of_kept(outcome.chance_met(scenario)).mean(axis=0)
        if (exactly := _first_year(ensemble, place, scenario.target)) is not None:
            chances[0] = exactly.mean()
        counted.add(place, outcome.counts.met(scenario.target), outcome.kept, chances)
    return counted.result


def summarise(ensemble: Ensemble, index: int) -> DistrictForecast:
    """Summarise the trajectories of one district, as far as they reached their end."""
    scenario, outcome = ensemble.scenario, ensemble.outcomes[index]
    counts, counted, size = outcome.counts, outcome.of_kept, int(outcome.kept.sum())
    rows, kept_with = scenario.parameters.rows, ensemble.chances_kept(index)
    readings, several = scenario.target.readings(), range(1, scenario.horizon + 1)
    chances, must = outcome.chance_met(scenario), counts.needed(scenario.target)
    score = counts.score(scenario.target)
    years_met = outcome.met(scenario.target).sum(axis=-1)
    # What is said of several years together is told by what happened; of one year it is the chance of that year.
    years = _years(ensemble, index, chances, must, kept_with)
    at_least = [float(counted(years_met >= m).mean()) for m in several]
    all_years = estimate(years_met >= scenario.horizon, outcome.kept, rows, kept_with)
    if scenario.horizon == 1:
        all_years = Estimate(**{part.name: getattr(years[0], part.name) for part in fields(Estimate)})
        at_least = [all_years.probability_met]
    return DistrictForecast(
        villages=scenario.districts[index],
        years=years,
        all_years=all_years,
        at_least=dict(zip(several, at_least, strict=True)),
        readings={name: _reading(ensemble, index, target) for name, target in readings.items()},
        status_probability=outcome.villages.status / size,
        rise_probability=outcome.villages.rises / size,
        risen_probability=outcome.villages.risen / size,
        assisted_share=outcome.villages.assisted / size,
        shortfall=(None,) * scenario.horizon
        if scenario.own_target
        else tuple(map(float, counted(np.maximum(must - score, 0)).mean(axis=0))),
        before=None if scenario.so_far is None else _before(ensemble, index),
        recorded=outcome.villages.records * RECORD_UNIT / size,
        fine_quantiles=_fine_quantiles(scenario.target, counted(counts.rises), counted(score)),
    )


def _fine_quantiles(target: Target, rises: Ints, judged: Ints) -> dict[str, Ints]:
    """Return the fine quantiles of rises and of what is judged, (N, Y) each."""
    counts = {"rises": rises, **({} if target.of_gross_rises else {target.key: judged})}
    return {name: np.array([_fine_quantiles_of(year) for year in values.T]) for name, values in counts.items()}


def _fine_quantiles_of(counts: Ints) -> Ints:
    low = counts.min()
    return low + quantiles_of(np.bincount(counts - low).astype(np.float64), FINE)


def _before(ensemble: Ensemble, index: int) -> Estimate:
    """Estimate the first year's chance before its rises so far were known, from all trajectories of that year."""
    unaware = replace(ensemble.scenario, so_far=None)
    exactly = ensemble.first_year(index, unaware.target)
    if exactly is not None:
        return _exact_estimate(unaware, exactly)
    first = ensemble.outcomes[index].chance_met(unaware)[..., 0]
    return estimate(first, ensemble.sound(index), unaware.parameters.rows)


def _reading(ensemble: Ensemble, index: int, reading: Target) -> tuple[float, ...]:
    """Return the chance of a reading of the target in each year.

    Of rises net of falls: that of enough rises, less the share of trajectories in which falls took enough of them off.
    """
    scenario, outcome = ensemble.scenario, ensemble.outcomes[index]
    gross = replace(reading, net_of_falls=False)
    lost = outcome.counts.met(gross) & ~outcome.counts.met(reading)
    chances = outcome.of_kept(outcome.chance_met(scenario, gross)).mean(axis=0)
    exactly = _first_year(ensemble, index, gross)
    if exactly is not None:
        chances[0] = exactly.mean()
    return tuple(map(float, chances - outcome.of_kept(lost).mean(axis=0)))


def _first_year(ensemble: Ensemble, index: int, target: Target) -> Floats | None:
    """Return the exact chance of the first year, shape (draw,), where it is known and no rises so far are."""
    return ensemble.first_year(index, target) if ensemble.scenario.so_far is None else None


def _years(
    ensemble: Ensemble, index: int, chances: Floats, must: Ints, kept_with: Floats | None
) -> tuple[YearForecast, ...]:
    """Summarise every year of one district.

    Parameters
    ----------
    chances, must
        Shape (draw, replicate, year): how likely the target was; the number needed.
    kept_with
        As for `estimate`.
    """
    scenario, outcome = ensemble.scenario, ensemble.outcomes[index]
    target, counts, counted, so_far = scenario.target, outcome.counts, outcome.of_kept, scenario.so_far
    of_rises = target.of_gross_rises
    rises, falls, at_end = counted(counts.rises), counted(counts.falls), counted(counts.at_end)
    judged = rises if of_rises else counted(counts.score(target))
    saturated, assisted = (counted(each).mean(axis=0) for each in (counts.saturated(target), outcome.assisted))
    years, must, recorded = [], counted(must), counted(outcome.records).mean(axis=0)
    for t, year in enumerate(scenario.years):
        villages = scenario.districts[index].number(year + 1)
        chance = estimate(chances[..., t], outcome.kept, scenario.parameters.rows, kept_with)
        if t == 0 and (exactly := _first_year(ensemble, index, target)) is not None:
            chance = _exact_estimate(scenario, exactly)
        least, most = int(must[:, t].min()), int(must[:, t].max())
        if t == 0 and so_far is not None and so_far.rises >= most and not scenario.own_target:
            chance = Estimate(1.0, 0.0, None if chance.parameter_interval90 is None else (1.0, 1.0))
        risen = _summary(rises[:, t])
        years.append(
            YearForecast(
                **vars(chance),
                year=year,
                needed=None if scenario.own_target else Needed(float(must[:, t].mean()), least, most),
                saturated=None if scenario.own_target else float(saturated[t]),
                judged=None if scenario.own_target else risen if of_rises else Summary.of_values(judged[:, t]),
                rises=risen,
                falls=_summary(falls[:, t]),
                status_share={level: _summary(at_end[:, t, s], villages) for s, level in enumerate(LEVELS)},
                assisted={plan.name: float(assisted[t, j]) for j, plan in enumerate(scenario.interventions)},
                recorded={name: float(recorded[t, r]) for r, name in enumerate(scenario.records)} or msgspec.UNSET,
            )
        )
    return tuple(years)


def _summary(counts: NDArray[np.integer[Any]], of: int = 1) -> Summary:
    return Summary.of_counts(np.bincount(counts.ravel()).astype(np.float64), of)


def _exactly(scenario: Scenario, effort: Effort, seed: int) -> Forecast:
    """Forecast exactly: all years, or the first one alone with the reasons why later ones need simulation."""
    ((_, parameters, results),), later = exact_results([scenario], effort.draws, seed)
    districts = tuple(
        _exact_district(scenario, villages, _followed(result, villages, scenario.years))
        for villages, result in zip(scenario.districts, results, strict=True)
    )
    chances = np.array([[year.probability_met for year in district.years] for district in districts])
    together = tuple(Together(group, chances[list(group)].sum(axis=0), None) for group in _groups(scenario))
    return Forecast(
        scenario=scenario,
        seed=seed,
        effort=effort,
        engine="exact",
        districts=districts,
        matrix=matrix_summary(parameters.matrix),
        ensemble_run=None,
        later=later,
        lots_drawn=max(result.lots_drawn for result in results),
        together=together,
    )


def _exact_estimate(scenario: Assumptions, probabilities: Floats) -> Estimate:
    """Estimate a probability from exact values, (D,): draws of the parameters, or of lots where these are fixed."""
    found = estimate_from_draws(probabilities, scenario.parameters.rows)
    return replace(found, parameter_interval90=None) if scenario.fixed else found


def _exact_district(scenario: Scenario, villages: Villages, result: ExactResult) -> DistrictForecast:
    number = len(result.rises)
    joint = result.years_met if number == scenario.horizon else None
    years = tuple(_exact_year(scenario, villages, result, t) for t in range(number))
    return DistrictForecast(
        villages=villages,
        years=years,
        all_years=None if joint is None else _exact_estimate(scenario, joint[:, -1]),
        at_least=None if joint is None else {m: float(joint[:, m:].sum(axis=1).mean()) for m in range(1, number + 1)},
        readings={key: tuple(float(p) for p in met.mean(axis=0)) for key, met in result.readings.items()},
        status_probability=result.village_status,
        rise_probability=result.village_rises,
        risen_probability=result.village_risen,
        assisted_share=result.village_assisted,
        shortfall=tuple(map(_exact_shortfall, years, result.rises)),
        fine_quantiles={"rises": np.array([quantiles_of(weights, FINE) for weights in result.rises])},
    )


def _exact_shortfall(year: YearForecast, rises: Floats) -> float | None:
    """Return how many villages are missing on average, from how probable each number of rises is."""
    if year.judged is None or year.needed is None or year.needed.min != year.needed.max:
        return None
    missing = np.maximum(year.needed.min - np.arange(rises.size), 0)
    return float((missing * rises).sum() / rises.sum())


def _followed(result: ExactResult, villages: Villages, years: range) -> ExactResult:
    """Return the result with the villages that join later, which none of its years knows but as new at its end."""
    if (joins := villages.ever.joins) is None:
        return result
    new = joins[len(villages) :, None] <= np.array(years[: len(result.rises)])
    levels = np.pad(result.levels, ((0, 0), (0, 0), (0, len(new))))
    for t, number in enumerate(new.sum(axis=0)):
        levels[t, 0] = np.roll(levels[t, 0], number)
    every = {name: getattr(result, f"village_{name}") for name in ("status", "rises", "risen", "assisted")}
    every = {name: np.pad(part, ((0, len(new)), *((0, 0),) * (part.ndim - 1))) for name, part in every.items()}
    every["status"][len(villages) :, :, 0] = new
    return replace(result, levels=levels, **{f"village_{name}": part for name, part in every.items()})


def _exact_year(scenario: Scenario, villages: Villages, result: ExactResult, t: int) -> YearForecast:
    target, top, size = scenario.target, result.top[t], len(villages)
    counted = size - np.arange(size + 1) if target.denominator == "below_top" else np.full(top.size, size)
    must, at_end = needed(target.share, counted), villages.number(scenario.years[t] + 1)
    likely = must[top > _UNHEARD_OF]
    rises = Summary.of_counts(result.rises[t])
    return YearForecast(
        **vars(_exact_estimate(scenario, result.readings[target.key][:, t])),
        year=scenario.years[t],
        needed=Needed(float((must * top).sum() / top.sum()), int(likely.min()), int(likely.max())),
        saturated=float(result.saturated[:, t].mean()),
        judged=rises if target.of_gross_rises else None,
        rises=rises,
        falls=Summary.of_counts(result.falls[t]),
        status_share={level: Summary.of_counts(result.levels[t, s], at_end) for s, level in enumerate(LEVELS)},
        assisted={plan.name: float(result.assisted[t, j]) for j, plan in enumerate(scenario.interventions)},
    )


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

    def made(effort: Effort) -> Forecast:
        return forecast(scenario, effort.draws, effort.replicates, seed, **options)

    effort, rows = Effort.of(scenario, draws, replicates), scenario.parameters.rows
    result, trace = repeat_until_precise(made, _step, half_width, effort, rows, fixed=scenario.fixed)
    return replace(result, trace=trace)


def repeat_until_precise(
    made: Callable[[Effort], Result],
    step_of: Callable[[Result], PrecisionStep],
    wanted: float,
    effort: Effort,
    rows: Rows | None,
    *,
    fixed: bool,
) -> tuple[Result, PrecisionTrace]:
    """Return what is made with an effort that is doubled until its half-width is below what is wanted, and the rounds.

    Parameters
    ----------
    rows
        Of the file that draws are taken from: where it was used up, what its rows leave open no effort makes smaller.
    fixed
        Whether every number is, so that replicates are doubled.
    """
    steps: list[PrecisionStep] = []
    while True:
        result = made(effort)
        steps.append(step_of(result))
        last, more = steps[-1].half_width, effort.doubled(fixed=fixed)
        used_up = rows is not None and len(steps) > 1 and steps[-2].draws >= rows.number
        if last < wanted:
            return result, PrecisionTrace(wanted, tuple(steps), "precision")
        if used_up and error_of_rows(steps[-2].half_width, last) >= wanted:
            return result, PrecisionTrace(wanted, tuple(steps), "rows")
        if more is None:
            return result, PrecisionTrace(wanted, tuple(steps), "trajectories")
        effort = more


def _step(result: Forecast) -> PrecisionStep:
    years = [district.years for district in result.districts]
    return PrecisionStep(
        result.effort.draws,
        result.effort.replicates,
        tuple(tuple(year.probability_met for year in of_district) for of_district in years),
        WILSON_Z * max(year.monte_carlo_error for of_district in years for year in of_district),
    )
