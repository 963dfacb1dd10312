"""Interventions: who is eligible, who is chosen, when, and how strongly it acts.

All arrays have shape (village, trajectory) unless noted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, Literal, Self

import numpy as np
from annotated_types import MaxLen, MinLen

from .arrays import Bools, Floats, Ints, Statuses
from .constraints import (
    Cost,
    Count,
    InterventionName,
    Level,
    Share,
    Text,
    Year,
    Years,
    YearsAtLeastOne,
    checked,
    problem_at,
    refuse,
    unknown_name,
)
from .messages import Message, Problem, listed, nearest, shown
from .randomness import break_ties
from .status import LEVELS, TOP
from .transition import chance, factor
from .villages import Villages

Overlap = Literal["multiply", "strongest", "diminishing"]

DIMINISHING_CEILING = float(np.log(6.0))
"""C of the diminishing overlap: combined helpful effects level off at an odds ratio of 6."""

COLUMN_PREFIX = "column:"
PRIORITIES = ("random", "lowest_status", "highest_status", "nearest_to_rising", "largest_gain")
TITLE_LANGUAGES = ("id", "en")
FILE_KEYS = {
    "eligible_status": "eligible.status",
    "eligible_subdistricts": "eligible.subdistrict",
    "eligible_where": "eligible.where",
}
"""Field of an intervention -> its key in a scenario file, where that is another."""


@dataclass(frozen=True)
class Intervention:
    """A dated, targeted action of one sector.

    Raises
    ------
    ScenarioError
        With every problem: bounds, an end before the start, none or both of coverage and capacity, an unknown priority.
    """

    name: Annotated[InterventionName, "Short name, letters, digits, - and _."]
    starts: Annotated[Year, "First year of support, after the origin."]
    sector: Annotated[Text, "Who acts."] = ""
    ends: Annotated[Year | None, "Last year of support; no end if left out."] = None
    eligible_status: Annotated[
        tuple[Level, ...], MinLen(1), MaxLen(4), "Levels that may be chosen; all below the top if left out."
    ] = LEVELS[:TOP]
    eligible_subdistricts: Annotated[
        Annotated[tuple[Text, ...], MinLen(1)] | None, "Names of kecamatan; all if left out."
    ] = None
    eligible_where: Annotated[Mapping[str, Text | float], "Column of the village table and the value it must have."] = (
        field(default_factory=dict)
    )
    coverage: Annotated[Share | None, "Share of eligible villages reached; or capacity."] = None
    capacity: Annotated[Count | None, "Villages assisted at a time; or coverage."] = None
    priority: Annotated[
        Text | tuple[Text, ...],
        "random, lowest_status, highest_status, nearest_to_rising, largest_gain, column:NAME (the largest first), or "
        "village codes, first to last.",
    ] = "random"
    years_per_village: Annotated[YearsAtLeastOne, "Years a village keeps its place."] = 1
    ramp_years: Annotated[Years, "Years until the full effect; 0 and 1 both mean at once."] = 1
    fades_over_years: Annotated[Years, "Years over which the effect fades after support ends."] = 0
    cost_idr_million: Annotated[Cost, "Cost of one assisted village for one year, million rupiah."] = 0.0
    title: Annotated[Mapping[str, Text], "What people call it: id, en; its name if left out."] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        """Take coverage exactly as it is written; refuse what no scenario file could say."""
        under = f"interventions.{self.name}."
        refuse(checked(self, under, FILE_KEYS))
        refuse(self._problems(under))

    def _problems(self, under: str) -> Iterator[Problem]:
        for code in self.title.keys() - TITLE_LANGUAGES:
            yield problem_at(f"{under}title.{code}", self.title[code], unknown_name(code, TITLE_LANGUAGES))
        if self.name == "covariates":
            taken = Message("this name is taken by the parameters")
            yield problem_at(f"{under}name", self.name, (taken, None, Message("choose another name")))
        if self.coverage is not None and self.capacity is not None:
            both = Message("coverage and capacity are both given")
            fix = Message("remove {one}, or remove {other}", {"one": "coverage", "other": "capacity"})
            yield problem_at(f"{under}capacity", self.capacity, (both, None, fix))
        elif self.coverage is None and self.capacity is None:
            none = Message("nothing says how many villages are reached")
            fix = Message(
                "write coverage: 0.4 for a share of the eligible villages, or capacity: 20 for a number of villages"
            )
            yield problem_at(f"{under}coverage", "", (none, None, fix))
        if self.ends is not None and self.ends < self.starts:
            message = Message("the intervention ends before it starts")
            allowed = Message("{year} or later", {"year": self.starts})
            yield problem_at(f"{under}ends", self.ends, (message, allowed))
        rule = self.priority
        if isinstance(rule, str) and rule not in PRIORITIES and not rule.startswith(COLUMN_PREFIX):
            yield problem_at(f"{under}priority", rule, unknown_name(rule, (*PRIORITIES, f"{COLUMN_PREFIX}…", "[…]")))

    def problems_within(self, origin: int, districts: Sequence[Villages]) -> Iterator[Problem]:
        """Yield what does not fit the calendar, the kecamatan and the columns of a scenario."""
        under = f"interventions.{self.name}."
        if self.starts <= origin:
            message = Message("the intervention starts before the first forecast year")
            yield problem_at(f"{under}starts", self.starts, (message, Message("{year} or later", {"year": origin + 1})))
        if not districts:
            return
        districts = [district.ever for district in districts]
        kecamatan = sorted({name for district in districts for name in district.subdistricts})
        for name in self.eligible_subdistricts or ():
            if name not in kecamatan:
                message = Message("there is no kecamatan of this name")
                allowed = Message("one of: {names}", {"names": listed(kecamatan, 30)})
                yield problem_at(f"{under}eligible.subdistrict", name, (message, allowed, nearest(name, kecamatan)))
        for column, cell in self.eligible_where.items():
            yield from _where_problems(f"{under}eligible.where.{column}", column, cell, districts)
        if isinstance(self.priority, tuple):
            yield from _code_problems(f"{under}priority", self.priority, districts)
        elif self.priority.startswith(COLUMN_PREFIX):
            column = self.priority.removeprefix(COLUMN_PREFIX)
            yield from column_problems(f"{under}priority", column, districts, numeric=True)


def _where_problems(field: str, column: str, cell: str | float, districts: Sequence[Villages]) -> Iterator[Problem]:
    missing = list(column_problems(field, column, districts))
    if missing:
        yield from missing
        return
    have = sorted({value.item() for district in districts for value in np.unique(district.columns[column])}, key=str)
    if isinstance(cell, str) != isinstance(have[0], str):
        message = Message("the column {column} holds numbers, this is text", {"column": shown(column)})
        if isinstance(have[0], str):
            message = Message("the column {column} holds text, this is a number", {"column": shown(column)})
    elif cell not in have:
        message = Message("no village has this value in column {column}", {"column": shown(column)})
    else:
        return
    names = sorted(have) if isinstance(have[0], str) else [f"{value:g}" for value in sorted(have)]
    text = cell if isinstance(cell, str) else f"{cell:g}"
    yield problem_at(field, cell, (message, Message("one of: {names}", {"names": listed(names)}), nearest(text, names)))


def _code_problems(field: str, codes: tuple[str, ...], districts: Sequence[Villages]) -> Iterator[Problem]:
    if all(district.made_up for district in districts):
        message = Message("single villages can be named only where the scenario has a village table")
        fix = Message("name a rule of priority instead, such as random, or give villages.table")
        yield problem_at(field, codes[0] if codes else "", (message, None, fix))
        return
    known = {code for district in districts for code in district.codes}
    seen: set[str] = set()
    for code in codes:
        if code not in known:
            message = Message("the village table has no such code")
            allowed = Message("a village code of the table")
            yield problem_at(field, code, (message, allowed, nearest(code, sorted(known), len(known))))
        elif code in seen:
            fix = Message("keep one of the two")
            yield problem_at(field, code, (Message("this code is listed twice"), None, fix))
        seen.add(code)


def column_problems(
    field: str, column: str, districts: Sequence[Villages], *, numeric: bool = False
) -> Iterator[Problem]:
    """Yield why a column is not there, or, where it must be numeric, that it is not."""
    if all(column in district.columns for district in districts):
        if numeric and any(district.columns[column].dtype.kind in "US" for district in districts):
            message = Message("column {column} must hold numbers only", {"column": shown(column)})
            yield problem_at(field, column, (message, None, Message("write a number in every row of this column")))
        return
    have = sorted(set.intersection(*(set(district.columns) for district in districts)))
    fix = nearest(column, have)
    if column == "subdistrict":
        fix = Message("name kecamatan in eligible.subdistrict")
    allowed = Message("one of: {names}", {"names": listed(have)}) if have else Message("a column of the village table")
    message = Message("the village table has no column {column}", {"column": shown(column)})
    yield problem_at(field, column, (message, allowed, fix))


class Programme:
    """One intervention at work in one district: its places and doses over T trajectories.

    Parameters
    ----------
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
        self._villages = villages
        self._rise_log_odds_ratio = rise_log_odds_ratio
        self._fall_log_odds_ratio = fall_log_odds_ratio
        shape = (len(villages), rise_log_odds_ratio.size)
        self.assisted = np.zeros(shape, dtype=bool)
        self._may_be_chosen = may_be_chosen(intervention, villages)
        self._status_allowed = np.array([level in intervention.eligible_status for level in LEVELS])
        self._fixed_order = fixed_order(intervention, villages)
        self._place_table = place_table(intervention, len(villages))
        self._years_left = np.zeros(shape, dtype=np.int32)
        self._assisted_years = np.zeros(shape, dtype=np.int32)
        self._years_since = np.zeros(shape, dtype=np.int32)

    def alone(self, column: int) -> Self:
        """Return the same in one of the trajectories, as it stands now."""
        found, here = copy(self), slice(column, column + 1)
        for name in ("_rise_log_odds_ratio", "_fall_log_odds_ratio"):
            setattr(found, name, getattr(self, name)[here])
        for name in ("assisted", "_years_left", "_assisted_years", "_years_since"):
            setattr(found, name, getattr(self, name)[:, here].copy())
        return found

    def runs(self, year: int) -> bool:
        """Return whether support is given in `year`."""
        last = self.intervention.ends
        return self.intervention.starts <= year and (last is None or year <= last)

    def eligible(self, year: int, status: Statuses) -> Bools:
        """Return who may be chosen in a year at the start of which villages stand at `status`, shape (V, T) both."""
        may = self._may_be_chosen & self._villages.there(year)
        return np.asarray(may[:, None] & self._status_allowed[status])

    def allocate(self, year: int, status: Statuses, tie: Callable[[], Floats], odds: Callable[[], Floats]) -> None:
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
            eligible = self.eligible(year, status)
            keeps = self._years_left > 0
            free = self._place_table[eligible.sum(axis=0)] - keeps.sum(axis=0)
            candidates = eligible & ~keeps
            self.assisted = keeps
            if (free > 0).any():
                chosen = choose(candidates, free, self._primary(status, odds), tie)
                np.copyto(self._years_left, self.intervention.years_per_village, where=chosen)
                self.assisted = keeps | chosen
            self._years_left -= self.assisted
        self._assisted_years += self.assisted
        self._years_since += 1
        self._years_since *= ~self.assisted

    def chance_of_place(self, year: int, status: Statuses, odds: Callable[[], Floats]) -> Floats:
        """Return the chance that each village is chosen in `year`, shape (V, T), if none has been before.

        `status` and `odds` are as for `allocate`; a lot among candidates that stand equal is not drawn.
        """
        if not self.runs(year):
            return np.zeros(status.shape)
        eligible = self.eligible(year, status)
        return chance_of_being_chosen(eligible, self._place_table[eligible.sum(axis=0)], self._primary(status, odds))

    def begin(self, assisted: Bools) -> None:
        """Assist these villages, (V, T), in the first year in which any village is assisted."""
        self.assisted = assisted
        self._assisted_years = assisted.astype(np.int32)
        self._years_since = 1 - self._assisted_years

    def doses(self) -> Floats | None:
        """Return the dose of every village this year, shape (V, T); None where nobody was assisted yet."""
        plan = self.intervention
        if not (most := self._assisted_years.max(initial=0)):
            return None
        years, since = np.arange(most + 1)[:, None], np.arange(self._years_since.max() + 1)
        table = dose(years, since, plan.ramp_years, plan.fades_over_years)
        return np.asarray(table.take(self._assisted_years * since.size + self._years_since))

    def effects(self) -> tuple[Floats | None, Floats | None]:
        """Return dose × log odds ratio of rising and of falling, each (V, T); None where there is none."""
        rise, fall = self._rise_log_odds_ratio, self._fall_log_odds_ratio
        reached = self.doses() if rise.any() or fall.any() else None
        if reached is None:
            return None, None
        return reached * rise if rise.any() else None, reached * fall if fall.any() else None

    def _primary(self, status: Statuses, odds: Callable[[], Floats]) -> Floats | None:
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


