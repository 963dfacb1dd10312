"""What ``compare`` does once its scenarios are read: find the comparison or make it, draw, answer.

Knows the order of these steps and of the answer's parts; must not know options, nor how numbers become words.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..decision.comparing import compare
from ..decision.pairing import refuse_unpaired
from ..domain.messages import KampungError
from ..engine.ensemble import Effort
from ..inputs.scenario import Scenario
from ..report import wording
from ..report.answers import AnswerFolder
from ..report.chunks import ChunkFolder
from ..report.comparison import tables, words
from ..report.comparison.folder import comparison_folder, write_comparison
from ..report.language import Language
from .announcing import announcement
from .answer import precision_told, titled
from .answering import complete, show
from .estimate import Work, estimate_of_all
from .keeping import not_kept
from .progress import ProgressReport
from .settings import Settings

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ..report.plots_page import Figure

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """What is to be compared, and how.

    Attributes
    ----------
    scenarios
        The baseline first.
    effort, seed, engine, workers
        As for a comparison.
    precision
        The half-width at which doubling ends, `effort` being where it begins; None to run `effort` once.
    """

    scenarios: Sequence[Scenario]
    effort: Effort
    seed: int
    engine: Literal["batch", "mesa", "exact"]
    workers: int | None
    precision: float | None


def answer(settings: Settings, question: Question, out: Path, *, force: bool, figures: bool) -> None:
    """Find the finished comparison or make it, add its figure, and print what it says."""
    speech = settings.language()
    if question.precision is not None and question.engine == "exact":
        raise KampungError(speech.say("an exact result has no simulation error, so --precision says nothing here."))
    refuse_unpaired(question.scenarios[0], question.scenarios[1:])
    what = question.scenarios, question.effort, question.seed, question.engine
    folder = comparison_folder(*what, out, precision=question.precision)
    make = partial(_compare, settings, question, folder, figures=figures)
    record, undrawn = complete(settings, folder, make, _draw if figures else None, force=force)
    show(settings, folder, record, answer_parts(speech, record))
    if undrawn is not None:
        raise undrawn


def _compare(settings: Settings, question: Question, folder: AnswerFolder, *, figures: bool) -> dict[str, Any]:
    """Say what to expect, compare, write the tables and return the record."""
    began, effort, sinks = time.monotonic(), question.effort, _announced(settings, question, folder, figures=figures)

    def resuming() -> bool:
        return next((sink.resuming for sink in reversed(sinks) if sink.resuming is not None), False)

    with ProgressReport(settings.language(), quiet=settings.quiet, resuming=resuming) as progress:
        found = compare(
            *question.scenarios,
            draws=effort.draws,
            replicates=effort.replicates,
            seed=question.seed,
            engine=question.engine,
            precision=question.precision,
            workers=question.workers,
            progress=progress,
            sinks=sinks or None,
        )
    record = write_comparison(folder, found, question.precision)
    folder.run.log("compared", engine=question.engine, seconds=round(time.monotonic() - began, 2))
    return record


def _announced(settings: Settings, question: Question, folder: AnswerFolder, *, figures: bool) -> list[ChunkFolder]:
    """Say what to expect; return where the chunks of each scenario are kept, nothing where that is not worth it."""
    kept = [folder.run.chunks.folder / str(place) for place in range(len(question.scenarios))]
    how = question.effort, question.seed, question.engine, question.workers, question.precision
    works = [Work(scenario, *how) for scenario in question.scenarios]
    try:
        expected = estimate_of_all(works, [ChunkFolder(place) for place in kept], int(figures))
    except KampungError:
        # The comparison is refused for the same reason, and for those of all other scenarios.
        return []
    for sentence in announcement(settings.language(), works[0], expected, folder.run.path):
        settings.note(sentence)
    return [ChunkFolder(place, expected.size, not_kept(settings)) for place in kept] if expected.parts else []


def _draw(record: dict[str, Any], code: str, run_hash: str) -> Figure:
    from ..report.plots import comparison

    return comparison(record, code, run_hash)


def answer_parts(speech: Language, record: Record) -> Iterator[RenderableType]:
    """Yield the sentences and tables of the answer, in reading order."""
    yield words.heading(speech, record)
    for contrast in record["scenarios"]:
        yield ""
        yield contrast["verdict"][speech.code]
        if programme := wording.programme(speech, contrast):
            yield programme
    yield ""
    yield from words.bases(speech, record)
    yield from titled(tables.totals_table(speech, record))
    for contrast in record["scenarios"]:
        yield from titled(tables.years_table(speech, contrast))
    for contrast in record["scenarios"]:
        if (villages := tables.villages_table(speech, contrast)) is not None:
            yield from titled(villages)
    yield from words.notes(speech, record)
    if "precision" in record:
        yield precision_told(speech, record["precision"])
