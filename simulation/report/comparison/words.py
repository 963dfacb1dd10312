"""A comparison in words: what a scenario changes, how sure that is, and what it costs.

Knows what is said about the numbers of a record (`record.py`); must not know where it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...decision.differences import ERRORS_APART
from .. import single_draw, wording
from ..assumptions import parameter_name
from ..language import Language, phrase

Record = Mapping[str, Any]

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
WIDE = 10
"""Ends of an interval of costs so many times apart are warned of."""
_LAW_KEYS = {"matrix": "transition.matrix", "min_years": "transition.min_years", "overlap": "overlap"}


def title(speech: Language, named: Record) -> str:
    """Return the title of the baseline or of a scenario, its name where it has none in this language."""
    name = named["baseline"] if "baseline" in named else named["name"]
    return wording.title(speech, {"title": named["title"], "scenario": name}).rstrip(".")


def heading(speech: Language, record: Record) -> str:
    """Return what is compared with what, and where."""
    return speech.say(
        "Comparison with “{baseline}”: {district}, {villages} villages",
        baseline=title(speech, record),
        district=record["name"],
        villages=speech.number(record["population"]["villages"]),
    )


def telling_year(contrast: Record) -> Record:
    """Return the first year in which the scenario makes a difference, the first of all where none does."""
    years: Sequence[Record] = contrast["years"]
    return next((year for year in years if year["difference"] or year["additional_rises"]["mean"]), years[0])


def direction(year: Record) -> str:
    """Return ``up``, ``down``, ``none`` for a difference of exactly 0, or ``open`` where that cannot be told."""
    difference, error = year["difference"], year["monte_carlo_error"]
    if difference == error == 0:
        return "none"
    if abs(difference) <= ERRORS_APART * error:
        return "open"
    return "up" if difference > 0 else "down"


def change(speech: Language, contrast: Record) -> str:
    """Return what becomes of the chance of meeting the target, as a clause."""
    year = telling_year(contrast)
    template = _CHANGES[direction(year)]
    return speech.say(
        template,
        scenario=title(speech, contrast),
        year=year["year"],
        before=wording.chance(speech, year["baseline_probability_met"], 1),
        after=wording.chance(speech, year["probability_met"], 1),
        points=speech.number(100 * abs(year["difference"]), 1),
        signed=signed(speech, 100 * year["difference"]),
    )


def verdict(speech: Language, record: Record, contrast: Record) -> str:
    """Return the sentence that says what a scenario changes, how sure that is and what it costs."""
    if contrast["same_law"]:
        said = speech.say(
            "“{scenario}” moves every village just as “{baseline}” does, so every difference is exactly 0",
            scenario=title(speech, contrast),
            baseline=title(speech, record),
        )
    else:
        said = speech.say("{change} ({sure})", change=change(speech, contrast), sure=_sure(speech, record, contrast))
    said = speech.say("{change}; {cost}.", change=said, cost=_cost(speech, record, contrast))
    return said[0].upper() + said[1:]


def _sure(speech: Language, record: Record, contrast: Record) -> str:
    """Return how much of the difference is noise of the simulation, and how much hangs on the parameters."""
    year, single = telling_year(contrast), single_draw.noted(record)
    if year["monte_carlo_error"] == 0:
        return (
            speech.say("an exact result, but for one random set of parameter values")
            if single
            else speech.say("an exact result for the parameters as given")
        )
    error = error_in_points(speech, year["monte_carlo_error"])
    if year["interval90"] is None:
        return (
            speech.say("simulation error ± {error}, for one random set of parameter values", error=error)
            if single
            else speech.say("simulation error ± {error}", error=error)
        )
    low, high = (signed(speech, 100 * end) for end in year["interval90"])
    return speech.say(
        "simulation error ± {error}; depending on the true values of the uncertain parameters, between {low} and "
        "{high}",
        error=error,
        low=low,
        high=high,
    )


def _cost(speech: Language, record: Record, contrast: Record) -> str:
    """Return what a scenario costs beside the baseline, as a clause."""
    cost, before, each = (
        contrast["cost_idr_million"],
        contrast["baseline_cost_idr_million"],
        cost_of_a_rise(speech, contrast),
    )
    if cost == before:
        return (
            speech.say("it costs as much as “{baseline}”", baseline=title(speech, record))
            if cost
            else speech.say("no cost is stated")
        )
    said = {"cost": speech.number(abs(cost - before)), "years": years_of(contrast)}
    if cost < before:
        return speech.say("it costs {cost} million rupiah less in {years}", **said)
    if each is None:
        return speech.say("it costs {cost} million rupiah more in {years}", **said)
    return speech.say(
        "it costs {cost} million rupiah more in {years}, {each} million rupiah for each additional rise",
        each=each,
        **said,
    )


def notes(speech: Language, record: Record) -> Iterator[str]:
    """Yield what must be known to read the numbers rightly."""
    for contrast in record["scenarios"]:
        if names := contrast["other_assumptions"]:
            yield speech.say(
                "“{scenario}” differs from “{baseline}” in assumptions too, so the difference is not that of "
                "interventions alone: {names}.",
                scenario=title(speech, contrast),
                baseline=title(speech, record),
                names="; ".join(_assumption(speech, name) for name in names),
            )
    yield from _free(speech, record)
    yield from _about_draws(speech, record)
    for contrast in record["scenarios"]:
        if _hardly_known(contrast["cost_per_additional_rise"]):
            yield speech.say(
                "“{scenario}”: the cost of an additional rise is known only roughly ({span} million rupiah); do not "
                "plan a budget by its mean.",
                scenario=title(speech, contrast),
                span=cost_of_a_rise(speech, contrast, spanned=True),
            )
        if (year := _turned(contrast)) is not None:
            yield speech.say(
                "“{scenario}” lowers the chance in {year} after raising it before: villages that rise earlier are "
                "missing among those that can still rise later.",
                scenario=title(speech, contrast),
                year=year,
            )
    if not record["population"]["single_status_known"]:
        yield speech.say(
            "Only counts by status are known, not which village stands where: single villages cannot be ranked."
        )
    elif record["scenarios"][0]["rises_compared"] is None:
        yield speech.say("An exact result knows no single villages and no prediction intervals.")


def _hardly_known(each: Record | None) -> bool:
    """Return whether the interval of a cost spans more than one to ten, or has no upper end."""
    if each is None or each["interval90"] is None:
        return False
    low, high = each["interval90"]
    return high is None or high > WIDE * low


def _turned(contrast: Record) -> int | None:
    """Return the first year in which the chance falls although it rose in a year before, or None."""
    raised = False
    for year in contrast["years"]:
        way = direction(year)
        if raised and way == "down":
            return int(year["year"])
        raised = raised or way == "up"
    return None


def _about_draws(speech: Language, record: Record) -> Iterator[str]:
    """Yield what is not known of the parameters' part in the differences, where it is not known."""
    if single_draw.noted(record):
        yield single_draw.sentence(speech)
    effort, years = record["effort"], [year for one in record["scenarios"] for year in one["years"]]
    if min(effort["draws"], effort["replicates"]) > 1 and any(year["interval90"] is None for year in years):
        yield speech.say(
            "“–” in place of a parameter interval: the runs do not tell what the parameters do from the noise of the "
            "simulation; more draws or replicates would."
        )


