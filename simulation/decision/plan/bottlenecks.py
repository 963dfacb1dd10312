"""What limits a plan: one hindrance at a time is taken away, and the plan is made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from ...domain.distributions import Dirichlet, Distribution, Fixed
from ...domain.parameters import ParameterKey, ParameterSet
from ...domain.status import LEVELS, TOP
from ...inputs.scenario import Scenario
from ..trial import with_scalars
from .levers import Lever, Places, levers_of
from .result import Hindrance, Limit
from .search import best_mix, ladder, least_accepted, most_affordable
from .trial_cache import TrialCache

STRONGER = 2.0
"""By how much an odds ratio that is known is raised to see whether the effect is what limits."""
FEW_RUNGS = 3
"""Settings that are tried at first where only the least one is wanted."""
_NOTHING = 1e-9
"""By how much chances differ that differ only in how they were summed."""
_UPPER, _MIDDLE = np.array([0.95]), np.array([0.5])

CacheFor = Callable[[Scenario, tuple[Lever, ...]], TrialCache]


def find_bottlenecks(own: TrialCache, cache_for: CacheFor, best: Places) -> list[Limit]:
    """Take one hindrance away at a time and plan again; what then allows no better chance is left out.

    Parameters
    ----------
    own
        Where the scenario's own settings were tried. Its budget is itself a hindrance, and holds while another is
        taken away.
    cache_for
        Gives the cache of a changed scenario, within the same budget.
    best
        The best setting that can be had with all hindrances.
    """
    names, interventions = zip(*((lever.name, lever.intervention) for lever in own.levers), strict=True)
    years = own.trial.goal.years
    found = [] if own.budget is None else [_limit("budget", own.without_budget(), best)]
    for name, changed in without_hindrance(own.scenario, interventions, years):
        limit = _limit(name, cache_for(changed, levers_of(changed, names, years)), best)
        if name == "effect":
            effects = [changed.parameters.scalars[ParameterKey.effect(one, "rise")] for one in interventions]
            limit = replace(limit, odds_ratio=tuple(float(effect.quantile(_MIDDLE)[0]) for effect in effects))
        found.append(limit)
    beaten = own.chance(best).probability_met + _NOTHING
    return [one for one in found if one.probability_met > beaten]


def _limit(name: Hindrance, cache: TrialCache, best: Places) -> Limit:
    """Return what can be had without one hindrance, looking near the best of before as well."""
    most = cache.most
    before = tuple(map(min, best, most))
    tried: list[Places]
    if len(most) == 1:
        rungs = sorted({*ladder(most_affordable(cache), FEW_RUNGS), *(n for n in before if cache.affordable((n,)))})
        tried = [(n,) for n in rungs]
    else:
        start = before if cache.affordable(before) else (0,) * len(most)
        tried = [most if cache.affordable(most) else best_mix(cache), start]
    chance = max((cache.chance(places) for places in tried), key=lambda chance: chance.probability_met)
    reachable, least = any(map(cache.accepted, tried)), None
    if len(most) == 1 and reachable:
        least = cache.levers[0].number(least_accepted(lambda n: cache.accepted((n,)), rungs) or 0)
    return Limit(name, chance.probability_met, chance.lower95, least, reachable, odds_ratio=None)


def without_hindrance(
    scenario: Scenario, interventions: Sequence[str], years: Sequence[int]
) -> Iterator[tuple[Hindrance, Scenario]]:
    """Yield the scenario with one hindrance taken away at a time; those that hinder nothing are left out.

    ``shock``: years do not differ (`year_sd` 0). ``effect``: the odds ratio of rising at its 95% quantile, doubled
    where it is a number. ``eligible``: every village below the top. ``falls``: nobody falls. ``uncertainty``: every
    uncertain parameter at its median, as if it were known.
    """
    known = scenario.parameters
    spread = ParameterKey("year_sd")
    if known.scalars[spread] != Fixed(0.0):
        yield "shock", with_scalars(scenario, {spread: Fixed(0.0)})
    effects = [ParameterKey.effect(name, "rise") for name in interventions]
    yield "effect", with_scalars(scenario, {key: _stronger(known.scalars[key]) for key in effects})
    widened = _for_everyone(scenario, interventions)
    if widened.interventions != scenario.interventions:
        yield "eligible", widened
    without_falls = _without_falls(known)
    fall = (without_falls.scalars, without_falls.matrix) != (known.scalars, known.matrix)
    if fall and _falls_count(scenario, years):
        yield "falls", replace(scenario, parameters=without_falls)
    if known.uncertain:
        yield "uncertainty", replace(scenario, parameters=_at_medians(known))


def _stronger(effect: Distribution) -> Fixed:
    if effect.fixed:
        return Fixed(STRONGER * float(effect.quantile(_MIDDLE)[0]))
    return Fixed(float(effect.quantile(_UPPER)[0]))


def _for_everyone(scenario: Scenario, interventions: Sequence[str]) -> Scenario:
    plans = tuple(
        replace(plan, eligible_status=LEVELS[:TOP], eligible_subdistricts=None, eligible_where={})
        if plan.name in interventions
        else plan
        for plan in scenario.interventions
    )
    return replace(scenario, interventions=plans)


def _falls_count(scenario: Scenario, years: Sequence[int]) -> bool:
    """Return whether falls are counted, or change who can rise in a later year."""
    target = scenario.target
    return target.net_of_falls or target.reading == "stock" or max(years) > scenario.years[0]


def _without_falls(known: ParameterSet) -> ParameterSet:
    """Let who would fall stay; of an uncertain row that leaves the chance of each rise as uncertain as it was."""
    if known.matrix is None:
        falls = [key for key in known.scalars if key.kind == "fall"]
        return replace(known, scalars={**known.scalars, **dict.fromkeys(falls, Fixed(0.0))})
    rows = []
    for level, row in enumerate(known.matrix):
        shares = _means(row)
        kept = (*[0.0] * level, sum(shares[: level + 1]), *shares[level + 1 :])
        rows.append(replace(row, mean=kept) if isinstance(row, Dirichlet) else kept)
    return replace(known, matrix=tuple(rows))


def _at_medians(known: ParameterSet) -> ParameterSet:
    """Fix every parameter at its median, a row of the matrix at its mean; statuses stay as they are drawn."""
    scalars = {
        name: value if name.scale == "level" else Fixed(float(value.quantile(_MIDDLE)[0]))
        for name, value in known.scalars.items()
    }
    matrix = None if known.matrix is None else tuple(_means(row) for row in known.matrix)
    return replace(known, scalars=scalars, matrix=matrix)


def _means(row: tuple[float, ...] | Dirichlet) -> tuple[float, ...]:
    return row.mean if isinstance(row, Dirichlet) else row
