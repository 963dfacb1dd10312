"""What is told of what is known elsewhere: launch histories and other programmes, beside the default assumptions."""

from __future__ import annotations

from ...domain.launches import PROGRAMME_BEGAN
from ...inference.elsewhere import NATIONAL, Elsewhere
from ...inference.uncertainty import Estimate
from .. import wording
from ..document.blocks import On, Paragraph, Row, Table
from ..language import Language

_AT_ONCE = str(PROGRAMME_BEGAN)


def over_launches(speech: Language, found: Elsewhere | None) -> str:
    """Return between which chances it lies, depending on when the villages were launched; empty where that is known."""
    if found is None or not {_AT_ONCE, NATIONAL} <= found.launches.keys():
        return ""
    return speech.say(
        "The launch year of each village is not known: about {earliest} if it is {began} for all, about {national} if "
        "launches were as in the whole country. A column of launch years would settle it.",
        earliest=wording.uncertain(speech, found.launches[_AT_ONCE].probability_met),
        began=PROGRAMME_BEGAN,
        national=wording.uncertain(speech, found.launches[NATIONAL].probability_met),
    )


def elsewhere_table(speech: Language, found: Elsewhere, year: int, now: Estimate, on: On) -> Table:
    """Return the chance of the first year under every other assumption; `now` is that under the default ones."""
    say = speech.say
    named = {
        _AT_ONCE: say("launch year {year} for all villages", year=PROGRAMME_BEGAN),
        NATIONAL: say("launches as in the whole country"),
    }
    every = {
        say("default assumptions"): now,
        **{named[name]: one for name, one in found.launches.items()},
        say("chances of rising and falling from other programmes"): found.analogue,
    }
    rows: list[Row] = [
        {
            say("assumption"): assumption,
            say("chance of {year}", year=year): wording.uncertain(speech, one.probability_met),
        }
        for assumption, one in every.items()
    ]
    return Table.of(say("The same forecast under what is known elsewhere"), rows, on)


def where_from(speech: Language, on: On) -> Paragraph:
    """Return what the assumptions of `elsewhere_table` rest on."""
    return Paragraph(
        speech.say(
            "Whole country: 633 Kampung KB in June 2017, about 14,000 in mid 2018, 16,874 in July 2022, 19,930 in "
            "January 2023, all 83,762 villages by the end of 2024, as planned. Other programmes: posyandu strata of "
            "Central Java, village development index, child-friendly districts; other instruments, other incentives."
        ),
        quiet=True,
        on=on,
    )
