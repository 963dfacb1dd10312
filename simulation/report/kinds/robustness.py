"""A choice between scenarios in every state of the world: its result, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...decision.robustness import Robustness, RobustnessNumbers, robustness
from .. import wording
from ..document.blocks import DETAIL, Cell, Column, Document, Form, On, Paragraph, Table
from ..language import Language, phrase
from .head import Head, caveats_of, distinct_titles, rests_on, with_head
from .kind import DataTable, Kind, Source
from .question import Question

TIED = 0.01
"""Options whose values differ by less are called equally good."""
STATES = {
    "as_stated": phrase("as stated"),
    "slow_rises": phrase("slow rises"),
    "fast_rises": phrase("fast rises"),
    "few_skips": phrase("few villages skip a status"),
    "many_skips": phrase("many villages skip a status"),
    "weak_effects": phrase("weak effects of interventions"),
    "strong_effects": phrase("strong effects of interventions"),
    "no_shocks": phrase("every year alike"),
    "large_shocks": phrase("years differ greatly"),
}
"""What each state of the world is called."""


@dataclass(frozen=True)
class Choice:
    """What was asked: arguments of `simulation.robustness`."""

    year: int
    draws: int
    replicates: int
    seed: int


@dataclass(frozen=True, kw_only=True)
class RobustnessResult(RobustnessNumbers, Head):
    """What ``robustness.json`` holds."""


def document_of(result: RobustnessResult, speech: Language, source: Source) -> Document:  # noqa: ARG001
    """Return what is told of a choice."""
    title = speech.say(
        "Choice between {number} scenarios: {district}, target of {year}",
        number=len(result.options),
        district=result.district,
        year=result.year,
    )
    errors = [error for option in result.options for error in option.monte_carlo_error]
    return Document(
        title,
        [
            Paragraph(verdict(speech, result), strong=True),
            # What each costs, the other options of a brief say.
            Paragraph(choice(speech, result), on=On.OPTIONS),
            rests_on(speech, result.basis),
            *(Paragraph(caveat) for caveat in caveats_of(speech, result)),
            _chances(speech, result),
            _regrets(speech, result),
            Paragraph(
                speech.say(
                    "Each case fixes one assumption; the others stay uncertain. The mean gives every case but "
                    "the first the same weight, which is a convention: nobody knows how likely each is."
                ),
                on=DETAIL,
            ),
            Paragraph(
                speech.say(
                    "Simulation error of a chance (one standard error): at most {error} percentage points. "
                    "All scenarios use the same random numbers, so differences are known better than that.",
                    error=speech.number(100 * max(errors), 1),
                ),
                on=DETAIL,
            ),
        ],
        chapter=speech.say("If assumptions differ"),
    )


def verdict(speech: Language, result: RobustnessResult) -> str:
    """Return which option is the best on average and which the least regretted, and what each costs."""
    titles = titles_of(speech, result)
    chosen = choice(speech, result)
    if all(option.cost_idr_million is None for option in result.options):
        return chosen
    costs = [
        speech.say("“{scenario}” {cost}", scenario=titles[one.name], cost=speech.money(one.cost_idr_million or 0.0))
        for one in result.options
    ]
    return speech.say(
        "{choice} Cost in {years}: {costs}.",
        choice=chosen,
        years=wording.years(speech, *result.cost_years),
        costs="; ".join(costs),
    )


def choice(speech: Language, result: RobustnessResult) -> str:
    """Return which option is the best on average and which the least regretted."""
    titles = titles_of(speech, result)
    options = {option.name: option for option in result.options}
    best, safe = options[result.best_on_average], options[result.least_regretted]
    if all(option.largest_regret < TIED for option in result.options):
        return speech.say(
            "No scenario is clearly better than another: in every case tried the difference is below "
            "{points} percentage points.",
            points=speech.number(100 * TIED),
        )
    if best is safe and round(100 * best.largest_regret, 1) == 0:
        return speech.say(
            "“{scenario}” has the highest chance in every case tried ({chance} on average); its cost is not weighed.",
            scenario=titles[best.name],
            chance=wording.chance(speech, best.mean_probability_met),
        )
    if best is safe:
        return speech.say(
            "“{scenario}” has the highest chance on average ({chance}) and also the smallest loss at "
            "worst: at most {regret} percentage points below the best. Costs are not weighed.",
            scenario=titles[best.name],
            chance=wording.chance(speech, best.mean_probability_met),
            regret=speech.number(100 * best.largest_regret, 1),
        )
    return speech.say(
        "“{best}” has the highest chance on average ({chance}); “{safe}” has the smallest loss at "
        "worst: at most {regret} percentage points below the best, the other up to {other}. Costs "
        "are not weighed.",
        best=titles[best.name],
        chance=wording.chance(speech, best.mean_probability_met),
        safe=titles[safe.name],
        regret=speech.number(100 * safe.largest_regret, 1),
        other=speech.number(100 * best.largest_regret, 1),
    )


def titles_of(speech: Language, result: RobustnessResult) -> dict[str, str]:
    """Return what each option is called, by its name."""
    return distinct_titles(speech, [(option.name, option.title) for option in result.options])


def _chances(speech: Language, result: RobustnessResult) -> Table:
    """Return the chances: a row a state of the world, a column an option."""
    caption = speech.say("Chance of meeting the target of {year}", year=result.year)
    mean: list[Cell] = [speech.say("mean of the cases"), *(option.mean_probability_met for option in result.options)]
    values = [one.probability_met for one in result.options]
    return _by_state(speech, result, caption, speech.say("Chances"), "chance", values, mean)


def _regrets(speech: Language, result: RobustnessResult) -> Table:
    """Return how far each option falls below the best one, state by state."""
    caption = speech.say("Shortfall from the best (regret), percentage points")
    largest: list[Cell] = [speech.say("largest"), *(option.largest_regret for option in result.options)]
    values = [option.regret for option in result.options]
    return _by_state(speech, result, caption, speech.say("Shortfall"), "points", values, largest)


def _by_state(
    speech: Language,
    result: RobustnessResult,
    caption: str,
    sheet: str,
    form: Form,
    values: Sequence[Sequence[float]],
    last: Sequence[Cell],
) -> Table:
    """Return a table of every option's value in every state of the world, and a last row that sums them up."""
    titles, decimals = titles_of(speech, result), 1 if form == "points" else 0
    rows: list[Sequence[Cell]] = [
        [speech.say(STATES[state.name]), *(of_option[place] for of_option in values)]
        for place, state in enumerate(result.worlds)
    ]
    options = (Column(titles[option.name], form, decimals) for option in result.options)
    columns = [Column(speech.say("case")), *options]
    return Table(caption, columns, [*rows, last], sheet, strong=frozenset({len(rows)}))


def _question(found: Robustness) -> Question[Choice]:
    return Question("robustness", found.scenarios, Choice(found.year, found.draws, found.replicates, found.seed))


ROBUSTNESS = Kind(
    name="robustness",
    asked=Choice,
    found=Robustness,
    result_type=RobustnessResult,
    question=_question,
    compute=lambda question, work: robustness(
        question.scenarios,
        **vars(question.asked),
        workers=work.workers,
        executor=work.executor,
        progress=work.progress,
        keep=work.steps(0),
    ),
    result=lambda found: with_head(RobustnessResult, found),
    tables=lambda found, _: [DataTable.of("robustness.csv", found.table)],
    document=document_of,
    figures=("robustness",),
    doing=(
        phrase("Trying scenarios"),
        phrase("Trying scenarios: {done} of {total} cells of the table, about {seconds} s left"),
    ),
    title=phrase("highest chance in each case"),
)
