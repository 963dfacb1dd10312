"""What two looks say of the moves between them."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.domain.crossings import Bounds, bounds_from_counts, bounds_from_statuses
from simulation.domain.status import UNKNOWN
from simulation.domain.target import Target

STATUSES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=6)
TARGET = Target(reading="entries")


def counted(start: tuple[int, ...], end: tuple[int, ...]) -> tuple[int, int, int]:
    """Return rises, falls and entries to mandiri or paripurna, one village at a time."""
    pairs = list(zip(start, end, strict=True))
    return (
        sum(b > a for a, b in pairs),
        sum(b < a for a, b in pairs),
        sum(b > a and b >= 2 > a for a, b in pairs),
    )


@settings(max_examples=60, deadline=None)
@given(STATUSES)
def test_the_bounds_from_counts_are_attained_and_none_lies_beyond(pairs: list[tuple[int, int]]) -> None:
    """Every way in which the villages can have moved is tried, skips and falls among them."""
    start, end = (tuple(level) for level in zip(*pairs, strict=True))
    every = [counted(start, moved) for moved in set(permutations(end))]
    found = bounds_from_counts(*(np.bincount(levels, minlength=4) for levels in (start, end)), TARGET)
    assert list(found) == [(min(one), max(one)) for one in zip(*every, strict=True)]


def test_falls_hide_rises_in_counts() -> None:
    """The same counts twice: nobody moved, or half rose while half fell."""
    four = np.array([2, 2, 0, 0])
    assert bounds_from_counts(four, four, TARGET).rises == Bounds(0, 2)


def test_levels_with_a_gap_above_them_are_only_bounded_from_above() -> None:
    """Where mandiri alone counts, a village may enter it while another leaves it upwards."""
    moves = bounds_from_counts(np.array([3, 0, 1, 0]), np.array([2, 0, 2, 0]), Target(levels=("mandiri",)))
    assert moves.entries == Bounds(0, 2)


@given(STATUSES)
def test_known_statuses_are_counted_exactly(pairs: list[tuple[int, int]]) -> None:
    """As one by one."""
    start, end = (tuple(level) for level in zip(*pairs, strict=True))
    found = bounds_from_statuses(*(np.array(levels, dtype=np.int8) for levels in (start, end)), 0, TARGET)
    assert [(each, each) for each in counted(start, end)] == list(found)


def test_what_is_not_known_of_a_village_may_be_a_rise() -> None:
    """Not of one that began at the top or ended at the bottom; villages without a row may have done anything."""
    start = np.array([0, UNKNOWN, UNKNOWN, 3, 1, UNKNOWN], dtype=np.int8)
    end = np.array([2, 2, 0, UNKNOWN, UNKNOWN, UNKNOWN], dtype=np.int8)
    moves = bounds_from_statuses(start, end, 2, TARGET)
    assert moves.rises == Bounds(1, 1 + 3 + 2)
    assert moves.falls == Bounds(0, 5 + 2)
    assert moves.entries == Bounds(1, 1 + 3 + 2)
