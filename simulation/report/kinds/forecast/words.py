"""Sentences of a forecast: how likely, of what, how sure, and what must be known to read the numbers rightly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from statistics import fmean
from typing import TYPE_CHECKING, Any

from ....domain.messages import listed
from ....domain.so_far import FEW_KEPT
from ....inference.forecast import PrecisionTrace, Summary
from ....inference.uncertainty import Estimate
from ... import wording
from ...document.blocks import UNKNOWN
from ...language import Language, phrase
from ..head import MOST_NAMED, Programme, caveats_of, first_year_alone, names_of, title_of, unknown_statuses
from ..next_data import next_data_read
from .result import District, ForecastResult, RisesSoFar, StatedTarget

if TYPE_CHECKING:
    from ....decision.next_datum import NextDatum

MOST_COUNTS = 6
SATURATION_WORTH_TELLING = 0.05
_A_POINT = 1e-6
"""Intervals of probabilities, which are kept to so many decimals, are a point where they are no longer."""
_READINGS = {
    "rises_all": phrase("rise, of all villages"),
    "rises_below_top": phrase("rise, of those below paripurna"),
    "net_rises": phrase("rises minus falls"),
    "entries": phrase("rise to {levels}"),
    "stock": phrase("are {levels}"),
}
_JUDGED = {
    "rises_all": phrase("villages that rise"),
    "rises_below_top": phrase("villages that rise"),
    "net_rises": phrase("rises minus falls"),
    "entries": phrase("villages that rise to {levels}"),
    "stock": phrase("villages that are {levels}"),
}
LAUNCH_YEARS_READ = phrase("Launch years are read as if each village was dasar at the end of that year.")
_DRAWN_FROM = {
    (True, False): phrase(
        "Every simulation draws it at random from the village's last known status, by the chances of the model."
    ),
    (False, True): phrase("Every simulation draws it at random from the statuses of all other villages."),
    (True, True): phrase(
        "Every simulation draws it at random: of {past} villages from their last known status, by the chances of the "
        "model; of the other {shares}, whose status was never known, from the statuses of all others."
    ),
}
"""Whether last statuses are known of some, and of others none: where a status comes from that is not known."""
_ENDED = {
    "precision": phrase(
        "Precision reached with {trajectories} simulations: 1.96 × the largest simulation error "
        "is {reached} percentage points, below the {wanted} asked for."
    ),
    "trajectories": phrase(
        "Precision not reached: with {trajectories} simulations 1.96 × the largest simulation "
        "error is {reached} percentage points, not below the {wanted} asked for, and twice as "
        "many would go beyond the limit."
    ),
    "rows": phrase(
        "Precision not reached: with {trajectories} simulations 1.96 × the largest simulation error is "
        "{reached} percentage points, not below the {wanted} asked for. More simulations would hardly help, "
        "because the draws of the calibration are used up: ask for more of these (calibrate --draws)."
    ),
}


def heading(speech: Language, result: ForecastResult) -> str:
    """Return the title of the scenario and of what it speaks."""
    title = str(result.title.get(speech.code) or result.scenario)
    if result.several:
        number = speech.number(len(result.districts))
        return speech.say("{title}: {districts} districts", title=title, districts=number)
    villages = speech.number(result.villages_in_all)
    return speech.say(
        "{title}: {district}, {villages} Kampung KB", title=title, district=result.district, villages=villages
    )


def verdict(speech: Language, result: ForecastResult) -> str:
    """Return the one sentence that answers the question for the first year."""
    return (
        _verdict_of_many(speech, result)
        if result.several
        else district_verdict(speech, result.districts[0], result.interventions)
    )


def event(speech: Language, district: District) -> str:
    """Return what the target asks of the first year, as a clause, and given what."""
    first, target, so_far = district.years[0], district.target, district.so_far
    asked = (
        wording.own_event(speech, str(target.own), first.year)
        if first.needed is None
        else wording.event(speech, target.key, first.needed.ends, target.denominator, target.levels, first.year)
    )
    if so_far is None:
        return asked
    if not so_far.rises:
        return speech.say("{event}, given that none had risen by {day}", event=asked, day=speech.day_of(so_far.as_of))
    return speech.say(
        "{event}, given that {rises} had risen by {day}",
        event=asked,
        rises=speech.number(so_far.rises),
        day=speech.day_of(so_far.as_of),
    )


def district_verdict(speech: Language, district: District, interventions: Sequence[Programme] = ()) -> str:
    """Return the one sentence that answers the question for one district and the first year."""
    if met := met_already_so_far(speech, district):
        return met
    first = district.years[0]
    error = first.monte_carlo_error
    said = {
        "verdict": wording.word_and_chance(speech, first.probability_met, error),
        "event": event(speech, district),
    }
    if (first.saturated or 0) >= 0.5 and error <= wording.COARSEST_ERROR:
        return speech.say(
            "{verdict}: {event}, because fewer villages than that can still rise.",
            **said,
        )
    if not interventions:
        return speech.say("{verdict}: {event}, without additional interventions.", **said)
    return speech.say("{verdict}: {event}, with {names}.", names=", ".join(names_of(speech, interventions)), **said)


def met_already_so_far(speech: Language, district: District) -> str | None:
    """Return that the target of the first year is met by the rises so far; None where it is not."""
    first, so_far = district.years[0], district.so_far
    if so_far is None or first.needed is None or not district.met_already:
        return None
    return speech.say(
        "Met already: {rises} of {denominator} Kampung KB had risen in status by {day}, and {needed} are needed in "
        "{year}.",
        rises=speech.number(so_far.rises),
        denominator=speech.number(district.target.denominator),
        day=speech.day_of(so_far.as_of),
        needed=speech.number(first.needed.max),
        year=first.year,
    )


def how_sure(speech: Language, district: District) -> str:
    """Return how far the chance of the first year may be off, as a sentence."""
    first = district.years[0]
    error, interval = first.monte_carlo_error, known_interval(first)
    if district.met_already:
        return speech.say("Certain, if all of these keep their new status until the end of {year}.", year=first.year)
    coarse, points = error > wording.COARSEST_ERROR, speech.number(100 * error, 1)
    if district.single_draw and not coarse and error == 0:
        return speech.say("An exact result, but for one random set of parameter values: take more draws.")
    if district.single_draw and not coarse:
        return speech.say(
            "One standard error of the simulation: ± {error} percentage points, and for one random "
            "set of parameter values: take more draws.",
            error=points,
        )
    if error == 0:
        return speech.say("An exact result with the parameters fixed.")
    if interval is None or coarse:
        return speech.say("One standard error of the simulation: ± {error} percentage points.", error=points)
    return wording.range_from_assumptions(speech, district.basis, interval)


def given_so_far(speech: Language, district: District) -> Iterator[str]:
    """Yield what the chance was before the count of rises so far, and what is assumed of the rest of the year."""
    so_far = district.so_far
    if so_far is None:
        return
    low, middle, high = so_far.share.quantiles.values()
    before = wording.chance(speech, so_far.before.probability_met)
    yield speech.say(
        "before this was known, the chance of {year} was {before}.", year=district.years[0].year, before=before
    )
    share = speech.percent(middle)
    if low < high:
        interval = wording.share_span(speech, low, high)
        share = speech.say("{median} ({interval})", median=share, interval=interval)
    stated = wording.source_word(speech, so_far.share.source)
    yield speech.say(
        "Share of a year's rises that happen by {day}: {share}, {source}.",
        day=speech.day_of(so_far.as_of),
        share=share,
        source=speech.say("default assumption") if so_far.share.default_prior else stated,
    )


def where_needed_comes_from(speech: Language, district: District) -> str | None:
    """Return the arithmetic of the number needed; None where none is, or it depends on what happens before the year."""
    target, needed = district.target, district.years[0].needed
    if needed is None or needed.min != needed.max:
        return None
    exact = Fraction(str(target.share)) * target.denominator
    said = {
        "share": target_share(speech, target),
        "denominator": speech.number(target.denominator),
        "needed": speech.number(needed.min),
    }
    if exact == needed.min:
        return speech.say("{share} × {denominator} = {needed} villages.", **said)
    decimals = 1 if (10 * exact).denominator == 1 else 2
    return speech.say(
        "{share} × {denominator} = {exact}, rounded up to {needed} villages.",
        exact=speech.number(float(exact), decimals),
        **said,
    )


def joining(speech: Language, district: District) -> Iterator[str]:
    """Yield from when villages count that join before the last year, a sentence for each year in which some do."""
    for year, number in district.joining.items():
        if year < district.years[-1].year:
            yield speech.say(
                "Designated in {year} and counted from {next} on: {number} Kampung KB.",
                number=speech.number(number),
                year=year,
                next=year + 1,
            )


def other_reading(speech: Language, district: District) -> str | None:
    """Return the chance under the reading of the target that published reports give besides the scenario's own.

    None of a target of a mechanism's own.

    One of three reports of the meeting on the target says that villages rise, two that they rise to mandiri or
    paripurna, without a period; the directive itself has not been found.
    """
    target = district.target
    if target.key == "entries":
        other = phrase(
            "{share} of all villages rising in status (as one of three news reports on Tanah Laut, August 2025, says): "
            "the chance for {year} is {chance} ({word}). The directive itself has not been found."
        )
    else:
        other = phrase(
            "{share} rising to {levels} (as two of three news reports on Tanah Laut, August 2025, say, without a "
            "period): the chance for {year} is {chance} ({word}). The directive itself has not been found."
        )
    key = "rises_all" if target.key == "entries" else "entries"
    if key not in district.readings or target.of_own:
        return None
    chance = district.readings[key][0]
    said = speech.say(
        other,
        share=target_share(speech, target),
        levels=speech.either(target.levels),
        year=district.years[0].year,
        chance=wording.chance(speech, chance),
        word=wording.word(speech, chance),
    )
    if district.so_far is not None and district.so_far.rises:
        said += " " + speech.say("Of the rises so far it knows how many there were, not to which status.")
    return said


def _verdict_of_many(speech: Language, result: ForecastResult) -> str:
    meeting = (result.meeting or ())[0]
    number = len(result.districts)
    said = {
        "verdict": wording.word_and_chance(speech, meeting.mean / number, mean_error(result.districts, 0)),
        "year": meeting.year,
        "mean": speech.number(meeting.mean, 1),
        "districts": speech.number(number),
    }
    if meeting.quantiles is None:
        return speech.say(
            "{verdict} for the average district: the target of {year} is met; "
            "{mean} of {districts} districts are expected to meet it.",
            **said,
        )
    low, high = meeting.quantiles[0.05], meeting.quantiles[0.95]
    return speech.say(
        "{verdict} for the average district: the target of {year} is met; "
        "{mean} of {districts} districts are expected to meet it (90% interval {interval}).",
        interval=wording.whole_span(speech, low, high),
        **said,
    )


def dots_explained(speech: Language, result: ForecastResult) -> str:
    """Return how to read the figure of the districts: of one province a line each, of several a line a province."""
    if len((result.meeting or ())[0].provinces) == 1:
        return speech.say(
            "The chance of each district to meet its own target of {year} (dot, and number at the right), and the "
            "range from assumptions (line).",
            year=result.first_year,
        )
    return speech.say(
        "Each dot: a district, by its chance to meet its own target of {year}. Upright line: the mean of the province. "
        "At the right: districts expected to meet it, with the 90% interval, of how many.",
        year=result.first_year,
    )


def mean_error(districts: Sequence[District], year: int) -> float:
    """Return a bound on the Monte Carlo error of the districts' mean probability: they share their parameters."""
    return fmean(district.years[year].monte_carlo_error for district in districts)


