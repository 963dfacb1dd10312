"""What ``plan.json`` holds: the least effort, what else was tried, what limits it, and which villages come first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ....decision.plan.bottlenecks import stronger_odds_ratio
from ....decision.plan.levers import BUDGET
from ....decision.plan.levers import Lever as LibraryLever
from ....decision.plan.ranking import VillagePriority
from ....decision.plan.result import Plan
from ....decision.plan.trial_cache import Point
from ....domain.intervention import Intervention
from ....domain.messages import Message
from ....domain.parameters import ParameterKey
from ....domain.status import LEVELS, TOP
from ....domain.villages import KnownStatuses, MadeUpCounts
from ..head import Head, head_of

YEAR_SD_QUANTILES = np.array([0.05, 0.5, 0.95])


@dataclass(frozen=True)
class Needed:
    """The smallest and the largest number that must be reached."""

    min: int
    max: int


@dataclass(frozen=True)
class PlannedTarget:
    """What is to be reached; `denominator` villages are what its share is of, at the origin."""

    reading: str
    key: str
    share: float
    levels: tuple[str, ...]
    denominator: int
    needed: Needed


@dataclass(frozen=True)
class Lever:
    """One effort that is planned.

    Attributes
    ----------
    name, intervention, kind
        ``pokja.capacity``, ``pokja`` and ``capacity``, or ``coverage``.
    most
        The most places that make a difference.
    priority
        In which order its villages are taken; ``codes`` for a list of the scenario's own.
    """

    name: str
    intervention: str
    kind: str
    most: int
    priority: str


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting of the levers and what it achieves.

    Attributes
    ----------
    value
        What was asked for: villages, a share, a cost, or every lever's setting.
    settings
        Lever -> villages at a time, or share of the eligible villages.
    probability_met, monte_carlo_error, lower95
        Chance of reaching the goal, its simulation error, and its one-sided lower 95% bound.
    interval90
        5% and 95% quantile of the chance over the uncertain parameters; None where there is one draw.
    draws, replicates
        With how much it was tried.
    assisted
        Villages assisted by the levers' interventions in the last year planned, mean.
    village_years, cost_idr_million, cost_to_goal_idr_million
        Assisted village-years and their cost over the whole horizon, and up to the last year planned; means.
    """

    value: float | Mapping[str, float]
    settings: Mapping[str, float]
    probability_met: float
    monte_carlo_error: float
    interval90: tuple[float, float] | None
    lower95: float
    draws: int
    replicates: int
    assisted: float
    village_years: float
    cost_idr_million: float
    cost_to_goal_idr_million: float

    @property
    def key(self) -> tuple[float, ...]:
        """What tells it from the other settings of a plan."""
        return tuple(self.settings.values())


@dataclass(frozen=True)
class ForecastChance:
    """The chance of the goal that the forecast of the scenario as it stands shows."""

    probability_met: float
    monte_carlo_error: float
    draws: int
    replicates: int


@dataclass(frozen=True)
class Limit:
    """What would be possible without one hindrance; `odds_ratio` where effects were made stronger."""

    name: str
    probability_met: float
    lower95: float
    least: float | None
    reachable: bool
    odds_ratio: tuple[float, ...] | None


@dataclass(frozen=True)
class ShockCurve:
    """The chance against the effort for one size of the year shock: (value, chance) at every rung."""

    year_sd: float
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Reason:
    """Why a village stands where it does: level, chance of rising without and with assistance, peers, programmes."""

    status: str
    chance_without: float
    chance_with: float
    peers: float | None
    interventions: tuple[str, ...]


@dataclass(frozen=True)
class PlannedVillage:
    """A village of the ranking.

    Attributes
    ----------
    in_plan
        Whether it is among those that suffice; None where there is no such number.
    tied
        Whether it shares its rank with villages on the other side of that edge.
    """

    village_code: str
    village: str
    subdistrict: str
    rank: int
    gain_probability_met: float
    gain_rises: float
    in_plan: bool | None
    tied: bool
    reason: Reason


