"""A chunk that was under way when a worker process died, tried again trajectory by trajectory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..domain.messages import Message
from ..domain.randomness import Trajectories
from ..domain.scenario import Assumptions
from .chunks import Chunk
from .failure import EnsembleError, Failure
from .outcome import Outcome
from .workers import WorkerDiedError, one_at_a_time

MOST_DEATHS = 10
"""Each costs seconds, for processes have to start again."""


def retry_one_by_one(
    task: Callable[[Chunk], Outcome], chunk: Chunk, scenario: Assumptions, deaths: list[Failure]
) -> Outcome:
    """Return the outcome of a chunk in which trajectories that end their process become failures.

    Parameters
    ----------
    task
        What runs a chunk.
    deaths
        Those of other chunks; those of this one are added.

    Raises
    ------
    EnsembleError
        Where there are more than `MOST_DEATHS` of them in all.
    """
    grid, villages = Trajectories.grid(chunk.draws, chunk.replicates), scenario.districts[chunk.district]
    outcome = Outcome.empty((len(grid),), scenario.horizon, len(villages), len(scenario.interventions))
    addresses = zip(grid.draw.tolist(), grid.replicate.tolist(), strict=True)
    singles = [replace(chunk, draws=range(d, d + 1), replicates=range(r, r + 1)) for d, r in addresses]
    for single, result in one_at_a_time(task, singles):
        column = singles.index(single)
        if isinstance(result, Outcome):
            outcome.absorb(result, (np.array([column]),))
            continue
        outcome.completed[column] = False
        outcome.failures.append(_death(villages.district_code, single, result))
        deaths.append(outcome.failures[-1])
        if len(deaths) > MOST_DEATHS:
            raise EnsembleError(_too_many(deaths[0]), deaths)
    return outcome


def _death(district_code: str, single: Chunk, died: WorkerDiedError[Chunk]) -> Failure:
    error = f"process ended: {died.how}" if died.how else "process ended"
    return Failure(district_code, single.draws.start, single.replicates.start, None, error, "")


def _too_many(first: Failure) -> Message:
    """Return what is told where a run is given up."""
    return Message(
        "more than {most} trajectories ended their worker process: the agent class, or a library that it uses, ends "
        "it, or memory runs out; the first (draw {draw}, replicate {replicate}): {error}",
        {"most": MOST_DEATHS, **vars(first)},
    )
