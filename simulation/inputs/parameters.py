"""The parameters of the law as a scenario gives them: numbers, distributions, draws or default priors."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from ..domain.distributions import Dirichlet, Distribution
from ..domain.messages import Message
from ..domain.parameters import (
    BOTH_FORMS,
    DEFAULT_PRIORS,
    DIRECTIONS,
    OF_THE_LAW,
    OF_THE_MATRIX,
    ParameterKey,
    ParameterSet,
    analogue_prior,
    default_prior,
    falls_by_one_level,
)
from ..domain.reporting import REPORTING
from ..domain.status import LEVELS
from .files import Files
from .posterior import WRITE_AGAIN, LearnedDraws, read_posterior
from .problem_list import Node, ProblemList, place_at
from .resolve import DEFAULT_PRIOR, PRIORS
from .schema import ScenarioFile, Transition


def read_parameters(
    node: Node,
    file: ScenarioFile,
    plans: Mapping[str, Any],
    files: Files,
    collector: ProblemList,
    kept: LearnedDraws | None,
) -> ParameterSet:
    """Return what a scenario knows of every parameter; problems go to `collector`.

    Parameters
    ----------
    kept
        Draws that hold where the scenario gives neither the parameter nor other draws; None where there are none.
    """
    _tell_both_forms(node, collector)
    transition = file.transition
    stated = {**_given_transition(transition), **_given_effects(plans), **_given_mechanisms(file)}
    if file.reporting.yearly is not None:
        stated[REPORTING] = file.reporting.yearly
    sources = node.get("sources")
    said = {key: entry.value for key, entry in sources.mapping.items()} if sources is not None else {}
    # A resolved document states priors as what they are; those of other programmes give way where some are chosen.
    as_priors = {DEFAULT_PRIOR} if node.get("priors") is None else PRIORS.keys()
    given = {
        key: value
        for key, value in stated.items()
        if (source := said.get(key.scenario_key)) not in as_priors or value != PRIORS[source](key)
    }
    if (fall := given.get(ParameterKey("fall"))) is not None and fall == analogue_prior(ParameterKey("fall")):
        given |= {key: value for key, value in stated.items() if key.kind == "fall_skip"}
    posterior = _posterior(node, transition, plans, files, collector)
    if kept is not None and not posterior.draws:
        draws = {key: drawn for key, drawn in kept.draws.items() if not _rivals(key, given)}
        posterior = LearnedDraws(draws, kept.blocks, kept.past)
    else:
        _tell_given_twice(node, given, posterior, collector)
    drawn = (key.of for key in posterior.draws if key.kind == "covariate")
    covariates = tuple(dict.fromkeys([*transition.covariates, *drawn]))
    keys = _keys(transition, tuple(plans), covariates, {*given, *posterior.draws})
    known = {key: posterior.draws.get(key) or given.get(key) or _prior(key, file.priors) for key in keys}
    silent = {key for key in keys if said.get(key.scenario_key, DEFAULT_PRIOR) in as_priors}
    return ParameterSet(
        known,
        None if transition.matrix is None else _rows(transition.matrix),
        tuple(plans),
        covariates,
        frozenset(key for key in silent if key.kind != "odds_ratio_fall"),
        posterior.blocks,
        posterior.past,
    )


def _prior(key: ParameterKey, priors: str) -> Distribution:
    prior = (analogue_prior(key) if priors == "analogue" else None) or default_prior(key)
    if prior is None:  # of a covariate, which is there only because it is given
        raise KeyError(key)
    return prior


def _rivals(key: ParameterKey, given: Mapping[ParameterKey, Distribution]) -> set[ParameterKey]:
    """Return the given parameters that say what `key` says: itself, or the same for all levels or for single ones."""
    rivals = {key} & given.keys()
    if key.kind in BOTH_FORMS:
        rivals |= {other for other in given if other.kind == key.kind and not (other.of and key.of)}
    return rivals


def _keys(
    transition: Transition,
    interventions: tuple[str, ...],
    covariates: tuple[str, ...],
    known: AbstractSet[ParameterKey],
) -> list[ParameterKey]:
    """Return the keys of all scalar parameters, in the order of the scenario file.

    One number for all levels is one parameter, drawn once; which form a kind takes is read off the names that are
    `known`.
    """
    keys: dict[ParameterKey, None] = {}
    one_level = falls_by_one_level({key.kind for key in known})
    for key in DEFAULT_PRIORS:
        if (transition.matrix is not None and key.kind in OF_THE_MATRIX) or (one_level and key.kind == "fall_skip"):
            continue
        if key.kind in BOTH_FORMS and any(other.kind == key.kind for other in known):
            forms = [other for other in OF_THE_LAW.values() if other.kind == key.kind]
            keys |= dict.fromkeys(form for form in forms if bool(form.of) != (ParameterKey(key.kind) in known))
        else:
            keys[key] = None
    effects = (ParameterKey.effect(name, direction) for name in interventions for direction in DIRECTIONS)
    of_places = (key for key in known if key.is_of_a_place)
    of_mechanisms = (key for key in known if key.kind == "mechanism")
    of_lists = {REPORTING} & known
    covariate_keys = (ParameterKey("covariate", name) for name in covariates)
    return [*keys, *of_lists, *covariate_keys, *effects, *sorted(of_mechanisms), *sorted(of_places)]


def in_order(scalars: Mapping[ParameterKey, Distribution]) -> dict[ParameterKey, Distribution]:
    """Return parameters with those of mechanisms where a scenario file has them: after the law's, before places'."""
    of_mechanisms = sorted(key for key in scalars if key.kind == "mechanism")
    of_places = [key for key in scalars if key.is_of_a_place]
    of_the_law = [key for key in scalars if key.kind != "mechanism" and not key.is_of_a_place]
    return {key: scalars[key] for key in (*of_the_law, *of_mechanisms, *of_places)}


def _given_transition(transition: Transition) -> dict[ParameterKey, Distribution]:
    """Return the parameters that the section `transition` gives."""
    given: dict[ParameterKey, Distribution] = {}
    for key in OF_THE_LAW.values():
        value: Any = transition
        for part in key.scenario_key.split(".")[1:]:
            value = getattr(value, part, None)
        if hasattr(value, "quantile") and not (key.kind in OF_THE_MATRIX and transition.matrix is not None):
            given[key] = value
    return given | {ParameterKey("covariate", name): value for name, value in transition.covariates.items()}


def _given_effects(plans: Mapping[str, Any]) -> dict[ParameterKey, Distribution]:
    """Return the odds ratios that interventions give."""
    return {
        ParameterKey.effect(name, direction): value
        for name, plan in plans.items()
        for direction in DIRECTIONS
        if (value := getattr(plan, f"odds_ratio_{direction}")) is not None
    }


def _given_mechanisms(file: ScenarioFile) -> dict[ParameterKey, Distribution]:
    """Return the parameters of mechanisms that a file states."""
    return {
        ParameterKey("mechanism", f"{name}.{key}"): value
        for name, part in file.mechanisms.items()
        for key, value in part.items()
    }


def _posterior(
    node: Node,
    transition: Transition,
    plans: Mapping[str, Any],
    files: Files,
    collector: ProblemList,
) -> LearnedDraws:
    """Return the draws that `parameters_from` names; empty where there are none."""
    place = node.get("transition", "parameters_from")
    if place is None or transition.parameters_from is None:
        return LearnedDraws()
    source = files.read(transition.parameters_from, place.place, "transition.parameters_from")
    if source is None:
        return LearnedDraws()
    forms = set(map(ParameterKey, BOTH_FORMS)), {key for key in OF_THE_LAW.values() if key.of}
    known = {key for form in forms for key in _keys(transition, tuple(plans), (), form | {REPORTING})}
    posterior = read_posterior(source, collector, known) or LearnedDraws()
    for common in (key for key in map(ParameterKey, BOTH_FORMS) if key in posterior.draws):
        if any(key.kind == common.kind and key.of for key in posterior.draws):
            message = Message("draws of {name} are given both for all statuses and per status", {"name": str(common)})
            collector.add((source.shown, None), common, message, suggestion=WRITE_AGAIN, table=True)
    return posterior


def _tell_given_twice(
    node: Node, given: Mapping[ParameterKey, Distribution], posterior: LearnedDraws, collector: ProblemList
) -> None:
    """Tell every parameter that stands in the scenario and among the draws; one that is inherited gives way."""
    drawn = node.get("transition", "parameters_from")
    for drawn_key in posterior.draws:
        if not _rivals(drawn_key, given):
            continue
        key = drawn_key.scenario_key
        place = place_at(node, key)
        if drawn is not None and place.place.generation > drawn.place.generation:
            continue
        message = Message("this parameter comes from parameters_from already")
        fix = Message("remove it here, or remove parameters_from")
        collector.add(place, key, message, suggestion=fix)


def _tell_both_forms(node: Node, collector: ProblemList) -> None:
    """Tell where a matrix and its shorthand are given together."""
    matrix = node.get("transition", "matrix")
    for name in OF_THE_MATRIX:
        part = node.get("transition", name)
        if matrix is not None and part is not None:
            message = Message("matrix takes the place of rise, fall, skip and fall_skip")
            fix = Message("remove {one}, or remove {other}", {"one": name, "other": "matrix"})
            collector.add(part, f"transition.{name}", message, suggestion=fix)


def _rows(matrix: Any) -> tuple[tuple[float, ...] | Dirichlet, ...]:
    rows = [getattr(matrix, level) for level in LEVELS]
    return tuple(row.four if row.effective_n is None else Dirichlet(row.four, row.effective_n) for row in rows)
