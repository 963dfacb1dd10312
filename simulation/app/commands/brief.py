"""The command ``brief``: a policy brief of finished runs, as DOCX and PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..command import command
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
    from ...report.brief import read_runs, write_brief

    found = read_runs(runs)
    settings.speak(found.language)
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
