"""One village's log odds of rising, term by term, in trajectories that are played again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from ..domain.arrays import Bools, Floats, Ints
from ..domain.law import Term, village_terms
from ..domain.parameters import Parameters
from ..domain.randomness import Trajectories
from ..domain.scenario import Assumptions
from ..domain.transition import odds, share_above
from ..domain.villages import Villages
from .batch import move, states_at_origin
from .environment import Environment


@dataclass(frozen=True, eq=False)
class LogOddsTerms:
    """One village at the start of one year over T trajectories; J programmes.

    Its log odds of rising are log `base_odds` + the sum of `terms` + the joint effect of the programmes; where it is
    `blocked` it does not rise.

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
    terms
        Every term of the law, in its order, shape (T,) each.
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
    terms: dict[Term, Floats]
    programmes: Floats
    at_full_dose: Floats
    assisted: Bools
    eligible: Bools

    @classmethod
    def join(cls, parts: Sequence[LogOddsTerms]) -> LogOddsTerms:
        """Return the trajectories of several parts side by side."""
        arrays = [field.name for field in fields(cls) if field.name != "terms"]
        return cls(
            terms={term: np.concatenate([part.terms[term] for part in parts]) for term in parts[0].terms},
            **{name: np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in arrays},
        )


def replay(
    scenario: Assumptions,
    villages: Villages,
    parameters: Parameters,
    trajectories: Trajectories,
    seed: int,
    village: int,
    year: int,
) -> LogOddsTerms:
    """Play trajectories up to the start of a forecast year and return what then bears on one village.

    The trajectories are those of an ensemble with this seed. Parameters as for `Environment`; `village` is a row
    of `villages.ever`.
    """
    villages = villages.ever
    environment = Environment(scenario, villages, parameters, trajectories, seed)
    state, listed = states_at_origin(environment)
    for now in range(scenario.years[0], year + 1):
        blocked = state.blocked(now)
        environment.assist(now, listed.status, listed.levels, blocked)
        if now < year:
            chances = environment.chances(now, state.levels)
            move(environment, chances, environment.rise_odds(chances, state.place, blocked), state, listed)
    draw, level = trajectories.draw, state.status[village].astype(np.int64)
    above = share_above(state.levels)[villages.subdistrict_index[village]]
    shape = len(environment.programmes), draw.size
    effects, assisted, eligible = np.zeros(shape), np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for j, programme in enumerate(environment.programmes):
        rise, _ = programme.effects()
        effects[j] = 0.0 if rise is None else rise[village]
        assisted[j] = programme.assisted[village]
        eligible[j] = programme.eligible(year, listed.status)[village] & programme.runs(year)
    return LogOddsTerms(
        draw=draw,
        level=level,
        blocked=np.zeros(draw.size, dtype=bool) if blocked is None else blocked[village],
        base_odds=odds(parameters.rise)[draw, level],
        share_above=above[level, np.arange(draw.size)],
        terms=village_terms(villages, parameters, trajectories, seed, year, village, state.levels, level),
        programmes=effects,
        at_full_dose=parameters.rise_log_odds_ratio[draw].T,
        assisted=assisted,
        eligible=eligible,
    )
