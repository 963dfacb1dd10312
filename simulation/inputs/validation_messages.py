"""What is wrong with a single value, in the planner's words, and how it was likely meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from math import log
from typing import Any
from unicodedata import normalize

from ..domain.constraints import OUT_OF_RANGE, SHARE_ALLOWED, WRONG_TYPE, Finding, as_share, unknown_name
from ..domain.distributions import interval_finding
from ..domain.messages import Message, listed, nearest, shown
from ..domain.scenario import reserved_name
from ..domain.status import LEVELS
from .located_nodes import Node
from .tables.cells import NUMBER

_PERCENT = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*%")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+")
_THOUSANDS = re.compile(r"[0-9]{1,3}(\.[0-9]{3}){2,}(,[0-9]+)?")
_BOOLEANS = {"yes": "true", "on": "true", "ya": "true", "no": "false", "off": "false", "tidak": "false"}


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
    if kind in WRONG_TYPE:
        return *WRONG_TYPE[kind], _rewrite(kind, node, is_share)
    if kind == "string_too_short":
        return Message("the text is empty"), Message("at least one character"), None
    if kind in _BOUNDS:
        name = "longest" if kind == "string_too_long" else _BOUNDS[kind]
        message, within = OUT_OF_RANGE[name](context[_BOUNDS[kind]])
        fix = _decimals_apart(node, context["max_length"]) if kind == "too_long" else None
        fix = _as_name(str(node.value), context["pattern"]) if kind == "string_pattern_mismatch" else fix
        return (message, SHARE_ALLOWED, as_share(node.value)) if is_share else (message, within, fix)
    if kind == "literal_error":
        options = tuple(re.findall(r"'([^']*)'", str(context.get("expected", ""))))
        message, allowed, fix = unknown_name(node.text, options)
        is_text = isinstance(node.value, str) and node.text.strip()
        return (message, allowed, fix) if is_text else (WRONG_TYPE["string_type"][0], allowed, None)
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


OTHER_FORMAT: Finding = (
    Message("this version of the format is not known here"),
    None,
    Message("write {value}", {"value": "schema: 1"}),
)
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

_BOUNDS = {
    "greater_than": "gt", "greater_than_equal": "ge", "less_than": "lt", "less_than_equal": "le",
    "string_too_long": "max_length", "string_pattern_mismatch": "pattern",
    "too_short": "min_length", "too_long": "max_length",
}  # fmt: skip
"""Kind of an error of a bound -> the bound, as pydantic calls it."""


def _unfit(context: Mapping[str, Any], node: Node) -> Finding:
    kinds, kind = context["kinds"], context["kind"]
    named = [_FORMS[form] for form in kinds if form != "number"]
    if kind == "unknown":
        message = Message("this is neither a number nor a distribution that is known")
    else:
        message = Message("the distribution {form} does not fit this parameter", {"form": _FORMS[kind]})
    fix = _as_logit_normal(node) if kind == "interval" and "logit_normal" in kinds else None
    return message, Message("a number or one of: {names}", {"names": ", ".join(named)}), fix


def _interval(_: Mapping[str, Any], node: Node) -> Finding:
    ends = [item.value for item in node.mapping["interval90"].items]
    median, low, high = (
        float(value) for value in (node.mapping["median"].value, *ends) if isinstance(value, int | float)
    )
    message, allowed, fix = interval_finding(median, low, high) or (Message("this value does not fit here"), None, None)
    return message, allowed, fix or (_turned(node) if low >= high else None)


_UNFIT: dict[str, Callable[[Mapping[str, Any], Node], Finding]] = {
    "unfit": _unfit,
    "reserved_name": lambda _, node: reserved_name(str(node.value)),
    "row_sum": lambda c, _: (
        Message("the row sums to {total:,}, not to 1", {"total": float(c["total"])}),
        Message("four chances that sum to 1; those left out are 0"),
        _to_one(float(c["total"])),
    ),
    "interval": _interval,
}


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
