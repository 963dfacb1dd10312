"""The files of a scenario: found within its folder tree, read whole, and remembered by their SHA-256."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ..domain.constraints import Finding
from ..domain.messages import Message, nearest, shown
from .problem_list import Place, ProblemList

LARGEST_YAML = 5_000_000
LARGEST_TABLE = 50_000_000
YAML_ENDINGS = frozenset({".yaml", ".yml"})
TABLE_ENDINGS = frozenset({".csv", ".xlsx", ".xlsm"})
MAP_ENDINGS = frozenset({".geojson", ".json"})

_RELATIVE = Message("a path from the folder of the file that names it, such as data/villages.csv")


Row = tuple[int, list[str]]
"""The number of a row as a spreadsheet program shows it, and its cells."""


@dataclass(frozen=True)
class Source:
    """A file that was read, or what stands for one in Python.

    Attributes
    ----------
    path
        Where it is, symbolic links followed.
    shown
        As the reader would name it.
    folder
        Where its own relative paths start.
    rows
        Of a table of Python: column names, as row 0, and its rows from 1 on; None for a file.
    in_python
        Whether it stands for a table or draws given in Python.
    """

    path: Path
    shown: str
    folder: Path
    content: bytes
    rows: Sequence[Row] | None = None
    in_python: bool = False

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
        Content of the tables that an inherited scenario made in Python names: name -> content, instead of the disk's.
    anywhere
        Whether paths may lead out of the folder tree, and be absolute.

    Attributes
    ----------
    tables
        What is given in Python in the place of files: name -> it.
    hashes
        Every file read, named from the root of the tree, -> SHA-256 of its content.
    """

    def __init__(
        self, top: Path, collector: ProblemList, given: Mapping[str, bytes] | None = None, *, anywhere: bool = False
    ) -> None:
        self._collector = collector
        self._top = top
        self._given = given or {}
        self._anywhere = anywhere
        self.folder = top.absolute().parent
        self.root = project_root(self.folder)
        self.tables: dict[str, Source] = {}
        self.hashes: dict[str, str] = {}

    def read_top(self, largest: int = LARGEST_YAML) -> Source | None:
        """Return the file that was asked for."""
        return self._read(self._top.absolute(), Place(str(self._top), None, self.folder), "", "", largest)

    def read(self, text: str, place: Place, field: str, *, largest: int = LARGEST_TABLE) -> Source | None:
        """Return the file that `text` names, or None with the problem told at `place`.

        Parameters
        ----------
        text
            Path as written, relative to the folder of `place` unless it is absolute.
        """
        if (table := self.tables.get(text)) is not None:
            self._collector.reading(text)
            self.hashes[text] = table.digest
            return table
        if (finding := _no_path(text, self._anywhere)) is not None:
            self._tell(place, field, text, finding)
            return None
        path = place.folder / text
        if place.generation and text in self._given:
            return Source(path, text, place.folder, self._given[text])
        return self._read(path, place, field, text, largest)

    def _read(self, path: Path, place: Place, field: str, text: str, largest: int) -> Source | None:
        outside = None if self._anywhere else _outside(path, self.root)
        content = outside or _content(path, text or str(self._top), field, largest)
        if not isinstance(content, bytes):
            self._tell(place, field, text, content)
            return None
        shown = os.path.normpath(self._top.parent / os.path.relpath(path, self.folder)) if text else str(self._top)
        source = Source(path.resolve(), shown, path.parent, content)
        self._collector.reading(shown)
        self.hashes[Path(os.path.relpath(source.path, self.root)).as_posix()] = source.digest
        return source

    def _tell(self, place: Place, field: str, found: str, finding: Finding) -> None:
        message, allowed, fix = finding
        self._collector.add(place, field, message, found=found, allowed=allowed, suggestion=fix)


def _no_path(text: str, anywhere: bool) -> Finding | None:
    """Return why a text is no path from the folder of a file, if it is not; `anywhere` also takes absolute ones."""
    plain = text.replace("\\", "/")
    if not text.strip():
        return Message("the text is empty"), _RELATIVE, None
    if anywhere:
        return None
    if Path(text).is_absolute() or text.startswith("\\") or text[1:2] == ":":
        name = {"name": shown(plain.rpartition("/")[2])}
        fix = Message("move {name} into the folder of the scenario, and write {name}", name)
        return Message("the path is valid on this computer only"), _RELATIVE, fix
    if plain != text:
        return Message("folders in a path are separated by /"), None, Message("write {value}", {"value": shown(plain)})
    return None


def _outside(path: Path, root: Path) -> Finding | None:
    """Return why a path does not end below the root, links followed, if it does not."""
    try:
        if path.resolve().is_relative_to(root):
            return None
    except (OSError, RuntimeError, ValueError):
        return Message("this path cannot be followed"), None, Message("name the file itself, not a link to it")
    message = Message("the path leads outside the folder tree of the project or the scenario")
    return message, Message("a path below {folder}", {"folder": root.name or str(root)}), None


def _content(path: Path, text: str, field: str, largest: int) -> bytes | Finding:
    """Return the content of a file, or why it cannot be read; `text` and `field` are as `_neighbour` takes them."""
    try:
        if path.is_dir():
            message, fix = Message("this is a folder, not a file"), Message("name a file")
        elif not path.exists():
            message, fix = Message("there is no such file"), Message("check the name of the file and its folder")
        elif not path.is_file():
            message = Message("this is not an ordinary file")
            fix = Message("save its content as an ordinary file, and name that")
        else:
            with path.open("rb") as stream:
                content = stream.read(largest + 1)
            if len(content) <= largest:
                return content
            message = Message("the file is larger than {most} MB", {"most": largest // 1_000_000})
            fix = Message("leave out what the forecast does not need")
    except (OSError, RuntimeError, ValueError):
        message = Message("the file cannot be opened")
        fix = Message("check that you may read the file, and that its name is not too long")
    return message, None, _neighbour(path, text, field) or fix


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
        every = (YAML_ENDINGS, TABLE_ENDINGS, MAP_ENDINGS)
        kind = next((endings for endings in every if ending in endings), frozenset({ending}))
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
