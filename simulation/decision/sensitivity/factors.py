"""The uncertain parameters of a scenario as coordinates of the unit cube, and the scenario at given points of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...domain.distributions import Dirichlet, Empirical
from ...domain.parameters import ParameterKey
from ...domain.status import LEVELS
from ...inputs.scenario import Scenario

Floats = NDArray[np.float64]

CALIBRATED = "parameters_from"
"""The factor of all parameters that come from one file of draws: a row is taken whole."""
_OPEN = 1e-9
"""Points keep this far from the faces of the cube, where quantiles are infinite."""


@dataclass(frozen=True)
class Factors:
    """What is uncertain in a scenario.

    Attributes
    ----------
    scenario
        Of one district.
    owner
        One entry a coordinate of the unit cube: the name of the parameter that it belongs to. A row of a matrix
        with a Dirichlet distribution has four, all parameters of a file of draws share one.
    """

    scenario: Scenario
    owner: tuple[str, ...]

    @classmethod
    def of(cls, scenario: Scenario) -> Factors:
        """Return the factors of a scenario; there are none where every number is fixed."""
        known, owner = scenario.parameters, []
        for name in known.uncertain:
            distribution = known.scalars.get(name)
            if isinstance(distribution, Empirical):
                owner += [CALIBRATED] if CALIBRATED not in owner else []
            else:
                owner += [name] * (len(LEVELS) if distribution is None else 1)
        return cls(scenario, tuple(owner))

    @property
    def names(self) -> tuple[str, ...]:
        """Each factor once."""
        return tuple(dict.fromkeys(self.owner))

    def at(self, points: Floats) -> Scenario:
        """Return the scenario with one draw for each point, shape (N, coordinates)."""
        points = np.clip(points, _OPEN, 1 - _OPEN)
        column = {name: points[:, self.owner.index(name)] for name in self.names}
        known = self.scenario.parameters
        values = {}
        for name, distribution in known.scalars.items():
            if isinstance(distribution, Empirical) and CALIBRATED in column:
                places = (column[CALIBRATED] * distribution.values.size).astype(np.int64)
                values[name] = distribution.values[places]
            else:
                values[name] = distribution.quantile(column.get(name, np.full(len(points), 0.5)))
        rows = [
            self._row(ParameterKey("matrix", level), row, points)
            for level, row in zip(LEVELS, known.matrix or (), strict=False)
        ]
        return replace(self.scenario, parameters=known.at(values, np.stack(rows, axis=1) if rows else None))

    def _row(self, name: ParameterKey, row: tuple[float, ...] | Dirichlet, points: Floats) -> Floats:
        if not isinstance(row, Dirichlet):
            return np.broadcast_to(np.asarray(row, dtype=np.float64), (len(points), len(LEVELS)))
        return row.quantile(points[:, [place for place, owner in enumerate(self.owner) if owner == name]])
