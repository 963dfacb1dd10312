"""What a frozen forecast says of each of its districts and years, as far as it can be scored.

Knows the parts of ``forecast.json`` that are held against what happened; must not know files, nor what happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...domain.status import LEVELS, TOP
from ...domain.target import Target, needed
from ..record import districts_of

Record = Mapping[str, Any]
_FINEST = 10**6
"""Largest denominator of a share that a target is stated with: the record holds it as a decimal number."""


@dataclass(frozen=True)
class FrozenYear:
    """A forecast of one year of one district.

    Attributes
    ----------
    year
        The year.
    probability
        That the target is met, in [0, 1].
    needed
        The number needed, where the forecast knows only one; else None.
    rises
        Levels in (0, 1), rising -> quantile of the villages that rise.
    """

    year: int
    probability: float
    needed: int | None
    rises: Mapping[float, float]


@dataclass(frozen=True, eq=False)
class FrozenDistrict:
    """A forecast of one district.

    Attributes
    ----------
    code, name
        Of the district.
    origin
        Last observed year.
    villages
        How many there are.
    counts
        Shape (4,): villages by level at the end of the origin; None where they were made up.
    target
        What is to be reached.
    years
        One a forecast year.
    """

    code: str
    name: str
    origin: int
    villages: int
    counts: NDArray[np.int64] | None
    target: Target
    years: tuple[FrozenYear, ...]

    def needed_in(self, forecast: FrozenYear, start: NDArray[np.int64] | None) -> int | None:
        """Return the number that had to be reached in a year that began with these counts; None where it is open."""
        if self.target.denominator == "all":
            return int(needed(self.target.share, self.villages))
        if start is not None:
            return int(needed(self.target.share, int(start[:TOP].sum())))
        return forecast.needed


def frozen_districts(record: Record) -> tuple[FrozenDistrict, ...]:
    """Return what a record says of its districts.

    Raises
    ------
    KeyError, TypeError, ValueError
        Where it is no record of a forecast.
    """
    return tuple(_district(record["origin"], district) for district in districts_of(record))


def _district(origin: int, district: Record) -> FrozenDistrict:
    population, stated = district["population"], district["target"]
    villages = int(population["villages"])
    shares = np.array([population["origin_share"][level] for level in LEVELS], dtype=np.float64)
    target = Target(
        Fraction(str(stated["share"])).limit_denominator(_FINEST),
        stated["reading"],
        tuple(stated["levels"]),
        stated["denominator_kind"],
        bool(stated["net_of_falls"]),
    )
    counts = np.rint(shares * villages).astype(np.int64)
    if not set(target.levels) <= set(LEVELS) or target.key not in target.readings() or counts.sum() != villages:
        raise ValueError(district["code"])
    return FrozenDistrict(
        str(district["code"]),
        str(district["name"]),
        int(origin),
        villages,
        None if population["synthetic_counts"] else counts,
        target,
        tuple(map(_year, district["years"])),
    )


def _year(year: Record) -> FrozenYear:
    low, high = year["needed"]["min"], year["needed"]["max"]
    probability = float(year["probability_met"])
    if not 0 <= probability <= 1:
        raise ValueError(probability)
    quantiles = sorted((float(level), float(value)) for level, value in year["rises"]["quantiles"].items())
    return FrozenYear(int(year["year"]), probability, int(low) if low == high else None, dict(quantiles))
