"""Searching whole numbers: against looking at every one of them."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulation.decision.plan.search import bisect, grid, highest, ladder, least_accepted, range_of, undominated
from simulation.decision.plan.trial_cache import TrialCache
from simulation.decision.trial import Chance, Goal


@given(st.integers(0, 400), st.integers(2, 12))
def test_a_ladder_goes_from_nothing_to_everything(most: int, rungs: int) -> None:
    """Its rungs ascend, are at most as many as asked for, and lie within one of being evenly spaced."""
    found = ladder(most, rungs)
    assert found[0] == 0
    assert found[-1] == most
    assert len(found) == min(most + 1, rungs)
    gaps = {b - a for a, b in pairwise(found)}
    assert not gaps or max(gaps) - min(gaps) <= 1


@given(st.integers(0, 200), st.integers(1, 200))
def test_bisection_finds_the_edge(low: int, width: int) -> None:
    """What is accepted from some number on is found at that number."""
    for edge in (low + 1, low + 1 + (width - 1) // 2, low + width):
        assert bisect(lambda n, edge=edge: n >= edge, low, low + width) == edge


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_the_least_accepted_number_is_accepted_and_the_one_below_it_is_not(accepted: list[bool]) -> None:
    """That holds even where more does not always help; nothing is found only where no rung is accepted."""
    rungs = ladder(len(accepted) - 1)
    found = least_accepted(lambda n: accepted[n], rungs)
    if found is None:
        assert not any(accepted[rung] for rung in rungs)
    else:
        assert accepted[found]
        assert found == 0 or not accepted[found - 1]


@given(st.integers(0, 80), st.integers(0, 80))
def test_the_highest_of_a_single_hill_is_found(most: int, peak: int) -> None:
    """A hill with one top, wherever it is, also at an end."""
    top = min(peak, most)
    assert highest(lambda n: -abs(n - top), ladder(most)) == top


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 5), st.integers(1, 5), st.integers(0, 60))
def test_a_grid_within_a_limit_reaches_its_edge(a: int, b: int, one: int, other: int, limit: int) -> None:
    """Every setting is within the limit, and of each line across the grid the last one within it is there."""

    def allowed(places: tuple[int, ...]) -> bool:
        return one * places[0] + other * places[1] <= limit

    found = set(grid([a, b], 7, allowed))
    assert all(allowed(places) for places in found)
    assert (min(a, limit // one), 0) in found
    assert (0, min(b, limit // other)) in found


@given(st.dictionaries(st.tuples(st.integers(0, 9)), st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1))
def test_the_front_holds_what_nothing_beats(points: dict[tuple[int, ...], tuple[int, int]]) -> None:
    """Compared with every other setting; of equals one is kept."""
    front = undominated(points)
    values = {points[place] for place in front}
    expected = {
        (cost, chance)
        for cost, chance in points.values()
        if not any((c <= cost and p > chance) or (c < cost and p >= chance) for c, p in points.values())
    }
    assert values == expected
    assert len(front) == len(values)
    assert [points[place][0] for place in front] == sorted(points[place][0] for place in front)


class Drawn(TrialCache):
    """A curve of which every chance is off by one error that all share and by a small one of its own."""

    def __init__(self, rng: np.random.Generator, error: float) -> None:
        self.rng, self.error, self.shared = rng, error, rng.normal(0, error)
        self.trial = SimpleNamespace(goal=Goal(GOAL, (2026,)))  # type: ignore[assignment]
        self.chances = {}

    def chance(self, places: tuple[int, ...]) -> Chance:
        """Return a chance that is drawn once."""
        if places not in self.chances:
            found = true_chance(places[0]) + self.shared + self.rng.normal(0, self.error / 10)
            self.chances[places] = Chance(found, self.error, None, np.zeros(1), None, (1, 1))
        return self.chances[places]


GOAL = 0.8


def true_chance(places: int) -> float:
    """Return a chance that first reaches the goal with 28 places."""
    return 0.5 + 0.4 * (1 - float(np.exp(-places / 20)))


def test_the_range_of_the_least_holds_it_in_nine_cases_of_ten() -> None:
    """Over 2,000 runs, four standard errors aside; the less error, the narrower it is, down to one number."""
    rng, least, widths = np.random.default_rng(41), 28, []
    assert true_chance(least - 1) < GOAL <= true_chance(least)
    for error in (0.01, 0.0025, 1e-6):
        held, width = [], []
        for _ in range(2_000):
            cache = Drawn(rng, error)
            high = least_accepted(lambda n, cache=cache: cache.accepted((n,)), ladder(60))
            assert high is not None
            low, likeliest = range_of(cache, high)
            assert low <= likeliest <= high
            held.append(low <= least <= high)
            width.append(high - low)
        assert np.mean(held) > 0.9 - 4 * np.sqrt(0.9 * 0.1 / 2_000)
        widths.append(np.mean(width))
    assert widths[0] > widths[1] > widths[2] == 0