def reading_name(speech: Language, key: str, target: StatedTarget) -> str:
    """Return what a reading of the target counts, in a few words."""
    return speech.say(_READINGS[key], levels=speech.either(target.levels))


def met_already(speech: Language, result: ForecastResult) -> str | None:
    """Return that the reading as a stock was met before the forecast began; None where it was not, or is unknown."""
    (district,) = result.districts
    if "stock" not in district.readings or district.made_up_counts:
        return None
    target, villages = district.target, district.villages
    there = round(district.known_statuses * sum(district.origin_share[level] for level in target.levels))
    if there < target.share * villages:
        return None
    return speech.say(
        "The reading “{reading}” was met before the forecast began: {there} of {villages} villages ({share}) in "
        "{origin}.",
        reading=reading_name(speech, "stock", target),
        there=speech.number(there),
        villages=speech.number(villages),
        share=speech.percent(there / villages, 1),
        origin=result.origin,
    )


def judged_name(speech: Language, target: StatedTarget) -> str:
    """Return what is held against the needed number."""
    return speech.say(_JUDGED[target.key], levels=speech.either(target.levels))


def target_share(speech: Language, target: StatedTarget) -> str:
    """Return the share that the target asks, with a decimal where it has one."""
    return wording.stated_share(speech, target.share)


