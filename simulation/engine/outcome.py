"""What simulated trajectories leave behind: counts per trajectory and sums per village.

What is added up over trajectories are integers, so that chunks in any order give the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import Bools, Floats, Ints
from ..domain.scenario import Assumptions
from ..domain.target import Target, YearCounts
from ..domain.villages import Villages
from .conditional import gross_rises
from .failure import Failure

Counts = NDArray[np.int32]
RECORD_UNIT = 2.0**-20
"""What mechanisms record is added up over trajectories in whole numbers of this, about a millionth."""


@dataclass(frozen=True, eq=False)
class VillageSums:
    """In how many of the trajectories that are kept something happened to each village; V villages, Y years.

    Attributes
    ----------
    status
        Shape (V, Y, 4): it ends the year at each level.
    rises, risen
        Shape (V, Y): it rises in that year, and at least once since the origin.
    assisted
        Shape (V, Y, J): it is assisted by each of J interventions.
    records
        Shape (V, Y, R): sums of what mechanisms record, in units of `RECORD_UNIT`.
    """

    status: Ints
    rises: Ints
    risen: Ints
    assisted: Ints
    records: Ints

    def add(self, other: VillageSums) -> None:
        """Add the sums of other trajectories."""
        for name, array in vars(self).items():
            np.add(array, getattr(other, name), out=array)


@dataclass(frozen=True, eq=False)
class Outcome:
    """One district's outcome over trajectories (…): Y years, J interventions.

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
    enough_rise
        Shape (…, Y, 2), or (…, Y, 0) where it is not known: the chance, given where the year began and its luck, that
        as many villages rise as the readings of `gross_rises` ask for.
    records
        Shape (…, Y, R): sums over villages of what mechanisms record (`Assumptions.records`).
    own_met
        Shape (…, Y): whether a target of a mechanism's own was met; (…, 0) where none has any.
    kept
        Shape (…): whether a trajectory counts: it reached its end and, where the scenario tells of rises so far
        (`SoFar`), was kept given these. One that failed holds zeros above, one that was not kept its first year alone;
        neither is part of any village's sums.
    villages
        Sums over trajectories for each village.
    failures
        Why some did not reach their end, in any order.
    """

    levels: Counts
    can_rise: Counts
    rises: Counts
    falls: Counts
    entries: Counts
    assisted: Counts
    risen: NDArray[np.uint8]
    enough_rise: Floats
    records: Floats
    own_met: Bools
    kept: Bools
    villages: VillageSums
    failures: list[Failure] = field(default_factory=list)

    @classmethod
    def empty(
        cls, shape: tuple[int, ...], scenario: Assumptions, villages: Villages, *, conditional: bool = False
    ) -> Outcome:
        """Return an outcome of zeros, with leading axes `shape`, in which every trajectory is kept.

        With `conditional` it has room for the chances of `enough_rise`.
        """
        years, size, interventions = scenario.horizon, len(villages.ever), len(scenario.interventions)
        return cls(
            levels=np.zeros((*shape, years + 1, 4), np.int32),
            can_rise=np.zeros((*shape, years, 4), np.int32),
            rises=np.zeros((*shape, years), np.int32),
            falls=np.zeros((*shape, years), np.int32),
            entries=np.zeros((*shape, years), np.int32),
            assisted=np.zeros((*shape, years, interventions), np.int32),
            risen=np.zeros((*shape, -(-size // 8)), np.uint8),
            enough_rise=np.zeros((*shape, years, 2 if conditional else 0)),
            records=np.zeros((*shape, years, len(scenario.records))),
            own_met=np.zeros((*shape, years if scenario.own_target else 0), np.bool_),
            kept=np.ones(shape, np.bool_),
            villages=VillageSums(
                status=np.zeros((size, years, 4), np.int64),
                rises=np.zeros((size, years), np.int64),
                risen=np.zeros((size, years), np.int64),
                assisted=np.zeros((size, years, interventions), np.int64),
                records=np.zeros((size, years, len(scenario.records)), np.int64),
            ),
        )

    @classmethod
    def of_arrays(cls, arrays: dict[str, NDArray[Any]], failures: list[Failure]) -> Outcome:
        """Return the outcome that `arrays` took apart."""
        sums = VillageSums(**{part.name: arrays[f"village_{part.name}"] for part in fields(VillageSums)})
        return cls(**{name: arrays[name] for name in PER_TRAJECTORY}, villages=sums, failures=failures)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """Every array by name, sums of villages beginning with ``village_``."""
        sums = {f"village_{name}": array for name, array in vars(self.villages).items()}
        return {name: getattr(self, name) for name in PER_TRAJECTORY} | sums

    def begin(self, first: Outcome) -> None:
        """Put the first year of all trajectories, of none of the villages, which a horizon of one year gave."""
        for name in (
            "levels",
            "can_rise",
            "rises",
            "falls",
            "entries",
            "assisted",
            "enough_rise",
            "records",
            "own_met",
        ):
            year: NDArray[Any] = getattr(first, name)
            years = (slice(None),) * first.kept.ndim + (slice(year.shape[first.kept.ndim]),)
            getattr(self, name)[years] = year
        self.kept[:] = first.kept
        self.failures.extend(first.failures)

    def absorb(self, part: Outcome, index: tuple[Ints, ...]) -> None:
        """Put the trajectories of `part` at `index` of the leading axes, and add its village sums."""
        for name in PER_TRAJECTORY:
            getattr(self, name)[index] = getattr(part, name)
        self.villages.add(part.villages)
        self.failures.extend(part.failures)

    def of_kept(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the rows of the N trajectories that are kept, shape (N, …), of an array with the same leading axes."""
        rows = values.reshape(self.kept.size, *values.shape[self.kept.ndim :])
        return rows if self.kept.all() else rows[self.kept.ravel()]

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

    def met(self, target: Target) -> Bools:
        """Return whether each year's target was met, shape (…, Y): as a mechanism says it, where one does."""
        return self.own_met if self.own_met.shape[-1] else self.counts.met(target)

    def record(self, t: int, at: int, of_villages: Floats) -> None:
        """Keep what mechanisms recorded of year number `t` from trajectory `at` on, shape (R, V, T)."""
        # Added row by row: the same bits however many trajectories lie side by side.
        if len(of_villages):
            columns = slice(at, at + of_villages.shape[2])
            self.records[columns, t] = np.cumsum(of_villages, axis=1)[:, -1].T
            self.villages.records[:, t] += np.rint(of_villages / RECORD_UNIT).astype(np.int64).sum(axis=2).T

    def chance_met(self, scenario: Assumptions, target: Target | None = None) -> Floats:
        """Return how likely each year's target was, shape (…, Y), given where the year began and its luck.

        1 or 0, whether it was met, where that chance is not known: the mean over trajectories estimates P(met) either
        way. So it is of the first year given rises so far, for trajectories are then kept for what happened in it.

        Parameters
        ----------
        target
            A reading of the scenario's target, by the counts; by default what the forecast is of: the scenario's own,
            or that of a mechanism where one has any.
        """
        if target is None and self.own_met.shape[-1]:
            return self.own_met.astype(np.float64)
        target, known = target or scenario.target, gross_rises(scenario.target)
        if not self.enough_rise.shape[-1] or target not in known:
            return self.counts.met(target).astype(np.float64)
        chances = self.enough_rise[..., known.index(target)].copy()
        if scenario.so_far is not None:
            chances[..., 0] = self.counts.met(target)[..., 0]
        return chances


def packed(risen: Bools) -> NDArray[np.uint8]:
    """Return eight villages in a byte, shape (T, ⌈V / 8⌉) from (V, T), as `numpy.packbits` in a quarter of its time."""
    bits = np.zeros((-(-len(risen) // 8), risen.shape[1]), np.uint8)
    for bit in range(8):
        villages = risen[bit::8].view(np.uint8)
        bits[: len(villages)] |= villages << np.uint8(7 - bit)
    return bits.T


PER_TRAJECTORY = tuple(part.name for part in fields(Outcome) if part.name not in {"villages", "failures"})
"""The arrays of an outcome that have the trajectories as leading axes."""
