"""A scenario file laid over the one it extends."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..domain.messages import Message, listed, shown
from ..domain.parameters import BOTH_FORMS, OF_THE_MATRIX
from ..domain.status import LEVELS
from .files import LARGEST_YAML, TABLE_ENDINGS, YAML_ENDINGS, Files, Source
from .normalise import prepare
from .problem_list import Keys, Node, Place, ProblemList, compact
from .yaml_source import read_yaml

LONGEST_CHAIN = 20
# Looked for in the text, for what is no YAML wants telling in the reader's language, too.
_LANGUAGE = re.compile(r"""^["']?language["']?\s*:\s*["']?(id|en)\b""", re.MULTILINE)
NOTHING = "-"
"""Stands in a change for a key that was not there, or is no more."""


@dataclass(frozen=True)
class Chain:
    """A scenario file and all it extends, as one.

    Attributes
    ----------
    changes
        What the overlays changed, ``key: old -> new``, the oldest overlay first.
    complete
        Whether every file of the chain could be read.
    """

    node: Node
    changes: tuple[str, ...]
    complete: bool


def read_chain(files: Files, collector: ProblemList) -> Chain | None:
    """Read the file that was asked for and all it extends; None where not even that one can be read."""
    source = files.read_top()
    if source is not None and source.path.suffix.lower() in TABLE_ENDINGS:
        message = Message("this is a table; a scenario (.yaml) is asked for, which names its tables")
        fix = Message("name the scenario that uses this table; kampungkb start TABLE makes one of an office's list")
        collector.add((source.shown, None), "", message, suggestion=fix)
        return None
    layers, complete = _layers(source, [], files, collector)
    return merged(layers, collector, complete) if layers else None


def _is_answers(node: Node) -> bool:
    """Return whether a file answers the questions of `start`: with a target in a word, and no key of every scenario."""
    target, needs = node.get("target"), {"schema", "extends", "name", "origin"}
    return target is not None and bool(target.text) and not needs & set(node.mapping)


def python_chain(node: Node, files: Files, collector: ProblemList) -> Chain:
    """Return a scenario written in Python, and all that it extends."""
    top = prepare(node, collector)
    parent = top.get("extends")
    if parent is None:
        return merged([top], collector)
    layers, complete = _layers(_parent(parent, [], files, collector), [top], files, collector)
    return merged(layers, collector, complete)


def _layers(source: Source | None, layers: list[Node], files: Files, collector: ProblemList) -> tuple[list[Node], bool]:
    """Return `layers`, the youngest first, with a file and all it extends, and whether all could be read."""
    trail: list[Source] = []
    while source is not None:
        trail.append(source)
        text = source.text(collector)
        if collector.language is None and (named := _LANGUAGE.search(text or "")):
            collector.language = named[1]
        place = Place(source.shown, 1, source.folder, len(layers))
        node = read_yaml(text, place, collector) if text is not None else None
        if node is None:
            return layers, False
        if not layers and _is_answers(node):
            message = Message("this is a file of answers, not a scenario")
            fix = Message("name it with --answers: kampungkb start LIST.xlsx --answers {name}", {"name": source.shown})
            collector.add((source.shown, None), "", message, suggestion=fix)
            return layers, False
        layers = [*layers, prepare(node, collector)]
        parent = node.get("extends")
        if parent is None:
            return layers, True
        source = _parent(parent, trail, files, collector)
    return layers, False


def merged(layers: list[Node], collector: ProblemList, complete: bool = True) -> Chain:
    """Return scenarios laid over each other, the youngest first, as one.

    Parameters
    ----------
    complete
        Whether every file could be read; if not, what is missing is not told.
    """
    *above, oldest = layers
    if complete and "remove" in oldest.mapping:
        message = Message("remove leaves out what is inherited, but this file extends no other")
        fix = Message("delete remove, or name the scenario that this one changes in extends")
        collector.add(oldest.mapping["remove"], "remove", message, suggestion=fix)
    merge = _Merge(collector, complete)
    result = oldest
    while above:
        result = merge.layers(result, above.pop())
    kept = {key: child for key, child in result.mapping.items() if key not in {"extends", "remove"}}
    return Chain(result.with_value(kept), tuple(merge.changes), complete)


def _parent(node: Node, trail: list[Source], files: Files, collector: ProblemList) -> Source | None:
    """Return the file that `extends` names."""
    if not isinstance(node.value, str):
        message = Message("this is not the name of one scenario file")
        fix = Message("write the name of one file, such as tanah_laut.yaml")
        if len(node.items) == 1 and node.items[0].text.endswith(tuple(YAML_ENDINGS)):
            fix = Message("write {value}", {"value": shown(node.items[0].text)})
        collector.add(node, "extends", message, suggestion=fix)
        return None
    source = files.read(node.value, node.place, "extends", largest=LARGEST_YAML)
    if source is None:
        return None
    if any(source.path == earlier.path for earlier in trail):
        chain = " -> ".join(earlier.shown for earlier in [*trail, source])
        message = Message("the files extend each other in a circle: {chain}", {"chain": chain})
        collector.add(node, "extends", message, suggestion=Message("remove extends from one of these files"))
        return None
    if len(trail) >= LONGEST_CHAIN:
        message = Message("more than {most} files extend each other", {"most": LONGEST_CHAIN})
        fix = Message("put the changes of several of these files into one")
        collector.add(node, "extends", message, suggestion=fix)
        return None
    return source


def without_counts(chain: Chain) -> Chain:
    """Return a chain whose inherited counts gave way to the statuses in an overlay's table."""
    villages = chain.node.mapping["villages"]
    kept = {key: child for key, child in villages.mapping.items() if key != "status_counts"}
    node = chain.node.with_value({**chain.node.mapping, "villages": villages.with_value(kept)})
    change = f"villages.status_counts: {compact(villages.mapping['status_counts'])} -> {NOTHING}"
    return replace(chain, node=node, changes=(*chain.changes, change))


