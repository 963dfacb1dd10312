"""How much faster the engines are than a plain ``mesa.batch_run`` of the same law.

Run it with ``python tests/benchmarks/engines.py``; it prints ratios, taken in turn in one process.
The peer is the law written as one would write it in Mesa by hand, with a random stream for each model.
"""

from __future__ import annotations

import argparse
import math
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import mesa

import simulation as kkb
from simulation.domain.law import CAMPAIGN, PEERS, SUBDISTRICT, VILLAGE, YEAR
from simulation.domain.parameters import Parameters
from simulation.engine import compiled
from simulation.engine.conditional import Estimator
from simulation.engine.effort import Effort
from simulation.engine.ensemble import run

SCENARIO = Path(__file__).parents[2] / "scenarios" / "tanah_laut.yaml"
COUNTS = (93, 25, 3, 14)
KECAMATAN = 11


class PlainVillage(mesa.Agent):
    """A village as a textbook Mesa model would have it."""

    def __init__(self, model: PlainModel, status: int, kecamatan: int) -> None:
        super().__init__(model)
        self.status, self.next_status, self.kecamatan = status, status, kecamatan
        self.b = model.rng.normal(0, model.law["village_sd"])

    def decide(self) -> None:
        """Draw the next status."""
        model, s = self.model, self.status
        self.next_status = s
        if s < 3:
            peers = model.share_above(self.kecamatan, s)
            eta = model.logit_rise[s] + self.b + model.shock[self.kecamatan] + model.law["rho"] * peers
            if model.random.random() < 1 / (1 + math.exp(-eta)):
                self.next_status = s + 1
                while self.next_status < 3 and model.random.random() < model.law["skip"][self.next_status]:
                    self.next_status += 1
                return
        if s > 0 and model.random.random() < model.law["fall"]:
            self.next_status = s - 1

    def change(self) -> None:
        """Take on the status decided."""
        self.status = self.next_status


class PlainModel(mesa.Model):
    """The law by hand, with a random stream of its own."""

    def __init__(self, law: dict[str, object] | None = None, replicate: int = 0, **_: object) -> None:
        super().__init__(rng=replicate)
        self.law = law
        self.logit_rise = [math.log(r / (1 - r)) for r in law["rise"]]
        statuses = [s for s, n in enumerate(COUNTS) for _ in range(n)]
        self.random.shuffle(statuses)
        for i, status in enumerate(statuses):
            PlainVillage(self, status, i % KECAMATAN)
        self.rises = self.falls = 0
        self.count = list(COUNTS)
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "rises": "rises",
                "falls": "falls",
                **{f"level_{s}": (lambda model, s=s: model.count[s]) for s in range(4)},
            }
        )

    def share_above(self, kecamatan: int, status: int) -> float:
        """Return the share of the other villages of the kecamatan above a level."""
        return sum(self.levels[kecamatan][status + 1 :]) / (sum(self.levels[kecamatan]) - 1)

    def step(self) -> None:
        """Simulate one year."""
        law, rng = self.law, self.rng
        self.levels = [[0] * 4 for _ in range(KECAMATAN)]
        for agent in self.agents:
            self.levels[agent.kecamatan][agent.status] += 1
        year = rng.normal(0, law["year_sd"]) + (law["omega"] if rng.random() < law["pi"] else 0)
        self.shock = [year + rng.normal(0, law["subdistrict_sd"]) for _ in range(KECAMATAN)]
        self.agents.do("decide")
        self.rises = sum(agent.next_status > agent.status for agent in self.agents)
        self.falls = sum(agent.next_status < agent.status for agent in self.agents)
        self.agents.do("change")
        self.count = [0] * 4
        for agent in self.agents:
            self.count[agent.status] += 1
        self.datacollector.collect(self)


def plain_law(parameters: Parameters) -> dict[str, object]:
    """Return draw 0 as the plain model wants it."""
    return {
        "rise": parameters.rise[0, :3].tolist(),
        "fall": float(parameters.fall[0, 1]),
        "skip": {1: float(parameters.rise_reaches[0, 0, 2]), 2: float(parameters.rise_reaches[0, 1, 3])},
        "village_sd": float(VILLAGE.coefficient(parameters)[0]),
        "year_sd": float(YEAR.coefficient(parameters)[0]),
        "subdistrict_sd": float(SUBDISTRICT.coefficient(parameters)[0]),
        "rho": float(PEERS.coefficient(parameters)[0]),
        "pi": float(parameters.scales[CAMPAIGN.switch][0]),
        "omega": float(CAMPAIGN.coefficient(parameters)[0]),
    }


CEILING = 1_200.0
"""Million village-years a second and core that hand-written AVX-512 reached on the machine that the aims are of."""
MANY = 20
"""How often as many trajectories are simulated where a run would otherwise be over before threads are busy."""


NOTE = """\
* missed. Ratios are medians of runs taken in turn in one process; those by CPU are of computing time, which other
work on the machine changes less. What the distance to the aims is made of:
NumPy: passes over memory, one for each operation. A random number takes 25 of them and all numbers together a third
of the time; the odds a sixth, decisions and what follows from them a third, placing counts on villages a twelfth.
Compiled: two thirds of the time are its loops. A village-year there takes 3.2 ns: 0.9 for the decision, 0.9 for luck
(255 normals and exponentials for the 1,350 village-years of a trajectory, looked up in tables), 0.6 for its random
word, 0.5 for counting, 0.2 for neighbours. The decision is 37 instructions for eight trajectories at once. Deciding
first who surely stays does not help: in the first year one village in eight moves, so that among any eight somebody
mostly does. Blocks of 32 to 256 trajectories, and tables read lane by lane, were tried and are no faster. The other
third is placing counts on villages, and clearing and filling the arrays of results.
Four scenarios: simulated one after the other, so that they cost four times one. What they could share, words, luck
and places, is less than half of the time and would make four about 1.5 times as fast.
A national forecast with compiled code spends less than a third of its computing time in the loops; tables take a
quarter, summaries an eighth, the rest is reading and preparing 514 districts (tests/benchmarks/scale.py).
Precision per second has a table of its own: tests/benchmarks/precision.py."""


