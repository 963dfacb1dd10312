"""One year ahead, exactly: how many villages rise, fall, enter or stand at a level at the end of the year.

Given levels, parameters and assistance, villages are independent once the shocks of the year are given, so every
count is a sum over villages (Poisson-binomial). Within a kecamatan the sum is averaged over the kecamatan's shock,
kecamatan are joined by generating functions, and the result is averaged over the shock of the district and over
campaign years. What sets a village apart for good is averaged first, village by village: a village's move is linear
in its chance of rising. Peers are shares at the start of the year, so they cost nothing. Lots among villages are
averaged over like the shock of the district (`lots.py`), where that takes a few seconds at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..domain.arrays import Bools, Complex, Floats, Ints
from ..domain.distributions import normal_nodes
from ..domain.law import SharedBy, acting, left_to_chance
from ..domain.parameters import Parameters, transition_matrix
from ..domain.reporting import reporting_chance
from ..domain.scenario import Assumptions
from ..domain.status import LEVELS, TOP
from ..domain.target import Target, needed
from ..domain.transition import chance, factor, fall_chance, odds, odds_against
from ..domain.villages import Villages
from .conditional import gross_rises
from .lots import Lots
from .poisson_binomial import average_total, total_of_sorts
from .year_start import YearStart, sorts, statuses_settled

BLOCK_CASES = 4096
"""Draws × nodes that are handled side by side: their sums stay in cache."""
UNLIKELY = 1e-9
"""Nodes of the district's shock that weigh less in every draw of a block are left out."""
REACH = 4.6
"""How far shocks, and what sets a village apart, are followed, in sd; 6e-7 lies beyond."""
TOLERANCE = 5e-6
"""By how much an average over a shock may be wrong, at most."""
SMALL = 0.2
"""A shock of a kecamatan below this share of the narrowest step in what its villages do needs three nodes only."""
ROUNDING = 1e-14
"""Below which a chance is 0: it is told from 1 less all others."""
TINY = 1e-100
LARGEST_ODDS = 1e100
Rows = slice | tuple[Ints, Ints]
"""Villages, or those of each draw, of an array of shape (V, D)."""
A_SECOND = 4e8
"""Multiplications of sums over villages that an ordinary core does in a second."""
A_MINUTE = 60 * A_SECOND
COMPLEX = 2
"""What a multiplication costs at a node of the lots, where numbers are complex, but the shocks are done with."""
ON_LOTS = 2 * A_SECOND
"""Multiplications that an average over lots may take; beyond that they are drawn."""
A_YEAR = 50
"""Multiplications that take as long as arrays take to move one village by a year, about."""
MOST_YEARS = 3
"""For so many simulated years the exact chance of the first one may take the time."""
MOST_VILLAGES = 10_000
"""Of larger districts the first year is simulated: no kabupaten has a tenth of it."""
LOTS = 1000
"""Where parameters are fixed, so many ways are drawn in which unknown statuses lie, or a lot falls, at random."""


_FROM_TO: Ints = np.arange(len(LEVELS)) - np.arange(len(LEVELS))[:, None]
RISES = (_FROM_TO > 0).astype(np.int64)
"""Shape (4, 4): 1 where a village rises that goes from one level to another."""
FALLS = (_FROM_TO < 0).astype(np.int64)
_ENDS_AT = {name: np.tile(np.eye(len(LEVELS), dtype=np.int64)[s], (len(LEVELS), 1)) for s, name in enumerate(LEVELS)}
COUNTED = {"rises": RISES, "falls": FALLS, **_ENDS_AT}
"""What is counted of every year, by name: what a village adds that goes from one level to another."""
COUNTS = len(COUNTED) + 3
"""Numbers that are counted of a first year at most: these, and the readings of the target that are none of them."""


@dataclass(frozen=True, eq=False)
class ExactResult:
    """What is exact of one district: V villages, Y years, J interventions, D draws.

    Attributes
    ----------
    rises, falls
        Shape (Y, V + 1): how probable each number is, mean over draws.
    levels
        Shape (Y, 4, V + 1): likewise, villages per level at year end.
    top
        Shape (Y, V + 1): likewise, villages at the top at the start of the year.
    mean_rises
        Shape (D, Y): expected number of rises.
    readings
        Reading of the target -> probability that it is met, shape (D, Y); the scenario's own first.
    saturated
        Shape (D, Y).
    years_met
        Shape (D, Y + 1): how probable it is that the target is met in so many years; None where that
        would cost too much.
    assisted
        Shape (Y, J): mean number of villages assisted.
    lots_drawn
        In how many ways unknown statuses were placed, and lots drawn, at random; 0 where nothing was.
    village_status, village_rises, village_risen, village_assisted
        Shape (V, Y, 4), (V, Y), (V, Y), (V, Y, J): probabilities.
    """

    rises: Floats
    falls: Floats
    mean_rises: Floats
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
    lots_drawn: int = 0


