"""Every example of a docstring says what it says."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "simulation").rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


SLOW = {
    f"simulation.{name}"
    for name in (
        "decision.plan.planning",
        "inference.backtest.rolling",
        "inference.calibration.calibrate",
        "report.calibrated_scenario",
        "report.runs",
    )
}
"""Those that calibrate, plan or write files, as tests of their rooms do too."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in MODULES]
)
def test_the_examples_of_a_module_answer_as_they_claim(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run where the repository begins, whose scenarios they use."""
    monkeypatch.chdir(ROOT)
    found = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert found.attempted
    assert not found.failed
