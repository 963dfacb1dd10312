"""How many villages are expected to rise in a year: the mean alone, which takes no sum over villages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...domain.arrays import Floats
from ...domain.law import TERMS, OfNeighbours, Term, left_to_chance, luck_of_one_village
from ...domain.parameters import Parameters
from ...domain.transition import chance, odds
from ...domain.villages import Villages
from ...engine.year_start import YearStart

CAMPAIGNS = [term for term in TERMS if term.coin is not None]
NEIGHBOURS = [term for term in TERMS if isinstance(term.regressor, OfNeighbours)]
_NODES = 15


def without(parameters: Parameters, terms: list[Term]) -> Parameters:
    """Return parameters under which some terms are out of the law."""
    off = {term.switch: np.zeros(len(parameters.rise)) for term in terms}
    return replace(parameters, scales={**parameters.scales, **off})


def expected_rises(villages: Villages, parameters: Parameters, start: YearStart, luck: Floats | None = None) -> Floats:
    """Return the expected number of rises in each draw, shape (D,).

    Parameters
    ----------
    start
        Where the year begins, with what the past says of single villages; no lot is open.
    luck
        Shape (V, D): what the shocks of the year add to the log odds; None to average over them.
    """
    log_odds = start.rise_log_odds[0] if luck is None else start.rise_log_odds[0] + luck
    usual = odds(parameters.rise)[np.arange(len(parameters.rise)), start.status] * np.exp(log_odds)
    if luck is not None:
        return np.asarray(chance(usual).sum(axis=0))
    # The mean depends on the distribution of one village's luck, not on how much of it villages share.
    cases = luck_of_one_village(left_to_chance(villages, parameters), _NODES)
    return np.asarray(sum(weight * chance(usual * np.exp(value)).sum(axis=0) for value, weight in cases))
