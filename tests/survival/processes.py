"""Runs of the command as processes of their own, with whatever processes they start.

Knows how they are begun and whether any of them is left; must not know what they compute.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCENARIO = ROOT / "scenarios" / "tanah_laut.yaml"
SMALL_CHUNKS = Path(__file__).parent / "command.py"
PATIENCE = 60.0
"""Seconds after which something that should happen is taken not to."""


def begin(
    folder: Path, *arguments: object, asked: tuple[object, ...] = ("forecast", SCENARIO)
) -> subprocess.Popen[str]:
    """Begin a run with small chunks in a folder, in a process group of its own."""
    command = [sys.executable, SMALL_CHUNKS, *asked, "--lang", "en", *arguments]
    return subprocess.Popen(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def left_of(group: int) -> list[int]:
    """Return the processes of a group that have not ended."""
    found = []
    for place in Path("/proc").iterdir():
        try:
            state, _, of_group = (place / "stat").read_text().rpartition(")")[2].split()[:3]
        except (OSError, ValueError):
            continue
        if int(of_group) == group and state != "Z":
            found.append(int(place.name))
    return found


def wait_until(happened: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    """Wait until something has happened, while a process goes on."""
    latest = time.monotonic() + PATIENCE
    while not happened():
        assert process is None or process.poll() is None, f"ended too early: {process.communicate()}"
        assert time.monotonic() < latest, "it did not happen"
        time.sleep(0.02)


def tables(folder: Path) -> dict[str, bytes]:
    """Return what stands in a folder under its final name, but for the log, which knows the time."""
    names = {path: path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.name != "run.log"}
    return {
        str(name): path.read_bytes() for path, name in names.items() if not any(p.startswith(".") for p in name.parts)
    }


def hidden(folder: Path) -> list[Path]:
    """Return what stands in a folder under no final name."""
    return [path for path in folder.rglob(".*") if path.name != "."]
