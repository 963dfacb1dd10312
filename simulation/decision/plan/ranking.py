"""Villages ranked by what assisting each of them would change.

A village's gain is what assisting it alone, at full dose in the first forecast year, adds to the chance of
meeting that year's target and to the expected rises; nobody else is assisted by any intervention. It is
computed in closed form for each parameter draw, so that no luck of villages decides between them; those whose gains the
draws do not tell apart share a rank.

Given the shocks, villages are independent. If n must be reached, and village i adds j or more with chance T_j,
assistance changes the chance of meeting the target by Σ_j (T_j with − T_j without) · P(all others add n − j).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...domain.arrays import Bools, Floats, Ints, Statuses
from ...domain.intervention import combine, combine_on_falls
from ...domain.law import PEERS, acting
from ...domain.parameters import Parameters, Rows
from ...domain.status import LEVELS, TOP, UNKNOWN, Status
from ...domain.status_knowledge import KnownStatuses
from ...domain.target import Target, needed
from ...domain.transition import share_above
from ...domain.villages import Villages, code_order, count_levels, places
from ...engine.one_year import Count, OneYear, YearBlock, multiplications, target_count
from ...engine.poisson_binomial import add, add_villages
from ...engine.year_start import YearStart, listed_at_origin
from ...inference.uncertainty import error_of_mean
from ...inputs.scenario import Scenario
from ..differences import ALIKE, shared_ranks
from .levers import Lever, Places, eligible_now
from .result import PlannedVillage, Ranking, Reason, Setting

MOST_DRAWS = 100
MOST_WORK = 10**9
"""Multiplications: some seconds."""
FEWEST_DRAWS = 10
_ALIKE = 12
"""Decimals of a gain that rounding leaves alone."""


def rank_villages(
    scenario: Scenario, levers: Sequence[Lever], seed: int, draws: int
) -> tuple[Ranking, tuple[PlannedVillage, ...]] | None:
    """Rank the villages that the levers' interventions may assist, the largest gain first, of equals by code.

    Parameters
    ----------
    scenario
        With one district.
    levers
        A village is assisted by all their interventions that it is eligible for.
    seed, draws
        Parameter draws. Gains in the chance of meeting the target are of the first of them, as many as take some
        seconds; chances of villages are of all, as in a forecast.

    Returns
    -------
    tuple of Ranking and villages, or None
        None where only counts by status are known, and where the law is not the standard one. A village whose status
        is blank is not ranked.
    """
    villages = scenario.districts[0]
    if (levels := villages.single_levels) is None or scenario.own_law:
        return None
    if scenario.fixed:
        draws = 1 if isinstance(villages.known, KnownStatuses) else MOST_DRAWS
    names = [lever.intervention for lever in levers]
    own = [place for place, plan in enumerate(scenario.interventions) if plan.name in names]
    eligible = np.stack([np.asarray(eligible_now(scenario.interventions[j], villages)) for j in own])
    eligible &= levels != UNKNOWN
    parameters = scenario.parameters.draw(seed, draws)
    listed = listed_at_origin(scenario, villages, parameters, seed)
    effects = _effects(scenario, parameters, own, eligible)
    some = np.arange(min(draws, _affordable(scenario, villages, seed)))
    gains = village_gains(scenario.target, villages, parameters, effects, listed, some)
    peers = _share_above(villages, parameters, listed)
    met_more, rises_more = gains.met_more.mean(axis=1), gains.rises_more.mean(axis=1)
    keys = {
        int(i): (
            -round(float(met_more[i]), _ALIKE),
            -round(float(rises_more[i]), _ALIKE),
            code_order(villages.codes[i]),
        )
        for i in np.flatnonzero(eligible.any(axis=0))
    }
    rows, order = scenario.parameters.rows, sorted(keys, key=lambda i: keys[i])
    ranks = shared_ranks(len(order), lambda one, other: gains.difference(order[one], order[other], rows))
    found: list[PlannedVillage] = []
    for rank, i in zip(ranks, order, strict=True):
        reason = Reason(
            status=Status(int(levels[i])).label,
            chance_without=float(gains.without[i].mean()),
            chance_with=float(gains.with_it[i].mean()),
            peers=None if peers is None else float(peers[i]),
            interventions=tuple(
                scenario.interventions[j].name for j, may in zip(own, eligible[:, i], strict=True) if may
            ),
        )
        found.append(
            PlannedVillage(
                village_code=villages.codes[i],
                village=villages.names[i],
                subdistrict=villages.subdistricts[villages.subdistrict_index[i]],
                rank=rank,
                gain_probability_met=float(met_more[i]),
                gain_monte_carlo_error=error_of_mean(gains.met_more[i], rows),
                gain_rises=float(rises_more[i]),
                reason=reason,
            )
        )
    columns = tuple(map(str, scenario.parameters.covariates))
    unranked = int((levels == UNKNOWN).sum())
    return Ranking(scenario.years[0], len(some), gains.met, columns, unranked), tuple(found)


def in_this_order(scenario: Scenario, lever: Lever, villages: Sequence[PlannedVillage]) -> Scenario:
    """Return the scenario in which a lever's intervention takes villages in the order of a ranking."""
    codes = tuple(village.village_code for village in villages)
    plans = tuple(
        replace(plan, priority=codes) if plan.name == lever.intervention else plan for plan in scenario.interventions
    )
    return replace(scenario, interventions=plans)


