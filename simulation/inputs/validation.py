"""Holds a part of a scenario file against its schema, key by key: what is sound can be used beside what is not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from math import log
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin

from annotated_types import MaxLen

from ..domain.constraints import (
    NOT_A_LIST,
    NOT_KEYS,
    Finding,
    alternatives,
    beyond,
    settled,
    taken_apart,
    types_of,
)
from ..domain.distributions import Fixed
from ..domain.messages import Message, listed, nearest, shown
from ..domain.parameters import NUMBERS, Scale
from ..domain.status import LEVELS
from .problem_list import Keys, Node, ProblemList
from .schema import FORMS, FORMS_OF, INTERVAL, AsTyped, as_written, distribution, form_of, scale_of

Section = TypeVar("Section")

_BROKEN: Any = object()
"""Stands for a value that cannot be used."""


@dataclass(frozen=True)
class Checked(Generic[Section]):
    """A part of a scenario after it was held against its schema.

    Attributes
    ----------
    model
        What is sound: an optional key that is not has its default, a required one is not there; see `get`.
    broken
        Dotted keys that are wrong or missing.
    """

    model: Section
    broken: frozenset[str]

    def knows(self, *keys: str) -> bool:
        """Return whether none of these keys, nor a key above one of them, is wrong or missing."""
        return not any(f"{key}.".startswith(f"{bad}.") for key in keys for bad in self.broken)

    def get(self, key: str) -> Any:
        """Return what stands at a key of the part itself; None where it is wrong or missing."""
        return getattr(self.model, key, None) if self.knows(key) else None


def check(
    kind: type[Section], node: Node, collector: ProblemList, *, under: Keys = (), complete: bool = True
) -> Checked[Section]:
    """Return what is sound of a part; every problem is told.

    Parameters
    ----------
    complete
        Whether all files were read; if not, a missing key says nothing.
    """
    walk = _Walk(kind, collector, under, complete=complete)
    return Checked(walk.section(kind, node, (), partly=True), frozenset(map(".".join, walk.broken)))


class _Walk:
    """Goes through a part of a file and its schema together, and keeps the keys that are wrong or missing."""

    def __init__(self, kind: Any, collector: ProblemList, under: Keys, *, complete: bool) -> None:
        self.broken: list[Keys] = []
        self._kind = kind
        self._collector = collector
        self._under = under
        self._complete = complete

    def section(self, kind: Any, node: Node, keys: Keys, *, partly: bool = False) -> Any:
        """Return a mapping as a section; broken where a required key is, unless it may be had `partly`."""
        known, before = {each.name: each for each in fields(kind)}, len(self.broken)
        if not isinstance(node.value, dict):
            names = Message("keys and their values: {names}", {"names": ", ".join(sorted(known))})
            return self._tell(node, keys, (NOT_KEYS[0], names, _as_title(node, keys)))
        values: dict[str, Any] = {}
        for key, child in node.value.items():
            if key not in known:
                self._tell_unknown(child, (*keys, key), known)
            elif (value := self._value(types_of(kind)[key], child, (*keys, key))) is not _BROKEN:
                values[key] = value
        required = [name for name, each in known.items() if each.default is each.default_factory is MISSING]
        for key in required:
            if key not in node.value:
                self._tell_missing(node, (*keys, key))
        if len(self.broken) > before and not partly and not values.keys() >= set(required):
            return self._break(keys)
        part = _made(kind, values)
        finding = getattr(part, "finding", None) if len(self.broken) == before else None
        return part if finding is None else self._tell(node, keys, finding)

    def _value(self, hint: Any, node: Node, keys: Keys) -> Any:
        """Return a value as its type has it, or that it is broken."""
        if not node.readable:  # told where it was read
            return self._break(keys)
        if node.value is None:
            return self._tell(node, keys, _NO_VALUE)
        outer, above = taken_apart(hint)
        options = [taken_apart(each) for each in alternatives(outer)]
        kind, rules = next((each for each in options if _fits(*each, node)), options[-1])
        rules = [*above, *rules]
        if (scale := scale_of(rules)) is not None:
            return self._quantity(scale, node, keys)
        if get_origin(kind) is tuple:
            return self._list(get_args(kind)[0], rules, node, keys)
        if _is_mapping(kind):
            if not isinstance(node.value, dict):
                return self._tell(node, keys, (*NOT_KEYS[:2], _as_title(node, keys)))
            found = {key: self._value(get_args(kind)[1], child, (*keys, key)) for key, child in node.value.items()}
            return {key: value for key, value in found.items() if value is not _BROKEN}
        return self.section(kind, node, keys) if is_dataclass(kind) else self._single(kind, rules, node, keys)

    def _single(self, kind: Any, rules: list[Any], node: Node, keys: Keys) -> Any:
        written = node.text if AsTyped() in rules and type(node.value) in {int, float} else node.plain()
        value, finding = settled(written, Annotated[(kind, *rules)] if rules else kind, node.text)
        if finding is None:
            return value
        return self._tell(node, keys, _OTHER_FORMAT if keys == ("schema",) and isinstance(value, int) else finding)

    def _list(self, hint: Any, rules: list[Any], node: Node, keys: Keys) -> Any:
        if not isinstance(node.value, list):
            fix = Message("write [{text}]", {"text": shown(node.text)}) if isinstance(node.value, str) else None
            return self._tell(node, keys, (*NOT_A_LIST, fix))
        for rule in (rule for rule in rules if isinstance(rule, MaxLen)):  # before many items are looked at
            if (finding := beyond(node.value, [rule])) is not None:
                return self._tell(node, keys, (*finding[:2], _decimals_apart(node, rule.max_length)))
        items = [self._value(hint, item, keys) for item in node.value]
        if _BROKEN in items:
            return _BROKEN
        finding = beyond(items, rules)
        return tuple(items) if finding is None else self._tell(node, keys, finding)

    def _quantity(self, scale: Scale, node: Node, keys: Keys) -> Any:
        """Return a number or a distribution of a parameter, or that it is broken."""
        if not isinstance(node.value, dict):
            number = self._single(*taken_apart(NUMBERS[scale]), node, keys)
            return number if number is _BROKEN else Fixed(number)
        form = form_of(node.value)
        if form not in FORMS_OF[scale]:
            return self._tell(node, keys, _unfit(form, scale, node))
        if form == INTERVAL:
            stated = self.section(FORMS[form], node, keys)
        else:
            for key, child in node.value.items():
                if key != form:
                    self._tell_unknown(child, (*keys, key), [form])
            stated = self._value(FORMS[form], node.value[form], (*keys, form))
        return stated if stated is _BROKEN else distribution(stated, scale)

    def _break(self, keys: Keys) -> Any:
        self.broken.append(keys)
        return _BROKEN

    def _tell(self, node: Node, keys: Keys, finding: Finding) -> Any:
        message, allowed, fix = finding
        self._collector.add(node, ".".join((*self._under, *keys)), message, allowed=allowed, suggestion=fix)
        return self._break(keys)

    def _tell_unknown(self, node: Node, keys: Keys, known: Iterable[str]) -> None:
        elsewhere = []
        if len(keys) == 1:
            sections = {key: alternatives(taken_apart(hint)[0])[0] for key, hint in types_of(self._kind).items()}
            elsewhere = [
                key
                for key, kind in sections.items()
                if is_dataclass(kind) and keys[0] in {each.name for each in fields(kind)}
            ]
        self._tell(node, keys, _unknown_key(keys[-1], known, elsewhere))

    def _tell_missing(self, node: Node, keys: Keys) -> None:
        if self._complete:
            above = (*self._under, *keys)[0] if len(self._under) + len(keys) > 1 else ""
            message, allowed, fix = missing_key(keys[-1], above, is_count="status_counts" in keys)
            self._collector.add(node.place, ".".join((*self._under, *keys)), message, allowed=allowed, suggestion=fix)
        self._break(keys)


def _made(kind: Any, values: Mapping[str, Any]) -> Any:
    """Return a section with some of its values, the others at their defaults where they have one."""
    part = object.__new__(kind)
    for each in fields(kind):
        if each.name in values:
            object.__setattr__(part, each.name, values[each.name])
        elif each.default is not MISSING:
            object.__setattr__(part, each.name, each.default)
        elif each.default_factory is not MISSING:
            object.__setattr__(part, each.name, each.default_factory())
    return part


def _is_mapping(kind: Any) -> bool:
    origin = get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _fits(kind: Any, rules: list[Any], node: Node) -> bool:
    """Return whether a type is the one that is meant by what is written, right or wrong, among several."""
    if isinstance(node.value, dict):
        if _is_mapping(kind):
            of_sections = is_dataclass(get_args(kind)[1])
            return not of_sections or any(isinstance(child.value, dict) for child in node.value.values())
        return form_of(node.value) is not None if scale_of(rules) is not None else is_dataclass(kind)
    if isinstance(node.value, list) and scale_of(rules) is None:
        return get_origin(kind) is tuple
    if isinstance(node.value, str) and get_origin(kind) is Literal:
        return True
    return scale_of(rules) is not None or kind is (str if isinstance(node.value, str) else float)


_NO_VALUE: Finding = (
    Message("the key has no value"),
    None,
    Message("fill it in, or remove the line where there is a default"),
)
_OTHER_FORMAT: Finding = (
    Message("this version of the format is not known here"),
    None,
    Message("write {value}", {"value": "schema: 1"}),
)
_EXAMPLES: dict[str, object] = {
    "schema": 1, "name": "tanah-laut", "origin": 2025, "horizon": 5, "interval90": "[…, …]", "starts": 2026,
    "district": '{code: "63.01", name: Kabupaten Tanah Laut}', "district.code": '"63.01"',
    "district.name": "Kabupaten Tanah Laut", "interventions.name": "pokja", "so_far.as_of": "2026-06-30",
    "villages": "{table: data/villages.csv}", "districts.table": "data/districts.csv",
    **{level: f"{{{level}: 1}}" for level in LEVELS},
}  # fmt: skip
"""What may stand at keys that must be there."""


def missing_key(name: str, above: str = "", *, is_count: bool = False) -> Finding:
    """Say that a required key is not there.

    Parameters
    ----------
    above
        The section in which it should stand.
    is_count
        Whether it counts villages at a level.
    """
    example = _EXAMPLES.get(f"{above}.{name}", _EXAMPLES.get(name, "…"))
    fix = Message("add {line}", {"line": f"{name}: {example}"})
    if is_count:
        fix = Message("write {name}: 0 if no village has this status", {"name": name})
    return Message("the key {name} is missing", {"name": name}), None, fix


def _unknown_key(name: str, known: Iterable[str], elsewhere: Iterable[str]) -> Finding:
    """Say that a key is not known, and which was likely meant: one of this place, or of a section elsewhere."""
    names = sorted(known)
    place = next(iter(elsewhere), None)
    if place is not None:
        fix: Message | None = Message("this key belongs under {section}", {"section": place})
    elif re.fullmatch("[0-9]{1,3}", name):
        fix = Message("if {text} belongs to the number before it, write a point in place of the comma", {"text": name})
    else:
        fix = nearest(name, names)
    allowed = Message("one of: {names}", {"names": listed(names, 30)})
    return Message("unknown key {name}", {"name": shown(name)}), allowed, fix


def _unfit(form: str | None, scale: Scale, node: Node) -> Finding:
    """Say that a distribution is not known, or does not fit a parameter."""
    message = Message("this is neither a number nor a distribution that is known")
    if form is not None:
        message = Message("the distribution {form} does not fit this parameter", {"form": as_written(form)})
    fix = _as_logit_normal(node) if form == INTERVAL and scale == "probability" else None
    names = ", ".join(as_written(each) for each in FORMS_OF[scale])
    return message, Message("a number or one of: {names}", {"names": names}), fix


def _as_logit_normal(node: Node) -> Message | None:
    """Return the logit-normal with the 90% interval that was written for a probability."""
    interval = node.get("interval90")
    ends = [item.value for item in interval.items] if interval is not None else []
    if len(ends) != 2 or not all(isinstance(end, float) and 0 < end < 1 for end in ends):
        return None
    low, high = (log(end / (1 - end)) for end in ends if isinstance(end, float))
    if low >= high:
        return None
    shape = f"{{logit_normal: {{mean: {(low + high) / 2:.3g}, sd: {(high - low) / 3.29:.3g}}}}}"
    return Message("write {value}", {"value": shape})


def _as_title(node: Node, keys: Keys) -> Message | None:
    """Return a title as it should be written, by language; None where a value is no title."""
    return Message("write {value}", {"value": f"{{id: {shown(node.text)}}}"}) if keys[-1:] == ("title",) else None


def _decimals_apart(node: Node, most: int) -> Message | None:
    """Return a list of too many numbers as meant where commas part each of them in two: [0,9, 1,9] is [0.9, 1.9]."""
    texts = [item.text for item in node.items]
    if len(texts) != 2 * most or not all(map(re.compile("[0-9]{1,9}").fullmatch, texts)):
        return None
    pairs = (f"{whole}.{decimals}" for whole, decimals in zip(texts[::2], texts[1::2], strict=True))
    return Message("write decimals with a point: {value}", {"value": f"[{', '.join(pairs)}]"})
