"""A district sorted into groups of villages that are alike, for the closed forms."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...domain.intervention import combine, combine_on_falls
from ...domain.law import seen_at
from ...domain.messages import Message, Refusal
from ...domain.parameters import Parameters
from ...domain.scenario import Assumptions
from ...domain.villages import (
    DistrictCounts,
    KnownStatuses,
    MadeUpCounts,
    SomeStatuses,
    SubdistrictCounts,
    Villages,
)
from .assistance_plan import doses, settled_assistance
from .forward import Village

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Statuses = NDArray[np.int8]

SOME_UNKNOWN = Message(
    "only some statuses are known, which sets villages apart in a way that is followed for the first year alone; "
    "set horizon: 1, give every village its status, or use --engine batch"
)


@dataclass(frozen=True, eq=False)
class Group:
    """Villages that are alike until chance parts them.

    Attributes
    ----------
    size
        How many.
    status
        Their level at the end of the origin year.
    example
        Row of one of them: where covariates and peers are looked up.
    assisted
        Shape (Y, J): when they are assisted.
    """

    size: int
    status: int
    example: int
    assisted: Bools


@dataclass(frozen=True, eq=False)
class Population:
    """The groups of a district, G of them, as some parameter draws see it.

    Attributes
    ----------
    draws
        Shape (D,): for which draws this holds.
    groups
        Sizes sum to the number of villages.
    membership
        Shape (V, G): chance that a village is of a group; rows sum to 1.
    log_odds
        Shape (D, V): covariates and peers.
    """

    draws: Ints
    groups: tuple[Group, ...]
    membership: Floats
    log_odds: Floats

    def village(self, scenario: Assumptions, parameters: Parameters, draws: Ints, group: Group) -> Village:
        """Return what sets the villages of a group apart, for some draws.

        `parameters` are those of `draws`, places among this population's own.
        """
        dose = doses(group.assisted, scenario.interventions)
        rise, fall = (
            [ratio[:, None] * given for ratio, given in zip(ratios.T, dose.T, strict=True)]
            for ratios in (parameters.rise_log_odds_ratio, parameters.fall_log_odds_ratio)
        )
        own = np.repeat(self.log_odds[draws, group.example][:, None], scenario.horizon, axis=1)
        none = np.zeros_like(own)
        return Village(
            status=group.status,
            log_odds=own + (combine(rise, scenario.overlap) if rise else none),
            fall_log_odds=combine_on_falls(fall, scenario.overlap) if fall else none,
        )


def populations(scenario: Assumptions, villages: Villages, parameters: Parameters, seed: int) -> list[Population]:
    """Sort a district into groups; draws that see the same groups are put together.

    Raises
    ------
    Refusal
        Where assistance is not settled in advance.
    """
    draws = np.arange(parameters.rise.shape[0])
    looks_ahead = any(plan.priority in ("nearest_to_rising", "largest_gain") for plan in scenario.interventions)
    counts = _counts(villages, seed, draws.size)
    if not looks_ahead and len(counts) == 1:
        return [_population(scenario, villages, parameters, draws, counts[0])]
    found: dict[bytes, tuple[list[int], Population]] = {}
    for draw in draws:
        one = _population(scenario, villages, parameters, draws[draw : draw + 1], counts[draw % len(counts)])
        found.setdefault(_fingerprint(one), ([], one))[0].append(int(draw))
    return [
        replace(one, draws=np.array(same), log_odds=village_log_odds(villages, parameters.take(np.array(same))))
        for same, one in found.values()
    ]


def village_log_odds(villages: Villages, parameters: Parameters) -> Floats:
    """Return what covariates and (first year) peers add to the log odds of rising, shape (D, V)."""
    result = np.zeros((parameters.rise.shape[0], len(villages)))
    for term, regressor in seen_at(villages, parameters, _levels(villages)):
        result += term.coefficient(parameters)[:, None] * regressor
    return result


def _levels(villages: Villages) -> Statuses | None:
    return villages.levels if isinstance(villages.known, KnownStatuses) else None


def _counts(villages: Villages, seed: int, draws: int) -> list[Ints | None]:
    """Return what is known of the statuses, shape (4,) or (K, 4): one entry for all draws, or one a draw."""
    match villages.known:
        case MadeUpCounts() as unknown:
            return list(unknown.draw(seed, draws))
        case KnownStatuses():
            return [None]
        case SubdistrictCounts(by_subdistrict=counts) | DistrictCounts(counts=counts):
            return [counts]
        case SomeStatuses():
            raise Refusal(SOME_UNKNOWN)


def _population(
    scenario: Assumptions, villages: Villages, parameters: Parameters, draws: Ints, counts: Ints | None
) -> Population:
    drawn = parameters.take(draws)
    log_odds = village_log_odds(villages, drawn)
    if counts is None:
        status, placed = villages.levels, np.eye(len(villages))
    else:
        status, placed = _placed(villages, counts)
    assisted = settled_assistance(scenario, villages, status, drawn, log_odds[0])
    rows = _rows_alike(villages, drawn, status, assisted)
    groups = [
        Group(
            size=len(alike),
            status=int(status[alike[0]]),
            example=int(alike[0]),
            assisted=assisted[alike[0]],
        )
        for alike in rows
    ]
    membership = np.stack([placed[:, alike].sum(axis=1) for alike in rows], axis=1)
    return Population(
        draws=draws,
        groups=tuple(groups),
        membership=membership,
        log_odds=log_odds,
    )


def _placed(villages: Villages, counts: Ints) -> tuple[Statuses, Floats]:
    """Return statuses in ascending order, (V,), and the chance that a village has the status of a row, (V, V)."""
    by_district = counts if counts.ndim == 1 else counts.sum(axis=0)
    status = np.repeat(np.arange(4, dtype=np.int8), by_district)
    share = np.atleast_2d(counts) / np.atleast_2d(counts).sum(axis=1, keepdims=True)
    of_village = np.broadcast_to(share, (len(villages.subdistricts), 4))[villages.subdistrict_index]
    return status, of_village[:, status] / by_district[status]


def _rows_alike(villages: Villages, parameters: Parameters, status: Statuses, assisted: Bools) -> list[list[int]]:
    """Return the rows of each group."""
    columns = [regressor for _, regressor in seen_at(villages, parameters, _levels(villages))]
    alike: dict[tuple[object, ...], list[int]] = {}
    for row, level in enumerate(status):
        key = (int(level), assisted[row].tobytes(), *(float(column[row]) for column in columns))
        alike.setdefault(key, []).append(row)
    return list(alike.values())


def _fingerprint(population: Population) -> bytes:
    parts: list[bytes] = [population.membership.tobytes()]
    for group in population.groups:
        parts.append(f"{group.size}/{group.status}/{group.example}".encode())
        parts.append(group.assisted.tobytes())
    return b"|".join(parts)
