"""What a comparison says: scenarios against a baseline on the same parameter draws and the same random numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..domain.villages import Villages
from ..engine.effort import Effort
from ..inference.forecast import PrecisionTrace
from ..inference.uncertainty import WILSON_Z
from ..inputs.scenario import Scenario
from .differences import Difference

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AdditionalRises:
    """How many more villages rise than in the baseline.

    Attributes
    ----------
    difference
        Mean and how sure it is.
    interval90
        90% prediction interval of the paired difference: chance and ignorance together; None where only the
        mean is known.
    """

    difference: Difference
    interval90: tuple[int, int] | None


@dataclass(frozen=True)
class YearContrast:
    """One year of a scenario against the baseline.

    Attributes
    ----------
    year
        Calendar year.
    baseline_met, met
        Probability that the target is met in the baseline and in the scenario.
    difference
        `met` minus `baseline_met`.
    additional_rises
        Of that year; over the years they may turn negative, for whoever rises early cannot rise later.
    """

    year: int
    baseline_met: float
    met: float
    difference: Difference
    additional_rises: AdditionalRises


@dataclass(frozen=True, eq=False)
class Contrast:
    """One scenario against the baseline; V villages.

    Attributes
    ----------
    scenario
        The scenario.
    years
        One entry a forecast year.
    additional_rises
        Over the whole horizon.
    more, equal, fewer
        Probability of more, as many and fewer rises than in the baseline over the horizon; None where only
        means are known.
    cost_idr_million, baseline_cost_idr_million
        Assisted village-years × unit cost, mean, undiscounted, over the horizon.
    only_with, only_without
        Shape (V,): probability that a village rises by the horizon in the scenario but not in the baseline, on
        the same draw and luck, and the reverse; None where single statuses are unknown, or only means are known.
    other_assumptions
        Parameters that differ from the baseline's, interventions aside: the difference is theirs as well.
    same_law
        Whether the two cannot but move every village alike: every difference is then exactly 0.
    """

    scenario: Scenario
    years: tuple[YearContrast, ...]
    additional_rises: AdditionalRises
    more: float | None
    equal: float | None
    fewer: float | None
    cost_idr_million: float
    baseline_cost_idr_million: float
    only_with: Floats | None
    only_without: Floats | None
    other_assumptions: tuple[str, ...]
    same_law: bool

    @property
    def additional_cost_idr_million(self) -> float:
        """What the scenario costs more than the baseline."""
        return self.cost_idr_million - self.baseline_cost_idr_million

    @property
    def cost_per_additional_rise(self) -> float | None:
        """Additional cost over additional rises, in million rupiah: a ratio of means.

        None where it would mislead: where the scenario costs no more, or where its additional rises are not
        distinguishable from none.
        """
        rises, cost = self.additional_rises.difference, self.additional_cost_idr_million
        return cost / rises.mean if cost > 0 and rises.mean > 0 and rises.distinguishable else None

    @property
    def cost_per_additional_rise_interval90(self) -> tuple[float, float | None] | None:
        """The mean additional cost over both ends of the parameter interval of the additional rises.

        The upper end is None where hardly any additional rise, or none, is within that interval: it has no end.
        None at all where the cost per rise or the interval is.
        """
        ends = self.additional_rises.difference.parameter_interval90
        if self.cost_per_additional_rise is None or ends is None:
            return None
        (low, high), cost = ends, self.additional_cost_idr_million
        return cost / high, cost / low if low > 0 else None

    def rows(self) -> list[dict[str, Any]]:
        """Return one flat row a year, ready for a table."""
        return [
            {
                "scenario": self.scenario.name,
                "year": year.year,
                "baseline_probability_met": year.baseline_met,
                "probability_met": year.met,
                "difference": year.difference.mean,
                "monte_carlo_error": year.difference.monte_carlo_error,
                **_ends("parameter", year.difference.parameter_interval90),
                "additional_rises_mean": year.additional_rises.difference.mean,
                "additional_rises_monte_carlo_error": year.additional_rises.difference.monte_carlo_error,
                **_ends("additional_rises", year.additional_rises.interval90),
            }
            for year in self.years
        ]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Scenarios against a baseline: numbers only.

    Attributes
    ----------
    baseline
        What the others are compared with.
    contrasts
        One a scenario, in the order given.
    seed, effort, engine
        How it was run.
    trace
        The rounds that led to it where a precision was asked for, each with the differences of every scenario and
        year instead of probabilities; else None.
    """

    baseline: Scenario
    contrasts: tuple[Contrast, ...]
    seed: int
    effort: Effort
    engine: Literal["batch", "mesa", "exact"]
    trace: PrecisionTrace | None = None

    @property
    def villages(self) -> Villages:
        """The district, the same in every scenario."""
        return self.baseline.districts[0]

    @property
    def years(self) -> pd.DataFrame:
        """One row a scenario and year: what ``comparison.csv`` shows."""
        import pandas as pd

        return pd.DataFrame([row for contrast in self.contrasts for row in contrast.rows()])

    @property
    def half_width(self) -> float:
        """1.96 × the largest Monte Carlo error of any difference in the chance of meeting the target."""
        errors = [year.difference.monte_carlo_error for contrast in self.contrasts for year in contrast.years]
        return WILSON_Z * max(errors)

    def __repr__(self) -> str:
        """Return one line: what is compared, and the difference in the chance of each scenario's first year."""
        firsts = ", ".join(f"{one.scenario.name}: {one.years[0].difference.mean:+.3f}" for one in self.contrasts)
        return f"<Comparison with {self.baseline.name}, P(met in {self.baseline.years[0]}) {firsts}>"

    def _repr_html_(self) -> str:
        """Return the table of years, for notebooks."""
        return self.years.to_html(index=False, float_format=lambda x: f"{x:.3f}")


def _ends(name: str, interval: tuple[float, float] | None) -> dict[str, float | None]:
    low, high = (None, None) if interval is None else interval
    return {f"{name}_low": low, f"{name}_high": high}
