"""The command ``export``: a finished run as one workbook.

Knows which run is asked for and where the workbook goes; must not know what is in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..command import command
from ..errors import report_errors
from ..options import HELP, Settings, print_json

Run = Annotated[Path, typer.Argument(metavar="RUN", help=HELP.say("Folder of a finished run."), show_default=False)]
Xlsx = Annotated[bool, typer.Option("--xlsx", help=HELP.say("As a workbook, the only format so far."))]


@command
def export(
    settings: Settings,
    run: Run,
    xlsx: Xlsx = True,
) -> None:
    """Write the workbook of a run."""
    del xlsx  # named in commands so that other formats can be added
    with report_errors(settings):
        from ...report.finished import load_run, which_run

        found = load_run(run)
        settings = settings.speaking(found.record["language"])
    with report_errors(settings):
        from ...report.export import hand_out_workbook

        speech = settings.language()
        if which := which_run(speech, found):
            settings.note(which)
        path, changed = hand_out_workbook(speech, found)
        for kept in changed:
            settings.note(speech.say("Changed by hand since it was written, and kept as {path}.", path=kept))
        if settings.as_json:
            print_json({"written": [str(path)]})
        else:
            typer.echo(speech.say("Written: {path}", path=path))
