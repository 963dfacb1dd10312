"""The tables of a plan in words, for the terminal and for paper.

Knows which columns a reader sees and how their cells are written; must not know where they are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .. import wording
from ..answer_tables import WordTable
from ..language import Language
from . import words

Record = Mapping[str, Any]
MOST_VILLAGES = 10
MOST_SETTINGS = 14


def settings_table(speech: Language, record: Record) -> WordTable:
    """Return settings that were tried and what each achieves: of a single lever all, of several the undominated."""
    say, levers = speech.say, record["levers"]
    single, exact = len(levers) == 1, not any(point["monte_carlo_error"] for point in record["tried"])
    places_only = [lever["kind"] for lever in levers] == ["capacity"]
    marks = _marks(speech, record)
    rows = [
        [
            *(words.value_of(speech, lever, point["settings"][lever["name"]]) for lever in levers),
            *([] if places_only else [speech.number(point["assisted"], 1)]),
            _with_error(speech, point),
            *([] if exact else [wording.uncertain(speech, point["lower95"], 1)]),
            speech.number(point["cost_idr_million"] if record["weighed_by_cost"] else point["village_years"]),
            marks.get(_key(point), ""),
        ]
        for point in _spread(record["tried"] if single else record["pareto"], marks)
    ]
    headers = [
        *(words.lever_name(speech, lever) for lever in levers),
        *([] if places_only else [say("villages assisted")]),
        say("probability") if exact else say("probability ± error"),
        *([] if exact else [say("at least (95%)")]),
        say("cost (million rupiah)") if record["weighed_by_cost"] else say("assisted village-years"),
        "",
    ]
    caption = (
        say("What each effort achieves")
        if single
        else say("Mixes that no other beats in both cost and probability")
        if record["weighed_by_cost"]
        else say("Mixes that no other beats in both assisted village-years and probability")
    )
    return WordTable(caption, headers, rows)


def limits_table(speech: Language, record: Record) -> WordTable | None:
    """Return what would be possible without one hindrance at a time; None where the target is within reach."""
    say = speech.say
    if not record["limits"]:
        return None
    rows = []
    for limit in sorted(record["limits"], key=lambda one: -one["probability_met"]):
        name, without = words.limit_names(speech, limit)
        least = say("within reach") if limit["reachable"] else say("not within reach")
        if limit["least"] is not None:
            least = words.value_of(speech, record["levers"][0], limit["least"])
        rows.append([name, without, wording.chance(speech, limit["probability_met"], 1), least])
    headers = [say("what limits"), say("taken away"), say("best probability"), say("least that suffices then")]
    return WordTable(say("What limits the plan, taken away one at a time"), headers, rows)


def villages_table(speech: Language, record: Record, most: int = MOST_VILLAGES) -> WordTable | None:
    """Return the villages with the largest gains, at most so many; None where villages are not ranked."""
    say = speech.say
    if not record["villages"]:
        return None
    peers = any(village["peers"] is not None for village in record["villages"])
    rows = [
        [
            speech.number(village["rank"]),
            village["village"],
            village["subdistrict"],
            village["status"],
            _points(speech, village["gain_probability_met"]),
            speech.number(village["gain_rises"], 3),
            _from_to(speech, village),
            *([speech.percent(village["peers"] or 0)] if peers else []),
        ]
        for village in record["villages"][:most]
    ]
    headers = [
        say("rank"),
        say("village"),
        say("subdistrict"),
        say("level now"),
        say("gain, points"),
        say("added rises"),
        say("chance of rising"),
        *([say("peers above")] if peers else []),
    ]
    return WordTable(say("Which villages first"), headers, rows)


def subdistricts_table(speech: Language, record: Record) -> WordTable | None:
    """Return sub-totals by kecamatan, the largest gain in rises first; None where villages are not ranked."""
    say = speech.say
    if not record["villages"]:
        return None
    planned = record["in_order"] is not None
    rows = [
        [
            total["subdistrict"],
            speech.number(total["villages"]),
            *([speech.number(total["in_plan"])] if planned else []),
            speech.number(total["rises_without"], 2),
            speech.number(total["gain_rises"], 2),
            speech.number(total["best_rank"]),
        ]
        for total in subtotals(record)
    ]
    headers = [
        say("subdistrict"),
        say("villages that qualify"),
        *([say("of these in the plan")] if planned else []),
        say("rises expected without"),
        say("more if all assisted"),
        say("best rank"),
    ]
    return WordTable(say("By subdistrict, {year}", year=record["ranking"]["year"]), headers, rows)


def subtotals(record: Record) -> list[dict[str, Any]]:
    """Return one row a kecamatan, the largest gain in expected rises first.

    Expected rises add up over villages; gains in the probability of meeting the target do not, so that of these
    only the largest stands here.
    """
    groups: dict[str, list[Record]] = {}
    for village in record["villages"]:
        groups.setdefault(village["subdistrict"], []).append(village)
    totals = [{"subdistrict": name, **total(villages)} for name, villages in groups.items()]
    return sorted(totals, key=lambda one: (-one["gain_rises"], one["subdistrict"]))


def total(villages: Sequence[Record]) -> dict[str, Any]:
    """Return what villages come to together; at least one."""
    return {
        "villages": len(villages),
        "in_plan": None if villages[0]["in_plan"] is None else sum(village["in_plan"] for village in villages),
        "best_rank": min(village["rank"] for village in villages),
        "largest_gain_probability_met": max(village["gain_probability_met"] for village in villages),
        "gain_rises": sum(village["gain_rises"] for village in villages),
        "rises_without": sum(village["chance_without"] for village in villages),
        "rises_with": sum(village["chance_with"] for village in villages),
    }


def _marks(speech: Language, record: Record) -> dict[Any, str]:
    """Return what a setting is, beside being tried; the least before the best."""
    say = speech.say
    names = {
        "nothing": say("nothing"),
        "now": say("as in the scenario"),
        "best": say("best"),
        "below": say("one place less"),
        "least": say("least that suffices"),
    }
    if record["least"] is not None:
        del names["best"]
    return {_key(record[key]): name for key, name in names.items() if record[key] is not None}


def _spread(points: Sequence[Record], marks: Mapping[Any, str]) -> Iterator[Record]:
    """Yield every marked point, and of the others so many, evenly spread, that the table stays short."""
    plain = [place for place, point in enumerate(points) if _key(point) not in marks]
    room = max(2, MOST_SETTINGS - len(points) + len(plain))
    steps = min(room, len(plain)) - 1
    kept = set(plain) if steps < 1 else {plain[round((len(plain) - 1) * step / steps)] for step in range(steps + 1)}
    for place, point in enumerate(points):
        if place in kept or _key(point) in marks:
            yield point


def _key(point: Record) -> tuple[float, ...]:
    return tuple(point["settings"].values())


def _with_error(speech: Language, point: Record) -> str:
    probability = wording.chance(speech, point["probability_met"], 1)
    if point["monte_carlo_error"] == 0:
        return probability
    error = speech.number(100 * point["monte_carlo_error"], 1)
    return speech.say("{probability} ± {error}", probability=probability, error=error)


def _points(speech: Language, gain: float) -> str:
    """Return a gain in percentage points, small ones not rounded to nothing."""
    return speech.number(100 * gain, 1 if abs(gain) >= 0.01 else 3)


def _from_to(speech: Language, village: Record) -> str:
    low, high = (wording.uncertain(speech, village[f"chance_{way}"], 1) for way in ("without", "with"))
    return speech.say("{low} → {high}", low=low, high=high)
