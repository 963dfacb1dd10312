"""What a plan is asked, and its levers: the efforts of a scenario that it varies, how far, and to which setting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np

from ...domain.arrays import Bools
from ...domain.intervention import Intervention, may_be_chosen, place_table
from ...domain.messages import Message, Refusal, nearest, shown
from ...domain.scenario import refuse_several, refuse_so_far, require_assumptions
from ...domain.status import LEVELS, UNKNOWN
from ...domain.villages import Villages
from ...engine.effort import Engine
from ...inputs.scenario import Scenario
from ..trial import goal_of

LeverKind = Literal["capacity", "coverage"]
Places = tuple[int, ...]
"""Places of each lever: a setting of all of them."""
BUDGET = "budget"
MOST_LEVERS = 3

NO_INTERVENTION = Message("{scenario} has no intervention whose effort could be planned; add one under interventions")
CHOOSE_LEVER = Message(
    "{scenario} has several interventions; say whose effort is planned with --vary, once or up to {most} times: {names}"
)
NO_SUCH_LEVER = Message("there is no effort {name} to be planned; those of this scenario: {names}")
NO_SUCH_LEVER_BUT = Message("there is no effort {name} ({nearest}) to be planned; those of this scenario: {names}")
TWO_LEVERS_OF_ONE = Message("{intervention} is named by two efforts; keep one of them")
TOO_MANY_LEVERS = Message("{found} efforts are more than the {most} that can be planned together; name fewer")
BUDGET_ALONE = Message(
    "budget is spent on the cheapest mix of all interventions, so it cannot be combined; drop {names}"
)
BUDGET_OF_NOTHING = Message(
    "a budget has no effect while {names} cost nothing; give cost_idr_million, or plan a capacity or a coverage"
)
STARTS_LATER = Message("{intervention} starts in {starts}, too late to change {year}; plan a later year with --year")
BUDGET_WITHOUT_COSTS = Message(
    "a limit on the budget has no effect while nothing costs anything; give cost_idr_million"
)
NO_BUDGET = Message("the limit on the budget must be a number of at least 0; found {found:,}")
TWO_BUDGETS = Message("a budget is given for all years together or for each year; drop --budget or --budget-per-year")
NOBODY_ELIGIBLE = Message("no village is eligible for {intervention}, so no effort can change anything")


@dataclass(frozen=True)
class Lever:
    """One effort that can be varied in steps of one place.

    Attributes
    ----------
    kind
        ``capacity``: villages assisted at a time; ``coverage``: share of the eligible villages.
    most
        The most places that make a difference; settings are 0 … `most` places.
    eligible
        Villages that a coverage is a share of, at least 1.
    now
        Places in the scenario as it is, at most `most`.
    priority
        In which order its villages are taken; ``codes`` for a list of the scenario's own.
    """

    intervention: str
    kind: LeverKind
    most: int
    eligible: int
    now: int
    priority: str

    @property
    def name(self) -> str:
        """As on the command line: ``pokja.capacity``."""
        return f"{self.intervention}.{self.kind}"

    def value(self, places: int) -> int | Fraction:
        """Return the setting that gives so many places: a number of villages, or a share written shortly."""
        return places if self.kind == "capacity" else shortest_share(places, self.eligible)

    def number(self, places: int) -> float:
        """Return that setting as a number."""
        value = self.value(places)
        return float(value) if isinstance(value, Fraction) else value

    def applied_to(self, plan: Intervention, places: int) -> Intervention:
        """Return the intervention with so many places; as it stands where these are the scenario's own."""
        if places == self.now and self.kind == own_kind(plan):
            return plan
        value = self.value(places)
        if isinstance(value, Fraction):
            return replace(plan, coverage=value, capacity=None)
        return replace(plan, coverage=None, capacity=value)


def turn(scenario: Scenario, levers: Sequence[Lever], places: Sequence[int]) -> Scenario:
    """Return the scenario with every lever set to so many places."""
    wanted = {lever.intervention: (lever, count) for lever, count in zip(levers, places, strict=True)}
    plans = tuple(
        wanted[plan.name][0].applied_to(plan, wanted[plan.name][1]) if plan.name in wanted else plan
        for plan in scenario.interventions
    )
    return scenario if plans == scenario.interventions else replace(scenario, interventions=plans)


