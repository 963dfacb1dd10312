"""The command in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Run, runner


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command in the test's folder, within this process."""
    return runner(tmp_path, monkeypatch, capsys)
