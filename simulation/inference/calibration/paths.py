"""Likelihood of single villages' paths: what each was seen to do, with equal paths counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...domain.evidence import Assistance, Evidence
from ...domain.intervention import Intervention, dose
from ...domain.status import UNKNOWN
from .yearly_matrices import Doses, Interval, Products, Year, YearlyMatrices

Floats = NDArray[np.float64]
Move = tuple[Interval, int, int]
"""From one known status to the next."""
Path = tuple[Move, ...]
Seen = dict[str, dict[int, int]]
"""Village -> year -> status at its end."""


@dataclass(frozen=True)
class Paths:
    """Every path that was seen, and how many villages took it.

    Attributes
    ----------
    taken
        Path -> villages.
    """

    taken: Mapping[Path, int]

    def log_likelihood(self, products: Products, weights: Floats) -> Floats:
        """Return the log-likelihood, shape (P,): villages are independent given the shocks.

        A village's lasting difference is the same all along its path, and says nothing of where the path begins.
        """
        particles = products.matrices[0].shape[3]
        total = np.zeros(particles)
        for path, villages in self.taken.items():
            chance = np.ones((1, 1))
            for interval, before, after in path:
                chance = chance * products.over(interval)[before, after]
            with np.errstate(divide="ignore"):
                total += villages * np.log(np.einsum("b,bp->p", weights, chance))
        return total


def seen_villages(evidence: Evidence) -> dict[str, Seen]:
    """Return what is known of every village, by district.

    A village that was launched stood at the lowest level at the end of that year; years from which its status is
    on record win over the launch.
    """
    districts: dict[str, Seen] = {}
    for panel in evidence.panels:
        seen = districts.setdefault(panel.district_code, {})
        for code, row in zip(panel.codes, panel.status, strict=True):
            known = {year: int(status) for year, status in zip(panel.years, row, strict=True) if status != UNKNOWN}
            seen.setdefault(code, {}).update(known)
    for launches in evidence.launches:
        seen = districts.setdefault(launches.district_code, {})
        for code, launched, now in zip(launches.codes, launches.launch_year, launches.status, strict=True):
            known = seen.setdefault(code, {})
            if now != UNKNOWN:
                known.setdefault(launches.year, int(now))
            if launched > 0 and launched < min(known, default=0):
                known[int(launched)] = 0
    return districts


def paths_of(districts: Mapping[str, Seen], doses: Mapping[str, DoseRecord], steps: YearlyMatrices) -> Paths:
    """Return the paths of all villages whose status is known at two dates or more.

    Parameters
    ----------
    districts
        See `seen_villages`.
    doses
        By district; empty where effects are not estimated.
    steps
        Collects the years that matter.
    """
    taken: Counter[Path] = Counter()
    for district, seen in sorted(districts.items()):
        record = doses.get(district)
        for code, known in sorted(seen.items()):
            years = sorted(known)
            path = tuple(
                (steps.interval(_years(district, code, start, end, record)), known[start], known[end])
                for start, end in pairwise(years)
            )
            if path:
                taken[path] += 1
    return Paths(dict(taken))


def _years(district: str, code: str, start: int, end: int, record: DoseRecord | None) -> list[Year]:
    return [
        Year(district, year, () if record is None else record.doses(code, year)) for year in range(start + 1, end + 1)
    ]


@dataclass(frozen=True)
class DoseRecord:
    """Doses that villages of a district had, from when they were assisted.

    Attributes
    ----------
    given
        (village, year) -> dose of each intervention; absent for a village or a year without any.
    none
        Doses of who is not there.
    """

    given: Mapping[tuple[str, int], Doses]
    none: Doses

    @classmethod
    def of(cls, assistance: list[Assistance], plans: tuple[Intervention, ...], last: int) -> DoseRecord:
        """Work out doses up to the year `last` as forecasts do, from the ramp and the fading of each plan."""
        given: dict[tuple[str, int], list[float]] = {}
        for record in assistance:
            years = range(record.years[0], last + 1)
            for number, plan in enumerate(plans):
                if plan.name not in record.given:
                    continue
                reached = _doses(record, plan, years)
                for row, column in zip(*np.nonzero(reached), strict=True):
                    doses = given.setdefault((record.codes[row], years[column]), [0.0] * len(plans))
                    doses[number] = float(reached[row, column])
        return cls({key: tuple(doses) for key, doses in given.items()}, (0.0,) * len(plans))

    def doses(self, code: str, year: int) -> Doses:
        """Return the doses of a village in a year."""
        return self.given.get((code, year), self.none)


def _doses(record: Assistance, plan: Intervention, years: range) -> Floats:
    """Return the doses of one intervention, shape (N, years)."""
    on_record = {year: column for column, year in enumerate(record.years)}
    assisted = np.zeros((len(record.codes), len(years)), dtype=bool)
    for column, year in enumerate(years):
        if year in on_record:
            assisted[:, column] = record.given[plan.name][:, on_record[year]]
    so_far = np.cumsum(assisted, axis=1)
    position = np.arange(len(years))
    since = position - np.maximum.accumulate(np.where(assisted, position, -1), axis=1)
    return dose(so_far, since, plan.ramp_years, plan.fades_over_years)
