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
from ..domain.parameters import DEFAULT_PRIORS, INTERVENTION_PRIOR, ParameterSet
from ..domain.status import LEVELS
from .collector import Collector
from .files import Files
from .posterior import WRITE_AGAIN, Posterior, read_posterior
from .quantity import Quantity, distribution, notation
from .schema import InterventionSection
from .transition_schema import Fall, Matrix, MatrixRow, Skip, Transition
from .tree import Node

SHORTHAND = ("rise", "fall", "skip")
BOTH_FORMS = frozenset({"fall", "skip"})
"""Given either once for all levels or per level."""


@dataclass(frozen=True)
class Law:
    """What a scenario knows of every parameter.

    Attributes
    ----------
    parameters
        For the engines.
    notation
        Parameter name -> number or distribution as a scenario file writes it; draws are left out.
    matrix
        The matrix as a scenario file writes it, or None.
    calibrated
        Names whose draws come from a file.
    """

    parameters: ParameterSet
    notation: Mapping[str, Any]
    matrix: Mapping[str, Any] | None
    calibrated: frozenset[str]


def scenario_key(parameter: str) -> str:
    """Return the key of a parameter in the scenario file."""
    is_effect = parameter.endswith((".odds_ratio_rise", ".odds_ratio_fall")) and not parameter.startswith("covariates.")
    return f"interventions.{parameter}" if is_effect else f"transition.{parameter}"


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
    covariates = [*transition.covariates, *(n[11:] for n in posterior.draws if n.startswith("covariates."))]
    names = _names(transition, tuple(plans), tuple(dict.fromkeys(covariates)), {*given, *posterior.draws})
    left = {name for name in names if name not in given and name not in posterior.draws}
    parameters = ParameterSet(
        {name: posterior.draws.get(name) or _distribution_of(name, given.get(name)) for name in names},
        None if transition.matrix is None else _rows(transition.matrix),
        tuple(plans),
        tuple(dict.fromkeys(covariates)),
        frozenset(name for name in left if not name.endswith(".odds_ratio_fall")),
        posterior.blocks,
    )
    told = [name for name in names if name not in posterior.draws]
    written = {name: notation(given[name] if name in given else default_of(name)) for name in told}
    matrix = None if transition.matrix is None else _matrix_notation(transition.matrix)
    return Law(parameters, written, matrix, frozenset(posterior.draws))


def _distribution_of(name: str, given: Quantity | None) -> Distribution:
    return default_of(name) if given is None else distribution(given, odds_ratio=_is_odds_ratio(name))


def default_of(name: str) -> Distribution:
    """Return the prior of a parameter that a scenario leaves out."""
    if name.endswith(".odds_ratio_rise"):
        return INTERVENTION_PRIOR
    if name.endswith(".odds_ratio_fall"):
        return Fixed(1.0)
    return DEFAULT_PRIORS["fall" if name.startswith("fall.") else name]


def _is_odds_ratio(name: str) -> bool:
    return "odds_ratio" in name or name.startswith("covariates.")


def _names(
    transition: Transition, interventions: tuple[str, ...], covariates: tuple[str, ...], known: AbstractSet[str]
) -> list[str]:
    """Return the names of all scalar parameters, in the order of the scenario file.

    A single `skip` for both levels is one parameter, drawn once, as a single `fall` is; which form they
    take is read off the names that are `known`.
    """
    names: dict[str, None] = {}
    per_level_fall = any(name.startswith("fall.") for name in known)
    for name in DEFAULT_PRIORS:
        if transition.matrix is not None and name.split(".")[0] in SHORTHAND:
            continue
        if name == "fall" and per_level_fall:
            names |= dict.fromkeys(f"fall.{level}" for level in LEVELS[1:])
        else:
            names["skip" if name.startswith("skip.") and "skip" in known else name] = None
    effects = (f"{name}.odds_ratio_{direction}" for name in interventions for direction in ("rise", "fall"))
    return [*names, *(f"covariates.{name}" for name in covariates), *effects]


def _given_transition(transition: Transition) -> dict[str, Quantity]:
    """Return the parameters that the section `transition` gives, by name."""
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
    for name in ("village_sd", "year_sd", "subdistrict_sd", "peer_odds_ratio"):
        given[name] = getattr(transition, name)
    if transition.campaign is not None:
        given |= {f"campaign.{name}": value for name, value in transition.campaign}
    given |= {f"covariates.{name}": value for name, value in transition.covariates.items()}
    return {name: value for name, value in given.items() if value is not None}


def _given_effects(plans: Mapping[str, InterventionSection]) -> dict[str, Quantity]:
    """Return the odds ratios that interventions give, by parameter name."""
    return {
        f"{name}.{key}": value
        for name, plan in plans.items()
        for key in ("odds_ratio_rise", "odds_ratio_fall")
        if (value := getattr(plan, key)) is not None
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
    both_forms = (set[str](), {"fall.mandiri", "skip"})
    known = {name for form in both_forms for name in _names(transition, tuple(plans), (), form)}
    posterior = read_posterior(source, collector, known) or Posterior()
    for common in sorted(BOTH_FORMS & posterior.draws.keys()):
        if any(name.startswith(f"{common}.") for name in posterior.draws):
            message = Message("draws of {name} are given both for all levels and per level", {"name": common})
            collector.add((source.shown, None), common, message, suggestion=WRITE_AGAIN, table=True)
    return posterior


def _tell_given_twice(node: Node, given: Mapping[str, Quantity], posterior: Posterior, collector: Collector) -> None:
    """Tell every parameter that stands in the scenario and among the draws; one that is inherited gives way."""
    drawn = node.get("transition", "parameters_from")
    for name in posterior.draws:
        owner = name.split(".")[0]
        rivals = {other for other in given if owner in BOTH_FORMS and other.split(".")[0] == owner}
        if name not in given and not (rivals if name == owner else owner in rivals):
            continue
        key = scenario_key(name)
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
