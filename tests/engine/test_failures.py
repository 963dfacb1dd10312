"""Trajectories that a researcher's own agents break off, and the others, which go on."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
from districts import everything_on, make_villages

import simulation as kkb
from simulation.domain.so_far import SoFar
from simulation.domain.target import Target
from simulation.engine.effort import Chunk, Effort
from simulation.engine.ensemble import Ensemble, run
from simulation.engine.failure import EnsembleError, Failure
from simulation.engine.outcome import PER_TRAJECTORY, Outcome, VillageSums
from simulation.inputs.scenario import Scenario

SEED = 11
EFFORT = Effort(6, 9)
SCENARIO = everything_on()


def address(model: kkb.KampungModel) -> tuple[int, int]:
    """Return draw and replicate of a model."""
    trajectories = model.environment.trajectories
    return int(trajectories.draw[0]), int(trajectories.replicate[0])


def is_fragile(draw: int, replicate: int) -> bool:
    """Return whether the trajectory with this address is to fail: about a fifth of all."""
    return (3 * draw + replicate) % 5 == 2


class Fragile(kkb.VillageAgent):
    """A village that breaks off some trajectories in their second year."""

    def decide(self) -> None:
        """Decide as any village does, or raise."""
        super().decide()
        if self.model.year == 2027 and self.position == 4 and is_fragile(*address(self.model)):
            raise LookupError(f"no road to {self.village_code}, {object()}")


class Unborn(kkb.VillageAgent):
    """A village that cannot be made in some trajectories."""

    def __init__(self, model: kkb.KampungModel, position: int, status: kkb.Status) -> None:
        if is_fragile(*address(model)):
            raise ValueError
        super().__init__(model, position, status)


class Leaving(kkb.VillageAgent):
    """A village that asks the program to end."""

    def change(self) -> None:
        """Change, or leave."""
        if is_fragile(*address(self.model)):
            sys.exit()
        super().change()


class Hopeless(kkb.VillageAgent):
    """A village that always raises."""

    @property
    def may_rise(self) -> bool:
        """Raise."""
        return self.model.environment.nonsense


@cache
def everyone() -> Ensemble:
    """Return the ensemble in which nothing fails."""
    return run(SCENARIO, EFFORT, SEED)


def expected() -> np.ndarray:
    """Return which trajectories are to be completed, shape (draw, replicate)."""
    pairs = [[not is_fragile(d, r) for r in range(EFFORT.replicates)] for d in range(EFFORT.draws)]
    return np.array(pairs)


@cache
def sums_of_others() -> VillageSums:
    """Return what villages live in the trajectories that are to be completed, each played alone."""
    sums = Outcome.empty((0,), SCENARIO, SCENARIO.districts[0]).villages
    for draw, replicate in np.argwhere(expected()):
        model = kkb.KampungModel(SCENARIO, int(draw), int(replicate), seed=SEED)
        while model.running:
            model.step()
        sums.add(model.outcome.villages)
    return sums


def assert_others_live(ensemble: Ensemble) -> None:
    """Check that completed trajectories are those of the ensemble in which nothing fails, and are counted alone.

    Exact chances aside, which are those of the law: there are none of agents of one's own.
    """
    (outcome,), (whole,) = ensemble.outcomes, everyone().outcomes
    assert np.array_equal(outcome.kept, expected())
    for name, array in vars(sums_of_others()).items():
        assert np.array_equal(getattr(outcome.villages, name), array), name
    for name in PER_TRAJECTORY:
        array = getattr(outcome, name)
        if name not in {"kept", "enough_rise"}:
            assert np.array_equal(array[outcome.kept], getattr(whole, name)[outcome.kept]), name
            assert not array[~outcome.kept].any(), name


@pytest.mark.slow
@pytest.mark.parametrize("agent_class", [Fragile, Unborn, Leaving])
@pytest.mark.parametrize("cells", [60, 10_000])
def test_what_fails_is_left_out_and_the_others_live_as_they_would_have(
    agent_class: type[kkb.VillageAgent], cells: int
) -> None:
    """Bit for bit, wherever an agent fails and however the ensemble is cut; sys.exit is a failure too."""
    assert_others_live(run(replace(SCENARIO, agent_class=agent_class), EFFORT, SEED, engine="mesa", chunk_cells=cells))


@pytest.mark.slow
@pytest.mark.parametrize(("agent_class", "failing"), [(Fragile, "kept"), (Unborn, "all")])
def test_given_rises_so_far_what_fails_is_told_apart_from_what_does_not_agree(
    agent_class: type[kkb.VillageAgent], failing: str
) -> None:
    """Only what fails is a failure: in its second year what was kept, before the first whatever it would have been."""
    scenario = replace(SCENARIO, target=Target(), so_far=SoFar(date(2026, 6, 30), 2))
    (agrees,) = (outcome.kept for outcome in run(scenario, EFFORT, SEED).outcomes)
    found = run(replace(scenario, agent_class=agent_class), EFFORT, SEED, engine="mesa")
    fails = ~expected() & (agrees if failing == "kept" else True)
    assert np.array_equal(found.outcomes[0].kept, agrees & ~fails)
    assert [[one.draw, one.replicate] for one in found.failures] == np.argwhere(fails).tolist()
    assert np.array_equal(found.sound(0), ~fails)


@pytest.mark.slow
def test_worker_processes_tell_the_same_failures() -> None:
    """Two processes: the same trajectories, the same words, in the same order."""
    one, two = (
        run(replace(SCENARIO, agent_class=Fragile), EFFORT, SEED, engine="mesa", workers=workers, chunk_cells=300)
        for workers in (1, 2)
    )
    assert_others_live(two)
    assert one.failures == two.failures


def test_a_failure_says_where_when_and_why() -> None:
    """Every failing address once, in order; year, place in the agent's own file, error without places in memory."""
    failures = run(replace(SCENARIO, agent_class=Fragile), EFFORT, SEED, engine="mesa", chunk_cells=60).failures
    assert [[f.draw, f.replicate] for f in failures] == np.argwhere(~expected()).tolist()
    line = Fragile.decide.__code__.co_firstlineno + 4
    village = SCENARIO.districts[0].codes[4]
    assert {replace(f, draw=0, replicate=0) for f in failures} == {
        Failure(
            district_code="63.99",
            draw=0,
            replicate=0,
            year=2027,
            error=f"LookupError: no road to {village}, <object object at 0x…>",
            place=f"test_failures.py:{line} (decide)",
        )
    }


