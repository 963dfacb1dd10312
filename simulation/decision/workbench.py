"""A scenario as a model of the EMA Workbench, which samples, searches and optimises it (Kwakkel 2017)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..domain.messages import Message, Refusal, listed, shown
from ..domain.scenario import refuse_several, refuse_so_far, require_assumptions
from ..engine.effort import Effort, Simulator
from ..inference.exchange import needed
from ..inference.forecasting import forecast
from ..inputs.scenario import Scenario
from .plan.levers import levers_of

Ranges = Sequence[str] | Mapping[str, tuple[float, float]]
EVERY = "probability_met_every_year"
COST = "cost_idr_million"
RANGE = (0.01, 0.99)
"""Quantiles of a parameter between which it is varied where no range is given."""
NO_RANGE = Message("{name} is not uncertain in {scenario}, so its range must be given; uncertain are: {names}")


@dataclass(frozen=True)
class Experiment:
    """What the workbench calls with numbers: it forecasts the scenario with these.

    Attributes
    ----------
    keys
        Name in the workbench, a Python identifier -> key as of `Scenario.with_`.
    """

    scenario: Scenario
    keys: Mapping[str, str]
    draws: int
    replicates: int
    seed: int
    engine: Simulator

    def __call__(self, **numbers: float) -> dict[str, float]:
        """Return every outcome."""
        setting = self.scenario.with_(**{self.keys[name]: number for name, number in numbers.items()})
        # Where every parameter is given, all that differs is luck: the same number of trajectories of one draw.
        each = self.draws * self.replicates if setting.fixed else self.replicates
        made = forecast(setting, self.draws, each, self.seed, engine=self.engine, workers=1, progress=False)
        (district,) = made.districts
        assisted = [[year.assisted.get(plan.name, 0.0) for plan in setting.interventions] for year in district.years]
        cost = float((np.reshape(assisted, (len(district.years), -1)) @ setting.unit_costs).sum())
        return {
            **{f"probability_met_{year.year}": year.probability_met for year in district.years},
            **{f"rises_{year.year}": year.rises.mean for year in district.years},
            EVERY: district.all_years.probability_met if district.all_years is not None else float("nan"),
            COST: cost,
        }


def ema_model(
    scenario: Scenario,
    levers: Ranges = (),
    uncertainties: Ranges | None = None,
    *,
    draws: int = 100,
    replicates: int = 4,
    seed: int = 0,
    engine: Simulator = "batch",
) -> Any:
    """Return a scenario as a model of the EMA Workbench, ready to run.

    Parameters
    ----------
    scenario
        With one district.
    levers
        What can be chosen: ``NAME.capacity`` and ``NAME.coverage``, over all values that make a difference; or a
        mapping of any key of `Scenario.with_` to its smallest and largest value, whole numbers for whole numbers.
    uncertainties
        Parameters that nobody knows, by their keys (``rise.dasar``), from the 1% to the 99% quantile of what is
        assumed of them; or a mapping to their smallest and largest value. All uncertain ones by default. What is
        left out stays uncertain within each experiment.
    draws, replicates, seed, engine
        As for a forecast, of each experiment; all have the same luck.

    Returns
    -------
    ema_workbench.Model
        Its names are the keys with ``_`` for what Python does not allow in a name (``rise_dasar``); its outcomes are
        ``probability_met_YEAR`` and ``rises_YEAR`` (mean) of each year, ``probability_met_every_year`` and
        ``cost_idr_million`` (mean, of all years).

    Raises
    ------
    Refusal
        Where the package ema_workbench is not installed, with what installs it; where there are several districts, no
        such effort, or a parameter that is not uncertain is to be varied without a range.

    Examples
    --------
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/contoh_pendampingan.yaml")
    >>> model = kkb.ema_model(scenario, ["pendampingan.capacity"], ["rise.dasar"])  # doctest: +SKIP
    >>> experiments, outcomes = ema_workbench.perform_experiments(model, 100, 4)  # doctest: +SKIP
    """
    require_assumptions(scenario)
    refuse_so_far(scenario)
    refuse_several(scenario)
    Effort(draws, replicates)
    known = scenario.parameters
    if uncertainties is None:
        uncertainties = [key for key in known.uncertain if key.kind != "matrix" and not key.is_of_a_place]
    wanted = uncertainties if isinstance(uncertainties, Mapping) else _ranges(scenario, uncertainties)
    chosen: Mapping[str, tuple[float, float]]
    if isinstance(levers, Mapping):
        chosen = levers
    else:
        efforts = levers_of(scenario, levers, scenario.years) if levers else ()
        chosen = {lever.name: (lever.value(0), lever.value(lever.most)) for lever in efforts}  # type: ignore[misc]
    workbench = needed("ema_workbench")
    names = _identifiers((*wanted, *chosen))

    def parameter(key: str, low: float, high: float) -> Any:
        whole = isinstance(low, int) and isinstance(high, int)
        kind = workbench.IntegerParameter if whole else workbench.RealParameter
        return kind(names[key], low if whole else float(low), high if whole else float(high))

    experiment = Experiment(scenario, {name: key for key, name in names.items()}, draws, replicates, seed, engine)
    model = workbench.Model(re.sub(r"\W", "", scenario.name.title()) or "Scenario", function=experiment)
    model.uncertainties = [parameter(key, *ends) for key, ends in wanted.items()]
    model.levers = [parameter(key, *ends) for key, ends in chosen.items()]
    of_years = [f"{what}_{year}" for what in ("probability_met", "rises") for year in scenario.years]
    model.outcomes = [workbench.ScalarOutcome(name) for name in (*of_years, EVERY, COST)]
    return model


def _ranges(scenario: Scenario, names: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Return between which values uncertain parameters are varied.

    Raises
    ------
    Refusal
        Where some are not uncertain.
    """
    known = scenario.parameters
    uncertain = {str(key): known.scalars[key] for key in known.uncertain if key in known.scalars}
    if strange := [name for name in names if name not in uncertain]:
        told = {"scenario": scenario.name, "names": listed(uncertain)}
        raise Refusal(*(NO_RANGE.filled(name=shown(name), **told) for name in strange))
    ends = {name: uncertain[name].quantile(np.array(RANGE)) for name in names}
    return {name: (float(low), float(high)) for name, (low, high) in ends.items()}


def _identifiers(keys: Iterable[str]) -> dict[str, str]:
    """Return for each key a Python identifier of its own."""
    names: dict[str, str] = {}
    for key in keys:
        name = re.sub(r"\W", "_", key, flags=re.ASCII)
        while name in names.values():
            name += "_"
        names[key] = name
    return names
