"""A sensitivity analysis: its result, and what is said of it: what matters, what does not, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...decision.sensitivity.analysis import DRAWS, REPLICATES, sensitivity
from ...decision.sensitivity.factors import CALIBRATED
from ...decision.sensitivity.result import Sensitivity
from ...decision.trial import Engine
from ...domain.parameters import DIRECTIONS, ParameterKey
from ...inputs.scenario import Scenario
from .. import wording
from ..document.blocks import SCREEN, Cell, Column, Document, Paragraph, Picture, Table
from ..language import Language, phrase
from ..wording import parameter_name
from .head import Head, caveats_of, head_of, title_of
from .kind import DataTable, Kind, Source, Work
from .question import Question

METHOD = "morris, sobol"
MUCH = 0.1
"""Total share of the variance from which a parameter matters; below it, the interval included, it hardly does."""
LEAST_SD = 0.005
"""Standard deviation of the chance below which it hangs on nothing."""
COARSE = 0.5
"""Width of a share's interval from which the design is too small to order the parameters."""
MOST_NAMED = 4


@dataclass(frozen=True)
class Analysis:
    """What was asked.

    Attributes
    ----------
    year
        The forecast year that is judged.
    draws, replicates
        Base points of the variance design, and trajectories at each.
    engine
        None to take the exact engine where it applies.
    """

    year: int
    draws: int
    replicates: int
    seed: int
    engine: Engine | None = None

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        draws: int | None = None,
        replicates: int | None = None,
        seed: int = 0,
        *,
        engine: Engine | None = None,
        year: int | None = None,
    ) -> Question[Analysis]:
        """Return the question about a scenario; `year` is the first by default."""
        asked = cls(year or scenario.years[0], draws or DRAWS, replicates or REPLICATES, seed, engine)
        return Question("sensitivity", (scenario,), asked)


@dataclass(frozen=True)
class ParameterShares:
    """What hangs on one parameter, as `simulation.decision.sensitivity.result.Driver` says."""

    mu_star: float
    first: float | None
    total: float | None
    interval90: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class SensitivityResult(Head):
    """What ``sensitivity.json`` holds.

    Attributes
    ----------
    method
        Of screening and of dividing the variance.
    year
        The year judged.
    mean, sd
        Of the chance over what is uncertain.
    interplay, rest
        Share of the variance that belongs to no parameter alone; of all parameters that were set aside, together.
    parameters
        Every uncertain parameter, the most important first.
    """

    method: str
    year: int
    mean: float
    sd: float
    interplay: float
    rest: float | None
    parameters: Mapping[str, ParameterShares]
    points: int
    replicates: int
    seed: int
    engine: str


def result_of(found: Sensitivity) -> SensitivityResult:
    """Return the typed result of an analysis."""
    return SensitivityResult(
        **head_of(found.scenario),
        method=METHOD,
        year=found.year,
        mean=found.mean,
        sd=found.sd,
        interplay=found.interplay,
        rest=found.rest,
        parameters={
            str(one.name): ParameterShares(one.mu_star, one.first, one.total, one.interval90) for one in found.drivers
        },
        points=found.effort.draws,
        replicates=found.effort.replicates,
        seed=found.seed,
        engine=found.engine,
    )


def document_of(result: SensitivityResult, speech: Language, source: Source) -> Document:  # noqa: ARG001
    """Return what is told of an analysis."""
    said = verdict(speech, result)
    return Document(
        speech.say(
            "What the chance depends on: {title}, {district}, {villages} villages",
            title=title_of(speech, result),
            district=result.district,
            villages=speech.number(result.villages_in_all),
        ),
        [
            Paragraph(said, strong=True),
            Paragraph(wording.basis(speech, result.basis), on=SCREEN),
            *(Paragraph(caveat) for caveat in caveats_of(speech, result)),
            Picture(
                "sensitivity",
                speech.say("Shares of the uncertain parameters in what is not known about the chance."),
                said,
            ),
            shares_table(speech, result),
            *(Paragraph(note) for note in notes(speech, result)),
        ],
        chapter=speech.say("What the answer depends on"),
    )


def parameter_label(speech: Language, parameter: str) -> str:
    """Return what a parameter is called."""
    if parameter == CALIBRATED:
        return speech.say("the calibrated parameters together")
    return parameter_name(speech, parameter)


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