@pytest.mark.parametrize(
    ("agent_class", "year", "error", "function"),
    [(Unborn, None, "ValueError", "__init__"), (Leaving, 2026, "SystemExit", "change")],
)
def test_failures_before_the_first_year_and_without_a_message_are_told_too(
    agent_class: type[kkb.VillageAgent], year: int | None, error: str, function: str
) -> None:
    """A village that cannot be made has no year; an error without text has its type."""
    first = run(replace(SCENARIO, agent_class=agent_class), EFFORT, SEED, engine="mesa").failures[0]
    assert (first.year, first.error) == (year, error)
    assert first.place.endswith(f"({function})")


def test_an_error_that_none_of_the_agents_functions_raised_is_placed_where_it_was() -> None:
    """Where an agent leaves a status that is none, the model stumbles over it later."""

    class Astray(kkb.VillageAgent):
        def decide(self) -> None:
            self.next_status = 300 if is_fragile(*address(self.model)) else self.status

    first = run(replace(SCENARIO, agent_class=Astray), EFFORT, SEED, engine="mesa").failures[0]
    assert first.place.startswith("model.py:")


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_interruption_and_a_full_memory_are_no_failures_of_a_trajectory(error: type[BaseException]) -> None:
    """Both end the run."""

    class Ending(kkb.VillageAgent):
        def decide(self) -> None:
            raise error

    with pytest.raises(error):
        run(replace(SCENARIO, agent_class=Ending), EFFORT, SEED, engine="mesa")


def test_a_run_in_which_everything_fails_is_an_error_that_names_the_first_failure() -> None:
    """Nothing can be said then; every failure goes with the error."""
    with pytest.raises(
        EnsembleError, match=r"all 54 .* \(draw 0, replicate 0\) in test_failures.py:.*nonsense"
    ) as told:
        run(replace(SCENARIO, agent_class=Hopeless), EFFORT, SEED, engine="mesa", chunk_cells=60)
    pairs = [(failure.draw, failure.replicate) for failure in told.value.failures]
    assert pairs == [(d, r) for d in range(EFFORT.draws) for r in range(EFFORT.replicates)]


def several() -> Scenario:
    """Return a scenario of two districts."""
    other = make_villages((3, 4), status=[0, 1, 2, 0, 1, 2, 3], columns={"remote": [0.5] * 7}, code="64.01")
    return replace(SCENARIO, districts=(SCENARIO.districts[0], other))


