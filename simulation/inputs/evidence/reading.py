"""Evidence read from files for a scenario: every table recognised, every problem told at once.

Knows the order of reading and what may not count twice; must not know how each kind of table is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from ...domain.evidence import UNKNOWN, Assistance, Counts, Evidence, Launches, Panel
from ...domain.messages import DataError, Message, listed
from ...domain.status import LEVELS
from ...domain.villages import DistrictCounts, SubdistrictCounts
from ..collector import Collector
from ..files import LARGEST_TABLE, Files, Source
from ..scenario import Scenario
from ..tables.headers import Grid, normal
from ..tables.reader import read_grids, table_in
from ..tables.table import Table
from .assistance import Spell, assistance, spells, tell_unseen
from .counts import Counted, counted, series
from .kinds import ANY, LIST, Shape, recognise, tell_unknown
from .known import District, by_district, districts_of, tell_strangers
from .panel import History, tell_contradictions
from .sightings import Sighting, sightings

MOST_STATUSES = 1_000_000
"""Those of all villages of Indonesia over twelve years."""


@dataclass(frozen=True)
class DataFile:
    """A file that was named: its path, and the kind of its tables where that was named too."""

    path: str | os.PathLike[str]
    kind: str | None = None


Data = str | os.PathLike[str] | DataFile


@dataclass(frozen=True)
class Gathered:
    """What was read.

    Attributes
    ----------
    evidence
        What the districts know of their past.
    notes
        What a reader should know of how the files were read.
    files
        Every file as it was named -> SHA-256 of its content.
    """

    evidence: Evidence
    notes: tuple[Message, ...]
    files: Mapping[str, str]


def read_evidence(data: Data | Iterable[Data], scenario: Scenario, *, fixed_cohort: bool = False) -> Gathered:
    """Return everything that files say of the past of a scenario's districts.

    Parameters
    ----------
    data
        CSV files and workbooks; every sheet of a workbook is looked at. A `DataFile` says what kind of tables it holds
        where they are not recognised.
    scenario
        Whose villages, origin and interventions the files are of.
    fixed_cohort
        Whether villages that are not in the lists of all years are left out, instead of told.

    Raises
    ------
    DataError
        With every problem of every file.
    """
    collector = Collector()
    collector.language = scenario.language
    reader = _Reader(scenario, collector, fixed_cohort=fixed_cohort)
    files: dict[str, str] = {}
    for file in _named(data):
        source = Files(Path(file.path), collector).read_top(LARGEST_TABLE)
        if source is not None:
            files[str(file.path)] = sha256(source.content).hexdigest()
            reader.read(source, file.kind)
    evidence = reader.evidence()
    if len(collector):
        raise DataError(collector.error().problems, collector.language)
    return Gathered(evidence, tuple(collector.notes), files)


def _named(data: Data | Iterable[Data]) -> list[DataFile]:
    given = [data] if isinstance(data, str | os.PathLike | DataFile) else list(data)
    return [one if isinstance(one, DataFile) else DataFile(one) for one in given]


class _Reader:
    """Reads tables one after the other, and puts together what they say."""

    def __init__(self, scenario: Scenario, collector: Collector, *, fixed_cohort: bool) -> None:
        self._scenario = scenario
        self._collector = collector
        self._fixed_cohort = fixed_cohort
        self._known = districts_of(scenario)
        self._sightings: list[Sighting] = []
        self._statuses = 0
        self._counted: list[Counted] = []
        self._spells: list[tuple[Table, list[Spell]]] = []

    def read(self, source: Source, kind: str | None) -> None:
        """Read every table of a file."""
        grids = read_grids(source, self._collector, ANY)
        shapes = [recognise(grid, source.path.name, kind) for grid in grids]
        # The village table of the scenario itself says how things stand at the origin.
        own = sha256(source.content).hexdigest() in self._scenario.provenance.files.values()
        for grid, shape in zip(grids, shapes, strict=True):
            if shape is not None:
                undated = shape.wanted is LIST and shape.dated is None
                self._table(grid, replace(shape, dated=self._scenario.origin) if own and undated else shape)
            elif any(shapes):
                message = Message("{table}: no table to learn from; this sheet is not read", {"table": grid.shown})
                self._collector.note(message)
            else:
                tell_unknown(grid, self._collector)

    def _table(self, grid: Grid, shape: Shape) -> None:
        table = table_in(grid, self._collector, shape.wanted)
        if table is None or (shape.kind in {"panel", "launch_years"} and self._too_many(table, shape)):
            return
        match shape.kind:
            case "counts":
                self._counted += counted(table, self._home, self._collector)
            case "assistance":
                names = [plan.name for plan in self._scenario.interventions]
                found = spells(table, names, self._scenario.origin, self._collector)
                self._spells.append((table, found))
            case "launch_years":
                self._launch_years(table, shape)
            case _:
                self._panel(table, shape)

    def _too_many(self, table: Table, shape: Shape) -> bool:
        """Return whether there would be more statuses than are read, after telling that."""
        self._statuses += len(table.rows) * max(1, len(shape.years))
        if self._statuses <= MOST_STATUSES:
            return False
        message = Message("the lists hold more than {most:,} statuses in all", {"most": MOST_STATUSES})
        fix = Message("leave out some of the districts, or of the years")
        self._collector.add((table.shown, None), "", message, suggestion=fix, table=True)
        return True

    def _panel(self, table: Table, shape: Shape) -> None:
        found = sightings(table, shape, self._collector)
        if found and all(sighting.year is None for sighting in found) and "year" not in shape.wanted.required:
            message = Message("nothing says of which year these statuses are")
            fix = Message("write the year in the name of the sheet or of the file, such as desa_2023.csv")
            place = (table.shown, table.header)
            self._collector.add(place, table.written["status"], message, suggestion=fix, table=True)
            return
        if shape.dated is not None:
            message = Message(
                "{table}: statuses are taken as those at the end of {year}",
                {"table": table.shown, "year": shape.dated},
            )
            self._collector.note(message)
        self._sightings += found

    def _launch_years(self, table: Table, shape: Shape) -> None:
        """Take statuses as those at the origin; where the table has none, those of the scenario."""
        status = {code: level for district in self._known.values() for code, level in district.status.items()}
        for sighting in sightings(table, shape, self._collector):
            own = sighting.status if "status" in table.columns else status.get(sighting.code, UNKNOWN)
            column = "status" if "status" in table.columns else "launch_year"
            self._sightings.append(sighting._replace(year=self._scenario.origin, status=own, column=column))
        blank = [row for row, cell in zip(table.rows, table.columns["launch_year"], strict=True) if not cell]
        if blank:
            message = Message(
                "{table}: rows without a launch year teach nothing here: {rows}",
                {"table": table.shown, "rows": listed(blank, 30)},
            )
            self._collector.note(message)

    @property
    def _home(self) -> str:
        """The place of counts that name none."""
        return self._scenario.districts[0].district

    def evidence(self) -> Evidence:
        """Return what all tables say together."""
        panels: list[Panel] = []
        launches: list[Launches] = []
        for number, found in by_district(self._sightings, self._known, self._collector).items():
            district = self._known.get(number)
            if district is not None:
                tell_strangers(found, district, self._collector)
                tell_contradictions(found, district, self._scenario.origin, self._collector)
            history = History(number, found, self._collector, fixed_cohort=self._fixed_cohort)
            panel, joined = history.panel(), history.launches()
            if panel is not None:
                panels.append(panel)
            elif all(sighting.launch is None for sighting in found):
                self._tell_one_year(found)
            launches += joined
        counts = self._counts()
        return Evidence(tuple(panels), counts, tuple(launches), self._assistance(panels, launches))

    def _tell_one_year(self, found: Sequence[Sighting]) -> None:
        message = Message("statuses of one year alone teach nothing: nobody sees what changed")
        fix = Message(
            "add a list of another year, such as the village table of the scenario, or a column launch_year "
            "(tahun_pencanangan)"
        )
        found[0].table.tell(None, found[0].column, message, self._collector, fix=fix)

    def _counts(self) -> tuple[Counts, ...]:
        """Return counts at two or more dates; a place with one date is noted."""
        places: dict[str, list[Counted]] = {}
        for row in self._counted:
            district = self._district(row.place)
            name = district.villages.district if district is not None else row.place
            places.setdefault(_plain(name), []).append(row._replace(place=name))
        found: list[Counts] = []
        for rows in places.values():
            place = rows[0].place
            if (district := self._district(place)) is not None:
                self._compare(rows, district)
            several = series(rows, self._collector)
            found += [counts for counts in several if len(counts.dates) > 1]
            if len(several[0].dates) == 1:
                message = Message(
                    "{place}: counts of one date alone ({date}) teach nothing and are not used",
                    {"place": place, "date": rows[0].day},
                )
                self._collector.note(message)
        return tuple(found)

    def _district(self, place: str) -> District | None:
        """Return the district of the scenario that a place names by code or name, or None where it is another one."""
        for number, district in self._known.items():
            if _plain(place) in {_plain(number), _plain(district.villages.district)}:
                return district
        return None

    def _compare(self, rows: Sequence[Counted], district: District) -> None:
        """Tell counts of the scenario's own date that are others than the scenario's; and such that lie after it."""
        origin, villages = self._scenario.origin, district.villages
        as_of = (self._scenario.document.get("villages") or {}).get("as_of")
        for row in rows:
            if row.day.year > origin:
                message = Message(
                    "statuses of {year} lie after the origin of the scenario, {origin}",
                    {"year": row.day.year, "origin": origin},
                )
                fix = Message(
                    "write origin: {year} in the scenario, with the statuses of that year", {"year": row.day.year}
                )
                row.table.tell(row.row, "date", message, self._collector, found=row.day, fix=fix)
            if not isinstance(villages.known, DistrictCounts | SubdistrictCounts):
                continue
            if str(row.day) != str(as_of or f"{origin}-12-31"):
                continue
            expected = villages.known.counts.tolist()
            if expected != row.four.tolist():
                message = Message(
                    "at this date the scenario counts {expected} ({names})",
                    {"expected": "/".join(map(str, expected)), "names": "/".join(LEVELS)},
                )
                fix = Message("correct this row, or villages.status_counts in the scenario")
                found = "/".join(map(str, row.four))
                row.table.tell(row.row, "dasar", message, self._collector, found=found, fix=fix)

    def _assistance(self, panels: Iterable[Panel], launches: Iterable[Launches]) -> tuple[Assistance, ...]:
        seen: dict[str, dict[str, None]] = {}
        blocks: list[Panel | Launches] = [*panels, *launches]
        for block in blocks:
            seen.setdefault(block.district_code, {}).update(dict.fromkeys(block.codes))
        for table, _ in self._spells:
            tell_unseen(table, seen, self._collector)
        every = [spell for _, found in self._spells for spell in found]
        mine = {number: [spell for spell in every if spell[0] in codes] for number, codes in seen.items()}
        return tuple(assistance(number, sorted(seen[number]), found) for number, found in mine.items() if found)


def _plain(place: str) -> str:
    """Return the name of a place without what kind of place it is."""
    return normal(place).removeprefix("kabupaten_").removeprefix("kab_")
