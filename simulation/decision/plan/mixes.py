"""The cheapest mix of several levers, and the mixes that no other beats in both cost and chance.

Knows in which order mixes are tried, and when every one of them is; must not know how one is tried, nor words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from .search import Places, cheapest, climb, grid, undominated
from .trial_cache import TrialCache, part_of

MOST_SETTINGS, MOST_SECONDS = 400, 60.0
"""Up to so many settings every one is tried, where that takes no longer than this."""
DOUBT = 3.0
"""Standard errors by which a sketch may fall short and still be looked at again."""
_ALIKE = 9
"""Decimals of a chance that rounding leaves alone."""

Allowed = Callable[[Places], bool]


@dataclass(frozen=True)
class Mix:
    """What a search over mixes found.

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


def cheapest_mix(cache: TrialCache, weight: Callable[[Places], float], allowed: Allowed, also: Sequence[Places]) -> Mix:
    """Return the cheapest accepted mix and the front: from every setting where these are few, else by trades.

    Parameters
    ----------
    cache
        Where settings are tried.
    weight, allowed
        Of a setting: its cost, and whether it may be had.
    also
        Settings that are tried in any case.

    Notes
    -----
    A grid is sketched; from the cheapest accepted setting of it, trades go down; wherever the front then holds
    an accepted setting that is cheaper, or as cheap and likelier, trades go down from there again.
    """
    return _Mixing(cache, weight, allowed).cheapest(also)


def _every_one(cache: TrialCache) -> bool:
    """Return whether the settings of a cache are so few, and so quickly tried, that every one is."""
    most = _most(cache)
    settings = prod(limit + 1 for limit in most)
    if settings > MOST_SETTINGS:
        return False
    middle = cache.scenario_at(tuple((limit + 1) // 2 for limit in most))
    return settings * cache.trial.seconds(middle, part_of(cache.effort, cache.scenario)) <= MOST_SECONDS


def best_mix(cache: TrialCache, allowed: Allowed, start: Places) -> Places:
    """Return the allowed setting to which trades lead up from `start`, which is allowed, all of them sketched."""

    def height(places: Places) -> float:
        cache.sketch(places)
        return cache.chances[places].probability

    return climb(height, allowed, _most(cache), start)


class _Mixing:
    """Makes one search."""

    def __init__(self, cache: TrialCache, weight: Callable[[Places], float], allowed: Allowed) -> None:
        self._cache, self._weight, self._allowed = cache, weight, allowed
        self._most, self._complete = _most(cache), _every_one(cache)

    def cheapest(self, also: Sequence[Places]) -> Mix:
        """Search until neither trades nor the front hold anything that is cheaper, or as cheap and likelier."""
        cache = self._cache
        settings = _every_setting(cache, self._allowed) if self._complete else grid(self._most, self._allowed)
        for places in settings:
            cache.sketch(places)
        for places in also:
            cache.chance(places)
        least = self._first_accepted(settings)
        while True:
            if least is not None and not self._complete:
                least = cheapest(lambda p: self._allowed(p) and cache.accepted(p), self._weight, self._most, least)
            front = self._front()
            found = [*front, *([] if least is None else [least])]
            better = min((places for places in found if cache.accepted(places)), key=self._order, default=None)
            if better == least:
                return Mix(least, front, self._complete)
            least = better

    def _order(self, places: Places) -> tuple[float, float, Places]:
        return self._weight(places), -round(self._cache.chances[places].probability, _ALIKE), places

    def _first_accepted(self, settings: list[Places]) -> Places | None:
        """Return the cheapest accepted of sketched settings; where the grid has none, what trades lead up to."""
        cache, goal = self._cache, self._cache.trial.goal.probability
        hopeful = [
            p for p in settings if cache.chances[p].probability + DOUBT * cache.chances[p].monte_carlo_error >= goal
        ]
        start = next((places for places in sorted(hopeful, key=self._order) if cache.accepted(places)), None)
        if start is None and not self._complete and not self._allowed(self._most):
            best = max(settings, key=lambda p: cache.chances[p].probability)
            best = climb(lambda p: cache.chance(p).probability, self._allowed, self._most, best)
            start = best if cache.accepted(best) else None
        return start

    def _front(self) -> list[Places]:
        """Return the settings that no other beats in cost and chance, each tried with full effort."""
        front: list[Places] = []
        while (latest := self._undominated()) != front:
            front = latest
            for places in front:
                self._cache.chance(places)
        return front

    def _undominated(self) -> list[Places]:
        chances = {
            places: chance.probability for places, chance in self._cache.chances.items() if self._allowed(places)
        }
        return undominated({p: (self._weight(p), round(chance, _ALIKE)) for p, chance in chances.items()})


def _most(cache: TrialCache) -> Places:
    return tuple(lever.most for lever in cache.levers)


def _every_setting(cache: TrialCache, allowed: Allowed) -> list[Places]:
    return [places for places in product(*(range(limit + 1) for limit in _most(cache))) if allowed(places)]
