"""A plan in words: whether the target is within reach, with which effort, and what limits it.

Knows what is said about the numbers of a record (`record.py`); must not know where it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .. import wording
from ..language import Language, phrase
from .efforts import chance, cost_years, effort, enough, goal, listed, money

Record = Mapping[str, Any]

_ORDERS = {
    "random": phrase("where villages are chosen at random"),
    "lowest_status": phrase("where the lowest level comes first"),
    "highest_status": phrase("where the highest level comes first"),
    "nearest_to_rising": phrase("where villages nearest to rising come first"),
    "largest_gain": phrase("where villages with the largest gain in the chance of rising come first"),
    "codes": phrase("in the scenario's own order of villages"),
}
_LIMITS = {
    "shock": phrase("good and bad years that all villages share"),
    "effect": phrase("the effect of the interventions"),
    "eligible": phrase("which villages are eligible"),
    "falls": phrase("villages that fall"),
    "uncertainty": phrase("what is not known of the parameters"),
    "budget": phrase("the budget"),
}
_WITHOUT = {
    "shock": phrase("if years did not differ"),
    "effect": phrase("with odds ratios of {odds_ratio}"),
    "eligible": phrase("if every village below paripurna were eligible"),
    "falls": phrase("if no village fell"),
    "uncertainty": phrase("if every parameter were known to be at its median"),
    "budget": phrase("without a limit on the budget"),
}


def heading(speech: Language, record: Record) -> str:
    """Return what is planned, and where."""
    return speech.say(
        "Plan for “{scenario}”: {district}, {villages} villages",
        scenario=wording.title(speech, record).rstrip("."),
        district=record["name"],
        villages=speech.number(record["population"]["villages"]),
    )


def event(speech: Language, record: Record) -> str:
    """Return what is to happen, as a clause."""
    years, needed = record["years"], record["target"]["needed"]
    if len(years) > 1:
        return speech.say("the target is met in every year {first}–{last}", first=years[0], last=years[-1])
    return wording.event(speech, {**record, "years": [{"year": years[0], "needed": needed}]})


def verdict(speech: Language, record: Record) -> str:
    """Return the sentence that says whether the target is within reach, and with which effort."""
    point = record["least"] or record["best"]
    said = {
        "event": event(speech, record),
        "goal": goal(speech, record),
        "chance": chance(speech, record, point["probability_met"]),
    }
    if record["least"] is not None:
        if not any(point["settings"].values()):
            return speech.say(
                "No effort is needed: even without it the probability that {event} is {chance} (wanted: {goal}).",
                **said,
            )
        return _reached(speech, record, said)
    sentence, chosen = _not_reached(speech, record, said), listed(record)
    if not chosen:
        return sentence
    return speech.say(
        "{sentence} Where villages are taken in the order of the priority list, {enough} (probability {chance}).",
        sentence=sentence,
        enough=enough(speech, record),
        chance=wording.chance(speech, record["in_order"]["probability_met"], 1),
    )


def _reached(speech: Language, record: Record, said: Mapping[str, str]) -> str:
    least = effort(speech, record, record["least"])
    if len(record["levers"]) > 1:
        return speech.say(
            "Within reach: with {effort}, the least that suffices, the probability that {event} is {chance} "
            "(wanted: {goal}).",
            effort=least,
            **said,
        )
    order = _order(speech, record["levers"][0]["priority"])
    if not fewer_by_the_list(record):
        return speech.say(
            "Within reach: with {effort}, the least that suffices {order}, the probability that {event} is {chance} "
            "(wanted: {goal}).",
            effort=least,
            order=order,
            **said,
        )
    return speech.say(
        "Within reach: with {effort}, the least that suffices {order}, the probability that {event} is {chance} "
        "(wanted: {goal}); in the order of the priority list {enough}.",
        effort=least,
        order=order,
        enough=enough(speech, record),
        **said,
    )


def fewer_by_the_list(record: Record) -> bool:
    """Return whether less suffices in the order of the list than in the scenario's own."""
    if not listed(record) or record["least"] is None:
        return False
    (own,), (ordered,) = (record[key]["settings"].values() for key in ("least", "in_order"))
    return bool(ordered < own)


