"""The loops of the compiled engine: block by block of trajectories, side by side in the lanes of a processor.

A block is small enough for the fastest memory; all years of a kecamatan pass at once, and random words are drawn where
they are used. Every expression is written as in `domain/transition.py`, `domain/elementary.py` and
`domain/randomness.py`: the same operations in the same order, so that no bit differs. Numba has no types to check.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numba.core.compiler import Compiler
from numpy.typing import NDArray

from ..domain.arrays import Floats, Statuses, Words
from ..domain.elementary import (
    EXP_STEPS,
    FIRST_PIECE,
    MANTISSA_BITS,
    ONE,
    PIECE_BITS,
    SHIFT,
    STEP,
    STEP_BITS,
    STEPS_A_UNIT,
)
from ..domain.randomness import WORDS
from ..domain.status import TOP
from ..domain.transition import LARGEST_LOG_ODDS, LARGEST_ODDS
from .effort import BLOCK
from .outcome import Counts

LANES = BLOCK
QUARTER = LANES // WORDS


class _Apart(Compiler):
    """The compiler of Numba, told that no arrays of a function overlap: else it cannot work on lanes together."""

    def define_pipelines(self) -> Any:
        self.state.flags.noalias = True
        return super().define_pipelines()


def _can_be_kept() -> bool:
    """Return whether Numba can keep compiled code: neither this folder nor the user's need be writable."""
    try:
        njit(cache=True)(_can_be_kept)
    except RuntimeError:
        return False
    return True


_KEPT = _can_be_kept()
_conducting = njit(cache=_KEPT, nogil=True, error_model="numpy")
_compiled = njit(cache=_KEPT, nogil=True, error_model="numpy", pipeline_class=_Apart)
_inlined = njit(cache=_KEPT, nogil=True, error_model="numpy", inline="always")

_N, _Q = np.uint64(LANES), np.uint64(QUARTER)

# Where the rows of a block begin in its table of floats, `LANES` numbers each; the first holds the uniforms.
_ODDS, _FALL, _EFFECT, _PROTECTION, _REPORTING, _CHANCE = np.arange(1, 7, dtype=np.uint64) * _N
_BASE, _RISE, _FALLS_AT, _REACHES = np.array([7, 10, 13, 17], dtype=np.uint64) * _N
_LUCK = 23
# Where the counts of a year begin in a block's table of them.
_RISES, _DROPS, _ENTRIES, _MAY_RISE, _AT_LEVEL = np.array([0, 1, 2, 3, 6], dtype=np.uint64) * _N
_COUNTS = 10
_ROOM = 24
"""Of uniforms between two neighbouring ones of a grid as fine as there are villages: one on average."""

_FRACTION = (1 << SHIFT) - 1

_MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


class Lanes(NamedTuple):
    """What a block of trajectories works with: of each lane its trajectory and draw, and rows of `LANES` numbers.

    Attributes
    ----------
    at, of_draw, live
        Trajectory, place of its draw, and whether it is one that is asked for.
    replicates, draws
        Shape (QUARTER,): address of each Philox block.
    table, counts
        Rows of floats and of counts, whose places have names above.
    level, shown, rose, since
        A row for each village of a kecamatan: level, level on the list, whether it rose, year of the last change.
    old, wait
        A row for the village whose turn it is: level before, whether it may not rise.
    stand, on_list
        Four rows: villages of the kecamatan at each level, and on the list.
    exact
        A row for each year and number: the chance that exactly so many villages rise.
    """

    at: Words
    of_draw: Words
    live: Statuses
    replicates: Words
    draws: Words
    table: Floats
    counts: NDArray[np.int16]
    level: Statuses
    shown: Statuses
    rose: Statuses
    since: Counts
    old: Statuses
    wait: Statuses
    stand: NDArray[np.int16]
    on_list: NDArray[np.int16]
    exact: Floats


class Rows(NamedTuple):
    """Where the rows of luck and of villages begin in the table of floats."""

    lasting: np.uint64
    yearly: np.uint64
    shared: np.uint64
    shared_in: np.uint64
    factors: np.uint64
    villages: np.uint64


