"""The files of a scenario: found within its folder tree, read whole, and remembered by their SHA-256."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ..domain.messages import Message, nearest, shown
from .problem_list import Place, ProblemList

LARGEST_YAML = 5_000_000
LARGEST_TABLE = 50_000_000
YAML_ENDINGS = frozenset({".yaml", ".yml"})
TABLE_ENDINGS = frozenset({".csv", ".xlsx", ".xlsm"})

_RELATIVE = Message("a path from the folder of the file that names it, such as data/villages.csv")

_FOLDER = Message("this is a folder, not a file"), Message("name a file")
_MISSING = Message("there is no such file"), Message("check the name of the file and its folder")
_ODD = Message("this is not an ordinary file"), Message("save its content as an ordinary file, and name that")
_CLOSED = (
    Message("the file cannot be opened"),
    Message("check that you may read the file, and that its name is not too long"),
)


@dataclass(frozen=True)
class Source:
    """A file that was read.

    Attributes
    ----------
    path
        Where it is, symbolic links followed.
    shown
        As the reader would name it.
    folder
        Where its own relative paths start.
    """

    path: Path
    shown: str
    folder: Path
    content: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of its content."""
        return sha256(self.content).hexdigest()

    def text(self, collector: ProblemList, *, table: bool = False) -> str | None:
        """Return the content as text (UTF-8, a byte order mark allowed), or None with a problem told."""
        try:
            text = self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            start, message = error.start, Message("the file is not UTF-8 text")
        else:
            if "\0" not in text:
                return text
            start, message = self.content.index(b"\0"), Message("the file holds a NUL byte: it is not text")
        fix = Message("save it again as UTF-8 (in Excel: CSV UTF-8)")
        place = self.shown, self.content.count(b"\n", 0, start) + 1
        collector.add(place, "", message, suggestion=fix, table=table)
        return None


class Files:
    """Reads the files of one scenario.

    Parameters
    ----------
    given
        Files that a scenario names which was not asked for by its file but is at hand: name -> content.

    Attributes
    ----------
    hashes
        Every file read, named from the root of the tree, -> SHA-256 of its content.
    """

    def __init__(self, top: Path, collector: ProblemList, given: Mapping[str, bytes] | None = None) -> None:
        self._collector = collector
        self._top = top
        self._given = given or {}
        self.folder = top.absolute().parent
        self.root = project_root(self.folder)
        self.hashes: dict[str, str] = {}

    def read_top(self, largest: int = LARGEST_YAML) -> Source | None:
        """Return the file that was asked for."""
        path, place = self._top.absolute(), (str(self._top), None)
        if self._within(path, place, "", ""):
            return self._read(path, str(self._top), place, "", largest)
        return None

    def read(self, text: str, place: Place, field: str, *, largest: int = LARGEST_TABLE) -> Source | None:
        """Return the file that `text` names, or None with the problem told at `place`.

        Parameters
        ----------
        text
            Path as written, relative to the folder of `place`.
        """
        if not text.strip():
            self._collector.add(place, field, Message("the text is empty"), allowed=_RELATIVE)
            return None
        if Path(text).is_absolute() or text.startswith("\\") or text[1:2] == ":":
            message = Message("the path is valid on this computer only")
            name = shown(text.replace("\\", "/").rpartition("/")[2])
            fix = Message("move {name} into the folder of the scenario, and write {name}", {"name": name})
            self._collector.add(place, field, message, found=text, allowed=_RELATIVE, suggestion=fix)
            return None
        if "\\" in text:
            fix = Message("write {value}", {"value": shown(text.replace("\\", "/"))})
            message = Message("folders in a path are separated by /")
            self._collector.add(place, field, message, found=text, suggestion=fix)
            return None
        path = place.folder / text
        if place.generation and text in self._given:
            return Source(path, text, place.folder, self._given[text])
        if self._within(path, place, field, text):
            as_seen_from_top = os.path.normpath(self._top.parent / os.path.relpath(path, self.folder))
            return self._read(path, as_seen_from_top, place, field, largest, text)
        return None

    def _within(self, path: Path, place: Place | tuple[str, None], field: str, text: str) -> bool:
        """Return whether a path ends below the root, links followed; tell it where not."""
        try:
            if path.resolve().is_relative_to(self.root):
                return True
        except (OSError, RuntimeError, ValueError):
            message, fix = Message("this path cannot be followed"), Message("name the file itself, not a link to it")
            self._collector.add(place, field, message, found=text, suggestion=fix)
            return False
        message = Message("the path leads outside the folder tree of the project or the scenario")
        allowed = Message("a path below {folder}", {"folder": self.root.name or str(self.root)})
        self._collector.add(place, field, message, found=text, allowed=allowed)
        return False

    def _read(
        self, path: Path, shown: str, place: Place | tuple[str, None], field: str, largest: int, text: str = ""
    ) -> Source | None:
        try:
            resolved = path.resolve()
            refusal = _unreadable(path, largest)
            content = b""
            if refusal is None:
                with path.open("rb") as stream:
                    content = stream.read(largest + 1)
            if len(content) > largest:  # it grew meanwhile, or is of those that never say how large they are
                refusal = _too_large(largest)
        except (OSError, RuntimeError, ValueError):
            refusal = _CLOSED
        if refusal is not None:
            message, fix = refusal
            fix = _neighbour(path, text or str(self._top), field) or fix
            self._collector.add(place, field, message, found=text, suggestion=fix)
            return None
        source = Source(resolved, shown, path.parent, content)
        self._collector.reading(shown)
        self.hashes[Path(os.path.relpath(resolved, self.root)).as_posix()] = source.digest
        return source


def _unreadable(path: Path, largest: int) -> tuple[Message, Message] | None:
    """Return why a path is not a file that can be read, or None."""
    if path.is_dir():
        return _FOLDER
    if not path.exists():
        return _MISSING
    if not path.is_file():
        return _ODD
    if path.stat().st_size > largest:
        return _too_large(largest)
    return None


def _too_large(largest: int) -> tuple[Message, Message]:
    message = Message("the file is larger than {most} MB", {"most": largest // 1_000_000})
    return message, Message("leave out what the forecast does not need")


def _neighbour(path: Path, text: str, field: str) -> Message | None:
    """Return the file of the same kind in the same folder whose name is nearest.

    Parameters
    ----------
    text
        The path as written; the answer can be written in its place.
    field
        The key that names the file; it tells the kind where the path does not.
    """
    kind = YAML_ENDINGS if field in {"", "extends"} else TABLE_ENDINGS
    if ending := path.suffix.lower():
        kind = next((endings for endings in (YAML_ENDINGS, TABLE_ENDINGS) if ending in endings), frozenset({ending}))
    try:
        if path.exists():
            return None
        there = sorted(path.parent.iterdir(), key=lambda other: (other.suffix.lower() == ending, other))
        by_stem = {other.stem: other.name for other in there if other.suffix.lower() in kind}
        close = nearest(path.stem, by_stem)
    except (OSError, ValueError):
        return None
    return close and close.filled(name=Path(text).with_name(by_stem[close.values["name"]]).as_posix())


def project_root(folder: Path) -> Path:
    """Return the nearest folder above that holds pyproject.toml or .git, else `folder` itself."""
    try:
        resolved = folder.resolve()
    except (OSError, RuntimeError):  # links in a circle: told where the scenario is read
        return folder
    for candidate in (resolved, *resolved.parents):
        if (candidate / "pyproject.toml").exists() or (candidate / ".git").exists():
            return candidate
    return resolved
