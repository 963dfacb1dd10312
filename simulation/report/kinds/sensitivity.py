"""A sensitivity analysis: its result, and what is said of it: what matters, what does not, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...decision.sensitivity import CALIBRATED, DRAWS, Sensitivity, SensitivityNumbers, replicates_of, sensitivity
from ...decision.trial import goal_of
from ...domain.parameters import DIRECTIONS, ParameterKey
from ...engine.effort import Engine
from ...inference.uncertainty import Estimate
from ...inputs.scenario import Scenario
from .. import wording
from ..document.blocks import DETAIL, EVERYWHERE, Block, Column, Document, On, Paragraph, Picture, Row, Table
from ..language import Language, phrase
from .elsewhere import elsewhere_table, where_from
from .head import Head, caveats_of, parameter_called, rests_on, title_of, with_head
from .kind import DataTable, Kind, Source
from .question import Question

MUCH = 0.1
"""Total share of the variance from which a parameter matters; below it, the interval included, it hardly does."""
LEAST_SD = 0.005
"""Standard deviation of the chance below which it hangs on nothing."""
MOST_EFFECT = 4 * LEAST_SD
"""Effect of a parameter, from its 5% to its 95% quantile, beyond which so small a deviation is not believed."""
COARSE = 0.5
"""Width of a share's interval from which the design is too small to order the parameters."""
MOST_NAMED = 4


@dataclass(frozen=True)
class Analysis:
    """What was asked: arguments of `simulation.sensitivity`; `engine` None for exact where that applies."""

    year: int
    draws: int
    replicates: int
    seed: int
    engine: Engine | None = None

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        year: int | None = None,
        draws: int = DRAWS,
        replicates: int | None = None,
        seed: int = 0,
        engine: Engine | None = None,
    ) -> Question[Analysis]:
        """Return the question what the chance of a scenario depends on, in a year or the first.

        Raises
        ------
        Refusal
            Where it has no such year.
        """
        goal = goal_of(scenario, 0.5, year, every_year=False)
        each = replicates_of(scenario, goal) if replicates is None else replicates
        return Question("sensitivity", (scenario,), cls(goal.years[0], draws, each, seed, engine))


@dataclass(frozen=True, kw_only=True)
class SensitivityResult(SensitivityNumbers, Head):
    """What ``sensitivity.json`` holds."""


def document_of(result: SensitivityResult, speech: Language, source: Source) -> Document:  # noqa: ARG001
    """Return what is told of an analysis."""
    said = verdict(speech, result)
    # A brief says itself which data would narrow what was calibrated, and nothing of what the design leaves open.
    data = On(0) if matters(result) == [CALIBRATED] or _open_question(speech, result) is not None else On.DATA
    return Document(
        speech.say(
            "What the chance depends on: {title}, {district}, {villages} Kampung KB",
            title=title_of(speech, result),
            district=result.district,
            villages=speech.number(result.villages_in_all),
        ),
        [
            Paragraph(said, strong=True, on=EVERYWHERE | data),
            rests_on(speech, result.basis),
            *(Paragraph(caveat) for caveat in caveats_of(speech, result)),
            Picture("sensitivity", said),
            shares_table(speech, result),
            *(Paragraph(note) for note in notes(speech, result)),
            *_elsewhere(speech, result),
        ],
        chapter=speech.say("What the answer depends on"),
    )


def _elsewhere(speech: Language, result: SensitivityResult) -> Iterator[Block]:
    """Yield the chance under what is known elsewhere."""
    if result.elsewhere is not None:
        yield elsewhere_table(speech, result.elsewhere, result.year, Estimate(result.mean, 0.0, None), EVERYWHERE)
        yield where_from(speech, DETAIL)


def parameter_label(speech: Language, result: SensitivityResult, parameter: str) -> str:
    """Return what a parameter is called."""
    if parameter == CALIBRATED:
        return speech.say("the calibrated parameters together")
    return parameter_called(speech, result, parameter)


def matters(result: SensitivityResult) -> list[str]:
    """Return the parameters that matter, the most important first; the first of all where none passes the mark."""
    found = [key for key, shares in result.parameters.items() if (shares.total or 0) >= MUCH]
    return found or list(result.parameters)[:1]


def hardly_matters(result: SensitivityResult) -> list[str]:
    """Return the parameters that hardly matter, as far as the design can tell."""
    if _coarse(result):
        return []
    shares = result.parameters.items()
    return [key for key, one in shares if one.interval90 is None or one.interval90[1] < MUCH]


def _coarse(result: SensitivityResult) -> bool:
    intervals = [one.interval90 for one in result.parameters.values() if one.interval90 is not None]
    return any(high - low > COARSE for low, high in intervals)


def _open_question(speech: Language, result: SensitivityResult) -> str | None:
    """Return why no parameter can be named: nothing varies, or the design is too small."""
    moves = any(one.mu_star > MOST_EFFECT for one in result.parameters.values())
    if result.sd < LEAST_SD and not moves:
        return speech.say(
            "The chance of meeting the target of {year} is {mean} under all assumptions tried.",
            year=result.year,
            mean=wording.chance(speech, result.mean),
        )
    if result.sd < LEAST_SD or _coarse(result):
        return speech.say(
            "Too few points to say what the chance of meeting the target of {year} depends on; give more --draws.",
            year=result.year,
        )
    return None


