"""A plan told at its edges: chances just below what is wanted, and whether every mix was tried."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_cases import LEVER, reached_plan, result_of

from simulation.report.kinds.plan import document, words
from simulation.report.kinds.plan.words import PlanResult
from simulation.report.language import language

EN, ID = language("en"), language("id")


@pytest.fixture(scope="module")
def result() -> PlanResult:
    """Return a plan of one lever."""
    return result_of(reached_plan())


@pytest.mark.parametrize(
    ("probability", "shown"),
    [(0.79, "79.0%"), (0.7994, "79.9%"), (0.7996, "79.96%"), (0.79996, "79.996%"), (0.8, "80.0%"), (0.8004, "80.0%")],
)
def test_what_misses_the_goal_is_not_rounded_up_to_it(result: PlanResult, probability: float, shown: str) -> None:
    """Of 80%; also where the goal is no edge between words, such as 75%."""
    assert words.chance(EN, replace(result, goal=0.8), probability) == shown
    assert words.chance(ID, replace(result, goal=0.75), 0.7496) == "74,96%"


def test_one_place_less_is_seen_to_fall_short(result: PlanResult) -> None:
    """Its lower bound of 79.97% is not written as the 80.0% that would suffice."""
    point = replace(result.best, monte_carlo_error=0.003)
    below = replace(point, settings={LEVER: 38.0}, places=(38,), probability_met=0.8046, lower95=0.79966)
    least = replace(point, settings={LEVER: 39.0}, places=(39,), probability_met=0.8061, lower95=0.8012)
    told = replace(result, goal=0.8, tried=(below, least), below=below, least=least, best=least)
    less, enough = document.settings_table(EN, told).rows
    assert "79.97%" in less
    assert "80.1%" in enough


@pytest.mark.parametrize(("proven", "said"), [(True, "Every mix was tried"), (False, "one between them may be")])
def test_a_mix_says_whether_it_is_proven(result: PlanResult, proven: bool, said: str) -> None:
    """Of several levers alone; in either case in one sentence."""
    reached = replace(result, proven=proven, least=result.best)
    mix = replace(reached, levers=reached.levers * 2)
    assert [said in note for note in words.notes(EN, mix)].count(True) == 1
    assert not any(said in note for note in words.notes(EN, reached))
