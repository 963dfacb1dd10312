"""The front door: names, versions and types that users of the package meet."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import simulation as kkb

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests" / "data" / "user_script.py"


def test_the_public_surface_is_this() -> None:
    """A name added or lost is a decision, not an accident; each can be imported."""
    assert sorted(kkb.__all__) == [
        "Answer", "Assistance", "Backtest", "Beta", "Comparison", "Counts", "DataError", "Dirichlet", "Discovery",
        "Distribution", "DistrictCounts", "EffortError", "Empirical", "EnsembleError", "Evidence", "Explanation",
        "Exponentiated", "FailedTrajectoriesWarning", "Fixed", "Forecast", "Grid", "HalfNormal", "Intervention",
        "KampungError", "KampungModel", "KnownStatuses", "Launches", "LogitNormal", "MadeUpCounts", "Mechanism",
        "MechanismError", "Message", "Network", "NextDatum", "Normal", "Panel", "ParameterKey", "ParameterSet", "Plan",
        "Posterior", "Problem", "Refusal", "Robustness", "Scenario", "ScenarioError", "Sensitivity", "SomeStatuses",
        "Status", "SubdistrictCounts", "Target", "Uniform", "VillageAgent", "Villages", "Year",
        "backtest", "brief", "calibrate", "compare", "discover", "ema_model", "example", "explain", "export", "flows",
        "forecast", "grid", "load_run", "load_scenario", "lognormal_from_interval", "next_datum", "plan", "plots",
        "read_evidence", "read_hub", "read_villages", "rerun", "robustness", "save", "sensitivity", "trajectories",
        "write_posterior",
    ]  # fmt: skip
    for name in kkb.__all__:
        assert getattr(kkb, name) is not None


def test_the_version_is_the_one_to_be_cited() -> None:
    """It stands in the package, in CITATION.cff and README, and on top of the changelog with its day."""
    cited, readme, changes = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("CITATION.cff", "README.md", "CHANGELOG.md")
    )
    version, day = re.search(r"^version: (.+)\ndate-released: (.+)$", cited, re.MULTILINE).groups()
    assert version == kkb.__version__
    assert f"(version {version})" in readme
    assert re.search(r"^## (.*)$", changes, re.MULTILINE)[1] == f"[{version}] - {day}"


def test_every_public_name_is_described() -> None:
    """`help` says something of each, and of functions what they take and return, with an example that runs."""
    described = {name: inspect.getdoc(getattr(kkb, name)) or "" for name in kkb.__all__}
    assert [name for name, text in described.items() if not text] == []
    functions = [name for name in kkb.__all__ if inspect.isfunction(getattr(kkb, name))]
    for section in ("Parameters\n", "Returns\n", "Examples\n"):
        assert [name for name in functions if section not in described[name]] == []


@pytest.mark.slow
def test_a_users_script_passes_strict_type_checks() -> None:
    """The package says that it is typed, and a class derived from `VillageAgent` needs no exception.

    Where the types of the package were checked before, by `check.py`, what was learned of them is read again.
    """
    assert (ROOT / "simulation" / "py.typed").is_file()
    command = [sys.executable, "-m", "mypy", "--strict", str(SCRIPT)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "Success: no issues found in 1 source file\n"


@pytest.mark.slow
def test_a_users_script_runs(tmp_path: Path) -> None:
    """As it stands, in a folder of its own."""
    command = [sys.executable, str(SCRIPT), str(ROOT / "scenarios" / "tanah_laut.yaml")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    told, chance = done.stdout.split()
    assert told == kkb.__version__
    assert 0 <= float(chance) <= 1
