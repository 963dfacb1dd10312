"""Which scenarios share villages, years and target, so that they can be compared pair by pair; which cannot differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..domain.messages import Message, Refusal
from ..domain.parameters import Parameters, Rows
from ..domain.scenario import SEVERAL_DISTRICTS, Assumptions, refuse_so_far, require_assumptions
from ..domain.villages import Villages
from ..inputs.scenario import Scenario

OTHER_ORIGIN = Message("{scenario} begins after {found}, {baseline} after {wanted}; set origin: {wanted}")
OTHER_HORIZON = Message("{scenario} looks {found} years ahead, {baseline} {wanted}; set horizon: {wanted}")
OTHER_TARGET = Message(
    "{scenario} is judged by another target than {baseline} ({keys}); give both the same target, for "
    "instance with extends: and no target: of its own"
)
OTHER_DISTRICT = Message("{scenario} is about {found}, {baseline} about {wanted}")
OTHER_VILLAGES = Message(
    "{scenario} and {baseline} have different villages: {number} are in one of them only, or "
    "in another kecamatan, the first is {code}; let both name the same village table"
)
OTHER_STATUSES = Message(
    "{scenario} and {baseline} do not begin with the same statuses; "
    "let both name the same village table, or give both the same villages.status_counts"
)


def leading_scenario(scenarios: Sequence[Scenario]) -> Scenario:
    """Return the scenario whose default effort all get: an uncertain one if there is any."""
    return next((scenario for scenario in scenarios if not scenario.fixed), scenarios[0])


def refuse_unpaired(baseline: Scenario, scenarios: Sequence[Scenario]) -> None:
    """Refuse scenarios that cannot be compared with the baseline pair by pair.

    Raises
    ------
    Refusal
        With every reason, of every scenario; or where one tells of rises so far.
    """
    reasons: list[Message] = []
    for scenario in (baseline, *scenarios):
        require_assumptions(scenario)
        refuse_so_far(scenario)
        named = {"scenario": scenario.name, "baseline": baseline.name, "districts": len(scenario.districts)}
        found = [SEVERAL_DISTRICTS] if len(scenario.districts) > 1 else []
        found += _other_question(baseline, scenario)
        if len(scenario.districts) == len(baseline.districts) == 1:
            found += _other_villages(baseline.districts[0], scenario.districts[0])
        filled = [reason.filled(**(named | reason.values)) for reason in found]
        reasons += [reason for reason in filled if reason not in reasons]
    if reasons:
        raise Refusal(*reasons)


def shared_rows(*scenarios: Assumptions) -> Rows | None:
    """Return the rows of the shortest file of draws that any takes its draws from; None where none does."""
    return min((rows for each in scenarios if (rows := each.parameters.rows) is not None), default=None)


def same_law(one: Assumptions, other: Assumptions, parameters: tuple[Parameters, Parameters]) -> bool:
    """Return whether two scenarios, given their parameter draws, move every village alike for certain.

    What an intervention costs, and which sector acts, moves nobody.
    """
    laws = [
        (
            each.min_years,
            each.overlap,
            each.mechanisms,
            each.agent_class,
            [replace(plan, sector="", cost_idr_million=0.0) for plan in each.interventions],
            each.districts[0].columns,
        )
        for each in (one, other)
    ]
    return _equal(laws[0], laws[1]) and _equal(vars(parameters[0]), vars(parameters[1]))


def other_assumptions(baseline: Assumptions, scenario: Assumptions) -> tuple[str, ...]:
    """Return the names of parameters that two scenarios give differently, effects of interventions aside.

    Beside those of a `ParameterSet` there are ``matrix`` and ``min_years``, and ``overlap`` where both have
    interventions that can overlap.
    """
    one, other = baseline.parameters, scenario.parameters
    keys = [key for key in {**one.scalars, **other.scalars} if not key.is_effect and not key.is_of_a_place]
    found: list[str] = [key for key in keys if not _alike(one.scalars.get(key), other.scalars.get(key))]
    found += [] if one.matrix == other.matrix else ["matrix"]
    found += [] if baseline.min_years == scenario.min_years else ["min_years"]
    overlapping = min(len(baseline.interventions), len(scenario.interventions)) > 1
    return (*found, *(["overlap"] if overlapping and baseline.overlap != scenario.overlap else []))


def _other_question(baseline: Scenario, scenario: Scenario) -> Iterator[Message]:
    if scenario.origin != baseline.origin:
        yield OTHER_ORIGIN.filled(found=scenario.origin, wanted=baseline.origin)
    if scenario.horizon != baseline.horizon:
        yield OTHER_HORIZON.filled(found=scenario.horizon, wanted=baseline.horizon)
    if scenario.target != baseline.target:
        one, other = vars(baseline.target), vars(scenario.target)
        yield OTHER_TARGET.filled(keys=", ".join(key for key in one if one[key] != other[key]))


def _other_villages(wanted: Villages, found: Villages) -> Iterator[Message]:
    """Yield how two districts differ, the coarsest difference only."""
    if found.district_code != wanted.district_code:
        names = [f"{one.district_code} {one.district}" for one in (found, wanted)]
        yield OTHER_DISTRICT.filled(found=names[0], wanted=names[1])
    elif apart := sorted({code for code, *_ in _places(wanted) ^ _places(found)}):
        yield OTHER_VILLAGES.filled(number=len(apart), code=apart[0])
    elif not _alike(found.known, wanted.known):
        yield OTHER_STATUSES


def _places(villages: Villages) -> set[tuple[str, str, int]]:
    """Return every village code with its kecamatan and the year at whose end it joins, 0 for none."""
    every = villages.ever
    joins = [0] * len(every) if every.joins is None else every.joins.tolist()
    return {
        (code, every.subdistricts[k], year)
        for code, k, year in zip(every.codes, every.subdistrict_index, joins, strict=True)
    }


def _alike(one: object, other: object) -> bool:
    """Return whether two distributions, or what is known of two districts, are the same, number by number."""
    return type(one) is type(other) and (one is None or _equal(vars(one), vars(other)))


def _equal(one: Any, other: Any) -> bool:
    """Return whether nested data agree, arrays number by number."""
    if isinstance(one, Mapping):
        return isinstance(other, Mapping) and one.keys() == other.keys() and all(_equal(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and np.array_equal(one, other)
    return bool(one == other)
