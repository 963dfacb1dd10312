"""A term that is added to the list acts everywhere: here a toy, the share of a kecamatan's villages at the top."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from districts import ORIGIN, make_scenario, make_villages

from simulation.domain import law
from simulation.domain.distributions import Fixed
from simulation.domain.intervention import Intervention
from simulation.domain.law import Luck, OfNeighbours, Term, seen_at
from simulation.domain.parameters import ParameterKey
from simulation.domain.randomness import Process, Trajectories
from simulation.domain.scenario import Assumptions
from simulation.domain.transition import chance, odds
from simulation.domain.villages import Villages
from simulation.engine import batch, model
from simulation.engine.environment import Environment
from simulation.engine.one_year import first_year
from simulation.inference.explanation import explain
from simulation.report.kinds import explanation as explanation_kind
from simulation.report.kinds.kind import Source
from simulation.report.language import language

RATIO = 5.0
PLAN = Intervention("pokja", starts=ORIGIN + 1, capacity=3, priority="nearest_to_rising")
TOY = Term(
    "share_at_top",
    ParameterKey("peer_odds_ratio"),
    OfNeighbours(lambda villages, levels: np.repeat(levels[:, 3:] / villages.subdistrict_sizes[:, None, None], 4, 1)),
)


@pytest.fixture
def scenario() -> Assumptions:
    """Return two kecamatan of alike villages, all at the bottom but for two of the four others of the second."""
    villages = make_villages((5, 5), status=[0, 0, 0, 0, 0, 0, 0, 0, 3, 3])
    return make_scenario(villages, {"peer_odds_ratio": RATIO, "fall": 0.0}, [PLAN], horizon=2)


@pytest.fixture(autouse=True)
def in_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the toy in the place of the peers, whose key it takes: nothing but the list is changed."""
    monkeypatch.setattr(law, "TERMS", (TOY, *(term for term in law.TERMS if term.name != "peers")))


def odds_of_first_year(scenario: Assumptions, villages: Villages) -> np.ndarray:
    """Return the odds of rising of villages at the bottom, kecamatan by kecamatan."""
    grid = Trajectories.grid(range(1), range(1))
    environment = Environment(scenario, villages, scenario.parameters.draw(0, 1), grid, 0)
    state = batch.State(environment.initial_status(), villages, 0)
    environment.assist(ORIGIN + 1, state.status, state.levels, None)
    return environment.chances(ORIGIN + 1, state.levels).rise_odds[:, 0, 0]


def test_it_acts_in_the_simulation(scenario: Assumptions) -> None:
    """In the kecamatan where two in five stand at the top the odds are 5^0.4 times as large; both drivers agree."""
    (villages,) = scenario.districts
    alone, beside = odds_of_first_year(scenario, villages)
    assert beside / alone == pytest.approx(RATIO**0.4)
    grid, parameters = Trajectories.grid(range(1), range(40)), scenario.parameters.draw(0, 1)
    one, other = (driver.simulate(scenario, villages, parameters, grid, 0) for driver in (batch, model))
    np.testing.assert_array_equal(one.levels, other.levels)


def test_a_planner_foresees_it(scenario: Assumptions) -> None:
    """Whom assistance goes to first: the villages of the second kecamatan, which are nearest to rising."""
    (villages,) = scenario.districts
    grid = Trajectories.grid(range(1), range(1))
    environment = Environment(scenario, villages, scenario.parameters.draw(0, 1), grid, 0)
    state = batch.State(environment.initial_status(), villages, 0)
    environment.assist(ORIGIN + 1, state.status, state.levels, None)
    assert environment.programmes[0].assisted[:, 0].tolist() == [False] * 5 + [True] * 3 + [False] * 2


def test_it_is_explained(scenario: Assumptions) -> None:
    """The explanation of a village names it, with its odds ratio."""
    (villages,) = scenario.districts
    found = explain(scenario, villages.codes[5], replicates=8)  # type: ignore[arg-type]
    (toy,) = [part for part in found.components if part.kind == "share_at_top"]
    assert toy.odds_ratio == pytest.approx((RATIO**0.4,) * 3)
    assert found.without_interventions == pytest.approx(chance(odds(np.array([0.0502])) * RATIO**0.4)[0])


def test_closed_forms_take_it_in(scenario: Assumptions) -> None:
    """What can be foreseen of every village holds it."""
    (villages,) = scenario.districts
    parameters = scenario.parameters.draw(0, 1)
    (found,) = seen_at(villages, parameters, villages.levels)
    assert found[0] is TOY
    np.testing.assert_allclose(found[1], [0.0] * 5 + [0.4] * 5)


def test_the_exact_year_ahead_takes_it_in(scenario: Assumptions) -> None:
    """Without simulation each village rises with its chance, with the term or without it."""
    (villages,) = scenario.districts
    alone = make_scenario(villages, {"peer_odds_ratio": RATIO, "fall": 0.0}, horizon=2)
    found = first_year(alone, villages, alone.parameters.draw(0, 1), 0)
    typical, beside = chance(odds(np.array([0.0502])) * np.array([1.0, RATIO**0.4]))
    np.testing.assert_allclose(found.village_rises[:, 0], [typical] * 5 + [beside] * 3 + [0.0] * 2, rtol=1e-9)


def test_luck_that_is_added_differs_between_years_and_is_not_foreseen(
    scenario: Assumptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A term of luck takes part in the odds, and neither a planner nor a closed form can see it."""
    luck = Term("luck", ParameterKey("peer_odds_ratio"), Luck(Process.SUBDISTRICT_SHOCK, "subdistrict"))
    monkeypatch.setattr(law, "TERMS", (luck,))
    (villages,) = scenario.districts
    one, other = odds_of_first_year(scenario, villages)
    assert one != other
    assert seen_at(villages, scenario.parameters.draw(0, 1), villages.levels) == []
    still = replace(scenario.parameters, scalars={**scenario.parameters.scalars, "peer_odds_ratio": Fixed(1.0)})
    one, other = odds_of_first_year(replace(scenario, parameters=still), villages)
    assert one == other


def test_it_is_told_without_words_of_its_own(scenario: Assumptions, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer of ``explain`` names the parameter behind a term that has no sentence."""
    monkeypatch.setattr(explanation_kind, "TERMS", law.TERMS)
    (villages,) = scenario.districts
    result = explanation_kind.EXPLANATION.result(explain(scenario, villages.codes[5], replicates=8))  # type: ignore[arg-type]
    text = str(explanation_kind.EXPLANATION.document(result, language("en"), Source()))
    assert "What sets it apart most: other villages of the kecamatan (odds ratio)" in text
