"""The target in all its readings."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.domain.target import Target, YearCounts, needed


@given(st.decimals(min_value="0.0001", max_value=1, places=4), st.integers(0, 5_000))
def test_needed_is_the_smallest_number_that_reaches_the_share(share: object, denominator: int) -> None:
    """Needed / denominator ≥ share, and one less would not do, in integers throughout."""
    fraction = Fraction(str(share))
    least = int(needed(fraction, denominator))
    assert least >= fraction * denominator
    assert least == 0 or least - 1 < fraction * denominator


@pytest.mark.parametrize(
    ("share", "denominator", "expected"),
    [("0.05", 135, 7), ("0.07", 100, 7), ("0.05", 121, 7), ("0.05", 20, 1), ("0.05", 0, 0)],
)
def test_needed_of_known_cases(share: str, denominator: int, expected: int) -> None:
    """7 of 135, and 7 of 100 where floats say 8."""
    assert needed(Fraction(share), denominator) == expected


COUNTS = YearCounts(
    at_start=np.array([[93, 25, 3, 14], [88, 28, 4, 15]]),
    at_end=np.array([[88, 28, 4, 15], [20, 2, 0, 113]]),
    can_rise=np.array([[93, 25, 3, 0], [5, 1, 0, 0]]),
    rises=np.array([7, 6]),
    falls=np.array([1, 0]),
    entries=np.array([2, 6]),
)


@pytest.mark.parametrize(
    ("target", "score", "least", "met"),
    [
        (Target(), [7, 6], [7, 7], [True, False]),
        (Target(denominator="below_top"), [7, 6], [7, 6], [True, True]),
        (Target(net_of_falls=True), [6, 6], [7, 7], [False, False]),
        (Target(reading="entries"), [2, 6], [7, 7], [False, False]),
        (Target(reading="stock"), [19, 113], [7, 7], [True, True]),
        (Target(reading="stock", levels=("mandiri",), share=Fraction("0.02")), [4, 0], [3, 3], [True, False]),
    ],
)
def test_each_reading_by_hand(target: Target, score: list[int], least: list[int], met: list[bool]) -> None:
    """What is counted, what is needed, and whether it is met, in two years."""
    assert COUNTS.score(target).tolist() == score
    assert COUNTS.needed(target).tolist() == least
    assert COUNTS.met(target).tolist() == met


def test_a_year_is_saturated_where_too_few_can_move() -> None:
    """Six can rise in year 2 and seven are needed; a stock of 15 is there already."""
    assert COUNTS.saturated(Target()).tolist() == [False, True]
    assert COUNTS.saturated(Target(reading="entries")).tolist() == [False, True]
    assert COUNTS.saturated(Target(reading="stock")).tolist() == [False, False]


def test_a_stock_may_be_filled_by_falls() -> None:
    """Villages above berkembang can still come down to it; those at dasar must be free to rise."""
    start = np.array([[2, 0, 1, 1]])
    zero = np.zeros(1, dtype=np.int64)
    counts = YearCounts(start, start, np.array([[0, 0, 1, 0]]), zero, zero, zero)
    assert not counts.saturated(Target(Fraction("0.5"), "stock", ("berkembang",)))
    assert counts.saturated(Target(Fraction("0.75"), "stock", ("berkembang",)))


def test_readings_list_the_scenarios_own_first() -> None:
    """All five are there, whichever is asked."""
    names = {"rises_all", "rises_below_top", "net_rises", "entries", "stock"}
    for target in (Target(), Target(reading="stock"), Target(net_of_falls=True), Target(denominator="below_top")):
        readings = target.readings()
        assert set(readings) == names
        assert next(iter(readings)) == target.key
        assert readings[target.key] == target
