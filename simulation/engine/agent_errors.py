"""What an agent of a researcher raised: in one line, and where in the researcher's own files."""

from __future__ import annotations

import re
import textwrap
import traceback
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING

from .failure import Failure

if TYPE_CHECKING:
    from .model import VillageAgent

LONGEST_ERROR = 200
_ADDRESS = re.compile(r"\bat 0x[0-9A-Fa-f]+")


def failure_of(
    error: BaseException,
    agent_class: type[VillageAgent],
    district_code: str,
    address: tuple[int, int],
    year: int | None,
) -> Failure:
    """Return what is told of an exception with which a trajectory's (draw, replicate) ended."""
    return Failure(district_code, *address, year, in_one_line(error), _place(error, agent_class))


def own_frames(error: BaseException, agent_class: type[VillageAgent]) -> list[traceback.FrameSummary]:
    """Return the part of a traceback that lies in the files in which a researcher's own agent was written."""
    files = dict(_files(agent_class))
    return [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]


def in_one_line(error: BaseException) -> str:
    """Return type and text of an error, without the places in memory that differ from run to run."""
    lines = traceback.format_exception_only(error)
    said = lines[-1] if isinstance(error, SyntaxError) else " ".join(lines)
    said = said.removeprefix(f"{type(error).__module__}.")
    # A file name that is no text may stand in it, which no file could hold.
    sound = said.encode(errors="replace").decode()
    return textwrap.shorten(_ADDRESS.sub("at 0x…", sound), LONGEST_ERROR, placeholder=" …")


def _files(agent_class: type[VillageAgent]) -> Iterator[tuple[str, str]]:
    """Yield the files in which an agent class, and the classes between it and `VillageAgent`, were written.

    Each with the name to show: none for the cells of a notebook, whose file names change. Code objects are asked,
    since the module of a class is not there in a worker process.
    """
    from .model import VillageAgent

    for kind in agent_class.__mro__:
        if kind in VillageAgent.__mro__:
            continue
        for member in vars(kind).values():
            function = getattr(member, "fget", None) or getattr(member, "__func__", member)
            if code := getattr(function, "__code__", None):
                yield code.co_filename, "" if kind.__module__ == "__main__" else PurePath(code.co_filename).name


def _place(error: BaseException, agent_class: type[VillageAgent]) -> str:
    """Return where in the agent's files an error happened, or where at all if these had no part in it."""
    frame = (own_frames(error, agent_class) or list(traceback.extract_tb(error.__traceback__)))[-1]
    file = dict(_files(agent_class)).get(frame.filename, PurePath(frame.filename).name)
    return f"{file}:{frame.lineno} ({frame.name})" if file else f"line {frame.lineno} ({frame.name})"
