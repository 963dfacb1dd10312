"""A comparison in words: what a scenario changes, how sure that is, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ... import wording
from ...language import Language, phrase
from ...wording import parameter_name
from ..head import distinct_titles
from .result import ComparedScenario, ComparedYear, ComparisonResult, CostOfARise

WIDE = 10
"""Ends of an interval of costs so many times apart are warned of."""
_CHANGES = {
    "up": phrase(
        "“{scenario}” raises the chance of meeting the target of {year} from {before} to {after}, by {points} "
        "percentage points"
    ),
    "down": phrase(
        "“{scenario}” lowers the chance of meeting the target of {year} from {before} to {after}, by {points} "
        "percentage points"
    ),
    "open": phrase(
        "whether “{scenario}” raises or lowers the chance of meeting the target of {year}, {before}, cannot be told "
        "from so few runs: difference {signed} percentage points"
    ),
    "none": phrase("“{scenario}” leaves the chance of meeting the target of {year} at {before}"),
}
_KEYS_OF_THE_LAW = {"matrix": "transition.matrix", "min_years": "transition.min_years", "overlap": "overlap"}


def titles_of(speech: Language, result: ComparisonResult) -> Mapping[str, str]:
    """Return what each scenario is called, by its name."""
    named = [(result.baseline, result.title), *((one.name, one.title) for one in result.scenarios)]
    return distinct_titles(speech, named)


def change(speech: Language, title: str, one: ComparedScenario) -> str:
    """Return what becomes of the chance of meeting the target, as a clause."""
    year = one.telling_year
    return speech.say(
        _CHANGES[year.direction],
        scenario=title,
        year=year.year,
        before=wording.chance(speech, year.baseline_probability_met, 1),
        after=wording.chance(speech, year.probability_met, 1),
        points=speech.number(100 * abs(year.difference), 1),
        signed=signed(speech, 100 * year.difference),
    )


def verdict(speech: Language, result: ComparisonResult, one: ComparedScenario) -> str:
    """Return the sentence that says what a scenario changes, how sure that is and what it costs."""
    titles = titles_of(speech, result)
    if one.same_law:
        said = speech.say(
            "“{scenario}” moves every village just as “{baseline}” does, so every difference is exactly 0",
            scenario=titles[one.name],
            baseline=titles[result.baseline],
        )
    else:
        sure = _sure(speech, result, one.telling_year)
        said = speech.say("{change} ({sure})", change=change(speech, titles[one.name], one), sure=sure)
    said = speech.say("{change}; {cost}.", change=said, cost=_cost(speech, titles[result.baseline], one))
    return said[0].upper() + said[1:]


def _sure(speech: Language, result: ComparisonResult, year: ComparedYear) -> str:
    """Return how much of the difference is noise of the simulation, and how much hangs on the parameters."""
    if year.monte_carlo_error == 0:
        return (
            speech.say("an exact result, but for one random set of parameter values")
            if result.single_draw
            else speech.say("an exact result for the parameters as given")
        )
    error = error_in_points(speech, year.monte_carlo_error)
    if year.interval90 is None:
        return (
            speech.say("simulation error ± {error}, for one random set of parameter values", error=error)
            if result.single_draw
            else speech.say("simulation error ± {error}", error=error)
        )
    low, high = (signed(speech, 100 * end) for end in year.interval90)
    return speech.say(
        "simulation error ± {error}; depending on the true values of the uncertain parameters, between {low} and "
        "{high}",
        error=error,
        low=low,
        high=high,
    )


def _cost(speech: Language, baseline: str, one: ComparedScenario) -> str:
    """Return what a scenario costs beside the baseline, as a clause."""
    more = one.cost_idr_million - one.baseline_cost_idr_million
    each = cost_of_a_rise(speech, one.cost_per_additional_rise)
    if more == 0:
        if one.cost_idr_million:
            return speech.say("it costs as much as “{baseline}”", baseline=baseline)
        return speech.say("no cost is stated")
    cost, years = speech.number(abs(more)), one.span
    if more < 0:
        return speech.say("it costs {cost} million rupiah less in {years}", cost=cost, years=years)
    if each is None:
        return speech.say("it costs {cost} million rupiah more in {years}", cost=cost, years=years)
    return speech.say(
        "it costs {cost} million rupiah more in {years}, {each} million rupiah for each additional rise",
        each=each,
        cost=cost,
        years=years,
    )


def notes(speech: Language, result: ComparisonResult) -> Iterator[str]:
    """Yield what must be known to read the numbers rightly."""
    titles = titles_of(speech, result)
    for one in result.scenarios:
        if names := one.other_assumptions:
            yield speech.say(
                "“{scenario}” differs from “{baseline}” in assumptions too, so the difference is not that of "
                "interventions alone: {names}.",
                scenario=titles[one.name],
                baseline=titles[result.baseline],
                names="; ".join(_KEYS_OF_THE_LAW.get(name) or parameter_name(speech, name) for name in names),
            )
    yield from _costless(speech, result)
    yield from _about_effort(speech, result)
    for one in result.scenarios:
        if _hardly_known(one.cost_per_additional_rise):
            yield speech.say(
                "“{scenario}”: the cost of an additional rise is known only roughly ({span} million rupiah); do not "
                "plan a budget by its mean.",
                scenario=titles[one.name],
                span=cost_of_a_rise(speech, one.cost_per_additional_rise, spanned=True),
            )
        if (year := _year_of_reversal(one)) is not None:
            yield speech.say(
                "“{scenario}” lowers the chance in {year} after raising it before: villages that rise earlier are "
                "missing among those that can still rise later.",
                scenario=titles[one.name],
                year=year,
            )
    if not result.single_statuses_known:
        yield speech.say(
            "Only counts by status are known, not which village stands where: single villages cannot be ranked."
        )
    elif result.scenarios[0].rises_compared is None:
        yield speech.say("An exact result knows no single villages and no prediction intervals.")


def _hardly_known(each: CostOfARise | None) -> bool:
    """Return whether the interval of a cost spans more than one to ten, or has no upper end."""
    if each is None or each.interval90 is None:
        return False
    low, high = each.interval90
    return high is None or high > WIDE * low


def _year_of_reversal(one: ComparedScenario) -> int | None:
    """Return the first year in which the chance falls although it rose in a year before, or None."""
    raised = False
    for year in one.years:
        if raised and year.direction == "down":
            return year.year
        raised = raised or year.direction == "up"
    return None


def _about_effort(speech: Language, result: ComparisonResult) -> Iterator[str]:
    """Yield what the effort leaves unknown, and where numbers differ from those of a scenario's own forecast."""
    if result.single_draw:
        yield speech.say(
            "One draw is one random set of parameter values: how far the result hangs on them does not show. Use more "
            "draws (--draws)."
        )
    years = [year for one in result.scenarios for year in one.years]
    if min(result.draws, result.replicates) > 1 and any(year.interval90 is None for year in years):
        yield speech.say(
            "“–” in place of a parameter interval: the runs do not tell what the parameters do from the noise of the "
            "simulation; more draws or replicates would."
        )
    titles = titles_of(speech, result)
    for name in result.simulated_alone_otherwise:
        yield speech.say(
            "“{scenario}” has no uncertain parameter: here it is simulated with the draws of the others, so that its "
            "chances differ from those of its own forecast by simulation error.",
            scenario=titles[name],
        )


