"""The command ``export``: a finished answer as one workbook."""

from __future__ import annotations

from typing import Annotated

import typer

from ..command import command
from ..load_scenarios import finished_run
from ..options import HELP, Run, Settings, print_written

Xlsx = Annotated[bool, typer.Option("--xlsx", help=HELP.say("As a workbook, the only format so far."))]


@command
def export(
    settings: Settings,
    run: Run,
    xlsx: Xlsx = True,
) -> None:
    """Write the workbook of a run."""
    del xlsx  # named in commands so that other formats can be added
    from ...report.kinds.registry import KINDS
    from ...report.runs import write_workbook

    found = finished_run(settings, run, KINDS)
    out = write_workbook(settings.language(), found)
    print_written(settings, out.written, out.changed)
