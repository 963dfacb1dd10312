"""The command ``sensitivity``: what the chance of meeting the target depends on.

Knows its options and the order of the answer's parts; must not know how shares are computed or worded.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...report.language import phrase
from ..command import command
from ..loading import load_all
from ..settings import (
    HELP,
    EngineChoice,
    Force,
    NoFigures,
    Out,
    ScenarioFile,
    Seed,
    Settings,
    Workers,
    at_least_one,
    told,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ...inputs.scenario import Scenario
    from ...report.answers import AnswerFolder
    from ...report.language import Language

TRYING = (
    phrase("Varying parameters"),
    phrase("Varying parameters: {done} of {total} trajectories of this step, about {seconds} s left"),
)
Draws = Annotated[
    int | None, typer.Option(metavar="N", callback=at_least_one, help=HELP.say("Points of the design [512]."))
]
Replicates = Annotated[
    int | None, typer.Option(metavar="N", callback=at_least_one, help=HELP.say("Trajectories at each point [64]."))
]
Engine = Annotated[
    EngineChoice | None,
    typer.Option(metavar="batch|mesa|exact", help=HELP.say("How to compute [exact where it applies].")),
]
Year = Annotated[int | None, typer.Option(metavar="Y", help=HELP.say("Forecast year [the first]."), show_default=False)]


@command
def sensitivity(
    settings: Settings,
    scenario: ScenarioFile,
    year: Year = None,
    draws: Draws = None,
    replicates: Replicates = None,
    seed: Seed = 0,
    engine: Engine = None,
    workers: Workers = None,
    no_figures: NoFigures = False,
    force: Force = False,
    out: Out = Path("results"),
) -> None:
    """Analyse what the answer depends on, or find the analysis, and print it."""
    with told(settings):
        (loaded,) = load_all(settings, [scenario])
        settings = settings.speaking(loaded.language)
    with told(settings):
        from ...decision.sensitivity.analysis import DRAWS, REPLICATES
        from ...engine.ensemble import Effort
        from ...report import plots
        from ...report.sensitivity.folder import sensitivity_folder
        from ..answering import complete, show
        from ..foretelling import foretelling

        effort = Effort(draws or DRAWS, replicates or REPLICATES)
        asked = None if engine is None else engine.value
        folder = sensitivity_folder(loaded, effort, seed, asked or "auto", year, out)
        planned = foretelling(settings, folder, seed, workers, figures=int(not no_figures))
        how: dict[str, Any] = {"seed": seed, "year": year, "engine": asked, "workers": workers, "planned": planned}
        make = partial(_analyse, settings, loaded, folder, effort, **how)
        record, undrawn = complete(settings, folder, make, None if no_figures else plots.sensitivity, force=force)
        show(settings, folder, record, _parts(settings.language(), record))
        if undrawn is not None:
            raise undrawn


def _analyse(
    settings: Settings, scenario: Scenario, folder: AnswerFolder, effort: Any, **options: Any
) -> dict[str, Any]:
    from ...decision.sensitivity.analysis import sensitivity as analyse
    from ...report.sensitivity.folder import write_sensitivity
    from ..progress import ProgressReport

    began = time.monotonic()
    with ProgressReport(settings.language(), quiet=settings.quiet, doing=TRYING) as progress:
        found = analyse(scenario, effort.draws, effort.replicates, told=progress, **options)
    record = write_sensitivity(folder, found)
    folder.run.log("analysed", engine=found.engine, seconds=round(time.monotonic() - began, 2))
    return record


def _parts(speech: Language, record: dict[str, Any]) -> Iterator[RenderableType]:
    """Yield the sentences and the table of the answer, in reading order."""
    from ...report import wording
    from ...report.sensitivity import words
    from ..answer import titled

    yield words.heading(speech, record)
    yield ""
    yield record["verdict"][speech.code]
    yield wording.basis(speech, record["basis"])
    yield from titled(words.table(speech, record))
    yield from words.notes(speech, record)
