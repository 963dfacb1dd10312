"""The second import name, which says what hides the package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, as where a wheel is installed: `kampungkb.py` lies beside the package, not in it."""
    installed = folder.parent / "installed"
    if not installed.exists():
        unused = shutil.ignore_patterns("kampungkb.py", "__pycache__", "docs")
        shutil.copytree(ROOT / "simulation", installed / "simulation", ignore=unused)
        shutil.copy(ROOT / "simulation" / "kampungkb.py", installed)
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty working directory."""
    made = tmp_path / "work"
    made.mkdir()
    return made


def test_the_second_name_is_the_same_package(folder: Path) -> None:
    """Its names are the objects themselves, and no module is loaded twice."""
    code = (
        "import sys, kampungkb as kkb, simulation; from kampungkb import load_scenario, __version__; "
        "print(kkb.Target is simulation.Target, load_scenario is simulation.load_scenario, dir(kkb) == dir(simulation),"
        " __version__ == simulation.__version__, [name for name in sys.modules if name.startswith('kampungkb.')])"
    )
    assert run(folder, "-c", code).stdout == "True True True True []\n"
    assert run(folder, "-m", "kampungkb", "help", "--version").stdout == (
        run(folder, "-m", "simulation", "help", "--version").stdout
    )


@pytest.mark.parametrize("name", ["simulation.py", "simulation/__init__.py"])
def test_what_hides_the_package_is_named_and_not_run(folder: Path, name: str) -> None:
    """A file or folder of the working directory: in a script or notebook, and on the command line."""
    hiding = folder / name
    hiding.parent.mkdir(exist_ok=True)
    hiding.write_text("print('run')\n")
    in_python = run(folder, "-c", "import kampungkb as kkb; kkb.load_scenario")
    assert in_python.stderr.splitlines()[-1].startswith(f"ImportError: {hiding} is imported in place of the package")
    command = run(folder, "-m", "kampungkb", "forecast", "scenario.yaml")
    assert command.returncode == 2
    assert command.stderr.startswith(f"{hiding} is imported in place")
    assert "berkas atau folder lain bernama simulation" in command.stderr
    assert in_python.stdout == command.stdout == ""


def test_a_module_that_was_imported_before_hides_it_too(folder: Path) -> None:
    """As in a notebook that has both."""
    hiding = folder / "simulation.py"
    hiding.write_text("ours = False\n")
    done = run(folder, "-c", "import simulation, kampungkb; kampungkb.forecast")
    assert f"ImportError: {hiding}" in done.stderr


def test_a_folder_that_is_no_package_hides_nothing(folder: Path) -> None:
    """Python takes a folder without __init__.py only where nothing else has the name."""
    (folder / "simulation").mkdir()
    assert run(folder, "-c", "import kampungkb; print(kampungkb.Target.__name__)").stdout == "Target\n"