def median(speech: Language, spread: Summary | None) -> str:
    """Return a median with its 90% interval."""
    if spread is None:
        return UNKNOWN
    span = wording.whole_span(speech, *spread.interval90)
    return speech.say("{median} ({interval})", median=speech.number(spread.median), interval=span)


def chance_with_error(speech: Language, chance: Estimate) -> str:
    """Return a probability with its simulation error."""
    return wording.with_error(speech, wording.chance(speech, chance.probability_met, 1), chance.monte_carlo_error)


def simulated(districts: Sequence[District]) -> bool:
    """Return whether any of their probabilities has a simulation error."""
    return any(year.monte_carlo_error for district in districts for year in district.years)


def met_header(speech: Language, districts: Sequence[District]) -> str:
    """Return what stands above probabilities."""
    return speech.say("chance ± error") if simulated(districts) else speech.say("chance")


def known_interval(chance: Estimate) -> tuple[float, float] | None:
    """Return the parameter interval; None where there is none, or where noise alone explains how draws differ.

    The interval has then shrunk to a point, which says nothing of the parameters.
    """
    interval = chance.parameter_interval90
    if interval is None or interval[1] - interval[0] > _A_POINT or chance.monte_carlo_error == 0:
        return interval
    return None if 0 < chance.probability_met < 1 else interval


