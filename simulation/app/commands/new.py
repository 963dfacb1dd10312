"""The command ``new``: a starter scenario and a village table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..command import command
from ..options import HELP, Settings, print_json


@command
def new(
    settings: Settings,
    name: Annotated[str, typer.Argument(metavar="NAME", help=HELP.say("Name of the scenario: a-z, 0-9, - and _."))],
) -> None:
    """Write a starter scenario and its village table."""
    from ..starter import write_starter

    speech = settings.language()
    written = write_starter(Path(name), speech.code)
    if settings.as_json:
        print_json({"written": [str(path) for path in written]})
        return
    for path in written:
        typer.echo(speech.say("Written: {path}", path=path))
    scenario, table, workbook = written
    names = {"scenario": scenario.name, "table": table.name, "workbook": workbook.name}
    settings.note(speech.say("{scenario} reads {workbook}: fill it in, in Excel or LibreOffice.", **names))
    settings.note(speech.say("Prefer CSV? Fill in {table} and write table: {table} in {scenario}.", **names))
    settings.note(speech.say("Then run: kampungkb check {path}", path=scenario))