def _free(speech: Language, record: Record) -> Iterator[str]:
    """Yield which interventions seem to cost nothing, where others have a cost."""
    plans = [plan for one in (record, *record["scenarios"]) for plan in one["interventions"]]
    free = dict.fromkeys(plan["name"] for plan in plans if not plan["cost_idr_million"])
    if free and any(plan["cost_idr_million"] for plan in plans):
        yield speech.say("No cost is stated of {names}: it counts as 0.", names=", ".join(free))


def bases(speech: Language, record: Record) -> list[str]:
    """Return what the baseline and the scenarios rest on, each sentence once."""
    return list(dict.fromkeys(wording.basis(speech, one["basis"]) for one in (record, *record["scenarios"])))


def signed(speech: Language, value: float, decimals: int = 1) -> str:
    """Return a number with its sign, 0 without."""
    shown = speech.number(abs(value), decimals)
    return shown if round(value, decimals) == 0 else f"{'+' if value > 0 else '−'}{shown}"


def years_of(contrast: Record) -> str:
    """Return the forecast years, from the first to the last."""
    first, last = contrast["years"][0]["year"], contrast["years"][-1]["year"]
    return str(first) if first == last else f"{first}–{last}"


def error_in_points(speech: Language, error: float) -> str:
    """Return a simulation error in percentage points, not rounded to nothing."""
    return speech.number(100 * error, 1 if error >= 0.0005 else 3)


def cost_of_a_rise(speech: Language, contrast: Record, *, spanned: bool = False) -> str | None:
    """Return the cost of an additional rise, with the span that the parameters leave if asked for."""
    each = contrast["cost_per_additional_rise"]
    if each is None:
        return None
    mean = _money(speech, each["mean"])
    if not spanned or each["interval90"] is None:
        return mean
    low, high = each["interval90"]
    if high is None:
        return speech.say("{mean} ({low} or more)", mean=mean, low=_money(speech, low))
    return speech.say("{mean} ({low} to {high})", mean=mean, low=_money(speech, low), high=_money(speech, high))


def _money(speech: Language, cost: float) -> str:
    return speech.number(cost, 0 if cost >= 10 else 1)


def _assumption(speech: Language, name: str) -> str:
    return _LAW_KEYS[name] if name in _LAW_KEYS else parameter_name(speech, name)
