"""Plans, robustness and sensitivity go on from what an earlier run found, and come to the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import simulation as kkb
from simulation.engine.effort import CHUNK_CELLS, Chunk, Keep
from simulation.engine.outcome import Outcome
from simulation.inputs.scenario import Scenario
from simulation.report.codec import to_data
from simulation.report.kinds.plan.kind import PLAN
from simulation.report.kinds.robustness import ROBUSTNESS
from simulation.report.kinds.sensitivity import SENSITIVITY

SCENARIOS = Path(__file__).parents[2] / "scenarios"
ROWS = """
extends: contoh_pendampingan.yaml
name: baris
transition:
  matrix:
    dasar: {dasar: 0.9, berkembang: 0.08, mandiri: 0.02, effective_n: 60}
    berkembang: {dasar: 0.02, berkembang: 0.9, mandiri: 0.07, paripurna: 0.01, effective_n: 60}
    mandiri: {berkembang: 0.02, mandiri: 0.88, paripurna: 0.1, effective_n: 60}
    paripurna: {mandiri: 0.02, paripurna: 0.98, effective_n: 60}
"""


class StoppedError(Exception):
    """The run was stopped."""


class Memory(Keep):
    """Keeps a number of parts, and stops the run when there is another."""

    def __init__(self, room: int = 10**6) -> None:
        self.kept: dict[str, Mapping[str, NDArray[Any]]] = {}
        self.loaded, self.room = 0, room

    def load_arrays(self, name: str) -> Mapping[str, NDArray[Any]] | None:
        """Return a part, or None."""
        self.loaded += name in self.kept
        return self.kept.get(name)

    def save_arrays(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep a part."""
        assert name not in self.kept
        if len(self.kept) == self.room:
            raise StoppedError
        self.kept[name] = {key: np.array(value) for key, value in arrays.items()}


def stopped_and_gone_on(ask: Callable[[Keep | None], Any], kind: Any, room: int) -> Memory:
    """Hold an answer that was stopped and gone on with against one that was not; return what was kept."""
    memory = Memory(room)
    with pytest.raises(StoppedError):
        ask(memory)
    memory.room = 10**6
    found = ask(memory)
    assert memory.loaded >= room
    assert to_data(kind.result(found)) == to_data(kind.result(ask(None)))
    made = len(memory.kept)
    ask(memory)
    assert len(memory.kept) == made
    return memory


@pytest.fixture(scope="module")
def coached() -> Scenario:
    """Return the invented district with an intervention of its own."""
    return kkb.load_scenario(SCENARIOS / "contoh_pendampingan.yaml")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("probability", "vary", "more"),
    [
        (0.95, ("pendampingan.capacity",), {}),
        (0.9995, ("pendampingan.capacity",), {}),
        (0.99, ("pendampingan.coverage",), {"budget": 900.0}),
        (0.6, ("pendampingan.capacity",), {"every_year": True}),
    ],
    ids=["reached", "not reached", "within a budget", "every year"],
)
def test_a_plan_goes_on(coached: Scenario, probability: float, vary: tuple[str, ...], more: dict[str, Any]) -> None:
    """Whatever settings it tries, and with each hindrance taken away."""
    stopped_and_gone_on(
        lambda keep: kkb.plan(
            coached, probability, vary, **{"draws": 60, "replicates": 4} | more, workers=1, keep=keep
        ),
        PLAN,
        room=7,
    )


@pytest.mark.slow
def test_a_plan_over_rows_of_a_matrix_goes_on(tmp_path: Path) -> None:
    """Rows without falls, and rows at their means, can be told apart as well; exact tries are kept too."""
    shutil.copytree(SCENARIOS, tmp_path / "scenarios")
    file = tmp_path / "scenarios" / "baris.yaml"
    file.write_text(ROWS, encoding="utf-8")
    scenario = kkb.load_scenario(file)
    stopped_and_gone_on(
        lambda keep: kkb.plan(scenario, 0.9999, "pendampingan.capacity", year=2027, draws=40, replicates=4, keep=keep),
        PLAN,
        room=9,
    )


