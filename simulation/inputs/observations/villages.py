"""Where villages stood at the ends of years: rows of lists, put together village by village."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ...domain.evidence import Launches, Panel
from ...domain.messages import Message, listed
from ...domain.status import UNKNOWN
from ..office.names import plain_subdistrict, plain_village
from ..office.sheets import BEFORE_LAUNCH, CORRECT_LAUNCH, StatusCell, VillageRow, VillageSheet
from ..problem_list import ProblemList
from ..tables.table import Table


class Observation(NamedTuple):
    """Where a village stood at the end of a year, and which cell says so.

    Attributes
    ----------
    table, i, column
        The cell of the status; row number `i` of the table, 0 the first.
    code, name, subdistrict, district
        Of the village; all but the code "" where the table has no such column.
    year
        At whose end; None where nothing says so.
    status
        0 … 3, or `UNKNOWN` where the cell is blank.
    launch
        Year in which the village joined; None where the table does not say.
    """

    table: Table
    i: int
    column: str
    code: str
    name: str
    subdistrict: str
    district: str
    year: int | None
    status: int
    launch: int | None

    def tell(self, message: Message, fix: Message | None, *, found: object = None) -> None:
        """Tell what is wrong with the village of the row."""
        column = next(name for name in ("village_code", "village") if name in self.table.columns)
        self.table.tell(self.i, column, message, fix, found=found)

    @property
    def where(self) -> str:
        """File and row, as a message names them."""
        return f"{self.table.shown}:{self.table.rows[self.i]}"

    @property
    def identity(self) -> tuple[str, str]:
        """Name and kecamatan, by which a village is known whose code changed; the code where it has no name."""
        named = (plain_village(self.name), plain_subdistrict(self.subdistrict))
        return named if self.name else (self.code, "")


def observations_of(sheet: VillageSheet) -> list[Observation]:
    """Return where the villages of a sheet stood, for each year that it speaks of."""
    return [_observation(sheet, row, cell, year) for row in sheet.rows for year, cell in row.statuses.items()]


def launches_of(sheet: VillageSheet, origin: int, levels: Mapping[str, int]) -> list[Observation]:
    """Return when the villages of a sheet without statuses joined, with their levels at the origin by code."""
    return [
        _observation(sheet, row, StatusCell(row.i, "launch_year", levels.get(row.code, UNKNOWN)), origin)
        for row in sheet.rows
    ]


def _observation(sheet: VillageSheet, row: VillageRow, cell: StatusCell, year: int | None) -> Observation:
    place = (row.code, row.name, row.subdistrict, row.district)
    return Observation(sheet.table, cell.i, cell.column, *place, year, cell.level, row.launch)


ByYear = dict[int, Observation]


class History:
    """The rows of one district, by village and year; one without a year counts nowhere.

    Parameters
    ----------
    fixed_cohort
        Whether only villages that stand in the lists of all years count, instead of telling the others.
    """

    def __init__(
        self, district_code: str, found: Sequence[Observation], collector: ProblemList, *, fixed_cohort: bool
    ) -> None:
        self._district_code = district_code
        self.years = sorted({row.year for row in found if row.year is not None})
        self._villages = self._by_village(found, collector)
        if fixed_cohort:
            self._keep_fixed(collector)
        elif len(self.years) > 1:
            self._tell_changed_lists()

    def _by_village(self, found: Sequence[Observation], collector: ProblemList) -> dict[str, ByYear]:
        """Return village code -> year -> its row; where two lists contradict each other, its status is unknown."""
        villages: dict[str, ByYear] = {}
        for row in found:
            if row.year is None:
                continue
            years = villages.setdefault(row.code, {})
            earlier = years.setdefault(row.year, row)
            if UNKNOWN not in {row.status, earlier.status} and row.status != earlier.status:
                values = {"name": row.name or row.code, "year": row.year, "one": earlier.where, "other": row.where}
                message = Message(
                    "{name}: {one} and {other} say different statuses of {year}; it is taken as unknown", values
                )
                collector.note(message)
                years[row.year] = earlier._replace(status=UNKNOWN)
            elif earlier.status == UNKNOWN and earlier is not row:
                years[row.year] = row
        return villages

    def _keep_fixed(self, collector: ProblemList) -> None:
        left = sorted(code for code, rows in self._villages.items() if len(rows) < len(self.years))
        self._villages = {code: rows for code, rows in self._villages.items() if len(rows) == len(self.years)}
        if left:
            message = Message(
                "district {code}: villages left out, because they are not in the lists of all years: "
                "{count:,} ({names})",
                {"code": self._district_code, "count": len(left), "names": listed(left)},
            )
            collector.note(message)

    def _tell_changed_lists(self) -> None:
        """Tell villages that are missing in a later list, new in one, or in it under another code."""
        gone: dict[tuple[str, str], tuple[Observation, int]] = {}
        for rows in self._villages.values():
            missing = next((year for year in self.years if year > min(rows) and year not in rows), None)
            if missing is not None:
                last = rows[max(year for year in rows if year < missing)]
                gone[last.identity] = last, missing
        for rows in self._villages.values():
            began = min(rows)
            first, earlier = rows[began], [year for year in self.years if year < began]
            if not earlier or (first.launch is not None and earlier[-1] < first.launch <= began):
                continue
            before, _ = gone.get(first.identity, (first, 0))
            if before.code != first.code and (before.year or 0) < began:
                message = Message(
                    "this village has another code in the list of {year}: {code} ({where})",
                    {"year": before.year, "code": before.code, "where": before.where},
                )
                first.tell(message, Message("write the same code in all lists"))
                del gone[first.identity]
                continue
            fix = Message(
                "say in a column launch_year (tahun_pencanangan) when it was designated, "
                "or leave out what is not in all lists with --fixed-cohort"
            )
            first.tell(Message("this village is new in the list of {year}", {"year": began}), fix)
        for before, missing in gone.values():
            message = Message("this village is missing in the list of {year}", {"year": missing})
            before.tell(message, Message("add it there, or leave out what is not in all lists with --fixed-cohort"))

    def panel(self, fewest: int = 2) -> Panel | None:
        """Return the statuses; None where there are fewer years than `fewest`."""
        codes = tuple(sorted(self._villages))
        if len(self.years) < fewest or not codes:
            return None
        status = np.full((len(codes), len(self.years)), UNKNOWN, dtype=np.int8)
        for i, code in enumerate(codes):
            for year, observation in self._villages[code].items():
                status[i, self.years.index(year)] = observation.status
        return Panel(self._district_code, codes, tuple(self.years), status)

    def launches(self) -> list[Launches]:
        """Return when villages joined and where each stood when it was first seen, one entry for each such year."""
        by_year: dict[int, list[tuple[str, int, int]]] = {}
        for code, rows in sorted(self._villages.items()):
            known = [year for year in sorted(rows) if rows[year].status != UNKNOWN]
            launch = next((rows[year].launch for year in sorted(rows) if rows[year].launch is not None), None)
            if not known or launch is None:
                continue
            _tell_launch(rows[known[0]], launch)
            if launch < known[0]:
                by_year.setdefault(known[0], []).append((code, launch, rows[known[0]].status))
        found = []
        for year, villages in sorted(by_year.items()):
            codes, launched, statuses = zip(*villages, strict=True)
            years, levels = np.array(launched, dtype=np.int64), np.array(statuses, dtype=np.int8)
            found.append(Launches(self._district_code, codes, years, levels, year))
        return found


def _tell_launch(first: Observation, launch: int) -> None:
    """Tell where a village has a status before it joined."""
    if first.year is not None and launch > first.year:
        column = "launch_year" if "launch_year" in first.table.columns else first.column
        message = BEFORE_LAUNCH.filled(launch=launch, year=first.year)
        first.table.tell(first.i, column, message, CORRECT_LAUNCH, found=launch)