def choose(candidates: Bools, free: Ints, primary: Floats | None, tie: Callable[[], Floats]) -> Bools:
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
        Returns (V, T) values in (0, 1); what still ties goes to the village that comes first by code. Asked where
        there is something to decide.
    """
    if primary is None:
        return _by_lot(candidates, free, tie())
    last = _last_inside(np.where(candidates, primary, np.inf), free)
    before, equal = candidates & (primary < last), candidates & (primary == last)
    left = np.maximum(free - before.sum(axis=0), 0)
    (short,) = np.nonzero(equal.sum(axis=0) > left)
    if short.size:
        equal[:, short] = _by_lot(equal[:, short], left[short], tie()[:, short])
    return np.asarray(before | equal)


def _by_lot(candidates: Bools, free: Ints, tie: Floats) -> Bools:
    key = np.where(candidates, break_ties(tie), np.inf)
    return np.asarray(candidates & (key <= _last_inside(key, free)))


def _last_inside(key: Floats, free: Ints) -> Floats:
    """Return the key of the last of the `free` lowest in each column of `key`, (V, T); −∞ where nothing is free."""
    ordered = np.sort(np.ascontiguousarray(key.T))
    last = np.take_along_axis(ordered, np.clip(free - 1, 0, len(key) - 1)[:, None], axis=1)[:, 0]
    return np.where(free > 0, last, -np.inf)


def chance_of_being_chosen(candidates: Bools, free: Ints, primary: Floats | None) -> Floats:
    """Return the chance that `choose` takes each village, shape (V, T), where a lot decides between equals.

    In (0, 1) for the candidates that stand equal where the places run out, which is the same for all of them.
    """
    rank = np.where(candidates, 0.0 if primary is None else primary, np.inf)
    before, not_after = np.array(
        [[np.searchsorted(np.sort(key), key, side) for key in rank.T] for side in ("left", "right")]
    ).swapaxes(1, 2)
    equal = not_after - before
    return np.where(candidates, np.clip((free - before) / equal, 0.0, 1.0), 0.0)


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
    if overlap == "multiply" or len(effects) == 1:
        return sum(effects[1:], start=effects[0])
    stack = np.stack(effects)
    largest = np.maximum(stack.max(axis=0), 0.0)
    if overlap == "strongest":
        return np.asarray(largest + np.minimum(stack.min(axis=0), 0.0))
    rest = np.maximum(stack, 0.0).sum(axis=0) - largest
    added, several = np.zeros_like(rest), (rest > 0) & (largest < DIMINISHING_CEILING)
    room = DIMINISHING_CEILING - largest[several]
    added[several] = room * -np.expm1(-rest[several] / room)
    return np.asarray(largest + added + np.minimum(stack, 0.0).sum(axis=0))


def combine_on_falls(effects: list[Floats], overlap: Overlap) -> Floats:
    """Return Efall: the same rule mirrored, for log odds ratios of falling (helpful is negative)."""
    return -combine([-effect for effect in effects], overlap)
