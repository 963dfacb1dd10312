"""Interventions: who is eligible, who is chosen, when, and how strongly it acts.

All arrays have shape (village, trajectory) unless noted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .randomness import break_ties
from .status import LEVELS, TOP
from .transition import chance, factor
from .villages import Villages

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Overlap = Literal["multiply", "strongest", "diminishing"]

DIMINISHING_CEILING = float(np.log(6.0))
"""C of the diminishing overlap: combined helpful effects level off at an odds ratio of 6."""

COLUMN_PREFIX = "column:"
PRIORITIES = ("random", "lowest_status", "highest_status", "nearest_to_rising", "largest_gain")


@dataclass(frozen=True)
class Intervention:
    """A dated, targeted action of one sector.

    Attributes
    ----------
    name, sector
        Its name, and who acts.
    starts, ends
        First and last year of support; `ends` None for no end.
    eligible_status
        Levels (names) that may be chosen; all below the top by default.
    eligible_subdistricts
        Names of kecamatan, or None for all.
    eligible_where
        Column -> wanted cell.
    coverage, capacity
        Share of the eligible villages, or number of villages, assisted at a time: exactly one is given.
    priority
        One of `PRIORITIES`, ``column:NAME`` (descending), or village codes, first to last.
    years_per_village
        Years that a village keeps its place, at least 1.
    ramp_years, fades_over_years
        Years until full dose (0 and 1 both mean at once); years over which the dose fades after the last.
    cost_idr_million
        Cost of one assisted village-year.
    """

    name: str
    starts: int
    sector: str = ""
    ends: int | None = None
    eligible_status: tuple[str, ...] = LEVELS[:TOP]
    eligible_subdistricts: tuple[str, ...] | None = None
    eligible_where: Mapping[str, str | float] = field(default_factory=dict)
    coverage: Fraction | None = None
    capacity: int | None = None
    priority: str | tuple[str, ...] = "random"
    years_per_village: int = 1
    ramp_years: int = 1
    fades_over_years: int = 0
    cost_idr_million: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no scenario file could say.

        Raises
        ------
        ValueError
            Where not exactly one of coverage and capacity is given, or a level or a priority is unknown.
        """
        if (self.coverage is None) == (self.capacity is None):
            raise ValueError("give exactly one of coverage and capacity")
        if unknown := set(self.eligible_status) - set(LEVELS):
            raise ValueError(f"no such level: {', '.join(sorted(unknown))}; levels are {', '.join(LEVELS)}")
        named = isinstance(self.priority, tuple) or self.priority.startswith(COLUMN_PREFIX)
        if not named and self.priority not in PRIORITIES:
            raise ValueError(f"no such priority: {self.priority}; {', '.join(PRIORITIES)}, column:NAME or codes")


class Programme:
    """One intervention at work in one district: its places and doses over T trajectories.

    Parameters
    ----------
    intervention
        What is done.
    villages
        The district, V villages.
    rise_log_odds_ratio, fall_log_odds_ratio
        Shape (T,): its effects at full dose.

    Attributes
    ----------
    assisted
        Shape (V, T): who is assisted this year.
    """

    def __init__(
        self, intervention: Intervention, villages: Villages, rise_log_odds_ratio: Floats, fall_log_odds_ratio: Floats
    ) -> None:
        self.intervention = intervention
        self._rise_log_odds_ratio = rise_log_odds_ratio
        self._fall_log_odds_ratio = fall_log_odds_ratio
        shape = (len(villages), rise_log_odds_ratio.size)
        self.assisted = np.zeros(shape, dtype=bool)
        self._may_be_chosen = may_be_chosen(intervention, villages)[:, None]
        self._status_allowed = np.array([level in intervention.eligible_status for level in LEVELS])
        self._fixed_order = fixed_order(intervention, villages)
        self._place_table = place_table(intervention, len(villages))
        self._years_left = np.zeros(shape, dtype=np.int64)
        self._assisted_years = np.zeros(shape, dtype=np.int64)
        self._years_since = np.zeros(shape, dtype=np.int64)

    def runs(self, year: int) -> bool:
        """Return whether support is given in `year`."""
        last = self.intervention.ends
        return self.intervention.starts <= year and (last is None or year <= last)

    def allocate(
        self, year: int, status: NDArray[np.int8], tie: Callable[[], Floats], odds: Callable[[], Floats]
    ) -> None:
        """Fill the places of a year from the state at its start, and age the doses.

        Parameters
        ----------
        status
            Shape (V, T), 0..3.
        tie
            Returns (V, T) addressed uniforms that break ties and decide a random choice.
        odds
            Returns (V, T) odds of rising with no intervention, as a planner can see them.
        """
        if not self.runs(year):
            self.assisted = np.zeros_like(self.assisted)
            self._years_left[:] = 0
        else:
            eligible = self._may_be_chosen & self._status_allowed[status]
            keeps = self._years_left > 0
            free = self._place_table[eligible.sum(axis=0)] - keeps.sum(axis=0)
            candidates = eligible & ~keeps
            self.assisted = keeps
            if (free > 0).any():
                chosen = choose(candidates, free, self._primary(status, odds), tie())
                self._years_left[chosen] = self.intervention.years_per_village
                self.assisted = keeps | chosen
            self._years_left[self.assisted] -= 1
        self._assisted_years += self.assisted
        self._years_since += 1
        self._years_since[self.assisted] = 0

    def effects(self) -> tuple[Floats | None, Floats | None]:
        """Return dose × log odds ratio of rising and of falling, each (V, T); None where there is none."""
        plan = self.intervention
        if not self._assisted_years.any():
            return None, None
        reached = dose(self._assisted_years, self._years_since, plan.ramp_years, plan.fades_over_years)
        rise, fall = self._rise_log_odds_ratio, self._fall_log_odds_ratio
        return reached * rise if rise.any() else None, reached * fall if fall.any() else None

    def _primary(self, status: NDArray[np.int8], odds: Callable[[], Floats]) -> Floats | None:
        """Return what candidates are ordered by, lowest first; None where chance alone decides."""
        if self._fixed_order is not None:
            return np.broadcast_to(self._fixed_order[:, None], status.shape)
        match self.intervention.priority:
            case "lowest_status":
                return status.astype(np.float64)
            case "highest_status":
                return -status.astype(np.float64)
            case "nearest_to_rising":
                return -chance(odds())
            case "largest_gain":
                seen = odds()
                return chance(seen) - chance(seen * factor(self._rise_log_odds_ratio))
            case _:
                return None


