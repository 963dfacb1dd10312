"""Who is assisted, where that is settled in advance: `Programme` is asked, in states and with lots that differ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...domain.intervention import Intervention, Programme, dose, fixed_order, may_be_chosen
from ...domain.messages import Message, Refusal
from ...domain.parameters import Parameters
from ...domain.scenario import Assumptions
from ...domain.status import LEVELS
from ...domain.transition import factor, odds
from ...domain.villages import KnownStatuses, Villages

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Statuses = NDArray[np.int8]

LOT = Message(
    "{name} draws lots among villages in {year}, and what follows in later years cannot be computed exactly; "
    "use a fixed order of priority, or use --engine batch"
)
OPEN = Message(
    "whom {name} assists in {year} depends on how villages have moved by then; keep places for the whole horizon "
    "(years_per_village), or make every level eligible in a fixed order of priority, or use --engine batch"
)
UNKNOWN = Message(
    "{name} assists some villages and not others, and their statuses are unknown; "
    "give every village its status, or use --engine batch"
)
SMALL_ODDS = 1e-6
"""Odds at which both what is nearest to rising and what gains most follow the odds themselves."""


def settled_assistance(
    scenario: Assumptions, villages: Villages, status: Statuses, parameters: Parameters, log_odds: Floats
) -> Bools:
    """Return who is assisted when and by what, shape (V, Y, J), where neither luck nor lots can change it.

    The first year begins at `status`. Later ones are tried with all villages at each level in turn: if whom a
    programme chooses is the same in all of these, and however ties are broken, no state in between changes it.

    Parameters
    ----------
    status
        Shape (V,): at the end of the origin year.
    parameters, log_odds
        The draw whose chances a planner sees; covariates and peers, shape (V,).

    Raises
    ------
    Refusal
        Where assistance is not settled: one reason an intervention at most.
    """
    rank = (np.arange(len(villages)) + 0.5) / len(villages)
    tie = np.tile(np.stack([rank, 1 - rank], axis=1), len(LEVELS))
    anywhere = np.broadcast_to(np.repeat(np.arange(len(LEVELS), dtype=np.int8), 2), tie.shape)
    at_start = np.broadcast_to(status[:, None], tie.shape)
    seen = np.broadcast_to((odds(parameters.rise)[0, status] * factor(log_odds))[:, None], tie.shape)
    result = np.zeros((len(villages), scenario.horizon, len(scenario.interventions)), dtype=bool)
    reasons: list[Message] = []
    for j, plan in enumerate(scenario.interventions):
        effect = np.full(tie.shape[1], parameters.rise_log_odds_ratio[0, j])
        programme = Programme(plan, villages, effect, np.zeros_like(effect))
        for t, year in enumerate(scenario.years):
            foreseen = seen if t == 0 else SMALL_ODDS * tie
            _allocate(programme, year, anywhere if t else at_start, tie, foreseen)
            result[:, t, j] = programme.assisted[:, 0]
            reason = _in_the_way(programme, villages, t)
            if reason is not None:
                reasons.append(reason.filled(name=plan.name, year=year))
                break
    if reasons:
        raise Refusal(*reasons)
    return result


def _allocate(programme: Programme, year: int, status: Statuses, tie: Floats, seen: Floats) -> None:
    programme.allocate(year, status, lambda: tie, lambda: seen)


def _in_the_way(programme: Programme, villages: Villages, t: int) -> Message | None:
    """Return why the assistance of year number `t` is not settled, or None."""
    assisted, plan = programme.assisted, programme.intervention
    own_order = fixed_order(plan, villages) is not None or not may_be_chosen(plan, villages).all()
    if own_order and (assisted != assisted[:1]).any() and not isinstance(villages.known, KnownStatuses):
        return UNKNOWN
    if (assisted != assisted[:, :1]).any():
        every_level = set(plan.eligible_status) == set(LEVELS)
        return LOT if t == 0 or (every_level and plan.priority == "random") else OPEN
    return None


def doses(assisted: Bools, interventions: tuple[Intervention, ...]) -> Floats:
    """Return the dose in each year, shape (Y, J), of a village assisted as `assisted` (Y, J) says."""
    years = np.cumsum(assisted, axis=0, dtype=np.int64)
    since = np.zeros_like(years)
    for t in range(1, len(years)):
        since[t] = np.where(assisted[t], 0, since[t - 1] + 1)
    columns = [
        dose(years[:, j], since[:, j], plan.ramp_years, plan.fades_over_years) for j, plan in enumerate(interventions)
    ]
    return np.stack(columns, axis=1) if columns else np.zeros(assisted.shape)
