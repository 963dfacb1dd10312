"""The posterior of a calibration: draws of the parameters, and how far they moved from the prior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ...domain.arrays import Floats
from ...domain.columns import describes_columns
from ...domain.distributions import Distribution, Empirical
from ...domain.evidence import Evidence
from ...domain.html_table import html_table
from ...domain.parameters import Kind, ParameterKey
from ...domain.past import Observed, Past
from ...inputs.scenario import Scenario
from .caveats import Approximation, Caveat

if TYPE_CHECKING:
    import pandas as pd

_LOW_MIDDLE_HIGH = np.array([0.05, 0.5, 0.95])


@dataclass(frozen=True)
class Spread:
    """Median and 5% and 95% quantile of a parameter, on the scale of the scenario key."""

    median: float
    interval90: tuple[float, float]

    @classmethod
    def of(cls, known: Distribution) -> Spread:
        """Describe a distribution."""
        low, middle, high = (float(value) for value in known.quantile(_LOW_MIDDLE_HIGH))
        return cls(middle, (low, high))


@dataclass(frozen=True)
class Learned:
    """What became of one parameter.

    Attributes
    ----------
    prior_variance_left
        Variance of its normal score after the data; before, it is 1. Near 1: nothing was learned.
    in_likelihood
        Whether the data could bear on it at all; otherwise its draws are the prior's.
    """

    prior: Spread
    posterior: Spread
    prior_variance_left: float
    in_likelihood: bool


@dataclass(frozen=True, eq=False)
class Posterior:
    """Parameters after the data; D draws.

    Attributes
    ----------
    basis
        Data blocks that were used (``panel``, ``counts``, ``launch_years``, ``assistance``), or the words that say
        there were none.
    draws
        Key -> shape (D,), for every uncertain parameter; row d of all of them belongs together.
    parameters
        Key -> what became of it, in the order of `draws`.
    places
        What was learned of single villages and districts (`OF_PLACES`) -> shape (D,), one kind after the other.
        ``village_effect``, ``district_effect``: what sets it apart for good, as odds ratio of rising; of districts only
        where these differ. ``village_order``: in which order counts are placed on villages of whose past nothing else
        is known; its effect goes with the level at which a village then stands. ``village_level``: level 0..3 at the
        end of the origin year, where lists may be behind. ``village_status``: status 0..3 then, of villages with a past
        that the scenario leaves blank.
    shocks
        (district, year) -> shape (D,): shared shock of that year, in sd.
    past
        What was observed of past years, and what the fitted law says of it.
    approximation
        Where the likelihood is not exact; None where it is.
    warnings
        What a reader must know of this posterior.
    priors
        Key -> distribution before the data, for every uncertain parameter.
    evidence, scenario
        What was learned from, and whose priors applied; no scenario for the default priors.
    estimate_effects
        Whether effects of interventions were to be learned.
    """

    basis: tuple[str, ...]
    draws: Mapping[ParameterKey, Floats]
    parameters: Mapping[ParameterKey, Learned]
    places: Mapping[ParameterKey, Floats]
    shocks: Mapping[tuple[str, int], Floats]
    past: Past
    approximation: Approximation | None
    warnings: tuple[Caveat, ...]
    priors: Mapping[ParameterKey, Distribution]
    evidence: Evidence
    scenario: Scenario | None
    seed: int
    estimate_effects: bool = False

    @property
    def learned(self) -> tuple[ParameterKey, ...]:
        """Parameters that the data could bear on."""
        return tuple(name for name, known in self.parameters.items() if known.in_likelihood)

    @property
    @describes_columns("calibration")
    def table(self) -> pd.DataFrame:
        """One row a parameter: prior and posterior median and 90% interval, and the variance left."""
        import pandas as pd

        rows = {
            name: {
                "prior_median": known.prior.median,
                "prior_low": known.prior.interval90[0],
                "prior_high": known.prior.interval90[1],
                "median": known.posterior.median,
                "low": known.posterior.interval90[0],
                "high": known.posterior.interval90[1],
                "prior_variance_left": known.prior_variance_left,
            }
            for name, known in self.parameters.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index")

    @property
    def observed(self) -> tuple[Observed, ...]:
        """What was observed between every two lists or counts of a district."""
        return self.past.observed

    @property
    def effective_sample_size(self) -> float:
        """How many independent draws these are worth, for the parameter for which it is least."""
        worth = self.past.effective_sample_size
        return float(self.size) if worth is None else worth

    @property
    def size(self) -> int:
        """Number of draws."""
        return len(next(iter(self.draws.values()), ()))

    @property
    def columns(self) -> dict[ParameterKey, Floats]:
        """What a forecast takes from it: the draws of what was learned, of parameters and of places."""
        return {**{name: self.draws[name] for name in self.learned}, **self.places}

    def of_places(self, kind: Kind) -> dict[str, Floats]:
        """Return what was learned of places in one respect (`OF_PLACES`), code -> shape (D,)."""
        return {key.of: draws for key, draws in self.places.items() if key.kind == kind}

    def applied_to(self, scenario: Scenario) -> Scenario:
        """Return a scenario with the learned parameters in place of its own.

        Raises
        ------
        ValueError
            Where the scenario has no parameter of that name.
        """
        known = scenario.parameters
        if missing := [name for name in self.learned if name not in known.scalars]:
            raise ValueError(f"the scenario has no parameter {', '.join(missing)}")
        calibrated = {name: Empirical(draws) for name, draws in self.columns.items()}
        parameters = replace(
            known,
            scalars={**known.scalars, **calibrated},
            defaulted=known.defaulted.difference(calibrated),
            blocks=self.basis,
            past=self.past,
        )
        return replace(scenario, parameters=parameters)

    def __repr__(self) -> str:
        """Return one line: what the posterior rests on, and what was learned most."""
        most = sorted(self.learned, key=lambda name: self.parameters[name].prior_variance_left)[:3]
        medians = ", ".join(f"{name} {self.parameters[name].posterior.median:.3g}" for name in most)
        worth = f"{self.size} draws worth {self.effective_sample_size:.0f}"
        return f"<Posterior from {', '.join(self.basis)}: {worth}; {medians}>"

    def _repr_html_(self) -> str:
        """Return the table of parameters, for notebooks."""
        table = self.table.rename_axis("parameter").reset_index()
        return html_table(table.to_dict("records"), repr(self)[1:-1])
