"""The chance of meeting the target in the first year, for thousands of draws.

Where villages of a kecamatan share neither luck nor peers, unknown statuses and lots are weighed over all ways in
which they can fall; elsewhere `one_year` gives each draw one such way.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...domain.law import VILLAGE
from ...domain.parameters import Parameters, transition_matrix
from ...domain.scenario import Assumptions
from ...domain.status import LEVELS
from ...domain.target import needed
from ...domain.transition import chance, factor, fall_chance, odds, odds_against
from .. import one_year
from ..one_year import draws_needed
from ..poisson_binomial import Axis, Part, cost, total
from .applicability import NoClosedForm, sort_districts
from .forward import Village, lasting_nodes
from .groups import Group, Population
from .several_years import chance_of_places, top_at_start
from .shock_paths import Shocks, year_shocks
from .target_counts import Measure, judged, kinds_of_moves

Floats = NDArray[np.float64]

BLOCK_CASES = 16_384
"""Draws × nodes of the shock that are summed side by side."""


def first_year_chances(scenario: Assumptions, parameters: Parameters, seed: int) -> Floats:
    """Return the chance that the target is met in the first year of the only district, shape (D,).

    Where villages of a kecamatan have nothing in common but their level, lots and unknown statuses are weighed in
    closed form; elsewhere each draw has one way in which they fall.
    """
    first = replace(scenario, horizon=1)
    try:
        (populations,) = sort_districts(first, parameters, seed)
    except NoClosedForm:
        if scenario.fixed:
            parameters = scenario.parameters.draw(seed, draws_needed(first, 1, seed))
        return one_year.chance_of_meeting(first, scenario.districts[0], parameters, seed)
    return chance_of_meeting(first, parameters, populations)


def first_year_cost(scenario: Assumptions, parameters: Parameters, seed: int) -> int:
    """Return about how many multiplications `first_year_chances` takes."""
    first, villages = replace(scenario, horizon=1), scenario.districts[0]
    try:
        (populations,) = sort_districts(first, parameters, seed)
    except NoClosedForm:
        most = int(needed(scenario.target.share, len(villages))) + len(villages) * scenario.target.net_of_falls
        return one_year.multiplications(villages, parameters, most)
    return sum(multiplications(first, one, parameters) for one in populations)


def multiplications(scenario: Assumptions, population: Population, parameters: Parameters) -> int:
    """Return the multiplications that `chance_of_meeting` takes for one population; `parameters` are all draws."""
    size, choices = population.membership.shape[0], population.choices
    measure = first_measure(scenario, size, top_at_start(population, 0) or 0)
    shapes = [
        (group.size, (*measure.lattice, *(2 if number in group.choices else 1 for number in range(len(choices)))))
        for group in population.groups
    ]
    axes = [*measure.axes(size), *(Axis(places, exactly=True) for _, places in choices)]
    nodes = year_shocks(parameters.take(population.draws)).weight.shape[1]
    return cost(shapes, axes) * int(nodes) * population.draws.size


def chance_of_meeting(scenario: Assumptions, parameters: Parameters, populations: list[Population]) -> Floats:
    """Return the chance that the target is met in the first year, shape (D,).

    Parameters
    ----------
    scenario
        Of one year (``horizon`` 1), with a closed form (`applicability.sort_districts`).
    parameters
        All D draws.
    populations
        Which draws see which groups, from `applicability.sort_districts`.
    """
    result = np.empty(parameters.rise.shape[0])
    for population in populations:
        drawn = parameters.take(population.draws)
        shocks = year_shocks(drawn)
        size = max(1, BLOCK_CASES // shocks.weight.shape[1])
        for start in range(0, population.draws.size, size):
            block = slice(start, start + size)
            met = _chance(scenario, population, drawn.take(block), block, shocks.part(block))
            result[population.draws[block]] = met
    return result


def ends(village: Village, parameters: Parameters, shock: Floats, thin: int = 1) -> Floats:
    """Return the chance that a village ends the first year at each level, shape (4, D, …).

    Parameters
    ----------
    village
        Its level and its log odds, (D, 1).
    parameters
        D draws.
    shock
        Shape (D, …): what the year adds to the log odds of rising.
    thin
        Take every so many-th node of what sets villages apart for good; 2 still has steps of 0.53 sd.
    """
    status = village.status
    along = (slice(None), *(None,) * (shock.ndim - 1))
    typical = odds(parameters.rise[:, status])[along] * factor(shock + village.log_odds[:, 0][along])
    differences, weight = lasting_nodes(VILLAGE.coefficient(parameters))
    rise = np.zeros(shock.shape)
    middle = weight.size // 2 % thin
    for difference, share in zip(factor(differences[:, middle::thin]).T, weight[middle::thin], strict=True):
        rise += share * chance(typical * difference[along])
    rise /= weight[middle::thin].sum()
    fall = fall_chance(odds_against(parameters.fall[:, status]), factor(-village.fall_log_odds[:, 0]))[along]
    up, down = (
        transition_matrix(
            np.full_like(parameters.rise, rising), np.full_like(parameters.fall, 1 - rising),
            parameters.rise_reaches, parameters.fall_reaches,
        )[:, status].T[(slice(None), *along)]
        for rising in (1.0, 0.0)
    )  # fmt: skip
    stays = (np.arange(len(LEVELS)) == status)[(slice(None), *(None,) * shock.ndim)]
    return np.asarray(rise * up + (1 - rise) * (fall * down + (1 - fall) * stays))


def scores(measure: Measure, status: int, level: Floats) -> Floats:
    """Return the chance of each score of a measure, shape (score, …), from the chances of the levels (4, …)."""
    kinds = kinds_of_moves(measure, waits=1)
    return np.stack([level[kind[status, 0]].sum(axis=0) for kind in kinds])


def first_measure(scenario: Assumptions, villages: int, top: int) -> Measure:
    """Return what decides whether the target is met in the first year, `top` villages being at the top."""
    return judged(scenario.target, villages, 1, top)


def _chance(
    scenario: Assumptions, population: Population, parameters: Parameters, block: slice, shocks: Shocks
) -> Floats:
    size = population.membership.shape[0]
    measure = first_measure(scenario, size, top_at_start(population, 0) or 0)
    where = np.arange(population.draws.size)[block]
    parts = [
        Part(group.size, _adds(scenario, population, group, parameters, where, shocks, measure))
        for group in population.groups
    ]
    choices = population.choices
    sums = total(parts, [*measure.axes(size), *(Axis(places, exactly=True) for _, places in choices)])
    for members, places in choices:
        sums = sums / chance_of_places(members, places)
    met = sums[measure.reached(sums.shape[:-1])].sum(axis=0).reshape(shocks.weight.shape)
    return np.asarray(np.clip((met * shocks.weight).sum(axis=1) / shocks.weight.sum(axis=1), 0.0, 1.0))


def _adds(
    scenario: Assumptions,
    population: Population,
    group: Group,
    parameters: Parameters,
    where: NDArray[np.int64],
    shocks: Shocks,
    measure: Measure,
) -> Floats:
    """Return what one village of a group adds, shape (score, choices, case)."""
    sides = [2 if number in group.choices else 1 for number in range(len(population.choices))]
    adds = np.zeros((*measure.lattice, *sides, shocks.weight.size))
    for chosen, probability, assisted in population.variants(group):
        village = population.village(scenario, parameters, where, group, assisted)
        score = scores(measure, group.status, ends(village, parameters, shocks.log_odds))
        cell: list[int | slice] = [slice(None), *[0] * len(sides)]
        for number, taken in zip(group.choices, chosen, strict=True):
            cell[1 + number] = taken
        adds[tuple(cell)] += probability * score.reshape(len(score), -1)
    return adds
