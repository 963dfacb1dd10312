"""An ensemble: draws × replicates of one scenario, spread over workers chunk by chunk.

No result depends on the chunks, the number of workers or the order in which they finish.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from ..domain.arrays import Bools, Floats
from ..domain.messages import Message
from ..domain.parameters import Parameters
from ..domain.randomness import Trajectories
from ..domain.scenario import Assumptions, refuse_lacking, refuse_own_law
from ..domain.target import Target
from ..domain.villages import Villages
from .agent_loader import Parcel
from .compiled import is_chosen, simulator
from .conditional import Estimator, applied, gross_rises
from .effort import (
    CHUNK_CELLS,
    COMPILED_TAKES,
    Chunk,
    ChunkSink,
    Effort,
    EffortError,
    Engine,
    Simulator,
    chunks,
    refuse_below,
)
from .failure import EnsembleError, Failure, in_order, none_completed, none_kept, some_failed, too_many_deaths
from .forms import refuse_other_form
from .laid_aside import LaidAside
from .one_year import FirstYear, first_year_beside
from .outcome import Outcome
from .progress import Progress
from .workers import ExecutorLostError, TaskStuckError, WorkerDiedError, one_at_a_time, spread, spread_over

MOST_ROWS = 100_000_000
"""Trajectories × years of a district, whose counts are held at once: about 5 GB."""
MOST_ROWS_IN_ALL = 1_000_000_000
"""The same of all districts together, whose counts go through the disk: about 20 GB."""
COUNTS_IN_MEMORY = 250_000
"""Beyond so many rows, and villages × years, of several districts memory holds one district at a time."""
MOST_DEATHS = 10
"""Of worker processes; each costs seconds, for processes have to start again."""
NO_EXACT_RESULTS = Message(
    "{scenario} has {names}, of which no exact result is known: leave out --engine exact, so that it is simulated"
)


@dataclass(frozen=True, eq=False)
class Ensemble:
    """All draws and replicates of one scenario.

    Attributes
    ----------
    outcomes
        One a district; leading axes (draw, replicate). Take one after the other: of many districts memory holds one.
    failures
        The trajectories that did not reach their end, in the order of districts, draws and replicates.
    first_years
        Place of a district -> its first year, exact for each draw and before any rises so far, where that is known.
    """

    scenario: Assumptions
    seed: int
    effort: Effort
    parameters: Parameters
    outcomes: Sequence[Outcome]
    failures: tuple[Failure, ...] = ()
    first_years: Mapping[int, FirstYear] = field(default_factory=dict)

    @property
    def estimator(self) -> Estimator:
        """How the chance of a single year is estimated from them (`Outcome.chance_met`)."""
        return "conditional" if self.outcomes[0].enough_rise.shape[-1] else "plain"

    def refuse_failures(self) -> None:
        """Raise an `EnsembleError` where trajectories failed, for whoever needs all: pairs, and means over all."""
        if self.failures:
            raise some_failed(self.effort.trajectories * len(self.outcomes), self.failures)

    def first_year(self, district: int, target: Target) -> Floats | None:
        """Return the exact chance of a reading of the target in the first year, shape (D,); None if it is not known."""
        known = gross_rises(self.scenario.target)
        if district not in self.first_years or target not in known:
            return None
        return np.asarray(self.first_years[district].chances[known.index(target)])

    def sound(self, district: int) -> Bools:
        """Return which trajectories did not fail, kept or not, shape (draw, replicate)."""
        found = np.ones((self.effort.draws, self.effort.replicates), dtype=bool)
        for failure in self.outcomes[district].failures:
            found[failure.draw, failure.replicate] = False
        return found

    def chances_kept(self, district: int) -> Floats | None:
        """Return with which chance each was kept, shape (draw, replicate); None where nothing is told of the year."""
        so_far, outcome = self.scenario.so_far, self.outcomes[district]
        if so_far is None:
            return None
        chances = so_far.chances(outcome.rises[..., 0], self.scenario.districts[district])
        return np.where(self.sound(district), chances, 0.0)


def run(
    scenario: Assumptions,
    effort: Effort,
    seed: int = 0,
    *,
    engine: Simulator = "batch",
    workers: int | None = None,
    executor: Executor | None = None,
    chunk_cells: int | None = None,
    progress: Progress | None = None,
    sink: ChunkSink | None = None,
    estimator: Estimator = "conditional",
    first_year: bool = True,
) -> Ensemble:
    """Simulate an ensemble.

    Parameters
    ----------
    scenario, effort, seed
        What is run; `seed` at least 0.
    engine
        ``batch`` (arrays) or ``mesa`` (agents): the same trajectories bit for bit. Agents run where a part of the law
        is known of single villages only.
    workers
        Threads (batch) or processes (Mesa); by default one a core for batch, one for Mesa. 1 works in this
        very process; so does the default, but for agents and mechanisms of a file, which may end their process.
    executor
        What computes instead, any `concurrent.futures.Executor`: processes of one's own, or those of a cluster
        (``client.get_executor()`` of Dask). It stays open.
    chunk_cells
        Villages × trajectories of a chunk, about; the default suits the engine.
    progress
        Called with (trajectories done, trajectories in all), districts counted apart.
    sink
        Where finished chunks are kept and looked for.
    estimator
        ``conditional`` also keeps how likely each year's target was given where the year began, where exact tails hold
        (`conditional.applied`); ``plain`` does not.
    first_year
        Whether the exact chance of the first year is found as well, where the conditional ones are kept and it takes
        little of the time.

    Raises
    ------
    EffortError
        Where there is no such seed, engine, executor or number of workers, or the result would not fit in memory.
    EnsembleError
        Where no trajectory of a district reached its end, or many ended their worker process, or the executor ended; or
        where none goes with the rises that the scenario tells of.
    MechanismError
        Where both forms of a mechanism do not say the same, or one gives what cannot be used.

    Notes
    -----
    Where it tells of rises so far (`SoFar`), the first year of every trajectory is simulated, and those that are kept
    given these rises are then simulated whole.
    A trajectory in which an agent raises an exception, or ends its worker process, is left out and becomes a
    `Failure`; all others go on.
    """
    refuse_nonsense(scenario, effort, seed, engine, workers)
    refuse_executor(executor, workers)
    engine = "mesa" if engine_of(engine, scenario) == "mesa" else "batch"
    apart = workers != 1 and any(Parcel.of(own) is not None for own in scenario.own_classes)
    workers = workers or ((os.cpu_count() or 1) if engine == "batch" else 1)
    parameters = scenario.parameters.draw(seed, effort.draws)
    if engine == "batch":
        refuse_other_form(scenario, parameters, seed)
    conditional = applied(estimator, scenario) == "conditional"
    compiled = (
        engine == "batch" and not scenario.own_law and is_chosen(scenario, parameters, effort, conditional=conditional)
    )
    cells = chunk_cells or CHUNK_CELLS[engine] * (COMPILED_TAKES if compiled else 1)
    todo = list(chunks(scenario, effort, cells))
    task = _Task(scenario, parameters, seed, engine, conditional, compiled)

    def computed(missing: list[Chunk]) -> Iterator[tuple[Chunk, Outcome]]:
        if executor is not None:
            return _computed_elsewhere(task, missing, executor)
        return _computed(task, missing, workers, apart=apart)

    outcomes = _places_for(scenario, effort)
    failures: dict[int, list[Failure]] = {}
    without, first_years = list[int](), dict[int, FirstYear]()
    # Closed here: left to the collector of garbage, a worker might have to wait for its own end.
    with closing(_finished(todo, sink, computed)) as finished:
        for place, outcome in _whole(_told(finished, progress, effort, scenario), todo, effort, task):
            if conditional and first_year:
                villages, trajectories = scenario.districts[place], effort.trajectories
                exactly = first_year_beside(scenario, villages, parameters, seed, trajectories)
                first_years |= {} if exactly is None else {place: exactly}
            outcomes[place] = outcome
            failures[place] = in_order(outcome.failures)
            if not outcome.kept.any():
                without.append(place)
    if without:
        first, so_far = min(without), scenario.so_far
        district = scenario.districts[first].district
        if so_far is not None and len(failures[first]) < effort.trajectories:
            raise none_kept(district, effort.trajectories, so_far.rises, so_far.as_of.isoformat())
        raise none_completed(district, failures[first])
    in_all = tuple(failure for place in sorted(failures) for failure in failures[place])
    kept = [outcomes[place] for place in sorted(outcomes)] if isinstance(outcomes, dict) else outcomes
    return Ensemble(scenario, seed, effort, parameters, kept, in_all, first_years)


def engine_of(asked: Engine, *scenarios: Assumptions) -> Engine:
    """Return the engine that runs scenarios: agents where a law is known of single villages only.

    Raises
    ------
    Refusal
        Where exact results are asked for of a law that is not the standard one, or a mechanism is not there.
    TypeError
        Where the villages of a scenario are none.
    """
    for scenario in scenarios:
        refuse_lacking(scenario)
        if scenario.agent_class is not None:
            _refuse_other_classes(scenario.agent_class)
        if asked == "exact":
            refuse_own_law(scenario, NO_EXACT_RESULTS)
    return "mesa" if asked == "batch" and any(scenario.needs_agents for scenario in scenarios) else asked


def _refuse_other_classes(agent_class: object) -> None:
    from .model import VillageAgent

    if not (isinstance(agent_class, type) and issubclass(agent_class, VillageAgent)):
        raise TypeError(f"agent_class must be a subclass of VillageAgent; found {agent_class!r}")


def _places_for(scenario: Assumptions, effort: Effort) -> dict[int, Outcome] | LaidAside:
    """Return where outcomes are put, one a district: in memory, or on the disk where they are many."""
    number = len(scenario.districts)
    counts = (effort.trajectories * number + sum(map(len, scenario.districts))) * scenario.horizon
    return LaidAside(number) if number > 1 and counts > COUNTS_IN_MEMORY else {}


def _whole(
    finished: Iterator[tuple[Chunk, Outcome]], todo: list[Chunk], effort: Effort, task: _Task
) -> Iterator[tuple[int, Outcome]]:
    """Yield the outcome of every district, by its place, once all of its chunks are there."""
    left, begun = Counter(chunk.district for chunk in todo), dict[int, Outcome]()
    shape, districts = (effort.draws, effort.replicates), task.scenario.districts
    for chunk, outcome in finished:
        place, where = chunk.district, Trajectories.grid(chunk.draws, chunk.replicates)
        if place not in begun:
            begun[place] = Outcome.empty(shape, task.scenario, districts[place], conditional=task.conditional)
        begun[place].absorb(outcome, (where.draw, where.replicate))
        left[place] -= 1
        if not left[place]:
            yield place, begun.pop(place)


def _told(
    finished: Iterator[tuple[Chunk, Outcome]], progress: Progress | None, effort: Effort, scenario: Assumptions
) -> Iterator[tuple[Chunk, Outcome]]:
    """Yield every chunk with its outcome, and tell how many trajectories are done."""
    total, done = effort.trajectories * len(scenario.districts), 0
    for chunk, outcome in finished:
        yield chunk, outcome
        done += len(chunk.draws) * len(chunk.replicates)
        if progress is not None:
            progress(done, total)


def refuse_nonsense(scenario: Assumptions, effort: Effort, seed: int, engine: str, workers: Any) -> None:
    """Raise an `EffortError` for what could only fail later, or run for days first."""
    refuse_below(0, seed=seed)
    refuse_below(1, workers=1 if workers is None else workers)
    if engine not in CHUNK_CELLS:
        raise EffortError(Message("the engine must be batch, mesa or exact; found {found}", {"found": engine}))
    of_one = effort.trajectories * scenario.horizon
    if of_one > MOST_ROWS:
        message = Message(
            "{rows:,} million rows (draws × replicates × years) are more than the {most:,} million that fit in memory; "
            "ask for fewer draws or replicates",
            {"rows": math.ceil(of_one / 1e6), "most": MOST_ROWS // 10**6},
        )
        raise EffortError(message)
    if (rows := of_one * len(scenario.districts)) > MOST_ROWS_IN_ALL:
        message = Message(
            "{rows:,} million rows (draws × replicates × years × districts) are more than the {most:,} million that "
            "can be kept; ask for fewer draws or replicates",
            {"rows": math.ceil(rows / 1e6), "most": MOST_ROWS_IN_ALL // 10**6},
        )
        raise EffortError(message)


def refuse_executor(executor: object, workers: int | None) -> None:
    """Raise an `EffortError` where what is to compute is no executor, or is given twice."""
    if executor is None:
        return
    if not isinstance(executor, Executor):
        message = Message(
            "executor must be a concurrent.futures.Executor, such as ProcessPoolExecutor() or, of a Dask client, "
            "client.get_executor(); found {found}",
            {"found": repr(executor)},
        )
        raise EffortError(message)
    if workers is not None:
        raise EffortError(Message("workers and an executor were given; choose one of them"))


@dataclass(frozen=True, eq=False)
class _Task:
    """What a worker needs beside the chunk."""

    scenario: Assumptions
    parameters: Parameters
    seed: int
    engine: Simulator
    conditional: bool
    compiled: bool

    def __getstate__(self) -> dict[str, Any]:
        """Pack a researcher's own classes for the way to another process."""
        assumed = {each.name: getattr(self.scenario, each.name) for each in fields(Assumptions)}
        law = [Parcel.packed(assumed.pop("agent_class")), *map(Parcel.packed, assumed.pop("mechanisms"))]
        return {**vars(self), "scenario": assumed, "law": law}

    def __setstate__(self, state: dict[str, Any]) -> None:
        agent_class, *mechanisms = (own.unpack() if isinstance(own, Parcel) else own for own in state.pop("law"))
        scenario = Assumptions(**state["scenario"], agent_class=agent_class, mechanisms=tuple(mechanisms))
        vars(self).update(state, scenario=scenario)

    def __call__(self, chunk: Chunk) -> Outcome:
        villages: Villages = self.scenario.districts[chunk.district]
        trajectories, so_far = Trajectories.grid(chunk.draws, chunk.replicates), self.scenario.so_far
        if so_far is None:
            return self._simulated(self.scenario, villages, trajectories)
        outcome = Outcome.empty((len(trajectories),), self.scenario, villages, conditional=self.conditional)
        outcome.begin(self._simulated(replace(self.scenario, horizon=1), villages, trajectories))
        outcome.kept[:] &= so_far.kept(outcome.rises[:, 0], villages, trajectories, self.seed)
        if (kept := np.flatnonzero(outcome.kept)).size:
            outcome.absorb(self._simulated(self.scenario, villages, trajectories.subset(outcome.kept)), (kept,))
        return outcome

    def _simulated(self, scenario: Assumptions, villages: Villages, trajectories: Trajectories) -> Outcome:
        """Return the outcome of all these trajectories, shape (T,)."""
        if self.engine == "batch":
            simulate = simulator(compiled=self.compiled)
            return simulate(scenario, villages, self.parameters, trajectories, self.seed, conditional=self.conditional)
        from . import model

        return model.simulate(
            scenario, villages, self.parameters, trajectories, self.seed, conditional=self.conditional
        )


