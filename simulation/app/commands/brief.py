"""The command ``brief``: a policy brief of finished runs, as DOCX and PDF.

Knows which runs are asked for and where the brief goes; must not know what it says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..command import command
from ..errors import report_errors
from ..options import HELP, Settings, print_json

Runs = Annotated[
    list[Path], typer.Argument(metavar="RUN…", help=HELP.say("Folders of finished runs."), show_default=False)
]


@command
def brief(
    settings: Settings,
    runs: Runs,
) -> None:
    """Write the brief of a run."""
    with report_errors(settings):
        from ...report.brief.files import write_brief
        from ...report.brief.runs import read_runs

        found = read_runs(runs)
        settings = settings.speaking(found.language)
    with report_errors(settings):
        speech = settings.language()
        for note in found.notes(speech):
            settings.note(note)
        written = write_brief(speech, found)
        for kept in written.kept:
            settings.note(speech.say("Changed by hand since it was written, and kept as {path}.", path=kept))
        if settings.as_json:
            print_json({"written": [str(path) for path in written.files]})
            return
        for path in written.files:
            typer.echo(speech.say("Written: {path}", path=path))
        if written.without_pdf:
            settings.note(speech.say("No PDF: it needs the package typst (pip install typst)."))
