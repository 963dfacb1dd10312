"""Watches what a process opens, lists, writes, starts and calls.

Knows Python's audit events; must not know what the process is for.
"""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_LISTING = {"os.listdir", "os.scandir", "os.walk", "os.fwalk", "glob.glob", "os.chdir"}
_CHANGING = {
    "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
    "os.utime", "os.mkfifo", "os.mknod", "os.setxattr", "shutil.copyfile", "shutil.move", "shutil.rmtree",
    "shutil.make_archive", "shutil.unpack_archive", "tempfile.mkstemp", "tempfile.mkdtemp",
}  # fmt: skip
_WITHIN = {"os.remove", "os.rmdir"}
"""Their second argument is an open folder that the name is relative to, or -1; `shutil.rmtree` removes that way."""
_NEVER = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile",
    "pty.", "urllib.", "http.", "ftplib.", "webbrowser.", "pickle.find_class", "ctypes.", "sqlite3.", "winreg.",
)  # fmt: skip
_USUAL = (("pickle.find_class", "babel."), ("ctypes.dlopen", "None"))
"""Babel keeps its languages in pickles of its own; NumPy looks into the running process."""


def interpreter_folders() -> list[str]:
    """Return where Python and its packages lie, this repository's package, what is compiled of it, and its tests."""
    import simulation
    from simulation.engine.compiled import compiled_code_folders

    own = [str(Path(simulation.__file__).parent), str(Path(__file__).parents[1]), *map(str, compiled_code_folders())]
    folders = {sys.prefix, sys.base_prefix, sys.exec_prefix, *site.getsitepackages(), *own}
    return [os.path.realpath(folder) for folder in folders]


class Guard:
    """Notes every step outside the folders that are allowed.

    Attributes
    ----------
    steps
        What was done that must not be, one line each.
    """

    def __init__(self) -> None:
        self.steps: list[str] = []
        self._watching = False
        self._readable: list[str] = []
        self._writable: list[str] = []
        sys.addaudithook(self._hook)

    @contextmanager
    def watch(self, readable: Sequence[str], writable: Sequence[str]) -> Iterator[None]:
        """Watch until the block ends; what may be written may be read."""
        self.steps = []
        self._readable = [*map(os.path.realpath, [*readable, *writable])]
        self._writable = [*map(os.path.realpath, writable)]
        self._watching = True
        try:
            yield
        finally:
            self._watching = False

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self._watching:
            return
        if event == "open":
            path, _, flags = arguments
            if not isinstance(path, int):
                writes = isinstance(flags, int) and flags & _WRITES
                self._hold("writes" if writes else "reads", path, self._writable if writes else self._readable)
        elif event in _LISTING and arguments[0] not in sys.path:
            self._hold(event, arguments[0], self._readable)
        elif event in _WITHIN:
            self._hold(event, _placed(*arguments[:2]), self._writable, follow=False)
        elif event in _CHANGING:
            for path in [part for part in arguments[:2] if isinstance(part, str | bytes | os.PathLike)]:
                self._hold(event, path, self._writable, follow=False)
        elif event.startswith(_NEVER) and not any(
            event == usual and str(arguments[0]).startswith(first) for usual, first in _USUAL
        ):
            self.steps.append(f"{event} {arguments!r:.200}")

    def _hold(self, what: str, path: object, allowed: list[str], *, follow: bool = True) -> None:
        """Hold a path, links followed as the system will, against the folders allowed."""
        name = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else "."
        if follow:
            real = os.path.realpath(name)
        else:
            real = os.path.join(os.path.realpath(os.path.dirname(name) or "."), os.path.basename(name))  # noqa: PTH118, PTH120, PTH119
        if not any(real == folder or real.startswith(f"{folder}{os.sep}") for folder in allowed):
            self.steps.append(f"{what} {real}")


def _placed(path: object, folder: object) -> object:
    """Return a path in an open folder as a path from the root; as it is where no folder is open."""
    if not isinstance(folder, int) or folder < 0 or not isinstance(path, str | bytes):
        return path
    return os.path.join(os.readlink(f"/proc/self/fd/{folder}"), os.fsdecode(path))  # noqa: PTH115, PTH118
