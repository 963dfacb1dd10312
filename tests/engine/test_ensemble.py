"""What an ensemble refuses, and how it is cut."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from districts import everything_on

import simulation as kkb
from simulation.engine.effort import Chunk, Effort, EffortError, chunks
from simulation.engine.ensemble import run
from simulation.engine.outcome import packed


@pytest.mark.parametrize(("draws", "replicates"), [(0, 5), (5, 0), (-3, 5), (2, True), (1.5, 2)])
def test_an_effort_of_nothing_is_refused(draws: int, replicates: int) -> None:
    """Whole numbers of 1 or more, and no silent default in their place."""
    with pytest.raises(EffortError, match="1 or more"):
        Effort(draws, replicates)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"seed": -1}, "seed must be a whole number of 0 or more; found -1"),
        ({"seed": 1.5}, "seed must be a whole number of 0 or more; found 1.5"),
        ({"seed": True}, "seed must be a whole number"),
        ({"workers": 0}, "workers must be a whole number of 1 or more; found 0"),
        ({"workers": "two"}, "workers must be a whole number of 1 or more; found 'two'"),
        ({"engine": "fast"}, "batch, mesa or exact; found fast"),
    ],
)
def test_nonsense_is_refused_before_it_runs(settings: dict[str, object], said: str) -> None:
    """Seed, workers and engine are checked where they are given, each with an error of its own."""
    with pytest.raises(kkb.KampungError, match=said):
        run(everything_on(), Effort(1, 2), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("address", [{"seed": -1}, {"seed": "1"}, {"draw": -2}, {"replicate": 0.5}])
def test_a_model_needs_an_address(address: dict[str, object]) -> None:
    """Draw, replicate and seed are whole numbers of 0 or more: nothing else is an address of luck."""
    (name,) = address
    with pytest.raises(EffortError, match=f"{name} must be a whole number of 0 or more"):
        kkb.KampungModel(everything_on(), **address)  # type: ignore[arg-type]


def test_what_would_not_fit_in_memory_is_refused_at_once() -> None:
    """Ten thousand million trajectories are told to be too many, not begun."""
    with pytest.raises(EffortError, match="fit in memory"):
        kkb.forecast(everything_on(), replicates=10**10)


@pytest.mark.parametrize("effort", [Effort(1, 1), Effort(7, 20), Effort(1, 1001), Effort(100, 3)])
@pytest.mark.parametrize("cells", [1, 26 * 50, 10**7])
def test_chunks_cover_every_trajectory_once(effort: Effort, cells: int) -> None:
    """However it is cut, each draw and replicate is in one chunk; names are unique."""
    cut: list[Chunk] = list(chunks(everything_on(), effort, cells))
    pairs = [(d, r) for chunk in cut for d in chunk.draws for r in chunk.replicates]
    assert sorted(pairs) == [(d, r) for d in range(effort.draws) for r in range(effort.replicates)]
    assert len({chunk.name for chunk in cut}) == len(cut)


def test_a_forecast_introduces_itself_in_a_line() -> None:
    """Printing one does not pour out its arrays."""
    text = repr(kkb.forecast(everything_on(), replicates=8))
    assert text.startswith("<Forecast test, 1 draws × 8 replicates, P(met in 2026) Kabupaten Contoh:")
    assert len(text) < 200


def test_whoever_stops_a_run_leaves_no_worker_behind() -> None:
    """However long what stopped it is kept: else some later moment would wait for the workers, in any thread."""

    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as stopped:
        run(everything_on(), Effort(40, 5), seed=1, workers=2, chunk_cells=1000, progress=stop)
    assert stopped.value.__traceback__
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ThreadPool")]


@pytest.mark.parametrize("villages", [7, 8, 19])
def test_eight_villages_are_packed_in_a_byte(villages: int) -> None:
    """As NumPy does, whether or not the last byte is full."""
    risen = np.random.default_rng(1).random((villages, 11)) < 0.4
    assert np.array_equal(packed(risen), np.packbits(risen, axis=0).T)
