"""What is told of a plan, in reading order, and the tables in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ....decision.plan.levers import Lever, Places
from ....decision.plan.result import PlannedVillage, Setting
from ....decision.trial import WHY_SIMULATED
from ... import wording
from ...document.blocks import (
    DETAIL,
    SCREEN,
    Block,
    Cell,
    Column,
    Document,
    On,
    Paragraph,
    Picture,
    Row,
    Table,
)
from ...language import Language
from ..head import PLACEHOLDERS, caveats_of, placeholders_marked, programme_line, rests_on, run_line, unknown_statuses
from ..kind import Source
from . import words
from .words import PlanResult

MOST_VILLAGES = 10
MOST_SETTINGS = 14
READ = SCREEN | On.ANNEX


def document_of(result: PlanResult, speech: Language, source: Source) -> Document:
    """Return what is told of a plan."""
    return Document(
        words.heading(speech, result),
        list(_blocks(speech, result)),
        chapter=speech.say("How much effort it takes"),
        footer="" if source.id is None else run_line(speech, result, source.id),
    )


def _blocks(speech: Language, result: PlanResult) -> Iterator[Block]:
    say = speech.say
    verdict = words.verdict(speech, result)
    yield Paragraph(words.in_short(speech, result), strong=True, on=On.TERMINAL)
    yield Paragraph(verdict, strong=True, on=DETAIL)
    yield Paragraph(words.option(speech, result), lead=words.asked(speech, result), on=On.OPTIONS)
    if first := words.villages_first(speech, result):
        yield Paragraph(first, on=On.OPTIONS)
    yield from placeholders_marked(speech, words.planned(result), On.OPTIONS)
    if said := words.what_limits(speech, result):
        yield Paragraph(said)
    if said := programme_line(speech, result.interventions):
        yield Paragraph(said, on=On.VERBOSE | On.WORKBOOK)
    yield rests_on(speech, result.basis, On.VERBOSE | On.WORKBOOK, words.range_told(speech, result, result.telling))
    for caveat in caveats_of(speech, result):
        yield Paragraph(caveat)
    if result.placeholders:
        yield Paragraph(say(PLACEHOLDERS), on=On.TERMINAL)
    yield Paragraph(
        say("It is a statement about a scenario: if an assumption is wrong, so is the number."),
        on=On.WORKBOOK,
    )
    yield Picture("plan", verdict)
    settings = settings_table(speech, result)
    yield replace(settings, on=DETAIL) if result.villages else settings
    if result.limits:
        limits = limits_table(speech, result)
        yield replace(limits, on=DETAIL) if result.villages else limits
    if result.villages:
        yield from _of_villages(speech, result)
    for note in words.about_ranking(speech, result):
        yield Paragraph(note, on=DETAIL)
    if result.villages:
        file = f"priorities_{speech.code}.xlsx"
        yield Paragraph(
            say("The full list of villages is in {file}, in the folder of the plan.", file=file), on=READ & DETAIL
        )
    for note in words.notes(speech, result):
        yield Paragraph(note, on=DETAIL)
    if result.why_simulated is not None:
        reason = WHY_SIMULATED[result.why_simulated].filled(year=result.cost_years[0] + 1)
        yield Paragraph(say("Why not exactly: {reason}.", reason=speech.problem(reason)), on=On.VERBOSE)


def _of_villages(speech: Language, result: PlanResult) -> Iterator[Block]:
    """Yield which villages come first, and which of all the lists leave out."""
    yield villages_table(speech, result)
    yield subdistricts_table(speech, result)
    yield ranking_sheet(speech, result)
    if result.ranking is not None and result.ranking.unranked:
        unknown = unknown_statuses(speech, result.villages_in_all, result.ranking.unranked, result.origin)
        yield Paragraph(unknown)
    yield Paragraph(
        speech.say(
            "Expected rises add up over villages; gains in the probability of meeting the target do not, so of "
            "these a sub-total shows only the largest."
        ),
        on=On.WORKBOOK,
    )


def settings_table(speech: Language, result: PlanResult) -> Table:
    """Return settings that were tried and what each achieves: of a single lever all, of several the undominated."""
    say, levers = speech.say, result.levers
    single, exact = len(levers) == 1, not any(point.monte_carlo_error for point in result.tried)
    places_only = [lever.kind for lever in levers] == ["capacity"]
    marks = _marks(speech, result)
    rows: list[Row] = [
        {
            **{
                Column(words.lever_name(speech, result, lever), "whole"): _value(
                    speech, lever, point.settings[lever.name]
                )
                for lever in levers
            },
            **({} if places_only else {Column(say("villages reached"), "decimal", 1): point.assisted}),
            say("probability") if exact else say("probability ± error"): _with_error(speech, result, point),
            **({} if exact else {say("at least (95%)"): words.chance(speech, result, point.lower95)}),
            **_spent(speech, result, point),
            "": marks.get(point.places, ""),
        }
        for point in _spread(result.tried if single else result.pareto, marks)
    ]
    caption = (
        say("What each effort achieves")
        if single
        else say("Most efficient mixes: none that is cheaper has an equal or higher probability")
        if result.weighed_by_cost
        else say("Most efficient mixes: none with fewer village-years has an equal or higher probability")
    )
    return Table.of(caption, rows, sheet=say("Efforts"))


def limits_table(speech: Language, result: PlanResult) -> Table:
    """Return what would be possible without one hindrance at a time."""
    say = speech.say
    rows: list[Row] = []
    for limit in sorted(result.limits, key=lambda one: -one.probability_met):
        least = say("can be reached") if limit.reachable else say("cannot be reached")
        if limit.least is not None:
            least = words.value_of(speech, result.levers[0], limit.least)
        what, without = words.limit_names(speech, limit)
        rows.append(
            {
                say("what limits"): what,
                say("taken away"): without,
                say("best probability"): words.chance(speech, result, limit.probability_met),
                say("least that would then suffice"): least,
            }
        )
    return Table.of(say("What limits the plan, taken away one at a time"), rows, prose=True, sheet=say("Limits"))


def villages_table(speech: Language, result: PlanResult, most: int = MOST_VILLAGES) -> Table:
    """Return the villages with the largest gains, at most so many."""
    say = speech.say
    rows: list[Row] = [
        {
            say("rank"): speech.number(village.rank),
            say("village"): village.village,
            say("kecamatan"): village.subdistrict,
            say("status now"): village.reason.status,
            say("gain"): words.points(speech, village.gain_probability_met),
            say("chance of rising"): _from_to(speech, village),
        }
        for village in result.villages[:most]
    ]
    return Table.of(say("Which villages first; what each alone adds, in percentage points"), rows, READ)


@dataclass(frozen=True)
class Total:
    """What villages come to together: expected rises add up, of gains in probability only the largest is known."""

    subdistrict: str
    villages: int
    in_plan: int | None
    best_rank: int
    largest_gain_probability_met: float
    gain_rises: float
    rises_without: float
    rises_with: float

    @classmethod
    def of(cls, subdistrict: str, villages: Sequence[PlannedVillage]) -> Total:
        """Return the total of at least one village."""
        known = villages[0].in_plan is not None
        return cls(
            subdistrict,
            len(villages),
            sum(bool(village.in_plan) for village in villages) if known else None,
            min(village.rank for village in villages),
            max(village.gain_probability_met for village in villages),
            sum(village.gain_rises for village in villages),
            sum(village.reason.chance_without for village in villages),
            sum(village.reason.chance_with for village in villages),
        )


def totals_of(villages: Sequence[PlannedVillage]) -> list[Total]:
    """Return one total a kecamatan, the largest gain in expected rises first."""
    groups: dict[str, list[PlannedVillage]] = {}
    for village in villages:
        groups.setdefault(village.subdistrict, []).append(village)
    totals = [Total.of(name, members) for name, members in groups.items()]
    return sorted(totals, key=lambda total: (-total.gain_rises, total.subdistrict))


def subdistricts_table(speech: Language, result: PlanResult) -> Table:
    """Return totals by kecamatan, the largest gain in rises first, and that of all."""
    say, chosen = speech.say, result.listed
    totals = [*totals_of(result.villages), Total.of(say("all kecamatan"), result.villages)]
    first = Column(say("of these among the first {number}", number=speech.number(chosen)), "whole")
    rows: list[Row] = [
        {
            say("kecamatan"): total.subdistrict,
            Column(say("villages that qualify"), "whole"): total.villages,
            **({first: total.in_plan} if chosen else {}),
            Column(say("rises expected without"), "decimal", 2): total.rises_without,
            Column(say("more if all are reached"), "decimal", 2): total.gain_rises,
            Column(say("best rank"), "whole"): total.best_rank,
        }
        for total in totals
    ]
    caption = say("By kecamatan, {year}", year=result.ranking.year if result.ranking else result.years[0])
    return Table.of(caption, rows, sheet=say("By kecamatan"), strong=frozenset({len(rows) - 1}))


def ranking_sheet(speech: Language, result: PlanResult) -> Table:
    """Return every village, the largest gain first, for a workbook; its CSV holds more columns."""
    say, chosen = speech.say, result.listed
    first = say("among the first {number}", number=speech.number(chosen))
    gain = Column(say("gain in the probability of meeting the target, percentage points"), "points", 3)
    rows: list[Row] = [
        {
            Column(say("rank"), "whole"): village.rank,
            say("village"): village.village,
            say("kecamatan"): village.subdistrict,
            **({first: _mark(speech, village)} if chosen else {}),
            say("status now"): village.reason.status,
            gain: village.gain_probability_met,
            Column(say("chance of rising without the interventions"), "chance", 1): village.reason.chance_without,
            Column(say("chance of rising with the interventions"), "chance", 1): village.reason.chance_with,
            **({} if len(result.levers) == 1 else {say("interventions"): _called(speech, result, village)}),
            say("village code"): village.village_code,
        }
        for village in result.villages
    ]
    return Table.of(say("Which villages first"), rows, On.WORKBOOK, sheet=say("Ranking"))


def _called(speech: Language, result: PlanResult, village: PlannedVillage) -> str:
    return words.all_called(speech, result, village.reason.interventions)


def _mark(speech: Language, village: PlannedVillage) -> str | None:
    if village.tied:
        return speech.say("free choice")
    return speech.say("yes") if village.in_plan else None


def _value(speech: Language, lever: Lever, value: float) -> Cell:
    return int(value) if lever.kind == "capacity" else words.value_of(speech, lever, value)


def _marks(speech: Language, result: PlanResult) -> dict[Places, str]:
    """Return what a setting is, beside being tried; the least before the best."""
    say, least = speech.say, result.least
    named = [
        (result.nothing, say("without {levers}", levers=words.levers(speech, result))),
        (result.now, say("as in the scenario")),
        (result.best if least is None else None, say("best")),
        (result.below, say("one village fewer")),
    ]
    if least is not None and least.interval90 is not None and least.is_range:
        low, likeliest = least.interval90[0], least.likeliest
        named += [(point, say("least that may suffice")) for point in result.tried if point.value == low]
        named += [(point, say("most likely the least")) for point in result.tried if point.value == likeliest]
        named.append((least, say("least that safely suffices")))
    else:
        named.append((least, say("least that suffices")))
    return {point.places: name for point, name in named if point is not None}


def _spread(points: Sequence[Setting], marks: Mapping[Places, str]) -> Iterator[Setting]:
    """Yield every marked point, and of the others so many, evenly spread, that the table stays short."""
    plain = [place for place, point in enumerate(points) if point.places not in marks]
    room = max(2, MOST_SETTINGS - len(points) + len(plain))
    steps = min(room, len(plain)) - 1
    kept = set(plain) if steps < 1 else {plain[round((len(plain) - 1) * step / steps)] for step in range(steps + 1)}
    for place, point in enumerate(points):
        if place in kept or point.places in marks:
            yield point


def _spent(speech: Language, result: PlanResult, point: Setting) -> Row:
    """Return what a setting costs, and what of it until the last year planned; else assisted village-years."""
    if not result.weighed_by_cost:
        return {Column(speech.say("village-years reached"), "whole"): point.village_years}
    cost = speech.say("cost {years} (million rupiah)", years=words.cost_years(speech, result))
    until = Column(speech.say("cost to {year}", year=result.years[-1]), "whole")
    costs_go_on = result.cost_years[1] > result.years[-1]
    return {
        Column(cost, "whole"): point.cost_idr_million,
        **({until: point.cost_to_goal_idr_million} if costs_go_on else {}),
    }


def _with_error(speech: Language, result: PlanResult, point: Setting) -> str:
    return wording.with_error(speech, words.chance(speech, result, point.probability_met), point.monte_carlo_error)


def _from_to(speech: Language, village: PlannedVillage) -> str:
    low, high = (
        wording.uncertain(speech, chance, 1) for chance in (village.reason.chance_without, village.reason.chance_with)
    )
    return speech.say("{low} → {high}", low=low, high=high)
