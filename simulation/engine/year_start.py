"""Where a year begins: everything that is settled before villages move, for exact results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..domain.law import OfNeighbours, OfVillage, acting, learned_of_villages
from ..domain.parameters import Parameters
from ..domain.randomness import Trajectories
from ..domain.reporting import levels_behind
from ..domain.scenario import Assumptions
from ..domain.villages import Villages, count_levels, places
from .environment import Environment

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Statuses = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class YearStart:
    """Everything that is settled before the year begins, for V villages and D draws.

    Attributes
    ----------
    status, listed
        Shape (V, D): level at the start of the year, and the one that the list shows.
    rise_log_odds
        Shape (V, D): covariates, peers and assistance, on the log odds of rising.
    fall_log_odds
        Shape (V, D): assistance, on the log odds of falling.
    assisted
        Shape (V, D, J): who is assisted.
    """

    status: Statuses
    listed: Statuses
    rise_log_odds: Floats
    fall_log_odds: Floats
    assisted: Bools

    @classmethod
    def of(cls, scenario: Assumptions, villages: Villages, parameters: Parameters, seed: int) -> YearStart:
        """Return the start of the first year: where only counts are known, or a lot decides, as each draw has it.

        Statuses are placed, and lots are drawn, as in the first trajectory of each draw.
        """
        first = replace(scenario, horizon=1)
        return next(year_starts(first, villages, parameters, seed, range(parameters.rise.shape[0])))

    @classmethod
    def unassisted(cls, villages: Villages, parameters: Parameters, listed: Statuses) -> YearStart:
        """Return the start of a year in which the list shows `listed` (V, D) and nobody is assisted."""
        behind = levels_behind(villages, parameters)
        status = listed if behind is None else behind
        place = places(status, villages.subdistrict_index)
        levels = count_levels(place, villages)
        rise = np.zeros(status.shape)
        for term in acting(parameters):
            coefficient = term.coefficient(parameters)
            match term.regressor:
                case OfVillage(value):
                    rise += value(villages)[:, None] * coefficient
                case OfNeighbours(value):
                    rise += (coefficient * value(villages, levels)).take(place)
        learned = learned_of_villages(villages, parameters)
        if learned is not None:
            rise += learned
        return cls(status, listed, rise, np.zeros(status.shape), np.zeros((*status.shape, 0), dtype=bool))

    def distinct(self, villages: Villages) -> tuple[Ints, Ints]:
        """Return one draw of each sort in which as many villages of every kecamatan are alike, and each draw's sort."""
        columns = (self.fall_log_odds, self.rise_log_odds, self.listed, self.status)
        subdistrict = np.broadcast_to(villages.subdistrict_index[:, None], self.status.shape)
        order = np.lexsort((*columns, subdistrict), axis=0)
        alike = np.concatenate([np.take_along_axis(column, order, axis=0) for column in columns])
        _, first, sort = np.unique(alike, axis=1, return_index=True, return_inverse=True)
        return first, sort.reshape(-1)

    def take(self, draws: Ints) -> YearStart:
        """Return some of the draws."""
        return YearStart(*(column[:, draws] for column in vars(self).values()))

    def of_villages(self, rows: Ints) -> YearStart:
        """Return some of the villages."""
        return YearStart(*(column[rows] for column in vars(self).values()))


def year_starts(
    scenario: Assumptions,
    villages: Villages,
    parameters: Parameters,
    seed: int,
    draws: range,
    *,
    in_order: bool = False,
) -> Iterator[YearStart]:
    """Yield the start of every year for some draws, if no village moves: the first year's, and later assistance.

    Parameters
    ----------
    in_order
        Whether statuses of which only counts are known are placed in the order of the rows, not at random.
    """
    trajectories = Trajectories.grid(draws, range(1))
    environment = Environment(scenario, villages, parameters, trajectories, seed)
    row = np.broadcast_to(np.linspace(0, 1, len(villages), endpoint=False)[:, None], (len(villages), len(draws)))
    listed = environment.initial_status(row if in_order else None)
    levels = count_levels(places(listed, villages.subdistrict_index), villages)
    alone = YearStart.unassisted(villages, parameters.take(slice(draws.start, draws.stop)), listed)
    for year in scenario.years:
        environment.assist(year, listed, levels, None)
        rise, fall = environment.effects()
        every = [programme.assisted for programme in environment.programmes]
        yield replace(
            alone,
            rise_log_odds=alone.rise_log_odds if rise is None else alone.rise_log_odds + rise,
            fall_log_odds=alone.fall_log_odds if fall is None else alone.fall_log_odds + fall,
            assisted=np.stack(every, axis=-1) if every else alone.assisted,
        )
