"""What a plan is asked: for which scenario, how likely, when, with which levers, within which budget and effort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...domain.messages import Message, Refusal
from ...domain.scenario import require_assumptions
from ...inputs.scenario import Scenario
from ..trial import Engine, Goal, goal_of
from .levers import BUDGET, Lever, levers_of

BUDGET_WITHOUT_COSTS = Message("a limit on the budget says nothing while nothing costs anything; give cost_idr_million")
NO_BUDGET = Message("the limit on the budget must be a number of at least 0; found {found:,}")


@dataclass(frozen=True, eq=False)
class PlanRequest:
    """A plan that can be made; `of` checks what is asked.

    Attributes
    ----------
    scenario, goal, levers
        What is planned.
    by_budget
        Whether a budget is what was asked for, all interventions being levers.
    budget
        The limit on the cost in million rupiah, or None.
    draws, replicates, engine
        The effort asked for; None where it was left open.
    seed
        At least 0.
    """

    scenario: Scenario
    goal: Goal
    levers: tuple[Lever, ...]
    by_budget: bool
    budget: float | None
    draws: int | None
    replicates: int | None
    engine: Engine | None
    seed: int

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        probability: float,
        vary: str | Sequence[str] = (),
        *,
        year: int | None = None,
        every_year: bool = False,
        budget: float | None = None,
        draws: int | None = None,
        replicates: int | None = None,
        engine: Engine | None = None,
        seed: int = 0,
    ) -> PlanRequest:
        """Return the request that is meant; parameters as for `planning.plan`.

        Raises
        ------
        Refusal
            Where there is nothing to plan, with the reason.
        """
        names = (vary,) if isinstance(vary, str) else tuple(vary)
        require_assumptions(scenario)
        goal = goal_of(scenario, probability, year, every_year)
        levers = levers_of(scenario, names, goal.years)
        if scenario.fixed:
            draws = None
        asked = cls(scenario, goal, levers, BUDGET in names, budget, draws, replicates, engine, seed)
        if budget is not None and not budget >= 0:
            raise Refusal(NO_BUDGET.filled(found=budget))
        if budget is not None and not asked.by_costs:
            raise Refusal(BUDGET_WITHOUT_COSTS)
        return asked

    @property
    def by_costs(self) -> bool:
        """Whether settings are weighed by cost; else, for want of any, by assisted village-years."""
        return any(plan.cost_idr_million > 0 for plan in self.scenario.interventions)
