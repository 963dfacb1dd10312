"""A plan in words: whether the target is within reach, with which effort, what limits it, and which villages first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ....decision.plan.levers import Lever
from ....decision.plan.result import Limit, PlannedVillage, PlanNumbers, Setting
from ....domain.messages import Message
from ....inference.village_finder import STATUS_UNKNOWN
from ... import wording
from ...language import Language, phrase
from ..forecast.villages import about_ranks
from ..head import MODEL_CHANCE, MOST_NAMED, Head, Programme, called, effects_in_words, title_of

OWN_LAW = Message("what a village would gain is not known of a law that is not the standard one")
_MOST_DECIMALS = 4
_DECIMALS_OF_GAINS = ((0.01, 1), (0.001, 2), (0.0, 3))
"""Decimals of a gain in percentage points, so that small ones are not rounded to nothing."""
_EFFORTS = {
    "capacity": phrase("{intervention} for {value} villages at a time"),
    "coverage": phrase("{intervention} for {value} of the eligible villages"),
}
_ENOUGH = {
    "capacity": phrase("{value} villages suffice"),
    "coverage": phrase("{value} of the eligible villages suffice"),
}
LEVERS = {
    "capacity": phrase("villages reached at a time: {intervention}"),
    "coverage": phrase("share of the eligible villages: {intervention}"),
}
_ORDERS = {
    "random": phrase("where villages are chosen at random"),
    "lowest_status": phrase("where the lowest status comes first"),
    "highest_status": phrase("where the highest status comes first"),
    "nearest_to_rising": phrase("where villages nearest to rising come first"),
    "largest_gain": phrase("where villages with the largest gain in the chance of rising come first"),
    "codes": phrase("in the scenario's own order of villages"),
}
_LIMITS = {
    "shock": phrase("good and bad years that all villages share"),
    "effect": phrase("the effect of the interventions"),
    "eligible": phrase("which villages are eligible"),
    "falls": phrase("villages that fall"),
    "uncertainty": phrase("uncertain assumptions, which lower the average"),
    "budget": phrase("the budget"),
}
_WITHOUT = {
    "shock": phrase("if all years were alike"),
    "effect": phrase("with odds ratios of {odds_ratio}"),
    "eligible": phrase("if every village below paripurna were eligible"),
    "falls": phrase("if no village fell"),
    "uncertainty": phrase("at the medians of the assumptions"),
    "budget": phrase("without a limit on the budget"),
}


@dataclass(frozen=True, kw_only=True)
class PlanResult(PlanNumbers, Head):
    """What ``plan.json`` holds."""


def heading(speech: Language, result: PlanResult) -> str:
    """Return what is planned, and where."""
    return speech.say(
        "Plan for “{scenario}”: {district}, {villages} Kampung KB",
        scenario=title_of(speech, result),
        district=result.district,
        villages=speech.number(result.villages_in_all),
    )


def event(speech: Language, result: PlanResult) -> str:
    """Return what is to happen, as a clause."""
    years, target = result.years, result.target
    if len(years) > 1:
        return speech.say("the target is met in every year {first}–{last}", first=years[0], last=years[-1])
    if target.needed is None or target.denominator is None or target.levels is None:
        return wording.own_event(speech, str(target.own), years[0])
    needed = target.needed.min, target.needed.max
    return wording.event(speech, target.key, needed, target.denominator, target.levels, years[0])


def verdict(speech: Language, result: PlanResult) -> str:
    """Return the sentences that say whether the target is within reach, with which effort, and within which budget."""
    return " ".join(filter(None, [_within_reach(speech, result), _budget(speech, result)]))


def _budget(speech: Language, result: PlanResult) -> str | None:
    if result.budget_idr_million is None:
        return None
    budget, years = speech.money(result.budget_idr_million), cost_years(speech, result)
    if result.budget_per_year:
        return speech.say("Budget: {budget} for each year, {years}.", budget=budget, years=years)
    return speech.say("Budget: {budget} for all of {years} together.", budget=budget, years=years)


def _within_reach(speech: Language, result: PlanResult) -> str:
    said = {
        "event": event(speech, result),
        "goal": goal(speech, result),
        "chance": chance(speech, result, result.telling.probability_met),
        "effort": effort(speech, result, result.telling),
        "least": speech.say("the least that suffices"),
    }
    least, in_order = result.least, result.in_order
    if least is not None and least.is_range:
        said["least"] = speech.say("the least that safely suffices ({range})", range=range_of(speech, result, least))
    if least is None:
        sentence = _not_reached(speech, result, said)
    elif not any(least.places):
        return speech.say(
            "Under the scenario's assumptions the goal is reached without {levers}, with its other interventions "
            "in place: the probability that {event} is {chance} (wanted: {goal}).",
            levers=levers(speech, result),
            **said,
        )
    elif len(result.levers) > 1:
        sentence = speech.say(
            "A chance of {goal} can be reached: with {effort}, {least}, the probability that {event} is {chance}.",
            **said,
        )
    else:
        sentence = speech.say(
            "A chance of {goal} can be reached: with {effort}, {least} {order}, the probability that {event} is "
            "{chance}.",
            order=_order(speech, result.levers[0].priority),
            **said,
        )
    if in_order is None or (least is not None and in_order.places == least.places):
        return sentence
    return speech.say(
        "{sentence} In the order of the priority list, {enough} (probability {chance}).",
        sentence=sentence,
        enough=_enough(speech, result, in_order),
        chance=wording.chance(speech, in_order.probability_met, 1),
    )


def range_told(speech: Language, result: PlanResult, point: Setting) -> str:
    """Return between what the uncertain parameters put the chance of a setting; "" where that is not known."""
    interval = point.parameter_interval90
    if interval is None or interval[0] == interval[1]:
        return ""
    return wording.range_from_assumptions(speech, result.basis, interval)


def headline(speech: Language, result: PlanResult) -> str:
    """Return the verdict in a few words."""
    said = {"goal": goal(speech, result), "effort": effort(speech, result, result.telling)}
    if result.least is None and result.best.probability_met < result.goal:
        chance_of_best = chance(speech, result, result.telling.probability_met)
        return speech.say("{goal} cannot be reached: {chance} with {effort}", chance=chance_of_best, **said)
    if result.least is None:
        return speech.say("Whether {goal} is reached with {effort} is too close to call", **said)
    if not any(result.least.places):
        return speech.say("{goal} is reached without {levers}", levers=levers(speech, result), **said)
    if len(result.levers) > 1:
        return speech.say("{goal} can be reached with {effort}", **said)
    order = _order(speech, result.levers[0].priority)
    return speech.say("{goal} can be reached with {effort} {order}", order=order, **said)


def _enough(speech: Language, result: PlanResult, point: Setting) -> str:
    (lever,) = result.levers
    enough = speech.say(_ENOUGH[lever.kind], value=value_of(speech, lever, point.settings[lever.name]))
    if not point.is_range:
        return enough
    return speech.say("{enough} ({range})", enough=enough, range=range_of(speech, result, point))


def range_of(speech: Language, result: PlanResult, point: Setting) -> str:
    """Return the range that the simulation leaves for the least that suffices; only where there is one."""
    low, high, likeliest = _ends_of_range(speech, result, point)
    return speech.say(
        "by simulation error {low} to {high}, most likely {likeliest}", low=low, high=high, likeliest=likeliest
    )


def _ends_of_range(speech: Language, result: PlanResult, point: Setting) -> list[str]:
    """Return the lowest, the highest and the likeliest value of a range."""
    values = [*(point.interval90 or ()), point.likeliest or 0.0]
    return [speech.number(one) if result.by_budget else value_of(speech, result.levers[0], one) for one in values]


def _order(speech: Language, priority: str) -> str:
    if priority in _ORDERS:
        return speech.say(_ORDERS[priority])
    return speech.say("in the order of the column {column}", column=priority.removeprefix("column:"))


def _not_reached(speech: Language, result: PlanResult, said: dict[str, str]) -> str:
    if result.best.probability_met >= result.goal:
        return speech.say(
            "Too close to call: with {effort}, the best that is possible, the probability that "
            "{event} is {chance} (wanted: {goal}), but the simulation error leaves room for less.",
            **said,
        )
    if result.budget_idr_million is not None:
        return speech.say(
            "A chance of {goal} cannot be reached: even with {effort}, the best within the budget, the "
            "probability that {event} is {chance}.",
            **said,
        )
    return speech.say(
        "A chance of {goal} cannot be reached: even with {effort}, the best that is possible, the "
        "probability that {event} is {chance}.",
        **said,
    )


def what_limits(speech: Language, result: PlanResult) -> str | None:
    """Return what limits a plan most; None where it can be reached, or nothing that was tried helps.

    What is not known of the parameters limits what is known, not what happens.
    """
    useful = [
        limit
        for limit in result.limits
        if limit.probability_met > result.best.probability_met and limit.name != "uncertainty"
    ]
    if not useful:
        return None
    most = max(useful, key=lambda limit: limit.probability_met)
    limit, without = limit_names(speech, most)
    return speech.say(
        "What limits it most: {limit}; {without} the probability would be {chance}.",
        limit=limit,
        without=without,
        chance=chance(speech, result, most.probability_met),
    )


def limit_names(speech: Language, limit: Limit) -> tuple[str, str]:
    """Return what may limit a plan, and what it means to take that away."""
    ratios = "–" if limit.odds_ratio is None else ", ".join(speech.number(value, 2) for value in limit.odds_ratio)
    return speech.say(_LIMITS[limit.name]), speech.say(_WITHOUT[limit.name], odds_ratio=ratios)


def notes(speech: Language, result: PlanResult) -> Iterator[str]:
    """Yield what must be known to read the numbers rightly."""
    yield _how(speech, result)
    if (said := beside_the_forecast(speech, result)) is not None:
        yield said
    if len(result.levers) > 1 and result.least is not None:
        if result.proven:
            yield speech.say("Every mix was tried: none that is cheaper suffices.")
        else:
            yield speech.say("The mix is the cheapest of those tried; one between them may be cheaper.")
    if not result.weighed_by_cost:
        yield speech.say("No cost is stated (cost_idr_million): efforts are compared by village-years of intervention.")
    if not result.steady:
        yield speech.say("More effort does not always raise the probability here: look at the whole table.")
    if result.ranking is None:
        reason = OWN_LAW if result.own_law else STATUS_UNKNOWN
        yield speech.say("No ranking: {reason}.", reason=speech.problem(reason))


def _how(speech: Language, result: PlanResult) -> str:
    if result.exact and result.draws == 1 and any(point.monte_carlo_error for point in result.tried):
        return speech.say(
            "Computed exactly, except that statuses known by their counts alone, or lots, were drawn at random; a "
            "setting suffices where the lower 95% bound reaches {goal}.",
            goal=goal(speech, result),
        )
    if result.exact and result.draws == 1:
        return speech.say("Computed exactly with the parameters fixed, without simulation.")
    if result.exact:
        return speech.say(
            "Computed exactly for each of {draws} draws of the uncertain parameters; a setting suffices where the "
            "lower 95% bound reaches {goal}.",
            draws=speech.number(result.draws),
            goal=goal(speech, result),
        )
    return speech.say(
        "Simulated with the same random numbers for every setting; a setting suffices where the lower 95% bound "
        "reaches {goal}.",
        goal=goal(speech, result),
    )


def beside_the_forecast(speech: Language, result: PlanResult) -> str | None:
    """Return why today's effort has another number here than in the forecast; None where it has the same."""
    forecast, now = result.forecast, result.now
    if round(forecast.probability_met, 3) == round(now.probability_met, 3):
        return None
    return speech.say(
        "The forecast of the scenario as it is says {forecast}, from {draws} parameter draws × "
        "{replicates} simulations (standard error ± {error} percentage points); the plan says "
        "{now}, computed more precisely. The difference is simulation error.",
        forecast=chance(speech, result, forecast.probability_met),
        draws=speech.number(forecast.draws),
        replicates=speech.number(forecast.replicates),
        error=speech.number(100 * forecast.monte_carlo_error, 1),
        now=chance(speech, result, now.probability_met),
    )


