"""What a plan says: the least effort, what else was tried, what limits it, and which villages come first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from ...domain.columns import describes_columns
from ...domain.html_table import html_table
from ...inputs.scenario import Scenario
from ..trial import WhySimulated
from .levers import Lever, Places, PlanRequest

if TYPE_CHECKING:
    import pandas as pd

Hindrance = Literal["shock", "effect", "eligible", "falls", "uncertainty", "budget"]


@dataclass(frozen=True)
class NeededRange:
    """The smallest and the largest number that must be reached."""

    min: int
    max: int


@dataclass(frozen=True)
class PlannedTarget:
    """What is to be reached; `denominator` villages are what its share is of, at the origin.

    Attributes
    ----------
    own
        What the target of a mechanism's own is called and says of itself; `reading` and `key` are then ``own``, and all
        else is None. Only there where one has any.
    """

    reading: str
    key: str
    share: float | None
    levels: tuple[str, ...] | None
    denominator: int | None
    needed: NeededRange | None
    own: str | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting of the levers and what it achieves.

    Attributes
    ----------
    value
        What was asked for: villages, a share, a cost, or every lever's setting.
    settings
        Lever -> villages at a time, or share of the eligible villages.
    places
        The same in places of each lever.
    probability_met, monte_carlo_error, lower95
        Chance of reaching the goal, its simulation error, and its one-sided lower 95% bound.
    parameter_interval90
        5% and 95% quantile of the chance over the uncertain parameters; None where there is one draw.
    assisted
        Villages assisted by the levers' interventions in the last year planned, mean.
    village_years, cost_idr_million, cost_to_goal_idr_million, cost_dearest_year_idr_million
        Assisted village-years of all interventions and their cost over the whole horizon, up to the last year
        planned, and in the dearest year; means, undiscounted.
    interval90, likeliest
        Of a least setting, where `value` is one number: the 90% interval of the least value that suffices, by the
        simulation error of the chances, with `value` as its upper end; and which value is likeliest to be that least.
    """

    value: float | Mapping[str, float]
    settings: Mapping[str, float]
    places: Places
    probability_met: float
    monte_carlo_error: float
    parameter_interval90: tuple[float, float] | None
    lower95: float
    draws: int
    replicates: int
    assisted: float
    village_years: float
    cost_idr_million: float
    cost_to_goal_idr_million: float
    cost_dearest_year_idr_million: float
    interval90: tuple[float, float] | None = None
    likeliest: float | None = None

    @property
    def is_range(self) -> bool:
        """Whether the simulation leaves several values for the least that suffices."""
        return self.interval90 is not None and self.interval90[0] < self.interval90[1]


@dataclass(frozen=True)
class ForecastChance:
    """The chance of the goal that the forecast of the scenario as it stands shows."""

    probability_met: float
    monte_carlo_error: float
    draws: int
    replicates: int


@dataclass(frozen=True)
class Limit:
    """What would be possible without one hindrance.

    Attributes
    ----------
    name
        What was taken away, see `bottlenecks.without_hindrance`; ``budget``: the limit on the cost.
    probability_met, lower95
        The best chance that could then be had.
    least
        The least setting that would then do, of a single lever; None where none would, or where several levers
        are planned.
    reachable
        Whether it would then be within reach.
    odds_ratio
        Those of the levers' interventions, where these were made stronger; else None.
    """

    name: Hindrance
    probability_met: float
    lower95: float
    least: float | None
    reachable: bool
    odds_ratio: tuple[float, ...] | None


@dataclass(frozen=True)
class Curve:
    """The chance against the effort for one size of the year shock: (value, chance) at every rung."""

    year_sd: float
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Reason:
    """Why a village stands where it does in the ranking.

    Attributes
    ----------
    status
        Its level at the end of the origin year.
    chance_without, chance_with
        Its chance of rising in the first year if it is not assisted, and if it is.
    peers
        Share of the other villages of its kecamatan that stand above it; None where the scenario has no peers.
    interventions
        Which of the levers' interventions it is eligible for.
    """

    status: str
    chance_without: float
    chance_with: float
    peers: float | None
    interventions: tuple[str, ...]


@dataclass(frozen=True)
class PlannedVillage:
    """What assisting one village would change.

    Attributes
    ----------
    rank
        1 for the largest gain; villages whose gains are the same, or cannot be told apart, share a rank.
    gain_probability_met, gain_monte_carlo_error, gain_rises
        What assisting it alone adds to the chance of meeting the target, and the error of that from finitely many
        parameter draws; what it adds to the expected rises.
    in_plan
        Whether it is among those that suffice; None where there is no such number.
    tied
        Whether it shares its rank with villages on the other side of that edge.
    """

    village_code: str
    village: str
    subdistrict: str
    rank: int
    gain_probability_met: float
    gain_monte_carlo_error: float
    gain_rises: float
    reason: Reason
    in_plan: bool | None = None
    tied: bool = False


@dataclass(frozen=True)
class Ranking:
    """How villages were ranked.

    Attributes
    ----------
    draws
        Parameter draws that gains are the mean of.
    probability_met
        Chance of meeting the target where nobody is assisted, which gains are added to.
    columns
        Columns of the village table that tell villages apart, beside level and peers.
    unranked
        How many villages are left out, because their status is blank.
    """

    year: int
    draws: int
    probability_met: float
    columns: tuple[str, ...] = ()
    unranked: int = 0


