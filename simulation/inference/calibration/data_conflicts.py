"""Observations that no parameters can explain, with what to correct."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ...domain.arrays import Bools
from ...domain.distributions import Fixed
from ...domain.evidence import Evidence
from ...domain.messages import Message
from ...domain.parameters import OF_THE_MATRIX, ParameterKey, ParameterSet, from_shorthand, transition_matrix
from ...domain.reporting import lists_late
from ...domain.status import LEVELS
from .count_flows import Flow
from .counted import CountMove
from .records import seen_villages

MOVED_AGAINST_A_ZERO = Message(
    "villages that went from {before} (end of {first}) to {after} (end of {last}): {villages:,}, the first of them "
    "{code}. The scenario rules this out with 0 as value of {keys}: correct the lists, or give another value"
)
COUNTS_AGAINST_A_ZERO = Message(
    "the counts of {place} for {first} and {last} cannot come about in this scenario with 0 as value of {keys}; "
    "correct the counts, or give another value"
)
FALL_SKIP_LEFT_OUT = Message(
    "transition.fall_skip counts as 0 where transition.fall is given without it; give both, or leave out both"
)
UNEXPLAINED = Message(
    "the scenario's parameters cannot have led to these data: some village moved, or stayed, in a way that they rule "
    "out; check values of rise, fall, skip and fall_skip given as 0 or 1"
)


def find_conflicts(evidence: Evidence, parameters: ParameterSet, moves: list[CountMove]) -> list[Message]:
    """Return every kind of move of villages, and every pair of counts, that no parameters can explain."""
    found = [*_villages(evidence, parameters), *_counts(parameters, moves)]
    if any("transition.fall_skip" in str(message.values["keys"]).split(", ") for message in found):
        found.append(FALL_SKIP_LEFT_OUT)
    return found


def _villages(evidence: Evidence, parameters: ParameterSet) -> Iterator[Message]:
    if lists_late(parameters):  # a list that is behind may show moves of several years as one
        return
    made: dict[tuple[int, int, int, int], list[str]] = defaultdict(list)
    for _, seen in sorted(seen_villages(evidence).items()):
        for code, known in sorted(seen.items()):
            for first, last in pairwise(known.status):
                made[first, last, known.status[first], known.status[last]].append(code)
    for (first, last, before, after), codes in sorted(made.items()):

        def possible(known: ParameterSet, move: tuple[int, int] = (before, after), years: int = last - first) -> bool:
            return bool(possible_moves(known, years)[move])

        if keys := _in_the_way(parameters, possible):
            values = {"before": LEVELS[before], "after": LEVELS[after], "first": first, "last": last}
            yield MOVED_AGAINST_A_ZERO.filled(**values, villages=len(codes), code=codes[0], keys=keys)


def _counts(parameters: ParameterSet, moves: list[CountMove]) -> Iterator[Message]:
    for move in moves:
        years = move.years[1] - move.years[0]

        def explained(known: ParameterSet, flow: Flow = move.flow, years: int = years) -> bool:
            return replace(flow, allowed=possible_moves(known, years)).possible

        if keys := _in_the_way(parameters, explained):
            values = {"place": move.place, "first": move.years[0], "last": move.years[1]}
            yield COUNTS_AGAINST_A_ZERO.filled(**values, keys=keys)


def _in_the_way(parameters: ParameterSet, explains: Callable[[ParameterSet], bool]) -> str:
    """Return which of the keys that are given as 0 would have to be given otherwise, as a scenario file writes them."""
    if explains(parameters):
        return ""
    nil = [key for key in parameters.scalars if key.kind in OF_THE_MATRIX and _is_nil(parameters, key)]
    for key in tuple(nil):
        others = dict.fromkeys((other for other in nil if other != key), Fixed(0.5))
        if explains(replace(parameters, scalars={**parameters.scalars, **others})):
            nil.remove(key)
    return ", ".join(key.scenario_key for key in nil)


def _is_nil(parameters: ParameterSet, key: ParameterKey) -> bool:
    value = parameters.scalars[key]
    return value.fixed and float(value.quantile(np.array([0.5]))[0]) == 0


def possible_moves(parameters: ParameterSet, years: int) -> Bools:
    """Return which moves some years, at least 1, may bring, shape (4, 4): what is given as 0 never happens."""
    values = {
        key: np.array([0.0 if _is_nil(parameters, key) else 0.5])
        for key in parameters.scalars
        if key.kind in OF_THE_MATRIX
    }
    moves = transition_matrix(*from_shorthand(values, 1))[0] > 0
    # Every level is reached within three years or never.
    return np.linalg.matrix_power(moves.astype(np.int64), min(years, len(LEVELS) - 1)) > 0