@dataclass(frozen=True)
class Row:
    """A row of the table: what is timed, over how many trajectories, and what issue 13 asks of it."""

    name: str
    job: Callable[[], object]
    trajectories: int
    threads: int = 1
    aim: int | None = None


@contextmanager
def arrays_by(*, compiled_code: bool) -> Iterator[None]:
    """Let the array engine be the compiled one, or NumPy's, whatever pays."""
    before = compiled.PAYS, compiled.PAYS_TO_COMPILE
    compiled.PAYS = compiled.PAYS_TO_COMPILE = 0 if compiled_code else sys.maxsize
    try:
        yield
    finally:
        compiled.PAYS, compiled.PAYS_TO_COMPILE = before


def rows(scenario: kkb.Scenario, replicates: int) -> list[Row]:
    """Return what is compared, the peer first."""
    law, few = plain_law(scenario.parameters.draw(0, 1)), max(1, replicates // 10)

    def peer() -> None:
        mesa.batch_run(
            PlainModel,
            parameters={"law": [law], "replicate": list(range(replicates))},
            max_steps=scenario.horizon,
            number_processes=1,
            data_collection_period=1,
            display_progress=False,
        )

    def arrays(*, compiled_code: bool, threads: int, estimator: Estimator = "plain", scenarios: int = 1) -> Row:
        number = replicates * (MANY if compiled_code or threads > 1 else 1)

        def job() -> None:
            with arrays_by(compiled_code=compiled_code):
                for _ in range(scenarios):
                    run(scenario, Effort(1, number), workers=threads, estimator=estimator)

        aims = {(False, 1): 70, (False, 2): 120, (True, 1): 800, (True, 2): 1_500}
        aim = 2_000 if scenarios > 1 else aims[compiled_code, threads] if estimator == "plain" else None
        name = f"{'compiled' if compiled_code else 'NumPy'}, {threads} thread{'s' * (threads > 1)}"
        name += ", conditional" * (estimator == "conditional") + f", {scenarios} scenarios" * (scenarios > 1)
        return Row(name, job, number * scenarios, threads, aim)

    agents = Row("Mesa engine", lambda: run(scenario, Effort(1, few), engine="mesa", estimator="plain"), few)
    kinds = [False, True] if compiled.is_installed() else [False]
    return [
        Row("mesa.batch_run, plain twin", peer, replicates),
        agents,
        *(arrays(compiled_code=kind, threads=threads) for kind in kinds for threads in (1, 2)),
        *(arrays(compiled_code=kind, threads=2, estimator="conditional") for kind in kinds),
        *(arrays(compiled_code=kind, threads=2, scenarios=4) for kind in kinds[1:]),
    ]


def peak_of_this_process() -> str:
    """Return its peak memory, MiB; where the system keeps none of a process alone, that of what started it counts."""
    own = Path("/proc/self/status")
    if own.exists():
        line = next(line for line in own.read_text().splitlines() if line.startswith("VmHWM"))
        return str(int(line.split()[1]) / 1024)
    return str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def peak(number: int, options: argparse.Namespace) -> float:
    """Return the peak memory of a row alone, in a process of its own, MiB."""
    command = [sys.executable, __file__, "--replicates", str(options.replicates), "--years", str(options.years)]
    found = subprocess.run([*command, "--only", str(number)], check=True, capture_output=True, text=True)
    return float(found.stdout)


def main() -> None:
    """Time every row in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=1_000)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", type=int, help="run this row once and print its peak memory in MiB")
    options = parser.parse_args()
    scenario = replace(kkb.load_scenario(SCENARIO), horizon=options.years)
    table = rows(scenario, options.replicates)
    if options.only is not None:
        table[options.only].job()
        sys.stdout.write(peak_of_this_process())
        return
    for row in table[2:]:
        row.job()  # compiled, loaded, and the memory fetched
    seconds: list[list[float]] = [[] for _ in table]
    computing: list[list[float]] = [[] for _ in table]
    for _ in range(options.repeats):
        for row, times, cpu_times in zip(table, seconds, computing, strict=True):
            begin, cpu_begin = time.perf_counter(), time.process_time()
            row.job()
            times.append((time.perf_counter() - begin) / row.trajectories)
            cpu_times.append((time.process_time() - cpu_begin) / row.trajectories)
    each, cpu = ([statistics.median(times) for times in of_rows] for of_rows in (seconds, computing))
    heads = f"{'M village-years/s':>18}{'x twin':>9}{'x by CPU':>10}{'aim':>8}{'of ceiling':>12}{'peak MiB':>10}"
    sys.stdout.write(f"{'':38}{heads}\n")
    for number, (row, time_of_one) in enumerate(zip(table, each, strict=True)):
        speed, ratio = sum(COUNTS) * options.years / time_of_one / 1e6, each[0] / time_of_one
        aim = "" if row.aim is None else f"{row.aim:,}" + "*" * (ratio < row.aim)
        speeds = f"{speed:>18.2f}{ratio:>9.1f}{cpu[0] / cpu[number]:>10.1f}{aim:>8}"
        share = f"{speed / CEILING / row.threads:>12.1%}"
        sys.stdout.write(f"{row.name:38}{speeds}{share}{peak(number, options):>10.0f}\n")
    sys.stdout.write(f"{NOTE}\n")


if __name__ == "__main__":
    main()
