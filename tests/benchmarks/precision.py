"""How precise a second of work is: the inverse variance of P(met) of a year that it buys, at fixed parameters.

Run it with ``python tests/benchmarks/precision.py``; it prints ratios to a plain ``mesa.batch_run`` of the same law, in
turn in one process, and how long a page waits for P(met) of five years after one change.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import mesa
import numpy as np
from engines import SCENARIO, PlainModel, arrays_by, plain_law

import simulation as kkb
from simulation.domain.scenario import Assumptions
from simulation.engine import compiled
from simulation.engine.conditional import Estimator
from simulation.engine.effort import Effort
from simulation.engine.ensemble import run

DRAWS, WANTED = 50, 0.005
"""Sets of parameter values over which variances are averaged, and the error that a page waits for."""


def scatter(scenario: Assumptions, estimator: Estimator, replicates: int) -> np.ndarray:
    """Return the variance of a trajectory's chance at fixed parameters, mean over draws, shape (Y,)."""
    outcome = run(scenario, Effort(DRAWS, replicates), seed=1, estimator=estimator).outcomes[0]
    return np.asarray(outcome.chance_met(scenario).var(axis=1, ddof=1).mean(axis=0))


def main() -> None:
    """Time every way in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=400, help="trajectories of each of 50 sets of parameters")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    scenario = kkb.load_scenario(SCENARIO)
    effort, law = Effort(DRAWS, options.replicates), plain_law(scenario.parameters.draw(0, 1))
    few = max(1, effort.trajectories // 50)
    variance: dict[Estimator, np.ndarray] = {
        "plain": scatter(scenario, "plain", options.replicates),
        "conditional": scatter(scenario, "conditional", options.replicates),
    }

    def peer() -> None:
        mesa.batch_run(
            PlainModel,
            parameters={"law": [law], "replicate": list(range(few))},
            max_steps=scenario.horizon,
            number_processes=1,
            data_collection_period=1,
            display_progress=False,
        )

    def ours(estimator: Estimator, *, compiled_code: bool) -> Callable[[], None]:
        def job() -> None:
            with arrays_by(compiled_code=compiled_code):
                run(scenario, effort, workers=1, estimator=estimator)

        return job

    ways: dict[str, tuple[Callable[[], None], int, Estimator]] = {"mesa.batch_run, plain twin": (peer, few, "plain")}
    for kind in [False, True] if compiled.is_installed() else [False]:
        for estimator in ("plain", "conditional"):
            name = f"{'compiled' if kind else 'NumPy'}, {estimator}"
            ways[name] = ours(estimator, compiled_code=kind), effort.trajectories, estimator
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for job, *_ in list(ways.values())[1:]:
        job()  # compiled, loaded, and the memory fetched
    for _ in range(options.repeats):
        for name, (job, number, _) in ways.items():
            begin = time.perf_counter()
            job()
            seconds[name].append((time.perf_counter() - begin) / number)
    bought = {
        name: 1 / (variance[estimator].mean() * statistics.median(seconds[name]))
        for name, (_, _, estimator) in ways.items()
    }
    sys.stdout.write(f"{'one thread':30}{'variance':>10}{'precision a second, x twin':>30}\n")
    for name, (_, _, estimator) in ways.items():
        ratio = bought[name] / bought["mesa.batch_run, plain twin"]
        sys.stdout.write(f"{name:30}{variance[estimator].mean():>10.4f}{ratio:>30,.0f}\n")
    for name, estimator in (("counted", "plain"), ("conditional", "conditional")):
        replicates = int(np.ceil(variance[estimator].max() / WANTED**2 / DRAWS))
        begin = time.perf_counter()
        run(scenario, Effort(DRAWS, replicates), seed=2, estimator=estimator)
        waits = time.perf_counter() - begin
        sys.stdout.write(
            f"P(met) of {scenario.horizon} years to ±{100 * WANTED} points at {DRAWS} sets of parameters, {name}: "
            f"{DRAWS * replicates:,} trajectories, {waits:.2f} s\n"
        )
    of_twin = 1000 * statistics.median(seconds["mesa.batch_run, plain twin"])
    sys.stdout.write(f"One trajectory of the twin takes {of_twin:.1f} ms.\n")


if __name__ == "__main__":
    main()
