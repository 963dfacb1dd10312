"""How many of several districts meet their target: in a nation, and in each of its provinces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class Together:
    """How many of N districts meet their target in each of Y years.

    Attributes
    ----------
    districts
        Their places in the scenario.
    expected
        Shape (Y,): how many do, on average: the sum of their chances.
    number
        Shape (Y, N + 1): in how many trajectories exactly 0 … N of them do. Those count that were kept in every
        one of them; None where none was, and where nothing was simulated.
    """

    districts: tuple[int, ...]
    expected: Floats
    number: Ints | None


@dataclass
class _Group:
    districts: tuple[int, ...]
    missing: int = field(init=False)
    expected: Floats = field(default_factory=lambda: np.zeros(1))
    meeting: NDArray[np.int32] | None = None
    kept: Bools | None = None
    number: Ints | None = None

    def __post_init__(self) -> None:
        self.missing = len(self.districts)

    def add(self, met: Bools, kept: Bools, chances: Floats) -> None:
        self.expected = self.expected + chances
        if self.meeting is None or self.kept is None:
            self.meeting, self.kept = met.astype(np.int32), kept.copy()
        else:
            self.meeting += met
            self.kept &= kept
        self.missing -= 1
        if not self.missing:
            counted = self.meeting[self.kept]
            size = len(self.districts) + 1
            if len(counted):
                self.number = np.stack([np.bincount(year, minlength=size) for year in counted.T])
            self.meeting = self.kept = None


class TogetherCount:
    """Counts districts that meet their target together, one district after the other.

    Parameters
    ----------
    groups
        The places of the districts that belong together; a district may be in several groups. What a group needs per
        trajectory is given back once the last of its districts was added.
    """

    def __init__(self, groups: Sequence[tuple[int, ...]]) -> None:
        self._groups = [_Group(districts) for districts in groups]

    def add(self, district: int, met: Bools, kept: Bools, chances: Floats) -> None:
        """Add a district.

        Parameters
        ----------
        met, kept
            Shapes (draw, replicate, year) and (draw, replicate): whether it meets its target; which trajectories count.
        chances
            Shape (year,): its chance of meeting it.
        """
        for group in self._groups:
            if district in group.districts:
                group.add(met, kept, chances)

    @property
    def result(self) -> tuple[Together, ...]:
        """What was counted, a group after the other."""
        return tuple(Together(group.districts, group.expected, group.number) for group in self._groups)
