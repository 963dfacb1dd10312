"""What is told of a forecast: the answer, its tables, what it rests on, and what it cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ....domain.status import LEVELS
from ....inference.forecast import MADE_UP, YearForecast
from ... import wording
from ...document.blocks import (
    DETAIL,
    SCREEN,
    Block,
    Bullets,
    Chart,
    Column,
    Document,
    Heading,
    On,
    Paragraph,
    Picture,
    Row,
    Table,
)
from ...language import Language
from ..elsewhere import elsewhere_table, over_launches, where_from
from ..head import PLACEHOLDERS, called, made_up_counts, own_law, rests_on, run_line
from ..kind import Rows, Source
from ..past import past_blocks, reasons_in_words, reasons_table, weights_in_words, weights_table
from . import words
from .assumptions import assumptions, parameters_sheet, statements, statements_sheet
from .districts import how_many, least_likely, most_in_brief, names_fit, provinces_table, ranked_table
from .result import District, ForecastResult, undrawable
from .villages import MOST_LISTED, village_blocks

MOST_OF_SOURCE = 400
"""Characters of the source of the status data that a first page has room for."""
MOST_YEARS_ACROSS = 8
MOST_CHARTED = 40
"""Districts beside each other in a chart."""
_ANSWER = SCREEN | On.WORKBOOK | On.ANSWER
_NUMBERS = SCREEN | On.ANNEX
"""Tables to be read; the workbook has their numbers in columns of its own."""


def document_of(result: ForecastResult, speech: Language, source: Source) -> Document:
    """Return what is told of a forecast."""
    as_of = _as_of(source)
    return Document(
        words.heading(speech, result),
        [
            *_answer(speech, result, source),
            *_years(speech, result),
            *_notes(speech, result),
            *_method(speech, result, source),
            *assumptions(speech, result),
            *_elsewhere(speech, result),
            *statements(speech, result, source),
            *_limits(speech, result, source),
            *_villages_drawn(speech, result),
        ],
        kind=speech.say("Policy brief"),
        subtitle=words.subtitle(speech, result, speech.day_of(str(as_of)) if as_of else None),
        footer="" if source.id is None else run_line(speech, result, source.id),
    )


def _as_of(source: Source) -> str | None:
    """Return the day that the scenario gives its status data, YYYY-MM-DD."""
    return (source.scenario.get("villages") or {}).get("as_of")


def _answer(speech: Language, result: ForecastResult, source: Source) -> Iterator[Block]:
    """Yield the answer, what it rests on, what must be known with it, and the figure that shows it."""
    said = words.verdict(speech, result)
    yield Paragraph(words.where(speech, result), lead=speech.say("District"), on=On.WORKBOOK)
    if source.finished_at is not None:
        day = speech.day(source.finished_at.astimezone().date())
        yield Paragraph(day, lead=speech.say("Computed on"), on=On.WORKBOOK)
    yield Paragraph(said, strong=True, on=_ANSWER)
    for sentence in own_law(speech, result):
        yield Paragraph(sentence, on=On.TERMINAL)
    yield from _of_several(speech, result)
    if result.placeholders:
        yield Paragraph(speech.say(PLACEHOLDERS), on=_ANSWER)
    yield from _needed(speech, result)
    if given := " ".join(words.given_so_far(speech, result.districts[0])):
        counted = wording.source_text(speech, result.sources.get("so_far.rises", ""))
        source_of_count = speech.say("Source of the count: {source}.", source=counted.rstrip(".")) if counted else ""
        yield Paragraph(given, lead=speech.say("So far"), on=_ANSWER & ~On.ANSWER)
        yield Paragraph(f"{given} {source_of_count}".rstrip(), lead=speech.say("So far"), on=On.ANSWER)
    yield Paragraph(wording.scale(speech), quiet=True, on=On.ANSWER)
    if wording.status_source(speech, result.sources):
        quoted = source.scenario and not _as_of(source) and words.days_of_data(speech, result, source.scenario)
        days = speech.say("Days named in it: {days}.", days=quoted) if quoted else ""
        listed = wording.status_source(speech, result.sources, longest=MOST_OF_SOURCE - len(days))
        yield Paragraph(f"{listed}. {days}".rstrip(), lead=speech.say("Status data"), on=On.ANSWER)
    sure = "" if result.several else words.how_sure(speech, result.districts[0])
    over = over_launches(speech, result.elsewhere)
    # Beside what was before the rises so far there may be no room left for the table.
    in_table = (
        not result.several
        and result.districts[0].so_far is None
        and words.known_interval(result.districts[0].years[0]) is not None
    )
    yield rests_on(speech, result.basis, On.TERMINAL, " ".join(filter(None, ["" if in_table else sure, over])))
    sure = " ".join(filter(None, [sure, over]))
    yield rests_on(speech, result.basis, _ANSWER & ~(On.ANSWER | On.TERMINAL), sure)
    began = speech.say(words.LAUNCH_YEARS_READ) if "launch_years" in result.basis else ""
    yield rests_on(speech, result.basis, On.ANSWER, " ".join(filter(None, [began, sure])))
    if result.weights:
        yield Paragraph(weights_in_words(speech, result.weights), lead=speech.say("Effect of the data"), on=On.ANSWER)
    if result.precision is not None:
        yield Paragraph(words.precision_reached(speech, result.precision), on=SCREEN)
    for sentence in words.failure_caveats(speech, result):
        yield Paragraph(sentence, on=_ANSWER)
    for sentence in words.notes(speech, result):
        yield Paragraph(sentence, on=On.WORKBOOK)
    for sentence in words.warnings(speech, result):
        yield Paragraph(sentence, on=On.ANSWER)
    if not result.several:
        yield from _of_one_district(speech, result.districts[0])
    yield from _past(speech, result)
    yield replace(_pictures(speech, result)[0], on=On.ANSWER)


def _pictures(speech: Language, result: ForecastResult) -> list[Picture]:
    """Return the figures that show the answer, first the one for its page.

    Of a province that is each district where all fit on the page, else how many of them meet the target.
    """
    answer = Picture("rises", words.verdict(speech, result))
    if not result.several:
        return [answer]
    dots = Picture("districts", words.dots_explained(speech, result))
    return [dots, answer] if names_fit(result) else [answer, dots]


def _of_several(speech: Language, result: ForecastResult) -> Iterator[Block]:
    """Yield of how many districts counts are made up, and which are the least likely to meet their target."""
    if MADE_UP not in result.basis:  # else that says it
        yield from (Paragraph(sentence, on=On.TERMINAL) for sentence in made_up_counts(speech, result))
    if result.several:
        yield Paragraph(least_likely(speech, result), on=On.TERMINAL)


def _notes(speech: Language, result: ForecastResult) -> Iterator[Block]:
    """Yield what must be known to read the numbers rightly; a short answer says above that counts are made up."""
    said = set(made_up_counts(speech, result))
    for sentence in words.notes(speech, result):
        yield Paragraph(sentence, on=(On.VERBOSE if sentence in said else SCREEN) | On.ANNEX)


def _needed(speech: Language, result: ForecastResult) -> Iterator[Block]:
    """Yield where the number needed comes from, and from when villages count that join later."""
    if result.several and not result.districts[0].target.of_own:
        share = words.target_share(speech, result.districts[0].target)
        each = speech.say("{share} in each district, rounded up to whole villages.", share=share)
        yield Paragraph(each, lead=speech.say("Target"), on=_ANSWER & ~On.TERMINAL)
    if result.several:
        return
    if said := words.where_needed_comes_from(speech, result.districts[0]):
        yield Paragraph(said, lead=speech.say("Target"), on=_ANSWER)
    for sentence in words.joining(speech, result.districts[0]):
        yield Paragraph(sentence, on=_ANSWER)


def _of_one_district(speech: Language, district: District) -> Iterator[Block]:
    """Yield the other reading of the target, and the chance of meeting it in every year."""
    if other := words.other_reading(speech, district):
        yield Paragraph(other, lead=speech.say("If the target is read differently"), on=On.ANSWER | On.WORKBOOK)
    every = next(words.all_years(speech, district), None)
    if every is not None:
        lead, text = every
        yield Paragraph(text, lead=lead, on=On.ANSWER)


def _past(speech: Language, result: ForecastResult) -> Iterator[Block]:
    """Yield what was observed, and why the forecast differs from it."""
    observed = [one for district in result.districts for one in district.observed]
    if observed or result.weights:
        yield Heading(speech.say("Observed and expected"))
    yield from past_blocks(speech, observed, _ANSWER)
    if not result.several and (reasons := result.districts[0].reasons) is not None:
        median = result.districts[0].years[0].rises.median
        yield Paragraph(reasons_in_words(speech, reasons, result.first_year, median), on=_ANSWER & ~On.TERMINAL)
        yield reasons_table(speech, reasons, result.first_year)
    if result.weights:
        yield replace(weights_table(speech, result.weights), on=DETAIL)
    if not observed:
        unknown = speech.say("not known; there is one list of statuses only.")
        yield Paragraph(unknown, lead=speech.say("Last year"), on=On.ANSWER)


def _years(speech: Language, result: ForecastResult) -> Iterator[Block]:
    """Yield the years, the readings of the target, and the mix of levels."""
    say = speech.say
    fan_chart = Picture("fan_chart", say("Share of villages at each status, year by year."))
    room = On.ANNEX if all(one.statuses_known for one in result.districts) else On.ANNEX | On.PLACES | On.FEW_PLACES
    """Where single villages are not known, the years have their room on the second page of a brief."""
    yield Heading(say("Year by year"), on=room)
    errors = say(
        "± is one standard error of the simulation: how far a number would typically move if the "
        "computation were repeated with other random numbers; twice as much is hardly ever "
        "exceeded. The range from assumptions is wider: in 90% of the sets of assumptions tried "
        "the chance lies within it, and only data can narrow it."
    )
    intervals = say("Every interval is a 90% interval: 5% of the possible values lie below it and 5% above it.")
    yield Paragraph(intervals, on=On.WORKBOOK)
    if result.several:
        yield replace(meeting_table(speech, result), on=_NUMBERS | room)
        most, provinces, districts = (
            most_in_brief(result),
            provinces_table(speech, result),
            ranked_table(speech, result),
        )
        for table in (*provinces, districts):
            yield table
            if table is not districts or MADE_UP not in result.basis:  # whom an invention ranks no brief names
                yield replace(table, rows=table.rows[:most], on=room & ~On.ANNEX)
        yield Paragraph(
            say("districts.csv and the workbook of kampungkb export have every district, year by year."), on=SCREEN
        )
        yield Paragraph(errors, on=On.WORKBOOK)
        yield from _pictures(speech, result)[1:]
        yield fan_chart
    else:
        (district,) = result.districts
        table = years_table(speech, district)
        yield replace(table, on=table.on | room)
        for lead, sentence in words.all_years(speech, district):
            yield Paragraph(sentence, lead=lead, on=SCREEN | On.ANNEX)
        yield Paragraph(errors, on=On.ANNEX | On.WORKBOOK)
        yield fan_chart
        yield Heading(say("What the target may mean"))
        disagree = say(
            "Sources disagree on what the target asks, so five readings are shown; the scenario's own has a star. "
            "That {share} of villages must rise in status is said by borneotrend.com, that they must rise to mandiri "
            "or paripurna by kalimantanpost.com and postkalimantan.com, all in August 2025 of a meeting in Kabupaten "
            "Tanah Laut on 31 July 2025. No document of the directive was found.",
            share=words.target_share(speech, district.target),
        )
        if not district.target.of_own:
            yield Paragraph(disagree, on=On.ANNEX)
        yield readings_table(speech, district)
        if (met := words.met_already(speech, result)) is not None:
            yield Paragraph(met, on=_NUMBERS)
        if result.interventions:
            yield assisted_table(speech, result)
        yield from village_blocks(speech, result)


def _villages_drawn(speech: Language, result: ForecastResult) -> Iterator[Block]:
    """Yield the villages on a map and as tiles, pages of their own: last, so that no page before stays half empty."""
    if undrawable("village_map", result) is None:
        yield Picture("village_map", _mapped(speech, result))
    if undrawable("village_board", result) is None:
        yield Picture("village_board", speech.say("A tile for every village, by kecamatan."))


def _mapped(speech: Language, result: ForecastResult) -> str:
    """Return what the village map says to somebody who cannot see it: its statuses, and the likeliest to rise."""
    (district,) = result.districts
    shares = ", ".join(f"{level} {speech.percent(share)}" for level, share in district.origin_share.items())
    said = speech.say(
        "Map of the villages of {district}, by status: {shares}.", district=district.district, shares=shares
    )
    if not district.likeliest:
        return said
    likeliest = "; ".join(
        f"{one.village}, {one.subdistrict} ({wording.uncertain(speech, one.probability_rises)})"
        for one in district.likeliest[:MOST_LISTED]
    )
    named = speech.say("The likeliest to rise in {year}: {villages}.", year=result.first_year, villages=likeliest)
    return f"{said} {named}"


def years_table(speech: Language, district: District) -> Table:
    """Return the yearly table."""
    rows = [{speech.say("year"): str(year.year), **_year_cells(speech, [district], year)} for year in district.years]
    return Table.of(speech.say("Year by year (median; every interval is 90%)"), rows, _NUMBERS)


def _year_cells(speech: Language, districts: Sequence[District], year: YearForecast) -> Row:
    """Return what is told of a year, with a column more where the target counts something else than rises."""
    say, target = speech.say, districts[0].target
    own_count = target.key not in {"rises_all", "rises_below_top"} and not target.of_own
    return {
        say("villages that rise"): words.median(speech, year.rises),
        **({words.judged_name(speech, target): words.median(speech, year.judged)} if own_count else {}),
        **({} if year.needed is None else {say("needed"): wording.whole_span(speech, *year.needed.ends)}),
        words.met_header(speech, districts): words.chance_with_error(speech, year),
        say("range from assumptions"): words.interval_of(speech, year),
        say("in words"): words.word_of(speech, year),
    }


def readings_table(speech: Language, district: District) -> Table:
    """Return the probability of every reading of the target, the scenario's own first and starred."""
    own, *others = [words.reading_name(speech, key, district.target) for key in district.readings]
    share = words.target_share(speech, district.target)
    caption = speech.say(
        "Five readings of the {share} target, and the chance of meeting each; * is the scenario's own", share=share
    )
    if district.target.of_own:
        caption = speech.say("Five readings of the {share} target, which is not the user's own", share=share)
    else:
        own = f"* {own}"
    names = [Column(name, "chance", 1) for name in (own, *others)]
    by_year = zip(district.years, zip(*district.readings.values(), strict=True), strict=True)
    rows = [{speech.say("year"): str(year.year), **dict(zip(names, chances, strict=True))} for year, chances in by_year]
    return Table.of(caption, rows, _NUMBERS)


