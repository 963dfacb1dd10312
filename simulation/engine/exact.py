"""The exact engine: closed forms of one district, one result a parameter draw.

Knows how shock paths, forward equations and sums over villages give the distribution of every count;
must not know how draws are summarised. What has no closed form is refused by `limits`.

Given the shocks of the district, villages are independent, so every count is a sum over villages; the
result is averaged over the paths of the shocks. A random choice of the assisted is one more number that
is summed: each member is chosen by a coin of its own, and only sums with the right number of chosen are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from ..domain.parameters import Parameters
from ..domain.status import LEVELS, TOP
from ..domain.target import Target
from ..domain.villages import Villages
from ..inputs.scenario import Scenario
from .forward import Law
from .measures import Measure, Moves, plain_measure, sort_moves, target_measure
from .population import Group, Population, take
from .shock_paths import Histories, Shocks, histories, path_weights, pieces, year_shocks
from .village_sums import Axis, Part, cost, total

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

CASES = 1024
"""Paths handled side by side: enough to keep NumPy busy, few enough to stay in cache."""
LAW_BYTES = 2**27
LATTICE_BYTES = 2**28
JOINT_COST = 2 * 10**10
"""Multiplications that the probability of "every year" may cost; beyond it is left out."""


@dataclass(frozen=True, eq=False)
class ExactResult:
    """One district: V villages, Y years, J interventions, D draws.

    Attributes
    ----------
    rises, falls
        Shape (Y, V + 1): how probable each number is, mean over draws.
    levels
        Shape (Y, 4, V + 1): likewise, villages per level at year end.
    top
        Shape (Y, V + 1): likewise, villages at the top at the start of the year.
    readings
        Reading of the target -> probability that it is met, shape (D, Y); the scenario's own first.
    saturated
        Shape (D, Y).
    years_met
        Shape (D, Y + 1): how probable it is that the target is met in so many years; None where that
        would cost too much.
    assisted
        Shape (Y, J): mean number of villages assisted.
    village_status, village_rises, village_risen, village_assisted
        Shape (V, Y, 4), (V, Y), (V, Y), (V, Y, J): probabilities.
    """

    rises: Floats
    falls: Floats
    levels: Floats
    top: Floats
    readings: dict[str, Floats]
    saturated: Floats
    years_met: Floats | None
    assisted: Floats
    village_status: Floats
    village_rises: Floats
    village_risen: Floats
    village_assisted: Floats

    @classmethod
    def empty(cls, scenario: Scenario, villages: int, draws: int) -> ExactResult:
        """Return a result of zeros."""
        years, interventions = scenario.horizon, len(scenario.interventions)
        return cls(
            rises=np.zeros((years, villages + 1)),
            falls=np.zeros((years, villages + 1)),
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
