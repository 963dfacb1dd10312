"""A plan told at its edges: chances just below what is wanted, and whether every mix was tried."""

from __future__ import annotations

from typing import Any

import pytest

from simulation.report.language import language
from simulation.report.plan import efforts, tables, words

EN, ID = language("en"), language("id")


@pytest.mark.parametrize(
    ("probability", "shown"),
    [(0.79, "79.0%"), (0.7994, "79.9%"), (0.7996, "79.96%"), (0.79996, "79.996%"), (0.8, "80.0%"), (0.8004, "80.0%")],
)
def test_what_misses_the_goal_is_not_rounded_up_to_it(probability: float, shown: str) -> None:
    """Of 80%; also where the goal is no edge between words, such as 75%."""
    assert efforts.chance(EN, {"goal": 0.8}, probability) == shown
    assert efforts.chance(ID, {"goal": 0.75}, 0.7496) == "74,96 %"


def record(**changes: Any) -> dict[str, Any]:
    """Return the record of a plan of one lever, as far as its table of settings looks at it."""

    def point(value: int, probability: float, lower95: float) -> dict[str, Any]:
        settings = {"pokja.capacity": value}
        return {
            "settings": settings,
            "probability_met": probability,
            "monte_carlo_error": 0.003,
            "lower95": lower95,
            "assisted": value,
            "village_years": value,
        }

    below, least = point(38, 0.8046, 0.79966), point(39, 0.8061, 0.8012)
    levers = [{"name": "pokja.capacity", "intervention": "pokja", "kind": "capacity"}]
    named = {"nothing": None, "now": None, "best": least, "below": below, "least": least}
    whole = {"goal": 0.8, "levers": levers, "tried": [below, least], "weighed_by_cost": False, **named}
    return whole | changes


def test_one_place_less_is_seen_to_fall_short() -> None:
    """Its lower bound of 79.97% is not written as the 80.0% that would suffice."""
    less, least = tables.settings_table(EN, record()).rows
    assert "79.97%" in less
    assert "80.1%" in least


@pytest.mark.parametrize(("proven", "said"), [(True, "Every mix was tried"), (False, "is not proven")])
def test_a_mix_says_whether_it_is_proven(proven: bool, said: str) -> None:
    """Of several levers alone; in either case in one sentence."""
    other = {"budget_idr_million": None, "steady": True, "not_ranked": None, "proven": proven}
    effort = {"exact": True, "effort": {"draws": 1}, "weighed_by_cost": True, "villages": []}
    mix = record(**other, **effort)
    mix["levers"] = [*mix["levers"], {"name": "media.capacity", "intervention": "media", "kind": "capacity"}]
    assert [said in note for note in words.notes(EN, mix)].count(True) == 1
    mix["levers"] = mix["levers"][:1]
    assert not any(said in note for note in words.notes(EN, mix))
