"""Make a plan: find the least effort that reaches the target, and say which villages come first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from ...domain.distributions import Fixed
from ...domain.messages import Message, Refusal
from ...domain.parameters import ParameterKey
from ...engine.effort import Effort
from ...engine.ensemble import Progress
from ...inputs.scenario import Scenario
from ..trial import Engine, Trial, engine_for, first_effort, with_scalars
from .bottlenecks import FEW_RUNGS, CacheFor, find_bottlenecks
from .levers import Lever, turn
from .mixes import Mix, cheapest_mix, rungs_of, settings_of
from .ranking import Ranking, in_this_order, rank_villages
from .request import PlanRequest
from .result import Curve, ForecastChance, Plan
from .search import Places, highest, ladder, least_accepted
from .trial_cache import Point, TrialCache

SKETCHES, TRIALS = 18, 26
"""About as many settings are sketched, and tried with full effort."""
SHOCKS = (0.0, 0.5, 1.0)
"""Spreads of the year shock for which the chance is drawn against the effort, beside the scenario's own."""

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
        What is varied: ``"pokja.capacity"`` or ``"pokja.coverage"``, up to three of these, or ``"budget"`` (all
        interventions, weighed by cost). May be left out where the scenario has one intervention.
    year, every_year
        When the target is to be met: in one year, by default the first, or in every year.
    budget
        Limit on the cost over the whole horizon, in million rupiah.
    draws, replicates
        Where the effort begins: by default as for a forecast, 1,000 x 20, or 1 x 20,000 where every number is fixed
        (2,500 draws where exact results are had). Trajectories double until the standard error of the chance is at
        most 0.004, or the decision is clear.
    seed, workers
        As for `forecast`.
    progress
        Called with how many settings were tried, and about how many there will be.
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
    scenario = request.scenario
    hardest = _hardest(scenario, request.levers)
    engine, why = engine_for(hardest, request.goal, request.engine, request.draws, request.seed)
    effort = first_effort(scenario, engine, request.draws, request.replicates)
    return _Planner(request, engine, effort, workers, progress).plan(why)


