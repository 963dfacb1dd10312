"""Disks that are full or cannot be written, and clocks that go back: a clear message, nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, ENOSPC, EROFS
from itertools import count
from pathlib import Path
from typing import Any

import command
import pytest
from processes import SCENARIO, begin, hidden, tables

from simulation.engine.effort import CHUNK_CELLS

EFFORT = ("--draws", "30", "--replicates", "20", "--workers", "1", "--no-figures")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that forecasts with small chunks in the test's folder."""
    monkeypatch.chdir(tmp_path)
    for engine, cells in CHUNK_CELLS.items():
        monkeypatch.setitem(CHUNK_CELLS, engine, cells)
    command.keep_small_chunks()

    def forecast(*options: str, lang: str = "en") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kampungkb", "forecast", str(SCENARIO), "--lang", lang, *EFFORT, *options])
        with pytest.raises(SystemExit) as ended:
            command.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return forecast


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an undisturbed run."""
    folder = tmp_path_factory.mktemp("finished")
    process = begin(folder, *EFFORT, "--out", "whole")
    _, said = process.communicate()
    assert process.returncode == 0, said
    return folder / "whole"


@pytest.fixture
def whole(finished: Path, tmp_path: Path) -> dict[str, bytes]:
    """Return what an undisturbed run writes, and have it in the test's folder."""
    return tables(Path(shutil.copytree(finished, tmp_path / "whole")))


def run_id(whole: dict[str, bytes]) -> str:
    """Return the id of a run, as its manifest says."""
    (manifest,) = (content for name, content in whole.items() if name.endswith("manifest.json"))
    return str(json.loads(manifest)["input_hash"])


@contextmanager
def full(ending: str) -> Iterator[None]:
    """Have no space for files whose name ends so."""
    replace = os.replace

    def replaced(source: Any, target: Any) -> None:
        if str(target).endswith(ending):
            raise OSError(ENOSPC, os.strerror(ENOSPC), str(target))
        replace(source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", replaced)
        yield


@pytest.mark.parametrize("ending", ["years.csv", "ensemble.parquet", "scenario.yaml", "manifest.json"])
def test_a_disk_that_fills_up_costs_nothing_that_is_finished(
    run: Run, whole: dict[str, bytes], tmp_path: Path, ending: str
) -> None:
    """The sentence says what is needed and what is kept; with space again the same command continues from there."""
    with full(ending):
        code, answer, said = run()
    assert (code, answer) == (1, "")
    assert "cannot be written: no space is left on the disk\n" in said
    assert "The results take about 0.1 MB there: free some space, or choose another disk with --out." in said
    assert "What is finished is saved in" in said
    assert "Traceback" not in said
    left = tables(tmp_path / "results")
    assert left == {name: whole[name] for name in left}
    assert [path.name for path in hidden(tmp_path / "results")] == [f".{run_id(whole)}"]

    code, _, said = run()
    assert code == 0
    assert "finished parts: " in said
    assert tables(tmp_path / "results") == whole


def test_chunks_that_cannot_be_kept_do_not_end_a_run(run: Run, whole: dict[str, bytes], tmp_path: Path) -> None:
    """It says so once, and goes on."""
    with full(".npz"):
        code, _, said = run()
    assert code == 0
    assert said.count("can no longer be saved: no space is left on the disk. The run goes on.") == 1
    assert tables(tmp_path / "results") == whole


def test_chunks_leave_the_space_that_the_tables_need(
    run: Run, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A nearly full disk is told before the run begins."""
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=50_000))
    code, _, said = run()
    assert code == 0
    assert "Only 0.1 MB is left on the disk of results" in said
    assert "can no longer be saved" in said
    assert tables(tmp_path / "results") == whole


@pytest.mark.parametrize(("lang", "reason"), [("en", "can be read, but not written"), ("id", "dapat dibaca")])
def test_a_read_only_disk_is_told_before_anything_is_computed(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lang: str, reason: str
) -> None:
    """Bad input, and the way out is another folder."""

    def refused(self: Path, *_: object, **__: object) -> None:
        raise OSError(EROFS, os.strerror(EROFS), str(self))

    monkeypatch.setattr(Path, "mkdir", refused)
    code, answer, said = run(lang=lang)
    assert (code, answer) == (2, "")
    assert "results/tanah-laut:" in said
    assert reason in said
    assert "--out" in said
    assert len(said.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_finished_run_that_can_only_be_read_answers(
    run: Run, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What a killed run left beside it is then left there; figures that it lacks are said to be missing."""
    (folder,) = (tmp_path / "whole" / "tanah-laut").glob("*/")
    (folder / f".hub.csv.{'0' * 32}").write_text("half")
    monkeypatch.setattr("simulation.report.store.making.alone", refused_lock)
    code, answer, said = run("--out", "whole")
    assert (code, said) == (0, "Already computed; --force runs it again.\n")
    monkeypatch.setattr(sys.modules[__name__], "EFFORT", EFFORT[:-1])
    code, again, said = run("--out", "whole")
    assert (code, again) == (1, answer)
    assert "Figures are missing: whole/tanah-laut/" in said
    assert tables(tmp_path / "whole") == whole


def refused_lock(folder: Path, *_: object) -> Any:
    """Refuse to hold a folder."""
    raise OSError(EACCES, os.strerror(EACCES), str(folder))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_an_answer_that_cannot_be_written_does_not_fail_the_run(
    run: Run, whole: dict[str, bytes], tmp_path: Path
) -> None:
    """The results are there, and the message says where."""
    with pytest.MonkeyPatch.context() as patch, suppress(OSError), Path("/dev/full").open("w") as stream:
        patch.setattr(sys, "stdout", stream)
        code, _, said = run("--json")
    assert code == 1
    assert "The answer cannot be written where it should go: no space is left on the disk." in said
    assert "The results in results/tanah-laut/" in said
    assert "are complete" in said
    assert tables(tmp_path / "results") == whole
    code, answer, _ = run("--json")
    assert code == 0
    assert json.loads(answer)["scenario"] == "tanah-laut"


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit there")
def test_a_limit_of_the_system_is_a_full_disk(run: Run, whole: dict[str, bytes], tmp_path: Path) -> None:
    """Files that come to their limit in the middle of writing are not half there."""
    import resource
    import signal

    limit, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, limit[1]))
    try:
        code, _, said = run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert code == 1
    assert "cannot be written: no space is left on the disk\n" in said
    left = tables(tmp_path / "results")
    assert left == {name: whole[name] for name in left}
    assert run()[0] == 0
    assert tables(tmp_path / "results") == whole


