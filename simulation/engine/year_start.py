"""Where a year begins: everything that is settled before villages move, for exact results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import Floats, Ints, Statuses
from ..domain.intervention import fixed_order, may_be_chosen
from ..domain.law import (
    VILLAGE,
    OfNeighbours,
    OfVillage,
    acting,
    learned_effects,
    learned_of_villages,
    of_places,
    seen_at,
)
from ..domain.parameters import Parameters
from ..domain.randomness import Trajectories
from ..domain.reporting import levels_behind
from ..domain.scenario import Assumptions
from ..domain.status import UNKNOWN
from ..domain.status_knowledge import KnownStatuses, MissingStatuses, SomeStatuses, SubdistrictCounts
from ..domain.villages import Villages, count_levels, places
from .environment import Environment
from .lots import Lots


@dataclass(frozen=True, eq=False)
class YearStart:
    """Everything that is settled before the year begins, for V villages and D draws; L lots may still be open.

    Attributes
    ----------
    status, listed
        Shape (V, D): level at the start of the year, and the one that the list shows.
    rise_log_odds
        Shape (2^L, V, D): covariates, peers and assistance, on the log odds of rising: in each way in which a village
        may lose or win the lots, as `Lots.shares` lists them.
    fall_log_odds
        Shape (2^L, V, D): assistance, on the log odds of falling.
    assisted
        Shape (J, V, D): the chance that each programme assists a village.
    wins
        Shape (L, V, D): the chance of winning each lot; 0 for who takes no part in it.
    """

    status: Statuses
    listed: Statuses
    rise_log_odds: Floats
    fall_log_odds: Floats
    assisted: Floats
    wins: Floats

    @classmethod
    def drawn(cls, scenario: Assumptions, villages: Villages, parameters: Parameters, seed: int) -> YearStart:
        """Return the start of the first year with statuses placed and lots drawn as in each draw's first trajectory."""
        first = replace(scenario, horizon=1)
        return next(year_starts(first, villages, parameters, seed, range(parameters.rise.shape[0])))

    @classmethod
    def by_lot(
        cls, scenario: Assumptions, villages: Villages, parameters: Parameters, seed: int, most_nodes: float
    ) -> YearStart | None:
        """Return the start of the first year with all lots open, of villages whose places are settled.

        None where an average over the lots would take more than `most_nodes`, if there are lots at all.
        """
        environment, listed, levels = _before(scenario, villages, parameters, seed, range(len(parameters.rise)), True)
        chances = environment.chances_of_places(scenario.years[0], listed, levels)
        lots = {j: (chance > 0) & (chance < 1) for j, chance in enumerate(chances) if (chance % 1).any()}
        alone = cls.unassisted(villages, parameters, listed)
        wins = np.stack([chances[j] * takes_part for j, takes_part in lots.items()]) if lots else alone.wins
        if lots and Lots(wins).size > most_nodes:
            return None
        rise, fall = [], []
        for way in product((False, True), repeat=len(lots)):
            won = dict(zip(lots, way, strict=True))
            for j, programme in enumerate(environment.programmes):
                programme.begin((chances[j] == 1) | (won.get(j, False) & lots.get(j, False)))
            effects = [0.0 if effect is None else effect for effect in environment.effects()]
            rise.append(alone.rise_log_odds[0] + effects[0])
            fall.append(alone.fall_log_odds[0] + effects[1])
        return replace(
            alone,
            rise_log_odds=np.stack(rise),
            fall_log_odds=np.stack(fall),
            assisted=np.stack(chances) if chances else alone.assisted,
            wins=wins,
        )

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
        none = np.zeros((0, *status.shape))
        return cls(status, listed, rise[None], np.zeros((1, *status.shape)), none, none)

    def distinct(self, villages: Villages) -> tuple[Ints, Ints]:
        """Return one draw of each sort in which as many villages of every kecamatan are alike, and each draw's sort."""
        columns = (*self.wins, *self.fall_log_odds, *self.rise_log_odds, self.listed, self.status)
        subdistrict = np.broadcast_to(villages.subdistrict_index[:, None], self.status.shape)
        order = np.lexsort((*columns, subdistrict), axis=0)
        alike = np.concatenate([np.take_along_axis(column, order, axis=0) for column in columns])
        _, first, sort = np.unique(alike, axis=1, return_index=True, return_inverse=True)
        return first, sort.reshape(-1)

    def take(self, draws: Ints) -> YearStart:
        """Return some of the draws."""
        return YearStart(*(column[..., draws] for column in vars(self).values()))

    def of_villages(self, rows: Ints) -> YearStart:
        """Return some of the villages."""
        return YearStart(*(column[..., rows, :] for column in vars(self).values()))


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
    environment, listed, levels = _before(scenario, villages, parameters, seed, draws, in_order)
    alone = YearStart.unassisted(villages, parameters.take(slice(draws.start, draws.stop)), listed)
    for year in scenario.years:
        environment.assist(year, listed, levels, None)
        rise, fall = environment.effects()
        every = [programme.assisted.astype(np.float64) for programme in environment.programmes]
        yield replace(
            alone,
            rise_log_odds=alone.rise_log_odds if rise is None else alone.rise_log_odds + rise,
            fall_log_odds=alone.fall_log_odds if fall is None else alone.fall_log_odds + fall,
            assisted=np.stack(every) if every else alone.assisted,
        )