def lever_name(speech: Language, result: PlanResult, lever: Lever) -> str:
    """Return what is planned, in a few words: also what stands above its numbers."""
    return speech.say(LEVERS[lever.kind], intervention=called(speech, result, lever.intervention))


def levers(speech: Language, result: PlanResult) -> str:
    """Return the interventions whose effort is planned."""
    return all_called(speech, result, [lever.intervention for lever in result.levers])


def all_called(speech: Language, result: PlanResult, names: Iterable[str]) -> str:
    """Return what interventions are called, one after the other."""
    return ", ".join(called(speech, result, name) for name in names)


def value_of(speech: Language, lever: Lever, value: float) -> str:
    """Return one setting of one lever: a number of villages, or a share in percent."""
    if lever.kind == "capacity":
        return speech.number(value)
    return wording.stated_share(speech, value)


def setting(speech: Language, result: PlanResult, point: Setting) -> str:
    """Return a setting of all levers, each beside its intervention."""
    settings = (
        f"{called(speech, result, one.intervention)} {value_of(speech, one, point.settings[one.name])}"
        for one in result.levers
    )
    return " + ".join(settings)


def effort(speech: Language, result: PlanResult, point: Setting) -> str:
    """Return a setting as an effort that is made, as in "with …"."""
    if result.by_budget:
        return speech.say(
            "{cost} in {years} ({settings})",
            cost=speech.money(point.cost_idr_million),
            years=cost_years(speech, result),
            settings=setting(speech, result, point),
        )
    if len(result.levers) > 1:
        return setting(speech, result, point)
    (lever,) = result.levers
    value = value_of(speech, lever, point.settings[lever.name])
    return speech.say(_EFFORTS[lever.kind], intervention=called(speech, result, lever.intervention), value=value)