@dataclass(frozen=True, kw_only=True)
class PlanNumbers:
    """What ``plan.json`` holds beside the head of every result.

    Attributes
    ----------
    goal, year, years
        Wanted probability; the year in which the target is to be met, None for every year; all these years.
    lever, levers, by_budget, budget_idr_million, budget_per_year
        What is planned; whether a budget is spent on all interventions; the limit on the cost, and whether it is one
        of each year rather than of all forecast years.
    cost_years, weighed_by_cost
        First and last year that costs are of; whether settings are weighed by cost, else by village-years.
    reachable
        Whether some setting reaches the goal.
    least
        The setting with the least effort (several levers: the least cost) whose `lower95` reaches the goal; None
        where none does.
    below
        The setting of one place less, which does not; None where there is none, or with several levers.
    best, now, nothing
        The setting with the highest chance that was tried, the scenario's own, and no effort at all.
    forecast
        The same chance as `now` as the forecast finds it; they are the same number unless the plan looked closer.
    tried, pareto
        Every setting that was tried, the least effort first; of several levers those that no other beats in both
        cost and chance.
    proven
        Whether every setting that takes less than the least was tried, simulation error aside; where none
        suffices, whether every one was.
    steady
        Whether more effort never lowered the chance, as far as simulation can tell.
    limits
        What limits a plan out of reach; empty where it is within reach.
    curves
        Of a single lever: chance against effort by size of the year shock.
    villages, ranking
        The villages in their order; none where only counts by status are known.
    in_order
        The least setting where villages are taken in that order; None where none was found.
    exact, why_simulated
        Whether chances are exact; why they are not where that was left open.
    """

    target: PlannedTarget
    goal: float
    year: int | None
    years: tuple[int, ...]
    lever: str
    levers: tuple[Lever, ...]
    by_budget: bool
    budget_idr_million: float | None
    budget_per_year: bool
    cost_years: tuple[int, int]
    weighed_by_cost: bool
    reachable: bool
    least: Setting | None
    below: Setting | None
    best: Setting
    now: Setting
    nothing: Setting
    forecast: ForecastChance
    tried: tuple[Setting, ...]
    pareto: tuple[Setting, ...]
    proven: bool
    steady: bool
    limits: tuple[Limit, ...]
    curves: tuple[Curve, ...]
    villages: tuple[PlannedVillage, ...]
    ranking: Ranking | None
    in_order: Setting | None
    exact: bool
    why_simulated: WhySimulated | None
    draws: int
    replicates: int
    seed: int

    @property
    def telling(self) -> Setting:
        """The least setting that suffices, or the best that can be had."""
        return self.least or self.best

    @property
    def listed(self) -> int:
        """How many villages of the list are marked as enough; 0 where none are."""
        return sum(bool(village.in_plan) for village in self.villages)


@dataclass(frozen=True, kw_only=True)
class Plan(PlanNumbers):
    """A plan.

    Attributes
    ----------
    scenario, request
        What was planned, and what was asked.
    """

    scenario: Scenario = field(repr=False)
    request: PlanRequest

    @property
    @describes_columns("plan")
    def settings(self) -> pd.DataFrame:
        """One row a setting that was tried: what ``plan.csv`` shows."""
        import pandas as pd

        left_out = {"value", "settings", "places", "parameter_interval90", "draws", "replicates"}
        left_out |= {"interval90", "likeliest"}
        rows = [
            {**one.settings, **{name: value for name, value in vars(one).items() if name not in left_out}}
            for one in self.tried
        ]
        return pd.DataFrame(rows)

    @property
    @describes_columns("priorities")
    def priorities(self) -> pd.DataFrame:
        """One row a village, the first to be assisted first; empty where villages cannot be ranked."""
        import pandas as pd

        return pd.DataFrame([village_row(village) for village in self.villages])

    def __repr__(self) -> str:
        """Return one line: the goal, and the least effort or the best that can be had."""
        setting = ", ".join(f"{name}={value:g}" for name, value in self.telling.settings.items())
        found = "least" if self.reachable else "not reachable, best"
        chance, span = f"P {self.telling.probability_met:.3f}", self.telling.interval90
        if span is not None and self.telling.is_range:
            setting += f" (90% interval {span[0]:g} to {span[1]:g}, likeliest {self.telling.likeliest:g})"
        own = "".join(
            f", own {what}: {named}"
            for what, named in (
                ("law", ", ".join(kind.__qualname__ for kind in self.scenario.own_classes)),
                ("target", self.scenario.own_target),
            )
            if named
        )
        return f"<Plan {self.scenario.name}{own}, P(met) >= {self.goal:g}: {found} {setting}, {chance}>"

    def _repr_html_(self) -> str:
        """Return the table of settings, for notebooks."""
        rows = [
            {
                **one.settings,
                "P(met)": one.probability_met,
                "simulation error": one.monte_carlo_error,
                "at least (95%)": one.lower95,
                "village-years": one.village_years,
                "cost, million rupiah": one.cost_idr_million,
            }
            for one in self.tried
        ]
        return html_table(rows, repr(self)[1:-1], "All columns: .settings; villages in their order: .priorities")


def village_row(village: PlannedVillage) -> dict[str, Any]:
    """Return one flat row of a village, ready for a table."""
    row = asdict(village)
    reason = row.pop("reason")
    marks = {name: row.pop(name) for name in ("in_plan", "tied")}
    where = {name: row.pop(name) for name in ("village_code", "village", "subdistrict")}
    interventions = ", ".join(reason.pop("interventions"))
    return {**where, "status": reason.pop("status"), **row, **reason, "interventions": interventions, **marks}