@_conducting
def advance(law, grid, standing, tally, first, last, first_year):
    """Let the years number `first` to `last` − 1 pass, block by block and kecamatan by kecamatan."""
    rows = _rows(law)
    numbers = tally.fewer.shape[1]
    lanes = _lanes(law, rows, last - first, numbers)
    for start in range(0, grid.draw.size, QUARTER):
        number = _aim(lanes.at, lanes.of_draw, lanes.live, lanes.replicates, lanes.draws, grid, start)
        if number == 0:
            continue
        dense = number == LANES and grid.column.size == grid.of_draw.size
        _begin(lanes, rows, law, first, last, dense)
        _expect_none(lanes.exact, numbers)
        for k in range(law.starts.size - 1):
            members = law.order[law.starts[k] : law.starts[k + 1]]
            _enter(lanes, rows, law, standing, members, first_year + first, dense)
            _last(lanes, rows, law, members)
            _luck_of_years(lanes, rows, law, k, first, last)
            if first == 0:
                _add_levels(lanes.counts, np.uint64(0), lanes.on_list)
            _pass(lanes, rows, law, tally, k, first, last, first_year, number, dense)
            _leave(lanes, standing, members, dense)
        _tell_fewer(lanes, tally.fewer, first, last, dense)
        _tell(
            lanes.counts,
            first,
            last,
            lanes.at,
            lanes.live,
            tally.levels,
            tally.can_rise,
            tally.rises,
            tally.falls,
            tally.entries,
        )


@_conducting
def _rows(law):
    lasting = np.uint64(_LUCK) * _N
    yearly = lasting + np.uint64(2 * law.lasting.coefficient.shape[0]) * _N
    shared = yearly + np.uint64(2 * law.yearly.coefficient.shape[0]) * _N
    shared_in = shared + np.uint64(law.lasting.keys.shape[0]) * _N
    years = law.size_row.shape[0]
    factors = shared_in + np.uint64(law.yearly.keys.shape[0] * years) * _N
    return Rows(lasting, yearly, shared, shared_in, factors, factors + np.uint64(years) * _N)


