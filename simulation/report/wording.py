"""The words of a forecast: how likely, of what, how sure, and on what basis.

Knows what is said about the numbers of a record (`record.py`); must not know where the sentence is shown.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from ..domain.parameters import UNNAMED_BLOCKS, ParameterKey
from ..inference.forecast import PRIORS_ALONE, PRIORS_AND_STATED, STATED_ALONE
from . import single_draw
from .language import Language, phrase

Record = Mapping[str, Any]

PROBABILITY_WORDS = (
    (0.95, phrase("almost certain")),
    (0.80, phrase("very likely")),
    (0.60, phrase("likely")),
    (0.40, phrase("about even")),
    (0.20, phrase("unlikely")),
    (0.05, phrase("very unlikely")),
    (0.0, phrase("almost impossible")),
)

_BASES = {
    PRIORS_ALONE: phrase("Basis: last observed statuses; their changes follow priors alone (no data on changes)."),
    STATED_ALONE: phrase("Basis: last observed statuses; their changes follow scenario numbers (no data on changes)."),
    PRIORS_AND_STATED: phrase(
        "Basis: last observed statuses; their changes follow priors and scenario numbers (no data on changes)."
    ),
    UNNAMED_BLOCKS[0]: phrase("Basis: draws whose origin is not stated."),
}

_BLOCKS = {
    "panel": phrase("statuses of villages at several dates"),
    "counts": phrase("counts by level at several dates"),
    "launch_years": phrase("launch years"),
    "assistance": phrase("records of assistance"),
}

_EVENTS = {
    "rises_all": phrase("at least {needed} of {denominator} villages rise in status in {year}"),
    "rises_below_top": phrase(
        "at least {needed} of the {denominator} villages below paripurna rise in status in {year}"
    ),
    "net_rises": phrase("rises in status exceed falls by at least {needed}, of {denominator} villages, in {year}"),
    "entries": phrase("at least {needed} of {denominator} villages rise to {levels} in {year}"),
    "stock": phrase("at least {needed} of {denominator} villages are {levels} at the end of {year}"),
}

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

SATURATION_WORTH_TELLING = 0.05
COARSEST_ERROR = 0.1
"""Largest Monte Carlo error at which a probability still has a word: half the width of most words."""


def probability_word(probability: float) -> str:
    """Return the English word for a probability: also the key of its translation."""
    return next(word for least, word in PROBABILITY_WORDS if probability >= least)


def word(language: Language, probability: float, error: float = 0.0) -> str:
    """Return the word for a probability, or that its Monte Carlo error leaves it open."""
    return language.say(phrase("too few runs") if error > COARSEST_ERROR else probability_word(probability))


def uncertain(language: Language, probability: float, decimals: int = 0) -> str:
    """Return a probability in percent, never rounded to certainty."""
    least = 0.01 / 10**decimals
    if probability < least:
        return language.say("<{percent}", percent=language.percent(least, decimals))
    if probability > 1 - least:
        return language.say(">{percent}", percent=language.percent(1 - least, decimals))
    return language.percent(probability, decimals)


def chance(language: Language, probability: float, decimals: int = 0) -> str:
    """Return a probability in percent, not rounded across the edge between two words either."""
    while probability_word(round(probability, decimals + 2)) != probability_word(probability) and decimals < 4:
        decimals += 1
    return uncertain(language, probability, decimals)


def word_and_chance(language: Language, probability: float, error: float = 0.0) -> str:
    """Return the word with the number beside it, as a sentence begins."""
    shown = chance(language, probability)
    said = language.say("{word} ({chance})", word=word(language, probability, error), chance=shown)
    return said[0].upper() + said[1:]


def whole_span(language: Language, low: float, high: float) -> str:
    """Return one whole number, or the range between two."""
    if low == high:
        return language.number(low)
    template = phrase("{low}–{high}") if low >= 0 else phrase("{low} to {high}")
    return language.say(template, low=language.number(low), high=language.number(high))


def share_span(language: Language, low: float, high: float) -> str:
    """Return an interval of shares in percent."""
    return language.say("{low}–{high}", low=language.number(100 * low), high=language.percent(high))


def chance_span(language: Language, interval: Sequence[float], *, short: bool = False) -> str:
    """Return an interval of probabilities; `short` leaves out what the other end says."""
    low, high = interval
    if low >= 0.01 and high <= 0.99:
        return share_span(language, low, high)
    ends = [uncertain(language, end) for end in interval]
    if ends[0] == ends[1]:
        return ends[0]
    if short:
        return language.say("{low}–{high}", low=ends[0].rstrip(" %"), high=ends[1])
    return language.say("{low} to {high}", low=ends[0], high=ends[1])


def levels(language: Language, target: Record) -> str:
    """Return the levels that the target names, joined by "or"."""
    return language.either(target["levels"])


def reading_name(language: Language, key: str, target: Record) -> str:
    """Return what a reading of the target counts, in a few words."""
    return language.say(_READINGS[key], levels=levels(language, target))


def judged_name(language: Language, target: Record) -> str:
    """Return what is held against the needed number."""
    template = _JUDGED[target["key"]]
    return language.say(template, levels=levels(language, target))


def event(language: Language, district: Record) -> str:
    """Return what the target asks of the first year, as a clause."""
    target, first = district["target"], district["years"][0]
    template = _EVENTS[target["key"]]
    return language.say(
        template,
        needed=whole_span(language, first["needed"]["min"], first["needed"]["max"]),
        denominator=language.number(target["denominator"]),
        levels=levels(language, target),
        year=first["year"],
    )


def verdict(language: Language, district: Record) -> str:
    """Return the one sentence that answers the question for one district and the first year."""
    first = district["years"][0]
    probability, interval = first["probability_met"], first["parameter_interval90"]
    opening = word_and_chance(language, probability, first["monte_carlo_error"])
    said = {"verdict": opening, "event": event(language, district)}
    coarse = first["monte_carlo_error"] > COARSEST_ERROR
    if first["saturated"] >= 0.5 and not coarse:
        return language.say(
            "{verdict}: {event}, because fewer villages than that can still move; "
            "the target is saturated rather than missed.",
            **said,
        )
    if single_draw.noted(district) and not coarse:
        return single_draw.verdict(language, first["monte_carlo_error"], said)
    if first["monte_carlo_error"] == 0:
        return language.say("{verdict}: {event}; an exact result for the parameters as given.", **said)
    if interval is None or coarse:
        error = language.number(100 * first["monte_carlo_error"], 1)
        return language.say("{verdict}: {event}; simulation error ± {error} percentage points.", error=error, **said)
    low, high = (uncertain(language, end) for end in interval)
    if low == high:
        return language.say("{verdict}: {event}, whatever the true values of the uncertain parameters.", **said)
    return language.say(
        "{verdict}: {event}; depending on the true values of the uncertain parameters, between {low} and {high}.",
        low=low,
        high=high,
        **said,
    )


def verdict_of_many(language: Language, record: Record) -> str:
    """Return the one sentence that answers the question for several districts and the first year."""
    districts, meeting = record["districts"], record["districts_meeting"][0]
    said = {
        "verdict": word_and_chance(language, meeting["mean"] / len(districts), mean_error(districts, 0)),
        "year": meeting["year"],
        "mean": language.number(meeting["mean"], 1),
        "districts": language.number(len(districts)),
    }
    if meeting["quantiles"] is None:
        return language.say(
            "{verdict} for the average district: the target of {year} is met; "
            "{mean} of {districts} districts are expected to meet it.",
            **said,
        )
    low, high = meeting["quantiles"]["0.05"], meeting["quantiles"]["0.95"]
    return language.say(
        "{verdict} for the average district: the target of {year} is met; "
        "{mean} of {districts} districts are expected to meet it (90% interval {interval}).",
        interval=whole_span(language, low, high),
        **said,
    )


def mean_error(districts: Sequence[Record], year: int) -> float:
    """Return a bound on the Monte Carlo error of the districts' mean probability: they share their parameters."""
    return fmean(district["years"][year]["monte_carlo_error"] for district in districts)


