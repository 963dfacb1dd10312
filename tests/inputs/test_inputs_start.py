"""Checking a scenario takes about a second, start of the process included."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCENARIO = Path(__file__).parents[2] / "scenarios" / "tanah_laut_semua.yaml"
HEAVY = {"pandas", "pyarrow", "scipy", "matplotlib", "mesa", "babel", "openpyxl", "pydantic"}


def test_loading_a_scenario_imports_nothing_heavy() -> None:
    """A scenario without calibrated draws is loaded with NumPy and PyYAML alone."""
    code = (
        "import sys; from simulation.inputs.scenario import load_scenario; "
        f"load_scenario({str(SCENARIO)!r}); print(*sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SCENARIO.parents[1]
    )
    assert HEAVY.isdisjoint(run.stdout.split())
