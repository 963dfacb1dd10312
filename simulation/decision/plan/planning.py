"""Make a plan: find the least effort that reaches the target, and say which villages come first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from itertools import pairwise

from ...domain.distributions import Fixed
from ...domain.messages import Message, Refusal
from ...domain.parameters import ParameterKey
from ...domain.status import TOP
from ...engine.effort import Effort, Engine, Keep, expected_seconds
from ...engine.progress import Progress, progress_bar
from ...inputs.scenario import Scenario
from ..trial import Chance, Trial, cost_effort, engine_for, first_effort, goal_of, with_scalars
from .bottlenecks import FEW_RUNGS, CacheFor, find_bottlenecks
from .levers import BUDGET, Lever, Places, PlanRequest, levers_of, turn, weighed_by_cost
from .ranking import in_this_order, mark_enough, rank_villages
from .result import Curve, ForecastChance, NeededRange, Plan, PlannedTarget, PlannedVillage, Setting
from .search import cheapest_mix, cheapest_setting, ladder, least_of, range_of, rungs_of, settings_of
from .trial_cache import LONGEST_OF_AGENTS, TrialCache, part_of

SKETCHES, TRIALS = 18, 26
"""About as many settings are sketched, and tried with full effort."""
SHOCKS = (0.0, 0.5, 1.0)
"""Spreads of the year shock for which the chance is drawn against the effort, beside the scenario's own."""

BUDGET_OF_A_YEAR_TOO_SMALL = Message(
    "the scenario costs {cost:,} million rupiah in its dearest year even with nothing of {levers}, more than the "
    "budget of {budget:,} a year"
)
BUDGET_TOO_SMALL = Message(
    "the scenario costs {cost:,} million rupiah over all forecast years even with nothing of {levers}, more than the "
    "budget of {budget:,}"
)


def plan(
    scenario: Scenario,
    probability: float = 0.9,
    vary: str | Sequence[str] = (),
    *,
    year: int | None = None,
    every_year: bool = False,
    budget: float | None = None,
    budget_per_year: float | None = None,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int = 0,
    engine: Engine | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | bool = True,
    keep: Keep | None = None,
) -> Plan:
    """Find the least effort that reaches the target with the wanted probability, and which villages come first.

    Parameters
    ----------
    scenario
        From `load_scenario`, with one district (of several: `Scenario.of_district`) and at least one intervention.
    probability
        Wanted, in (0, 1).
    vary
        What is varied: ``"pokja.capacity"`` or ``"pokja.coverage"``, up to three of these, or ``"budget"`` (all
        interventions, weighed by cost). May be left out where the scenario has one intervention.
    year, every_year
        When the target is to be met: in one year, by default the first, or in every year.
    budget, budget_per_year
        Limit on the cost in million rupiah: of all forecast years together, or of each; one of them at most.
    draws, replicates
        Where the effort begins: by default as for a forecast, 1,000 x 20, or 1 x 20,000 where every number is fixed
        (2,500 draws where exact results are had; a quarter of the replicates where each tells how likely the target of
        a year was, as of gross rises). Trajectories double until the standard error of the chance is at most 0.004, or
        the decision is clear; where agents run, while a try takes no more than some seconds.
    seed, workers, executor
        As for `forecast`.
    progress
        As for `forecast`; a function is called with (settings tried, about how many there will be).
    keep
        Where tries are kept and looked for; None for nowhere.
    engine
        None: exact where that can be had (first year; see MODEL.md, "Exact results"), else simulated by arrays.

    Returns
    -------
    Plan
        The effort, the chance of meeting the target with it, and the villages in their order.

    Raises
    ------
    Refusal
        Where there is nothing to plan, or the exact engine was asked for and cannot, with the reason.

    Examples
    --------
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/contoh_pendampingan.yaml")
    >>> plan = kkb.plan(scenario, 0.8, "pendampingan.capacity", draws=100)
    >>> plan.least is not None
    True
    """
    names = (vary,) if isinstance(vary, str) else tuple(vary)
    asked = PlanRequest(probability, names, year, every_year, budget, budget_per_year, draws, replicates, engine, seed)
    planner = _Planner(scenario, asked.settled(scenario), workers, executor, keep)
    with progress_bar(progress, "plan", planner.seconds, agents=scenario.needs_agents) as told:
        return planner.plan(told)


