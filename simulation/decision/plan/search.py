"""Searching whole numbers for the least that is good enough.

Knows ladders, bisection and local refinement over settings that are tried one by one; must not know what a
setting is. Nothing is taken for granted of what lies between two settings that were tried, except where the
docstring says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
    """Return the least accepted number up from the first accepted rung's foot, or None where no rung is accepted.

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


def grid(most: Sequence[int], allowed: Callable[[Places], bool] = lambda _: True) -> list[Places]:
    """Return a coarse grid over several levers: the fewer levers, the finer.

    Parameters
    ----------
    most
        Largest place of each lever.
    allowed
        Whether a setting may be tried; less of any lever is allowed as well. Where the grid is cut off, each
        lever's last setting that is allowed is added.
    """
    rungs = {1: RUNGS, 2: 7, 3: 5}[len(most)]
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

    def turned(n: int) -> Places:
        return (*places[:lever], n, *places[lever + 1 :])

    return turned(bisect(lambda n: not allowed(turned(n)), places[lever], most) - 1)


def cheapest(
    accepted: Callable[[Places], bool], cost: Callable[[Places], float], most: Sequence[int], start: Places
) -> Places:
    """Return an accepted setting from which no trade of one lever against another is cheaper.

    Parameters
    ----------
    accepted, cost
        Of a setting; `start` is accepted.
    most
        Largest place of each lever.

    Notes
    -----
    Pattern search: steps of a quarter of each lever's range, halved whenever no trade is both accepted and
    cheaper, down to single places. What it finds is cheap; that nothing is cheaper is not proven.
    """

    def cheaper(best: Places, trades: Iterator[Places]) -> Places | None:
        less = sorted((trade for trade in trades if cost(trade) < cost(best)), key=lambda trade: (cost(trade), trade))
        return next((trade for trade in less if accepted(trade)), None)

    return _pattern(cheaper, most, start, _trades)


def climb(
    height: Callable[[Places], float], allowed: Callable[[Places], bool], most: Sequence[int], start: Places
) -> Places:
    """Return an allowed setting from which neither more of a lever nor a trade of one against another leads higher.

    Parameters
    ----------
    height, allowed
        Of a setting; `start` is allowed.
    most
        Largest place of each lever.
    """

    def higher(best: Places, trades: Iterator[Places]) -> Places | None:
        better = max(
            (trade for trade in trades if allowed(trade)), key=lambda trade: (height(trade), trade), default=best
        )
        return better if height(better) > height(best) else None

    return _pattern(higher, most, start, _trades_and_more)


def _pattern(
    choose: Callable[[Places, Iterator[Places]], Places | None],
    most: Sequence[int],
    start: Places,
    ways: Callable[[Places, Sequence[int], Sequence[int]], Iterator[Places]],
) -> Places:
    """Follow what is chosen among ways of a quarter of each lever's range, halved where nothing is chosen."""
    steps = [max(1, limit // 4) for limit in most]
    best = start
    while True:
        better = choose(best, ways(best, steps, most))
        if better is not None:
            best = better
        elif max(steps) == 1:
            return best
        else:
            steps = [max(1, step // 2) for step in steps]


def _trades(place: Places, steps: Sequence[int], most: Sequence[int]) -> Iterator[Places]:
    """Yield settings with one lever less, or one less and another more by one, two or four steps."""
    for down in range(len(place)):
        lower = list(place)
        lower[down] = max(0, place[down] - steps[down])
        if lower[down] == place[down]:
            continue
        yield tuple(lower)
        for up, times in product(range(len(place)), (1, 2, 4)):
            if up != down and place[up] < most[up]:
                traded = list(lower)
                traded[up] = min(most[up], place[up] + times * steps[up])
                yield tuple(traded)


def _trades_and_more(place: Places, steps: Sequence[int], most: Sequence[int]) -> Iterator[Places]:
    """Yield trades, and settings with one lever more."""
    yield from _trades(place, steps, most)
    for up, limit in enumerate(most):
        if place[up] < limit:
            yield (*place[:up], min(limit, place[up] + steps[up]), *place[up + 1 :])


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
