"""The command ``new``: a starter scenario and its village table, as CSV and as a workbook."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from ..command import command
from ..options import HELP, Settings, print_written

_TEMPLATES = Path(__file__).parents[1] / "starters"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


@command
def new(
    settings: Settings,
    name: Annotated[
        str, typer.Argument(metavar=HELP.say("NAME"), help=HELP.say("Name of the scenario: a-z, 0-9, - and _."))
    ],
) -> None:
    """Write a starter scenario and its village table."""
    speech = settings.language()
    written = write_starter(Path(name), speech.code)
    print_written(settings, written)
    if settings.as_json:
        return
    scenario, table, workbook = written
    names = {"scenario": scenario.name, "table": table.name, "workbook": workbook.name}
    settings.note(speech.say("{scenario} reads {workbook}: fill it in, in Excel or LibreOffice.", **names))
    settings.note(speech.say("Prefer CSV? Fill in {table} and write table: {table} in {scenario}.", **names))
    settings.note(speech.say("Then run: kampungkb check {path}", path=scenario))
    settings.note(speech.say("A list that the office has already need not be typed again: kampungkb start LIST.xlsx"))


def write_starter(where: Path, code: str) -> list[Path]:
    """Write a scenario and its village table, once as CSV and once as a workbook, and return their paths.

    Parameters
    ----------
    where
        Name of the scenario, with a folder before it and ``.yaml`` after it if wanted.
    code
        Language of the starter, such as ``id``.

    Raises
    ------
    Refusal
        Where the name is not one, or a file of that name is there already; nothing is written then.
    """
    from ...domain.constraints import RESERVED_NAMES
    from ...domain.messages import Message, Refusal
    from ...report.files import write_bytes, write_text

    name = where.stem if where.suffix in {".yaml", ".yml"} else where.name
    if not _NAME.fullmatch(name):
        raise Refusal(Message("{name} is not a valid scenario name: use a-z, 0-9, - and _.", {"name": repr(name)}))
    if name in RESERVED_NAMES:
        raise Refusal(Message("systems reserve this name, so that no folder of results can have it"))
    scenario, table = where.with_name(f"{name}.yaml"), where.with_name(f"{name}_villages.csv")
    workbook = table.with_suffix(".xlsx")
    for path in (scenario, table, workbook):
        if path.exists():
            raise Refusal(Message("{path} is there already and is left as it is.", {"path": path}))
    text = Template((_TEMPLATES / f"scenario.{code}.yaml").read_text(encoding="utf-8"))
    for copy in (table, workbook):
        write_bytes(copy, (_TEMPLATES / f"villages.{code}{copy.suffix}").read_bytes())
    write_text(scenario, text.substitute(name=name, table=table.name, workbook=workbook.name))
    return [scenario, table, workbook]
