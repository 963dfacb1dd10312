"""Why one village rises or not in a year of a forecast.

Knows which village and year are asked for, and which trajectories answer; must not know words or files, nor how
a chance is broken down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from ..domain.messages import LONGEST, Message, Refusal, shown
from ..domain.randomness import Trajectories
from ..domain.status import LEVELS, TOP
from ..domain.transition import chance
from ..domain.villages import KnownStatuses, Villages
from ..engine.ensemble import CHUNK_CELLS, Effort, chunks
from ..engine.log_odds_terms import LogOddsTerms, replay
from ..inputs.scenario import Scenario
from .components import QUANTILES, Breakdown, break_down
from .forecast import Forecast
from .uncertainty import INTERVAL90

if TYPE_CHECKING:
    import pandas as pd

STATUS_UNKNOWN = Message(
    "only counts by status are known, not the status of each village; give the village table a column status"
)
OWN_AGENTS = Message("this run was made with an agent class of its own, whose law is not known here")
MOST_LIKELY = 3
"""Codes that are offered instead of one that no village has."""
PLAYED_CELLS = 30_000_000
"""Villages × years × trajectories that are played again at most: a few seconds."""


@dataclass(frozen=True, kw_only=True)
class Explanation(Breakdown):
    """The chance that one village rises in one year, and where it comes from.

    Attributes
    ----------
    village_code, village, subdistrict, district
        Which village.
    year
        Which year.
    origin_level
        Its level at the end of the origin year.
    levels
        Level -> share of the trajectories in which it stands there at the start of the year.
    base_interval90
        5% and 95% quantile of `base` over draws; None where the village's level varies, or with one draw.
    covariates
        Column -> the village's number and the mean of the district.
    share_above
        Share of the other villages of its kecamatan that stand above it, mean over trajectories.
    draws, replicates
        How many trajectories were played.
    counted
        Share of the trajectories of a forecast in which it rose; None where a scenario is explained.
    """

    village_code: str
    village: str
    subdistrict: str
    district: str
    year: int
    origin_level: str
    levels: Mapping[str, float]
    base_interval90: tuple[float, float] | None
    covariates: Mapping[str, tuple[float, float]]
    share_above: float
    draws: int
    replicates: int
    counted: float | None = None

    @property
    def probability_rises(self) -> float:
        """The chance as the forecast tells it: counted where it was, else `chance`."""
        return self.chance if self.counted is None else self.counted

    @property
    def cannot_rise(self) -> bool:
        """Whether it stands at the top in every trajectory."""
        return self.levels[LEVELS[TOP]] == 1

    @property
    def table(self) -> pd.DataFrame:
        """One row a component, the base first."""
        import pandas as pd

        columns = ["component", "name", "share", "acts", *(f"odds_ratio_q{round(100 * q):02d}" for q in QUANTILES)]
        nothing = (np.nan,) * len(QUANTILES)
        rows = [(c.kind, c.name, c.share, c.acts, *(c.odds_ratio or nothing)) for c in self.components]
        return pd.DataFrame([("base", "", self.base, 1.0, *nothing), *rows], columns=columns)

    def _repr_html_(self) -> str:
        """Return the table, for notebooks."""
        return self.table.to_html(index=False, float_format=lambda x: f"{x:.3f}", na_rep="")


def explain(
    what: Scenario | Forecast,
    village_code: str,
    year: int | None = None,
    *,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int = 0,
) -> Explanation:
    """Explain the chance that one village rises in one year.

    Parameters
    ----------
    what
        A scenario, or a forecast: then its own trajectories are played again, with its draws, replicates and seed.
    village_code
        As in the village table.
    year
        A forecast year, by default the first. By a later one the village may have moved: its chance is then the
        mean over the levels that it has in the trajectories.
    draws, replicates, seed
        As for `simulation.forecast`; at most `PLAYED_CELLS` are played.

    Raises
    ------
    Refusal
        Where only counts are known, no village has this code, the year is not in the forecast, or the forecast was
        made with an agent class of its own.
    """
    if isinstance(what, Forecast):
        return _explain_forecast(what, village_code, year)
    year = what.years[0] if year is None else year
    place = _find(what, village_code)
    if year not in what.years:
        span = {"first": what.years[0], "last": what.years[-1], "year": year}
        raise Refusal(Message("the forecast covers {first} to {last}, not {year}", span))
    effort = _affordable(Effort.of(what, draws, replicates), len(place.villages) * (year - what.origin))
    terms = _played(what, effort, seed, place, year)
    return _explained(what, effort, place, year, terms)


def _explain_forecast(forecast: Forecast, village_code: str, year: int | None) -> Explanation:
    """Explain a forecast, and tell how often the village rose in it."""
    if forecast.agent_class is not None:
        raise Refusal(OWN_AGENTS)
    scenario, effort = forecast.scenario, forecast.effort
    replicates = None if forecast.engine == "exact" else effort.replicates
    found = explain(scenario, village_code, year, draws=effort.draws, replicates=replicates, seed=forecast.seed)
    place = _find(scenario, village_code)
    counted = forecast.districts[place.district].rise_probability[place.row, found.year - scenario.years[0]]
    return replace(found, counted=float(counted))


@dataclass(frozen=True, eq=False)
class _Place:
    """Where a village is found: number of its district, row in its table, and its level there."""

    district: int
    villages: Villages
    row: int
    level: str


def _find(scenario: Scenario, village_code: str) -> _Place:
    for district, villages in enumerate(scenario.districts):
        if village_code in villages.codes:
            if not isinstance(villages.known, KnownStatuses):
                raise Refusal(STATUS_UNKNOWN)
            row = villages.codes.index(village_code)
            return _Place(district, villages, row, LEVELS[villages.levels[row]])
    known = {
        code: name
        for villages in scenario.districts
        if isinstance(villages.known, KnownStatuses)
        for code, name in zip(villages.codes, villages.names, strict=True)
    }
    if not known:
        raise Refusal(STATUS_UNKNOWN)
    raise Refusal(_unknown(village_code, known))


def _unknown(asked: str, known: Mapping[str, str]) -> Message:
    """Return that no village has a code, with those that are likely meant: of villages of that name, else alike."""
    named = [code for code, name in known.items() if name.casefold() == asked.casefold()]
    likely = named[:MOST_LIKELY] or get_close_matches(asked[:LONGEST], known, MOST_LIKELY)
    said = {"code": shown(asked), "likely": ", ".join(f"{code} ({known[code]})" for code in likely)}
    if not likely:
        return Message("no village of the forecast has the code {code}", said)
    return Message("no village of the forecast has the code {code}; likely meant: {likely}", said)


def _affordable(effort: Effort, cells: int) -> Effort:
    """Return the first draws and replicates of an effort, as many as may be played at `cells` each."""
    most = max(1, PLAYED_CELLS // cells)
    draws = min(effort.draws, most)
    return Effort(draws, min(effort.replicates, most // draws))


def _played(scenario: Scenario, effort: Effort, seed: int, place: _Place, year: int) -> LogOddsTerms:
    """Return the terms of a village in every trajectory."""
    parameters = scenario.parameters.draw(seed, effort.draws)
    parts = []
    for chunk in chunks(scenario, effort, CHUNK_CELLS["batch"]):
        if chunk.district == place.district:
            trajectories = Trajectories.grid(chunk.draws, chunk.replicates)
            parts.append(replay(scenario, place.villages, parameters, trajectories, seed, place.row, year))
    return LogOddsTerms.join(parts)


def _explained(scenario: Scenario, effort: Effort, place: _Place, year: int, terms: LogOddsTerms) -> Explanation:
    """Put together what is said of a village."""
    villages, row = place.villages, place.row
    columns = {name: np.asarray(villages.columns[name], dtype=np.float64) for name in scenario.parameters.covariates}
    return Explanation(
        **vars(break_down(scenario, terms)),
        village_code=villages.codes[row],
        village=villages.names[row],
        subdistrict=villages.subdistricts[villages.subdistrict_index[row]],
        district=villages.district,
        year=year,
        origin_level=place.level,
        levels={level: float((terms.level == s).mean()) for s, level in enumerate(LEVELS)},
        base_interval90=_interval(terms, effort.draws),
        covariates={name: (float(column[row]), float(column.mean())) for name, column in columns.items()},
        share_above=float(terms.share_above.mean()),
        draws=effort.draws,
        replicates=effort.replicates,
    )


def _interval(terms: LogOddsTerms, draws: int) -> tuple[float, float] | None:
    """Return the 90% interval of the base over draws, where all trajectories of a draw have the same."""
    if draws == 1 or np.ptp(terms.level):
        return None
    base = np.empty(draws)
    base[terms.draw] = chance(terms.base_odds)
    low, high = np.quantile(base, INTERVAL90)
    return float(low), float(high)
