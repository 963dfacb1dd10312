"""What the values of a scenario may be, said once: as annotated types, for files and for Python alike.

A field of a dataclass that is annotated so is checked by `checked`; a scenario file's model takes the same types.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
from annotated_types import Ge, Gt, Le, MaxLen, MinLen

from .messages import Message, Problem, ScenarioError, nearest, shown
from .status import LEVELS

Finding = tuple[Message, Message | None, Message | None]
"""What is wrong, what is allowed, the likely fix."""

LARGEST_RATIO = 1000.0

LATEST_YEAR = 2200
Year = Annotated[int, Ge(1990), Le(LATEST_YEAR)]
Horizon = Annotated[int, Ge(1), Le(50)]
Years = Annotated[int, Ge(0), Le(50)]
YearsAtLeastOne = Annotated[int, Ge(1), Le(50)]
Count = Annotated[int, Ge(0), Le(100_000)]
Text = Annotated[str, MaxLen(1000)]
Share = Annotated[Fraction, Ge(0), Le(1)]
PositiveShare = Annotated[Fraction, Gt(0), Le(1)]
Cost = Annotated[float, Ge(0), Le(1e12)]
Probability = Annotated[float, Ge(0), Le(1)]
Ratio = Annotated[float, Gt(0), Le(LARGEST_RATIO)]
Spread = Annotated[float, Ge(0), Le(100)]
LogSpread = Annotated[float, Ge(0), Le(10)]
LogOdds = Annotated[float, Ge(-50), Le(50)]
LogRatio = Annotated[float, Ge(-6.91), Le(6.91)]
Shape = Annotated[float, Gt(0), Le(1e6)]
Weight = Annotated[float, Ge(1), Le(1e9)]


@dataclass(frozen=True)
class OneOf:
    """A bound of texts: one of these."""

    options: tuple[str, ...]


Level = Annotated[str, OneOf(LEVELS)]

SCENARIO_NAME = r"^[a-z0-9][a-z0-9_-]*$"
INTERVENTION_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
LONGEST_NAME = 60

SHARE_ALLOWED = Message("a share or probability from 0 to 1")
_NOT_WHOLE = Message("this is not a whole number"), Message("a whole number")
_NOT_KEYS = (
    Message("keys and their values are expected here"),
    Message("keys and their values, with a colon after each key"),
)
_NOT_A_LIST = Message("this is not a list"), Message("a list in square brackets")
WRONG_TYPE: dict[str, tuple[Message, Message]] = {
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
"""What is said of a value of the wrong type, by the kinds of error that pydantic knows."""

OUT_OF_RANGE: dict[str, Callable[[Any], tuple[Message, Message]]] = {
    "gt": lambda low: (Message("the number is too small"), Message("above {low}", {"low": f"{low:g}"})),
    "ge": lambda low: (Message("the number is too small"), Message("at least {low}", {"low": f"{low:g}"})),
    "lt": lambda high: (Message("the number is too large"), Message("below {high}", {"high": f"{high:g}"})),
    "le": lambda high: (Message("the number is too large"), Message("at most {high}", {"high": f"{high:g}"})),
    "longest": lambda most: (
        Message("the text is too long"),
        Message("at most {most:,} characters", {"most": most}),
    ),
    "min_length": lambda count: (
        Message("the list is too short"),
        Message("a list of at least {count}", {"count": count}),
    ),
    "max_length": lambda count: (
        Message("the list is too long"),
        Message("a list of at most {count}", {"count": count}),
    ),
    "pattern": lambda pattern: (
        Message("this cannot be a name: it becomes part of file and column names"),
        Message("lower-case letters a-z, digits, - and _, at most 60 characters")
        if pattern == SCENARIO_NAME
        else Message("letters, digits, - and _, at most 60 characters"),
    ),
}
"""What is said of a value beyond a bound, by the kind of bound."""


def as_share(value: object) -> Message | None:
    """Return the share that a percentage was meant to be."""
    if isinstance(value, int | float) and 1 < value <= 100:
        return Message("write shares and probabilities between 0 and 1: {value}", {"value": f"{value / 100:g}"})
    return None


def unknown_name(text: str, options: tuple[str, ...]) -> Finding:
    """Say that a name is none of the options, and which was likely meant."""
    allowed = Message("one of: {names}", {"names": ", ".join(options)})
    return Message("{name} is not known here", {"name": shown(text)}), allowed, nearest(text, options)


def problem_at(field: str, value: object, finding: Finding | tuple[Message, Message]) -> Problem:
    """Return a problem of a value that was given in Python."""
    message, allowed, suggestion = (*finding, None)[:3]
    found = value if isinstance(value, str) else _text(value)
    return Problem("", None, field, message, shown(found), allowed, suggestion)


def _text(value: object) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple | list) else str(value)


def checked(part: Any, under: str = "", names: Mapping[str, str] | None = None) -> list[Problem]:
    """Bring the fields of a frozen dataclass to their types where nothing is lost; return what they cannot be.

    Parameters
    ----------
    under
        What stands before the names of fields, as in a scenario file: ``target.``.
    names
        Field -> its key in a scenario file, where that is another.
    """
    found: list[Problem] = []
    kind: Any = type(part)
    for name, hint in _hints(kind).items():
        field = f"{under}{(names or {}).get(name, name)}"
        value, problems = _settled(getattr(part, name), hint, field)
        found += problems
        if not problems and value is not getattr(part, name):
            object.__setattr__(part, name, value)
    return found


class Bounded:
    """A frozen dataclass whose fields are what their types allow; `under` stands before their names where they are not.

    Raises
    ------
    ScenarioError
        With every field that is not.
    """

    under: ClassVar[str] = ""

    def __post_init__(self) -> None:
        """Refuse what no scenario file could say."""
        if problems := checked(self, self.under):
            raise ScenarioError(problems)


def within(value: Any, kind: Any, field: str) -> list[Problem]:
    """Return what is wrong with a single value of an annotated type."""
    return _settled(value, kind, field)[1]


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """Return the types of a dataclass's fields."""
    hints = get_type_hints(kind, include_extras=True)
    return {each.name: hints[each.name] for each in fields(kind) if each.init}


