"""The policy brief: which finished answers it is made of, and its two pages and annex made of their blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..decision.next_datum import NextDatum, next_datum
from ..domain.messages import Message, Refusal, listed
from .document.blocks import Block, Bullets, Document, Heading, On, Paragraph, Picture, Table
from .document.docx import write_docx
from .document.pdf import write_pdf
from .files import hand_out
from .kinds.forecast.document import years_table
from .kinds.forecast.result import ForecastResult
from .kinds.forecast.words import data_to_ask_for, days_of_data, met_header, where
from .kinds.head import title_of
from .kinds.registry import KINDS
from .language import Language, language, phrase
from .store.folder import Answer, below, find, load
from .store.index import refresh_index

FORECASTS = {"forecast": KINDS["forecast"]}
FOLLOW_UP = 3
"""Lines for what is done next."""
Forecasts = Sequence[Answer[ForecastResult]]
MOST_DRAWS_WEIGHED = 1000
"""Parameter draws by which data to ask for are weighed."""
MOST_PASSED_OVER = 3
"""Answers that are named one by one."""
_OTHER_INPUTS = phrase(
    "Not used: {what} in {folder}, made from other inputs than {forecast} ({inputs}); to have it in the brief, compute "
    "it again with the scenario of that forecast."
)
_OLDER = phrase("Not used: {what} in {folder}; there is a newer one.")


@dataclass(frozen=True)
class Runs:
    """What a brief is made of: forecasts, the first being the one it is of, and other answers.

    Attributes
    ----------
    passed_over
        Answers that it leaves out, with the sentence that says why.
    named
        The folders that were named; other answers were found below them.
    """

    forecasts: Forecasts
    answers: Sequence[Answer[Any]] = ()
    passed_over: Sequence[tuple[Answer[Any], str]] = ()
    named: frozenset[Path] = frozenset()

    @property
    def language(self) -> str | None:
        """The language that the scenario of the first run names."""
        return self.forecasts[0].result.language

    def notes(self, speech: Language) -> Iterator[str]:
        """Yield which of several answers were taken, and what was passed over."""
        if not self.passed_over:
            return
        for one in (*self.forecasts, *self.answers):
            if one.path.resolve() not in self.named:
                values = {"what": speech.say(one.folder.kind.title), "folder": one.path}
                yield speech.say(
                    "Used: {what} in {folder}, finished {day} at {time}.", **values, **speech.moment(one.finished_at)
                )
        for one, sentence in self.passed_over[:MOST_PASSED_OVER]:
            what = speech.say(one.folder.kind.title)
            values = {"what": what, "folder": one.path, "forecast": self.forecasts[0].path}
            yield speech.say(sentence, **values, inputs=_other_inputs(one, self.forecasts[0]))
        if (more := len(self.passed_over) - MOST_PASSED_OVER) > 0:
            yield speech.say("Not used besides: {number}.", number=speech.number(more))


@dataclass(frozen=True)
class Written:
    """What was written, what was changed by hand and left, and whether the PDF had to be left out."""

    files: Sequence[Path]
    changed: Sequence[Path]
    without_pdf: bool


def which_run(speech: Language, run: Answer[Any]) -> str | None:
    """Return which of several runs was taken, and when it was finished; None where there was no choice."""
    if not run.older:
        return None
    return speech.say(
        "The newest of {number} finished runs is used: {folder}, finished {day} at {time}.",
        folder=run.path,
        number=speech.number(run.older + 1),
        **speech.moment(run.finished_at),
    )


def read_runs(folders: Sequence[Path]) -> Runs:
    """Return the finished forecasts, and the answers of other commands, in folders and below them.

    Of several runs of a scenario the newest is taken, and of answers those that were made from the inputs of the
    forecasts, or of a scenario that one of these answers compares with them: of several that speak of the same
    scenarios one that was named itself, else the newest. Of a folder that holds the runs of several scenarios the
    brief is of the newest forecast.

    Raises
    ------
    Refusal
        Where a folder holds neither, or none holds a forecast.
    """
    others = {name: kind for name, kind in KINDS.items() if name not in FORECASTS and kind.in_brief}
    forecasts: dict[Path, Answer[ForecastResult]] = {}
    older: list[tuple[Answer[Any], str]] = []
    answers: dict[Path, Answer[Any]] = {}
    for folder in folders:
        found = [own] if (own := find(folder, others)) is not None else below(folder, others)
        answers |= {answer.path.resolve(): answer for answer in found}
        # A folder that holds answers alone asks for no forecast of its own.
        newest, rest = _newest_of_each(folder)
        older += [(run, _OLDER) for run in rest]
        for run in newest or ([] if found else [load(folder, FORECASTS)]):
            forecasts.setdefault(run.path.resolve(), run)
    if not forecasts:
        raise Refusal(Message("a brief is of a forecast: give the folder of a forecast as well"))
    named = frozenset(folder.resolve() for folder in folders)
    runs = _agreeing(list(forecasts.values()), list(answers.values()), named)
    return replace(runs, passed_over=[*older, *runs.passed_over], named=named)


def _newest_of_each(folder: Path) -> tuple[Forecasts, Forecasts]:
    """Return the newest forecast of each scenario in a folder or below it, the newest of all first; and the others."""
    if (own := find(folder, FORECASTS)) is not None:
        return [own], []
    newest: dict[str, Answer[ForecastResult]] = {}
    runs = sorted(below(folder, FORECASTS), key=lambda run: run.age, reverse=True)
    older = [run for run in runs if newest.setdefault(run.result.scenario, run) is not run]
    return list(newest.values()), older


def _agreeing(forecasts: Forecasts, answers: Sequence[Answer[Any]], named: AbstractSet[Path]) -> Runs:
    """Return forecasts and answers that contradict neither the first forecast nor each other."""
    first, *others = forecasts
    data = first.manifest.data[0]
    same_data = [
        run
        for run in others
        if [one.district_code for one in run.result.districts] == [one.district_code for one in first.result.districts]
        and all(data.get(name, digest) == digest for name, digest in run.manifest.data[0].items())
    ]
    ours = [answer for answer in answers if is_of(answer, first)]
    beside = [run for run in same_data if all(is_of(answer, run) is not False for answer in ours)]
    compared = [answer.inputs for answer in _newest(ours, named)]
    theirs = [
        answer
        for answer in answers
        if is_of(answer, first) is None
        and (any(is_of(answer, run) for run in beside) or any(_has_inputs(answer, inputs) for inputs in compared))
    ]
    agree = [*ours, *theirs]
    kept = _newest(agree, named)
    passed: list[tuple[Answer[Any], str]] = [(run, _OTHER_INPUTS) for run in others if run not in beside]
    passed += [(one, _OLDER if one in agree else _OTHER_INPUTS) for one in answers if one not in kept]
    return Runs([first, *beside], kept, passed)


def _newest(answers: Iterable[Answer[Any]], named: AbstractSet[Path]) -> list[Answer[Any]]:
    """Return one answer of each kind about the same scenarios, in the order in which a brief tells them."""
    kept: dict[tuple[str, ...], Answer[Any]] = {}
    for answer in sorted(answers, key=lambda one: (one.path.resolve() in named, one.age)):
        kept[answer.folder.kind.name, *answer.inputs] = answer
    return sorted(kept.values(), key=lambda one: list(KINDS).index(one.folder.kind.name))


def is_of(answer: Answer[Any], run: Answer[ForecastResult]) -> bool | None:
    """Return whether an answer has the inputs of a forecast; None where it is not about a scenario of that name."""
    ((name, own),) = run.inputs.items()
    theirs = answer.inputs.get(name)
    return None if theirs is None else theirs == own


def _has_inputs(answer: Answer[Any], inputs: Mapping[str, Any]) -> bool:
    """Return whether every scenario of an answer is among others, under its name and with the same inputs."""
    return all(inputs.get(name) == own for name, own in answer.inputs.items())


def _other_inputs(answer: Answer[Any], run: Answer[ForecastResult]) -> str:
    """Return the keys of the scenario, and the data files, that are others than those of a forecast."""
    ((name, own),), every = run.inputs.items(), answer.inputs
    theirs = every.get(name) or next(iter(every.values()))
    return listed((key for key in sorted({*own, *theirs}) if own.get(key) != theirs.get(key)), MOST_PASSED_OVER)


def brief_of(speech: Language, runs: Runs) -> Document:
    """Return the brief of the first run, on two pages: the answer, then what can be done and what is missing."""
    run, say = runs.forecasts[0], speech.say
    result, own = run.result, run.document(speech)
    answers = [(answer, answer.document(speech)) for answer in runs.answers]
    follow_up = [say("what is done"), say("who does it"), say("until when")]
    options = [block for _, document in answers for block in document.shown(On.OPTIONS)]
    options = [block for place, block in enumerate(options) if block not in options[place + 1 :]]
    if not any(answer.folder.kind.name == "comparison" for answer in runs.answers):
        options += _beside(speech, result, [other.result for other in runs.forecasts[1:]])
    planned = any(answer.folder.kind.name == "plan" and answer.result.villages for answer in runs.answers)
    places = On.SUBDISTRICTS if planned else On.FEW_PLACES if options else On.PLACES
    days = days_of_data(speech, result, run.source.scenario)
    data = [
        Bullets(list(data_to_ask_for(speech, result, _next_datum(run), days))),
        *(block for _, document in answers for block in document.shown(On.DATA)),
    ]
    first_page: list[Block] = [
        Table("", [say("drawn up on"), say("by"), say("for")], [["", "", ""]], to_fill=True),
        *_on_paper(speech, run, own.shown(On.ANSWER)),
    ]
    second_page: list[Block] = [
        *_section(say("Options"), options),
        *_calmly(own.shown(places)),
        *_section(say("Data to ask for"), data),
        *_section(
            say("What this forecast cannot say"),
            [
                block
                for document in (own, *(document for _, document in answers))
                for block in document.shown(On.LIMITS)
            ],
        ),
        *_section(say("Follow-up"), [Table("", follow_up, [["", "", ""]] * FOLLOW_UP, to_fill=True)]),
    ]
    if isinstance(heading := second_page[0], Heading):
        second_page[0] = replace(heading, turns_page=True)
    blocks = [*first_page, *second_page]
    return replace(own, title=_title(speech, result), blocks=blocks)


def _title(speech: Language, result: ForecastResult) -> str:
    return speech.say(
        "{district}: chance of meeting the target for Kampung KB of {year}",
        district=where(speech, result),
        year=result.first_year,
    )


def _next_datum(run: Answer[ForecastResult]) -> NextDatum | None:
    """Return which datum would narrow the answer, by its own parameter draws; None where that cannot be told."""
    result = run.result
    if result.own_law:
        return None
    with suppress(Refusal):
        return next_datum(run.scenario, min(result.draws, MOST_DRAWS_WEIGHED), seed=result.seed, progress=False)
    return None


def annex_of(speech: Language, runs: Runs) -> Document:
    """Return the annex to the brief: every table and assumption, and a chapter on each other answer."""
    run = runs.forecasts[0]
    own = run.document(speech)
    blocks = [*_on_paper(speech, run, own.shown(On.ANNEX))]
    for answer in runs.answers:
        document = answer.document(speech)
        blocks += [Heading(document.chapter), *_calmly(_on_paper(speech, answer, document.shown(On.ANNEX)))]
    return replace(own, title=_title(speech, run.result), kind=speech.say("Annex to the policy brief"), blocks=blocks)


def _section(title: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks below a heading, the heading only where there are any."""
    told = list(_calmly(blocks))
    if told:
        yield from (Heading(title), *told)


