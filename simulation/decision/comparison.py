"""Scenarios against a baseline: pair by pair where trajectories are simulated, draw by draw where they are exact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import Floats
from ..domain.columns import describes_columns
from ..domain.html_table import html_table, span
from ..domain.messages import Message
from ..domain.parameters import Rows
from ..domain.scenario import Assumptions
from ..domain.status import LEVELS, UNKNOWN
from ..domain.villages import code_order
from ..engine.closed_form.applicability import Exact, exact_results
from ..engine.conditional import applied
from ..engine.effort import ChunkSink, Effort, Engine, Simulator, expected_seconds
from ..engine.ensemble import Ensemble, engine_of, run
from ..engine.progress import Progress, progress_bar, progress_of_part
from ..inference.forecast import PrecisionStep, PrecisionTrace
from ..inference.forecasting import repeat_until_precise
from ..inference.uncertainty import INTERVAL90, WILSON_Z
from ..inputs.scenario import Scenario
from .differences import ERRORS_APART, Difference, exact_difference, paired_difference
from .pairing import leading_scenario, other_assumptions, refuse_unpaired, same_law, shared_rows

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

Counts = NDArray[np.integer[Any]]
UNPACKED = 100_000_000
"""Bits that are looked at at once."""


@dataclass(frozen=True)
class AdditionalRises(Difference):
    """How many more villages rise than in the baseline.

    Attributes
    ----------
    interval90
        90% prediction interval of the paired difference: chance and ignorance together; None where only the
        mean is known.
    """

    interval90: tuple[int, int] | None = None


@dataclass(frozen=True)
class ComparedYear:
    """One year of a scenario against the baseline.

    Attributes
    ----------
    baseline_probability_met, probability_met
        Probability that the target is met in the baseline and in the scenario.
    difference, monte_carlo_error, interval90, interval90_error
        The second minus the first, its simulation error, its interval over the uncertain parameters, and the errors of
        the ends of that, as in `Difference`.
    additional_rises
        Of that year; over the years they may turn negative, for whoever rises early cannot rise later.
    """

    year: int
    baseline_probability_met: float
    probability_met: float
    difference: float
    monte_carlo_error: float
    interval90: tuple[float, float] | None
    interval90_error: tuple[float, float] | None
    additional_rises: AdditionalRises

    @property
    def direction(self) -> Literal["up", "down", "none", "open"]:
        """``none`` for a difference of exactly 0, ``open`` where the sign cannot be told."""
        if self.difference == self.monte_carlo_error == 0:
            return "none"
        if abs(self.difference) <= ERRORS_APART * self.monte_carlo_error:
            return "open"
        return "up" if self.difference > 0 else "down"


@dataclass(frozen=True)
class RisesCompared:
    """Probability of more, as many and fewer rises than in the baseline over the horizon."""

    more: float
    equal: float
    fewer: float


@dataclass(frozen=True)
class CostOfARise:
    """Additional cost over additional rises, in million rupiah: a ratio of means.

    Attributes
    ----------
    interval90
        The mean cost over both ends of the parameter interval of the additional rises; None where there is no such
        interval. The upper end is None where hardly any additional rise, or none, is within that interval.
    """

    mean: float
    interval90: tuple[float, float | None] | None

    @classmethod
    def of(cls, cost: float, rises: Difference) -> CostOfARise | None:
        """Return what a rise costs.

        None where it would mislead: where the scenario costs no more, or where its additional rises are not
        distinguishable from none.
        """
        if cost <= 0 or rises.mean <= 0 or not rises.distinguishable:
            return None
        ends = rises.parameter_interval90
        interval = None if ends is None else (cost / ends[1], cost / ends[0] if ends[0] > 0 else None)
        return cls(cost / rises.mean, interval)


@dataclass(frozen=True)
class ComparedVillage:
    """A village, and how probable it is that it rises by the horizon only with the scenario, or only without it."""

    village_code: str
    village: str
    subdistrict: str
    level: str
    probability_only_with: float
    probability_only_without: float


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """One scenario against the baseline.

    Attributes
    ----------
    other_assumptions
        Parameters that differ from the baseline's, interventions aside: the difference is theirs as well.
    same_law
        Whether the two cannot but move every village alike: every difference is then exactly 0.
    additional_rises, rises_compared
        Over all these years; the latter is None where only means are known.
    cost_idr_million, baseline_cost_idr_million
        Assisted village-years × unit cost, mean, undiscounted, over these years.
    cost_per_additional_rise
        None where it would mislead.
    villages
        On the same draw and luck, the likeliest to rise only in the scenario first; none where single villages are
        not known.
    """

    name: str
    other_assumptions: tuple[str, ...]
    same_law: bool
    years: tuple[ComparedYear, ...]
    additional_rises: AdditionalRises
    rises_compared: RisesCompared | None
    cost_idr_million: float
    baseline_cost_idr_million: float
    cost_per_additional_rise: CostOfARise | None
    villages: tuple[ComparedVillage, ...]

    @property
    def additional_cost_idr_million(self) -> float:
        """What the scenario costs more than the baseline."""
        return self.cost_idr_million - self.baseline_cost_idr_million

    @property
    def telling_year(self) -> ComparedYear:
        """The first year in which the scenario makes a difference, the first of all where none does."""
        return next((year for year in self.years if year.difference or year.additional_rises.mean), self.years[0])

    def rows(self) -> list[dict[str, Any]]:
        """Return one flat row a year, ready for a table."""
        return [
            {
                "scenario": self.name,
                "year": year.year,
                "baseline_probability_met": year.baseline_probability_met,
                "probability_met": year.probability_met,
                "difference": year.difference,
                "monte_carlo_error": year.monte_carlo_error,
                **_ends("parameter", year.interval90),
                **_ends("parameter_error", year.interval90_error),
                "additional_rises_mean": year.additional_rises.mean,
                "additional_rises_monte_carlo_error": year.additional_rises.monte_carlo_error,
                **_ends("additional_rises", year.additional_rises.interval90),
            }
            for year in self.years
        ]


def _ends(name: str, interval: tuple[float, float] | None) -> dict[str, float | None]:
    low, high = (None, None) if interval is None else interval
    return {f"{name}_low": low, f"{name}_high": high}


@dataclass(frozen=True, eq=False)
class Comparison:
    """Scenarios against a baseline: numbers only.

    Attributes
    ----------
    scenarios
        The baseline, and what is compared with it in the order given.
    contrasts
        One a scenario, the baseline left out.
    trace
        The rounds that led to it where a precision was asked for, each with the differences of every scenario and
        year instead of probabilities; else None.
    later
        Where only the first year is exact: why later years need simulation. `contrasts` then hold that year alone.
    """

    scenarios: tuple[Scenario, ...]
    contrasts: tuple[Contrast, ...]
    seed: int
    effort: Effort
    engine: Engine
    trace: PrecisionTrace | None = None
    later: tuple[Message, ...] = ()

    @property
    def baseline(self) -> Scenario:
        """What the others are compared with."""
        return self.scenarios[0]

    @property
    @describes_columns("comparison")
    def years(self) -> pd.DataFrame:
        """One row a scenario and year: what ``comparison.csv`` shows."""
        import pandas as pd

        return pd.DataFrame([row for contrast in self.contrasts for row in contrast.rows()])

    @property
    def half_width(self) -> float:
        """1.96 × the largest Monte Carlo error of any difference in the chance of meeting the target."""
        return WILSON_Z * max(year.monte_carlo_error for contrast in self.contrasts for year in contrast.years)

    def __repr__(self) -> str:
        """Return one line: what is compared, and the difference in the chance of each scenario's first year."""
        firsts = ", ".join(f"{one.name}: {one.years[0].difference:+.3f}" for one in self.contrasts)
        return f"<Comparison with {self.baseline.name}, P(met in {self.baseline.years[0]}) {firsts}>"

    def _repr_html_(self) -> str:
        """Return the table of years, for notebooks."""
        rows = [
            {
                "scenario": contrast.name,
                "year": year.year,
                f"P(met) {self.baseline.name}": year.baseline_probability_met,
                "P(met)": year.probability_met,
                "difference": year.difference,
                "simulation error": year.monte_carlo_error,
                "90% over assumptions": span(year.interval90),
                "additional rises": year.additional_rises.mean,
            }
            for contrast in self.contrasts
            for year in contrast.years
        ]
        return html_table(rows, below="All columns: .years; cost and villages: .contrasts")


