"""What assisting one village changes in the first year, exactly, for every village of a district.

Given the shocks, villages are independent. If n must be reached, and village i adds j or more with chance T_j,
assistance changes the chance of meeting the target by Σ_j (T_j with − T_j without) · P(all others add n − j).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...domain.parameters import Parameters
from ...domain.status import LEVELS
from ...domain.target import Target
from ...domain.villages import Villages
from ...engine.one_year import OneYear, YearBlock, YearStart, target_count, total_of
from ...engine.poisson_binomial import add

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Effects:
    """What assistance at full dose adds to the log odds of rising and of falling, shape (D, V)."""

    rise: Floats
    fall: Floats


@dataclass(frozen=True, eq=False)
class Gains:
    """What is known of every village, mean over the draws; V villages.

    Attributes
    ----------
    met
        Chance of meeting the target where nobody is assisted.
    without, with_it
        Shape (V,): chance of rising if not assisted, and if assisted.
    met_more
        Shape (V,): by how much the chance of meeting the target grows if this village alone is assisted.
    """

    met: float
    without: Floats
    with_it: Floats
    met_more: Floats


def village_gains(target: Target, villages: Villages, parameters: Parameters, effects: Effects) -> Gains:
    """Return what assisting each village, and nobody else, changes in the first year.

    Parameters
    ----------
    target
        Of the year.
    villages
        V of them, statuses known.
    parameters
        D draws.
    effects
        Of the assistance; 0 where a village cannot be assisted.
    """
    draws = parameters.rise.shape[0]
    alone = YearStart.unassisted(villages, parameters, np.repeat(villages.levels[:, None], draws, axis=1))
    helped = replace(alone, rise_log_odds=alone.rise_log_odds + effects.rise.T, fall_log_odds=effects.fall.T)
    total = np.zeros((3, len(villages)))
    met = 0.0
    pairs = zip(
        OneYear(villages, parameters, alone).blocks(), OneYear(villages, parameters, helped).blocks(), strict=True
    )
    for without, with_it in pairs:
        chance, gains = _of_block(target, villages, without, with_it)
        met += chance / draws
        total += gains / draws
    return Gains(met, *total)


def _of_block(target: Target, villages: Villages, without: YearBlock, with_it: YearBlock) -> tuple[float, Floats]:
    """Return, summed over the draws, the chance of meeting the target; and without, with and gain, shape (3, V)."""
    count, needed = target_count(target, np.bincount(villages.levels, minlength=len(LEVELS))[None])
    must = int(needed[0])
    rises = [without.chances(k) for k in range(len(without.members))]
    adds = [without.adds(rows, rise, count) for rows, rise in zip(without.members, rises, strict=True)]
    others, everyone = _all_but_each([without.average(total_of(part, must)) for part in adds], must)
    result = np.zeros((3, len(villages)))
    for k, rows in enumerate(without.members):
        rise = with_it.chances(k)
        more = np.cumsum((with_it.adds(rows, rise, count) - adds[k])[:, ::-1], axis=1)[:, ::-1]
        result[0, rows], result[1, rows] = (without.mean(each).sum(axis=-1) for each in (rises[k], rise))
        alike: dict[bytes, float] = {}
        for i in range(len(rise)):
            key = adds[k][i].tobytes() + more[i].tobytes()
            if key not in alike:
                rest = total_of(np.delete(adds[k], i, axis=0), must)
                alike[key] = _gain(without, more[i], rest, others[k], must)
            result[2, rows.start + i] = alike[key]
    met = float((everyone[must:].sum(axis=0) * without.weight).sum()) if must > 0 else float(len(without.draws))
    return met, result


def _gain(block: YearBlock, more: Floats, rest: Floats, others: Floats, must: int) -> float:
    """Return, summed over the draws, what assisting one village adds to the chance of meeting the target.

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
    return float((gain * block.weight).sum())


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
