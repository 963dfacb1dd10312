"""What a plan would be under other circumstances: without a hindrance, with other shocks, in another order.

Knows which circumstances are looked at; must not know how the plan itself was found, nor words or figures.
"""

from __future__ import annotations

from collections.abc import Callable

from ...domain.distributions import Fixed
from ...domain.parameters import ParameterKey
from ...inputs.scenario import Scenario
from ..trial import with_scalars
from .bottlenecks import Hindrance, without_hindrance
from .levers import Lever, levers_of
from .mixes import best_mix
from .ranking import Ranking, in_this_order
from .result import Curve, Limit
from .search import Places, bisect, highest, ladder, least_accepted
from .trial_cache import Point, TrialCache

SHOCKS = (0.0, 0.5, 1.0)
"""Spreads of the year shock for which the chance is drawn against the effort, beside the scenario's own."""
FEW_RUNGS = 3
"""Settings that are tried at first where only the least one is wanted."""
_NOTHING = 1e-9
"""By how much chances differ that differ only in how they were summed."""

CacheFor = Callable[[Scenario, tuple[Lever, ...]], TrialCache]


def what_limits(own: TrialCache, cache_for: CacheFor, best: Places, *, budget: float | None) -> list[Limit]:
    """Take one hindrance away at a time and plan again; what then allows no better chance is left out.

    Parameters
    ----------
    own
        Where the scenario's own settings were tried.
    cache_for
        Gives the cache of a changed scenario.
    best
        The best setting that can be had with all hindrances.
    budget
        The limit on the cost in million rupiah, itself a hindrance, which holds while another is taken away;
        None for no limit.
    """
    names, years = [lever.name for lever in own.levers], own.trial.goal.years
    found = [] if budget is None else [_limit("budget", own, best, None)]
    for name, changed in without_hindrance(own.scenario, [lever.intervention for lever in own.levers], years):
        found.append(_limit(name, cache_for(changed, levers_of(changed, names, years)), best, budget))
    beaten = own.chance(best).probability + _NOTHING
    return [limit for limit in found if limit.probability > beaten]


def _limit(name: Hindrance, cache: TrialCache, best: Places, budget: float | None) -> Limit:
    """Return what can be had within a budget without one hindrance, looking near the best of before as well."""
    most = tuple(lever.most for lever in cache.levers)
    before = tuple(map(min, best, most))

    def allowed(places: Places) -> bool:
        return cache.affordable(places, budget)

    if len(most) > 1:
        tops = [most] if allowed(most) else []
        start = before if allowed(before) else (0,) * len(most)
        tops.append(start if tops else best_mix(cache, allowed, start))
        top = max(tops, key=lambda places: cache.chance(places).probability)
        chance = cache.chances[top]
        return Limit(name, chance.probability, chance.lower95, None, any(map(cache.accepted, tops)))
    rungs = sorted({n for n in (*ladder(most_of(cache, budget), FEW_RUNGS), *before) if allowed((n,))})
    chance = max((cache.chance((rung,)) for rung in rungs), key=lambda chance: chance.probability)
    least = least_accepted(lambda n: cache.accepted((n,)), rungs)
    value = None if least is None else float(cache.levers[0].value(least))
    return Limit(name, chance.probability, chance.lower95, value, least is not None)


def most_of(cache: TrialCache, budget: float | None) -> int:
    """Return the most of the only lever that a budget in million rupiah pays; None for no limit."""
    (lever,) = cache.levers
    if cache.affordable((lever.most,), budget):
        return lever.most
    return bisect(lambda n: not cache.affordable((n,), budget), 0, lever.most) - 1


def other_shocks(scenario: Scenario, lever: Lever, cache_for: CacheFor) -> list[Curve]:
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


def least_in_order(
    scenario: Scenario, lever: Lever, ranking: Ranking, cache_for: CacheFor, affordable: Callable[[Places], bool]
) -> Point | None:
    """Return the least setting where the first of a ranking are assisted first; None where none does."""
    cache = cache_for(in_this_order(scenario, lever, ranking), (lever,))
    rungs = ladder(lever.most, FEW_RUNGS)
    least = least_accepted(lambda n: cache.accepted((n,)), rungs)
    if least is None:
        peak = highest(lambda n: cache.chance((n,)).probability, rungs)
        least = least_accepted(lambda n: cache.accepted((n,)), sorted({*rungs, peak}))
    return None if least is None or not affordable((least,)) else cache.point((least,))