@pytest.mark.slow
def test_a_choice_goes_on(coached: Scenario) -> None:
    """Every cell is kept by itself: no two states or options are taken for each other."""
    options = (kkb.load_scenario(SCENARIOS / "contoh.yaml"), coached)
    memory = stopped_and_gone_on(
        lambda keep: kkb.robustness(options, draws=50, replicates=4, workers=1, keep=keep), ROBUSTNESS, room=5
    )
    cells = [name for name in memory.kept if name.startswith("chance")]
    assert len(cells) == len(options) * len(kkb.robustness(options, draws=10, replicates=2).worlds)


class Chunks:
    """A sink that keeps a number of chunks, and stops the run when there is another."""

    def __init__(self, room: int) -> None:
        self.kept: dict[tuple[int, str], Outcome] = {}
        self.room, self.loaded, self.place = room, 0, 0

    def at(self, place: int) -> Chunks:
        """Return the sink of a step."""
        self.place = place
        return self

    def load(self, chunk: Chunk) -> Outcome | None:
        """Return a chunk, or None."""
        found = self.kept.get((self.place, chunk.name))
        self.loaded += found is not None
        return found

    def save(self, chunk: Chunk, outcome: Outcome) -> None:
        """Keep a chunk."""
        if len(self.kept) == self.room:
            raise StoppedError
        self.kept[self.place, chunk.name] = outcome


@pytest.mark.slow
@pytest.mark.parametrize("room", [3, 18])
def test_a_sensitivity_analysis_goes_on(coached: Scenario, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """From within either step; what is told of progress grows to the end and never beyond it."""
    monkeypatch.setitem(CHUNK_CELLS, "batch", 100_000)
    chunks, told = Chunks(room), []

    def ask(sinks: Callable[[int], Chunks | None]) -> Any:
        found = kkb.sensitivity(
            coached, 32, 16, workers=1, sinks=sinks, progress=lambda done, total: told.append((done, total))
        )
        return to_data(SENSITIVITY.result(found))

    with pytest.raises(StoppedError):
        ask(chunks.at)
    assert {place for place, _ in chunks.kept} == ({0} if room == 3 else {0, 1})
    chunks.room = 10**6
    told.clear()
    assert ask(chunks.at) == ask(lambda _: None)
    assert chunks.loaded == room
    half = told[: len(told) // 2]
    assert half == sorted(half)
    assert half[-1][0] == half[-1][1]
    assert all(done <= total for done, total in half)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["batch", "mesa"])
def test_a_sensitivity_analysis_goes_on_from_its_folder(
    coached: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Any
) -> None:
    """Where it was stopped, to the same numbers; another seed finds nothing there."""
    monkeypatch.setitem(CHUNK_CELLS, engine, 10_000)
    computed = list[int]()

    def ask(seed: int, stop: int | None = None, results: Path | None = tmp_path) -> Any:
        def tell(done: int, _: int) -> None:
            computed.append(done)
            if done == stop:
                raise KeyboardInterrupt

        return kkb.sensitivity(coached, 4, 4, seed, engine=engine, results=results, progress=tell, workers=1)

    whole = ask(1, results=None)
    everything, computed = computed, []
    with pytest.raises(KeyboardInterrupt):
        ask(1, stop=everything[len(everything) // 2])
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}
    assert 0 < len(before) < len(everything)
    assert ask(1).table.equals(whole.table)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    files = set(tmp_path.rglob("*.npz"))
    ask(2)
    assert len(set(tmp_path.rglob("*.npz"))) == 2 * len(files)


@pytest.mark.slow
def test_exact_steps_of_a_sensitivity_analysis_are_kept(coached: Scenario) -> None:
    """Each as a whole."""
    exact = coached.with_(subdistrict_sd=0)
    stopped_and_gone_on(lambda keep: kkb.sensitivity(exact, 4, engine="exact", keep=keep), SENSITIVITY, room=1)
