"""The first forecast year before it is over, as a scenario tells it: a count of rises, or a list to count them in."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date

from ..domain.messages import Message, ScenarioError, listed
from ..domain.so_far import SoFar
from ..domain.status import UNKNOWN
from ..domain.villages import Villages
from .districts import Region, sheet_of
from .files import Files
from .office.records import days_named
from .office.roster import Known, Roster
from .office.sheets import VillageSheet
from .problem_list import Node, ProblemList, tell_at
from .schema import ScenarioFile
from .schema import SoFar as SoFarSection
from .tables.cells import date_of
from .validation import Checked
from .village_table import read_statuses

_MOST_NAMED = 10


def read_so_far(
    node: Node, checked: Checked[ScenarioFile], region: Region, files: Files, collector: ProblemList
) -> SoFar | None:
    """Return what a scenario tells of its first year; None where it tells nothing, or problems went to `collector`."""
    place, section = node.get("so_far"), checked.model.so_far
    of_it = (f"so_far.{each.name}" for each in fields(SoFarSection))
    if place is None or section is None or not checked.knows("origin", "target", *of_it) or not region.districts:
        return None
    before, origin = len(collector), checked.model.origin
    as_of = _day(place, section.as_of, collector)
    if (section.rises is None) == (section.table is None):
        message = Message("the rises so far are given twice, as a count and as a list")
        fix = Message("remove rises, or remove table")
        if section.rises is None:
            message = Message("nothing says how many villages have risen so far")
            fix = Message("give so_far.rises, or so_far.table")
        collector.add(place, "so_far", message, suggestion=fix)
    if section.sheet is not None and section.table is None:
        fix = Message("remove {text}", {"text": "sheet"})
        collector.add(
            place.mapping["sheet"], "so_far.sheet", Message("there is no table to choose a sheet of"), suggestion=fix
        )
    if as_of is None or len(collector) > before:
        return None
    rises = section.rises
    if rises is None:
        rises = _counted(node, section.table or "", region, origin, files, collector)
    if rises is None:
        return None
    try:
        so_far = SoFar(as_of, rises, section.share)
    except ScenarioError as error:
        tell_at(node, error.problems, collector)
        return None
    tell_at(node, so_far.problems_within(origin, region.districts, checked.model.target), collector)
    return so_far if len(collector) == before else None


def _day(place: Node, written: str, collector: ProblemList) -> date | None:
    day = date_of(written)
    if day is not None and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        return day
    message = Message("this is not a day of the calendar")
    if day is not None:
        message = Message("the date is not written year-month-day")
    allowed = Message("a day written year-month-day, such as 2025-07-31")
    fix = None if day is None else Message("write {value}", {"value": day.isoformat()})
    collector.add(place.mapping["as_of"], "so_far.as_of", message, allowed=allowed, suggestion=fix)
    return None


def _counted(node: Node, table: str, region: Region, origin: int, files: Files, collector: ProblemList) -> int | None:
    """Return how many villages a list has above their status at the origin; None with every problem told."""
    place = node.mapping["so_far"].mapping["table"]
    levels = region.districts[0].single_levels
    if len(region.districts) > 1 or levels is None:
        message = Message(
            "rises are counted village by village, and the status of each village at the origin is not known"
        )
        fix = Message("write how many villages have risen: so_far.rises")
        collector.add(place, "so_far.table", message, suggestion=fix)
        return None
    before = len(collector)
    sheet = _read_list(node, table, region, origin, files, collector)
    if sheet is None:
        return None
    villages = region.districts[0]
    roster = Roster(_known(villages))
    roster.join(sheet, region.answers)
    now = dict(zip(villages.codes, levels.tolist(), strict=True))
    later = {*villages.ever.codes} - now.keys()
    risen: list[str] = []
    fallen: list[str] = []
    names, seen = dict(zip(villages.codes, villages.names, strict=True)), set()
    for row in sheet.rows:
        cell = next((row.statuses[year] for year in (origin + 1, None) if year in row.statuses), None)
        if row.code in later or cell is None or cell.level == UNKNOWN:
            continue
        if row.code not in now:
            message = Message("the scenario has no such village")
            fix = Message(
                "correct its code, name or kecamatan, here or in the village table of the scenario; a village "
                "designated in {year} is added to that table with its launch year, or left out here"
            ).filled(year=origin + 1)
            sheet.table.tell(row.i, "village_code" if row.coded else "village", message, fix)
            continue
        seen.add(row.code)
        if now[row.code] != UNKNOWN:
            if cell.level > now[row.code]:
                risen.append(names[row.code])
            elif cell.level < now[row.code]:
                fallen.append(names[row.code])
    if len(collector) > before:
        return None
    _note(sheet.table.shown, villages, levels.tolist(), seen, (risen, fallen), origin, collector)
    return len(risen)


def _read_list(
    node: Node, table: str, region: Region, origin: int, files: Files, collector: ProblemList
) -> VillageSheet | None:
    """Return the list of the first forecast year, the days that it names noted; None with every problem told."""
    section = node.mapping["so_far"].mapping
    source = files.read(table, section["table"].place, "so_far.table")
    if source is None:
        return None
    sheet = read_statuses(source, collector, origin + 1, sheet_of(node, "so_far"), region.answers)
    if sheet is None:
        return None
    years = {year for row in sheet.rows for year in row.statuses}
    if not years & {origin + 1, None}:
        message = Message("no column says the statuses of {year}").filled(year=origin + 1)
        fix = Message("add a column of {year}, or name the list of that year").filled(year=origin + 1)
        sheet.table.grid.tell(sheet.table.header, message, fix)
        return None
    if days := days_named(sheet.changes):
        values = {"days": listed(f"“{day}”" for day in days), "day": section["as_of"].text}
        collector.note(Message("so_far: the list names {days}; as_of is {day}", values))
    return sheet


def _known(villages: Villages) -> list[Known]:
    every = villages.ever
    return [
        Known(code, name, every.subdistricts[k], "", every.district)
        for code, name, k in zip(every.codes, every.names, every.subdistrict_index, strict=True)
    ]


def _note(
    table: str,
    villages: Villages,
    levels: list[int],
    seen: set[str],
    moved: tuple[list[str], list[str]],
    origin: int,
    collector: ProblemList,
) -> None:
    """Note which villages were counted, and of which ones the list, or the scenario, says nothing."""
    risen, fallen = moved
    values = {"table": table, "origin": origin, "rises": len(risen), "falls": len(fallen), "villages": len(villages)}
    message = Message(
        "so_far: in {table}, {rises:,} of {villages:,} villages have a higher status than at the end of {origin}, and "
        "{falls:,} a lower one"
    )
    collector.note(message.filled(**values))
    if risen:
        collector.note(Message("so_far: risen: {names}", {"names": listed(risen, _MOST_NAMED)}))
    if fallen:
        collector.note(Message("so_far: fallen: {names}", {"names": listed(fallen, _MOST_NAMED)}))
    silent = [
        name
        for code, name, level in zip(villages.codes, villages.names, levels, strict=True)
        if code not in seen or level == UNKNOWN
    ]
    if silent:
        message = Message(
            "so_far: of {count:,} villages the status then, or at the end of {origin}, is not known; they count as not "
            "risen: {names}"
        )
        values = {"count": len(silent), "origin": origin, "names": listed(silent, _MOST_NAMED)}
        collector.note(message.filled(**values))
