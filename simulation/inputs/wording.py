"""What is wrong with a single value, in the planner's words.

Knows the mistakes people make when they write a value; must not know the files or other keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from ..domain.messages import Message, listed, nearest, shown
from ..domain.status import LEVELS
from .likely_fix import as_logit_normal, as_name, as_share, decimals_apart, rewrite, to_one, turned
from .tree import Node

Finding = tuple[Message, Message | None, Message | None]
"""What is wrong, what is allowed, the likely fix."""


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
            Message("fill it in, or remove the line where there is a default"),
        )
    if kind in _WRONG_TYPE:
        return *_WRONG_TYPE[kind], rewrite(kind, node, is_share)
    if kind in _OUT_OF_RANGE:
        message, allowed = _OUT_OF_RANGE[kind](context)
        fix = decimals_apart(node, context["max_length"]) if kind == "too_long" else None
        fix = as_name(str(node.value), context["pattern"]) if kind == "string_pattern_mismatch" else fix
        return (message, _SHARE, as_share(node.value)) if is_share else (message, allowed, fix)
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


def _unfit(context: dict[str, Any], node: Node) -> Finding:
    kinds, kind = context["kinds"], context["kind"]
    named = [_FORMS[form] for form in kinds if form != "number"]
    if kind == "unknown":
        message = Message("this is neither a number nor a distribution that is known")
    else:
        message = Message("the distribution {form} does not fit this parameter", {"form": _FORMS[kind]})
    fix = as_logit_normal(node) if kind == "interval" and "logit_normal" in kinds else None
    return message, Message("a number or one of: {names}", {"names": ", ".join(named)}), fix


_UNFIT: dict[str, Callable[[dict[str, Any], Node], Finding]] = {
    "unfit": _unfit,
    "row_sum": lambda c, _: (
        Message("the row sums to {total:,}, not to 1", {"total": float(c["total"])}),
        Message("four chances that sum to 1; those left out are 0"),
        to_one(float(c["total"])),
    ),
    "interval_order": lambda _, node: (
        Message("the low end of interval90 is not below its high end"),
        Message("[low, high] with low below high"),
        turned(node),
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
