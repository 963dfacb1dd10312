"""Observations that no parameters can explain, with what to correct."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...domain.distributions import Fixed
from ...domain.evidence import Evidence
from ...domain.messages import Message
from ...domain.parameters import DEFAULT_PRIORS, Kind, ParameterKey, ParameterSet
from ...domain.status import LEVELS
from .counted import CountMove
from .paths import seen_villages

_FREE = ParameterSet(DEFAULT_PRIORS)
"""Under these every move is possible that the law knows at all."""

FELL_TOO_FAR = Message(
    "villages that fell from {before} (end of {first}) to {after} (end of {last}): {villages:,}, the first of them "
    "{code}. Under this model a village falls by one level a year at most: correct the lists or, where they are right, "
    "leave one of the two statuses empty"
)
MOVED_AGAINST_A_ZERO = Message(
    "villages that went from {before} (end of {first}) to {after} (end of {last}): {villages:,}, the first of them "
    "{code}. The scenario rules this out with 0 as value of {keys}: correct the lists, or give another value"
)
COUNTS_TOO_FAR = Message(
    "the counts of {place} for {first} and {last} cannot both be right: under this model villages fall by one level a "
    "year at most; correct the counts or their dates"
)
COUNTS_AGAINST_A_ZERO = Message(
    "the counts of {place} for {first} and {last} cannot come about in this scenario with 0 as value of {keys}; "
    "correct the counts, or give another value"
)
UNEXPLAINED = Message(
    "the scenario's parameters cannot have led to these data: some village moved, or stayed, in a way that they rule "
    "out; check values of rise, fall and skip given as 0 or 1"
)


def find_conflicts(evidence: Evidence, parameters: ParameterSet, moves: list[CountMove]) -> list[Message]:
    """Return every kind of move of villages, and every pair of counts, that no parameters can explain."""
    return [*_villages(evidence, parameters), *_counts(parameters, moves)]


def _villages(evidence: Evidence, parameters: ParameterSet) -> Iterator[Message]:
    made: dict[tuple[int, int, int, int], list[str]] = defaultdict(list)
    for _, seen in sorted(seen_villages(evidence).items()):
        for code, known in sorted(seen.items()):
            for first, last in pairwise(known.status):
                made[first, last, known.status[first], known.status[last]].append(code)
    for (first, last, before, after), codes in sorted(made.items()):
        if possible_moves(parameters, last - first)[before, after]:
            continue
        values = {"before": LEVELS[before], "after": LEVELS[after], "first": first, "last": last}
        values |= {"villages": len(codes), "code": codes[0]}
        if possible_moves(_FREE, last - first)[before, after]:
            values["keys"] = _zeros(parameters, ("rise", "skip") if after > before else ("fall",))
            yield MOVED_AGAINST_A_ZERO.filled(**values)
        else:
            yield FELL_TOO_FAR.filled(**values)


def _counts(parameters: ParameterSet, moves: list[CountMove]) -> Iterator[Message]:
    for move in moves:
        if move.flow.method != "impossible":
            continue
        values = {"place": move.place, "first": move.years[0], "last": move.years[1]}
        if _explained_at_all(move):
            keys = _zeros(parameters, ("rise", "fall", "skip"))
            yield COUNTS_AGAINST_A_ZERO.filled(**values, keys=keys)
        else:
            yield COUNTS_TOO_FAR.filled(**values)


def _explained_at_all(move: CountMove) -> bool:
    allowed = possible_moves(_FREE, move.years[1] - move.years[0])
    return replace(move.flow, allowed=allowed).method != "impossible"


def _zeros(parameters: ParameterSet, kinds: tuple[Kind, ...]) -> str:
    """Return the keys of some kinds that are given as 0, as a scenario file writes them."""
    keys = (key for key in parameters.scalars if key.kind in kinds)
    return ", ".join(key.scenario_key for key in keys if known_to_be_nil(parameters, key))


def known_to_be_nil(parameters: ParameterSet, key: ParameterKey) -> bool:
    """Return whether a parameter, or the one that stands for it at every level, is given as 0."""
    common = parameters.scalars.get(ParameterKey(key.kind)) if key.kind in {"fall", "skip"} else None
    prior = parameters.scalars.get(key, common or Fixed(0.0))
    return prior.fixed and float(prior.quantile(np.array([0.5]))[0]) == 0


def possible_moves(parameters: ParameterSet, years: int) -> NDArray[np.bool_]:
    """Return which moves some years, at least 1, may bring, shape (4, 4): what is given as 0 never happens."""

    def possible(kind: Kind, level: str) -> bool:
        return not known_to_be_nil(parameters, ParameterKey(kind, level))

    moves = np.eye(len(LEVELS), dtype=bool)
    for level, (lower, upper) in enumerate(pairwise(LEVELS)):
        moves[level, level + 1] = possible("rise", lower)
        moves[level + 1, level] = possible("fall", upper)
    past_berkembang, past_mandiri = possible("skip", "berkembang"), possible("skip", "mandiri")
    moves[0, 2], moves[1, 3] = moves[0, 1] and past_berkembang, moves[1, 2] and past_mandiri
    moves[0, 3] = moves[0, 2] and past_mandiri
    # Every level is reached within three years or never.
    return np.linalg.matrix_power(moves.astype(np.int64), min(years, len(LEVELS) - 1)) > 0
