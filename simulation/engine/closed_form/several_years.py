"""Closed forms of several years: every count of every year of one district, for each parameter draw.

Given the shocks of the district, villages are independent, so every count is a sum over villages; the
result is averaged over the paths of the shocks.
Which scenarios have a closed form, `applicability` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from ...domain.parameters import Parameters
from ...domain.scenario import Assumptions
from ...domain.status import LEVELS, TOP
from ...domain.villages import Villages
from ..one_year import A_SECOND, ExactResult, spread
from ..poisson_binomial import Part, cost, total
from .forward import ForwardEquations, lasting_nodes
from .groups import Population
from .shock_paths import Histories, histories, path_weights, pieces, year_shocks
from .target_counts import SATURATED, Measure, judged, kinds_of_moves, year_measures

Floats = NDArray[np.float64]

Bools = NDArray[np.bool_]

CASES = 1024
"""Paths handled side by side: enough to keep NumPy busy, few enough to stay in cache."""
JOINT_COST = 60 * A_SECOND
"""Multiplications that the probability of "every year" may take: a minute; beyond that it is left out."""
LAW_BYTES = 2**27
LATTICE_BYTES = 2**28


class ClosedForm:
    """One district for the draws at `places` of a population's draws.

    Attributes
    ----------
    draws
        Shape (D,): numbers of the draws.
    """

    def __init__(self, scenario: Assumptions, population: Population, parameters: Parameters, places: slice) -> None:
        self.draws = population.draws[places]
        drawn = parameters.take(self.draws)
        self._scenario, self._population = scenario, population
        self._size, self._waits = population.membership.shape[0], 2 if scenario.min_years else 1
        self._shocks = year_shocks(drawn)
        ages = min(scenario.min_years, scenario.horizon)
        where = np.arange(population.draws.size)[places]
        self._forward = [
            ForwardEquations(population.village(scenario, drawn, where, group), drawn, self._shocks, ages)
            for group in population.groups
        ]

    def year(self, t: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Return the distribution of every number counted in year `t`, (number, D), and the chances, (D,)."""
        measures = year_measures(self._scenario.target, self._size, self._waits, top_at_start(self._population, t))
        kinds = {name: kinds_of_moves(measure, self._waits) for name, measure in measures.items()}
        sums: dict[str, Floats] = {
            name: np.zeros((measure.highest + 1, self.draws.size)) for name, measure in measures.items()
        }
        met = {name: np.zeros(self.draws.size) for name in measures}
        weight_in_all = np.zeros(self.draws.size)
        for piece in self._pieces(t):
            weight = path_weights(self._shocks, piece)
            weight_in_all += weight.sum(axis=1)
            moves = [forward.last_moves(forward.before(piece), piece) for forward in self._forward]
            for name, measure in measures.items():
                chances = [np.stack([move[kind].sum(axis=0) for kind in kinds[name]]) for move in moves]
                found = self._sum(chances, measure.lattice, measure.limits(self._size), weight)
                if not measure.minds_top:
                    sums[name][: len(found)] += found
                met[name] += found[measure.reached(found.shape[:-1])].sum(axis=0)
        return (
            {name: found / weight_in_all for name, found in sums.items()},
            {name: np.clip(found / weight_in_all, 0.0, 1.0) for name, found in met.items()},
        )

    def years_met(self) -> Floats:
        """Return the chance that the target is met in 0, 1 … Y years, shape (D, Y + 1).

        By summing, over villages, what each does in every year. A chain on level counts would serve
        exchangeable villages only and does not pay: there are far more level counts than cells here,
        since a year's sum need not be told apart beyond the number needed.
        """
        horizon, measures = self._scenario.horizon, joint_measures(self._scenario, self._population)
        sorts = [kinds_of_moves(measure, self._waits) for measure in measures]
        lattice = tuple(n for measure in measures for n in measure.lattice)
        limits = [limit for measure in measures for limit in measure.limits(self._size)]
        result, weight_in_all = np.zeros((horizon + 1, self.draws.size)), np.zeros(self.draws.size)
        for piece in self._pieces(horizon - 1):
            weight = path_weights(self._shocks, piece)
            weight_in_all += weight.sum(axis=1)
            chances = [_outcomes(forward, piece, sorts) for forward in self._forward]
            found = self._sum(chances, lattice, limits, weight)
            years = _years_reached(measures, found.shape[:-1])
            for count in range(horizon + 1):
                result[count] += found[years == count].sum(axis=0)
        return np.asarray(np.clip(result / weight_in_all, 0.0, 1.0).T)

    def villages(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return status (V, Y, 4), rise (V, Y), risen (V, Y) and assisted (V, Y, J), mean over the draws."""
        groups = zip(self._forward, self._population.groups, strict=True)
        rows = [(*forward.marginal(), group.assisted) for forward, group in groups]
        status, rise, risen, assisted = (
            np.tensordot(self._population.membership, np.stack([row[i] for row in rows]), axes=1) for i in range(4)
        )
        return status, rise, risen, assisted

    def _pieces(self, t: int) -> list[Histories]:
        past = histories(self._shocks, t)
        return list(pieces(past, max(1, CASES // (self._shocks.weight.shape[1] * self.draws.size))))

    def _sum(self, chances: Sequence[Floats], lattice: tuple[int, ...], limits: list[int], weight: Floats) -> Floats:
        """Add up all villages and average over paths, shape (lattice of sums, D).

        Parameters
        ----------
        chances
            One a group, shape (kind, D, path): chance of each point of `lattice`, flattened.
        weight
            Shape (D, path).
        """
        parts = [
            Part(group.size, chance.reshape(*lattice, chance[0].size))
            for group, chance in zip(self._population.groups, chances, strict=True)
        ]
        sums = total(parts, limits)
        return np.asarray((sums.reshape(*sums.shape[:-1], *weight.shape) * weight).sum(axis=-1))


def top_at_start(population: Population, t: int) -> int | None:
    """Return the number of villages at the top at the start of year `t`, where it is certain."""
    return sum(group.size for group in population.groups if group.status == TOP) if t == 0 else None


def joint_measures(scenario: Assumptions, population: Population) -> list[Measure]:
    """Return what decides whether the target is met, for every year."""
    size, waits = population.membership.shape[0], 2 if scenario.min_years else 1
    return [judged(scenario.target, size, waits, top_at_start(population, t)) for t in range(scenario.horizon)]


def _outcomes(forward: ForwardEquations, past: Histories, sorts: list[list[Bools]]) -> Floats:
    """Return the chance of each combination of yearly kinds of moves, shape (combination, D, path)."""
    moves = forward.last_moves(forward.outcomes_before(past, sorts[:-1]), past)
    chances = np.stack([moves[kind].sum(axis=0) for kind in sorts[-1]], axis=1)
    return chances.reshape(-1, *chances.shape[2:])


def _years_reached(measures: list[Measure], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Return in how many years each point of the joint lattice is enough."""
    years, axis = np.zeros(shape, dtype=np.int64), 0
    for measure in measures:
        own = len(measure.lattice)
        reached = measure.reached(shape[axis : axis + own])
        years += reached.reshape(reached.shape + (1,) * (len(shape) - axis - own))
        axis += own
    return years


class Workload:
    """The closed form of one population and its D draws."""

    def __init__(self, scenario: Assumptions, population: Population, parameters: Parameters) -> None:
        self._scenario, self._population = scenario, population
        self._draws = population.draws.size
        self._size = population.membership.shape[0]
        self._shocks = year_shocks(parameters)
        self._lasting = lasting_nodes(spread(parameters, "village"))[0].shape[1]

    @cached_property
    def paths(self) -> list[int]:
        """Number of paths to the end of each year."""
        return [int(histories(self._shocks, t).may_follow.sum()) for t in range(self._scenario.horizon)]

    @property
    def multiplications(self) -> int:
        """Multiplications that all years take, the joint probability aside."""
        waits = 2 if self._scenario.min_years else 1
        spent = 0
        for t, paths in enumerate(self.paths):
            measures = year_measures(self._scenario.target, self._size, waits, top_at_start(self._population, t))
            spent += paths * sum(self._cost(m.lattice, m.limits(self._size)) for m in measures.values())
        return spent * self._draws

    @property
    def joint_affordable(self) -> bool:
        """Whether the probability of "every year" can be computed."""
        lattice, limits = self._joint
        cells = prod(limit + 2 for limit in limits) * self._shocks.weight.shape[1]
        if cells * 8 > LATTICE_BYTES:
            return False
        return self._cost(lattice, limits) * self.paths[-1] * self._draws <= JOINT_COST

    def blocks(self, jointly: bool) -> Iterator[slice]:
        """Yield which draws to take together."""
        nodes = self._shocks.weight.shape[1]
        law = 8 * 32 * nodes * self._lasting * self._scenario.horizon * len(self._population.groups)
        size = min(CASES // nodes, LAW_BYTES // law)
        if jointly:
            size = min(size, LATTICE_BYTES // (8 * nodes * prod(limit + 2 for limit in self._joint[1])))
        size = max(1, size)
        for start in range(0, self._draws, size):
            yield slice(start, start + size)

    @cached_property
    def _joint(self) -> tuple[tuple[int, ...], list[int]]:
        measures = joint_measures(self._scenario, self._population)
        return (
            tuple(n for measure in measures for n in measure.lattice),
            [limit for measure in measures for limit in measure.limits(self._size)],
        )

    def _cost(self, lattice: tuple[int, ...], limits: list[int]) -> int:
        """Return the multiplications of one sum over villages, for one path."""
        return cost([(group.size, lattice) for group in self._population.groups], limits)


def solve(
    scenario: Assumptions, villages: Villages, parameters: Parameters, populations: list[Population]
) -> ExactResult:
    """Return the exact result of one district.

    Parameters
    ----------
    parameters
        All D draws.
    populations
        From `groups.populations`: which draws see which groups.
    """
    draws = parameters.rise.shape[0]
    result = _empty(scenario, len(villages), draws)
    workloads = [Workload(scenario, population, parameters.take(population.draws)) for population in populations]
    jointly = all(work.joint_affordable for work in workloads)
    for population, work in zip(populations, workloads, strict=True):
        for places in work.blocks(jointly):
            form = ClosedForm(scenario, population, parameters, places)
            _add_years(result, form)
            _add_villages(result, form)
            if jointly and result.years_met is not None:
                result.years_met[form.draws] = form.years_met()
    return result if jointly else replace(result, years_met=None)


def _add_years(result: ExactResult, form: ClosedForm) -> None:
    draws = result.saturated.shape[0]
    for t in range(result.rises.shape[0]):
        sums, met = form.year(t)
        for name, kept in (("rises", result.rises), ("falls", result.falls), ("top", result.top)):
            kept[t, : len(sums[name])] += sums[name].sum(axis=-1) / draws
        for number, level in enumerate(LEVELS):
            result.levels[t, number, : len(sums[level])] += sums[level].sum(axis=-1) / draws
        for key, probabilities in result.readings.items():
            probabilities[form.draws, t] = met[key]
        result.mean_rises[form.draws, t] = np.arange(len(sums["rises"])) @ sums["rises"]
        result.saturated[form.draws, t] = 1 - met[SATURATED]


def _add_villages(result: ExactResult, form: ClosedForm) -> None:
    draws = result.saturated.shape[0]
    status, rise, risen, assisted = form.villages()
    share = form.draws.size / draws
    for kept, mean in (
        (result.village_status, status),
        (result.village_rises, rise),
        (result.village_risen, risen),
        (result.village_assisted, assisted),
    ):
        np.add(kept, share * mean, out=kept)
    result.assisted[:] = result.village_assisted.sum(axis=0)


def _empty(scenario: Assumptions, villages: int, draws: int) -> ExactResult:
    """Return a result of zeros."""
    years, interventions = scenario.horizon, len(scenario.interventions)
    return ExactResult(
        rises=np.zeros((years, villages + 1)),
        falls=np.zeros((years, villages + 1)),
        mean_rises=np.zeros((draws, years)),
        levels=np.zeros((years, len(LEVELS), villages + 1)),
        top=np.zeros((years, villages + 1)),
        readings={key: np.zeros((draws, years)) for key in scenario.target.readings()},
        saturated=np.zeros((draws, years)),
        years_met=np.zeros((draws, years + 1)),
        assisted=np.zeros((years, interventions)),
        village_status=np.zeros((villages, years, len(LEVELS))),
        village_rises=np.zeros((villages, years)),
        village_risen=np.zeros((villages, years)),
        village_assisted=np.zeros((villages, years, interventions)),
    )
