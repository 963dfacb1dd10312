"""What ``plan`` does once its scenario is read: find the plan or make it, draw, answer.

Knows the order of these steps and of the answer's parts; must not know options, nor how numbers become words.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..decision.plan.planning import make_plan
from ..decision.plan.request import PlanRequest
from ..report import wording
from ..report.answers import AnswerFolder
from ..report.language import Language
from ..report.plan import ranking, tables, words
from ..report.plan.folder import plan_folder, write_plan
from .answer import titled
from .answering import complete, show
from .settings import Settings

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ..report.plots_page import Figure

Record = Mapping[str, Any]
LINE_SECONDS = 10.0
"""Between two lines of progress."""


def answer(
    settings: Settings, asked: PlanRequest, workers: int | None, out: Path, *, force: bool, figures: bool
) -> None:
    """Find the finished plan or make it, add its figure, and print what it says."""
    folder = plan_folder(asked, out)
    make = partial(_plan, settings, asked, workers, folder)
    record, undrawn = complete(settings, folder, make, _draw if figures else None, force=force)
    show(settings, folder, record, _parts(settings.language(), record, detailed=settings.verbose))
    if undrawn is not None:
        raise undrawn


def _plan(settings: Settings, asked: PlanRequest, workers: int | None, folder: AnswerFolder) -> dict[str, Any]:
    """Make the plan, write its tables and return the record."""
    began = time.monotonic()
    found = make_plan(asked, workers, _Progress(settings))
    record = write_plan(folder, found)
    folder.run.log("planned", engine=found.engine, seconds=round(time.monotonic() - began, 2))
    return record


class _Progress:
    """Called with (tried, in all); a line now and then."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._said = settings, time.monotonic()

    def __call__(self, tried: int, in_all: int) -> None:
        """Note that so many settings were tried."""
        if time.monotonic() - self._said < LINE_SECONDS:
            return
        self._said = time.monotonic()
        speech = self._settings.language()
        said = {"tried": speech.number(tried), "in_all": speech.number(in_all)}
        self._settings.note(speech.say("Planning: {tried} of about {in_all} tries", **said))


def _draw(record: dict[str, Any], code: str, run_hash: str) -> Figure:
    from ..report.plots import plan

    return plan(record, code, run_hash)


def _parts(speech: Language, record: Record, *, detailed: bool) -> Iterator[RenderableType]:
    """Yield the sentences and tables of the answer, in reading order."""
    yield words.heading(speech, record)
    yield ""
    yield record["verdict"][speech.code]
    if limit := words.what_limits(speech, record):
        yield limit
    if programme := wording.programme(speech, record):
        yield programme
    yield wording.basis(speech, record["basis"])
    for table in (tables.settings_table(speech, record), tables.limits_table(speech, record)):
        if table is not None:
            yield from titled(table)
    for table in (tables.villages_table(speech, record), tables.subdistricts_table(speech, record)):
        if table is not None:
            yield from titled(table)
    yield from ranking.about_ranking(speech, record)
    if record["villages"]:
        yield speech.say(
            "All {villages} villages, also by kecamatan: {file} in the folder below.",
            villages=speech.number(len(record["villages"])),
            file=f"priorities_{speech.code}.xlsx",
        )
    yield from words.notes(speech, record)
    if detailed and record["why_simulated"] is not None:
        yield speech.say("Why not exactly: {reason}.", reason=record["why_simulated"][speech.code])
