"""A sensitivity analysis in words: what matters, what does not, and what that means for the effects.

Knows what is said about the numbers of a record (`record.py`); must not know where it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...decision.sensitivity.factors import CALIBRATED
from ...domain.parameters import DIRECTIONS, ParameterKey
from .. import wording
from ..answer_tables import WordTable
from ..assumptions import parameter_name
from ..language import Language

Record = Mapping[str, Any]

MUCH = 0.1
"""Total share of the variance from which a parameter matters; below it, the interval included, it hardly does."""
LEAST_SD = 0.005
"""Standard deviation of the chance below which it hangs on nothing."""
COARSE = 0.5
"""Width of a share's interval from which the design is too small to order the parameters."""
MOST_NAMED = 4


def name(speech: Language, parameter: str) -> str:
    """Return what a parameter is called."""
    if parameter == CALIBRATED:
        return speech.say("the calibrated parameters together")
    return parameter_name(speech, parameter)


def matters(record: Record) -> list[str]:
    """Return the parameters that matter, the most important first; the first of all where none passes the mark."""
    parameters = record["parameters"]
    found = [key for key, driver in parameters.items() if (driver["total"] or 0) >= MUCH]
    return found or list(parameters)[:1]


def hardly(record: Record) -> list[str]:
    """Return the parameters that hardly matter, as far as the design can tell."""
    if _coarse(record):
        return []
    drivers = record["parameters"].items()
    return [key for key, driver in drivers if driver["total"] is None or driver["interval90"][1] < MUCH]


def open_question(speech: Language, record: Record) -> str | None:
    """Return why no parameter can be named, without a full stop: nothing varies, or the design is too small."""
    if record["sd"] < LEAST_SD:
        return speech.say(
            "The chance of meeting the target of {year} is {mean} whatever the uncertain parameters are",
            year=record["year"],
            mean=wording.chance(speech, record["mean"]),
        )
    if _coarse(record):
        return speech.say(
            "Too few points to say what the chance of meeting the target of {year} hangs on; give more --draws",
            year=record["year"],
        )
    return None


def _coarse(record: Record) -> bool:
    intervals = [driver["interval90"] for driver in record["parameters"].values() if driver["interval90"] is not None]
    return any(high - low > COARSE for low, high in intervals)


def heading(speech: Language, record: Record) -> str:
    """Return what was looked at, and where."""
    return speech.say(
        "What the chance depends on: {title}, {district}, {villages} villages",
        title=wording.title(speech, record).rstrip("."),
        district=record["name"],
        villages=speech.number(record["population"]["villages"]),
    )


def headline(speech: Language, record: Record) -> str:
    """Return what matters most, in a few words."""
    if (said := open_question(speech, record)) is not None:
        return said
    first, *others = matters(record)
    if others:
        return speech.say(
            "The chance of meeting the target of {year} hangs on several unknowns: {names}",
            year=record["year"],
            names="; ".join(name(speech, key) for key in (first, *others)[:MOST_NAMED]),
        )
    return speech.say(
        "The chance of meeting the target of {year} hangs mostly on one unknown: {parameter}",
        year=record["year"],
        parameter=name(speech, first),
    )


def verdict(speech: Language, record: Record) -> str:
    """Return the sentence that names what matters most, or why nothing can be named."""
    if (said := open_question(speech, record)) is not None:
        return speech.say("{sentence}.", sentence=said)
    shares = [
        speech.say(
            "{parameter} ({share})",
            parameter=name(speech, key),
            share=speech.percent(share(record["parameters"][key]["total"] or 0)),
        )
        for key in matters(record)[:MOST_NAMED]
    ]
    return speech.say(
        "What is not known yet about the chance of meeting the target of {year} hangs mostly on: {names}.",
        year=record["year"],
        names="; ".join(shares),
    )


def notes(speech: Language, record: Record) -> Iterator[str]:
    """Yield what follows from the shares, and how they are to be read; nothing where no parameter can be named."""
    if open_question(speech, record) is not None:
        return
    if few := hardly(record):
        yield speech.say("It hardly hangs on: {names}.", names="; ".join(name(speech, key) for key in few))
    if effects_hardly_matter(record):
        yield speech.say(
            "Knowing the effects of the interventions better would hardly narrow the chance; ask for data on what "
            "matters first."
        )
    yield speech.say(
        "Over the uncertain parameters the chance is {mean} on average, with a standard deviation of {sd} percentage "
        "points. A share is the part of this variance that stays while everything but the one parameter is known; "
        "shares overlap where parameters act together ({interplay} of the variance belongs to none alone).",
        mean=wording.chance(speech, record["mean"]),
        sd=speech.number(100 * record["sd"]),
        interplay=speech.percent(record["interplay"]),
    )
    if record["rest"] is not None:
        yield speech.say(
            "Parameters without a share were set aside by the screening; all of them together have {rest}.",
            rest=speech.percent(share(record["rest"])),
        )


def effects_hardly_matter(record: Record) -> bool:
    """Return whether there are uncertain effects of interventions, and all of them hardly matter."""
    effects = {ParameterKey.effect(plan["name"], way) for plan in record["interventions"] for way in DIRECTIONS}
    uncertain = effects & set(record["parameters"])
    return bool(uncertain) and uncertain <= set(hardly(record))


def share(estimate: float) -> float:
    """Return an estimate of a share as a share: estimates may stray below nothing and above all."""
    return min(1.0, max(0.0, estimate))


def table(speech: Language, record: Record) -> WordTable:
    """Return every parameter with its shares and how far it moves the chance."""
    say = speech.say
    rows = []
    for key, driver in record["parameters"].items():
        shares = ["–", "–", "–"]
        if driver["total"] is not None:
            first, total, low, high = (
                share(value) for value in (driver["first"], driver["total"], *driver["interval90"])
            )
            shares = [speech.percent(first), speech.percent(total), wording.share_span(speech, low, high)]
        rows.append([name(speech, key), *shares, speech.number(100 * driver["mu_star"])])
    headers = [
        say("parameter"),
        say("share alone"),
        say("share with interplay"),
        say("90% interval"),
        say("moves the chance by (points)"),
    ]
    caption = say("Every uncertain parameter; points: when it moves from its 5% to its 95% quantile")
    return WordTable(caption, headers, rows)