def open_question(speech: Language, result: SensitivityResult) -> str | None:
    """Return why no parameter can be named, without a full stop: nothing varies, or the design is too small."""
    if result.sd < LEAST_SD:
        return speech.say(
            "The chance of meeting the target of {year} is {mean} whatever the uncertain parameters are",
            year=result.year,
            mean=wording.chance(speech, result.mean),
        )
    if _coarse(result):
        return speech.say(
            "Too few points to say what the chance of meeting the target of {year} hangs on; give more --draws",
            year=result.year,
        )
    return None


def headline(speech: Language, result: SensitivityResult) -> str:
    """Return what matters most, in a few words."""
    if (said := open_question(speech, result)) is not None:
        return said
    first, *others = matters(result)
    if others:
        return speech.say(
            "The chance of meeting the target of {year} hangs on several unknowns: {names}",
            year=result.year,
            names="; ".join(parameter_label(speech, key) for key in (first, *others)[:MOST_NAMED]),
        )
    return speech.say(
        "The chance of meeting the target of {year} hangs mostly on one unknown: {parameter}",
        year=result.year,
        parameter=parameter_label(speech, first),
    )


def verdict(speech: Language, result: SensitivityResult) -> str:
    """Return the sentence that names what matters most, or why nothing can be named."""
    if (said := open_question(speech, result)) is not None:
        return speech.say("{sentence}.", sentence=said)
    shares = [
        speech.say(
            "{parameter} ({share})",
            parameter=parameter_label(speech, key),
            share=speech.percent(share(result.parameters[key].total or 0)),
        )
        for key in matters(result)[:MOST_NAMED]
    ]
    return speech.say(
        "What is not known yet about the chance of meeting the target of {year} hangs mostly on: {names}.",
        year=result.year,
        names="; ".join(shares),
    )


def notes(speech: Language, result: SensitivityResult) -> Iterator[str]:
    """Yield what follows from the shares, and how they are to be read; nothing where no parameter can be named."""
    if open_question(speech, result) is not None:
        return
    if few := hardly_matters(result):
        names = "; ".join(parameter_label(speech, key) for key in few)
        yield speech.say("It hardly hangs on: {names}.", names=names)
    if _effects_hardly_matter(result):
        yield speech.say(
            "Knowing the effects of the interventions better would hardly narrow the chance; ask for data on what "
            "matters first."
        )
    yield speech.say(
        "Over the uncertain parameters the chance is {mean} on average, with a standard deviation of {sd} percentage "
        "points. A share is the part of this variance that stays while everything but the one parameter is known; "
        "shares overlap where parameters act together ({interplay} of the variance belongs to none alone).",
        mean=wording.chance(speech, result.mean),
        sd=speech.number(100 * result.sd),
        interplay=speech.percent(result.interplay),
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
    rows: list[list[Cell]] = []
    for key, one in result.parameters.items():
        shares: list[Cell] = [None, None, None]
        if one.first is not None and one.total is not None and one.interval90 is not None:
            low, high = map(share, one.interval90)
            shares = [share(one.first), share(one.total), wording.share_span(speech, low, high)]
        rows.append([parameter_label(speech, key), *shares, one.mu_star])
    return Table(
        say("Every uncertain parameter; points: when it moves from its 5% to its 95% quantile"),
        [
            say("parameter"),
            Column(say("share alone"), "percent"),
            Column(say("share with interplay"), "percent"),
            say("90% interval"),
            Column(say("moves the chance by (points)"), "points"),
        ],
        rows,
    )


def _compute(question: Question[Analysis], work: Work) -> Sensitivity:
    asked = question.asked
    return sensitivity(
        question.scenarios[0],
        asked.draws,
        asked.replicates,
        asked.seed,
        year=asked.year,
        engine=asked.engine,
        workers=work.workers,
        progress=work.progress,
    )


def _question(found: Sensitivity) -> Question[Analysis]:
    effort = found.asked_effort
    return Analysis.of(
        found.scenario, effort.draws, effort.replicates, found.seed, engine=found.asked_engine, year=found.year
    )


def _tables(found: Sensitivity) -> Iterable[DataTable]:
    yield DataTable.of("sensitivity.csv", found.parameters)


SENSITIVITY = Kind(
    name="sensitivity",
    asked=Analysis,
    found=Sensitivity,
    result_type=SensitivityResult,
    question=_question,
    compute=_compute,
    result=result_of,
    tables=_tables,
    document=document_of,
    figures=("sensitivity",),
    doing=(
        phrase("Varying parameters"),
        phrase("Varying parameters: {done} of {total} trajectories of this step, about {seconds} s left"),
    ),
    title=phrase("sensitivity analysis"),
)
