"""The page as its command begins it: a process, its address, and the folders that it may use.

Knows how it is begun and ended; must not know what the page shows.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from command_line import ROOT
from page.visitor import Visitor


@dataclass(frozen=True)
class Process:
    """The page on a port of its own.

    Attributes
    ----------
    address
        That the command says, with the key of the visit that it began.
    here, temporary
        The folder in which it was begun, and the one for temporary files; both are empty before.
    """

    running: subprocess.Popen[str]
    address: str
    here: Path
    temporary: Path

    @property
    def root(self) -> str:
        """The address without the key."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    def visitor(self) -> Visitor:
        """Return somebody new."""
        port = urlsplit(self.address).port
        assert port is not None
        return Visitor(port)


@contextmanager
def begun(folder: Path, *arguments: object) -> Iterator[Process]:
    """Begin the page in a folder of its own, and end it afterwards."""
    here, temporary = folder / "here", folder / "temporary"
    here.mkdir()
    temporary.mkdir()
    known = {key: value for key, value in os.environ.items() if key not in {"LANG", "COLUMNS"}}
    running = subprocess.Popen(
        [sys.executable, "-m", "simulation", "page", "--no-browser", *map(str, arguments)],
        cwd=here,
        env={**known, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert running.stdout is not None
        said = running.stdout.readline()
        address = re.search(r"http://\S+", said)
        assert address is not None, said + running.stdout.read()
        yield Process(running, address[0], here, temporary)
    finally:
        if running.poll() is None:
            running.terminate()
        running.communicate(timeout=60)
