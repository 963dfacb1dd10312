"""Yearly transition matrices, and their products over several years, under the reduced law.

The reduced law has the terms `REDUCED` and the interventions; it leaves out what no record of statuses tells apart:
peers, kecamatan shocks, campaigns, `min_years`, covariates. Matrices have shape (level, level, node, particle), nodes
being those of the lasting differences between villages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...domain.distributions import normal_nodes
from ...domain.intervention import Overlap, combine, combine_on_falls
from ...domain.law import VILLAGE, YEAR
from ...domain.parameters import Direction, ParameterKey, from_shorthand, transition_matrix
from ...domain.status import LEVELS
from ...domain.transition import chance, factor, fall_chance, odds, odds_against

Floats = NDArray[np.float64]
Interval = tuple[int, ...]
"""Places in `YearlyMatrices.years` of the years that lie between two observations."""
Doses = tuple[float, ...]

REDUCED = (VILLAGE, YEAR)
"""The terms of the log odds of rising that the reduced law keeps, beside those of interventions."""
_REACH, _STEP = 4.8, 0.8
"""Lasting differences at steps of 0.8 sd: for spreads up to 2, wrong by less than 1e-5."""


@dataclass(frozen=True)
class Year:
    """One year in one district under one dose of each intervention; no doses where their effects are left out."""

    district: str
    year: int
    doses: Doses = ()


@dataclass(frozen=True, eq=False)
class ReducedLaw:
    """Values of the parameters for P particles: key -> shape (P,); and how effects overlap.

    Attributes
    ----------
    values
        Every scalar parameter, on the scale of its key.
    interventions
        In the order of the doses.
    overlap
        As in the scenario.
    """

    values: Mapping[ParameterKey, Floats]
    interventions: tuple[str, ...] = ()
    overlap: Overlap = "diminishing"

    def effect(self, doses: Doses, direction: Direction) -> Floats | None:
        """Return the joint effect of some doses on the log odds, shape (P,); None where there is none."""
        acting = [
            dose * np.log(self.values[ParameterKey.effect(name, direction)])
            for name, dose in zip(self.interventions, doses, strict=False)
            if dose
        ]
        if not acting:
            return None
        return combine(acting, self.overlap) if direction == "rise" else combine_on_falls(acting, self.overlap)


@dataclass
class YearlyMatrices:
    """The years that matter to the data, each once.

    Attributes
    ----------
    years
        In the order in which they were asked for.
    """

    years: dict[Year, int] = field(default_factory=dict)

    def interval(self, years: list[Year]) -> Interval:
        """Return the places of some years in a row, noting those that are new."""
        return tuple(self.years.setdefault(year, len(self.years)) for year in years)

    @property
    def shocks(self) -> tuple[tuple[str, int], ...]:
        """District and calendar year of every shared shock."""
        return tuple(sorted({(year.district, year.year) for year in self.years}))

    def matrices(self, law: ReducedLaw, shocks: Floats) -> tuple[list[Floats], Floats]:
        """Return the matrix of every year, (4, 4, B, P), and the weights of the nodes, (B,).

        Parameters
        ----------
        law
            P particles.
        shocks
            Shape (P, shocks): standard normal, in the order of `shocks`.
        """
        values = law.values
        rise, fall, rise_reaches, fall_reaches = from_shorthand(values, len(shocks))
        none, every = np.zeros_like(rise), np.ones_like(rise)
        up = _first_axes_last(transition_matrix(every, none, rise_reaches, fall_reaches))
        down = _first_axes_last(transition_matrix(none, every, rise_reaches, fall_reaches))
        nodes, weights = lasting_nodes(values[VILLAGE.key])
        lasting = factor(nodes[:, None] * values[VILLAGE.key])
        typical = odds(rise).T[:, None] * lasting
        against = odds_against(fall).T[:, None]
        stay = np.eye(len(LEVELS))[:, :, None, None]
        place = {shock: number for number, shock in enumerate(self.shocks)}
        matrices = []
        for year in self.years:
            pushed = values[YEAR.key] * shocks[:, place[year.district, year.year]]
            helped = law.effect(year.doses, "rise")
            rises = chance(typical * factor(pushed if helped is None else pushed + helped))[:, None]
            hindered = law.effect(year.doses, "fall")
            falls = fall_chance(against, np.ones(1) if hindered is None else factor(-hindered))[:, None]
            otherwise = falls * down + (1 - falls) * stay
            matrix = rises * (up - otherwise)
            matrix += otherwise
            matrices.append(matrix)
        return matrices, weights


@dataclass
class Products:
    """Matrices over several years in a row, each worked out once.

    Attributes
    ----------
    matrices
        One a year, shape (K, K, B, P), for any number K of levels.
    """

    matrices: list[Floats]
    _known: dict[Interval, Floats] = field(default_factory=dict)

    def over(self, interval: Interval) -> Floats:
        """Return the matrix from the start of the first year to the end of the last."""
        if len(interval) == 1:
            return self.matrices[interval[0]]
        if interval not in self._known:
            later = self.over(interval[1:])
            self._known[interval] = np.einsum("ijbp,jkbp->ikbp", self.matrices[interval[0]], later)
        return self._known[interval]


def lasting_nodes(village_sd: Floats) -> tuple[Floats, Floats]:
    """Return where lasting differences are looked at, in sd, and the weights there; one node where there are none."""
    if not village_sd.any():
        return np.zeros(1), np.ones(1)
    return normal_nodes(_REACH, _STEP)


def _first_axes_last(matrix: Floats) -> Floats:
    """Turn (P, 4, 4) into (4, 4, 1, P)."""
    return np.ascontiguousarray(np.moveaxis(matrix, 0, -1))[:, :, None]
