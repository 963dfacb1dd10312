"""The command ``compare``, run as a user runs it."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulation.app.cli import main
from simulation.report.kinds.comparison import verdict
from simulation.report.kinds.registry import KINDS
from simulation.report.language import language
from simulation.report.store.folder import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SMALL = ("--draws", "30", "--replicates", "10")
PAIR = ("contoh.yaml", "contoh_pendampingan.yaml")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that compares in a folder with the example scenarios, and says how it ended."""
    shutil.copytree(SCENARIOS, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LANG", raising=False)

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kampungkb", "compare", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return command


@pytest.mark.slow
def test_compare_answers_and_writes_its_folder(run: Run, tmp_path: Path) -> None:
    """Verdict, tables and the villages by name, in the baseline's language; found again without computing."""
    code, answer, noted = run(*PAIR, *SMALL)
    assert code == 0, noted
    assert max(map(len, answer.splitlines())) <= 80
    whole = " ".join(answer.split())
    (folder,) = (tmp_path / "results" / "contoh").glob("*/")
    result = load(folder, KINDS).result
    (one,) = result.scenarios
    assert verdict(language("id"), result, one) in whole
    assert one.villages[0].village in " ".join(run(*PAIR, *SMALL, "--verbose")[1].split())
    assert f'Berkas: "results/contoh/{folder.name}"' in answer
    assert (folder / "figures" / "comparison_id.png").stat().st_size > 10_000
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.*")}
    code, again, noted = run(*PAIR, *SMALL)
    assert (code, again) == (0, answer)
    assert "--force" in noted
    assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*.*")}


def test_json_is_the_record_and_nothing_else(run: Run, tmp_path: Path) -> None:
    """The same text as in the folder; no figure where none is wanted."""
    code, answer, _ = run(*PAIR, *SMALL, "--json", "--no-figures", "--quiet")
    (path,) = tmp_path.glob("results/contoh/*/comparison.json")
    assert (code, answer) == (0, path.read_text(encoding="utf-8"))
    assert not (path.parent / "figures").exists()


@pytest.mark.slow
def test_a_missing_figure_is_added_in_the_language_asked_for(run: Run, tmp_path: Path) -> None:
    """Nothing else changes."""
    run(*PAIR, *SMALL, "--no-figures")
    (path,) = tmp_path.glob("results/contoh/*/comparison.json")
    before = path.stat().st_mtime_ns
    assert run(*PAIR, *SMALL, "--lang", "en")[1].startswith("Comparison with “Invented example")
    assert path.stat().st_mtime_ns == before
    assert [figure.name for figure in sorted((path.parent / "figures").iterdir())] == [
        "comparison_en.png", "comparison_en.svg",
    ]  # fmt: skip


def test_a_scenario_against_itself_is_exactly_nothing(run: Run) -> None:
    """As the published proof asks: 0, without an error; and it is said that both are the same."""
    code, answer, told = run("contoh.yaml", "contoh.yaml", *SMALL, "--json", "--no-figures")
    assert code == 0
    assert "contoh.yaml dan contoh.yaml berisi skenario yang sama." in told
    for year in json.loads(answer)["scenarios"][0]["years"]:
        assert (year["difference"], year["monte_carlo_error"], year["interval90"]) == (0, 0, [0, 0])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Not possible, for several reasons:", "contoh is about 99.01 Kabupaten Contoh", "set horizon: 5"]),
        ("id", ["contoh tentang 99.01 Kabupaten Contoh (rekaan), tanah-laut tentang 63.01", "tulis horizon: 5"]),
    ],
)
def test_what_cannot_be_paired_is_bad_input(run: Run, tmp_path: Path, language: str, words: list[str]) -> None:
    """Every reason, exit code 2, nothing written."""
    code, answer, refusal = run("tanah_laut.yaml", "contoh.yaml", "--lang", language)
    assert (code, answer) == (2, "")
    for said in words:
        assert said in refusal
    assert not (tmp_path / "results").exists()


def test_problems_of_every_file_are_told_at_once(run: Run, tmp_path: Path) -> None:
    """Two wrong files, one run of the command."""
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("extends: contoh.yaml\nhorizn: 3\n", encoding="utf-8")
    code, _, problems = run("a.yaml", "b.yaml")
    assert code == 2
    assert "a.yaml:2: horizn" in problems
    assert "b.yaml:2: horizn" in problems