def _finished(
    todo: list[Chunk], sink: ChunkSink | None, computed: Callable[[list[Chunk]], Iterator[tuple[Chunk, Outcome]]]
) -> Generator[tuple[Chunk, Outcome], None, None]:
    """Yield every chunk with its outcome, as they become ready."""
    missing: list[Chunk] = []
    for chunk in todo:
        kept = sink.load(chunk) if sink is not None else None
        if kept is None:
            missing.append(chunk)
        else:
            yield chunk, kept
    for chunk, outcome in computed(missing):
        if sink is not None:
            sink.save(chunk, outcome)
        yield chunk, outcome


def _computed(task: _Task, todo: list[Chunk], workers: int, *, apart: bool) -> Iterator[tuple[Chunk, Outcome]]:
    """Yield every chunk with its outcome, whatever becomes of worker processes."""
    deaths: list[Failure] = []
    while todo:
        suspects: list[Chunk] = []
        try:
            yield from spread(task, todo, workers, processes=task.engine == "mesa", apart=apart)
            todo = []
        except WorkerDiedError as died:
            # The first unfinished ones were under way.
            suspects, todo = died.unfinished[:workers], died.unfinished[workers:]
        except TaskStuckError as stuck:
            message = Message(
                "the work cannot be sent to worker processes ({reason}); use one worker: --workers 1",
                {"reason": str(stuck)},
            )
            raise EnsembleError(message) from stuck
        for chunk in suspects:
            yield chunk, _one_by_one(task, chunk, deaths)