def _settled(value: Any, hint: Any, field: str) -> tuple[Any, list[Problem]]:
    """Return a value as its type has it, and what is wrong with it."""
    kind, *rules = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    if get_origin(kind) in {Union, UnionType}:
        options = get_args(kind)
        if value is None and NoneType in options:
            return None, []
        tried = [_settled(value, option, field) for option in options if option is not NoneType]
        return next((one for one in tried if not one[1]), min(tried, key=lambda one: len(one[1])))
    if get_origin(kind) is Literal:
        known = value in get_args(kind)
        return value, [] if known else [problem_at(field, value, unknown_name(str(value), get_args(kind)))]
    if get_origin(kind) is tuple:
        return _list(value, get_args(kind)[0], rules, field)
    if kind not in _SETTLERS:
        return value, []
    value, wrong = _SETTLERS[kind](value)
    return value, list(_beyond(value, rules, field)) if wrong is None else [problem_at(field, value, WRONG_TYPE[wrong])]


def _list(value: Any, hint: Any, rules: list[Any], field: str) -> tuple[Any, list[Problem]]:
    if not isinstance(value, tuple | list):
        return value, [problem_at(field, value, _NOT_A_LIST)]
    items = [_settled(item, hint, field) for item in value]
    settled = tuple(item for item, _ in items)
    if isinstance(value, tuple) and all(one is other for one, other in zip(value, settled, strict=True)):
        settled = value
    return settled, [*(problem for _, wrong in items for problem in wrong), *_beyond(settled, rules, field)]


def _integer(value: Any) -> tuple[Any, str | None]:
    fits = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return (int(value), None) if fits else (value, "int_type")


def _number(value: Any) -> tuple[Any, str | None]:
    if not isinstance(value, int | float | Fraction | np.integer | np.floating) or isinstance(value, bool):
        return value, "float_type"
    try:
        number = float(value)
    except OverflowError:
        return value, "finite_number"
    return number, None if isfinite(number) else "finite_number"


def _fraction(value: Any) -> tuple[Any, str | None]:
    """Return a share exactly as it was written: 0.05 is 1/20."""
    if isinstance(value, Fraction):
        return value, None
    number, wrong = _number(value)
    return (value, wrong) if wrong else (Fraction(str(number)), None)


_SETTLERS: dict[Any, Callable[[Any], tuple[Any, str | None]]] = {
    int: _integer,
    float: _number,
    Fraction: _fraction,
    str: lambda value: (value, None if isinstance(value, str) else "string_type"),
    bool: lambda value: (value, None if isinstance(value, bool) else "bool_type"),
}


def _beyond(value: Any, rules: list[Any], field: str) -> Iterator[Problem]:
    """Yield the bounds that a value lies beyond."""
    is_share = Le(1) in rules
    for rule in rules:
        match rule:
            case Gt(gt=low) if not value > low:
                finding = OUT_OF_RANGE["gt"](low)
            case Ge(ge=low) if not value >= low:
                finding = OUT_OF_RANGE["ge"](low)
            case Le(le=high) if not value <= high:
                finding = OUT_OF_RANGE["le"](high)
            case OneOf(options=options) if value not in options:
                yield problem_at(field, value, unknown_name(value, options))
                continue
            case MaxLen(max_length=most) if isinstance(value, str) and len(value) > most:
                finding = OUT_OF_RANGE["longest"](most)
            case MinLen(min_length=least) if len(value) < least:
                finding = OUT_OF_RANGE["min_length"](least)
            case MaxLen(max_length=most) if len(value) > most:
                finding = OUT_OF_RANGE["max_length"](most)
            case _:
                continue
        yield problem_at(field, value, (finding[0], SHARE_ALLOWED, as_share(value)) if is_share else finding)


def bad_name(field: str, name: object, pattern: str) -> Iterator[Problem]:
    """Yield why a name cannot be one."""
    if not isinstance(name, str):
        yield problem_at(field, name, WRONG_TYPE["string_type"])
    elif not re.fullmatch(pattern, name) or len(name) > LONGEST_NAME:
        yield problem_at(field, name, OUT_OF_RANGE["pattern"](pattern))
