"""What is told of an office's lists once they are read: villages, rises, changes, and what the chance rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from ..domain.status import UNKNOWN
from ..inputs.kabupaten import Kabupaten
from ..inputs.office.records import Lists
from ..inputs.scenario import Scenario
from . import wording
from .cleaned_copy import contradictions_in_words, weighty
from .document.blocks import Document, Paragraph
from .kinds.calibration import CalibrationResult
from .kinds.comparison import ComparisonResult, change_by_programme
from .kinds.forecast.result import ForecastResult
from .kinds.forecast.words import LAUNCH_YEARS_READ, joining, verdict
from .kinds.head import unknown_statuses
from .kinds.past import weights_in_words
from .language import Language, phrase


def summary_of(
    speech: Language,
    data: Sequence[Path],
    lists: Lists,
    kabupaten: Kabupaten,
    learned: CalibrationResult | None,
    forecast: ForecastResult,
    compared: ComparisonResult | None,
) -> Document:
    """Return the verdict, what a programme changes, what was read, and what the chance rests on.

    `learned` is None where nothing was learned, `compared` where no programme was asked about.
    """
    nothing = phrase("Not calibrated: how many villages rise in a year is assumed, not measured here.")
    rests_on = [speech.say(nothing)] if learned is None else _learned(speech, learned, forecast)
    said = [*_read(speech, lists), *joining(speech, forecast.districts[0]), *_changed(speech, lists), *rests_on]
    if compared is not None:
        said.insert(0, change_by_programme(speech, compared))
    if kabupaten.made_up:
        said.append(
            speech.say(
                "The code {code} is a stand-in: the list of 514 kabupaten and kota does not know {name}.",
                code=kabupaten.code,
                name=kabupaten.name,
            )
        )
    said += _unused(speech, lists)
    files = ", ".join(file.name for file in data)
    title = speech.say("{district}, from {files}", district=kabupaten.name, files=files)
    return Document(title, [Paragraph(verdict(speech, forecast), strong=True), *map(Paragraph, said)])


def counts_read(speech: Language, scenario: Scenario) -> str:
    """Return what a table of districts says before anything is computed."""
    return speech.say(
        "Read: {districts} kabupaten/kota with {villages} Kampung KB; numbers at the end of {year}.",
        districts=speech.number(len(scenario.districts)),
        villages=speech.number(sum(map(len, scenario.districts))),
        year=scenario.origin,
    )


def what_was_read(speech: Language, lists: Lists) -> Iterator[str]:
    """Yield what lists say before anything is computed: villages, rises, and what was read otherwise or not at all."""
    yield from _read(speech, lists)
    yield from _changed(speech, lists)
    yield from _unused(speech, lists)


def _read(speech: Language, lists: Lists) -> Iterator[str]:
    """Yield how many villages were read, and how many of them rose and fell between two dates."""
    say, number, villages = speech.say, speech.number, lists.present
    yield say(
        "Read: {villages} Kampung KB in {subdistricts} kecamatan; statuses at the end of {years}.",
        villages=number(len(villages)),
        subdistricts=number(len({village.subdistrict for village in villages})),
        years=", ".join(map(str, lists.years)),
    )
    for before, after in pairwise(lists.years):
        known, rises, falls = lists.moves(before, after)
        yield say(
            "{before}–{after}: {rises} rose, {falls} fell, of {known} known at both dates.",
            before=before,
            after=after,
            rises=number(rises),
            falls=number(falls),
            known=number(known),
        )
    if unknown := [one.name for one in villages if one.statuses.get(lists.years[-1], UNKNOWN) == UNKNOWN]:
        yield unknown_statuses(speech, len(villages), len(unknown), lists.years[-1])


def _changed(speech: Language, lists: Lists) -> Iterator[str]:
    """Yield what was read otherwise than written."""
    yield from contradictions_in_words(speech, lists)
    if changes := len(weighty(lists.changes)):
        yield speech.say(
            "Read differently from what is written: {number}; see the cleaned copy.", number=speech.number(changes)
        )


def _unused(speech: Language, lists: Lists) -> Iterator[str]:
    """Yield what was not read."""
    unused = [
        speech.say("column {column} of sheet {sheet}", column=header, sheet=sheet.sheet)
        for sheet in lists.sheets
        for header in sheet.unused
    ]
    unused += [speech.say("sheet {sheet}", sheet=sheet.sheet) for sheet in lists.sheets if not sheet.used]
    if unused:
        yield speech.say("Not used: {what}.", what=", ".join(unused))


def _learned(speech: Language, learned: CalibrationResult, forecast: ForecastResult) -> Iterator[str]:
    """Yield what was learned from, and what the chance would be without each kind of data and without any."""
    blocks = ", ".join(wording.block(speech, block) for block in learned.basis)
    if "launch_years" in learned.basis:
        yield speech.say(LAUNCH_YEARS_READ)
    if weights := weights_in_words(speech, forecast.weights):
        yield weights
    yield speech.say("Calibrated on: {blocks}.", blocks=blocks)
