"""Shares of a chance: what every order of switching terms on, one by one, in the engine itself comes to."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import permutations

import numpy as np
import pytest
from districts import ORIGIN, make_scenario, make_villages

from simulation.domain.distributions import Fixed, HalfNormal
from simulation.domain.intervention import Intervention
from simulation.domain.randomness import Trajectories
from simulation.domain.transition import chance
from simulation.engine.batch import State
from simulation.engine.environment import Environment
from simulation.inference.explanation import explain
from simulation.inference.shares import MOST_TOGETHER, shapley
from simulation.inputs.scenario import Scenario

STEPS = (
    ("covariates.remote", "covariates.staff"),
    ("peer_odds_ratio",),
    ("village_sd", "year_sd", "subdistrict_sd", "campaign.odds_ratio"),
    ("a.odds_ratio_rise", "b.odds_ratio_rise", "c.odds_ratio_rise"),
)
"""The parameter that switches each term, step by step in the order of the components: 0 or 1 is off."""
VILLAGE = 4
DRAWS, REPLICATES, SEED = 20, 30, 11


def uncertain(overlap: str) -> Scenario:
    """Return a district where every term acts, whose interventions choose by lot and so whatever else acts."""
    villages = make_villages(
        [4, 3], [0, 1, 0, 2, 0, 3, 1], columns={"remote": [4, 1, 0, 2, 3, 2.5, 1], "staff": [2, 5, 3, 8, 1, 9, 4]}
    )
    plans = [
        Intervention("a", ORIGIN + 1, coverage=Fraction(2, 5), priority="random"),
        Intervention("b", ORIGIN + 1, capacity=3, priority="random"),
        Intervention("c", ORIGIN + 1, capacity=4, priority="random"),
    ]
    return make_scenario(
        villages,
        {
            "village_sd": HalfNormal(0.8), "year_sd": HalfNormal(0.7), "subdistrict_sd": 0.4, "peer_odds_ratio": 1.7,
            "campaign.probability": 0.3, "campaign.odds_ratio": 6.0,
        },
        plans,
        {"a.odds_ratio_rise": 2.6, "b.odds_ratio_rise": 0.7, "c.odds_ratio_rise": 1.4},
        {"remote": 0.8, "staff": 1.25},
        overlap=overlap,
    )  # fmt: skip


def value(scenario: Scenario, on: Sequence[str]) -> float:
    """Return the village's mean chance in the first year by the engine's own odds, only some terms switched on."""
    off = {name: Fixed(0.0 if name.endswith("_sd") else 1.0) for step in STEPS for name in step if name not in on}
    scalars = {**scenario.parameters.scalars, **off}
    some = replace(scenario, parameters=replace(scenario.parameters, scalars=scalars))
    (villages,) = some.districts
    grid = Trajectories.grid(range(DRAWS), range(REPLICATES))
    environment = Environment(some, villages, some.parameters.draw(SEED, DRAWS), grid, SEED)
    state = State(environment.initial_status(), villages, some.min_years)
    environment.assist(ORIGIN + 1, state.status, state.levels, None)
    settled = environment.chances(ORIGIN + 1, state.levels)
    odds = settled.rise_odds.take(state.place)
    for effect in (environment.village_factor, settled.rise_effect):
        odds = odds if effect is None else odds * effect
    return float(chance(odds)[VILLAGE].mean())


def in_every_order(worth: Callable[[Sequence[str]], float], players: Sequence[str]) -> list[float]:
    """Return what each player adds, averaged over every order in which they can join: the definition, word for word."""
    added = dict.fromkeys(players, 0.0)
    orders = list(permutations(players))
    for order in orders:
        for place, player in enumerate(order):
            added[player] += (worth(order[: place + 1]) - worth(order[:place])) / len(orders)
    return list(added.values())


@pytest.mark.parametrize("overlap", ["multiply", "strongest", "diminishing"])
def test_shares_are_those_of_switching_terms_on_in_every_order_in_the_engine(overlap: str) -> None:
    """To the twelfth digit: 2 covariates, peers, 4 unknowns and 3 interventions, each step upon those before it."""
    scenario = uncertain(overlap)
    worth = cache(lambda on: value(scenario, sorted(on)))
    before: frozenset[str] = frozenset()
    expected = [0.0]
    for step in STEPS:
        expected += in_every_order(lambda some, before=before: worth(before | frozenset(some)), step)
        before |= frozenset(step)
    found = explain(scenario, "63.99.0004", draws=DRAWS, replicates=REPLICATES, seed=SEED)
    assert found.base == pytest.approx(worth(frozenset()), abs=1e-12)
    assert [component.share for component in found.components] == pytest.approx(expected, abs=1e-12)
    assert found.chance == pytest.approx(worth(before), abs=1e-12)
    assert all(abs(share) > 1e-4 for share in expected[1:])


def test_two_interventions_for_certain_share_by_formula() -> None:
    """Chances p(1), p(a), p(b), p(ab) of odds o, oa, ob, oab: a gets ((p(a) − p(1)) + (p(ab) − p(b))) / 2."""
    plans = [Intervention(name, ORIGIN + 1, coverage=Fraction(1)) for name in ("a", "b")]
    effects = {"a.odds_ratio_rise": 2.6, "b.odds_ratio_rise": 1.5}
    scenario = make_scenario(make_villages([3], [0, 0, 1]), {"rise.dasar": 0.2}, plans, effects, overlap="multiply")
    none, a, b, both = (odds / (1 + odds) for odds in (0.25 * ratio for ratio in (1, 2.6, 1.5, 2.6 * 1.5)))
    found = explain(scenario, "63.99.0001", replicates=3)
    told = {component.name: component.share for component in found.components}
    assert told["a"] == pytest.approx(((a - none) + (both - b)) / 2, abs=1e-12)
    assert told["b"] == pytest.approx(((b - none) + (both - a)) / 2, abs=1e-12)
    assert (found.base, found.chance) == (pytest.approx(none), pytest.approx(both))


def test_shares_are_the_mean_over_all_orders() -> None:
    """The weights of coalitions say what listing every order says."""

    def value(joined: tuple[bool, ...]) -> float:
        worth = sum(number for number, here in zip((1.0, 3.0, 4.5, 0.0), joined, strict=True) if here)
        return math.sqrt(worth) + joined[0] * joined[3]

    expected = np.zeros(4)
    orders = list(permutations(range(4)))
    for order in orders:
        joined = [False] * 4
        for player in order:
            before = value(tuple(joined))
            joined[player] = True
            expected[player] += (value(tuple(joined)) - before) / len(orders)
    assert shapley(value, 4) == pytest.approx(expected, abs=1e-12)


def test_many_players_share_everything_and_the_alike_alike() -> None:
    """Beyond the number whose every order is tried."""
    players = MOST_TOGETHER + 3
    told = shapley(lambda joined: math.sqrt(sum(joined)), players)
    assert told == pytest.approx([math.sqrt(players) / players] * players, abs=1e-12)
    uneven = shapley(lambda joined: math.log1p(float(np.dot(joined, range(players)))), players)
    assert sum(uneven) == pytest.approx(math.log1p(sum(range(players))), abs=1e-12)
    assert uneven == sorted(uneven)
