"""The notebooks: they run as a reader would run them, and are kept without their answers."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from learning_example import TRUTH
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SECONDS_PER_CELL = 900
"""Only a cell that hangs takes so long, on a busy machine too."""

STRICT = r"""
import warnings

# What our package warns of, and what a cell is warned of because of it, would be a reader's first impression.
warnings.filterwarnings("error", module=r"simulation(\.|$)")
warnings.filterwarnings("error", module="__main__")
# Mesa imports tqdm, which misses ipywidgets: true of this environment, and nothing that a cell can do about.
warnings.filterwarnings("ignore", message="IProgress not found")
"""


def named(path: Path) -> str:
    """Return the notebook's name, for the list of tests."""
    return path.stem


def read(path: Path) -> Any:
    """Return a notebook."""
    return nbformat.read(path, as_version=4)


def code_cells(notebook: Any) -> list[Any]:
    """Return the cells with code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def execute(notebook: Any) -> None:
    """Run a notebook in its own folder, in a kernel of this interpreter, on the package of this repository."""
    notebook.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    # No folders of kernels: those of the reader's other environments would come first.
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    environment["PYTHONPATH"] = str(ROOT)
    environment["TQDM_DISABLE"] = "1"  # how long a cell takes is not what it says
    resources = {"metadata": {"path": str(ROOT / "notebooks")}}
    client = NotebookClient(notebook, km=manager, timeout=SECONDS_PER_CELL, resources=resources)
    client.execute(cleanup_kc=True, env=environment)


def test_there_are_notebooks() -> None:
    """The notebooks that the README names are where it says; the other tests would pass without any."""
    names = ["01_forecast", "02_extend_the_model", "03_decide", "04_learn_from_data"]
    assert [named(path) for path in NOTEBOOKS] == names


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
def test_every_cell_runs_quietly_shows_what_it_draws_and_holds_what_it_claims(path: Path) -> None:
    """No cell fails or writes to stderr; a cell that draws shows a picture; no check of a notebook answers False."""
    notebook = read(path)

    execute(notebook)

    for cell in code_cells(notebook):
        complaints = [output.text for output in cell.outputs if output.get("name") == "stderr"]
        assert complaints == [], cell.source
        shown = [output.data for output in cell.outputs if "data" in output]
        draws = "kkb.plots." in cell.source or "plt.show()" in cell.source
        assert any("image/png" in data for data in shown) == draws, cell.source
        assert "False" not in [data.get("text/plain") for data in shown], cell.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
def test_a_notebook_is_kept_valid_and_without_answers(path: Path) -> None:
    """Outputs and execution counts stay out of git, and the kernel is the one that every installation has."""
    notebook = read(path)

    nbformat.validate(notebook)

    assert notebook.metadata.kernelspec.name == "python3"
    assert [cell.id for cell in code_cells(notebook) if cell.outputs or cell.execution_count is not None] == []


def test_the_truth_that_is_revealed_is_the_one_behind_the_workbook() -> None:
    """The chances in 04_learn_from_data, and those that it says did nothing, are those of tests/learning_example.py."""
    told: dict[str, float] = {}
    for cell in code_cells(read(ROOT / "notebooks" / "04_learn_from_data.ipynb")):
        for line in ast.parse(cell.source).body:
            if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) in {"truth", "nothing_else"}:
                told |= ast.literal_eval(line.value)

    assert told == TRUTH