def compare(
    baseline: Scenario,
    *scenarios: Scenario,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int = 0,
    engine: Engine = "batch",
    precision: float | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | bool = True,
    sinks: Sequence[ChunkSink] | None = None,
) -> Comparison:
    """Compare scenarios with a baseline on common random numbers.

    Parameters
    ----------
    baseline
        From `load_scenario`: usually the scenario without additional interventions.
    scenarios
        At least one, of the same villages, origin, horizon and target; of several districts one at a time
        (`Scenario.of_district`), the baseline, too.
    draws, replicates, seed, engine, workers, executor, progress
        As for `forecast`. All scenarios get the same effort; draws are ignored where every number of every
        scenario is fixed. The exact engine knows means only: no prediction intervals, no single villages; where
        a scenario is exact in its first year alone, that year is compared (see `Comparison.later`).
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
        Where scenarios cannot be paired, with every reason; where exact results would take too long, or are asked of a
        law that is not the standard one.
    ValueError
        Where there is no scenario.

    Examples
    --------
    >>> import simulation as kkb
    >>> paths = ("scenarios/contoh.yaml", "scenarios/contoh_pendampingan.yaml")
    >>> comparison = kkb.compare(*map(kkb.load_scenario, paths), draws=50, replicates=20)
    >>> [contrast.name for contrast in comparison.contrasts]
    ['contoh-pendampingan']
    """
    if not scenarios:
        raise ValueError("give at least one scenario to compare with the baseline")
    refuse_unpaired(baseline, scenarios)
    every = (baseline, *scenarios)
    leading = leading_scenario(every)
    effort = Effort.of(leading, draws, replicates)
    engine_of(engine, *every)
    if engine == "exact":
        return _compare_exactly(every, effort, seed)
    simulator: Simulator = engine
    # What happened in the one is paired with what happened in the other, not with how likely it was.
    known = all(applied("conditional", one) == "conditional" for one in every)

    def made(effort: Effort, told: Progress) -> Comparison:
        ensembles = (
            run(
                one,
                effort,
                seed,
                engine=simulator,
                estimator="conditional" if known else "plain",
                workers=workers,
                executor=executor,
                progress=progress_of_part(told, place, len(every)),
                sink=None if sinks is None else sinks[place],
            )
            for place, one in enumerate(every)
        )
        without = next(ensembles)
        contrasts = tuple(paired_contrast(without, with_it) for with_it in ensembles)
        return Comparison(every, contrasts, seed, effort, engine)

    expected = sum(expected_seconds(one, effort, simulator) for one in every)
    with progress_bar(progress, "comparison", expected, agents=any(one.needs_agents for one in every)) as told:
        if precision is None:
            return made(effort, told)
        rows, making = shared_rows(*every), partial(made, told=told)
        result, trace = repeat_until_precise(making, _step, precision, effort, rows, fixed=leading.fixed)
        return replace(result, trace=trace)


