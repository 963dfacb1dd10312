"""A calibration: its result, and what is said of it: which parameters the data narrow, by how much, what stays open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from ...decision.next_datum import NextDatum, next_datum
from ...domain.evidence import Evidence
from ...domain.messages import Refusal
from ...domain.past import NARROWED, BlockWeight, Observed
from ...inference.backtest.rolling import anywhere
from ...inference.block_weights import DRAWS as DRAWS_WEIGHED
from ...inference.block_weights import weigh_blocks
from ...inference.calibration.calibrate import calibrate, effort_of
from ...inference.calibration.caveats import Caveat
from ...inference.calibration.posterior import Learned, Posterior, Spread
from ...inputs.scenario import Scenario
from ..calibrated_scenario import write_posterior
from ..codec import content_of, of_content
from ..document.blocks import EVERYWHERE, SCREEN, Block, Column, Document, Paragraph, Picture, Row, Table
from ..language import Language, phrase
from ..wording import parameter_value
from .head import Head, caveats_of, head_of, other_lists, parameter_called, rests_on, title_of
from .kind import DataTable, Kind, Source, Work
from .next_data import next_data
from .past import past_blocks, weights_table
from .question import Question

PAST, DRAWS = "past.json", "posterior.parquet"
"""Files of the evidence and of the draws."""


@dataclass(frozen=True)
class Learning:
    """What was asked.

    Attributes
    ----------
    draws, seed
        As for `simulation.calibrate`.
    estimate_effects
        Whether effects of interventions were to be learned.
    default
        Whether the default priors applied, and no scenario.
    """

    draws: int
    seed: int
    estimate_effects: bool
    default: bool

    @classmethod
    def of(
        cls, evidence: Evidence, scenario: Scenario | None, draws: int, seed: int, *, estimate_effects: bool = False
    ) -> Question[Learning]:
        """Return the question what evidence teaches of the parameters of a scenario, or of the default priors."""
        asked = cls(draws, seed, estimate_effects, scenario is None)
        return Question("calibration", (scenario or anywhere(),), asked, data={PAST: content_of(evidence)})


@dataclass(frozen=True, kw_only=True)
class CalibrationResult(Head):
    """What ``calibration.json`` holds.

    Attributes
    ----------
    draws, effective_sample_size
        Number of draws, and how many independent ones they are worth.
    parameters
        Every uncertain parameter, in the order of the law.
    warnings
        What must be known of the posterior.
    observed
        What was observed between every two lists or counts, and what the fitted law says of it.
    data
        File that was learned from -> SHA-256.
    weights
        The answer of the first forecast year from all data, without each kind of them, and without any.
    next
        Which datum to collect next; None where that cannot be told.
    """

    draws: int
    effective_sample_size: float
    parameters: Mapping[str, Learned]
    warnings: tuple[Caveat, ...]
    observed: tuple[Observed, ...]
    data: Mapping[str, str]
    weights: tuple[BlockWeight, ...]
    next: NextDatum | None
    seed: int
    estimate_effects: bool

    @property
    def learned(self) -> list[str]:
        """Parameters on which the data bear."""
        return [name for name, known in self.parameters.items() if known.in_likelihood]

    @property
    def narrowed(self) -> list[str]:
        """Parameters that the data narrow, the most narrowed first."""
        left = {name: self.parameters[name].prior_variance_left for name in self.learned}
        return sorted((name for name in left if left[name] < NARROWED), key=left.__getitem__)


def result_of(found: Posterior) -> CalibrationResult:
    """Return the typed result of a calibration."""
    scenario = found.scenario or anywhere()
    other = other_lists(found.applied_to(scenario))
    return CalibrationResult(
        **head_of(scenario) | {"basis": found.basis, "other_lists": other if other and other.elsewhere else None},
        draws=found.size,
        effective_sample_size=float(found.effective_sample_size),
        parameters={str(name): known for name, known in found.parameters.items()},
        warnings=found.warnings,
        observed=found.observed,
        data=dict(found.evidence.sources),
        weights=_weighed(found).past.weights,
        next=_next(found),
        seed=found.seed,
        estimate_effects=found.estimate_effects,
    )


@lru_cache(maxsize=4)
def _weighed(found: Posterior) -> Posterior:
    """Return the posterior that also says what each kind of data does to the answer."""
    return found if found.past.weights else replace(found, past=replace(found.past, weights=weigh_blocks(found)))


@lru_cache(maxsize=4)
def _next(found: Posterior) -> NextDatum | None:
    """Return which datum to collect next, where that can be told."""
    try:
        scenario = found.applied_to(found.scenario or anywhere())
        return next_datum(scenario, seed=found.seed, given=found.evidence.left_out, progress=False)
    except Refusal:
        return None


def document_of(result: CalibrationResult, speech: Language, source: Source) -> Document:  # noqa: ARG001
    """Return what is told of a calibration."""
    said = verdict(speech, result)
    tables = [parameters_table(speech, result)] if result.learned else []
    after: list[Block] = [*_weights(speech, result)]
    after += [] if result.next is None else [next_data(speech, result.next, result.origin, result.observed)]
    elsewhere = result.other_lists is not None
    heading = (
        phrase("Calibrated on data of other districts: {title}, {district}, {villages} Kampung KB")
        if elsewhere
        else phrase("Calibrated on local data: {title}, {district}, {villages} Kampung KB")
    )
    return Document(
        speech.say(
            heading,
            title=title_of(speech, result),
            district=result.district,
            villages=speech.number(result.villages_in_all),
        ),
        [
            Paragraph(said, strong=True),
            rests_on(speech, result.basis),
            *(Paragraph(caveat) for caveat in caveats_of(speech, result) if elsewhere),
            *past_blocks(speech, result.observed, EVERYWHERE),
            Picture("posterior", said),
            *tables,
            *(Paragraph(note) for note in notes(speech, result)),
            *after,
        ],
        chapter=speech.say("What the data say"),
    )


def verdict(speech: Language, result: CalibrationResult) -> str:
    """Return the sentence that says what the data narrow most."""
    if not result.learned:
        return speech.say("Not calibrated: default assumptions (priors) alone; no local data used.")
    narrowed = result.narrowed
    if not narrowed:
        return speech.say("The data narrow hardly any parameter; the forecast still rests on its default assumptions.")
    known = result.parameters[narrowed[0]]
    return speech.say(
        "By the data, {parameter} is {after}; before the data it was assumed to be {before} "
        "(median and 90% interval). The data narrow {narrowed} of {uncertain} uncertain "
        "parameters.",
        parameter=parameter_called(speech, result, narrowed[0]),
        before=spread_in_words(speech, narrowed[0], known.prior),
        after=spread_in_words(speech, narrowed[0], known.posterior),
        narrowed=speech.number(len(narrowed)),
        uncertain=speech.number(len(result.parameters)),
    )


def spread_in_words(speech: Language, name: str, known: Spread) -> str:
    """Return the median and the 90% interval of a parameter."""
    low, high = known.interval90
    first = parameter_value(speech, name, low).removesuffix("%")
    middle, last = parameter_value(speech, name, known.median), parameter_value(speech, name, high)
    return speech.say("{median} ({low}–{high})", median=middle, low=first, high=last)


def variance_left(known: Learned) -> float:
    """Return how much of the prior variance is left; chance can make it a little more than all."""
    return min(1.0, known.prior_variance_left)


def parameters_table(speech: Language, result: CalibrationResult) -> Table:
    """Return every parameter on which the data bear, before and after."""
    say = speech.say
    rows: list[Row] = [
        {
            say("parameter"): parameter_called(speech, result, name),
            say("before"): spread_in_words(speech, name, result.parameters[name].prior),
            say("after"): spread_in_words(speech, name, result.parameters[name].posterior),
            Column(say("left"), "percent"): variance_left(result.parameters[name]),
        }
        for name in result.learned
    ]
    caption = say("Before and after the data: median and 90% interval; share of the prior variance that remains")
    return Table.of(caption, rows, sheet=say("Parameters"))


def _weights(speech: Language, result: CalibrationResult) -> Iterator[Block]:
    """Yield what each kind of data does to the chance, and how to leave one out."""
    if result.weights:
        yield weights_table(speech, result.weights)
        kinds = speech.either(result.weights[-1].without)
        yield Paragraph(
            speech.say("calibrate --without leaves out a kind of data that you doubt: {kinds}.", kinds=kinds),
            on=SCREEN,
        )


def notes(speech: Language, result: CalibrationResult) -> Iterator[str]:
    """Yield what the data leave open, what must be known of the posterior, and how good its draws are."""
    untouched = [name for name in result.parameters if name not in result.learned]
    if untouched and result.learned:
        names = "; ".join(parameter_called(speech, result, name) for name in untouched)
        yield speech.say(
            "The data say nothing about the following, which keep their default assumptions: {names}.", names=names
        )
    for caveat in result.warnings:
        yield speech.say("Note: {warning}.", warning=speech.problem(caveat.message))
    if result.learned:
        yield worth_of_draws(speech, result)


def worth_of_draws(speech: Language, result: CalibrationResult) -> str:
    """Return how many independent draws the draws are worth."""
    return speech.say(
        "Parameter draws: {draws} (effective sample size {worth}).",
        draws=speech.number(result.draws),
        worth=speech.number(result.effective_sample_size),
    )


def _compute(question: Question[Learning], work: Work) -> Posterior:
    asked, evidence = question.asked, of_content(question.data[PAST], Evidence)
    # Each kind of data is then left out in turn: if what they take adds up, that takes as long as all but one of them.
    number = len(evidence.blocks) - 1 if evidence.blocks and len(question.scenarios[0].districts) == 1 else 0
    first, then = effort_of(asked.draws), number * effort_of(min(asked.draws, DRAWS_WEIGHED))
    share = first / (first + then)
    found = calibrate(
        evidence,
        None if asked.default else question.scenarios[0],
        asked.draws,
        asked.seed,
        estimate_effects=asked.estimate_effects,
        progress=lambda done, total: work.progress(round(100 * share * done / total), 100),
        sink=work.steps(0),
    )
    weights = weigh_blocks(
        found,
        lambda done, total: work.progress(round(100 * (share + (1 - share) * done / total)), 100),
        lambda place: work.steps(1 + place),
    )
    work.progress(100, 100)
    return replace(found, past=replace(found.past, weights=weights))


def _question(found: Posterior) -> Question[Learning]:
    return Learning.of(found.evidence, found.scenario, found.size, found.seed, estimate_effects=found.estimate_effects)


def _tables(found: Posterior, _: CalibrationResult) -> Iterator[DataTable]:
    def write(path: Path) -> None:
        write_posterior(_weighed(found), path)

    yield DataTable(DRAWS, write=write)
    yield DataTable.of("calibration.csv", found.table.rename_axis("parameter").reset_index())


CALIBRATION = Kind(
    name="calibration",
    asked=Learning,
    found=Posterior,
    result_type=CalibrationResult,
    question=_question,
    compute=_compute,
    result=result_of,
    tables=_tables,
    document=document_of,
    figures=("posterior",),
    doing=(phrase("Calibrating"), phrase("Calibrating: {done} of {total} percent")),
    title=phrase("calibration"),
)
