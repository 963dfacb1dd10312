"""Forecasters of past years: the model, calibrated on the years before or from priors alone, and simple rules.

A rule is what any model must beat: past shares of moves, continued. A share of c among n is taken as (c + ½)/(n + 1),
so that what was never seen is not ruled out (Jeffreys' prior).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...domain.arrays import Bools, Floats, Statuses
from ...domain.evidence import Evidence
from ...domain.law import TERMS, luck_of_district, luck_of_years
from ...domain.parameters import DEFAULTS, Parameters, split_matrix
from ...domain.randomness import Trajectories
from ...domain.status import LEVELS
from ...domain.target import Target
from ...domain.villages import Villages
from ...engine.effort import Effort
from ...engine.ensemble import run
from ...engine.one_year import RISES, Count, OneYear, chance_of_reaching, target_count
from ...engine.year_start import YearStart
from ...inputs.scenario import Scenario
from ..calibration.calibrate import calibrate
from .cases import AtOrigin, NextYear, TransitionCounts, yearly_moves

Forecaster = Callable[[AtOrigin, Target], Sequence[NextYear]]
"""Says, from what was known at an origin, what the next year brings in every district asked about (`AtOrigin.now`)."""
Rule = Callable[[dict[int, TransitionCounts]], Floats]
"""From the moves of past years to a yearly matrix, shape (4, 4)."""

REPLICATES = 4
"""Years drawn for each parameter draw; given the shocks of a year, villages are added up exactly."""
_NO_SUBDISTRICTS = {term.switch: term.off for term in TERMS if term.needs_subdistricts}
_UP, _DOWN = np.triu(np.ones((4, 4), dtype=bool), 1), np.tril(np.ones((4, 4), dtype=bool), -1)


@dataclass(frozen=True, eq=False)
class ModelForecaster:
    """The model as a forecaster.

    Parameters are learned by the standard law; a law that is not the standard one acts in the forecast, where its own
    parameters have their priors.

    Attributes
    ----------
    scenario
        Whose priors, given numbers, kecamatan and covariates apply; see `assumed`.
    learns
        Whether parameters are calibrated on the past first.
    """

    scenario: Scenario | None
    draws: int
    seed: int
    learns: bool = True

    def __call__(self, past: AtOrigin, target: Target) -> list[NextYear]:
        """Return a forecast for every district that is asked about."""
        known = assumed(self.scenario, past, target)
        if self.learns:
            evidence = Evidence(panels=past.panels)
            known = calibrate(evidence, known, max(self.draws, 2), self.seed, progress=False).applied_to(known)
        if self.scenario is not None and self.scenario.own_law:
            forecasts = self._simulated(under_law(known, self.scenario))
        else:
            parameters = known.parameters.draw(self.seed, self.draws)
            forecasts = (
                next_year(target, villages, parameters, self.seed, known.years[0]) for villages in known.districts
            )
        found = []
        for forecast, villages, (_, codes, _) in zip(forecasts, known.districts, past.now, strict=True):
            row = {code: place for place, code in enumerate(villages.codes)}
            found.append(replace(forecast, levels=forecast.levels[[row[code] for code in codes]]))
        return found

    def _simulated(self, scenario: Scenario) -> Iterator[NextYear]:
        """Yield the forecast of every district from simulations of one year.

        One more, spread over all numbers of rises, keeps what was never simulated from being ruled out.
        """
        ensemble = run(scenario, Effort.of(scenario, self.draws, REPLICATES), self.seed, estimator="plain")
        for villages, outcome in zip(scenario.districts, ensemble.outcomes, strict=True):
            kept = outcome.of_kept(outcome.rises[..., 0])
            yield NextYear(
                rises=(np.bincount(kept, minlength=len(villages) + 1) + 1 / (len(villages) + 1)) / (kept.size + 1),
                met=float(outcome.of_kept(outcome.met(scenario.target)[..., 0]).mean()),
                levels=outcome.villages.status[:, 0] / kept.size,
            )


def under_law(known: Scenario, of: Scenario) -> Scenario:
    """Return a scenario under the law of another: its agents, its mechanisms, and the parameters of these."""
    scalars = {key: value for key, value in of.parameters.scalars.items() if key.kind == "mechanism"}
    parameters = replace(known.parameters, scalars={**known.parameters.scalars, **scalars})
    return replace(known, parameters=parameters, mechanisms=of.mechanisms, agent_class=of.agent_class)


def assumed(scenario: Scenario | None, past: AtOrigin, target: Target) -> Scenario:
    """Return a scenario as it would have been at an origin, for one year.

    Without interventions: those of a scenario begin after its own origin. Where it does not know every village, its
    covariates and what kecamatan have in common are left out; with no scenario at all, so are these, and the
    default priors apply.
    """
    homes, placed = _homes(scenario), knows(scenario, (code for _, codes, _ in past.now for code in codes))
    given = DEFAULTS if scenario is None else scenario.parameters
    scalars = {
        key: known
        for key, known in given.scalars.items()
        if not key.is_effect and key.kind != "mechanism" and (placed or key.kind != "covariate")
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
    district: str, codes: Sequence[str], status: Statuses, homes: dict[str, tuple[Villages, int]]
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


def next_year(
    target: Target, villages: Villages, parameters: Parameters, seed: int, year: int, replicates: int = REPLICATES
) -> NextYear:
    """Forecast one year; lasting differences between villages are averaged, shocks are drawn.

    Parameters
    ----------
    parameters
        D draws, without interventions.
    replicates
        Years drawn for each of them.
    """
    trajectories = Trajectories.grid(range(len(parameters.rise)), range(replicates))
    drawn = parameters.take(trajectories.draw)
    shocks = luck_of_years(villages, parameters, trajectories, seed, range(year, year + 1))[0]
    shocks = shocks + luck_of_district(villages, parameters, trajectories, seed)
    start = YearStart.unassisted(villages, drawn, np.repeat(villages.levels[:, None], len(trajectories), axis=1))
    ahead = OneYear(villages, drawn, start, shocks)
    count, must = target_count(target, np.bincount(villages.levels, minlength=len(LEVELS))[None])
    sums = ahead.counts({"rises": Count(RISES, len(villages)), "met": count})
    rises = sums["rises"].mean(axis=1)
    return NextYear(
        rises=rises / rises.sum(),
        met=float(chance_of_reaching(sums["met"], must).mean()),
        levels=ahead.levels(ahead.rises()).mean(axis=2),
    )


def by_matrices(matrices: Floats, status: Statuses, target: Target) -> NextYear:
    """Forecast villages that are alike and move by one of some equally likely yearly matrices, shape (D, 4, 4)."""
    none, off = np.zeros((len(matrices), 0)), np.zeros(len(matrices))
    scales = {key: off for term in TERMS for key in (term.key, term.switch)}
    parameters = Parameters(*split_matrix(matrices), scales, none, none)
    villages = _villages("00.00", [f"{row:09}" for row in range(status.size)], status, {})
    return next_year(target, villages, parameters, 0, 0, replicates=1)


def forecast_by(rule: Rule, past: AtOrigin, target: Target) -> list[NextYear]:
    """Return a forecast for every district that is asked about; villages of a level are alike and independent."""
    return [
        by_matrices(rule(yearly_moves(past.panels, district))[None], status, target) for district, _, status in past.now
    ]


def last_year(moves: dict[int, TransitionCounts]) -> Floats:
    """Let the same share of all villages rise, and of all fall, as in the last known year."""
    return _one_share(moves[max(moves)])


def mean_so_far(moves: dict[int, TransitionCounts]) -> Floats:
    """Let the mean share of all past years rise, and fall."""
    return _one_share(np.sum(list(moves.values()), axis=0))


def binomial(moves: dict[int, TransitionCounts]) -> Floats:
    """Let villages of each level rise and fall as those of that level did so far: no shock, no doubt of the shares."""
    every = np.sum(list(moves.values()), axis=0)
    rose, fell, all_of_them = (every * _UP).sum(axis=1), (every * _DOWN).sum(axis=1), every.sum(axis=1)
    return _matrix(every, _share(rose, all_of_them), _share(fell, all_of_them - rose))


def _one_share(moves: TransitionCounts) -> Floats:
    """Return a matrix in which all villages that can rise have one chance to, and all that can fall."""
    rose, fell = (moves * _UP).sum(), (moves * _DOWN).sum()
    return _matrix(moves, _share(rose, moves[:3].sum()), _share(fell, (moves[1:] - (moves * _UP)[1:]).sum()))


def _share(some: TransitionCounts | np.integer[Any], every: TransitionCounts | np.integer[Any]) -> Floats:
    return np.asarray((some + 0.5) / (every + 1))


def _matrix(moves: TransitionCounts, rise: Floats, fall: Floats) -> Floats:
    """Return a yearly matrix from the chances of rising, and of falling given no rise; each leads where it led so far.

    With one village more, spread evenly over the levels to which a rise, or a fall, can lead.
    """
    rise, fall = np.broadcast_to(rise, 4) * _UP.any(axis=1), np.broadcast_to(fall, 4) * _DOWN.any(axis=1)
    up, down = _destinations(moves, _UP), _destinations(moves, _DOWN)
    stay = np.diag((1 - rise) * (1 - fall))
    return np.asarray(rise[:, None] * up + ((1 - rise) * fall)[:, None] * down + stay)


def _destinations(moves: TransitionCounts, where: Bools) -> Floats:
    """Return where moves of one direction lead, rows summing to 1; a row of zeros where there is nowhere to go."""
    led = (moves + 1 / np.maximum(where.sum(axis=1), 1)[:, None]) * where
    return np.asarray(led / np.maximum(led.sum(axis=1), 1)[:, None])
