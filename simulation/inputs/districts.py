"""The districts of a scenario and their villages, from tables and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..domain.messages import Message, ScenarioError, listed, nearest, shown
from ..domain.status import UNKNOWN
from ..domain.villages import Ints, Villages
from .files import Files
from .problem_list import Node, ProblemList, tell_at
from .schema import ScenarioFile, StatusCounts, VillagesSection
from .validation import Checked, missing_key
from .village_table import (
    MOST_IN_ALL,
    VillageTable,
    read_district_table,
    read_village_table,
    read_villages_of_districts,
    suggest_status_column,
    tell_blank_statuses,
)

Counts = StatusCounts | dict[str, StatusCounts]


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
    """

    districts: tuple[Villages, ...] = ()
    provinces: Mapping[str, str] = field(default_factory=dict)
    table: VillageTable | None = None
    dropped_counts: bool = False


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
                message = Message("districts stands instead of district and villages")
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
    reader = _OneDistrict(node, villages, model, files, collector)
    return reader.read(checked.get("origin"), complete and checked.knows("villages.table", "villages.status_counts"))


def sheet_of(section: Node) -> Node | None:
    """Return the sheet that a section names; one that is inherited does not hold for the table of an overlay."""
    table, sheet = section.get("table"), section.get("sheet")
    inherited = sheet is not None and table is not None and sheet.place.generation > table.place.generation
    return None if inherited else sheet


def _many(node: Node, files: Files, collector: ProblemList, origin: int | None) -> Region:
    table, rows_of = node.get("districts", "table"), node.get("districts", "villages")
    if table is None or not isinstance(table.value, str):
        return Region()
    source = files.read(table.value, table.place, "districts.table")
    sheet = sheet_of(node.mapping["districts"])
    named = ("districts.sheet", sheet) if sheet is not None else None
    rows = read_district_table(source, collector, named) if source is not None else None
    if rows is None:
        return Region()
    districts = {district.district_code: district for district in rows.districts}
    if rows_of is not None and isinstance(rows_of.value, str):
        source = files.read(rows_of.value, rows_of.place, "districts.villages")
        found = read_villages_of_districts(source, collector, origin) if source is not None else {}
        for code, villages in found.items():
            before = len(collector)
            _tell_other_number(rows_of, code, villages, districts, collector)
            if len(collector) == before:
                districts[code] = _with_villages(districts[code], villages, rows_of, collector)
    return Region(tuple(districts.values()), rows.provinces)


def _tell_other_number(
    place: Node, code: str, villages: VillageTable, districts: Mapping[str, Villages], collector: ProblemList
) -> None:
    """Tell where the table of districts has no such district, or another number of villages for it."""
    if code not in districts:
        message = Message("the table of districts has no district of code {code}", {"code": shown(code)})
        allowed = Message("one of: {names}", {"names": listed(districts, 30)})
        collector.add(place, "districts.villages", message, allowed=allowed, suggestion=nearest(code, districts))
    elif len(districts[code]) != len(villages.codes):
        number = {"code": code, "total": len(districts[code]), "villages": len(villages.codes)}
        message = Message("district {code} has {total:,} villages in the table of districts, {villages:,} here", number)
        collector.add(place, "districts.villages", message, suggestion=Message("correct one of the two tables"))


def _with_villages(district: Villages, table: VillageTable, place: Node, collector: ProblemList) -> Villages:
    """Return a district with the villages of a table; where they do not go together, that is told."""
    counts = district.known.counts
    if counts is None and table.status is not None and UNKNOWN in table.status:
        tell_blank_statuses(table, collector)
    try:
        return _listed(district.district_code, district.district, table, counts)
    except ScenarioError as error:
        for problem in error.problems:
            collector.add(place, "districts.villages", problem.message, suggestion=problem.suggestion)
        return district


