"""What a closed form costs before it is computed.

Knows how many paths, cells and multiplications it takes; must not compute it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from math import prod

from ...domain.law import VILLAGE
from ...domain.parameters import Parameters
from ...domain.scenario import Assumptions
from ..poisson_binomial import Axis, cost
from .closed_form import CASES, joint_measures, top_at_start
from .forward import lasting_nodes
from .measures import year_measures
from .population import Population
from .shock_paths import histories, year_shocks

JOINT_COST = 2 * 10**10
"""Multiplications that the probability of "every year" may take (about a minute); beyond it is left out."""
LAW_BYTES = 2**27
LATTICE_BYTES = 2**28


class Workload:
    """The closed form of one population and its D draws."""

    def __init__(self, scenario: Assumptions, population: Population, parameters: Parameters) -> None:
        self._scenario, self._population = scenario, population
        self._draws = population.draws.size
        self._size = population.membership.shape[0]
        self._shocks = year_shocks(parameters)
        self._lasting = lasting_nodes(VILLAGE.coefficient(parameters))[0].shape[1]

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
            spent += paths * sum(self._cost(m.lattice, m.axes(self._size)) for m in measures.values())
        return spent * self._draws

    @property
    def joint_affordable(self) -> bool:
        """Whether the probability of "every year" can be computed."""
        lattice, axes = self._joint
        cells = prod(axis.limit + 2 for axis in axes) * self._shocks.weight.shape[1]
        if cells * 8 > LATTICE_BYTES:
            return False
        return self._cost(lattice, axes) * self.paths[-1] * self._draws <= JOINT_COST

    def blocks(self, jointly: bool) -> Iterator[slice]:
        """Yield which draws to take together."""
        nodes = self._shocks.weight.shape[1]
        variants = sum(2 ** len(group.choices) for group in self._population.groups)
        law = 8 * 32 * nodes * self._lasting * self._scenario.horizon * variants
        size = min(CASES // nodes, LAW_BYTES // law)
        if jointly:
            size = min(size, LATTICE_BYTES // (8 * nodes * prod(axis.limit + 2 for axis in self._joint[1])))
        size = max(1, size)
        for start in range(0, self._draws, size):
            yield slice(start, start + size)

    @cached_property
    def _joint(self) -> tuple[tuple[int, ...], list[Axis]]:
        measures = joint_measures(self._scenario, self._population)
        return (
            tuple(n for measure in measures for n in measure.lattice),
            [axis for measure in measures for axis in measure.axes(self._size)],
        )

    def _cost(self, lattice: tuple[int, ...], axes: list[Axis]) -> int:
        """Return the multiplications of one sum over villages, for one path."""
        choices = self._population.choices
        every = [*axes, *(Axis(places, exactly=True) for _, places in choices)]
        shapes = [
            (group.size, (*lattice, *(2 if number in group.choices else 1 for number in range(len(choices)))))
            for group in self._population.groups
        ]
        return cost(shapes, every)
