"""Tables of observations, read file by file: what calibrate, back-test and register have in common."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from ...domain.messages import Message, listed
from ...domain.status import UNKNOWN
from ..files import LARGEST_TABLE, Files
from ..problem_list import ProblemList
from ..scenario import Scenario
from ..tables.grids import read_grids
from ..tables.headers import Grid
from ..tables.reader import table_in
from ..tables.table import Table
from .assistance import Spell, read_spells
from .counts import CountRow, complete_rows, read_counts
from .recognise import LIST, Shape, columns_of, recognise, tell_unknown
from .scenario_villages import levels_of
from .villages import Observation, are_dated, read_observations

MOST_STATUSES = 1_000_000
"""Those of all villages of Indonesia over twelve years."""


@dataclass(frozen=True)
class DataFile:
    """A file that was named: its path, and the kind of its tables where that was named too."""

    path: str | os.PathLike[str]
    kind: str | None = None


Data = str | os.PathLike[str] | DataFile


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
        self._kinds = kinds
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
            grids = read_grids(source, self._collector, columns_of(self._kinds))
            shapes = [recognise(grid, source.path.name, self._kinds, file.kind) for grid in grids]
            if not any(shapes):
                for grid in grids:
                    tell_unknown(grid, self._kinds, self._collector)
                continue
            for grid, shape in zip(grids, shapes, strict=True):
                if shape is not None:
                    self._read_table(grid, self._at_origin(shape, digest))
                else:
                    message = Message("{table}: no table to learn from; this sheet is not read", {"table": grid.shown})
                    self._collector.note(message)

    def _at_origin(self, shape: Shape, digest: str) -> Shape:
        """Return the village table of the scenario itself as a list of statuses at the origin, others as they are."""
        undated = shape.wanted is LIST and shape.dated is None
        if self._scenario is not None and undated and digest in self._scenario.provenance.files.values():
            return replace(shape, dated=self._scenario.origin)
        return shape

    def _read_table(self, grid: Grid, shape: Shape) -> None:
        table = table_in(grid, self._collector, shape.wanted)
        if table is None:
            return
        match shape.kind:
            case "outcomes":
                self.counts += read_counts(table, self._collector)
            case "counts":
                self.counts += complete_rows(read_counts(table, self._collector), self._collector)
            case "assistance" if self._scenario is not None:
                names = [plan.name for plan in self._scenario.interventions]
                self.spells.append((table, read_spells(table, names, self._scenario.origin, self._collector)))
            case _ if not self._are_too_many(table, shape):
                found = read_observations(table, shape, self._collector)
                if shape.kind == "launch_years":
                    self.villages += self._launches(table, found)
                elif are_dated(table, shape, found, self._collector):
                    self.villages += found
                    self._note_date(table, shape)

    def _are_too_many(self, table: Table, shape: Shape) -> bool:
        """Return whether there would be more statuses than are read, after telling that."""
        self._statuses += len(table.rows) * max(1, len(shape.years))
        if self._statuses <= MOST_STATUSES:
            return False
        message = Message("the lists hold more than {most:,} statuses in all", {"most": MOST_STATUSES})
        fix = Message("leave out some of the districts, or of the years")
        self._collector.add((table.shown, None), "", message, suggestion=fix, table=True)
        return True

    def _note_date(self, table: Table, shape: Shape) -> None:
        if shape.dated is not None:
            message = Message(
                "{table}: statuses are taken as those at the end of {year}",
                {"table": table.shown, "year": shape.dated},
            )
            self._collector.note(message)

    def _launches(self, table: Table, found: Sequence[Observation]) -> list[Observation]:
        """Return rows with statuses at the origin; where the table has none, those of the scenario."""
        blank = [row for row, cell in zip(table.rows, table.columns["launch_year"], strict=True) if not cell]
        if blank:
            message = Message(
                "{table}: rows without a launch year teach nothing here: {rows}",
                {"table": table.shown, "rows": listed(blank, 30)},
            )
            self._collector.note(message)
        if self._scenario is None:
            return []
        origin = self._scenario.origin
        if "status" in table.columns:
            return [row._replace(year=origin) for row in found]
        levels = {code: level for district in self._scenario.districts for code, level in levels_of(district).items()}
        return [row._replace(year=origin, status=levels.get(row.code, UNKNOWN), column="launch_year") for row in found]
