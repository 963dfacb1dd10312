"""The tables of a comparison in words, for the terminal and for paper.

Knows which columns a reader sees and how their cells are written; must not know where they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import wording
from ..answer_tables import WordTable
from ..language import Language
from .words import cost_of_a_rise, error_in_points, signed, title, years_of

Record = Mapping[str, Any]
MOST_VILLAGES = 10


def years_table(speech: Language, contrast: Record) -> WordTable:
    """Return both chances, their difference and the additional rises, year by year."""
    say = speech.say
    rows = [
        [
            str(year["year"]),
            wording.chance(speech, year["baseline_probability_met"], 1),
            wording.chance(speech, year["probability_met"], 1),
            _with_error(speech, year["difference"], year["monte_carlo_error"]),
            _span(speech, year["interval90"], 100),
            _rises(speech, year["additional_rises"]),
        ]
        for year in contrast["years"]
    ]
    headers = [
        say("year"),
        say("target met: baseline"),
        say("target met: scenario"),
        say("difference ± simulation error"),
        say("parameter interval"),
        say("additional rises"),
    ]
    return WordTable(
        say(
            "“{scenario}”: difference in percentage points, year by year (every interval is 90%)",
            scenario=title(speech, contrast),
        ),
        headers,
        rows,
    )


def totals_table(speech: Language, record: Record) -> WordTable:
    """Return additional rises over the whole horizon, which scenario has more, and what it costs; a row a scenario."""
    say, contrasts = speech.say, record["scenarios"]
    costly = any(one["cost_idr_million"] or one["baseline_cost_idr_million"] for one in contrasts)
    rows = []
    for one in contrasts:
        cost = signed(speech, one["cost_idr_million"] - one["baseline_cost_idr_million"], 0)
        rows.append(
            [
                title(speech, one),
                _rises(speech, one["additional_rises"]),
                *_compared(speech, one["rises_compared"], same_law=one["same_law"]),
                *([cost, cost_of_a_rise(speech, one, spanned=True) or "–"] if costly else []),
            ]
        )
    headers = [
        say("scenario"),
        say("additional rises"),
        say("more rises"),
        say("fewer rises"),
        *([say("additional cost"), say("for each additional rise")] if costly else []),
    ]
    values = {"years": years_of(contrasts[0]), "baseline": title(speech, record)}
    caption = (
        say("All of {years}, compared with “{baseline}” (90% intervals; cost in million rupiah)", **values)
        if costly
        else say("All of {years}, compared with “{baseline}” (90% intervals)", **values)
    )
    return WordTable(caption, headers, rows)


def villages_table(speech: Language, contrast: Record, most: int = MOST_VILLAGES) -> WordTable | None:
    """Return the villages likeliest to rise only because of the scenario, at most so many; None where there is none."""
    say = speech.say
    rows = [
        [
            village["village"],
            village["subdistrict"],
            village["level"],
            wording.uncertain(speech, village["probability_only_with"], 1),
            wording.uncertain(speech, village["probability_only_without"], 1),
        ]
        for village in contrast["villages"][:most]
        if village["probability_only_with"]
    ]
    if not rows:
        return None
    caption = say(
        "Villages likeliest to rise in {years} only because of “{scenario}”",
        years=years_of(contrast),
        scenario=title(speech, contrast),
    )
    headers = [say("village"), say("subdistrict"), say("level now"), say("rises only with it"), say("only without it")]
    return WordTable(caption, headers, rows)


def _with_error(speech: Language, difference: float, error: float) -> str:
    shown = signed(speech, 100 * difference)
    return speech.say("{value} ± {error}", value=shown, error=error_in_points(speech, error)) if error else shown


def _span(speech: Language, interval: Sequence[float] | None, scale: float, decimals: int = 1) -> str:
    if interval is None:
        return "–"
    low, high = (signed(speech, scale * end, decimals) for end in interval)
    return speech.say("{low} to {high}", low=low, high=high)


def _rises(speech: Language, rises: Record) -> str:
    """Return additional rises: the mean and, where it is known, between what a single future lies."""
    mean = signed(speech, rises["mean"])
    if rises["interval90"] is None:
        return mean
    return speech.say("{mean} ({interval})", mean=mean, interval=_span(speech, rises["interval90"], 1, 0))


def _compared(speech: Language, compared: Record | None, *, same_law: bool) -> list[str]:
    if compared is None:
        return ["–", "–"]
    return [speech.percent(0) if same_law else wording.uncertain(speech, compared[key]) for key in ("more", "fewer")]
