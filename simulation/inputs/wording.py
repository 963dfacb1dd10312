"""What is wrong with a single value, in the planner's words.

Knows the mistakes people make when they write a value; must not know the files or other keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from math import log
from typing import Any
from unicodedata import normalize

from .collector import listed, nearest, shown
from .problems import Message
from .tree import Node

Finding = tuple[Message, Message | None, Message | None]
"""What is wrong, what is allowed, the likely fix."""

_PERCENT = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*%")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_BOOLEANS = {"yes": "true", "on": "true", "ya": "true", "no": "false", "off": "false", "tidak": "false"}


def finding(kind: str, context: dict[str, Any], node: Node, is_share: bool = False) -> Finding:
    """Describe one error of the models.

    Parameters
    ----------
    kind, context
        Type and context of the error as pydantic gives them.
    node
        The value that is wrong.
    is_share
        Whether a share or probability is asked for.
    """
    if kind in _UNFIT:
        return _UNFIT[kind](context, node)
    if node.value is None:
        return (
            Message("the key has no value"),
            None,
            Message("fill it in, or remove the line so that the default holds"),
        )
    if kind in _WRONG_TYPE:
        return (
            Message("this is not {kind}", {"kind": _WRONG_TYPE[kind]}),
            _WRONG_TYPE[kind],
            _rewrite(kind, node, is_share),
        )
    if kind in _OUT_OF_RANGE:
        message, allowed = _OUT_OF_RANGE[kind](context)
        fix = _as_name(str(node.value), context["pattern"]) if kind == "string_pattern_mismatch" else None
        return (message, _SHARE, _as_share(node.value)) if is_share else (message, allowed, fix)
    if kind == "literal_error":
        options = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return _unknown_name(node, options)
    return Message("this value does not fit here"), None, None


def missing_key(name: str, *, is_count: bool = False) -> Finding:
    """Say that a required key is not there; `is_count` says that it counts villages at a level."""
    fix = Message("write {name}: 0 if no village is at this level", {"name": name}) if is_count else None
    return Message("the key {name} is missing", {"name": name}), None, fix


def unknown_key(name: str, allowed: Iterable[str], elsewhere: Iterable[str]) -> Finding:
    """Say that a key is not known, and which was likely meant.

    Parameters
    ----------
    allowed
        Keys that may stand at this place.
    elsewhere
        Sections of the file in which this very key may stand.
    """
    names = sorted(allowed)
    place = next(iter(elsewhere), None)
    if place is not None:
        fix: Message | None = Message("this key belongs under {section}", {"section": place})
    else:
        fix = nearest(name, names)
    return (
        Message("unknown key {name}", {"name": shown(name)}),
        Message("one of: {names}", {"names": listed(names, 30)}),
        fix,
    )


def _unknown_name(node: Node, options: list[str]) -> Finding:
    text = str(node.value)
    return (
        Message("{name} is not known here", {"name": shown(text)}),
        Message("one of: {names}", {"names": ", ".join(options)}),
        nearest(text, options),
    )


_SHARE = Message("a share or probability from 0 to 1")
_WRONG_TYPE: dict[str, Message] = {
    "float_type": Message("a number"),
    "int_type": Message("a whole number"),
    "int_from_float": Message("a whole number"),
    "bool_type": Message("true or false"),
    "string_type": Message("text"),
    "dict_type": Message("a mapping of keys to values"),
    "model_type": Message("a mapping of keys to values"),
    "model_attributes_type": Message("a mapping of keys to values"),
    "tuple_type": Message("a list in square brackets"),
    "list_type": Message("a list in square brackets"),
    "finite_number": Message("a finite number"),
}

_OUT_OF_RANGE: dict[str, Callable[[dict[str, Any]], tuple[Message, Message]]] = {
    "greater_than": lambda c: (Message("the number is too small"), Message("above {low}", {"low": _short(c["gt"])})),
    "greater_than_equal": lambda c: (
        Message("the number is too small"),
        Message("at least {low}", {"low": _short(c["ge"])}),
    ),
    "less_than": lambda c: (Message("the number is too large"), Message("below {high}", {"high": _short(c["lt"])})),
    "less_than_equal": lambda c: (
        Message("the number is too large"),
        Message("at most {high}", {"high": _short(c["le"])}),
    ),
    "string_too_long": lambda c: (
        Message("the text is too long"),
        Message("at most {most} characters", {"most": c["max_length"]}),
    ),
    "string_too_short": lambda _: (Message("the text is empty"), Message("at least one character")),
    "string_pattern_mismatch": lambda c: (
        Message("this cannot be a name: it becomes part of file and column names"),
        Message("lower-case letters a-z, digits, - and _, at most 60 characters")
        if c["pattern"].startswith("^[a-z0-9]")
        else Message("letters, digits, - and _, at most 60 characters"),
    ),
    "too_short": lambda c: (
        Message("the list is too short"),
        Message("{count} values or more", {"count": c["min_length"]}),
    ),
    "too_long": lambda c: (
        Message("the list is too long"),
        Message("{count} values at most", {"count": c["max_length"]}),
    ),
}


def _unfit(context: dict[str, Any], node: Node) -> Finding:
    kinds = re.findall(r"«([^»]*)»", str(context["expected_tags"]))
    named = ["{median, interval90}" if kind == "interval" else kind for kind in kinds if kind != "number"]
    tag = str(context["tag"]).strip("«»")
    if tag == "unknown":
        message = Message("this is neither a number nor a distribution that is known")
    else:
        message = Message("a distribution of kind {kind} does not fit this parameter", {"kind": tag})
    fix = _as_logit_normal(node) if tag == "interval" and "logit_normal" in kinds else None
    return message, Message("a number or one of: {names}", {"names": ", ".join(named)}), fix


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


_UNFIT: dict[str, Callable[[dict[str, Any], Node], Finding]] = {
    "union_tag_invalid": _unfit,
    "row_sum": lambda c, _: (
        Message("the row sums to {total}, not to 1", {"total": c["total"]}),
        Message("four chances that sum to 1; those left out are 0"),
        None,
    ),
    "interval_order": lambda _, __: (
        Message("the low end of interval90 is not below its high end"),
        Message("[low, high] with low below high"),
        None,
    ),
    "interval_middle": lambda c, _: (
        Message("the median lies more than 10 percent from the geometric middle of interval90, {middle}", c),
        Message("a median near the square root of low times high"),
        Message("median: {middle}", c),
    ),
}


def _short(number: float) -> str:
    return f"{number:g}"


def _as_name(text: str, pattern: str) -> Message | None:
    """Return the name that fits and is nearest to what was written."""
    plain = normalize("NFKD", text).encode("ascii", "ignore").decode()
    machine = pattern.startswith("^[a-z0-9]")
    if machine:
        plain = plain.lower()
    name = re.sub("[^A-Za-z0-9_-]+", "-" if machine else "_", plain).strip("-_")[:60]
    return Message("write {value}", {"value": name}) if name else None


def _as_share(value: object) -> Message | None:
    """Return the share that a percentage was meant to be."""
    if isinstance(value, int | float) and 1 < value <= 100:
        return Message("write shares and probabilities between 0 and 1: {value}", {"value": _short(value / 100)})
    return None


def _rewrite(kind: str, node: Node, is_share: bool) -> Message | None:
    """Return how a value of the wrong type should be written."""
    text = str(node.value)
    if kind == "string_type" and isinstance(node.value, int | float):
        return Message('write it in quotes: "{text}"', {"text": shown(node.text)})
    if not isinstance(node.value, str):
        return None
    if kind == "bool_type" and text.lower() in _BOOLEANS:
        return Message("write {value}", {"value": _BOOLEANS[text.lower()]})
    if kind in {"tuple_type", "list_type"}:
        return Message("write [{text}]", {"text": shown(text)})
    return _rewrite_number(text.strip(), is_share) if kind in {"float_type", "int_type"} else None


def _rewrite_number(text: str, is_share: bool) -> Message | None:
    """Return how a number that was written as text should be written."""
    if percent := _PERCENT.fullmatch(text):
        number = float(percent[1].replace(",", "."))
        value = _short(number / 100 if is_share else number)
        return Message("write shares and probabilities between 0 and 1: {value}", {"value": value})
    if _DECIMAL_COMMA.fullmatch(text):
        return Message("write decimals with a point: {value}", {"value": text.replace(",", ".")})
    if _NUMBER.fullmatch(text):
        return Message("write it without quotes: {value}", {"value": shown(text)})
    return None
