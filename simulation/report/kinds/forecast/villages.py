"""What a forecast tells of its villages: the likeliest to rise, and what those of each kecamatan come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ....decision.likeliest import SubdistrictYear
from ...document.blocks import SCREEN, Block, Column, Heading, On, Paragraph, Row, Table
from ...language import Language, phrase
from .result import District, ForecastResult

GIVEN_HOW_MANY = phrase(
    "Chances of single villages are given how many had risen so far, not which: those that had are among them."
)
MOST_LISTED = 10
"""Villages that a page lists."""
FEW_LISTED = 5
"""Those that a brief lists which also tells options."""
MOST_SUBDISTRICTS, FEW_SUBDISTRICTS = 8, 5
"""Kecamatan that have room on the second page of a brief, and on that of one which also tells options."""


def village_blocks(speech: Language, result: ForecastResult) -> Iterator[Block]:
    """Yield the list and the table of kecamatan of a forecast of one district, as far as statuses are known."""
    (district,), year = result.districts, result.first_year
    if district.likeliest:
        ranks = [one.rank for one in district.likeliest]
        heading = speech.say("Which villages are most likely to rise")
        yield Heading(heading, on=On.ANNEX)
        yield likeliest_table(speech, district, year)
        if said := about_ranks(speech, ranks):
            yield Paragraph(said, on=On.VERBOSE | On.ANNEX)
        if district.so_far is not None:
            yield Paragraph(speech.say(GIVEN_HOW_MANY), on=SCREEN | On.ANNEX)
        for most, on in ((MOST_LISTED, On.PLACES), (FEW_LISTED, On.FEW_PLACES)):
            if ranks[:most][-1] == 1 and len(ranks) > most:
                continue  # all that are listed share a rank, perhaps with others: the list is noise
            yield Heading(heading, on=on)
            yield likeliest_table(speech, district, year, most, on)
            if said := about_ranks(speech, ranks, most):
                yield Paragraph(said, on=on)
            if district.so_far is not None:
                yield Paragraph(speech.say(GIVEN_HOW_MANY), on=on)
    if district.by_subdistrict:
        yield subdistricts_table(speech, district, year, On.PLACES, MOST_SUBDISTRICTS)
        yield subdistricts_table(speech, district, year, On.FEW_PLACES | On.SUBDISTRICTS, FEW_SUBDISTRICTS)
        expected = sum(one.expected_rises for one in district.by_subdistrict if one.year == year)
        median = district.years[0].rises.median
        if expected >= median + 1:
            about_mean = speech.say(
                "The sum, {expected}, is a mean, above the median of {median}: half of all simulations have at most "
                "{median} rises, but in some of them very many villages rise.",
                expected=speech.number(expected, 1),
                median=speech.number(median),
            )
            yield Paragraph(about_mean, on=On.PLACES | On.ANNEX)
        yield subdistricts_table(speech, district, year)


def likeliest_table(
    speech: Language, district: District, year: int, most: int = MOST_LISTED, on: On = SCREEN | On.ANNEX
) -> Table:
    """Return the villages that are the likeliest to rise in the first year, at most so many."""
    say = speech.say
    rows: list[Row] = [
        {
            Column(say("rank"), "whole"): one.rank,
            say("village"): one.village,
            say("kecamatan"): one.subdistrict,
            say("status now"): one.status,
            Column(say("chance of rising"), "chance"): one.probability_rises,
        }
        for one in district.likeliest[:most]
    ]
    caption = say(
        "Villages most likely to rise in {year}; a rank holds those not told apart from its first",
        year=year,
    )
    return Table.of(caption, rows, on)


def about_ranks(speech: Language, ranks: Sequence[int], most: int = MOST_LISTED) -> str | None:
    """Return that the first so many villages, by the ranks of all, end among such as share one; None where not."""
    last = ranks[:most][-1]
    alike, listed = ranks.count(last), ranks[:most].count(last)
    if alike == listed:
        return None
    return speech.say(
        "Rank {rank} is shared by {villages} villages, {listed} of them listed here; their order means nothing.",
        rank=speech.number(last),
        villages=speech.number(alike),
        listed=speech.number(listed),
    )


def subdistricts_table(
    speech: Language,
    district: District,
    year: int,
    on: On = On.VERBOSE | On.ANNEX | On.WORKBOOK,
    most: int | None = None,
) -> Table:
    """Return every kecamatan in one year, or so many of those where most rises are expected; the rest; the district."""
    say = speech.say
    shown = [one for one in district.by_subdistrict if one.year == year]
    total = _together(say("all kecamatan"), shown)
    if most is not None and len(shown) > most:
        shown.sort(key=lambda one: one.expected_rises, reverse=True)
        rest = shown[most - 1 :]
        shown = [*shown[: most - 1], _together(say("{count:,} other kecamatan", count=len(rest)), rest)]
    rows: list[Row] = [
        {
            say("kecamatan"): one.subdistrict,
            Column(say("villages"), "whole"): one.villages,
            Column(say("below paripurna"), "whole"): one.below_top,
            Column(say("rises expected"), "decimal", 1): one.expected_rises,
            Column(say("mean chance of these"), "chance"): one.expected_rises / one.below_top
            if one.below_top
            else None,
        }
        for one in (*shown, total)
    ]
    median = speech.number(next(one for one in district.years if one.year == year).rises.median)
    caption = say(
        "By kecamatan, {year}: means; the median of all kecamatan together is {median}", year=year, median=median
    )
    return Table.of(caption, rows, on, sheet=say("By kecamatan"), strong=frozenset({len(rows) - 1}))


def _together(name: str, parts: Sequence[SubdistrictYear]) -> SubdistrictYear:
    """Return several kecamatan of one year as one."""
    return SubdistrictYear(
        name,
        parts[0].year,
        sum(one.villages for one in parts),
        sum(one.below_top for one in parts),
        sum(one.expected_rises for one in parts),
    )
