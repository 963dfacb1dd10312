"""The process in which hostile cases are run, kept from case to case and replaced when it dies or grows.

Knows requests and replies; must not know what is right.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
BLOCKED_SECONDS = 120
"""Of real time, for a process that waits without computing, as on a pipe that nobody writes to."""
FRESH_BELOW = 250 * 2**20
"""A process that was larger than this is replaced, so that its leavings are not counted to the next case."""


@dataclass(frozen=True)
class Reply:
    """What a command said, did and cost; see `worker.run`."""

    code: int | str | None
    out: str
    err: str
    steps: list[str]
    seconds: float
    peak: int


class Kampungkb:
    """Runs the command in a process of its own.

    Parameters
    ----------
    folder
        Where Matplotlib and the process itself may keep what they need.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None

    def __call__(self, folder: Path, *arguments: str, out: Path, readable: Sequence[str] = ()) -> Reply:
        """Run a command in `folder`, which may read there and what is `readable` besides, and write to `out`."""
        process = self._process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        request = {
            "folder": str(folder),
            "arguments": arguments,
            "readable": readable,
            "writable": [str(out), str(self._folder)],
        }
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        answered, _, _ = select.select([process.stdout], [], [], BLOCKED_SECONDS)
        line = process.stdout.readline() if answered else ""
        if not line:
            self.stop()
            said = (self._folder / "stderr").read_text("utf-8", "replace")[-2000:]
            pytest.fail(f"{' '.join(arguments)[:300]}: hung or died, exit code {process.returncode}\n{said}")
        reply = Reply(**json.loads(line))
        if reply.peak > FRESH_BELOW:
            self.stop()
        return reply

    def stop(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _start(self) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "PYTHONPATH": f"{TESTS}{os.pathsep}{TESTS.parent}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "MPLCONFIGDIR": str(self._folder),
        }
        if not any(self._folder.glob("fontlist*.json")):
            # Matplotlib asks the system for its fonts once; that is no doing of a case.
            subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], env=environment, check=True)
        with (self._folder / "stderr").open("w", encoding="utf-8") as stderr:
            return subprocess.Popen(
                [sys.executable, "-m", "hostile.worker"],
                cwd=self._folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                encoding="utf-8",
            )


@pytest.fixture(scope="session")
def kampungkb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kampungkb]:
    """Return the command in a process of its own."""
    command = Kampungkb(tmp_path_factory.mktemp("worker"))
    yield command
    command.stop()
