"""What one section of a scenario says, held against what others and the village table say."""

from __future__ import annotations

import re
from dataclasses import fields
from math import exp
from operator import attrgetter
from typing import Any

import numpy as np

from ..domain.constraints import LATEST_YEAR, NUMBER
from ..domain.intervention import COLUMN_PREFIX, FILE_KEYS, Intervention, column_problems
from ..domain.messages import Message, ScenarioError, shown
from ..domain.parameters import ParameterKey, ParameterSet
from .districts import Region
from .problem_list import Node, ProblemList, place_at, tell_at
from .tables.cells import date_of
from .tables.table import non_numeric_cells
from .validation import Checked

QUESTIONABLE_COST = 1000.0
"""Million rupiah for one village and year beyond which a cost was perhaps written in another unit."""
MOST_LOG_ODDS = 50.0
"""A covariate that moves the log odds further across its column was given in the wrong unit."""


def check_covariates(node: Node, parameters: ParameterSet, region: Region, collector: ProblemList) -> None:
    """Tell where a covariate is no numeric column of the village table, or its unit is far too small."""
    for name in parameters.covariates if region.districts else ():
        field = f"transition.covariates.{name}"
        if not _tell_column(node, field, name, region, collector):
            _tell_unit(place_at(node, field), field, name, parameters, region, collector)


def _tell_column(node: Node, field: str, column: str, region: Region, collector: ProblemList) -> bool:
    """Return whether a column that must be numeric is not, after telling so, and in which row it is not."""
    problems = list(column_problems(field, column, region.districts, numeric=True))
    table = region.table.table if region.table is not None and column in region.table.columns else None
    wrong = next(non_numeric_cells(table, column), None) if problems and table is not None else None
    if table is not None and wrong is not None:
        row, cell = wrong
        values = {"column": shown(column), "row": row, "table": table.shown}
        message = Message("column {column} must hold numbers only, but row {row} of {table} does not", values)
        fix = Message("write a number in every row of this column")
        if "," in cell and NUMBER.fullmatch(cell.replace(",", ".")):
            fix = Message("write decimals with a point: {value}", {"value": cell.replace(",", ".")})
        collector.add(place_at(node, field), field, message, found=shown(cell), suggestion=fix)
        return True
    tell_at(node, problems, collector)
    return bool(problems)


def _tell_unit(
    place: Node, field: str, name: str, parameters: ParameterSet, region: Region, collector: ProblemList
) -> None:
    cells = np.concatenate([district.columns[name] for district in region.districts])
    low, high = float(cells.min()), float(cells.max())
    likely = parameters.scalars[ParameterKey("covariate", name)].quantile(np.array([0.05, 0.95]))
    if float(np.abs(np.log(likely)).max()) * (high - low) <= MOST_LOG_ODDS:
        return
    message = Message(
        "the column runs from {low:,} to {high:,}: per unit, this odds ratio changes the odds of rising "
        "implausibly much",
        {"low": float(f"{low:g}"), "high": float(f"{high:g}")},
    )
    most = exp(MOST_LOG_ODDS / (high - low))
    allowed = Message("an odds ratio from {low} to {high}", {"low": f"{1 / most:.6g}", "high": f"{most:.6g}"})
    fix = Message("give the column in a larger unit (per 1,000 people, say), and the odds ratio per that unit")
    collector.add(place, field, message, allowed=allowed, suggestion=fix)


def check_date(node: Node, origin: int | None, collector: ProblemList) -> None:
    """Tell where `as_of` is no day, or lies after the origin; note where it lies in a year before it."""
    given = node.get("villages", "as_of")
    if given is None or not isinstance(given.value, str | int | float):
        return
    day = date_of(given.text)
    if day is None or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", given.text):
        message = Message("this is not a day of the calendar")
        if day is not None:
            message = Message("the date is not written year-month-day")
        allowed = Message("a day written year-month-day, such as 2025-07-31")
        fix = None if day is None else Message("write {value}", {"value": day.isoformat()})
        collector.add(given, "villages.as_of", message, allowed=allowed, suggestion=fix)
    elif origin is not None and day.year > origin:
        message = Message("this day lies after the origin, {origin}", {"origin": origin})
        allowed = Message("a day up to the end of {origin}", {"origin": origin})
        collector.add(given, "villages.as_of", message, allowed=allowed)
    elif origin is not None and day.year < origin:
        values = {"day": day.isoformat(), "origin": origin}
        message = Message(
            "villages.as_of: statuses of {day} are taken as those of the end of {origin}, as if nothing had changed "
            "since; if they are the last ones known, the origin is the year of that day",
            values,
        )
        collector.note(message)


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
    if plan.cost_idr_million > QUESTIONABLE_COST:
        values = {"intervention": plan.name, "cost": plan.cost_idr_million}
        message = Message(
            "interventions.{intervention}.cost_idr_million: {cost:,} million rupiah for one village and one year is "
            "more than is usual; costs are written in million rupiah, 25 for Rp25,000,000: is this one right?",
            values,
        )
        collector.note(message)
    problems = plan.problems_within(plan.starts - 1 if origin is None else origin, region.districts)
    if region.districts and isinstance(plan.priority, str) and plan.priority.startswith(COLUMN_PREFIX):
        field = f"interventions.{plan.name}.priority"
        _tell_column(node, field, plan.priority.removeprefix(COLUMN_PREFIX), region, collector)
        problems = (problem for problem in problems if problem.field != field)
    tell_at(node, problems, collector)
    return None if checked.broken or len(collector) > before else plan
