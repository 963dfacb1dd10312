"""The tables of a plan in words, for the terminal and for paper.

Knows which columns a reader sees and how their cells are written; must not know where they are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .. import wording
from ..answer_tables import WordTable
from ..language import Language
from . import efforts, ranking, words

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
            *(efforts.value_of(speech, lever, point["settings"][lever["name"]]) for lever in levers),
            *([] if places_only else [speech.number(point["assisted"], 1)]),
            _with_error(speech, record, point),
            *([] if exact else [efforts.chance(speech, record, point["lower95"])]),
            *_spent(speech, record, point),
            marks.get(_key(point), ""),
        ]
        for point in _spread(record["tried"] if single else record["pareto"], marks)
    ]
    headers = [
        *(efforts.lever_name(speech, lever) for lever in levers),
        *([] if places_only else [say("villages assisted")]),
        say("probability") if exact else say("probability ± error"),
        *([] if exact else [say("at least (95%)")]),
        *_spent_headers(speech, record),
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
            least = efforts.value_of(speech, record["levers"][0], limit["least"])
        rows.append([name, without, efforts.chance(speech, record, limit["probability_met"]), least])
    headers = [say("what limits"), say("taken away"), say("best probability"), say("least that suffices then")]
    return WordTable(say("What limits the plan, taken away one at a time"), headers, rows)


def villages_table(speech: Language, record: Record, most: int = MOST_VILLAGES) -> WordTable | None:
    """Return the villages with the largest gains, at most so many; None where villages are not ranked."""
    say = speech.say
    if not record["villages"]:
        return None
    rows = [
        [
            speech.number(village["rank"]),
            village["village"],
            village["subdistrict"],
            village["status"],
            ranking.points(speech, village["gain_probability_met"]),
            _from_to(speech, village),
        ]
        for village in record["villages"][:most]
    ]
    headers = [
        say("rank"),
        say("village"),
        say("subdistrict"),
        say("level now"),
        say("gain, points"),
        say("chance of rising"),
    ]
    return WordTable(say("Which villages first"), headers, rows)


def subdistricts_table(speech: Language, record: Record) -> WordTable | None:
    """Return sub-totals by kecamatan, the largest gain in rises first; None where villages are not ranked."""
    say = speech.say
    if not record["villages"]:
        return None
    chosen = efforts.listed(record)
    rows = [
        [
            total["subdistrict"],
            speech.number(total["villages"]),
            *([speech.number(total["in_plan"])] if chosen else []),
            speech.number(total["rises_without"], 2),
            speech.number(total["gain_rises"], 2),
            speech.number(total["best_rank"]),
        ]
        for total in subtotals(record)
    ]
    headers = [
        say("subdistrict"),
        say("villages that qualify"),
        *([say("of these among the first {number}", number=speech.number(chosen))] if chosen else []),
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


def _spent(speech: Language, record: Record, point: Record) -> list[str]:
    """Return what a setting costs, and what of it until the last year planned; else assisted village-years."""
    if not record["weighed_by_cost"]:
        return [speech.number(point["village_years"])]
    cost = [speech.number(point["cost_idr_million"])]
    return [*cost, speech.number(point["cost_to_goal_idr_million"])] if _costs_go_on(record) else cost


def _spent_headers(speech: Language, record: Record) -> list[str]:
    if not record["weighed_by_cost"]:
        return [speech.say("assisted village-years")]
    cost = [speech.say("cost {years} (million rupiah)", years=efforts.cost_years(speech, record))]
    return [*cost, speech.say("of this until {year}", year=record["years"][-1])] if _costs_go_on(record) else cost


def _costs_go_on(record: Record) -> bool:
    return bool(record["cost_years"][1] > record["years"][-1])


def _with_error(speech: Language, record: Record, point: Record) -> str:
    probability = efforts.chance(speech, record, point["probability_met"])
    if point["monte_carlo_error"] == 0:
        return probability
    error = speech.number(100 * point["monte_carlo_error"], 1)
    return speech.say("{probability} ± {error}", probability=probability, error=error)


def _from_to(speech: Language, village: Record) -> str:
    low, high = (wording.uncertain(speech, village[f"chance_{way}"], 1) for way in ("without", "with"))
    return speech.say("{low} → {high}", low=low, high=high)
