"""Ensembles that an executor of the caller's own computes."""

from __future__ import annotations

import os
import sys
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from threading import Lock
from typing import Any

import numpy as np
import pytest
from districts import everything_on

import simulation as kkb
from simulation.domain.messages import Refusal
from simulation.engine import workers
from simulation.engine.cluster import sent_once, workers_at
from simulation.engine.effort import Effort, EffortError
from simulation.engine.ensemble import Ensemble, run
from simulation.engine.failure import EnsembleError
from simulation.engine.workers import Packed, spread_over

EFFORT = Effort(5, 11)
SMALL = 26 * 8
"""Cells of a chunk: eight trajectories."""


def assert_same(one: Ensemble, other: Ensemble) -> None:
    """Hold all counts of two ensembles against each other."""
    for name, values in one.outcomes[0].arrays.items():
        np.testing.assert_array_equal(values, other.outcomes[0].arrays[name])


def processes() -> Executor:
    """Return two processes that know nothing of this one but what they are sent."""
    return ProcessPoolExecutor(2, get_context("spawn"))


def test_threads_of_ones_own_give_the_same_trajectories() -> None:
    """And the executor can be used afterwards."""
    with ThreadPoolExecutor(2) as executor:
        found = run(everything_on(), EFFORT, 3, executor=executor, chunk_cells=SMALL)
        assert executor.submit(len, "open").result() == 4
    assert_same(found, run(everything_on(), EFFORT, 3))


@pytest.mark.slow
def test_processes_of_ones_own_give_the_same_trajectories() -> None:
    """Of agents too, whose class these processes cannot import."""

    class Eager(kkb.VillageAgent):
        def rise_probability(self) -> float:
            return 0.5

    with processes() as executor:
        found = run(everything_on(), EFFORT, 3, executor=executor, chunk_cells=SMALL)
        scenario = replace(everything_on(), agent_class=Eager)
        own = run(scenario, EFFORT, 3, engine="mesa", executor=executor, chunk_cells=SMALL)
    assert_same(found, run(everything_on(), EFFORT, 3))
    assert_same(own, run(replace(everything_on(), agent_class=Eager), EFFORT, 3, engine="mesa"))


class Ends:
    """A task that ends its process at part 2."""

    def __call__(self, part: int) -> int:
        """Return the part, unless it is the last."""
        if part == 2:
            os._exit(3)
        return part


@pytest.mark.slow
def test_an_executor_that_breaks_is_told() -> None:
    """As an error of the run, not of the pool."""
    with processes() as executor, pytest.raises(workers.ExecutorLostError, match="terminated abruptly"):
        list(spread_over(executor, Ends(), range(3)))
    with processes() as executor:
        executor.submit(os._exit, 3).exception()
        with pytest.raises(EnsembleError, match=r"lost its workers .*start it again"):
            run(everything_on(), EFFORT, executor=executor)


def test_what_cannot_be_sent_is_told_at_once() -> None:
    """With the reason."""

    class Locked(kkb.VillageAgent):
        lock = Lock()

    with ThreadPoolExecutor(1) as executor, pytest.raises(EnsembleError, match=r"cannot be sent .*cannot pickle"):
        run(replace(everything_on(), agent_class=Locked), EFFORT, engine="mesa", executor=executor)


def test_workers_with_another_law_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their trajectories would be others; it is the program that counts, not the number of its version."""
    packed = Packed.of(len)
    assert workers._compute(packed, "four") == 4
    workers._unpacked.cache_clear()
    monkeypatch.setattr(workers, "_digest_of_law", lambda: "another")
    with pytest.raises(RuntimeError, match="has another version of kampung-kb"):
        workers._compute(packed, "four")


def test_a_task_is_unpacked_once_in_a_process() -> None:
    """However many parts there are, and equal content stands for the same task."""
    first, again = (workers._unpacked(Packed.of(len)) for _ in range(2))
    assert first is again


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"executor": "tcp://127.0.0.1:8786"}, r"must be a concurrent\.futures\.Executor.*client\.get_executor\(\)"),
        ({"executor": ThreadPoolExecutor(1), "workers": 2}, "workers and an executor were given; choose one"),
    ],
)
def test_what_is_no_executor_is_refused(settings: dict[str, Any], said: str) -> None:
    """So are two that would compute."""
    with pytest.raises(EffortError, match=said):
        kkb.forecast(everything_on(), replicates=4, **settings)


def test_only_workers_of_dask_are_sent_shared_data_apart() -> None:
    """Other executors have no place for it."""
    content = object()
    with ThreadPoolExecutor(1) as executor:
        assert sent_once(executor, content) is content


def test_without_the_package_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is computed."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Refusal, match="needs the package distributed: pip install distributed"):
        workers_at("tcp://127.0.0.1:8786").__enter__()
