"""The scenario files that ``start`` writes: a district as its lists have it, and a programme to compare with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from unicodedata import normalize

from ..domain.constraints import RESERVED_NAMES
from ..domain.messages import listed, shown
from ..inputs.kabupaten import Kabupaten
from ..inputs.office.records import Lists
from ..inputs.resolve import yaml_of
from ..inputs.scenario import Scenario
from .calibrated_scenario import calibrated
from .cleaned_copy import SHEET, contradictions_in_words, weighty
from .language import LANGUAGES, Language, language, phrase
from .wording import OTHER_LANGUAGE

HORIZON = 5
"""Years that are forecast."""
MOST_FILES = 5
MOST_DAYS = 3
"""Texts around a list that name a day and are quoted."""
_LONGEST_NAME = 40
_LONGEST_SOURCE = 950
"""Characters of a source in one language: a scenario file holds both in one text."""
_HEAD = phrase(
    "Written by kampungkb start. Change what you like and run kampungkb check and kampungkb forecast "
    "again: a file that you changed is never overwritten."
)
_READ_DIFFERENTLY = phrase("read differently from what is written: {number}, listed in {table}")
_NOT_LISTED = phrase("assumed; a stand-in, for the list of the 514 kabupaten and kota does not know this name")


def name_of(text: str) -> str:
    """Return the name of a scenario: small letters, digits and hyphens.

    Examples
    --------
    >>> name_of("Kabupaten Tanah Laut"), name_of("Kota Banjar"), name_of("???")
    ('tanah-laut', 'kota-banjar', 'kampung-kb')
    """
    plain = normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-").removeprefix("kabupaten-")[:_LONGEST_NAME].strip("-")
    return name if name and name not in RESERVED_NAMES else f"kampung-kb-{name}".strip("-")


def scenario_text(
    speech: Language,
    name: str,
    kabupaten: Kabupaten,
    table: str,
    answers: str,
    files: Iterable[str],
    lists: Lists,
    origin: int,
    share: float,
    village_map: str | None = None,
) -> str:
    """Return a scenario without interventions.

    Parameters
    ----------
    table, answers
        Names of the cleaned copy and of the file of answers, beside the scenario.
    files
        Names of the files that it was made from.
    lists
        What was read there, and what of it otherwise than it is written.
    origin
        Year at whose end the newest statuses hold.
    share
        Of the villages that must rise in a year, 0 to 1.
    village_map
        Name of the map of villages, beside the scenario; None for none.
    """
    named = listed(files, MOST_FILES)
    sources = {
        "villages.table": source_in_both(lambda speech: _read_from(speech, named, table, lists)),
        "origin": source_in_both(lambda speech: speech.say("stated; {file}", file=named)),
    }
    if days := listed((f"“{shown(text, 60)}”" for text in lists.days), MOST_DAYS):
        sources["villages.as_of"] = f"stated; {days}"
    if kabupaten.made_up:
        sources["district.code"] = source_in_both(lambda speech: speech.say(_NOT_LISTED))
    shown_on = {} if village_map is None else {"map": village_map}
    document: dict[str, Any] = {
        "schema": 1,
        "name": name,
        "title": dict.fromkeys(LANGUAGES, f"Kampung KB {kabupaten.name}"),
        "language": str(speech.code),
        "district": {"code": kabupaten.code, "name": kabupaten.name},
        "origin": origin,
        "horizon": HORIZON,
        "villages": {"table": table, "sheet": SHEET, "answers": answers, **shown_on},
        "target": {"share": share},
        "sources": sources,
    }
    return file_text(speech, document)


def _read_from(speech: Language, files: str, table: str, lists: Lists) -> str:
    """Return from which files villages were read, what contradicts itself there, and what was read otherwise."""
    first, number = speech.say("stated; {file}", file=files), len(weighty(lists.changes))
    told = [one.rstrip(".") for one in contradictions_in_words(speech, lists)]
    last = [speech.say(_READ_DIFFERENTLY, table=table, number=speech.number(number))] if number else []
    while told and len("; ".join([first, *told, *last])) > _LONGEST_SOURCE:
        told.pop()  # the table lists it
    return "; ".join([first, *told, *last])


def source_in_both(said: Callable[[Language], str]) -> str:
    """Return a source with what it says in both languages after its keyword, as `wording.source_text` reads it."""
    first, *others = (said(language(code)) for code in LANGUAGES)
    return OTHER_LANGUAGE.join([first, *(one.partition("; ")[2] for one in others if one != first)])


def districts_text(speech: Language, name: str, title: str, table: str, file: str, origin: int, share: float) -> str:
    """Return a scenario of several districts, without interventions.

    Parameters
    ----------
    title
        What people call it.
    table, file
        Path of the table of districts, relative to the scenario, and its name.
    origin, share
        As in `scenario_text`.
    """
    return file_text(
        speech,
        {
            "schema": 1,
            "name": name,
            "title": dict.fromkeys(LANGUAGES, title),
            "language": str(speech.code),
            "origin": origin,
            "horizon": HORIZON,
            "districts": {"table": table},
            "target": {"share": share},
            "sources": {"districts.table": source_in_both(lambda speech: speech.say("stated; {file}", file=file))},
        },
    )


def calibrated_text(speech: Language, base: str, scenario: Scenario, draws: str) -> str:
    """Return the scenario that uses the draws of a calibration of another; both files lie beside it."""
    return file_text(speech, calibrated(scenario, base, draws))


def programme_text(speech: Language, base: str, scenario: Scenario, programme: str, villages: int, cost: float) -> str:
    """Return a scenario that adds a programme to another, from the first forecast year on.

    Parameters
    ----------
    base
        Name of the other's file, beside it.
    villages
        How many it reaches at a time.
    cost
        Per village and year, in million rupiah; 0 where it is not known.
    """
    year = scenario.years[0]
    plan = {
        "name": name_of(programme),
        "title": dict.fromkeys(LANGUAGES, programme),
        "starts": year,
        "capacity": villages,
        "cost_idr_million": cost,
    }
    titles = {
        code: language(code).say("{title}, with {programme}", title=scenario.title[code], programme=programme)
        for code in LANGUAGES
    }
    name = f"{scenario.name[:35]}-{plan['name']}"[:60].strip("-")
    return file_text(speech, {"extends": base, "name": name, "title": titles, "interventions": [plan]})


def file_text(speech: Language, document: dict[str, Any], head: str = _HEAD) -> str:
    """Return the text of a scenario file, below a comment that says what wrote it."""
    return f"# {speech.say(head)}\n" + yaml_of(document)
