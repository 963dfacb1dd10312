"""What one section of a scenario says, held against what others and the village table say."""

from __future__ import annotations

import re
from dataclasses import fields
from math import exp
from operator import attrgetter
from typing import Any

import numpy as np

from ..domain.constraints import LATEST_YEAR
from ..domain.intervention import COLUMN_PREFIX, FILE_KEYS, Intervention
from ..domain.messages import Message, ScenarioError, listed, nearest, shown
from ..domain.parameters import ParameterKey, ParameterSet
from ..domain.target import Target
from ..domain.villages import Villages
from .districts import Region
from .problem_list import Node, ProblemList, tell_at
from .schema import ScenarioFile
from .tables.cells import NUMBER
from .tables.dates import date_of
from .tables.table import non_numeric_cells
from .validation import Checked
from .village_table import VillageTable

MOST_LOG_ODDS = 50.0
"""A covariate that moves the log odds further across its column was given in the wrong unit."""


def check_covariates(node: Node, parameters: ParameterSet, region: Region, collector: ProblemList) -> None:
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
    place: Node, field: str, name: str, parameters: ParameterSet, region: Region, collector: ProblemList
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
    node: Node, above: str, field: str, column: str, districts: tuple[Villages, ...], collector: ProblemList
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


def tell_not_numeric(place: Node, field: str, column: str, table: VillageTable | None, collector: ProblemList) -> None:
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


def check_target(node: Node, checked: Checked[ScenarioFile], collector: ProblemList) -> Target:
    """Return the target after telling where it makes no sense."""
    target = checked.model.target
    if checked.knows("target.reading"):
        tell_at(node, target.problems(), collector)
    return target


def check_date(node: Node, origin: int | None, collector: ProblemList) -> None:
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


def read_intervention(
    node: Node, checked: Checked[Any], origin: int | None, region: Region, collector: ProblemList
) -> Intervention | None:
    """Return an intervention after telling every problem; None where it is not sound.

    Parameters
    ----------
    node, checked
        The whole scenario as read, and what is sound of the intervention.
    origin
        Last observed year; None where it is not known.
    region
        The districts and their villages, as far as they are known.
    """
    section, starts = checked.model, checked.get("starts")
    written = node.mapping["interventions"].mapping[section.name].mapping
    stated = {each.name: attrgetter(FILE_KEYS.get(each.name, each.name)) for each in fields(Intervention)}
    values = {name: of(section) for name, of in stated.items() if name != "starts"}
    # A value that is none was told already; what else is wrong can be told all the same.
    values["starts"] = starts or section.ends or LATEST_YEAR
    values |= {key: checked.get(key) or 0 for key in ("coverage", "capacity") if key in written}
    before = len(collector)
    try:
        plan = Intervention(**values)
    except ScenarioError as error:
        tell_at(node, error.problems, collector)
        if any(problem.field.endswith(".name") for problem in error.problems):
            return None
        eligible = {name: values[name] for name in ("eligible_subdistricts", "eligible_where")}
        plan = Intervention(section.name, values["starts"], capacity=0, **eligible)
    problems = list(plan.problems_within(plan.starts - 1 if origin is None else origin, region.districts))
    if isinstance(plan.priority, str) and plan.priority.startswith(COLUMN_PREFIX):
        field, column = f"interventions.{plan.name}.priority", plan.priority.removeprefix(COLUMN_PREFIX)
        if any(problem.field == field for problem in problems) and column in _columns(region):
            place = node.mapping["interventions"].mapping[plan.name].mapping["priority"]
            tell_not_numeric(place, field, column, region.table, collector)  # says in which row
            if len(collector) > before:
                problems = [problem for problem in problems if problem.field != field]
    tell_at(node, problems, collector)
    return None if checked.broken or len(collector) > before else plan


def _columns(region: Region) -> set[str]:
    return {column for district in region.districts for column in district.columns}
