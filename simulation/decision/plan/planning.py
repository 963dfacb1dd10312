"""A plan: the least effort that reaches the target with the wanted probability, and whom to assist first.

Knows which settings of the levers are tried, and in which order; must not know words, files or figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from math import prod

from ...domain.messages import Message, Refusal
from ...engine.ensemble import Effort, Progress
from ...inputs.scenario import Scenario
from ..trial import Engine, Trial, engine_for, first_effort
from .levers import Lever, turn
from .mixes import MOST_SETTINGS, Mix, cheapest_mix
from .ranking import Ranking, rank_villages
from .request import PlanRequest
from .result import Limit, Plan
from .search import Places, highest, ladder, least_accepted
from .trial_cache import Point, TrialCache
from .what_ifs import least_in_order, most_of, other_shocks, what_limits

TRIES, TRIES_OF_A_MIX = (18, 26), (50, 40)
"""About as many settings are sketched, and tried with full effort: of one lever, and of several."""

BUDGET_TOO_SMALL = Message(
    "the scenario costs {cost:,} million rupiah even with nothing of {levers}, more than the budget of {budget:,}"
)


def plan(
    scenario: Scenario,
    probability: float = 0.9,
    vary: str | Sequence[str] = (),
    *,
    year: int | None = None,
    every_year: bool = False,
    budget: float | None = None,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int = 0,
    engine: Engine | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Find the least effort that reaches the target with the wanted probability, and which villages come first.

    Parameters
    ----------
    scenario
        From `load_scenario`, with one district and at least one intervention.
    probability
        Wanted, in (0, 1).
    vary
        What is turned: ``"pokja.capacity"`` or ``"pokja.coverage"``, up to three of these, or ``"budget"`` (all
        interventions, weighed by cost). May be left out where the scenario has one intervention.
    year, every_year
        When the target is to be met: in one year, by default the first, or in every year.
    budget
        Limit on the cost over the whole horizon, in million rupiah.
    draws, replicates
        Where the effort begins: by default 5,000 x 4 (2,500 draws where exact results are had), or 1 x 20,000
        where every number is fixed. Doubled until the standard error of the chance is at most 0.004, or the
        decision is clear.
    seed, workers
        As for `forecast`.
    progress
        Called with how many settings were tried, and about how many there will be.
    engine
        None: exact where that can be had (first year; see MODEL.md, "Exact results"), else simulated by arrays.

    Raises
    ------
    Refusal
        Where there is nothing to plan, or the exact engine was asked for and cannot, with the reason.
    """
    request = PlanRequest.of(
        scenario,
        probability,
        vary,
        year=year,
        every_year=every_year,
        budget=budget,
        draws=draws,
        replicates=replicates,
        engine=engine,
        seed=seed,
    )
    return make_plan(request, workers, progress)


def make_plan(request: PlanRequest, workers: int | None = None, progress: Progress | None = None) -> Plan:
    """Return the plan that was asked for; parameters and refusals as for `plan`."""
    engine, effort, why = first_try(request)
    return _Planner(request, engine, effort, workers, _count_trials(progress, sum(tries(request)))).plan(why)


def first_try(asked: PlanRequest) -> tuple[Engine, Effort, tuple[Message, ...]]:
    """Return with which engine and effort the first setting is tried, and why not exactly where that was left open.

    Raises
    ------
    Refusal
        Where the exact engine was asked for and cannot, with the reason.
    """
    scenario = asked.scenario
    engine, why = engine_for(_hardest(scenario, asked.levers), asked.goal, asked.engine, asked.draws, asked.seed)
    return engine, first_effort(scenario, engine, asked.draws, asked.replicates), why


def tries(asked: PlanRequest) -> tuple[int, int]:
    """Return about how many settings are sketched, and how many tried with full effort."""
    if len(asked.levers) == 1:
        return TRIES
    sketched, tried = TRIES_OF_A_MIX
    settings = prod(lever.most + 1 for lever in asked.levers)
    return (settings if settings <= MOST_SETTINGS else sketched), tried