def interval_of(speech: Language, chance: Estimate) -> str:
    """Return how far the uncertain parameters may move a probability."""
    interval = known_interval(chance)
    return UNKNOWN if interval is None else wording.chance_span(speech, interval)


def word_of(speech: Language, chance: Estimate) -> str:
    """Return the word for a probability."""
    return wording.word(speech, chance.probability_met, chance.monte_carlo_error)


def all_years(speech: Language, district: District) -> Iterator[tuple[str, str]]:
    """Yield what is said of all years together: what it is about, and the chances."""
    horizon = len(district.years)
    if district.all_years is None or district.at_least is None or horizon == 1:
        return
    first, last = district.years[0].year, district.years[-1].year
    every = speech.say(
        "{chance} ({word}).",
        chance=wording.chance(speech, district.all_years.probability_met),
        word=word_of(speech, district.all_years),
    )
    yield speech.say("Met in every year {first}–{last}", first=first, last=last), every
    chances = [
        speech.say(
            "once {chance}" if m == 1 else "{some} times {chance}",
            some=m,
            chance=wording.chance(speech, district.at_least[m]),
        )
        for m in evenly_spread(horizon, MOST_COUNTS)
        if m < horizon
    ]
    yield speech.say("Met at least"), speech.say("{chances}.", chances="; ".join(chances))


def evenly_spread(horizon: int, most: int) -> list[int]:
    """Return at most `most` numbers of years, evenly spread over 1 … horizon."""
    steps = min(horizon, most)
    return sorted({max(1, round(horizon * step / steps)) for step in range(1, steps + 1)})


def notes(speech: Language, result: ForecastResult) -> Iterator[str]:
    """Yield what must be known to read the numbers rightly."""
    districts = result.districts
    if districts[0].single_draw:
        yield speech.say(
            "One draw is one random set of parameter values: how far the result depends on them "
            "cannot be seen. Use more draws (--draws)."
        )
    elif result.draws > 1 and districts[0].years[0].parameter_interval90 is None:
        yield wording.too_few(speech)
    shown = districts[0].years if len(districts) == 1 else ()
    if any(known_interval(year) is None and year.parameter_interval90 is not None for year in shown):
        yield speech.say(wording.NO_INTERVAL)
    yield from warnings(speech, result, how_drawn=True)
    if result.several:
        yield from _districts_apart(speech, result)
    if (so_far := districts[0].so_far) is not None and so_far.kept >= FEW_KEPT:
        yield speech.say(
            "{kept} of {simulations} simulations agree with the count of rises so far; all numbers are computed from "
            "these.",
            **_agreeing(speech, so_far),
        )
    if not all(district.statuses_known for district in districts):
        yield speech.say(
            "Villages cannot be ranked yet: only the number at each status is known, not the status of each village."
        )
    if result.later:
        reasons = [speech.problem(reason.message) for reason in result.later]
        yield from first_year_alone(speech, result.first_year, reasons)


