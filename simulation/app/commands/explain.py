"""The command ``explain``: why one village rises, or not.

Knows its options; must not know where a chance comes from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..command import command
from ..settings import HELP, Settings, told


@command
def explain(
    settings: Settings,
    run: Annotated[Path, typer.Argument(metavar="RUN", help=HELP.say("Folder of a finished run."), show_default=False)],
    village: Annotated[
        str,
        typer.Argument(
            metavar="VILLAGE", help=HELP.say("Its code, or its name where no other village has it."), show_default=False
        ),
    ],
    year: Annotated[
        int | None, typer.Option(metavar="Y", help=HELP.say("Forecast year [the first]."), show_default=False)
    ] = None,
) -> None:
    """Explain the chance that one village of a finished run rises."""
    with told(settings):
        from ...report.finished import load_run, which_run

        finished = load_run(run)
        settings = settings.speaking(finished.record["language"])
    with told(settings):
        from ..explaining import explain_village

        if which := which_run(settings.language(), finished):
            settings.note(which)
        explain_village(settings, finished, village, year)