def test_no_result_depends_on_the_clock(
    run: Run, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It goes back at every look, to before there were computers; what is kept comes from the next century."""
    with full("manifest.json"):
        run()
    for path in tmp_path.joinpath("results").rglob("*"):
        os.utime(path, (4e9, 4e9))
    looks = count()
    monkeypatch.setattr(time, "time", lambda: 1e9 - 1e8 * next(looks))
    code, _, said = run()
    assert code == 0
    assert "finished parts: " in said
    assert tables(tmp_path / "results") == whole
    (log,) = (tmp_path / "results").rglob("run.log")
    facts = dict(word.split("=") for word in log.read_text().split()[2:])
    assert 0 <= float(facts["seconds"]) < 60
    assert int(facts["resumed_parts"]) > 1
    code, _, said = run()
    assert (code, said) == (0, "Already computed; --force runs it again.\n")


@pytest.mark.slow
def test_a_run_that_was_altered_and_is_made_again_can_be_resumed_too(
    run: Run, whole: dict[str, bytes], tmp_path: Path
) -> None:
    """What was altered stays as it is; the run has a folder of its own once it is finished."""
    run()
    (table,) = tmp_path.joinpath("results").rglob("years.csv")
    table.write_text("year\n", encoding="utf-8")
    with full("hub.csv"):
        code, _, said = run()
    assert code == 1
    assert "is no longer as it was written (years.csv): computed again in another folder." in said
    code, _, said = run()
    assert code == 0
    assert "finished parts: " in said
    assert table.read_text(encoding="utf-8") == "year\n"
    again = tables(table.parent.with_name(f"{table.parent.name} 2"))
    assert again == {name.split("/", 2)[-1]: content for name, content in whole.items() if name.count("/") > 1}
    assert run()[2] == "Already computed; --force runs it again.\n"
