"""Where villages stood at the ends of years: rows of lists, put together village by village."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ...domain.evidence import Launches, Panel
from ...domain.messages import Message, listed
from ...domain.status import LEVELS, UNKNOWN
from ..office.names import plain_subdistrict, plain_village
from ..office.sheets import BEFORE_LAUNCH, CORRECT_LAUNCH, StatusCell, VillageRow, VillageSheet
from ..problem_list import ProblemList
from ..tables.table import Table


class Observation(NamedTuple):
    """Where a village stood at the end of a year, and which cell of which table says so."""

    table: Table
    village: VillageRow
    year: int
    cell: StatusCell

    @property
    def status(self) -> int:
        """0 … 3, or `UNKNOWN` where the cell is blank."""
        return self.cell.level

    def tell(self, message: Message, fix: Message | None, *, found: object = None) -> None:
        """Tell what is wrong with the village of the row."""
        column = next(name for name in ("village_code", "village") if name in self.table.columns)
        self.table.tell(self.cell.i, column, message, fix, found=found)

    def tell_status(self, message: Message, fix: Message) -> None:
        """Tell what is wrong with the status."""
        self.table.tell(self.cell.i, self.cell.column, message, fix, found=LEVELS[self.status])

    @property
    def where(self) -> str:
        """File and row, as a message names them."""
        return f"{self.table.shown}:{self.table.rows[self.cell.i]}"

    @property
    def identity(self) -> tuple[str, str]:
        """Name and kecamatan, by which a village is known whose code changed; the code where it has no name."""
        one = self.village
        return (plain_village(one.name), plain_subdistrict(one.subdistrict)) if one.name else (one.code, "")


def observations_of(sheet: VillageSheet) -> list[Observation]:
    """Return where the villages of a sheet stood, for each year that it speaks of."""
    found = ((row, year, cell) for row in sheet.rows for year, cell in row.statuses.items())
    return [Observation(sheet.table, row, year, cell) for row, year, cell in found if year is not None]


def launches_of(sheet: VillageSheet, origin: int, levels: Mapping[str, int]) -> list[Observation]:
    """Return when the villages of a sheet without statuses joined, with their levels at the origin by code."""
    cells = ((row, StatusCell(row.i, "launch_year", levels.get(row.code, UNKNOWN))) for row in sheet.rows)
    return [Observation(sheet.table, row, origin, cell) for row, cell in cells]


ByYear = dict[int, Observation]


class History:
    """The observations of one district, by village and year.

    Parameters
    ----------
    fixed_cohort
        Whether only villages that stand in the lists of all years count, instead of telling the others.
    """

    def __init__(
        self, district_code: str, found: Sequence[Observation], collector: ProblemList, *, fixed_cohort: bool
    ) -> None:
        self._district_code = district_code
        self.years = sorted({row.year for row in found})
        self._villages = self._by_village(found, collector)
        if fixed_cohort:
            self._keep_fixed(collector)
        elif len(self.years) > 1:
            self._tell_changed_lists()

    def _by_village(self, found: Sequence[Observation], collector: ProblemList) -> dict[str, ByYear]:
        """Return village code -> year -> its row; where two lists contradict each other, its status is unknown."""
        villages: dict[str, ByYear] = {}
        for row in found:
            village = row.village
            years = villages.setdefault(village.code, {})
            earlier = years.setdefault(row.year, row)
            if UNKNOWN not in {row.status, earlier.status} and row.status != earlier.status:
                values = {
                    "name": village.name or village.code,
                    "year": row.year,
                    "one": earlier.where,
                    "other": row.where,
                }
                message = Message(
                    "{name}: {one} and {other} say different statuses of {year}; it is taken as unknown", values
                )
                collector.note(message)
                years[row.year] = earlier._replace(cell=earlier.cell._replace(level=UNKNOWN))
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
            launch = first.village.launch
            if not earlier or (launch is not None and earlier[-1] < launch <= began):
                continue
            before, _ = gone.get(first.identity, (first, 0))
            code = before.village.code
            if code != first.village.code and before.year < began:
                message = Message(
                    "this village has another code in the list of {year}: {code} ({where})",
                    {"year": before.year, "code": code, "where": before.where},
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
            launch = next((one for year in sorted(rows) if (one := rows[year].village.launch) is not None), None)
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
    if launch > first.year:
        column = "launch_year" if "launch_year" in first.table.columns else first.cell.column
        message = BEFORE_LAUNCH.filled(launch=launch, year=first.year)
        first.table.tell(first.cell.i, column, message, CORRECT_LAUNCH, found=launch)