def warnings(speech: Language, result: ForecastResult, *, how_drawn: bool = False) -> Iterator[str]:
    """Yield what must stand beside the answer wherever it is told, and if asked how unknown statuses are drawn."""
    if len(result.districts) == 1 and (saturated := saturation(speech, result.districts[0])):
        yield saturated
    if (so_far := result.districts[0].so_far) is not None and so_far.kept < FEW_KEPT:
        yield speech.say(
            "Only {kept} of {simulations} simulations agree with the count of rises so far: the numbers are rough, and "
            "the count may contradict the assumptions.",
            **_agreeing(speech, so_far),
        )
    yield from caveats_of(speech, result)
    if drawn := [one for district in result.districts if (one := district.drawn_statuses) is not None]:
        past, shares = sum(one.from_past for one in drawn), sum(one.from_shares for one in drawn)
        # Page 1 has no room for names; they stand among the data to ask for.
        names = [name for one in drawn for name in one.villages] if how_drawn else []
        unknown = unknown_statuses(speech, result.villages_in_all, past + shares, result.origin, names)
        how = speech.say(_DRAWN_FROM[past > 0, shares > 0], past=speech.number(past), shares=speech.number(shares))
        yield unknown
        if how_drawn:
            yield how


def _agreeing(speech: Language, so_far: RisesSoFar) -> dict[str, str]:
    return {"kept": speech.number(so_far.kept), "simulations": speech.number(so_far.simulations)}


def _districts_apart(speech: Language, result: ForecastResult) -> Iterator[str]:
    """Yield how many districts would meet their target if they were alike, or that they count as alike."""
    first, between = (result.meeting or ())[0], result.parameters["district_sd"]
    if between.default_prior:
        yield speech.say(
            "All districts count as alike in their chances, because the scenario leaves district_sd at 0: they then "
            "meet or miss the target together more often than districts that differ. Give district_sd (0.5, say) to "
            "see it."
        )
    elif (alike := first.alike) is not None and alike.quantiles is not None:
        yield speech.say(
            "Districts differ permanently here (district_sd). If all had the same chances, {mean} of "
            "{districts} districts would be expected to meet the target of {year} (90% interval "
            "{interval}), and all of them with a chance of {all}.",
            mean=speech.number(alike.mean, 1),
            districts=speech.number(len(result.districts)),
            year=first.year,
            interval=wording.whole_span(speech, alike.quantiles[0.05], alike.quantiles[0.95]),
            all=wording.chance(speech, alike.all or 0.0),
        )


def saturation(speech: Language, district: District) -> str | None:
    """Return the note on years in which too few villages can still move, or None where that hardly happens."""
    chances = {year.year: year.saturated or 0.0 for year in district.years}
    worth = [year for year, chance in chances.items() if chance >= SATURATION_WORTH_TELLING]
    if not worth:
        return None
    most = max(worth, key=chances.__getitem__)
    return speech.say(
        "From {first} on few villages may be left that can still count: possibly fewer than the "
        "number needed (probability {chance} in {year}).",
        first=worth[0],
        year=most,
        chance=wording.chance(speech, chances[most]),
    )


def failure_caveats(speech: Language, result: ForecastResult) -> Iterator[str]:
    """Yield how many trajectories failed and what that means; nothing where all reached their end."""
    failed = result.failures
    if failed is None:
        return
    yield speech.say(
        "{failed} of {trajectories} simulations failed and are left out; if failures go with "
        "rises or falls, the forecast is biased.",
        failed=speech.number(failed.number),
        trajectories=speech.number(result.draws * result.replicates * len(result.districts)),
    )
    said = {
        "year": failed.year,
        "all_met": wording.uncertain(speech, failed.all_met),
        "none_met": wording.uncertain(speech, failed.none_met),
    }
    if result.several:
        yield speech.say(
            "In {district}, where {number} failed: had all of these met the target in {year}, its probability would be "
            "{all_met}; had none, {none_met}.",
            district=failed.district,
            number=speech.number(failed.district_number),
            **said,
        )
    else:
        yield speech.say(
            "Had all of these met the target in {year}, its probability would be {all_met}; had none, {none_met}.",
            **said,
        )
    if failed.draws_left_out:
        yield speech.say(
            "Parameter draws with fewer than two completed simulations are left out of the range from "
            "assumptions: {number} of {draws}.",
            number=speech.number(failed.draws_left_out),
            draws=speech.number(result.draws),
        )


