"""The published example run: nothing moved since it was made.

A golden file says that numbers are as they were, never that they are right; laws and closed forms do that.
After a wanted change of results: ``pytest tests/golden --refresh-example``, and a line under "Results change".
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import simulation as kkb
from simulation.app.cli import app

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "results" / "example"
TABLES = ("forecast.json", "years.csv", "villages.csv", "hub.csv")
LEFT_OUT = "run.log"
"""The times of one machine."""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of tanah_laut.yaml with its defaults, figures in both languages."""
    out = tmp_path_factory.mktemp("example")
    for language in ("id", "en"):
        arguments = ["forecast", str(ROOT / "scenarios" / "tanah_laut.yaml"), "--out", str(out), "--lang", language]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
    (folder,) = (out / "tanah-laut").glob("*/")
    return folder


def test_the_example_is_what_the_scenario_gives_today(fresh: Path, request: pytest.FixtureRequest) -> None:
    """Every number of every table is the same to the last digit printed."""
    if request.config.getoption("--refresh-example"):
        shutil.rmtree(EXAMPLE, ignore_errors=True)
        shutil.copytree(fresh, EXAMPLE, ignore=shutil.ignore_patterns(LEFT_OUT))
    for name in TABLES:
        assert (fresh / name).read_text(encoding="utf-8") == (EXAMPLE / name).read_text(encoding="utf-8"), name


def test_the_example_has_its_figures_in_both_languages(fresh: Path) -> None:
    """The same figures as a run makes."""
    names = {path.name for path in (fresh / "figures").iterdir()}
    assert names == {path.name for path in (EXAMPLE / "figures").iterdir()}
    assert {"rises_en.png", "rises_id.png", "fan_chart_en.svg"} <= names


def test_the_example_is_read_as_any_run() -> None:
    """Its manifest lists what is published: every file is there, as it was written."""
    run = kkb.load_run(EXAMPLE)
    assert run.scenario.name == "tanah-laut"
    assert len(run.result.districts[0].years) == len(run.scenario.years)
