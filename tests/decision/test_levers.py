"""Levers: what can be turned, how far, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from districts import make_scenario, make_villages
from hypothesis import given
from hypothesis import strategies as st
from plan_settings import FIRST, assist, district, reference

from simulation.decision.plan.levers import levers_of, shortest_share, turn
from simulation.decision.plan.planning import plan
from simulation.domain.intervention import place_table
from simulation.domain.messages import Refusal
from simulation.inputs.scenario import Scenario


@given(st.integers(1, 300), st.data())
def test_a_share_is_rounded_to_its_places(eligible: int, data: st.DataObject) -> None:
    """Rounded half up, as coverage is, the share written for some places gives just these."""
    places = data.draw(st.integers(0, eligible))
    plan = assist(coverage=shortest_share(places, eligible))
    assert int(place_table(plan, eligible)[eligible]) == places


def test_a_share_has_no_more_decimals_than_it_needs() -> None:
    """14 of 93 is 15%, for 0.15 × 93 = 13.95; 1 of 3 is 0.3."""
    assert shortest_share(14, 93) == Fraction("0.15")
    assert shortest_share(1, 3) == Fraction("0.3")


def test_the_only_intervention_is_turned_by_what_it_is_given_in() -> None:
    """A capacity is turned in villages up to all that are eligible; a coverage in shares of them."""
    (capacity,) = levers_of(reference(0.0), (), [FIRST])
    assert (capacity.name, capacity.most, capacity.now) == ("pokja.capacity", 93, 10)
    scenario = district((9, 5, 2, 1), interventions=[assist(coverage=Fraction("0.5"))])
    (coverage,) = levers_of(scenario, (), [FIRST])
    assert (coverage.name, coverage.most, coverage.now) == ("pokja.coverage", 16, 8)
    assert coverage.value(16) == 1


@pytest.mark.slow
def test_a_lever_may_be_turned_the_other_way() -> None:
    """A capacity may be planned as a coverage: the same places, said as a share."""
    scenario = reference(0.5)
    levers = levers_of(scenario, ("pokja.coverage",), [FIRST])
    (turned,) = turn(scenario, levers, (40,)).interventions
    assert (turned.coverage, turned.capacity) == (Fraction("0.43"), None)
    assert plan(scenario, 0.8, "pokja.coverage").least.value == 0.43


def two(**settings: Any) -> Scenario:
    """Return a scenario with two interventions."""
    return district((9, 5, 2, 1), interventions=[assist("pokja", **settings), assist("media")])


def several() -> Scenario:
    """Return a scenario of two districts."""
    first = district((9, 5, 2, 1), interventions=[assist()])
    second = make_villages([4], status=[0] * 4, code="63.98")
    return replace(first, districts=(*first.districts, second))


REFUSED = {
    "several districts": (several, {}, "test has 2 districts, and this is asked of one at a time"),
    "no intervention": (lambda: district((9, 5, 2, 1)), {}, "test has no intervention"),
    "which of several": (two, {}, "say whose effort is planned with --vary.*pokja.capacity, media.capacity"),
    "a slip": (two, {"vary": "pokja.capasity"}, "no effort pokja.capasity.*pokja.capacity.*media.coverage, budget"),
    "no such lever": (two, {"vary": "xyz"}, "no effort xyz to be planned; those of this scenario: pokja.capacity"),
    "twice": (two, {"vary": ("pokja.capacity", "pokja.coverage")}, "pokja is named by two efforts"),
    "budget and more": (two, {"vary": ("budget", "pokja.capacity")}, "budget .* cannot be combined; drop"),
    "budget of nothing": (two, {"vary": "budget"}, "a budget has no effect while pokja, media cost nothing"),
    "a limit on nothing": (
        lambda: district((9, 5, 2, 1), interventions=[assist()]), {"budget": 10},
        "a limit on the budget has no effect",
    ),
    "too small a budget": (
        lambda: two(cost_idr_million=20.0), {"budget": 10, "vary": "media.capacity"},
        "costs 200 million rupiah over all forecast years even with nothing of media.capacity, more than the budget",
    ),
    "too small a budget for a year": (
        lambda: two(cost_idr_million=20.0), {"budget_per_year": 10, "vary": "media.capacity"},
        "in its dearest year even with nothing of media.capacity, more than the budget of 10 a year",
    ),
    "two budgets": (
        lambda: two(cost_idr_million=20.0), {"budget": 10, "budget_per_year": 10, "vary": "media.capacity"},
        "for all years together or for each year; drop --budget or --budget-per-year",
    ),
    "nobody": (
        lambda: district((0, 5, 2, 1), interventions=[assist(eligible_status=("dasar",))]), {},
        "no village is eligible for pokja",
    ),
    "a certain target": (lambda: reference(0.0), {"probability": 1.0}, "between 0 and 1, such as 0.9 for 90%; found 1"),
    "a year beyond": (lambda: reference(0.0), {"year": 2040}, "2040 is not a year of the scenario; choose one of 2026"),
    "both": (lambda: reference(0.0), {"year": FIRST, "every_year": True}, "choose one"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_planned_is_refused_with_the_reason(name: str) -> None:
    """Every reason says what was found and what would be possible."""
    scenario, settings, wanted = REFUSED[name]
    with pytest.raises(Refusal, match=wanted):
        plan(scenario(), **settings)


def test_an_intervention_that_comes_too_late_is_refused() -> None:
    """What starts in the second year cannot change the first."""
    late = assist().__class__("pokja", FIRST + 1, capacity=3)
    scenario = make_scenario(make_villages([9], status=[0] * 9), interventions=[late], horizon=2)
    with pytest.raises(Refusal, match="pokja starts in 2027, too late to change 2026"):
        plan(scenario, 0.5)


def test_all_reasons_are_told_at_once() -> None:
    """Two unknown levers are two reasons."""
    with pytest.raises(Refusal) as caught:
        plan(two(), 0.5, ("radio.capacity", "poster.capacity"))
    assert len(caught.value.reasons) == 2
