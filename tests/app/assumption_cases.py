"""Assumptions that Python code states and that no scenario file can: each is refused in words.

Knows domain objects; must not know what is said about them: that stands in refusal_texts.txt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from districts import NEUTRAL, make_scenario, make_villages

from simulation.domain.distributions import Beta, Distribution, Empirical, Exponentiated, Normal
from simulation.domain.evidence import Panel
from simulation.domain.intervention import Intervention
from simulation.domain.network import Network
from simulation.domain.parameters import ParameterSet
from simulation.domain.status_knowledge import KnownStatuses
from simulation.domain.villages import Villages

VILLAGES = make_villages([2, 2], status=[0, 0, 1, 2])
WITH_TEXT = make_villages([2, 2], status=[0, 0, 1, 2], columns={"jalan": ["tanah", "aspal", "aspal", "tanah"]})
SCENARIO = make_scenario(VILLAGES)
ROWS = ((0.9, 0.1, 0.0, 0.0), (0.0, 0.9, 0.1, 0.0), (0.0, 0.0, 0.9, 0.1), (0.0, 0.0, 0.0, 1.0))
LEVELS_OF_ONE = np.zeros((1, 2), dtype=np.int8)
OUTSIDE_THE_LAW = {key: value for key, value in NEUTRAL.items() if not key.startswith(("rise", "fall", "skip"))}


def _law(**changed: Distribution) -> Callable[[], object]:
    """Return parameters of which some have another value."""
    return partial(ParameterSet, {**NEUTRAL, **changed})


def _matrix(*rows: tuple[float, ...]) -> Callable[[], object]:
    return partial(ParameterSet, OUTSIDE_THE_LAW, matrix=rows)


def _villages(**changed: object) -> Callable[[], Villages]:
    """Return the villages with other values in some fields."""
    return lambda: replace(VILLAGES, **changed)  # type: ignore[arg-type]


def _network(*edges: tuple[int, int], weights: list[float] | None = None) -> Callable[[], Network]:
    """Return a network of four villages."""
    return lambda: Network(4, np.array(edges), None if weights is None else np.array(weights))  # type: ignore[arg-type]


def _distances(*rows: tuple[float, ...]) -> Callable[[], Villages]:
    """Return the villages with distances between them."""
    return lambda: VILLAGES.related(distances=np.array(rows))


ASSUMED_IN_PYTHON: dict[str, Callable[[], object]] = {
    "a spread between 0 and 1, in Python": _law(year_sd=Beta(2, 2)),
    "the lognormal of a spread, in Python": _law(year_sd=Exponentiated(Normal(0, 1))),
    "draws in a table, in Python": partial(Empirical, np.full((2, 2), 0.1)),
    "draws of two lengths, in Python": _law(year_sd=Empirical(np.full(2, 0.1)), village_sd=Empirical(np.full(3, 0.1))),
    "a matrix of three rows, in Python": _matrix(*ROWS[:3]),
    "a row of three chances, in Python": _matrix(*ROWS[:3], (0.0, 0.0, 1.0)),
    "a parameter left out, in Python": lambda: make_scenario(
        VILLAGES, priors={key: value for key, value in NEUTRAL.items() if key != "year_sd"}
    ),
    "effects of no intervention, in Python": lambda: replace(
        SCENARIO, parameters=make_scenario(VILLAGES, interventions=[Intervention("pokja", 2026, capacity=2)]).parameters
    ),
    "an order by a column of text, in Python": lambda: make_scenario(
        WITH_TEXT, interventions=[Intervention("pokja", 2026, capacity=2, priority="column:jalan")]
    ),
    "two villages of one code, in Python": _villages(codes=("1", "1", "2", "3")),
    "a name too few, in Python": _villages(names=("A", "B", "C")),
    "villages in disorder, in Python": _villages(subdistrict_index=np.array([1, 0, 1, 0])),
    "a column that is there already, in Python": _villages(columns={"status": np.zeros(4)}),
    "no villages, in Python": lambda: Villages.arrange("63.99", "Kabupaten", [], [], []),
    "past statuses of another shape, in Python": lambda: Panel("63.99", ("1", "2"), (2024, 2025), LEVELS_OF_ONE),
    "past years in disorder, in Python": lambda: Panel("63.99", ("1",), (2025, 2024), LEVELS_OF_ONE),
    "a past level that is none, in Python": lambda: Panel("63.99", ("1",), (2024, 2025), LEVELS_OF_ONE + 9),
    "a target that is a number, in Python": lambda: replace(SCENARIO, target=0.05),  # type: ignore[arg-type]
    "neighbours that are not there, in Python": _network((0, 4)),
    "a neighbour of itself, in Python": _network((1, 1)),
    "neighbours given twice, in Python": _network((0, 1), (1, 0)),
    "a weight too many, in Python": _network((0, 1), weights=[1.0, 2.0]),
    "a weight that is none, in Python": _network((0, 1), weights=[np.nan]),
    "a network of other villages, in Python": _villages(network=Network(3, np.array([[0, 1]]))),
    "distances of too few villages, in Python": _distances((0, 1), (1, 0)),
    "a distance that is none, in Python": _distances(*[(-1.0,) * 4] * 4),
    "distances that differ by direction, in Python": _distances((0, 1, 1, 1), *[(2, 0, 0, 0)] * 3),
    "a distance from itself, in Python": _distances(*[(1.0,) * 4] * 4),
    "a level that is none, in Python": _villages(known=KnownStatuses(np.array([0, 1, 2, 4], dtype=np.int8))),
}
"""Refused."""
