"""Who is assisted, where that is settled in advance or left to one random choice.

An allocation that depends on how villages move has no closed form and is told from these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...domain.intervention import Intervention, dose, fixed_order, may_be_chosen, place_table
from ...domain.messages import KampungError, Message
from ...domain.parameters import Parameters
from ...domain.scenario import Assumptions
from ...domain.status import LEVELS
from ...domain.transition import chance, factor, odds
from ...domain.villages import KnownStatuses, Villages
from .forward import possible_states

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Statuses = NDArray[np.int8]

OPEN_ELIGIBILITY = Message(
    "who is eligible for {name} in {year} depends on how villages have moved by then; "
    "keep places for the whole horizon (years_per_village), make every level eligible, or use --engine batch"
)
OPEN_NUMBER = Message(
    "how many villages {name} reaches in {year} depends on how villages have moved by then; "
    "give a capacity instead of a coverage, or use --engine batch"
)
OPEN_ORDER = Message(
    "whom {name} prefers in {year} depends on how villages have moved by then; "
    "use a fixed order of priority, or use --engine batch"
)
OPEN_PLACES = Message(
    "{name} chooses at random, and whom it can choose in {year} depends on whom it chose before; use --engine batch"
)
UNKNOWN_ORDER = Message(
    "{name} takes villages in an order of its own, and their statuses are unknown; "
    "give every village its status, or use --engine batch"
)
UNKNOWN_CONDITION = Message(
    "{name} is meant for some villages only, and their statuses are unknown; "
    "give every village its status, or use --engine batch"
)


class OpenAllocationError(KampungError):
    """An allocation cannot be said in advance; `reasons` say why, one an intervention at most."""

    def __init__(self, reasons: list[Message]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(map(str, reasons)))


@dataclass(frozen=True, eq=False)
class Choice:
    """A random choice: `places` of the `members`, all equally likely.

    Attributes
    ----------
    members
        Shape (V,).
    assisted
        Shape (Y, J): when and by what a chosen village is assisted.
    """

    members: Bools
    places: int
    assisted: Bools


@dataclass(frozen=True, eq=False)
class AssistancePlan:
    """Who is assisted when.

    Attributes
    ----------
    settled
        Shape (V, Y, J): assisted for sure.
    choices
        What is left to chance; independent of each other.
    """

    settled: Bools
    choices: tuple[Choice, ...]


def plan_assistance(
    scenario: Assumptions, villages: Villages, status: Statuses, parameters: Parameters, log_odds: Floats
) -> AssistancePlan:
    """Settle the assistance of every year, for all draws alike.

    Parameters
    ----------
    status
        Shape (V,): at the end of the origin year. Where the scenario knows counts only, villages are
        exchangeable and stand in the order of their statuses.
    parameters
        D draws. A plan that holds for all of them is sought, so a priority that looks at the chance of
        rising needs D = 1.
    log_odds
        Shape (D, V): covariates and (first year) peers.

    Raises
    ------
    OpenAllocationError
        Where there is none.
    """
    reachable = possible_states(status, parameters, scenario.min_years, scenario.horizon)
    settled = np.zeros((len(villages), scenario.horizon, len(scenario.interventions)), dtype=bool)
    choices: list[Choice] = []
    reasons: list[Message] = []
    for j, intervention in enumerate(scenario.interventions):
        allocation = _Allocation(scenario, j, villages, isinstance(villages.known, KnownStatuses))
        outlook = _Outlook(intervention, parameters.rise, log_odds, parameters.rise_log_odds_ratio[:, j])
        try:
            for t, states in enumerate(reachable):
                allocation.fill(t, states, outlook)
        except _OpenError as open_question:
            reasons.append(open_question.reason)
        settled[:, :, j] = allocation.settled
        choices += allocation.choices
    if reasons:
        raise OpenAllocationError(reasons)
    return AssistancePlan(settled, tuple(choices))


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


class _OpenError(Exception):
    """One intervention's allocation is open."""

    def __init__(self, reason: Message, name: str, year: int) -> None:
        self.reason = replace(reason, values={"name": name, "year": year})
        super().__init__(str(self.reason))


@dataclass(frozen=True, eq=False)
class _Outlook:
    """How an intervention ranks states, lowest first; the same rule as `Programme`, state by state.

    `rise` (D, 4) and `log_odds` (D, V) are what a planner can see; `effect` (D,) is the intervention's.
    """

    intervention: Intervention
    rise: Floats
    log_odds: Floats
    effect: Floats

    def ranks(self, order: Floats | None) -> Floats:
        """Return the rank of every village in every state, shape (D, V, 4, waits)."""
        rank = np.zeros((*self.log_odds.shape, len(LEVELS), 2))
        levels = np.arange(len(LEVELS), dtype=np.float64)[:, None]
        match self.intervention.priority:
            case _ if order is not None:
                rank += order[:, None, None]
            case "lowest_status":
                rank += levels
            case "highest_status":
                rank -= levels
            case "nearest_to_rising":
                rank[..., 0] = -chance(self._seen())
            case "largest_gain":
                seen = self._seen()
                rank[..., 0] = chance(seen) - chance(seen * factor(self.effect)[:, None, None])
        return rank

    def _seen(self) -> Floats:
        return odds(self.rise)[:, None, :] * factor(self.log_odds)[:, :, None]