def verdict(speech: Language, result: SensitivityResult) -> str:
    """Return the sentence that names what matters most, or why nothing can be named."""
    if (said := _open_question(speech, result)) is not None:
        return said
    shares = [
        speech.say(
            "{parameter} ({share} of the uncertainty)",
            parameter=parameter_label(speech, result, key),
            share=speech.percent(share(result.parameters[key].total or 0)),
        )
        for key in matters(result)[:MOST_NAMED]
    ]
    said = speech.say(
        "The uncertainty about the chance of meeting the target of {year} comes mainly from: {names}.",
        year=result.year,
        names="; ".join(shares),
    )
    if len(shares) == 1:
        return said
    overlap = speech.say("Shares overlap, so they can add up to more than 100%.")
    return speech.say("{one} {other}", one=said, other=overlap)


def notes(speech: Language, result: SensitivityResult) -> Iterator[str]:
    """Yield what follows from the shares, and how they are to be read; nothing where no parameter can be named."""
    if _open_question(speech, result) is not None:
        return
    if few := hardly_matters(result):
        names = "; ".join(parameter_label(speech, result, key) for key in few)
        yield speech.say("It hardly depends on: {names}.", names=names)
    if _effects_hardly_matter(result):
        yield speech.say(
            "Knowing the effects of the interventions better would hardly narrow the range of the chance; ask "
            "first for data on what matters most."
        )
    yield speech.say(
        "Over all assumptions tried, the chance is {mean} on average, with a standard deviation "
        "of {sd} percentage points. Share: what the uncertainty of one assumption contributes to "
        "that of the chance (the part of the variance that would stay if everything else were "
        "known). Shares overlap where assumptions act together ({interplay} of the variance "
        "belongs to none alone), so their sum can exceed 100%.",
        mean=wording.chance(speech, result.mean),
        sd=speech.number(100 * result.sd),
        interplay=speech.percent(result.interplay),
    )
    if CALIBRATED in result.parameters:
        yield speech.say(
            "The calibrated parameters move together, from one draw of them to another, and have no quantiles: how far "
            "they move the chance is not told in points. Which data would narrow them, the brief says under “Data to "
            "ask for”."
        )
    if any((one.first or 0) > (one.total or 0) for one in result.parameters.values()):
        yield speech.say(
            "A share alone is never larger than the share with interplay: where the table says so, the difference is "
            "error of the estimate."
        )
    if result.rest is not None:
        yield speech.say(
            "Parameters without a share were set aside by the screening; all of them together have {rest}.",
            rest=speech.percent(share(result.rest)),
        )


def _effects_hardly_matter(result: SensitivityResult) -> bool:
    """Return whether there are uncertain effects of interventions, and all of them hardly matter."""
    effects = {str(ParameterKey.effect(plan.name, way)) for plan in result.interventions for way in DIRECTIONS}
    uncertain = effects & set(result.parameters)
    return bool(uncertain) and uncertain <= set(hardly_matters(result))


def share(estimate: float) -> float:
    """Return an estimate of a share as a share: estimates may stray below nothing and above all."""
    return min(1.0, max(0.0, estimate))


def shares_table(speech: Language, result: SensitivityResult) -> Table:
    """Return every parameter with its shares and how far it moves the chance."""
    say = speech.say
    rows: list[Row] = [
        {
            say("parameter"): parameter_label(speech, result, key),
            Column(say("share alone"), "percent"): None if one.first is None else share(one.first),
            Column(say("share with interplay"), "percent"): None if one.total is None else share(one.total),
            say("90% interval"): one.interval90 and wording.share_span(speech, *map(share, one.interval90)),
            Column(say("moves the chance by (percentage points)"), "points"): None
            if key == CALIBRATED
            else one.mu_star,
        }
        for key, one in result.parameters.items()
    ]
    caption = say("Every uncertain parameter; percentage points: when it moves from its 5% to its 95% quantile")
    return Table.of(caption, rows, sheet=say("Parameters"))


def _question(found: Sensitivity) -> Question[Analysis]:
    effort = found.asked_effort
    asked = Analysis(found.year, effort.draws, effort.replicates, found.seed, found.asked_engine)
    return Question("sensitivity", (found.scenario,), asked)


SENSITIVITY = Kind(
    name="sensitivity",
    asked=Analysis,
    found=Sensitivity,
    result_type=SensitivityResult,
    question=_question,
    compute=lambda question, work: sensitivity(
        question.scenarios[0],
        **vars(question.asked),
        workers=work.workers,
        executor=work.executor,
        progress=work.progress,
        sinks=work.sink,
        keep=work.steps(0),
    ),
    result=lambda found: with_head(SensitivityResult, found),
    tables=lambda found, _: [DataTable.of("sensitivity.csv", found.table)],
    document=document_of,
    figures=("sensitivity",),
    doing=(
        phrase("Varying parameters"),
        phrase("Varying parameters: {done} of about {total} simulations, about {seconds} s left"),
    ),
    title=phrase("sensitivity analysis"),
)
