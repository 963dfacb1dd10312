"""What one section of a scenario says, held against what others and the village table say."""

from __future__ import annotations

import re
from math import exp

import numpy as np

from ..domain.messages import Message, listed, nearest, shown
from ..domain.parameters import ParameterKey, ParameterSet
from ..domain.status import LEVELS
from ..domain.target import Target
from ..domain.villages import Villages
from .collector import Collector
from .districts import Region
from .schema import ScenarioFile, TargetSection
from .tables.cells import NUMBER
from .tables.dates import date_of
from .tables.table import non_numeric_cells
from .tree import Node
from .validation import Checked
from .village_table import VillageTable

MOST_LOG_ODDS = 50.0
"""A covariate that moves the log odds further across its column was given in the wrong unit."""


LARGEST_YEARLY_SHARE = 0.5
"""Of all villages, those that may be asked to rise in one year; more is a slip, such as 1 for 1%."""


def check_covariates(node: Node, parameters: ParameterSet, region: Region, collector: Collector) -> None:
    """Tell where a covariate is no numeric column of the village table, or its unit is far too small."""
    for name in parameters.covariates if region.districts else ():
        field = f"transition.covariates.{name}"
        if not all(name in district.columns for district in region.districts):
            tell_unknown_column(node, "transition.covariates", field, name, region.districts, collector)
            continue
        place = node.get("transition", "covariates", name) or node.mapping["transition"]
        before = len(collector)
        tell_not_numeric(place, field, name, region.table, collector)
        if len(collector) == before:
            _tell_unit(place, field, name, parameters, region, collector)


def _tell_unit(
    place: Node, field: str, name: str, parameters: ParameterSet, region: Region, collector: Collector
) -> None:
    cells = np.concatenate([district.columns[name] for district in region.districts])
    low, high = float(cells.min()), float(cells.max())
    likely = parameters.scalars[ParameterKey("covariate", name)].quantile(np.array([0.05, 0.95]))
    if float(np.abs(np.log(likely)).max()) * (high - low) <= MOST_LOG_ODDS:
        return
    message = Message(
        "the column runs from {low:,} to {high:,}: "
        "per unit, this odds ratio changes the odds of rising beyond all measure",
        {"low": float(f"{low:g}"), "high": float(f"{high:g}")},
    )
    most = exp(MOST_LOG_ODDS / (high - low))
    allowed = Message("an odds ratio from {low} to {high}", {"low": f"{1 / most:.6g}", "high": f"{most:.6g}"})
    fix = Message("give the column in a larger unit (per 1,000 people, say), and the odds ratio per that unit")
    collector.add(place, field, message, allowed=allowed, suggestion=fix)


def tell_unknown_column(
    node: Node, above: str, field: str, column: str, districts: tuple[Villages, ...], collector: Collector
) -> None:
    """Tell that the village table has no such column.

    Parameters
    ----------
    node, above
        Where the column is named: at `above` in `node`, or one below it.
    """
    place = node
    for part in (*above.split("."), column):
        place = place.mapping.get(part, place)
    have = sorted(set.intersection(*(set(district.columns) for district in districts)))
    if column == "subdistrict":
        fix: Message | None = Message("name kecamatan in eligible.subdistrict")
    else:
        fix = nearest(column, have)
    allowed = Message("one of: {names}", {"names": listed(have)}) if have else Message("a column of the village table")
    message = Message("the village table has no column {column}", {"column": shown(column)})
    collector.add(place, field, message, found=shown(column), allowed=allowed, suggestion=fix)


def tell_not_numeric(place: Node, field: str, column: str, table: VillageTable | None, collector: Collector) -> None:
    """Tell that a column which must be numeric holds something else, and where first."""
    if table is None:
        return
    for row, cell in non_numeric_cells(table.table, column):
        message = Message(
            "column {column} must hold numbers only, but row {row} of {table} does not",
            {"column": shown(column), "row": row, "table": table.table.shown},
        )
        fix = Message("write a number in every row of this column")
        if "," in cell and NUMBER.fullmatch(cell.replace(",", ".")):
            fix = Message("write decimals with a point: {value}", {"value": cell.replace(",", ".")})
        collector.add(place, field, message, found=shown(cell), suggestion=fix)
        return


def check_target(node: Node, checked: Checked[ScenarioFile], collector: Collector) -> Target:
    """Return the target after telling where it makes no sense."""
    section = checked.model.target
    if checked.knows("target.reading"):
        _tell_senseless(node, section, collector)
    return Target(section.share, section.reading, section.levels, section.denominator, section.net_of_falls)


def _tell_senseless(node: Node, section: TargetSection, collector: Collector) -> None:
    given = node.mapping["target"].mapping if "target" in node.mapping else {}
    if section.net_of_falls and section.reading != "rises":
        message = Message("net_of_falls goes with reading: rises only")
        fix = Message("remove {one}, or write {other}", {"one": "net_of_falls", "other": "reading: rises"})
        collector.add(given["net_of_falls"], "target.net_of_falls", message, suggestion=fix)
    if section.reading != "stock" and section.share > LARGEST_YEARLY_SHARE:
        message = Message("this asks for more than half of the villages to rise every year")
        allowed = Message("a share above 0, up to {most}", {"most": LARGEST_YEARLY_SHARE})
        percent = {"percent": float(f"{float(section.share):g}"), "share": f"{float(section.share) / 100:g}"}
        fix = Message("{percent:,}% is written {share}", percent)
        collector.add(given["share"], "target.share", message, allowed=allowed, suggestion=fix)
    senseless = _senseless_levels(section)
    if senseless is not None:
        kept = [level for level in section.levels if level != LEVELS[0] and section.reading == "entries"]
        fix = Message("write {value}", {"value": f"[{', '.join(kept or LEVELS[2:])}]"})
        collector.add(given["levels"], "target.levels", senseless, suggestion=fix)


def _senseless_levels(section: TargetSection) -> Message | None:
    """Return why no such target can be meant, or None."""
    levels = set(section.levels)
    if section.reading == "entries" and LEVELS[0] in levels:
        return Message("no village can rise to dasar, so entries cannot count it")
    if section.reading == "stock" and levels == {LEVELS[0]}:
        return Message("a stock of dasar alone grows only where villages fall")
    if section.reading == "stock" and levels == set(LEVELS):
        return Message("all villages stand at one of the four levels: this target is always met")
    return None


def check_date(node: Node, origin: int | None, collector: Collector) -> None:
    """Tell where `as_of` is no day, or lies after the origin."""
    given = node.get("villages", "as_of")
    if given is None or not isinstance(given.value, str | int | float):
        return
    day = date_of(given.text)
    if day is None or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", given.text):
        message = Message("this is not a day of the calendar")
        allowed = Message("a day written year-month-day, such as 2025-07-31")
        fix = None if day is None else Message("write {value}", {"value": day.isoformat()})
        collector.add(given, "villages.as_of", message, allowed=allowed, suggestion=fix)
    elif origin is not None and day.year > origin:
        message = Message("this day lies after the origin, {origin}", {"origin": origin})
        allowed = Message("a day up to the end of {origin}", {"origin": origin})
        collector.add(given, "villages.as_of", message, allowed=allowed)
