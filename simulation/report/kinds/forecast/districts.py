"""What is told of several districts: which of them are the least likely to meet their target, and in which province."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ....inference.forecast import YearForecast
from ... import wording
from ...document.blocks import SCREEN, UNKNOWN, Column, On, Row, Table
from ...language import Language
from ..kind import DataTable
from . import words
from .result import District, ForecastResult, HowMany, InProvince

MOST_NAMED = 3
"""Districts of the ranking that a sentence names."""
MOST_ON_A_PAGE = 20
"""Districts that fit, a line each, below the answer."""
FEW_ON_A_PAGE = 7
"""The same of provinces and districts each."""
MOST_RANKED = 30
"""Districts that a page has room for; tables and workbook have every one."""
_NUMBERS = SCREEN | On.ANNEX
RANKED = (
    "year", "rank", "district_code", "district", "province_code", "province", "villages", "needed_mean", "rises_mean",
    "probability_met", "monte_carlo_error", "parameter_low", "parameter_high", "expected_shortfall",
)  # fmt: skip
PROVINCES = (
    "year", "province_code", "province", "districts", "mean_probability_met", "meeting_mean", "meeting_q05",
    "meeting_q50", "meeting_q95", "all_meet", "expected_shortfall",
)  # fmt: skip
NUMBERS = ("year", "province_code", "province", "districts_meeting", "probability", "probability_if_alike")


@dataclass(frozen=True)
class Ranked:
    """A district in a year, and its rank there: 1 is the least likely to meet its target.

    Attributes
    ----------
    shortfall
        Villages that are missing to the number needed, on average; None where that is not known.
    """

    rank: int
    district: District
    province: InProvince
    year: YearForecast
    shortfall: float | None


def names_fit(result: ForecastResult) -> bool:
    """Return whether the figure of the districts has a line for each, and room on the first page of a brief."""
    return len((result.meeting or ())[0].provinces) == 1 and len(result.districts) <= MOST_ON_A_PAGE


def most_in_brief(result: ForecastResult) -> int:
    """Return how many rows of a ranking there is room for on the second page of a brief."""
    return MOST_ON_A_PAGE if len((result.meeting or ())[0].provinces) == 1 else FEW_ON_A_PAGE


def ranked(result: ForecastResult, t: int = 0) -> list[Ranked]:
    """Return the districts in year number `t`, the least likely to meet its target first, equal ones by code."""
    meeting = (result.meeting or ())[t]
    province_of = {code: province for province in meeting.provinces for code in province.districts}
    order = sorted(
        zip(result.districts, meeting.shortfall, strict=True),
        key=lambda pair: (pair[0].years[t].probability_met, pair[0].district_code),
    )
    return [
        Ranked(rank, district, province_of[district.district_code], district.years[t], shortfall)
        for rank, (district, shortfall) in enumerate(order, 1)
    ]


def least_likely(speech: Language, result: ForecastResult) -> str:
    """Return the first districts of the ranking, with their chances; none of which the counts are made up."""
    known = [one for one in ranked(result) if not one.district.made_up_counts]
    if not known:
        return speech.say("No district is named: their counts are made up, so that a ranking says nothing of them.")
    named = [
        speech.say(
            "{name} {chance}", name=one.district.district, chance=wording.chance(speech, one.year.probability_met)
        )
        for one in known[:MOST_NAMED]
    ]
    return speech.say(
        "Least likely to meet the target of {year}: {districts}.", year=result.first_year, districts=", ".join(named)
    )


def mean_chance(group: InProvince) -> float:
    """Return the mean chance of the districts of a province."""
    return group.mean / len(group.districts)


def how_many(speech: Language, told: HowMany) -> str:
    """Return how many districts are expected to meet their target, with the 90% interval where there is one."""
    mean = speech.number(told.mean, 1)
    if told.quantiles is None:
        return mean
    span = wording.whole_span(speech, told.quantiles[0.05], told.quantiles[0.95])
    return speech.say("{median} ({interval})", median=mean, interval=span)


def ranked_table(speech: Language, result: ForecastResult) -> Table:
    """Return the districts in the first year, the least likely to meet the target first."""
    say, several = speech.say, len((result.meeting or ())[0].provinces) > 1
    rows: list[Row] = [
        {
            say("no."): speech.number(one.rank),
            say("district"): one.district.district,
            **({say("province"): province_name(speech, one.province)} if several else {}),
            **({} if one.year.needed is None else {say("needed"): wording.whole_span(speech, *one.year.needed.ends)}),
            words.met_header(speech, result.districts): words.chance_with_error(speech, one.year),
            say("range from assumptions"): words.interval_of(speech, one.year),
            **({} if one.year.needed is None else {Column(say("villages missing"), "decimal", 1): one.shortfall}),
        }
        for one in ranked(result)[:MOST_RANKED]
    ]
    caption = (
        say("Districts, the least likely to meet the target of {year} first", year=result.first_year)
        if result.districts[0].target.of_own
        else say(
            "Districts, the least likely to meet the target of {year} first; villages missing to the number needed "
            "(mean)",
            year=result.first_year,
        )
    )
    return Table.of(caption, rows, _NUMBERS)


def provinces_table(speech: Language, result: ForecastResult) -> Iterator[Table]:
    """Yield the provinces in the first year, that of the lowest mean chance first, where there are several."""
    say, (first, *_) = speech.say, result.meeting or ()
    if len(first.provinces) == 1:
        return
    rows: list[Row] = [
        {
            say("province"): province_name(speech, one),
            say("districts"): speech.number(len(one.districts)),
            say("mean chance of a district"): wording.chance(speech, mean_chance(one)),
            say("districts expected to meet it"): how_many(speech, one),
            Column(say("villages missing"), "decimal", 1): one.shortfall,
        }
        for one in sorted(first.provinces, key=mean_chance)
    ]
    caption = say(
        "Provinces, {year}: districts that meet their target (mean and 90% interval), villages missing in all others",
        year=result.first_year,
    )
    yield Table.of(caption, rows, _NUMBERS)


def province_name(speech: Language, province: InProvince) -> str:
    """Return what a province is called: its name, else its code."""
    if province.name:
        return province.name
    return speech.say("province {code}", code=province.code) if province.code else UNKNOWN


def data_tables(result: ForecastResult) -> Iterator[DataTable]:
    """Yield the tables of several districts for machines."""
    meetings = result.meeting
    if meetings is None:
        return
    yield DataTable("districts.csv", RANKED, (row for t in range(len(meetings)) for row in _ranked_rows(result, t)))
    yield DataTable("provinces.csv", PROVINCES, _province_rows(result))
    if meetings[0].number is not None:
        yield DataTable("meeting.csv", NUMBERS, _number_rows(result))


def _ranked_rows(result: ForecastResult, t: int) -> Iterator[tuple[object, ...]]:
    for one in ranked(result, t):
        year, province = one.year, one.province
        low, high = year.parameter_interval90 or (None, None)
        place = one.district.district_code, one.district.district, province.code, province.name
        estimate = year.probability_met, year.monte_carlo_error, low, high, one.shortfall
        number, needed = one.district.number(year.year), None if year.needed is None else year.needed.mean
        yield year.year, one.rank, *place, number, needed, year.rises.mean, *estimate


def _province_rows(result: ForecastResult) -> Iterator[tuple[object, ...]]:
    for meeting in result.meeting or ():
        for one in meeting.provinces:
            quantiles = [None] * 3 if one.quantiles is None else [one.quantiles[at] for at in (0.05, 0.5, 0.95)]
            head = meeting.year, one.code, one.name, len(one.districts), mean_chance(one), one.mean
            yield *head, *quantiles, one.all, one.shortfall


def _number_rows(result: ForecastResult) -> Iterator[tuple[object, ...]]:
    """Yield how likely every number of districts is, of all districts (no province named) and of each province."""
    for meeting in result.meeting or ():
        for place, chance in enumerate(meeting.number or ()):
            alike = None if meeting.alike is None or meeting.alike.number is None else meeting.alike.number[place]
            yield meeting.year, "", "", place, chance, alike
        for province in meeting.provinces if len(meeting.provinces) > 1 else ():
            for place, chance in enumerate(province.number or ()):
                yield meeting.year, province.code, province.name, place, chance, None