def cost_years(speech: Language, result: PlanResult) -> str:
    """Return the years that a cost covers, from the first to the last."""
    return wording.years(speech, *result.cost_years)


def goal(speech: Language, result: PlanResult) -> str:
    """Return the wanted probability in percent."""
    return wording.stated_share(speech, result.goal)


def chance(speech: Language, result: PlanResult, probability: float) -> str:
    """Return a probability in percent, with so many digits that it does not seem to reach the goal that it misses."""
    decimals = 1
    while probability < result.goal <= round(probability, decimals + 2) and decimals < _MOST_DECIMALS:
        decimals += 1
    return wording.chance(speech, probability, decimals)


def reason(speech: Language, result: PlanResult, village: PlannedVillage) -> str:
    """Return why a village stands where it does: its level, its chance, its peers, the interventions."""
    why = village.reason
    said = {
        "level": why.status,
        "without": wording.uncertain(speech, why.chance_without, 1),
        "with_it": wording.uncertain(speech, why.chance_with, 1),
        "interventions": all_called(speech, result, why.interventions),
    }
    if why.peers is None:
        return speech.say("{level}; chance of rising {without}, with {interventions} {with_it}", **said)
    return speech.say(
        "{level}; chance of rising {without}, with {interventions} {with_it}; {peers} of the "
        "other villages of the kecamatan have a higher status",
        peers=speech.percent(why.peers),
        **said,
    )


