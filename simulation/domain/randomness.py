"""Random numbers looked up by address: (seed, process, year, draw, replicate, unit).

The generator is Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011). Nothing here has a state, so no order of work,
chunking, engine or library version can change a number.

The key (64 bits) is a hash of seed, process, year and an optional name. The counter (128 bits)
is replicate // 4, draw and the 64-bit unit, so that two draws of one key never share a block;
replicate % 4 picks one of the block's four 32-bit words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np

from .arrays import Bools, Floats, Ints, Words

Key = tuple[np.uint64 | Words, np.uint64 | Words]

WORDS = 4
"""Words of a Philox block: replicates that share one."""

_ROUNDS = 10
_BROADCAST_ROUNDS = 2
_MULTIPLIERS = np.array([0xD2511F53, 0xCD9E8D57], dtype=np.uint64)
_WEYL = np.array([0x9E3779B9, 0xBB67AE85], dtype=np.uint64)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


class Process(IntEnum):
    """What a draw is for. The numbers are part of every address: never renumber them."""

    PARAMETER = 1
    SYNTHETIC_COUNTS = 2
    PLACEMENT = 3
    VILLAGE_EFFECT = 4
    YEAR_SHOCK = 5
    SUBDISTRICT_SHOCK = 6
    CAMPAIGN = 7
    PRIORITY = 8
    TRANSITION = 9
    REPORT = 10
    DISTRICT_EFFECT = 11
    SO_FAR = 12
    MECHANISM = 13


@dataclass(frozen=True, eq=False)
class Trajectories:
    """The (draw, replicate) pairs that are simulated side by side.

    Build with `Trajectories.grid`. The order of the T columns is the generator's own, chosen so
    that words need no shuffling; `draw` and `replicate` say which column is which.

    Attributes
    ----------
    draw, replicate
        Shape (T,).
    block_draw, block_replicate
        Shape (Q,): draw and replicate // 4 of each Philox block.
    columns
        Shape (T,): positions of the wanted trajectories among the 4 Q words; None for all.
    """

    draw: Ints
    replicate: Ints
    block_draw: Words
    block_replicate: Words
    columns: Ints | None

    @classmethod
    def grid(cls, draws: range, replicates: range) -> Trajectories:
        """Return every pair of `draws` × `replicates` (ranges of step 1, not empty)."""
        quarters = np.arange(replicates.start // WORDS, (replicates.stop - 1) // WORDS + 1)
        block_draw = np.repeat(np.asarray(draws), quarters.size)
        block_replicate = np.tile(quarters, len(draws))
        draw = np.tile(block_draw, WORDS)
        replicate = np.concatenate([WORDS * block_replicate + word for word in range(WORDS)])
        wanted = (replicate >= replicates.start) & (replicate < replicates.stop)
        columns = None if wanted.all() else np.flatnonzero(wanted)
        return cls(
            draw=draw[wanted],
            replicate=replicate[wanted],
            block_draw=block_draw.astype(np.uint64),
            block_replicate=block_replicate.astype(np.uint64),
            columns=columns,
        )

    def subset(self, wanted: Bools) -> Trajectories:
        """Return some of them, in their order; `wanted` has shape (T,)."""
        quarters = self.block_draw.size
        columns = np.arange(WORDS * quarters) if self.columns is None else self.columns
        word, block = np.divmod(columns[wanted], quarters)
        used, place = np.unique(block, return_inverse=True)
        return Trajectories(
            draw=self.draw[wanted],
            replicate=self.replicate[wanted],
            block_draw=self.block_draw[used],
            block_replicate=self.block_replicate[used],
            columns=word * used.size + place,
        )

    def __len__(self) -> int:
        return self.draw.size

    def alone(self, column: int) -> Trajectories:
        """Return one of them."""
        draw, replicate = int(self.draw[column]), int(self.replicate[column])
        return self.grid(range(draw, draw + 1), range(replicate, replicate + 1))


def unit_hash(codes: Iterable[str]) -> Words:
    """Return a 64-bit address for each code, shape (len(codes),)."""
    digests = [hashlib.blake2b(code.encode(), digest_size=8).digest() for code in codes]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


@lru_cache(maxsize=4096)
def philox_key(seed: int, process: Process, year: int, name: str = "") -> Key:
    """Return the two 32-bit key words of a process in a year."""
    text = f"{seed}/{int(process)}/{year}/{name}"
    first, second = np.frombuffer(hashlib.blake2b(text.encode(), digest_size=8).digest(), dtype="<u4")
    return np.uint64(first), np.uint64(second)


def philox(key: Key, counter: tuple[Words, Words, Words, Words]) -> tuple[Words, Words, Words, Words]:
    """Return the four words of Philox4x32-10.

    Parameters
    ----------
    key
        Two words in [0, 2³²), numbers or arrays.
    counter
        Four arrays of words in [0, 2³²). All six broadcast against each other.

    Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11.
    """
    a, b, c, d = counter
    # The first rounds see few distinct values; by the third the four words fill the whole block.
    for turn in range(_BROADCAST_ROUNDS):
        key_a, key_b = _round_key(key, turn)
        left, right = a * _MULTIPLIERS[0], c * _MULTIPLIERS[1]
        a, b, c, d = (right >> _HALF) ^ (b ^ key_a), right & _LOW, (left >> _HALF) ^ (d ^ key_b), left & _LOW
    left, right = np.empty_like(a), np.empty_like(a)
    # The rest is written in place, over and over: with the block in cache, that is the speed.
    for turn in range(_BROADCAST_ROUNDS, _ROUNDS):
        key_a, key_b = _round_key(key, turn)
        np.multiply(a, _MULTIPLIERS[0], out=left)
        np.multiply(c, _MULTIPLIERS[1], out=right)
        np.right_shift(right, _HALF, out=a)
        np.bitwise_xor(a, b, out=a)
        np.bitwise_xor(a, key_a, out=a)
        np.right_shift(left, _HALF, out=c)
        np.bitwise_xor(c, d, out=c)
        np.bitwise_xor(c, key_b, out=c)
        right &= _LOW
        left &= _LOW
        b, right, d, left = right, b, left, d
    return a, b, c, d


def _round_key(key: Key, turn: int) -> Key:
    return (key[0] + turn * _WEYL[0]) & _LOW, (key[1] + turn * _WEYL[1]) & _LOW


def uniforms(
    seed: int, process: Process, year: int, units: Words, trajectories: Trajectories, name: str = ""
) -> Floats:
    """Return one uniform per unit and trajectory, shape (unit, T), never 0 or 1.

    Each is (w + ½) / 2³² of a 32-bit word w: a probability is resolved to 2.3e-10.

    Parameters
    ----------
    units
        Shape (U,): addresses from `unit_hash`.
    name
        Tells apart several processes of a kind, e.g. the interventions.
    """
    return keyed_uniforms(philox_key(seed, process, year, name), units, trajectories)


def keyed_uniforms(key: Key, units: Words, trajectories: Trajectories) -> Floats:
    """Return uniforms as `uniforms` does, for a key from `philox_key`, or one a unit, shape (U, 1) each.

    Many small sets of draws cost one call instead of many.
    """
    counter = (
        trajectories.block_replicate[None, :],
        trajectories.block_draw[None, :],
        (units & _LOW)[:, None],
        (units >> _HALF)[:, None],
    )
    blocks = trajectories.block_draw.size
    result = np.empty((units.size, WORDS * blocks))
    for word, values in enumerate(philox(key, counter)):
        result[:, word * blocks : (word + 1) * blocks] = values.view(np.int64)  # processors convert these faster
    result += 0.5
    result *= 2.0**-32
    return result if trajectories.columns is None else result[:, trajectories.columns]


def break_ties(uniform: Floats) -> Floats:
    """Return keys in the order of `uniform` (V, T) of which no two in a column are equal, for V up to 2²⁰.

    `uniforms` fill 33 bits; the place of the row goes into the last bits of the mantissa, so that equal
    uniforms keep the order of rows under any sorting method.
    """
    return np.asarray(uniform + np.arange(uniform.shape[0])[:, None] * 2.0**-53)


def parameter_uniforms(seed: int, names: tuple[str, ...], draws: range) -> Floats:
    """Return the uniforms behind some draws of parameters, shape (name, draw)."""
    trajectories = Trajectories.grid(draws, range(1))
    return uniforms(seed, Process.PARAMETER, 0, unit_hash(names), trajectories)


@lru_cache(maxsize=8)
def row_order(seed: int, rows: int) -> Ints:
    """Return a random order of the rows of a file, shape (rows,): however it was sorted, any part stands for it.

    A file has a column for every village, and all are read in the same order: it is worked out once, and read-only.
    """
    one = Trajectories.grid(range(1), range(1))
    key = uniforms(seed, Process.PARAMETER, 0, unit_hash(f"row/{row}" for row in range(rows)), one)
    order = np.argsort(break_ties(key)[:, 0])
    order.setflags(write=False)
    return order
