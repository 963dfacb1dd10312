"""What the values of a scenario may be, said once: as annotated types, for files and for Python alike.

A text among the annotations of a field says what the field means, to people and to editors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints
from unicodedata import normalize

import numpy as np
from annotated_types import Ge, Gt, Le, MaxLen, MinLen

from .messages import Message, Problem, ProblemsError, ScenarioError, nearest, shown
from .status import LEVELS

Finding = tuple[Message, Message | None, Message | None]
"""What is wrong, what is allowed, the likely fix."""


@dataclass(frozen=True)
class OneOf:
    """A bound of texts: one of these."""

    options: tuple[str, ...]


@dataclass(frozen=True)
class Pattern:
    """A bound of texts: the whole text is of this form."""

    form: str


@dataclass(frozen=True)
class NotReserved:
    """A bound of texts: no name that a system reserves."""


@dataclass(frozen=True)
class InMillions:
    """Of a number: it is stated in millions, and where it was written out in full, this is how to write it."""


LARGEST_RATIO = 1000.0
LARGEST_SPREAD = 100.0
LATEST_YEAR = 2200
LONGEST_NAME = 60
SCENARIO_NAME = r"^[a-z0-9][a-z0-9_-]*$"
INTERVENTION_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
RESERVED_NAMES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{i}" for port in ("com", "lpt") for i in range(10))})
"""Names that no file or folder can have on every system."""

Year = Annotated[int, Ge(1990), Le(LATEST_YEAR)]
Horizon = Annotated[int, Ge(1), Le(50)]
Years = Annotated[int, Ge(0), Le(50)]
YearsAtLeastOne = Annotated[int, Ge(1), Le(50)]
Count = Annotated[int, Ge(0), Le(100_000)]
Text = Annotated[str, MaxLen(2000)]
ScenarioName = Annotated[str, MaxLen(LONGEST_NAME), Pattern(SCENARIO_NAME), NotReserved()]
InterventionName = Annotated[str, MaxLen(LONGEST_NAME), Pattern(INTERVENTION_NAME)]
Level = Annotated[str, OneOf(LEVELS)]
Share = Annotated[Fraction, Ge(0), Le(1)]
PositiveShare = Annotated[Fraction, Gt(0), Le(1)]
Cost = Annotated[float, Ge(0), Le(1e12), InMillions()]
Probability = Annotated[float, Ge(0), Le(1)]
Ratio = Annotated[float, Gt(0), Le(LARGEST_RATIO)]
Spread = Annotated[float, Ge(0), Le(LARGEST_SPREAD)]
LogSpread = Annotated[float, Ge(0), Le(10)]
LogOdds = Annotated[float, Ge(-50), Le(50)]
LogRatio = Annotated[float, Ge(-6.91), Le(6.91)]
Shape = Annotated[float, Gt(0), Le(1e6)]
Weight = Annotated[float, Ge(1), Le(1e9)]

SHARE_ALLOWED = Message("a share or probability from 0 to 1")
NOT_KEYS: Finding = (
    Message("keys and their values are expected here"),
    Message("keys and their values, with a colon after each key"),
    None,
)
NOT_A_LIST = Message("this is not a list"), Message("a list in square brackets")
NOT_FINITE = Message("this is not a finite number"), Message("a finite number")
_NOT_A_NUMBER = Message("this is not a number"), Message("a number")
_NOT_TEXT = Message("this is not text"), Message("text")
_WRONG_TYPE: dict[Any, tuple[Message, Message]] = {
    int: (Message("this is not a whole number"), Message("a whole number")),
    float: _NOT_A_NUMBER,
    Fraction: _NOT_A_NUMBER,
    bool: (Message("this is neither true nor false"), Message("true or false")),
    str: _NOT_TEXT,
}
_TOO_SMALL, _TOO_LARGE = Message("the number is too small"), Message("the number is too large")


def as_share(value: object) -> Message | None:
    """Return the share that a percentage was meant to be."""
    if isinstance(value, int | float | Fraction) and 1 < value <= 100:
        return Message("write shares and probabilities between 0 and 1: {value}", {"value": f"{float(value) / 100:g}"})
    return None


_INDONESIAN = {
    "naik": "rises",
    "naik status": "rises",
    "naik menjadi": "entries",
    "berstatus": "stock",
    "jumlah": "stock",
    "semua": "all",
    "acak": "random",
    "kenaikan": "rises",
    "terdekat": "nearest_to_rising",
    "status terendah": "lowest_status",
    "status tertinggi": "highest_status",
}
"""What an Indonesian word stands for where a file wants an English one."""


def unknown_name(text: str, options: tuple[str, ...]) -> Finding:
    """Say that a name is none of the options, and which was likely meant."""
    allowed = Message("one of: {names}", {"names": ", ".join(options)})
    meant = _INDONESIAN.get(text.strip().lower(), text)
    return Message("{name} is not known here", {"name": shown(text)}), allowed, nearest(meant, options)


def plain_name(text: str, sign: str = "_") -> str:
    """Return text as a name of at most 60 plain letters, digits and signs; "" where it has none of these."""
    plain = normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub("[^A-Za-z0-9_-]+", sign, plain).strip("-_")[:LONGEST_NAME]


def problem_at(field: str, value: object, finding: Finding | tuple[Message, Message]) -> Problem:
    """Return a problem of a value that was given in Python."""
    message, allowed, suggestion = (*finding, None)[:3]
    found = f"[{', '.join(map(str, value))}]" if isinstance(value, tuple | list) else str(value)
    return Problem("", None, field, message, shown(found), allowed, suggestion)


def refuse(problems: Iterable[Problem], kind: type[ProblemsError] = ScenarioError) -> None:
    """Raise an error with all problems, if there are any."""
    if found := list(problems):
        raise kind(found)


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
        refuse(checked(self, self.under))


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
    for name, hint in types_of(kind).items():
        field = f"{under}{(names or {}).get(name, name)}"
        value, problems = _settled(getattr(part, name), hint, field)
        found += problems
        if not problems and value is not getattr(part, name):
            object.__setattr__(part, name, value)
    return found


def within(value: Any, kind: Any, field: str) -> list[Problem]:
    """Return what is wrong with a single value of an annotated type."""
    return _settled(value, kind, field)[1]


@cache
def types_of(kind: Any) -> dict[str, Any]:
    """Return the types of a dataclass's fields, with their annotations."""
    hints = get_type_hints(kind, include_extras=True)
    return {each.name: hints[each.name] for each in fields(kind) if each.init}