def _order(speech: Language, priority: str) -> str:
    if priority in _ORDERS:
        return speech.say(_ORDERS[priority])
    return speech.say("in the order of the column {column}", column=priority.removeprefix("column:"))


def _not_reached(speech: Language, record: Record, said: Mapping[str, str]) -> str:
    point = record["best"]
    best = effort(speech, record, point)
    if point["probability_met"] >= record["goal"]:
        return speech.say(
            "Too close to call: with {effort}, the best that can be had, the probability that {event} is {chance} "
            "(wanted: {goal}), but the simulation error leaves room for less.",
            effort=best,
            **said,
        )
    if record["budget_idr_million"] is not None:
        return speech.say(
            "Not within reach: even with {effort}, the best within the budget of {budget} million rupiah, the "
            "probability that {event} is {chance} (wanted: {goal}).",
            effort=best,
            budget=money(speech, record["budget_idr_million"]),
            **said,
        )
    return speech.say(
        "Not within reach: even with {effort}, the best that can be had, the probability that {event} is {chance} "
        "(wanted: {goal}).",
        effort=best,
        **said,
    )


def what_limits(speech: Language, record: Record) -> str | None:
    """Return what limits a plan most; None where it is within reach, or nothing that was tried helps."""
    useful = [limit for limit in record["limits"] if limit["probability_met"] > record["best"]["probability_met"]]
    if not useful:
        return None
    most = max(useful, key=lambda limit: limit["probability_met"])
    limit, without = limit_names(speech, most)
    return speech.say(
        "What limits it most: {limit}; {without} the probability would be {chance}.",
        limit=limit,
        without=without,
        chance=chance(speech, record, most["probability_met"]),
    )


def limit_names(speech: Language, limit: Record) -> tuple[str, str]:
    """Return what may limit a plan, and what it means to take that away."""
    name, without = _LIMITS[limit["name"]], _WITHOUT[limit["name"]]
    return speech.say(name), speech.say(without, odds_ratio=_ratio(speech, limit))


def notes(speech: Language, record: Record) -> Iterator[str]:
    """Yield what must be known to read the numbers rightly."""
    yield _how(speech, record)
    if len(record["levers"]) > 1 and record["least"] is not None:
        if record["proven"]:
            yield speech.say("Every mix was tried: none that is cheaper suffices.")
        else:
            yield speech.say("The mix is the cheapest that was found; that nothing is cheaper is not proven.")
    if not record["weighed_by_cost"]:
        yield speech.say("No cost is stated (cost_idr_million): settings are weighed by assisted village-years.")
    elif record["budget_idr_million"] is not None:
        yield speech.say(
            "Limit on the cost in {years}: {budget} million rupiah.",
            years=cost_years(speech, record),
            budget=money(speech, record["budget_idr_million"]),
        )
    if not record["steady"]:
        yield speech.say("More effort does not always raise the probability here: look at the whole table.")
    if record["not_ranked"] is not None:
        yield speech.say("No ranking: {reason}.", reason=record["not_ranked"][speech.code])


def _how(speech: Language, record: Record) -> str:
    if record["exact"] and record["effort"]["draws"] == 1:
        return speech.say("Computed exactly for the parameters as given, without simulation.")
    draws = speech.number(record["effort"]["draws"])
    if record["exact"]:
        return speech.say(
            "Computed exactly for each of {draws} draws of the uncertain parameters; a setting suffices where the "
            "lower 95% bound reaches {goal}.",
            draws=draws,
            goal=goal(speech, record),
        )
    return speech.say(
        "Simulated with the same random numbers for every setting; a setting suffices where the lower 95% bound "
        "reaches {goal}.",
        goal=goal(speech, record),
    )


def _ratio(speech: Language, limit: Record) -> str:
    return "–" if limit["odds_ratio"] is None else ", ".join(speech.number(value, 2) for value in limit["odds_ratio"])
