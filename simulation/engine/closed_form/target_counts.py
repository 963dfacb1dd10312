"""What each village adds to the counts of a year in a closed form, and the number that must be reached.

A *move* is (level at the start, waits, level at the end), see `forward`; arrays over moves have shape (4, W, 4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...domain.status import LEVELS, TOP
from ...domain.target import Target, needed

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

SATURATED = "saturated"


@dataclass(frozen=True, eq=False)
class Measure:
    """A number that villages add up to, possibly beside another one.

    Attributes
    ----------
    score
        Over moves, 0, 1 or 2: what one village adds (one too many each where a fall would make it negative).
    highest
        The largest sum of scores that is told apart.
    needed
        Shape (V + 1,): the sum of scores that must be reached for each number of villages at the top at
        the start of the year; shape (1,) where that number does not matter.
    """

    score: Ints
    highest: int
    needed: Ints

    @property
    def minds_top(self) -> bool:
        """Whether the number of villages at the top at the start must be known."""
        return self.needed.size > 1

    @property
    def lattice(self) -> tuple[int, ...]:
        """What one village can add: scores, and whether it is at the top where that matters."""
        scores = int(self.score.max()) + 1
        return (scores, 2) if self.minds_top else (scores,)

    def limits(self, villages: int) -> list[int]:
        """Return the largest sum that is told apart along each axis of the lattice."""
        return [self.highest, villages] if self.minds_top else [self.highest]

    def reached(self, shape: tuple[int, ...]) -> Bools:
        """Return whether each point of a lattice (score,[ top]) is enough."""
        scores = np.arange(shape[0])
        return scores[:, None] >= self.needed[: shape[1]] if self.minds_top else scores >= self.needed


class Moves:
    """One village's part in the counts of a year, for every move.

    Parameters
    ----------
    waits
        W: 1 where nobody ever waits, else 2.
    """

    def __init__(self, waits: int) -> None:
        start, wait, end = np.indices((len(LEVELS), waits, len(LEVELS)))
        self.start, self.end, self.may_rise = start, end, (wait == 0) & (start < TOP)
        self.rise, self.fall = (end > start).astype(np.int64), (end < start).astype(np.int64)

    def is_at(self, level: int) -> Ints:
        """Return whether the village ends the year at a level."""
        return np.asarray(self.end == level, dtype=np.int64)

    @property
    def at_top(self) -> Ints:
        """Whether it is at the top at the start of the year."""
        return np.asarray(self.start == TOP, dtype=np.int64)

    def score(self, target: Target) -> Ints:
        """Return what it adds to the score of a target, negative for a fall that is taken off."""
        return np.asarray(target.score[self.start, self.end])

    def within_reach(self, target: Target) -> Ints:
        """Return whether it can still count for a target: the sum is what a saturated year falls short with."""
        by_rising, anyhow = target.within_reach
        return np.asarray(by_rising[self.start] & self.may_rise | anyhow[self.start], dtype=np.int64)


def target_measure(score: Ints, target: Target, villages: int, top: int | None) -> Measure:
    """Return the measure that decides whether a target is met.

    Parameters
    ----------
    score
        From `Moves.score` or `Moves.within_reach`.
    villages
        V.
    top
        Villages at the top at the start of the year where that is certain, else None.
    """
    offset = int(score.min() < 0)
    at_top = np.arange(villages + 1) if top is None else np.array([top])
    counted = villages - at_top if target.denominator == "below_top" else np.array([villages])
    must = needed(target.share, counted) + offset * villages
    # Beyond what is needed at most, sums need not be told apart.
    return Measure(score + offset, int(must.max()), must)


def year_measures(target: Target, villages: int, waits: int, top: int | None) -> dict[str, Measure]:
    """Return everything that is counted of a year, by name.

    ``rises``, ``falls``, ``top`` (at the start) and the levels (at the end) are kept apart number by number;
    ``saturated`` (whose "met" is "not saturated") and the readings of the target by whether enough is reached.
    """
    moves = Moves(waits)
    plain = {"rises": moves.rise, "falls": moves.fall, "top": moves.at_top}
    plain |= {level: moves.is_at(number) for number, level in enumerate(LEVELS)}
    return {
        **{name: Measure(score, villages, np.zeros(1, dtype=np.int64)) for name, score in plain.items()},
        SATURATED: target_measure(moves.within_reach(target), target, villages, top),
        **{key: target_measure(moves.score(one), one, villages, top) for key, one in target.readings().items()},
    }


def judged(target: Target, villages: int, waits: int, top: int | None) -> Measure:
    """Return what decides whether the target itself is met in a year."""
    return target_measure(Moves(waits).score(target), target, villages, top)


def kinds_of_moves(measure: Measure, waits: int) -> list[Bools]:
    """Return the kinds of moves that a measure tells apart, each (4, W, 4), in the order of its lattice."""
    at_top = Moves(waits).at_top
    scores = range(measure.lattice[0])
    if not measure.minds_top:
        return [measure.score == n for n in scores]
    return [(measure.score == n) & (at_top == top) for n in scores for top in (0, 1)]