class _Allocation:
    """The places of one intervention through the years."""

    def __init__(self, scenario: Assumptions, number: int, villages: Villages, known: bool) -> None:
        plan = scenario.interventions[number]
        self.intervention, self._number, self._years = plan, number, scenario.years
        self._may = may_be_chosen(plan, villages)
        self._order = fixed_order(plan, villages)
        self._refusal = None if known else _refusal_of_unknown(self._may, self._order)
        self._allowed = np.array([level in plan.eligible_status for level in LEVELS])
        self._places = place_table(plan, len(villages))
        self._shape = (scenario.horizon, len(scenario.interventions))
        self.settled = np.zeros((len(villages), scenario.horizon), dtype=bool)
        self.choices: list[Choice] = []
        self._years_left = np.zeros(len(villages), dtype=np.int64)
        self._chosen_until = -1
        self._chosen = 0

    def fill(self, t: int, states: Bools, outlook: _Outlook) -> None:
        """Fill the places of year number `t`; `states` (V, 4, waits) are possible at its start."""
        plan, year = self.intervention, self._years[t]
        if not plan.starts <= year <= (year if plan.ends is None else plan.ends):
            self._years_left[:] = 0
            return
        if self._refusal is not None:
            raise _OpenError(self._refusal, plan.name, year)
        self._choose(t, states, outlook)
        self.settled[:, t] = self._years_left > 0
        self._years_left[self.settled[:, t]] -= 1

    def _choose(self, t: int, states: Bools, outlook: _Outlook) -> None:
        name, year = self.intervention.name, self._years[t]
        fits = states & self._allowed[:, None] & self._may[:, None, None]
        maybe = fits.any(axis=(1, 2))
        surely = maybe & ~(states & ~fits).any(axis=(1, 2))
        still_chosen = self._chosen if t <= self._chosen_until else 0
        keeps = self._years_left > 0
        taken = int(keeps.sum()) + still_chosen
        fewest, most = (int(self._places[n]) - taken for n in (surely.sum(), maybe.sum()))
        maybe, surely = maybe & ~keeps, surely & ~keeps
        if most <= 0 or not maybe.any():
            return
        if still_chosen:
            raise _OpenError(OPEN_PLACES, name, year)
        if fewest < maybe.sum() and fewest != most:
            raise _OpenError(OPEN_NUMBER, name, year)
        ranks = outlook.ranks(self._order)
        earliest = np.where(fits, ranks, np.inf).min(axis=(0, 2, 3))
        latest = np.where(fits, ranks, -np.inf).max(axis=(0, 2, 3))
        first, tied = _first(maybe, earliest, latest, fewest)
        if first is None:
            raise _OpenError(OPEN_ORDER, name, year)
        if ((first | tied) & ~surely).any():
            raise _OpenError(OPEN_ELIGIBILITY, name, year)
        self._years_left[first] = self.intervention.years_per_village
        if tied.any():
            self._leave_to_chance(t, tied, fewest - int(first.sum()))

    def _leave_to_chance(self, t: int, members: Bools, places: int) -> None:
        last = self.intervention.ends
        until = t + self.intervention.years_per_village - 1
        if last is not None:
            until = min(until, last - self._years[0])
        assisted = np.zeros(self._shape, dtype=bool)
        assisted[t : until + 1, self._number] = True
        self.choices.append(Choice(members, places, assisted))
        self._chosen_until, self._chosen = until, places


def _refusal_of_unknown(may: Bools, order: Floats | None) -> Message | None:
    """Return why villages of unknown status are not exchangeable for an intervention, or None."""
    if not may.all():
        return UNKNOWN_CONDITION
    return UNKNOWN_ORDER if order is not None and np.ptp(order) > 0 else None


def _first(candidates: Bools, earliest: Floats, latest: Floats, places: int) -> tuple[Bools | None, Bools]:
    """Return the candidates sure to be among the first `places`, and those tied for what is left.

    Each candidate's rank lies between `earliest` and `latest`. None where the order is open.
    """
    none = np.zeros_like(candidates)
    if places >= candidates.sum():
        return candidates, none
    cut = np.sort(latest[candidates])[places - 1]
    first, tied = candidates & (latest < cut), candidates & (earliest == cut) & (latest == cut)
    rest = candidates & ~first & ~tied
    if (earliest[rest] <= cut).any():
        return None, none
    if first.sum() + tied.sum() == places:
        return first | tied, none
    return first, tied
