"""What a plan and a sensitivity analysis cost, in units of a thousand runs of a plain Mesa model of the same law.

Run it with ``python tests/benchmarks/decisions.py``; it prints ratios of wall and of processor time, taken in turn in
one process that has loaded everything.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from tempfile import TemporaryDirectory

import mesa
from engines import COUNTS, SCENARIO, PlainModel, plain_law

import simulation as kkb
from simulation.report.kinds.kind import AnyKind, Work
from simulation.report.kinds.plan.kind import PLAN
from simulation.report.kinds.sensitivity import SENSITIVITY
from simulation.report.store.making import Place

YEARS, RUNS = 5, 1_000
COACHED = SCENARIO.with_name("contoh_pendampingan.yaml")


@dataclass
class Row:
    """What is timed, and how many times the peer it may cost."""

    name: str
    job: Callable[[], object]
    most: float | None = None
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def rows() -> list[Row]:
    """Return what is compared, the peer first; answers keep finished parts, as commands do."""
    district = replace(kkb.load_scenario(SCENARIO), horizon=YEARS)
    law, scenario = plain_law(district.parameters.draw(0, 1)), kkb.load_scenario(COACHED)

    def peer() -> None:
        mesa.batch_run(
            PlainModel,
            parameters={"law": [law], "replicate": list(range(RUNS))},
            max_steps=YEARS,
            number_processes=1,
            data_collection_period=1,
            display_progress=False,
        )

    def asked(kind: AnyKind, **options: object) -> Callable[[], object]:
        compute = {PLAN.name: kkb.plan, SENSITIVITY.name: kkb.sensitivity}[kind.name]

        def job() -> None:
            with TemporaryDirectory() as folder:
                place = Place.of(kind, question, folder)

                def sink(number: int) -> object:
                    return place.sink(number, 0, lambda _: None)

                kind.compute(question, Work(sink=sink, steps=sink))

        question = kind.question(compute(scenario, **options))
        return job

    plans = {p: asked(PLAN, probability=p, vary="pendampingan.capacity") for p in (0.9, 0.95)}
    return [
        Row(f"{RUNS:,} runs of the plain Mesa twin, {sum(COUNTS)} villages × {YEARS} years", peer),
        Row("plan with one lever, defaults", plans[0.9], 2.2),
        Row("plan with one lever, for 95%", plans[0.95]),
        Row("sensitivity, defaults", asked(SENSITIVITY), 3.0),
    ]


def main() -> None:
    """Time every row in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    options, table = parser.parse_args(), rows()
    for _ in range(options.repeats):
        for row in table:
            wall, processor = time.perf_counter(), time.process_time()
            row.job()
            row.wall.append(time.perf_counter() - wall)
            row.processor.append(time.process_time() - processor)
    wall, processor = ([statistics.median(getattr(row, name)) for row in table] for name in ("wall", "processor"))
    sys.stdout.write(f"{'':60}{'seconds':>9}{'x peer':>8}{'x peer, processor time':>24}{'at most':>9}\n")
    for row, one, other in zip(table, wall, processor, strict=True):
        ratio = one / wall[0]
        most = "" if row.most is None else f"{row.most}" + "*" * (ratio > row.most)
        sys.stdout.write(f"{row.name:60}{one:>9.2f}{ratio:>8.2f}{other / processor[0]:>24.2f}{most:>9}\n")
    sys.stdout.write("* missed. Ratios are of medians.\n")


if __name__ == "__main__":
    main()
