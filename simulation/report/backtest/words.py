"""A back-test in words: whom the model beats, who beats it, and whether its intervals held.

Knows what is said about the numbers of a record (`record.py`); must not know where it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...inference.backtest.panels import NOWHERE
from ...inference.backtest.rolling import MODEL
from ...inference.backtest.scoring import FEWEST
from .. import wording
from ..answer_tables import WordTable
from ..language import Language, phrase

Record = Mapping[str, Any]

_NAMES = {
    MODEL: phrase("calibrated model"),
    "last_year": phrase("last year's share"),
    "mean_so_far": phrase("mean share so far"),
    "priors": phrase("priors alone"),
    "binomial": phrase("binomial without shock"),
}
_STANDINGS = {
    "worse": phrase("worse than: {names}"),
    "better": phrase("better than: {names}"),
    "open": phrase("not to be told apart from: {names}"),
}
_HEADLINES = {
    "worse": phrase("A simpler forecast of past years was better: {names}"),
    "better": phrase("The model forecast past years better than: {names}"),
    "open": phrase("The model forecast past years no better than simpler forecasts, as far as can be told"),
}
_SCORES = ("brier", "log_score", "crps_rises", "rps_status")
_SKILLS = {"brier": phrase("target met: Brier"), "crps_rises": phrase("rises: CRPS")}


def name(speech: Language, forecaster: str) -> str:
    """Return what a forecaster is called; one that a researcher added keeps its name."""
    return speech.say(_NAMES[forecaster]) if forecaster in _NAMES else forecaster


def years_of(record: Record) -> str:
    """Return the years that were forecast, from the first to the last."""
    first, last = record["rows"][0]["year"], record["rows"][-1]["year"]
    return str(first) if first == last else f"{first}–{last}"


def heading(speech: Language, record: Record) -> str:
    """Return what was forecast again: how many years of how many districts."""
    values = {
        "years": years_of(record),
        "number": speech.number(record["district_years"]),
        "title": wording.title(speech, record).rstrip("."),
    }
    places = record["districts"]
    if places[0]["code"] == NOWHERE:
        return speech.say("Back-test: {title}, {years} ({number} district-years)", **values)
    if len(places) == 1:
        place = places[0]["name"] or places[0]["code"]
        return speech.say("Back-test: {title}, {district}, {years} ({number} district-years)", district=place, **values)
    districts = speech.number(len(places))
    return speech.say(
        "Back-test: {title}, {districts} districts, {years} ({number} district-years)", districts=districts, **values
    )


def headline(speech: Language, record: Record) -> str:
    """Return the finding in a few words."""
    standing = record["standing"]
    if standing is None:
        return speech.say(
            "{number} district-years of back-test: too few for a verdict",
            number=speech.number(record["district_years"]),
        )
    found = next(one for one in ("worse", "better", "open") if one in standing.values())
    template = _HEADLINES[found]
    return speech.say(template, names=_names(speech, standing, found))


def verdict(speech: Language, record: Record) -> str:
    """Return the sentence that says whom the model beats and who beats it."""
    standing = record["standing"]
    clauses = []
    for found, template in _STANDINGS.items():
        if found in standing.values():
            clauses.append(speech.say(template, names=_names(speech, standing, found)))
    return speech.say(
        "Over {number} district-years the model's forecasts of the number of rises were {standings}.",
        number=speech.number(record["district_years"]),
        standings="; ".join(clauses),
    )


def why_no_verdict(speech: Language, record: Record) -> str:
    """Return why there is none."""
    return speech.say(
        "No verdict: with fewer than {least} district-years (here {number}) luck decides who looks best; the scores "
        "stand without one.",
        least=speech.number(FEWEST),
        number=speech.number(record["district_years"]),
    )


def said(speech: Language, record: Record) -> str:
    """Return the verdict, or why there is none."""
    told: str = (record["verdict"] or record["why_no_verdict"])[speech.code]
    return told


def scores_table(speech: Language, record: Record) -> WordTable:
    """Return the mean scores of every forecaster."""
    say = speech.say
    rows = [
        [
            name(speech, forecaster),
            *(_score(speech, scores[key], 3 if key in {"brier", "rps_status"} else 2) for key in _SCORES),
        ]
        for forecaster, scores in record["forecasters"].items()
    ]
    headers = [
        say("forecaster"),
        say("target met: Brier"),
        say("target met: log score"),
        say("rises: CRPS"),
        say("next level: RPS"),
    ]
    return WordTable(say("Mean scores; lower is better"), headers, rows)


def coverage_table(speech: Language, record: Record) -> WordTable:
    """Return how often the intervals of every forecaster held the number of rises."""
    say = speech.say
    levels = list(record["forecasters"][MODEL]["coverage"])
    rows = [
        [name(speech, forecaster), *(speech.percent(scores["coverage"][level]) for level in levels)]
        for forecaster, scores in record["forecasters"].items()
    ]
    headers = [say("forecaster"), *(say("{percent} interval", percent=speech.percent(float(one))) for one in levels)]
    return WordTable(say("How often intervals held the number of rises that came about"), headers, rows)


def skill_table(speech: Language, record: Record) -> WordTable | None:
    """Return what share of every other forecaster's mean score the model saves; None where there is no verdict."""
    if record["standing"] is None:
        return None
    rows = [
        [name(speech, forecaster), *(_saved(speech, scores["model_saves"][key]) for key in _SKILLS)]
        for forecaster, scores in record["forecasters"].items()
        if forecaster != MODEL
    ]
    headers = [speech.say("compared with"), *(speech.say(template) for template in _SKILLS.values())]
    caption = speech.say("Share of the other's score that the model saves (90% interval); below 0 the model is worse")
    return WordTable(caption, headers, rows)


def notes(speech: Language, record: Record) -> Iterator[str]:
    """Yield what must be known to read the scores rightly."""
    yield speech.say(
        "Every year was forecast from what was known before it alone. Last year's share: as many of all villages rise "
        "as in the year before; mean share so far: as on average in all years before; binomial without shock: each "
        "level rises as often as so far, every village for itself; priors alone: the model without local data."
    )
    if not record["kecamatan_known"]:
        yield speech.say(
            "No scenario says in which kecamatan all of these villages lie: what villages of a kecamatan share, "
            "learning from peers and covariates are left out."
        )
    if record["interventions"]:
        yield speech.say("Without the interventions of the scenario: they begin after its origin.")
    if any(scores[key] is None for scores in record["forecasters"].values() for key in _SCORES):
        yield speech.say("∞: something came about to which the forecaster had given no chance at all.")


def _names(speech: Language, standing: Record, found: str) -> str:
    return ", ".join(name(speech, forecaster) for forecaster, one in standing.items() if one == found)


def _score(speech: Language, score: float | None, decimals: int) -> str:
    return "∞" if score is None else speech.number(score, decimals)


def _saved(speech: Language, saved: Record | None) -> str:
    if saved is None:
        return "–"
    low, high = (_points(speech, end) for end in saved["interval90"])
    return speech.say(
        "{mean} ({low} to {high})", mean=_points(speech, saved["share"], percent=True), low=low, high=high
    )


def _points(speech: Language, share: float, *, percent: bool = False) -> str:
    """Return a share in percent with a proper minus sign, with or without the percent sign."""
    shown = speech.percent(abs(share)) if percent else speech.number(100 * abs(share))
    return f"−{shown}" if round(share, 2) < 0 else shown
