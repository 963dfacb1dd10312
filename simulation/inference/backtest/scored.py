"""The scores of one forecaster over all district-years.

Knows which score is taken of what; must not know who forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...domain.randomness import parameter_uniforms
from ...domain.target import Target
from .. import scores
from .past import DistrictYear
from .prediction import Prediction

Floats = NDArray[np.float64]

LEVELS_OF_COVERAGE = (0.5, 0.8, 0.95)
MEANS = ("brier", "log_score", "crps_rises", "log_score_rises", "rps_status")


@dataclass(frozen=True, eq=False)
class Scored:
    """Scores, one a district-year, n of them.

    Attributes
    ----------
    met, mean_rises
        Shape (n,): the chance that was given to meeting the target; the number of rises that was expected.
    brier, log_score
        Shape (n,): of "met".
    crps_rises, log_score_rises
        Shape (n,): of the number of rises.
    rps_status
        Shape (n,): of the next level, mean over the villages.
    coverage
        Shape (3, n): of the number of rises, for `LEVELS_OF_COVERAGE`; see `scores.coverage`.
    pit
        Shape (n,): randomised, of the number of rises.
    """

    met: Floats
    mean_rises: Floats
    brier: Floats
    log_score: Floats
    crps_rises: Floats
    log_score_rises: Floats
    rps_status: Floats
    coverage: Floats
    pit: Floats

    @classmethod
    def of(cls, found: Sequence[Prediction], cases: Sequence[DistrictYear], target: Target, seed: int) -> Scored:
        """Score forecasts of some district-years; the same seed randomises the PIT of every forecaster alike."""
        met, happened = np.array([one.met for one in found]), np.array([case.met(target) for case in cases])
        rose = [(one.rises, np.array(case.rises)) for one, case in zip(found, cases, strict=True)]
        names = tuple(f"pit/{case.district_code}/{case.year}" for case in cases)
        uniform = parameter_uniforms(seed, names, 1)[:, 0]
        return cls(
            met=met,
            mean_rises=np.array([float(np.arange(one.rises.size) @ one.rises) for one in found]),
            brier=scores.brier(met, happened),
            log_score=scores.log_score(np.stack([1 - met, met], axis=1), happened),
            crps_rises=np.array([float(scores.ranked_probability(*one)) for one in rose]),
            log_score_rises=np.array([float(scores.log_score(*one)) for one in rose]),
            rps_status=np.array(
                [
                    float(scores.ranked_probability(one.levels, case.after).mean())
                    for one, case in zip(found, cases, strict=True)
                ]
            ),
            coverage=np.array([[float(scores.coverage(*one, level)) for one in rose] for level in LEVELS_OF_COVERAGE]),
            pit=np.array([float(scores.randomised_pit(*one, v)) for one, v in zip(rose, uniform, strict=True)]),
        )

    def means(self) -> dict[str, float]:
        """Return the mean of every score (`MEANS`)."""
        return {name: float(getattr(self, name).mean()) for name in MEANS}
