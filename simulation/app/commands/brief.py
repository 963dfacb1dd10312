"""The command ``brief``: a policy brief of finished runs, as DOCX and PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..command import command
from ..options import HELP, Settings, print_written

Runs = Annotated[list[Path], typer.Argument(metavar=HELP.say("RUN…"), help=HELP.say("Folders of finished runs."))]


@command
def brief(
    settings: Settings,
    runs: Runs,
) -> None:
    """Write the brief of a run."""
    from ...report.brief import read_runs, write_brief

    found = read_runs(runs)
    settings.lang = settings.lang or found.language
    speech = settings.language()
    for note in found.notes(speech):
        settings.note(note)
    written = write_brief(speech, found)
    print_written(settings, written.files, written.changed)
    if written.without_pdf:
        settings.note(speech.say("No PDF: it needs the package typst (pip install typst)."))
