"""The districts of a scenario and their villages, from tables and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

import numpy as np

from ..domain.arrays import Ints
from ..domain.messages import Message, ScenarioError, listed, nearest, shown
from ..domain.status import LEVELS
from ..domain.villages import Villages
from .answers import answers_in
from .files import LARGEST_TABLE, Files, Source
from .kabupaten import all_kabupaten, kabupaten_in
from .problem_list import Node, ProblemList, tell_at
from .schema import ScenarioFile, StatusCounts, VillagesSection
from .tables.grids import NamedSheet, read_grids
from .tables.headers import Wanted
from .tables.table import Table, first_fitting, read_table, suggest_column
from .validation import Checked, missing_key
from .village_table import (
    MOST_IN_ALL,
    VillageTable,
    note_drawn,
    read_village_table,
    read_villages_of_districts,
)

_COLUMNS = ("district_code", "district", "province", "villages", "subdistricts")
_FOUND_OTHERWISE = ("province", "district_code", "villages")
"""Columns that a table of districts can do without: the list of 514 has the first two, four counts give the third."""


DISTRICT_TABLES = tuple(
    Wanted((*(name for name in _COLUMNS if name not in left_out), *(LEVELS if left_out else ())), LEVELS)
    for number in range(len(_FOUND_OTHERWISE) + 1)
    for left_out in combinations(_FOUND_OTHERWISE, number)
)
"""The kinds of tables of districts, the fullest first."""
MOST_VILLAGES = 10_000

StatedCounts = StatusCounts | dict[str, StatusCounts]
"""Villages per level, of the district or by kecamatan."""


@dataclass(frozen=True)
class Region:
    """The districts of a scenario.

    Attributes
    ----------
    districts
        Empty where they could not be read.
    provinces
        District code -> province, where a table of districts says so.
    table
        The village table, where there is one.
    dropped_counts
        Whether inherited counts gave way to the statuses of an overlay's table.
    answers
        What was answered about the village table and other lists: key of a question -> answer.
    """

    districts: tuple[Villages, ...] = ()
    provinces: Mapping[str, str] = field(default_factory=dict)
    table: VillageTable | None = None
    dropped_counts: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)


def read_districts(
    node: Node, checked: Checked[ScenarioFile], files: Files, collector: ProblemList, complete: bool
) -> Region:
    """Return the districts that a scenario names; problems go to `collector`.

    Parameters
    ----------
    complete
        Whether all files of the scenario were read; if not, what is missing is not told.
    """
    model = checked.model
    many, one, villages = node.get("districts"), node.get("district"), node.get("villages")
    if many is not None:
        for key, other in (("district", one), ("villages", villages)):
            if other is not None:
                message = Message("districts takes the place of district and villages")
                fix: Message | None = Message("remove {one}, or remove {other}", {"one": key, "other": "districts"})
                collector.add(other, key, message, suggestion=fix)
        return _many(node, files, collector, checked.get("origin"))
    if complete:
        for key, part in (("district", one), ("villages", villages)):
            if part is None and checked.knows(key):
                message, _, line = missing_key(key)
                allowed = Message("district and villages, or districts")
                collector.add(node.place, key, message, allowed=allowed, suggestion=line)
    if villages is None or model.villages is None:
        return Region()
    reader = _OneDistrict(node, model, files, collector)
    return reader.read(checked.get("origin"), complete and checked.knows("villages.table", "villages.status_counts"))


def sheet_of(node: Node, section: str) -> NamedSheet:
    """Return the sheet that a section names; one that is inherited does not hold for the table of an overlay."""
    table, sheet = node.get(section, "table"), node.get(section, "sheet")
    if sheet is None or (table is not None and sheet.place.generation > table.place.generation):
        return None
    return f"{section}.sheet", sheet


def _many(node: Node, files: Files, collector: ProblemList, origin: int | None) -> Region:
    table, rows_of = node.get("districts", "table"), node.get("districts", "villages")
    if table is None or not isinstance(table.value, str):
        return Region()
    source = files.read(table.value, table.place, "districts.table")
    region = _read_district_table(source, collector, sheet_of(node, "districts")) if source is not None else None
    if region is None:
        return Region()
    if rows_of is None or not isinstance(rows_of.value, str):
        return region
    districts = {district.district_code: district for district in region.districts}
    source = files.read(rows_of.value, rows_of.place, "districts.villages")
    found = read_villages_of_districts(source, collector, origin) if source is not None else {}
    for code, villages in found.items():
        if (district := _with_villages(rows_of, code, villages, districts, collector)) is not None:
            districts[code] = district
    return Region(tuple(districts.values()), region.provinces)


def _read_district_table(source: Source, collector: ProblemList, sheet: NamedSheet) -> Region | None:
    """Return the districts in a file, or None with every problem told."""
    table = read_table(source, collector, DISTRICT_TABLES, sheet)
    if table is None:
        return None
    before = len(collector)
    _fill_in(table)
    if len(collector) > before:
        return None
    table.check_unique("district_code", Message("two districts have the same code: rows {first} and {row}"))
    table.check_filled("district", "villages", "subdistricts")
    villages = table.whole_numbers("villages", 1, MOST_VILLAGES)
    subdistricts = table.whole_numbers("subdistricts", 1, 1000)
    counts = _district_counts(table, villages)
    if sum(total or 0 for total in villages) > MOST_IN_ALL:
        message = Message("the table counts more than {most:,} villages in all", {"most": MOST_IN_ALL})
        table.tell(None, "villages", message, Message("leave out some of the districts"))
    if len(collector) > before:
        return None
    codes, provinces = table.columns["district_code"], table.columns["province"]
    rows = zip(codes, table.columns["district"], counts, subdistricts, villages, strict=True)
    districts = tuple(Villages.from_counts(code, name, four, kec or 1, total) for code, name, four, kec, total in rows)
    return Region(districts, dict(zip(codes, provinces, strict=True)))


def _fill_in(table: Table) -> None:
    """Add the columns that are left out: official codes and provinces, and totals of the four counts."""
    columns = table.columns
    if "district_code" not in columns:
        table.add("district_code", [_code_of(table, i) for i in range(len(table.rows))])
    if "province" not in columns:
        provinces = {one.code: one.province for one in all_kabupaten()}
        table.add("province", [provinces.get(code, "") for code in columns["district_code"]])
    if "villages" not in columns:
        table.check_filled(*LEVELS)
        fours = zip(*(table.whole_numbers(level, 0, MOST_VILLAGES) for level in LEVELS), strict=True)
        table.add("villages", [str(sum(number or 0 for number in four)) for four in fours])


def _code_of(table: Table, i: int) -> str:
    """Return the official code of the district in a row, "" and told where its name says none, or several."""
    found = kabupaten_in(table.columns["district"][i])
    if len(found) == 1 and not found[0].made_up:
        return found[0].code
    message = Message("the list of the 514 kabupaten and kota does not know this name")
    if len(found) > 1:
        message = Message("this name may mean: {names}", {"names": listed(one.name for one in found)})
    fix = Message("write the full name, such as Kabupaten Tanah Laut, or add a column of codes: KODE KABUPATEN")
    table.tell(i, "district", message, fix)
    return ""


@dataclass(frozen=True)
class DistrictList:
    """A table of districts.

    Attributes
    ----------
    year
        Of its counts, as sheet, title or file say it; None where none does.
    province
        That of all its rows; "" where no column says it, or they differ.
    """

    path: Path
    year: int | None
    province: str = ""


def district_list(path: Path) -> DistrictList | None:
    """Return what a file is as a table of districts and their counts; None where it is none, or cannot be read."""
    unheard = ProblemList()
    source = Files(path, unheard).read_top(LARGEST_TABLE)
    if source is None:
        return None
    grids = read_grids(source, unheard, DISTRICT_TABLES[0])
    counted = [Wanted(tuple(dict.fromkeys((*kind.required, *LEVELS)))) for kind in DISTRICT_TABLES]
    kind = first_fitting(grids, counted)
    if kind is None:
        return None
    grid = next(grid for grid in grids if grid.header(kind).fits)
    header = grid.header(kind)
    provinces = set()
    if "province" in header.names:
        at = header.names.index("province")
        provinces = {cells[at] for row, cells in grid.rows if row > header.row and at < len(cells)} - {""}
    return DistrictList(path, grid.year_hint(header, source), provinces.pop() if len(provinces) == 1 else "")


def _district_counts(table: Table, villages: list[int | None]) -> list[Ints | None]:
    """Return the four counts of each district, None where it gives none."""
    missing = [level for level in LEVELS if level not in table.columns]
    if missing:
        if len(missing) < len(LEVELS):
            names = ", ".join(missing)
            message = Message("counts need all four statuses; {names} are missing", {"names": names})
            fix = Message("add the missing columns, or remove the others")
            table.grid.tell(table.header, message, fix, column=names)
        return [None] * len(table.rows)
    for i, cells in enumerate(zip(*(table.columns[level] for level in LEVELS), strict=True)):
        if any(cells) and not all(cells):
            message, fix = Message("counts are given for some statuses only"), Message("give all four or none")
            table.tell(i, LEVELS[cells.index("")], message, fix)
    return table.counts("villages", villages, MOST_VILLAGES)


def _with_villages(
    place: Node, code: str, table: VillageTable, districts: Mapping[str, Villages], collector: ProblemList
) -> Villages | None:
    """Return the district of a code with its villages as a table lists them; None where they do not go together."""

    def tell(message: Message, fix: Message | None, allowed: Message | None = None) -> None:
        collector.add(place, "districts.villages", message, allowed=allowed, suggestion=fix)

    district = districts.get(code)
    if district is None:
        message = Message("the table of districts has no district of code {code}", {"code": shown(code)})
        tell(message, nearest(code, districts), Message("one of: {names}", {"names": listed(districts, 30)}))
        return None
    number = {"code": code, "total": len(district), "villages": table.at_origin}
    if number["total"] != number["villages"]:
        message = Message("district {code} has {total:,} villages in the table of districts, {villages:,} here", number)
        tell(message, Message("correct one of the two tables"))
        return None
    if table.blanks and district.known.counts is None:
        note_drawn(table)
    try:
        return _listed(code, district.district, table, district.known.counts)
    except ScenarioError as error:
        for problem in error.problems:
            tell(problem.message, problem.suggestion)
    return None


def _listed(code: str, name: str, table: VillageTable, counts: Ints | Mapping[str, Ints] | None) -> Villages:
    names, subdistricts = [row.name for row in table.rows], [row.subdistrict for row in table.rows]
    return Villages.arrange(
        code,
        name,
        [row.code for row in table.rows],
        names,
        subdistricts,
        status=table.status,
        status_counts=counts,
        earlier=table.earlier,
        columns=table.columns,
        joins=table.joins,
    )


class _OneDistrict:
    """Reads the section `villages` of a scenario with one district."""

    def __init__(self, scenario: Node, model: ScenarioFile, files: Files, collector: ProblemList) -> None:
        self._scenario = scenario
        self._node = scenario.mapping["villages"]
        self._section = model.villages or VillagesSection()
        self._code = model.district.code if model.district is not None else "00.00"
        self._name = model.district.name if model.district is not None else ""
        self._files = files
        self._collector = collector

    def _tell(self, key: str, message: Message, *, fix: Message | None = None, allowed: Message | None = None) -> None:
        self._collector.add(self._node.mapping[key], f"villages.{key}", message, suggestion=fix, allowed=allowed)

    def read(self, origin: int | None, sound: bool) -> Region:
        """Return the district; `sound` says whether missing keys may be told."""
        counts = self._section.status_counts
        place = self._node.get("table")
        if self._section.table is None or place is None:
            if counts is not None:
                return self._from_counts(counts)
            if sound:
                message = Message("nothing says how many villages there are")
                fix = Message("give villages.table or villages.status_counts")
                self._collector.add(self._node.place, "villages", message, suggestion=fix)
            return Region()
        source = self._files.read(self._section.table, place.place, "villages.table")
        sheet = sheet_of(self._scenario, "villages")
        answers = self._answers()
        table = read_village_table(source, self._collector, origin, sheet, answers) if source is not None else None
        if "subdistricts" in self._node.mapping:
            fix = Message("remove {text}", {"text": "subdistricts"})
            self._tell("subdistricts", Message("the table tells the kecamatan already"), fix=fix)
        return Region() if table is None else replace(self._from_table(table, counts, sound), answers=answers)

    def _answers(self) -> dict[str, str]:
        place = self._node.get("answers")
        if place is None or self._section.answers is None:
            return {}
        source = self._files.read(self._section.answers, place.place, "villages.answers")
        return {} if source is None else answers_in(source, self._collector)

    def _from_counts(self, counts: StatedCounts) -> Region:
        fours = _arrays(counts)
        total = int(sum(map(sum, fours.values())) if isinstance(fours, dict) else fours.sum())
        number = self._section.subdistricts or 1
        if total == 0:
            fix = Message("write the number of villages at each status")
            self._tell("status_counts", Message("all counts are 0: there is no village"), fix=fix)
        elif total > MOST_IN_ALL:
            allowed = Message("at most {most:,} villages in all", {"most": MOST_IN_ALL})
            message = Message("the counts add up to {total:,} villages", {"total": total})
            self._tell("status_counts", message, allowed=allowed)
        elif isinstance(fours, dict):
            return Region((Villages.from_subdistrict_counts(self._code, self._name, fours),))
        elif number > total:
            allowed = Message("a whole number from {low} to {high}", {"low": 1, "high": total})
            self._tell("subdistricts", Message("there are more kecamatan than villages"), allowed=allowed)
        else:
            return Region((Villages.from_counts(self._code, self._name, fours, number),))
        return Region()

    def _from_table(self, table: VillageTable, counts: StatedCounts | None, sound: bool) -> Region:
        given = self._node.get("status_counts")
        dropped = False
        if table.status is not None and not table.blanks and given is not None:
            dropped = given.place.generation > self._node.mapping["table"].place.generation
            if not dropped:
                fix = Message("remove status_counts; the statuses in the table are counted")
                self._tell("status_counts", Message("the table has a status for each village already"), fix=fix)
            counts = None
        elif table.status is None and given is None and sound:
            message = Message("no status is known: the table has no column status, and status_counts is not given")
            fix = suggest_column("status", list(table.columns)) or Message(
                "fill in a column status in the table, or give villages.status_counts"
            )
            self._tell("table", message, fix=fix)
        elif table.blanks and isinstance(counts, dict):
            message = Message("the table leaves some statuses blank, and counts by kecamatan cannot fill them up")
            self._tell("status_counts", message, fix=Message("write the four counts of the whole district"))
            counts = None
        if table.blanks and counts is None:
            note_drawn(table)
        try:
            district = _listed(self._code, self._name, table, None if counts is None else _arrays(counts))
        except ScenarioError as error:
            tell_at(self._scenario, error.problems, self._collector)
            district = _listed(self._code, self._name, replace(table, status=None), None)
        return Region((district,), {}, table, dropped_counts=dropped)


def _arrays(counts: StatedCounts) -> Ints | dict[str, Ints]:
    if isinstance(counts, StatusCounts):
        return np.array(counts.four, dtype=np.int64)
    return {name: np.array(four.four, dtype=np.int64) for name, four in counts.items()}
