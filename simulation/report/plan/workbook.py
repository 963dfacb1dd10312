"""Which villages first, as a workbook: read me, ranking, and by kecamatan with sub-totals.

Knows which sheets a planner finds and what their columns are called; must not know how a workbook is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import wording
from ..language import Language
from ..workbook import Column, Prose, Sheet, write_workbook
from . import efforts, ranking, words
from .tables import subtotals, total

Record = Mapping[str, Any]


def write_priorities(speech: Language, record: Record, run_hash: str, path: Path) -> None:
    """Write the ranking of a plan as a workbook in one language."""
    sheets: list[Sheet | Prose] = [
        _read_me(speech, record, run_hash),
        _ranking(speech, record),
        _by_subdistrict(speech, record),
    ]
    write_workbook(path, words.heading(speech, record), sheets)


def _read_me(speech: Language, record: Record, run_hash: str) -> Prose:
    sentences = [
        words.heading(speech, record),
        record["verdict"][speech.code],
        words.what_limits(speech, record),
        *ranking.about_ranking(speech, record),
        speech.say(
            "Expected rises add up over villages; gains in the probability of meeting the target do not, so of these a "
            "sub-total shows only the largest."
        ),
        wording.basis(speech, record["basis"]),
        wording.programme(speech, record),
        speech.say("It is a statement about a scenario: if an assumption is wrong, so is the number."),
        speech.say("Kampung KB Forecast, {scenario}, run {hash}.", scenario=record["scenario"], hash=run_hash),
    ]
    return Prose(speech.say("Read me"), [sentence for sentence in sentences if sentence])


def _columns(speech: Language, record: Record) -> list[Column]:
    say, chosen = speech.say, efforts.listed(record)
    return [
        Column(say("subdistrict")),
        Column(say("village")),
        Column(say("village code")),
        Column(say("rank"), "whole"),
        *([Column(say("among the first {number}", number=speech.number(chosen)))] if chosen else []),
        Column(say("level now")),
        Column(say("gain in the probability of meeting the target, percentage points"), "fine"),
        Column(say("gain in expected rises"), "fine"),
        Column(say("chance of rising without assistance"), "percent"),
        Column(say("chance of rising with assistance"), "percent"),
        Column(say("other villages of the kecamatan that stand higher"), "percent"),
        Column(say("interventions")),
        Column(say("reason"), "prose"),
    ]


def _row(speech: Language, village: Record, mark: list[str | None]) -> list[Any]:
    return [
        village["subdistrict"],
        village["village"],
        village["village_code"],
        village["rank"],
        *mark,
        village["status"],
        100 * village["gain_probability_met"],
        village["gain_rises"],
        village["chance_without"],
        village["chance_with"],
        village["peers"],
        ", ".join(map(efforts.spaced, village["interventions"])),
        village["reason"][speech.code],
    ]


def _mark(speech: Language, record: Record, village: Record) -> list[str | None]:
    """Return whether a village is among those that suffice; nothing at all where there is no such number."""
    if not efforts.listed(record):
        return []
    if village["tied"]:
        return [speech.say("shares its rank: choose freely")]
    return [speech.say("yes") if village["in_plan"] else None]


def _ranking(speech: Language, record: Record) -> Sheet:
    """Return every village, the largest gain first."""
    columns = _columns(speech, record)
    rows = [_row(speech, village, _mark(speech, record, village)) for village in record["villages"]]
    order = [3, 1, 0, 2, *range(4, len(columns))]
    return Sheet(
        speech.say("Ranking"), [columns[place] for place in order], [[row[place] for place in order] for row in rows]
    )


def _by_subdistrict(speech: Language, record: Record) -> Sheet:
    """Return the villages of each kecamatan, its sub-total below them, and the total of all at the end."""
    rows: list[list[Any]] = []
    strong = set()
    for one in subtotals(record):
        villages = [village for village in record["villages"] if village["subdistrict"] == one["subdistrict"]]
        rows += [_row(speech, village, _mark(speech, record, village)) for village in villages]
        strong.add(len(rows))
        rows.append(_total_row(speech, one["subdistrict"], speech.say("sub-total"), one, efforts.listed(record)))
    strong.add(len(rows))
    whole = total(record["villages"])
    rows.append(_total_row(speech, speech.say("all subdistricts"), speech.say("total"), whole, efforts.listed(record)))
    return Sheet(speech.say("By subdistrict"), _columns(speech, record), rows, frozenset(strong))


def _total_row(speech: Language, name: str, kind: str, one: Record, chosen: int) -> list[Any]:
    """Return a row that sums up; what its numbers cannot say stands in words at its end."""
    said = {
        "villages": speech.number(one["villages"]),
        "without": speech.number(one["rises_without"], 2),
        "with_it": speech.number(one["rises_with"], 2),
    }
    counted = (
        speech.say(
            "{villages} villages qualify; expected rises {without} without assistance, {with_it} if all are assisted",
            **said,
        )
        if not chosen
        else speech.say(
            "{villages} villages qualify, {in_plan} of them among the first {number}; expected rises {without} without "
            "assistance, {with_it} if all are assisted",
            in_plan=speech.number(one["in_plan"]),
            number=speech.number(chosen),
            **said,
        )
    )
    gains = [100 * one["largest_gain_probability_met"], one["gain_rises"]]
    return [name, kind, None, one["best_rank"], *([None] if chosen else []), None, *gains, *[None] * 4, counted]
