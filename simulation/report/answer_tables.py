"""The tables and sentences of a forecast in words, for the terminal and for paper.

Knows which columns a reader sees and how their cells are written; must not know where they are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import single_draw, wording
from .language import Language

MOST_DISTRICTS = 20
MOST_COUNTS = 6
MOST_YEARS_ACROSS = 8

Record = Mapping[str, Any]


@dataclass(frozen=True)
class WordTable:
    """A table to be read.

    Attributes
    ----------
    caption
        What it shows.
    headers
        One a column; the first column names the row.
    rows
        Cells as they are shown.
    """

    caption: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]


def heading(speech: Language, record: Record) -> str:
    """Return the title of the scenario and of what it speaks."""
    title = wording.title(speech, record)
    if "districts" in record:
        number = speech.number(len(record["districts"]))
        return speech.say("{title}: {districts} districts", title=title, districts=number)
    villages = speech.number(record["population"]["villages"])
    return speech.say(
        "{title}: {district}, {villages} villages", title=title, district=record["name"], villages=villages
    )


def years_table(speech: Language, district: Record) -> WordTable:
    """Return the yearly table, with a column more where the target counts something else than rises."""
    say = speech.say
    own_count = district["target"]["key"] not in {"rises_all", "rises_below_top"}
    rows = []
    for year in district["years"]:
        interval = year["parameter_interval90"]
        rows.append(
            [
                str(year["year"]),
                _median(speech, year["rises"]),
                *([_median(speech, year["judged"])] if own_count else []),
                wording.whole_span(speech, year["needed"]["min"], year["needed"]["max"]),
                _with_error(speech, year),
                "–" if interval is None else wording.chance_span(speech, interval),
                _word(speech, year),
            ]
        )
    headers = [
        say("year"),
        say("villages that rise"),
        *([wording.judged_name(speech, district["target"])] if own_count else []),
        say("needed"),
        say("target met ± simulation error"),
        say("parameter interval"),
        say("in words"),
    ]
    return WordTable(say("Year by year (median; every interval is 90%)"), headers, rows)


def all_years(speech: Language, district: Record) -> Iterator[str]:
    """Yield what is said of all years together."""
    horizon = len(district["years"])
    if district["all_years"] is None or horizon == 1:
        return
    every = _with_error(speech, district["all_years"])
    word = _word(speech, district["all_years"])
    yield speech.say("Met in every one of {years} years: {every} ({word}).", years=horizon, every=every, word=word)
    counts = [m for m in _spread(horizon) if m < horizon]
    chances = [
        speech.say(
            "{some} of {all} years {chance}",
            some=m,
            all=horizon,
            chance=wording.chance(speech, district["at_least"][str(m)]),
        )
        for m in counts
    ]
    yield speech.say("Met in at least: {chances}.", chances="; ".join(chances))


def readings_table(speech: Language, district: Record) -> WordTable:
    """Return the probability of every reading of the target, the scenario's own first and starred."""
    own, *others = [wording.reading_name(speech, key, district["target"]) for key in district["readings"]]
    share = district["target"]["share"]
    shown = speech.percent(share, 0 if round(100 * share, 6).is_integer() else 1)
    return WordTable(
        speech.say("Every reading of the {share} target: probability met; * is the scenario's own", share=shown),
        [speech.say("year"), f"* {own}", *others],
        [
            [str(year["year"]), *(wording.uncertain(speech, p[t], 1) for p in district["readings"].values())]
            for t, year in enumerate(district["years"])
        ],
    )


def meeting_table(speech: Language, record: Record) -> WordTable:
    """Return how many districts meet their target, and the mean chance, year by year."""
    say, districts = speech.say, record["districts"]
    rows = []
    for place, meeting in enumerate(record["districts_meeting"]):
        mean, error = meeting["mean"] / len(districts), wording.mean_error(districts, place)
        quantiles = meeting["quantiles"]
        expected = speech.number(meeting["mean"], 1)
        if quantiles is not None:
            span = wording.whole_span(speech, quantiles["0.05"], quantiles["0.95"])
            expected = say("{median} ({interval})", median=expected, interval=span)
        all_meet = "–" if meeting["all"] is None else wording.chance(speech, meeting["all"])
        word = wording.word(speech, mean, error)
        rows.append([str(meeting["year"]), expected, all_meet, wording.chance(speech, mean), word])
    headers = [say("year"), say("districts expected to meet it"), say("all meet it"), say("mean chance of a district")]
    caption = say(
        "Districts that meet their target, of {districts} (mean and 90% interval)",
        districts=speech.number(len(districts)),
    )
    return WordTable(caption, [*headers, say("in words")], rows)


def districts_table(speech: Language, record: Record) -> WordTable:
    """Return the first year of the first districts."""
    say = speech.say
    firsts = [(district, district["years"][0]) for district in record["districts"][:MOST_DISTRICTS]]
    return WordTable(
        say("District by district, {year} (median and 90% interval)", year=record["origin"] + 1),
        [
            say("district"),
            say("villages that rise"),
            say("needed"),
            say("target met ± simulation error"),
            say("in words"),
        ],
        [
            [
                f"{district['code']} {district['name']}",
                _median(speech, year["rises"]),
                wording.whole_span(speech, year["needed"]["min"], year["needed"]["max"]),
                _with_error(speech, year),
                _word(speech, year),
            ]
            for district, year in firsts
        ],
    )


def assisted_table(speech: Language, record: Record) -> WordTable:
    """Return how many villages each intervention assists, in years spread over the horizon."""
    years = [record["years"][m - 1] for m in _spread(len(record["years"]), MOST_YEARS_ACROSS)]
    return WordTable(
        speech.say("Villages assisted (mean)"),
        [speech.say("intervention"), *(str(year["year"]) for year in years)],
        [
            [plan["name"], *(speech.number(year["assisted"][plan["name"]], 1) for year in years)]
            for plan in record["interventions"]
        ],
    )


def notes(speech: Language, districts: Sequence[Record]) -> Iterator[str]:
    """Yield what must be known to read the numbers rightly."""
    if single_draw.noted(districts[0]):
        yield single_draw.sentence(speech)
    if len(districts) == 1 and (saturated := wording.saturation(speech, districts[0])):
        yield saturated
    if not all(district["population"]["single_status_known"] for district in districts):
        yield speech.say(
            "Only counts by status are known, not which village stands where: single villages cannot be ranked."
        )
    if synthetic := wording.synthetic(speech, districts):
        yield synthetic


def _median(speech: Language, counted: Record | None) -> str:
    if counted is None:
        return "–"
    quantiles = counted["quantiles"]
    span = wording.whole_span(speech, quantiles["0.05"], quantiles["0.95"])
    return speech.say("{median} ({interval})", median=speech.number(quantiles["0.5"]), interval=span)


def _with_error(speech: Language, estimate: Record) -> str:
    probability = wording.chance(speech, estimate["probability_met"], 1)
    if estimate["monte_carlo_error"] == 0:
        return probability
    return speech.say(
        "{probability} ± {error}",
        probability=probability,
        error=speech.number(100 * estimate["monte_carlo_error"], 1),
    )


def _word(speech: Language, estimate: Record) -> str:
    return wording.word(speech, estimate["probability_met"], estimate["monte_carlo_error"])


def _spread(horizon: int, most: int = MOST_COUNTS) -> list[int]:
    """Return at most `most` numbers of years, evenly spread over 1 … horizon."""
    steps = min(horizon, most)
    return sorted({max(1, round(horizon * step / steps)) for step in range(1, steps + 1)})
