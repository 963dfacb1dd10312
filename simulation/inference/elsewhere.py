"""What the first year's chance would be under what is known elsewhere, in place of the default priors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..domain.launches import PRIOR_DRAWS, PROGRAMME_BEGAN, LaunchHistory, counts_of, given_history
from ..domain.parameters import ANALOGUE_PRIORS, ParameterSet
from ..domain.scenario import Assumptions
from ..engine.effort import Effort
from ..engine.ensemble import run
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
        Launch history -> the chance, the priors being weighed by the district's own counts under it: of the year in
        which the programme began for all villages, and `NATIONAL`. None where launch years are known, or no counts.
    analogue
        Under priors from other programmes; None where the scenario states all of which these tell something.
    """

    launches: Mapping[str, Estimate] = field(default_factory=dict)
    analogue: Estimate | None = None


def elsewhere(scenario: Assumptions, effort: Effort, seed: int) -> Elsewhere | None:
    """Return what is known elsewhere of a scenario that rests on default priors; None of any other.

    Of one district whose chances of rising are the defaults; with the draws that a forecast of that scenario with
    ``launches`` or ``priors`` has, but fewer trajectories of each.
    """
    known = scenario.parameters
    of_law = {key for key in ANALOGUE_PRIORS if key.kind == "rise"}
    if len(scenario.districts) > 1 or not of_law <= known.defaulted:
        return None
    (villages,), few = scenario.districts, Effort(effort.draws, min(effort.replicates, MOST_REPLICATES))

    def chance(parameters: ParameterSet) -> Estimate:
        made = run(replace(scenario, horizon=1, parameters=parameters), few, seed, workers=1)
        outcome = made.outcomes[0]
        return estimate(outcome.counts.met(scenario.target)[..., 0], outcome.completed, parameters.rows)

    launches, weighed = {}, min(PRIOR_DRAWS, WEIGHED_FOR_EACH * effort.draws)
    if counts_of(villages) is not None and "launch_year" not in villages.columns and not scenario.min_years:
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
