"""The front door and what it costs to open."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("mesa", "pandas", "scipy", "matplotlib", "pyarrow", "numpy", "babel")


def loaded_by(code: str) -> set[str]:
    """Return which heavy libraries a piece of code loads in a new interpreter."""
    ask = f"{code}\nimport sys\nprint(*(set(sys.modules) & {set(HEAVY)!r}))"
    done = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("code", ["import simulation", "import simulation.app.cli"])
def test_opening_the_door_loads_nothing_heavy(code: str) -> None:
    """Neither the package nor the command line needs numbers before they are asked for."""
    assert loaded_by(code) == set()


def test_checking_a_scenario_needs_numpy_alone() -> None:
    """Validation does not wait for Mesa, pandas or SciPy."""
    code = "import simulation as kkb; kkb.load_scenario('scenarios/tanah_laut.yaml')"
    assert loaded_by(code) <= {"numpy"}


def test_forecasting_with_arrays_does_not_load_mesa() -> None:
    """Mesa takes most of a second and changes the process-wide start method: only its own engine loads it."""
    code = "import simulation as kkb; kkb.forecast(kkb.load_scenario('scenarios/tanah_laut.yaml'), 2, 2)"
    assert "mesa" not in loaded_by(code)
