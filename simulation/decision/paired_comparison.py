"""Scenarios against a baseline by simulation, trajectory by trajectory.

Knows which counts of two trajectories are set against each other; must not know how a trajectory is played, nor
how sure a difference is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..domain.scenario import Assumptions
from ..domain.villages import KnownStatuses
from ..engine.ensemble import Ensemble, Progress
from ..inference.uncertainty import INTERVAL90
from ..inputs.scenario import Scenario
from .comparison import AdditionalRises, Contrast, YearContrast, unit_costs
from .differences import Difference, paired_difference
from .pairing import other_assumptions, same_law

if TYPE_CHECKING:
    from ..engine.ensemble import ChunkSink

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Counts = NDArray[np.integer[Any]]
UNPACKED = 100_000_000
"""Bits that are looked at at once."""


def paired_contrasts(
    baseline: Scenario,
    scenarios: Sequence[Scenario],
    simulate: Callable[..., Ensemble],
    progress: Progress | None,
    sinks: Sequence[ChunkSink] | None = None,
) -> tuple[Contrast, ...]:
    """Compare scenarios with a baseline.

    Parameters
    ----------
    simulate
        Runs the ensemble of a scenario, with the effort and the seed that all share; takes `progress` and `sink`, too.
    progress
        Is told how far all ensembles together are.
    sinks
        Of each ensemble, the baseline's first; None for none.
    """
    ensembles = 1 + len(scenarios)

    def share(place: int) -> Progress | None:
        if progress is None:
            return None
        return lambda done, total: progress(place * total + done, ensembles * total)

    def played(place: int, scenario: Scenario) -> Ensemble:
        return simulate(scenario, progress=share(place), sink=None if sinks is None else sinks[place])

    without = played(0, baseline)
    return tuple(_contrast(without, played(place, one), one) for place, one in enumerate(scenarios, start=1))


def _contrast(without: Ensemble, with_it: Ensemble, scenario: Scenario) -> Contrast:
    """Compare two ensembles of one district; the second is of `scenario`."""
    one, other = without.outcomes[0], with_it.outcomes[0]
    baseline, target = without.scenario, scenario.target
    alike = same_law(baseline, scenario, (without.parameters, with_it.parameters))
    met = [counts.met(target) for counts in (one.counts, other.counts)]
    margin = [counts.score(target) - counts.needed(target) for counts in (one.counts, other.counts)]
    more = (other.rises - one.rises).astype(np.float64)
    total = more.sum(axis=-1)
    known, villages = isinstance(scenario.districts[0].known, KnownStatuses), len(scenario.districts[0])
    return Contrast(
        scenario=scenario,
        years=tuple(
            YearContrast(
                year=year,
                baseline_met=float(met[0][..., t].mean()),
                met=float(met[1][..., t].mean()),
                difference=_chances(met[0][..., t], met[1][..., t], (margin[1] - margin[0])[..., t], alike=alike),
                additional_rises=_rises(more[..., t], alike=alike),
            )
            for t, year in enumerate(scenario.years)
        ),
        additional_rises=_rises(total, alike=alike),
        more=float((total > 0).mean()),
        equal=float((total == 0).mean()),
        fewer=float((total < 0).mean()),
        cost_idr_million=_cost(scenario, other.assisted),
        baseline_cost_idr_million=_cost(baseline, one.assisted),
        only_with=_share_of_bits(other.risen & ~one.risen, villages) if known else None,
        only_without=_share_of_bits(one.risen & ~other.risen, villages) if known else None,
        other_assumptions=other_assumptions(baseline, scenario),
        same_law=alike,
    )


def _cost(scenario: Assumptions, assisted: Counts) -> float:
    """Return the mean cost of a trajectory from the villages assisted, (draw, replicate, year, plan)."""
    return float(assisted.sum(axis=2).mean(axis=(0, 1)) @ unit_costs(scenario))


def _chances(before: Bools, after: Bools, shift: Counts, *, alike: bool) -> Difference:
    """Return the difference of two chances, (draw, replicate); `shift` is by how much more the target is passed.

    To first order a chance p changes by the shift times the density at the target, which is about
    proportional to p (1 − p).
    """
    values = after.astype(np.float64) - before
    chance = (before.mean(axis=1) + after.mean(axis=1)) / 2
    return paired_difference(values, same_law=alike, towards=shift.mean(axis=1) * chance * (1 - chance))


def _rises(values: Floats, *, alike: bool) -> AdditionalRises:
    """Return what is said of additional rises, (draw, replicate)."""
    low, high = np.quantile(values, INTERVAL90, method="inverted_cdf")
    return AdditionalRises(paired_difference(values, same_law=alike), (int(low), int(high)))


def _share_of_bits(bits: NDArray[np.uint8], count: int) -> Floats:
    """Return how often each of `count` packed bits is set, shape (count,), over (draw, replicate, byte)."""
    rows = bits.reshape(-1, bits.shape[-1])
    # Part by part: a bit takes eight times its room when it is unpacked.
    parts = np.array_split(rows, max(1, rows.shape[0] * count // UNPACKED))
    return np.asarray(
        np.sum([np.unpackbits(part, axis=1, count=count).sum(axis=0) for part in parts], axis=0) / rows.shape[0]
    )
