"""Tables of observations, recognised by their columns and read file by file, for calibrate, back-test and register."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path, PurePath

from ...domain.messages import Message, listed, nearest
from ...domain.status import LEVELS, UNKNOWN
from ..files import LARGEST_TABLE, Files
from ..problem_list import ProblemList
from ..scenario import Scenario
from ..tables.cells import FIRST_YEAR, status_year, year_in
from ..tables.grids import Grid, read_grids
from ..tables.headers import HEAD, Wanted, normal
from ..tables.table import Table, table_in
from .counts import CountRow, complete_rows, read_counts
from .scenario_villages import levels_of
from .villages import Observation, read_observations

MOST_STATUSES = 1_000_000
"""Those of all villages of Indonesia over twelve years."""

_VILLAGE = ("village", "subdistrict", "district_code")
LONG = Wanted(("village_code", "year", "status"), (*_VILLAGE, "launch_year"))
WIDE = Wanted(("village_code",), (*_VILLAGE, "launch_year"))
LIST = Wanted(("village_code", "status"), (*_VILLAGE, "launch_year"))
LAUNCHES = Wanted(("village_code", "launch_year"), (*_VILLAGE, "status"))
COUNTS = Wanted(("date", *LEVELS), ("district_code", "place", "total", "inflow"))
STATED = Wanted(("date",), (*LEVELS, "district_code", "place", "total", "rises", "falls"))
ASSISTANCE = Wanted(("village_code", "year", "intervention"), _VILLAGE)

_EVIDENCE = {"panel": LONG, "counts": COUNTS, "launch_years": LAUNCHES, "assistance": ASSISTANCE}
KINDS = tuple(_EVIDENCE)
"""The kinds of evidence; they may be named beside a file."""
OUTCOMES = ("outcomes", "panel")
"""The kinds that say what became of a forecast."""
_STATED = (("date", *LEVELS), ("date", "rises"))
"""The columns of which outcomes have one set."""


@dataclass(frozen=True)
class DataFile:
    """A file that was named: its path, and the kind of its tables where that was named too."""

    path: str | os.PathLike[str]
    kind: str | None = None


Spell = tuple[str, int, str]
"""Village code, year, intervention."""
Data = str | os.PathLike[str] | DataFile


@dataclass(frozen=True)
class Shape:
    """What a table was recognised as.

    Attributes
    ----------
    kind
        One of `KINDS`, or "outcomes".
    wanted
        Its columns.
    years
        Columns of statuses -> their year, of a list as its title, its sheet or its file says it; empty where a column
        ``year`` says it row by row.
    """

    kind: str
    wanted: Wanted
    years: Mapping[str, int | None] = field(default_factory=dict)


def _shapes(grid: Grid, file: str) -> list[Shape]:
    """Return what a table can be read as, the likeliest first."""
    names = {wanted: {*grid.header(wanted).names} for wanted in (STATED, COUNTS, ASSISTANCE, LONG, LIST, LAUNCHES)}
    fits = {wanted: names[wanted] >= {*wanted.required} for wanted in names}
    shapes = []
    if any(names[STATED] >= {*columns} for columns in _STATED):
        shapes.append(Shape("outcomes", STATED))
    long = (("counts", COUNTS), ("assistance", ASSISTANCE), ("panel", LONG))
    shapes += [Shape(kind, wanted) for kind, wanted in long if fits[wanted]]
    if years := _years(grid):
        shapes.append(Shape("panel", WIDE, years))
    elif fits[LIST]:
        dated = _dated(grid, file)
        launches = "launch_year" in names[LIST]
        if dated is not None or not launches:
            shapes.append(Shape("panel", LIST, {"status": dated}))
        if launches:
            shapes.append(Shape("launch_years", LIST))
    if fits[LAUNCHES]:
        shapes.append(Shape("launch_years", LAUNCHES))
    return shapes


def _years(grid: Grid) -> dict[str, int | None]:
    header = grid.header(WIDE)
    if not header.fits:
        return {}
    named = {name: status_year(normal(name)) for name in header.written if name and name in header.names}
    return {name: year for name, year in named.items() if year is not None}


def _dated(grid: Grid, file: str) -> int | None:
    """Return the year of a list by its sheet, else by what stands above its column names, else by its file."""
    above = [" ".join(cells) for row, cells in grid.rows[:HEAD] if row < grid.header(LIST).row]
    found = (year_in(text) for text in (grid.sheet, " ".join(above), PurePath(file).stem))
    return next((year for year in found if year is not None), None)


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
    villages
        Rows of statuses and launch years.
    counts
        Rows of counts.
    spells
        Every table of assistance, with what its rows say.
    files
        Every file as it was named -> SHA-256 of its content.
    """

    def __init__(self, kinds: Collection[str], collector: ProblemList, scenario: Scenario | None = None) -> None:
        self.villages: list[Observation] = []
        self.counts: list[CountRow] = []
        self.spells: list[tuple[Table, list[Spell]]] = []
        self.files: dict[str, str] = {}
        sets = [columns for kind in kinds for columns in ((_EVIDENCE[kind].required,) if kind in KINDS else _STATED)]
        self._kinds = kinds
        self._wanted = Wanted(tuple(dict.fromkeys(name for columns in sets for name in columns)))
        self._allowed = Message("one of these sets of columns: {sets}", {"sets": " | ".join(map(listed, sets))})
        self._collector = collector
        self._scenario = scenario
        self._statuses = 0

    def read(self, data: Data | Iterable[Data]) -> None:
        """Read every table of some files; every sheet of a workbook is looked at."""
        for one in [data] if isinstance(data, str | os.PathLike | DataFile) else data:
            file = one if isinstance(one, DataFile) else DataFile(one)
            source = Files(Path(file.path), self._collector).read_top(LARGEST_TABLE)
            if source is None:
                continue
            digest = self.files[str(file.path)] = sha256(source.content).hexdigest()
            grids = read_grids(source, self._collector, self._wanted)
            shapes = [self._recognise(grid, source.path.name, file.kind, digest) for grid in grids]
            for grid, shape in zip(grids, shapes, strict=True):
                if shape is not None:
                    self._read_table(grid, shape)
                elif any(shapes):
                    grid.note(Message("{table}: no table to learn from; this sheet is not read"))
                else:
                    self._tell_unknown(grid)

    def _recognise(self, grid: Grid, file: str, named: str | None, digest: str) -> Shape | None:
        """Return what the table in a file is, or None where it is of none of the kinds, or not of the one named."""
        kinds = self._kinds if named is None else (named,)
        shape = next((shape for shape in _shapes(grid, file) if shape.kind in kinds), None)
        if shape is None:
            return None if named is None else Shape(named, _EVIDENCE[named])
        # The village table of the scenario holds the statuses of its origin.
        itself = self._scenario is not None and digest in self._scenario.provenance.files.values()
        origin = self._scenario.origin if self._scenario is not None and itself else None
        if shape.years == {"status": None}:
            return replace(shape, years={"status": origin})
        if shape.wanted is WIDE and grid.header(LIST).fits:
            year = _dated(grid, file) if origin is None else origin
            if year is not None and year not in shape.years.values():
                return Shape(shape.kind, LIST, {**shape.years, "status": year})
        return shape

    def _tell_unknown(self, grid: Grid) -> None:
        header = grid.header(self._wanted)
        message = Message("this table is none of those that are looked for here")
        fix = Message("name the columns so, in the first row")
        found = listed(filter(None, header.written))
        grid.tell(header.row or None, message, fix, found=found, allowed=self._allowed)

    def _read_table(self, grid: Grid, shape: Shape) -> None:
        table = table_in(grid, shape.wanted)
        if table is None:
            return
        match shape.kind:
            case "outcomes":
                self.counts += read_counts(table)
            case "counts":
                self.counts += complete_rows(read_counts(table))
            case "assistance" if self._scenario is not None:
                names = [plan.name for plan in self._scenario.interventions]
                self.spells.append((table, read_spells(table, names, self._scenario.origin)))
            case _ if not self._are_too_many(table, shape):
                self.villages += self._statuses_in(table, shape)

    def _are_too_many(self, table: Table, shape: Shape) -> bool:
        """Return whether there would be more statuses than are read, after telling that."""
        self._statuses += len(table.rows) * max(1, len(shape.years))
        if self._statuses > MOST_STATUSES:
            message = Message("the lists hold more than {most:,} statuses in all", {"most": MOST_STATUSES})
            table.grid.tell(None, message, Message("leave out some of the districts, or of the years"))
        return self._statuses > MOST_STATUSES

    def _statuses_in(self, table: Table, shape: Shape) -> Sequence[Observation]:
        if shape.kind == "launch_years":
            return self._launches(table)
        found = read_observations(table, shape.years)
        if shape.wanted is LIST and shape.years["status"] is not None:
            values = {"year": shape.years["status"]}
            table.note(Message("{table}: statuses are taken as those at the end of {year}", values))
        elif shape.wanted is LIST and found:
            message = Message("nothing says of which year these statuses are")
            fix = Message("write the year in the name of the sheet or of the file, such as desa_2023.csv")
            table.grid.tell(table.header, message, fix, column=table.written["status"])
            return []
        return found

    def _launches(self, table: Table) -> list[Observation]:
        """Return rows with statuses at the origin; where the table has none, those of the scenario."""
        origin = None if self._scenario is None else self._scenario.origin
        found = read_observations(table, {"status": origin})
        blank = [row for row, cell in zip(table.rows, table.columns["launch_year"], strict=True) if not cell]
        if blank:
            values = {"rows": listed(blank, 30)}
            table.note(Message("{table}: rows without a launch year teach nothing here: {rows}", values))
        if self._scenario is None or "status" in table.columns:
            return found
        levels = {code: level for district in self._scenario.districts for code, level in levels_of(district).items()}
        return [row._replace(status=levels.get(row.code, UNKNOWN), column="launch_year") for row in found]


def read_spells(table: Table, interventions: Sequence[str], origin: int) -> list[Spell]:
    """Return which village was assisted when by which of these interventions; what is wrong is told."""
    if not table.read_codes("village_code"):
        return []
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