def _step(result: Comparison) -> PrecisionStep:
    differences = tuple(tuple(year.difference for year in contrast.years) for contrast in result.contrasts)
    return PrecisionStep(result.effort.draws, result.effort.replicates, differences, result.half_width)


def _contrast(
    baseline: Assumptions,
    scenario: Assumptions,
    *,
    met: Sequence[Floats],
    differences: Sequence[Difference],
    rises: Sequence[AdditionalRises],
    all_rises: AdditionalRises,
    costs: tuple[float, float],
    alike: bool,
    compared: RisesCompared | None = None,
    villages: Sequence[ComparedVillage] = (),
) -> Contrast:
    """Put together what was found of one scenario.

    Parameters
    ----------
    met
        Of the baseline and of the scenario: chance of each year, shape (Y,).
    costs
        Of the baseline and of the scenario.
    """
    years = zip(scenario.years, *(one.tolist() for one in met), differences, rises, strict=False)
    return Contrast(
        name=scenario.name,
        other_assumptions=other_assumptions(baseline, scenario),
        same_law=alike,
        years=tuple(
            ComparedYear(
                year,
                before,
                after,
                apart.mean,
                apart.monte_carlo_error,
                apart.parameter_interval90,
                apart.parameter_interval90_error,
                additional,
            )
            for year, before, after, apart, additional in years
        ),
        additional_rises=all_rises,
        rises_compared=compared,
        cost_idr_million=costs[1],
        baseline_cost_idr_million=costs[0],
        cost_per_additional_rise=CostOfARise.of(costs[1] - costs[0], all_rises),
        villages=tuple(villages),
    )


