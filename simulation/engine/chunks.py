"""An ensemble cut into chunks: the parts that workers compute and that an interrupted run keeps."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from ..domain.randomness import WORDS
from ..domain.scenario import Assumptions
from .effort import Effort
from .outcome import Outcome

Engine = Literal["batch", "mesa"]

CHUNK_CELLS: dict[Engine, int] = {"batch": 196_608, "mesa": 8_192}
"""Villages × trajectories of a chunk: large enough that threads of the array engine do not wait for each other."""


@dataclass(frozen=True)
class Chunk:
    """A part of an ensemble: one district, some draws, some replicates."""

    district: int
    draws: range
    replicates: range

    @property
    def name(self) -> str:
        """A name that tells this chunk from every other of its ensemble."""
        d, r = self.draws, self.replicates
        return f"{self.district}_{d.start}-{d.stop}_{r.start}-{r.stop}"


class ChunkSink(Protocol):
    """Where finished chunks go, so that an interrupted ensemble can be resumed."""

    def load(self, chunk: Chunk) -> Outcome | None:
        """Return the outcome of a chunk finished earlier, or None."""

    def save(self, chunk: Chunk, outcome: Outcome) -> None:
        """Keep a finished chunk."""


def chunks(scenario: Assumptions, effort: Effort, cells: int) -> Iterator[Chunk]:
    """Cut an ensemble into chunks of about `cells` villages × trajectories."""
    for district, villages in enumerate(scenario.districts):
        size = max(WORDS, cells // len(villages))
        for replicates in _cut(effort.replicates, size, WORDS):
            for draws in _cut(effort.draws, max(1, size // len(replicates)), 1):
                yield Chunk(district, draws, replicates)


def _cut(count: int, size: int, multiple: int) -> Iterator[range]:
    """Cut range(count) into parts of about equal length, at most about `size`, starting at multiples."""
    step = math.ceil(count / math.ceil(count / size) / multiple) * multiple
    for start in range(0, count, step):
        yield range(start, min(start + step, count))
