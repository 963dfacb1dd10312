"""A choice between scenarios in every state of the world: its result, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...decision.robustness.analysis import Robustness, robustness
from ...engine.effort import Effort
from ...inputs.scenario import Scenario
from .. import wording
from ..document.blocks import SCREEN, Cell, Column, Document, Form, Paragraph, Table
from ..language import Language, phrase
from .head import Head, caveats_of, distinct_titles, head_of
from .kind import DataTable, Kind, Source, Work
from .question import Question

TIED = 0.01
"""Options whose values differ by less are called equally good."""
_STATES = {
    "as_stated": phrase("as stated"),
    "launched_long_ago": phrase("slow rises: every village launched in 2016"),
    "launched_recently": phrase("fast rises: every village launched in 2022"),
    "few_skips": phrase("few villages pass over a level"),
    "many_skips": phrase("many villages pass over a level"),
    "weak_effects": phrase("weak effects of interventions"),
    "strong_effects": phrase("strong effects of interventions"),
    "no_shocks": phrase("every year alike"),
    "large_shocks": phrase("years differ greatly"),
}


@dataclass(frozen=True)
class Choice:
    """What was asked.

    Attributes
    ----------
    year
        The forecast year that is judged.
    draws, replicates, seed
        As for a forecast.
    """

    year: int
    draws: int
    replicates: int
    seed: int

    @classmethod
    def of(cls, options: Sequence[Scenario], effort: Effort, seed: int, year: int | None) -> Question[Choice]:
        """Return the question between scenarios; `year` is the first by default."""
        asked = cls(year or options[0].years[0], effort.draws, effort.replicates, seed)
        return Question("robustness", tuple(options), asked)


@dataclass(frozen=True)
class State:
    """A state of the world: the parameters that it sets, and where it sets effects on their distribution."""

    name: str
    parameters: Mapping[str, float]
    effect_quantile: float | None


@dataclass(frozen=True)
class Option:
    """What one scenario achieves; lists have an entry for every state."""

    name: str
    title: Mapping[str, str]
    probability_met: tuple[float, ...]
    monte_carlo_error: tuple[float, ...]
    regret: tuple[float, ...]
    mean_probability_met: float
    largest_regret: float
    cost_idr_million: float | None


@dataclass(frozen=True, kw_only=True)
class RobustnessResult(Head):
    """What ``robustness.json`` holds.

    Attributes
    ----------
    year, cost_years
        The year judged; first and last year that costs are of.
    worlds, options
        The states, the first being the world as stated; the scenarios.
    best_on_average, least_regretted
        Names of two options, which may be the same.
    """

    year: int
    cost_years: tuple[int, int]
    worlds: tuple[State, ...]
    options: tuple[Option, ...]
    best_on_average: str
    least_regretted: str
    draws: int
    replicates: int
    seed: int


def result_of(found: Robustness) -> RobustnessResult:
    """Return the typed result of a choice."""
    first = found.options[0]
    return RobustnessResult(
        **head_of(first),
        year=found.year,
        cost_years=(first.years[0], first.years[-1]),
        worlds=tuple(
            State(one.name, {str(key): value for key, value in one.scalars.items()}, one.effect_quantile)
            for one in found.worlds
        ),
        options=tuple(
            Option(
                name=option.name,
                title=dict(option.title),
                probability_met=tuple(found.chances[place].tolist()),
                monte_carlo_error=tuple(found.monte_carlo_errors[place].tolist()),
                regret=tuple(found.regrets[place].tolist()),
                mean_probability_met=float(found.mean_chances[place]),
                largest_regret=float(found.largest_regrets[place]),
                cost_idr_million=found.costs[place] if found.costs else None,
            )
            for place, option in enumerate(found.options)
        ),
        best_on_average=found.options[found.best_on_average].name,
        least_regretted=found.options[found.least_regretted].name,
        draws=found.effort.draws,
        replicates=found.effort.replicates,
        seed=found.seed,
    )


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
            Paragraph(wording.basis(speech, result.basis), on=SCREEN),
            *(Paragraph(caveat) for caveat in caveats_of(speech, result)),
            _chances(speech, result),
            _regrets(speech, result),
            Paragraph(
                speech.say(
                    "Each state pins down one thing that is not known and leaves the rest open. The mean counts every "
                    "state but the first alike, which is a convention: nobody knows how likely each is."
                )
            ),
            Paragraph(
                speech.say(
                    "Simulation error of a chance: at most {error} percentage points. All scenarios share draws and "
                    "luck, so differences are known better than that.",
                    error=speech.number(100 * max(errors), 1),
                )
            ),
        ],
        chapter=speech.say("If the world is otherwise"),
    )


def verdict(speech: Language, result: RobustnessResult) -> str:
    """Return which option is the best on average and which the least regretted, and what each costs."""
    titles = titles_of(speech, result)
    choice = _choice(speech, result)
    if all(option.cost_idr_million is None for option in result.options):
        return choice
    costs = [
        speech.say("“{scenario}” {cost}", scenario=titles[one.name], cost=speech.number(one.cost_idr_million or 0.0))
        for one in result.options
    ]
    return speech.say(
        "{choice} Cost in {years}, million rupiah: {costs}.",
        choice=choice,
        years=wording.years(speech, *result.cost_years),
        costs="; ".join(costs),
    )


def _choice(speech: Language, result: RobustnessResult) -> str:
    titles = titles_of(speech, result)
    options = {option.name: option for option in result.options}
    best, safe = options[result.best_on_average], options[result.least_regretted]
    if all(option.largest_regret < TIED for option in result.options):
        return speech.say(
            "No scenario is clearly better than another: in every state of the world the difference in percentage "
            "points is below {points}.",
            points=speech.number(100 * TIED),
        )
    if best is safe and round(100 * best.largest_regret, 1) == 0:
        return speech.say(
            "“{scenario}” is the best in every state of the world ({chance} on average).",
            scenario=titles[best.name],
            chance=wording.chance(speech, best.mean_probability_met),
        )
    if best is safe:
        return speech.say(
            "“{scenario}” is the best on average ({chance}) and also the one least regretted: at worst it is {regret} "
            "percentage points below the best.",
            scenario=titles[best.name],
            chance=wording.chance(speech, best.mean_probability_met),
            regret=speech.number(100 * best.largest_regret, 1),
        )
    return speech.say(
        "“{best}” is the best on average ({chance}); “{safe}” is the one least regretted: at worst it is {regret} "
        "percentage points below the best, the other {other}.",
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
    mean: list[Cell] = [speech.say("mean of the states"), *(option.mean_probability_met for option in result.options)]
    return _by_state(speech, result, caption, "chance", [one.probability_met for one in result.options], mean)


def _regrets(speech: Language, result: RobustnessResult) -> Table:
    """Return how far each option falls below the best one, state by state."""
    caption = speech.say("Regret: percentage points below the best")
    largest: list[Cell] = [speech.say("largest"), *(option.largest_regret for option in result.options)]
    return _by_state(speech, result, caption, "points", [option.regret for option in result.options], largest)


def _by_state(
    speech: Language,
    result: RobustnessResult,
    caption: str,
    form: Form,
    values: Sequence[Sequence[float]],
    last: Sequence[Cell],
) -> Table:
    """Return a table of every option's value in every state of the world, and a last row that sums them up."""
    titles, decimals = titles_of(speech, result), 1 if form == "points" else 0
    rows: list[Sequence[Cell]] = [
        [speech.say(_STATES[state.name]), *(of_option[place] for of_option in values)]
        for place, state in enumerate(result.worlds)
    ]
    options = (Column(titles[option.name], form, decimals) for option in result.options)
    columns = [Column(speech.say("state of the world")), *options]
    return Table(caption, columns, [*rows, last], strong=frozenset({len(rows)}))


def _compute(question: Question[Choice], work: Work) -> Robustness:
    asked = question.asked
    return robustness(
        question.scenarios,
        asked.draws,
        asked.replicates,
        asked.seed,
        year=asked.year,
        workers=work.workers,
        progress=work.progress,
    )


def _question(found: Robustness) -> Question[Choice]:
    return Choice.of(found.options, found.effort, found.seed, found.year)


def _tables(found: Robustness) -> Iterable[DataTable]:
    yield DataTable.of("robustness.csv", found.table)


ROBUSTNESS = Kind(
    name="robustness",
    asked=Choice,
    found=Robustness,
    result_type=RobustnessResult,
    question=_question,
    compute=_compute,
    result=result_of,
    tables=_tables,
    document=document_of,
    doing=(
        phrase("Trying scenarios"),
        phrase("Trying scenarios: {done} of {total} cells of the table, about {seconds} s left"),
    ),
    title=phrase("choice under every state"),
)
