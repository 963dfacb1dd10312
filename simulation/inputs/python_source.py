"""Scenarios written in Python: mappings and dotted keys as the tree that the checks of scenario files read."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from ..domain.distributions import Empirical
from ..domain.messages import Message, nearest
from ..domain.parameters import ParameterKey
from .dataframes import DRAWS, is_graph, is_table, table_source
from .files import Source
from .problem_list import UNREADABLE, Keys, Node, Place, ProblemList
from .schema import InterventionSection, ScenarioFile, Transition, plain

SECTIONS = tuple(each.name for each in fields(ScenarioFile))
TRANSITION = tuple(each.name for each in fields(Transition))
OF_INTERVENTIONS = tuple(each.name for each in fields(InterventionSection) if each.name != "name")
_TABLE = Message("the name of a file, or a data frame")
NAME_FILES = {
    **dict.fromkeys(("villages.table", "villages.distances", "districts.table", "districts.villages"), _TABLE),
    "so_far.table": _TABLE,
    "villages.map": Message("the name of a file"),
    "villages.network": Message("the name of a file, a data frame, or a graph of networkx"),
    DRAWS: Message(
        "the name of a Parquet file, a data frame with a column for each parameter, an xarray Dataset, or an ArviZ "
        "InferenceData"
    ),
}
"""Keys of a scenario file that name files -> what may be given there."""


def node_of(value: Any, place: Place, collector: ProblemList, tables: dict[str, Source], keys: Keys = ()) -> Node:
    """Return plain data, numbers, fractions and distributions as nodes; what no file could say goes to `collector`.

    A table stands as its name, under which `tables` then holds it; a graph says besides whether it is directed.
    """
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if is_table(value):  # a Dataset is a mapping, too
        source = table_source(value, ".".join(keys))
        tables[source.shown] = source
        return Node(source.shown, place, source.shown)
    if (allowed := NAME_FILES.get(".".join(keys))) is not None and not isinstance(value, str | None):
        message = Message("a value of type {name} does not fit into a scenario", {"name": type(value).__name__})
        collector.add(place, ".".join(keys), message, found=str(value), allowed=allowed)
        return Node(UNREADABLE, place)
    if isinstance(value, Mapping):
        graph: Any = value.get("network")
        if is_graph(graph):
            value = {**value, "network_directed": bool(graph.is_directed())}
        named = ((str(key), child) for key, child in value.items())
        return Node({key: node_of(child, place, collector, tables, (*keys, key)) for key, child in named}, place)
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return Node([node_of(item, place, collector, tables, keys) for item in items], place)
    value = plain(value)
    if isinstance(value, dict):
        return node_of(value, place, collector, tables, keys)
    if value is None or isinstance(value, str | bool | int | float):
        return Node(value, place, str(value).lower() if isinstance(value, bool) else str(value))
    message = Message("a value of type {name} does not fit into a scenario", {"name": type(value).__name__})
    allowed = Message("text, numbers, fractions, distributions, lists and mappings, and where files are named tables")
    collector.add(place, ".".join(keys), message, found=str(value), allowed=allowed)
    return Node(UNREADABLE, place)


def overlay_of(
    changes: Mapping[str, Any], interventions: Iterable[str], mechanisms: Iterable[str], collector: ProblemList
) -> dict[str, Any]:
    """Return changes by dotted key as the mapping that a scenario file lays over another.

    Parameters
    ----------
    changes
        Keys of a scenario file (``target.share``, ``horizon``), those of ``transition`` with or without it
        (``rise.dasar``), those of interventions and mechanisms by their names (``pokja.capacity``,
        ``saturating.most``); -> new value.
    interventions, mechanisms
        Names of those that there are.
    """
    known, of_mechanisms = tuple(interventions), tuple(mechanisms)
    overlay: dict[str, Any] = {}
    named: dict[str, dict[str, Any]] = {}
    for key, value in changes.items():
        path = _path(key, known, of_mechanisms)
        if path is None:
            options = tuple(name for name in (*SECTIONS, *TRANSITION, *_examples(known)) if _path(name, known, ()))
            collector.add(
                ("", None),
                key,
                Message("unknown key {name}", {"name": key}),
                allowed=Message(
                    "a key of the scenario file, or of an intervention by its name, such as pokja.capacity"
                ),
                suggestion=nearest(key, options) or nearest(key.partition(".")[0], options),
            )
        elif path[0] == "interventions" and len(path) > 1:
            _put(named.setdefault(path[1], {"name": path[1]}), path[2:], value)
        elif path[0] == "sources" and len(path) > 1:
            overlay.setdefault("sources", {})[".".join(path[1:])] = value
        else:
            _put(overlay, path, value)
    if named:
        overlay["interventions"] = [*overlay.get("interventions", ()), *named.values()]
    return overlay


def _examples(interventions: Iterable[str]) -> Iterator[str]:
    yield from (f"{name}.{key}" for name in interventions for key in OF_INTERVENTIONS)
    yield from (f"rise.{level}" for level in ("dasar", "berkembang", "mandiri"))


def _path(key: str, interventions: tuple[str, ...], mechanisms: tuple[str, ...]) -> Keys | None:
    """Return where a dotted key stands in a scenario file; None where it stands nowhere."""
    first, *rest = key.removeprefix("transition.").split(".")
    if first == "covariates" and rest:
        return ("transition", first, ".".join(rest))
    if first in interventions and rest[:2] == ["eligible", "where"]:
        return ("interventions", first, *rest[:2], *([".".join(rest[2:])] if rest[2:] else []))
    if first in interventions and rest and rest[0] in OF_INTERVENTIONS:
        return ("interventions", first, *rest)
    if first in mechanisms and rest:
        return ("mechanisms", first, *rest)
    if first in TRANSITION:
        return ("transition", first, *rest)
    if first == "extends" or (first == "interventions" and len(rest) == 1):
        return None
    return (first, *rest) if first in SECTIONS else None


def _put(part: dict[str, Any], path: Keys, value: Any) -> None:
    """Put a value at the end of a path, beside what other keys put there."""
    for key in path[:-1]:
        below = part.setdefault(key, {})
        if not isinstance(below, dict):
            below = part[key] = {}
        part = below
    part[path[-1]] = value


def draws_among(changes: Mapping[str, Any], known: Collection[ParameterKey]) -> dict[ParameterKey, Empirical]:
    """Return the draws that changes give for known parameters, by their keys."""
    named = ((key, changes.get(name)) for key in known for name in (key, key.scenario_key))
    return {key: value for key, value in named if isinstance(value, Empirical)}
