"""Why one village rises or not in a year of a forecast.

The log odds of rising are a sum of terms (`simulation.domain.law`), so each term is told by its odds ratio. The chance
itself is told at four points, as the mean over the same trajectories: of a typical village at its level in a typical
year; with what is known of this village, its past where that was learned from; with the luck of years and of what is
unmeasured; with interventions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ..domain.arrays import Bools, Floats
from ..domain.columns import describes_columns
from ..domain.html_table import html_table
from ..domain.intervention import Overlap, combine
from ..domain.law import learned_effects
from ..domain.messages import Message, Refusal
from ..domain.parameters import ParameterKey, Parameters, Rows
from ..domain.randomness import Trajectories
from ..domain.reporting import REPORTING
from ..domain.scenario import refuse_own_law, refuse_so_far
from ..domain.status import LEVELS, TOP, UNKNOWN
from ..domain.transition import LARGEST_LOG_ODDS, chance, factor
from ..domain.villages import DISAGREEMENT
from ..engine.effort import CHUNK_CELLS, Effort, chunks
from ..engine.log_odds_terms import LogOddsTerms, replay
from ..inputs.scenario import Scenario
from .forecast import Forecast
from .uncertainty import FEWEST_REPLICATES, INTERVAL90, tells_of_parameters
from .village_finder import find_village

if TYPE_CHECKING:
    import pandas as pd


QUANTILES = (0.05, 0.5, 0.95)
WAITING, INTERVENTION = "waiting", "intervention"
OWN_LAW = Message("{scenario} has a law of its own ({names}), and only the standard law can be explained")
PLAYED_CELLS = 30_000_000
"""Villages × years × trajectories that are played again at most: a few seconds."""


@dataclass(frozen=True)
class Component:
    """One term of a village's log odds of rising.

    Attributes
    ----------
    kind, name
        The name of a term of the law, ``waiting`` (``min_years``) or ``intervention``; which covariate or intervention,
        else empty.
    foreseeable
        Whether a planner can see it, or draws of a calibration say it of this village: then it is what its past tells.
    acts
        Share of the trajectories in which it acts.
    odds_ratio
        5%, 50% and 95% quantile, over these, of the factor by which it multiplies the odds; None where it never
        acts, and for waiting, which leaves no chance. An intervention is taken alone, without overlap.
    log_odds
        Mean over all trajectories of what it adds to the log odds; of waiting, what it takes from those of the mean
        chance.
    """

    kind: str
    name: str
    foreseeable: bool
    acts: float
    odds_ratio: tuple[float, float, float] | None
    log_odds: float


@dataclass(frozen=True)
class Reach:
    """What an intervention is to the village.

    Attributes
    ----------
    eligible, assisted
        Share of the trajectories in which it may choose the village this year, and in which it assists it.
    if_assured
        The chance if it assisted the village for certain and at full dose wherever it may choose it, all else the
        same; None where it never may.
    """

    name: str
    eligible: float
    assisted: float
    if_assured: float | None


@dataclass(frozen=True, kw_only=True)
class VillageChance:
    """The chance that one village rises in one year, and where it comes from.

    Attributes
    ----------
    origin_level, joins
        Its level at the end of the origin year, "" where that is blank and drawn in every trajectory; or that at which
        it joins later, and the year at whose end it does, None where it is there at the origin.
    disagreement
        Levels that its list says at the end of the origin year and that contradict each other; "" where none do.
    levels
        Level -> share of the trajectories in which it stands there at the start of the year.
    base, base_interval90
        Chance of a typical village at its level in a typical year; 5% and 95% quantile over draws, None where the
        village's level varies, or with fewer than 50 draws.
    foreseen
        Chance of this village in a typical year, without interventions: waiting, covariates, peers, and what its past
        says of it where that was learned.
    without_interventions
        Chance in that year with its luck, and what is unmeasured, and no intervention.
    chance
        Chance of rising, with the interventions: the mean over trajectories of what the law gives.
    probability_rises, by_year
        In which share of the trajectories of a forecast the village rose, in the year and in every forecast year, so
        that simulation error stands between this and `chance`; where a scenario is explained, `chance` and nothing.
    components
        Every term, in the order of the law; then the interventions.
    reach
        What each intervention of the scenario is to the village.
    if_all_assured
        The chance if every intervention that may choose the village assisted it for certain and at full dose; None
        where there is none.
    covariates
        Column -> the village's number and the mean of the district.
    share_above
        Share of the other villages of its kecamatan that stand above it, mean over trajectories.
    """

    village_code: str
    village: str
    subdistrict: str
    district: str
    year: int
    origin_level: str
    joins: int | None = None
    disagreement: str = ""
    levels: Mapping[str, float]
    base: float
    base_interval90: tuple[float, float] | None
    foreseen: float
    without_interventions: float
    chance: float
    probability_rises: float
    by_year: Mapping[int, float] = field(default_factory=dict)
    components: tuple[Component, ...]
    reach: tuple[Reach, ...]
    if_all_assured: float | None
    covariates: Mapping[str, tuple[float, float]]
    share_above: float
    draws: int
    replicates: int
    seed: int

    @property
    def cannot_rise(self) -> bool:
        """Whether it stands at the top in every trajectory."""
        return self.levels[LEVELS[TOP]] == 1


@dataclass(frozen=True, kw_only=True)
class Explanation(VillageChance):
    """The chance that one village of a scenario rises in one year, and where it comes from."""

    scenario: Scenario = field(compare=False, repr=False)

    def counted(self, by_year: Mapping[int, float]) -> Explanation:
        """Return the explanation of a forecast in which the village rose in these shares of the trajectories."""
        return replace(self, by_year=by_year, probability_rises=by_year.get(self.year, self.chance))

    @property
    @describes_columns("explanation")
    def table(self) -> pd.DataFrame:
        """One row a component."""
        import pandas as pd

        columns = ["component", "name", "acts", *(f"odds_ratio_q{round(100 * q):02d}" for q in QUANTILES)]
        nothing = (np.nan,) * len(QUANTILES)
        rows = [(c.kind, c.name, c.acts, *(c.odds_ratio or nothing)) for c in self.components]
        return pd.DataFrame(rows, columns=columns)

    def _repr_html_(self) -> str:
        """Return the table, for notebooks."""
        return html_table(self.table.to_dict("records"), repr(self)[1:-1])

    def __repr__(self) -> str:
        """Return one line: the village, the year, and its chance from that of a typical village on."""
        chances = f"typical {self.base:.3f}, foreseen {self.foreseen:.3f}, chance {self.chance:.3f}"
        return f"<Explanation {self.village_code} {self.village}, rises in {self.year}: {chances}>"


def explain(
    what: Scenario | Forecast,
    village: str,
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
    village
        Its code, its name or part of it, with the kecamatan where several are called so; see `find_village`.
    year
        A forecast year, by default the first in which the village is there. By a later one it may have moved: its
        chance is then the mean over the levels that it has in the trajectories.
    draws, replicates, seed
        As for `simulation.forecast`; at most `PLAYED_CELLS` are played.

    Returns
    -------
    Explanation
        The chance, and what raises or lowers it.

    Raises
    ------
    Refusal
        Where only counts are known, none or several villages are called so, the year is not in the forecast, or the
        law is not the standard one.

    Examples
    --------
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/contoh_pendampingan.yaml")
    >>> explanation = kkb.explain(scenario, scenario.districts[0].codes[0], draws=100, replicates=1)
    >>> 0 < explanation.chance < 1
    True
    """
    if isinstance(what, Forecast):
        return _explain_forecast(what, village, year)
    refuse_so_far(what)
    refuse_own_law(what, OWN_LAW)
    district, row = find_village(what, village)
    villages = what.districts[district].ever
    joins = 0 if villages.joins is None else int(villages.joins[row])
    year = max(what.years[0], joins + 1) if year is None else year
    values = {"first": what.years[0], "last": what.years[-1], "year": year, "joins": joins}
    if year <= joins:
        raise Refusal(Message("this village is designated in {joins}; it can rise from the next year on", values))
    if year not in what.years:
        raise Refusal(Message("the forecast covers {first} to {last}, not {year}", values))
    level = 0 if joins else int(np.asarray(villages.single_levels)[row])
    effort = Effort.of(what, draws, replicates)
    most = max(1, PLAYED_CELLS // (len(villages) * (year - what.origin)))
    effort = Effort(min(effort.draws, most), min(effort.replicates, max(1, most // effort.draws)))
    parameters = what.parameters.draw(seed, effort.draws)
    played = _played(what, parameters, effort, seed, district, row, year)
    may_rise = np.where(played.blocked, 0.0, played.base_odds)
    known = {
        term: term.luck is None or learned_effects(term, villages, parameters) is not None for term in played.terms
    }
    none = np.zeros(1)
    seen = sum((log_odds for term, log_odds in played.terms.items() if known[term]), start=none)
    luck = seen + sum((log_odds for term, log_odds in played.terms.items() if not known[term]), start=none)

    def assured(chosen: Bools) -> float | None:
        """Return the chance with some interventions for certain; None where none of them may choose the village."""
        there = chosen[:, None] & played.eligible
        if not there.any():
            return None
        return _mean(may_rise, luck + _joint(np.where(there, played.at_full_dose, played.programmes), what.overlap))

    each = np.eye(len(what.interventions), dtype=bool)
    columns = {name: np.asarray(villages.columns[name], dtype=np.float64) for name in what.parameters.covariates}
    found = _mean(may_rise, luck + _joint(played.programmes, what.overlap))
    return Explanation(
        village_code=villages.codes[row],
        village=villages.names[row],
        subdistrict=villages.subdistricts[villages.subdistrict_index[row]],
        district=villages.district,
        year=year,
        origin_level="" if level == UNKNOWN else LEVELS[level],
        joins=joins or None,
        disagreement=str(villages.columns[DISAGREEMENT][row]) if DISAGREEMENT in villages.columns else "",
        levels={level: float((played.level == s).mean()) for s, level in enumerate(LEVELS)},
        base=_mean(played.base_odds),
        base_interval90=_interval(played, effort.draws, what.parameters.rows),
        foreseen=_mean(may_rise, seen),
        without_interventions=_mean(may_rise, luck),
        chance=found,
        probability_rises=found,
        components=(
            _waiting(played),
            *(_component(term.name, term.key, row, known[term]) for term, row in played.terms.items()),
            *(
                _component(INTERVENTION, ParameterKey.effect(plan.name, "rise"), row, foreseeable=True)
                for plan, row in zip(what.interventions, played.programmes, strict=True)
            ),
        ),
        reach=tuple(
            Reach(plan.name, float(played.eligible[j].mean()), float(played.assisted[j].mean()), assured(each[j]))
            for j, plan in enumerate(what.interventions)
        ),
        if_all_assured=assured(each.any(axis=1)),
        covariates={
            name: (float(column[row]), float(column[: villages.at_origin].mean())) for name, column in columns.items()
        },
        share_above=float(played.share_above.mean()),
        draws=effort.draws,
        replicates=effort.replicates,
        scenario=what,
        seed=seed,
    )


def _explain_forecast(forecast: Forecast, village: str, year: int | None) -> Explanation:
    """Explain a forecast, and tell how often the village rose in it."""
    scenario, effort = forecast.scenario, forecast.effort
    replicates = None if forecast.engine == "exact" else effort.replicates
    found = explain(scenario, village, year, draws=effort.draws, replicates=replicates, seed=forecast.seed)
    if REPORTING in scenario.parameters.scalars:  # the forecast counts what the list shows
        return found
    district, row = find_village(scenario, village)
    shares, villages = forecast.districts[district].rise_probability[row], scenario.districts[district].ever
    by_year = zip(scenario.years, shares.tolist(), strict=False)
    return found.counted({year: share for year, share in by_year if villages.there(year)[row]})


def _played(
    scenario: Scenario, parameters: Parameters, effort: Effort, seed: int, district: int, row: int, year: int
) -> LogOddsTerms:
    """Return the terms of a village in every trajectory."""
    villages, parts = scenario.districts[district], []
    for chunk in chunks(scenario, effort, CHUNK_CELLS["batch"]):
        if chunk.district == district:
            trajectories = Trajectories.grid(chunk.draws, chunk.replicates)
            parts.append(replay(scenario, villages, parameters, trajectories, seed, row, year))
    return LogOddsTerms.join(parts)


def _mean(odds: Floats, log_odds: Floats | float = 0.0) -> float:
    """Return the mean chance over trajectories, with something added to their log odds."""
    return float(chance(odds * factor(np.asarray(log_odds))).mean())


def _joint(programmes: Floats, overlap: Overlap) -> Floats:
    """Return the joint effect of the programmes, shape (J, T), on the log odds."""
    return combine(list(programmes), overlap) if len(programmes) else np.zeros(1)


def _waiting(played: LogOddsTerms) -> Component:
    before, after = chance(played.base_odds).mean(), chance(np.where(played.blocked, 0.0, played.base_odds)).mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        taken = float(np.log(after / (1 - after)) - np.log(before / (1 - before))) if before else 0.0
    taken = max(taken, -LARGEST_LOG_ODDS)
    return Component(WAITING, "", True, float(played.blocked.mean()), None, taken)


def _component(kind: str, key: ParameterKey, row: Floats, foreseeable: bool) -> Component:
    acting = row[row != 0]
    if not acting.size:
        return Component(kind, key.of, foreseeable, 0.0, None, 0.0)
    low, middle, high = (float(ratio) for ratio in np.exp(np.quantile(acting, QUANTILES)))
    return Component(kind, key.of, foreseeable, acting.size / row.size, (low, middle, high), float(row.mean()))


def _interval(played: LogOddsTerms, draws: int, rows: Rows | None) -> tuple[float, float] | None:
    """Return the 90% interval of the base over draws, where all trajectories of a draw have the same."""
    if not tells_of_parameters(draws, FEWEST_REPLICATES, rows) or np.ptp(played.level):
        return None
    base = np.empty(draws)
    base[played.draw] = chance(played.base_odds)
    low, high = np.quantile(base, INTERVAL90)
    return float(low), float(high)
