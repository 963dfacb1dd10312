"""The starter scenario that ``new`` writes: a scenario and its village table, as CSV and as a workbook."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from ..domain.messages import KampungError
from ..report.files import write_bytes, write_text
from ..report.language import Language

_TEMPLATES = Path(__file__).parent / "starters"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def write_starter(where: Path, speech: Language) -> list[Path]:
    """Write a scenario and its village table, once as CSV and once as a workbook, and return their paths.

    Parameters
    ----------
    where
        Name of the scenario, with a folder before it and ``.yaml`` after it if wanted.

    Raises
    ------
    KampungError
        Where the name is not one, or a file of that name is there already; nothing is written then.
    """
    name = where.stem if where.suffix in {".yaml", ".yml"} else where.name
    if not _NAME.fullmatch(name):
        raise KampungError(speech.say("{name} is no name for a scenario: use a-z, 0-9, - and _.", name=repr(name)))
    scenario, table = where.with_name(f"{name}.yaml"), where.with_name(f"{name}_villages.csv")
    workbook = table.with_suffix(".xlsx")
    for path in (scenario, table, workbook):
        if path.exists():
            raise KampungError(speech.say("{path} is there already and is left as it is.", path=path))
    text = Template((_TEMPLATES / f"scenario.{speech.code}.yaml").read_text(encoding="utf-8"))
    for copy in (table, workbook):
        write_bytes(copy, (_TEMPLATES / f"villages.{speech.code}{copy.suffix}").read_bytes())
    write_text(scenario, text.substitute(name=name, table=table.name, workbook=workbook.name))
    return [scenario, table, workbook]
