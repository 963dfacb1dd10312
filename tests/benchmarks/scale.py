"""What forecasts of many districts cost: ``python tests/benchmarks/scale.py``.

The whole command, tables included and figures not, from a few districts to the 514 of the nation, each in a process of
its own. Cost is to grow as villages × years × trajectories do, and memory hardly with trajectories: the last columns
say whether it does. It takes minutes; on a busy machine read computing time rather than the clock.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DISTRICTS = ROOT / "scenarios" / "data" / "indonesia_districts.csv"
NATIONAL = ROOT / "scenarios" / "national.yaml"
YEARS = 10


@dataclass(frozen=True)
class Size:
    """A forecast: so many districts of the list, evenly spread over it, draws and replicates of each."""

    districts: int
    draws: int
    replicates: int

    @property
    def trajectories(self) -> int:
        """Of a district."""
        return self.draws * self.replicates


SIZES = (Size(32, 50, 8), Size(128, 50, 8), Size(514, 50, 8), Size(514, 125, 8), Size(514, 500, 8))
"""The last but one is the national run of 1,000 trajectories; the last, with four times as many, takes minutes.

Random numbers come four at a time, those of four replicates: five cost as much as eight.
"""


@dataclass(frozen=True)
class Measured:
    """What a run took: seconds of computing and of the clock, and the most memory at a time, in MiB."""

    villages: int
    cpu: float
    clock: float
    peak: float


def measured(size: Size) -> Measured:
    """Run the command on a part of the list, in a folder that is deleted."""
    with tempfile.TemporaryDirectory() as folder, DISTRICTS.open(encoding="utf-8", newline="") as stream:
        head, *rows = csv.reader(stream)
        rows = rows[:: max(1, len(rows) // size.districts)][: size.districts]
        (Path(folder) / "data").mkdir()
        with (Path(folder) / "data" / DISTRICTS.name).open("w", encoding="utf-8", newline="") as table:
            csv.writer(table).writerows([head, *rows])
        scenario = Path(folder) / NATIONAL.name
        scenario.write_text(NATIONAL.read_text(encoding="utf-8"), encoding="utf-8")
        effort = ["--draws", str(size.draws), "--replicates", str(size.replicates)]
        command = [sys.executable, "-m", "simulation", "forecast", str(scenario), *effort, "--no-figures", "--quiet"]
        began = time.perf_counter()
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"the run of {size} failed")
        clock = time.perf_counter() - began
        return Measured(
            sum(int(row[3]) for row in rows), usage.ru_utime + usage.ru_stime, clock, usage.ru_maxrss / 1024
        )


def main() -> None:
    """Print a line for every size."""
    titles = ("districts", "villages", "trajectories", "village-years", "CPU s", "s", "million a CPU s", "peak MiB")
    sys.stdout.write("  ".join(titles) + "\n")
    for size in SIZES:
        found = measured(size)
        work = found.villages * YEARS * size.trajectories / 1e6
        cells = (
            f"{size.districts:,}",
            f"{found.villages:,}",
            f"{size.trajectories:,}",
            f"{work:,.0f} M",
            f"{found.cpu:.1f}",
            f"{found.clock:.1f}",
            f"{work / found.cpu:.1f}",
            f"{found.peak:.0f}",
        )
        line = (cell.rjust(len(title)) for cell, title in zip(cells, titles, strict=True))
        sys.stdout.write("  ".join(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
