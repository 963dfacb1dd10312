"""The least setting that suffices: searches over whole numbers, and over grids of several levers.

Nothing is assumed of what lies between two settings that were tried, except where a docstring says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from .levers import Places
from .trial_cache import TrialCache, part_of

RUNGS = 9
"""Settings that are tried over the whole range of a single lever."""
MOST_SETTINGS, MOST_SECONDS = 400, 60.0
"""A grid has at most so many settings, and takes no longer than this to sketch."""
FEWEST_RUNGS = {2: 7, 3: 5}
"""But at least so many rungs a lever: number of levers -> rungs."""
DOUBT = 3.0
"""Standard errors by which a sketch may fall short and still be looked at again."""
_ALIKE = 9
"""Decimals of a chance that rounding leaves alone."""


def ladder(most: int, rungs: int = RUNGS) -> list[int]:
    """Return 0, `most` and what lies evenly between them, at most `rungs` whole numbers in all.

    Examples
    --------
    >>> ladder(93), ladder(3)
    ([0, 12, 23, 35, 46, 58, 70, 81, 93], [0, 1, 2, 3])
    """
    steps = min(most, rungs - 1)
    return sorted({round(most * step / steps) for step in range(steps + 1)}) if steps else [0]


def bisect(accepted: Callable[[int], bool], low: int, high: int) -> int:
    """Return the least accepted number in low + 1 … high.

    `low` is known to fail and `high` to be accepted; in between, what is accepted is taken to stay so.
    """
    while high - low > 1:
        middle = (low + high) // 2
        if accepted(middle):
            high = middle
        else:
            low = middle
    return high


def least_accepted(accepted: Callable[[int], bool], rungs: Sequence[int]) -> int | None:
    """Return the least accepted number above the rung below the first accepted one; None where no rung is accepted.

    Walks on from where bisection ends while the number below is accepted as well, so that the one returned
    is accepted and the one below it is not.
    """
    first = next((place for place, rung in enumerate(rungs) if accepted(rung)), None)
    if first is None:
        return None
    found = bisect(accepted, rungs[first - 1] if first else -1, rungs[first])
    while found > 0 and accepted(found - 1):
        found -= 1
    return found


def highest(height: Callable[[int], float], rungs: Sequence[int]) -> int:
    """Return where a function is highest: the best rung, then up from it in ever smaller steps.

    Of equal heights the least number counts.
    """
    best = max(rungs, key=lambda rung: (height(rung), -rung))
    place = rungs.index(best)
    around = rungs[max(0, place - 1)], rungs[min(len(rungs) - 1, place + 1)]
    step = (around[1] - around[0]) // 2
    while step > 0:
        near = [n for n in (best - step, best, best + step) if around[0] <= n <= around[1]]
        further = max(near, key=lambda n: (height(n), -n))
        if further == best:
            step //= 2
        best = further
    return best


def grid(most: Sequence[int], rungs: int, allowed: Callable[[Places], bool] = lambda _: True) -> list[Places]:
    """Return a grid over several levers: at most so many rungs of each.

    Parameters
    ----------
    most
        Largest place of each lever.
    allowed
        Whether a setting may be tried; less of any lever is allowed as well. Where the grid is cut off, each
        lever's last setting that is allowed is added.
    """
    every = list(product(*(ladder(limit, rungs) for limit in most)))
    inside = {places: allowed(places) for places in every}
    edges = {
        _last_allowed(places, lever, most[lever], allowed)
        for places in every
        for lever in range(len(most))
        if inside[places] and not allowed((*places[:lever], most[lever], *places[lever + 1 :]))
    }
    return sorted({*(places for places in every if inside[places]), *edges})


def _last_allowed(places: Places, lever: int, most: int, allowed: Callable[[Places], bool]) -> Places:
    """Return the most of one lever that is allowed beside the others; all of it is not."""

    def with_lever_at(n: int) -> Places:
        return (*places[:lever], n, *places[lever + 1 :])

    return with_lever_at(bisect(lambda n: not allowed(with_lever_at(n)), places[lever], most) - 1)


def undominated(points: Mapping[Places, tuple[float, float]]) -> list[Places]:
    """Return the settings that no other beats in both cost and chance, cheapest first.

    Parameters
    ----------
    points
        Setting -> (cost, chance).
    """
    front: list[Places] = []
    highest_so_far = float("-inf")
    for place in sorted(points, key=lambda p: (points[p][0], -points[p][1], p)):
        if points[place][1] > highest_so_far:
            front.append(place)
            highest_so_far = points[place][1]
    return front


@dataclass(frozen=True)
class Found:
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


def most_affordable(cache: TrialCache) -> int:
    """Return the most places of the only lever that its budget pays."""
    (most,) = cache.most
    if cache.affordable((most,)):
        return most
    return bisect(lambda n: not cache.affordable((n,)), 0, most) - 1


def least_of(cache: TrialCache, rungs: Sequence[int]) -> int | None:
    """Return the least accepted places of the only lever, looking beyond the rungs for the highest chance."""
    least = least_accepted(lambda n: cache.accepted((n,)), rungs)
    if least is None:
        peak = highest(lambda n: cache.chance((n,)).probability_met, rungs)
        least = least_accepted(lambda n: cache.accepted((n,)), sorted({*rungs, peak}))
    return least


def range_of(cache: TrialCache, least: int) -> tuple[int, int]:
    """Return the least places of the only lever that may suffice, and the likeliest to be the least that do.

    Those whose upper 95% bound reaches the wanted probability, and those whose chance itself does. With `least`, whose
    lower 95% bound does, the first make a 90% interval of the least that suffices: each end errs in one case of twenty.
    """
    goal = cache.trial.goal.probability
    tried = sorted(n for (n,) in cache.chances if n <= least)
    possible = least_accepted(lambda n: cache.chance((n,)).upper95 >= goal, tried)
    likeliest = least_accepted(lambda n: cache.chance((n,)).probability_met >= goal, tried)
    low = least if possible is None else possible
    return low, least if likeliest is None else max(low, likeliest)


def cheapest_setting(cache: TrialCache) -> Found:
    """Return the least accepted setting of the only lever: its rungs are tried, then what lies where it falls."""
    most = most_affordable(cache)
    rungs = ladder(most)
    for rung in rungs:
        cache.chance((rung,))
    least = least_of(cache, rungs)
    proven = all((n,) in cache.chances for n in range(most + 1 if least is None else least))
    return Found(None if least is None else (least,), [], proven)


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


def cheapest_mix(cache: TrialCache) -> Found:
    """Return the cheapest accepted mix of a grid and of what was tried before, and the front."""
    goal, rungs = cache.trial.goal.probability, rungs_of(cache)
    settings = grid(cache.most, rungs, cache.affordable)
    for places in settings:
        cache.sketch(places)

    def order(places: Places) -> tuple[float, float, Places]:
        return cache.weight(places), -round(cache.chances[places].probability_met, _ALIKE), places

    hopeful = [
        places
        for places in settings
        if cache.chances[places].probability_met + DOUBT * cache.chances[places].monte_carlo_error >= goal
    ]
    least = next((places for places in sorted(hopeful, key=order) if cache.accepted(places)), None)
    # A sketch may have been unlucky, and a decision on the front may ask for more effort, which moves the front.
    while True:
        front = _front(cache)
        found = [*front, *([] if least is None else [least])]
        cheapest = min((places for places in found if cache.accepted(places)), key=order, default=None)
        if cheapest == least:
            return Found(least, front, proven=rungs > max(cache.most))
        least = cheapest


def best_mix(cache: TrialCache) -> Places:
    """Return the allowed setting of a grid with the highest chance, all of them sketched."""
    settings = grid(cache.most, rungs_of(cache), cache.affordable)
    for places in settings:
        cache.sketch(places)
    return max(settings, key=lambda places: (cache.chances[places].probability_met, places))


def _front(cache: TrialCache) -> list[Places]:
    """Return the settings that no other beats in cost and chance, each tried with full effort."""
    front: list[Places] = []
    while True:
        chances = {
            places: chance.probability_met for places, chance in cache.chances.items() if cache.affordable(places)
        }
        latest = undominated({places: (cache.weight(places), round(p, _ALIKE)) for places, p in chances.items()})
        if latest == front:
            return front
        front = latest
        for places in front:
            cache.chance(places)
