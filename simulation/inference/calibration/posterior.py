"""The posterior of a calibration: draws of the parameters, and how far they moved from the prior."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...domain.arrays import Floats
from ...domain.columns import describes_columns
from ...domain.distributions import Distribution, Empirical
from ...domain.evidence import Evidence
from ...domain.html_table import html_table
from ...domain.parameters import Kind, ParameterKey
from ...domain.past import Observed, Past
from ...domain.status import LEVELS, UNKNOWN
from ...inputs.scenario import Scenario
from ..exchange import inference_data, parameter_variables
from .caveats import Approximation, Caveat

if TYPE_CHECKING:
    import arviz
    import pandas as pd

_OBSERVATIONS = {"status": "village_code", "counts": "between"}
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
    log_likelihood
        Log-likelihood of single observations, given the shocks of each draw -> shape (D,): of ``status``, the path of
        any one of these villages, which have the same past; of ``counts``, a pair of counts. Not told of one that was
        read from a file.
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
    log_likelihood: Mapping[tuple[str, tuple[str, ...]], Floats] = field(default_factory=dict)

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

    def to_inference_data(self, *others: Posterior) -> arviz.InferenceData:
        """Return the draws as ArviZ holds them: `InferenceData`, from its version 1.0 on an `xarray.DataTree`.

        Parameters
        ----------
        others
            The same calibrated with other seeds, each a chain of its own: `arviz.rhat` then compares independent runs.
            Within a chain draws are particles in random order, of which neither R-hat nor a sample size can be told:
            see `effective_sample_size`.

        Returns
        -------
        InferenceData or DataTree
            Groups ``posterior`` (parameters by key, what was learned of places, ``year_shock``), ``prior`` (as many
            draws), ``log_likelihood`` over single villages (``status``) and pairs of counts, given the shocks of each
            draw, for `arviz.loo`; and ``observed_data``: ``status``, 0 to 3 or -1, over villages and years, and
            ``counts``.

        Raises
        ------
        Refusal
            Where arviz is not installed.
        ValueError
            Where the others have other parameters or numbers of draws.
        """
        chains = (self, *others)
        if any(
            (one.size, [*one.draws], [*one.log_likelihood]) != (self.size, [*self.draws], [*self.log_likelihood])
            for one in others
        ):
            raise ValueError("posteriors of the same evidence and scenario, with as many draws, make chains")
        axes = ("chain", "draw")
        every = {
            key: np.stack([{**one.draws, **one.places}[key] for one in chains]) for key in (*self.draws, *self.places)
        }
        variables, codes = parameter_variables(every, axes)
        if self.shocks:
            shocks = np.stack([np.stack([*one.shocks.values()], axis=-1) for one in chains])
            told = {"long_name": "shared shock of a district and year, in sd"}
            variables["year_shock"] = ((*axes, "district_year"), shocks, told)
            codes["district_year"] = [f"{district} {year}" for district, year in self.shocks]
        rng = np.random.default_rng([self.seed, 23])
        prior = {key: known.quantile(rng.random(self.size))[None] for key, known in self.priors.items()}
        groups = {
            "posterior": (variables, codes),
            "prior": parameter_variables(prior, axes),
            "log_likelihood": self._pointwise(chains),
            "observed_data": _observed(self.evidence),
        }
        about = {"basis": ", ".join(self.basis), "effective_sample_size": self.effective_sample_size}
        return inference_data({name: group for name, group in groups.items() if group[0]}, about)

    def _pointwise(self, chains: Sequence[Posterior]) -> tuple[dict[str, Any], dict[str, Any]]:
        variables, coordinates = dict[str, Any](), dict[str, Any]()
        for kind, axis in _OBSERVATIONS.items():
            keys = [key for key in self.log_likelihood if key[0] == kind]
            if keys:
                times = [len(names) for _, names in keys]
                each = [np.stack([one.log_likelihood[key] for key in keys], axis=-1) for one in chains]
                variables[kind] = (("chain", "draw", axis), np.repeat(np.stack(each), times, axis=-1))
                coordinates[axis] = [name for _, names in keys for name in names]
        return variables, coordinates

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


def _observed(evidence: Evidence) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what was observed as variables, and their coordinates."""
    variables, coordinates = dict[str, Any](), dict[str, Any]()
    if evidence.panels:
        codes = [code for panel in evidence.panels for code in panel.codes]
        years = sorted({year for panel in evidence.panels for year in panel.years})
        status = np.full((len(codes), len(years)), UNKNOWN, np.int8)
        first = 0
        for panel in evidence.panels:
            rows = slice(first, first := first + len(panel.codes))
            status[rows, [years.index(year) for year in panel.years]] = panel.status
        variables["status"] = (("village_code", "year"), status)
        coordinates |= {"village_code": codes, "year": years}
    if evidence.counts:
        variables["counts"] = (("count", "level"), np.concatenate([one.counts for one in evidence.counts]))
        coordinates |= {
            "count": [f"{one.place} {day.isoformat()}" for one in evidence.counts for day in one.dates],
            "level": [*LEVELS],
        }
    return variables, coordinates
