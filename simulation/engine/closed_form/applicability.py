"""Which scenarios have a closed form of all their years, and why the others have none (MODEL.md, "Exact results")."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from ...domain.law import Luck, OfNeighbours, OfVillage, acting
from ...domain.messages import Message, Refusal
from ...domain.parameters import Parameters
from ...domain.scenario import Assumptions
from ...domain.villages import KnownStatuses, Villages
from ..one_year import A_SECOND, multiplications
from .groups import Population, populations
from .several_years import Workload
from .shock_paths import is_random

SHOCK_YEARS = 3
MOST_MINUTES = 5
COUNTS = 9
"""Numbers that are counted of a first year: rises, falls, four levels, and the readings that are none of these."""
A_MINUTE = 60 * A_SECOND
FOLLOWED = {("village", True), ("district", False)}
"""Luck that the forward equations follow: what sets a village apart for good, and what a year brings to a district."""

SHARED_LUCK = Message(
    "the shock that villages of a kecamatan share cannot be computed exactly; "
    "set transition.{key}: {off}, or use --engine batch"
)
SHARED_LUCK_LEFT_OUT = Message(
    "the shock that villages of a kecamatan share cannot be computed exactly, and the scenario leaves it to its "
    "default prior; set transition.{key}: {off}, or use --engine batch"
)
NEIGHBOURS = Message(
    "peers make villages depend on each other after the first year; "
    "set transition.{key}: {off} or horizon: 1, or use --engine batch"
)
NEIGHBOURS_LEFT_OUT = Message(
    "peers make villages depend on each other after the first year, and the scenario leaves them to their default "
    "prior; set transition.{key}: {off} or horizon: 1, or use --engine batch"
)
NEIGHBOURS_UNKNOWN = Message(
    "what villages learn from their peers depends on which of them stand where, and their statuses are unknown; "
    "set transition.{key}: {off}, give every village its status, or use --engine batch"
)
SHOCK_LATER = Message(
    "the shared shock of the district can be computed exactly for {years} years at most, and the horizon is {horizon}; "
    "set horizon: {years}, or transition.year_sd: 0 and transition.campaign.probability: 0, or use --engine batch"
)
COVARIATES_UNKNOWN = Message(
    "covariates set villages apart whose statuses are unknown; "
    "give every village its status, set the odds ratios of transition.covariates to 1, or use --engine batch"
)
TOO_COSTLY = Message(
    "the exact computation would take about {minutes:,} minutes of one core, and {most} are the most that is tried; "
    "use fewer draws or a shorter horizon, or use --engine batch"
)


class NoClosedForm(Refusal):
    """A scenario has no closed form, or not one in reasonable time."""


def sort_districts(scenario: Assumptions, parameters: Parameters, seed: int) -> list[list[Population]]:
    """Sort every district into groups of alike villages; refuse what has no closed form.

    Raises
    ------
    NoClosedForm
        With every reason.
    """
    reasons: list[Message] = []
    result: list[list[Population]] = []
    for villages in scenario.districts:
        reasons += (reason for reason in in_the_way(scenario, villages, parameters) if reason not in reasons)
        try:
            result.append(populations(scenario, villages, parameters, seed))
        except Refusal as allocation:
            reasons += (reason for reason in allocation.reasons if reason not in reasons)
    if not reasons:
        every = [one for district in result for one in district]
        spent = sum(Workload(scenario, one, parameters.take(one.draws)).multiplications for one in every)
        reasons += _too_costly(spent)
    if reasons:
        raise NoClosedForm(*reasons)
    return result


def refuse_too_costly(scenario: Assumptions, parameters: Parameters) -> None:
    """Refuse a first year that would take too long.

    Raises
    ------
    NoClosedForm
        With how long it would take.
    """
    spent = sum(COUNTS * multiplications(villages, parameters, len(villages)) for villages in scenario.districts)
    if reasons := _too_costly(spent):
        raise NoClosedForm(*reasons)


def _too_costly(spent: float) -> list[Message]:
    if spent <= MOST_MINUTES * A_MINUTE:
        return []
    return [TOO_COSTLY.filled(minutes=ceil(spent / A_MINUTE), most=MOST_MINUTES)]


def in_the_way(scenario: Assumptions, villages: Villages, parameters: Parameters) -> Iterator[Message]:
    """Yield the terms of the law that leave one district without a closed form."""
    unknown, years = not isinstance(villages.known, KnownStatuses), scenario.horizon
    for term in acting(parameters):
        values = {"key": str(term.switch), "off": f"{term.switch.neutral:g}"}
        left_out = str(term.switch) in scenario.parameters.defaulted
        match term.regressor:
            case Luck(shared_by=shared_by, lasting=lasting) if (shared_by, lasting) not in FOLLOWED:
                yield (SHARED_LUCK_LEFT_OUT if left_out else SHARED_LUCK).filled(**values)
            case OfNeighbours() if villages.subdistrict_sizes.max() > 1:
                if years > 1:
                    yield (NEIGHBOURS_LEFT_OUT if left_out else NEIGHBOURS).filled(**values)
                if unknown:
                    yield NEIGHBOURS_UNKNOWN.filled(**values)
            case OfVillage() if unknown:
                yield COVARIATES_UNKNOWN
    if is_random(parameters) and years > SHOCK_YEARS:
        yield SHOCK_LATER.filled(years=SHOCK_YEARS, horizon=years)
