"""The closed form of one district for a block of parameter draws.

Knows how shock paths, forward equations and sums over villages give the distribution of every count;
must not know which scenarios have a closed form.

Given the shocks of the district, villages are independent, so every count is a sum over villages; the
result is averaged over the paths of the shocks. A random choice of the assisted is one more number that
is summed: every member is chosen by a coin of its own, and only sums with the right number of chosen count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...domain.parameters import Parameters
from ...domain.scenario import Assumptions
from ...domain.status import TOP
from ..poisson_binomial import Axis, Part, total
from .forward import Law
from .measures import Measure, judged, kinds_of_moves, year_measures
from .population import Group, Population, take
from .shock_paths import Histories, histories, path_weights, pieces, year_shocks

Floats = NDArray[np.float64]

Bools = NDArray[np.bool_]
Variant = tuple[tuple[int, ...], float, Bools, Law]
"""Who is chosen, how likely, when assisted, and the law that follows."""

CASES = 1024
"""Paths handled side by side: enough to keep NumPy busy, few enough to stay in cache."""


class ClosedForm:
    """One district for the draws at `places` of a population's draws.

    Attributes
    ----------
    draws
        Shape (D,): numbers of the draws.
    """

    def __init__(self, scenario: Assumptions, population: Population, parameters: Parameters, places: slice) -> None:
        self.draws = population.draws[places]
        drawn = take(parameters, self.draws)
        self._scenario, self._population = scenario, population
        self._size, self._waits = population.membership.shape[0], 2 if scenario.min_years else 1
        self._shocks = year_shocks(drawn)
        ages = min(scenario.min_years, scenario.horizon)
        where = np.arange(population.draws.size)[places]
        self._laws: list[list[Variant]] = [
            [
                (chosen, probability, assisted, Law(village, drawn, self._shocks, ages))
                for chosen, probability, assisted in population.variants(group)
                for village in [population.village(scenario, drawn, where, group, assisted)]
            ]
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
            moves = [[law.last_moves(law.before(piece), piece) for *_, law in variants] for variants in self._laws]
            for name, measure in measures.items():
                chances = [
                    [np.stack([move[kind].sum(axis=0) for kind in kinds[name]]) for move in variants]
                    for variants in moves
                ]
                found = self._sum(chances, measure.lattice, measure.axes(self._size), weight)
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
        axes = [axis for measure in measures for axis in measure.axes(self._size)]
        result, weight_in_all = np.zeros((horizon + 1, self.draws.size)), np.zeros(self.draws.size)
        for piece in self._pieces(horizon - 1):
            weight = path_weights(self._shocks, piece)
            weight_in_all += weight.sum(axis=1)
            chances = [[_outcomes(law, piece, sorts) for *_, law in variants] for variants in self._laws]
            found = self._sum(chances, lattice, axes, weight)
            years = _years_reached(measures, found.shape[:-1])
            for count in range(horizon + 1):
                result[count] += found[years == count].sum(axis=0)
        return np.asarray(np.clip(result / weight_in_all, 0.0, 1.0).T)

    def villages(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return status (V, Y, 4), rise (V, Y), risen (V, Y) and assisted (V, Y, J), mean over the draws."""
        rows = []
        for variants in self._laws:
            parts = [(probability, *law.marginal(), given) for _, probability, given, law in variants]
            rows.append([sum(part[0] * part[i] for part in parts) for i in range(1, 5)])
        status, rise, risen, assisted = (
            np.tensordot(self._population.membership, np.stack([row[i] for row in rows]), axes=1) for i in range(4)
        )
        return status, rise, risen, assisted

    def _pieces(self, t: int) -> list[Histories]:
        past = histories(self._shocks, t)
        return list(pieces(past, max(1, CASES // (self._shocks.weight.shape[1] * self.draws.size))))

    def _sum(
        self, chances: Sequence[Sequence[Floats]], lattice: tuple[int, ...], axes: list[Axis], weight: Floats
    ) -> Floats:
        """Add up all villages and average over paths, shape (lattice of sums, D).

        Parameters
        ----------
        chances
            One a group and variant, shape (kind, D, path): chance of each point of `lattice`, flattened.
        weight
            Shape (D, path).
        """
        choices = self._population.choices
        parts = [
            Part(group.size, self._adds(group, variants, chance, lattice))
            for group, variants, chance in zip(self._population.groups, self._laws, chances, strict=True)
        ]
        sums = total(parts, [*axes, *(Axis(places, exactly=True) for _, places in choices)])
        for members, places in choices:
            sums = sums / chance_of_places(members, places)
        return np.asarray((sums.reshape(*sums.shape[:-1], *weight.shape) * weight).sum(axis=-1))

    def _adds(
        self, group: Group, variants: Sequence[Variant], chances: Sequence[Floats], lattice: tuple[int, ...]
    ) -> Floats:
        """Return what one village of a group adds, shape (lattice, choices, case)."""
        cases = chances[0][0].size
        sides = [2 if number in group.choices else 1 for number in range(len(self._population.choices))]
        adds = np.zeros((*lattice, *sides, cases))
        for (chosen, probability, *_), chance in zip(variants, chances, strict=True):
            cell = [0] * len(sides)
            for number, taken in zip(group.choices, chosen, strict=True):
                cell[number] = taken
            place: tuple[Any, ...] = (..., *cell, slice(None))
            adds[place] += probability * chance.reshape(*lattice, cases)
        return adds


def top_at_start(population: Population, t: int) -> int | None:
    """Return the number of villages at the top at the start of year `t`, where it is certain."""
    return sum(group.size for group in population.groups if group.status == TOP) if t == 0 else None


def joint_measures(scenario: Assumptions, population: Population) -> list[Measure]:
    """Return what decides whether the target is met, for every year."""
    size, waits = population.membership.shape[0], 2 if scenario.min_years else 1
    return [judged(scenario.target, size, waits, top_at_start(population, t)) for t in range(scenario.horizon)]


def _outcomes(law: Law, past: Histories, sorts: list[list[Bools]]) -> Floats:
    """Return the chance of each combination of yearly kinds of moves, shape (combination, D, path)."""
    moves = law.last_moves(law.outcomes_before(past, sorts[:-1]), past)
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


def chance_of_places(members: int, places: int) -> float:
    """Return the chance that independent coins choose just as many as there are places."""
    from scipy.stats import binom

    return float(binom.pmf(places, members, places / members))
