"""What is on record of single villages: the levels at which each was seen, and the assistance that it had."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ...domain.arrays import Floats
from ...domain.evidence import Assistance, Evidence
from ...domain.intervention import Intervention, dose
from ...domain.status import UNKNOWN
from .histories import Known
from .law_at_particles import Doses


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


def doses_on_record(
    assistance: Iterable[Assistance], plans: Sequence[Intervention], last: int
) -> dict[str, dict[int, Doses]]:
    """Return the doses that villages had up to the year `last`, from ramp and fading of each plan as in a forecast.

    Village code -> year -> dose of each plan; villages and years without any are left out.
    """
    given: dict[str, dict[int, list[float]]] = {}
    for record in assistance:
        years = range(record.years[0], last + 1)
        for number, plan in enumerate(plans):
            if plan.name not in record.given:
                continue
            reached = _doses(record, plan, years)
            for row, column in zip(*np.nonzero(reached), strict=True):
                of_village = given.setdefault(record.codes[row], {})
                of_village.setdefault(years[column], [0.0] * len(plans))[number] = float(reached[row, column])
    return {code: {year: tuple(doses) for year, doses in had.items()} for code, had in given.items()}


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
