"""Chunks, workers and engines: however an ensemble is cut and spread, it is the same."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from districts import ORIGIN, everything_on, make_scenario, make_villages

from simulation.domain.intervention import Intervention
from simulation.domain.parameters import DEFAULT_PRIORS
from simulation.domain.villages import Villages
from simulation.engine.effort import Effort, Engine
from simulation.engine.ensemble import Ensemble, run
from simulation.inputs.scenario import Scenario

SEED = 11
EFFORT = Effort(5, 11)
CODES = {"known": "63.01", "counts": "63.02", "per kecamatan": "63.03", "synthetic": "63.04"}


def district(kind: str) -> Villages:
    """Return a district of 26 villages, its statuses known to a different degree for each kind."""
    code, sizes = CODES[kind], (7, 5, 1, 9, 4)
    if kind == "known":
        return make_villages(sizes, status=[i % 7 % 4 for i in range(26)], code=code)
    if kind == "synthetic":
        return make_villages(sizes, code=code)
    if kind == "counts":
        return make_villages(sizes, counts=(15, 6, 2, 3), code=code)
    per_kecamatan = [(4, 1, 0, 2), (3, 2, 0, 0), (0, 0, 1, 0), (5, 2, 1, 1), (3, 1, 0, 0)]
    return make_villages(sizes, counts={f"Kecamatan {k}": row for k, row in enumerate(per_kecamatan)}, code=code)


def uncertain(*kinds: str) -> Scenario:
    """Return a scenario of these districts in which every parameter has its default prior."""
    plan = Intervention("pokja", ORIGIN + 1, capacity=4, priority="largest_gain", years_per_village=2)
    scenario = make_scenario(district(kinds[0]), {}, [plan], priors=DEFAULT_PRIORS, min_years=1, horizon=3)
    return replace(scenario, districts=tuple(district(kind) for kind in kinds))


SCENARIOS = {
    "all fixed": everything_on(),
    **{kind: uncertain(kind) for kind in CODES},
    "several districts": uncertain(*CODES),
}


@cache
def in_one_piece(name: str) -> Ensemble:
    """Return an ensemble run as one chunk a district by one worker."""
    return run(SCENARIOS[name], EFFORT, SEED, workers=1, chunk_cells=10**6)


def assert_same(a: Ensemble, b: Ensemble) -> None:
    """Check that two ensembles agree in every number of every district."""
    assert len(a.outcomes) == len(b.outcomes) == len(a.scenario.districts)
    for one, other in zip(a.outcomes, b.outcomes, strict=True):
        for name, values in one.arrays.items():
            assert np.array_equal(values, other.arrays[name]), name
        assert one.failures == other.failures == []


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize(("cells", "workers"), [(60, 1), (333, 2), (10_000, 3)])
def test_chunks_and_workers_change_nothing(name: str, cells: int, workers: int) -> None:
    """An ensemble is the same however it is cut and spread, whatever is known of it."""
    assert_same(in_one_piece(name), run(SCENARIOS[name], EFFORT, SEED, workers=workers, chunk_cells=cells))


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.slow
def test_agents_give_the_same_ensemble(name: str) -> None:
    """Agents, in other chunks, live the trajectories of the array engine."""
    assert_same(in_one_piece(name), run(SCENARIOS[name], EFFORT, SEED, engine="mesa", workers=1, chunk_cells=333))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["all fixed", "several districts"])
def test_agents_in_worker_processes_give_the_same_ensemble(name: str) -> None:
    """Processes change nothing either."""
    assert_same(in_one_piece(name), run(SCENARIOS[name], EFFORT, SEED, engine="mesa", workers=2, chunk_cells=100))


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("engine", ["batch", "mesa"])
def test_a_district_has_the_same_lives_alone_as_among_others(name: str, engine: Engine) -> None:
    """Which other districts a scenario holds does not matter to a district."""
    together, alone = in_one_piece("several districts"), run(SCENARIOS[name], EFFORT, SEED, engine=engine, workers=1)
    outcome = together.outcomes[list(CODES).index(name)]
    assert np.array_equal(outcome.levels, alone.outcomes[0].levels)


def test_trajectories_of_an_ensemble_differ() -> None:
    """Nothing above compares constants: every kind of scenario varies between draws and between replicates."""
    for name in SCENARIOS:
        for outcome in in_one_piece(name).outcomes:
            assert len(np.unique(outcome.rises.reshape(-1, outcome.rises.shape[-1]), axis=0)) > 20
            assert outcome.villages.assisted.any()