def taken_apart(hint: Any) -> tuple[Any, list[Any]]:
    """Return a type and what it is annotated with."""
    kind, *rules = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    return kind, rules


def alternatives(kind: Any) -> list[Any]:
    """Return the types of a union, None left out; of any other type, that type alone."""
    options = get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
    return [option for option in options if option is not NoneType]


def _settled(value: Any, hint: Any, field: str) -> tuple[Any, list[Problem]]:
    """Return a value as its type has it, and what is wrong with it."""
    kind, rules = taken_apart(hint)
    if get_origin(kind) in {Union, UnionType}:
        if value is None and NoneType in get_args(kind):
            return None, []
        tried = [_settled(value, option, field) for option in alternatives(kind)]
        return next((one for one in tried if not one[1]), min(tried, key=lambda one: len(one[1])))
    if get_origin(kind) is not tuple:
        value, finding = settled(value, hint)
        return value, [] if finding is None else [problem_at(field, value, finding)]
    if not isinstance(value, tuple | list):
        return value, [problem_at(field, value, NOT_A_LIST)]
    items = [_settled(item, get_args(kind)[0], field) for item in value]
    problems = [problem for _, wrong in items for problem in wrong]
    if (finding := beyond(value, rules)) is not None:
        problems.append(problem_at(field, value, finding))
    same = isinstance(value, tuple) and all(one is other for one, (other, _) in zip(value, items, strict=True))
    return value if same else tuple(item for item, _ in items), problems


