"""What a frozen forecast says of each of its districts and years, as far as it can be scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from ...domain.status import LEVELS, TOP
from ...domain.target import Target, needed

_FINEST = 10**6
"""Largest denominator of a share that a target is stated with: a record holds it as a decimal number."""
Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]


@dataclass(frozen=True)
class Needed:
    """The least and the most that may be needed."""

    min: int
    max: int


@dataclass(frozen=True)
class Quantiles:
    """Level in (0, 1), as text -> quantile."""

    quantiles: Mapping[str, int]


@dataclass(frozen=True)
class SnapshotYear:
    """A forecast of one year of one district."""

    year: int
    probability_met: Probability
    needed: Needed
    rises: Quantiles

    @property
    def levels(self) -> dict[float, int]:
        """Level in (0, 1), rising -> quantile of the villages that rise."""
        return dict(sorted((float(level), value) for level, value in self.rises.quantiles.items()))


@dataclass(frozen=True)
class StatedTarget:
    """What is to be reached."""

    share: float
    reading: Literal["rises", "entries", "stock"]
    levels: tuple[str, ...]
    denominator_kind: Literal["all", "below_top"]
    net_of_falls: bool

    @property
    def exact(self) -> Target:
        """The target, its share as the fraction that was stated."""
        share = Fraction(str(self.share)).limit_denominator(_FINEST)
        return Target(share, self.reading, self.levels, self.denominator_kind, self.net_of_falls)


@dataclass(frozen=True)
class SnapshotDistrict:
    """A forecast of one district.

    Attributes
    ----------
    origin
        The last observed year.
    made_up_counts, origin_share
        Whether the counts by level were drawn; the share of each at the end of the origin.
    """

    origin: int
    district_code: str
    district: str
    villages: int
    made_up_counts: bool
    origin_share: Mapping[str, float]
    target: StatedTarget
    years: tuple[SnapshotYear, ...]

    @property
    def counts(self) -> NDArray[np.int64] | None:
        """Shape (4,): villages by level at the end of the origin; None where they were made up."""
        return None if self.made_up_counts else self._counts

    @property
    def _counts(self) -> NDArray[np.int64]:
        shares = np.array([self.origin_share[level] for level in LEVELS], dtype=np.float64)
        return np.rint(shares * self.villages).astype(np.int64)

    def needed_in(self, forecast: SnapshotYear, start: NDArray[np.int64] | None) -> int | None:
        """Return the number that had to be reached in a year that began with these counts; None where it is open."""
        if self.target.denominator_kind == "all":
            return int(needed(self.target.exact.share, self.villages))
        if start is not None:
            return int(needed(self.target.exact.share, int(start[:TOP].sum())))
        return forecast.needed.min if forecast.needed.min == forecast.needed.max else None

    def check(self) -> None:
        """Raise ValueError where it cannot be scored."""
        if not set(self.target.levels) <= set(LEVELS) or self.target.exact.key not in self.target.exact.readings():
            raise ValueError(self.target)
        if self._counts.sum() != self.villages or not self.years:
            raise ValueError(self.origin_share)


@dataclass(frozen=True)
class Snapshot:
    """A forecast; its language is that of its scenario."""

    districts: tuple[SnapshotDistrict, ...]
    language: str | None = None


def read_snapshot(record: Mapping[str, Any]) -> Snapshot:
    """Return what ``forecast.json`` says, as far as it can be scored.

    Raises
    ------
    KeyError, ValueError
        Where it is no record of a forecast.
    """
    districts = [{**district, "origin": record["origin"]} for district in record["districts"]]
    found = msgspec.convert({**record, "districts": districts}, Snapshot)
    for district in found.districts:
        district.check()
    return found