def paired_contrast(without: Ensemble, with_it: Ensemble) -> Contrast:
    """Compare two ensembles of one district."""
    baseline, scenario = without.scenario, with_it.scenario
    without.refuse_failures()
    with_it.refuse_failures()
    one, other = without.outcomes[0], with_it.outcomes[0]
    alike = same_law(baseline, scenario, (without.parameters, with_it.parameters))
    same_chance = alike and baseline.target == scenario.target
    met = [one.chance_met(baseline), other.chance_met(scenario)]
    margin = [
        outcome.counts.score(each.target) - outcome.counts.needed(each.target)
        for outcome, each in ((one, baseline), (other, scenario))
    ]
    if baseline.own_target or scenario.own_target:  # what such a target is judged by is not known here
        margin = [np.zeros_like(each) for each in margin]
    more = (other.rises - one.rises).astype(np.float64)
    total, rows = more.sum(axis=-1), shared_rows(baseline, scenario)
    exactly = [each.first_year(0, each.scenario.target) for each in (without, with_it)]
    told = [each if first is None else _with_first_year(each, first) for each, first in zip(met, exactly, strict=True)]

    def difference(of: Sequence[Floats], t: int) -> Difference:
        return _chances(of[0][..., t], of[1][..., t], (margin[1] - margin[0])[..., t], rows, alike=same_chance)

    differences = [difference(told, t) for t in range(scenario.horizon)]
    before, after = exactly
    if before is not None and after is not None and not same_chance:
        differences[0] = _of_first_year(without, with_it, after - before, difference(met, 0))
    return _contrast(
        baseline,
        scenario,
        met=[each.mean(axis=(0, 1)) for each in told],
        differences=differences,
        rises=[_rises(more[..., t], rows, alike=alike) for t in range(scenario.horizon)],
        all_rises=_rises(total, rows, alike=alike),
        costs=(_cost(baseline, one.assisted.mean(axis=(0, 1))), _cost(scenario, other.assisted.mean(axis=(0, 1)))),
        alike=alike,
        compared=RisesCompared(float((total > 0).mean()), float((total == 0).mean()), float((total < 0).mean())),
        villages=list(_villages(scenario, other.risen & ~one.risen, one.risen & ~other.risen)),
    )


def _with_first_year(chances: Floats, first: Floats) -> Floats:
    """Return chances (draw, replicate, year) with those of the first year that are known of each draw, (draw,)."""
    result = chances.copy()
    result[..., 0] = first[:, None]
    return result


def _of_first_year(without: Ensemble, with_it: Ensemble, exactly: Floats, simulated: Difference) -> Difference:
    """Return the difference of exact chances, (draw,); over parameters as simulated where chance drew lots for each.

    What a lot, or a placement, does to a difference is no part of what the parameters do, and of one it cannot be told.
    """
    rows = shared_rows(without.scenario, with_it.scenario)
    found = exact_difference(exactly, rows, fixed=without.scenario.fixed and with_it.scenario.fixed)
    if not (without.first_years[0].drawn or with_it.first_years[0].drawn):
        return found
    return Difference(
        found.mean,
        found.monte_carlo_error,
        simulated.parameter_interval90,
        simulated.parameter_interval90_error,
    )


