"""Why one village rises or not: the result, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import floor, log10

from ...domain.law import TERMS, VILLAGE
from ...domain.reporting import REPORTING
from ...domain.status import LEVELS, TOP
from ...inference.explanation import INTERVENTION, Component, Explanation, VillageChance, explain
from .. import wording
from ..document.blocks import DETAIL, SCREEN, Cell, Column, Document, Paragraph, Row, Table
from ..language import Language, phrase
from ..wording import parameter_name
from .head import Head, called, programme_line, rests_on, title_of, with_head
from .kind import DataTable, Kind, Source, Work
from .question import Question

WORTH_TELLING = 0.005
"""What moves a chance by less than half a percentage point does not explain much."""
_UNSEEN = phrase("The list shows a rise only once the village reports it.")
_UNFORESEEN = {
    True: phrase(
        "What nobody can foresee (good or bad years, acceleration drives, unmeasured differences) changes it by "
        "{points} percentage points on average."
    ),
    False: phrase(
        "What nobody can foresee (good or bad years, acceleration drives) changes it by {points} percentage points on "
        "average."
    ),
}
"""Whether differences between villages are among it: then what is said of it."""
_PAST = {
    True: phrase("its own past, in which it rose sooner or more often than other villages"),
    False: phrase("its own past, in which it rose later or less often than other villages"),
}
"""Whether it raises the chance: what is learned of a village is called."""
_SMALLER = phrase(
    "Every simulation counts, also those in which it has risen by then: smaller chances of later years do not mean "
    "that the village is doing worse."
)
_LABELS = {
    "waiting": phrase("may not rise again yet (min_years)"),
    "covariate": phrase("{name}: {value} (district mean {mean})"),
    "peers": phrase("kecamatan: {above} of its other villages have a higher status"),
    "village": phrase("unmeasured differences between villages"),
    "district": phrase("permanent differences of this district from others"),
    "year": phrase("good and bad years"),
    "subdistrict": phrase("good and bad years of the kecamatan"),
    "campaign": phrase("acceleration drives"),
    "intervention": phrase("intervention {name}"),
}


@dataclass(frozen=True)
class OneVillage:
    """What was asked: of which village, in which year, over which trajectories; and what a forecast had counted."""

    village_code: str
    year: int
    draws: int
    replicates: int
    seed: int
    by_year: Mapping[int, float]


@dataclass(frozen=True, kw_only=True)
class ExplanationResult(VillageChance, Head):
    """What ``explanation.json`` holds."""


def document_of(result: ExplanationResult, speech: Language, source: Source) -> Document:  # noqa: ARG001
    """Return what is told of a village."""
    first, *others = why(speech, result)
    programme = programme_line(speech, result.interventions)
    return Document(
        title_of(speech, result),
        [
            Paragraph(
                speech.say(
                    "{village} ({code}), {subdistrict}: {level} at the end of {year}",
                    village=result.village,
                    code=result.village_code,
                    subdistrict=result.subdistrict,
                    level=result.origin_level or speech.say("status not known"),
                    year=result.joins or result.origin,
                )
            ),
            *_disagreement(speech, result),
            Paragraph(first, strong=True),
            rests_on(speech, result.basis),
            *(Paragraph(sentence) for sentence in others),
            *([Paragraph(speech.say(_UNSEEN))] if REPORTING in result.sources else []),
            *([] if programme is None else [Paragraph(programme, on=SCREEN)]),
            *([] if result.cannot_rise else _tables_of(speech, result)),
            *_year_by_year(speech, result),
        ],
        chapter=speech.say("Why one village rises or not"),
    )


def _disagreement(speech: Language, result: ExplanationResult) -> Iterator[Paragraph]:
    """Yield which statuses of its list contradict each other."""
    if result.disagreement:
        said = speech.say("Its list says different statuses of that year: {statuses}.", statuses=result.disagreement)
        yield Paragraph(said)


def _tables_of(speech: Language, result: ExplanationResult) -> Iterator[Paragraph | Table]:
    yield terms_table(speech, result)
    yield Paragraph(
        speech.say(
            "Odds multiply: where a row acts, the odds of rising are so many times as large. "
            "Interventions are shown singly; together they overlap. Chances are means over the same "
            "{trajectories} simulations.",
            trajectories=speech.number(result.draws * result.replicates),
        ),
        on=DETAIL,
    )
    if result.reach:
        yield reach_table(speech, result)


def why(speech: Language, result: ExplanationResult) -> Iterator[str]:
    """Yield the sentences: how likely, what matters most, what it would take."""
    said = {"village": result.village, "year": result.year}
    if result.cannot_rise:
        yield speech.say("{village} is at paripurna, the highest status, and cannot rise in {year}.", **said)
        return
    verdict = wording.word_and_chance(speech, result.probability_rises)
    yield speech.say("{verdict}: {village} rises in status in {year}.", verdict=verdict, **said)
    if (top := result.levels[LEVELS[TOP]]) >= WORTH_TELLING:
        yield speech.say(
            "In {share} of the simulations it is at paripurna by then and cannot rise.",
            share=wording.frequency(speech, top),
        )
    most = max((part for part in result.components if part.foreseeable), key=lambda part: abs(part.log_odds))
    if abs(most.log_odds) * result.base * (1 - result.base) < WORTH_TELLING:
        yield speech.say("Nothing that is known sets it apart from a typical village of its status.")
    else:
        yield speech.say(
            "What sets it apart most: {what}. In a typical year without interventions its chance would be {own}, that "
            "of a typical village of its status {typical}.",
            what=_label(speech, result, most),
            own=wording.uncertain(speech, result.foreseen, 1),
            typical=wording.uncertain(speech, result.base, 1),
        )
    unforeseen = result.without_interventions - result.foreseen
    if abs(unforeseen) >= WORTH_TELLING:
        open_differences = any(part.kind == VILLAGE.name and not part.foreseeable for part in result.components)
        yield speech.say(_UNFORESEEN[open_differences], points=wording.signed(speech, 100 * unforeseen))
    assured = [chance for chance in (*(one.if_assured for one in result.reach), result.if_all_assured) if chance]
    if result.interventions and not assured:
        yield speech.say("In {year} it is eligible for no intervention of the scenario.", year=result.year)
    elif assured:
        chance = wording.uncertain(speech, max(assured), 1)
        yield speech.say(
            "If it were certain to receive an intervention in full, its chance would be at most {chance}.",
            chance=chance,
        )


def times(speech: Language, ratio: float) -> str:
    """Return an odds ratio."""
    return speech.number(ratio, 2 if ratio < 10 else 1)


def measured(speech: Language, value: float) -> str:
    """Return a number of the village table, with as many decimals as three digits need, and at most four."""
    return speech.number(value, 0 if value == round(value) else min(max(0, 2 - floor(log10(abs(value)))), 4))


def terms_table(speech: Language, result: ExplanationResult) -> Table:
    """Return what multiplies the odds of rising, and the chances on the way from a typical village to this one."""
    say = speech.say

    def terms(*, interventions: bool, foreseeable: bool = True) -> list[list[Cell]]:
        return [
            [_label(speech, result, part), _ratio(speech, part), wording.frequency(speech, part.acts), ""]
            for part in result.components
            if (part.kind == INTERVENTION, part.foreseeable) == (interventions, foreseeable)
            and (part.acts or interventions)
        ]

    def chance(label: str, probability: float) -> list[Cell]:
        return [label, "", "", probability]

    rows = [
        chance(_base(speech, result), result.base),
        *terms(interventions=False),
        chance(say("this village in a typical year"), result.foreseen),
        *terms(interventions=False, foreseeable=False),
        chance(say("without interventions that year"), result.without_interventions),
        *terms(interventions=True),
        chance(say("chance of rising in {year}", year=result.year), result.probability_rises),
    ]
    columns: list[Column | str] = [
        say("component"),
        say("odds × (5% / median / 95%)"),
        say("acts in"),
        Column(say("chance"), "chance", 1),
    ]
    return Table(say("Where the chance comes from"), columns, rows)


def reach_table(speech: Language, result: ExplanationResult) -> Table:
    """Return what each intervention is to the village."""
    say = speech.say

    def row(name: str, eligible: str, assisted: str, if_assured: float | None) -> Row:
        chance = Column(say("chance if reached for certain"), "chance", 1)
        return {say("intervention"): name, say("eligible"): eligible, say("reached"): assisted, chance: if_assured}

    rows = [
        row(
            called(speech, result, reach.name),
            wording.frequency(speech, reach.eligible),
            wording.frequency(speech, reach.assisted),
            reach.if_assured,
        )
        for reach in result.reach
    ]
    if len(rows) > 1:
        rows.append(row(say("all for which it is eligible"), "", "", result.if_all_assured))
    return Table.of(say("Interventions in {year}", year=result.year), rows)


def _year_by_year(speech: Language, result: ExplanationResult) -> Iterator[Paragraph]:
    """Yield the chance of every year, a dash where it never rose; nothing where no forecast is explained."""
    if result.by_year:
        first, *later = result.by_year.values()
        chances = "; ".join(
            f"{year} {wording.uncertain(speech, chance, 1) if chance else '–'}"
            for year, chance in result.by_year.items()
        )
        yield Paragraph(speech.say("Chance of rising, year by year: {chances}.", chances=chances))
        if any(chance < first for chance in later):
            yield Paragraph(speech.say(_SMALLER))


def _base(speech: Language, result: ExplanationResult) -> str:
    """Return what the first row is: the level, or those at which the village may stand by then."""
    levels = [
        level if share == 1 else f"{level} {wording.frequency(speech, share)}"
        for level, share in result.levels.items()
        if share
    ]
    shown = ", ".join(levels)
    if result.base_interval90 is None:
        return speech.say("typical village at {level} in a typical year", level=shown)
    interval = wording.chance_span(speech, result.base_interval90)
    return speech.say(
        "typical village at {level} in a typical year (90% interval {interval})", level=shown, interval=interval
    )


def _label(speech: Language, result: ExplanationResult, part: Component) -> str:
    if part.kind == VILLAGE.name and part.foreseeable:
        return speech.say(_PAST[part.log_odds > 0])
    value, mean = result.covariates.get(part.name, (0.0, 0.0)) if part.kind == "covariate" else (0.0, 0.0)
    keys = {term.name: term.key for term in TERMS}
    name = called(speech, result, part.name) if part.kind == INTERVENTION else part.name
    return speech.say(
        _LABELS.get(part.kind, "{name}"),
        # A term without words of its own is called as its parameter.
        name=name if name or part.kind not in keys else parameter_name(speech, keys[part.kind]),
        above=wording.frequency(speech, result.share_above),
        value=measured(speech, value),
        mean=measured(speech, mean),
    )


def _ratio(speech: Language, part: Component) -> str:
    """Return the odds ratio, one number where it does not vary."""
    if part.odds_ratio is None:
        return "–"
    shown = [times(speech, ratio) for ratio in part.odds_ratio]
    return shown[0] if len(set(shown)) == 1 else " / ".join(shown)


def _question(found: Explanation) -> Question[OneVillage]:
    asked = OneVillage(found.village_code, found.year, found.draws, found.replicates, found.seed, found.by_year)
    return Question("explanation", (found.scenario,), asked)


def _compute(question: Question[OneVillage], work: Work) -> Explanation:  # noqa: ARG001
    asked = question.asked
    found = explain(
        question.scenarios[0],
        asked.village_code,
        asked.year,
        draws=asked.draws,
        replicates=asked.replicates,
        seed=asked.seed,
    )
    return found.counted(asked.by_year)


EXPLANATION = Kind(
    name="explanation",
    asked=OneVillage,
    found=Explanation,
    result_type=ExplanationResult,
    question=_question,
    compute=_compute,
    result=lambda found: with_head(ExplanationResult, found),
    tables=lambda found, _: [DataTable.of("explanation.csv", found.table)],
    document=document_of,
    title=phrase("explanation of one village"),
)
