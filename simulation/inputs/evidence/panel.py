"""Statuses of the same villages at several dates, put together from all rows of a district.

Knows which villages must be in which list; must not know files, nor what a change of status says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ...domain.evidence import UNKNOWN, Launches, Panel
from ...domain.messages import Message, listed
from ...domain.status import LEVELS
from ...domain.villages import KnownStatuses
from ..collector import Collector
from ..tables.headers import normal
from .known import District
from .sightings import Sighting

ByYear = dict[int, Sighting]


class History:
    """The rows of one district, by village and year.

    Parameters
    ----------
    number
        Code of the district.
    found
        Its rows; each has a year.
    fixed_cohort
        Whether only villages that stand in the lists of all years count.
    """

    def __init__(self, number: str, found: Sequence[Sighting], collector: Collector, *, fixed_cohort: bool) -> None:
        self._number = number
        self._collector = collector
        self.years = sorted({sighting.year for sighting in found if sighting.year is not None})
        self._villages = self._by_village(found)
        if fixed_cohort:
            self._keep_fixed()
        elif len(self.years) > 1:
            self._tell_changed_lists()

    def _by_village(self, found: Sequence[Sighting]) -> dict[str, ByYear]:
        """Return village code -> year -> its row, after telling where two rows speak of the same."""
        villages: dict[str, ByYear] = {}
        for sighting in found:
            rows = villages.setdefault(sighting.code, {})
            if sighting.year is None:
                continue
            earlier = rows.setdefault(sighting.year, sighting)
            if earlier is not sighting:
                message = Message(
                    "this village has a row for {year} already: {where}",
                    {"year": sighting.year, "where": earlier.where},
                )
                fix = Message("correct the code or the year in one of the two rows, or remove the one too many")
                sighting.tell(message, self._collector, fix=fix)
        return villages

    def _keep_fixed(self) -> None:
        left = sorted(code for code, rows in self._villages.items() if len(rows) < len(self.years))
        self._villages = {code: rows for code, rows in self._villages.items() if len(rows) == len(self.years)}
        if left:
            message = Message(
                "district {code}: villages left out, because they do not stand in the lists of all years: "
                "{count:,} ({names})",
                {"code": self._number, "count": len(left), "names": listed(left)},
            )
            self._collector.note(message)

    def _tell_changed_lists(self) -> None:
        """Tell villages that are missing in a later list, new in one, or in it under another code."""
        gone = {(normal(rows[last].name), normal(rows[last].subdistrict)): rows[last] for rows, last in self._gone()}
        for rows in self._villages.values():
            first = rows[min(rows)]
            before = gone.get((normal(first.name), normal(first.subdistrict))) if first.name else None
            if min(rows) == self.years[0] or self._joined(rows):
                continue
            if before is not None and before.code != first.code and (before.year or 0) < min(rows):
                message = Message(
                    "this village has another code in the list of {year}: {code} ({where})",
                    {"year": before.year, "code": before.code, "where": before.where},
                )
                first.tell(message, self._collector, fix=Message("write the same code in all lists"))
                gone.pop((normal(first.name), normal(first.subdistrict)))
                continue
            message = Message("this village is new in the list of {year}", {"year": min(rows)})
            fix = Message(
                "say in a column launch_year (tahun_pencanangan) when it was designated, "
                "or leave out what is not in all lists with --fixed-cohort"
            )
            first.tell(message, self._collector, fix=fix)
        for before in gone.values():
            years = self._villages[before.code]
            missing = next(year for year in self.years if year > min(years) and year not in years)
            message = Message("this village is missing in the list of {year}", {"year": missing})
            fix = Message("add it there, or leave out what is not in all lists with --fixed-cohort")
            before.tell(message, self._collector, fix=fix)

    def _gone(self) -> Iterable[tuple[ByYear, int]]:
        """Yield the rows of every village that is missing in a list after its first, and the year before that."""
        for rows in self._villages.values():
            later = [year for year in self.years if year >= min(rows)]
            if len(later) > len(rows):
                missing = next(year for year in later if year not in rows)
                yield rows, max(year for year in rows if year < missing)

    def _joined(self, rows: ByYear) -> bool:
        """Return whether a village is new because it was designated after the list before its first."""
        launch = rows[min(rows)].launch
        before = max((year for year in self.years if year < min(rows)), default=None)
        return launch is not None and before is not None and before < launch <= min(rows)

    def panel(self) -> Panel | None:
        """Return the statuses; None where there is one year only."""
        if len(self.years) < 2 or not self._villages:
            return None
        codes = tuple(sorted(self._villages))
        status = np.full((len(codes), len(self.years)), UNKNOWN, dtype=np.int8)
        for i, code in enumerate(codes):
            for year, sighting in self._villages[code].items():
                status[i, self.years.index(year)] = sighting.status
        return Panel(self._number, codes, tuple(self.years), status)

    def launches(self) -> tuple[Launches, ...]:
        """Return when villages joined and where each stood when it was first seen, one entry for each such year."""
        by_year: dict[int, list[tuple[str, int, int]]] = {}
        for code, rows in sorted(self._villages.items()):
            known = [year for year in sorted(rows) if rows[year].status != UNKNOWN]
            launch = next((rows[year].launch for year in sorted(rows) if rows[year].launch is not None), None)
            if not known or launch is None:
                continue
            self._tell_launch(rows[known[0]], launch)
            if launch < known[0]:
                by_year.setdefault(known[0], []).append((code, launch, rows[known[0]].status))
        return tuple(
            Launches(
                self._number,
                tuple(code for code, _, _ in villages),
                np.array([launch for _, launch, _ in villages], dtype=np.int64),
                np.array([status for _, _, status in villages], dtype=np.int8),
                year,
            )
            for year, villages in sorted(by_year.items())
        )

    def _tell_launch(self, first: Sighting, launch: int) -> None:
        """Tell where a village has a status before it joined."""
        if first.year is not None and launch > first.year:
            message = Message(
                "this village was designated in {launch} and has a status at the end of {year}",
                {"launch": launch, "year": first.year},
            )
            fix = Message("correct the launch year, or empty the status")
            column = "launch_year" if "launch_year" in first.table.columns else "village_code"
            first.table.tell(first.row, column, message, self._collector, found=launch, fix=fix)


def tell_contradictions(found: Iterable[Sighting], district: District, origin: int, collector: Collector) -> None:
    """Tell where rows speak of a time after the origin, or say something else of the origin than the scenario."""
    rows = list(found)
    late = [sighting for sighting in rows if sighting.year is not None and sighting.year > origin]
    if late:
        message = Message(
            "statuses of {year} lie after the origin of the scenario, {origin}",
            {"year": late[0].year, "origin": origin},
        )
        fix = Message("write origin: {year} in the scenario, with the statuses of that year", {"year": late[0].year})
        late[0].tell(message, collector, fix=fix, found=str(late[0].year))
    now = [sighting for sighting in rows if sighting.year == origin and sighting.status != UNKNOWN]
    for sighting in now:
        status = district.status.get(sighting.code)
        if status is not None and status != sighting.status:
            message = Message(
                "at the end of {origin} this village is {status} in the scenario",
                {"origin": origin, "status": LEVELS[status]},
            )
            fix = Message("correct the status here, or in the village table of the scenario")
            sighting.table.tell(
                sighting.row, sighting.column, message, collector, found=LEVELS[sighting.status], fix=fix
            )
    known = district.villages.known
    if now and known.counts is not None and not isinstance(known, KnownStatuses):
        _compare_counts(now, known.counts, origin, collector)


def _compare_counts(now: Sequence[Sighting], counts: np.ndarray, origin: int, collector: Collector) -> None:
    here = np.bincount([sighting.status for sighting in now], minlength=4)
    if here.tolist() == counts.tolist():
        return
    message = Message(
        "at the end of {origin} the scenario counts {expected} ({names})",
        {"origin": origin, "expected": "/".join(map(str, counts)), "names": "/".join(LEVELS)},
    )
    fix = Message("correct this list, or villages.status_counts in the scenario")
    found = "/".join(map(str, here))
    now[0].table.tell(None, now[0].column, message, collector, found=found, fix=fix)