def may_be_chosen(intervention: Intervention, villages: Villages) -> Bools:
    """Return which villages pass the conditions that do not depend on status, shape (V,)."""
    mask = np.ones(len(villages), dtype=bool)
    if intervention.eligible_subdistricts is not None:
        named = np.isin(np.array(villages.subdistricts), np.array(intervention.eligible_subdistricts, dtype=str))
        mask &= named[villages.subdistrict_index]
    for column, cell in intervention.eligible_where.items():
        mask &= villages.columns[column] == cell
    return mask


def fixed_order(intervention: Intervention, villages: Villages) -> Floats | None:
    """Return an order that no year changes, shape (V,), lowest first; None for the other priorities."""
    priority = intervention.priority
    if isinstance(priority, tuple):
        place = {code: i for i, code in enumerate(priority)}
        return np.array([place.get(code, len(priority)) for code in villages.codes], dtype=np.float64)
    if priority.startswith(COLUMN_PREFIX):
        return -np.asarray(villages.columns[priority.removeprefix(COLUMN_PREFIX)], dtype=np.float64)
    return None


def place_table(intervention: Intervention, villages: int) -> Ints:
    """Return the number of places for every possible number of eligible villages, shape (villages + 1,).

    Round half up (coverage × eligible) in exact arithmetic, or the capacity.
    """
    if intervention.coverage is None:
        return np.full(villages + 1, intervention.capacity or 0, dtype=np.int64)
    half = Fraction(1, 2)
    return np.array([int(intervention.coverage * n + half) for n in range(villages + 1)], dtype=np.int64)


def choose(candidates: Bools, free: Ints, primary: Floats | None, tie: Floats) -> Bools:
    """Return who gets the free places: candidates by `primary`, then `tie`, lowest first.

    Parameters
    ----------
    candidates
        Shape (V, T).
    free
        Shape (T,): free places; none where negative.
    primary
        Shape (V, T), finite, or None where `tie` alone decides.
    tie
        Shape (V, T), in (0, 1); what still ties goes to the village that comes first by code.
    """
    if primary is None:
        order = np.argsort(np.where(candidates, break_ties(tie), np.inf), axis=0)
    else:
        order = np.lexsort((tie, np.where(candidates, primary, np.inf)), axis=0)
    wins = np.arange(candidates.shape[0])[:, None] < free[None, :]
    chosen = np.zeros_like(candidates)
    np.put_along_axis(chosen, order, wins, axis=0)
    return chosen & candidates


def dose(assisted_years: Ints, years_since: Ints, ramp_years: int, fades_over_years: int) -> Floats:
    """Return the dose d in [0, 1].

    min(1, n / max(1, ramp)) in an assisted year; in the k-th year after the last of them, that
    times max(0, 1 − k / (fades + 1)).

    Parameters
    ----------
    assisted_years
        n, years of assistance so far over all spells, this year included.
    years_since
        k, 0 in an assisted year.
    """
    reached = np.minimum(1.0, assisted_years / max(1, ramp_years))
    return np.asarray(reached * np.maximum(0.0, 1.0 - years_since / (fades_over_years + 1)))


def combine(effects: list[Floats], overlap: Overlap) -> Floats:
    """Return the joint log-odds effect E of several interventions on one village.

    Parameters
    ----------
    effects
        d · log OR of each intervention, arrays of one shape; helpful is positive.
    overlap
        ``multiply`` adds them; ``strongest`` takes the largest positive and the most negative;
        ``diminishing`` lets the positive ones beyond the largest level off at log 6 (MODEL.md).
        An intervention alone keeps its effect under each.
    """
    if overlap == "multiply":
        return sum(effects[1:], start=effects[0])
    stack = np.stack(effects)
    largest = np.maximum(stack.max(axis=0), 0.0)
    if overlap == "strongest":
        return np.asarray(largest + np.minimum(stack.min(axis=0), 0.0))
    rest = np.maximum(stack, 0.0).sum(axis=0) - largest
    room = np.maximum(DIMINISHING_CEILING - largest, 0.0)
    added = np.where(room > 0, room * -np.expm1(-rest / np.where(room > 0, room, 1.0)), 0.0)
    return np.asarray(largest + added + np.minimum(stack, 0.0).sum(axis=0))


def combine_on_falls(effects: list[Floats], overlap: Overlap) -> Floats:
    """Return Efall: the same rule mirrored, for log odds ratios of falling (helpful is negative)."""
    return -combine([-effect for effect in effects], overlap)