class Elsewhere(kkb.VillageAgent):
    """A village that fails in one district only."""

    failing: tuple[str, ...] = ("64.01",)

    def decide(self) -> None:
        """Decide, or raise."""
        if self.village_code.startswith(self.failing) and is_fragile(*address(self.model)):
            raise ArithmeticError
        super().decide()


class Nowhere(Elsewhere):
    """A village that fails in one district, always."""

    def decide(self) -> None:
        """Decide, or raise."""
        if self.village_code.startswith(self.failing):
            raise ArithmeticError
        super().decide()


@pytest.mark.slow
def test_a_failure_in_one_district_leaves_the_same_trajectory_of_another_alone() -> None:
    """Districts are apart; each failure names its own."""
    ensemble = run(replace(several(), agent_class=Elsewhere), EFFORT, SEED, engine="mesa")
    first, second = ensemble.outcomes
    assert first.kept.all()
    assert np.array_equal(second.kept, expected())
    assert {failure.district_code for failure in ensemble.failures} == {"64.01"}


@pytest.mark.slow
def test_a_district_of_which_nothing_is_left_is_named() -> None:
    """The others do not make up for it."""
    with pytest.raises(EnsembleError, match="simulations of Kabupaten Contoh failed") as told:
        run(replace(several(), agent_class=Nowhere), EFFORT, SEED, engine="mesa")
    assert {failure.district_code for failure in told.value.failures} == {"64.01"}


class Dying(kkb.VillageAgent):
    """A village that ends its process in one trajectory."""

    def decide(self) -> None:
        """Decide, or end it all."""
        if address(self.model) == (4, 2):
            os._exit(3)
        super().decide()


class Shelf:
    """Where chunks are kept."""

    def __init__(self) -> None:
        self.kept: dict[Chunk, Outcome] = {}

    def load(self, chunk: Chunk) -> Outcome | None:
        """Return what was kept."""
        return self.kept.get(chunk)

    def save(self, chunk: Chunk, outcome: Outcome) -> None:
        """Keep a chunk."""
        self.kept[chunk] = outcome


@pytest.mark.slow
def test_a_trajectory_that_ends_its_worker_process_is_found_and_the_others_complete() -> None:
    """One draw a chunk, two processes: exactly that one fails, and every chunk is kept."""
    shelf = Shelf()
    how = {"engine": "mesa", "chunk_cells": 9 * 26, "sink": shelf}
    ensemble = run(replace(SCENARIO, agent_class=Dying), EFFORT, SEED, workers=2, **how)
    (failure,) = ensemble.failures
    assert (failure.draw, failure.replicate, failure.year, failure.place) == (4, 2, None, "")
    assert failure.error == ("process ended" if os.name == "nt" else "process ended: EXIT(3)")
    completed = ensemble.outcomes[0].kept
    assert np.argwhere(~completed).tolist() == [[4, 2]]
    assert np.array_equal(ensemble.outcomes[0].levels[completed], everyone().outcomes[0].levels[completed])
    assert len(shelf.kept) == EFFORT.draws
    again = run(replace(SCENARIO, agent_class=Dying), EFFORT, SEED, workers=1, **how)
    assert again.failures == ensemble.failures


@pytest.mark.slow
def test_a_run_of_which_too_many_trajectories_end_their_process_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each costs seconds; the error names the first and holds those that were found."""
    monkeypatch.setattr("simulation.engine.ensemble.MOST_DEATHS", 1)

    class Doomed(kkb.VillageAgent):
        def decide(self) -> None:
            os._exit(3)

    with pytest.raises(EnsembleError, match=r"more than 1 .* \(draw 0, replicate 0\): process ended") as told:
        run(replace(SCENARIO, agent_class=Doomed), EFFORT, SEED, engine="mesa", workers=2, chunk_cells=9 * 26)
    assert len(told.value.failures) == 2


@pytest.mark.slow
def test_an_agent_that_cannot_be_sent_to_a_process_is_told_so() -> None:
    """With the reason, and the way out."""

    class Holding(kkb.VillageAgent):
        stream = sys.stderr.buffer

    with pytest.raises(EnsembleError, match=r"cannot be sent .*cannot pickle.*--workers 1"):
        run(replace(SCENARIO, agent_class=Holding), EFFORT, SEED, engine="mesa", workers=2, chunk_cells=300)
