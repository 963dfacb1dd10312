"""Brings what was read into one form: interventions under their names, levels under one name each."""

from __future__ import annotations

from dataclasses import replace

from ..domain.constraints import plain_name
from ..domain.messages import Message
from ..domain.parameters import OF_THE_MATRIX
from ..domain.status import LEVELS, parse_status
from .problem_list import Keys, Node, ProblemList


def prepare(node: Node, collector: ProblemList) -> Node:
    """Return a scenario file with its interventions as a mapping by name and its levels by their shown names."""
    entries = dict(node.mapping)
    if "interventions" in entries:
        entries["interventions"] = _by_name(entries["interventions"], collector)
    return _with_levels((), node.with_value(entries), collector)


_ELIGIBLE = ("eligible", "status")
REMOVE = Message("write remove: at the left margin, not below interventions")


def _by_name(node: Node, collector: ProblemList) -> Node:
    """Return a list of interventions as a mapping; those without a name stand under their position."""
    if not isinstance(node.value, list):
        if node.readable:
            message = Message("this is not a list of interventions")
            allowed = Message("entries below each other, each starting with - name:")
            fix = REMOVE if "remove" in node.mapping else _as_entry(_name_within(node))
            collector.add(node, "interventions", message, allowed=allowed, suggestion=fix)
        return node.with_value({})
    named: dict[str, Node] = {}
    for position, item in enumerate(node.value, start=1):
        name = item.get("name")
        nameless = f"#{position}" + "'" * item.place.generation
        if not isinstance(item.value, dict):
            if item.readable:
                message = Message("this is not an intervention")
                allowed = Message("keys and values that start with - name:")
                fix = _as_entry(item.text)
                collector.add(item, "interventions", message, allowed=allowed, suggestion=fix)
        elif name is None or not isinstance(name.value, str):
            named[nameless] = item
        elif name.value in named:
            line = named[name.value].place.line
            message = Message("two interventions have this name; the first starts on line {line}", {"line": line})
            if line is None:
                message = Message("two interventions have this name")
            fix = Message("give one of them another name, or remove it")
            collector.add(name, f"interventions.{name.value}", message, suggestion=fix)
            named[nameless] = item
        else:
            named[name.value] = item
    return node.with_value(named)


def _name_within(node: Node) -> str:
    """Return what a mapping that should be a list calls its intervention: its name, or its first key."""
    name = node.get("name")
    return next(iter(node.mapping), node.text) if name is None else name.text


def _as_entry(name: str) -> Message:
    return Message("write {value}", {"value": f"- name: {plain_name(name) or 'pokja'}"})


def _with_levels(keys: Keys, node: Node, collector: ProblemList) -> Node:
    """Return a node with every level under the name we show, wherever levels are named."""
    if isinstance(node.value, list):
        lists_levels = keys == ("target", "levels") or (keys[:1] == ("interventions",) and keys[2:] == _ELIGIBLE)
        return node.with_value([_level(item) for item in node.value]) if lists_levels else node
    if not isinstance(node.value, dict):
        return node
    entries: dict[str, Node] = {}
    for key, child in node.value.items():
        status = parse_status(key) if _keyed_by_level(keys, child) else None
        name = key if status is None else status.label
        if name in entries:
            message = Message("the status {name} is written here under two names", {"name": name})
            collector.add(child, ".".join((*keys, key)), message, suggestion=Message("keep one of the two"))
            continue
        entries[name] = _with_levels((*keys, name), child, collector)
    return node.with_value(entries)


def _level(item: Node) -> Node:
    status = parse_status(item.value) if isinstance(item.value, str) else None
    return item if status is None else replace(item, value=status.label)


def _keyed_by_level(keys: Keys, child: Node) -> bool:
    """Return whether the keys of the mapping at `keys` are levels (a kecamatan has a mapping below it)."""
    match keys:
        case ("transition", name) | ("transition", "matrix" as name, _):
            return name in {"matrix", *OF_THE_MATRIX}
        case ("villages", "status_counts"):
            return not isinstance(child.value, dict)
        case ("villages", "status_counts", name):
            return name not in LEVELS
    return False