def meeting_table(speech: Language, result: ForecastResult) -> Table:
    """Return how many districts meet their target, and the mean chance, year by year."""
    say, number = speech.say, len(result.districts)
    rows: list[Row] = []
    for place, meeting in enumerate(result.meeting or ()):
        mean, error = meeting.mean / number, words.mean_error(result.districts, place)
        rows.append(
            {
                say("year"): str(meeting.year),
                say("districts expected to meet it"): how_many(speech, meeting),
                **({} if meeting.alike is None else {say("if all were alike"): how_many(speech, meeting.alike)}),
                say("all meet it"): None if meeting.all is None else wording.chance(speech, meeting.all),
                say("mean chance of a district"): wording.chance(speech, mean),
                say("in words"): wording.word(speech, mean, error),
            }
        )
    caption = say(
        "Districts that meet their target, of {districts} (mean and 90% interval)", districts=speech.number(number)
    )
    return Table.of(caption, rows, _NUMBERS)


def assisted_table(speech: Language, result: ForecastResult) -> Table:
    """Return how many villages each intervention assists, in years spread over the horizon."""
    all_years = result.districts[0].years
    years = [all_years[m - 1] for m in words.evenly_spread(len(all_years), MOST_YEARS_ACROSS)]
    rows = [
        {
            speech.say("intervention"): called(speech, result, plan.name),
            **{Column(str(year.year), "decimal", 1): year.assisted[plan.name] for year in years},
        }
        for plan in result.interventions
    ]
    return Table.of(speech.say("Villages that receive an intervention (mean)"), rows, _NUMBERS)