def listed_at_origin(scenario: Assumptions, villages: Villages, parameters: Parameters, seed: int) -> Statuses:
    """Return what the list shows at the end of the origin year in each draw's first trajectory, shape (V, D)."""
    return _before(scenario, villages, parameters, seed, range(len(parameters.rise)), in_order=False)[1]


def _before(
    scenario: Assumptions, villages: Villages, parameters: Parameters, seed: int, draws: range, in_order: bool
) -> tuple[Environment, Statuses, Ints]:
    """Return the environment of some draws, the list (V, D), and how many it shows in each kecamatan (K, 4, D)."""
    environment = Environment(scenario, villages, parameters, Trajectories.grid(draws, range(1)), seed)
    row = np.broadcast_to(np.linspace(0, 1, len(villages), endpoint=False)[:, None], (len(villages), len(draws)))
    listed = environment.initial_status(row if in_order else None)
    return environment, listed, count_levels(places(listed, villages.subdistrict_index), villages)


def sorts(scenario: Assumptions, villages: Villages, parameters: Parameters) -> Ints:
    """Return the sort of each village, shape (V,): lots and unknown statuses alone part villages of one sort."""
    columns: list[NDArray[Any]] = []
    match villages.known:
        case KnownStatuses(levels=levels):
            columns = [levels]
        case MissingStatuses():
            columns = [np.arange(len(villages))]
        case SubdistrictCounts():
            columns = [villages.subdistrict_index]
        case SomeStatuses(levels=levels):
            columns = [levels, villages.subdistrict_index] if _subdistricts_matter(villages, parameters) else [levels]
        case _ if _subdistricts_matter(villages, parameters):
            columns = [villages.subdistrict_sizes[villages.subdistrict_index]]
    known = villages.levels if isinstance(villages.known, KnownStatuses) else None
    columns += [regressor for _, regressor in seen_at(villages, parameters, known)]
    if learned_effects(VILLAGE, villages, parameters) is not None or levels_behind(villages, parameters) is not None:
        columns.append(np.arange(len(villages)))
    for plan in scenario.interventions:
        order = fixed_order(plan, villages)
        columns += [may_be_chosen(plan, villages), np.zeros(len(villages)) if order is None else order]
    if not columns:
        return np.zeros(len(villages), dtype=np.int64)
    _, sort = np.unique(
        np.stack([np.asarray(column, dtype=np.float64) for column in columns]), axis=1, return_inverse=True
    )
    return np.asarray(sort.reshape(-1))


def _subdistricts_matter(villages: Villages, parameters: Parameters) -> bool:
    return len(villages.subdistricts) > 1 and any(term.needs_subdistricts for term in acting(parameters))


def statuses_settled(scenario: Assumptions, villages: Villages, parameters: Parameters) -> bool:
    """Return whether each draw says which villages stand where, or that makes no difference as far as it is unknown."""
    if of_places("village_order", villages.codes, parameters) is not None:
        return True
    if isinstance(villages.known, KnownStatuses | MissingStatuses):
        return isinstance(villages.known, KnownStatuses)
    if not isinstance(villages.known, SubdistrictCounts) and _subdistricts_matter(villages, parameters):
        return False
    together, sort = exchangeable(villages), sorts(scenario, villages, parameters)
    return len(np.unique(np.stack([together, sort]), axis=1).T) == len(np.unique(together))


def exchangeable(villages: Villages) -> Ints:
    """Return a number for each village, shape (V,), shared by those of which it is not known who stands where."""
    every = np.arange(len(villages))
    match villages.known:
        case KnownStatuses() | MissingStatuses():
            return every
        case SubdistrictCounts():
            return villages.subdistrict_index
        case SomeStatuses(levels=levels):
            return np.where(levels == UNKNOWN, -1, every)
        case _:
            return np.zeros_like(every)