def about_ranking(speech: Language, result: PlanResult) -> Iterator[str]:
    """Yield how the ranking is to be read, and what it is worth; nothing where there is none."""
    if result.ranking is None or not result.villages:
        return
    first = result.villages[0]
    yield speech.say(
        "Gain: by how many percentage points the chance of meeting the target of {year} rises if "
        "this village alone receives the interventions, at full effect ({village}: {points}).",
        year=result.ranking.year,
        village=_with_subdistrict(first),
        points=points(speech, first.gain_probability_met),
    )
    yield speech.say(
        "The chances of single villages given here hold if no other village is reached, and are "
        "computed without simulation; those in the forecast hold for the scenario as it is."
    )
    yield speech.say(
        "Ranks rest on: {names}. Villages whose gains cannot be distinguished share a rank; "
        "differences below 0.1 percentage points mean little.",
        names=_rests_on(speech, result),
    )
    if result.in_order is None:
        return
    yield speech.say(
        "In this order, {effort} suffices (probability {chance}).",
        effort=effort(speech, result, result.in_order),
        chance=wording.chance(speech, result.in_order.probability_met, 1),
    )
    if tied := [village for village in result.villages if village.tied]:
        yield speech.say(
            "Rank {rank} is shared by {villages} villages, and {places} of them are enough: choose freely.",
            rank=speech.number(tied[0].rank),
            villages=speech.number(len(tied)),
            places=speech.number(sum(bool(village.in_plan) for village in tied)),
        )


def points(speech: Language, gain: float) -> str:
    """Return a gain in percentage points."""
    decimals = next(decimals for least, decimals in _DECIMALS_OF_GAINS if abs(gain) >= least)
    return speech.number(100 * gain, decimals)


def _rests_on(speech: Language, result: PlanResult) -> str:
    names = [speech.say("status"), speech.say("kecamatan and the status of its villages")]
    if len(result.levers) > 1:
        names.append(speech.say("interventions that it qualifies for"))
    columns = () if result.ranking is None else result.ranking.columns
    return "; ".join([*names, *(column.replace("_", " ") for column in columns)])


def asked(speech: Language, result: PlanResult) -> str:
    """Return what effort was looked for, in a few words."""
    return speech.say("Effort for a chance of {goal}", goal=goal(speech, result))


