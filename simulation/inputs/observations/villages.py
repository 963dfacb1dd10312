"""Where villages stood at the ends of years: rows of lists, put together village by village."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ...domain.evidence import Launches, Panel
from ...domain.messages import Message, listed
from ...domain.status import UNKNOWN
from ..problem_list import ProblemList
from ..tables.cells import FIRST_YEAR, LAST_YEAR, year_of
from ..tables.headers import normal
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

    def tell(self, message: Message, fix: Message, *, found: object = None) -> None:
        """Tell what is wrong with the village of the row."""
        self.table.tell(self.i, "village_code", message, fix, found=found)

    @property
    def where(self) -> str:
        """File and row, as a message names them."""
        return f"{self.table.shown}:{self.table.rows[self.i]}"

    @property
    def identity(self) -> tuple[str, str]:
        """Name and kecamatan, by which a village is known whose code changed; the code where it has no name."""
        return (normal(self.name), normal(self.subdistrict)) if self.name else (self.code, "")


def read_observations(table: Table, years_of: Mapping[str, int | None]) -> list[Observation]:
    """Return every row of a table, for each year that it speaks of; what is wrong with a cell is told.

    Parameters
    ----------
    years_of
        Columns of statuses and the years of which they are; empty where a column ``year`` says so row by row.
    """
    if not table.read_codes("village_code"):
        return []
    table.check_filled("village_code")
    launches = table.years("launch_year", FIRST_YEAR, LAST_YEAR)
    dated: dict[str, Sequence[int | None]] = {name: [year] * len(table.rows) for name, year in years_of.items()}
    if not dated:
        table.check_filled("year")
        if any(cell != year_of(cell) for cell in table.columns["year"]):
            message = Message(
                "{table}: column {column} holds dates; statuses are taken as those at the end of the year"
            )
            table.note(message, "year")
        dated["status"] = table.years("year", FIRST_YEAR, LAST_YEAR)
    texts = [table.cells(name) for name in ("village_code", "village", "subdistrict", "district_code")]
    found: list[Observation] = []
    for column, years in dated.items():
        statuses = table.levels(column)
        _note_blanks(table, column, statuses)
        rows = zip(range(len(table.rows)), *texts, years, statuses, launches, strict=True)
        found += [Observation(table, i, column, *rest) for i, *rest in rows]
    return found


def _note_blanks(table: Table, column: str, statuses: Sequence[int]) -> None:
    blanks = [row for row, status in zip(table.rows, statuses, strict=True) if status == UNKNOWN]
    if blanks and len(blanks) < len(statuses):
        message = Message(
            "{table}: blank cells of column {column}, where the status is taken as unknown: {count:,}, "
            "the first in row {row}",
            {"count": len(blanks), "row": blanks[0]},
        )
        table.note(message, column)


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
        self._villages = self._by_village(found)
        if fixed_cohort:
            self._keep_fixed(collector)
        elif len(self.years) > 1:
            self._tell_changed_lists()

    def _by_village(self, found: Sequence[Observation]) -> dict[str, ByYear]:
        """Return village code -> year -> its row, after telling where two rows speak of the same."""
        villages: dict[str, ByYear] = {}
        for observation in found:
            if observation.year is None:
                continue
            earlier = villages.setdefault(observation.code, {}).setdefault(observation.year, observation)
            if earlier is not observation:
                values = {"year": observation.year, "where": earlier.where}
                message = Message("this village has a row for {year} already: {where}", values)
                fix = Message("correct the code or the year in one of the two rows, or remove the one too many")
                observation.tell(message, fix)
        return villages

    def _keep_fixed(self, collector: ProblemList) -> None:
        left = sorted(code for code, rows in self._villages.items() if len(rows) < len(self.years))
        self._villages = {code: rows for code, rows in self._villages.items() if len(rows) == len(self.years)}
        if left:
            message = Message(
                "district {code}: villages left out, because they do not stand in the lists of all years: "
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
        values = {"launch": launch, "year": first.year}
        message = Message("this village was designated in {launch} and has a status at the end of {year}", values)
        column = "launch_year" if "launch_year" in first.table.columns else "village_code"
        fix = Message("correct the launch year, or empty the status")
        first.table.tell(first.i, column, message, fix, found=launch)
