"""What a run was made from, kept in its folder: the resolved scenario and its data files.

Knows where they lie and whether they are still those of the run; must not know what a scenario means.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from ..domain.messages import Message, Refusal
from ..inputs.document import as_yaml, default_keys
from ..inputs.scenario import Scenario, load_scenario
from .files import write_bytes, write_text

FOLDER = "inputs"
SCENARIO = f"{FOLDER}/scenario.yaml"


def keep_inputs(scenario: Scenario, folder: Path) -> list[str]:
    """Write the resolved scenario and the data files as they were read below a run folder; return the files' names.

    A scenario that was made or changed in Python has no file that could say it: nothing is written.
    """
    if not scenario.document:
        return []
    paths = {name: f"{i}_{PurePosixPath(name).name}" for i, name in enumerate(sorted(scenario.data), start=1)}
    for name, kept in paths.items():
        write_bytes(folder / FOLDER / kept, scenario.data[name])
    text = as_yaml(scenario.document, paths.__getitem__, default_keys(scenario.parameters))
    write_text(folder / SCENARIO, text)
    return [SCENARIO, *(f"{FOLDER}/{kept}" for kept in paths.values())]


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
