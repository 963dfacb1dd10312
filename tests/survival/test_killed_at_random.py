"""Runs that are killed with all their processes at random moments, and workers that end with the run."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import SCENARIO, begin, hidden, left_of, tables, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc"),
]

EXAMPLE, COACHED = (SCENARIO.with_name(f"{name}.yaml") for name in ("contoh", "contoh_pendampingan"))
FORECAST: tuple[object, ...] = ("forecast", SCENARIO)
RUNS: dict[str, tuple[int, tuple[object, ...], tuple[str, ...]]] = {
    "batch": (5, FORECAST, ("--draws", "200", "--workers", "2")),
    "mesa": (4, FORECAST, ("--engine", "mesa", "--draws", "4", "--workers", "2", "--no-figures")),
    "plan": (4, ("plan", COACHED, "--probability", "0.99", "--vary", "pendampingan.capacity"), ("--no-figures",)),
    "sensitivity": (4, ("sensitivity", COACHED), ("--draws", "64", "--no-figures")),
    "discovery": (4, ("discover", SCENARIO), ("--draws", "640", "--no-figures")),
    "robustness": (4, ("robustness", EXAMPLE, COACHED), ("--draws", "400")),
}
"""How often each run is killed; figures are drawn of the answer alone, whatever it was computed by."""
LONG_MESA = ("--engine", "mesa", "--draws", "2000", "--workers", "2", "--no-figures")


@pytest.mark.parametrize("named", RUNS)
def test_killed_again_and_again_a_run_comes_to_the_same_bytes(named: str, tmp_path: Path) -> None:
    """No file under its final name differs from that of the undisturbed run, and no process stays."""
    kills, asked, options = RUNS[named]
    seed = int(os.environ.get("SURVIVAL_SEED", random.SystemRandom().randrange(10**6)))
    print(f"SURVIVAL_SEED={seed}")  # noqa: T201  shown where the test fails
    chance = random.Random(seed)  # noqa: S311  moments, no secrets
    began = time.monotonic()
    undisturbed = begin(tmp_path, *options, "--out", "undisturbed", asked=asked)
    answer, _ = undisturbed.communicate()
    seconds, whole = time.monotonic() - began, tables(tmp_path / "undisturbed")
    assert undisturbed.returncode == 0

    moments = [seconds * (number + chance.random()) / kills for number in range(kills)]
    chance.shuffle(moments)
    out, killed = tmp_path / "work", 0
    for moment in [*moments, None]:
        process = begin(tmp_path, *options, "--out", "work", asked=asked)
        try:
            said, _ = process.communicate(timeout=moment)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            killed += 1
            left = tables(out) if out.exists() else {}
            assert left == {name: whole[name] for name in left}
            wait_until(lambda group=process.pid: not left_of(group))
        else:  # the last, or one that went on from so much that it was done before its moment
            assert process.returncode == 0
            assert said == answer.replace("undisturbed", "work")
            assert tables(out) == whole
            assert sum(path.is_file() for path in hidden(out)) <= 1
            shutil.rmtree(out)
    assert killed


def test_workers_end_with_a_run_that_is_killed(tmp_path: Path) -> None:
    """Even where only the process that they work for is killed; the lock is free again then."""
    process = begin(tmp_path, *LONG_MESA)
    wait_until(lambda: list(tmp_path.rglob("*.npz")), process)
    assert len(left_of(process.pid)) > 2
    process.kill()
    process.communicate()
    wait_until(lambda: not left_of(process.pid))
    again = begin(tmp_path, *LONG_MESA)
    wait_until(lambda: len(list(tmp_path.rglob("*.npz"))) > 3, again)
    again.send_signal(signal.SIGINT)
    assert "Another run" not in again.communicate()[1]


@pytest.mark.parametrize("named", ["plan", "sensitivity", "robustness"])
def test_ctrl_c_ends_a_decision_and_what_is_finished_is_taken_over(named: str, tmp_path: Path) -> None:
    """The sentence says how to go on; the next call says what it goes on from."""
    _, asked, options = RUNS[named]
    process = begin(tmp_path, *options, asked=asked)
    wait_until(lambda: len(list(tmp_path.rglob("*.npz"))) > 3, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.splitlines()[-1].startswith("Interrupted. What is finished is saved in results/")
    assert said.splitlines()[-1].endswith("; the same command continues from there.")
    kept = len(list(tmp_path.rglob("*.npz")))
    process = begin(tmp_path, *options, asked=asked)
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert f"Continuing where an earlier run stopped; finished parts: {kept}." in said
    assert not list(tmp_path.rglob("*.npz"))


@pytest.mark.parametrize("whom", ["the run alone", "all processes of the terminal"])
def test_ctrl_c_ends_workers_too(whom: str, tmp_path: Path) -> None:
    """Exit code 130, one sentence, no traceback from any of them, and nothing left in the folder but what is kept."""
    process = begin(tmp_path, *LONG_MESA)
    wait_until(lambda: list(tmp_path.rglob("*.npz")), process)
    if whom == "the run alone":
        process.send_signal(signal.SIGINT)
    else:
        os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.splitlines()[-1].startswith("Interrupted. What is finished is saved in results/tanah-laut/")
    assert said.splitlines()[-1].endswith("; the same command continues from there.")
    assert "Traceback" not in said
    wait_until(lambda: not left_of(process.pid))
    assert len(hidden(tmp_path)) == 1
    assert all(path.suffix == ".npz" for path in tmp_path.rglob("*") if path.is_file())