def _method(speech: Language, result: ForecastResult, source: Source) -> Iterator[Block]:
    say = speech.say
    yield Heading(say("How this was computed"), on=On.ANNEX)
    law = say(
        "Every village is followed year by year. Its chance of rising depends on its status, on "
        "the good or bad year of its district and its kecamatan, on the other villages of its "
        "kecamatan, on lasting differences between villages, and on the interventions of the "
        "scenario; a village may also fall, or skip a status."
    )
    yield Paragraph(law, on=On.ANNEX)
    if getattr(source.asked, "engine", None) == "exact":
        exact = say(
            "The probabilities are exact for each of {draws} sets of parameter values, and averaged over these.",
            draws=speech.number(result.draws),
        )
        yield Paragraph(exact, on=On.ANNEX)
        if result.lots_drawn:
            drawn = say(
                "Which village has which status, where only counts are known, and which of several equal "
                "villages is chosen, were drawn at random {times} times; the simulation error includes "
                "this uncertainty.",
                times=speech.number(result.lots_drawn),
            )
            yield Paragraph(drawn, on=On.ANNEX)
        return
    simulated = say(
        "{total} simulations were run: {replicates} for each of {draws} sets of parameter values "
        "drawn from their distributions (seed {seed}). The same inputs give the same numbers on "
        "any computer.",
        total=speech.number(result.draws * result.replicates),
        replicates=speech.number(result.replicates),
        draws=speech.number(result.draws),
        seed=result.seed,
    )
    yield Paragraph(simulated, on=On.ANNEX)
    if getattr(source.asked, "estimator", None) == "conditional":
        exact = say(
            "The chance of a single year is the mean of exact chances, given where each simulated year began (that of "
            "the first year, where it is quickly computed, given the parameter values alone); what is said of several "
            "years together, of falls and of other ways to count is the share of simulations in which it happened."
        )
        yield Paragraph(exact, on=On.ANNEX)
    if result.districts[0].so_far is not None:
        kept = say(
            "Given the rises so far, those simulations are kept whose rises of {year} agree with them, each with a "
            "chance in proportion to that of the count; the chance of {year} is the share of these in which the target "
            "is met.",
            year=result.first_year,
        )
        yield Paragraph(kept, on=On.ANNEX)


