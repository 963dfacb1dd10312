"""Compare scenarios with a baseline: trajectory by trajectory where they are simulated, draw by draw where exact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..domain.messages import Message, Refusal
from ..domain.parameters import Parameters
from ..domain.scenario import Assumptions
from ..domain.villages import KnownStatuses
from ..engine.closed_form.applicability import NoClosedForm, refuse_too_costly, sort_districts
from ..engine.closed_form.several_years import solve
from ..engine.effort import Effort
from ..engine.ensemble import Ensemble, Progress, run
from ..engine.one_year import ExactResult, draws_needed, first_year
from ..inference.forecast import PrecisionStep, PrecisionTrace
from ..inference.forecasting import doubled
from ..inference.uncertainty import INTERVAL90
from ..inputs.scenario import Scenario
from .comparison import AdditionalRises, Comparison, Contrast, YearContrast
from .differences import Difference, exact_difference, paired_difference
from .pairing import leading_scenario, other_assumptions, refuse_unpaired, same_law

if TYPE_CHECKING:
    from ..engine.effort import ChunkSink

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Counts = NDArray[np.integer[Any]]
UNPACKED = 100_000_000
"""Bits that are looked at at once."""


def compare(
    baseline: Scenario,
    *scenarios: Scenario,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int = 0,
    engine: Literal["batch", "mesa", "exact"] = "batch",
    precision: float | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    sinks: Sequence[ChunkSink] | None = None,
) -> Comparison:
    """Compare scenarios with a baseline on common random numbers.

    Parameters
    ----------
    baseline
        From `load_scenario`: usually the scenario without additional interventions.
    scenarios
        At least one, of the same villages, origin, horizon and target.
    draws, replicates, seed, engine, workers, progress
        As for `forecast`. All scenarios get the same effort; draws are ignored where every number of every
        scenario is fixed. The exact engine knows means only: no prediction intervals, no single villages.
    precision
        H in (0, 1): draws (replicates, where all is fixed) double until `Comparison.half_width` is below H, or
        until they would go beyond a million trajectories a scenario; None for no doubling.
    sinks
        Where finished chunks of each scenario are kept and looked for, the baseline's first; None for nowhere.

    Returns
    -------
    Comparison
        The differences between every scenario and the baseline, year by year.

    Raises
    ------
    Refusal
        Where scenarios cannot be paired, or one has no closed form for the exact engine; with every reason.
    ValueError
        Where there is no scenario.

    Examples
    --------
    >>> import simulation as kkb
    >>> paths = ("scenarios/contoh.yaml", "scenarios/contoh_pendampingan.yaml")
    >>> comparison = kkb.compare(*map(kkb.load_scenario, paths), draws=50, replicates=20)
    >>> [contrast.scenario.name for contrast in comparison.contrasts]
    ['contoh-pendampingan']
    """
    if not scenarios:
        raise ValueError("give at least one scenario to compare with the baseline")
    refuse_unpaired(baseline, scenarios)
    leading = leading_scenario((baseline, *scenarios))
    effort = Effort.of(leading, draws, replicates)
    if engine == "exact":
        return Comparison(baseline, _exact_contrasts(baseline, scenarios, effort, seed), seed, effort, engine)
    steps: list[PrecisionStep] = []
    while True:
        simulate = partial(run, effort=effort, seed=seed, engine=engine, workers=workers)
        contrasts = _paired_contrasts(baseline, scenarios, simulate, progress, sinks)
        result = Comparison(baseline, contrasts, seed, effort, engine)
        if precision is None:
            return result
        steps.append(_step(result))
        more = doubled(effort, fixed=leading.fixed)
        reached = result.half_width < precision
        if reached or more is None:
            trace = PrecisionTrace(precision, tuple(steps), "precision" if reached else "trajectories")
            return replace(result, trace=trace)
        effort = more


def _step(result: Comparison) -> PrecisionStep:
    differences = tuple(tuple(year.difference.mean for year in contrast.years) for contrast in result.contrasts)
    return PrecisionStep(result.effort.draws, result.effort.replicates, differences, result.half_width)


def _paired_contrasts(
    baseline: Scenario,
    scenarios: Sequence[Scenario],
    simulate: Callable[..., Ensemble],
    progress: Progress | None,
    sinks: Sequence[ChunkSink] | None = None,
) -> tuple[Contrast, ...]:
    """Compare scenarios with a baseline.

    Parameters
    ----------
    simulate
        Runs the ensemble of a scenario, with the effort and the seed that all share; takes `progress` and `sink`, too.
    progress
        Called with how many trajectories of all ensembles are done, and how many there are.
    sinks
        Of each ensemble, the baseline's first; None for none.
    """
    ensembles = 1 + len(scenarios)

    def share(place: int) -> Progress | None:
        if progress is None:
            return None
        return lambda done, total: progress(place * total + done, ensembles * total)

    def played(place: int, scenario: Scenario) -> Ensemble:
        return simulate(scenario, progress=share(place), sink=None if sinks is None else sinks[place])

    without = played(0, baseline)
    return tuple(_contrast(without, played(place, one), one) for place, one in enumerate(scenarios, start=1))


def _contrast(without: Ensemble, with_it: Ensemble, scenario: Scenario) -> Contrast:
    """Compare two ensembles of one district; the second is of `scenario`."""
    one, other = without.outcomes[0], with_it.outcomes[0]
    baseline, target = without.scenario, scenario.target
    alike = same_law(baseline, scenario, (without.parameters, with_it.parameters))
    met = [counts.met(target) for counts in (one.counts, other.counts)]
    margin = [counts.score(target) - counts.needed(target) for counts in (one.counts, other.counts)]
    more = (other.rises - one.rises).astype(np.float64)
    total = more.sum(axis=-1)
    known, villages = isinstance(scenario.districts[0].known, KnownStatuses), len(scenario.districts[0])
    return Contrast(
        scenario=scenario,
        years=tuple(
            YearContrast(
                year=year,
                baseline_met=float(met[0][..., t].mean()),
                met=float(met[1][..., t].mean()),
                difference=_chances(met[0][..., t], met[1][..., t], (margin[1] - margin[0])[..., t], alike=alike),
                additional_rises=_rises(more[..., t], alike=alike),
            )
            for t, year in enumerate(scenario.years)
        ),
        additional_rises=_rises(total, alike=alike),
        more=float((total > 0).mean()),
        equal=float((total == 0).mean()),
        fewer=float((total < 0).mean()),
        cost_idr_million=_cost(scenario, other.assisted),
        baseline_cost_idr_million=_cost(baseline, one.assisted),
        only_with=_share_of_bits(other.risen & ~one.risen, villages) if known else None,
        only_without=_share_of_bits(one.risen & ~other.risen, villages) if known else None,
        other_assumptions=other_assumptions(baseline, scenario),
        same_law=alike,
    )


def _cost(scenario: Assumptions, assisted: Counts) -> float:
    """Return the mean cost of a trajectory from the villages assisted, (draw, replicate, year, plan)."""
    return float(assisted.sum(axis=2).mean(axis=(0, 1)) @ unit_costs(scenario))


def _chances(before: Bools, after: Bools, shift: Counts, *, alike: bool) -> Difference:
    """Return the difference of two chances, (draw, replicate); `shift` is by how much more the target is passed.

    To first order a chance p changes by the shift times the density at the target, which is about
    proportional to p (1 − p).
    """
    values = after.astype(np.float64) - before
    chance = (before.mean(axis=1) + after.mean(axis=1)) / 2
    return paired_difference(values, same_law=alike, towards=shift.mean(axis=1) * chance * (1 - chance))


def _rises(values: Floats, *, alike: bool) -> AdditionalRises:
    """Return what is said of additional rises, (draw, replicate)."""
    low, high = np.quantile(values, INTERVAL90, method="inverted_cdf")
    return AdditionalRises(paired_difference(values, same_law=alike), (int(low), int(high)))


def _share_of_bits(bits: NDArray[np.uint8], count: int) -> Floats:
    """Return how often each of `count` packed bits is set, shape (count,), over (draw, replicate, byte)."""
    rows = bits.reshape(-1, bits.shape[-1])
    # Part by part: a bit takes eight times its room when it is unpacked.
    parts = np.array_split(rows, max(1, rows.shape[0] * count // UNPACKED))
    return np.asarray(
        np.sum([np.unpackbits(part, axis=1, count=count).sum(axis=0) for part in parts], axis=0) / rows.shape[0]
    )


def _exact_contrasts(
    baseline: Scenario, scenarios: Sequence[Scenario], effort: Effort, seed: int
) -> tuple[Contrast, ...]:
    """Compare scenarios with a baseline, one exact difference a parameter draw.

    Raises
    ------
    Refusal
        Where a scenario has no closed form, with every reason of every scenario.
    """
    every = (baseline, *scenarios)
    if all(one.horizon == 1 for one in every):
        without, *others = _first_years(every, effort, seed)
    else:
        without, *others = _all_years(every, effort, seed)
    return tuple(_exact_contrast(without, with_it) for with_it in others)


class _Solved(NamedTuple):
    """An exact result and what it is of."""

    scenario: Scenario
    parameters: Parameters
    result: ExactResult


def _first_years(scenarios: Sequence[Scenario], effort: Effort, seed: int) -> list[_Solved]:
    draws = max(draws_needed(one, effort.draws, seed) for one in scenarios)
    drawn = [(one, one.parameters.draw(seed, draws)) for one in scenarios]
    for one, parameters in drawn:
        refuse_too_costly(one, parameters)
    return [_Solved(one, parameters, first_year(one, one.districts[0], parameters, seed)) for one, parameters in drawn]


def _all_years(scenarios: Sequence[Scenario], effort: Effort, seed: int) -> list[_Solved]:
    sorted_out, reasons = [], []
    for scenario in scenarios:
        parameters = scenario.parameters.draw(seed, effort.draws)
        try:
            (groups,) = sort_districts(scenario, parameters, seed)
        except NoClosedForm as none:
            named = [Message("{scenario}: {reason}", {"scenario": scenario.name, "reason": r}) for r in none.reasons]
            reasons += [reason for reason in named if reason not in reasons]
        else:
            sorted_out.append((scenario, parameters, groups))
    if reasons:
        raise Refusal(*reasons)
    return [
        _Solved(one, parameters, solve(one, one.districts[0], parameters, groups))
        for one, parameters, groups in sorted_out
    ]


def _exact_contrast(without: _Solved, with_it: _Solved) -> Contrast:
    (baseline, _, one), (scenario, _, other) = without, with_it
    met = one.readings[baseline.target.key], other.readings[scenario.target.key]
    more, fixed = other.mean_rises - one.mean_rises, baseline.fixed and scenario.fixed
    return Contrast(
        scenario=scenario,
        years=tuple(
            YearContrast(
                year=year,
                baseline_met=float(met[0][:, t].mean()),
                met=float(met[1][:, t].mean()),
                difference=exact_difference(met[1][:, t] - met[0][:, t], fixed),
                additional_rises=AdditionalRises(exact_difference(more[:, t], fixed), None),
            )
            for t, year in enumerate(scenario.years)
        ),
        additional_rises=AdditionalRises(exact_difference(more.sum(axis=1), fixed), None),
        more=None,
        equal=None,
        fewer=None,
        cost_idr_million=_exact_cost(scenario, other),
        baseline_cost_idr_million=_exact_cost(baseline, one),
        only_with=None,
        only_without=None,
        other_assumptions=other_assumptions(baseline, scenario),
        same_law=same_law(baseline, scenario, (without.parameters, with_it.parameters)),
    )


def _exact_cost(scenario: Scenario, result: ExactResult) -> float:
    return float(result.assisted.sum(axis=0) @ unit_costs(scenario))


def unit_costs(scenario: Assumptions) -> Floats:
    """Return the cost of one assisted village-year in million rupiah, shape (J,)."""
    return np.array([plan.cost_idr_million for plan in scenario.interventions], dtype=np.float64)