def first_year(scenario: Assumptions, villages: Villages, parameters: Parameters, seed: int) -> ExactResult:
    """Return the exact result of the first year of one district, for all D draws.

    Where all parameters are fixed, D is 1 in the result, or `LOTS` where lots had to be drawn.
    """
    size = len(villages)
    parameters, start, lots_drawn = first_start(scenario, villages, parameters, seed, size, COUNTS)
    at_start = _levels(start)
    wanted = {name: Count(score, size) for name, score in COUNTED.items()}
    judged = {key: target_count(target, at_start) for key, target in scenario.target.readings().items()}
    own = {key: count for key, (count, _) in judged.items() if not (count.score == RISES).all()}
    year = OneYear(villages, parameters, start)
    sums, rise = _counts(scenario, year, {**wanted, **own}), year.rises()
    met = {key: chance_of_reaching(sums[key if key in own else "rises"], must) for key, (_, must) in judged.items()}
    sort = sorts(scenario, villages, parameters)
    status = average_alike(sort, year.levels(rise).mean(axis=2))
    rises = year.listed_rises(rise)
    rise_mean = average_alike(sort, rises.mean(axis=1))
    assisted = start.assisted.mean(axis=-1)
    return ExactResult(
        rises=sums["rises"].mean(axis=1)[None],
        falls=sums["falls"].mean(axis=1)[None],
        mean_rises=rises.sum(axis=0)[:, None],
        levels=np.stack([sums[level].mean(axis=1) for level in LEVELS])[None],
        top=np.bincount(at_start[:, TOP], minlength=size + 1)[None] / len(at_start),
        readings={key: chances[:, None] for key, chances in met.items()},
        saturated=_saturated(scenario.target, at_start)[:, None].astype(np.float64),
        years_met=np.stack([1 - met[scenario.target.key], met[scenario.target.key]], axis=1),
        assisted=assisted.sum(axis=1)[None],
        village_status=status[:, None],
        village_rises=rise_mean[:, None],
        village_risen=rise_mean[:, None],
        village_assisted=average_alike(sort, assisted.T)[:, None],
        lots_drawn=lots_drawn,
    )


def chance_of_meeting(scenario: Assumptions, villages: Villages, parameters: Parameters, seed: int) -> Floats:
    """Return the chance that the target is met in the first year, shape (D,); D as for `first_year`."""
    parameters, start, _ = first_start(scenario, villages, parameters, seed, _most(scenario, villages))
    return np.asarray(_chances(scenario, villages, parameters, start, [scenario.target])[0])


@dataclass(frozen=True, eq=False)
class FirstYear:
    """How likely the first year's target is in each draw, whatever its shocks.

    Attributes
    ----------
    chances
        Shape (2, D): of the readings of `gross_rises`.
    drawn
        Whether statuses were placed, or lots drawn, once for each draw.
    """

    chances: Floats
    drawn: bool


def first_year_beside(
    scenario: Assumptions, villages: Villages, parameters: Parameters, seed: int, trajectories: int
) -> FirstYear | None:
    """Return how likely the first year's target is, beside so many trajectories of it.

    None where it would take longer than these do in `MOST_YEARS`, of more than `MOST_VILLAGES`, and where parameters
    are fixed and chance decides where villages begin the year: trajectories then know more of these than one draw.
    """
    most, spent = _most(scenario, villages), MOST_YEARS * A_YEAR * len(villages) * trajectories
    once, draws = multiplications(villages, parameters, most), len(parameters.rise)
    if once > spent or len(villages) > MOST_VILLAGES:
        return None
    parameters, start, drawn = first_start(scenario, villages, parameters, seed, most, on_lots=min(spent, ON_LOTS))
    if scenario.fixed and drawn:
        return None
    chances = _chances(scenario, villages, parameters, start, gross_rises(scenario.target))
    return FirstYear(np.broadcast_to(chances, (2, draws)), drawn > 0)


