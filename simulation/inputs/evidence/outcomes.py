"""What happened in the years that were forecast: statuses of villages, counts, rises as an office states them.

Knows the tables in which that is kept; must not know what was forecast.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...domain.evidence import UNKNOWN, Panel
from ...domain.messages import Message, listed
from ...domain.status import LEVELS
from ..collector import Collector
from ..files import LARGEST_TABLE, Files
from ..tables.headers import Grid, Wanted, find_header, normal
from ..tables.reader import read_grids, table_in
from ..tables.table import Table
from ..village_table import MOST_IN_ALL
from .dates import date_of
from .kinds import LONG, Shape, recognise
from .panel import History
from .sightings import Sighting, sightings

_PLACES = ("district_code", "place")
HAPPENED = Wanted(("date",), (*LEVELS, *_PLACES, "total", "rises", "falls"))
_ANY = Wanted(HAPPENED.required, (*HAPPENED.known, *LONG.required))
"""Enough to tell the delimiter of a CSV file."""
_COUNTS = Message("{counts}, or {rises}", {"counts": listed(("date", *LEVELS)), "rises": listed(("date", "rises"))})
_PANEL = Message("village_code, year, status")


@dataclass(frozen=True, eq=False)
class StatedYear:
    """What an office says of one year of a district; None where it does not.

    Attributes
    ----------
    day
        Of the counts, which stand for the end of its year.
    four
        Shape (4,): villages by level.
    rises, falls
        Villages that rose, that fell, in the year.
    """

    day: date
    four: NDArray[np.int64] | None
    rises: int | None
    falls: int | None


@dataclass(frozen=True)
class Outcomes:
    """What happened, by the code of the district.

    Attributes
    ----------
    panels
        Statuses of single villages, in every year of which there are any.
    stated
        District -> year -> counts and moves.
    notes
        What a reader should know of how the files were read.
    """

    panels: Mapping[str, Panel] = field(default_factory=dict)
    stated: Mapping[str, Mapping[int, StatedYear]] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()


def read_outcomes(paths: Sequence[str | os.PathLike[str]], districts: Mapping[str, str]) -> Outcomes:
    """Return what files say of what happened in some districts.

    Parameters
    ----------
    paths
        CSV files and workbooks; every sheet of a workbook is looked at.
    districts
        Code -> name of those that were forecast; rows of other districts are left out, with a note.

    Raises
    ------
    DataError
        With every problem of every file.
    """
    collector = Collector()
    reader = _Reader(districts, collector)
    for path in paths:
        source = Files(Path(path), collector).read_top(LARGEST_TABLE)
        if source is not None:
            grids = read_grids(source, collector, _ANY)
            found = [reader.read(grid, source.path.name) for grid in grids]
            if grids and not any(found):
                reader.tell_unknown(grids[0])
    outcomes = reader.outcomes()
    collector.raise_if_any()
    return replace(outcomes, notes=tuple(collector.notes))


class _Reader:
    """Reads tables one after the other."""

    def __init__(self, districts: Mapping[str, str], collector: Collector) -> None:
        self._districts = districts
        self._collector = collector
        self._sightings: dict[str, list[Sighting]] = {}
        self._stated: dict[str, dict[int, StatedYear]] = {}
        self._elsewhere: dict[str, None] = {}

    def read(self, grid: Grid, file: str) -> bool:
        """Read a table; return whether it says what happened."""
        header = find_header(grid.rows, HAPPENED)
        if header is not None and header.fits(HAPPENED) and ({*LEVELS} <= {*header.names} or "rises" in header.names):
            table = table_in(grid, self._collector, HAPPENED)
            if table is not None:
                self._read_counts(table)
            return True
        shape = recognise(grid, file, None)
        if shape is None or shape.kind != "panel":
            return False
        table = table_in(grid, self._collector, shape.wanted)
        if table is not None:
            self._read_panel(table, shape)
        return True

    def tell_unknown(self, grid: Grid) -> None:
        """Tell that no table of a file says what happened."""
        message = Message("this table does not say what happened")
        allowed = Message(
            "the columns {panel} (villages), or {counts} (districts)", {"panel": _PANEL, "counts": _COUNTS}
        )
        fix = Message("name the columns so, in the first row")
        row = grid.rows[0][0] if grid.rows else None
        self._collector.add((grid.shown, row), "", message, allowed=allowed, suggestion=fix, table=True)

    def _read_panel(self, table: Table, shape: Shape) -> None:
        found = sightings(table, shape, self._collector)
        if found and all(sighting.year is None for sighting in found) and "year" not in shape.wanted.required:
            message = Message("nothing says of which year these statuses are")
            fix = Message("write the year in the name of the sheet or of the file, such as desa_2023.csv")
            table.tell(table.header, "status", message, self._collector, fix=fix)
            return
        for sighting in found:
            code = self._district(sighting.district) if sighting.district else self._by_code(sighting.code)
            if code is not None:
                self._sightings.setdefault(code, []).append(sighting)
            elif sighting.district:
                self._elsewhere[sighting.district] = None
            elif sighting.code:
                message = Message("nothing says to which district this village belongs")
                fix = Message("add a column district_code (kode_kabupaten) with the codes of the districts")
                sighting.tell(message, self._collector, fix=fix)

    def _by_code(self, village: str) -> str | None:
        """Return the district of a village whose row does not name it: the only one, or that of its code."""
        if len(self._districts) == 1:
            return next(iter(self._districts))
        return next((code for code in self._districts if village.startswith(f"{code}.")), None)

    def _district(self, place: str) -> str | None:
        """Return the code of the district that a place names by code or name; None where it is another one."""
        wanted = plain_place(place)
        return next((code for code, name in self._districts.items() if wanted in map(plain_place, (code, name))), None)

    def _read_counts(self, table: Table) -> None:
        size = len(table.rows)
        if "district_code" in table.columns and not table.read_codes("district_code", self._collector):
            return

        def column(name: str) -> list[int | None]:
            known = name in table.columns
            return table.whole_numbers(name, self._collector, 0, MOST_IN_ALL) if known else [None] * size

        levels, total, rises, falls = [column(level) for level in LEVELS], *map(column, ("total", "rises", "falls"))
        for i, row in enumerate(table.rows):
            code, day = self._row_district(table, i), date_of(table.columns["date"][i])
            if day is None:
                message = Message("this is not a day of the calendar")
                allowed = Message("a day, a month or a year, such as 2025-07-31, 2025-07 or 2025")
                found = table.columns["date"][i]
                table.tell(row, "date", message, self._collector, found=found, allowed=allowed)
            if code is None or day is None:
                continue
            four = [number for numbers in levels if (number := numbers[i]) is not None]
            if len(four) == len(LEVELS) and total[i] not in {None, sum(four)}:
                message = Message(
                    "the four counts add up to {four:,}, not to {total:,}", {"four": sum(four), "total": total[i]}
                )
                fix = Message("correct one of the four counts, or the total")
                table.tell(row, "total", message, self._collector, found=total[i], fix=fix)
            counts = np.array(four, dtype=np.int64) if len(four) == len(LEVELS) else None
            self._keep(table, row, code, StatedYear(day, counts, rises[i], falls[i]))

    def _row_district(self, table: Table, i: int) -> str | None:
        """Return the district of a row, by the first of its cells that names one; a row that names none is told."""
        places = [table.columns[name][i] for name in _PLACES if name in table.columns and table.columns[name][i]]
        if not places and len(self._districts) == 1:
            return next(iter(self._districts))
        if not places:
            message = Message("nothing says of which district this row is")
            fix = Message("add a column district_code (kode_kabupaten) with the codes of the districts")
            table.tell(table.rows[i], "date", message, self._collector, fix=fix)
            return None
        found = next((code for place in places if (code := self._district(place)) is not None), None)
        if found is None:
            self._elsewhere[places[0]] = None
        return found

    def _keep(self, table: Table, row: int, code: str, stated: StatedYear) -> None:
        """Keep what a row says, of several dates of a year the last."""
        years = self._stated.setdefault(code, {})
        before = years.get(stated.day.year)
        if before is not None and before.day == stated.day:
            message = Message("this place has a row of this date already")
            fix = Message("correct the date in one of the two rows, or remove one of them")
            table.tell(row, "date", message, self._collector, found=stated.day, fix=fix)
        if before is not None:
            values = {"place": self._districts[code], "year": stated.day.year}
            self._collector.note(Message("{place}: of several dates in {year} the last counts, for its end", values))
        if before is None or stated.day > before.day:
            years[stated.day.year] = stated

    def outcomes(self) -> Outcomes:
        """Return what all tables say together."""
        panels = {code: panel for code, found in self._sightings.items() if (panel := self._panel(code, found))}
        if self._elsewhere:
            names = {"names": listed(self._elsewhere)}
            self._collector.note(Message("no forecast is about these places; their rows are not used: {names}", names))
        for code, years in self._stated.items():
            for stated in years.values():
                if stated.four is not None and stated.day.month < 12:
                    day = stated.day
                    values: dict[str, object] = {"place": self._districts[code], "day": day, "year": day.year}
                    self._collector.note(Message("{place}: counts of {day} stand for the end of {year}", values))
        return Outcomes(panels, self._stated)

    def _panel(self, code: str, found: Sequence[Sighting]) -> Panel | None:
        """Return the statuses of a district; of a single list too, for what it counts."""
        dated = [sighting for sighting in found if sighting.year is not None]
        history = History(code, dated, self._collector, fixed_cohort=False)
        panel = history.panel()
        if panel is not None or not dated:
            return panel
        status = {sighting.code: sighting.status for sighting in dated}
        levels = np.array(list(status.values()), dtype=np.int8)[:, np.newaxis]
        return Panel(code, tuple(status), tuple(history.years), levels)


def plain_place(place: str) -> str:
    """Return the name of a place without what kind of place it is.

    Examples
    --------
    >>> plain_place("Kab. Tanah Laut") == plain_place("Kabupaten Tanah Laut") == plain_place("TANAH LAUT")
    True
    """
    return normal(place).removeprefix("kabupaten_").removeprefix("kab_")


def four_of(panel: Panel, year: int) -> NDArray[np.int64] | None:
    """Return the counts by level of one year of a panel, shape (4,); None unless every status of it is known."""
    if year not in panel.years:
        return None
    status = panel.status[:, panel.years.index(year)]
    return None if (status == UNKNOWN).any() else np.bincount(status, minlength=len(LEVELS)).astype(np.int64)
