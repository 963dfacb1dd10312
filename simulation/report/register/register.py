"""The register: forecasts kept as they were made, and a digest of every file in one plain list.

An entry is a folder ``<number>_<scenario>_<run id>`` that holds the frozen files of a run and the day on which it
was registered. ``register.sha256`` lists the SHA-256 of each of these files, in the form that ``sha256sum --check``
reads. Whoever prints, mails or commits the digest of that list can prove later that nothing was changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Literal
from uuid import uuid4

from ...domain.messages import Message, Refusal
from ..codec import read_result
from ..files import LARGEST_JSON, digest, json_text, left_behind, read_json, remove, write_bytes
from ..kinds.forecast.result import ForecastResult
from ..store.folder import Answer

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
        Of its folder: ``<number>_<scenario>_<run id>``; numbers begin with 1 and have no gaps.
    registered
        Day on which it was frozen, ISO 8601.
    """

    name: str
    registered: str
    forecast: ForecastResult

    @property
    def number(self) -> int:
        """Of its name."""
        return _number(self.name)

    @property
    def years(self) -> tuple[int, ...]:
        """Forecast years."""
        return tuple(year.year for year in self.forecast.districts[0].years)

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
        ``changed``, ``missing``, ``unlisted``: a file or entry of which the list says nothing; ``version``: an entry
        that another version of this package can read.
    name
        Of the file or entry, within the register.
    """

    kind: Literal["changed", "missing", "unlisted", "version"]
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


@dataclass(frozen=True)
class Register:
    """A folder of frozen forecasts, which is there or will be."""

    path: Path

    def read(self) -> Contents:
        """Return what is in the register, every file compared with its digest.

        Another process may be adding an entry meanwhile: a change is believed when it is seen twice.
        """
        contents = self._read()
        return self._read() if contents.changes else contents

    def find(self, contents: Contents, run: Answer[ForecastResult]) -> Entry | None:
        """Return the entry of a run that is frozen already; None where it is not, or was computed otherwise."""
        return next((one for one in contents.entries if self._is_of(one, run)), None)

    def obstacles(self, contents: Contents, run: Answer[ForecastResult]) -> tuple[Change, ...]:
        """Return the changes that keep a run from being added.

        Its own entry may be there without lines in the list: an addition ended before these were written.
        """
        own = Change("unlisted", self._next_entry(run))
        return tuple(change for change in contents.changes if change != own)

    def add(self, run: Answer[ForecastResult], today: date) -> Entry:
        """Freeze a run, and return its entry. The register is held by the caller, and as it was written.

        The files of an entry come first, all at once, and its lines in the list last: it is there whole or not at all.

        Raises
        ------
        Refusal
            Where the run's folder is not as the run wrote it.
        """
        entry = self._next_entry(run)
        known = {*run.manifest.files, "manifest.json"}
        if run.folder.read() is None or not known.issuperset(FROZEN) or not _ENTRY.fullmatch(entry):
            message = Message(
                "{folder} lacks what a register keeps, or was changed meanwhile: {names}",
                {"folder": str(run.path), "names": ", ".join(FROZEN)},
            )
            raise Refusal(message)
        content = {file: (run.path / file).read_bytes() for file in FROZEN}
        content[REGISTERED] = json_text({"registered": today.isoformat(), "run": run.id}).encode()
        for left in [*left_behind(self.path), self.path / entry]:
            remove(left)
        made = self.path / f".{entry}.{uuid4().hex}"
        for file in FILES:
            write_bytes(made / file, content[file])
        made.rename(self.path / entry)
        lines = "".join(f"{sha256(content[file]).hexdigest()}  {entry}/{file}\n" for file in FILES)
        write_bytes(self.path / LIST, self._list() + lines.encode())
        return Entry(entry, today.isoformat(), run.result)

    def _read(self) -> Contents:
        content = self._list()
        listed, sound = _parse(content)
        changes = [] if sound else [Change("changed", LIST)]
        entries = []
        for name, digests in sorted(listed.items()):
            found = list(self._changes_of(name, digests))
            if not found:
                try:
                    entries.append(self._entry(name))
                except (OSError, ValueError, KeyError, TypeError):
                    found = [Change("version", name)]
            changes += found
        numbers = set(map(_number, listed))
        gaps = set(range(1, max(numbers, default=0))) - numbers
        changes += [Change("missing", f"{number:04}_…") for number in sorted(gaps)]
        folders = sorted(path.name for path in self.path.glob("*/"))
        changes += [Change("unlisted", name) for name in folders if name not in listed and _ENTRY.fullmatch(name)]
        return Contents(tuple(entries), tuple(changes), sha256(content).hexdigest() if content else "")

    def _list(self) -> bytes:
        path = self.path / LIST
        if not path.is_file():
            return b""
        with path.open("rb") as stream:
            return stream.read(LARGEST_JSON)

    def _changes_of(self, name: str, digests: Mapping[str, str]) -> Iterator[Change]:
        """Yield what of an entry is not as the list says."""
        for file in (f"{name}/{file}" for file in FILES):
            path = self.path / file
            if path.name not in digests:
                yield Change("unlisted", file)
            elif not path.is_file():
                yield Change("missing", file)
            elif digest(path) != digests[path.name]:
                yield Change("changed", file)

    def _entry(self, name: str) -> Entry:
        folder = self.path / name
        registered = date.fromisoformat(read_json(folder / REGISTERED)["registered"]).isoformat()
        return Entry(name, registered, read_result(folder / "forecast.json", ForecastResult))

    def _is_of(self, entry: Entry, run: Answer[ForecastResult]) -> bool:
        frozen = self.path / entry.name / "forecast.json"
        return entry.name.endswith(f"_{run.id}") and digest(frozen) == run.manifest.files["forecast.json"]

    def _next_entry(self, run: Answer[ForecastResult]) -> str:
        """Return the name of the entry that comes next, of this run."""
        listed, _ = _parse(self._list())
        return f"{1 + max(map(_number, listed), default=0):04}_{run.result.scenario}_{run.id}"


def _parse(content: bytes) -> tuple[dict[str, dict[str, str]], bool]:
    """Return entry -> file -> digest, and whether every line of the list is one, and stands there once."""
    *lines, end = content.decode("utf-8", "replace").split("\n")
    found = [match for line in lines if (match := _LINE.fullmatch(line)) is not None]
    listed: dict[str, dict[str, str]] = {}
    for match in found:
        listed.setdefault(match[2], {}).setdefault(match[3], match[1])
    return listed, not end and len(lines) == sum(map(len, listed.values()))


def _number(name: str) -> int:
    return int(name.partition("_")[0])