def shortest_share(places: int, eligible: int) -> Fraction:
    """Return the share with the fewest decimals that is rounded to so many places, half up.

    Examples
    --------
    >>> shortest_share(14, 93), shortest_share(93, 93), shortest_share(0, 93)
    (Fraction(3, 20), Fraction(1, 1), Fraction(0, 1))
    """
    if places in {0, eligible}:
        return Fraction(places, eligible)
    low, high = Fraction(2 * places - 1, 2 * eligible), Fraction(2 * places + 1, 2 * eligible)
    tenths = 1
    while True:
        tenths *= 10
        share = Fraction(round(Fraction(places, eligible) * tenths), tenths)
        if low <= share < high:
            return share


def levers_of(scenario: Scenario, vary: Sequence[str], years: Sequence[int]) -> tuple[Lever, ...]:
    """Return the levers that are planned.

    Parameters
    ----------
    scenario
        With one district.
    vary
        ``NAME.capacity`` or ``NAME.coverage`` up to three times, or ``budget`` alone; empty where the scenario
        has one intervention, whose own lever it then is.
    years
        The years in which the target is to be met.

    Raises
    ------
    Refusal
        Where there is no such lever, or none that could change anything, with the reason.
    """
    refuse_several(scenario)
    if not scenario.interventions:
        raise Refusal(NO_INTERVENTION.filled(scenario=scenario.name))
    chosen = _chosen(scenario, vary)
    levers = tuple(_lever(scenario, plan, kind, years) for plan, kind in chosen)
    reasons = [reason for lever in levers if (reason := _useless(scenario, lever, years)) is not None]
    if reasons:
        raise Refusal(*reasons)
    return levers


def eligible_now(plan: Intervention, villages: Villages) -> Bools | int:
    """Return who is eligible at the origin, shape (V,), or at most how many where single statuses are unknown.

    A village whose status alone is blank may be.
    """
    may = may_be_chosen(plan, villages)
    allowed = np.array([level in plan.eligible_status for level in LEVELS])
    if (levels := villages.single_levels) is not None:
        return np.asarray(may & np.where(levels == UNKNOWN, allowed.any(), allowed[levels]))
    counts = villages.known.counts
    if counts is None:
        return int(may.sum()) if allowed.any() else 0
    return min(int(may.sum()), int(counts[allowed].sum()))


def own_kind(plan: Intervention) -> LeverKind:
    """Return how the scenario states an effort."""
    return "capacity" if plan.coverage is None else "coverage"


def _chosen(scenario: Scenario, vary: Sequence[str]) -> list[tuple[Intervention, LeverKind]]:
    """Return the interventions that are named, each with what is varied of it."""
    own = {f"{plan.name}.{own_kind(plan)}": (plan, own_kind(plan)) for plan in scenario.interventions}
    if BUDGET in vary:
        _refuse_budget(scenario, [name for name in vary if name != BUDGET])
        return list(own.values())
    if not vary:
        if len(own) > 1:
            raise Refusal(CHOOSE_LEVER.filled(scenario=scenario.name, most=MOST_LEVERS, names=", ".join(own)))
        return list(own.values())
    kinds: tuple[LeverKind, LeverKind] = ("capacity", "coverage")
    known = own | {f"{plan.name}.{kind}": (plan, kind) for plan in scenario.interventions for kind in kinds}
    asked = list(dict.fromkeys(vary))
    reasons = [_no_such_lever(name, known) for name in asked if name not in known]
    if len(asked) > MOST_LEVERS:
        reasons.append(TOO_MANY_LEVERS.filled(found=len(asked), most=MOST_LEVERS))
    if not reasons:
        named = [known[name][0].name for name in asked]
        reasons += [TWO_LEVERS_OF_ONE.filled(intervention=name) for name in sorted(set(named)) if named.count(name) > 1]
    if reasons:
        raise Refusal(*reasons)
    return [known[name] for name in asked]


def _no_such_lever(name: str, known: Iterable[str]) -> Message:
    names, close = ", ".join([*known, BUDGET]), nearest(name, known)
    if close is None:
        return NO_SUCH_LEVER.filled(name=shown(name), names=names)
    return NO_SUCH_LEVER_BUT.filled(name=shown(name), names=names, nearest=close)


