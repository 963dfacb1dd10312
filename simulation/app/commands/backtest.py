"""The command ``backtest``: past years forecast from what was known before them, and scored.

Knows its options and the order of the answer's parts; must not know how scores are computed or worded.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...report.language import phrase
from ..command import command
from ..loading import load_all
from ..settings import (
    HELP,
    Force,
    NoFigures,
    Out,
    Seed,
    Settings,
    told,
)
from .calibrate import FixedCohort

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ...domain.evidence import Panel
    from ...inputs.scenario import Scenario
    from ...report.answers import AnswerFolder
    from ...report.language import Language
    from ...report.plots_page import Figure

PAST_YEARS = phrase("Past years"), phrase("Past years: {done} of {total} forecast, about {seconds} s left")
Panels = Annotated[
    list[Path],
    typer.Argument(metavar="PANEL…", help=HELP.say("Village lists of past years (CSV, XLSX)."), show_default=False),
]
Of = Annotated[
    Path | None,
    typer.Option(
        "--scenario", metavar="S", help=HELP.say("Scenario whose target and priors apply."), show_default=False
    ),
]
Draws = Annotated[int, typer.Option(metavar="N", min=2, help=HELP.say("Draws of the parameters for each year."))]


@command
def backtest(
    settings: Settings,
    panels: Panels,
    scenario: Of = None,
    fixed_cohort: FixedCohort = False,
    draws: Draws = 500,
    seed: Seed = 0,
    no_figures: NoFigures = False,
    force: Force = False,
    out: Out = Path("results"),
) -> None:
    """Back-test the model, or find the back-test, and print the answer."""
    with told(settings):
        loaded = None if scenario is None else load_all(settings, [scenario])[0]
        settings = settings.speaking(None if loaded is None else loaded.language)
    with told(settings):
        from ...inference.backtest.panels import read_panels
        from ...report.backtest.folder import backtest_folder
        from ..answering import complete, show

        speech = settings.language()
        gathered = read_panels(panels, loaded, fixed_cohort=fixed_cohort)
        for note in gathered.notes:
            settings.note(speech.problem(note))
        known = gathered.evidence.panels
        folder = backtest_folder(known, loaded, draws, seed, out)
        make = partial(_score, settings, folder, known, loaded, draws, seed)
        record, undrawn = complete(settings, folder, make, None if no_figures else _draw, force=force)
        show(settings, folder, record, _parts(speech, record))
        if undrawn is not None:
            raise undrawn


def _score(
    settings: Settings,
    folder: AnswerFolder,
    panels: Sequence[Panel],
    scenario: Scenario | None,
    draws: int,
    seed: int,
) -> dict[str, Any]:
    """Score past years, write the tables and return the record."""
    from ...inference.backtest.rolling import roll
    from ...report.backtest.folder import write_backtest
    from ..progress import ProgressReport

    began = time.monotonic()
    with ProgressReport(settings.language(), quiet=settings.quiet, doing=PAST_YEARS) as progress:
        found = roll(panels, scenario, draws, seed, progress=progress)
    record = write_backtest(folder, found)
    folder.run.log("scored", seconds=round(time.monotonic() - began, 2))
    return record


def _draw(record: dict[str, Any], code: str, run_hash: str) -> Figure:
    from ...report.plots import backtest as figure

    return figure(record, code, run_hash)


def _parts(speech: Language, record: dict[str, Any]) -> Iterator[RenderableType]:
    """Yield the sentences and tables of the answer, in reading order."""
    from ...report.backtest import words
    from ..answer import titled

    yield words.heading(speech, record)
    yield ""
    yield words.said(speech, record)
    yield from titled(words.scores_table(speech, record))
    if (skills := words.skill_table(speech, record)) is not None:
        yield from titled(skills)
    yield from titled(words.coverage_table(speech, record))
    yield from words.notes(speech, record)
