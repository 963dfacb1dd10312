"""A Dask scheduler with two workers, as processes of their own on this computer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from processes import ROOT, wait_until

WORKERS = 2


class Cluster:
    """A scheduler and its workers; `address` is what a run is told."""

    def __init__(self, folder: Path, workers: int = WORKERS) -> None:
        self._folder, self._file = folder, folder / "scheduler.json"
        port = ("--host", "127.0.0.1", "--port", "0")
        self.scheduler = self._begin("scheduler", *port, "--no-dashboard", "--scheduler-file", self._file)
        wait_until(self._file.is_file, self.scheduler)
        wait_until(lambda: self._file.stat().st_size, self.scheduler)
        self.address = str(json.loads(self._file.read_text(encoding="utf-8"))["address"])
        self.workers = [self.add_worker() for _ in range(workers)]

    def add_worker(self) -> subprocess.Popen[bytes]:
        """Begin another worker, and return it once it takes work."""
        started = len(list(self._folder.glob("worker*.log")))
        worker = self._begin("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", number=started)
        said = self._folder / f"worker{started}.log"
        wait_until(lambda: "Registered to" in said.read_text(encoding="utf-8"), worker)
        return worker

    def end(self) -> None:
        """End all of it."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _begin(self, what: str, *arguments: object, number: int = 0) -> subprocess.Popen[bytes]:
        with (self._folder / f"{what}{number}.log").open("wb") as said:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{what}", *map(str, arguments)],
                cwd=self._folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"},
                stdout=said,
                stderr=subprocess.STDOUT,
            )
