"""What a brief says of a forecast: the answer on one page, then what it rests on.

Knows the order in which a meeting asks; must not know how a page is set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...inference.forecast import PRIORS_ALONE, PRIORS_AND_STATED, STATED_ALONE
from .. import answer_tables, wording
from ..answer_tables import WordTable
from ..assumptions import assumption_rows, effects_are_placeholders
from ..dates import day_of
from ..failures import caveats
from ..finished import FinishedRun
from ..language import Language, phrase
from ..record import districts_of
from ..results import BOARD, paths
from ..single_villages import board_refusal
from ..statements import statement_groups
from .blocks import Block, Bullets, Document, Heading, Paragraph, Picture, TableBlock, unbroken
from .further import FurtherAnswer, first_page, further_blocks

Record = Mapping[str, Any]
SMALL_CM, WIDE_CM = 8.5, 17.0
"""Figures that leave room for sentences, and those that take the whole width of a page."""


def brief_of(speech: Language, runs: Sequence[FinishedRun], answers: Sequence[FurtherAnswer] = ()) -> Document:
    """Return the brief of a run.

    Parameters
    ----------
    runs
        The run that the brief is of; then others that are named beside it.
    answers
        Comparisons, plans and other answers to tell beside it.
    """
    run, *others = runs
    record = run.record
    first = record["origin"] + 1
    where = record.get("name") or speech.say("{number} districts", number=speech.number(len(districts_of(record))))
    blocks = [
        *_answer(speech, run, answers),
        *_beside(speech, record, [other.record for other in others]),
        *_more(speech, run),
        *(block for answer in answers for block in further_blocks(speech, answer)),
        *_method(speech, run),
        *_assumptions(speech, run),
        *_limits(speech, run, answers),
        Paragraph(_identity(speech, run), quiet=True),
    ]
    return Document(
        language=speech.code,
        kind=speech.say("Policy brief"),
        title=speech.say("{district}: the Kampung KB target of {year}", district=where, year=first),
        subtitle=_subtitle(speech, run),
        blocks=[unbroken(block) for block in blocks],
        footer=speech.say(
            "Kampung KB Forecast, {scenario}, run {hash}.", scenario=record["scenario"], hash=run.folder.hash
        ),
        figure_word=speech.say("Figure"),
        table_word=speech.say("Table"),
    )


def _subtitle(speech: Language, run: FinishedRun) -> str:
    """Return the scenario and, where it says so, the day of its data."""
    title = wording.title(speech, run.record).rstrip(".")
    known = run.manifest["scenario"].get("villages") or {}
    if as_of := isinstance(known, Mapping) and known.get("as_of"):
        return speech.say("Scenario: {title}. Status data of {day}.", title=title, day=day_of(speech, str(as_of)))
    return speech.say("Scenario: {title}.", title=title)


def _answer(speech: Language, run: FinishedRun, answers: Sequence[FurtherAnswer]) -> Iterator[Block]:
    """Yield the first page: the answer, the figure that shows it, plan and comparison, and what it rests on."""
    record = run.record
    yield Paragraph(record["verdict"][speech.code], strong=True)
    points = [point for answer in answers for point in first_page(speech, answer)]
    figure = _picture(speech, run.folder.path, "rises", record["verdict"][speech.code])
    yield replace(figure, width_cm=SMALL_CM) if points else figure
    districts = districts_of(record)
    points += [wording.basis(speech, record["basis"]), wording.programme(speech, record) or ""]
    if len(districts) == 1:
        points += answer_tables.all_years(speech, districts[0])
    points += [*caveats(speech, record), *answer_tables.notes(speech, districts)]
    if effects_are_placeholders(record):
        points.append(speech.say("Effects of interventions are placeholders until experts or data say otherwise."))
    yield Bullets([point for point in points if point])
    yield Heading(speech.say("Appendix: details and assumptions"), above=True)


def _more(speech: Language, run: FinishedRun) -> Iterator[Block]:
    """Yield the years, the readings of the target, and the mix of levels."""
    record = run.record
    fan_chart = _picture(
        speech, run.folder.path, "fan_chart", speech.say("Share of villages at each level, year by year.")
    )
    yield Heading(speech.say("Year by year"))
    if "districts" in record:
        yield TableBlock(answer_tables.meeting_table(speech, record))
        yield TableBlock(answer_tables.districts_table(speech, record))
        yield fan_chart
    else:
        yield TableBlock(answer_tables.years_table(speech, record))
        yield Paragraph(
            speech.say(
                "The simulation error says how far a number would move if the computation were repeated with other "
                "random numbers. The parameter interval says how far it could move once the true values of the "
                "uncertain parameters are known: only data can narrow it."
            )
        )
        yield fan_chart
        yield Heading(speech.say("What the target may mean"))
        yield Paragraph(
            speech.say(
                "Sources disagree on what the target asks, so every reading is shown; the scenario's own has a star."
            )
        )
        yield TableBlock(answer_tables.readings_table(speech, record))
        if record["interventions"]:
            yield TableBlock(answer_tables.assisted_table(speech, record))
    if board_refusal(record) is None:
        yield Heading(speech.say("Village by village"))
        board = _picture(speech, run.folder.path, BOARD, speech.say("A tile for every village, by kecamatan."))
        yield replace(board, width_cm=WIDE_CM)


def _beside(speech: Language, record: Record, others: Sequence[Record]) -> Iterator[Block]:
    """Yield the first year of other runs beside the one that the brief is of."""
    if not others:
        return
    records = [record, *others]
    yield Heading(speech.say("Other scenarios"))
    headers = [speech.say("scenario"), speech.say("target met ± simulation error"), speech.say("parameter interval")]
    rows = []
    for each in records:
        district = districts_of(each)[0]
        row = answer_tables.years_table(speech, district).rows[0]
        rows.append([wording.title(speech, each), *row[-3:-1]])
    caption = speech.say("The first year, {year}, under each scenario", year=record["origin"] + 1)
    yield TableBlock(WordTable(caption, headers, rows))


def _method(speech: Language, run: FinishedRun) -> Iterator[Block]:
    record, say = run.record, speech.say
    effort = record["effort"]
    yield Heading(say("How this was computed"))
    yield Paragraph(
        say(
            "Every village is followed year by year. Its chance of rising depends on its level, on what it shares "
            "with the district and its subdistrict in a good or a bad year, on its peers, on lasting differences "
            "between villages, and on the interventions of the scenario; a village may also fall, or pass over a level."
        )
    )
    if run.manifest["engine"] == "exact":
        yield Paragraph(
            say(
                "The probabilities are exact for each of {draws} sets of parameter values, and averaged over these.",
                draws=speech.number(effort["draws"]),
            )
        )
        return
    yield Paragraph(
        say(
            "{total} trajectories were simulated: {replicates} for each of {draws} sets of parameter values "
            "drawn from their distributions (seed {seed}). The same inputs give the same numbers on any computer.",
            total=speech.number(effort["draws"] * effort["replicates"]),
            replicates=speech.number(effort["replicates"]),
            draws=speech.number(effort["draws"]),
            seed=effort["seed"],
        )
    )


def _assumptions(speech: Language, run: FinishedRun) -> Iterator[Block]:
    record = run.record
    yield Heading(speech.say("Assumptions and sources"))
    headers = [speech.say("assumption"), speech.say("value"), speech.say("source")]
    rows = assumption_rows(speech, record, detailed=True)
    yield TableBlock(WordTable(speech.say("Assumptions (5 / 50 / 95% where uncertain)"), headers, rows), prose=True)
    headers = [speech.say("what"), speech.say("value"), speech.say("source"), speech.say("explanation")]
    for name, stated in statement_groups(speech, run):
        columns = len(headers) if any(explanation for *_, explanation in stated) else len(headers) - 1
        caption = speech.say("What the scenario states of villages and target")
        if name:
            caption = speech.say("Intervention {name}", name=name)
        yield TableBlock(WordTable(caption, headers[:columns], [row[:columns] for row in stated]), prose=True)


_FIRST_DATA = {
    True: phrase("The first data to ask for is a second list of statuses, at another date."),
    False: phrase(
        "The first data to ask for are a second list of statuses, at another date, and the year in which each village "
        "joined."
    ),
}
_LIMITS = (
    phrase("It is a statement about a scenario: if an assumption is wrong, so is the number."),
    phrase("The set of villages is fixed; kampung that are designated later are not counted."),
)


def _limits(speech: Language, run: FinishedRun, answers: Sequence[FurtherAnswer]) -> Iterator[Block]:
    record = run.record
    yield Heading(speech.say("What this forecast cannot say"))
    items = [speech.say(limit) for limit in _LIMITS]
    if set(record["basis"]) & {PRIORS_ALONE, PRIORS_AND_STATED, STATED_ALONE}:
        items.insert(0, speech.say("No yearly series of status changes of this district was used."))
        # Where it was analysed, the chapter on what the answer depends on says which data matter.
        if all(answer.kind != "sensitivity" for answer in answers):
            items.insert(1, speech.say(_FIRST_DATA[_joined_known(run)]))
    if effects_are_placeholders(record):
        items.append(speech.say("No effect of an intervention on the status of villages has been measured so far."))
    yield Bullets(items)
    words = [
        speech.say("{word}: from {least}", word=speech.say(word), least=speech.percent(least))
        for least, word in wording.PROBABILITY_WORDS[:-1]
    ]
    yield Paragraph(speech.say("Words for probabilities: {words}.", words="; ".join(words)), quiet=True)


def _joined_known(run: FinishedRun) -> bool:
    """Return whether the list of villages says when each joined."""
    if not run.manifest["scenario"].get("villages") or "schema" not in run.manifest["scenario"]:
        return False
    return all("launch_year" in villages.columns for villages in run.scenario.districts)


def _identity(speech: Language, run: FinishedRun) -> str:
    known = ", ".join(f"{name} {number}" for name, number in run.manifest["versions"].items() if number is not None)
    return speech.say(
        "Run {hash}; engine {engine}; {versions}. The run folder holds the scenario, its data and every number.",
        hash=run.folder.hash,
        engine=run.manifest["engine"],
        versions=known,
    )


def _picture(speech: Language, folder: Path, name: str, alternative: str) -> Picture:
    svg, png = paths(folder / "figures", name, speech.code)
    return Picture(svg, png, caption=speech.say(_CAPTIONS[name]), alternative=alternative)


_CAPTIONS = {
    "rises": phrase("Villages that rise each year against the number needed, with the chance of reaching it."),
    "fan_chart": phrase("How the shares of the four levels may develop."),
    BOARD: phrase("Where each village stands, and its chance of rising."),
}
