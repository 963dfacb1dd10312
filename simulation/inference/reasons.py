"""Why more, or fewer, rises are expected next year than were observed in past years: steps that add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..domain.distributions import Empirical
from ..domain.past import PastRises
from ..domain.reporting import reporting_chance
from ..domain.scenario import Assumptions
from ..domain.villages import Villages
from ..engine.year_start import YearStart, listed_at_origin
from .calibration.expected import NEIGHBOURS, expected_rises, without

Step = Literal["priors", "luck", "campaigns", "villages", "peers", "assistance"]


@dataclass(frozen=True)
class Reasons:
    """From what was observed to what is expected, in mean rises a year of one district.

    Attributes
    ----------
    years, observed
        How many past years there are, and how many villages rose a year in them.
    steps
        Step -> what it adds. ``priors``: the fitted law expects more, or less, in the luck of those years than
        was observed, since few data leave part of the answer to the priors. ``luck``: years of any luck in place of
        those. ``campaigns``: that there may be one. ``villages``: who stands where now, with what sets each apart.
        ``peers``: what they learn from each other. ``assistance``: the interventions of the scenario.
    expected
        In the first forecast year: `observed` and all steps added up.
    """

    years: int
    observed: float
    steps: dict[Step, float]
    expected: float

    @property
    def largest(self) -> Step:
        """The step that weighs most on the side to which the expectation differs from what was observed."""
        side = 1 if self.expected >= self.observed else -1
        return max(self.steps, key=lambda step: side * self.steps[step])


def reasons_of(scenario: Assumptions, villages: Villages, seed: int = 0) -> Reasons | None:
    """Return the reasons for one district; None where its draws tell of no yearly lists, or statuses are unknown.

    Nor where lists show reports that may be late: they then tell of other rises than the law.
    """
    past = _past_rises(scenario, villages.district_code)
    if past is None or villages.single_levels is None:
        return None
    rows = next(known.values.size for known in scenario.parameters.scalars.values() if isinstance(known, Empirical))
    parameters = scenario.parameters.draw(seed, rows)
    if reporting_chance(parameters) is not None:
        return None
    status = listed_at_origin(scenario, villages, parameters, seed)

    def mean(start: YearStart) -> float:
        return float(expected_rises(villages, parameters, start).mean())

    alone = without(parameters, NEIGHBOURS)
    now = mean(YearStart.unassisted(villages, parameters, status))
    now_alone = float(expected_rises(villages, alone, YearStart.unassisted(villages, alone, status)).mean())
    expected = mean(YearStart.drawn(scenario, villages, parameters, seed)) if scenario.interventions else now
    steps: dict[Step, float] = {
        "priors": past.fitted - past.observed,
        "luck": past.ordinary - past.fitted,
        "campaigns": past.campaigns - past.ordinary,
        "villages": now_alone - past.alone,
        "peers": (now - now_alone) - (past.campaigns - past.alone),
    }
    if scenario.interventions:
        steps["assistance"] = expected - now
    return Reasons(past.years, past.observed, steps, expected)


def _past_rises(scenario: Assumptions, district_code: str) -> PastRises | None:
    past = scenario.parameters.past
    every = () if past is None else past.rises
    return next((one for one in every if one.district_code == district_code), None)
