"""The agent engine: trajectories one by one, each village an agent of Mesa."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..domain.parameters import Parameters
from ..domain.randomness import Trajectories
from ..domain.scenario import Assumptions
from ..domain.villages import Villages
from .agent_errors import failure_of
from .model import KampungModel, VillageAgent
from .outcome import Outcome


def simulate(
    scenario: Assumptions,
    villages: Villages,
    parameters: Parameters,
    trajectories: Trajectories,
    seed: int,
    agent_class: type[VillageAgent] = VillageAgent,
) -> Outcome:
    """Run a block of trajectories one by one; the outcome's leading axis is T, as in `batch.simulate`.

    One that an agent breaks off, by an exception or by asking to exit, is set aside; the others go on.
    """
    size = len(trajectories)
    outcome = Outcome.empty((size,), scenario.horizon, len(villages), len(scenario.interventions))
    begin = partial(KampungModel, villages=villages, parameters=parameters, collect_agents=False)
    addresses = zip(trajectories.draw.tolist(), trajectories.replicate.tolist(), strict=True)
    for column, (draw, replicate) in enumerate(addresses):
        model: KampungModel | None = None
        try:
            model = begin(scenario, draw, replicate, seed, agent_class)
            for _ in scenario.years:
                model.step()
        except MemoryError:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001  whatever a researcher's own code raises
            year = None if model is None else model.year
            outcome.completed[column] = False
            outcome.failures.append(failure_of(error, agent_class, villages.district_code, (draw, replicate), year))
        else:
            outcome.absorb(model.outcome, (np.array([column]),))
    return outcome
