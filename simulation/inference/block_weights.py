"""What each kind of data does to the answer: the chance of the first year learned without it."""

from __future__ import annotations

from collections.abc import Callable

from ..domain.evidence import BLOCKS
from ..domain.messages import Refusal
from ..domain.past import BlockWeight
from ..engine.effort import Keep
from ..engine.one_year import chance_of_meeting
from ..engine.progress import Progress, progress_of_part
from ..engine.year_start import YearStart
from ..inputs.scenario import Scenario
from .calibration.calibrate import calibrate
from .calibration.expected import expected_rises
from .calibration.posterior import Posterior
from .uncertainty import error_of_mean

DRAWS, MOST_DRAWS = 250, 1000
"""Draws that each answer rests on that is learned anew, and that from all data."""
DIGITS = 9
"""Behind the point: so many all computers agree on."""


def weigh_blocks(
    posterior: Posterior,
    progress: Progress = lambda *_: None,
    sink: Callable[[int], Keep | None] = lambda _: None,
) -> tuple[BlockWeight, ...]:
    """Return the answer from all data, without each kind of them, and without any (priors alone).

    Every answer is learned anew, from `DRAWS` draws at most. Nothing is returned where no scenario of one district says
    what is asked, or nothing was learned.

    Parameters
    ----------
    progress
        Called with (done, in all).
    sink
        Returns where steps are kept of what is learned without a kind of data, by its place; None for nowhere.
    """
    scenario, used = posterior.scenario, [block for block in posterior.basis if block in BLOCKS]
    if scenario is None or len(scenario.districts) > 1 or not used:
        return ()
    draws = min(DRAWS, posterior.size)
    some = [(block,) for block in used] if len(used) > 1 else []
    found = [_weight((), posterior.applied_to(scenario), min(posterior.size, MOST_DRAWS), posterior.seed)]
    for number, without in enumerate(some):
        less = posterior.evidence.without(without)
        try:
            one = calibrate(
                less,
                scenario,
                draws,
                posterior.seed,
                estimate_effects=posterior.estimate_effects,
                progress=progress_of_part(progress, number, len(some)),
                sink=sink(number),
            )
        except Refusal:
            continue
        found.append(_weight(without, one.applied_to(scenario), draws, one.seed))
    return (*found, _weight(tuple(used), scenario, draws, 0))


def _weight(without: tuple[str, ...], scenario: Scenario, draws: int, seed: int) -> BlockWeight:
    (villages,) = scenario.districts
    parameters = scenario.parameters.draw(seed, draws)
    chances = chance_of_meeting(scenario, villages, parameters, seed)
    start = YearStart.drawn(scenario, villages, parameters, seed)
    return BlockWeight(
        without,
        scenario.years[0],
        round(float(chances.mean()), DIGITS),
        round(error_of_mean(chances, scenario.parameters.rows), DIGITS),
        round(float(expected_rises(villages, parameters, start).mean()), DIGITS),
    )