def _chances(before: Floats, after: Floats, shift: Counts, rows: Rows | None, *, alike: bool) -> Difference:
    """Return the difference of two chances, (draw, replicate); `shift` is by how much more the target is passed.

    To first order a chance p changes by the shift times the density at the target, which is about
    proportional to p (1 − p).
    """
    values = after - before
    chance = (before.mean(axis=1) + after.mean(axis=1)) / 2
    return paired_difference(values, rows=rows, same_law=alike, towards=shift.mean(axis=1) * chance * (1 - chance))


def _rises(values: Floats, rows: Rows | None, *, alike: bool) -> AdditionalRises:
    """Return what is said of additional rises, (draw, replicate)."""
    low, high = np.quantile(values, INTERVAL90, method="inverted_cdf")
    return AdditionalRises(
        **vars(paired_difference(values, rows=rows, same_law=alike)), interval90=(int(low), int(high))
    )


def _villages(
    scenario: Assumptions, with_alone: NDArray[np.uint8], without_alone: NDArray[np.uint8]
) -> Iterator[ComparedVillage]:
    """Yield the villages, given a bit for each in which trajectories it rises only with, or only without."""
    villages, known = scenario.districts[0].ever, scenario.districts[0].single_levels
    if known is None:
        return
    levels = np.pad(known, (0, len(villages) - len(known)), constant_values=UNKNOWN)
    only_with, only_without = (_share_of_bits(bits, len(villages)).tolist() for bits in (with_alone, without_alone))
    for v in sorted(
        range(len(villages)), key=lambda v: (-only_with[v], only_without[v], code_order(villages.codes[v]))
    ):
        yield ComparedVillage(
            village_code=villages.codes[v],
            village=villages.names[v],
            subdistrict=villages.subdistricts[villages.subdistrict_index[v]],
            level="" if levels[v] == UNKNOWN else LEVELS[levels[v]],
            probability_only_with=only_with[v],
            probability_only_without=only_without[v],
        )


def _share_of_bits(bits: NDArray[np.uint8], count: int) -> Floats:
    """Return how often each of `count` packed bits is set, shape (count,), over (draw, replicate, byte)."""
    rows = bits.reshape(-1, bits.shape[-1])
    # Part by part: a bit takes eight times its room when it is unpacked.
    parts = np.array_split(rows, max(1, rows.shape[0] * count // UNPACKED))
    return np.asarray(
        np.sum([np.unpackbits(part, axis=1, count=count).sum(axis=0) for part in parts], axis=0) / rows.shape[0]
    )


def _compare_exactly(scenarios: tuple[Scenario, ...], effort: Effort, seed: int) -> Comparison:
    """Compare with the first scenario, one exact difference a parameter draw: in all years, or in the first alone.

    Raises
    ------
    Refusal
        Where even the first year would take too long.
    """
    (without, *others), later = exact_results(scenarios, effort.draws, seed)
    contrasts = tuple(_exact_contrast(without, with_it) for with_it in others)
    return Comparison(scenarios, contrasts, seed, effort, "exact", later=later)


def _exact_contrast(without: Exact, with_it: Exact) -> Contrast:
    (baseline, _, (one,)), (scenario, _, (other,)) = without, with_it
    met = one.readings[baseline.target.key], other.readings[scenario.target.key]
    more = other.mean_rises - one.mean_rises
    rows, fixed = shared_rows(baseline, scenario), baseline.fixed and scenario.fixed

    def rises(values: Floats) -> AdditionalRises:
        return AdditionalRises(**vars(exact_difference(values, rows, fixed=fixed)), interval90=None)

    return _contrast(
        baseline,
        scenario,
        met=[each.mean(axis=0) for each in met],
        differences=[exact_difference(apart, rows, fixed=fixed) for apart in (met[1] - met[0]).T],
        rises=[rises(each) for each in more.T],
        all_rises=rises(more.sum(axis=1)),
        costs=(_cost(baseline, one.assisted), _cost(scenario, other.assisted)),
        alike=same_law(baseline, scenario, (without.parameters, with_it.parameters)),
    )


def _cost(scenario: Assumptions, assisted: Floats) -> float:
    """Return the mean cost of all years, from the mean number of villages assisted, shape (Y, J)."""
    return float(assisted.sum(axis=0) @ scenario.unit_costs)
