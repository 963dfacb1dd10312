"""A plan in words: whether the target is within reach, with which effort, what limits it, and whom to assist first.

Knows what is said about the numbers of a record (`record.py`); must not know where it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .. import wording
from ..language import Language, phrase

Record = Mapping[str, Any]

_EFFORTS = {
    "capacity": phrase("{intervention} for {value} villages at a time"),
    "coverage": phrase("{intervention} for {value} of the eligible villages"),
}
_LEVERS = {
    "capacity": phrase("villages at a time: {intervention}"),
    "coverage": phrase("share of the eligible villages: {intervention}"),
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
        return speech.say("{cost} million rupiah ({settings})", cost=cost, settings=mix)
    if len(levers) > 1:
        return setting(speech, record, point)
    (lever,) = levers
    template, value = _EFFORTS[lever["kind"]], value_of(speech, lever, point["settings"][lever["name"]])
    return speech.say(template, intervention=spaced(lever["intervention"]), value=value)


def goal(speech: Language, record: Record) -> str:
    """Return the wanted probability in percent."""
    wanted = record["goal"]
    return speech.percent(wanted, 0 if round(100 * wanted, 6).is_integer() else 1)


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
        "chance": wording.chance(speech, point["probability_met"], 1),
    }
    if record["least"] is not None:
        if not any(point["settings"].values()):
            return speech.say(
                "No effort is needed: even without it the probability that {event} is {chance} (wanted: {goal}).",
                **said,
            )
        least = effort(speech, record, point)
        return speech.say(
            "Within reach: with {effort}, the least that suffices, the probability that {event} is {chance} "
            "(wanted: {goal}).",
            effort=least,
            **said,
        )
    return _not_reached(speech, record, said)


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
            "Not within reach: even with {effort}, the best within the budget, the probability that {event} is "
            "{chance} (wanted: {goal}).",
            effort=best,
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
        chance=wording.chance(speech, most["probability_met"], 1),
    )


def limit_names(speech: Language, limit: Record) -> tuple[str, str]:
    """Return what may limit a plan, and what it means to take that away."""
    name, without = _LIMITS[limit["name"]], _WITHOUT[limit["name"]]
    return speech.say(name), speech.say(without, odds_ratio=_ratio(speech, limit))


def reason(speech: Language, village: Record) -> str:
    """Return why a village stands where it does: its level, its chance, its peers, the interventions."""
    said = {
        "level": village["status"],
        "without": wording.uncertain(speech, village["chance_without"], 1),
        "with_it": wording.uncertain(speech, village["chance_with"], 1),
        "interventions": ", ".join(map(spaced, village["interventions"])),
    }
    if village["peers"] is None:
        return speech.say("{level}; chance of rising {without}, with {interventions} {with_it}", **said)
    peers = speech.percent(village["peers"])
    return speech.say(
        "{level}; chance of rising {without}, with {interventions} {with_it}; {peers} of the other villages of the "
        "kecamatan stand higher",
        peers=peers,
        **said,
    )


def notes(speech: Language, record: Record) -> Iterator[str]:
    """Yield what must be known to read the numbers rightly."""
    yield _how(speech, record)
    if len(record["levers"]) > 1 and record["least"] is not None:
        yield speech.say("The mix is the cheapest that was found; that nothing is cheaper is not proven.")
    if not record["weighed_by_cost"]:
        yield speech.say("No cost is stated (cost_idr_million): settings are weighed by assisted village-years.")
    if not record["steady"]:
        yield speech.say("More effort does not always raise the probability here: look at the whole table.")
    if record["not_ranked"] is not None:
        yield speech.say("No ranking: {reason}.", reason=record["not_ranked"][speech.code])


def about_ranking(speech: Language, record: Record) -> Iterator[str]:
    """Yield how the ranking is to be read, and what it is worth; nothing where there is none."""
    if not record["villages"]:
        return
    yield speech.say(
        "Gain: what assisting this village alone would add in {year}, at full effect; villages with the same gain "
        "share a rank.",
        year=record["ranking"]["year"],
    )
    if (first := record["in_order"]) is not None and any(first["settings"].values()):
        yield speech.say(
            "Taken in this order, {effort} suffices (probability {chance}).",
            effort=effort(speech, record, first),
            chance=wording.chance(speech, first["probability_met"], 1),
        )


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
