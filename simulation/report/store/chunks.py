"""Finished chunks of an ensemble, kept beside the run so that an interrupted one goes on where it stopped."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from errno import ENOSPC
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from ...domain.messages import Message
from ...engine.effort import Chunk
from ...engine.failure import Failure
from ...engine.outcome import Outcome
from ..files import reason, whole_file


class ChunkFolder:
    """A `ChunkSink` in a folder: one file a chunk; whatever cannot be read is computed again.

    Chunks are a convenience: one that cannot be kept does not end the run, but it is the last that is tried.

    Parameters
    ----------
    reserve
        Bytes that are left free on the disk, for the tables that the chunks are made for.
    tell
        Told why once no more chunks are kept.

    Attributes
    ----------
    resuming
        Whether the last chunk that came from here or went here was one finished earlier; None before the first.
    """

    def __init__(self, folder: Path, reserve: int = 0, tell: Callable[[Message], None] = lambda _: None) -> None:
        self.folder = folder
        self.resuming: bool | None = None
        self._reserve = reserve
        self._tell = tell
        self._given_up = False

    def __contains__(self, chunk: Chunk) -> bool:
        """Whether a chunk seems to be kept: whether it is whole shows when it is loaded."""
        return self._path(chunk).is_file()

    def load(self, chunk: Chunk) -> Outcome | None:
        """Return the outcome of a chunk finished earlier, or None."""
        try:
            with self._path(chunk).open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
                kept = {name: arrays[name] for name in arrays.files}
            failures = [Failure(**failure) for failure in json.loads(str(kept["failures"]))]
            outcome = Outcome.of_arrays(kept, failures)
        except (OSError, KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile):
            return None
        whole = outcome.rises.shape[0] == len(chunk.draws) * len(chunk.replicates)
        self.resuming = whole
        return outcome if whole else None

    def save(self, chunk: Chunk, outcome: Outcome) -> None:
        """Keep a finished chunk. It is not forced to the disk: one lost in a power cut is computed again."""
        self.resuming = False
        if self._given_up:
            return
        content: dict[str, Any] = {
            **outcome.arrays,
            "failures": json.dumps([asdict(failure) for failure in outcome.failures]),
        }
        try:
            with whole_file(self._path(chunk), durable=False) as temporary, temporary.open("wb") as stream:
                self._refuse_the_reserve()
                # Packed in memory first: NumPy 2.0 leaves its archive open where the disk refuses a part of it.
                packed = BytesIO()
                np.savez(packed, **content)
                stream.write(packed.getbuffer())
        except OSError as error:
            self._given_up = True
            values = {"reason": reason(error)}
            self._tell(Message("What is finished can no longer be saved: {reason}. The run goes on.", values))

    def _refuse_the_reserve(self) -> None:
        if shutil.disk_usage(self.folder).free < self._reserve:
            raise OSError(ENOSPC, os.strerror(ENOSPC))

    def _path(self, chunk: Chunk) -> Path:
        return self.folder / f"{chunk.name}.npz"
