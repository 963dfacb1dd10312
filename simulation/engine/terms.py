"""One village's log odds of rising, term by term, in trajectories that are played again.

Knows how the terms that `Setting` adds up are taken apart, and which trajectories lead to a year; must not
know what is said about them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..domain.intervention import may_be_chosen
from ..domain.parameters import Parameters
from ..domain.randomness import Process, Trajectories, normals, uniforms
from ..domain.scenario import Assumptions
from ..domain.status import LEVELS
from ..domain.transition import odds, share_above
from ..domain.villages import Villages
from .batch import State, decide
from .setting import Setting

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Terms:
    """One village at the start of one year over T trajectories; J programmes, C covariates.

    Its log odds of rising are log `base_odds` + covariates + peers + village + year + subdistrict + campaign +
    the joint effect of the programmes; where it is `blocked` it does not rise.

    Attributes
    ----------
    draw
        Shape (T,): parameter draw of each trajectory.
    level
        Shape (T,): level at the start of the year.
    blocked
        Shape (T,): whether it may not rise yet (``min_years``).
    base_odds
        Shape (T,): odds of a typical village at that level in a typical year; 0 at the top.
    share_above
        Shape (T,): share of the other villages of the kecamatan that stand above it.
    covariates
        Shape (C, T): log-odds terms of the covariates, in the order of the scenario.
    peers, village, year, subdistrict, campaign
        Shape (T,): log-odds terms of the peers, of what is its own for good, of the shocks of the year in the
        district and in the kecamatan, and of a campaign.
    programmes, at_full_dose
        Shape (J, T): each programme's effect alone on the log odds, as it is, and at full dose.
    assisted, eligible
        Shape (J, T): whether a programme assists the village, and whether it may choose it this year.
    """

    draw: Ints
    level: Ints
    blocked: Bools
    base_odds: Floats
    share_above: Floats
    covariates: Floats
    peers: Floats
    village: Floats
    year: Floats
    subdistrict: Floats
    campaign: Floats
    programmes: Floats
    at_full_dose: Floats
    assisted: Bools
    eligible: Bools

    @classmethod
    def joined(cls, parts: list[Terms]) -> Terms:
        """Return the trajectories of several parts side by side."""
        return cls(**{f.name: np.concatenate([getattr(part, f.name) for part in parts], axis=-1) for f in fields(cls)})


def replay(
    scenario: Assumptions,
    villages: Villages,
    parameters: Parameters,
    trajectories: Trajectories,
    seed: int,
    village: int,
    year: int,
) -> Terms:
    """Play trajectories up to the start of a forecast year and return what then bears on one village.

    The trajectories are those of an ensemble with this seed. Parameters as for `Setting`; `village` is a row
    of `villages`.
    """
    setting = Setting(scenario, villages, parameters, trajectories, seed)
    state = State(setting.initial_status(), villages, scenario.min_years)
    for now in range(scenario.years[0], year):
        blocked = state.blocked(now)
        chances = setting.chances(now, state.status, state.levels, blocked)
        state.apply(decide(setting, chances, state, blocked), now)
    blocked = state.blocked(year)
    # Whom the programmes choose is settled together with the chances of everybody.
    setting.chances(year, state.status, state.levels, blocked)
    draw, level = trajectories.draw, state.status[village].astype(np.int64)
    above = share_above(state.levels, villages.subdistrict_sizes)[villages.subdistrict_index[village]]
    above = above[level, np.arange(draw.size)]
    return Terms(
        draw=draw,
        level=level,
        blocked=np.zeros(draw.size, dtype=bool) if blocked is None else blocked[village],
        base_odds=odds(parameters.rise)[draw, level],
        share_above=above,
        covariates=_rows(
            [villages.covariate(name)[village] * beta[draw] for name, beta in parameters.covariate_log_odds.items()],
            draw.size,
        ),
        peers=parameters.peer_log_odds[draw] * above,
        **_unknowns(villages, parameters, trajectories, seed, village, year),
        **_programmes(setting, village, year, level),
        at_full_dose=parameters.rise_log_odds_ratio[draw].T,
    )


def _unknowns(
    villages: Villages, parameters: Parameters, trajectories: Trajectories, seed: int, village: int, year: int
) -> dict[str, Any]:
    """Return the terms that nobody can know in advance, looked up where `Setting` finds them."""
    draw, k = trajectories.draw, villages.subdistrict_index[village]
    own, subdistrict = villages.units[village : village + 1], villages.subdistrict_units[k : k + 1]
    coin = uniforms(seed, Process.CAMPAIGN, year, villages.district_unit, trajectories)[0]
    return {
        "village": parameters.village_sd[draw] * normals(seed, Process.VILLAGE_EFFECT, 0, own, trajectories)[0],
        "year": parameters.year_sd[draw]
        * normals(seed, Process.YEAR_SHOCK, year, villages.district_unit, trajectories)[0],
        "subdistrict": parameters.subdistrict_sd[draw]
        * normals(seed, Process.SUBDISTRICT_SHOCK, year, subdistrict, trajectories)[0],
        "campaign": np.where(coin < parameters.campaign_probability[draw], parameters.campaign_log_odds[draw], 0.0),
    }


def _programmes(setting: Setting, village: int, year: int, level: Ints) -> dict[str, Any]:
    """Return what every programme does for the village this year, and whether it could choose it."""
    effects, assisted, eligible = [], [], []
    for programme in setting.programmes:
        rise, _ = programme.effects()
        effects.append(np.zeros(level.size) if rise is None else rise[village])
        assisted.append(programme.assisted[village])
        plan = programme.intervention
        named = np.array([name in plan.eligible_status for name in LEVELS])
        eligible.append(named[level] & may_be_chosen(plan, setting.villages)[village] & programme.runs(year))
    return {
        "programmes": _rows(effects, level.size),
        "assisted": _rows(assisted, level.size).astype(bool),
        "eligible": _rows(eligible, level.size).astype(bool),
    }


def _rows(rows: Sequence[NDArray[Any]], size: int) -> Floats:
    """Return arrays of one length as the rows of a table, which may have none."""
    return np.array(rows, dtype=np.float64).reshape(len(rows), size)
