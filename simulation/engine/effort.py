"""How much of an ensemble is simulated, and the chunks that it is cut into: what workers compute and stores keep."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Literal, Protocol

from numpy.typing import NDArray

from ..domain.messages import Message, Refusal
from ..domain.randomness import WORDS
from ..domain.scenario import Assumptions, require_assumptions
from .outcome import Outcome

Simulator = Literal["batch", "mesa"]
"""What simulates: arrays, or Mesa agents."""
Engine = Literal[Simulator, "exact"]
"""What makes a forecast; exact results are not simulated."""

CHUNK_CELLS: dict[Simulator, int] = {"batch": 196_608, "mesa": 8_192}
"""Villages × trajectories of a chunk: large enough that threads of the array engine do not wait for each other."""
COMPILED_TAKES = 4
"""By what a chunk is larger where the array engine is compiled, so that preparing it takes no more of the time."""
A_SECOND: dict[Simulator, float] = {"batch": 1e7, "mesa": 1e5}
"""Village-years that an ordinary core simulates in a second."""
TO_BEGIN: dict[Simulator, int] = {"batch": 0, "mesa": 200}
"""Village-years that take as long as what each trajectory takes besides: agents are made anew."""
BLOCK = 128
"""Trajectories that the compiled engine moves side by side; large chunks hold whole blocks."""

DEFAULT_DRAWS = 1_000
DEFAULT_REPLICATES = 20
DEFAULT_REPLICATES_FIXED = 20_000
MOST_TRAJECTORIES = 1_000_000
"""Beyond which no run is doubled again."""
RESULTS_FORMAT = 5
"""Raised whenever the same inputs give other numbers or other tables than before."""


class EffortError(Refusal, ValueError):
    """More, or less, is asked for than can be simulated."""


def refuse_below(least: int, **numbers: object) -> None:
    """Raise an `EffortError` where one of these is not a whole number, or less than the least it may be."""
    for name, found in numbers.items():
        if isinstance(found, bool) or not isinstance(found, Integral) or found < least:
            values = {"name": name, "least": least, "found": repr(found)}
            raise EffortError(Message("{name} must be a whole number of {least} or more; found {found}", values))


@dataclass(frozen=True)
class Effort:
    """How much is simulated: `draws` parameter draws × `replicates` each."""

    draws: int
    replicates: int

    def __post_init__(self) -> None:
        """Refuse an effort of nothing.

        Raises
        ------
        EffortError
            Where either is not a whole number, or below 1.
        """
        refuse_below(1, **vars(self))
        for name, found in vars(self).items():
            object.__setattr__(self, name, int(found))

    @classmethod
    def of(cls, scenario: Assumptions, draws: int | None = None, replicates: int | None = None) -> Effort:
        """Return the effort for a scenario; None takes the default.

        Where every number is fixed one draw says all: `draws` is then ignored.
        """
        require_assumptions(scenario)
        if scenario.fixed:
            return cls(1, DEFAULT_REPLICATES_FIXED if replicates is None else replicates)
        return cls(DEFAULT_DRAWS if draws is None else draws, DEFAULT_REPLICATES if replicates is None else replicates)

    @property
    def trajectories(self) -> int:
        """How many trajectories that is."""
        return self.draws * self.replicates

    def doubled(self, *, fixed: bool) -> Effort | None:
        """Return twice the draws, or replicates where every number is `fixed`; None beyond `MOST_TRAJECTORIES`."""
        more = Effort(self.draws, 2 * self.replicates) if fixed else Effort(2 * self.draws, self.replicates)
        return more if more.trajectories <= MOST_TRAJECTORIES else None


def expected_seconds(scenario: Assumptions, effort: Effort, engine: Simulator) -> float:
    """Return about how long a simulation takes on an ordinary core: a rule of thumb, the same on every computer."""
    used = "mesa" if scenario.needs_agents else engine
    each = sum(len(villages) * scenario.horizon + TO_BEGIN[used] for villages in scenario.districts)
    return effort.trajectories * each / A_SECOND[used]


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


class Keep(Protocol):
    """Where finished parts of work under way are kept by name, so that one that was stopped goes on where it was."""

    def load_arrays(self, name: str) -> Mapping[str, NDArray[Any]] | None:
        """Return what was kept under a name; None where nothing was, or it cannot be read."""

    def save_arrays(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep arrays under a name, in place of what was there."""


def chunks(scenario: Assumptions, effort: Effort, cells: int) -> Iterator[Chunk]:
    """Cut an ensemble into chunks of about `cells` villages × trajectories."""
    for district, villages in enumerate(scenario.districts):
        size = max(WORDS, cells // len(villages))
        for replicates in _cut(effort.replicates, size, WORDS if size < BLOCK else BLOCK):
            for draws in _cut(effort.draws, max(1, size // len(replicates)), 1):
                yield Chunk(district, draws, replicates)


def _cut(count: int, size: int, multiple: int) -> Iterator[range]:
    """Cut range(count) into parts of about equal length, at most about `size`, starting at multiples."""
    step = math.ceil(count / math.ceil(count / size) / multiple) * multiple
    for start in range(0, count, step):
        yield range(start, min(start + step, count))
