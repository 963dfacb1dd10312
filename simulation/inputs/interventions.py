"""Interventions held against the calendar, the kecamatan and the columns of their scenario."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..domain.intervention import COLUMN_PREFIX, PRIORITIES, Intervention
from ..domain.messages import Message, listed, nearest, shown
from .collector import Collector
from .cross_checks import tell_not_numeric, tell_unknown_column
from .districts import Region
from .schema import InterventionSection
from .tree import Node
from .validation import Checked


class InterventionCheck:
    """Checks one intervention against the rest of its scenario.

    Parameters
    ----------
    name, node, checked
        The intervention as read, and what is sound of it.
    origin
        Last observed year; None where it is not known.
    region
        The districts and their villages, as far as they are known.
    """

    def __init__(
        self,
        name: str,
        node: Node,
        checked: Checked[InterventionSection],
        origin: int | None,
        region: Region,
        collector: Collector,
    ) -> None:
        self._name = name
        self._node = node
        self._checked = checked
        self._origin = origin
        self._districts = region.districts
        self._region = region
        self._collector = collector

    def resolve(self) -> Intervention | None:
        """Return the intervention for the engines after telling every problem; None where it is not sound."""
        plan = self._checked.model
        if self._name == "covariates":
            message = Message("this name is taken by the parameters")
            self._tell("name", message, suggestion=Message("choose another name"))
        self._reach()
        self._calendar(plan)
        if self._districts:
            self._eligible(plan)
            self._priority(plan.priority)
        if self._checked.broken:
            return None
        try:
            return Intervention(
                name=plan.name,
                starts=plan.starts,
                sector=plan.sector,
                ends=plan.ends,
                eligible_status=plan.eligible.status,
                eligible_subdistricts=plan.eligible.subdistrict,
                eligible_where=dict(plan.eligible.where),
                coverage=plan.coverage,
                capacity=plan.capacity,
                priority=plan.priority,
                years_per_village=plan.years_per_village,
                ramp_years=plan.ramp_years,
                fades_over_years=plan.fades_over_years,
                cost_idr_million=plan.cost_idr_million,
            )
        except ValueError:
            # What the domain refuses has been told above, in the file's own words.
            return None

    def _tell(self, key: str, message: Message, **details: Any) -> None:
        """Tell a problem at the deepest part of dotted `key` that stands in the file."""
        place = self._node
        for part in key.split("."):
            place = place.mapping.get(part, place)
        self._collector.add(place, f"interventions.{self._name}.{key}", message, **details)

    def _reach(self) -> None:
        given = [key for key in ("coverage", "capacity") if key in self._node.mapping]
        if len(given) == 2:
            message = Message("coverage and capacity are both given")
            fix = Message("remove {one}, or remove {other}", {"one": "coverage", "other": "capacity"})
            self._tell("capacity", message, suggestion=fix)
        elif not given:
            message = Message("nothing says how many villages are reached")
            fix = Message(
                "write coverage: 0.4 for a share of the eligible villages, or capacity: 20 for a number of villages"
            )
            self._collector.add(self._node.place, f"interventions.{self._name}.coverage", message, suggestion=fix)

    def _calendar(self, plan: InterventionSection) -> None:
        starts = self._checked.get("starts")
        if self._origin is not None and starts is not None and starts <= self._origin:
            message = Message("the intervention starts before the first forecast year")
            self._tell("starts", message, allowed=Message("{year} or later", {"year": self._origin + 1}))
        if plan.ends is not None and starts is not None and plan.ends < starts:
            message = Message("the intervention ends before it starts")
            self._tell("ends", message, allowed=Message("{year} or later", {"year": starts}))

    def _eligible(self, plan: InterventionSection) -> None:
        subdistricts = sorted({name for district in self._districts for name in district.subdistricts})
        node = self._node.get("eligible", "subdistrict")
        for item in node.items if node is not None else []:
            name = str(item.value)
            if name not in subdistricts and not self._collector.full:
                self._collector.add(
                    item,
                    f"interventions.{self._name}.eligible.subdistrict",
                    Message("there is no kecamatan of this name"),
                    allowed=Message("one of: {names}", {"names": listed(subdistricts, 30)}),
                    suggestion=self._collector.nearest(name, subdistricts),
                )
        for column, cell in plan.eligible.where.items():
            self._where(column, cell)

    def _where(self, column: str, cell: float | str) -> None:
        key = f"eligible.where.{column}"
        if not self._has_column(column, "eligible.where", key):
            return
        cells = np.concatenate([district.columns[column] for district in self._districts])
        have = sorted({value.item() for value in cells})
        if isinstance(cell, str) != isinstance(have[0], str):
            message = Message("the column {column} holds numbers, this is text", {"column": shown(column)})
            if isinstance(have[0], str):
                message = Message("the column {column} holds text, this is a number", {"column": shown(column)})
            self._tell_cell(column, message, have)
        elif cell not in have:
            message = Message("no village has this value in column {column}", {"column": shown(column)})
            self._tell_cell(column, message, have)

    def _tell_cell(self, column: str, message: Message, have: list[Any]) -> None:
        where = self._node.get("eligible", "where")
        if where is not None:
            place = where.mapping[column]
            field = f"interventions.{self._name}.eligible.where.{column}"
            names = [value if isinstance(value, str) else f"{value:g}" for value in have]
            allowed = Message("one of: {names}", {"names": listed(names)})
            fix = self._collector.nearest(place.text, names)
            self._collector.add(place, field, message, allowed=allowed, suggestion=fix)

    def _has_column(self, column: str, above: str, key: str) -> bool:
        """Return whether every district has a column, telling where not."""
        if all(column in district.columns for district in self._districts):
            return True
        tell_unknown_column(
            self._node, above, f"interventions.{self._name}.{key}", column, self._districts, self._collector
        )
        return False

    def _priority(self, priority: str | tuple[str, ...]) -> None:
        node = self._node.get("priority")
        if node is None or not self._checked.knows("priority"):
            return
        if isinstance(priority, str):
            self._rule(priority)
            return
        listed = self._region.listed
        known = {code for district in self._districts for code in district.codes} if listed else set()
        codes, field = sorted(known), f"interventions.{self._name}.priority"
        seen: set[str] = set()
        for item in node.items:
            code = str(item.value)
            if self._collector.full:
                return
            if not listed:
                message = Message("single villages can be named only where the scenario has a village table")
                fix: Message | None = Message("name a rule of priority instead, such as random, or give villages.table")
                self._collector.add(item, field, message, suggestion=fix)
                return
            if code not in known:
                message = Message("the village table has no such code")
                allowed = Message("a village code that stands in the table")
                fix = self._collector.nearest(code, codes)
                self._collector.add(item, field, message, allowed=allowed, suggestion=fix)
            elif code in seen:
                message = Message("this code stands in the list twice")
                self._collector.add(item, field, message, suggestion=Message("keep one of the two"))
            seen.add(code)

    def _rule(self, priority: str) -> None:
        if priority in PRIORITIES:
            return
        if not priority.startswith(COLUMN_PREFIX):
            rules = [*PRIORITIES, f"{COLUMN_PREFIX}…", "[…]"]
            allowed = Message("one of: {names}", {"names": ", ".join(rules)})
            message = Message("{name} is not known here", {"name": shown(priority)})
            self._tell("priority", message, allowed=allowed, suggestion=nearest(priority, PRIORITIES))
            return
        column = priority.removeprefix(COLUMN_PREFIX)
        if self._has_column(column, "priority", "priority"):
            field = f"interventions.{self._name}.priority"
            tell_not_numeric(self._node.mapping["priority"], field, column, self._region.table, self._collector)
