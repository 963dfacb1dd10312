"""Places, priorities, doses and overlaps."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from districts import ORIGIN, make_villages
from hypothesis import given
from hypothesis import strategies as st

from simulation.domain.intervention import (
    Intervention,
    Programme,
    choose,
    combine,
    combine_on_falls,
    dose,
    may_be_chosen,
    place_table,
)
from simulation.domain.messages import ScenarioError

VILLAGES = make_villages((3, 3), status=[0, 1, 2, 0, 1, 3], columns={"remote": [3.0, 1.0, 2.0, 6.0, 5.0, 4.0]})


def assisted(priority: str | tuple[str, ...], **settings: object) -> set[int]:
    """Return who is assisted in the first year with two places."""
    settings = {"capacity": 2, **settings}
    plan = Intervention("x", ORIGIN + 1, priority=priority, **settings)  # type: ignore[arg-type]
    effect = np.array([math.log(3.0)])
    programme = Programme(plan, VILLAGES, effect, np.zeros(1))
    status = np.asarray(VILLAGES.levels)[:, None]
    odds = np.array([0.1, 0.2, 9.0, 0.1, 0.25, 0.0])[:, None]
    tie = np.array([0.5, 0.4, 0.3, 0.2, 0.1, 0.05])[:, None]
    programme.allocate(ORIGIN + 1, status, lambda: tie, lambda: odds)
    return set(np.flatnonzero(programme.assisted[:, 0]))


@pytest.mark.parametrize(
    ("priority", "expected"),
    [
        ("random", {3, 4}),
        ("lowest_status", {0, 3}),
        ("highest_status", {2, 4}),
        ("nearest_to_rising", {2, 4}),
        ("largest_gain", {1, 4}),
        ("column:remote", {3, 4}),
        (("63.99.0002", "63.99.0000"), {0, 2}),
        (("63.99.0005", "63.99.0001"), {1, 4}),
    ],
)
def test_each_priority_chooses_its_villages(priority: str | tuple[str, ...], expected: set[int]) -> None:
    """By hand: statuses, odds, gains and ties are small enough to rank by eye; village 5 is at the top."""
    assert assisted(priority) == expected


def test_a_place_counts_only_for_the_eligible() -> None:
    """Kecamatan, status and cells narrow the choice."""
    assert assisted("random", eligible_subdistricts=("Kecamatan 0",)) == {1, 2}
    assert assisted("random", eligible_status=("paripurna",)) == {5}
    plan = Intervention("x", ORIGIN + 1, capacity=1, eligible_where={"remote": 5.0})
    assert may_be_chosen(plan, VILLAGES).tolist() == [False] * 4 + [True, False]


@pytest.mark.parametrize(
    ("coverage", "eligible", "places"),
    [("0.5", 5, 3), ("0.29", 50, 15), ("0.145", 100, 15), ("0.05", 9, 0), ("1", 7, 7)],
)
def test_coverage_is_rounded_half_up_exactly(coverage: str, eligible: int, places: int) -> None:
    """0.29 × 50 is 14.5 and gives 15, though floats say 14.499999."""
    plan = Intervention("x", ORIGIN + 1, coverage=Fraction(coverage))
    assert place_table(plan, 100)[eligible] == places


def test_a_village_keeps_its_place_after_it_rises_and_counts_against_capacity() -> None:
    """With two places for two years, nobody new is taken in the second year, even if both rose to the top."""
    plan = Intervention("x", ORIGIN + 1, capacity=2, years_per_village=2)
    programme = Programme(plan, VILLAGES, np.ones(1), np.zeros(1))
    status, tie = np.asarray(VILLAGES.levels)[:, None].copy(), np.linspace(0.1, 0.9, 6)[:, None]
    programme.allocate(ORIGIN + 1, status, lambda: tie, lambda: tie)
    first = programme.assisted.copy()
    status[first] = 3
    programme.allocate(ORIGIN + 2, status, lambda: tie, lambda: tie)
    assert np.array_equal(programme.assisted, first)
    programme.allocate(ORIGIN + 3, status, lambda: tie, lambda: tie)
    assert programme.assisted.sum() == 2
    assert not (programme.assisted & first).any()


def test_the_dose_ramps_up_and_fades_out() -> None:
    """Ramp 2, fade 2: ½, 1, then ⅔, ⅓, 0 of what was reached."""
    n, k = np.array([1, 2, 3, 3, 3, 3, 0]), np.array([0, 0, 0, 1, 2, 3, 5])
    np.testing.assert_allclose(dose(n, k, 2, 2), [0.5, 1, 1, 2 / 3, 1 / 3, 0, 0])
    np.testing.assert_allclose(dose(n[:4], k[:4], 0, 0), [1, 1, 1, 0])


def test_overlaps_by_hand() -> None:
    """Log 2 and log 3 with a harm of log ½ under each rule."""
    a, b, harm = (np.array([math.log(x)]) for x in (2.0, 3.0, 0.5))
    c = math.log(6)
    assert combine([a, b, harm], "multiply")[0] == pytest.approx(math.log(3))
    assert combine([a, b, harm], "strongest")[0] == pytest.approx(math.log(1.5))
    room = c - math.log(3)
    expected = math.log(3) + room * (1 - math.exp(-math.log(2) / room)) + math.log(0.5)
    assert combine([a, b, harm], "diminishing")[0] == pytest.approx(expected)
    assert combine([np.array([2.0]), a], "diminishing")[0] == 2.0


@given(st.floats(-3, 3), st.sampled_from(["multiply", "strongest", "diminishing"]))
def test_an_intervention_alone_keeps_its_effect(effect: float, overlap: str) -> None:
    """Whatever the rule, on rises and on falls, beside others without effect."""
    alone, nothing = np.array([effect]), np.array([0.0])
    assert combine([alone, nothing], overlap)[0] == effect  # type: ignore[arg-type]
    assert combine_on_falls([nothing, alone], overlap)[0] == effect  # type: ignore[arg-type]


@given(st.lists(st.floats(0, 1.7), min_size=2, max_size=5))
def test_diminishing_lies_between_strongest_and_multiply(effects: list[float]) -> None:
    """More help never does less than the strongest, nor more than the sum."""
    arrays = [np.array([effect]) for effect in effects]
    low, joint, high = (combine(arrays, rule)[0] for rule in ("strongest", "diminishing", "multiply"))  # type: ignore[arg-type]
    assert low <= joint + 1e-12
    assert joint <= high + 1e-12


def test_no_more_are_chosen_than_there_are_places_or_candidates() -> None:
    """A negative number of places chooses nobody."""
    candidates = np.array([[True, True, False], [True, False, False], [True, True, True]])
    tie = np.array([[0.3, 0.2, 0.1], [0.1, 0.1, 0.1], [0.2, 0.3, 0.4]])
    chosen = choose(candidates, np.array([2, -1, 5]), None, lambda: tie)
    assert chosen.T.tolist() == [[False, True, True], [False, False, False], [False, False, True]]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"capacity": 1, "coverage": Fraction(1)},
        {"capacity": 1, "priority": "best"},
        {"capacity": 1, "eligible_status": ("Dasar",)},
    ],
)
def test_what_no_file_could_say_is_refused_in_python_too(settings: dict[str, object]) -> None:
    """Neither or both of coverage and capacity, an unknown priority, an unknown level."""
    with pytest.raises(ScenarioError, match=r"coverage|not known here"):
        Intervention("x", ORIGIN + 1, **settings)  # type: ignore[arg-type]