def _computed_elsewhere(task: _Task, todo: list[Chunk], executor: Executor) -> Iterator[tuple[Chunk, Outcome]]:
    """Yield every chunk with its outcome, computed by an executor of the caller's own."""
    try:
        yield from spread_over(executor, task, todo)
    except TaskStuckError as stuck:
        message = Message(
            "the work cannot be sent to the workers of the executor ({reason}); install the same version of this "
            "package with each of them",
            {"reason": str(stuck)},
        )
        raise EnsembleError(message) from stuck
    except ExecutorLostError as lost:
        message = Message(
            "the executor lost its workers before the work was done ({reason}); start it again, and then the same run",
            {"reason": str(lost)},
        )
        raise EnsembleError(message) from lost


def _one_by_one(task: _Task, chunk: Chunk, deaths: list[Failure]) -> Outcome:
    """Return the outcome of a chunk in which trajectories that end their process become failures.

    Those are added to `deaths`; of more than `MOST_DEATHS` an `EnsembleError` is raised.
    """
    scenario = task.scenario
    grid, villages = Trajectories.grid(chunk.draws, chunk.replicates), scenario.districts[chunk.district]
    outcome = Outcome.empty((len(grid),), scenario, villages, conditional=task.conditional)
    addresses = zip(grid.draw.tolist(), grid.replicate.tolist(), strict=True)
    singles = [replace(chunk, draws=range(d, d + 1), replicates=range(r, r + 1)) for d, r in addresses]
    for single, result in one_at_a_time(task, singles):
        column = singles.index(single)
        if isinstance(result, Outcome):
            outcome.absorb(result, (np.array([column]),))
            continue
        outcome.kept[column] = False
        error = f"process ended: {result.how}" if result.how else "process ended"
        died = Failure(villages.district_code, single.draws.start, single.replicates.start, None, error, "")
        outcome.failures.append(died)
        deaths.append(died)
        if len(deaths) > MOST_DEATHS:
            raise too_many_deaths(deaths, MOST_DEATHS)
    return outcome
