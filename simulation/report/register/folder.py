"""The register's folder: entries that are frozen whole or not at all, and what of them was changed since.

Knows the order in which an entry is written; must not know what forecasts say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from ...domain.messages import Message, Refusal
from ..files import digest, left_behind, read_json, remove, write_bytes
from ..finished import FinishedRun
from ..lock import alone
from .frozen import frozen_districts
from .log import ENTRY, FROZEN, NAME, Fault, Line, Log, read_log

FOLDER = "register"
_NUMBERED = re.compile(r"\.?[0-9]{4,9}_.+_[0-9a-f]{12}")


@dataclass(frozen=True)
class Contents:
    """What a register holds.

    Attributes
    ----------
    log
        Its log.
    entries
        The lines whose entries are as they were frozen.
    faults
        Every place where it is not as it was written.
    """

    log: Log
    entries: tuple[Line, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Register:
    """An append-only folder of forecasts, ``results/register`` where no other is named.

    Attributes
    ----------
    path
        Where it is, or will be.
    """

    path: Path

    @contextmanager
    def alone(
        self, waiting: Callable[[], None] = lambda: None, unlocked: Callable[[], None] = lambda: None
    ) -> Iterator[None]:
        """Hold the register while something is written in it; see `simulation.report.lock.alone`."""
        with alone(self.path, waiting, unlocked):
            yield

    def read(self) -> Contents:
        """Return what is in the register, every file compared with its digest.

        Another process may give an entry its name meanwhile: a fault is believed when it is seen twice.
        """
        contents = self._read()
        return self._read() if contents.faults else contents

    def _read(self) -> Contents:
        log = read_log(self.path / NAME)
        faults = list(log.faults)
        entries = []
        for line in log.lines:
            found = list(self._faults(line))
            faults += found
            if not found:
                entries.append(line)
        if not log.faults:
            # Where a line cannot be read, its folder is no stranger.
            known = {line.entry for line in log.lines}
            faults += [Fault("stray", entry=path.name) for path in self._folders() if path.name not in known]
        return Contents(log, tuple(entries), tuple(faults))

    def record(self, line: Line) -> dict[str, Any]:
        """Return the forecast of an entry.

        Raises
        ------
        OSError, ValueError
            Where it cannot be read any more.
        """
        result: dict[str, Any] = read_json(self.folder(line) / "forecast.json")
        return result

    def folder(self, line: Line) -> Path:
        """Return where an entry lies: under its name, or still where it was put together."""
        path = self.path / line.entry
        staged = self._staged(line.entry)
        return staged if staged.is_dir() and not path.exists() else path

    def find(self, contents: Contents, run: FinishedRun) -> Line | None:
        """Return the line of a run that is frozen already; None where it is not, or was computed otherwise."""
        written = run.manifest["files"].get("forecast.json")
        same = (line for line in contents.log.lines if line.run == run.folder.hash)
        return next((line for line in same if line.files["forecast.json"] == written), None)

    def add(self, run: FinishedRun, today: date) -> Line:
        """Freeze a run, and return its line. The register is held by the caller, and as it was written.

        An entry is put together under a hidden name; it is one from the moment in which the log has its line, and
        gets its name then, or when the next is added.

        Raises
        ------
        Refusal
            Where the run's folder lacks what is frozen, or its record cannot be scored.
        """
        self._tidy()
        log = read_log(self.path / NAME)
        number = log.lines[-1].number + 1 if log.lines else 1
        entry = f"{number:04}_{run.record['scenario']}_{run.folder.hash}"
        content, years = _frozen(run, entry)
        for name, frozen in content.items():
            write_bytes(self._staged(entry) / name, frozen)
        line = Line(
            number,
            entry,
            today.isoformat(),
            run.folder.hash,
            years,
            tuple(year for year in years if year < today.year),
            {name: sha256(frozen).hexdigest() for name, frozen in content.items()},
            log.head,
        )
        write_bytes(self.path / NAME, log.content + line.written() + b"\n")
        self._staged(entry).rename(self.path / entry)
        return line

    def _staged(self, entry: str) -> Path:
        return self.path / f".{entry}"

    def _tidy(self) -> None:
        """Name the entry whose process was killed after its line was written; remove what has no line."""
        lines = {line.entry for line in read_log(self.path / NAME).lines}
        for path in self._folders(hidden=True):
            entry = path.name.removeprefix(".")
            if entry in lines and not (self.path / entry).exists():
                path.rename(self.path / entry)
            else:
                remove(path)
        for path in left_behind(self.path):
            remove(path)

    def _folders(self, *, hidden: bool = False) -> list[Path]:
        """Return the folders of entries, or those in which entries were put together."""
        found = self.path.iterdir() if self.path.is_dir() else iter(())
        return sorted(path for path in found if _NUMBERED.fullmatch(path.name) and path.name.startswith(".") == hidden)

    def _faults(self, line: Line) -> Iterator[Fault]:
        folder = self.folder(line)
        if not folder.is_dir():
            yield Fault("folder", entry=line.entry)
            return
        for name in FROZEN:
            path = folder / name
            if not path.is_file():
                yield Fault("missing", entry=line.entry, file=name)
            elif digest(path) != line.files[name]:
                yield Fault("changed", entry=line.entry, file=name)


def _frozen(run: FinishedRun, entry: str) -> tuple[dict[str, bytes], tuple[int, ...]]:
    """Return what is frozen of a run, as its manifest knows it, and the years that it forecasts."""
    folder, written = run.folder.path, run.manifest["files"]
    try:
        content = {name: (folder / name).read_bytes() for name in FROZEN}
        years = tuple(forecast.year for forecast in frozen_districts(run.record)[0].years)
        digests = {name: sha256(text).hexdigest() for name, text in content.items() if name != "manifest.json"}
        whole = ENTRY.fullmatch(entry) and all(written[name] == found for name, found in digests.items())
    except (OSError, KeyError, TypeError, ValueError, IndexError):
        whole = None
    if not whole:
        message = Message(
            "{folder} lacks what a register keeps, or was changed meanwhile: {names}",
            {"folder": str(folder), "names": ", ".join(FROZEN)},
        )
        raise Refusal(message)
    return content, years
