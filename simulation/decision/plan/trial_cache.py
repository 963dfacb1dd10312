"""Settings of a plan's levers, each tried once: what it achieves and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import NamedTuple

import numpy as np

from ...engine.effort import Effort
from ...inference.uncertainty import FEWEST, error_of_rows
from ...inputs.scenario import Scenario
from ..trial import Chance, Trial, cost_effort
from .levers import Budget, Lever, Places, turn, weighed_by_cost
from .result import Setting

ERROR_ENOUGH = 0.004
"""Standard error at which a setting is decided upon."""
CLEAR = 5.0
"""Standard errors from the wanted probability at which more runs could hardly change the decision."""
SKETCH = 4
"""Of what a try takes, a sketch takes one part in so many."""
LONGEST_OF_AGENTS = 2.0
"""Seconds of a try up to which trajectories double where agents run: a plan makes up to a hundred tries."""
MANY_REPLICATES = 8
"""From so many replicates a draw, more draws tell more than more replicates."""


def part_of(effort: Effort, scenario: Scenario) -> Effort:
    """Return a quarter of an effort, for what is only sketched."""
    if scenario.fixed or effort.replicates >= SKETCH:
        return Effort(effort.draws, max(FEWEST, effort.replicates // SKETCH))
    return Effort(max(1, effort.draws // SKETCH), effort.replicates)


def more_than(effort: Effort, scenario: Scenario) -> Effort | None:
    """Return twice the trajectories, over more draws while there are many replicates; None beyond the limit.

    Most of the error comes from the draws, so that four times as many with half the replicates tell most.
    """
    if not scenario.fixed and effort.replicates >= MANY_REPLICATES:
        effort = Effort(2 * effort.draws, effort.replicates // 2)
    return effort.doubled(fixed=scenario.fixed)


class Assisted(NamedTuple):
    """What a setting takes, as in `Setting`."""

    assisted: float
    village_years: float
    cost_idr_million: float
    cost_to_goal_idr_million: float
    cost_dearest_year_idr_million: float


class TrialCache:
    """Settings of one scenario's levers, each tried once and as precisely as the decision on it asks.

    Parameters
    ----------
    scenario, levers
        The efforts that are planned, and their scenario.
    effort
        Of the first try; trajectories double until a decision is clear.
    budget
        Limit on the cost; None for no limit.
    """

    def __init__(
        self, scenario: Scenario, levers: Sequence[Lever], trial: Trial, effort: Effort, budget: Budget | None = None
    ) -> None:
        self.scenario, self.levers, self.trial, self.effort = scenario, tuple(levers), trial, effort
        self.budget = budget
        self.chances: dict[Places, Chance] = {}
        self._tried_with: dict[Places, Effort] = {}
        self._used_up = False
        self._assisted: dict[Places, Assisted] = {}

    def scenario_at(self, places: Places) -> Scenario:
        """Return the scenario of a setting."""
        return turn(self.scenario, self.levers, places)

    def chance(self, places: Places) -> Chance:
        """Return what a setting achieves, as precisely as the decision on it asks."""
        while True:
            found = self.chances.get(places)
            if found is not None and self._clear(found):
                return found
            before = self._tried_with.get(places)
            while before is not None and before.trajectories >= self.effort.trajectories:
                if not self._double():
                    return self.chances[places]
            self._try(places, self.effort)
            rows = self.scenario.parameters.rows
            if found is not None and rows is not None and before is not None and before.draws >= rows.number:
                left = error_of_rows(found.monte_carlo_error, self.chances[places].monte_carlo_error)
                self._used_up = self._used_up or left > ERROR_ENOUGH

    @property
    def most(self) -> Places:
        """The most places of each lever that make a difference."""
        return tuple(lever.most for lever in self.levers)

    def try_once(self, places: Places, effort: Effort) -> Chance:
        """Return what a setting achieves, tried with some effort if it was not tried before."""
        if places not in self.chances:
            self._try(places, effort)
        return self.chances[places]

    def sketch(self, places: Places) -> None:
        """Try a setting with a quarter of the effort, if it was not tried before."""
        if places not in self.chances:
            self._try(places, part_of(self.effort, self.scenario))

    def _try(self, places: Places, effort: Effort) -> None:
        self.chances[places] = self.trial.chance(self.scenario_at(places), effort)
        self._tried_with[places] = effort

    def accepted(self, places: Places) -> bool:
        """Return whether the lower 95% bound of a setting's chance reaches the wanted probability."""
        return self.chance(places).lower95 >= self.trial.goal.probability

    def cost(self, places: Places) -> float:
        """Return what a setting costs over the whole horizon, in million rupiah."""
        return self.assisted(places).cost_idr_million

    def affordable(self, places: Places) -> bool:
        """Return whether a setting costs no more than the budget."""
        return self.budget is None or self.limited_cost(places) <= self.budget.idr_million

    def limited_cost(self, places: Places) -> float:
        """Return what the budget is a limit on: the cost of the whole horizon, or of the dearest year."""
        dearest = self.budget is not None and self.budget.per_year
        return self.assisted(places).cost_dearest_year_idr_million if dearest else self.cost(places)

    def weight(self, places: Places) -> float:
        """Return what settings are weighed by: cost, or assisted village-years where nothing costs anything."""
        return self.cost(places) if weighed_by_cost(self.scenario) else self.assisted(places).village_years

    def without_budget(self) -> TrialCache:
        """Return the same settings and trials without a limit on the cost."""
        free = copy(self)
        free.budget = None
        return free

    def setting(self, places: Places) -> Setting:
        """Return a setting that was tried, with what it achieves and costs."""
        chance, effort = self.chances[places], self._tried_with[places]
        settings = {lever.name: lever.number(n) for lever, n in zip(self.levers, places, strict=True)}
        return Setting(
            value=settings if len(settings) > 1 else settings[self.levers[0].name],
            settings=settings,
            places=places,
            probability_met=chance.probability_met,
            monte_carlo_error=chance.monte_carlo_error,
            parameter_interval90=chance.parameter_interval90,
            lower95=chance.lower95,
            draws=effort.draws,
            replicates=effort.replicates,
            **self.assisted(places)._asdict(),
        )

    def _clear(self, found: Chance) -> bool:
        error = found.monte_carlo_error
        return error <= ERROR_ENOUGH or abs(found.probability_met - self.trial.goal.probability) > CLEAR * error

    def _double(self) -> bool:
        """Double the trajectories of everything that is tried from now on.

        False where that would go too far, or tell little, since the rows of a file of draws are used up.
        """
        more = None if self._used_up else more_than(self.effort, self.scenario)
        if more is None or (
            self.trial.engine == "mesa" and self.trial.seconds(self.scenario, more) > LONGEST_OF_AGENTS
        ):
            return False
        self.effort = more
        return True

    def assisted(self, places: Places) -> Assisted:
        """Return what a setting takes."""
        if places not in self._assisted:
            assisted = self.trial.assisted(self.scenario_at(places), cost_effort(self.scenario))
            named = {lever.intervention for lever in self.levers}
            own = np.array([plan.name in named for plan in self.scenario.interventions])
            last = max(self.trial.goal.years) - self.scenario.years[0]
            costs = assisted @ self.scenario.unit_costs
            totals = assisted[last, own].sum(), assisted.sum(), costs.sum(), costs[: last + 1].sum(), costs.max()
            # Settings that cost the same must not differ by what summing floats leaves behind.
            self._assisted[places] = Assisted(*(round(float(total), 6) for total in totals))
        return self._assisted[places]