class _Merge:
    """Lays files over each other and keeps account of it."""

    def __init__(self, collector: ProblemList, complete: bool) -> None:
        self._collector = collector
        self._complete = complete
        self.changes: list[str] = []

    def layers(self, old: Node, new: Node) -> Node:
        """Return the file `new` laid over `old`."""
        old = self._without_removed(old, new)
        entries = {key: child for key, child in old.mapping.items() if key not in {"extends", "remove"}}
        return self._merged((), old.with_value(entries), new)

    def _without_removed(self, old: Node, new: Node) -> Node:
        """Drop the inherited interventions that `remove` names."""
        remove = new.get("remove")
        inherited = old.get("interventions")
        if remove is None:
            return old
        if not isinstance(remove.value, list):
            fix: Message | None = None if remove.mapping else Message("write [{text}]", {"text": shown(remove.text)})
            allowed: Message | None = Message("names of interventions in square brackets, such as [pokja]")
            self._collector.add(remove, "remove", Message("this is not a list"), allowed=allowed, suggestion=fix)
        have = dict(inherited.mapping) if inherited is not None else {}
        for item in remove.items:
            name = str(item.value)
            if name in have:
                self._drop(("interventions", name), have.pop(name))
            elif self._complete:
                message = Message("no intervention of this name is inherited")
                allowed = Message("one of: {names}", {"names": listed(have)}) if have else None
                nothing = Message("delete remove: there is nothing to leave out")
                fix = self._collector.nearest(name, have) if have else nothing
                if name in old.mapping:
                    message, fix = Message("remove leaves out interventions only"), _without(name)
                self._collector.add(item, "remove", message, allowed=allowed, suggestion=fix)
        if inherited is None:
            return old
        return old.with_value({**old.mapping, "interventions": inherited.with_value(have)})

    def _merged(self, keys: Keys, old: Node, new: Node) -> Node:
        if not isinstance(old.value, dict) or not isinstance(new.value, dict) or _is_whole(keys, old, new):
            if compact(old) != compact(new):
                self.changes.append(f"{'.'.join(keys)}: {compact(old)} -> {compact(new)}")
            return new
        entries = dict(old.mapping)
        for rival in _rivals(keys, new.mapping):
            if rival in entries:
                self._drop((*keys, rival), entries.pop(rival))
        for key, child in new.mapping.items():
            if key in {"extends", "remove"} and not keys:
                continue
            if key in entries and child.value is None:
                message, fix = Message("the key has no value"), Message("fill it in; {else}", {"else": _without(key)})
                self._collector.add(child, ".".join((*keys, key)), message, suggestion=fix)
            elif key in entries:
                entries[key] = self._merged((*keys, key), entries[key], child)
            elif _is_section((*keys, key), child):
                entries[key] = self._merged((*keys, key), child.with_value({}), child)
            else:
                entries[key] = child
                self.changes.append(f"{'.'.join((*keys, key))}: {NOTHING} -> {compact(child)}")
        return new.with_value(entries)

    def _drop(self, keys: Keys, node: Node) -> None:
        self.changes.append(f"{'.'.join(keys)}: {compact(node)} -> {NOTHING}")


def _without(key: str) -> Message:
    return Message("to be without {key}, name in extends a scenario that does not have it", {"key": key})


def _rivals(keys: Keys, given: dict[str, Node]) -> list[str]:
    """Return the keys that a choice made in an overlay drops; none where it chooses both."""
    choices: list[tuple[set[str], set[str]]] = []
    match keys:
        case ():
            choices = [({"district", "villages"}, {"districts"})]
        case ("villages",):
            choices = [({"table"}, {"subdistricts"})]
        case ("transition",):
            choices = [({"matrix"}, {*OF_THE_MATRIX})]
        case ("interventions", _):
            choices = [({"coverage"}, {"capacity"})]
        case ("so_far",):
            choices = [({"rises"}, {"table", "sheet"})]
    dropped: set[str] = set()
    for one, other in choices:
        if bool(one & given.keys()) != bool(other & given.keys()):
            dropped |= other if one & given.keys() else one
    return sorted(dropped)


def _is_whole(keys: Keys, old: Node, new: Node) -> bool:
    """Return whether two mappings replace each other: distributions, matrix rows, counts of another form."""
    match keys:
        case ("transition", name) if name in BOTH_FORMS:
            return not (_has_levels(old) and _has_levels(new))
        case ("transition", name):
            return name not in {"matrix", "rise", "campaign", "covariates"}
        case (
            ("transition", _, _)
            | ("reporting", _)
            | ("so_far", "share")
            | ("mechanisms", _, _)
            | ("interventions", _, "odds_ratio_rise" | "odds_ratio_fall")
        ):
            return True
        case ("villages", "status_counts"):
            return _is_nested(old) != _is_nested(new)
    return False


def _is_section(keys: Keys, node: Node) -> bool:
    """Return whether a mapping is told key by key where it is new: not a distribution, nor one intervention."""
    is_value = _is_whole(keys, node, node) or (keys[:1] == ("interventions",) and len(keys) == 2)
    return isinstance(node.value, dict) and not is_value


def _has_levels(node: Node) -> bool:
    return any(key in LEVELS for key in node.mapping)


def _is_nested(node: Node) -> bool:
    return any(isinstance(child.value, dict) for child in node.mapping.values())
