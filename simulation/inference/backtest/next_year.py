"""A forecast of one year of one district, added up from the chances of its villages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...domain.status import LEVELS
from ...domain.target import Target
from ...engine.one_year import Count, chance_of_reaching, target_count
from ...engine.poisson_binomial import Part, total

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NextYear:
    """What is said of the next year of N villages.

    Attributes
    ----------
    rises
        Shape (N + 1,): chance of each number of rises.
    met
        Chance that the target is met.
    levels
        Shape (N, 4): chance of each level for every village at the end of the year.
    """

    rises: Floats
    met: float
    levels: Floats


@dataclass(frozen=True, eq=False)
class VillageGroup:
    """Villages that are alike.

    Attributes
    ----------
    rows
        Which.
    status
        Their level.
    levels
        Shape (4, T): chance of each level at the end of the year, in each of T cases that are equally likely.
    """

    rows: NDArray[np.int64]
    status: int
    levels: Floats


def combine_groups(target: Target, status: NDArray[np.integer[Any]], groups: Sequence[VillageGroup]) -> NextYear:
    """Add up villages that are independent of each other in each case, and average over the cases.

    Parameters
    ----------
    status
        Shape (N,).
    groups
        Every village is in one of them.
    """
    size = status.size
    count, must = target_count(target, np.bincount(status, minlength=len(LEVELS))[None])
    rising = [group.levels[group.status + 1 :].sum(axis=0) for group in groups]
    moved = [np.stack([np.clip(1 - up, 0, 1), up]) for up in rising]
    sums = total([Part(g.rows.size, up) for g, up in zip(groups, moved, strict=True)], [size]).mean(axis=-1)
    adds = [Part(group.rows.size, _adds(count, group)) for group in groups]
    reached = total(adds, [count.limit]).mean(axis=-1)
    levels = np.empty((size, len(LEVELS)))
    for group in groups:
        levels[group.rows] = group.levels.mean(axis=1)
    return NextYear(
        rises=np.pad(sums, (0, size + 1 - sums.size)) / sums.sum(),
        met=float(chance_of_reaching(reached[:, None] / reached.sum(), must)[0]),
        levels=levels,
    )


def _adds(count: Count, group: VillageGroup) -> Floats:
    """Return the chance that a village of a group adds 0, 1 … to a count, shape (most + 1, T)."""
    score = count.score[group.status]
    return np.stack([group.levels[score == number].sum(axis=0) for number in range(int(count.score.max()) + 1)])
