"""The parameters of the law as a scenario gives them: numbers, distributions, draws or default priors.

Knows which names a parameter has in the file and in the law; must not know how a village uses them.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from ..domain.distributions import Dirichlet, Distribution, Fixed
from ..domain.messages import Message
from ..domain.parameters import DEFAULT_PRIORS, DIRECTIONS, INTERVENTION_PRIOR, Kind, ParameterKey, ParameterSet
from ..domain.status import LEVELS
from .collector import Collector
from .files import Files
from .posterior import WRITE_AGAIN, Posterior, read_posterior
from .quantity import Quantity, distribution, notation
from .schema import InterventionSection
from .transition_schema import Fall, Matrix, MatrixRow, Skip, Transition
from .tree import Node

SHORTHAND: tuple[Kind, ...] = ("rise", "fall", "skip")
BOTH_FORMS: tuple[Kind, ...] = ("fall", "skip")
"""Given either once for all levels or per level."""


@dataclass(frozen=True)
class Law:
    """What a scenario knows of every parameter.

    Attributes
    ----------
    parameters
        For the engines.
    notation
        Parameter -> number or distribution as a scenario file writes it; draws are left out.
    matrix
        The matrix as a scenario file writes it, or None.
    calibrated
        Parameters whose draws come from a file.
    """

    parameters: ParameterSet
    notation: Mapping[ParameterKey, Any]
    matrix: Mapping[str, Any] | None
    calibrated: frozenset[ParameterKey]


def read_law(
    node: Node, transition: Transition, plans: Mapping[str, InterventionSection], files: Files, collector: Collector
) -> Law:
    """Return every parameter of a scenario; problems go to `collector`.

    Parameters
    ----------
    node
        The whole scenario as read.
    transition, plans
        Its sound parts.
    """
    _tell_both_forms(node, collector)
    given = {**_given_transition(transition), **_given_effects(plans)}
    posterior = _posterior(node, transition, plans, files, collector)
    _tell_given_twice(node, given, posterior, collector)
    covariates = [*transition.covariates, *(key.of for key in posterior.draws if key.kind == "covariate")]
    keys = _keys(transition, tuple(plans), tuple(dict.fromkeys(covariates)), {*given, *posterior.draws})
    left = {key for key in keys if key not in given and key not in posterior.draws}
    parameters = ParameterSet(
        {key: posterior.draws.get(key) or _distribution_of(key, given.get(key)) for key in keys},
        None if transition.matrix is None else _rows(transition.matrix),
        tuple(plans),
        tuple(dict.fromkeys(covariates)),
        frozenset(key for key in left if key.kind != "odds_ratio_fall"),
        posterior.blocks,
    )
    told = [key for key in keys if key not in posterior.draws]
    written = {key: notation(given[key] if key in given else default_of(key)) for key in told}
    matrix = None if transition.matrix is None else _matrix_notation(transition.matrix)
    return Law(parameters, written, matrix, frozenset(posterior.draws))


def _distribution_of(key: ParameterKey, given: Quantity | None) -> Distribution:
    return default_of(key) if given is None else distribution(given, odds_ratio=key.scale == "odds ratio")


def default_of(key: ParameterKey) -> Distribution:
    """Return the prior of a parameter that a scenario leaves out."""
    if key.kind == "odds_ratio_rise":
        return INTERVENTION_PRIOR
    if key.kind == "odds_ratio_fall":
        return Fixed(1.0)
    return DEFAULT_PRIORS[ParameterKey("fall") if key.kind == "fall" else key]


def _keys(
    transition: Transition,
    interventions: tuple[str, ...],
    covariates: tuple[str, ...],
    known: AbstractSet[ParameterKey],
) -> list[ParameterKey]:
    """Return the keys of all scalar parameters, in the order of the scenario file.

    A single `skip` for both levels is one parameter, drawn once, as a single `fall` is; which form they
    take is read off the names that are `known`.
    """
    keys: dict[ParameterKey, None] = {}
    per_level_fall = any(key.kind == "fall" and key.of for key in known)
    for key in DEFAULT_PRIORS:
        if transition.matrix is not None and key.kind in SHORTHAND:
            continue
        if key.kind == "fall" and per_level_fall:
            keys |= dict.fromkeys(ParameterKey("fall", level) for level in LEVELS[1:])
        else:
            common = ParameterKey("skip")
            keys[common if key.kind == "skip" and common in known else key] = None
    effects = (ParameterKey.effect(name, direction) for name in interventions for direction in DIRECTIONS)
    return [*keys, *(ParameterKey("covariate", name) for name in covariates), *effects]


def _given_transition(transition: Transition) -> dict[ParameterKey, Quantity]:
    """Return the parameters that the section `transition` gives."""
    given: dict[str, Quantity | None] = {}
    if transition.matrix is None:
        if transition.rise is not None:
            given |= {f"rise.{level}": value for level, value in transition.rise}
        if isinstance(transition.fall, Fall):
            given |= {f"fall.{level}": value for level, value in transition.fall}
        else:
            given["fall"] = transition.fall
        if isinstance(transition.skip, Skip):
            given |= {f"skip.{level}": value for level, value in transition.skip}
        else:
            given["skip"] = transition.skip
    for key in DEFAULT_PRIORS:
        if hasattr(transition, key) and key.kind not in SHORTHAND:
            given[key] = getattr(transition, key)
    if transition.campaign is not None:
        given |= {f"campaign.{name}": value for name, value in transition.campaign}
    given |= {f"covariates.{name}": value for name, value in transition.covariates.items()}
    return {ParameterKey.parse(name): value for name, value in given.items() if value is not None}


def _given_effects(plans: Mapping[str, InterventionSection]) -> dict[ParameterKey, Quantity]:
    """Return the odds ratios that interventions give."""
    return {
        ParameterKey.effect(name, direction): value
        for name, plan in plans.items()
        for direction in DIRECTIONS
        if (value := getattr(plan, f"odds_ratio_{direction}")) is not None
    }


def _posterior(
    node: Node,
    transition: Transition,
    plans: Mapping[str, InterventionSection],
    files: Files,
    collector: Collector,
) -> Posterior:
    """Return the draws that `parameters_from` names; empty where there are none."""
    place = node.get("transition", "parameters_from")
    if place is None or transition.parameters_from is None:
        return Posterior()
    source = files.read(transition.parameters_from, place.place, "transition.parameters_from")
    if source is None:
        return Posterior()
    both_forms = (set[ParameterKey](), {ParameterKey("fall", "mandiri"), ParameterKey("skip")})
    known = {key for form in both_forms for key in _keys(transition, tuple(plans), (), form)}
    posterior = read_posterior(source, collector, known) or Posterior()
    for common in (key for key in map(ParameterKey, BOTH_FORMS) if key in posterior.draws):
        if any(key.kind == common.kind and key.of for key in posterior.draws):
            message = Message("draws of {name} are given both for all levels and per level", {"name": str(common)})
            collector.add((source.shown, None), common, message, suggestion=WRITE_AGAIN, table=True)
    return posterior


def _tell_given_twice(
    node: Node, given: Mapping[ParameterKey, Quantity], posterior: Posterior, collector: Collector
) -> None:
    """Tell every parameter that stands in the scenario and among the draws; one that is inherited gives way."""
    drawn = node.get("transition", "parameters_from")
    for drawn_key in posterior.draws:
        rivals = {other for other in given if drawn_key.kind in BOTH_FORMS and other.kind == drawn_key.kind}
        if drawn_key not in given and not any(not other.of or not drawn_key.of for other in rivals):
            continue
        key = drawn_key.scenario_key
        place = node
        for part in key.split("."):
            place = place.mapping.get(part, place)
        if drawn is not None and place.place.generation > drawn.place.generation:
            continue
        message = Message("this parameter comes from parameters_from already")
        fix = Message("remove it here, or remove parameters_from")
        collector.add(place, key, message, suggestion=fix)


def _tell_both_forms(node: Node, collector: Collector) -> None:
    """Tell where a matrix and its shorthand are given together."""
    matrix = node.get("transition", "matrix")
    for name in SHORTHAND:
        part = node.get("transition", name)
        if matrix is not None and part is not None:
            message = Message("matrix stands instead of rise, fall and skip")
            fix = Message("remove {one}, or remove {other}", {"one": name, "other": "matrix"})
            collector.add(part, f"transition.{name}", message, suggestion=fix)


def _rows(matrix: Matrix) -> tuple[tuple[float, ...] | Dirichlet, ...]:
    rows: list[tuple[float, ...] | Dirichlet] = []
    for level in LEVELS:
        row: MatrixRow = getattr(matrix, level)
        rows.append(row.four if row.effective_n is None else Dirichlet(row.four, row.effective_n))
    return tuple(rows)


def _matrix_notation(matrix: Matrix) -> dict[str, Any]:
    return matrix.model_dump(exclude_none=True)