def precision_reached(speech: Language, trace: PrecisionTrace) -> str:
    """Return which condition ended a run that doubled until it was precise enough."""
    return speech.say(
        _ENDED[trace.ended_by],
        wanted=speech.number(100 * trace.wanted, 3),
        reached=speech.number(100 * trace.last.half_width, 3),
        trajectories=speech.number(trace.last.draws * trace.last.replicates),
    )


def days_of_data(speech: Language, result: ForecastResult, document: Mapping[str, Any]) -> str | None:
    """Return what the data say of the day of their statuses: the scenario's own, or a quotation; None where nothing."""
    as_of, told = (document.get("villages") or {}).get("as_of"), result.sources.get("villages.as_of")
    return speech.day_of(str(as_of)) if as_of else None if told is None else wording.source_text(speech, told)


def data_to_ask_for(
    speech: Language, result: ForecastResult, then: NextDatum | None, days: str | None
) -> Iterator[str]:
    """Yield which data nobody gave yet would say more: what the target is, what narrows its chance, what else is open.

    Where it cannot be weighed what narrows the chance (`then` is None), lists of an earlier year are named without a
    number if none was given.
    """
    say, districts = speech.say, result.districts
    if not result.sources.get("target.reading", "").startswith("stated"):
        share = target_share(speech, districts[0].target)
        yield say("the letter or circular in which the target of {share} is set", share=share)
    if then is not None:
        yield from next_data_read(speech, then, result.origin, districts[0].observed)
    elif no_local_data(result):
        yield say("a list of the statuses of all villages at another date, a year earlier for instance")
    if not all(district.statuses_known for district in districts):
        yield say("the status of every village by name: with counts alone villages cannot be ranked")
    if days is None and not result.several:
        yield say("the day on which the statuses were as the list has them: nothing in it says so")
    if blank := [name for district in districts if (one := district.drawn_statuses) for name in one.villages]:
        yield say("the status at the end of {origin} of {names}", origin=result.origin, names=listed(blank, MOST_NAMED))
    if (so_far := districts[0].so_far) is not None and so_far.share.default_prior and not districts[0].met_already:
        yield say(
            "in which months villages rose in earlier years: how much of a year's rises happens by {day} is assumed",
            day=speech.day_of(so_far.as_of),
        )
    if result.placeholders:
        yield say("which villages received which intervention, year by year: without it effects stay assumed")


def no_local_data(told: ForecastResult | District) -> bool:
    """Return whether no data on changes were used."""
    return bool(set(told.basis) & wording.ASSUMED_BASES)


def where(speech: Language, result: ForecastResult) -> str:
    """Return the district's name, or how many there are, and of which province."""
    if not result.several:
        return result.district
    number, names = speech.number(len(result.districts)), {one.name for one in (result.meeting or ())[0].provinces}
    if len(names) == 1 and (name := names.pop()):
        return speech.say("{province}, {number} districts", province=name, number=number)
    return speech.say("{number} districts", number=number)


def subtitle(speech: Language, result: ForecastResult, as_of: str | None) -> str:
    """Return the scenario and, where it says so, the day of its data."""
    said = {"title": title_of(speech, result), "origin": result.origin}
    if not as_of:
        return speech.say("Scenario: {title}.", **said)
    if result.sources.get("villages.as_of", "").startswith("assumed"):
        return speech.say(
            "Scenario: {title}. Status data reported on {day} (they may be older), taken as of the end of {origin}.",
            day=as_of,
            **said,
        )
    return speech.say("Scenario: {title}. Status data of {day}, taken as of the end of {origin}.", day=as_of, **said)
