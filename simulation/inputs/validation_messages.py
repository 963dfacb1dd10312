"""What is wrong with a single value, in the planner's words, and how it was likely meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from math import log
from typing import Any
from unicodedata import normalize

from ..domain.messages import Message, listed, nearest, shown
from ..domain.status import LEVELS
from .tables.cells import NUMBER
from .tree import Node

_PERCENT = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*%")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+")
_THOUSANDS = re.compile(r"[0-9]{1,3}(\.[0-9]{3}){2,}(,[0-9]+)?")
_BOOLEANS = {"yes": "true", "on": "true", "ya": "true", "no": "false", "off": "false", "tidak": "false"}

Finding = tuple[Message, Message | None, Message | None]
"""What is wrong, what is allowed, the likely fix."""


def finding(kind: str, context: Mapping[str, Any], node: Node, is_share: bool = False) -> Finding:
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
            Message("fill it in, or remove the line where there is a default"),
        )
    if kind in _WRONG_TYPE:
        return *_WRONG_TYPE[kind], _rewrite(kind, node, is_share)
    if kind in _OUT_OF_RANGE:
        message, allowed = _OUT_OF_RANGE[kind](context)
        fix = _decimals_apart(node, context["max_length"]) if kind == "too_long" else None
        fix = _as_name(str(node.value), context["pattern"]) if kind == "string_pattern_mismatch" else fix
        return (message, _SHARE, _as_share(node.value)) if is_share else (message, allowed, fix)
    if kind == "literal_error":
        options = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return _unknown_name(node, options)
    return Message("this value does not fit here"), None, None


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
        fix = Message("write {name}: 0 if no village is at this level", {"name": name})
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
    elif re.fullmatch("[0-9]{1,3}", name):
        fix = Message("if {text} belongs to the number before it, write a point in place of the comma", {"text": name})
    else:
        fix = nearest(name, names)
    return (
        Message("unknown key {name}", {"name": shown(name)}),
        Message("one of: {names}", {"names": listed(names, 30)}),
        fix,
    )


def _unknown_name(node: Node, options: list[str]) -> Finding:
    text, allowed = node.text, Message("one of: {names}", {"names": ", ".join(options)})
    if not isinstance(node.value, str) or not text.strip():
        return _WRONG_TYPE["string_type"][0], allowed, None
    return Message("{name} is not known here", {"name": shown(text)}), allowed, nearest(text, options)


OTHER_FORMAT: Finding = (
    Message("this version of the format is not known here"),
    None,
    Message("write {value}", {"value": "schema: 1"}),
)
_SHARE = Message("a share or probability from 0 to 1")
_NOT_WHOLE = Message("this is not a whole number"), Message("a whole number")
_NOT_KEYS = (
    Message("keys and their values are expected here"),
    Message("keys and their values, with a colon after each key"),
)
_NOT_A_LIST = Message("this is not a list"), Message("a list in square brackets")
_WRONG_TYPE: dict[str, tuple[Message, Message]] = {
    "float_type": (Message("this is not a number"), Message("a number")),
    "int_type": _NOT_WHOLE,
    "int_from_float": _NOT_WHOLE,
    "bool_type": (Message("this is neither true nor false"), Message("true or false")),
    "string_type": (Message("this is not text"), Message("text")),
    "dict_type": _NOT_KEYS,
    "model_type": _NOT_KEYS,
    "model_attributes_type": _NOT_KEYS,
    "tuple_type": _NOT_A_LIST,
    "list_type": _NOT_A_LIST,
    "finite_number": (Message("this is not a finite number"), Message("a finite number")),
}
_EXAMPLES: dict[str, object] = {
    "schema": 1, "name": "tanah-laut", "origin": 2025, "horizon": 5, "interval90": "[…, …]", "starts": 2026,
    "district": '{code: "63.01", name: Kabupaten Tanah Laut}', "district.code": '"63.01"',
    "district.name": "Kabupaten Tanah Laut", "interventions.name": "pokja",
    "villages": "{table: data/villages.csv}", "districts.table": "data/districts.csv",
    **{level: f"{{{level}: 1}}" for level in LEVELS},
}  # fmt: skip
"""What may stand at keys that must be there."""
_FORMS = {
    "interval": "{median, interval90}", "logit_normal": "{logit_normal: {mean, sd}}", "beta": "{beta: {alpha, beta}}",
    "half_normal": "{half_normal: {sd}}", "normal": "{normal: {mean, sd}}",
}  # fmt: skip

_OUT_OF_RANGE: dict[str, Callable[[Mapping[str, Any]], tuple[Message, Message]]] = {
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
        Message("at most {most:,} characters", {"most": c["max_length"]}),
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
        Message("a list of at least {count}", {"count": c["min_length"]}),
    ),
    "too_long": lambda c: (
        Message("the list is too long"),
        Message("a list of at most {count}", {"count": c["max_length"]}),
    ),
}


def _unfit(context: Mapping[str, Any], node: Node) -> Finding:
    kinds, kind = context["kinds"], context["kind"]
    named = [_FORMS[form] for form in kinds if form != "number"]
    if kind == "unknown":
        message = Message("this is neither a number nor a distribution that is known")
    else:
        message = Message("the distribution {form} does not fit this parameter", {"form": _FORMS[kind]})
    fix = _as_logit_normal(node) if kind == "interval" and "logit_normal" in kinds else None
    return message, Message("a number or one of: {names}", {"names": ", ".join(named)}), fix


_UNFIT: dict[str, Callable[[Mapping[str, Any], Node], Finding]] = {
    "unfit": _unfit,
    "reserved_name": lambda _, node: (
        Message("systems reserve this name, so that no folder of results can have it"),
        Message("another name"),
        Message("write {value}", {"value": f"{node.value}-kampung"}),
    ),
    "row_sum": lambda c, _: (
        Message("the row sums to {total:,}, not to 1", {"total": float(c["total"])}),
        Message("four chances that sum to 1; those left out are 0"),
        _to_one(float(c["total"])),
    ),
    "interval_order": lambda _, node: (
        Message("the low end of interval90 is not below its high end"),
        Message("[low, high] with low below high"),
        _turned(node),
    ),
    "interval_width": lambda c, _: (
        Message("the ends of interval90 lie too far apart"),
        Message("a high end of at most {most:,} times the low end", {"most": float(c["most"])}),
        None,
    ),
    "interval_middle": lambda c, _: (
        Message(
            "the median lies more than 10 percent from the geometric middle of interval90, {middle:,}",
            {"middle": float(c["middle"])},
        ),
        Message("a median near the square root of low times high"),
        Message("write {value}", {"value": f"median: {c['middle']}"}),
    ),
}


def _short(number: float) -> str:
    return f"{number:g}"


def _to_one(total: float) -> Message:
    """Return what makes a row sum to 1."""
    if total < 1:
        return Message("add {number} to one of the chances", {"number": f"{1 - total:.10g}"})
    return Message("take {number} off one of the chances", {"number": f"{total - 1:.10g}"})


def _turned(node: Node) -> Message | None:
    """Return an interval the right way round, where its ends differ."""
    interval = node.get("interval90")
    low, high = (item.text for item in interval.items) if interval is not None else ("", "")
    return Message("write {value}", {"value": f"interval90: [{high}, {low}]"}) if low != high else None


def _decimals_apart(node: Node, most: int) -> Message | None:
    """Return a list of too many numbers as meant where commas part each of them in two: [0,9, 1,9] is [0.9, 1.9]."""
    texts = [item.text for item in node.items]
    if len(texts) != 2 * most or not all(map(re.compile("[0-9]{1,9}").fullmatch, texts)):
        return None
    pairs = (f"{whole}.{decimals}" for whole, decimals in zip(texts[::2], texts[1::2], strict=True))
    return Message("write decimals with a point: {value}", {"value": f"[{', '.join(pairs)}]"})


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


def _as_name(text: str, pattern: str) -> Message | None:
    """Return the name that fits and is nearest to what was written."""
    name = plain_name(text.lower(), "-") if pattern.startswith("^[a-z0-9]") else plain_name(text)
    return Message("write {value}", {"value": name}) if name else None


def plain_name(text: str, sign: str = "_") -> str:
    """Return text as a name of at most 60 plain letters, digits and signs; "" where it has none of these."""
    plain = normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub("[^A-Za-z0-9_-]+", sign, plain).strip("-_")[:60]


def _as_share(value: object) -> Message | None:
    """Return the share that a percentage was meant to be."""
    if isinstance(value, int | float) and 1 < value <= 100:
        return Message("write shares and probabilities between 0 and 1: {value}", {"value": f"{value / 100:g}"})
    return None


def _rewrite(kind: str, node: Node, is_share: bool) -> Message | None:
    """Return how a value of the wrong type should be written."""
    text = str(node.value)
    if kind in {"int_type", "int_from_float"} and _GROUPED.fullmatch(node.text):
        plain = node.text.replace(".", "")
        return Message("write numbers without points between thousands: {value}", {"value": plain})
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
        value = f"{number / 100 if is_share else number:g}"
        return Message("write shares and probabilities between 0 and 1: {value}", {"value": value})
    if _DECIMAL_COMMA.fullmatch(text):
        return Message("write decimals with a point: {value}", {"value": text.replace(",", ".")})
    if _THOUSANDS.fullmatch(text):
        plain = text.replace(".", "").replace(",", ".")
        return Message("write numbers without points between thousands: {value}", {"value": plain})
    if NUMBER.fullmatch(text):
        return Message("write it without quotes: {value}", {"value": shown(text)})
    return None
