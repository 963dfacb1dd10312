"""What an answer was made from, kept in its folder: resolved scenarios, data files, sources of an own agent."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path, PurePosixPath
from typing import Any

from ...domain.messages import Message, Refusal
from ...inputs.resolve import yaml_of
from ...inputs.scenario import Scenario, load_scenario
from ..files import write_bytes, write_text
from ..kinds.question import Question

FOLDER = "inputs"
AGENT = f"{FOLDER}/agent"
DATA = f"{FOLDER}/data"
SCENARIO = "scenario.yaml"


def keep(question: Question[Any], folder: Path) -> list[str]:
    """Write what a question was asked of below a folder; return the names of the files."""
    several = len(question.scenarios) > 1
    written = []
    for number, scenario in enumerate(question.scenarios, start=1):
        under = f"{FOLDER}/{number}_{scenario.name}" if several else FOLDER
        written += _keep_scenario(scenario, folder, under)
    files = {f"{DATA}/{name}": content for name, content in question.data.items()}
    if question.agent is not None:
        files |= {f"{AGENT}/{name}": content for name, content in question.agent.files.items()}
    for name, content in files.items():
        write_bytes(folder / name, content)
    return [*written, *files]


def scenarios(folder: Path, files: Collection[str]) -> tuple[Scenario, ...]:
    """Return the scenarios of a finished answer from what is kept of them.

    Raises
    ------
    Refusal
        Where nothing was kept.
    """
    kept = [name for name in files if name.startswith(f"{FOLDER}/") and name.endswith(f"/{SCENARIO}")]
    if not kept:
        raise Refusal(Message("this run was made from a scenario in Python, which no file describes; use it there"))
    return tuple(load_scenario(folder / name) for name in sorted(kept, key=_number))


def _number(name: str) -> int:
    first = PurePosixPath(name).parts[1].partition("_")[0]
    return int(first) if first.isdigit() else 0


def _keep_scenario(scenario: Scenario, folder: Path, under: str) -> list[str]:
    """Write a scenario as it was asked about, with its tables and draws."""
    data = scenario.data
    for name, content in data.items():
        write_bytes(folder / under / name, content)
    write_text(folder / under / SCENARIO, yaml_of(scenario.document))
    return [f"{under}/{SCENARIO}", *(f"{under}/{name}" for name in data)]