@dataclass(frozen=True)
class RankingBasis:
    """In which year, over how many draws, and by which columns of the village table villages are told apart."""

    year: int
    draws: int
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PlanResult(Head):
    """What ``plan.json`` holds.

    Attributes
    ----------
    goal, year, years
        Wanted probability; the year in which the target is to be met, None for every year; all these years.
    lever, levers, by_budget, budget_idr_million
        What is planned, and the limit on the cost.
    cost_years, weighed_by_cost
        First and last year that costs are of; whether settings are weighed by cost, else by village-years.
    least, below, best, now, nothing
        The least setting that suffices and that of one place less, None where there is none; the best, the scenario's
        own, and no effort.
    forecast
        The chance that the forecast shows of the scenario as it stands.
    tried, pareto
        Every setting tried; of several levers those that no other beats in both cost and chance.
    proven, steady
        Whether all that takes less was tried; whether more effort never lowered the chance.
    limits, curves
        What limits a plan out of reach; chance against effort by size of the year shock.
    villages, ranking, not_ranked
        The villages in their order; empty, with reasons, where they cannot be ranked.
    in_order
        The least setting where villages are taken in that order; None where none was found.
    """

    single_statuses_known: bool
    target: PlannedTarget
    goal: float
    year: int | None
    years: tuple[int, ...]
    lever: str
    levers: tuple[Lever, ...]
    by_budget: bool
    budget_idr_million: float | None
    cost_years: tuple[int, int]
    weighed_by_cost: bool
    reachable: bool
    least: Setting | None
    below: Setting | None
    best: Setting
    now: Setting
    nothing: Setting
    forecast: ForecastChance
    tried: tuple[Setting, ...]
    pareto: tuple[Setting, ...]
    proven: bool
    steady: bool
    limits: tuple[Limit, ...]
    curves: tuple[ShockCurve, ...]
    year_sd: tuple[float, ...]
    villages: tuple[PlannedVillage, ...]
    ranking: RankingBasis | None
    not_ranked: tuple[Message, ...]
    in_order: Setting | None
    exact: bool
    why_simulated: tuple[Message, ...]
    draws: int
    replicates: int
    seed: int

    @property
    def telling(self) -> Setting:
        """The least setting that suffices, or the best that can be had."""
        return self.least or self.best

    @property
    def listed(self) -> int:
        """How many villages of the list are marked as enough; 0 where none are."""
        return sum(bool(village.in_plan) for village in self.villages)


def result_of(found: Plan) -> PlanResult:
    """Return the typed result of a plan."""
    scenario, request, years = found.scenario, found.request, found.goal.years
    orders = {one.name: _order(one) for one in scenario.interventions}
    exact = found.engine == "exact"

    def setting(point: Point | None) -> Setting | None:
        return None if point is None else _setting(found, point)

    return PlanResult(
        **head_of(scenario),
        single_statuses_known=isinstance(scenario.districts[0].known, KnownStatuses),
        target=_target(found),
        goal=found.goal.probability,
        year=years[0] if len(years) == 1 else None,
        years=years,
        lever=BUDGET if request.by_budget else " + ".join(lever.name for lever in found.levers),
        levers=tuple(
            Lever(lever.name, lever.intervention, lever.kind, lever.most, orders[lever.intervention])
            for lever in found.levers
        ),
        by_budget=request.by_budget,
        budget_idr_million=request.budget,
        cost_years=(scenario.years[0], scenario.years[-1]),
        weighed_by_cost=request.by_costs,
        reachable=found.reachable,
        least=setting(found.least),
        below=setting(found.below),
        best=_setting(found, found.best),
        now=_setting(found, found.now),
        nothing=_setting(found, found.nothing),
        forecast=ForecastChance(
            found.forecast.probability,
            found.forecast.monte_carlo_error,
            found.forecast.effort.draws,
            found.forecast.effort.replicates,
        ),
        tried=tuple(_setting(found, point) for point in found.points),
        pareto=tuple(_setting(found, point) for point in found.front),
        proven=found.proven,
        steady=found.steady,
        limits=tuple(_limits(found)),
        curves=tuple(ShockCurve(curve.year_sd, curve.points) for curve in found.curves),
        year_sd=tuple(scenario.parameters.scalars[ParameterKey("year_sd")].quantile(YEAR_SD_QUANTILES).tolist()),
        villages=tuple(villages_of(found)),
        ranking=None
        if found.ranking is None
        else RankingBasis(found.ranking.year, found.ranking.draws, tuple(map(str, found.ranking.columns))),
        not_ranked=found.not_ranked,
        in_order=setting(found.in_order),
        exact=exact,
        why_simulated=found.why_simulated,
        draws=found.effort.draws,
        replicates=1 if exact else found.effort.replicates,
        seed=request.seed,
    )


