"""Whether lists look as if some villages did not report every year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import comb

import numpy as np

from ...domain.evidence import Panel
from ...domain.status import UNKNOWN

FALSE_ALARMS = 0.05
"""At most this share of districts where all villages report every year have lists for which `lateness` is told."""


@dataclass(frozen=True)
class Lateness:
    """How often the list changed again for villages for which it had changed the year before.

    Attributes
    ----------
    villages, again
        Of how many it had changed, summed over years, and of how many it changed again the year after.
    expected
        Of how many it would have, had they changed as often as others at their level in the same year.
    """

    villages: int
    again: int
    expected: float


def lateness(panels: Iterable[Panel]) -> Lateness | None:
    """Return how seldom lists change twice in a row, if that is too seldom for lists on which every village reports.

    Where the list of a village has just changed it has reported, and only moves of the next year can follow; of
    others, moves of earlier years may follow as well. If all report, those that moved are no less movable than the
    rest of their level, so that of the changes of a level in a year at least a hypergeometric number are second
    ones: an exact test, one-sided, over all levels and years.
    """
    villages, again, expected, chances = 0, 0, 0.0, np.ones(1)
    for just_changed, others in _strata(panels):
        n, size = len(just_changed), len(just_changed) + len(others)
        moved = sum(just_changed) + sum(others)
        villages, again, expected = villages + n, again + sum(just_changed), expected + n * moved / size
        part = [comb(moved, k) * comb(size - moved, n - k) / comb(size, n) for k in range(min(n, moved) + 1)]
        chances = np.convolve(chances, part)
    if not villages or chances[: again + 1].sum() > FALSE_ALARMS:
        return None
    return Lateness(villages, again, expected)


def _strata(panels: Iterable[Panel]) -> Iterator[tuple[list[bool], list[bool]]]:
    """Yield, for every year and level, for which villages the list changed: of those of the year before, and others."""
    for panel in panels:
        for t in range(1, len(panel.years) - 1):
            if panel.years[t + 1] - panel.years[t - 1] != 2:
                continue
            moved: dict[int, tuple[list[bool], list[bool]]] = defaultdict(lambda: ([], []))
            for before, now, after in panel.status[:, t - 1 : t + 2].tolist():
                if UNKNOWN not in {before, now, after}:
                    moved[now][before == now].append(after != now)
            yield from (each for _, each in sorted(moved.items()) if each[0])
