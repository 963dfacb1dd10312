"""Search over whole numbers: ladders, bisection, grids, and what no other setting beats.

Nothing is assumed of what lies between two settings that were tried, except where a docstring says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

Places = tuple[int, ...]
RUNGS = 9
"""Settings that are tried over the whole range of a single lever."""


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