def _order(intervention: Intervention) -> str:
    """Return the order in which an intervention takes villages; ``codes`` for a list of the scenario's own."""
    return intervention.priority if isinstance(intervention.priority, str) else "codes"


def _target(found: Plan) -> PlannedTarget:
    target, villages = found.scenario.target, found.scenario.districts[0]
    denominator = len(villages)
    if target.denominator != "all" and not isinstance(villages.known, MadeUpCounts):
        denominator = int(np.asarray(villages.known.counts).reshape(-1, len(LEVELS))[:, :TOP].sum())
    return PlannedTarget(
        target.reading,
        target.key,
        float(target.share),
        tuple(target.levels),
        denominator,
        Needed(*found.nothing.chance.needed),
    )


def _setting(found: Plan, point: Point) -> Setting:
    settings = {lever.name: _value(lever, value) for lever, value in zip(found.levers, point.values, strict=True)}
    value: float | Mapping[str, float] = settings if len(settings) > 1 else next(iter(settings.values()))
    return Setting(
        value=point.cost_idr_million if found.request.by_budget else value,
        settings=settings,
        probability_met=point.chance.probability,
        monte_carlo_error=point.chance.monte_carlo_error,
        interval90=point.chance.interval90,
        lower95=point.chance.lower95,
        draws=point.effort.draws,
        replicates=point.effort.replicates,
        assisted=point.assisted,
        village_years=point.village_years,
        cost_idr_million=point.cost_idr_million,
        cost_to_goal_idr_million=point.cost_to_goal_idr_million,
    )


def _value(lever: LibraryLever, value: float) -> float:
    return int(value) if lever.kind == "capacity" else value


def _limits(found: Plan) -> Iterator[Limit]:
    scalars = found.scenario.parameters.scalars
    effects = [scalars[ParameterKey.effect(lever.intervention, "rise")] for lever in found.levers]
    for one in found.limits:
        ratios = tuple(map(stronger_odds_ratio, effects)) if one.name == "effect" else None
        yield Limit(one.name, one.probability, one.lower95, one.least, one.reachable, ratios)


def villages_of(found: Plan) -> Iterator[PlannedVillage]:
    """Yield the villages in the order of the ranking; none where there is none."""
    villages: tuple[VillagePriority, ...] = () if found.ranking is None else found.ranking.villages
    chosen = _chosen(found)
    in_doubt = None
    if chosen is not None and chosen < len(villages) and villages[chosen - 1].rank == villages[chosen].rank:
        in_doubt = villages[chosen].rank
    for place, village in enumerate(villages):
        yield PlannedVillage(
            village_code=village.village_code,
            village=village.village,
            subdistrict=village.subdistrict,
            rank=village.rank,
            gain_probability_met=village.gain_probability_met,
            gain_rises=village.gain_rises,
            in_plan=None if chosen is None else place < chosen,
            tied=village.rank == in_doubt,
            reason=Reason(
                village.status, village.chance_without, village.chance_with, village.peers, village.interventions
            ),
        )


def _chosen(found: Plan) -> int | None:
    """Return how many of the ranking suffice in that order; None where none do, or the scenario's own takes fewer."""
    if found.in_order is None or not any(found.in_order.places):
        return None
    (places,) = found.in_order.places
    return None if found.least is not None and found.least.places[0] < places else places