def settled(value: Any, hint: Any, text: str | None = None) -> tuple[Any, Finding | None]:
    """Return a single value as its annotated type has it, and what is wrong with it.

    Parameters
    ----------
    text
        The value as it was written, where that is known.
    """
    kind, rules = taken_apart(hint)
    named = next((rule.options for rule in rules if isinstance(rule, OneOf)), None)
    options = get_args(kind) if get_origin(kind) is Literal else named
    if options is not None:
        if isinstance(value, str) and value.strip():
            return value, None if value in options else unknown_name(value, options)
        return value, (_NOT_TEXT[0], unknown_name("", options)[1], None)
    if kind not in _SETTLERS:
        return value, _of_another_type(value, get_origin(kind) or kind)
    found, wrong = _SETTLERS[kind](value)
    if wrong is not None:
        is_share = kind in {float, Fraction} and Le(1) in rules
        fix = None if wrong is NOT_FINITE else _rewritten(kind, value, str(value) if text is None else text, is_share)
        if InMillions() in rules and isinstance(value, str):
            fix = _in_millions(value) or fix
        return value, (*wrong, fix)
    return found, beyond(found, rules)


def _of_another_type(value: Any, kind: Any) -> Finding | None:
    if not isinstance(kind, type) or isinstance(value, kind):
        return None
    message = Message("a value of type {name} does not fit into a scenario", {"name": type(value).__name__})
    return message, Message("one of: {names}", {"names": kind.__name__}), None


Wrong = tuple[Message, Message] | None


def _integer(value: Any) -> tuple[Any, Wrong]:
    fits = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return (int(value), None) if fits else (value, _WRONG_TYPE[int])


def _number(value: Any) -> tuple[Any, Wrong]:
    if not isinstance(value, int | float | Fraction | np.integer | np.floating) or isinstance(value, bool):
        return value, _NOT_A_NUMBER
    try:
        number = float(value)
    except OverflowError:
        return value, NOT_FINITE
    return number, None if isfinite(number) else NOT_FINITE


def _fraction(value: Any) -> tuple[Any, Wrong]:
    """Return a share exactly as it was written: 0.05 is 1/20, and the text 1/3 is a third."""
    if isinstance(value, Fraction):
        return value, None
    if isinstance(value, str) and re.fullmatch("[0-9]{1,9}/[1-9][0-9]{0,8}", value):
        return Fraction(value), None
    number, wrong = _number(value)
    return (value, wrong) if wrong else (Fraction(str(number)), None)


_SETTLERS: dict[Any, Callable[[Any], tuple[Any, Wrong]]] = {
    int: _integer,
    float: _number,
    Fraction: _fraction,
    str: lambda value: (value, None if isinstance(value, str) else _NOT_TEXT),
    bool: lambda value: (value, None if isinstance(value, bool) else _WRONG_TYPE[bool]),
}


def beyond(value: Any, rules: Iterable[Any]) -> Finding | None:
    """Return the first bound that a value lies beyond, if any."""
    return next((finding for rule in rules if (finding := _beyond(value, rule, Le(1) in rules)) is not None), None)


def _beyond(value: Any, rule: Any, is_share: bool) -> Finding | None:
    match rule:
        case Gt(gt=low) if not value > low:
            return _TOO_SMALL, Message("above {low}", {"low": f"{low:g}"}), None
        case Ge(ge=low) if not value >= low:
            return _TOO_SMALL, SHARE_ALLOWED if is_share else Message("at least {low}", {"low": f"{low:g}"}), None
        case Le(le=high) if not value <= high:
            if is_share:
                return _TOO_LARGE, SHARE_ALLOWED, as_share(value)
            return _TOO_LARGE, Message("at most {high}", {"high": f"{high:g}"}), None
        case MinLen(min_length=least) if len(value) < least:
            empty = Message("the text is empty"), Message("at least one character"), None
            short = Message("the list is too short"), Message("a list of at least {count}", {"count": least}), None
            return empty if isinstance(value, str) else short
        case MaxLen(max_length=most) if len(value) > most:
            text = Message("the text is too long"), Message("at most {most:,} characters", {"most": most}), None
            listed = Message("the list is too long"), Message("a list of at most {count}", {"count": most}), None
            return text if isinstance(value, str) else listed
        case Pattern() | NotReserved():
            return _not_a_name(value, rule)
    return None


