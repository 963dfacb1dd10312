"""A comparison: its result, what is told of it, and the kind that joins both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...decision.comparison import (
    AdditionalRises,
    ComparedYear,
    Comparison,
    Contrast,
    CostOfARise,
    compare,
)
from ...decision.pairing import leading_scenario, refuse_unpaired
from ...domain.messages import Refusal
from ...engine.effort import Effort, Engine
from ...engine.ensemble import engine_of
from ...inference.forecast import PrecisionTrace, basis_of
from ...inference.uncertainty import tells_of_parameters
from ...inputs.scenario import Scenario
from .. import wording
from ..document.blocks import SCREEN, Block, Cell, Column, Document, On, Paragraph, Picture, Row, Table
from ..language import Language, phrase
from ..wording import parameter_name
from .forecast.result import EXACT_IS_PRECISE, Asked
from .forecast.words import precision_reached
from .head import (
    MODEL_CHANCE,
    Head,
    Programme,
    at_random,
    caveats_of,
    distinct_titles,
    effects_in_words,
    first_year_alone,
    head_of,
    names_of,
    placeholders_marked,
    programme_line,
    programme_of,
    rests_on,
)
from .kind import DataTable, Kind, Source, Work
from .question import Question

MOST_VILLAGES = 10
MOST_OPTIONS = 3
"""Scenarios that a brief weighs on its second page."""
WIDE = 10
"""Ends of an interval of costs so many times apart are warned of."""
_CHANGES = {
    "up": phrase(
        "“{scenario}” raises the chance of meeting the target of {year} from {before} to {after}; unrounded "
        "difference {points} percentage points"
    ),
    "down": phrase(
        "“{scenario}” lowers the chance of meeting the target of {year} from {before} to {after}; unrounded "
        "difference {points} percentage points"
    ),
    "perhaps up": phrase(
        "“{scenario}” probably, though not under all assumptions, raises the chance of meeting the target of {year} "
        "from {before} to {after}; unrounded difference {points} percentage points"
    ),
    "perhaps down": phrase(
        "“{scenario}” probably, though not under all assumptions, lowers the chance of meeting the target of {year} "
        "from {before} to {after}; unrounded difference {points} percentage points"
    ),
    "open": phrase(
        "whether “{scenario}” raises or lowers the chance of meeting the target of {year}, "
        "{before}, cannot be told from so few simulations: difference {signed} percentage points"
    ),
    "none": phrase("“{scenario}” leaves the chance of meeting the target of {year} at {before}"),
}
_KEYS_OF_THE_LAW = {"matrix": "transition.matrix", "min_years": "transition.min_years", "overlap": "overlap"}
COLUMNS_OF_TRACE = ("draws", "replicates", "scenario", "year", "difference", "largest_half_width")


@dataclass(frozen=True)
class Comparing(Asked):
    """What was asked: as of a forecast, of every scenario."""

    engine: Engine

    @classmethod
    def of(
        cls,
        scenarios: Sequence[Scenario],
        draws: int | None = None,
        replicates: int | None = None,
        seed: int = 0,
        engine: Engine = "batch",
        precision: float | None = None,
    ) -> Question[Comparing]:
        """Return the question that compares scenarios with the first of them, the baseline.

        Raises
        ------
        Refusal
            Where they cannot be paired, or a precision is asked of exact results.
        """
        if precision is not None and engine == "exact":
            raise Refusal(EXACT_IS_PRECISE)
        refuse_unpaired(scenarios[0], scenarios[1:])
        engine_of(engine, *scenarios)
        effort = Effort.of(leading_scenario(scenarios), draws, replicates)
        replicates = 1 if engine == "exact" else effort.replicates
        return Question("comparison", tuple(scenarios), cls(effort.draws, replicates, seed, engine, precision))


@dataclass(frozen=True, kw_only=True)
class ComparedScenario(Contrast):
    """One scenario against the baseline, with what must be said of it."""

    title: Mapping[str, str]
    interventions: tuple[Programme, ...]
    basis: tuple[str, ...]

    @property
    def span(self) -> str:
        """The forecast years, from the first to the last."""
        first, last = self.years[0].year, self.years[-1].year
        return str(first) if first == last else f"{first}–{last}"


@dataclass(frozen=True, kw_only=True)
class ComparisonResult(Head):
    """What ``comparison.json`` holds; the head is that of the baseline.

    Attributes
    ----------
    single_statuses_known
        Whether it is known which village stands at which level.
    horizon
        Years that the scenarios ask for; an exact comparison may hold the first alone.
    single_draw
        Whether uncertain parameters were drawn once only.
    simulated_alone_otherwise
        Scenarios without uncertain parameters beside some that have: their own forecasts have one draw.
    """

    single_statuses_known: bool
    baseline: str
    scenarios: tuple[ComparedScenario, ...]
    horizon: int
    draws: int
    replicates: int
    seed: int
    single_draw: bool
    simulated_alone_otherwise: tuple[str, ...]
    precision: PrecisionTrace | None


def result_of(found: Comparison) -> ComparisonResult:
    """Return the typed result of a comparison."""
    draws, exact = found.effort.draws, found.engine == "exact"
    replicates = 1 if exact else found.effort.replicates
    fixed = [scenario.name for scenario in found.scenarios if scenario.fixed]
    return ComparisonResult(
        **head_of(*found.scenarios),
        single_statuses_known=found.baseline.districts[0].single_levels is not None,
        baseline=found.baseline.name,
        scenarios=tuple(
            ComparedScenario(
                **vars(contrast),
                title=dict(scenario.title),
                interventions=programme_of(scenario),
                basis=tuple(basis_of(scenario.parameters)),
            )
            for scenario, contrast in zip(found.scenarios[1:], found.contrasts, strict=True)
        ),
        horizon=found.baseline.horizon,
        draws=draws,
        replicates=replicates,
        seed=found.seed,
        single_draw=draws == 1 and len(fixed) < len(found.scenarios),
        simulated_alone_otherwise=tuple(fixed) if draws > 1 and not exact else (),
        precision=found.trace,
    )


def document_of(result: ComparisonResult, speech: Language, _: Source) -> Document:
    """Return what is told of a comparison."""
    titles = titles_of(speech, result)
    heading = speech.say(
        "Comparison with “{baseline}”: {district}, {villages} Kampung KB",
        baseline=titles[result.baseline],
        district=result.district,
        villages=speech.number(result.villages_in_all),
    )
    blocks: list[Block] = [Paragraph(heading, on=On.ANNEX), *options(speech, result)]
    for one in result.scenarios:
        blocks.append(Paragraph(verdict(speech, result, one), strong=True))
        if programme := programme_line(speech, one.interventions):
            blocks.append(Paragraph(programme, on=SCREEN))
        if said := at_random(speech, one.interventions):
            blocks.append(Paragraph(said, on=SCREEN | On.ANNEX))
    if result.precision is not None:
        blocks.append(Paragraph(precision_reached(speech, result.precision), on=SCREEN))
    bases = dict.fromkeys([result.basis, *(one.basis for one in result.scenarios)])
    blocks += [rests_on(speech, basis) for basis in bases]
    blocks += [Paragraph(caveat) for caveat in caveats_of(speech, result)]
    blocks.append(Picture("comparison", verdict(speech, result, result.scenarios[0])))
    blocks.append(totals_table(speech, result))
    blocks += [Paragraph(note) for note in notes(speech, result)]
    blocks += [years_table(speech, titles[one.name], one) for one in result.scenarios]
    tables = (villages_table(speech, titles[one.name], one) for one in result.scenarios)
    blocks += [table for table in tables if table is not None]
    return Document(heading, blocks, chapter=speech.say("What the interventions change"))


def options(speech: Language, result: ComparisonResult) -> Iterator[Block]:
    """Yield what a brief says of the first scenarios: effect, cost, and how large the assumed effect is."""
    say, titles = speech.say, titles_of(speech, result)
    rows: list[Row] = []
    for one in result.scenarios[:MOST_OPTIONS]:
        year = one.telling_year
        more = one.additional_cost_idr_million
        rows.append(
            {
                say("option"): titles[one.name],
                say("chance of {year}, percentage points", year=year.year): _change_in_points(speech, year),
                say("additional rises, {years}", years=one.span): wording.signed(speech, one.additional_rises.mean),
                say("additional cost, {years}", years=one.span): speech.money(more) if more else say("not stated"),
                say("turns a {chance} chance of rising into", chance=speech.percent(MODEL_CHANCE)): effects_in_words(
                    speech, one.interventions
                ),
            }
        )
    baseline = titles[result.baseline]
    plans = [plan for one in result.scenarios[:MOST_OPTIONS] for plan in one.interventions]
    caption = phrase("What could be done, compared with “{baseline}” (90% intervals)")
    if any(plan.at_random for plan in plans):
        caption = phrase("What could be done, villages chosen at random, compared with “{baseline}” (90% intervals)")
    yield Table.of(say(caption, baseline=baseline), rows, On.OPTIONS)
    yield from placeholders_marked(speech, plans, On.OPTIONS)


def _change_in_points(speech: Language, year: ComparedYear) -> str:
    """Return the change of a chance, in whole points where it is one, with its interval."""
    decimals = 0 if abs(year.difference) >= 0.01 else 1
    shown = wording.signed(speech, 100 * year.difference, decimals)
    if year.interval90 is None:
        return shown
    span = _span(speech, year.interval90, 100, decimals)
    return speech.say("{mean} ({interval})", mean=shown, interval=span)


def years_table(speech: Language, title: str, one: ComparedScenario) -> Table:
    """Return both chances, their difference and the additional rises, year by year."""
    say = speech.say
    rows: list[Row] = [
        {
            say("year"): str(year.year),
            Column(say("target met: baseline"), "chance", 1): year.baseline_probability_met,
            Column(say("target met: scenario"), "chance", 1): year.probability_met,
            say("difference ± one standard error of the simulation"): _with_error(
                speech, year.difference, year.monte_carlo_error
            ),
            say("range from assumptions"): _span(speech, year.interval90, 100),
            say("additional villages that rise"): _rises_in_words(speech, year.additional_rises),
        }
        for year in one.years
    ]
    caption = say(
        "“{scenario}”: difference of the chance in percentage points, and additional villages "
        "that rise, year by year (every interval is 90%)",
        scenario=title,
    )
    return Table.of(caption, rows, sheet=say("Years"))


def totals_table(speech: Language, result: ComparisonResult) -> Table:
    """Return additional rises over the whole horizon, which scenario has more, and what it costs; a row a scenario."""
    say, titles = speech.say, titles_of(speech, result)
    costly = any(one.cost_idr_million or one.baseline_cost_idr_million for one in result.scenarios)
    rows: list[Row] = []
    for one in result.scenarios:
        compared = one.rises_compared
        ends = (None, None) if compared is None else (compared.more, compared.fewer)
        more, fewer = (speech.percent(0) if one.same_law and chance is not None else chance for chance in ends)
        row: dict[Column | str, Cell] = {
            say("scenario"): titles[one.name],
            say("additional villages that rise"): _rises_in_words(speech, one.additional_rises),
            Column(say("chance of more rises"), "chance"): more,
            Column(say("chance of fewer rises"), "chance"): fewer,
        }
        if costly:
            cost = one.additional_cost_idr_million
            row[Column(say("additional cost"), "money")] = cost
            each = cost_of_a_rise(speech, one.cost_per_additional_rise, spanned=True)
            row[say("for each additional rise")] = each
        rows.append(row)
    years, baseline = result.scenarios[0].span, titles[result.baseline]
    caption = say("All of {years}, compared with “{baseline}” (90% intervals)", years=years, baseline=baseline)
    return Table.of(caption, rows, sheet=years)


def villages_table(speech: Language, title: str, one: ComparedScenario, most: int = MOST_VILLAGES) -> Table | None:
    """Return the villages likeliest to rise only because of the scenario, at most so many; None where there is none."""
    say = speech.say
    rows: list[Row] = [
        {
            say("village"): village.village,
            say("kecamatan"): village.subdistrict,
            say("status now"): village.level,
            Column(say("rises only with it"), "chance", 1): village.probability_only_with,
            Column(say("only without it"), "chance", 1): village.probability_only_without,
        }
        for village in one.villages[:most]
        if village.probability_only_with
    ]
    caption = say("Villages likeliest to rise in {years} only because of “{scenario}”", years=one.span, scenario=title)
    return Table.of(caption, rows, sheet=say("Villages")) if rows else None


def _with_error(speech: Language, difference: float, error: float) -> str:
    shown = wording.signed(speech, 100 * difference)
    return speech.say("{value} ± {error}", value=shown, error=error_in_points(speech, error)) if error else shown


def _span(speech: Language, interval: Sequence[float] | None, scale: float, decimals: int = 1) -> str | None:
    if interval is None:
        return None
    low, high = (wording.signed(speech, scale * end, decimals) for end in interval)
    return speech.say("{low} to {high}", low=low, high=high)


def _rises_in_words(speech: Language, rises: AdditionalRises) -> str:
    mean, interval = wording.signed(speech, rises.mean), _span(speech, rises.interval90, 1, 0)
    return mean if interval is None else speech.say("{mean} ({interval})", mean=mean, interval=interval)


def titles_of(speech: Language, result: ComparisonResult) -> Mapping[str, str]:
    """Return what each scenario is called, by its name."""
    named = [(result.baseline, result.title), *((one.name, one.title) for one in result.scenarios)]
    return distinct_titles(speech, named)


def change(speech: Language, title: str, one: ComparedScenario) -> str:
    """Return what becomes of the chance of meeting the target, as a clause."""
    year = one.telling_year
    told: str = year.direction
    # As they are read: an end that is shown as 0.0 is no effect.
    if year.interval90 is not None and round(100 * year.interval90[0], 1) <= 0 <= round(100 * year.interval90[1], 1):
        told = {"up": "perhaps up", "down": "perhaps down"}.get(told, told)
    said = speech.say(
        _CHANGES[told],
        scenario=title,
        year=year.year,
        before=wording.chance(speech, year.baseline_probability_met, 1),
        after=wording.chance(speech, year.probability_met, 1),
        points=speech.number(100 * abs(year.difference), 1),
        signed=wording.signed(speech, 100 * year.difference),
    )
    if year.difference and any(plan.placeholder for plan in one.interventions):
        return speech.say("if effects are as assumed (placeholders, not measured), {change}", change=said)
    return said


def change_by_programme(speech: Language, result: ComparisonResult) -> str:
    """Return what the interventions of the first scenario make of the chance, as a sentence that names them."""
    one = result.scenarios[0]
    said = speech.say("{change}.", change=change(speech, ", ".join(names_of(speech, one.interventions)), one))
    return said[0].upper() + said[1:]


def verdict(speech: Language, result: ComparisonResult, one: ComparedScenario) -> str:
    """Return the sentence that says what a scenario changes, how sure that is and what it costs."""
    titles = titles_of(speech, result)
    if one.same_law:
        said = speech.say(
            "“{scenario}” moves every village just as “{baseline}” does, so every difference is exactly 0",
            scenario=titles[one.name],
            baseline=titles[result.baseline],
        )
    else:
        sure = _sure(speech, result, one.telling_year)
        said = speech.say("{change} ({sure})", change=change(speech, titles[one.name], one), sure=sure)
    said = speech.say("{change}; {cost}.", change=said, cost=_cost(speech, titles[result.baseline], one))
    return said[0].upper() + said[1:]


def _sure(speech: Language, result: ComparisonResult, year: ComparedYear) -> str:
    if year.monte_carlo_error == 0:
        return (
            speech.say("an exact result, but for one random set of parameter values")
            if result.single_draw
            else speech.say("an exact result with the parameters fixed")
        )
    error = error_in_points(speech, year.monte_carlo_error)
    if year.interval90 is None:
        return (
            speech.say(
                "one standard error of the simulation ± {error}, for one random set of parameter values", error=error
            )
            if result.single_draw
            else speech.say("one standard error of the simulation ± {error}", error=error)
        )
    low, high = (wording.signed(speech, 100 * end) for end in year.interval90)
    return speech.say(
        "one standard error of the simulation ± {error}; in 90% of the sets of assumptions tried "
        "between {low} and {high}",
        error=error,
        low=low,
        high=high,
    )


def _cost(speech: Language, baseline: str, one: ComparedScenario) -> str:
    more = one.additional_cost_idr_million
    each = cost_of_a_rise(speech, one.cost_per_additional_rise)
    if more == 0:
        if one.cost_idr_million:
            return speech.say("it costs as much as “{baseline}”", baseline=baseline)
        return speech.say("no cost is stated")
    cost, years = speech.money(abs(more)), one.span
    if more < 0:
        return speech.say("it costs {cost} less in {years}", cost=cost, years=years)
    if each is None:
        return speech.say("it costs {cost} more in {years}", cost=cost, years=years)
    return speech.say(
        "it costs {cost} more in {years}, {each} for each additional rise",
        each=each,
        cost=cost,
        years=years,
    )


def notes(speech: Language, result: ComparisonResult) -> Iterator[str]:
    """Yield what must be known to read the numbers rightly."""
    if len(result.scenarios[0].years) < result.horizon:
        yield from first_year_alone(speech, result.scenarios[0].years[0].year)
    titles = titles_of(speech, result)
    for one in result.scenarios:
        if names := one.other_assumptions:
            yield speech.say(
                "“{scenario}” differs from “{baseline}” in assumptions too, so the difference is not that of "
                "interventions alone: {names}.",
                scenario=titles[one.name],
                baseline=titles[result.baseline],
                names="; ".join(_KEYS_OF_THE_LAW.get(name) or parameter_name(speech, name) for name in names),
            )
    yield from _costless(speech, result)
    yield from _about_effort(speech, result)
    for one in result.scenarios:
        if _hardly_known(one.cost_per_additional_rise):
            yield speech.say(
                "“{scenario}”: the cost of an additional rise is known only roughly, {span}; do not "
                "plan a budget by its mean.",
                scenario=titles[one.name],
                span=cost_of_a_rise(speech, one.cost_per_additional_rise, spanned=True),
            )
        if (year := _year_of_reversal(one)) is not None:
            yield speech.say(
                "“{scenario}” lowers the chance in {year} after raising it before: villages that rise earlier are "
                "missing among those that can still rise later.",
                scenario=titles[one.name],
                year=year,
            )
    if not result.single_statuses_known:
        yield speech.say(
            "Villages cannot be ranked yet: only the number at each status is known, not the status of each village."
        )
    elif result.scenarios[0].rises_compared is None:
        yield speech.say("An exact result has neither single villages nor prediction intervals.")


def _hardly_known(each: CostOfARise | None) -> bool:
    """Return whether the interval of a cost spans more than one to ten, or has no upper end."""
    if each is None or each.interval90 is None:
        return False
    low, high = each.interval90
    return high is None or high > WIDE * low


def _year_of_reversal(one: ComparedScenario) -> int | None:
    """Return the first year in which the chance falls although it rose in a year before, or None."""
    raised = False
    for year in one.years:
        if raised and year.direction == "down":
            return year.year
        raised = raised or year.direction == "up"
    return None


def _about_effort(speech: Language, result: ComparisonResult) -> Iterator[str]:
    if result.single_draw:
        yield speech.say(
            "One draw is one random set of parameter values: how far the result depends on them "
            "cannot be seen. Use more draws (--draws)."
        )
    years = [year for one in result.scenarios for year in one.years]
    if result.draws > 1 and any(year.interval90 is None for year in years):
        enough = tells_of_parameters(result.draws, result.replicates)
        yield speech.say(wording.NO_INTERVAL) if enough else wording.too_few(speech)
    errors = [error for year in years for error in year.interval90_error or ()]
    if any(errors):
        yield speech.say(
            "The ends of the ranges from assumptions have a simulation error of their own, at most ± "
            "{error} percentage points.",
            error=error_in_points(speech, max(errors)),
        )
    titles = titles_of(speech, result)
    for name in result.simulated_alone_otherwise:
        yield speech.say(
            "“{scenario}” has no uncertain parameter: here it is simulated with the draws of the others, so that its "
            "chances differ from those of its own forecast by simulation error.",
            scenario=titles[name],
        )


def _costless(speech: Language, result: ComparisonResult) -> Iterator[str]:
    """Yield which interventions seem to cost nothing, where others have a cost."""
    plans = [*result.interventions, *(plan for one in result.scenarios for plan in one.interventions)]
    free = dict.fromkeys(names_of(speech, [plan for plan in plans if not plan.cost_idr_million]))
    if free and any(plan.cost_idr_million for plan in plans):
        yield speech.say("No cost is stated of {names}: it counts as 0.", names=", ".join(free))


def error_in_points(speech: Language, error: float) -> str:
    """Return a simulation error in percentage points, not rounded to nothing."""
    return speech.number(100 * error, 1 if error >= 0.0005 else 3)


def cost_of_a_rise(speech: Language, each: CostOfARise | None, *, spanned: bool = False) -> str | None:
    """Return the cost of an additional rise, with the span that the parameters leave if asked for."""
    if each is None:
        return None
    mean = speech.money(each.mean)
    if not spanned or each.interval90 is None:
        return mean
    low, high = each.interval90
    if high is None:
        return speech.say("{mean} ({low} or more)", mean=mean, low=speech.money(low))
    return speech.say("{mean} ({low} to {high})", mean=mean, low=speech.money(low), high=speech.money(high))


def _compute(question: Question[Comparing], work: Work) -> Comparison:
    asked = question.asked
    sinks = [sink for place in range(len(question.scenarios)) if (sink := work.sink(place)) is not None]
    return compare(
        *question.scenarios,
        draws=asked.draws,
        replicates=asked.replicates,
        seed=asked.seed,
        engine=asked.engine,
        precision=asked.precision,
        workers=work.workers,
        executor=work.executor,
        progress=work.progress,
        sinks=sinks or None,
    )


def _question(found: Comparison) -> Question[Comparing]:
    effort, precision = found.effort, None
    if found.trace is not None:
        first, precision = found.trace.steps[0], found.trace.wanted
        effort = Effort(first.draws, first.replicates)
    return Comparing.of(found.scenarios, effort.draws, effort.replicates, found.seed, found.engine, precision)


def _tables(found: Comparison, _: ComparisonResult) -> Iterable[DataTable]:
    """Yield the tables: years, villages where they are known, and the rounds where a precision was asked for."""
    yield DataTable.of_rows("comparison.csv", [row for contrast in found.contrasts for row in contrast.rows()])
    villages = [
        {"scenario": contrast.name, **vars(village)} for contrast in found.contrasts for village in contrast.villages
    ]
    if villages:
        yield DataTable.of_rows("comparison_villages.csv", villages)
    if found.trace is not None:
        rows = [
            (step.draws, step.replicates, contrast.name, year.year, difference, step.half_width)
            for step in found.trace.steps
            for contrast, differences in zip(found.contrasts, step.probabilities, strict=True)
            for year, difference in zip(contrast.years, differences, strict=True)
        ]
        yield DataTable("precision.csv", COLUMNS_OF_TRACE, rows)


COMPARISON = Kind(
    name="comparison",
    asked=Comparing,
    found=Comparison,
    result_type=ComparisonResult,
    question=_question,
    compute=_compute,
    result=result_of,
    tables=_tables,
    document=document_of,
    figures=("comparison",),
    title=phrase("comparison"),
)
