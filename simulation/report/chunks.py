"""Finished chunks of an ensemble, kept beside the run so that an interrupted one goes on where it stopped.

Knows how an outcome lies on the disk; must not know what is simulated.
"""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import fields
from pathlib import Path
from uuid import uuid4

import numpy as np

from ..engine.ensemble import Chunk, Effort
from ..engine.outcome import Outcome
from ..inputs.scenario import Scenario

WORTH_KEEPING = {"batch": 100_000_000, "mesa": 2_000_000}
"""Village-years from which a run takes several seconds: shorter ones are sooner repeated than kept."""


def worth_keeping(scenario: Scenario, effort: Effort, engine: str) -> bool:
    """Return whether a run is long enough for its chunks to be kept."""
    villages = sum(len(district) for district in scenario.districts)
    work = villages * scenario.horizon * effort.draws * effort.replicates
    return engine in WORTH_KEEPING and work >= WORTH_KEEPING[engine]


class ChunkFolder:
    """A `ChunkSink` in a folder: one file a chunk; whatever cannot be read is computed again.

    Attributes
    ----------
    resuming
        Whether the last chunk that came from here or went here was one finished earlier.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.resuming = False

    def load(self, chunk: Chunk) -> Outcome | None:
        """Return the outcome of a chunk finished earlier, or None."""
        try:
            with self._path(chunk).open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
                outcome = Outcome(**{field.name: arrays[field.name] for field in fields(Outcome)})
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
            return None
        whole = outcome.rises.shape[0] == len(chunk.draws) * len(chunk.replicates)
        self.resuming = whole
        return outcome if whole else None

    def save(self, chunk: Chunk, outcome: Outcome) -> None:
        """Keep a finished chunk. It is not forced to the disk: one lost in a power cut is computed again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(chunk)
        temporary = path.with_name(f"{uuid4().hex}.part")
        with temporary.open("wb") as stream:
            np.savez(stream, **vars(outcome))
        temporary.replace(path)
        self.resuming = False

    def remove(self) -> None:
        """Remove every chunk."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, chunk: Chunk) -> Path:
        return self.folder / f"{chunk.name}.npz"
