"""The model as a forecaster of past years: calibrated on the years before, or from priors alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...domain.evidence import Evidence
from ...domain.law import SUBDISTRICT, TERMS, luck_of_years
from ...domain.parameters import DEFAULT_PRIORS, Parameters, ParameterSet
from ...domain.randomness import Trajectories
from ...domain.target import Target
from ...domain.villages import Villages
from ...engine.exact.first_year import ends
from ...engine.exact.forward import Village
from ...engine.exact.population import take, village_log_odds
from ...inputs.scenario import Scenario
from ..calibration.calibrate import calibrate
from .cases import Past, Statuses
from .next_year import NextYear, VillageGroup, combine_groups

Floats = NDArray[np.float64]
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
    drawn = take(parameters, trajectories.draw)
    shock = _shocks(villages, parameters, trajectories, scenario.years[0], seed)
    log_odds = village_log_odds(villages, parameters)
    nobody_helps = np.zeros((len(trajectories), 1))
    status, groups = villages.levels, []
    for rows in _rows_alike(villages, status, log_odds, apart=len(shock) > 1):
        first = rows[0]
        own = Village(int(status[first]), log_odds[trajectories.draw, first][:, None], nobody_helps)
        where = villages.subdistrict_index[first] if len(shock) > 1 else 0
        groups.append(VillageGroup(rows, own.status, ends(own, drawn, shock[where])))
    return combine_groups(scenario.target, status, groups)


def _in_order(found: NextYear, sorted_codes: tuple[str, ...], codes: tuple[str, ...]) -> NextYear:
    """Return a forecast with its villages in the order in which they were asked about."""
    row = {code: i for i, code in enumerate(sorted_codes)}
    return replace(found, levels=found.levels[[row[code] for code in codes]])


def _shocks(villages: Villages, parameters: Parameters, trajectories: Trajectories, year: int, seed: int) -> Floats:
    """Return what a year adds to the log odds of rising in each kecamatan, shape (K, T); (1, T) where they are alike.

    They are those of an ensemble with the same seed.
    """
    shock: Floats = luck_of_years(villages, parameters, trajectories, seed, range(year, year + 1))[0]
    return shock if SUBDISTRICT.coefficient(parameters).any() else shock[:1]


def _rows_alike(villages: Villages, statuses: Statuses, log_odds: Floats, *, apart: bool) -> list[NDArray[np.int64]]:
    """Return villages that share level, covariates, peers and, where these are told `apart`, kecamatan."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for row, (status, k) in enumerate(zip(statuses, villages.subdistrict_index, strict=True)):
        key = (int(status), int(k) if apart else 0, log_odds[:, row].tobytes())
        alike.setdefault(key, []).append(row)
    return [np.array(rows, dtype=np.int64) for rows in alike.values()]
