"""What a plan says: the least effort, what else was tried, what limits it, and which villages come first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...domain.messages import Message
from ...engine.effort import Effort
from ...inputs.scenario import Scenario
from ..trial import Engine, Goal
from .bottlenecks import Bottleneck
from .levers import Lever
from .ranking import Ranking
from .request import PlanRequest
from .trial_cache import Point

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Curve:
    """The chance against the effort for one size of the year shock: (value, chance) at every rung."""

    year_sd: float
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class ForecastChance:
    """The chance that the forecast of the scenario as it stands shows, and its effort."""

    probability: float
    monte_carlo_error: float
    effort: Effort


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan: numbers only.

    Attributes
    ----------
    request
        What was asked.
    engine, effort
        How, and how much in the end.
    why_simulated
        Why nothing exact was to be had; empty where it was, or was not asked for.
    least
        The setting with the least effort (several levers: the least cost) that reaches the goal; None where
        none does.
    below
        The setting of one place less, which does not; None where there is none, or with several levers.
    best, now, nothing
        The setting with the highest chance that was tried, the scenario's own, and no effort at all.
    forecast
        The same chance as `now` as the forecast finds it; they are the same number unless the plan looked closer.
    points
        Every setting that was tried, the least effort first.
    proven
        Whether every setting that takes less than the least was tried, simulation error aside; where none
        suffices, whether every one was.
    steady
        Whether more effort never lowered the chance, as far as simulation can tell.
    limits
        What limits a plan out of reach; empty where it is within reach.
    curves, front
        For a single lever: chance against effort by size of the year shock. For several: the settings that no
        other beats in both cost and chance.
    ranking
        Which villages first; None where that cannot be said, for the reasons in `not_ranked`.
    in_order
        The least setting where villages are taken in the order of the ranking; None where that was not asked.
    """

    request: PlanRequest
    engine: Engine
    effort: Effort
    why_simulated: tuple[Message, ...]
    least: Point | None
    below: Point | None
    best: Point
    now: Point
    nothing: Point
    forecast: ForecastChance
    points: tuple[Point, ...]
    proven: bool
    steady: bool
    limits: tuple[Bottleneck, ...]
    curves: tuple[Curve, ...]
    front: tuple[Point, ...]
    ranking: Ranking | None
    not_ranked: tuple[Message, ...]
    in_order: Point | None

    @property
    def scenario(self) -> Scenario:
        """What was planned."""
        return self.request.scenario

    @property
    def goal(self) -> Goal:
        """What was to be reached."""
        return self.request.goal

    @property
    def levers(self) -> tuple[Lever, ...]:
        """The efforts that were planned."""
        return self.request.levers

    @property
    def reachable(self) -> bool:
        """Whether some setting reaches the goal."""
        return self.least is not None

    @property
    def settings(self) -> pd.DataFrame:
        """One row a setting that was tried: what ``plan.csv`` shows."""
        import pandas as pd

        return pd.DataFrame([point_row(self.levers, point) for point in self.points])

    @property
    def villages(self) -> pd.DataFrame:
        """One row a village, the first to be assisted first; empty where villages cannot be ranked."""
        import pandas as pd

        return pd.DataFrame([vars(village) for village in (self.ranking.villages if self.ranking else ())])

    def __repr__(self) -> str:
        """Return one line: the goal, and the least effort or the best that can be had."""
        point = self.least or self.best
        setting = ", ".join(f"{lever.name}={value:g}" for lever, value in zip(self.levers, point.values, strict=True))
        found = "least" if self.reachable else "not reachable, best"
        chance = f"P {point.chance.probability:.3f}"
        return f"<Plan {self.scenario.name}, P(met) >= {self.goal.probability:g}: {found} {setting}, {chance}>"

    def _repr_html_(self) -> str:
        """Return the table of settings, for notebooks."""
        return self.settings.to_html(index=False, float_format=lambda x: f"{x:.3f}")


def point_row(levers: Sequence[Lever], point: Point) -> dict[str, Any]:
    """Return one flat row of a setting, ready for a table."""
    return {
        **{lever.name: value for lever, value in zip(levers, point.values, strict=True)},
        "probability_met": point.chance.probability,
        "monte_carlo_error": point.chance.monte_carlo_error,
        "lower95": point.chance.lower95,
        "assisted": point.assisted,
        "village_years": point.village_years,
        "cost_idr_million": point.cost_idr_million,
        "cost_to_goal_idr_million": point.cost_to_goal_idr_million,
    }