def _not_a_name(text: str, rule: Pattern | NotReserved) -> Finding | None:
    if isinstance(rule, NotReserved):
        message = Message("systems reserve this name, so that no folder of results can have it")
        fix = Message("write {value}", {"value": f"{text}-kampung"})
        return (message, Message("another name"), fix) if text in RESERVED_NAMES else None
    if re.fullmatch(rule.form, text):
        return None
    allowed, name = Message("letters, digits, - and _, at most 60 characters"), plain_name(text)
    if rule.form == SCENARIO_NAME:
        allowed = Message("lower-case letters a-z, digits, - and _, at most 60 characters")
        name = plain_name(text.lower(), "-")
    message = Message("this cannot be a name: it becomes part of file and column names")
    return message, allowed, Message("write {value}", {"value": name}) if name else None


NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
"""With a decimal point, or without one."""
_PERCENT = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*(?:%|persen|percent)", re.IGNORECASE)
_IN_WORDS = re.compile(r"[^0-9%]*\b([0-9]{1,9})\b[^0-9%]*")
"""One whole number among words."""
_MILLIONS = re.compile(r"([0-9]+(?:[.,][0-9]+)?) *(?:(juta|jt)|miliar|milyar)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+")
_THOUSANDS = re.compile(r"[0-9]{1,3}(\.[0-9]{3}){2,}(,[0-9]+)?")
_BOOLEANS = {"yes": "true", "on": "true", "ya": "true", "no": "false", "off": "false", "tidak": "false"}
_NO_GROUPS = Message("write numbers without points between thousands: {value}")


def _rewritten(kind: Any, value: Any, text: str, is_share: bool) -> Message | None:
    """Return how a value of the wrong type should be written."""
    if kind is int and _GROUPED.fullmatch(text):
        return _NO_GROUPS.filled(value=text.replace(".", ""))
    if kind is str and isinstance(value, int | float):
        return Message('write it in quotes: "{text}"', {"text": shown(text)})
    if not isinstance(value, str):
        return None
    if kind is bool:
        meant = _BOOLEANS.get(value.lower())
        return Message("write {value}", {"value": meant}) if meant else None
    if kind is int and not value.strip().isdecimal():
        whole = _IN_WORDS.fullmatch(value)
        return Message("write {value}", {"value": whole[1]}) if whole else None
    return _rewritten_number(value.strip(), is_share)


def _in_millions(text: str) -> Message | None:
    """Return how an amount should be written that was written in rupiah: 25.000.000 is 25, and so is 25 juta."""
    amount = re.sub(r"^rp\.? *", "", text.strip(), flags=re.IGNORECASE)
    if named := _MILLIONS.fullmatch(amount):
        million = float(named[1].replace(",", ".")) * (1 if named[2] else 1000)
        return Message("costs are in million rupiah: write {value}", {"value": f"{million:g}"})
    if not _THOUSANDS.fullmatch(amount):
        return None
    million = float(amount.replace(".", "").replace(",", ".")) / 1e6
    return Message("costs are in million rupiah: write {value}", {"value": f"{million:g}"})


def _rewritten_number(text: str, is_share: bool) -> Message | None:
    if percent := _PERCENT.fullmatch(text):
        value = f"{float(percent[1].replace(',', '.')) / 100:g}"
        return (
            Message("write shares and probabilities between 0 and 1: {value}", {"value": value}) if is_share else None
        )
    if _DECIMAL_COMMA.fullmatch(text):
        return Message("write decimals with a point: {value}", {"value": text.replace(",", ".")})
    if _THOUSANDS.fullmatch(text):
        return _NO_GROUPS.filled(value=text.replace(".", "").replace(",", "."))
    return Message("write it without quotes: {value}", {"value": shown(text)}) if NUMBER.fullmatch(text) else None
