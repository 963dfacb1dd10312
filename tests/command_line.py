"""The command line, run as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@dataclass
class Done:
    """What a command said, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


def runner(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command in a folder, within this process for speed."""
    from simulation.app.cli import main

    monkeypatch.chdir(folder)
    monkeypatch.delenv("LANG", raising=False)

    def command(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["kampungkb", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return command


def from_outside(*arguments: object, cwd: Path, **environment: str) -> Done:
    """Run ``python -m simulation`` in a folder and return what it said."""
    known = {key: value for key, value in os.environ.items() if key not in {"LANG", "COLUMNS"}}
    done = subprocess.run(
        [sys.executable, "-m", "simulation", *map(str, arguments)],
        cwd=cwd,
        env={**known, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def unbroken(text: str) -> str:
    """Return text without its line breaks."""
    return " ".join(text.split())
