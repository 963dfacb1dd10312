"""Trajectories that failed: what they can change of a forecast, and how they are listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..engine.ensemble import Ensemble

if TYPE_CHECKING:
    from ..engine.failure import Failure
    from ..engine.model import VillageAgent

COLUMNS = ("district_code", "draw", "replicate", "seed", "year", "error", "place", "command")


class FailedTrajectoriesWarning(UserWarning):
    """Some trajectories failed and are left out of a forecast."""


def caveat(ensemble: Ensemble, agent_class: type[VillageAgent] | None) -> str:
    """Return how many trajectories failed, what that means, and how to see the first of them fail."""
    failures, effort, districts = ensemble.failures, ensemble.effort, ensemble.scenario.districts
    first = failures[0]
    where = f", in {first.place}" if first.place else ""
    return (
        f"{len(failures):,} of {effort.draws * effort.replicates * len(districts):,} trajectories failed and are left "
        f"out; if failures go with rises or falls, the forecast is biased. The first failed with {first.error}{where}. "
        f"To see it fail: model = {model_of(ensemble, first, agent_class)}, then model.step() for each year."
    )


def model_of(ensemble: Ensemble, failure: Failure, agent_class: type[VillageAgent] | None) -> str:
    """Return the Python call that makes the model of a failed trajectory again."""
    model = f"scenario, draw={failure.draw}, replicate={failure.replicate}, seed={ensemble.seed}"
    if agent_class is not None:
        model += f", agent_class={agent_class.__qualname__}"
    codes = [villages.district_code for villages in ensemble.scenario.districts]
    if len(codes) > 1:
        model += f", villages=scenario.districts[{codes.index(failure.district_code)}]"
    return f"simulation.KampungModel({model})"


def failure_rows(
    ensemble: Ensemble, agent_class: type[VillageAgent] | None, command: Callable[[Failure], str] | None = None
) -> list[dict[str, Any]]:
    """Return a row of `COLUMNS` for every failure.

    `command` says how one is seen again; by default by a call in Python.
    """
    rows = [
        {
            **asdict(failure),
            "seed": ensemble.seed,
            "command": command(failure) if command else model_of(ensemble, failure, agent_class),
        }
        for failure in ensemble.failures
    ]
    return [{name: row[name] for name in COLUMNS} for row in rows]


def bounds(ensemble: Ensemble, district: int) -> tuple[float, float]:
    """Return the least and the largest share of trajectories that meet the target in the first year.

    The one had none of those that failed met it, the other had all: no assumption is made on why they failed
    (Manski 1989, "Anatomy of the selection problem").
    """
    outcome = ensemble.outcomes[district]
    met = outcome.of_completed(outcome.counts.met(ensemble.scenario.target)[..., 0])
    size, failed = outcome.completed.size, int((~outcome.completed).sum())
    return int(met.sum()) / size, (int(met.sum()) + failed) / size
