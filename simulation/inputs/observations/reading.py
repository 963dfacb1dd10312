"""Tables of observations, recognised by their columns and read file by file, for calibrate, back-test and register."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ...domain.messages import Message, listed, nearest
from ...domain.status import LEVELS
from ..dataframes import is_table, table_source
from ..files import LARGEST_TABLE, Files, Source
from ..office.layout import Layout, layout_of
from ..office.roster import Roster
from ..office.sheets import VillageSheet, read_sheet
from ..problem_list import ProblemList
from ..scenario import Scenario
from ..tables.cells import FIRST_YEAR, LAST_YEAR
from ..tables.grids import Grid, read_grids
from ..tables.headers import Wanted
from ..tables.table import Table, table_in
from .counts import CountRow, complete_rows, read_counts

if TYPE_CHECKING:
    import pandas as pd

MOST_STATUSES = 1_000_000
"""Those of all villages of Indonesia over twelve years."""

COUNTS = Wanted(("date", *LEVELS), ("district_code", "place", "total", "inflow"))
STATED = Wanted(("date",), (*LEVELS, "district_code", "place", "total", "rises", "falls"))
ASSISTANCE = Wanted(("village_code", "year", "intervention"), ("village", "subdistrict", "district_code"))
ASSISTANCE_BY_NAME = Wanted(("village", "subdistrict", "year", "intervention"), ("district_code",))
_ASSISTANCE = ASSISTANCE, ASSISTANCE_BY_NAME
"""The columns by which a table tells who was assisted when."""

_EVIDENCE = {
    "panel": ("village", "subdistrict", "status"),
    "counts": COUNTS.required,
    "launch_years": ("village", "subdistrict", "launch_year"),
    "assistance": ASSISTANCE.required,
}
KINDS = tuple(_EVIDENCE)
"""The kinds of evidence; they may be named beside a file."""
OUTCOMES = ("outcomes", "panel")
"""The kinds that say what became of a forecast."""
_STATED = (("date", *LEVELS), ("date", "rises"))
"""The columns of which outcomes have one set."""


@dataclass(frozen=True)
class DataFile:
    """A file that was named, or a data frame: its path, and the kind of its tables where that was named too."""

    path: str | os.PathLike[str] | pd.DataFrame
    kind: str | None = None


Spell = tuple[str, int, str]
"""Village code, year, intervention."""
Data: TypeAlias = "str | os.PathLike[str] | DataFile | pd.DataFrame"


class TableReader:
    """Reads files one after the other and keeps the rows of their tables.

    Parameters
    ----------
    kinds
        The kinds of tables that are looked for.
    scenario
        Whose villages, origin and interventions the files are of; None where no scenario is known.

    Attributes
    ----------
    lists
        Sheets of villages: their statuses and launch years.
    files
        Every file as it was named -> SHA-256 of its content.
    """

    def __init__(self, kinds: Collection[str], collector: ProblemList, scenario: Scenario | None = None) -> None:
        self.lists: list[VillageSheet] = []
        self.counts: list[CountRow] = []
        self.assistance: list[Table] = []
        self.files: dict[str, str] = {}
        sets = [columns for kind in kinds for columns in ((_EVIDENCE[kind],) if kind in KINDS else _STATED)]
        names = dict.fromkeys(name for columns in sets for name in columns)
        self._kinds = kinds
        self._wanted = Wanted((*names, "village_code"))
        self._allowed = Message("one of these sets of columns: {sets}", {"sets": " | ".join(map(listed, sets))})
        self._collector = collector
        self._scenario = scenario
        self._origin = None if scenario is None else scenario.origin
        self._answers = {} if scenario is None else scenario.provenance.answers
        self._statuses = 0

    def read(self, data: Data | Iterable[Data]) -> None:
        """Read every table of some files; every sheet of a workbook is looked at."""
        alone = isinstance(data, str | os.PathLike | DataFile) or is_table(data)
        every: Iterable[Data] = [data] if alone else data  # type: ignore[list-item, assignment]
        for one in every:
            file = one if isinstance(one, DataFile) else DataFile(one)
            source = self._source(file.path)
            if source is None:
                continue
            self.files[source.shown if source.in_python else str(file.path)] = source.digest
            grids = read_grids(source, self._collector, self._wanted)
            kinds = self._kinds if file.kind is None else (file.kind,)
            read = [self._read_grid(grid, source, kinds) for grid in grids]
            for grid, was_read in zip(grids, read, strict=True):
                if was_read:
                    continue
                if any(read):
                    grid.note(Message("{table}: no table here can be used; this sheet is not read"))
                elif file.kind is None:
                    self._tell_unknown(grid)
                else:
                    table_in(grid, Wanted(_EVIDENCE[file.kind]))  # which tells what is missing

    def _source(self, path: str | os.PathLike[str] | pd.DataFrame) -> Source | None:
        if isinstance(path, str | os.PathLike):
            return Files(Path(path), self._collector).read_top(LARGEST_TABLE)
        source = table_source(path, "", str(len(self.files) + 1))
        self._collector.reading(source.shown)
        return source

    def _read_grid(self, grid: Grid, source: Source, kinds: Collection[str]) -> bool:
        """Return whether a sheet holds a table of one of these kinds, after reading it."""
        if "outcomes" in kinds and any({*grid.header(STATED).names} >= {*columns} for columns in _STATED):
            stated = table_in(grid, STATED)
            self.counts += [] if stated is None else read_counts(stated)
        elif "counts" in kinds and grid.header(COUNTS).fits:
            counted = table_in(grid, COUNTS)
            self.counts += [] if counted is None else complete_rows(read_counts(counted))
        elif "assistance" in kinds and (fitting := [one for one in _ASSISTANCE if grid.header(one).fits]):
            table = table_in(grid, fitting[0])
            self.assistance += [] if table is None else [table]
        else:
            layout = layout_of(grid)
            if layout is None or not (_has_statuses(layout, kinds) or _has_launches(layout, kinds)):
                return False
            self._read_list(layout, source, kinds)
        return True

    def _read_list(self, layout: Layout, source: Source, kinds: Collection[str]) -> None:
        dated = layout.dated
        self._statuses += len(layout.villages) * max(1, len(dated))
        if self._statuses > MOST_STATUSES:
            message = Message("the lists hold more than {most:,} statuses in all", {"most": MOST_STATUSES})
            layout.grid.tell(None, message, Message("leave out some of the districts, or of the years"))
            return
        undated = self._undated(layout, source, kinds)
        sheet = read_sheet(layout, source.shown, undated, self._answers, latest=self._origin or LAST_YEAR)
        if sheet is None:
            return
        if None in sheet.years.values():
            message = Message("nothing says of which year these statuses are")
            fix = Message("write the year in the name of the sheet or of the file, such as desa_2023.csv")
            sheet.table.grid.tell(sheet.table.header, message, fix, column=sheet.table.written["status"])
            return
        if "status" in sheet.years:
            sheet.table.note(Message("{table}: statuses are taken as those at the end of {year}", {"year": undated}))
        if _has_launches(layout, kinds) and not dated and undated == self._origin:
            blank = [sheet.table.rows[row.i] for row in sheet.rows if row.launch is None]
            if blank:
                values = {"rows": listed(blank, 30)}
                sheet.table.note(Message("{table}: rows without a launch year cannot be used here: {rows}", values))
        self.lists.append(sheet)

    def _undated(self, layout: Layout, source: Source, kinds: Collection[str]) -> int | None:
        """Return the year of statuses whose column says none.

        A sheet, a title or a file says it; else in the village table of the scenario it is the origin, and elsewhere
        the years of other columns and of launches can leave only that.
        """
        hint, dated = layout.year_hint(source), layout.dated.values()
        if "panel" in kinds and hint is not None and hint not in dated:
            return hint
        itself = self._scenario is not None and source.digest in self._scenario.provenance.files.values()
        follows = bool(dated) and self._origin is not None and self._origin > max(dated)
        launched = not dated and _has_launches(layout, kinds)
        return self._origin if itself or follows or launched or "panel" not in kinds else None

    def _tell_unknown(self, grid: Grid) -> None:
        header = grid.header(self._wanted)
        message = Message("no table here can be used")
        fix = Message("name the columns so, in one row")
        found = listed(filter(None, header.written))
        grid.tell(header.row or None, message, fix, found=found, allowed=self._allowed)


def _has_statuses(layout: Layout, kinds: Collection[str]) -> bool:
    """Return whether a list says where villages stood, and that is looked for."""
    return not {"panel", "launch_years"}.isdisjoint(kinds) and bool("status" in layout.header.names or layout.dated)


def _has_launches(layout: Layout, kinds: Collection[str]) -> bool:
    """Return whether a list says when villages joined, and that is looked for."""
    return "launch_years" in kinds and "launch_year" in layout.header.names


def read_spells(table: Table, interventions: Sequence[str], origin: int, roster: Roster) -> list[Spell]:
    """Return which village was assisted when by which of these interventions; what is wrong is told.

    A village without a code gets the one under which `roster` knows its kecamatan and name.
    """
    if not table.read_codes("village_code"):
        return []
    if "village_code" not in table.columns:
        names = zip(table.columns["subdistrict"], table.columns["village"], strict=True)
        codes = [roster.code_of(subdistrict, name) for subdistrict, name in names]
        table.add("village_code", codes, table.written["village"], table.letters["village"])
        table.check_filled(*ASSISTANCE_BY_NAME.required)
    table.check_filled(*ASSISTANCE.required)
    years = table.years("year", FIRST_YEAR, origin)
    found: dict[Spell, int] = {}
    cells = zip(table.columns["village_code"], years, table.columns["intervention"], strict=True)
    for i, (code, year, name) in enumerate(cells):
        if name and name not in interventions:
            message = Message("the scenario has no intervention of this name")
            allowed = Message("one of: {names}", {"names": listed(interventions)}) if interventions else None
            fix = nearest(name, interventions) or Message("add the intervention to the scenario, or remove the row")
            table.tell(i, "intervention", message, fix, allowed=allowed)
        if year is not None and (earlier := found.setdefault((code, year, name), i)) != i:
            message = Message("row {row} says the same already", {"row": table.rows[earlier]})
            table.tell(i, "village_code", message, Message("remove one of the two rows"))
    return list(found)
