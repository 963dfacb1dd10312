"""A trajectory that broke off, and a run that came to nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..domain.messages import Message, Refusal


@dataclass(frozen=True)
class Failure:
    """A trajectory that did not reach its end.

    Attributes
    ----------
    district_code, draw, replicate
        Its address.
    year
        The year that was being simulated; None where an agent could not even be made.
    error
        Type and text of what was raised, in one line.
    place
        File (of a notebook none), line and function of the agent class in which it happened; where the
        class had no part in it, of whatever raised it. Empty where the trajectory ended its process.
    """

    district_code: str
    draw: int
    replicate: int
    year: int | None
    error: str
    place: str


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
    if first.place:
        message = Message(
            "all {number:,} trajectories of {district} failed; the first (draw {draw}, replicate {replicate}) in "
            "{place}: {error}",
            values,
        )
    else:
        message = Message(
            "all {number:,} trajectories of {district} failed; the first (draw {draw}, replicate {replicate}): {error}",
            values,
        )
    return EnsembleError(message, ordered)


def in_order(failures: Iterable[Failure]) -> list[Failure]:
    """Return failures of one district in the order of draws and replicates, however they came in."""
    return sorted(failures, key=lambda failure: (failure.draw, failure.replicate))