def _chances(
    scenario: Assumptions, villages: Villages, parameters: Parameters, start: YearStart, targets: Sequence[Target]
) -> Floats:
    """Return the chance that each of some targets is met which count alike, shape (targets, D)."""
    judged = [target_count(target, _levels(start)) for target in targets]
    count = max((count for count, _ in judged), key=lambda count: count.limit)
    sums = _counts(scenario, OneYear(villages, parameters, start), {"met": count})["met"]
    return np.array([chance_of_reaching(sums, must) for _, must in judged])


def first_start(
    scenario: Assumptions,
    villages: Villages,
    parameters: Parameters,
    seed: int,
    limit: int,
    counts: int = 1,
    on_lots: float | None = None,
) -> tuple[Parameters, YearStart, int]:
    """Return where the first year begins, with the parameters of each of its draws, and how many lots were drawn.

    Lots stay open where so many counts with this limit can be averaged over them with `on_lots` multiplications, by
    default `ON_LOTS`. Elsewhere statuses are placed and lots drawn, once for each draw of the parameters, or `LOTS`
    times where these are fixed.
    """
    if scenario.fixed:
        parameters = parameters.take(np.zeros(1, dtype=np.int64))
    if statuses_settled(scenario, villages, parameters):
        once = COMPLEX * counts * multiplications(villages, parameters, limit)
        start = YearStart.by_lot(scenario, villages, parameters, seed, (ON_LOTS if on_lots is None else on_lots) / once)
        if start is not None:
            return parameters, start, 0
    if scenario.fixed:
        parameters = parameters.take(np.zeros(LOTS, dtype=np.int64))
    return parameters, YearStart.drawn(scenario, villages, parameters, seed), len(parameters.rise)


def _counts(scenario: Assumptions, year: OneYear, wanted: Mapping[str, Count]) -> dict[str, Floats]:
    """Return what `OneYear.counts` does; draws that differ by their lots alone are summed once if they begin alike."""
    if not scenario.fixed:
        return year.counts(wanted)
    some, sort = year.start.distinct(year.villages)
    return {name: found[:, sort] for name, found in year.take(some).counts(wanted).items()}


def _levels(start: YearStart) -> Ints:
    """Return how many villages the list shows at each level, shape (D, 4)."""
    return np.stack([(start.listed == level).sum(axis=0) for level in range(len(LEVELS))], axis=1)


def first_year_cost(scenario: Assumptions, parameters: Parameters) -> int:
    """Return about how many multiplications `chance_of_meeting` takes for the first district, lots aside."""
    return multiplications(scenario.districts[0], parameters, _most(scenario, scenario.districts[0]))


def _most(scenario: Assumptions, villages: Villages) -> int:
    """Return the largest sum that must be told apart to judge the target."""
    target = scenario.target
    return int(needed(target.share, len(villages))) + len(villages) * target.net_of_falls


def multiplications(villages: Villages, parameters: Parameters, limit: int) -> int:
    """Return about how many multiplications one count takes of which no more than `limit` is told apart."""
    sizes = np.minimum(villages.subdistrict_sizes, limit + 1)
    within = int((villages.subdistrict_sizes * sizes).sum())
    between = int((np.minimum(np.cumsum(villages.subdistrict_sizes), limit + 1) * sizes).sum())
    parameters = left_to_chance(villages, parameters)
    points, nodes = _points(parameters, villages, limit)[0], _nodes(parameters, villages, limit)
    lasting = len(villages) * _lasting_nodes(shared_sd(parameters, "village"))[1].size
    averaged = nodes * int(sizes.sum()) if points.max() > 1 else 0
    return int((points * (within + lasting + averaged) + nodes * between).sum())


def target_count(target: Target, at_start: Ints) -> tuple[Count, Ints]:
    """Return what is counted for a target, and how much must be reached in each draw, (D,), from levels (D, 4)."""
    score, villages = target.score, int(at_start[0].sum())
    offset = -min(0, int(score.min()))
    counted = at_start[:, :TOP].sum(axis=1) if target.denominator == "below_top" else at_start.sum(axis=1)
    must = needed(target.share, counted) + offset * villages
    return Count(score + offset, int(must.max())), must


def chance_of_reaching(sums: Floats, must: Ints) -> Floats:
    """Return how probable it is that a count (n + 1, D) is at least `must` (D,), shape (D,)."""
    enough = np.arange(len(sums))[:, None] >= must
    return np.asarray(np.clip((sums * enough).sum(axis=0), 0.0, 1.0))


def _saturated(target: Target, at_start: Ints) -> Bools:
    """Return whether too few villages can move for the target to be within reach, shape (D,)."""
    by_rising, anyhow = target.within_reach
    counted = at_start[:, :TOP].sum(axis=1) if target.denominator == "below_top" else at_start.sum(axis=1)
    return np.asarray(at_start[:, by_rising | anyhow].sum(axis=1) < needed(target.share, counted))


