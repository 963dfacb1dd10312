"""What is on record of single villages: the levels at which each was seen, and the assistance that it had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...domain.evidence import Assistance, Evidence
from ...domain.intervention import Intervention, dose
from ...domain.status import UNKNOWN
from .histories import Known
from .law_at_particles import Doses

Floats = NDArray[np.float64]


def seen_villages(evidence: Evidence) -> dict[str, dict[str, Known]]:
    """Return what is known of every village, by district and code.

    A village that was launched stood at the lowest level at the end of that year; years from which its status is
    on record win over the launch.
    """
    districts: dict[str, dict[str, dict[int, int]]] = {}
    launched: set[tuple[str, str]] = set()
    for panel in evidence.panels:
        seen = districts.setdefault(panel.district_code, {})
        for code, row in zip(panel.codes, panel.status, strict=True):
            known = {year: int(status) for year, status in zip(panel.years, row, strict=True) if status != UNKNOWN}
            seen.setdefault(code, {}).update(known)
    for launches in evidence.launches:
        seen = districts.setdefault(launches.district_code, {})
        for code, year, now in zip(launches.codes, launches.launch_year, launches.status, strict=True):
            known = seen.setdefault(code, {})
            if now != UNKNOWN:
                known.setdefault(launches.year, int(now))
            if year > 0 and year < min(known, default=0):
                known[int(year)] = 0
                launched.add((launches.district_code, code))
    return {
        district: {
            code: Known(dict(sorted(known.items())), (district, code) in launched)
            for code, known in sorted(seen.items())
        }
        for district, seen in sorted(districts.items())
    }


@dataclass(frozen=True)
class DoseRecord:
    """Doses that villages of a district had, from when they were assisted.

    Attributes
    ----------
    given
        (village, year) -> dose of each intervention; absent for a village or a year without any.
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

    def of_village(self, code: str) -> dict[int, Doses]:
        """Return the doses of a village: year -> doses, years without any left out."""
        return {year: doses for (other, year), doses in self.given.items() if other == code}


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
