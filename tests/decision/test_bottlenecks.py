"""What limits a plan: one thing is taken away, everything else holds, the budget as well."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from plan_settings import assist, district, exact_chance, reference

from simulation.decision.plan.bottlenecks import without_hindrance
from simulation.decision.plan.planning import plan
from simulation.domain.distributions import Empirical
from simulation.domain.parameters import ParameterKey
from simulation.domain.target import Target


@pytest.mark.slow
def test_the_budget_holds_while_something_else_is_taken_away() -> None:
    """Five villages of 25 million are paid by 125: the best chance of five or fewer, one hindrance at a time."""
    scenario = reference(1.0, "random")
    found = plan(scenario, 0.8, budget=125)
    limits = {limit.name: limit for limit in found.limits}
    changed = dict(without_hindrance(scenario, ["pokja"], found.years))
    assert set(limits) <= {"budget", *changed}
    assert limits["budget"].probability_met == pytest.approx(exact_chance(scenario, (), (93,)))
    for name, one in changed.items():
        assert limits[name].probability_met == pytest.approx(max(exact_chance(one, (), (n,)) for n in range(6)))
        assert not limits[name].reachable


@pytest.mark.slow
def test_a_mix_keeps_to_the_budget_while_something_else_is_taken_away() -> None:
    """The best of all mixes within 90 million, with each hindrance gone."""
    counts, costs = (6, 5, 0, 1), {"pokja": 20.0, "media": 30.0}
    plans = [
        assist(name, eligible_status=(status,), cost_idr_million=costs[name])
        for name, status in zip(costs, ("dasar", "berkembang"), strict=True)
    ]
    effects = {"pokja.odds_ratio_rise": 4.0, "media.odds_ratio_rise": 3.0}
    settings = {"interventions": plans, "effects": effects, "target": Target(Fraction("0.25"))}
    scenario = district(counts, scalars={"year_sd": 0.8}, **settings)
    levers = ("pokja.capacity", "media.capacity")
    found = plan(scenario, 0.9, "budget", budget=90)
    changed = dict(without_hindrance(scenario, list(costs), found.years))
    inside = [(a, b) for a, b in product(range(5), range(4)) if 20 * a + 30 * b <= 90]
    best = {name: max(exact_chance(one, levers, mix) for mix in inside) for name, one in changed.items()}
    best["budget"] = exact_chance(scenario, levers, (6, 5))
    best = {name: chance for name, chance in best.items() if chance > found.best.probability_met}
    assert {limit.name: limit.probability_met for limit in found.limits} == pytest.approx(best)
    assert len(best) >= 3


@pytest.mark.slow
def test_what_allows_no_better_chance_limits_nothing() -> None:
    """Twice an odds ratio of 0.4 still harms: no effort stays best, and the effect does not limit it."""
    scenario = district(
        (20, 5, 0, 0), interventions=[assist(cost_idr_million=10.0)], effects={"pokja.odds_ratio_rise": 0.4}
    )
    assert plan(scenario, 0.95, budget=1000).limits == ()
    assert plan(scenario, 0.95).limits == ()


def test_where_parameters_are_known_a_blank_status_still_is_not() -> None:
    """It is no number that could be put at its median: what a calibration learned of it stays as it is drawn."""
    scenario = reference(1.0)
    key = ParameterKey("village_status", scenario.districts[0].codes[0])
    learned = {**scenario.parameters.scalars, key: Empirical(np.array([0.0, 1.0, 0.0, 1.0]))}
    drawn = replace(scenario, parameters=replace(scenario.parameters, scalars=learned))
    known = dict(without_hindrance(drawn, ["pokja"], (drawn.years[0],)))["uncertainty"].parameters
    assert known.scalars[key] is learned[key]
    assert all(value.fixed for name, value in known.scalars.items() if name != key)
