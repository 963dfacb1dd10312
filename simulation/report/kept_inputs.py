"""What a run was made from, kept in its folder: the resolved scenario and its data files.

Knows where they lie and whether they are still those of the run; must not know what a scenario means.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..domain.messages import Message, Refusal
from ..inputs.resolve import yaml_of
from ..inputs.scenario import Scenario, load_scenario
from .files import write_bytes, write_text

FOLDER = "inputs"
SCENARIO = f"{FOLDER}/scenario.yaml"


def keep_inputs(scenario: Scenario, folder: Path) -> list[str]:
    """Write the scenario that was run, with its tables and draws, below a run folder; return the files' names."""
    data = scenario.data
    for name, content in data.items():
        write_bytes(folder / FOLDER / name, content)
    write_text(folder / SCENARIO, yaml_of(scenario.document))
    return [SCENARIO, *(f"{FOLDER}/{name}" for name in data)]


def load_inputs(folder: Path, manifest: Mapping[str, Any]) -> Scenario:
    """Return the scenario of a finished run from what is kept of it.

    Raises
    ------
    Refusal
        Where nothing was kept.
    """
    if SCENARIO not in manifest["files"]:
        raise Refusal(Message("this run was made from a scenario in Python, which no file describes; use it there"))
    return load_scenario(folder / SCENARIO)