class _Planner:
    """Makes one plan."""

    def __init__(
        self,
        scenario: Scenario,
        request: PlanRequest,
        workers: int | None,
        executor: Executor | None,
        keep: Keep | None,
    ) -> None:
        self._scenario, self._request = scenario, request
        self._trial = partial(
            Trial, seed=request.seed, workers=workers, executor=executor, progress=self._count, keep=keep
        )
        self._tried, self._expected = 0, SKETCHES + TRIALS
        self._progress: Progress = lambda *_: None
        self._goal = goal_of(scenario, request.probability, request.year, request.every_year)
        self._levers = levers_of(scenario, request.vary, self._goal.years)
        hardest = _hardest(scenario, self._levers)
        self._engine, self._why = engine_for(hardest, self._goal, request.engine, request.draws, request.seed)
        self._effort = first_effort(scenario, self._goal, self._engine, request.draws, request.replicates)
        self._cache = self._cache_for(scenario, self._levers)
        self._nothing, self._now = (0,) * len(self._levers), tuple(lever.now for lever in self._levers)
        if request.limit is not None and not self._cache.affordable(self._nothing):
            names = ", ".join(lever.name for lever in self._levers)
            costs = {"cost": round(self._cache.limited_cost(self._nothing)), "budget": request.limit.idr_million}
            message = BUDGET_OF_A_YEAR_TOO_SMALL if request.limit.per_year else BUDGET_TOO_SMALL
            raise Refusal(message.filled(levers=names, **costs))

    @property
    def seconds(self) -> float:
        """About how long it will take: a rule of thumb, the same on every computer."""
        part = part_of(self._effort, self._scenario).trajectories / self._effort.trajectories
        costs = expected_seconds(self._scenario, cost_effort(self._scenario), "batch")
        tried = self._cache.trial.seconds(self._scenario, self._effort)
        if self._engine == "mesa":
            tried = max(tried, LONGEST_OF_AGENTS)
        return SKETCHES * (part * tried + costs) + TRIALS * (tried + costs)

    def plan(self, progress: Progress) -> Plan:
        """Search, and put the plan together."""
        self._progress = progress
        cache, request, scenario, levers = self._cache, self._request, self._scenario, self._levers
        single, years = len(levers) == 1, self._goal.years
        forecast = self._forecast()
        if not single:
            self._expected = settings_of(cache.most, rungs_of(cache)) + TRIALS
            self._try_what_is_told()
        found = cheapest_setting(cache) if single else cheapest_mix(cache)
        self._try_what_is_told()
        least = found.least
        best = found.front[-1] if found.front else self._highest_tried()
        ranked = rank_villages(scenario, levers, request.seed, self._effort.draws)
        ranking, villages = (None, ()) if ranked is None else ranked
        in_order = self._least_in_order(villages) if single and villages else None
        if in_order is not None:
            villages = tuple(mark_enough(villages, in_order, least))
        return Plan(
            scenario=scenario,
            request=request,
            target=self._target(cache.chances[self._nothing]),
            goal=request.probability,
            year=request.year,
            years=years,
            lever=BUDGET if request.by_budget else " + ".join(request.vary),
            levers=levers,
            by_budget=request.by_budget,
            budget_idr_million=None if request.limit is None else request.limit.idr_million,
            budget_per_year=request.limit is not None and request.limit.per_year,
            cost_years=(scenario.years[0], scenario.years[-1]),
            weighed_by_cost=weighed_by_cost(scenario),
            reachable=least is not None,
            least=None if least is None else self._least(least, cache),
            below=self._setting((least[0] - 1,)) if least is not None and single and least[0] > 0 else None,
            best=self._setting(best),
            now=self._setting(self._now),
            nothing=self._setting(self._nothing),
            forecast=forecast,
            tried=tuple(map(self._setting, sorted(cache.chances, key=lambda p: (cache.weight(p), p)))),
            pareto=tuple(map(self._setting, found.front)),
            proven=found.proven,
            steady=not single or self._steady(),
            limits=tuple(find_bottlenecks(cache, self._cache_for, best)) if least is None else (),
            curves=tuple(_curves(scenario, levers[0], self._cache_for)) if single else (),
            villages=villages,
            ranking=ranking,
            in_order=in_order,
            exact=self._engine == "exact",
            why_simulated=self._why,
            draws=cache.effort.draws,
            replicates=1 if self._engine == "exact" else cache.effort.replicates,
            seed=request.seed,
        )

    def _try_what_is_told(self) -> None:
        for places in (self._nothing, self._now):
            self._cache.chance(places)

    def _setting(self, places: Places, cache: TrialCache | None = None) -> Setting:
        found = (cache or self._cache).setting(places)
        return replace(found, value=found.cost_idr_million) if self._request.by_budget else found

    def _least(self, places: Places, cache: TrialCache) -> Setting:
        """Return the least setting that suffices, with the range that the simulation leaves for it."""
        found, budget = self._setting(places, cache), self._request.by_budget
        if len(places) == 1:
            (lever,) = cache.levers
            ends = (*range_of(cache, *places), *places)
            low, likeliest, high = (cache.cost((n,)) if budget else lever.number(n) for n in ends)
        elif budget:
            goal, high = self._goal.probability, cache.cost(places)
            tried = [(cache.cost(one), chance) for one, chance in cache.chances.items()]
            low = min(cost for cost, chance in tried if chance.upper95 >= goal)
            likeliest = min(cost for cost, chance in tried if chance.probability_met >= goal)
        else:
            return found
        return replace(found, interval90=(low, high), likeliest=likeliest)

    def _target(self, nothing: Chance) -> PlannedTarget:
        if own := self._scenario.own_target:
            return PlannedTarget("own", "own", None, None, None, None, own)
        target, villages = self._scenario.target, self._scenario.districts[0]
        denominator = villages.number(self._goal.years[-1])
        if target.denominator != "all":
            denominator = round(len(villages) * (1 - float(villages.shares[TOP])))
        return PlannedTarget(
            target.reading,
            target.key,
            float(target.share),
            tuple(target.levels),
            denominator,
            NeededRange(*nothing.needed),
        )

    def _forecast(self) -> ForecastChance:
        """Return the chance that the forecast of the scenario as it stands shows, by default with the same seed.

        In a plan that simulates this is its own first trial, with the effort of a forecast; it looks closer at today's
        setting only where the decision on it is near.
        """
        effort = Effort.of(self._scenario, self._request.draws, self._request.replicates)
        found = None
        if self._engine != "exact":
            found = self._cache.try_once(self._now, effort)
        if found is None or self._cache.scenario_at(self._now) is not self._scenario:
            engine: Engine = "mesa" if self._engine == "mesa" else "batch"
            trial = self._trial(self._scenario, self._goal, engine)
            found = trial.chance(self._scenario, effort)
        return ForecastChance(found.probability_met, found.monte_carlo_error, effort.draws, effort.replicates)

    def _count(self, _: int) -> None:
        """Count a trial, and tell how many there will be about."""
        self._tried += 1
        self._progress(self._tried, max(self._expected, self._tried))

    def _cache_for(self, scenario: Scenario, levers: tuple[Lever, ...]) -> TrialCache:
        """Return where settings of a scenario are tried: exactly only where that can be had for it as well."""
        engine, effort = self._engine, self._effort
        if engine == "exact" and scenario is not self._scenario:
            engine, _ = engine_for(_hardest(scenario, levers), self._goal, None, effort.draws, self._request.seed)
        if engine != self._engine:
            effort = first_effort(scenario, self._goal, engine, None, None)
        elif scenario.fixed:
            effort = Effort(1, effort.draws * effort.replicates if engine != "exact" else 1)
        trial = self._trial(scenario, self._goal, engine)
        return TrialCache(scenario, levers, trial, effort, self._request.limit)

    def _highest_tried(self) -> Places:
        cache = self._cache
        chances = {places: chance for places, chance in cache.chances.items() if cache.affordable(places)}
        return max(chances, key=lambda places: (chances[places].probability_met, [-n for n in places]))

    def _steady(self) -> bool:
        tried = [self._cache.chances[places] for places in sorted(self._cache.chances)]
        return not any(more.falls_short_of(less) for less, more in pairwise(tried))

    def _least_in_order(self, villages: Sequence[PlannedVillage]) -> Setting | None:
        """Return the least setting where the first of a ranking are assisted first; None where none does."""
        (lever,) = self._levers
        cache = self._cache_for(in_this_order(self._scenario, lever, villages), (lever,))
        least = least_of(cache, ladder(lever.most, FEW_RUNGS))
        return None if least is None or not cache.affordable((least,)) else self._least((least,), cache)


def _hardest(scenario: Scenario, levers: tuple[Lever, ...]) -> Scenario:
    """Return the setting whose closed form takes longest: one place short of everybody."""
    return turn(scenario, levers, [lever.most - 1 for lever in levers])


def _curves(scenario: Scenario, lever: Lever, cache_for: CacheFor) -> Iterator[Curve]:
    """Yield the chance against the effort for other sizes of the year shock, sketched."""
    spread = ParameterKey("year_sd")
    known = scenario.parameters.scalars[spread]
    for year_sd in SHOCKS:
        if known == Fixed(year_sd):
            continue
        cache = cache_for(with_scalars(scenario, {spread: Fixed(year_sd)}), (lever,))
        rungs = ladder(lever.most)
        for rung in rungs:
            cache.sketch((rung,))
        yield Curve(year_sd, tuple((lever.number(n), cache.chances[n,].probability_met) for n in rungs))
