"""Holds what was read against the models and keeps every part that is sound.

Knows how pydantic reports and how to go on after a mistake; must not know what the keys mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from ..domain.messages import Message
from . import wording
from .collector import MOST, Collector
from .tree import Keys, Node, dotted

Model = TypeVar("Model", bound=BaseModel)


SHARES = {"share", "coverage", "rise", "fall", "skip", "matrix", "probability"}
"""Keys at which, or below which, shares and probabilities are asked for, …"""

NOT_SHARES = {"mean", "sd", "alpha", "beta", "median", "interval90", "effective_n"}
"""… except for these."""


@dataclass(frozen=True)
class Checked(Generic[Model]):
    """A part of a scenario after its shape was checked.

    Attributes
    ----------
    model
        Everything that is sound; None where nothing is.
    broken
        Dotted keys that were wrong or missing: what `model` says there was filled in, not read.
    """

    model: Model | None
    broken: frozenset[str]

    def knows(self, *keys: str) -> bool:
        """Return whether none of these keys, nor a key above one of them, was filled in."""
        return not any(f"{key}.".startswith(f"{bad}.") for key in keys for bad in self.broken)


class Structure(Generic[Model]):
    """Checks one part of a scenario against its model.

    Parameters
    ----------
    model
        What the part must look like.
    node
        The part as read.
    under
        The keys that lead to the part.
    stand_ins
        What is put in place of a required key that is wrong or missing, so that the rest can be checked.
    complete
        Whether all files were read; if not, a missing key says nothing.
    """

    def __init__(
        self,
        model: type[Model],
        node: Node,
        collector: Collector,
        *,
        under: tuple[str, ...] = (),
        stand_ins: Mapping[str, Any] = {},
        complete: bool = True,
    ) -> None:
        self._model = model
        self._node = node
        self._collector = collector
        self._under = under
        self._stand_ins = stand_ins
        self._complete = complete
        self._told: set[Keys] = {keys for keys, child in node.walk() if not child.readable}

    def check(self) -> Checked[Model]:
        """Tell every problem; return what is sound."""
        data = self._node.plain()
        model = None
        while model is None:
            try:
                model = self._model.model_validate(data)
            except ValidationError as failure:
                if self._collector.full:
                    break
                before = deepcopy(data)
                errors = failure.errors(include_url=False, include_input=False)
                inner = {error["loc"][:-1] for error in errors}
                for error in errors[:MOST]:
                    if error["type"] != "too_short" or error["loc"] not in inner:
                        self._repair(data, error)
                if data == before:
                    break
        return Checked(model, frozenset(dotted(keys) for keys in self._told))

    def _repair(self, data: Any, error: Any) -> None:
        """Tell one problem and take the value out, or put a stand-in where there is none."""
        keys = tuple(key for key in error["loc"] if not str(key).startswith("«"))
        if error["type"] == "missing" and isinstance(keys[-1], int):
            # Of an interval, the only list of a fixed length, an end is missing.
            error, keys = {**error, "type": "too_short", "ctx": {"min_length": 2}}, keys[:-1]
        if error["type"] == "missing":
            self._missing(data, keys)
            return
        node, reached = _descend(self._node, keys)
        if error["type"] != "extra_forbidden":
            keys = keys[:reached]
        if not any(told[: len(keys)] == keys and told != keys for told in self._told):
            self._tell(node, keys, error)
        while keys and not isinstance(keys[-1], str):
            keys = keys[:-1]
        self._told.add(keys)
        if node is not self._node:
            _remove(data, keys)

    def _missing(self, data: Any, keys: Keys) -> None:
        if keys not in self._told and self._complete:
            parent, _ = _descend(self._node, keys[:-1])
            above = str((*self._under, *keys)[0]) if len(self._under) + len(keys) > 1 else ""
            message, _, fix = wording.missing_key(str(keys[-1]), above, is_count="status_counts" in keys)
            self._collector.add(parent.place, dotted((*self._under, *keys)), message, suggestion=fix)
        self._told.add(keys)
        name = dotted(keys)
        holder = data
        for key in keys[:-1]:
            if not isinstance(holder, dict) or key not in holder:
                return
            holder = holder[key]
        if name in self._stand_ins:
            holder[keys[-1]] = self._stand_ins[name]
        else:
            self._told.add(keys[:-1])
            _remove(data, keys[:-1])

    def _tell(self, node: Node, keys: Keys, error: Any) -> None:
        if error["type"] == "extra_forbidden":
            allowed, elsewhere = _known_keys(_schema_of(self._model), keys)
            message, options, fix = wording.unknown_key(str(keys[-1]), allowed, elsewhere)
        else:
            share = _asks_for_share(error)
            message, options, fix = wording.finding(error["type"], error.get("ctx", {}), node, share)
            if keys == ("schema",) and error["type"] in {"less_than_equal", "greater_than_equal"}:
                message, options, fix = wording.OTHER_FORMAT
            inner, _ = _known_keys(_schema_of(self._model), (*keys, ""))
            if error["type"] in wording.KEYS_EXPECTED and inner and node.value is not None:
                options = Message("keys and their values: {names}", {"names": ", ".join(sorted(inner))})
        self._collector.add(node, dotted((*self._under, *keys)), message, allowed=options, suggestion=fix)


@cache
def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a model, made once: it takes longer than all the checks."""
    return model.model_json_schema()


def _asks_for_share(error: Any) -> bool:
    """Return whether a value had to be a share or probability."""
    names = [key for key in error["loc"] if isinstance(key, str) and not key.startswith("«")]
    if error["type"] == "greater_than" or (names and names[-1] in NOT_SHARES):
        return False
    return not SHARES.isdisjoint(names)


def _descend(node: Node, keys: Keys) -> tuple[Node, int]:
    """Return the deepest node along `keys`, and how many of them lead to it."""
    for reached, key in enumerate(keys):
        if isinstance(key, int) and key < len(node.items):
            node = node.items[key]
        elif isinstance(key, str) and key in node.mapping:
            node = node.mapping[key]
        else:
            return node, reached
    return node, len(keys)


def _remove(data: Any, keys: Keys) -> None:
    """Take out what stands at `keys`, if it stands there."""
    if not keys:
        return
    for key in keys[:-1]:
        if not isinstance(data, dict) or key not in data:
            return
        data = data[key]
    if isinstance(data, dict):
        data.pop(keys[-1], None)


def _known_keys(schema: dict[str, Any], keys: Keys) -> tuple[set[str], list[str]]:
    """Return the keys allowed beside `keys`, and the sections where its last key may stand."""
    parts = [schema]
    for key in keys[:-1]:
        parts = [
            child
            for part in _alternatives(schema, parts)
            for child in (part.get("properties", {}).get(key), part.get("items"), part.get("additionalProperties"))
            if isinstance(child, dict)
        ]
    allowed = {name for part in _alternatives(schema, parts) for name in part.get("properties", {})}
    sections = [
        section
        for section, part in schema.get("properties", {}).items()
        if len(keys) == 1
        for inner in _alternatives(schema, [part])
        if keys[-1] in inner.get("properties", {})
    ]
    return allowed, sections


def _alternatives(schema: dict[str, Any], parts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield parts with references followed and alternatives laid side by side."""
    for part in parts:
        if "$ref" in part:
            yield from _alternatives(schema, [schema["$defs"][part["$ref"].rsplit("/", 1)[1]]])
        elif inner := [child for word in ("anyOf", "oneOf", "allOf") for child in part.get(word, ())]:
            yield from _alternatives(schema, inner)
        else:
            yield part