def _elsewhere(speech: Language, result: ForecastResult) -> Iterator[Block]:
    """Yield the first year under what is known elsewhere."""
    if result.elsewhere is not None:
        now = result.districts[0].years[0]
        yield elsewhere_table(speech, result.elsewhere, result.first_year, now, On.ANNEX)
        yield where_from(speech, On.ANNEX)


def _limits(speech: Language, result: ForecastResult, source: Source) -> Iterator[Block]:
    """Yield what the forecast cannot say, and which run it comes from."""
    say = speech.say
    about_scenario = say("It is a statement about a scenario: if an assumption is wrong, so is the number.")
    yield Paragraph(about_scenario, on=On.WORKBOOK)
    items = [
        about_scenario,
        say("Only villages of the list count; one that is designated later does if the list gives its launch year."),
        say(
            "The four statuses are treated as a ladder from dasar through berkembang and mandiri to paripurna. "
            "In the only scoring rule that we found (program code of 2023), mandiri does not always come after "
            "berkembang."
        ),
    ]
    if not result.placeholders:  # where they are, the answer says it
        items.append(
            say("We found no study that measures the effect of an intervention on the status of a Kampung KB.")
        )
    if words.no_local_data(result):
        items.insert(0, say("No yearly series of status changes of this district was used."))
    yield Bullets(items, on=On.LIMITS)
    if source.id is not None:
        known = ", ".join(f"{name} {number}" for name, number in source.versions.items() if number is not None)
        run = say(
            "Result no. {hash}; engine {engine}; {versions}. Its folder holds the scenario, its data and every number.",
            hash=source.id,
            engine=getattr(source.asked, "engine", ""),
            versions=known,
        )
        yield Paragraph(run, quiet=True, on=On.ANNEX)


