"""Finished parts of a run, kept beside it so that an interrupted one goes on where it stopped."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from errno import ENOSPC
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..domain.messages import Message
from .effort import RESULTS_FORMAT, Chunk
from .failure import Failure
from .laid_aside import narrowed
from .outcome import Outcome
from .whole_file import reason, whole_file

ID_DIGITS = 12
_UNREADABLE = (OSError, KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile)


class ChunkFolder:
    """A `ChunkSink` in a folder, and a `Keep`: one file a part; whatever cannot be read is computed again.

    Parts are a convenience: one that cannot be kept does not end the run, but it is the last that is tried.

    Parameters
    ----------
    reserve
        Bytes that are left free on the disk, for the tables that the parts are made for.
    tell
        Told why once no more parts are kept.

    Attributes
    ----------
    resuming
        Whether the last part that came from here or went here was one finished earlier; None before the first.
    """

    def __init__(self, folder: Path, reserve: int = 0, tell: Callable[[Message], None] = lambda _: None) -> None:
        self.folder = folder
        self.resuming: bool | None = None
        self._reserve = reserve
        self._tell = tell
        self._given_up = False

    @classmethod
    def of(cls, results: str | os.PathLike[str], name: str, *asked: object) -> ChunkFolder:
        """Return the folder of what was asked of a scenario with this name, below a folder of results."""
        identity = sha256(repr((RESULTS_FORMAT, *asked)).encode()).hexdigest()
        return cls(Path(results) / name / f".{identity[:ID_DIGITS]}")

    def part(self, name: str) -> ChunkFolder:
        """Return a folder of this name within it."""
        return ChunkFolder(self.folder / name, self._reserve, self._tell)

    def __contains__(self, chunk: Chunk) -> bool:
        """Whether a chunk seems to be kept: whether it is whole shows when it is loaded."""
        return (self.folder / f"{chunk.name}.npz").is_file()

    def load(self, chunk: Chunk) -> Outcome | None:
        """Return the outcome of a chunk finished earlier, or None."""
        kept = self.load_arrays(chunk.name)
        if kept is None:
            return None
        try:
            failures = [Failure(**failure) for failure in json.loads(str(kept["failures"]))]
            outcome = Outcome.of_arrays(kept, failures)
        except _UNREADABLE:
            return None
        self.resuming = outcome.rises.shape[0] == len(chunk.draws) * len(chunk.replicates)
        return outcome if self.resuming else None

    def save(self, chunk: Chunk, outcome: Outcome) -> None:
        """Keep a finished chunk. It is not forced to the disk: one lost in a power cut is computed again."""
        failures = json.dumps([asdict(failure) for failure in outcome.failures])
        narrow = {name: narrowed(array) for name, array in outcome.arrays.items()}
        self.save_arrays(chunk.name, {**narrow, "failures": np.array(failures)})

    def load_arrays(self, name: str) -> dict[str, NDArray[Any]] | None:
        """Return what was kept under a name; None where nothing was, or it cannot be read."""
        try:
            with (self.folder / f"{name}.npz").open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
                kept = {key: arrays[key] for key in arrays.files}
        except _UNREADABLE:
            return None
        self.resuming = True
        return kept

    def save_arrays(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep arrays under a name, in place of what was there; not forced to the disk either."""
        self.resuming = False
        if self._given_up:
            return
        content: dict[str, Any] = dict(arrays)
        try:
            path = self.folder / f"{name}.npz"
            with whole_file(path, durable=False) as temporary, temporary.open("wb") as stream:
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
