"""Which scenarios have a closed form of all their years, and why the others have none (MODEL.md, "Exact results")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import ceil
from typing import NamedTuple

import numpy as np

from ...domain.intervention import Programme, fixed_order, may_be_chosen
from ...domain.law import Luck, OfNeighbours, OfVillage, acting, learned_of_villages
from ...domain.messages import Message, Refusal
from ...domain.parameters import Parameters
from ...domain.reporting import reporting_chance
from ...domain.scenario import Assumptions
from ...domain.status import LEVELS
from ...domain.status_knowledge import KnownStatuses, MissingStatuses
from ...domain.transition import factor, odds
from ...domain.villages import Villages
from ..one_year import A_MINUTE, COUNTS, ExactResult, coins, first_start, first_year, multiplications, shared_sd
from ..year_start import YearStart, year_starts
from .forward import YearShocks
from .several_years import Measures, solve

SHOCK_YEARS = 3
MOST_MINUTES = 5
SMALL_ODDS = 1e-6
"""Odds at which both what is nearest to rising and what gains most follow the odds themselves."""
FOLLOWED = {("village", True), ("district", False)}
"""Luck that the forward equations follow: what sets a village apart for good, and what a year brings to a district."""

SHARED_LUCK = Message(
    "the shock that villages of a kecamatan share cannot be computed exactly; "
    "set transition.{key}: {off}, or use --engine batch"
)
SHARED_LUCK_LEFT_OUT = Message(
    "the shock that villages of a kecamatan share cannot be computed exactly, and the "
    "scenario leaves it to its default assumption; set transition.{key}: {off}, or use "
    "--engine batch"
)
NEIGHBOURS = Message(
    "peers make villages depend on each other after the first year; "
    "set transition.{key}: {off} or horizon: 1, or use --engine batch"
)
NEIGHBOURS_LEFT_OUT = Message(
    "peers make villages depend on each other after the first year, and the scenario leaves "
    "them to their default assumption; set transition.{key}: {off} or horizon: 1, or use "
    "--engine batch"
)
NEIGHBOURS_UNKNOWN = Message(
    "the influence of peers depends on the status of each village, which is unknown; set "
    "transition.{key}: {off}, give every village its status, or use --engine batch"
)
SHOCK_LATER = Message(
    "the shared shock of the district can be computed exactly for {years} years at most, and the horizon is {horizon}; "
    "set horizon: {years}, or transition.year_sd: 0 and transition.campaign.probability: 0, or use --engine batch"
)
VILLAGES_LEARNED = Message(
    "the past of each village can be taken into account exactly for one year only; set "
    "horizon: 1, or use --engine batch"
)
REPORTS_LATE = Message(
    "villages that do not report every year can be computed exactly for one year only; set "
    "horizon: 1 or reporting.yearly: 1, or use --engine batch"
)
DISTRICT_LASTS = Message(
    "permanent differences between districts can be computed exactly for one year only; set "
    "horizon: 1 or transition.{key}: {off}, or use --engine batch"
)
VILLAGES_JOIN = Message(
    "villages join in {year}, and what follows can be computed exactly for one year only; set horizon: 1, or use "
    "--engine batch"
)
STATUSES_DRAWN = Message(
    "some villages have no status, so that it is drawn; give every village its status, or use --engine batch"
)
COVARIATES_UNKNOWN = Message(
    "covariates set villages apart whose statuses are unknown; "
    "give every village its status, set the odds ratios of transition.covariates to 1, or use --engine batch"
)
LOT = Message(
    "{name} draws lots among villages in {year}, and what follows in later years cannot be computed exactly; "
    "use a fixed order of priority, or use --engine batch"
)
OPEN = Message(
    "which villages {name} reaches in {year} depends on how villages have moved by then; keep "
    "places for the whole horizon (years_per_village), or make every status eligible in a "
    "fixed order of priority, or use --engine batch"
)
UNKNOWN = Message(
    "{name} reaches some villages and not others, and their statuses are unknown; give every "
    "village its status, or use --engine batch"
)
RISES_SO_FAR = Message(
    "rises so far (so_far) are taken into account by keeping the simulations that agree with them; leave out --engine "
    "exact"
)
TOO_COSTLY = Message(
    "the exact computation would take about {minutes:,} minutes of one core, and {most} are the most that is tried; "
    "use fewer draws or a shorter horizon, or use --engine batch"
)


class Exact(NamedTuple):
    """The exact result of each district of a scenario, and the draws of its parameters."""

    scenario: Assumptions
    parameters: Parameters
    districts: list[ExactResult]


def exact_results(scenarios: Sequence[Assumptions], draws: int, seed: int) -> tuple[list[Exact], tuple[Message, ...]]:
    """Return the exact results of scenarios of one horizon: of all years or, where one has none, of the first alone.

    Returns
    -------
    One a scenario; and why later years need simulation, where they do.

    Raises
    ------
    Refusal
        Where even the first year would take too long, or rises so far are told of.
    """
    if any(one.so_far is not None for one in scenarios):
        raise Refusal(RISES_SO_FAR)
    drawn = [(one, one.parameters.draw(seed, draws)) for one in scenarios]
    reasons: list[Message] = []
    if several := scenarios[0].horizon > 1:
        for one, parameters in drawn:
            reasons += [reason for reason in reasons_against(one, parameters, seed) if reason not in reasons]
    if not several or reasons:
        drawn = [(replace(one, horizon=1), parameters) for one, parameters in drawn]
        for one, parameters in drawn:
            refuse_too_costly(one, parameters, seed)
    form = solve if several and not reasons else first_year
    found = [Exact(one, p, [form(one, villages, p, seed) for villages in one.districts]) for one, p in drawn]
    return found, tuple(reasons)


def reasons_against(scenario: Assumptions, parameters: Parameters, seed: int) -> list[Message]:
    """Return why a scenario has no closed form of all its years, or none in reasonable time; empty where it has one."""
    reasons: list[Message] = []
    for villages in scenario.districts:
        found = (*in_the_way(scenario, villages, parameters), *unsettled(scenario, villages, parameters, seed))
        reasons += (reason for reason in found if reason not in reasons)
    if reasons:
        return reasons
    shocks = YearShocks.of(parameters)
    each = sum(Measures(scenario, villages).cost(shocks) for villages in scenario.districts)
    return _too_costly(parameters.rise.shape[0] * each)


def refuse_too_costly(scenario: Assumptions, parameters: Parameters, seed: int) -> None:
    """Raise a `Refusal` where even the first year would take too long, with how long it would take."""
    spent = 0
    for villages in scenario.districts:
        size = len(villages)
        drawn = first_start(scenario, villages, parameters, seed, size, COUNTS)[0] if scenario.fixed else parameters
        spent += COUNTS * multiplications(villages, drawn, size)
    if reasons := _too_costly(spent):
        raise Refusal(*reasons)


def _too_costly(spent: float) -> list[Message]:
    if spent <= MOST_MINUTES * A_MINUTE:
        return []
    return [TOO_COSTLY.filled(minutes=ceil(spent / A_MINUTE), most=MOST_MINUTES)]


def in_the_way(scenario: Assumptions, villages: Villages, parameters: Parameters) -> Iterator[Message]:
    """Yield the terms of the law, and newcomers, that leave one district without a closed form."""
    yield from (VILLAGES_JOIN.filled(year=year) for year in [*villages.joining(scenario.years[:-1])][:1])
    unknown, years = not isinstance(villages.known, KnownStatuses), scenario.horizon
    for term in acting(parameters):
        values = {"key": str(term.switch), "off": f"{term.switch.neutral:g}"}
        left_out = str(term.switch) in scenario.parameters.defaulted
        match term.regressor:
            case Luck(shared_by="district", lasting=True):
                if years > 1:
                    yield DISTRICT_LASTS.filled(**values)
            case Luck(shared_by=shared_by, lasting=lasting) if (shared_by, lasting) not in FOLLOWED:
                yield (SHARED_LUCK_LEFT_OUT if left_out else SHARED_LUCK).filled(**values)
            case OfNeighbours() if villages.subdistrict_sizes.max() > 1:
                if years > 1:
                    yield (NEIGHBOURS_LEFT_OUT if left_out else NEIGHBOURS).filled(**values)
                if unknown:
                    yield NEIGHBOURS_UNKNOWN.filled(**values)
            case OfVillage() if unknown:
                yield COVARIATES_UNKNOWN
    if learned_of_villages(villages, parameters) is not None:
        yield VILLAGES_LEARNED
    if reporting_chance(parameters) is not None:
        yield REPORTS_LATE
    tossed = any(((chance % 1 != 0) & (log_odds != 0)).any() for chance, log_odds in coins(parameters))
    if years > SHOCK_YEARS and (tossed or shared_sd(parameters, "district").any()):
        yield SHOCK_LATER.filled(years=SHOCK_YEARS, horizon=years)


def unsettled(scenario: Assumptions, villages: Villages, parameters: Parameters, seed: int) -> Iterator[Message]:
    """Yield the interventions of which luck or lots decide who is assisted when: one reason each at most.

    `Programme` is asked, the first year from the statuses at the end of the origin year, later ones with all villages
    at each level in turn: if whom it chooses is the same in all of these, and however ties are broken, no state in
    between changes it.
    """
    if isinstance(villages.known, MissingStatuses):
        yield STATUSES_DRAWN
        return
    looks_ahead = any(plan.priority in ("nearest_to_rising", "largest_gain") for plan in scenario.interventions)
    draws = parameters.rise.shape[0] if looks_ahead or villages.known.counts is None else 1
    first = next(year_starts(scenario, villages, parameters, seed, range(draws), in_order=True))
    alone = YearStart.unassisted(villages, parameters.take(slice(draws)), first.listed)
    foreseen = odds(parameters.rise)[np.arange(draws), first.listed] * factor(alone.rise_log_odds[0])
    tries = 2 * len(LEVELS)
    rank = (np.arange(len(villages)) + 0.5) / len(villages)
    tie = np.tile(np.stack([rank, 1 - rank], axis=1), draws * len(LEVELS))
    at_start, seen = np.repeat(first.listed, tries, axis=1), np.repeat(foreseen, tries, axis=1)
    anywhere = np.broadcast_to(np.tile(np.repeat(np.arange(len(LEVELS), dtype=np.int8), 2), draws), tie.shape)
    by_ties = SMALL_ODDS * tie
    for j, plan in enumerate(scenario.interventions):
        effect = np.repeat(parameters.rise_log_odds_ratio[:draws, j], tries)
        programme = Programme(plan, villages, effect, np.zeros_like(effect))
        for t, year in enumerate(scenario.years):
            programme.allocate(
                year, anywhere if t else at_start, lambda: tie, partial(np.asarray, by_ties if t else seen)
            )
            reason = _luck_of(programme, villages, t, tries)
            if reason is not None:
                yield reason.filled(name=plan.name, year=year)
                break


def _luck_of(programme: Programme, villages: Villages, t: int, tries: int) -> Message | None:
    """Return why the assistance of year number `t` is not settled, or None."""
    plan, assisted = programme.intervention, programme.assisted.reshape(len(villages), -1, tries)
    own_order = fixed_order(plan, villages) is not None or not may_be_chosen(plan, villages).all()
    if own_order and (assisted != assisted[:1]).any() and not isinstance(villages.known, KnownStatuses):
        return UNKNOWN
    if (assisted != assisted[:, :, :1]).any():
        every_level = set(plan.eligible_status) == set(LEVELS)
        return LOT if t == 0 or (every_level and plan.priority == "random") else OPEN
    return None