class _Planner:
    """Makes one plan."""

    def __init__(
        self, request: PlanRequest, engine: Engine, effort: Effort, workers: int | None, progress: Progress | None
    ) -> None:
        self._request, self._scenario, self._goal = request, request.scenario, request.goal
        self._levers = request.levers
        self._engine, self._effort, self._workers = engine, effort, workers
        self._progress, self._tried, self._expected = progress, 0, SKETCHES + TRIALS
        self._cache = self._cache_for(self._scenario, self._levers)
        self._nothing, self._now = (0,) * len(self._levers), tuple(lever.now for lever in self._levers)
        self._budget = self._checked(request.budget)

    def plan(self, why_simulated: tuple[Message, ...]) -> Plan:
        """Search, and put the plan together."""
        cache, single = self._cache, len(self._levers) == 1
        forecast = self._forecast()
        found = self._search_one() if single else self._search_mix()
        least, front = found.least, found.front
        best = front[-1] if front else self._highest_tried()
        ranking, not_ranked = self._ranked()
        return Plan(
            request=self._request,
            engine=self._engine,
            effort=cache.effort,
            why_simulated=why_simulated,
            least=None if least is None else cache.point(least),
            below=cache.point((least[0] - 1,)) if least is not None and single and least[0] > 0 else None,
            best=cache.point(best),
            now=cache.point(self._now),
            forecast=forecast,
            nothing=cache.point(self._nothing),
            points=tuple(cache.point(p) for p in sorted(cache.chances, key=lambda p: (self._weight(p), p))),
            proven=found.proven,
            steady=not single or self._steady(),
            limits=tuple(find_bottlenecks(cache, self._cache_for, best, budget=self._budget)) if least is None else (),
            curves=tuple(_curves(self._scenario, self._levers[0], self._cache_for)) if single else (),
            front=tuple(cache.point(p) for p in front),
            ranking=ranking,
            not_ranked=not_ranked,
            in_order=self._in_order(ranking) if single and ranking is not None else None,
        )

    def _forecast(self) -> ForecastChance:
        """Return the chance that the forecast of the scenario as it stands shows, by default with the same seed.

        A plan that simulates begins with the effort of a forecast, so that this is its own first trial; it looks
        closer at today's setting only where the decision on it is near.
        """
        effort = Effort.of(self._scenario, self._request.draws, self._request.replicates)
        if self._engine != "exact":
            found = self._cache.try_once(self._now)
            if self._cache.scenario_at(self._now) is self._scenario:
                return ForecastChance(found.probability, found.monte_carlo_error, effort)
        engine: Engine = "mesa" if self._engine == "mesa" else "batch"
        trial = Trial(self._scenario, self._goal, engine, self._request.seed, self._workers, self._count)
        found = trial.chance(self._scenario, effort)
        return ForecastChance(found.probability, found.monte_carlo_error, effort)

    def _count(self, _: int) -> None:
        """Count a trial, and tell how many there will be about."""
        self._tried += 1
        if self._progress is not None:
            self._progress(self._tried, max(self._expected, self._tried))

    def _in_order(self, ranking: Ranking) -> Point | None:
        return _least_in_order(self._scenario, self._levers[0], ranking, self._cache_for, self._affordable)

    def _cache_for(self, scenario: Scenario, levers: tuple[Lever, ...]) -> TrialCache:
        """Return where settings of a scenario are tried: exactly only where that can be had for it as well."""
        engine, effort = self._engine, self._effort
        if engine == "exact" and scenario is not self._scenario:
            engine, _ = engine_for(_hardest(scenario, levers), self._goal, None, effort.draws, self._request.seed)
        if engine != self._engine:
            effort = first_effort(scenario, engine, None, None)
        elif scenario.fixed:
            effort = Effort(1, effort.draws * effort.replicates if engine != "exact" else 1)
        trial = Trial(scenario, self._goal, engine, self._request.seed, self._workers, self._count)
        return TrialCache(scenario, levers, trial, effort)

    def _checked(self, budget: float | None) -> float | None:
        """Return the limit on the cost; refuse one that nothing could keep to."""
        if budget is None:
            return None
        cost = self._cache.cost(self._nothing)
        if cost > budget:
            names = ", ".join(lever.name for lever in self._levers)
            values = {"cost": round(cost), "levers": names, "budget": budget}
            raise Refusal(BUDGET_TOO_SMALL.filled(**values))
        return budget

    def _weight(self, places: Places) -> float:
        """Return what settings are weighed by: cost, or assisted village-years where nothing costs anything."""
        return self._cache.cost(places) if self._request.by_costs else self._cache.village_years(places)

    def _affordable(self, places: Places) -> bool:
        return self._cache.affordable(places, self._budget)

    def _highest_tried(self) -> Places:
        chances = {places: chance for places, chance in self._cache.chances.items() if self._affordable(places)}
        return max(chances, key=lambda places: (chances[places].probability, [-n for n in places]))

    def _search_mix(self) -> Mix:
        cache = self._cache
        self._expected = settings_of(cache.most, rungs_of(cache)) + TRIALS
        for places in (self._nothing, self._now):
            cache.chance(places)
        return cheapest_mix(cache, self._weight, self._affordable)

    def _search_one(self) -> Mix:
        """Try the rungs of the only lever, then look closer where the decision falls."""
        cache, most = self._cache, self._cache.most_within(self._budget)
        rungs = ladder(most)
        for rung in rungs:
            cache.chance((rung,))
        least = _least(cache, rungs)
        for places in (self._nothing, self._now):
            cache.chance(places)
        proven = all((n,) in cache.chances for n in range(most + 1 if least is None else least))
        return Mix(None if least is None else (least,), [], proven)

    def _steady(self) -> bool:
        tried = [self._cache.chances[places] for places in sorted(self._cache.chances)]
        return not any(more.falls_short_of(less) for less, more in pairwise(tried))

    def _ranked(self) -> tuple[Ranking | None, tuple[Message, ...]]:
        try:
            return rank_villages(self._scenario, self._levers, self._request.seed, self._effort.draws), ()
        except Refusal as refusal:
            return None, refusal.reasons


def _hardest(scenario: Scenario, levers: tuple[Lever, ...]) -> Scenario:
    """Return the setting whose closed form takes longest: one place short of everybody."""
    return turn(scenario, levers, [lever.most - 1 for lever in levers])


def _least(cache: TrialCache, rungs: Sequence[int]) -> int | None:
    """Return the least places of the only lever that suffice, looking beyond the rungs for the highest chance."""
    least = least_accepted(lambda n: cache.accepted((n,)), rungs)
    if least is None:
        peak = highest(lambda n: cache.chance((n,)).probability, rungs)
        least = least_accepted(lambda n: cache.accepted((n,)), sorted({*rungs, peak}))
    return least


def _curves(scenario: Scenario, lever: Lever, cache_for: CacheFor) -> list[Curve]:
    """Return the chance against the effort for other sizes of the year shock, sketched."""
    spread = ParameterKey("year_sd")
    known = scenario.parameters.scalars[spread]
    curves = []
    for year_sd in SHOCKS:
        if known == Fixed(year_sd):
            continue
        cache = cache_for(with_scalars(scenario, {spread: Fixed(year_sd)}), (lever,))
        rungs = ladder(lever.most)
        for rung in rungs:
            cache.sketch((rung,))
        points = tuple((float(lever.value(n)), cache.chances[n,].probability) for n in rungs)
        curves.append(Curve(year_sd, points))
    return curves


def _least_in_order(
    scenario: Scenario, lever: Lever, ranking: Ranking, cache_for: CacheFor, affordable: Callable[[Places], bool]
) -> Point | None:
    """Return the least setting where the first of a ranking are assisted first; None where none does."""
    cache = cache_for(in_this_order(scenario, lever, ranking), (lever,))
    least = _least(cache, ladder(lever.most, FEW_RUNGS))
    return None if least is None or not affordable((least,)) else cache.point((least,))