def test_a_problem_of_a_shared_file_is_told_once(run: Run, tmp_path: Path) -> None:
    """Both scenarios extend the base that has it."""
    base = tmp_path / "contoh.yaml"
    base.write_text(f"{base.read_text(encoding='utf-8')}\nhorizn: 3\n", encoding="utf-8")
    for command in (PAIR, ("contoh_pendampingan.yaml", "contoh.yaml")):
        code, _, problems = run(*command, "--lang", "en")
        assert code == 2
        assert problems.count(": horizn") == 1
        assert "Problems found: 1." in problems


def test_an_interrupted_comparison_goes_on_where_it_stopped(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted in the second scenario: the same command loads what is finished, and writes the same bytes."""
    from simulation.engine import ensemble
    from simulation.engine.chunk_folder import ChunkFolder

    command = (*PAIR, "--draws", 60, "--replicates", 20, "--no-figures", "--lang", "en", "--workers", 1)
    assert run(*command, "--out", "whole")[0] == 0
    monkeypatch.setattr(ensemble, "CHUNK_CELLS", {"batch": 8_000, "mesa": 8_000})
    saved, loaded = [], []
    save, load = ChunkFolder.save, ChunkFolder.load

    def interrupted(self: ChunkFolder, chunk: Any, outcome: Any) -> None:
        save(self, chunk, outcome)
        saved.append(self.folder.name)
        if saved.count("1") == 2:
            raise KeyboardInterrupt

    def counted(self: ChunkFolder, chunk: Any) -> Any:
        found = load(self, chunk)
        loaded.append(found is not None)
        return found

    monkeypatch.setattr(ChunkFolder, "save", interrupted)
    code, answer, noted = run(*command)
    assert (code, answer) == (130, "")
    assert "What is finished is saved in" in noted
    monkeypatch.setattr(ChunkFolder, "save", save)
    monkeypatch.setattr(ChunkFolder, "load", counted)
    code, _, noted = run(*command)
    assert code == 0
    assert sum(loaded) == len(saved)
    assert sum(loaded) < len(loaded)
    assert "Continuing where an earlier run stopped" in noted
    (folder,), (whole,) = (list((tmp_path / place / "contoh").glob("*/")) for place in ("results", "whole"))
    assert not list(folder.parent.glob(".*"))
    for name in ("comparison.json", "comparison.csv", "comparison_villages.csv"):
        assert (folder / name).read_bytes() == (whole / name).read_bytes()


def test_precision_ends_the_doubling_and_is_told(run: Run, tmp_path: Path) -> None:
    """Draws double until 1.96 × the error of the difference is below the width asked for; not for exact results.

    The rounds stand in precision.csv: a row each scenario and year, the last ones those of the answer.
    """
    code, answer, _ = run(*PAIR, "--draws", 20, "--replicates", 5, "--precision", 0.03, "--lang", "en", "--no-figures")
    assert code == 0
    assert "Precision reached with" in answer
    (path,) = tmp_path.glob("results/contoh/*/precision.csv")
    rounds = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    record = json.loads((path.parent / "comparison.json").read_text(encoding="utf-8"))
    years = record["scenarios"][0]["years"]
    assert [float(row["difference"]) for row in rounds[-3:]] == [year["difference"] for year in years]
    draws = [int(row["draws"]) for row in rounds]
    assert draws == sorted(20 * 2**place for place in range(len(rounds) // 3) for _ in range(3))
    assert float(rounds[-1]["largest_half_width"]) == record["precision"]["steps"][-1]["half_width"] < 0.03
    assert "precision.csv" in json.loads((path.parent / "manifest.json").read_text(encoding="utf-8"))["files"]
    code, _, refusal = run(*PAIR, "--precision", 0.03, "--engine", "exact", "--lang", "en")
    assert code == 2
    assert "--precision does not apply here" in refusal


@pytest.mark.slow
def test_the_exact_engine_compares_the_first_year_and_says_so(run: Run) -> None:
    """Where villages share luck later years need simulation."""
    code, answer, _ = run(*PAIR, "--engine", "exact", "--draws", 2, "--lang", "en", "--no-figures")
    assert code == 0
    assert "Only 2026 is known exactly; later years need simulation" in " ".join(answer.split())
    assert "2027" not in answer
