"""A year is settled once; what holds in it can be asked for as often as one likes."""

from __future__ import annotations

import numpy as np
import pytest
from districts import everything_on

from simulation.domain.randomness import Trajectories
from simulation.engine.batch import State
from simulation.engine.environment import Environment


def begun() -> tuple[Environment, State, int]:
    """Return an environment with every feature of the law at work, and its first year."""
    scenario = everything_on()
    (villages,) = scenario.districts
    grid = Trajectories.grid(range(1), range(12))
    environment = Environment(scenario, villages, scenario.parameters.draw(3, 1), grid, 3)
    return environment, State(environment.initial_status(), villages, scenario.min_years), scenario.years[0]


def test_a_question_changes_nothing() -> None:
    """The chances of a year, asked for twice, are the same arrays, and so are the places and doses behind them."""
    environment, state, year = begun()
    environment.assist(year, state.status, state.levels, state.blocked(year))
    assisted = [programme.assisted.copy() for programme in environment.programmes]
    first, second = (environment.chances(year, state.levels) for _ in range(2))
    for name, value in vars(first).items():
        np.testing.assert_array_equal(value, vars(second)[name])
    assert first.rise_effect is not None
    for before, programme in zip(assisted, environment.programmes, strict=True):
        np.testing.assert_array_equal(before, programme.assisted)


def test_places_are_filled_once_a_year() -> None:
    """A year that is settled already, or that is not the next, is refused; so are chances of an unsettled year."""
    environment, state, year = begun()
    with pytest.raises(ValueError, match="settled for 2025, not for 2026"):
        environment.chances(year, state.levels)
    environment.assist(year, state.status, state.levels, None)
    for wrong in (year, year + 2):
        with pytest.raises(ValueError, match="the next year is not"):
            environment.assist(wrong, state.status, state.levels, None)


def test_a_trajectory_apart_is_the_one_that_was_made_alone() -> None:
    """Status, programmes, odds and chance of three years, bit for bit, whichever of them is asked first."""
    scenario = everything_on(horizon=3)
    (villages,) = scenario.districts
    parameters = scenario.parameters.draw(3, 2)
    together = Trajectories.grid(range(2), range(2, 7))
    for apart in Environment(scenario, villages, parameters, together, 3).apart():
        (draw,), (replicate,) = apart.trajectories.draw.tolist(), apart.trajectories.replicate.tolist()
        one = Trajectories.grid(range(draw, draw + 1), range(replicate, replicate + 1))
        alone = Environment(scenario, villages, parameters, one, 3)
        state = State(alone.initial_status(), villages, scenario.min_years)
        np.testing.assert_array_equal(apart.initial_status(), state.status)
        for year in scenario.years:
            found = []
            for environment in (apart, alone):
                environment.assist(year, state.status, state.levels, state.blocked(year))
                found.append(vars(environment.chances(year, state.levels)))
            for name, value in found[0].items():
                np.testing.assert_array_equal(value, found[1][name])
            assert [p.assisted.tolist() for p in apart.programmes] == [p.assisted.tolist() for p in alone.programmes]
            assert apart.village_factor is not None
            np.testing.assert_array_equal(apart.village_factor, alone.village_factor)