def _refuse_budget(scenario: Scenario, others: list[str]) -> None:
    """Refuse a budget that would say nothing, or stands beside other levers."""
    if others:
        raise Refusal(BUDGET_ALONE.filled(names=", ".join(map(shown, others))))
    free = [plan.name for plan in scenario.interventions if plan.cost_idr_million == 0]
    if free:
        raise Refusal(BUDGET_OF_NOTHING.filled(names=", ".join(free)))
    if len(scenario.interventions) > MOST_LEVERS:
        raise Refusal(TOO_MANY_LEVERS.filled(found=len(scenario.interventions), most=MOST_LEVERS))


def _lever(scenario: Scenario, plan: Intervention, kind: LeverKind, years: Sequence[int]) -> Lever:
    villages = scenario.districts[0]
    eligible = int(np.sum(eligible_now(plan, villages)))
    first_year_alone = max(years) == scenario.years[0]
    # Later, villages of other levels may be eligible, others have joined, and those that rose may keep their places.
    most = eligible if first_year_alone or kind == "coverage" else int(may_be_chosen(plan, villages.ever).sum())
    now = int(place_table(plan, eligible)[eligible])
    priority = plan.priority if isinstance(plan.priority, str) else "codes"
    return Lever(plan.name, kind, most, max(1, eligible), min(now, most), priority)


def _useless(scenario: Scenario, lever: Lever, years: Sequence[int]) -> Message | None:
    """Return why a lever can change nothing, or None."""
    plan = next(plan for plan in scenario.interventions if plan.name == lever.intervention)
    if plan.starts > max(years):
        return STARTS_LATER.filled(intervention=plan.name, starts=plan.starts, year=max(years))
    if lever.most == 0:
        return NOBODY_ELIGIBLE.filled(intervention=plan.name)
    return None


@dataclass(frozen=True)
class Budget:
    """A limit on the cost in million rupiah: of all forecast years together, or of each of them."""

    idr_million: float
    per_year: bool


@dataclass(frozen=True)
class PlanRequest:
    """What a plan is asked: the arguments of `simulation.plan`; `settled` checks them.

    Attributes
    ----------
    probability
        Wanted, in (0, 1).
    vary
        Names of the levers, or ``budget`` alone.
    year, every_year
        The year in which the target is to be met; None where it is every year.
    budget, budget_per_year
        The limit on the cost in million rupiah: of all forecast years together, or of each; one of them at most.
    draws, replicates, engine
        The effort asked for; None where it was left open.
    """

    probability: float
    vary: tuple[str, ...] = ()
    year: int | None = None
    every_year: bool = False
    budget: float | None = None
    budget_per_year: float | None = None
    draws: int | None = None
    replicates: int | None = None
    engine: Engine | None = None
    seed: int = 0

    def settled(self, scenario: Scenario) -> PlanRequest:
        """Return the request that is meant, with whatever was left to its default.

        Raises
        ------
        Refusal
            Where there is nothing to plan, with the reason.
        """
        require_assumptions(scenario)
        refuse_so_far(scenario)
        goal = goal_of(scenario, self.probability, self.year, self.every_year)
        levers = levers_of(scenario, self.vary, goal.years)
        if self.budget is not None and self.budget_per_year is not None:
            raise Refusal(TWO_BUDGETS)
        if self.limit is not None and not self.limit.idr_million >= 0:
            raise Refusal(NO_BUDGET.filled(found=self.limit.idr_million))
        if self.limit is not None and not weighed_by_cost(scenario):
            raise Refusal(BUDGET_WITHOUT_COSTS)
        return replace(
            self,
            vary=(BUDGET,) if BUDGET in self.vary else tuple(lever.name for lever in levers),
            year=None if len(goal.years) > 1 else goal.years[0],
            every_year=len(goal.years) > 1,
            draws=None if scenario.fixed else self.draws,
        )

    @property
    def limit(self) -> Budget | None:
        """The limit on the cost; None for no limit."""
        if self.budget_per_year is not None:
            return Budget(self.budget_per_year, per_year=True)
        return None if self.budget is None else Budget(self.budget, per_year=False)

    @property
    def by_budget(self) -> bool:
        """Whether a budget is what was asked for, all interventions being levers."""
        return self.vary == (BUDGET,)


def weighed_by_cost(scenario: Scenario) -> bool:
    """Return whether settings are weighed by cost; else, for want of any, by assisted village-years."""
    return any(plan.cost_idr_million > 0 for plan in scenario.interventions)
