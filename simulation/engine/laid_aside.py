"""Outcomes of many districts, kept so that memory holds one of them at a time."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile, gettempdir
from typing import Any, overload

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
    return array.astype(np.promote_types(np.min_scalar_type(least), np.min_scalar_type(most)), copy=False)


class LaidAside(Sequence[Outcome]):
    """One outcome a district, in a temporary file that has no name: nothing is left of it, however the process ends.

    They come back as they were put there. The last one that was asked for stays in memory.

    Parameters
    ----------
    number
        How many there will be.
    """

    def __init__(self, number: int) -> None:
        self._file = TemporaryFile(prefix="kampungkb-")  # noqa: SIM115  closed with the last reference to it
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
            start, arrays = self._file.seek(0, os.SEEK_END), outcome.arrays
            for array in arrays.values():
                np.save(self._file, narrowed(array), allow_pickle=False)
            self._file.flush()
        except OSError as error:
            values = {"folder": gettempdir(), "reason": error.strerror or str(error)}
            message = Message(
                "while many districts are computed, their counts are kept in the folder for temporary files, and "
                "{folder} cannot take more ({reason}); name a folder on a larger disk by the variable TMPDIR",
                values,
            )
            raise EnsembleError(message) from error
        self._kept[place] = _Kept(start, {name: array.dtype for name, array in arrays.items()}, outcome.failures)

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
        arrays = {name: np.load(self._file, allow_pickle=False).astype(kind) for name, kind in kept.kinds.items()}
        self._last = place, Outcome.of_arrays(arrays, kept.failures)
        return self._last[1]


@dataclass(frozen=True)
class _Kept:
    """Where an outcome begins in the file, the types of its arrays in their order, and its failures."""

    start: int
    kinds: Mapping[str, np.dtype[Any]]
    failures: list[Failure]