class _OneDistrict:
    """Reads the section `villages` of a scenario with one district."""

    def __init__(self, scenario: Node, node: Node, model: ScenarioFile, files: Files, collector: ProblemList) -> None:
        self._scenario = scenario
        self._node = node
        self._section: VillagesSection = model.villages or VillagesSection()
        self._code = model.district.code if model.district is not None else "00.00"
        self._name = model.district.name if model.district is not None else ""
        self._files = files
        self._collector = collector

    def read(self, origin: int | None, sound: bool) -> Region:
        """Return the district; `sound` says whether missing keys may be told."""
        counts: Counts | None = self._section.status_counts
        place = self._node.get("table")
        if self._section.table is None or place is None:
            if counts is None:
                if sound:
                    message = Message("nothing says how many villages there are")
                    fix = Message("give villages.table or villages.status_counts")
                    self._collector.add(self._node.place, "villages", message, suggestion=fix)
                return Region()
            return self._from_counts(counts)
        source = self._files.read(self._section.table, place.place, "villages.table")
        sheet = sheet_of(self._node)
        named = ("villages.sheet", sheet) if sheet is not None else None
        table = read_village_table(source, self._collector, origin, named) if source is not None else None
        if "subdistricts" in self._node.mapping:
            message = Message("the table tells the kecamatan already")
            fix = Message("remove {text}", {"text": "subdistricts"})
            self._collector.add(self._node.mapping["subdistricts"], "villages.subdistricts", message, suggestion=fix)
        return Region() if table is None else self._from_table(table, counts, sound)

    def _from_counts(self, counts: Counts) -> Region:
        place = self._node.mapping["status_counts"]
        fours = counts.values() if isinstance(counts, dict) else [counts]
        total = sum(sum(four.four) for four in fours)
        if total == 0:
            message = Message("all counts are 0: there is no village")
            fix = Message("write the number of villages at each level")
            self._collector.add(place, "villages.status_counts", message, suggestion=fix)
            return Region()
        if total > MOST_IN_ALL:
            message = Message("the counts add up to {total:,} villages", {"total": total})
            allowed = Message("at most {most:,} villages in all", {"most": MOST_IN_ALL})
            self._collector.add(place, "villages.status_counts", message, allowed=allowed)
            return Region()
        if isinstance(counts, dict):
            fours_by_name = {name: np.array(four.four, dtype=np.int64) for name, four in counts.items()}
            return Region((Villages.from_subdistrict_counts(self._code, self._name, fours_by_name),))
        number = self._section.subdistricts or 1
        if number > total:
            message = Message("there are more kecamatan than villages")
            allowed = Message("a whole number from {low} to {high}", {"low": 1, "high": total})
            place = self._node.mapping["subdistricts"]
            self._collector.add(place, "villages.subdistricts", message, allowed=allowed)
            return Region()
        four = np.array(counts.four, dtype=np.int64)
        return Region((Villages.from_counts(self._code, self._name, four, number),))

    def _from_table(self, table: VillageTable, counts: Counts | None, sound: bool) -> Region:
        given = self._node.get("status_counts")
        blank = table.status is not None and UNKNOWN in table.status
        dropped = False
        if table.status is not None and not blank and given is not None:
            dropped = given.place.generation > self._node.mapping["table"].place.generation
            if not dropped:
                message = Message("the table has a status for each village already")
                fix = Message("remove status_counts; the statuses in the table are counted")
                self._collector.add(given, "villages.status_counts", message, suggestion=fix)
            counts = None
        elif table.status is None and given is None and sound:
            message = Message("no status is known: the table has no column status, and status_counts is not given")
            fix = suggest_status_column(table) or Message(
                "add a column status to the table, or give villages.status_counts"
            )
            self._collector.add(self._node.mapping["table"], "villages.table", message, suggestion=fix)
        elif blank and isinstance(counts, dict) and given is not None:
            message = Message("the table leaves some statuses blank, and counts by kecamatan cannot fill them up")
            fix = Message("write the four counts of the whole district")
            self._collector.add(given, "villages.status_counts", message, suggestion=fix)
            counts = None
        elif blank and counts is None and sound:
            tell_blank_statuses(table, self._collector)
        try:
            district = _listed(self._code, self._name, table, None if counts is None else _arrays(counts))
        except ScenarioError as error:
            tell_at(self._scenario, error.problems, self._collector)
            district = _listed(self._code, self._name, replace(table, status=None), None)
        return Region((district,), {}, table, dropped)


def _arrays(counts: Counts) -> Ints | dict[str, Ints]:
    if isinstance(counts, StatusCounts):
        return np.array(counts.four, dtype=np.int64)
    return {name: np.array(four.four, dtype=np.int64) for name, four in counts.items()}


def _listed(code: str, name: str, table: VillageTable, counts: Ints | Mapping[str, Ints] | None) -> Villages:
    """Return a district with its villages as a table lists them."""
    status = table.status if counts is not None or table.status is None or UNKNOWN not in table.status else None
    return Villages.arrange(
        code,
        name,
        table.codes,
        table.names,
        table.subdistricts,
        status=status,
        status_counts=counts,
        columns=table.columns,
    )
