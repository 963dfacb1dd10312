"""Mixes of several levers: every setting of a grid, the cheapest that suffices, and those that no other beats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from .search import Places, grid, undominated
from .trial_cache import TrialCache, part_of

MOST_SETTINGS, MOST_SECONDS = 400, 60.0
"""A grid has at most so many settings, and takes no longer than this to sketch."""
FEWEST_RUNGS = {2: 7, 3: 5}
"""But at least so many rungs a lever: number of levers -> rungs."""
DOUBT = 3.0
"""Standard errors by which a sketch may fall short and still be looked at again."""
_ALIKE = 9
"""Decimals of a chance that rounding leaves alone."""

Allowed = Callable[[Places], bool]


@dataclass(frozen=True)
class Mix:
    """What a search found.

    Attributes
    ----------
    least
        The cheapest accepted setting, of equally cheap ones that with the highest chance; None where none is.
    front
        Settings that no other beats in both cost and chance, the cheapest first, each tried with full effort.
    proven
        Whether every allowed setting was tried, so that none that is cheaper is accepted.
    """

    least: Places | None
    front: list[Places]
    proven: bool


def rungs_of(cache: TrialCache) -> int:
    """Return how many rungs of each lever the grid has: as many as a sketch of all its settings allows."""
    most = cache.most
    middle = cache.scenario_at(tuple((limit + 1) // 2 for limit in most))
    seconds = cache.trial.seconds(middle, part_of(cache.effort, cache.scenario))

    rungs = FEWEST_RUNGS[len(most)]
    while rungs <= max(most) and settings_of(most, rungs + 1) <= min(MOST_SETTINGS, MOST_SECONDS / seconds):
        rungs += 1
    return rungs


def settings_of(most: Places, rungs: int) -> int:
    """Return how many settings a grid with so many rungs a lever has."""
    return prod(min(limit + 1, rungs) for limit in most)


def cheapest_mix(cache: TrialCache, weight: Callable[[Places], float], allowed: Allowed) -> Mix:
    """Return the cheapest accepted mix of a grid and of what was tried before, and the front.

    Parameters
    ----------
    cache
        Where settings are tried.
    weight, allowed
        Of a setting: its cost, and whether it may be had.
    """
    goal, rungs = cache.trial.goal.probability, rungs_of(cache)
    settings = grid(cache.most, rungs, allowed)
    for places in settings:
        cache.sketch(places)

    def order(places: Places) -> tuple[float, float, Places]:
        return weight(places), -round(cache.chances[places].probability, _ALIKE), places

    hopeful = [
        places
        for places in settings
        if cache.chances[places].probability + DOUBT * cache.chances[places].monte_carlo_error >= goal
    ]
    least = next((places for places in sorted(hopeful, key=order) if cache.accepted(places)), None)
    # A sketch may have been unlucky, and a decision on the front may ask for more effort, which moves the front.
    while True:
        front = _front(cache, weight, allowed)
        found = [*front, *([] if least is None else [least])]
        cheapest = min((places for places in found if cache.accepted(places)), key=order, default=None)
        if cheapest == least:
            return Mix(least, front, proven=rungs > max(cache.most))
        least = cheapest


def best_mix(cache: TrialCache, allowed: Allowed) -> Places:
    """Return the allowed setting of a grid with the highest chance, all of them sketched."""
    settings = grid(cache.most, rungs_of(cache), allowed)
    for places in settings:
        cache.sketch(places)
    return max(settings, key=lambda places: (cache.chances[places].probability, places))


def _front(cache: TrialCache, weight: Callable[[Places], float], allowed: Allowed) -> list[Places]:
    """Return the settings that no other beats in cost and chance, each tried with full effort."""
    front: list[Places] = []
    while True:
        chances = {places: chance.probability for places, chance in cache.chances.items() if allowed(places)}
        latest = undominated({places: (weight(places), round(p, _ALIKE)) for places, p in chances.items()})
        if latest == front:
            return front
        front = latest
        for places in front:
            cache.chance(places)
