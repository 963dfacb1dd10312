"""How long a run will take and how large it will be, before it starts.

Knows how fast this computer simulates, by trying, and how large tables are; must not know how that is told.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from ..engine.chunks import CHUNK_CELLS, Engine, chunks
from ..engine.effort import Effort
from ..engine.ensemble import refuse_nonsense, run
from ..report.chunks import WORTH_KEEPING_SECONDS

if TYPE_CHECKING:
    from ..inputs.scenario import Scenario
    from ..report.chunks import ChunkFolder

TRY_SECONDS = 0.02
"""How long a part must take for its speed to say something."""
SMALL = {"batch": 2_000_000, "mesa": 20_000}
"""Village-years that even a slow computer simulates in less than a second: not worth trying."""
SLOW = {"batch": 5e6, "mesa": 5e4}
"""Village-years a second of such a computer."""
WORKERS_START_SECONDS = 2.0

# Measured once, on an ordinary core. They matter in short runs, of which nobody needs the exact second.
SUMMARY_SECONDS, TABLE_SECONDS, VILLAGE_SECONDS, FIGURE_SECONDS = 0.3e-6, 0.4e-6, 10e-6, 0.5
"""To summarise a row of the ensemble, to write one, to write one of the village table, to draw a figure."""
VILLAGE_BYTES, LEVER_BYTES, FIGURE_BYTES, OTHER_BYTES = 90, 10, 220_000, 60_000
"""Of a row of the village table, more of it for each intervention, of a figure as SVG and PNG, of all else."""


@dataclass(frozen=True)
class Work:
    """What is to be simulated, or computed exactly.

    Attributes
    ----------
    scenario, effort, seed, engine, workers
        As for a forecast.
    precision
        The half-width at which doubling ends, `effort` being where it begins; None to run `effort` once.
    """

    scenario: Scenario
    effort: Effort
    seed: int
    engine: Literal["batch", "mesa", "exact"]
    workers: int | None
    precision: float | None


@dataclass(frozen=True)
class Estimate:
    """What is expected of a run.

    Attributes
    ----------
    trajectories, seconds
        At least and at most: these differ where more are run until a precision is reached.
    size, memory
        Bytes of the results, and of memory; at most.
    parts
        Bytes that its finished parts take until it ends, at most; 0 where none are kept.
    finished
        Share of the trajectories that an earlier run has finished.
    """

    trajectories: tuple[int, int]
    seconds: tuple[float, float]
    size: int
    memory: int
    parts: int
    finished: float


def estimate(order: Work, kept: ChunkFolder, figures: int) -> Estimate:
    """Return what is expected of an order, with so many figures to draw, where some of it may be `kept` already.

    Raises
    ------
    KampungError
        Where there is no such result, or more is asked for than can be simulated.
    """
    scenario = order.scenario
    village_rows = scenario.horizon * sum(map(len, scenario.districts))
    writing = 0.1 + village_rows * VILLAGE_SECONDS + figures * FIGURE_SECONDS
    size = _table_bytes(scenario, village_rows) + figures * FIGURE_BYTES
    if order.engine == "exact":
        seconds = _exact_seconds(order) + writing
        return Estimate((0, 0), (seconds, seconds), size, memory=0, parts=0, finished=0.0)

    refuse_nonsense(scenario, order.effort, order.seed, order.engine, order.workers)
    rounds = list(_rounds(order))
    rows_each = scenario.horizon * len(scenario.districts)
    finished = _finished(order, order.engine, kept)
    each = village_rows / _speed(order, order.engine, rounds[-1] * village_rows) + rows_each * SUMMARY_SECONDS
    simulating = [trajectories * each * (1 - finished) for trajectories in rounds]
    keeps = finished > 0 or sum(simulating) >= WORTH_KEEPING_SECONDS
    rows, levers = rows_each * rounds[-1], len(scenario.interventions)
    writing += rows * TABLE_SECONDS
    return Estimate(
        trajectories=(rounds[0], rounds[-1]),
        seconds=(simulating[0] + writing, sum(simulating) + writing),
        size=size + int(rows * _row_bytes(scenario)),
        memory=150_000_000 + rows * (120 + 12 * levers),
        # Integers of four bytes: levels before and after, who can rise, rises, falls, entries, assisted.
        parts=sum(rounds) * rows_each * 4 * (15 + levers) if keeps else 0,
        finished=finished,
    )


def estimate_of_all(works: Sequence[Work], kept: Sequence[ChunkFolder], figures: int, times: int = 1) -> Estimate:
    """Return what is expected of an answer for which each work is done so many times, two held at once.

    Raises
    ------
    KampungError
        As for `estimate`.
    """
    each = [estimate(work, folder, 0) for work, folder in zip(works, kept, strict=True)]
    villages = sum(len(district) for work in works for district in work.scenario.districts)
    data = sum(len(content) for work in works for content in work.scenario.data.values())
    least, most = (times * sum(one.trajectories[end] for one in each) for end in (0, 1))
    return Estimate(
        trajectories=(least, most),
        seconds=(
            times * sum(one.seconds[0] for one in each) + figures * FIGURE_SECONDS,
            times * sum(one.seconds[1] for one in each) + figures * FIGURE_SECONDS,
        ),
        size=villages * VILLAGE_BYTES + data + len(works) * OTHER_BYTES + figures * FIGURE_BYTES,
        memory=2 * max(one.memory for one in each),
        parts=sum(one.parts for one in each),
        finished=sum(one.finished * one.trajectories[1] for one in each) / most if most else 0.0,
    )


def computing_seconds(work: Work) -> float:
    """Return how long it takes to simulate a work once, or to compute it, with nothing summarised or written.

    Raises
    ------
    Refusal
        Where there is no closed form.
    """
    if work.engine == "exact":
        return _exact_seconds(work)
    village_years = work.effort.draws * work.effort.replicates * sum(map(len, work.scenario.districts))
    village_years *= work.scenario.horizon
    return village_years / _speed(work, work.engine, village_years)


def _row_bytes(scenario: Scenario) -> float:
    """Return what a row of the ensemble takes: counts that are told apart take bits, and are compressed."""
    return 0.75 * math.log2(1 + sum(map(len, scenario.districts)) / len(scenario.districts))


def _table_bytes(scenario: Scenario, village_rows: int) -> int:
    """Return the size of all other tables, and of the inputs that are kept with them."""
    single = VILLAGE_BYTES + LEVER_BYTES * len(scenario.interventions)
    return village_rows * single + OTHER_BYTES + sum(map(len, scenario.data.values()))


def _rounds(order: Work) -> Iterator[int]:
    """Yield the trajectories of each round that there may be, for one district."""
    from ..inference.precision import MOST_TRAJECTORIES

    trajectories = order.effort.draws * order.effort.replicates
    yield trajectories
    while order.precision is not None and (trajectories := 2 * trajectories) <= MOST_TRAJECTORIES:
        yield trajectories


def _finished(order: Work, engine: Engine, kept: ChunkFolder) -> float:
    """Return the share that an earlier run has finished; where there are rounds it is not known of how much."""
    if order.precision is not None or not kept.folder.is_dir():
        return 0.0
    parts = [
        (len(chunk.draws) * len(chunk.replicates), chunk in kept)
        for chunk in chunks(order.scenario, order.effort, CHUNK_CELLS[engine])
    ]
    return sum(size for size, is_kept in parts if is_kept) / sum(size for size, _ in parts)


def _speed(order: Work, engine: Engine, village_years: int) -> float:
    """Return how many village-years all workers together simulate in a second."""
    if village_years <= SMALL[engine]:
        return SLOW[engine]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    parts = math.ceil(village_years / order.scenario.horizon / CHUNK_CELLS[engine])
    workers = min(order.workers or (cores if engine == "batch" else 1), cores, parts)
    # They share caches and memory: two do the work of 1.7.
    seconds = village_years / (_speed_of_one(order, engine) * math.pow(workers, 0.8))
    if engine == "mesa" and workers > 1:
        seconds += WORKERS_START_SECONDS
    return village_years / seconds


def _speed_of_one(order: Work, engine: Engine) -> float:
    """Return how many village-years one worker simulates in a second: it tries, and throws the result away."""
    scenario = replace(order.scenario, districts=order.scenario.districts[:1])
    villages = len(scenario.districts[0])

    def seconds_for(effort: Effort) -> float:
        began = time.perf_counter()
        run(scenario, effort, order.seed, engine=engine, workers=1)
        return time.perf_counter() - began

    trajectories = max(1, 2_000 // villages)
    seconds_for(Effort(1, 1))  # loads what is loaded once
    while True:
        replicates = min(order.effort.replicates, trajectories)
        effort = Effort(math.ceil(trajectories / replicates), replicates)
        seconds = seconds_for(effort)
        if seconds >= TRY_SECONDS:
            return effort.draws * effort.replicates * villages * scenario.horizon / seconds
        trajectories *= 4


def _exact_seconds(order: Work) -> float:
    """Return how long an exact result takes.

    Raises
    ------
    Refusal
        Where it would take too long.
    """
    from ..engine.exact.limits import COUNTS, NoClosedForm, refuse_too_costly, sort_districts
    from ..engine.exact.population import take
    from ..engine.exact.workload import Workload
    from ..engine.one_year import A_SECOND, multiplications

    parameters = order.scenario.parameters.draw(order.seed, order.effort.draws)
    try:
        districts = sort_districts(order.scenario, parameters, order.seed)
    except NoClosedForm:
        refuse_too_costly(order.scenario, parameters)
        return sum(COUNTS * multiplications(one, parameters, len(one)) for one in order.scenario.districts) / A_SECOND
    work = (Workload(order.scenario, part, take(parameters, part.draws)) for parts in districts for part in parts)
    return sum(one.multiplications for one in work) / A_SECOND
