"""Finished runs, found again by their folder.

Knows what a run folder says of itself; must not know how one is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..inputs.problems import Message, Refusal
from ..inputs.scenario import Scenario
from .files import read_json
from .kept_inputs import load_inputs
from .record import Record
from .results import MOST_IN_MANIFEST, RunFolder


@dataclass(frozen=True)
class FinishedRun:
    """A run whose folder is complete.

    Attributes
    ----------
    folder
        Where it is, and its input hash.
    record
        What ``forecast.json`` says.
    manifest
        What ``manifest.json`` says.
    """

    folder: RunFolder
    record: Record
    manifest: Mapping[str, Any]

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that was run.

        Raises
        ------
        Refusal
            Where the folder does not hold it.
        """
        return load_inputs(self.folder.path, self.manifest)


def load_run(path: Path) -> FinishedRun:
    """Return the finished run in a folder, or the only finished one of the folders right below it.

    Raises
    ------
    Refusal
        Where there is none, where its files were changed since, or where there are several to choose from.
    """
    run = _finished(path)
    if run is not None:
        return run
    if altered := RunFolder(path, "").altered():
        message = Message(
            "{files} in {folder} are not those of the run any more; run the scenario again",
            {"files": ", ".join(altered), "folder": str(path)},
        )
        raise Refusal(message)
    match runs_below(path):
        case [run]:
            return run
        case []:
            message = Message(
                "{folder} is not the folder of a finished run; give the folder that forecast names after Files:",
                {"folder": str(path)},
            )
        case several:
            names = ", ".join(found.folder.path.name for found in several)
            message = Message(
                "{folder} holds several runs; add the name of one: {names}", {"folder": str(path), "names": names}
            )
    raise Refusal(message)


def runs_below(path: Path) -> list[FinishedRun]:
    """Return the finished runs of the folders right below a folder."""
    return [found for child in sorted(path.glob("*/")) if (found := _finished(child)) is not None]


def _finished(path: Path) -> FinishedRun | None:
    try:
        manifest = read_json(path / "manifest.json", MOST_IN_MANIFEST)
        folder = RunFolder(path, manifest["input_hash"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    record = folder.read()
    return None if record is None else FinishedRun(folder, record, manifest)
