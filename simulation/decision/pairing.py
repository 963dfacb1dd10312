"""Which scenarios share villages, years and target, so that they can be compared pair by pair; which cannot differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..domain.intervention import Intervention
from ..domain.messages import Message, Refusal
from ..domain.parameters import Parameters
from ..domain.scenario import Assumptions, require_assumptions
from ..domain.status import LEVELS
from ..domain.target import Target
from ..domain.villages import KnownStatuses, MadeUpCounts, SomeStatuses, StatusKnowledge, SubdistrictCounts, Villages
from ..inputs.scenario import Scenario

SEVERAL_DISTRICTS = Message(
    "{scenario} has {districts} districts, and a comparison takes one: compare district by district, "
    "each in a scenario with district: and villages:"
)
OTHER_ORIGIN = Message("{scenario} begins after {found}, {baseline} after {wanted}; set origin: {wanted}")
OTHER_HORIZON = Message("{scenario} looks {found} years ahead, {baseline} {wanted}; set horizon: {wanted}")
OTHER_TARGET = Message(
    "{scenario} is held against another target than {baseline} ({keys}); "
    "give both the same target, for instance with extends: and no target: of its own"
)
OTHER_DISTRICT = Message("{scenario} is about {found}, {baseline} about {wanted}")
OTHER_VILLAGES = Message(
    "{scenario} and {baseline} have other villages: {number} stand in one of them only, the first is {code}; "
    "let both name the same village table"
)
OTHER_SUBDISTRICTS = Message(
    "{number} villages lie in another kecamatan in {scenario} than in {baseline}, the first is {code}; "
    "let both name the same village table"
)
OTHER_STATUSES = Message(
    "{number} villages have another status in {scenario} than in {baseline}: {code} is {found} in the one and "
    "{wanted} in the other; let both name the same village table"
)
OTHER_COUNTS = Message(
    "{scenario} has {found} villages by status, {baseline} {wanted}; give both the same villages.status_counts"
)
STATUSES_IN_ONE = Message(
    "the status of every village is known in only one of {scenario} and {baseline}; "
    "let both name the same village table"
)

COUNTS_IN_ONE = Message(
    "the number of villages at each level is given in only one of {scenario} and {baseline}; "
    "give both the same villages.status_counts"
)

_NAMES = (*LEVELS, "?")
"""A status by its number, one that is not known the last."""


def leading_scenario(scenarios: Sequence[Scenario]) -> Scenario:
    """Return the scenario whose default effort all get: an uncertain one if there is any."""
    return next((scenario for scenario in scenarios if not scenario.fixed), scenarios[0])


def refuse_unpaired(baseline: Scenario, scenarios: Sequence[Scenario]) -> None:
    """Refuse scenarios that cannot be compared with the baseline pair by pair.

    Raises
    ------
    Refusal
        With every reason, of every scenario.
    """
    reasons: list[Message] = []
    for scenario in (baseline, *scenarios):
        require_assumptions(scenario)
        named = {"scenario": scenario.name, "baseline": baseline.name, "districts": len(scenario.districts)}
        found = [SEVERAL_DISTRICTS] if len(scenario.districts) > 1 else []
        found += _other_question(baseline, scenario)
        if len(scenario.districts) == len(baseline.districts) == 1:
            found += _other_villages(baseline.districts[0], scenario.districts[0])
        filled = [reason.filled(**(named | reason.values)) for reason in found]
        reasons += [reason for reason in filled if reason not in reasons]
    if reasons:
        raise Refusal(*reasons)


def same_law(one: Assumptions, other: Assumptions, parameters: tuple[Parameters, Parameters]) -> bool:
    """Return whether two scenarios, given their parameter draws, move every village alike for certain.

    What an intervention costs, and which sector acts, moves nobody.
    """
    laws = [
        (each.min_years, each.overlap, [_bare(plan) for plan in each.interventions], each.districts[0].columns)
        for each in (one, other)
    ]
    return _equal(laws[0], laws[1]) and _equal(vars(parameters[0]), vars(parameters[1]))


def other_assumptions(baseline: Assumptions, scenario: Assumptions) -> tuple[str, ...]:
    """Return the names of parameters that two scenarios give differently, effects of interventions aside.

    Beside those of a `ParameterSet` there are ``matrix`` and ``min_years``, and ``overlap`` where both have
    interventions that can overlap.
    """
    one, other = baseline.parameters, scenario.parameters
    keys = [key for key in {**one.scalars, **other.scalars} if not key.is_effect]
    found: list[str] = [key for key in keys if not _alike(one.scalars.get(key), other.scalars.get(key))]
    found += [] if one.matrix == other.matrix else ["matrix"]
    found += [] if baseline.min_years == scenario.min_years else ["min_years"]
    overlapping = min(len(baseline.interventions), len(scenario.interventions)) > 1
    return (*found, *(["overlap"] if overlapping and baseline.overlap != scenario.overlap else []))


def _other_question(baseline: Scenario, scenario: Scenario) -> Iterator[Message]:
    if scenario.origin != baseline.origin:
        yield _differs(OTHER_ORIGIN, scenario.origin, baseline.origin)
    if scenario.horizon != baseline.horizon:
        yield _differs(OTHER_HORIZON, scenario.horizon, baseline.horizon)
    if scenario.target != baseline.target:
        yield OTHER_TARGET.filled(keys=", ".join(_other_keys(baseline.target, scenario.target)))


def _other_keys(one: Target, other: Target) -> Iterator[str]:
    """Yield the keys of ``target`` that differ."""
    for name, value in vars(one).items():
        if vars(other)[name] != value:
            yield name


def _other_villages(wanted: Villages, found: Villages) -> Iterator[Message]:
    """Yield how two districts differ, the coarsest difference only."""
    if found.district_code != wanted.district_code:
        yield _differs(OTHER_DISTRICT, _district(found), _district(wanted))
    elif alone := sorted(set(found.codes) ^ set(wanted.codes)):
        yield OTHER_VILLAGES.filled(number=len(alone), code=alone[0])
    elif moved := sorted(code for code, _ in _places(wanted) - _places(found)):
        yield OTHER_SUBDISTRICTS.filled(number=len(moved), code=moved[0])
    else:
        yield from _other_statuses(wanted, found)


def _other_statuses(wanted: Villages, found: Villages) -> Iterator[Message]:
    """Yield how the statuses differ of two districts whose villages stand in the same order."""
    match found.known, wanted.known:
        case (KnownStatuses(levels=one), KnownStatuses(levels=other)) | (
            SomeStatuses(levels=one),
            SomeStatuses(levels=other),
        ) if (one != other).any():
            apart = np.flatnonzero(one != other)
            first = apart[0]
            labels = {"found": _NAMES[one[first]], "wanted": _NAMES[other[first]]}
            yield OTHER_STATUSES.filled(number=apart.size, code=wanted.codes[first], **labels)
        case one, other if _alike(one, other):
            return
        case SomeStatuses() as one, SomeStatuses() as other:
            yield _differs(OTHER_COUNTS, _counts(one), _counts(other))
        case (KnownStatuses() | SomeStatuses(), _) | (_, KnownStatuses() | SomeStatuses()):
            yield STATUSES_IN_ONE
        case (MadeUpCounts(), _) | (_, MadeUpCounts()):
            yield COUNTS_IN_ONE
        case one, other:
            yield _differs(OTHER_COUNTS, _counts(one), _counts(other))


def _differs(message: Message, found: object, wanted: object) -> Message:
    return message.filled(found=found, wanted=wanted)


def _district(villages: Villages) -> str:
    return f"{villages.district_code} {villages.district}"


def _places(villages: Villages) -> set[tuple[str, str]]:
    """Return every village code with its kecamatan."""
    return {
        (code, villages.subdistricts[k]) for code, k in zip(villages.codes, villages.subdistrict_index, strict=True)
    }


def _counts(known: StatusKnowledge) -> str:
    """Return the counts of the district, or of every kecamatan, level by level."""
    rows = known.by_subdistrict if isinstance(known, SubdistrictCounts) else np.asarray([known.counts])
    return " + ".join("/".join(map(str, row)) for row in rows)


def _alike(one: object, other: object) -> bool:
    """Return whether two distributions, or what is known of two districts, are the same, number by number."""
    return type(one) is type(other) and (one is None or _equal(vars(one), vars(other)))


def _bare(plan: Intervention) -> Intervention:
    return replace(plan, sector="", cost_idr_million=0.0)


def _equal(one: Any, other: Any) -> bool:
    """Return whether nested data agree, arrays number by number."""
    if isinstance(one, Mapping):
        return isinstance(other, Mapping) and one.keys() == other.keys() and all(_equal(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and np.array_equal(one, other)
    return bool(one == other)