def title(language: Language, record: Record) -> str:
    """Return the title of the scenario, or its name where it has none in this language."""
    return str(record["title"].get(language.code) or record["scenario"])


def synthetic(language: Language, districts: Sequence[Record]) -> str | None:
    """Return which counts are no data, or None where all are."""
    number = sum(district["population"]["synthetic_counts"] for district in districts)
    if not number:
        return None
    return language.say(
        "Counts made up for {number} of {districts} districts: they gave none; drawn around the shares of Tanah Laut.",
        number=language.number(number),
        districts=language.number(len(districts)),
    )


def placeholders(record: Record) -> list[str]:
    """Return the interventions whose effect on rising was left to the default prior."""
    names = [plan["name"] for plan in record["interventions"]]
    return [name for name in names if record["parameters"][ParameterKey.effect(name, "rise")]["default_prior"]]


def programme(language: Language, record: Record) -> str | None:
    """Return which interventions are at work, and whether their effects are placeholders; None where there are none."""
    return programme_sentence(language, [plan["name"] for plan in record["interventions"]], placeholders(record))


def programme_sentence(language: Language, names: Sequence[str], unknown: Sequence[str]) -> str | None:
    """Return which interventions are at work, and of which the effects are placeholders; None where there are none."""
    if not names:
        return None
    listed = ", ".join(name.replace("_", " ") for name in names)
    if not unknown:
        return language.say("Interventions: {names}.", names=listed)
    if len(unknown) == len(names):
        return language.say("Interventions: {names}; effects of interventions: placeholders.", names=listed)
    which = ", ".join(name.replace("_", " ") for name in unknown)
    return language.say("Interventions: {names}; effects of {which}: placeholders.", names=listed, which=which)


