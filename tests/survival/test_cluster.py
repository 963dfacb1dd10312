"""Runs on the workers of a real Dask scheduler: killed workers, a killed run, a scheduler that goes away."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import Cluster
from processes import ROOT, begin, left_of, tables, wait_until

from simulation.engine.cluster import sent_once, workers_at

distributed = pytest.importorskip("distributed")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc"),
]

EFFORT = ("--draws", "1200", "--no-figures")
"""Some eighty small chunks."""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Return a scheduler with two workers."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    yield made
    made.end()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return what a run without a cluster writes."""
    folder = tmp_path_factory.mktemp("whole")
    process = begin(folder, *EFFORT, "--out", "whole")
    _, said = process.communicate()
    assert process.returncode == 0, said
    return tables(folder / "whole")


def parts(folder: Path) -> int:
    """Return how many finished parts are kept."""
    return len(list(folder.rglob("*.npz")))


def test_a_worker_that_is_killed_changes_nothing(cluster: Cluster, whole: dict[str, bytes], tmp_path: Path) -> None:
    """The other one does what is left; tables are those of a run on one computer, byte for byte."""
    process = begin(tmp_path, *EFFORT, "--out", "work", "--executor", cluster.address)
    wait_until(lambda: parts(tmp_path) > 5, process)
    cluster.workers[1].kill()
    left = 80 - parts(tmp_path)
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert left > 10
    assert tables(tmp_path / "work") == whole


def test_a_run_that_is_killed_goes_on_where_it_was(cluster: Cluster, whole: dict[str, bytes], tmp_path: Path) -> None:
    """What was finished is kept where the run is, and taken over with or without the cluster."""
    for number, where in enumerate((("--executor", cluster.address), ("--workers", "1"))):
        out = tmp_path / f"work{number}"
        process = begin(tmp_path, *EFFORT, "--out", out, "--executor", cluster.address)
        wait_until(lambda out=out: parts(out) > 5, process)
        process.kill()
        process.communicate()
        kept = parts(out)
        process = begin(tmp_path, *EFFORT, "--out", out, *where)
        _, said = process.communicate()
        assert process.returncode == 0, said
        assert f"Continuing where an earlier run stopped; finished parts: {kept}." in said
        assert tables(out) == whole


def test_ctrl_c_ends_the_run_and_leaves_the_cluster_as_it_was(
    cluster: Cluster, whole: dict[str, bytes], tmp_path: Path
) -> None:
    """One sentence, no process of the run left; the workers take the next run."""
    process = begin(tmp_path, *EFFORT, "--out", "work", "--executor", cluster.address)
    wait_until(lambda: parts(tmp_path) > 5, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.splitlines()[-1].startswith("Interrupted. What is finished is saved in ")
    assert "Traceback" not in said, said
    wait_until(lambda: not left_of(process.pid))
    process = begin(tmp_path, *EFFORT, "--out", "work", "--executor", cluster.address)
    assert process.communicate()[0]
    assert tables(tmp_path / "work") == whole


def test_a_scheduler_that_goes_away_is_told_and_loses_nothing(
    cluster: Cluster, whole: dict[str, bytes], tmp_path: Path
) -> None:
    """The same command goes on elsewhere."""
    process = begin(tmp_path, *EFFORT, "--out", "work", "--executor", cluster.address)
    wait_until(lambda: parts(tmp_path) > 5, process)
    cluster.scheduler.kill()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The run failed: the executor lost its workers before the work was done" in said
    assert "Traceback" not in said, said
    process = begin(tmp_path, *EFFORT, "--out", "work")
    assert "finished parts: " in process.communicate()[1]
    assert tables(tmp_path / "work") == whole


def test_a_scheduler_without_workers_is_refused_at_once(tmp_path: Path) -> None:
    """So is an address where nobody answers, and what is no address."""
    alone = Cluster(tmp_path, workers=0)
    try:
        for address, reason in {
            alone.address: f"the scheduler has no workers\n  suggestion: start at least one with the command dask "
            f"worker {alone.address}",
            "tcp://127.0.0.1:1": "no scheduler answers there\n  allowed: the address of a Dask scheduler, such as ",
            "office": "this is not the address of a scheduler\n",
        }.items():
            process = begin(tmp_path, *EFFORT, "--out", "work", "--executor", address)
            answer, said = process.communicate()
            assert (process.returncode, answer) == (2, "")
            assert f"{address}: --executor\n  {reason}" in said
            assert "Traceback" not in said, said
    finally:
        alone.end()
    assert not parts(tmp_path)


def test_what_all_chunks_need_travels_once(cluster: Cluster) -> None:
    """It is a future of the scheduler's, which has it computed again where its worker dies."""
    content = os.urandom(10**6)
    with workers_at(cluster.address) as executor:
        shared = sent_once(executor, content)
        assert isinstance(shared, distributed.Future)
        assert executor.submit(len, shared).result() == len(content)


def test_the_commands_of_the_readme_start_a_cluster_and_use_it(whole: dict[str, bytes], tmp_path: Path) -> None:
    """On another port, for 8786 may be taken; with fewer draws."""
    (block,) = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    scheduler, worker, run = block.replace("8786", str(port)).splitlines()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    cluster = []
    try:
        for command in (scheduler, worker):
            with (tmp_path / "said").open("wb") as said:
                cluster.append(
                    subprocess.Popen(shlex.split(command), cwd=tmp_path, env=environment, stdout=said, stderr=said)
                )
        wait_until(lambda: "Registered to" in (tmp_path / "said").read_text(encoding="utf-8"), cluster[1])
        typed = [*shlex.split(run), *EFFORT, "--lang", "en"]
        done = subprocess.run(typed, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert tables(tmp_path / "results") == whole
    finally:
        for process in cluster:
            process.terminate()
            process.wait()
