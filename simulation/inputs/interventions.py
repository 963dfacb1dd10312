"""Interventions as the engines take them, held against the rest of their scenario."""

from __future__ import annotations

from typing import Any

from ..domain.constraints import LATEST_YEAR
from ..domain.intervention import COLUMN_PREFIX, Intervention
from ..domain.messages import ScenarioError
from .cross_checks import tell_not_numeric
from .districts import Region
from .located_nodes import Node
from .problem_list import ProblemList, tell_at
from .schema import InterventionSection
from .validation import Checked


def read_intervention(
    node: Node, checked: Checked[InterventionSection], origin: int | None, region: Region, collector: ProblemList
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
    # A value that is none was told already; what else is wrong can be told all the same.
    reach: dict[str, Any] = {key: checked.get(key) or 0 for key in ("coverage", "capacity") if key in written}
    values: dict[str, Any] = {
        "name": section.name,
        "starts": starts or section.ends or LATEST_YEAR,
        "eligible_subdistricts": section.eligible.subdistrict,
        "eligible_where": dict(section.eligible.where),
    }
    before = len(collector)
    try:
        plan = Intervention(
            **values,
            **reach,
            sector=section.sector,
            ends=section.ends,
            eligible_status=section.eligible.status,
            priority=section.priority,
            years_per_village=section.years_per_village,
            ramp_years=section.ramp_years,
            fades_over_years=section.fades_over_years,
            cost_idr_million=section.cost_idr_million,
        )
    except ScenarioError as error:
        tell_at(node, error.problems, collector)
        if any(problem.field.endswith(".name") for problem in error.problems):
            return None
        plan = Intervention(**values, capacity=0)
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
