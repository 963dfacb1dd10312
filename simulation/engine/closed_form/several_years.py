"""Closed forms of several years: every count of every year of one district, for each parameter draw.

Given the shocks of the district, villages are independent, so every count is a sum over villages; the
result is averaged over the paths of the shocks.
Which scenarios have a closed form, `applicability` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from ...domain.arrays import Bools, Floats, Ints
from ...domain.parameters import Parameters
from ...domain.scenario import Assumptions
from ...domain.status import LEVELS, TOP
from ...domain.target import Target, needed
from ...domain.villages import Villages
from ..one_year import A_SECOND, COUNTED, ExactResult, average_alike, shared_sd
from ..poisson_binomial import Part, cost, total
from ..year_start import YearStart, exchangeable, year_starts
from .forward import Forward, YearShocks

CASES = 1024
"""Paths handled side by side: enough to keep NumPy busy, few enough to stay in cache."""
JOINT_COST = 60 * A_SECOND
"""Multiplications that the probability of "every year" may take: a minute; beyond that it is left out."""
LAW_BYTES = 2**27
LATTICE_BYTES = 2**28
SATURATED = "saturated"


@dataclass(frozen=True, eq=False)
class Measure:
    """A number that villages add up to in a year, possibly beside how many stand at the top at its start.

    Attributes
    ----------
    kinds
        Shape (score + 1,[ 2,] 4, W, 4): which moves add each score[, not from or from the top]: the *lattice*.
    limits
        The largest sum that is told apart along each axis of the lattice.
    must
        The sum of scores that must be reached for each number of villages at the top at the start of the year,
        shape (V + 1,); shape (1,) where that number does not matter.
    """

    kinds: Bools
    limits: tuple[int, ...]
    must: Ints

    @classmethod
    def of(cls, score: Ints, must: Ints, limit: int) -> Measure:
        """Return the measure of scores over moves (4, W, 4)."""
        kinds = score == np.arange(score.max() + 1)[:, None, None, None]
        if must.size == 1:
            return cls(kinds, (limit,), must)
        from_top = (np.arange(len(LEVELS)) == TOP)[:, None, None]
        return cls(np.stack([kinds & ~from_top, kinds & from_top], axis=1), (limit, must.size - 1), must)

    @property
    def lattice(self) -> tuple[int, ...]:
        """How many points a village can be at, along each axis."""
        return self.kinds.shape[:-3]

    def reached(self, shape: tuple[int, ...]) -> Bools:
        """Return whether each point of a lattice of sums is enough."""
        scores = np.arange(shape[0])
        return scores >= self.must if self.must.size == 1 else scores[:, None] >= self.must[: shape[1]]


class Measures:
    """What is counted of a district in each year."""

    def __init__(self, scenario: Assumptions, villages: Villages) -> None:
        self._target, self._size = scenario.target, len(villages)
        self._years, self._waits = scenario.horizon, 2 if scenario.min_years else 1
        counts = villages.known.counts
        self._at_top = None if counts is None else int(counts[TOP])

    def of_year(self, t: int) -> dict[str, Measure]:
        """Return everything that is counted of a year, by name.

        ``rises``, ``falls``, ``top`` (at the start) and the levels (at the end) are kept apart number by number;
        ``saturated`` (whose "reached" is "not saturated") and the readings of the target by whether enough is reached.
        """
        start, wait, _ = np.indices((len(LEVELS), self._waits, len(LEVELS)))
        by_rising, anyhow = self._target.within_reach
        within_reach = by_rising[start] & (wait == 0) & (start < TOP) | anyhow[start]
        plain = {name: self._of_moves(score) for name, score in COUNTED.items()} | {"top": start == TOP}
        return {
            **{name: Measure.of(score, np.zeros(1, dtype=np.int64), self._size) for name, score in plain.items()},
            SATURATED: self._of_target(within_reach, self._target, t),
            **{key: self._judged(target, t) for key, target in self._target.readings().items()},
        }

    @cached_property
    def joint(self) -> list[Measure]:
        """What decides whether the target is met, for every year."""
        return [self._judged(self._target, t) for t in range(self._years)]

    def cost(self, shocks: YearShocks) -> int:
        """Return about how many multiplications all years take for one draw, the joint probability aside."""
        return sum(
            self._paths(shocks, t) * sum(cost(self._size, one.lattice, one.limits) for one in self.of_year(t).values())
            for t in range(self._years)
        )

    def joint_affordable(self, shocks: YearShocks) -> bool:
        """Return whether the probability of "every year" can be computed for D draws."""
        lattice = [n for measure in self.joint for n in measure.lattice]
        limits = [limit for measure in self.joint for limit in measure.limits]
        draws, nodes = shocks.weight.shape
        if 8 * nodes * prod(limit + 2 for limit in limits) > LATTICE_BYTES:
            return False
        spent = draws * self._paths(shocks, self._years - 1) * cost(self._size, lattice, limits)
        return bool(spent <= JOINT_COST)

    def _paths(self, shocks: YearShocks, t: int) -> int:
        return len(shocks.histories(t)) * int(shocks.weight.shape[1])

    def _of_moves(self, score: Ints) -> Ints:
        return np.repeat(score[:, None], self._waits, axis=1)

    def _judged(self, target: Target, t: int) -> Measure:
        return self._of_target(self._of_moves(target.score), target, t)

    def _of_target(self, score: Ints, target: Target, t: int) -> Measure:
        """Return the measure of scores over moves that says whether enough is reached for a target."""
        offset, counted = int(score.min() < 0), np.array([self._size])
        if target.denominator == "below_top":
            certain = t == 0 and self._at_top is not None
            counted = self._size - (np.array([self._at_top]) if certain else np.arange(self._size + 1))
        must = needed(target.share, counted) + offset * self._size
        return Measure.of(score + offset, must, int(must.max()))


class ClosedForm:
    """One district for some draws D.

    Attributes
    ----------
    group
        Shape (V,): the group of alike villages that each belongs to.
    """

    def __init__(self, scenario: Assumptions, starts: Sequence[YearStart], parameters: Parameters) -> None:
        self._shocks = YearShocks.of(parameters)
        columns = [column for year in starts for column in (year.status, year.rise_log_odds[0], year.fall_log_odds[0])]
        _, first, group, self._sizes = np.unique(
            np.concatenate(columns, axis=1), axis=0, return_index=True, return_inverse=True, return_counts=True
        )
        self.group: Ints = group.reshape(-1)
        examples = [year.of_villages(first) for year in starts]
        self.forward = Forward(examples, parameters, self._shocks, min(scenario.min_years, scenario.horizon))

    def year(self, t: int, measures: dict[str, Measure]) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Return the distribution of every number counted in year `t`, (number, D), and the chances, (D,)."""
        draws = self._shocks.weight.shape[0]
        sums = {name: np.zeros((m.limits[0] + 1, draws)) for name, m in measures.items() if m.must.size == 1}
        met, weight_in_all = {name: np.zeros(draws) for name in measures}, np.zeros(draws)
        for moves, weight in self._pieces([np.ones((1, 1, 1, 1), dtype=bool)] * t, CASES):
            weight_in_all += weight.sum(axis=(1, 2))
            for name, measure in measures.items():
                found = self._sum(moves, [measure], weight)
                met[name] += found[measure.reached(found.shape[:-1])].sum(axis=0)
                if name in sums:
                    sums[name][: len(found)] += found
        return (
            {name: found / weight_in_all for name, found in sums.items()},
            {name: np.clip(found / weight_in_all, 0.0, 1.0) for name, found in met.items()},
        )

    def years_met(self, measures: Sequence[Measure]) -> Floats:
        """Return the chance that the target is met in 0, 1 … Y years, shape (D, Y + 1).

        By summing, over villages, what each does in every year. A chain on level counts would serve
        exchangeable villages only and does not pay: there are far more level counts than cells here,
        since a year's sum need not be told apart beyond the number needed.
        """
        draws = self._shocks.weight.shape[0]
        result, weight_in_all = np.zeros((len(measures) + 1, draws)), np.zeros(draws)
        told_apart = [measure.kinds.reshape(-1, *measure.kinds.shape[-3:]) for measure in measures[:-1]]
        cells = prod(limit + 2 for measure in measures for limit in measure.limits)
        for moves, weight in self._pieces(told_apart, min(CASES, LATTICE_BYTES // (8 * cells))):
            weight_in_all += weight.sum(axis=(1, 2))
            found = self._sum(moves, measures, weight)
            years = _years_reached(measures, found.shape[:-1])
            for count in range(len(result)):
                result[count] += found[years == count].sum(axis=0)
        return np.asarray(np.clip(result / weight_in_all, 0.0, 1.0).T)

    def _pieces(self, told_apart: Sequence[Bools], cases: int) -> Iterator[tuple[Floats, Floats]]:
        """Yield the moves of the year after some histories, as in `Forward.moves_after`, and the weights of paths."""
        past, (draws, nodes) = self._shocks.histories(len(told_apart)), self._shocks.weight.shape
        size = max(1, cases // (nodes * draws))
        for start in range(0, len(past), size):
            some = past[start : start + size]
            yield self.forward.moves_after(some, told_apart), self._shocks.paths(some)

    def _sum(self, moves: Floats, measures: Sequence[Measure], weight: Floats) -> Floats:
        """Add up all villages and average over paths, shape (lattice of sums, D).

        Parameters
        ----------
        moves
            Shape (4, W, 4, O, G, D, H, N), as in `Forward.moves_after`.
        measures
            Of the last year; of the years before, too, where moves tell these apart.
        weight
            Shape (D, H, N).
        """
        kinds = measures[-1].kinds
        last = np.moveaxis(np.tensordot(kinds.astype(np.float64), moves, axes=3), kinds.ndim - 3, 0)
        lattice = [n for measure in measures for n in measure.lattice]
        by_group = np.moveaxis(last.reshape(*lattice, self._sizes.size, weight.size), -2, 0)
        parts = [Part(int(size), adds) for size, adds in zip(self._sizes, by_group, strict=True)]
        sums = total(parts, [limit for measure in measures for limit in measure.limits])
        return np.asarray((sums.reshape(*sums.shape[:-1], *weight.shape) * weight).sum(axis=(-2, -1)))


def _years_reached(measures: Sequence[Measure], shape: tuple[int, ...]) -> Ints:
    """Return in how many years each point of the joint lattice is enough."""
    years, axis = np.zeros(shape, dtype=np.int64), 0
    for measure in measures:
        own = len(measure.lattice)
        reached = measure.reached(shape[axis : axis + own])
        years += reached.reshape(reached.shape + (1,) * (len(shape) - axis - own))
        axis += own
    return years


def solve(scenario: Assumptions, villages: Villages, parameters: Parameters, seed: int) -> ExactResult:
    """Return the exact result of every year of one district, for all D draws, where `applicability` knows one."""
    draws, horizon, size = parameters.rise.shape[0], scenario.horizon, len(villages)
    measures, shocks = Measures(scenario, villages), YearShocks.of(parameters)
    jointly = measures.joint_affordable(shocks)
    result = _empty(scenario, size, draws, jointly)
    lasting = 61 if shared_sd(parameters, "village").any() else 1
    law = 8 * 32 * shocks.weight.shape[1] * lasting * horizon * size
    block = max(1, min(CASES // shocks.weight.shape[1], LAW_BYTES // law))
    for begin in range(0, draws, block):
        some = range(begin, min(begin + block, draws))
        starts = list(year_starts(scenario, villages, parameters, seed, some, in_order=True))
        form = ClosedForm(scenario, starts, parameters.take(slice(some.start, some.stop)))
        for t in range(horizon):
            sums, met = form.year(t, measures.of_year(t))
            for name, kept in (("rises", result.rises), ("falls", result.falls), ("top", result.top)):
                kept[t] += sums[name].sum(axis=-1) / draws
            result.levels[t] += np.stack([sums[level].sum(axis=-1) for level in LEVELS]) / draws
            for key, probabilities in result.readings.items():
                probabilities[some, t] = met[key]
            result.mean_rises[some, t] = np.arange(size + 1) @ sums["rises"]
            result.saturated[some, t] = 1 - met[SATURATED]
        if result.years_met is not None:
            result.years_met[some] = form.years_met(measures.joint)
        assisted = np.stack([year.assisted.mean(axis=-1).T for year in starts], axis=1)
        of_groups = (values[form.group] for values in form.forward.of_villages())
        for kept, mean in zip(
            (result.village_status, result.village_rises, result.village_risen, result.village_assisted),
            (*of_groups, assisted),
            strict=True,
        ):
            kept[:] += len(some) / draws * average_alike(exchangeable(villages), mean)
    result.assisted[:] = result.village_assisted.sum(axis=0)
    return result


def _empty(scenario: Assumptions, villages: int, draws: int, jointly: bool) -> ExactResult:
    years, interventions = scenario.horizon, len(scenario.interventions)
    return ExactResult(
        rises=np.zeros((years, villages + 1)),
        falls=np.zeros((years, villages + 1)),
        mean_rises=np.zeros((draws, years)),
        levels=np.zeros((years, len(LEVELS), villages + 1)),
        top=np.zeros((years, villages + 1)),
        readings={key: np.zeros((draws, years)) for key in scenario.target.readings()},
        saturated=np.zeros((draws, years)),
        years_met=np.zeros((draws, years + 1)) if jointly else None,
        assisted=np.zeros((years, interventions)),
        village_status=np.zeros((villages, years, len(LEVELS))),
        village_rises=np.zeros((villages, years)),
        village_risen=np.zeros((villages, years)),
        village_assisted=np.zeros((villages, years, interventions)),
    )