def sheets_of(result: ForecastResult, speech: Language, source: Source) -> Iterator[Table]:
    """Yield the sheets of a workbook: numbers in columns, to calculate with, the most asked for first."""
    yield _years_sheet(speech, result)
    yield _readings_sheet(speech, result)
    rows = source.villages() if all(district.statuses_known for district in result.districts) else ()
    if rows:
        yield _villages_sheet(speech, result, rows)
    yield _statuses_sheet(speech, result)
    yield parameters_sheet(speech, result)
    yield statements_sheet(speech, result, source)
    if rows:
        yield _village_years_sheet(speech, result, rows)


def _readings_sheet(speech: Language, result: ForecastResult) -> Table:
    """Return the chance of every reading of the target, year by year; the scenario's own has a star."""
    say = speech.say
    rows: list[Row] = [
        {
            **_place(speech, result, district),
            Column(say("reading of the target")): words.reading_name(speech, key, district.target),
            Column("*"): say("* the scenario's own") if key == next(iter(district.readings)) else None,
            **_by_year(district, chances),
        }
        for district in result.districts
        for key, chances in district.readings.items()
    ]
    return Table.of(say("Chance of meeting the target, reading by reading"), rows, sheet=say("Readings"))


def _by_year(district: District, chances: Sequence[float]) -> Row:
    return {Column(str(year.year), "chance", 1): chance for year, chance in zip(district.years, chances, strict=True)}


