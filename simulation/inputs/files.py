"""The files of a scenario: found within its folder tree, read whole, and remembered by their SHA-256.

Knows paths, sizes and encodings; must not know what a file says.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from .collector import Collector, listed, nearest, shown
from .problems import Message
from .tree import Place

LARGEST_YAML = 5_000_000
LARGEST_TABLE = 50_000_000
WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How the files of Excel and LibreOffice begin, the older ones last."""
YAML_ENDINGS = frozenset({".yaml", ".yml"})


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
    content
        Its bytes.
    """

    path: Path
    shown: str
    folder: Path
    content: bytes

    def text(self, collector: Collector, *, table: bool = False) -> str | None:
        """Return the content as text (UTF-8, a byte order mark allowed), or None with a problem told."""
        if table and self.content.startswith(WORKBOOK):
            message = Message("this is a workbook of a spreadsheet program, not a CSV table")
            fix = Message("in Excel choose Save As, CSV UTF-8 (comma delimited), and name that file in the scenario")
            collector.add((self.shown, None), "", message, found=self.path.name, suggestion=fix, table=True)
            return None
        try:
            text = self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.content.count(b"\n", 0, error.start) + 1
            message = Message("the file is not UTF-8 text")
            fix = Message("save it again as UTF-8 (in Excel: CSV UTF-8)")
            collector.add((self.shown, line), "", message, suggestion=fix, table=table)
            return None
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            collector.add((self.shown, line), "", Message("the file holds a NUL byte: it is not text"), table=table)
            return None
        return text


class Files:
    """Reads the files of one scenario.

    Attributes
    ----------
    hashes
        Every file read, named from the root of the tree, -> SHA-256 of its content.
    data
        Every data file that `relative` has named -> its content.
    """

    def __init__(self, top: Path, collector: Collector) -> None:
        self._collector = collector
        self._top = top
        self._cache: dict[Path, Source] = {}
        self.folder = top.absolute().parent
        self.root = _project_root(self.folder)
        self.hashes: dict[str, str] = {}
        self.data: dict[str, bytes] = {}

    def read_top(self) -> Source | None:
        """Return the file that was asked for."""
        return self._read(self._top.absolute(), str(self._top), (str(self._top), None), "", LARGEST_YAML)

    def read(self, text: str, place: Place, field: str, *, largest: int = LARGEST_TABLE) -> Source | None:
        """Return the file that `text` names, or None with the problem told at `place`.

        Parameters
        ----------
        text
            Path as written, relative to the folder of `place`.
        field
            The key that names the file.
        """
        if not text.strip() or Path(text).is_absolute() or text.startswith("\\") or text[1:2] == ":":
            message = Message("the path must be relative to the file that names it")
            self._collector.add(place, field, message, found=text)
            return None
        if "\\" in text:
            fix = Message("write {value}", {"value": shown(text.replace("\\", "/"))})
            message = Message("folders in a path are separated by /")
            self._collector.add(place, field, message, found=text, suggestion=fix)
            return None
        path = place.folder / text
        try:
            inside = path.resolve().is_relative_to(self.root)
        except (OSError, RuntimeError, ValueError):
            self._collector.add(place, field, Message("this path cannot be followed"), found=text)
            return None
        if not inside:
            message = Message("the path leads outside the folder tree of the project or the scenario")
            allowed = Message("a path below {folder}", {"folder": self.root.name or str(self.root)})
            self._collector.add(place, field, message, found=text, allowed=allowed)
            return None
        return self._read(path, self._name(path), place, field, largest, text)

    def relative(self, text: str, folder: Path) -> str:
        """Return a path written in a file of `folder` as the scenario that was asked for would write it."""
        name = Path(os.path.relpath(folder / text, self.folder)).as_posix()
        source = self._cache.get((folder / text).resolve())
        if source is not None:
            self.data[name] = source.content
        return name

    def _name(self, path: Path) -> str:
        """Return a path as it looks from where the reader named the scenario."""
        return os.path.normpath(self._top.parent / os.path.relpath(path, self.folder))

    def _read(
        self, path: Path, shown: str, place: Place | tuple[str, None], field: str, largest: int, text: str = ""
    ) -> Source | None:
        try:
            resolved = path.resolve()
            if resolved in self._cache:
                return self._cache[resolved]
            problem = _unreadable(path, largest)
            content = b"" if problem else path.read_bytes()
        except (OSError, RuntimeError, ValueError):
            problem = Message("the file cannot be opened")
        if problem is not None:
            self._collector.add(
                place, field, problem, found=text, suggestion=_neighbour(path, text or str(self._top), field)
            )
            return None
        source = Source(resolved, shown, path.parent, content)
        self._cache[resolved] = source
        self._collector.reading(shown)
        self.hashes[Path(os.path.relpath(resolved, self.root)).as_posix()] = sha256(content).hexdigest()
        return source


def _unreadable(path: Path, largest: int) -> Message | None:
    """Return why a path is not a file that can be read, or None."""
    if path.is_dir():
        return Message("this is a folder, not a file")
    if not path.exists():
        return Message("there is no such file")
    if not path.is_file():
        return Message("this is not an ordinary file")
    if path.stat().st_size > largest:
        return Message("the file is larger than {most} MB", {"most": largest // 1_000_000})
    return None


def _neighbour(path: Path, text: str, field: str) -> Message | None:
    """Return the file of the same kind in the same folder whose name is nearest, or the files there are.

    Parameters
    ----------
    text
        The path as written; the answer can be written in its place.
    field
        The key that names the file; it tells the kind where the path does not.
    """
    try:
        if path.is_dir():
            inside = sorted(p.name for p in path.iterdir() if p.suffix.lower() in _endings("", field))
            return Message("files in this folder: {names}", {"names": listed(inside)}) if inside else None
        if path.exists():
            return None
        endings = _endings(path.suffix.lower(), field)
        by_stem = {p.stem: p.name for p in sorted(path.parent.iterdir()) if p.suffix.lower() in endings}
    except (OSError, ValueError):
        return None
    close = nearest(path.stem, by_stem)
    if close is None:
        return None
    name = by_stem[close.values["name"]]
    return replace(close, values={"name": Path(text).with_name(name).as_posix()})


def _endings(ending: str, field: str) -> frozenset[str]:
    """Return the file endings that mean the same kind as `ending`, or that `field` asks for."""
    if ending:
        return YAML_ENDINGS if ending in YAML_ENDINGS else frozenset({ending})
    if field in {"", "extends"}:
        return YAML_ENDINGS
    return frozenset({".parquet" if field == "transition.parameters_from" else ".csv"})


def _project_root(folder: Path) -> Path:
    """Return the nearest folder above that holds pyproject.toml or .git, else `folder` itself."""
    resolved = folder.resolve()
    for candidate in (resolved, *resolved.parents):
        if (candidate / "pyproject.toml").exists() or (candidate / ".git").exists():
            return candidate
    return resolved
