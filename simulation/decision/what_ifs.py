"""What a plan would be under other circumstances: without a hindrance, with other shocks, in another order.

Knows which circumstances are looked at; must not know how the plan itself was found, nor words or figures.
"""

from __future__ import annotations

from collections.abc import Callable

from ..domain.distributions import Fixed
from ..inputs.scenario import Scenario
from .effort import Desk, Point
from .goals import Goal
from .levers import Lever, levers_of
from .limits import Hindrance, with_scalars, without_hindrance
from .plans import Curve, Limit
from .priorities import Ranking, in_this_order
from .search import Places, highest, ladder, least_accepted

SHOCKS = (0.0, 0.5, 1.0)
"""Spreads of the year shock for which the chance is drawn against the effort, beside the scenario's own."""
FEW_RUNGS = 3
"""Settings that are tried at first where only the least one is wanted."""

DeskFor = Callable[[Scenario, tuple[Lever, ...]], Desk]


def what_limits(
    scenario: Scenario, goal: Goal, levers: tuple[Lever, ...], own: Desk, desk_for: DeskFor, *, budget: bool
) -> list[Limit]:
    """Take one hindrance away at a time and plan again.

    Parameters
    ----------
    own
        Where the scenario's own settings were tried.
    desk_for
        Gives the desk of a changed scenario.
    budget
        Whether the cost is limited, which then is a hindrance as well.
    """
    names = [lever.name for lever in levers]
    found = [_limit("budget", own)] if budget else []
    for name, changed in without_hindrance(scenario, [lever.intervention for lever in levers], goal.years):
        found.append(_limit(name, desk_for(changed, levers_of(changed, names, goal.years))))
    return found


def _limit(name: Hindrance, desk: Desk) -> Limit:
    most = tuple(lever.most for lever in desk.levers)
    if len(most) > 1:
        chance = desk.chance(most)
        return Limit(name, chance.probability, chance.lower95, None, desk.accepted(most))
    rungs = ladder(most[0], FEW_RUNGS)
    best = max((desk.chance((rung,)) for rung in rungs), key=lambda chance: chance.probability)
    least = least_accepted(lambda n: desk.accepted((n,)), rungs)
    value = None if least is None else float(desk.levers[0].value(least))
    return Limit(name, best.probability, best.lower95, value, least is not None)


def other_shocks(scenario: Scenario, lever: Lever, desk_for: DeskFor) -> list[Curve]:
    """Return the chance against the effort for other sizes of the year shock, sketched."""
    known = scenario.parameters.scalars["year_sd"]
    curves = []
    for year_sd in SHOCKS:
        if known == Fixed(year_sd):
            continue
        desk = desk_for(with_scalars(scenario, {"year_sd": Fixed(year_sd)}), (lever,))
        rungs = ladder(lever.most)
        for rung in rungs:
            desk.sketch((rung,))
        points = tuple((float(lever.value(n)), desk.chances[n,].probability) for n in rungs)
        curves.append(Curve(year_sd, points))
    return curves


def least_in_order(
    scenario: Scenario, lever: Lever, ranking: Ranking, desk_for: DeskFor, affordable: Callable[[Places], bool]
) -> Point | None:
    """Return the least setting where the first of a ranking are assisted first; None where none does."""
    desk = desk_for(in_this_order(scenario, lever, ranking), (lever,))
    rungs = ladder(lever.most, FEW_RUNGS)
    least = least_accepted(lambda n: desk.accepted((n,)), rungs)
    if least is None:
        peak = highest(lambda n: desk.chance((n,)).probability, rungs)
        least = least_accepted(lambda n: desk.accepted((n,)), sorted({*rungs, peak}))
    return None if least is None or not affordable((least,)) else desk.point((least,))
