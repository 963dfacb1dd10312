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
