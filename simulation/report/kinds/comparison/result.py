"""What ``comparison.json`` holds: what each scenario changes against the baseline, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ....decision import comparison as library
from ....decision.comparison import Comparison, Contrast
from ....decision.differences import ERRORS_APART
from ....domain.status import LEVELS
from ....domain.villages import KnownStatuses
from ....inference.forecast import basis_of
from ..forecast.result import Reached
from ..head import Head, Programme, head_of, programme_of


@dataclass(frozen=True)
class AdditionalRises:
    """How many more villages rise than in the baseline; ``interval90`` is of a single future."""

    mean: float
    monte_carlo_error: float
    parameter_interval90: tuple[float, float] | None
    interval90: tuple[int, int] | None


@dataclass(frozen=True)
class ComparedYear:
    """One year; ``interval90`` of the difference is over the uncertain parameters."""

    year: int
    baseline_probability_met: float
    probability_met: float
    difference: float
    monte_carlo_error: float
    interval90: tuple[float, float] | None
    additional_rises: AdditionalRises

    @property
    def direction(self) -> str:
        """``up``, ``down``, ``none`` for a difference of exactly 0, or ``open`` where that cannot be told."""
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
    """Million rupiah for each additional rise; the interval has no upper end where there may be no such rise."""

    mean: float
    interval90: tuple[float, float | None] | None


@dataclass(frozen=True)
class ComparedVillage:
    """A village, and how likely it rises only with the scenario, or only without it."""

    village_code: str
    village: str
    subdistrict: str
    level: str
    probability_only_with: float
    probability_only_without: float


@dataclass(frozen=True, kw_only=True)
class ComparedScenario:
    """One scenario against the baseline.

    Attributes
    ----------
    other_assumptions
        Parameters that differ from the baseline's, interventions aside.
    same_law
        Whether the two cannot but move every village alike.
    additional_rises, rises_compared
        Over the whole horizon; the latter is None where only means are known.
    cost_idr_million, baseline_cost_idr_million
        Over the whole horizon, mean, undiscounted.
    villages
        The likeliest to rise only in the scenario first; none where single villages are not known.
    """

    name: str
    title: Mapping[str, str]
    interventions: tuple[Programme, ...]
    basis: tuple[str, ...]
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
    def telling_year(self) -> ComparedYear:
        """The first year in which the scenario makes a difference, the first of all where none does."""
        return next((year for year in self.years if year.difference or year.additional_rises.mean), self.years[0])

    @property
    def span(self) -> str:
        """The forecast years, from the first to the last."""
        first, last = self.years[0].year, self.years[-1].year
        return str(first) if first == last else f"{first}–{last}"


@dataclass(frozen=True, kw_only=True)
class ComparisonResult(Head):
    """What ``comparison.json`` holds; the head is that of the baseline.

    Attributes
    ----------
    single_statuses_known
        Whether it is known which village stands at which level.
    baseline
        Its name.
    scenarios
        In the order given.
    single_draw
        Whether uncertain parameters were drawn once only.
    simulated_alone_otherwise
        Scenarios without uncertain parameters beside some that have: their own forecasts have one draw.
    precision
        None where none was asked for.
    """

    single_statuses_known: bool
    baseline: str
    scenarios: tuple[ComparedScenario, ...]
    draws: int
    replicates: int
    seed: int
    single_draw: bool
    simulated_alone_otherwise: tuple[str, ...]
    precision: Reached | None


def result_of(found: Comparison) -> ComparisonResult:
    """Return the typed result of a comparison."""
    every = [found.baseline, *(contrast.scenario for contrast in found.contrasts)]
    replicates = 1 if found.engine == "exact" else found.effort.replicates
    return ComparisonResult(
        **head_of(found.baseline),
        single_statuses_known=isinstance(found.villages.known, KnownStatuses),
        baseline=found.baseline.name,
        scenarios=tuple(_compared(found, contrast) for contrast in found.contrasts),
        draws=found.effort.draws,
        replicates=replicates,
        seed=found.seed,
        single_draw=found.effort.draws == 1 and not all(scenario.fixed for scenario in every),
        simulated_alone_otherwise=tuple(
            scenario.name for scenario in every if scenario.fixed and found.effort.draws > 1 and found.engine != "exact"
        ),
        precision=None
        if found.trace is None
        else Reached(found.trace.wanted, found.half_width, found.effort.draws * replicates, found.trace.ended_by),
    )


def _compared(found: Comparison, contrast: Contrast) -> ComparedScenario:
    scenario, each = contrast.scenario, contrast.cost_per_additional_rise
    more, equal, fewer = contrast.more, contrast.equal, contrast.fewer
    return ComparedScenario(
        name=scenario.name,
        title=dict(scenario.title),
        interventions=programme_of(scenario),
        basis=tuple(basis_of(scenario.parameters)),
        other_assumptions=tuple(map(str, contrast.other_assumptions)),
        same_law=contrast.same_law,
        years=tuple(
            ComparedYear(
                year=year.year,
                baseline_probability_met=year.baseline_met,
                probability_met=year.met,
                difference=year.difference.mean,
                monte_carlo_error=year.difference.monte_carlo_error,
                interval90=year.difference.parameter_interval90,
                additional_rises=_rises(year.additional_rises),
            )
            for year in contrast.years
        ),
        additional_rises=_rises(contrast.additional_rises),
        rises_compared=None if more is None or equal is None or fewer is None else RisesCompared(more, equal, fewer),
        cost_idr_million=contrast.cost_idr_million,
        baseline_cost_idr_million=contrast.baseline_cost_idr_million,
        cost_per_additional_rise=None
        if each is None
        else CostOfARise(each, contrast.cost_per_additional_rise_interval90),
        villages=tuple(villages_of(found, contrast)),
    )


def _rises(rises: library.AdditionalRises) -> AdditionalRises:
    difference = rises.difference
    return AdditionalRises(
        difference.mean, difference.monte_carlo_error, difference.parameter_interval90, rises.interval90
    )


def villages_of(found: Comparison, contrast: Contrast) -> Iterator[ComparedVillage]:
    """Yield the villages, the likeliest to rise only in the scenario first; none where that is not known."""
    villages, only_with, only_without = found.villages, contrast.only_with, contrast.only_without
    if only_with is None or only_without is None or not isinstance(villages.known, KnownStatuses):
        return
    order = sorted(range(len(villages)), key=lambda v: (-only_with[v], only_without[v], villages.codes[v]))
    for v in order:
        yield ComparedVillage(
            village_code=villages.codes[v],
            village=villages.names[v],
            subdistrict=villages.subdistricts[villages.subdistrict_index[v]],
            level=LEVELS[villages.known.levels[v]],
            probability_only_with=float(only_with[v]),
            probability_only_without=float(only_without[v]),
        )
