"""How many villages are expected to rise in a year: the mean alone, which takes no sum over villages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...domain.law import TERMS, Luck, OfNeighbours, Term, learned_effects
from ...domain.parameters import Parameters
from ...domain.transition import chance
from ...domain.villages import Villages
from ...engine.year_start import YearStart
from .law_at_particles import WEIGHTS, LawAtParticles

Floats = NDArray[np.float64]
CAMPAIGNS = [term for term in TERMS if isinstance(term.regressor, Luck) and term.regressor.coin is not None]
NEIGHBOURS = [term for term in TERMS if isinstance(term.regressor, OfNeighbours)]


def without(parameters: Parameters, terms: list[Term]) -> Parameters:
    """Return parameters under which some terms are out of the law."""
    off = {term.switch: np.zeros(len(parameters.rise)) for term in terms}
    return replace(parameters, scales={**parameters.scales, **off})


def expected_rises(villages: Villages, parameters: Parameters, start: YearStart, luck: Floats | None = None) -> Floats:
    """Return the expected number of rises in each draw, shape (D,).

    Parameters
    ----------
    start
        Where the year begins.
    luck
        Shape (V, D): what the shocks of the year add to the log odds; None to average over them.
    """
    law, draws = LawAtParticles(parameters), np.arange(len(parameters.rise))
    odds = law.rise_odds[start.status, draws] * np.exp(
        start.rise_log_odds if luck is None else start.rise_log_odds + luck
    )
    shocks = law.averaged_luck() if luck is None else [(np.zeros(1), np.ones(1))]
    apart = [(np.ones(1), 1.0)]
    if learned_effects(villages, parameters) is None:
        apart = list(zip(law.lasting, WEIGHTS, strict=True))
    total = np.zeros(len(draws))
    for shock, likely in shocks:
        for factor, weight in apart:
            total += weight * likely * chance(odds * np.exp(shock) * factor).sum(axis=0)
    return total
