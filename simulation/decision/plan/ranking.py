"""Villages ranked by what assisting each of them would change.

A village's gain is what assisting it alone, at full dose in the first forecast year, adds to the chance of
meeting that year's target and to the expected rises; nobody else is assisted by any intervention. It is
computed in closed form, so that no luck decides between villages; villages that nothing tells apart share a rank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...domain.intervention import combine, combine_on_falls
from ...domain.law import PEERS, seen_at
from ...domain.messages import Refusal
from ...domain.parameters import Parameters
from ...domain.status import TOP, Status
from ...domain.target import needed
from ...domain.villages import KnownStatuses, Villages
from ...engine.one_year import multiplications
from ...inference.explanation import STATUS_UNKNOWN
from ...inputs.scenario import Scenario
from .levers import Lever, eligible_now
from .village_gains import Effects, village_gains

Floats = NDArray[np.float64]

MOST_DRAWS = 100
MOST_WORK = 10**9
"""Multiplications: some seconds."""
FEWEST_DRAWS = 10
_ALIKE = 12
"""Decimals of a gain that rounding leaves alone."""


@dataclass(frozen=True)
class VillagePriority:
    """What assisting one village would change, and why.

    Attributes
    ----------
    village_code, village, subdistrict, status
        Of the village, its name; its level at the end of the origin year.
    rank
        1 for the largest gain; villages with the same gain share a rank.
    gain_probability_met, gain_rises
        What assisting it alone adds to the chance of meeting the target, and to the expected rises.
    chance_without, chance_with
        Its chance of rising in the first year if it is not assisted, and if it is.
    peers
        Share of the other villages of its kecamatan that stand above it; None where the scenario has no peers.
    interventions
        Which of the levers' interventions it is eligible for.
    """

    village_code: str
    village: str
    subdistrict: str
    status: str
    rank: int
    gain_probability_met: float
    gain_rises: float
    chance_without: float
    chance_with: float
    peers: float | None
    interventions: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Eligible villages, the largest gain first.

    Attributes
    ----------
    year
        The first forecast year.
    draws
        Parameter draws that gains are the mean of.
    probability_met
        Chance of meeting the target where nobody is assisted, which gains are added to.
    villages
        In the order of their ranks, then of their codes.
    columns
        Columns of the village table that tell villages apart, beside level and peers.
    """

    year: int
    draws: int
    probability_met: float
    villages: tuple[VillagePriority, ...]
    columns: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Village codes, the first to be assisted first."""
        return tuple(village.village_code for village in self.villages)


def rank_villages(scenario: Scenario, levers: Sequence[Lever], seed: int, draws: int) -> Ranking:
    """Rank the villages that the levers' interventions may assist.

    Parameters
    ----------
    scenario
        With one district.
    levers
        A village is assisted by all their interventions that it is eligible for.
    seed, draws
        Parameter draws, taken from the first on; at most as many as take some seconds.

    Raises
    ------
    Refusal
        Where only counts by status are known.
    """
    villages = scenario.districts[0]
    if not isinstance(villages.known, KnownStatuses):
        raise Refusal(STATUS_UNKNOWN)
    draws = 1 if scenario.fixed else min(draws, _affordable(scenario, villages, seed))
    parameters = scenario.parameters.draw(seed, draws)
    names = [lever.intervention for lever in levers]
    own = [place for place, plan in enumerate(scenario.interventions) if plan.name in names]
    eligible = np.stack([np.asarray(eligible_now(scenario.interventions[j], villages)) for j in own])
    gains = village_gains(scenario.target, villages, parameters, _effects(scenario, parameters, own, eligible))
    peers = dict(seen_at(villages, parameters, villages.levels)).get(PEERS)
    gain_rises = gains.with_it - gains.without
    ranked = np.flatnonzero(eligible.any(axis=0))
    keys = [(-round(float(gains.met_more[i]), _ALIKE), -round(float(gain_rises[i]), _ALIKE)) for i in ranked]
    order = sorted(range(ranked.size), key=lambda place: (keys[place], villages.codes[ranked[place]]))
    found: list[VillagePriority] = []
    for place, at in enumerate(order):
        i, level = ranked[at], Status(int(villages.levels[ranked[at]]))
        same = place > 0 and keys[at] == keys[order[place - 1]]
        found.append(
            VillagePriority(
                village_code=villages.codes[i],
                village=villages.names[i],
                subdistrict=villages.subdistricts[villages.subdistrict_index[i]],
                status=level.label,
                rank=found[-1].rank if same else place + 1,
                gain_probability_met=float(gains.met_more[i]),
                gain_rises=float(gain_rises[i]),
                chance_without=float(gains.without[i]),
                chance_with=float(gains.with_it[i]),
                peers=None if peers is None else float(peers[i]),
                interventions=tuple(
                    scenario.interventions[j].name for j, may in zip(own, eligible[:, i], strict=True) if may
                ),
            )
        )
    return Ranking(scenario.years[0], draws, gains.met, tuple(found), scenario.parameters.covariates)


def in_this_order(scenario: Scenario, lever: Lever, ranking: Ranking) -> Scenario:
    """Return the scenario in which a lever's intervention takes villages in the order of a ranking."""
    plans = tuple(
        replace(plan, priority=ranking.codes) if plan.name == lever.intervention else plan
        for plan in scenario.interventions
    )
    return replace(scenario, interventions=plans)


def _affordable(scenario: Scenario, villages: Villages, seed: int) -> int:
    """Return how many draws take some seconds: each village is taken out of its kecamatan once."""
    below_top = int((villages.levels < TOP).sum())
    counted = below_top if scenario.target.denominator == "below_top" else len(villages)
    must = int(needed(scenario.target.share, counted)) + len(villages) * scenario.target.net_of_falls
    work = multiplications(villages, scenario.parameters.draw(seed, FEWEST_DRAWS), must) // FEWEST_DRAWS
    return max(FEWEST_DRAWS, min(MOST_DRAWS, MOST_WORK // (work * int(villages.subdistrict_sizes.max()))))


def _effects(scenario: Scenario, parameters: Parameters, own: list[int], eligible: NDArray[np.bool_]) -> Effects:
    """Return what assistance at full dose by all of `own` adds where a village is eligible, (D, V)."""
    rise, fall = (
        [ratios[:, j, None] * may for j, may in zip(own, eligible, strict=True)]
        for ratios in (parameters.rise_log_odds_ratio, parameters.fall_log_odds_ratio)
    )
    return Effects(combine(rise, scenario.overlap), combine_on_falls(fall, scenario.overlap))