def _costless(speech: Language, result: ComparisonResult) -> Iterator[str]:
    """Yield which interventions seem to cost nothing, where others have a cost."""
    plans = [*result.interventions, *(plan for one in result.scenarios for plan in one.interventions)]
    free = dict.fromkeys(plan.name for plan in plans if not plan.cost_idr_million)
    if free and any(plan.cost_idr_million for plan in plans):
        yield speech.say("No cost is stated of {names}: it counts as 0.", names=", ".join(free))


def programme_of_one(speech: Language, one: ComparedScenario) -> str | None:
    """Return which interventions a scenario has, and whose effects are placeholders; None where it has none."""
    names = [plan.name for plan in one.interventions]
    return wording.programme_sentence(speech, names, [plan.name for plan in one.interventions if plan.placeholder])


def signed(speech: Language, value: float, decimals: int = 1) -> str:
    """Return a number with its sign, 0 without."""
    shown = speech.number(abs(value), decimals)
    return shown if round(value, decimals) == 0 else f"{'+' if value > 0 else '−'}{shown}"


def error_in_points(speech: Language, error: float) -> str:
    """Return a simulation error in percentage points, not rounded to nothing."""
    return speech.number(100 * error, 1 if error >= 0.0005 else 3)


def cost_of_a_rise(speech: Language, each: CostOfARise | None, *, spanned: bool = False) -> str | None:
    """Return the cost of an additional rise, with the span that the parameters leave if asked for."""
    if each is None:
        return None
    mean = _money(speech, each.mean)
    if not spanned or each.interval90 is None:
        return mean
    low, high = each.interval90
    if high is None:
        return speech.say("{mean} ({low} or more)", mean=mean, low=_money(speech, low))
    return speech.say("{mean} ({low} to {high})", mean=mean, low=_money(speech, low), high=_money(speech, high))


def _money(speech: Language, cost: float) -> str:
    return speech.number(cost, 0 if cost >= 10 else 1)
