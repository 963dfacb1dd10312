"""When a plan fails: the result, and what is said of it: under which assumptions, how often, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...decision.discovery import (
    FEWEST_OF_A_KIND,
    Discovery,
    DiscoveryNumbers,
    DiscoveryRequest,
    FailureBox,
    Restriction,
    discover,
)
from ...domain.messages import Message
from .. import wording
from ..document.blocks import DETAIL, EVERYWHERE, Block, Column, Document, On, Paragraph, Picture, Row, Table
from ..language import Language, phrase
from .head import Head, called, caveats_of, parameter_called, rests_on, title_of, with_head
from .kind import DataTable, Kind, Source
from .plan.words import LEVERS
from .question import Question

NOTHING_TO_DRAW = Message("no description is worth telling")
MOSTLY = 0.5
"""Share of the sets of assumptions in a box that fail, from which they are said to fail mostly."""


@dataclass(frozen=True, kw_only=True)
class DiscoveryResult(DiscoveryNumbers, Head):
    """What ``discovery.json`` holds."""


def document_of(result: DiscoveryResult, speech: Language, source: Source) -> Document:  # noqa: ARG001
    """Return what is told of a search."""
    said = verdict(speech, result)
    blocks: list[Block] = [
        Paragraph(said, strong=True, on=EVERYWHERE | On.LIMITS),
        *(Paragraph(further(speech, result, box)) for box in result.boxes[1:]),
        Paragraph(failing_in_words(speech, result), on=EVERYWHERE | On.LIMITS),
        rests_on(speech, result.basis),
        *(Paragraph(caveat) for caveat in caveats_of(speech, result)),
    ]
    if result.boxes:
        blocks += [Picture("discovery", said), *_tables(speech, result), *map(Paragraph, notes(speech, result))]
    return Document(
        speech.say(
            "When the target is at risk: {title}, {district}, {villages} Kampung KB",
            title=title_of(speech, result),
            district=result.district,
            villages=speech.number(result.villages_in_all),
        ),
        blocks,
        chapter=speech.say("When the target is at risk"),
    )


def verdict(speech: Language, result: DiscoveryResult) -> str:
    """Return under which assumptions the target is at risk, or that no few words tell it."""
    if result.boxes:
        box = result.boxes[0]
        told = {
            "target": _target(speech, result),
            "threshold": speech.percent(result.fails_below),
            "conditions": conditions_in_words(speech, result, box),
            "density": speech.percent(box.density),
            "coverage": speech.percent(box.coverage),
        }
        if box.density >= MOSTLY:
            return speech.say(
                "The chance of meeting {target} is mostly below {threshold} under these assumptions: {conditions}. "
                "{density} of such sets of assumptions fail; these are {coverage} of all that fail.",
                **told,
            )
        return speech.say(
            "The chance of meeting {target} is more often below {threshold} under these assumptions: {conditions}. "
            "{density} of such sets of assumptions fail, {outside} of the others; those inside are {coverage} of all "
            "that fail.",
            outside=speech.percent(box.outside),
            **told,
        )
    few = 2 * FEWEST_OF_A_KIND / result.draws
    if result.failing < few:
        return speech.say("Too few sets of assumptions fail to say what they have in common.")
    if result.failing > 1 - few:
        return speech.say("Nearly every set of assumptions fails, whatever it is.")
    return speech.say(
        "No few words tell the sets of assumptions that fail from the others: no description is worth telling."
    )


def further(speech: Language, result: DiscoveryResult, box: FailureBox) -> str:
    """Return what another box tells."""
    return speech.say(
        "Of the other sets of assumptions, {density} fail with {conditions}; these are {coverage} of all that fail.",
        conditions=conditions_in_words(speech, result, box),
        density=speech.percent(box.density),
        coverage=speech.percent(box.coverage),
    )


def failing_in_words(speech: Language, result: DiscoveryResult) -> str:
    """Return what failing means here, and how many sets of assumptions fail."""
    return speech.say(
        "A set of assumptions fails where the chance of meeting {target} is below {threshold} under it: {share} of "
        "the {draws} that were tried.",
        target=_target(speech, result),
        threshold=speech.percent(result.fails_below),
        share=wording.frequency(speech, result.failing, 1),
        draws=speech.number(result.draws),
    )


def conditions_in_words(speech: Language, result: DiscoveryResult, box: FailureBox) -> str:
    """Return the restrictions of a box in words, joined by "and"."""
    return speech.all_of(
        speech.say(
            "{name} {value}",
            name=assumption_called(speech, result, name),
            value=values_in_words(speech, result, name, part),
        )
        for name, part in box.restrictions.items()
    )


def values_in_words(speech: Language, result: DiscoveryResult, name: str, part: Restriction) -> str:
    """Return which values of a parameter lie in a box."""
    low, high = ends_in_words(speech, result, name, part)
    if part.low is None:
        return speech.say("at most {high}", high=high)
    if part.high is None:
        return speech.say("at least {low}", low=low)
    return speech.say("from {low} to {high}", low=low, high=high)


def assumption_called(speech: Language, result: DiscoveryResult, name: str) -> str:
    """Return what a parameter or an effort is called."""
    if name in result.efforts:
        intervention, _, kind = name.rpartition(".")
        return speech.say(LEVERS[kind], intervention=called(speech, result, intervention))
    return parameter_called(speech, result, name)


def ends_in_words(speech: Language, result: DiscoveryResult, name: str, part: Restriction) -> tuple[str, str]:
    """Return both ends as they are read; an empty one where nothing is restricted."""

    def in_words(value: float | None) -> str:
        if value is None:
            return ""
        if name not in result.efforts:
            return wording.parameter_value(speech, name, value)
        return speech.number(value) if name.endswith(".capacity") else wording.stated_share(speech, value)

    return in_words(part.low), in_words(part.high)


def notes(speech: Language, result: DiscoveryResult) -> Iterator[str]:
    """Yield how the shares are to be read."""
    box = result.boxes[0]
    yield speech.say(
        "Half of the sets of assumptions chose this description; the shares are those of the other {judging}. "
        "One standard error: {density} percentage points of the share that fails, {coverage} of the share of all "
        "that fail.",
        judging=speech.number(result.judging),
        density=speech.number(100 * box.density_error, 1),
        coverage=speech.number(100 * box.coverage_error, 1),
    )
    yield speech.say(
        "It tells where the target is at risk, not why: assumptions that are not named can matter as well."
    )


def _target(speech: Language, result: DiscoveryResult) -> str:
    first, last = result.years[0], result.years[-1]
    if first == last:
        return speech.say("the target of {year}", year=first)
    return speech.say("the targets of every year from {first} to {last}", first=first, last=last)


def _tables(speech: Language, result: DiscoveryResult) -> Iterator[Table]:
    """Yield where the values of each box lie, and how well each tells failures."""
    say = speech.say
    parts: list[Row] = []
    for number, box in enumerate(result.boxes, 1):
        for name, part in box.restrictions.items():
            parts.append(
                {
                    say("assumption"): assumption_called(speech, result, name),
                    **({} if len(result.boxes) == 1 else {say("description"): str(number)}),
                    say("values"): values_in_words(speech, result, name, part),
                    Column(say("share of its values"), "percent"): part.below_high - part.below_low,
                }
            )
    yield Table.of(say("Assumptions under which the target is at risk"), parts, sheet=say("Assumptions"))
    fits: list[Row] = [
        {
            say("description"): str(number),
            Column(say("fail there"), "percent"): box.density,
            Column(say("± (percentage points)"), "points"): box.density_error,
            Column(say("fail elsewhere"), "percent"): box.outside,
            Column(say("of all that fail"), "percent"): box.coverage,
            Column(say("± of that share"), "points"): box.coverage_error,
        }
        for number, box in enumerate(result.boxes, 1)
    ]
    yield Table.of(say("How well this tells what fails"), fits, sheet=say("Shares"), on=DETAIL)


def _question(found: Discovery) -> Question[DiscoveryRequest]:
    return Question("discovery", (found.scenario,), found.request)


DISCOVERY = Kind(
    name="discovery",
    asked=DiscoveryRequest,
    found=Discovery,
    result_type=DiscoveryResult,
    question=_question,
    compute=lambda question, work: discover(
        question.scenarios[0],
        **vars(question.asked),
        workers=work.workers,
        executor=work.executor,
        progress=work.progress,
        keep=work.steps(0),
    ),
    result=lambda found: with_head(DiscoveryResult, found),
    tables=lambda found, _: [
        DataTable.of("discovery.csv", found.table),
        DataTable.of("discovery_draws.csv", found.data),
    ],
    document=document_of,
    figures=("discovery",),
    undrawable=lambda _, result: None if result.boxes else NOTHING_TO_DRAW,
    doing=(
        phrase("Looking for failures"),
        phrase("Looking for failures: {done} of {total} parts, about {seconds} s left"),
    ),
    title=phrase("search for failures"),
)
