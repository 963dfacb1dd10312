"""A choice under every state of the world in words.

Knows what the states are called and what is said of the options; must not know where it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .. import wording
from ..answer_tables import WordTable
from ..language import Language, phrase

Record = Mapping[str, Any]

_WORLDS = {
    "as_stated": phrase("as stated"),
    "launched_long_ago": phrase("slow rises: every village launched in 2016"),
    "launched_recently": phrase("fast rises: every village launched in 2022"),
    "few_skips": phrase("few villages pass over a level"),
    "many_skips": phrase("many villages pass over a level"),
    "weak_effects": phrase("weak effects of interventions"),
    "strong_effects": phrase("strong effects of interventions"),
    "no_shocks": phrase("every year alike"),
    "large_shocks": phrase("years differ greatly"),
}
TIED = 0.01
"""Options whose values differ by less are called equally good."""


def heading(speech: Language, record: Record) -> str:
    """Return what is chosen from, and where."""
    return speech.say(
        "Choice between {number} scenarios: {district}, target of {year}",
        number=len(record["options"]),
        district=record["name"],
        year=record["year"],
    )


def title(speech: Language, option: Record) -> str:
    """Return the title of an option, its name where it has none in this language."""
    return wording.title(speech, {"title": option["title"], "scenario": option["name"]}).rstrip(".")


def verdict(speech: Language, record: Record) -> str:
    """Return which option is the best on average and which the least regretted, and what each costs."""
    choice = _choice(speech, record)
    if all(option["cost_idr_million"] is None for option in record["options"]):
        return choice
    first, last = record["cost_years"]
    costs = [
        speech.say("“{scenario}” {cost}", scenario=title(speech, one), cost=speech.number(one["cost_idr_million"]))
        for one in record["options"]
    ]
    return speech.say(
        "{choice} Cost in {years}, million rupiah: {costs}.",
        choice=choice,
        years=str(first) if first == last else speech.say("{low}–{high}", low=first, high=last),
        costs="; ".join(costs),
    )


def _choice(speech: Language, record: Record) -> str:
    options = {option["name"]: option for option in record["options"]}
    best, safe = options[record["best_on_average"]], options[record["least_regretted"]]
    if not _tells(record["options"]):
        return speech.say(
            "No scenario is clearly better than another: in every state of the world the difference in percentage "
            "points is below {points}.",
            points=speech.number(100 * TIED),
        )
    if best is safe and round(100 * best["largest_regret"], 1) == 0:
        return speech.say(
            "“{scenario}” is the best in every state of the world ({chance} on average).",
            scenario=title(speech, best),
            chance=wording.chance(speech, best["mean_probability_met"]),
        )
    if best is safe:
        return speech.say(
            "“{scenario}” is the best on average ({chance}) and also the one least regretted: at worst it is {regret} "
            "percentage points below the best.",
            scenario=title(speech, best),
            chance=wording.chance(speech, best["mean_probability_met"]),
            regret=speech.number(100 * best["largest_regret"], 1),
        )
    return speech.say(
        "“{best}” is the best on average ({chance}); “{safe}” is the one least regretted: at worst it is {regret} "
        "percentage points below the best, the other {other}.",
        best=title(speech, best),
        chance=wording.chance(speech, best["mean_probability_met"]),
        safe=title(speech, safe),
        regret=speech.number(100 * safe["largest_regret"], 1),
        other=speech.number(100 * best["largest_regret"], 1),
    )


def tables(speech: Language, record: Record) -> Iterator[WordTable]:
    """Yield chances, then regrets: a row a state of the world, a column an option."""
    options = record["options"]
    headers = [speech.say("state of the world"), *(title(speech, option) for option in options)]
    rows = [
        [world(speech, one), *(wording.uncertain(speech, option["probability_met"][place]) for option in options)]
        for place, one in enumerate(record["worlds"])
    ]
    means = [wording.uncertain(speech, option["mean_probability_met"]) for option in options]
    mean = [speech.say("mean of the states"), *means]
    caption = speech.say("Chance of meeting the target of {year}", year=record["year"])
    yield WordTable(caption, headers, [*rows, mean])
    points = [
        [
            world(speech, one),
            *(speech.number(100 * option["regret"][place], 1) for option in options),
        ]
        for place, one in enumerate(record["worlds"])
    ]
    largest = [speech.say("largest"), *(speech.number(100 * option["largest_regret"], 1) for option in options)]
    yield WordTable(speech.say("Regret: percentage points below the best"), headers, [*points, largest])


def notes(speech: Language, record: Record) -> Iterator[str]:
    """Yield how the states and the mean are to be read."""
    yield speech.say(
        "Each state pins down one thing that is not known and leaves the rest open. The mean counts every state but "
        "the first alike, which is a convention: nobody knows how likely each is."
    )
    errors = [error for option in record["options"] for error in option["monte_carlo_error"]]
    yield speech.say(
        "Simulation error of a chance: at most {error} percentage points. All scenarios share draws and luck, so "
        "differences are known better than that.",
        error=speech.number(100 * max(errors), 1),
    )


def world(speech: Language, record: Record) -> str:
    """Return what a state is called."""
    return speech.say(_WORLDS[record["name"]])


def _tells(options: Sequence[Record]) -> bool:
    return any(option["largest_regret"] >= TIED for option in options)