def _calmly(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks none of which is the answer of the document."""
    for block in blocks:
        yield replace(block, strong=False) if isinstance(block, Paragraph) else block


def _on_paper(speech: Language, answer: Answer[Any], blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks, figures as drawn."""
    from .figures.drawings import draw, drawing_alone

    for block in blocks:
        if isinstance(block, Picture):
            figure = draw(block.name, answer.result, speech.code, answer.source)
            svg, png = drawing_alone(figure, block.name)
            yield replace(block, caption=figure.explanation or block.alternative, svg=svg, png=png)
        else:
            yield block


def _beside(speech: Language, result: ForecastResult, others: Sequence[ForecastResult]) -> Iterator[Block]:
    """Yield the first year of other runs beside the one that the brief is of."""
    if not others:
        return
    rows = [[title_of(speech, one), *years_table(speech, one.districts[0]).rows[0][-3:-1]] for one in (result, *others)]
    caption = speech.say("The first year, {year}, under each scenario", year=result.first_year)
    headers = [speech.say("scenario"), met_header(speech, result.districts), speech.say("range from assumptions")]
    yield Table(caption, headers, rows)


def write_brief(speech: Language, runs: Runs) -> Written:
    """Write the brief, and its annex, as DOCX and PDF in the folder of the first run.

    A brief that was changed by hand since it was written, or is in another language, keeps its name, and the new one
    gets another.

    Raises
    ------
    Refusal
        Where python-docx is not installed.
    """
    if find_spec("docx") is None:
        raise Refusal(
            Message(
                "the brief needs the package python-docx, and its PDF the package typst: pip install python-docx typst"
            )
        )
    folder, with_pdf = runs.forecasts[0].path, find_spec("typst") is not None
    writers: dict[str, Callable[[Path], None]] = {}
    for name, document in (("brief", brief_of(speech, runs)), ("annex", annex_of(speech, runs))):
        writers[f"{name}.docx"] = partial(write_docx, speech, document)
        if with_pdf:
            from .figures.page import font_folder

            writers[f"{name}.pdf"] = partial(write_pdf, speech, font_folder(), document)
    out = hand_out(folder, writers, speech.code)
    refresh_index(folder.parent, language(runs.language) if runs.language else speech)
    return Written(out.written, out.changed, not with_pdf)
