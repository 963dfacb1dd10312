"""Two runs of one scenario at the same time: one computes, the other waits for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from threading import Event, Thread

import pytest
from districts import everything_on
from filelock import FileLock
from processes import begin, tables, wait_until
from told import place_of

from simulation.inference.forecasting import forecast
from simulation.report.runs import save
from simulation.report.store.lock import alone

EFFORT = ("--draws", "200", "--workers", "1", "--no-figures")
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="processes are stopped by signals")


def paused(folder: Path) -> subprocess.Popen[str]:
    """Return a run that has kept a chunk and then stands still."""
    process = begin(folder, *EFFORT)
    wait_until(lambda: list(folder.rglob("*.npz")), process)
    process.send_signal(signal.SIGSTOP)
    return process


def waiting(folder: Path, *options: str) -> tuple[subprocess.Popen[str], str]:
    """Return a second run, which has said that it waits, and what it said."""
    process = begin(folder, *EFFORT, *options)
    assert process.stderr is not None
    return process, process.stderr.readline()


@pytest.mark.slow
@needs_signals
def test_the_second_waits_and_answers_the_same(tmp_path: Path) -> None:
    """Nothing is computed twice, and both end well."""
    first = paused(tmp_path)
    second, said = waiting(tmp_path)
    assert said.startswith("Another process writes in results/tanah-laut/")
    first.send_signal(signal.SIGCONT)
    answers = [process.communicate()[0] for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0)
    assert answers[0] == answers[1]
    (log,) = tmp_path.rglob("run.log")
    assert [line.split()[1] for line in log.read_text().splitlines()] == ["finished"]


@pytest.mark.slow
@needs_signals
def test_the_second_takes_over_when_the_first_is_killed(tmp_path: Path) -> None:
    """It goes on from what the first had finished, to the same bytes."""
    first = paused(tmp_path)
    second, _ = waiting(tmp_path)
    first.kill()
    first.communicate()
    _, said = second.communicate()
    assert second.returncode == 0
    assert "Continuing where an earlier run stopped" in said
    whole = begin(tmp_path, *EFFORT, "--out", "whole")
    whole.communicate()
    assert tables(tmp_path / "results") == tables(tmp_path / "whole")


@pytest.mark.slow
@needs_signals
def test_ctrl_c_ends_the_waiting_only(tmp_path: Path) -> None:
    """The first run goes on, and the second says so."""
    first = paused(tmp_path)
    second, _ = waiting(tmp_path)
    second.send_signal(signal.SIGINT)
    _, said = second.communicate()
    assert second.returncode == 130
    assert said == "Interrupted. The other process goes on.\n"
    first.send_signal(signal.SIGCONT)
    first.communicate()
    assert first.returncode == 0


def test_a_lock_that_a_killed_run_left_holds_nobody_up(tmp_path: Path) -> None:
    """The file says nothing: the lock went with its process. Afterwards the file is gone too."""
    (tmp_path / ".lock").write_text("")
    with alone(tmp_path, tell=lambda message: pytest.fail(str(message))) as held:
        assert held
    assert not list(tmp_path.iterdir())


def test_folders_that_nothing_was_written_in_do_not_stay(tmp_path: Path) -> None:
    """Those that were there before do."""
    (tmp_path / "results").mkdir()
    with alone(tmp_path / "results" / "name" / "digits"):
        assert (tmp_path / "results" / "name" / "digits" / ".lock").exists()
    assert [path.name for path in tmp_path.rglob("*")] == ["results"]


def test_a_file_system_without_locks_is_told_and_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As some network shares answer; what no process could ever have left is then not looked for."""
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_: object) -> None:
        raise OSError(38, os.strerror(38))

    monkeypatch.setattr(fcntl, "flock", refuse)
    told: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with alone(tmp_path, lambda message: told.append(str(message))) as held:
            told.append("entered")
            assert not held
    assert "cannot lock files" in told[0]
    assert told[1:] == ["entered"]


def test_python_warns_whoever_has_to_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the line that saves; then it is saved, without figures here, which take long."""
    monkeypatch.setattr("simulation.report.store.folder.Answer.draw", lambda *_: False)
    result = forecast(everything_on(), replicates=8)
    place = place_of(result, tmp_path)
    place.work.mkdir(parents=True)
    lock, warned = FileLock(place.work / ".lock", thread_local=False), Event()
    lock.acquire()
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")

        def give_back() -> None:
            while not heard and not warned.is_set():
                warned.wait(0.01)
            lock.release()

        Thread(target=give_back).start()
        save(result, tmp_path)
    assert "Another process writes in" in str(heard[0].message)
    assert Path(heard[0].filename).name == Path(__file__).name
    assert place.found() is not None
