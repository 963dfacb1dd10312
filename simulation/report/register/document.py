"""The record of a register as it is told, and as files: sentences, table, data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .. import wording
from ..codec import encoded
from ..document.blocks import Column, Document, Paragraph, Row, Table
from ..files import write_csv, write_pieces
from ..language import Language, phrase
from .register import LIST, Change
from .scoring import ENOUGH, ForecastRow, TrackRecord

FOLDER = "record"
MOST_ROWS = 40
COLUMNS = (
    "entry", "registered", "district_code", "district", "year", "late", "state", "probability_met", "needed", "met",
    "basis", "rises_low", "rises_high", "brier", "log_score", "wis_rises", "inside_50", "inside_90",
)  # fmt: skip
_CHANGES = {
    "changed": phrase("{name} is not as it was when locked."),
    "missing": phrase("{name} is missing."),
    "unlisted": phrase("{name} is not in {list}: add its run again, or bring the list back as it was."),
    "version": phrase("{name} was locked by another version of this program, which can read it."),
}
_STATES = {
    "not over": phrase("year not over"),
    "unreported": phrase("no report"),
    "villages": phrase("other villages"),
    "contradiction": phrase("contradiction"),
}
_MET = {True: phrase("met"), False: phrase("missed"), None: phrase("open")}
COUNTED = {"rises_all", "rises_below_top"}
"""Readings that count the rises themselves."""


def change_in_words(speech: Language, found: Change) -> str:
    """Return what of a register is not as it was written, as a sentence that names it."""
    return speech.say(_CHANGES[found.kind], name=found.name, list=LIST)


def document_of(record: TrackRecord, speech: Language) -> Document:
    """Return what is told of a record."""
    sentences = [*scores(speech, record), *cautions(speech, record)]
    return Document(
        speech.say("{headline}.", headline=headline(speech, record)),
        [
            *(Paragraph(sentence) for sentence in sentences),
            *([forecasts_table(speech, record)] if shown(record) else []),
            *(Paragraph(note) for note in notes(speech, record)),
        ],
    )


def headline(speech: Language, record: TrackRecord) -> str:
    """Return how often what was forecast came about."""
    summary = record.summary
    if not record.forecasts:
        return speech.say("The register holds no forecast that is as it was locked")
    if not summary.forecasts:
        return speech.say("No forecast can be scored yet")
    if not summary.scored:
        return speech.say(
            "For {number} forecasts it is not yet known whether the target was met", number=summary.forecasts
        )
    return speech.say(
        "Target met in {met} of {scored} forecasts; {expected} were to be expected from their chances",
        met=speech.number(summary.met),
        scored=speech.number(summary.scored),
        expected=speech.number(summary.expected, 1),
    )


def scores(speech: Language, record: TrackRecord) -> Iterator[str]:
    """Yield what the scores are."""
    summary, say = record.summary, speech.say
    if summary.brier is not None:
        yield say(
            "Brier score {brier} (0 is perfect; always saying 50% gives {even}).",
            brier=speech.number(summary.brier, 3),
            even=speech.number(0.25, 2),
        )
    if summary.log_score is not None:
        yield say("Logarithmic score {score} (0 is perfect).", score=speech.number(summary.log_score, 3))
    if summary.ruled_out:
        number = speech.number(summary.ruled_out)
        yield say(
            "Forecasts that had ruled out what happened: {number}; their logarithmic score is infinite.", number=number
        )
    if summary.wis_rises is not None:
        yield say(
            "Rises: off by {score} villages on average (weighted interval score, {number} forecasts).",
            score=speech.number(summary.wis_rises, 1),
            number=speech.number(summary.exact_rises),
        )
    half, most = summary.inside["0.5"], summary.inside["0.9"]
    if most.of:
        yield say(
            "Rises within the 90% interval: {most} of {of_most}; within the 50% interval: {half} of {of_half}.",
            most=most.inside,
            of_most=most.of,
            half=half.inside,
            of_half=half.of,
        )


def cautions(speech: Language, record: TrackRecord) -> Iterator[str]:
    """Yield what does not count, and why, and what the scores are worth."""
    summary, rows = record.summary, record.forecasts
    if bounded := sum(not row.late and row.outcome is not None and row.outcome.basis == "counts" for row in rows):
        yield speech.say(
            "Counts alone only bound the rises: at least the net upward crossings, for falls cancel rises. Forecasts "
            "so bounded: {number}; a list of villages, or the number that rose, settles them.",
            number=speech.number(bounded),
        )
    if summary.scored < summary.forecasts and summary.brier_bounds:
        low, high = (speech.number(end, 3) for end in summary.brier_bounds)
        yield speech.say(
            "Counting those still open, the Brier score lies between {low} and {high}.", low=low, high=high
        )
    states = {row.state for row in rows}
    if "villages" in states:
        yield speech.say("Other villages: a report is not about as many villages as the forecast, and is not used.")
    if "contradiction" in states:
        yield speech.say("Contradiction: the rises that are stated cannot have led to the counts; they are not used.")
    if late := sum(row.late for row in rows if row.state != "not over"):
        yield speech.say(
            "Registered after their year was over, and therefore not counted: {number}.", number=speech.number(late)
        )
    if summary.forecasts and not summary.enough:
        yield speech.say(
            "District-years: {number}. Below {enough} the scores do not say yet how good the forecasts are.",
            number=speech.number(summary.district_years),
            enough=ENOUGH,
        )


def forecasts_table(speech: Language, record: TrackRecord) -> Table:
    """Return what was forecast and what came, the latest last."""
    caption = speech.say("Forecast and outcome (rises: median and 90% interval; in brackets: entry)")
    return Table.of(caption, (_row(speech, row) for row in shown(record)), sheet=speech.say("Forecasts"))


def shown(record: TrackRecord) -> list[ForecastRow]:
    """Return the latest forecasts whose year has come, in order of their years."""
    rows = [row for row in record.forecasts if row.state != "not over"]
    return sorted(rows, key=lambda row: (row.year, row.district_code, row.number))[-MOST_ROWS:]


def name(speech: Language, row: ForecastRow) -> str:
    """Return which forecast a row is: year, district, and number of the entry."""
    return speech.say("{year} {district} ({number})", year=row.year, district=row.district, number=row.number)


def _row(speech: Language, row: ForecastRow) -> Row:
    say, levels = speech.say, row.rises
    rises, needed = (None, None) if row.outcome is None else (row.outcome.rises, row.outcome.needed)
    span = wording.whole_span(speech, levels[0.05], levels[0.95])
    forecast = say("{median} ({interval})", median=speech.number(levels[0.5]), interval=span)
    return {
        say("forecast"): name(speech, row),
        Column(say("chance"), "chance"): row.probability_met,
        say("target"): met(speech, row),
        say("rises forecast"): forecast,
        say("actual rises"): None if rises is None else wording.whole_span(speech, *rises),
        Column(say("needed"), "whole"): needed,
        Column(say("Brier"), "decimal", 2): None if row.scores is None or row.late else _exact(row.scores.brier),
    }


def met(speech: Language, row: ForecastRow) -> str:
    """Return whether the target was met, or why that is not said."""
    if row.late:
        return speech.say("late")
    return speech.say(_STATES[row.state] if row.outcome is None else _MET[row.outcome.met])


def _exact(ends: tuple[float | None, float | None] | None) -> float | None:
    """Return a score where the outcome leaves it no room."""
    return ends[0] if ends is not None and ends[0] == ends[1] else None


def notes(speech: Language, record: TrackRecord) -> Iterator[str]:
    """Yield what is still to come, and by what the register can be told from one that was changed."""
    waiting = sorted({row.year for row in record.forecasts if row.state == "not over" and not row.late})
    if waiting:
        yield speech.say("Years not over yet: {years}.", years=years_in_words(waiting))
    if {row.target for row in record.forecasts} - COUNTED:
        yield speech.say("Where the target counts something else than rises, the rises are shown and scored beside it.")
    if record.digest:
        yield speech.say(
            "Digest of the register (SHA-256): {digest}. Keep it in a letter or memo: it proves later "
            "that nothing was changed.",
            digest=record.digest[:12],
        )


def years_in_words(known: Sequence[int]) -> str:
    """Return years, the first and the last where they follow each other."""
    first, last = known[0], known[-1]
    if len(known) > 1 and last - first == len(known) - 1:
        return f"{first}–{last}"
    return ", ".join(map(str, known))


def write_record(folder: Path, record: TrackRecord) -> None:
    """Write the record as ``record.json`` and ``record.csv``, over those of an earlier look."""
    write_pieces(folder / "record.json", encoded(record))
    write_csv(folder / "record.csv", COLUMNS, map(_cells, record.forecasts))


def _cells(row: ForecastRow) -> list[Any]:
    """Return a row of the table; a score is left out where the outcome leaves it open."""
    cells: list[Any] = [getattr(row, name) for name in COLUMNS[:8]]
    if row.outcome is None or row.scores is None:
        return [*cells, *[None] * (len(COLUMNS) - 8)]
    outcome, scores = row.outcome, row.scores
    exact = map(_exact, (scores.brier, scores.log_score, scores.wis_rises))
    came = outcome.needed, outcome.met, outcome.basis, *(outcome.rises or (None, None))
    return [*cells, *came, *exact, *scores.inside.values()]