class _Planner:
    """Makes one plan."""

    def __init__(
        self, asked: PlanRequest, engine: Engine, effort: Effort, workers: int | None, progress: Callable[[int], None]
    ) -> None:
        self._asked, self._scenario, self._goal, self._levers = asked, asked.scenario, asked.goal, asked.levers
        self._engine, self._effort, self._workers, self._progress = engine, effort, workers, progress
        self._cache = self._cache_for(self._scenario, self._levers)
        self._nothing, self._now = (0,) * len(self._levers), tuple(lever.now for lever in self._levers)
        self._budget = self._checked(asked.budget)

    def plan(self, why_simulated: tuple[Message, ...]) -> Plan:
        """Search, and put the plan together."""
        cache, single = self._cache, len(self._levers) == 1
        found = self._search_one() if single else self._search_mix()
        least, front = found.least, found.front
        best = front[-1] if front else self._highest_tried()
        ranking, not_ranked = self._ranked()
        return Plan(
            question=self._asked,
            engine=self._engine,
            effort=cache.effort,
            why_simulated=why_simulated,
            least=None if least is None else cache.point(least),
            below=cache.point((least[0] - 1,)) if least is not None and single and least[0] > 0 else None,
            best=cache.point(best),
            now=cache.point(self._now),
            nothing=cache.point(self._nothing),
            points=tuple(cache.point(p) for p in sorted(cache.chances, key=lambda p: (self._weight(p), p))),
            proven=found.proven,
            steady=not single or self._steady(),
            limits=tuple(self._limits(best)) if least is None else (),
            curves=tuple(other_shocks(self._scenario, self._levers[0], self._cache_for)) if single else (),
            front=tuple(cache.point(p) for p in front),
            ranking=ranking,
            not_ranked=not_ranked,
            in_order=self._in_order(ranking) if single and ranking is not None else None,
        )

    def _limits(self, best: Places) -> list[Limit]:
        return what_limits(self._cache, self._cache_for, best, budget=self._budget)

    def _in_order(self, ranking: Ranking) -> Point | None:
        return least_in_order(self._scenario, self._levers[0], ranking, self._cache_for, self._affordable)

    def _cache_for(self, scenario: Scenario, levers: tuple[Lever, ...]) -> TrialCache:
        """Return where settings of a scenario are tried: exactly only where that can be had for it as well."""
        engine, effort = self._engine, self._effort
        if engine == "exact" and scenario is not self._scenario:
            engine, _ = engine_for(_hardest(scenario, levers), self._goal, None, effort.draws, self._asked.seed)
        if engine != self._engine:
            effort = first_effort(scenario, engine, None, None)
        elif scenario.fixed:
            effort = Effort(1, effort.draws * effort.replicates if engine != "exact" else 1)
        trial = Trial(scenario, self._goal, engine, self._asked.seed, self._workers, self._progress)
        return TrialCache(scenario, levers, trial, effort)

    def _checked(self, budget: float | None) -> float | None:
        """Return the limit on the cost; refuse one that nothing could keep to."""
        if budget is None:
            return None
        cost = self._cache.cost(self._nothing)
        if cost > budget:
            names = ", ".join(lever.name for lever in self._levers)
            values = {"cost": round(cost), "levers": names, "budget": budget}
            raise Refusal(replace(BUDGET_TOO_SMALL, values=values))
        return budget

    def _weight(self, places: Places) -> float:
        """Return what settings are weighed by: cost, or assisted village-years where nothing costs anything."""
        return self._cache.cost(places) if self._asked.by_costs else self._cache.village_years(places)

    def _affordable(self, places: Places) -> bool:
        return self._cache.affordable(places, self._budget)

    def _highest_tried(self) -> Places:
        chances = {places: chance for places, chance in self._cache.chances.items() if self._affordable(places)}
        return max(chances, key=lambda places: (chances[places].probability, [-n for n in places]))

    def _search_mix(self) -> Mix:
        return cheapest_mix(self._cache, self._weight, self._affordable, (self._nothing, self._now))

    def _search_one(self) -> Mix:
        """Try the rungs of the only lever, then look closer where the decision falls."""
        cache, most = self._cache, most_of(self._cache, self._budget)
        rungs = ladder(most)
        for rung in rungs:
            cache.chance((rung,))
        least = least_accepted(lambda n: cache.accepted((n,)), rungs)
        if least is None:
            peak = highest(lambda n: cache.chance((n,)).probability, rungs)
            least = least_accepted(lambda n: cache.accepted((n,)), sorted({*rungs, peak}))
        for places in (self._nothing, self._now):
            cache.chance(places)
        proven = all((n,) in cache.chances for n in range(most + 1 if least is None else least))
        return Mix(None if least is None else (least,), [], proven)

    def _steady(self) -> bool:
        tried = [self._cache.chances[places] for places in sorted(self._cache.chances)]
        return not any(more.falls_short_of(less) for less, more in pairwise(tried))

    def _ranked(self) -> tuple[Ranking | None, tuple[Message, ...]]:
        try:
            return rank_villages(self._scenario, self._levers, self._asked.seed, self._effort.draws), ()
        except Refusal as refusal:
            return None, refusal.reasons


def _hardest(scenario: Scenario, levers: tuple[Lever, ...]) -> Scenario:
    """Return the setting whose closed form takes longest: one place short of everybody."""
    return turn(scenario, levers, [lever.most - 1 for lever in levers])


def _count_trials(progress: Progress | None, in_all: int) -> Callable[[int], None]:
    """Return what counts settings as they are tried, and tells how many there will be about."""
    done = 0

    def count(_: int) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, max(in_all, done))

    return count
