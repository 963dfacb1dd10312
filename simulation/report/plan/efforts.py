"""The efforts that a plan turns, in words: what they are called, how much of each, and what they cost.

Knows how a setting reads, and how many of the list suffice; must not know what it achieves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import wording
from ..language import Language, phrase

Record = Mapping[str, Any]

_MOST_DECIMALS = 4
_EFFORTS = {
    "capacity": phrase("{intervention} for {value} villages at a time"),
    "coverage": phrase("{intervention} for {value} of the eligible villages"),
}
_ENOUGH = {
    "capacity": phrase("{value} villages suffice"),
    "coverage": phrase("{value} of the eligible villages suffice"),
}
_LEVERS = {
    "capacity": phrase("villages at a time: {intervention}"),
    "coverage": phrase("share of the eligible villages: {intervention}"),
}


def lever_name(speech: Language, lever: Record) -> str:
    """Return what is turned, in a few words: also what stands above its numbers."""
    return speech.say(_LEVERS[lever["kind"]], intervention=spaced(lever["intervention"]))


def spaced(name: str) -> str:
    """Return the name of an intervention as it is read."""
    return name.replace("_", " ")


def value_of(speech: Language, lever: Record, value: float) -> str:
    """Return one setting of one lever: a number of villages, or a share in percent."""
    if lever["kind"] == "capacity":
        return speech.number(value)
    return speech.percent(value, 0 if round(100 * value, 6).is_integer() else 1)


def setting(speech: Language, record: Record, point: Record) -> str:
    """Return a setting of all levers, each beside its intervention."""
    settings = point["settings"]
    levers = [(spaced(one["intervention"]), value_of(speech, one, settings[one["name"]])) for one in record["levers"]]
    return " + ".join(f"{name} {value}" for name, value in levers)


def effort(speech: Language, record: Record, point: Record) -> str:
    """Return a setting as an effort that is made, as in "with …"."""
    levers = record["levers"]
    if record["by_budget"]:
        cost, mix = speech.number(point["cost_idr_million"]), setting(speech, record, point)
        return speech.say(
            "{cost} million rupiah in {years} ({settings})", cost=cost, years=cost_years(speech, record), settings=mix
        )
    if len(levers) > 1:
        return setting(speech, record, point)
    (lever,) = levers
    template, value = _EFFORTS[lever["kind"]], value_of(speech, lever, point["settings"][lever["name"]])
    return speech.say(template, intervention=spaced(lever["intervention"]), value=value)


def cost_years(speech: Language, record: Record) -> str:
    """Return the years that a cost covers, from the first to the last."""
    first, last = record["cost_years"]
    return str(first) if first == last else speech.say("{low}–{high}", low=first, high=last)


def money(speech: Language, cost: float) -> str:
    """Return million rupiah, decimals only where they were given."""
    return speech.number(cost, 0 if float(cost).is_integer() else 1)


def goal(speech: Language, record: Record) -> str:
    """Return the wanted probability in percent."""
    wanted = record["goal"]
    return speech.percent(wanted, 0 if round(100 * wanted, 6).is_integer() else 1)


def chance(speech: Language, record: Record, probability: float) -> str:
    """Return a probability in percent, with so many digits that it does not seem to reach the goal that it misses."""
    decimals = 1
    while probability < record["goal"] <= round(probability, decimals + 2) and decimals < _MOST_DECIMALS:
        decimals += 1
    return wording.chance(speech, probability, decimals)


def listed(record: Record) -> int:
    """Return how many villages of the list are marked as enough; 0 where none are."""
    return sum(bool(village["in_plan"]) for village in record["villages"])


def enough(speech: Language, record: Record) -> str:
    """Return how much suffices in the order of the list, as a clause."""
    (lever,), point = record["levers"], record["in_order"]
    return speech.say(_ENOUGH[lever["kind"]], value=value_of(speech, lever, point["settings"][lever["name"]]))
