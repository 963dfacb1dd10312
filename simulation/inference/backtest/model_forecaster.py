"""The model as a forecaster of past years: calibrated on the years before, or from priors alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ...domain.evidence import Evidence
from ...domain.law import TERMS, luck_of_years
from ...domain.parameters import DEFAULT_PRIORS, Parameters, ParameterSet
from ...domain.randomness import Trajectories
from ...domain.status import LEVELS
from ...domain.target import Target
from ...domain.villages import Villages
from ...engine.one_year import RISES, Count, OneYear, YearStart, chance_of_reaching, target_count
from ...inputs.scenario import Scenario
from ..calibration.calibrate import calibrate
from .cases import Past, Statuses
from .next_year import NextYear

REPLICATES = 4
"""Years drawn for each parameter draw; given the shocks of a year, villages are added up exactly."""
_NO_SUBDISTRICTS = {term.switch: term.off for term in TERMS if term.needs_subdistricts}


@dataclass(frozen=True, eq=False)
class ModelForecaster:
    """A forecaster.

    Attributes
    ----------
    scenario
        Whose priors, given numbers, kecamatan and covariates apply; see `assumed`.
    draws, seed
        Of the parameters.
    learns
        Whether parameters are calibrated on the past first.
    """

    scenario: Scenario | None
    draws: int
    seed: int
    learns: bool = True

    def __call__(self, past: Past, target: Target) -> list[NextYear]:
        """Return a forecast for every district that is asked about."""
        known = assumed(self.scenario, past, target)
        if self.learns:
            evidence = Evidence(panels=past.panels)
            known = calibrate(evidence, known, max(self.draws, 2), self.seed).applied_to(known)
        parameters = known.parameters.draw(self.seed, self.draws)
        return [
            _in_order(next_year(known, villages, parameters, self.seed), villages.codes, codes)
            for villages, (_, codes, _) in zip(known.districts, past.now, strict=True)
        ]


def assumed(scenario: Scenario | None, past: Past, target: Target) -> Scenario:
    """Return a scenario as it would have been at an origin, for one year.

    Without interventions: those of a scenario begin after its own origin. Where it does not know every village, its
    covariates and what kecamatan have in common are left out; with no scenario at all, so are these, and the
    default priors apply.
    """
    homes, placed = _homes(scenario), knows(scenario, (code for _, codes, _ in past.now for code in codes))
    given = (
        ParameterSet(DEFAULT_PRIORS, defaulted=frozenset(DEFAULT_PRIORS)) if scenario is None else scenario.parameters
    )
    scalars = {
        key: known for key, known in given.scalars.items() if not key.is_effect and (placed or key.kind != "covariate")
    }
    parameters = replace(
        given,
        scalars=scalars if placed else {**scalars, **_NO_SUBDISTRICTS},
        interventions=(),
        covariates=given.covariates if placed else (),
    )
    return Scenario(
        name="backtest" if scenario is None else scenario.name,
        origin=past.origin,
        horizon=1,
        districts=tuple(_villages(*asked, homes if placed else {}) for asked in past.now),
        parameters=parameters,
        target=target,
    )


def knows(scenario: Scenario | None, codes: Iterable[str]) -> bool:
    """Return whether a scenario knows every village of these codes: its kecamatan and its covariates."""
    return _homes(scenario).keys() >= set(codes)


def _homes(scenario: Scenario | None) -> dict[str, tuple[Villages, int]]:
    """Return where each village of a scenario stands: in which district, and which row."""
    districts = () if scenario is None else scenario.districts
    return {code: (villages, row) for villages in districts for row, code in enumerate(villages.codes)}


def _villages(
    district: str, codes: tuple[str, ...], status: Statuses, homes: dict[str, tuple[Villages, int]]
) -> Villages:
    """Return villages with their statuses; in kecamatan and with covariates where it is known which."""
    places = [homes[code] for code in codes] if homes else []
    numbers = [name for name, cells in places[0][0].columns.items() if cells.dtype.kind == "f"] if places else []
    return Villages.arrange(
        district,
        district,
        list(codes),
        list(codes),
        [home.subdistricts[home.subdistrict_index[row]] for home, row in places] or [""] * len(codes),
        status=[int(level) for level in status],
        columns={name: [float(home.columns[name][row]) for home, row in places] for name in numbers},
    )


def next_year(scenario: Scenario, villages: Villages, parameters: Parameters, seed: int) -> NextYear:
    """Forecast the year after the origin; lasting differences between villages are averaged, shocks are drawn.

    Parameters
    ----------
    scenario
        Without interventions.
    villages
        Of known status.
    parameters
        D draws.
    """
    trajectories = Trajectories.grid(range(len(parameters.rise)), range(REPLICATES))
    drawn = parameters.take(trajectories.draw)
    years = range(scenario.years[0], scenario.years[0] + 1)
    shocks = luck_of_years(villages, parameters, trajectories, seed, years)[0]
    start = YearStart.unassisted(villages, drawn, np.repeat(villages.levels[:, None], len(trajectories), axis=1))
    year = OneYear(villages, drawn, start, shocks)
    count, must = target_count(scenario.target, np.bincount(villages.levels, minlength=len(LEVELS))[None])
    sums, rise = year.counts({"rises": Count(RISES, len(villages)), "met": count})
    rises = sums["rises"].mean(axis=1)
    return NextYear(
        rises=rises / rises.sum(),
        met=float(chance_of_reaching(sums["met"], must).mean()),
        levels=year.levels(rise).mean(axis=2),
    )


def _in_order(found: NextYear, sorted_codes: tuple[str, ...], codes: tuple[str, ...]) -> NextYear:
    """Return a forecast with its villages in the order in which they were asked about."""
    row = {code: i for i, code in enumerate(sorted_codes)}
    return replace(found, levels=found.levels[[row[code] for code in codes]])
