"""Outcomes of many districts, kept so that memory holds one of them at a time."""

from __future__ import annotations

import math
import os
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile, gettempdir
from typing import IO, Any, overload

import numpy as np
from numpy.typing import NDArray

from ..domain.messages import Message
from .failure import EnsembleError, Failure
from .outcome import Outcome


def narrowed(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array of whole numbers in the smallest type that holds them; any other as it is."""
    if array.dtype.kind not in "iu" or not array.size:
        return array
    least, most = int(array.min()), int(array.max())
    return array.astype(np.min_scalar_type(most if least >= 0 else min(least, -most - 1)), copy=False)


class LaidAside(Sequence[Outcome]):
    """One outcome a district, in a temporary file that has no name: nothing is left of it, however the process ends.

    They come back as they were put there. The last one that was asked for stays in memory.

    Parameters
    ----------
    number
        How many there will be.
    """

    def __init__(self, number: int) -> None:
        self._file = TemporaryFile(prefix="kampungkb-")  # noqa: SIM115  closed when nobody needs the outcomes any more
        weakref.finalize(self, self._file.close)
        self._kept: list[_Kept | None] = [None] * number
        self._last: tuple[int, Outcome] | None = None

    def __len__(self) -> int:
        """Return how many outcomes there will be."""
        return len(self._kept)

    def __setitem__(self, place: int, outcome: Outcome) -> None:
        """Put an outcome at its place.

        Raises
        ------
        EnsembleError
            Where the disk refuses it.
        """
        try:
            start, arrays = self._file.seek(0, os.SEEK_END), {}
            for name, array in outcome.arrays.items():
                narrow = narrowed(array)
                self._file.write(narrow.tobytes())
                arrays[name] = _Array(narrow.dtype, array.dtype, array.shape)
            self._file.flush()
        except OSError as error:
            values = {"folder": gettempdir(), "reason": error.strerror or str(error)}
            message = Message(
                "while many districts are computed, their counts are kept in the folder for temporary files, and "
                "{folder} cannot take more ({reason}); name a folder on a larger disk by the variable TMPDIR",
                values,
            )
            raise EnsembleError(message) from error
        self._kept[place] = _Kept(start, arrays, outcome.failures)

    @overload
    def __getitem__(self, place: int) -> Outcome: ...

    @overload
    def __getitem__(self, place: slice) -> list[Outcome]: ...

    def __getitem__(self, place: int | slice) -> Outcome | list[Outcome]:
        """Return the outcome at a place."""
        if isinstance(place, slice):
            return [self[each] for each in range(len(self))[place]]
        place = range(len(self))[place]
        if self._last is not None and self._last[0] == place:
            return self._last[1]
        self._last, kept = None, self._kept[place]
        if kept is None:
            raise LookupError(f"no outcome was put at {place}")
        self._file.seek(kept.start)
        arrays = {name: array.read(self._file) for name, array in kept.arrays.items()}
        self._last = place, Outcome.of_arrays(arrays, kept.failures)
        return self._last[1]


@dataclass(frozen=True)
class _Array:
    """An array in the file: the type in which it is there, its own type, and its shape."""

    narrow: np.dtype[Any]
    own: np.dtype[Any]
    shape: tuple[int, ...]

    def read(self, file: IO[bytes]) -> NDArray[Any]:
        content = file.read(self.narrow.itemsize * math.prod(self.shape))
        return np.frombuffer(content, self.narrow).reshape(self.shape).astype(self.own)


@dataclass(frozen=True)
class _Kept:
    """Where the arrays of an outcome begin in the file, one after the other, and its failures."""

    start: int
    arrays: Mapping[str, _Array]
    failures: list[Failure]
