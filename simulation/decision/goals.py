"""What a plan is to reach: how likely, and in which years.

Knows which goals a scenario can be given; must not know how one is reached.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..domain.messages import Message, Refusal
from ..inputs.scenario import Scenario

NO_PROBABILITY = Message("the wanted probability must lie between 0 and 1, such as 0.9 for 90%; found {found:,}")
NO_SUCH_YEAR = Message("{year} is no year of the scenario; choose one of {first} to {last}")
YEAR_OR_EVERY_YEAR = Message("a year and every year were asked for; choose one")


@dataclass(frozen=True)
class Goal:
    """What is to be reached.

    Attributes
    ----------
    probability
        Wanted chance of meeting the target, in (0, 1).
    years
        The years in which it is to be met, all of them: one, or every year of the scenario.
    """

    probability: float
    years: tuple[int, ...]


def goal_of(scenario: Scenario, probability: float, year: int | None, every_year: bool) -> Goal:
    """Return the goal that was asked for: in one year, by default the first, or in every year.

    Raises
    ------
    Refusal
        Where the probability is none that could be reached, or the scenario has no such year.
    """
    if not 0 < probability < 1:
        raise Refusal(replace(NO_PROBABILITY, values={"found": probability}))
    if every_year and year is not None:
        raise Refusal(YEAR_OR_EVERY_YEAR)
    years = scenario.years
    if year is not None and year not in years:
        raise Refusal(replace(NO_SUCH_YEAR, values={"year": year, "first": years[0], "last": years[-1]}))
    return Goal(probability, tuple(years) if every_year else (years[0] if year is None else year,))
