"""Finished runs, found again by their folder.

Knows what a run folder says of itself; must not know how one is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from ..domain.messages import Message, Refusal
from ..inputs.scenario import Scenario
from .dates import moment
from .files import read_json
from .kept_inputs import load_inputs
from .language import Language
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
    older
        How many finished runs beside it were passed over, where it was found as the newest of several.
    """

    folder: RunFolder
    record: Record
    manifest: Mapping[str, Any]
    older: int = 0

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
    """Return the finished run in a folder, or the newest of the folders right below it.

    Raises
    ------
    Refusal
        Where there is none, or where its files were changed since.
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
    if several := runs_below(path):
        newest = max(several, key=lambda found: (finished_at(found.folder), found.folder.hash))
        return replace(newest, older=len(several) - 1)
    message = Message(
        "{folder} is not the folder of a finished run; give the folder that forecast names after Files:",
        {"folder": str(path)},
    )
    raise Refusal(message)


def runs_below(path: Path) -> list[FinishedRun]:
    """Return the finished runs of the folders right below a folder."""
    return [found for child in sorted(path.glob("*/")) if (found := _finished(child)) is not None]


def finished_at(folder: RunFolder) -> datetime:
    """Return when a run or an answer was finished: as ``run.log`` says, else when its manifest was written."""
    try:
        lines = [line.split() for line in (folder.path / "run.log").read_text(encoding="utf-8").splitlines()]
        # Figures may be drawn long after the numbers.
        times = [line[0] for line in lines if not line[1].startswith("figure")]
        return max(datetime.fromisoformat(time).astimezone(UTC) for time in times)
    except (OSError, ValueError, IndexError, OverflowError):
        return datetime.fromtimestamp((folder.path / "manifest.json").stat().st_mtime, UTC)


def which_run(speech: Language, run: FinishedRun) -> str | None:
    """Return which of several runs was taken, and when it was finished; None where there was no choice."""
    if not run.older:
        return None
    path = run.folder.path
    return speech.say(
        "{folder} holds {number} finished runs; the newest is used: {name}, finished {day} at {time}.",
        folder=path.parent,
        number=speech.number(run.older + 1),
        name=path.name,
        **moment(speech, finished_at(run.folder)),
    )


def _finished(path: Path) -> FinishedRun | None:
    try:
        manifest = read_json(path / "manifest.json", MOST_IN_MANIFEST)
        folder = RunFolder(path, manifest["input_hash"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    record = folder.read()
    return None if record is None else FinishedRun(folder, record, manifest)
