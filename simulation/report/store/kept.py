"""What an answer was made from, kept in its folder: resolved scenarios, data files, an own agent's sources and data."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ...domain.messages import Message, Refusal
from ...inputs.resolve import yaml_of
from ...inputs.scenario import Scenario, load_scenario
from ..files import write_bytes
from ..kinds.question import Question

if TYPE_CHECKING:
    from ...engine.model import VillageAgent

FOLDER = "inputs"
AGENT = f"{FOLDER}/agent"
DATA = f"{FOLDER}/data"
SCENARIO = "scenario.yaml"


def keep(question: Question[Any], folder: Path) -> list[str]:
    """Write what a question was asked of below a folder; return the names of the files."""
    files: dict[str, bytes] = {}
    for number, scenario in enumerate(question.scenarios, start=1):
        under = f"{FOLDER}/{number}_{scenario.name}" if len(question.scenarios) > 1 else FOLDER
        files[f"{under}/{SCENARIO}"] = yaml_of(scenario.document).encode()
        files |= {f"{under}/{name}": content for name, content in scenario.data.items()}
    files |= {f"{DATA}/{name}": content for name, content in question.data.items()}
    if question.agent is not None:
        files |= {f"{AGENT}/{name}": content for name, content in question.agent.kept.items()}
    for name, content in files.items():
        write_bytes(folder / name, content)
    return list(files)


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


def data(folder: Path, files: Collection[str]) -> dict[str, bytes]:
    """Return the other data files of a question by name."""
    names = [name for name in files if name.startswith(f"{DATA}/")]
    return {name.removeprefix(f"{DATA}/"): (folder / name).read_bytes() for name in names}


def agent(folder: Path, name: str) -> type[VillageAgent]:
    """Return the own agent of a finished answer, named ``file.py:Class``, from its kept source, which is run.

    Raises
    ------
    Refusal
        Where it was defined in a notebook, or within a function or another class.
    """
    from ...engine.agent_loader import load_agent

    if ":" not in name:
        message = Message(
            "the agent {name} was defined in a notebook, of which no file can be run: give the class as agent_class",
            {"name": name},
        )
        raise Refusal(message)
    if "." in name.rpartition(":")[2]:
        message = Message(
            "the agent {name} was defined within a function or another class, where no run of its file finds it: give "
            "the class as agent_class",
            {"name": name},
        )
        raise Refusal(message)
    return load_agent(f"{folder / AGENT}/{name}", kept=True)