def mark_enough(
    villages: Sequence[PlannedVillage], in_order: Setting, least: Places | None
) -> Iterator[PlannedVillage]:
    """Yield ranked villages, marked by whether they are among the first that suffice.

    Parameters
    ----------
    in_order
        The least setting where villages are taken in this order.
    least
        That of the scenario's own order: where it is smaller, or nothing is needed, no village is marked.
    """
    (enough,) = in_order.places
    marked = enough > 0 and (least is None or least[0] >= enough)
    edge = None
    if marked and enough < len(villages) and villages[enough - 1].rank == villages[enough].rank:
        edge = villages[enough].rank
    for place, village in enumerate(villages):
        yield replace(village, in_plan=place < enough if marked else None, tied=village.rank == edge)


def _affordable(scenario: Scenario, villages: Villages, seed: int) -> int:
    """Return how many draws take some seconds: each village is taken out of its kecamatan once."""
    below_top = int((np.asarray(villages.single_levels) < TOP).sum())
    counted = below_top if scenario.target.denominator == "below_top" else len(villages)
    must = int(needed(scenario.target.share, counted)) + len(villages) * scenario.target.net_of_falls
    work = multiplications(villages, scenario.parameters.draw(seed, FEWEST_DRAWS), must) // FEWEST_DRAWS
    return max(FEWEST_DRAWS, min(MOST_DRAWS, MOST_WORK // (work * int(villages.subdistrict_sizes.max()))))


def _effects(scenario: Scenario, parameters: Parameters, own: list[int], eligible: Bools) -> Effects:
    """Return what assistance at full dose by all of `own` adds where a village is eligible, (D, V)."""
    rise, fall = (
        [ratios[:, j, None] * may for j, may in zip(own, eligible, strict=True)]
        for ratios in (parameters.rise_log_odds_ratio, parameters.fall_log_odds_ratio)
    )
    return Effects(combine(rise, scenario.overlap), combine_on_falls(fall, scenario.overlap))


def _share_above(villages: Villages, parameters: Parameters, listed: Statuses) -> Floats | None:
    """Return which share of its neighbours stands above each village, shape (V,); None where that changes nothing.

    A mean over what is drawn of neighbours whose status is blank.
    """
    if PEERS not in acting(parameters):
        return None
    if isinstance(villages.known, KnownStatuses):
        listed = listed[:, :1]
    levels = count_levels(places(listed, villages.subdistrict_index), villages)
    above = share_above(levels)
    return np.asarray(above.take(places(listed, villages.subdistrict_index)).mean(axis=1))


@dataclass(frozen=True, eq=False)
class Effects:
    """What assistance at full dose adds to the log odds of rising and of falling, shape (D, V)."""

    rise: Floats
    fall: Floats


@dataclass(frozen=True, eq=False)
class Gains:
    """What is known of V villages in each of D draws, and in some of them.

    Attributes
    ----------
    met
        Chance of meeting the target where nobody is assisted, mean over some draws.
    without, with_it
        Shape (V, D): chance of rising if not assisted, and if assisted.
    met_more
        Shape (V, some): by how much the chance of meeting the target grows if this village alone is assisted.
    """

    met: float
    without: Floats
    with_it: Floats
    met_more: Floats

    @property
    def rises_more(self) -> Floats:
        """Shape (V, D): by how much the chance of rising grows if the village is assisted."""
        return self.with_it - self.without

    def difference(self, one: int, other: int, rows: Rows | None) -> tuple[float, float]:
        """Return how far the mean gains of two villages lie apart, and the error of that from finitely many draws.

        Where their gains in the chance are the same, those in rises decide; `rows` as in `simulation_error`.
        """
        for gain in (self.met_more, self.rises_more):
            apart = gain[one] - gain[other]
            if abs(difference := float(apart.mean())) > ALIKE:
                return difference, error_of_mean(apart, rows)
        return 0.0, 0.0


def village_gains(
    target: Target, villages: Villages, parameters: Parameters, effects: Effects, listed: Statuses, some: Ints
) -> Gains:
    """Return what assisting each village, and nobody else, changes in the first year.

    Parameters
    ----------
    villages
        V of them.
    effects
        Of the assistance; 0 where a village cannot be assisted.
    listed
        Shape (V, D): where they stand.
    some
        Of which draws the chance of meeting the target is computed.
    """
    alone = YearStart.unassisted(villages, parameters, listed)
    helped = replace(alone, rise_log_odds=alone.rise_log_odds + effects.rise.T, fall_log_odds=effects.fall.T[None])
    years = [OneYear(villages, parameters, start) for start in (alone, helped)]
    without_it, with_it = map(_chances, years)
    met_more = np.zeros((len(villages), len(some)))
    met = 0.0
    at_levels = np.stack([(listed == level).sum(axis=0) for level in range(len(LEVELS))], axis=1)
    count, needed = target_count(target, at_levels[some])
    for must in np.unique(needed):
        alike = np.flatnonzero(needed == must)
        for without, helping in zip(*(year.take(some[alike]).blocks(int(must)) for year in years), strict=True):
            chance, gains = _of_block(replace(count, limit=int(must)), without, helping)
            met += chance / len(some)
            met_more[:, alike[without.draws]] = gains
    return Gains(met, without_it, with_it, met_more)


def _chances(year: OneYear) -> Floats:
    """Return the chance that the list shows each village rise, shape (V, D), mean over all shocks."""
    found = np.zeros(year.start.status.shape)
    for block in year.blocks(1):
        for k, rows in enumerate(block.members):
            found[rows, block.draws] = block.mean(block.moves.listed_rises(block.chances(k), rows=rows))
    return found


def _of_block(count: Count, without: YearBlock, with_it: YearBlock) -> tuple[float, Floats]:
    """Return the chance of reaching the limit of a count, summed over D draws, and the gain in it, shape (V, D)."""
    must = count.limit
    rises = [without.chances(k) for k in range(len(without.members))]
    adds = [without.adds(rows, rise, count) for rows, rise in zip(without.members, rises, strict=True)]
    others, everyone = _all_but_each([without.average(_total_of(part, must)) for part in adds], must)
    result = np.zeros((sum(map(len, rises)), len(without.draws)))
    for k, rows in enumerate(without.members):
        rise = with_it.chances(k)
        more = np.cumsum((with_it.adds(rows, rise, count) - adds[k])[:, :0:-1], axis=1)[:, ::-1]
        alike: dict[bytes, Floats] = {}
        for i in range(len(rise)):
            key = adds[k][i].tobytes() + more[i].tobytes()
            if key not in alike:
                rest = _total_of(np.delete(adds[k], i, axis=0), must)
                alike[key] = _gain(without, more[i], rest, others[k], must)
            result[rows.start + i] = alike[key]
    met = float((everyone[must:].sum(axis=0) * without.weight).sum()) if must > 0 else float(len(without.draws))
    return met, result


def _total_of(adds: Floats, limit: int) -> Floats:
    """Return the distribution of what villages add up to, shape (n + 1, …), from `YearBlock.adds`."""
    cases = int(np.prod(adds.shape[2:]))
    return add_villages(adds.reshape(*adds.shape[:2], cases), limit).reshape(-1, *adds.shape[2:])


def _gain(block: YearBlock, more: Floats, rest: Floats, others: Floats, must: int) -> Floats:
    """Return what assisting one village adds to the chance of meeting the target, shape (D,).

    Parameters
    ----------
    more
        Shape (most, D, M): by how much likelier it adds at least 1, 2 … if it is assisted.
    rest, others
        What the other villages of its kecamatan add, (n + 1, D, M), and those of all others, (n + 1, D, N).
    """
    gain = np.zeros(block.weight.shape)
    for least, likelier in enumerate(more, start=1):
        missing = must - least
        if missing >= 0:
            here = block.average(rest[: missing + 1] * likelier)
            for number, chance in enumerate(here):
                if missing - number < len(others):
                    gain += chance * others[missing - number]
    return np.asarray((gain * block.weight).sum(axis=1))


def _all_but_each(counts: list[Floats], must: int) -> tuple[list[Floats], Floats]:
    """Return, for each kecamatan, what all others add together, and what all add; (n + 1, D, N) each."""
    nobody = np.ones((1, *counts[0].shape[1:]))
    before = [nobody]
    for count in counts:
        before.append(add(before[-1], count, must))
    others, after = [], nobody
    for place in reversed(range(len(counts))):
        others.append(add(before[place], after, must))
        after = add(after, counts[place], must)
    return others[::-1], before[-1]
