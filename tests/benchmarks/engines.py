"""How much faster the engines are than a plain ``mesa.batch_run`` of the same law.

Run it with ``python tests/benchmarks/engines.py``; it prints ratios, taken in turn in one process.
The peer is the law written as one would write it in Mesa by hand, with a random stream for each model.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mesa

import simulation as kkb
from simulation.domain.law import CAMPAIGN, PEERS, SUBDISTRICT, VILLAGE, YEAR
from simulation.domain.parameters import Parameters
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


def main() -> None:
    """Time every engine in turn and print the median ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=1_000)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    scenario = replace(kkb.load_scenario(SCENARIO), horizon=options.years)
    law = plain_law(scenario.parameters.draw(0, 1))
    few = max(1, options.replicates // 10)

    def peer() -> None:
        mesa.batch_run(
            PlainModel,
            parameters={"law": [law], "replicate": list(range(options.replicates))},
            max_steps=options.years,
            number_processes=1,
            data_collection_period=1,
            display_progress=False,
        )

    many = 20 * options.replicates
    jobs: dict[str, tuple[Callable[[], object], int]] = {
        "mesa.batch_run, plain twin": (peer, options.replicates),
        "array engine, 1 thread": (lambda: run(scenario, Effort(1, options.replicates), workers=1), options.replicates),
        f"array engine, 2 threads, {many:,}": (lambda: run(scenario, Effort(1, many), workers=2), many),
        "Mesa engine, 1 process": (lambda: run(scenario, Effort(1, few), engine="mesa"), few),
    }
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(options.repeats):
        for name, (job, replicates) in jobs.items():
            begin = time.perf_counter()
            job()
            seconds[name].append((time.perf_counter() - begin) / replicates)
    reference = statistics.median(seconds["mesa.batch_run, plain twin"])
    village_years = sum(COUNTS) * options.years
    for name, times in seconds.items():
        each = statistics.median(times)
        sys.stdout.write(f"{name:30} {village_years / each / 1e6:8.2f} M village-years/s {reference / each:8.1f} x\n")


if __name__ == "__main__":
    main()
