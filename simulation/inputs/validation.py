"""Holds a part of a scenario file against its model, key by key: what is sound can be used beside what is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel, Discriminator, Tag, TypeAdapter, ValidationError

from ..domain.messages import Message
from .located_nodes import Keys, Node, dotted
from .problem_list import ProblemList
from .validation_messages import OTHER_FORMAT, finding, missing_key, unknown_key

Model = TypeVar("Model", bound=BaseModel)

SHARES = {"share", "coverage", "rise", "fall", "skip", "matrix", "probability"}
"""Keys at which, or below which, shares and probabilities are asked for, …"""

NOT_SHARES = {"mean", "sd", "alpha", "beta", "median", "interval90", "effective_n"}
"""… except for these."""

_BROKEN: Any = object()
"""Stands for a value that cannot be used."""


@dataclass(frozen=True)
class Checked(Generic[Model]):
    """A part of a scenario after it was held against its model.

    Attributes
    ----------
    model
        What is sound: an optional key that is not has its default, a required one is not there; see `get`.
    broken
        Dotted keys that are wrong or missing.
    """

    model: Model
    broken: frozenset[str]

    def knows(self, *keys: str) -> bool:
        """Return whether none of these keys, nor a key above one of them, is wrong or missing."""
        return not any(f"{key}.".startswith(f"{bad}.") for key in keys for bad in self.broken)

    def get(self, key: str) -> Any:
        """Return what stands at a key of the part itself; None where it is wrong or missing."""
        return getattr(self.model, key, None) if self.knows(key) else None


def check(
    model: type[Model], node: Node, collector: ProblemList, *, under: tuple[str, ...] = (), complete: bool = True
) -> Checked[Model]:
    """Return what is sound of a part; every problem is told.

    Parameters
    ----------
    model
        What the part must look like.
    node
        The part as read, a mapping.
    under
        The keys that lead to the part.
    complete
        Whether all files were read; if not, a missing key says nothing.
    """
    walk = _Walk(model, collector, under, complete=complete)
    return Checked(walk.section(model, node, (), partly=True), frozenset(map(dotted, walk.broken)))


class _Walk:
    """Goes through a part of a file and its model together, and keeps the keys that are wrong or missing."""

    def __init__(
        self, model: type[BaseModel], collector: ProblemList, under: tuple[str, ...], *, complete: bool
    ) -> None:
        self.broken: list[Keys] = []
        self._model = model
        self._collector = collector
        self._under = under
        self._complete = complete

    def section(self, model: type[BaseModel], node: Node, keys: Keys, *, partly: bool = False) -> Any:
        """Return a mapping as its model; broken where a required key is, unless it may be had `partly`."""
        if not isinstance(node.value, dict):
            names = Message("keys and their values: {names}", {"names": ", ".join(sorted(_fields(model)))})
            return self._tell(node, keys, "model_type", {}, names)
        fields, before = _fields(model), len(self.broken)
        values: dict[str, Any] = {}
        for key, child in node.value.items():
            if key not in fields:
                self._tell_unknown(child, (*keys, key), fields)
            elif (value := self._value(fields[key].shape, child, (*keys, key))) is not _BROKEN:
                values[fields[key].name] = value
        for key, field in fields.items():
            if field.required and key not in node.value:
                self._tell_missing(node, (*keys, key))
        if len(self.broken) == before:
            return self._whole(model.model_validate, node, keys)
        if not partly and any(field.required and field.name not in values for field in fields.values()):
            return self._break(keys)
        return model.model_construct(**values)

    def _value(self, shape: _Shape, node: Node, keys: Keys) -> Any:
        """Return a value of a shape, or that it is broken."""
        if not node.readable:  # told where it was read
            return self._break(keys)
        if node.value is None:
            return self._tell(node, keys, "no_value", {})
        match shape:
            case _Choice():
                kind = shape.kind_of(node.plain())
                if kind not in shape.shapes:
                    return self._tell(node, keys, "unfit", {"kinds": [*shape.shapes], "kind": kind})
                return self._value(shape.shapes[kind], node, keys)
            case _Named():
                if not isinstance(node.value, dict):
                    return self._tell(node, keys, "dict_type", {})
                found = {key: self._value(shape.shape, child, (*keys, key)) for key, child in node.value.items()}
                return {key: value for key, value in found.items() if value is not _BROKEN}
            case TypeAdapter():
                return self._whole(shape.validate_python, node, keys)
        return self.section(shape, node, keys)

    def _whole(self, validate: Callable[[Any], Any], node: Node, keys: Keys) -> Any:
        """Return a value that pydantic takes as a whole, or that it is broken."""
        try:
            return validate(node.plain())
        except ValidationError as failure:
            errors = failure.errors(include_url=False, include_input=False)
        items = {error["loc"][:-1] for error in errors if error["loc"]}
        for error in errors:
            place, kind, context = error["loc"], error["type"], error.get("ctx", {})
            if kind == "missing":  # an end of an interval, the only list of a fixed length
                place, kind, context = place[:-1], "too_short", {"min_length": 2}
            elif kind == "too_short" and place in items:
                continue
            part = node
            for position in place:
                part = part.items[position] if isinstance(position, int) and position < len(part.items) else part
            self._tell(part, keys, kind, context)
        return self._break(keys)

    def _break(self, keys: Keys) -> Any:
        self.broken.append(keys)
        return _BROKEN

    def _tell(
        self, node: Node, keys: Keys, kind: str, context: Mapping[str, Any], allowed: Message | None = None
    ) -> Any:
        is_share = kind != "greater_than" and not SHARES.isdisjoint(keys) and keys[-1] not in NOT_SHARES
        message, options, fix = finding(kind, context, node, is_share)
        if keys == ("schema",) and kind in {"less_than_equal", "greater_than_equal"}:
            message, options, fix = OTHER_FORMAT
        self._add(node, keys, message, allowed or options, fix)
        return self._break(keys)

    def _tell_unknown(self, node: Node, keys: Keys, fields: Mapping[str, Any]) -> None:
        elsewhere = [section for section, inside in _sections(self._model).items() if keys[-1] in inside]
        self._add(node, keys, *unknown_key(str(keys[-1]), fields, elsewhere if len(keys) == 1 else ()))
        self._break(keys)

    def _tell_missing(self, node: Node, keys: Keys) -> None:
        if self._complete:
            above = str((*self._under, *keys)[0]) if len(self._under) + len(keys) > 1 else ""
            message, allowed, fix = missing_key(str(keys[-1]), above, is_count="status_counts" in keys)
            self._collector.add(node.place, dotted((*self._under, *keys)), message, allowed=allowed, suggestion=fix)
        self._break(keys)

    def _add(self, node: Node, keys: Keys, message: Message, allowed: Message | None, fix: Message | None) -> None:
        self._collector.add(node, dotted((*self._under, *keys)), message, allowed=allowed, suggestion=fix)


@dataclass(frozen=True)
class _Choice:
    """One of several shapes, by what is written."""

    kind_of: Callable[[Any], str]
    shapes: Mapping[str, _Shape]


@dataclass(frozen=True)
class _Named:
    """Any keys, with values of one shape."""

    shape: _Shape


_Shape = type[BaseModel] | _Choice | _Named | TypeAdapter[Any]


@dataclass(frozen=True)
class _Field:
    """What a key may hold; `name` is what the model calls it."""

    name: str
    required: bool
    shape: _Shape


@cache
def _fields(model: type[BaseModel]) -> dict[str, _Field]:
    """Return the keys of a section."""
    found = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if get_origin(kind) in {Union, UnionType}:
            kinds = [one for one in get_args(kind) if one is not NoneType]  # None stands for a key that is not there
            kind = kinds[0] if len(kinds) == 1 else kind
        shape = _shape(Annotated[(kind, *field.metadata)] if field.metadata else kind)
        found[field.alias or name] = _Field(name, field.is_required(), shape)
    return found


def _shape(annotation: Any) -> _Shape:
    """Return how a value of a type is to be gone through."""
    kind, *details = get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)
    choice = next((one for one in details if isinstance(one, Discriminator)), None)
    if choice is not None:
        parts = {tag.tag: part for part in get_args(kind) for tag in get_args(part) if isinstance(tag, Tag)}
        return _Choice(cast("Callable[[Any], str]", choice.discriminator), {tag: _shape(parts[tag]) for tag in parts})
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    if get_origin(kind) is dict:
        return _Named(_shape(get_args(kind)[1]))
    return TypeAdapter(annotation)


def _sections(model: type[BaseModel]) -> dict[str, dict[str, _Field]]:
    """Return the sections of a file -> their keys."""
    shapes = {key: field.shape for key, field in _fields(model).items()}
    return {key: _fields(shape) for key, shape in shapes.items() if isinstance(shape, type)}
