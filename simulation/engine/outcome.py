"""What simulated trajectories leave behind: counts per trajectory and sums per village.

Knows what is counted each year; must not know how it came about. Integers only, so that adding up
chunks in any order gives the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..domain.target import YearCounts
from .failure import Failure

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Counts = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Outcome:
    """One district's outcome over trajectories (…): Y years, V villages, J interventions.

    Attributes
    ----------
    levels
        Shape (…, Y + 1, 4): villages per level at the end of the origin and of every forecast year.
    can_rise
        Shape (…, Y, 4): villages per level that may rise, at the start of each year.
    rises, falls, entries
        Shape (…, Y).
    assisted
        Shape (…, Y, J): villages assisted.
    risen
        Shape (…, ⌈V / 8⌉): one bit a village (`numpy.packbits`), whether it rose at least once by the horizon.
    village_status
        Shape (V, Y, 4): in how many trajectories a village ends the year at each level.
    village_rises, village_risen
        Shape (V, Y): in how many it rose in that year, and at least once since the origin.
    village_assisted
        Shape (V, Y, J): in how many it was assisted.
    completed
        Shape (…): whether a trajectory reached its end. One that did not holds zeros above and is part of
        no village's sums.
    failures
        Why the others did not, in any order.
    """

    levels: Counts
    can_rise: Counts
    rises: Counts
    falls: Counts
    entries: Counts
    assisted: Counts
    risen: NDArray[np.uint8]
    village_status: Ints
    village_rises: Ints
    village_risen: Ints
    village_assisted: Ints
    completed: Bools
    failures: list[Failure]

    @classmethod
    def empty(cls, shape: tuple[int, ...], years: int, villages: int, interventions: int) -> Outcome:
        """Return an outcome of zeros, with leading axes `shape`, in which every trajectory is completed."""
        return cls(
            levels=np.zeros((*shape, years + 1, 4), np.int32),
            can_rise=np.zeros((*shape, years, 4), np.int32),
            rises=np.zeros((*shape, years), np.int32),
            falls=np.zeros((*shape, years), np.int32),
            entries=np.zeros((*shape, years), np.int32),
            assisted=np.zeros((*shape, years, interventions), np.int32),
            risen=np.zeros((*shape, -(-villages // 8)), np.uint8),
            village_status=np.zeros((villages, years, 4), np.int64),
            village_rises=np.zeros((villages, years), np.int64),
            village_risen=np.zeros((villages, years), np.int64),
            village_assisted=np.zeros((villages, years, interventions), np.int64),
            completed=np.ones(shape, np.bool_),
            failures=[],
        )

    def absorb(self, part: Outcome, index: tuple[NDArray[np.int64], ...]) -> None:
        """Put the trajectories of `part` at `index` of the leading axes, and add its village sums."""
        for name, array in vars(self).items():
            if name == "failures":
                array.extend(part.failures)
            elif name.startswith("village_"):
                np.add(array, getattr(part, name), out=array)
            else:
                array[index] = getattr(part, name)

    def of_completed(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the rows of the N completed trajectories, shape (N, …), of an array with the same leading axes."""
        rows = values.reshape(self.completed.size, *values.shape[self.completed.ndim :])
        return rows if self.completed.all() else rows[self.completed.ravel()]

    @property
    def counts(self) -> YearCounts:
        """The yearly counts that a target is judged on."""
        return YearCounts(
            at_start=self.levels[..., :-1, :],
            at_end=self.levels[..., 1:, :],
            can_rise=self.can_rise,
            rises=self.rises,
            falls=self.falls,
            entries=self.entries,
        )
