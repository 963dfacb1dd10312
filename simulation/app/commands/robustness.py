"""The command ``robustness``: scenarios to choose from, in every state of the world.

Knows its options and the order of the answer's parts; must not know how chances are computed or worded.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...report.language import phrase
from ..command import command
from ..loading import load_all, tell_ignored
from ..settings import (
    Draws,
    Force,
    Out,
    Replicates,
    ScenarioFiles,
    Seed,
    Settings,
    Workers,
    told,
)
from .sensitivity import Year

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ...inputs.scenario import Scenario
    from ...report.answers import AnswerFolder
    from ...report.language import Language

CELLS = (
    phrase("Trying scenarios"),
    phrase("Trying scenarios: {done} of {total} cells of the table, about {seconds} s left"),
)


@command
def robustness(
    settings: Settings,
    scenarios: ScenarioFiles,
    year: Year = None,
    draws: Draws = None,
    replicates: Replicates = None,
    seed: Seed = 0,
    workers: Workers = None,
    force: Force = False,
    out: Out = Path("results"),
) -> None:
    """Try the scenarios in every state of the world, or find that, and print it."""
    with told(settings):
        loaded = load_all(settings, scenarios)
        settings = settings.speaking(loaded[0].language)
    with told(settings):
        from ...decision.pairing import leading_scenario
        from ...engine.ensemble import Effort
        from ...report.robustness.folder import robustness_folder
        from ..answering import complete, show
        from ..foretelling import foretelling

        leading = leading_scenario(loaded)
        tell_ignored(settings, leading, draws)
        effort = Effort.of(leading, draws, replicates)
        folder = robustness_folder(loaded, effort, seed, year, out)
        planned = foretelling(settings, folder, seed, workers, figures=0)
        how: dict[str, Any] = {"seed": seed, "year": year, "workers": workers, "planned": planned}
        make = partial(_try, settings, loaded, folder, effort, **how)
        record, _ = complete(settings, folder, make, None, force=force)
        show(settings, folder, record, _parts(settings.language(), record))


def _try(
    settings: Settings, scenarios: Sequence[Scenario], folder: AnswerFolder, effort: Any, **options: Any
) -> dict[str, Any]:
    from ...decision.robustness.analysis import robustness as tried
    from ...report.robustness.folder import write_robustness
    from ..progress import ProgressReport

    began = time.monotonic()
    with ProgressReport(settings.language(), quiet=settings.quiet, doing=CELLS) as progress:
        found = tried(scenarios, effort.draws, effort.replicates, told=progress, **options)
    record = write_robustness(folder, found)
    folder.run.log("tried", seconds=round(time.monotonic() - began, 2))
    return record


def _parts(speech: Language, record: dict[str, Any]) -> Iterator[RenderableType]:
    """Yield the sentences and the tables of the answer, in reading order."""
    from ...report import wording
    from ...report.robustness import words
    from ..answer import titled

    yield words.heading(speech, record)
    yield ""
    yield record["verdict"][speech.code]
    yield wording.basis(speech, record["basis"])
    for table in words.tables(speech, record):
        yield from titled(table)
    yield from words.notes(speech, record)
