"""A trajectory that broke off, where in a researcher's own files, and a run that came to nothing."""

from __future__ import annotations

import re
import sys
import textwrap
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ..domain.messages import Message, Refusal

LONGEST_ERROR = 200
_ADDRESS = re.compile(r"\bat 0x[0-9A-Fa-f]+")
_KEPT = re.compile(r"[/\\]inputs[/\\]law[/\\]\d+[/\\](.+)")
"""Where a run folder keeps own code, and the files that it says it reads (`simulation/report/store/kept.py`)."""
_LIBRARIES = {__name__.partition(".")[0], "mesa", *sys.stdlib_module_names}
"""Packages whose classes are not a researcher's own."""


@dataclass(frozen=True)
class Failure:
    """A trajectory that did not reach its end.

    Attributes
    ----------
    year
        The year that was being simulated; None where an agent could not even be made.
    error
        Type and text of what was raised, in one line.
    place
        File (of a notebook none), line and function of the agent class or mechanism in which it happened; where
        these had no part in it, of whatever raised it. Empty where the trajectory ended its process.
    """

    district_code: str
    draw: int
    replicate: int
    year: int | None
    error: str
    place: str

    @classmethod
    def of(
        cls,
        error: BaseException,
        classes: Sequence[type],
        district_code: str,
        address: tuple[int, int],
        year: int | None,
    ) -> Failure:
        """Return what is told of an exception with which a trajectory's (draw, replicate) ended.

        `classes` are those of a researcher's own (`Assumptions.own_classes`).
        """
        return cls(district_code, *address, year, in_one_line(error), _place(error, classes))


class EnsembleError(Refusal):
    """A run was begun and came to nothing.

    Attributes
    ----------
    failures
        The trajectories that failed, where that was the reason, in the order of their addresses.
    """

    def __init__(self, reason: Message, failures: Iterable[Failure] = ()) -> None:
        self.failures = tuple(failures)
        super().__init__(reason)


def none_completed(district: str, failures: Iterable[Failure]) -> EnsembleError:
    """Return the error that says that every trajectory of a district failed, and how the first one did."""
    ordered = in_order(failures)
    first = ordered[0]
    values = {"number": len(ordered), "district": district, **vars(first)}
    message = Message(
        "all {number:,} simulations of {district} failed; the first (draw {draw}, replicate "
        "{replicate}) in {place}: {error}",
        values,
    )
    if not first.place:
        message = Message(
            "all {number:,} simulations of {district} failed; the first (draw {draw}, replicate {replicate}): {error}",
            values,
        )
    return EnsembleError(message, ordered)


def some_failed(trajectories: int, failures: Sequence[Failure]) -> EnsembleError:
    """Return the error that says that some trajectories failed where all are needed, and how the first one did."""
    message = Message(
        "{number:,} of {total:,} simulations failed, and only a forecast can leave them out: forecast this scenario to "
        "see them; the first (draw {draw}, replicate {replicate}): {error}",
        {"number": len(failures), "total": trajectories, **vars(failures[0])},
    )
    return EnsembleError(message, failures)


def none_kept(district: str, number: int, rises: int, day: str) -> EnsembleError:
    """Return the error that says that none of so many trajectories goes with the rises reported by a day."""
    message = Message(
        "none of {number:,} simulations of {district} agrees with {rises:,} rises by {day}: the count contradicts the "
        "assumptions; correct so_far, or the chances of rising under transition, or take more draws",
        {"number": number, "district": district, "rises": rises, "day": day},
    )
    return EnsembleError(message)


def too_many_deaths(deaths: Sequence[Failure], most: int) -> EnsembleError:
    """Return the error with which a run is given up of which more than `most` trajectories ended their process."""
    message = Message(
        "more than {most} simulations ended their worker process: the agent class, or a library "
        "that it uses, ends it, or memory runs out; the first (draw {draw}, replicate "
        "{replicate}): {error}",
        {"most": most, **vars(deaths[0])},
    )
    return EnsembleError(message, deaths)


def in_order(failures: Iterable[Failure]) -> list[Failure]:
    """Return failures of one district in the order of draws and replicates, however they came in."""
    return sorted(failures, key=lambda failure: (failure.draw, failure.replicate))


def own_frames(error: BaseException, classes: Sequence[type]) -> list[traceback.FrameSummary]:
    """Return the part of a traceback that lies in the files in which a researcher's own classes were written."""
    files = dict(_files(classes))
    return [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]


def in_one_line(error: BaseException) -> str:
    """Return type and text of an error, without the places in memory that differ from run to run."""
    lines = traceback.format_exception_only(error)
    said = lines[-1] if isinstance(error, SyntaxError) else " ".join(lines)
    said = said.removeprefix(f"{type(error).__module__}.")
    # It may hold a file name that is not valid text, which no file could take.
    sound = said.encode(errors="replace").decode()
    shown = textwrap.shorten(_ADDRESS.sub("at 0x…", sound), LONGEST_ERROR, placeholder=" …")
    lost = _KEPT.search(str(error.filename)) if isinstance(error, FileNotFoundError) else None
    return shown if lost is None else f'{shown} (say inputs = ("{lost[1]}",) in the class and compute the run anew)'


def _files(classes: Sequence[type]) -> Iterator[tuple[str, str]]:
    """Yield the files in which classes, and those between them and the library's, were written.

    Each with the name to show: none for the cells of a notebook, whose file names change. Code objects are asked,
    since the module of a class is not there in a worker process.
    """
    for kind in dict.fromkeys(above for own in classes for above in own.__mro__):
        if kind.__module__.partition(".")[0] in _LIBRARIES:
            continue
        for member in vars(kind).values():
            function = getattr(member, "fget", None) or getattr(member, "__func__", member)
            if code := getattr(function, "__code__", None):
                yield code.co_filename, "" if kind.__module__ == "__main__" else PurePath(code.co_filename).name


def _place(error: BaseException, classes: Sequence[type]) -> str:
    """Return where in the classes' files an error happened, or where at all if these had no part in it."""
    frame = (own_frames(error, classes) or list(traceback.extract_tb(error.__traceback__)))[-1]
    file = dict(_files(classes)).get(frame.filename, PurePath(frame.filename).name)
    return f"{file}:{frame.lineno} ({frame.name})" if file else f"line {frame.lineno} ({frame.name})"
