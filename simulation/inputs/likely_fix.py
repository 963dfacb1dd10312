"""How a value was likely meant, and how to write it so.

Knows the habits of people who write numbers, names and days; must not know where a value stands.
"""

from __future__ import annotations

import re
from datetime import date
from math import log
from unicodedata import normalize

from ..domain.messages import Message, shown
from .tree import Node

_PERCENT = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*%")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+")
_THOUSANDS = re.compile(r"[0-9]{1,3}(\.[0-9]{3}){2,}(,[0-9]+)?")
_BOOLEANS = {"yes": "true", "on": "true", "ya": "true", "no": "false", "off": "false", "tidak": "false"}


def day_of(text: str) -> date | None:
    """Return the day that a text names as a scenario should, or None."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def likely_day(text: str) -> Message | None:
    """Return the day that was likely meant, as it should be written: 31/12/2025 and 2025 are 2025-12-31."""
    match = re.fullmatch(r"(?:([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ])?([0-9]{4})", text)
    if match is None:
        return None
    day, month, year = (int(part) if part else None for part in match.groups())
    try:
        meant = date(year or 0, month or 12, day or 31)
    except ValueError:
        return None
    return Message("write {value}", {"value": meant.isoformat()})


def to_one(total: float) -> Message:
    """Return what makes a row sum to 1."""
    if total < 1:
        return Message("add {number} to one of the chances", {"number": f"{1 - total:.10g}"})
    return Message("take {number} off one of the chances", {"number": f"{total - 1:.10g}"})


def turned(node: Node) -> Message | None:
    """Return an interval the right way round, where its ends differ."""
    interval = node.get("interval90")
    low, high = (item.text for item in interval.items) if interval is not None else ("", "")
    return Message("write {value}", {"value": f"interval90: [{high}, {low}]"}) if low != high else None


def decimals_apart(node: Node, most: int) -> Message | None:
    """Return a list of too many numbers as meant where commas part each of them in two: [0,9, 1,9] is [0.9, 1.9]."""
    texts = [item.text for item in node.items]
    if len(texts) != 2 * most or not all(map(re.compile("[0-9]{1,9}").fullmatch, texts)):
        return None
    pairs = (f"{whole}.{decimals}" for whole, decimals in zip(texts[::2], texts[1::2], strict=True))
    return Message("write decimals with a point: {value}", {"value": f"[{', '.join(pairs)}]"})


def as_logit_normal(node: Node) -> Message | None:
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


def as_name(text: str, pattern: str) -> Message | None:
    """Return the name that fits and is nearest to what was written."""
    name = plain_name(text.lower(), "-") if pattern.startswith("^[a-z0-9]") else plain_name(text)
    return Message("write {value}", {"value": name}) if name else None


def plain_name(text: str, sign: str = "_") -> str:
    """Return text as a name of at most 60 plain letters, digits and signs; "" where it has none of these."""
    plain = normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub("[^A-Za-z0-9_-]+", sign, plain).strip("-_")[:60]


def as_share(value: object) -> Message | None:
    """Return the share that a percentage was meant to be."""
    if isinstance(value, int | float) and 1 < value <= 100:
        return Message("write shares and probabilities between 0 and 1: {value}", {"value": f"{value / 100:g}"})
    return None


def rewrite(kind: str, node: Node, is_share: bool) -> Message | None:
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
    if _NUMBER.fullmatch(text):
        return Message("write it without quotes: {value}", {"value": shown(text)})
    return None
