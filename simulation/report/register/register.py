"""The register: forecasts kept as they were made, and a digest of every file in one plain list.

An entry is a folder ``<number>_<scenario>_<run id>`` that holds the frozen files of a run and the day on which it
was registered. ``register.sha256`` lists the SHA-256 of each of these files, in the form that ``sha256sum --check``
reads. Whoever prints, mails or commits the digest of that list can prove later that nothing was changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from ...domain.messages import Message, Refusal
from ..codec import to_data
from ..files import LARGEST_JSON, digest, json_text, left_behind, read_json, remove, write_bytes
from ..kinds.forecast.result import ForecastResult
from ..store.folder import Answer
from ..store.lock import alone
from .snapshot import Snapshot, read_snapshot

FOLDER = "register"
LIST = "register.sha256"
FROZEN = ("forecast.json", "hub.csv", "manifest.json")
"""What is frozen of a run."""
REGISTERED = "registered.json"
FILES = (*FROZEN, REGISTERED)
"""What an entry holds."""
_ENTRY = re.compile(r"[0-9]{4,9}_[A-Za-z0-9][A-Za-z0-9_-]{0,99}_[0-9a-f]{12}")
_LINE = re.compile(rf"([0-9a-f]{{64}})  ({_ENTRY.pattern})/({'|'.join(map(re.escape, FILES))})")


@dataclass(frozen=True)
class Entry:
    """A frozen forecast.

    Attributes
    ----------
    name
        Of its folder: ``<number>_<scenario>_<run id>``.
    registered
        Day on which it was frozen, ISO 8601.
    run
        Id of the run.
    digests
        File -> SHA-256.
    snapshot
        What it forecasts.
    """

    name: str
    registered: str
    run: str
    digests: Mapping[str, str]
    snapshot: Snapshot

    @property
    def number(self) -> int:
        """From 1 on, without gaps."""
        return int(self.name.partition("_")[0])

    @property
    def years(self) -> tuple[int, ...]:
        """Forecast years."""
        return tuple(year.year for year in self.snapshot.districts[0].years)

    @property
    def late_years(self) -> tuple[int, ...]:
        """Years that were over already when it was registered: of these it is no forecast."""
        return tuple(year for year in self.years if year < date.fromisoformat(self.registered).year)


@dataclass(frozen=True)
class Change:
    """A place where a register is not as it was written.

    Attributes
    ----------
    kind
        ``changed``, ``missing``, or ``unlisted``: an entry of which the list says nothing.
    name
        Of the file or entry, within the register.
    """

    kind: str
    name: str


@dataclass(frozen=True)
class Contents:
    """What a register holds.

    Attributes
    ----------
    entries
        Those that are as they were frozen.
    changes
        Every place where it is not as it was written.
    digest
        SHA-256 of the list; "" where there is none.
    """

    entries: tuple[Entry, ...]
    changes: tuple[Change, ...]
    digest: str

    @property
    def empty(self) -> bool:
        """Whether nothing was ever added."""
        return not self.digest and not self.changes


@dataclass(frozen=True)
class Register:
    """A folder of frozen forecasts, ``results/register`` where no other is named.

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
        """Hold the register while something is written in it; see `simulation.report.store.lock.alone`."""
        with alone(self.path, waiting, unlocked):
            yield

    def read(self) -> Contents:
        """Return what is in the register, every file compared with its digest.

        Another process may be adding an entry meanwhile: a change is believed when it is seen twice.
        """
        contents = self._read()
        return self._read() if contents.changes else contents

    def find(self, contents: Contents, run: Answer[ForecastResult]) -> Entry | None:
        """Return the entry of a run that is frozen already; None where it is not, or was computed otherwise."""
        written = run.manifest.files.get("forecast.json")
        same = (entry for entry in contents.entries if entry.run == run.id)
        return next((entry for entry in same if entry.digests["forecast.json"] == written), None)

    def obstacles(self, contents: Contents, run: Answer[ForecastResult]) -> tuple[Change, ...]:
        """Return the changes that keep a run from being added.

        Its own entry may be there without lines in the list: an addition ended before these were written.
        """
        own = Change("unlisted", self._next_entry(run))
        return tuple(change for change in contents.changes if change != own)

    def add(self, run: Answer[ForecastResult], today: date) -> Entry:
        """Freeze a run, and return its entry. The register is held by the caller, and as it was written.

        The files of an entry come first and its lines in the list last, so that it is there whole or not at all.

        Raises
        ------
        Refusal
            Where the run's folder lacks what is frozen, or its forecast cannot be scored.
        """
        entry = self._next_entry(run)
        content = _read_files(run, entry)
        content[REGISTERED] = json_text({"registered": today.isoformat(), "run": run.id}).encode()
        self._remove_leftovers()
        for file in FILES:
            write_bytes(self.path / entry / file, content[file])
        digests = {file: sha256(content[file]).hexdigest() for file in FILES}
        lines = "".join(f"{digest}  {entry}/{file}\n" for file, digest in digests.items())
        write_bytes(self.path / LIST, self._list() + lines.encode())
        return Entry(entry, today.isoformat(), run.id, digests, read_snapshot(to_data(run.result)))

    def _read(self) -> Contents:
        content = self._list()
        listed, sound = _parse(content)
        changes = [] if sound else [Change("changed", LIST)]
        entries = []
        for name, digests in sorted(listed.items()):
            found = list(self._changes_of(name, digests))
            if not found:
                try:
                    entries.append(self._entry(name, digests))
                except (OSError, ValueError, KeyError, TypeError):
                    found = [Change("changed", f"{name}/forecast.json")]
            changes += found
        numbers = {int(name.partition("_")[0]) for name in listed}
        changes += [
            Change("missing", f"{number:04}_…") for number in range(1, max(numbers, default=0)) if number not in numbers
        ]
        changes += [
            Change("unlisted", path.name) for path in self._folders() if path.name not in listed and _is_whole(path)
        ]
        return Contents(tuple(entries), tuple(changes), sha256(content).hexdigest() if content else "")

    def _list(self) -> bytes:
        path = self.path / LIST
        if not path.is_file():
            return b""
        with path.open("rb") as stream:
            return stream.read(LARGEST_JSON)

    def _changes_of(self, name: str, digests: Mapping[str, str]) -> Iterator[Change]:
        """Yield what of an entry is not as the list says; a whole folder that is gone is one change."""
        folder = self.path / name
        if not folder.is_dir():
            yield Change("missing", name)
            return
        for file in FILES:
            if file not in digests:
                yield Change("unlisted", f"{name}/{file}")
            elif not (folder / file).is_file():
                yield Change("missing", f"{name}/{file}")
            elif digest(folder / file) != digests[file]:
                yield Change("changed", f"{name}/{file}")

    def _entry(self, name: str, digests: Mapping[str, str]) -> Entry:
        folder = self.path / name
        said = read_json(folder / REGISTERED)
        registered = date.fromisoformat(said["registered"]).isoformat()
        return Entry(name, registered, str(said["run"]), digests, read_snapshot(read_json(folder / "forecast.json")))

    def _folders(self) -> list[Path]:
        found = self.path.iterdir() if self.path.is_dir() else iter(())
        return sorted(path for path in found if _ENTRY.fullmatch(path.name))

    def _next_entry(self, run: Answer[ForecastResult]) -> str:
        """Return the name of the entry that comes next, of this run."""
        listed, _ = _parse(self._list())
        number = 1 + max((int(name.partition("_")[0]) for name in listed), default=0)
        return f"{number:04}_{run.result.scenario}_{run.id}"

    def _remove_leftovers(self) -> None:
        """Remove what an addition left that ended early: folders that are not whole, and half-written files."""
        listed, _ = _parse(self._list())
        for path in [*left_behind(self.path), *self._folders()]:
            if path.name not in listed and not (path.is_dir() and _is_whole(path)):
                remove(path)


