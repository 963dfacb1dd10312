"""The log of a register: one line an entry, each holding the digest of the line before it.

Knows how lines are chained and how one that was changed is found; must not know what is frozen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..files import LARGEST_JSON

NAME = "register.jsonl"
FROZEN = ("forecast.json", "hub.csv", "manifest.json")
"""What is frozen of a run."""
ENTRY = re.compile(r"[0-9]{4,9}_[A-Za-z0-9][A-Za-z0-9_-]{0,99}_[0-9a-f]{12}")
"""What an entry may be called."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Line:
    """What the log says of an entry.

    Attributes
    ----------
    number
        From 1 on, without gaps.
    entry
        Name of its folder: ``<number>_<scenario>_<run hash>``.
    registered
        Day on which it was frozen, ISO 8601.
    run
        Hash of the run.
    years
        Forecast years.
    ended
        Those of them that were over on that day already: of these it is no forecast.
    files
        Name -> SHA-256 of what is frozen.
    before
        SHA-256 of the line before it, "" for the first.
    """

    number: int
    entry: str
    registered: str
    run: str
    years: tuple[int, ...]
    ended: tuple[int, ...]
    files: Mapping[str, str]
    before: str

    def written(self) -> bytes:
        """Return the line as it stands in the log, its own digest last, without the line break."""
        told = {**asdict(self), "files": dict(self.files)}
        return _json({**told, "digest": _digest(_json(told))})


@dataclass(frozen=True)
class Fault:
    """A place where a register is not as it was written.

    Attributes
    ----------
    kind
        ``line``: a line was changed; ``before``: the line before it was, or is gone; ``missing lines``: lines are
        gone between two; ``changed``, ``missing``: a frozen file; ``folder``: all of an entry; ``stray``: a folder of
        which no line tells.
    line
        Number of the line, from 1; None where it is not the log.
    entry, file
        Which file of which entry; "" where it is the log.
    """

    kind: str
    line: int | None = None
    entry: str = ""
    file: str = ""


@dataclass(frozen=True)
class Log:
    """What stands in a log.

    Attributes
    ----------
    content
        Its bytes.
    lines
        What is as it was written.
    faults
        What is not.
    """

    content: bytes = b""
    lines: tuple[Line, ...] = ()
    faults: tuple[Fault, ...] = field(default=())

    @property
    def head(self) -> str:
        """The digest of the last line, "" without one: whoever notes it can tell later whether anything changed."""
        last = self.content.removesuffix(b"\n").rpartition(b"\n")[2]
        return _digest(last) if last else ""


def read_log(path: Path) -> Log:
    """Return what stands in a log, and where it is not as it was written; nothing where there is none."""
    if not path.is_file():
        return Log()
    with path.open("rb") as stream:
        content = stream.read(LARGEST_JSON)
    *written, rest = content.split(b"\n")
    read = [_line(text) for text in written]
    if rest:
        written, read = [*written, rest], [*read, None]
    faults = list(_faults(written, read))
    # A line that the next one does not follow from may have been written anew, with a digest to match.
    doubtful = {fault.line for fault in faults} | {(fault.line or 0) - 1 for fault in faults if fault.kind == "before"}
    kept = tuple(line for number, line in enumerate(read, start=1) if line is not None and number not in doubtful)
    return Log(content, kept, tuple(faults))


def _faults(written: Sequence[bytes], read: Sequence[Line | None]) -> Iterator[Fault]:
    number, before = 0, ""
    for place, (text, line) in enumerate(zip(written, read, strict=True), start=1):
        if line is None:
            yield Fault("line", place)
        elif line.number > number + 1:
            yield Fault("missing lines", place)
        elif line.before != before and (place == 1 or read[place - 2] is not None):
            # After a line that is known to be changed this would say nothing new.
            yield Fault("before", place)
        number, before = number + 1 if line is None else line.number, _digest(text)


def _line(text: bytes) -> Line | None:
    """Return what a line says; None where it is not as it was written."""
    try:
        told = json.loads(text)
        told.pop("digest")
        line = Line(**{**told, "years": tuple(told["years"]), "ended": tuple(told["ended"])})
        date.fromisoformat(line.registered)
        whole = line.written() == text
        sound = ENTRY.fullmatch(line.entry) and line.entry.startswith(f"{line.number:04}_") and _sound(line.files)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return line if whole and sound else None


def _sound(files: Mapping[str, str]) -> bool:
    return tuple(sorted(files)) == FROZEN and all(_DIGEST.fullmatch(value) for value in files.values())


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True).encode()


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
