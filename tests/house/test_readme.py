"""README does what it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from docx import Document

import simulation as kkb

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
INSTALLS = "python3 -m venv"
MAIN_JOB = "kampungkb forecast scenarios/tanah_laut.yaml"
DRAWS = re.compile(r"kampungkb (start|forecast|compare|plan|robustness|sensitivity|calibrate) ")
"""The commands that say how many draws they take: all but the main job are run with few, for speed."""


def blocks(language: str, page: str = README) -> list[str]:
    """Return the code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", page, flags=re.DOTALL)


def commands(page: str = README) -> list[str]:
    """Return every shell command but those that install."""
    lines = [line for block in blocks("bash", page) for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith(("#", INSTALLS, "source "))]


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder as a newcomer has it, without the results of others."""
    folder = tmp_path_factory.mktemp("newcomer")
    shutil.copytree(ROOT / "scenarios", folder / "scenarios")
    return folder


@pytest.fixture(scope="module")
def said(newcomer: Path) -> dict[str, str]:
    """Return what every command of the tour says, run in their order in one folder; the main job as it stands."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    answers = {}
    for command in commands():
        environment = {**os.environ, "PATH": path}
        typed = f"{command} --draws 60" if DRAWS.match(command) and command != MAIN_JOB else command
        done = subprocess.run(
            ["bash", "-c", typed], cwd=newcomer, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        answers[command] = done.stdout
    return answers


@pytest.mark.slow
def test_every_forecast_of_the_tour_writes_a_whole_run_folder(newcomer: Path, said: dict[str, str]) -> None:
    """Every command exits with 0; each forecast leaves the files that its manifest names, and figures."""
    assert len(said) >= 15
    manifests = [path.with_name("manifest.json") for path in newcomer.glob("results/*/*/forecast.json")]
    manifests = [path for path in manifests if "register" not in path.parts]
    assert len(manifests) == len([command for command in said if re.search(" (forecast|start) ", command)]) >= 6
    for manifest in manifests:
        named = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        assert {"forecast.json", "years.csv", "villages.csv", "hub.csv", "ensemble.parquet"} <= set(named)
        assert all((manifest.parent / name).stat().st_size for name in named)
        figures = {path.name for path in (manifest.parent / "figures").iterdir() if path.suffix == ".svg"}
        known = {f"{name}_{code}.svg" for name in ("fan_chart", "rises", "transition_matrix") for code in ("id", "en")}
        assert len(figures & known) == 3


@pytest.mark.slow
@pytest.mark.usefixtures("said")
def test_the_brief_of_the_tour_tells_what_was_decided(newcomer: Path) -> None:
    """Forecast, plan, choice and sensitivity of the tour stand in the brief and its annex, beside a workbook."""
    (brief,) = newcomer.glob("results/contoh-pendampingan/*/brief.docx")
    assert (brief.with_suffix(".pdf")).stat().st_size > 10_000
    assert (brief.parent / "forecast.xlsx").is_file()
    documents = (Document(str(path)) for path in (brief, brief.with_name("annex.docx")))
    texts = [paragraph.text for document in documents for paragraph in document.paragraphs]
    for heading in ("Upaya yang diperlukan", "Penentu jawaban", "Bila asumsinya berbeda"):
        assert heading in texts


@pytest.mark.slow
def test_the_numbers_of_the_readme_are_those_of_the_main_job(said: dict[str, str]) -> None:
    """Needed and villages stand in the answer, the published counts in what the scenario says."""
    answer = " ".join(said[MAIN_JOB].split())
    assert "the seven that are needed each year" in README
    assert "the 135 villages of Tanah Laut" in README
    assert "sedikitnya 7 dari 135 Kampung KB naik status pada 2026" in answer
    (counts,) = re.findall(r"published counts (\d+)/(\d+)/(\d+)/(\d+)", README)
    (district,) = kkb.load_scenario(ROOT / "scenarios" / "tanah_laut.yaml").districts
    assert list(map(int, counts)) == district.known.counts.tolist()


@pytest.mark.slow
def test_the_python_of_the_tour_runs(newcomer: Path) -> None:
    """The four lines and the figure."""
    for block in blocks("python"):
        done = subprocess.run([sys.executable, "-c", block], cwd=newcomer, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert (newcomer / "rises.png").stat().st_size > 10_000


def test_the_two_install_commands_are_those_that_ci_runs() -> None:
    """CI takes them out of README by the words of their comments, and nothing else there installs."""
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert sum(INSTALLS in line for block in blocks("bash") for line in block.splitlines()) == 2
    for word in ("forecast", "tests"):
        assert f"$(readme {word})" in ci
        assert re.search(rf"^# .*{word}.*\n{INSTALLS}", README, flags=re.MULTILINE)


def test_the_indonesian_page_has_commands_of_this_one_in_the_same_order() -> None:
    """So that they are run as well."""
    told = commands((ROOT / "README.id.md").read_text(encoding="utf-8"))
    assert told == [command for command in commands() if command in told]
    assert len(told) >= 15


def test_links_and_pictures_of_the_documents_exist() -> None:
    """Every relative link of the pages leads somewhere."""
    for document in (
        ROOT / "README.md",
        ROOT / "README.id.md",
        ROOT / "scenarios" / "README.md",
        ROOT / "simulation" / "MODEL.md",
        ROOT / "simulation" / "ARCHITECTURE.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        ROOT / "results" / "README.md",
    ):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_the_functions_that_the_model_description_names_exist() -> None:
    """Each `file`: `name` of MODEL.md stands in that file."""
    text = (ROOT / "simulation" / "MODEL.md").read_text(encoding="utf-8")
    named = re.findall(r"`(simulation/[\w/]+\.py)`: ((?:`[\w.]+`(?:, )?)+)", text)
    assert len(named) >= 15
    for file, names in named:
        source = (ROOT / file).read_text(encoding="utf-8")
        for name in re.findall(r"`([\w.]+)`", names):
            last = name.split(".")[-1]
            found = re.search(rf"^\s*(def|class) {last}\b|^\s*(self\.)?{last}\b.*=", source, re.MULTILINE)
            assert found, f"{file}: {name}"


@pytest.mark.slow
def test_the_page_of_the_readme_is_served_until_it_is_stopped(tmp_path: Path) -> None:
    """In both languages of the README; it begins with the lists."""
    for page in (README, (ROOT / "README.id.md").read_text(encoding="utf-8")):
        (command,) = blocks("shell", page)
        typed = [sys.executable, "-m", "simulation", *command.split()[1:], "--no-browser"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(typed, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                address = re.search(r"http://127[.]0[.]0[.]1:\d+/\S+$", process.stdout.readline().rstrip())
                assert address is not None
                with urllib.request.urlopen(address[0], timeout=30) as answer:  # noqa: S310  this computer
                    assert "Kampung KB Forecast" in answer.read().decode()
            finally:
                process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) in {0, 130}
        assert list(tmp_path.iterdir()) == []