def _parse(content: bytes) -> tuple[dict[str, dict[str, str]], bool]:
    """Return entry -> file -> digest, and whether every line of the list is one, and stands there once."""
    listed: dict[str, dict[str, str]] = {}
    sound = True
    for line in content.decode("utf-8", "replace").split("\n")[:-1] or ([""] if content else []):
        found = _LINE.fullmatch(line)
        if found is None or found[3] in listed.get(found[2], {}):
            sound = False
        else:
            listed.setdefault(found[2], {})[found[3]] = found[1]
    return listed, sound and (not content or content.endswith(b"\n"))


def _is_whole(folder: Path) -> bool:
    return all((folder / file).is_file() for file in FILES)


def _read_files(run: Answer[ForecastResult], name: str) -> dict[str, bytes]:
    """Return what is frozen of a run, as its manifest knows it."""
    folder, written = run.path, run.manifest.files
    try:
        content = {file: (folder / file).read_bytes() for file in FROZEN}
        read_snapshot(json.loads(content["forecast.json"]))
        same = all(written[file] == sha256(text).hexdigest() for file, text in content.items() if file in written)
        whole = same and {"forecast.json", "hub.csv"} <= set(written) and _ENTRY.fullmatch(name)
    except (OSError, KeyError, TypeError, ValueError, IndexError):
        whole = None
    if not whole:
        message = Message(
            "{folder} lacks what a register keeps, or was changed meanwhile: {names}",
            {"folder": str(folder), "names": ", ".join(FROZEN)},
        )
        raise Refusal(message)
    return content