def average_alike(sort: Ints, values: Floats) -> Floats:
    """Average (V, …) over the villages of each sort: each stands for all of them."""
    result = np.empty_like(values)
    for one in np.unique(sort):
        result[sort == one] = values[sort == one].mean(axis=0)
    return result


@dataclass(frozen=True, eq=False)
class Count:
    """A number that villages add up to.

    Attributes
    ----------
    score
        Shape (4, 4), each 0, 1 or 2: what a village adds that goes from one level to another.
    limit
        The largest sum that is told apart; it stands for larger ones too.
    """

    score: Ints
    limit: int


class OneYear:
    """The year ahead of one district, V villages in K kecamatan, for D draws.

    Parameters
    ----------
    villages, parameters, start
        The district; D draws; where the year begins.
    shocks
        Shape (K, D): what the shocks of the year add to the log odds of rising in each kecamatan, where they are
        held as given; None to average over them.
    """

    def __init__(
        self, villages: Villages, parameters: Parameters, start: YearStart, shocks: Floats | None = None
    ) -> None:
        self.villages, self.start = villages, start
        self._parameters, self._given = left_to_chance(villages, parameters), shocks

    def take(self, draws: Ints) -> OneYear:
        """Return some of the draws."""
        given = None if self._given is None else self._given[:, draws]
        return OneYear(self.villages, self._parameters.take(draws), self.start.take(draws), given)

    def listed_rises(self, rise: Floats) -> Floats:
        """Return the chance that the list shows each village rise, shape (V, D), from the rises of `counts`."""
        moves = _Moves(self._parameters, self.start)
        return Lots(self.start.wins).average([moves.listed_rises(one, way=way) for way, one in enumerate(rise)])

    def levels(self, rise: Floats) -> Floats:
        """Return the chance that the list ends the year with each village at each level, (V, 4, D), likewise."""
        moves, lots = _Moves(self._parameters, self.start), Lots(self.start.wins)
        ends_at = [np.broadcast_to(np.arange(len(LEVELS)) == level, (len(LEVELS),) * 2) for level in range(len(LEVELS))]
        by_way = [[moves.probability(one, inside, way=way) for way, one in enumerate(rise)] for inside in ends_at]
        return np.stack([lots.average(ways) for ways in by_way], axis=1)

    def rises(self) -> Floats:
        """Return the chance of rising, (2^L, V, D): of each village, for each way to fare in the L lots."""
        rise = np.zeros(self.start.rise_log_odds.shape)
        for block in self.blocks(1):
            for way, k in np.ndindex(len(rise), len(block.members)):
                rise[way][block.members[k], block.draws] = block.mean(block.chances(k, way))
        return rise

    def counts(self, wanted: Mapping[str, Count]) -> dict[str, Floats]:
        """Return the distribution of every count, shape (limit + 1, D)."""
        draws = self.start.status.shape[1]
        result = {name: np.zeros((count.limit + 1, draws)) for name, count in wanted.items()}
        for block in self.blocks(max(count.limit for count in wanted.values())):
            for name, found in block.counts(wanted).items():
                result[name][: len(found), block.draws] = found
        return result

    def blocks(self, most: int) -> Iterator[YearBlock]:
        """Yield the draws in blocks of similar shocks, for sums of which no more than `most` is told apart."""
        p, draws = self._parameters, self.start.status.shape[1]
        if self._given is not None:
            for begin in range(0, draws, BLOCK_CASES):
                some = np.arange(begin, min(begin + BLOCK_CASES, draws))
                yield YearBlock(self.villages, p.take(some), self.start.take(some), some, most, self._given[:, some])
            return
        step = _year_steps(shared_sd(p, "district"), most, len(self.villages))
        points, three = _points(p, self.villages, most)
        for alike in (np.flatnonzero(three), np.flatnonzero(~three)):
            left = alike[np.lexsort((points[alike], step[alike]))]
            while left.size:
                cases = np.maximum.accumulate(points[left]) * np.arange(1, left.size + 1)
                size = max(1, int(np.searchsorted(cases, BLOCK_CASES)))
                some, left = left[:size], left[size:]
                yield YearBlock(self.villages, p.take(some), self.start.take(some), some, most)


