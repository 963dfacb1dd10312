"""What is told of a comparison, in reading order, and the tables in it."""

from __future__ import annotations

from collections.abc import Sequence

from ... import wording
from ...document.blocks import EVERYWHERE, PAPER, SCREEN, Block, Cell, Column, Document, On, Paragraph, Picture, Table
from ...language import Language
from ..forecast.words import precision_reached
from ..head import caveats_of
from ..kind import Source
from .result import AdditionalRises, ComparedScenario, ComparisonResult
from .words import (
    cost_of_a_rise,
    error_in_points,
    notes,
    programme_of_one,
    signed,
    titles_of,
    verdict,
)

MOST_VILLAGES = 10
MOST_ON_FIRST_PAGE = 3
"""Scenarios whose verdict stands on the first page of a brief."""


def document_of(result: ComparisonResult, speech: Language, _: Source) -> Document:
    """Return what is told of a comparison."""
    titles = titles_of(speech, result)
    heading = speech.say(
        "Comparison with “{baseline}”: {district}, {villages} villages",
        baseline=titles[result.baseline],
        district=result.district,
        villages=speech.number(result.villages_in_all),
    )
    blocks: list[Block] = [Paragraph(heading, on=PAPER)]
    for place, one in enumerate(result.scenarios):
        first_page = On.FIRST_PAGE if place < MOST_ON_FIRST_PAGE else On(0)
        blocks.append(Paragraph(verdict(speech, result, one), strong=True, on=EVERYWHERE | first_page))
        if programme := programme_of_one(speech, one):
            blocks.append(Paragraph(programme, on=SCREEN))
    bases = dict.fromkeys(
        wording.basis(speech, basis) for basis in (result.basis, *(s.basis for s in result.scenarios))
    )
    blocks += [Paragraph(basis, on=SCREEN) for basis in bases]
    blocks += [Paragraph(caveat) for caveat in caveats_of(speech, result)]
    caption = speech.say("Change of the chance of meeting the target.")
    blocks.append(Picture("comparison", caption, verdict(speech, result, result.scenarios[0])))
    blocks.append(totals_table(speech, result))
    blocks += [years_table(speech, titles[one.name], one) for one in result.scenarios]
    tables = (villages_table(speech, titles[one.name], one) for one in result.scenarios)
    blocks += [table for table in tables if table is not None]
    blocks += [Paragraph(note) for note in notes(speech, result)]
    if result.precision is not None:
        blocks.append(Paragraph(precision_reached(speech, result.precision), on=SCREEN))
    return Document(heading, blocks, chapter=speech.say("What the interventions change"))


def years_table(speech: Language, title: str, one: ComparedScenario) -> Table:
    """Return both chances, their difference and the additional rises, year by year."""
    say = speech.say
    rows: list[list[Cell]] = [
        [
            str(year.year),
            year.baseline_probability_met,
            year.probability_met,
            _with_error(speech, year.difference, year.monte_carlo_error),
            _span(speech, year.interval90, 100),
            _rises_in_words(speech, year.additional_rises),
        ]
        for year in one.years
    ]
    return Table(
        say("“{scenario}”: difference in percentage points, year by year (every interval is 90%)", scenario=title),
        [
            say("year"),
            Column(say("target met: baseline"), "chance", 1),
            Column(say("target met: scenario"), "chance", 1),
            say("difference ± simulation error"),
            say("parameter interval"),
            say("additional rises"),
        ],
        rows,
        sheet=one.name,
    )


def totals_table(speech: Language, result: ComparisonResult) -> Table:
    """Return additional rises over the whole horizon, which scenario has more, and what it costs; a row a scenario."""
    say, titles = speech.say, titles_of(speech, result)
    costly = any(one.cost_idr_million or one.baseline_cost_idr_million for one in result.scenarios)
    rows: list[list[Cell]] = []
    for one in result.scenarios:
        compared = one.rises_compared
        more, fewer = (None, None) if compared is None else (compared.more, compared.fewer)
        cost = signed(speech, one.cost_idr_million - one.baseline_cost_idr_million, 0)
        rows.append(
            [
                titles[one.name],
                _rises_in_words(speech, one.additional_rises),
                *(speech.percent(0) if one.same_law and chance is not None else chance for chance in (more, fewer)),
                *([cost, cost_of_a_rise(speech, one.cost_per_additional_rise, spanned=True)] if costly else []),
            ]
        )
    columns: list[Column | str] = [
        say("scenario"),
        say("additional rises"),
        Column(say("more rises"), "chance"),
        Column(say("fewer rises"), "chance"),
        *([say("additional cost"), say("for each additional rise")] if costly else []),
    ]
    years, baseline = result.scenarios[0].span, titles[result.baseline]
    caption = (
        say(
            "All of {years}, compared with “{baseline}” (90% intervals; cost in million rupiah)",
            years=years,
            baseline=baseline,
        )
        if costly
        else say("All of {years}, compared with “{baseline}” (90% intervals)", years=years, baseline=baseline)
    )
    return Table(caption, columns, rows, sheet=years)


def villages_table(speech: Language, title: str, one: ComparedScenario, most: int = MOST_VILLAGES) -> Table | None:
    """Return the villages likeliest to rise only because of the scenario, at most so many; None where there is none."""
    say = speech.say
    rows: list[list[Cell]] = [
        [
            village.village,
            village.subdistrict,
            village.level,
            village.probability_only_with,
            village.probability_only_without,
        ]
        for village in one.villages[:most]
        if village.probability_only_with
    ]
    if not rows:
        return None
    return Table(
        say("Villages likeliest to rise in {years} only because of “{scenario}”", years=one.span, scenario=title),
        [
            say("village"),
            say("subdistrict"),
            say("level now"),
            Column(say("rises only with it"), "chance", 1),
            Column(say("only without it"), "chance", 1),
        ],
        rows,
    )


def _with_error(speech: Language, difference: float, error: float) -> str:
    shown = signed(speech, 100 * difference)
    return speech.say("{value} ± {error}", value=shown, error=error_in_points(speech, error)) if error else shown


def _span(speech: Language, interval: Sequence[float] | None, scale: float, decimals: int = 1) -> str | None:
    if interval is None:
        return None
    low, high = (signed(speech, scale * end, decimals) for end in interval)
    return speech.say("{low} to {high}", low=low, high=high)


def _rises_in_words(speech: Language, rises: AdditionalRises) -> str:
    """Return additional rises: the mean and, where it is known, between what a single future lies."""
    mean, interval = signed(speech, rises.mean), _span(speech, rises.interval90, 1, 0)
    return mean if interval is None else speech.say("{mean} ({interval})", mean=mean, interval=interval)