@_conducting
def _aligned(size):
    """Return ones that begin where a line of the cache does."""
    room = np.ones(size + np.uint64(8))
    begin = np.uint64(-room.ctypes.data % 64 // 8)
    return room[begin : begin + size]


@_conducting
def _lanes(law, rows, years, numbers):
    largest = 1
    for k in range(law.starts.size - 1):
        largest = max(largest, law.starts[k + 1] - law.starts[k])
    waits, reports = law.min_years > 0 or law.joins.any(), law.reporting.size > 0
    level, stand = np.zeros(largest * LANES, np.int8), np.zeros(4 * LANES, np.int16)
    return Lanes(
        np.zeros(LANES, np.uint64),
        np.zeros(LANES, np.uint64),
        np.zeros(LANES, np.int8),
        np.zeros(QUARTER, np.uint64),
        np.zeros(QUARTER, np.uint64),
        _aligned(rows.villages + np.uint64(largest) * _N),
        np.zeros((years + 1) * _COUNTS * LANES, np.int16),
        level,
        np.zeros(largest * LANES, np.int8) if reports else level,
        np.zeros(largest * LANES, np.int8),
        np.zeros(largest * LANES if waits else 0, np.int32),
        np.zeros(LANES, np.int8),
        np.zeros(LANES, np.int8),
        stand,
        np.zeros(4 * LANES, np.int16) if reports else stand,
        np.zeros(years * numbers * LANES),
    )


@_conducting
def _aim(at, of_draw, live, replicates, draws, grid, start):
    """Point the lanes at the trajectories of some Philox blocks; return how many are asked for."""
    blocks, number = grid.draw.size, 0
    for q in range(QUARTER):
        block = min(start + q, blocks - 1)
        replicates[q], draws[q] = grid.replicate[block], grid.draw[block]
        for word in range(WORDS):
            j, found = word * QUARTER + q, grid.column[word * blocks + block]
            live[j] = start + q < blocks and found >= 0
            at[j] = max(found, 0)
            of_draw[j] = grid.of_draw[at[j]]
            number += live[j]
    return number


@_conducting
def _begin(lanes, rows, law, first, last, dense):
    """Load what all villages of a block have in common."""
    table, at = lanes.table, lanes.at
    lanes.counts[:] = 0
    for s in range(TOP):
        _load(table, _BASE + np.uint64(s) * _N, law.base_odds[s], at, dense)
    for s in range(4):
        _load(table, _FALLS_AT + np.uint64(s) * _N, law.fall[s], at, dense)
    for i, (old_level, new_level) in enumerate(((0, 2), (0, 3), (1, 3))):
        _load(table, _REACHES + np.uint64(i) * _N, law.rise_reaches[old_level, new_level], at, dense)
    for i, (old_level, new_level) in enumerate(((3, 1), (3, 0), (2, 0))):
        _load(table, _REACHES + np.uint64(3 + i) * _N, law.fall_reaches[old_level, new_level], at, dense)
    if law.reporting.size:
        _load(table, _REPORTING, law.reporting, at, dense)
    _weigh(lanes, rows.lasting, law.lasting)
    _weigh(lanes, rows.yearly, law.yearly)
    _share(lanes, rows.shared, rows.lasting, law.lasting, 0, 1, law.elementary)
    _share(lanes, rows.shared_in, rows.yearly, law.yearly, first, last, law.elementary)


@_conducting
def _enter(lanes, rows, law, standing, members, year, dense):
    """Load the villages of a kecamatan as they stand at the start of a year."""
    reports = law.reporting.size > 0
    lanes.stand[:] = 0
    lanes.on_list[:] = 0
    for i in range(members.size):
        v, o = members[i], np.uint64(i) * _N
        _load(lanes.level, o, standing.status[v], lanes.at, dense)
        _load(lanes.rose, o, standing.risen[v], lanes.at, dense)
        _mask(lanes.rose, o, lanes.live)
        if law.village_factor.size:
            _load(lanes.table, rows.villages + o, law.village_factor[v], lanes.at, dense)
        if reports:
            _load(lanes.shown, o, standing.listed[v], lanes.at, dense)
        if lanes.since.size:
            _load(lanes.since, o, standing.changed[v], lanes.at, dense)
        if law.joins[v] < year:
            _stand(lanes.stand, lanes.level, o)
            if reports:
                _stand(lanes.on_list, lanes.shown, o)


@_conducting
def _pass(lanes, rows, law, tally, k, first, last, first_year, number, dense):
    """Let the villages of a kecamatan decide, change and report in each year, and count them."""
    # Every array by a name of its own: what is taken out of a tuple costs time in each turn of the loop.
    table, count, level, shown, rose, old = lanes.table, lanes.counts, lanes.level, lanes.shown, lanes.rose, lanes.old
    at, of_draw, live, replicates, draws = lanes.at, lanes.of_draw, lanes.live, lanes.replicates, lanes.draws
    since, stand, on_list, exact, wait = lanes.since, lanes.stand, lanes.on_list, lanes.exact, lanes.wait
    keys, units, inside, joins, size_row = law.keys, law.units, law.inside, law.joins, law.size_row
    rise_effect, fall_effect, some_report = law.rise_effect, law.fall_effect, law.reporting.size > 0
    neighbours, most, distinct = law.neighbours.reshape(-1), law.neighbours.shape[1], law.neighbours.shape[2]
    status, rises, risen, numbers = tally.village_status, tally.village_rises, tally.village_risen, tally.fewer.shape[1]
    members = law.order[law.starts[k] : law.starts[k + 1]]
    general = rise_effect.size > 0 or fall_effect.size > 0 or since.size > 0
    for t in range(first, last):
        year, c = first_year + t, np.uint64((t - first + 1) * _COUNTS) * _N
        _add_may_rise(count, c, on_list)
        luck = rows.factors + np.uint64(t) * _N
        _odds_of_rising(table, luck, stand, neighbours, most, distinct, size_row[t, k], of_draw)
        for i in range(members.size):
            v, o = members[i], np.uint64(i) * _N
            if joins[v] >= year:
                continue
            _draw(table, replicates, draws, units[v], keys[0, t, 0], keys[0, t, 1])
            _copy(old, level, o)
            if general:
                _look_up(table, level, o, rows.villages + o)
                _help(table, rise_effect, v, at, dense)
                _protect(table, fall_effect, v, at, dense)
                if since.size:
                    _hold_back(table, since, o, np.int32(year - 1 - law.min_years), wait)
                    _subtract_waiting(count, c, wait, level, shown, o)
                _decide_with(table, level, o)
            else:
                _decide(table, level, o, rows.villages + o)
            if numbers:
                _expect(exact, table, np.uint64((t - first) * numbers) * _N, numbers)
            _move(stand, old, level, o)
            if since.size:
                _remember(since, old, level, o, np.int32(year))
            if some_report:
                _draw(table, replicates, draws, units[v], keys[1, t, 0], keys[1, t, 1])
                _copy(old, shown, o)
                _report(table, level, shown, o)
                _move(on_list, old, shown, o)
            _count(old, shown, o, rose, live, inside, count, c, status, rises, risen, v, t)
        for v in members:
            if joins[v] == year:
                status[v, t, 0] += number
                stand[:LANES] += 1
                if some_report:
                    on_list[:LANES] += 1
        _add_levels(count, c, on_list)


@_conducting
def _leave(lanes, standing, members, dense):
    """Store where the villages of a kecamatan stand."""
    for i in range(members.size):
        v, o = members[i], np.uint64(i) * _N
        _store(standing.status[v], lanes.level, o, lanes.at, lanes.live, dense)
        _store(standing.listed[v], lanes.shown, o, lanes.at, lanes.live, dense)
        _store(standing.risen[v], lanes.rose, o, lanes.at, lanes.live, dense)
        if lanes.since.size:
            _store(standing.changed[v], lanes.since, o, lanes.at, lanes.live, dense)


@_conducting
def place(status, rows, firsts, units, key, grid):
    """Place counts on villages in the order of their uniforms, as `status_knowledge.place_counts`.

    A village stands at as many levels above the lowest as there are `firsts`, (3, T), not above its rank. Return
    whether that was done: the few uniforms near those of a rank have little room.
    """
    buckets = 64
    while buckets < rows.size:
        buckets *= 2
    at, of_draw, live = np.zeros(LANES, np.uint64), np.zeros(LANES, np.uint64), np.zeros(LANES, np.int8)
    replicates, draws = np.zeros(QUARTER, np.uint64), np.zeros(QUARTER, np.uint64)
    table, keys, own = np.zeros(LANES), np.zeros(rows.size * LANES), np.zeros(rows.size * LANES, np.int16)
    marked = np.zeros(LANES, np.int8)
    number, before = np.zeros(buckets * LANES, np.int16), np.zeros(LANES, np.int16)
    rank, bucket, left = (
        np.zeros(TOP * LANES, np.int16),
        np.zeros(TOP * LANES, np.int16),
        np.zeros(TOP * LANES, np.int16),
    )
    first, near, level = np.zeros(TOP * LANES), np.zeros(TOP * LANES * _ROOM), np.zeros(LANES, np.int8)
    for start in range(0, grid.draw.size, QUARTER):
        dense = (
            _aim(at, of_draw, live, replicates, draws, grid, start) == LANES and grid.column.size == grid.of_draw.size
        )
        number[:] = 0
        for i in range(rows.size):
            _draw(table, replicates, draws, units[rows[i]], key[0], key[1])
            _sort_roughly(keys, own, number, table, i, buckets)
        for m in range(TOP):
            _gather(rank, np.uint64(m) * _N, firsts[m], at)
        _find_buckets(number, before, bucket, left, rank, buckets)
        number[: TOP * LANES] = 0
        for i in range(rows.size):
            _mark(marked, own, np.uint64(i) * _N, bucket)
            if not _keep_in_order(marked.view(np.uint64), keys, own, np.uint64(i) * _N, number, near, bucket):
                return False
        for each in range(TOP * LANES):
            # 1 where no village has the rank.
            first[each] = near[each * _ROOM + left[each]] if bucket[each] >= 0 else 1.0
        for i in range(rows.size):
            _stand_by_key(keys, np.uint64(i) * _N, first, level)
            _store(status[rows[i]], level, np.uint64(0), at, live, dense)
    return True


@_compiled
def _sort_roughly(keys, own, number, table, i, buckets):
    o = np.uint64(i) * _N
    for j in range(_N):
        keys[o + j] = table[j] + i * 2.0**-53
        own[o + j] = np.int16(table[j] * buckets)
    for j in range(_N):
        number[np.uint64(own[o + j]) * _N + j] += 1


@_compiled
def _find_buckets(number, before, bucket, left, rank, buckets):
    """Find in which bucket each rank lies, and after how many others of that bucket."""
    before[:] = 0
    bucket[:] = -1
    for b in range(buckets):
        for m in range(TOP):
            o = np.uint64(m) * _N
            for j in range(_N):
                within = np.int16(rank[o + j] - before[j])
                here = (within >= 0) & (within < number[np.uint64(b) * _N + j])
                bucket[o + j] = np.int16(b) if here else bucket[o + j]
                left[o + j] = within if here else left[o + j]
        for j in range(_N):
            before[j] += number[np.uint64(b) * _N + j]


@_compiled
def _mark(marked, own, o, bucket):
    """Mark the lanes in which a village is in the bucket of a rank: few."""
    for j in range(_N):
        here = own[o + j]
        marked[j] = (here == bucket[j]) | (here == bucket[_N + j]) | (here == bucket[np.uint64(2) * _N + j])


@_compiled
def _keep_in_order(eights, keys, own, o, number, near, bucket):
    """Put the key of a village in order among those of the bucket of a rank; `eights` are eight marks each."""
    for eight in range(np.uint64(LANES // 8)):
        if eights[eight] == 0:
            continue
        for j in range(np.uint64(8) * eight, np.uint64(8) * eight + np.uint64(8)):
            for m in range(TOP):
                lane, key = np.uint64(m) * _N + j, keys[o + j]
                if bucket[lane] == own[o + j]:
                    n = np.int64(number[lane])
                    if n == _ROOM:
                        return False
                    begin = np.int64(lane) * _ROOM
                    while n > 0 and near[begin + n - 1] > key:
                        near[begin + n] = near[begin + n - 1]
                        n -= 1
                    near[begin + n] = key
                    number[lane] += 1
    return True


@_compiled
def _stand_by_key(keys, o, first, level):
    for j in range(_N):
        key, higher, top = keys[o + j], np.uint64(1) * _N + j, np.uint64(2) * _N + j
        level[j] = np.int8(key >= first[j]) + np.int8(key >= first[higher]) + np.int8(key >= first[top])


@_compiled
def _load(table, o, row, at, dense):
    if dense:
        for word in range(np.uint64(WORDS)):
            begin = at[word * _Q]
            for q in range(_Q):
                table[o + word * _Q + q] = row[begin + q]
    else:
        _gather(table, o, row, at)


@_compiled
def _gather(table, o, row, at):
    for j in range(_N):
        table[o + j] = row[at[j]]


@_compiled
def _mask(rose, o, live):
    for j in range(_N):
        rose[o + j] &= live[j]


@_compiled
def _store(row, table, o, at, live, dense):
    if dense:
        for word in range(np.uint64(WORDS)):
            begin = at[word * _Q]
            for q in range(_Q):
                row[begin + q] = table[o + word * _Q + q]
    else:
        for j in range(_N):
            if live[j]:
                row[at[j]] = table[o + j]


@_compiled
def _stand(stand, level, o):
    for j in range(_N):
        s = level[o + j]
        for each in range(4):
            stand[np.uint64(each) * _N + j] += s == each


@_compiled
def _add_levels(count, c, stand):
    for j in range(np.uint64(4) * _N):
        count[c + _AT_LEVEL + j] += stand[j]


@_compiled
def _add_may_rise(count, c, stand):
    for j in range(np.uint64(TOP) * _N):
        count[c + _MAY_RISE + j] += stand[j]


@_compiled
def _odds_of_rising(table, factor, stand, neighbours, most, draws, row, of_draw):
    """Make the odds of a typical village at each level from its neighbours and the luck of the year."""
    for s in range(TOP):
        base, odds = _BASE + np.uint64(s) * _N, _RISE + np.uint64(s) * _N
        if neighbours.size:
            begin = np.uint64(row * most)
            for j in range(_N):
                above = np.int16(0)
                for higher in range(s + 1, TOP + 1):
                    above = np.int16(above + stand[np.uint64(higher) * _N + j])
                found = neighbours[(begin + np.uint64(above)) * np.uint64(draws) + of_draw[j]]
                table[odds + j] = table[base + j] * table[factor + j] * found
        else:
            for j in range(_N):
                table[odds + j] = table[base + j] * table[factor + j]


@_inlined
def _philox(a, b, c, d, first, second):
    # Upper halves are cut off where they would count: a multiplication of lower halves does so by itself.
    for _ in range(10):
        left, right = (a & _LOW) * _MULTIPLIERS[0], (c & _LOW) * _MULTIPLIERS[1]
        a, b, c, d = (right >> _HALF) ^ b ^ first, right, (left >> _HALF) ^ d ^ second, left
        first, second = first + _WEYL[0], second + _WEYL[1]
    return a & _LOW, b & _LOW, c & _LOW, d & _LOW


@_inlined
def _uniform(word):
    return (np.float64(np.int64(word)) + 0.5) * 2.0**-32


@_compiled
def _draw(table, replicates, draws, unit, first, second):
    low, high = unit & _LOW, unit >> _HALF
    for q in range(_Q):
        a, b, c, d = _philox(replicates[q], draws[q], low, high, first, second)
        table[q] = _uniform(a)
        table[_Q + q] = _uniform(b)
        table[np.uint64(2) * _Q + q] = _uniform(c)
        table[np.uint64(3) * _Q + q] = _uniform(d)


@_conducting
def _weigh(lanes, row, luck):
    """Load what each term weighs, and the chance of its coin."""
    for i in range(luck.coefficient.shape[0]):
        coefficient = row + np.uint64(2 * i) * _N
        _gather(lanes.table, coefficient, luck.coefficient[i], lanes.of_draw)
        _gather(lanes.table, coefficient + _N, luck.chance[i], lanes.of_draw)


@_conducting
def _share(lanes, row, weight, luck, first, last, elementary):
    """Draw what a whole district has in common, in each year."""
    for i in range(luck.keys.shape[0]):
        for t in range(first, last if luck.of_district[i] else first):
            target = row + np.uint64(i * luck.keys.shape[1] + t) * _N
            _set(lanes.table, target, 0.0)
            _draw(lanes.table, lanes.replicates, lanes.draws, luck.units[i, 0], luck.keys[i, t, 0], luck.keys[i, t, 1])
            _add_luck(lanes.table, target, weight + np.uint64(2 * i) * _N, luck.coin[i], elementary.quantile)


@_conducting
def _last(lanes, rows, law, members):
    """Make the factor of what lasts of each village of a kecamatan, unless it is at hand."""
    luck, seen, quantile = law.lasting, law.seen, law.elementary.quantile
    if law.village_factor.size or not (luck.keys.shape[0] or seen.size):
        return
    table, replicates, draws, of_draw = lanes.table, lanes.replicates, lanes.draws, lanes.of_draw
    keys, units, of_district, coin, learned = luck.keys, luck.units, luck.of_district, luck.coin, luck.learned
    exp = law.elementary.exp
    for place in range(members.size):
        v, target = members[place], rows.villages + np.uint64(place) * _N
        _set(table, target, 0.0)
        for i in range(keys.shape[0]):
            if learned.size and learned[i, v, 0] == learned[i, v, 0]:
                _add_of_draw(table, target, learned[i, v], of_draw)
            elif of_district[i]:
                _add(table, target, rows.shared + np.uint64(i) * _N)
            else:
                _draw(table, replicates, draws, units[i, v], keys[i, 0, 0], keys[i, 0, 1])
                _add_luck(table, target, rows.lasting + np.uint64(2 * i) * _N, coin[i], quantile)
        if seen.size:
            _add_of_draw(table, target, seen[v], of_draw)
        _exp(table, target, exp)


@_conducting
def _luck_of_years(lanes, rows, law, k, first, last):
    """Make the factors of the luck of the years in a kecamatan."""
    table, replicates, draws, luck = lanes.table, lanes.replicates, lanes.draws, law.yearly
    keys, units, of_district, coin, quantile = (
        luck.keys,
        luck.units,
        luck.of_district,
        luck.coin,
        law.elementary.quantile,
    )
    exp = law.elementary.exp
    for t in range(first, last):
        target = rows.factors + np.uint64(t) * _N
        _set(table, target, 0.0)
        for i in range(keys.shape[0]):
            if of_district[i]:
                _add(table, target, rows.shared_in + np.uint64(i * keys.shape[1] + t) * _N)
            else:
                _draw(table, replicates, draws, units[i, k], keys[i, t, 0], keys[i, t, 1])
                _add_luck(table, target, rows.yearly + np.uint64(2 * i) * _N, coin[i], quantile)
        _exp(table, target, exp)


@_compiled
def _set(table, row, value):
    for j in range(_N):
        table[row + j] = value


@_compiled
def _add(table, target, row):
    for j in range(_N):
        table[target + j] += table[row + j]


@_compiled
def _add_of_draw(table, target, values, of_draw):
    for j in range(_N):
        table[target + j] += values[of_draw[j]]


@_compiled
def _add_luck(table, target, weight, coin, quantile):
    if coin:
        for j in range(_N):
            table[target + j] += table[weight + j] if table[j] < table[weight + _N + j] else 0.0
    else:
        for j in range(_N):
            table[target + j] += table[weight + j] * _normal(table[j], quantile)


@_inlined
def _normal(uniform, quantile):
    # As `domain.elementary.normal_quantile`.
    v = min(uniform, 1 - uniform)
    bits = np.float64(v).view(np.int64)
    piece = np.uint64((bits >> SHIFT) - FIRST_PIECE)
    at = np.int64(((bits & _FRACTION) << PIECE_BITS) | ONE).view(np.float64) - 1.5
    row = piece * np.uint64(5)
    found = quantile[row + np.uint64(4)]
    found = found * at + quantile[row + np.uint64(3)]
    found = found * at + quantile[row + np.uint64(2)]
    found = found * at + quantile[row + np.uint64(1)]
    found = found * at + quantile[row]
    return -found if uniform > 0.5 else found


@_compiled
def _exp(table, row, within):
    # As `domain.transition.factor`.
    for j in range(_N):
        x = min(max(table[row + j], -LARGEST_LOG_ODDS), LARGEST_LOG_ODDS)
        rest = x * STEPS_A_UNIT
        step = np.rint(rest)
        rest = (rest - step) * STEP
        found = (((rest * (1 / 24) + 1 / 6) * rest + 0.5) * rest + 1.0) * rest + 1.0
        whole = np.int64(step)
        found = found * within[np.uint64(whole & (EXP_STEPS - 1))]
        table[row + j] = found * np.int64(((whole >> STEP_BITS) << MANTISSA_BITS) + ONE).view(np.float64)


@_inlined
def _odds_at(table, j, s):
    # Loads first, then comparisons that do not look like a switch: else no compiler turns them into vectors.
    at0, at1, at2 = table[_RISE + j], table[_RISE + _N + j], table[_RISE + np.uint64(2) * _N + j]
    found = at0 if s < 1 else at1
    found = found if s < 2 else at2
    return found if s < TOP else 0.0


@_inlined
def _fall_at(table, j, s):
    at0, at1 = table[_FALLS_AT + j], table[_FALLS_AT + _N + j]
    at2, at3 = table[_FALLS_AT + np.uint64(2) * _N + j], table[_FALLS_AT + np.uint64(3) * _N + j]
    found = at0 if s < 1 else at1
    found = found if s < 2 else at2
    return found if s < TOP else at3


@_compiled
def _look_up(table, level, o, village):
    for j in range(_N):
        s = level[o + j]
        table[_ODDS + j] = _odds_at(table, j, s) * table[village + j]
        table[_FALL + j] = _fall_at(table, j, s)


@_compiled
def _help(table, rise_effect, v, at, dense):
    if rise_effect.size:
        _load(table, _EFFECT, rise_effect[v], at, dense)
        for j in range(_N):
            table[_ODDS + j] *= table[_EFFECT + j]


@_compiled
def _protect(table, fall_effect, v, at, dense):
    if fall_effect.size:
        _load(table, _PROTECTION, fall_effect[v], at, dense)
        for j in range(_N):
            table[_FALL + j] = 1 / (1 + table[_FALL + j] * table[_PROTECTION + j])


@_compiled
def _copy(old, level, o):
    for j in range(_N):
        old[j] = level[o + j]


@_compiled
def _hold_back(table, since, o, latest, wait):
    for j in range(_N):
        held = since[o + j] > latest
        wait[j] = held
        table[_ODDS + j] = 0.0 if held else table[_ODDS + j]


@_compiled
def _subtract_waiting(count, c, wait, level, shown, o):
    for j in range(_N):
        for s in range(TOP):
            count[c + _MAY_RISE + np.uint64(s) * _N + j] -= wait[j] & (shown[o + j] == s) & (level[o + j] <= s)


@_compiled
def _decide(table, level, o, village):
    """Let a village decide that nothing helps, protects or holds back."""
    for j in range(_N):
        s = level[o + j]
        odds = _odds_at(table, j, s) * table[village + j]
        table[_ODDS + j] = odds
        level[o + j] = _lands(table, j, s, odds, _fall_at(table, j, s))


@_compiled
def _decide_with(table, level, o):
    """Let a village decide whose odds of rising and chance of falling are in the table."""
    for j in range(_N):
        level[o + j] = _lands(table, j, level[o + j], table[_ODDS + j], table[_FALL + j])


@_inlined
def _lands(table, j, s, odds, fall):
    u, finite = table[j], min(odds, LARGEST_ODDS)
    none_to_two, none_to_three, one_to_three = (
        table[_REACHES + j],
        table[_REACHES + _N + j],
        table[_REACHES + np.uint64(2) * _N + j],
    )
    three_to_one, three_to_none, two_to_none = (
        table[_REACHES + np.uint64(3) * _N + j],
        table[_REACHES + np.uint64(4) * _N + j],
        table[_REACHES + np.uint64(5) * _N + j],
    )
    rises = u < (1 - u) * odds
    past = u * (1 + finite)
    further = (past < finite * (none_to_two if s < 1 else one_to_three)) & (s < 2)
    furthest = (past < finite * none_to_three) & (s < 1)
    down = (1 - u) * (1 + odds)
    falls = down < fall
    lower = (down < fall * (three_to_one if s > 2 else two_to_none)) & (s > 1)
    lowest = (down < fall * three_to_none) & (s > 2)
    rise = np.int8(1) + np.int8(further) + np.int8(furthest)
    drop = np.int8(1) + np.int8(lower) + np.int8(lowest)
    step = np.int8(0) - drop if falls else np.int8(0)
    return s + (rise if rises else step)


@_compiled
def _move(stand, old, level, o):
    for j in range(_N):
        was, now = old[j], level[o + j]
        for s in range(4):
            stand[np.uint64(s) * _N + j] += np.int16(now == s) - np.int16(was == s)


@_compiled
def _remember(since, old, level, o, year):
    for j in range(_N):
        since[o + j] = year if level[o + j] != old[j] else since[o + j]


@_compiled
def _report(table, level, shown, o):
    for j in range(_N):
        shown[o + j] = level[o + j] if table[j] < table[_REPORTING + j] else shown[o + j]


@_compiled
def _count(old, shown, o, rose, live, inside, count, c, status, rises, risen, v, t):
    ups = ever = from_one = from_two = from_three = total = np.int16(0)
    in_0, in_1, in_2, in_3 = inside[0], inside[1], inside[2], inside[3]
    for j in range(_N):
        was, now, counts = old[j], shown[o + j], live[j]
        up, down = np.int8(counts & np.int8(now > was)), np.int8(counts & np.int8(now < was))
        here = in_0 if now < 1 else in_1
        here = here if now < 2 else in_2
        here = here if now < 3 else in_3
        there = in_0 if was < 1 else in_1
        there = there if was < 2 else in_2
        there = there if was < 3 else in_3
        ever_rose = np.int8(rose[o + j] | up)
        rose[o + j] = ever_rose
        count[c + _RISES + j] += up
        count[c + _DROPS + j] += down
        count[c + _ENTRIES + j] += np.int8(up & here & np.int8(there == 0))
        total = np.int16(total + counts)
        ups = np.int16(ups + up)
        ever = np.int16(ever + ever_rose)
        from_one = np.int16(from_one + np.int8(counts & np.int8(now > 0)))
        from_two = np.int16(from_two + np.int8(counts & np.int8(now > 1)))
        from_three = np.int16(from_three + np.int8(counts & np.int8(now > 2)))
    status[v, t, 0] += total - from_one
    status[v, t, 1] += from_one - from_two
    status[v, t, 2] += from_two - from_three
    status[v, t, 3] += from_three
    rises[v, t] += ups
    risen[v, t] += ever


@_compiled
def _expect_none(exact, numbers):
    """Set the chance of no rise to 1, of all other numbers to 0, in each year."""
    exact[:] = 0.0
    for i in range(0, exact.size, max(numbers, 1) * LANES):
        exact[i : i + LANES] = 1.0


@_conducting
def _expect(exact, table, o, numbers):
    """Count a village in among those that may rise; as `conditional.chances_of_numbers`."""
    _chance(table)
    number = numbers - 1
    while number >= 4:
        number -= 4
        _shift_four(exact, table, o + np.uint64(number) * _N)
    for here in range(number, 0, -1):
        _shift(exact, table, o + np.uint64(here) * _N)
    _stay(exact, table, o)


@_compiled
def _chance(table):
    for j in range(_N):
        finite = min(table[_ODDS + j], LARGEST_ODDS)
        table[_CHANCE + j] = finite / (1 + finite)


@_compiled
def _stay(exact, table, o):
    for j in range(_N):
        exact[o + j] = exact[o + j] - exact[o + j] * table[_CHANCE + j]


@_compiled
def _shift(exact, table, o):
    for j in range(_N):
        rise, below = table[_CHANCE + j], exact[o - _N + j]
        exact[o + j] = exact[o + j] - exact[o + j] * rise + below * rise


@_compiled
def _shift_four(exact, table, o):
    """Do what `_shift` does for the four rows above one that begins at `o`."""
    for j in range(_N):
        rise = table[_CHANCE + j]
        at0, at1, at2 = exact[o + j], exact[o + _N + j], exact[o + np.uint64(2) * _N + j]
        at3, at4 = exact[o + np.uint64(3) * _N + j], exact[o + np.uint64(4) * _N + j]
        up0, up1, up2, up3, up4 = at0 * rise, at1 * rise, at2 * rise, at3 * rise, at4 * rise
        exact[o + _N + j] = at1 - up1 + up0
        exact[o + np.uint64(2) * _N + j] = at2 - up2 + up1
        exact[o + np.uint64(3) * _N + j] = at3 - up3 + up2
        exact[o + np.uint64(4) * _N + j] = at4 - up4 + up3


@_conducting
def _tell_fewer(lanes, fewer, first, last, dense):
    """Add up the chances of numbers and store them: of fewer than one, of fewer than two, and so on."""
    numbers = fewer.shape[1]
    for t in range(first, last):
        for number in range(numbers):
            o = np.uint64((t - first) * numbers + number) * _N
            if number:
                _add(lanes.exact, o, o - _N)
            _store(fewer[t, number], lanes.exact, o, lanes.at, lanes.live, dense)


@_compiled
def _tell(count, first, last, at, live, levels, can_rise, rises, falls, entries):
    for j in range(_N):
        if not live[j]:
            continue
        column = at[j]
        if first == 0:
            for s in range(4):
                levels[column, 0, s] = count[_AT_LEVEL + np.uint64(s) * _N + j]
        for t in range(first, last):
            c = np.uint64((t - first + 1) * _COUNTS) * _N
            rises[column, t] = count[c + _RISES + j]
            falls[column, t] = count[c + _DROPS + j]
            entries[column, t] = count[c + _ENTRIES + j]
            for s in range(TOP):
                can_rise[column, t, s] = count[c + _MAY_RISE + np.uint64(s) * _N + j]
            for s in range(4):
                levels[column, t + 1, s] = count[c + _AT_LEVEL + np.uint64(s) * _N + j]
