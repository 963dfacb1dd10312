"""What was learned, in words: which parameters the data narrow, by how much, and what they leave open.

Knows what is said about the numbers of a record (`record.py`); must not know where it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...domain.parameters import ParameterKey
from .. import wording
from ..answer_tables import WordTable
from ..assumptions import parameter_name, parameter_value
from ..language import Language, phrase

Record = Mapping[str, Any]

NARROWED = 0.9
"""Share of the prior variance that may be left where a parameter counts as narrowed."""
_DATA = {
    "village_list": phrase("a list of all statuses one year earlier"),
    "launch_years": phrase("the year in which each village joined"),
    "falls": phrase("how many villages fell in a year"),
}


def learned(record: Record) -> list[str]:
    """Return the parameters on which the data bear, in the order of the law."""
    return [name for name, known in record["parameters"].items() if known["in_likelihood"]]


def narrowed(record: Record) -> list[str]:
    """Return the parameters that the data narrow, the most narrowed first."""
    left = {name: record["parameters"][name]["prior_variance_left"] for name in learned(record)}
    return sorted((name for name in left if left[name] < NARROWED), key=left.__getitem__)


def spread(speech: Language, name: str, known: Record) -> str:
    """Return the median and the 90% interval of a parameter."""
    low, high = known["interval90"]
    in_percent = ParameterKey.parse(name).scale == "probability"
    first = speech.number(100 * low, 1) if in_percent else parameter_value(speech, name, low)
    middle, last = parameter_value(speech, name, known["median"]), parameter_value(speech, name, high)
    return speech.say("{median} ({low}–{high})", median=middle, low=first, high=last)


def heading(speech: Language, record: Record) -> str:
    """Return what was learned from, and where."""
    return speech.say(
        "Learned from data: {title}, {district}, {villages} villages",
        title=wording.title(speech, record).rstrip("."),
        district=record["name"],
        villages=speech.number(record["population"]["villages"]),
    )


def headline(speech: Language, record: Record) -> str:
    """Return what the data narrow most, in a few words."""
    if not learned(record):
        return speech.say("Nothing was learned: priors alone; no local data used.")
    names = narrowed(record)
    if not names:
        return speech.say("The data hardly narrow any parameter")
    return speech.say("The data narrow one parameter most: {parameter}", parameter=parameter_name(speech, names[0]))


def verdict(speech: Language, record: Record) -> str:
    """Return the sentence that says what the data narrow most."""
    if not learned(record):
        return speech.say("Nothing was learned: priors alone; no local data used.")
    names = narrowed(record)
    if not names:
        return speech.say("The data hardly narrow any parameter; the forecast keeps resting on its priors.")
    known = record["parameters"][names[0]]
    return speech.say(
        "The data narrow {parameter} most: {before} before, {after} now (median and 90% interval). "
        "Narrowed in all: {narrowed} of {uncertain} uncertain parameters.",
        parameter=parameter_name(speech, names[0]),
        before=spread(speech, names[0], known["prior"]),
        after=spread(speech, names[0], known["posterior"]),
        narrowed=speech.number(len(names)),
        uncertain=speech.number(len(record["parameters"])),
    )


def table(speech: Language, record: Record) -> WordTable:
    """Return every parameter on which the data bear, before and after."""
    say = speech.say
    rows = [
        [
            parameter_name(speech, name),
            spread(speech, name, record["parameters"][name]["prior"]),
            spread(speech, name, record["parameters"][name]["posterior"]),
            left(speech, record["parameters"][name]),
        ]
        for name in learned(record)
    ]
    caption = say("Before and after the data: median and 90% interval; how much of the prior variance is left")
    return WordTable(caption, [say("parameter"), say("before"), say("after"), say("left")], rows)


def next_table(speech: Language, record: Record) -> WordTable | None:
    """Return which datum would narrow the chance of the first year most, best first; None where that is not known."""
    say, then = speech.say, record["next"]
    if then is None:
        return None
    rows = [
        [
            say(_DATA[worth["datum"]]),
            speech.percent(max(0.0, worth["narrowing"])),
            speech.number(100 * worth["remaining_sd"], 1),
        ]
        for worth in then["data"]
    ]
    caption = say(
        "Which data to ask for next: what each would leave of the spread of the chance of {year}, now {sd} points",
        year=then["year"],
        sd=speech.number(100 * then["sd"], 1),
    )
    return WordTable(caption, [say("datum"), say("narrows it by"), say("leaves (points)")], rows)


def left(speech: Language, known: Record) -> str:
    """Return how much of the prior variance is left; chance can make it a little more than all."""
    return speech.percent(min(1.0, known["prior_variance_left"]))


def notes(speech: Language, record: Record) -> Iterator[str]:
    """Yield what the data leave open, what must be known of the posterior, and how good its draws are."""
    untouched = [name for name in record["parameters"] if name not in learned(record)]
    if untouched and learned(record):
        names = "; ".join(parameter_name(speech, name) for name in untouched)
        yield speech.say("Nothing in the data bears on these, which keep their priors: {names}.", names=names)
    for warning in record["warnings"]:
        yield speech.say("Note: {warning}.", warning=warning[speech.code])
    if learned(record):
        yield speech.say(
            "Draws: {draws}, worth {worth} independent ones (effective sample size).",
            draws=speech.number(record["draws"]),
            worth=speech.number(record["effective_sample_size"]),
        )
