"""What each kind of data does to the answer: the chance of the first year learned without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..domain.evidence import BLOCKS
from ..domain.messages import Refusal
from ..engine.one_year import chance_of_meeting
from ..engine.year_start import YearStart
from ..inputs.scenario import Scenario
from .calibration.calibrate import calibrate
from .calibration.expected import expected_rises
from .calibration.posterior import Posterior

Floats = NDArray[np.float64]
DRAWS, MOST_DRAWS = 250, 1000
"""Draws that each answer rests on that is learned anew, and that from all data."""


@dataclass(frozen=True)
class BlockWeight:
    """The answer without some data.

    Attributes
    ----------
    without
        Kinds of data left out; none in the answer from all of them.
    probability_met, rises
        Of the first forecast year: chance that the target is met, and expected number of rises.
    monte_carlo_error
        Standard error of the chance.
    """

    without: tuple[str, ...]
    probability_met: float
    monte_carlo_error: float
    rises: float


def weigh_blocks(
    posterior: Posterior, progress: Callable[[int, int], None] = lambda *_: None
) -> tuple[BlockWeight, ...]:
    """Return the answer from all data, without each kind of them, and without any (priors alone).

    Every answer is learned anew, from `DRAWS` draws at most. Nothing is returned where no scenario of one district says
    what is asked, or nothing was learned.
    """
    scenario, used = posterior.scenario, [block for block in posterior.basis if block in BLOCKS]
    if scenario is None or len(scenario.districts) > 1 or not used:
        return ()
    draws = min(DRAWS, posterior.size)
    some = [(block,) for block in used] if len(used) > 1 else []
    found = [_weight((), posterior.applied_to(scenario), min(posterior.size, MOST_DRAWS), posterior)]
    for number, without in enumerate(some):
        less = posterior.evidence.without(without)
        try:
            one = calibrate(less, scenario, draws, posterior.seed, estimate_effects=posterior.estimate_effects)
        except Refusal:
            continue
        found.append(_weight(without, one.applied_to(scenario), draws, one))
        progress(number + 1, len(some))
    return (*found, _weight(tuple(used), scenario, draws, None))


def _weight(without: tuple[str, ...], scenario: Scenario, draws: int, posterior: Posterior | None) -> BlockWeight:
    (villages,) = scenario.districts
    seed = 0 if posterior is None else posterior.seed
    parameters = scenario.parameters.draw(seed, draws)
    chances = chance_of_meeting(scenario, villages, parameters, seed)
    start = YearStart.drawn(scenario, villages, parameters, seed)
    # Draws of a calibration are worth fewer independent ones.
    worth = 1.0 if posterior is None else min(1.0, posterior.effective_sample_size / posterior.size)
    return BlockWeight(
        without,
        float(chances.mean()),
        float(chances.std(ddof=1) / np.sqrt(max(1.0, worth * chances.size))) if chances.size > 1 else 0.0,
        float(expected_rises(villages, parameters, start).mean()),
    )