def _years_sheet(speech: Language, result: ForecastResult) -> Table:
    """Return the chance of meeting the target and the rises, year by year, and charts of both."""
    say = speech.say
    every = [
        (one, year)
        for years in zip(*(one.years for one in result.districts), strict=True)
        for one, year in zip(result.districts, years, strict=True)
    ]
    means = [year.needed.mean for _, year in every if year.needed is not None]
    needed = Column(say("needed"), "whole" if all(float(mean).is_integer() for mean in means) else "decimal")
    chance = Column(say("probability that the target is met"), "chance", 1)
    lowest, highest = say("range from assumptions, from"), say("range from assumptions, to")
    quantiles = {0.5: say("rises, median"), 0.05: say("rises, 5%"), 0.95: say("rises, 95%")}
    rows: list[Row] = []
    for district, year in every:
        low, high = year.parameter_interval90 or (None, None)
        rows.append(
            {
                **_place(speech, result, district),
                Column(say("year"), "year"): year.year,
                chance: year.probability_met,
                Column(say("in words")): words.word_of(speech, year),
                Column(lowest, "chance", 1): low,
                Column(highest, "chance", 1): high,
                **({} if year.needed is None else {needed: year.needed.mean}),
                **{Column(title, "whole"): year.rises.quantiles[at] for at, title in quantiles.items()},
            }
        )
    across, beside, year = say("year"), None, f"{result.first_year}–{every[-1][1].year}"
    if result.several:
        across, beside, year = say("district"), len(result.districts), str(result.first_year)
    chances = say("{year}: chance of meeting the target, and range from assumptions (90%)", year=year)
    rises = (
        say("{year}: villages that rise (median and 90% interval), and number needed", year=year)
        if means
        else say("{year}: villages that rise (median and 90% interval)", year=year)
    )
    charts = [
        Chart(chances, across, chance.title, lowest, highest, first=beside),
        Chart(rises, across, quantiles[0.5], quantiles[0.05], quantiles[0.95], needed.title if means else "", beside),
    ]
    caption = say("Chance of meeting the target, and rises, year by year")
    table = Table.of(caption, rows, sheet=say("Years"))
    return replace(table, charts=charts) if (beside or 0) <= MOST_CHARTED else table


