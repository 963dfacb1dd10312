"""What limits a plan: one hindrance at a time is taken away, and the plan is made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ...domain.distributions import Dirichlet, Distribution, Fixed
from ...domain.parameters import ParameterKey, ParameterSet
from ...domain.status import LEVELS, TOP
from ...inputs.scenario import Scenario
from ..trial import with_scalars
from .levers import Lever, levers_of
from .mixes import best_mix
from .search import Places, ladder, least_accepted
from .trial_cache import TrialCache

Hindrance = Literal["shock", "effect", "eligible", "falls", "uncertainty", "budget"]
STRONGER = 2.0
"""By how much an odds ratio that is known is raised to see whether the effect is what limits."""
FEW_RUNGS = 3
"""Settings that are tried at first where only the least one is wanted."""
_NOTHING = 1e-9
"""By how much chances differ that differ only in how they were summed."""
_UPPER, _MIDDLE = np.array([0.95]), np.array([0.5])

CacheFor = Callable[[Scenario, tuple[Lever, ...]], TrialCache]


@dataclass(frozen=True)
class Bottleneck:
    """What would be possible without one hindrance.

    Attributes
    ----------
    name
        What was taken away, see `without_hindrance`; ``budget``: the limit on the cost.
    probability, lower95
        The best chance that could then be had.
    least
        The least setting that would then do, of a single lever; None where none would, or where several levers
        are planned.
    reachable
        Whether it would then be within reach.
    """

    name: Hindrance
    probability: float
    lower95: float
    least: float | None
    reachable: bool


def find_bottlenecks(own: TrialCache, cache_for: CacheFor, best: Places, *, budget: float | None) -> list[Bottleneck]:
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
    found = [] if budget is None else [_bottleneck("budget", own, best, None)]
    for name, changed in without_hindrance(own.scenario, [lever.intervention for lever in own.levers], years):
        found.append(_bottleneck(name, cache_for(changed, levers_of(changed, names, years)), best, budget))
    beaten = own.chance(best).probability + _NOTHING
    return [one for one in found if one.probability > beaten]


def _bottleneck(name: Hindrance, cache: TrialCache, best: Places, budget: float | None) -> Bottleneck:
    """Return what can be had within a budget without one hindrance, looking near the best of before as well."""
    most = cache.most
    before = tuple(map(min, best, most))

    def allowed(places: Places) -> bool:
        return cache.affordable(places, budget)

    if len(most) > 1:
        tops = [most] if allowed(most) else []
        start = before if allowed(before) else (0,) * len(most)
        tops += [start] if tops else [start, best_mix(cache, allowed)]
        top = max(tops, key=lambda places: cache.chance(places).probability)
        chance = cache.chances[top]
        return Bottleneck(name, chance.probability, chance.lower95, None, any(map(cache.accepted, tops)))
    rungs = sorted({n for n in (*ladder(cache.most_within(budget), FEW_RUNGS), *before) if allowed((n,))})
    chance = max((cache.chance((rung,)) for rung in rungs), key=lambda chance: chance.probability)
    least = least_accepted(lambda n: cache.accepted((n,)), rungs)
    value = None if least is None else float(cache.levers[0].value(least))
    return Bottleneck(name, chance.probability, chance.lower95, value, least is not None)


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
    if not _is_nil(known.scalars[spread]):
        yield "shock", with_scalars(scenario, {spread: Fixed(0.0)})
    effects = [ParameterKey.effect(name, "rise") for name in interventions]
    yield "effect", with_scalars(scenario, {key: _stronger(known.scalars[key]) for key in effects})
    widened = _for_everyone(scenario, interventions)
    if widened.interventions != scenario.interventions:
        yield "eligible", widened
    if _falls_matter(scenario, years):
        yield "falls", replace(scenario, parameters=_without_falls(known))
    if known.uncertain:
        yield "uncertainty", replace(scenario, parameters=_at_medians(known))


def stronger_odds_ratio(effect: Distribution) -> float:
    """Return the odds ratio that `without_hindrance` takes for a stronger effect."""
    return float(_stronger(effect).quantile(_MIDDLE)[0])


def _stronger(effect: Distribution) -> Distribution:
    if effect.fixed:
        return Fixed(STRONGER * float(effect.quantile(_MIDDLE)[0]))
    return Fixed(float(effect.quantile(_UPPER)[0]))


def _is_nil(spread: Distribution) -> bool:
    return spread.fixed and not spread.quantile(_MIDDLE).any()


def _for_everyone(scenario: Scenario, interventions: Sequence[str]) -> Scenario:
    plans = tuple(
        replace(plan, eligible_status=LEVELS[:TOP], eligible_subdistricts=None, eligible_where={})
        if plan.name in interventions
        else plan
        for plan in scenario.interventions
    )
    return replace(scenario, interventions=plans)


def _falls_matter(scenario: Scenario, years: Sequence[int]) -> bool:
    """Return whether somebody may fall, and whether that is counted or changes who can rise."""
    target = scenario.target
    counted = target.net_of_falls or target.reading == "stock" or max(years) > scenario.years[0]
    known = scenario.parameters
    if known.matrix is not None:
        return counted and bool(np.tril(np.array([_means(row) for row in known.matrix]), -1).any())
    return counted and any(not _is_nil(known.scalars[name]) for name in _falls(known))


def _falls(known: ParameterSet) -> list[ParameterKey]:
    return [key for key in known.scalars if key.kind == "fall"]


def _without_falls(known: ParameterSet) -> ParameterSet:
    """Let who would fall stay; of an uncertain row that leaves the chance of each rise as uncertain as it was."""
    if known.matrix is None:
        return replace(known, scalars={**known.scalars, **dict.fromkeys(_falls(known), Fixed(0.0))})
    rows = []
    for level, row in enumerate(known.matrix):
        shares = _means(row)
        kept = (*[0.0] * level, sum(shares[: level + 1]), *shares[level + 1 :])
        rows.append(replace(row, mean=kept) if isinstance(row, Dirichlet) else kept)
    return replace(known, matrix=tuple(rows))


def _at_medians(known: ParameterSet) -> ParameterSet:
    """Fix every parameter at its median, an uncertain row of the matrix at its mean."""
    scalars = {name: Fixed(float(value.quantile(_MIDDLE)[0])) for name, value in known.scalars.items()}
    matrix = None if known.matrix is None else tuple(_means(row) for row in known.matrix)
    return replace(known, scalars=scalars, matrix=matrix)


def _means(row: tuple[float, ...] | Dirichlet) -> tuple[float, ...]:
    return row.mean if isinstance(row, Dirichlet) else row