def status_source(sources: Mapping[str, str]) -> str | None:
    """Return where the status data come from, web addresses shortened to the site."""
    wanted = ("villages.status_counts", "villages.table", "villages", "districts.table", "districts")
    text = next((sources[key] for key in wanted if key in sources), None)
    if text is None:
        return None
    text = re.sub(r"https?://(?:www\.)?([^/\s,;]+)[^\s,;]*\s*", r"\1", text.split(";", 1)[-1])
    return textwrap.shorten(text.strip().rstrip("."), 150, placeholder=" …") or None


def basis(language: Language, blocks: Sequence[str]) -> str:
    """Return what the forecast rests on, as a sentence."""
    if len(blocks) == 1 and blocks[0] in _BASES:
        return language.say(_BASES[blocks[0]])
    named = (language.say(_BLOCKS[block]) if block in _BLOCKS else block for block in blocks)
    return language.say("Basis: calibrated on local data ({blocks}).", blocks="; ".join(named))


def saturation(language: Language, district: Record) -> str | None:
    """Return the note on years in which too few villages can still move, or None where that hardly happens."""
    worth = [year for year in district["years"] if year["saturated"] >= SATURATION_WORTH_TELLING]
    if not worth:
        return None
    most = max(worth, key=lambda year: year["saturated"])
    return language.say(
        "Saturated: from {first} on there may be too few villages left that can move for the target to be within "
        "reach (probability {chance} in {year}); such a year is saturated, not failed.",
        first=worth[0]["year"],
        year=most["year"],
        chance=chance(language, most["saturated"]),
    )


def met_every_year(language: Language, district: Record) -> str | None:
    """Return how likely the target is met in every year; None where that is not known, or there is one year."""
    years, joint = district["years"], district["all_years"]
    if joint is None or len(years) == 1:
        return None
    return language.say(
        "Met in every year {first}–{last}: {chance}.",
        first=years[0]["year"],
        last=years[-1]["year"],
        chance=chance(language, joint["probability_met"]),
    )