def _statuses_sheet(speech: Language, result: ForecastResult) -> Table:
    """Return means: rises, falls, the share of each level, and villages assisted, year by year."""
    say = speech.say
    rows: list[Row] = [
        {
            **_place(speech, result, district),
            Column(say("year"), "year"): year.year,
            Column(say("simulation error"), "percent", 1): year.monte_carlo_error,
            Column(say("rises, mean"), "decimal", 2): year.rises.mean,
            Column(say("falls, mean"), "decimal", 2): year.falls.mean,
            **{
                Column(say("share {level}, mean", level=level), "percent", 1): year.status_share[level].mean
                for level in LEVELS
            },
            **{
                Column(say("reached: {name}", name=called(speech, result, plan.name)), "decimal", 2): year.assisted[
                    plan.name
                ]
                for plan in result.interventions
            },
        }
        for district in result.districts
        for year in district.years
    ]
    return Table.of(say("Means of rises, falls and levels, year by year"), rows, sheet=say("Means"))


def _villages_sheet(speech: Language, result: ForecastResult, rows: Rows) -> Table:
    """Return villages, a row each, the likeliest to rise first: chances of rising in the first year and by the end."""
    say, named = speech.say, _village_columns(speech, result)
    first, last = result.first_year, result.districts[0].years[-1].year
    early, late = ({_village(row): row for row in rows if row["year"] == year} for year in (first, last))
    columns = [
        *named.values(),
        Column(say("chance of rising in {year}", year=first), "chance", 1),
        Column(say("chance of having risen by {year}", year=last), "chance", 1),
    ]
    order = sorted(early, key=lambda village: -early[village]["probability_rises"])
    cells = []
    for village in order:
        first_chance, risen = early[village]["probability_rises"], late[village]["probability_risen"]
        # Nothing rises from the top.
        unknown = first_chance == 0 and early[village]["origin_status"] == LEVELS[-1]
        cells.append([*(early[village].get(name) for name in named), None if unknown else first_chance, risen or None])
    caption = say("Villages, the likeliest to rise in {year} first", year=first)
    return Table(caption, columns, cells, sheet=say("Villages"))


def _village(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what tells a village apart in the rows of the village table."""
    return row.get("district_code"), row["village_code"]


def _village_columns(speech: Language, result: ForecastResult) -> dict[str, Column]:
    """Return the columns that name a village."""
    say = speech.say
    return {
        **({"district_code": Column(say("district code"))} if result.several else {}),
        "village_code": Column(say("village code")),
        "village": Column(say("village")),
        "subdistrict": Column(say("kecamatan")),
        "origin_status": Column(say("status in {year}", year=result.origin)),
    }


def _village_years_sheet(speech: Language, result: ForecastResult, rows: Rows) -> Table:
    """Return everything that is known of villages, a row a village and year."""
    say = speech.say
    columns = {
        **_village_columns(speech, result),
        "year": Column(say("year"), "year"),
        "probability_rises": Column(say("chance of rising in the year"), "chance", 1),
        "probability_risen": Column(say("chance of having risen since {year}", year=result.origin), "chance", 1),
        **{
            f"probability_{level}": Column(say("chance of being {level}", level=level), "chance", 1) for level in LEVELS
        },
        **{
            f"assisted_{plan.name}": Column(
                say("reached: {name}", name=called(speech, result, plan.name)), "percent", 1
            )
            for plan in result.interventions
        },
    }
    return Table(say("Villages by year"), list(columns.values()), [[row.get(name) for name in columns] for row in rows])


def _place(speech: Language, result: ForecastResult, district: District) -> Row:
    if not result.several:
        return {}
    return {
        Column(speech.say("district code")): district.district_code,
        Column(speech.say("district")): district.district,
    }
