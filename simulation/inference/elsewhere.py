"""What the first year's chance would be under what is known elsewhere, in place of the default priors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..domain.launches import PRIOR_DRAWS, PROGRAMME_BEGAN, LaunchHistory, given_history
from ..domain.parameters import ANALOGUE_PRIORS, ParameterSet
from ..domain.scenario import Assumptions
from ..engine.effort import Effort
from ..engine.ensemble import run
from ..inputs.launches import why_not_weighed
from .uncertainty import Estimate, estimate

NATIONAL = "national"
MOST_REPLICATES, WEIGHED_FOR_EACH = 4, 4
"""Trajectories of a draw, since the draws decide how exact these chances are; prior draws weighed for each of them."""


@dataclass(frozen=True)
class Elsewhere:
    """The chance that the target of the first year is met, under other assumptions than the default priors.

    Attributes
    ----------
    launches
        Launch history -> the chance, the priors being weighed by the district's own counts under it: that all villages
        were launched in the year in which the programme began, and `NATIONAL`. Empty where no history can be weighed.
    analogue
        The chance under priors from other programmes.
    """

    launches: Mapping[str, Estimate]
    analogue: Estimate


def elsewhere(scenario: Assumptions, effort: Effort, seed: int) -> Elsewhere | None:
    """Return what is known elsewhere of a scenario that rests on default priors; None of any other.

    Of one district whose chances of rising are the defaults; with the draws that a forecast of that scenario with
    ``launches`` or ``priors`` has, but fewer trajectories of each. None given rises so far: too few of these would be
    kept. Nor of a law that is not the standard one.
    """
    known = scenario.parameters
    rising = {key for key in ANALOGUE_PRIORS if key.kind == "rise"}
    if len(scenario.districts) > 1 or scenario.so_far is not None or scenario.own_law or not rising <= known.defaulted:
        return None
    (villages,), few = scenario.districts, Effort(effort.draws, min(effort.replicates, MOST_REPLICATES))

    def chance(parameters: ParameterSet) -> Estimate:
        made = run(replace(scenario, horizon=1, parameters=parameters), few, seed)
        outcome = made.outcomes[0]
        return estimate(outcome.chance_met(made.scenario)[..., 0], outcome.kept, parameters.rows)

    launches, weighed = {}, min(PRIOR_DRAWS, WEIGHED_FOR_EACH * effort.draws)
    if not any(why_not_weighed(villages, known, scenario.min_years)):
        at_once = LaunchHistory({PROGRAMME_BEGAN: 1.0}) if scenario.origin >= PROGRAMME_BEGAN else None
        histories = {str(PROGRAMME_BEGAN): at_once, NATIONAL: LaunchHistory.national(scenario.origin)}
        launches = {
            name: chance(given_history(known, villages, scenario.origin, history, weighed))
            for name, history in histories.items()
            if history is not None
        }
    others = {key: prior for key, prior in ANALOGUE_PRIORS.items() if key in known.defaulted}
    analogue = replace(known, scalars={**known.scalars, **others}, defaulted=known.defaulted.difference(others))
    return Elsewhere(launches, chance(analogue))
