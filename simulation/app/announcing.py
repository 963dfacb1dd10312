"""What a run says before it starts: how long it will take and how large it will be.

Knows the words for what is expected; must not know how that is found out.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..report.language import Language

if TYPE_CHECKING:
    from .estimate import Estimate, Work


def announcement(speech: Language, order: Work, expected: Estimate, folder: Path) -> Iterator[str]:
    """Yield sentences: what is expected of a run, and what may be in its way."""
    yield _what(speech, order, expected)
    if expected.finished > 0:
        yield speech.say(
            "Going on where an earlier run stopped: {share} is finished.", share=speech.percent(expected.finished)
        )
    elif expected.parts > expected.size:
        yield speech.say("Until it ends, its finished parts take up to {size} more.", size=size(speech, expected.parts))
    free = shutil.disk_usage(next(place for place in (folder, *folder.absolute().parents) if place.is_dir())).free
    if free < expected.size:
        yield speech.say(
            "Only {free} is left on the disk of {folder}: free some space, or choose another disk with --out.",
            free=size(speech, free),
            folder=folder,
        )
    memory = _memory()
    if memory is not None and expected.memory > memory / 2:
        yield speech.say(
            "It takes about {needed} of memory, and this computer has {memory}; with a smaller --draws or "
            "--replicates it takes less.",
            needed=size(speech, expected.memory),
            memory=size(speech, memory),
        )


def _what(speech: Language, order: Work, expected: Estimate) -> str:
    least, most = expected.trajectories
    words = {
        "villages": speech.number(sum(map(len, order.scenario.districts))),
        "years": speech.number(order.scenario.horizon),
        "size": size(speech, expected.size),
        "time": duration(speech, expected.seconds[0]),
    }
    if order.engine == "exact":
        return speech.say("Exact result (villages: {villages}; years: {years}): {time} and {size}.", **words)
    if least == most:
        return speech.say(
            "Trajectories: {trajectories} (villages: {villages}; years: {years}): {time} and {size}.",
            trajectories=speech.number(most),
            **words,
        )
    return speech.say(
        "Trajectories: at least {least} (villages: {villages}; years: {years}): {time}; at most {most}: {longest} "
        "and {size}.",
        least=speech.number(least),
        most=speech.number(most),
        longest=duration(speech, expected.seconds[1]),
        **words,
    )


def duration(speech: Language, seconds: float) -> str:
    """Return a time in words, no finer than it can be foreseen."""
    if seconds < 1:
        return speech.say("less than a second")
    if seconds < 90:
        return speech.say("about {number} s", number=_round(speech, seconds))
    if seconds < 90 * 60:
        return speech.say("about {number} min", number=_round(speech, seconds / 60))
    if seconds < 48 * 3600:
        return speech.say("about {number} h", number=_round(speech, seconds / 3600))
    return speech.say("about {number} days", number=_round(speech, seconds / 86400))


def size(speech: Language, amount: int) -> str:
    """Return a number of bytes in words."""
    if amount < 1e9:
        return speech.say("{number} MB", number=speech.number(max(amount / 1e6, 0.1), 1 if amount < 1e7 else 0))
    return speech.say("{number} GB", number=speech.number(amount / 1e9, 1 if amount < 1e10 else 0))


def _round(speech: Language, value: float) -> str:
    return speech.number(round(value) if value < 20 else 5 * round(value / 5))


def _memory() -> int | None:
    """Return the memory of this computer in bytes, None where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
