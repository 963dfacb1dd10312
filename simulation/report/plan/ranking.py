"""Which villages first, in words: why one stands where it does, and how the list is to be read.

Knows what is said about the ranking of a record (`record.py`); must not know where it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .. import wording
from ..language import Language
from .efforts import effort, listed, spaced

Record = Mapping[str, Any]
_DECIMALS = ((0.01, 1), (0.001, 2), (0.0, 3))
"""Decimals of a gain in percentage points, so that small ones are not rounded to nothing."""


def reason(speech: Language, village: Record) -> str:
    """Return why a village stands where it does: its level, its chance, its peers, the interventions."""
    said = {
        "level": village["status"],
        "without": wording.uncertain(speech, village["chance_without"], 1),
        "with_it": wording.uncertain(speech, village["chance_with"], 1),
        "interventions": ", ".join(map(spaced, village["interventions"])),
    }
    if village["peers"] is None:
        return speech.say("{level}; chance of rising {without}, with {interventions} {with_it}", **said)
    peers = speech.percent(village["peers"])
    return speech.say(
        "{level}; chance of rising {without}, with {interventions} {with_it}; {peers} of the other villages of the "
        "kecamatan stand higher",
        peers=peers,
        **said,
    )


def about_ranking(speech: Language, record: Record) -> Iterator[str]:
    """Yield how the ranking is to be read, and what it is worth; nothing where there is none."""
    if not record["villages"]:
        return
    first = record["villages"][0]
    yield speech.say(
        "Gain: by how many percentage points the chance of meeting the target of {year} rises if this village alone is "
        "assisted, at full effect ({village}: {points}).",
        year=record["ranking"]["year"],
        village=first["village"],
        points=points(speech, first["gain_probability_met"]),
    )
    yield speech.say(
        "Ranks rest on: {names}. Villages that are alike in these share a rank.", names=_rests_on(speech, record)
    )
    if not listed(record):
        return
    yield speech.say(
        "Taken in this order, {effort} suffices (probability {chance}).",
        effort=effort(speech, record, record["in_order"]),
        chance=wording.chance(speech, record["in_order"]["probability_met"], 1),
    )
    if tied := [village for village in record["villages"] if village["tied"]]:
        yield speech.say(
            "Rank {rank} is shared by {villages} villages, and {places} of them are enough: choose freely.",
            rank=speech.number(tied[0]["rank"]),
            villages=speech.number(len(tied)),
            places=speech.number(sum(village["in_plan"] for village in tied)),
        )


def points(speech: Language, gain: float) -> str:
    """Return a gain in percentage points."""
    return speech.number(100 * gain, next(decimals for least, decimals in _DECIMALS if abs(gain) >= least))


def _rests_on(speech: Language, record: Record) -> str:
    names = [speech.say("level"), speech.say("kecamatan and the levels of its villages")]
    if len(record["levers"]) > 1:
        names.append(speech.say("interventions that it qualifies for"))
    return "; ".join([*names, *map(spaced, record["ranking"]["columns"])])
