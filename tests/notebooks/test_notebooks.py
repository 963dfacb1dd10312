"""The notebooks: they run as a reader would run them, and are kept with what they answer.

``pytest tests/notebooks --refresh-notebooks`` runs them and keeps their outputs, to be read in ``git diff``.
"""

from __future__ import annotations

import ast
import hashlib
import os
import re
import tempfile
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


def digest(notebook: Any) -> str:
    """Return what identifies the code that outputs came from."""
    return hashlib.sha256("\0".join(cell.source for cell in code_cells(notebook)).encode()).hexdigest()


def answers(notebook: Any) -> list[list[str]]:
    """Return, for each cell with code, what it prints and shows as text; pictures and tables have their text beside."""
    return [
        [str(output.get("text", output.get("data", {}).get("text/plain"))) for output in cell.outputs]
        for cell in code_cells(notebook)
    ]


def keep(notebook: Any, path: Path) -> None:
    """Write a notebook that was run, with its outputs and the code that they came from; no time, no version."""
    for number, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count, cell.metadata = number, {}
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = number
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "outputs_of": digest(notebook),
    }
    nbformat.write(notebook, path)


def execute(notebook: Any) -> None:
    """Run a notebook in its own folder, in a kernel of this interpreter, on the package of this repository."""
    notebook.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    # No folders of kernels: those of the reader's other environments would come first.
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    environment["PYTHONPATH"] = str(ROOT)
    environment["TQDM_DISABLE"] = "1"  # how long a cell takes is not what it says
    resources = {"metadata": {"path": str(ROOT / "notebooks")}}
    together = {"coalesce_streams": True}  # where a stream is cut hangs on when it was written
    client = NotebookClient(notebook, km=manager, timeout=SECONDS_PER_CELL, resources=resources, **together)
    client.execute(cleanup_kc=True, env=environment)
    del notebook.cells[0]


def test_there_are_notebooks() -> None:
    """The notebooks that the README names are where it says; the other tests would pass without any."""
    names = ["00_tutorial", "01_forecast", "02_extend_the_model", "03_decide", "04_learn_from_data"]
    assert [named(path) for path in NOTEBOOKS] == names


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
def test_every_cell_runs_quietly_and_answers_what_is_kept(path: Path, request: pytest.FixtureRequest) -> None:
    """No cell fails or writes to stderr; one that draws shows a picture; no check answers False; texts are as kept."""
    notebook = read(path)

    execute(notebook)
    if request.config.getoption("--refresh-notebooks"):
        keep(notebook, path)

    for cell in code_cells(notebook):
        complaints = [output.text for output in cell.outputs if output.get("name") == "stderr"]
        assert complaints == [], cell.source
        shown = [output.data for output in cell.outputs if "data" in output]
        draws = "kkb.plots." in cell.source or "plt.show()" in cell.source
        assert any("image/png" in data for data in shown) == draws, cell.source
        assert "False" not in [data.get("text/plain") for data in shown], cell.source
    assert answers(notebook) == answers(read(path))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
def test_what_is_kept_came_from_the_code_beside_it(path: Path) -> None:
    """Valid, with outputs of today's cells, in a kernel that every installation has, and with public names only."""
    notebook = read(path)

    nbformat.validate(notebook)

    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.get("outputs_of") == digest(notebook), "run pytest tests/notebooks --refresh-notebooks"
    assert any(cell.outputs for cell in code_cells(notebook))
    assert [cell.source for cell in code_cells(notebook) if re.search(r"(from|import) simulation\.", cell.source)] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
def test_what_is_kept_is_the_same_wherever_it_is_run(path: Path) -> None:
    """No address of an object, no path of somebody's computer, no day, no speed of a computer."""
    told = "\n".join(text for cell in answers(read(path)) for text in cell)

    found = re.findall(r"0x[0-9a-f]{6,}|\b20\d\d-\d\d-\d\d\b|\bit/s\b|\bs/it\b", told)
    assert found == []
    assert str(ROOT) not in told
    assert tempfile.gettempdir() not in told


def test_the_truth_that_is_revealed_is_the_one_behind_the_workbook() -> None:
    """The chances in 04_learn_from_data, and those that it says did nothing, are those of tests/learning_example.py."""
    told: dict[str, float] = {}
    for cell in code_cells(read(ROOT / "notebooks" / "04_learn_from_data.ipynb")):
        for line in ast.parse(cell.source).body:
            if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) in {"truth", "nothing_else"}:
                told |= ast.literal_eval(line.value)

    assert told == TRUTH