class YearBlock:
    """Some draws D of a year ahead.

    What a kecamatan does depends on one number, the sum x of the shocks of the district, of a campaign and of its
    own: it is computed at M values of x and then averaged over the kecamatan's shock for each of N nodes of the
    district's. Where L lots are open, that is done at each of their A nodes.

    Attributes
    ----------
    draws
        Shape (D,): which.
    weight
        Shape (D, N): of the district's nodes, summing to 1.
    """

    def __init__(
        self,
        villages: Villages,
        parameters: Parameters,
        start: YearStart,
        draws: Ints,
        most: int,
        given: Floats | None = None,
    ) -> None:
        p = parameters
        self.villages, self.start, self.draws = villages, start, draws
        self.moves = _Moves(p, start)
        self._given = None if given is None else factor(given)
        self._odds = odds(p.rise)
        self._lasting = _lasting_nodes(shared_sd(p, "village"))
        self._kernel: Floats | None = None
        if given is not None:
            self.weight = np.ones((draws.size, 1))
            return
        sd = shared_sd(p, "district")
        normal = (np.zeros(1), np.ones(1))
        if sd.any():
            normal = normal_nodes(REACH, float(_year_steps(sd, most, len(villages)).min()))
        district, self.weight = district_nodes(p, *normal, UNLIKELY)
        points = district
        if shared_sd(p, "subdistrict").any():
            points, self._kernel = _subdistrict_points(p, villages, most, district)
        self._factor = factor(points)

    @cached_property
    def members(self) -> list[slice]:
        """Rows of the villages of each kecamatan."""
        ends = np.cumsum(self.villages.subdistrict_sizes)
        return [slice(int(a), int(b)) for a, b in zip(ends - self.villages.subdistrict_sizes, ends, strict=True)]

    def rise(self, k: int, rows: Ints, way: int) -> Floats:
        """Return the chance of rising of C villages of a kecamatan, shape (C, D, M); `rows` has shape (C, D)."""
        draw = np.arange(self.draws.size)
        own = self._odds[draw, self.start.status[rows, draw]] * factor(self.start.rise_log_odds[way][rows, draw])
        shock = self._factor if self._given is None else self._given[k][:, None]
        result = np.zeros((*own.shape, shock.shape[1]))
        some = own > 0
        of_draw = np.nonzero(some)[1]
        result[some] = self._average(own[some][:, None] * shock[of_draw], of_draw)
        return result

    def alike(self, k: int) -> tuple[Ints, Ints]:
        """Return one village of each sort of a kecamatan, its row, (C, D), and the sort of each village, (villages, D).

        In each draw, villages of a sort are alike in all that a year begins with.
        """
        rows, start = self.members[k], self.start
        columns = [column[rows] for column in (*start.wins, *start.fall_log_odds, *start.rise_log_odds)]
        columns = [column for column in columns if (column != column[0]).any()] + [
            start.listed[rows],
            start.status[rows],
        ]
        order = np.lexsort(columns, axis=0)
        differs = np.zeros((len(order) - 1, len(self.draws)), dtype=bool)
        for column in columns:
            differs |= np.diff(np.take_along_axis(column, order, axis=0), axis=0) != 0
        sort = np.concatenate([np.zeros((1, self.draws.size), dtype=np.int64), np.cumsum(differs, axis=0)])
        sort_of = np.empty_like(sort)
        np.put_along_axis(sort_of, order, sort, axis=0)
        first = np.array([np.argmax(sort_of == number, axis=0) for number in range(int(sort.max()) + 1)])
        return rows.start + first, sort_of

    def chances(self, k: int, way: int = 0) -> Floats:
        """Return the chances of rising of the villages of a kecamatan, (villages, D, M), for a way of the lots."""
        first, sort_of = self.alike(k)
        return self.rise(k, first, way)[sort_of, np.arange(self.draws.size)]

    def average(self, values: Floats) -> Floats:
        """Average (…, D, M) over the shock of the kecamatan, shape (…, D, N)."""
        if self._kernel is None:
            return values
        by_draw = np.moveaxis(values.reshape(-1, *values.shape[-2:]), 1, 0) @ self._kernel
        return np.moveaxis(by_draw, 0, 1).reshape(*values.shape[:-2], *self.weight.shape)

    def mean(self, values: Floats) -> Floats:
        """Average (…, D, M) over all shocks, shape (…, D)."""
        weight = self.weight if self._kernel is None else (self._kernel @ self.weight[:, :, None])[:, :, 0]
        return np.asarray((values * weight).sum(axis=-1))

    def adds(self, rows: Rows, rise: Floats, count: Count, way: int = 0) -> Floats:
        """Return the chance that each of some villages adds 0, 1 … to a count, shape (villages, most + 1, D, M).

        `rows` picks the villages, or those of each draw, from arrays of shape (V, D).
        """
        more = range(1, int(count.score.max()) + 1)
        some = np.stack([self.moves.probability(rise, count.score == n, rows, way) for n in more], axis=1)
        every = np.concatenate([1 - some.sum(axis=1, keepdims=True), some], axis=1)
        return np.asarray(np.maximum(every, 0.0, out=every))

    def counts(self, wanted: Mapping[str, Count]) -> dict[str, Floats]:
        """Return the distribution of every count, shape (limit + 1, D)."""
        lots = Lots(self.start.wins)
        alike = [self.alike(k) for k in range(len(self.members))]
        rises = [[self.rise(k, first, way) for way in range(lots.ways)] for k, (first, _) in enumerate(alike)]
        adds = {
            name: [self._adds(first, rise, count) for (first, _), rise in zip(alike, rises, strict=True)]
            for name, count in wanted.items()
        }
        angles, lots_weight = lots.nodes()
        found = {name: np.zeros((count.limit + 1, self.draws.size)) for name, count in wanted.items()}
        step = max(1, BLOCK_CASES // int(np.prod(next(iter(adds.values()))[0].shape[3:])))
        for some in (slice(begin, begin + step) for begin in range(0, len(angles), step)):
            shares, weight = lots.shares(angles[some]), self.weight[:, None] * lots_weight[some].T[:, :, None]
            for name, count in wanted.items():
                parts = [self._within(*one, ways, count, shares) for one, ways in zip(alike, adds[name], strict=True)]
                total = average_total(parts, weight.reshape(len(weight), -1), count.limit)
                found[name][: len(total)] += total
        for sums in found.values():
            sums[-1] = 1 - sums[:-1].sum(axis=0)
        return {name: np.where(sums > ROUNDING, sums, 0.0) for name, sums in found.items()}

    def _adds(self, first: Ints, rises: Sequence[Floats], count: Count) -> Floats:
        """Return what the sorts of a kecamatan add in each way to fare, (2^L, C, most + 1, D, M), from their rises."""
        rows = (first, np.arange(self.draws.size))
        return np.stack([self.adds(rows, rise, count, way) for way, rise in enumerate(rises)])

    def _within(self, first: Ints, sort_of: Ints, ways: Floats, count: Count, shares: Floats | Complex) -> Floats:
        """Return how probable small sums are in a kecamatan given the district's shock, (n, D, A · N), complex by lot.

        Parameters
        ----------
        first, sort_of, ways
            From `alike` and `_adds`.
        shares
            From `Lots.shares`, for A nodes of the lots.
        """
        adds = ways[0][:, :, :, None]
        if len(ways) > 1:
            share = np.moveaxis(shares[:, :, first, np.arange(self.draws.size)], (0, 1), (2, 3))
            by_draw = np.moveaxis(ways, (0, 2), (2, 3)).reshape(*share.shape[:2], len(ways), -1)
            mixed = (share @ by_draw).reshape(*share.shape[:3], ways.shape[2], -1)
            adds = np.moveaxis(mixed, 3, 1)
        averaged = self.average(total_of_sorts(adds, sort_of, count.limit).swapaxes(1, 2)).swapaxes(1, 2)
        return averaged.reshape(len(averaged), self.draws.size, -1)

    def _average(self, typical: Floats, draw: Ints) -> Floats:
        """Return the chance of rising from odds (C, M), averaged over what sets a village of a draw apart for good.

        Two villages apart by ±τb have together the chance 1 + (O² − 1) / (1 + 2 cosh(τb) O + O²).
        """
        apart, weight = self._lasting
        if weight.size == 0:
            return chance(typical)
        typical = np.minimum(typical, LARGEST_ODDS)
        square = typical * typical
        result = np.zeros(typical.shape)
        for twice, share in zip(apart.T, weight, strict=True):
            pair = twice[draw, None] * typical
            pair += square
            pair += 1
            result += np.divide(share, pair, out=pair)
        result *= square - 1
        result += weight.sum()
        typical /= 1 + typical
        typical *= 1 - 2 * weight.sum()
        result += typical
        return np.clip(result, 0.0, 1.0, out=result)


class _Moves:
    """Where villages end the year that rise, and that do not: linear in the chance of rising."""

    def __init__(self, parameters: Parameters, start: YearStart) -> None:
        p = parameters
        self._status, self._listed = start.status.astype(np.int64), start.listed.astype(np.int64)
        self._yearly = reporting_chance(p)
        self._fall = fall_chance(
            odds_against(p.fall)[np.arange(p.fall.shape[0]), self._status], factor(-start.fall_log_odds)
        )
        self._up, self._down = (
            transition_matrix(np.full_like(p.rise, up), np.full_like(p.fall, 1 - up), p.rise_reaches, p.fall_reaches)
            for up in (1.0, 0.0)
        )

    def listed_rises(self, rise: Floats, rows: Rows = slice(None), way: int = 0) -> Floats:
        """Return the chance that the list shows villages rise, from that of their rising."""
        return rise if self._yearly is None else self.probability(rise, RISES == 1, rows, way)

    def probability(self, rise: Floats, inside: Bools, rows: Rows = slice(None), way: int = 0) -> Floats:
        """Return the chance that the list shows one of the moves `inside` (4, 4), from the villages' chances of rising.

        `rise` has shape (villages, D, …), one for each of `rows`; `way` is how they fare in the lots.
        """
        status, listed, fall = self._status[rows], self._listed[rows], self._fall[way][rows]
        draw = np.arange(status.shape[1])
        up, down = ((move[:, :, None] * inside).sum(axis=-1)[draw, status, listed] for move in (self._up, self._down))
        otherwise = fall * down + (1 - fall) * inside[listed, status]
        if self._yearly is not None:
            as_before = (1 - self._yearly) * inside[listed, listed]
            up, otherwise = (self._yearly * each + as_before for each in (up, otherwise))
        along = (..., *(None,) * (rise.ndim - 2))
        return np.asarray(rise * (up - otherwise)[along] + otherwise[along])


def shared_sd(parameters: Parameters, shared_by: SharedBy) -> Floats:
    """Return the sd of all normal luck that is shared by some villages, shape (D,)."""
    variance = np.zeros(parameters.rise.shape[0])
    for term in acting(parameters):
        if (luck := term.luck) is not None and term.coin is None and luck.shared_by == shared_by:
            variance += term.coefficient(parameters) ** 2
    return np.sqrt(variance)


def coins(parameters: Parameters) -> list[tuple[Floats, Floats]]:
    """Return chance and log odds, (D,) each, of what happens to a whole district or not: campaigns."""
    return [
        (parameters.scales[term.coin], term.coefficient(parameters))
        for term in acting(parameters)
        if term.coin is not None
    ]


def _lasting_nodes(village_sd: Floats) -> tuple[Floats, Floats]:
    """Return 2 cosh(τ b) for the positive nodes b, shape (D, b), and their weights; none where villages are alike."""
    widest = float(village_sd.max(initial=0.0))
    if widest == 0:
        return np.zeros((village_sd.size, 0)), np.zeros(0)
    nodes, weight = normal_nodes(REACH, float(_step(np.array(widest), 1, 1)))
    positive = nodes > 0
    return 2 * np.cosh(village_sd[:, None] * nodes[positive]), weight[positive]


def _step(sd: Floats, most: int, villages: int) -> Floats:
    """Return the step at which what villages do is averaged over a shock of N(0, sd²), in sd.

    The trapezoidal rule errs by what the integrand has at the frequency 2π / step. That at least m of n alike villages
    rise is, as a function of the shock, the distribution function of the logit of a Beta(m, n − m + 1) number, whose
    characteristic function is |Γ(m + it) Γ(n − m + 1 + it)| / Γ(m) Γ(n − m + 1); the density of the shock adds the
    frequencies of a normal. It is sharpest for m = n / 2; villages that differ make it blunter.

    Parameters
    ----------
    most
        The largest number m that is told apart.
    """
    m = min(max(most, 1), (villages + 1) // 2)
    t = np.geomspace(1.0, 20 + 5 * np.sqrt(villages), 100)
    height = _log_gamma_ratio(m, t) + _log_gamma_ratio(villages - m + 1, t) - np.log(t)
    highest = t[np.argmax(height < np.log(TOLERANCE))]
    return np.asarray(2 * np.pi / np.sqrt((highest * sd) ** 2 - 2 * np.log(TOLERANCE)))


def _log_gamma_ratio(m: int, t: Floats) -> Floats:
    """Return log |Γ(m + it) / Γ(m)| for a whole number m: π t / sinh(π t) times (1 + t² / j²) for each j below it."""
    log_sinh = np.pi * t + np.log1p(-np.exp(-2 * np.pi * t)) - np.log(2)
    product = np.log1p((t / np.arange(1, m)[:, None]) ** 2).sum(axis=0)
    return np.asarray((np.log(np.pi * t) - log_sinh + product) / 2)


def _year_steps(year_sd: Floats, most: int, villages: int) -> Floats:
    """Return the step of the district's nodes for each draw, shape (D,), in sd: a power of √2."""
    return np.asarray(2.0 ** (np.floor(2 * np.log2(_step(year_sd, most, villages))) / 2))


def district_nodes(parameters: Parameters, z: Floats, weight: Floats, unlikely: float = 0.0) -> tuple[Floats, Floats]:
    """Return what the district's luck of a year adds up to at its nodes, and their weights, each (D, N).

    Parameters
    ----------
    z, weight
        Nodes and weights of a standard normal.
    unlikely
        Nodes that weigh no more than this in any draw are left out.
    """
    sd = shared_sd(parameters, "district")
    nodes, weights = sd[:, None] * z, np.broadcast_to(weight, (sd.size, weight.size))
    for probability, log_odds in coins(parameters):
        happens = np.where(log_odds == 0, 0.0, probability)[:, None]
        nodes = np.concatenate([nodes, nodes + log_odds[:, None]], axis=1)
        weights = np.concatenate([(1 - happens) * weights, happens * weights], axis=1)
    likely = (weights > unlikely).any(axis=0)
    return nodes[:, likely], weights[:, likely] / weights[:, likely].sum(axis=1, keepdims=True)


def _nodes(parameters: Parameters, villages: Villages, most: int) -> Floats:
    """Return at about how many nodes of the district's luck it is summed up, shape (D,)."""
    year = shared_sd(parameters, "district")
    nodes = np.where(year > 0, 2 * REACH / _year_steps(year, most, len(villages)) + 1, 1.0)
    for probability, _ in coins(parameters):
        nodes = nodes * (1 + (probability > 0))
    return nodes


def _points(parameters: Parameters, villages: Villages, most: int) -> tuple[Ints, Bools]:
    """Return at about how many values of x a kecamatan is computed, and whether three for each node do, (D,) each.

    They do where the shock of a kecamatan is small beside the step in what its villages do, of width 1 / √(npq).
    """
    local, nodes = shared_sd(parameters, "subdistrict"), _nodes(parameters, villages, most)
    within = 2 * REACH * np.hypot(shared_sd(parameters, "district"), local)
    for probability, log_odds in coins(parameters):
        within = within + np.abs(log_odds) * (probability > 0)
    size = int(villages.subdistrict_sizes.max())
    m = min(max(most, 1), (size + 1) // 2)
    small = local * np.sqrt(m * (1 - m / (size + 1))) < SMALL
    on_grid = within / np.maximum(_subdistrict_step(local, villages, most), TINY)
    three = small & (3 * nodes <= on_grid)
    return np.where(local == 0, nodes, np.where(three, 3 * nodes, on_grid)).astype(np.int64) + 1, three


def _subdistrict_step(subdistrict_sd: Floats, villages: Villages, most: int) -> Floats:
    """Return the step of x, on the log-odds scale, for each draw; 0 where kecamatan have no shock."""
    return np.asarray(subdistrict_sd * _step(subdistrict_sd, most, int(villages.subdistrict_sizes.max())))


def _subdistrict_points(
    parameters: Parameters, villages: Villages, most: int, district: Floats
) -> tuple[Floats, Floats]:
    """Return the values of x, (D, M), and their weights given each node of the district's shock, (D, M, N).

    The average over a kecamatan's shock is the trapezoidal rule on one grid of x for all nodes of the district.
    Where a kecamatan's shock is nil or small, x is taken at three Gauss–Hermite nodes about each of the district's.
    """
    sd = shared_sd(parameters, "subdistrict")
    if _points(parameters, villages, most)[1].all():
        apart = np.sqrt(3) * sd[:, None]
        points = np.concatenate([district - apart, district, district + apart], axis=1)
        each = np.eye(district.shape[1])
        return points, np.broadcast_to(np.concatenate([each / 6, each * 2 / 3, each / 6]), (*points.shape, len(each)))
    step = _subdistrict_step(sd, villages, most)[:, None]
    year = shared_sd(parameters, "district")
    beyond = REACH * (np.hypot(year, sd) - year)
    low, high = district.min(axis=1) - beyond, district.max(axis=1) + beyond
    number = int(np.ceil(((high - low) / step[:, 0]).max()))
    points = low[:, None] + step * np.arange(number + 1)
    kernel = np.exp(-(((points[:, :, None] - district[:, None, :]) / sd[:, None, None]) ** 2) / 2)
    return points, kernel / kernel.sum(axis=1, keepdims=True)