def in_short(speech: Language, result: PlanResult) -> str:
    """Return what a short answer says: the effort in the order of the list below it, the chance, and the cost."""
    enough = _enough_told(result)
    if enough is None:
        first = villages_first(speech, result) if result.least is None else None
        return " ".join(filter(None, [_without_enough(speech, result), first]))
    said = speech.say(
        "A chance of {goal} takes {effort}; {order}, the probability that {event} is {chance}.",
        goal=goal(speech, result),
        effort=effort(speech, result, enough),
        order=_order_told(speech, result),
        event=event(speech, result),
        chance=chance(speech, result, enough.probability_met),
    )
    return " ".join([said, *_details(speech, result, enough)])


def option(speech: Language, result: PlanResult) -> str:
    """Return what a brief says of the plan, in one number: effort, cost, and the effect assumed."""
    enough = _enough_told(result)
    said = [_without_enough(speech, result)]
    if enough is not None:
        told, order = effort(speech, result, enough), _order_told(speech, result)
        said = [speech.say("{effort}, {order}.", effort=told, order=order), *_details(speech, result, enough)]
    return " ".join([*said, _effects_told(speech, result)])


def _without_enough(speech: Language, result: PlanResult) -> str:
    """Return what is said where no effort suffices, or none is needed: the verdict, its range and what it costs."""
    best = result.telling
    return " ".join(
        filter(None, [verdict(speech, result), range_told(speech, result, best), _cost(speech, result, best)])
    )


def _enough_told(result: PlanResult) -> Setting | None:
    """Return the least that suffices in the order of the list, or else in the scenario's; None where none is needed."""
    enough = result.in_order or result.least
    return None if result.least is not None and not any(result.least.places) else enough


def _order_told(speech: Language, result: PlanResult) -> str:
    if result.in_order is not None:
        return speech.say("largest gains first")
    return (
        _order(speech, result.levers[0].priority) if len(result.levers) == 1 else speech.say("the least that suffices")
    )


def _details(speech: Language, result: PlanResult, enough: Setting) -> Iterator[str]:
    """Yield the ranges of an effort that was just told and of its chance, what it costs, and the limit on that."""
    if enough.is_range:
        low, high, likeliest = _ends_of_range(speech, result, enough)
        yield speech.say(
            "The simulation leaves room for {low} to {high}, most likely {likeliest}.",
            low=low,
            high=high,
            likeliest=likeliest,
        )
    told = [range_told(speech, result, enough), _cost(speech, result, enough), _budget(speech, result)]
    yield from filter(None, told)


def planned(result: PlanResult) -> list[Programme]:
    """Return the interventions whose effort is planned."""
    names = {lever.intervention for lever in result.levers}
    return [one for one in result.interventions if one.name in names]


def _effects_told(speech: Language, result: PlanResult) -> str:
    return speech.say(
        "Assumed effect: turns a {chance} chance of rising into {effects}.",
        chance=speech.percent(MODEL_CHANCE),
        effects=effects_in_words(speech, planned(result)),
    )


def _cost(speech: Language, result: PlanResult, told: Setting) -> str | None:
    """Return what an effort costs that was just told; None where that says it, or nothing costs anything."""
    if not told.cost_idr_million or result.by_budget:
        return None
    said = {"cost": speech.money(told.cost_idr_million), "years": cost_years(speech, result)}
    if len(result.interventions) == len(result.levers):
        return speech.say("Cost {years}: {cost} on average.", **said)
    return speech.say("Cost {years}, with the scenario's other interventions: {cost} on average.", **said)


def _with_subdistrict(village: PlannedVillage) -> str:
    return f"{village.village} ({village.subdistrict})"


def villages_first(speech: Language, result: PlanResult) -> str | None:
    """Return the first villages of the list by name: of those in the plan, where it says which these are.

    Else also that the last of them shares its rank with others, where it does; no name where all share the first.
    """
    if not result.villages:
        return None
    if result.villages[-1].rank == 1 and len(result.villages) > 1:
        return speech.say(
            "Among {villages} villages none is seen to gain more than another.",
            villages=speech.number(len(result.villages)),
        )
    chosen = [_with_subdistrict(village) for village in result.villages if village.in_plan]
    if not chosen:
        named = ", ".join(map(_with_subdistrict, result.villages[:MOST_NAMED]))
        most = speech.say("The interventions add most in: {villages}.", villages=named)
        ties = about_ranks(speech, [village.rank for village in result.villages], MOST_NAMED)
        return most if ties is None else speech.say("{one} {other}", one=most, other=ties)
    named, more = ", ".join(chosen[:MOST_NAMED]), len(chosen) - MOST_NAMED
    if more <= 0:
        return speech.say("Villages to begin with: {villages}.", villages=named)
    return speech.say("Villages to begin with: {villages}, and {more} more.", villages=named, more=speech.number(more))
