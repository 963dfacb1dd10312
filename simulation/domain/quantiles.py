"""Quantiles of the default priors, without `scipy.special`: to load that takes as long as a small forecast."""

from __future__ import annotations

from math import comb
from statistics import NormalDist

import numpy as np

from .arrays import Floats

_of_one = NormalDist().inv_cdf


def standard_normal_quantile(probability: Floats) -> Floats:
    """Return Φ⁻¹ elementwise, to a relative 10⁻¹⁵; −∞ for 0 and ∞ for 1.

    Examples
    --------
    >>> standard_normal_quantile(np.array([0.0, 0.025, 0.5])).round(6).tolist()
    [-inf, -1.959964, 0.0]
    """
    probability = np.asarray(probability, dtype=np.float64)
    found = np.where(probability < 0.5, -np.inf, np.inf)
    inside = (probability > 0) & (probability < 1)
    found[inside] = [_of_one(p) for p in probability[inside].tolist()]
    return found


MOST_TERMS = 40
"""Of the polynomial behind a beta distribution: with more, its sum and its roots lose digits."""


def beta_quantile(alpha: float, beta: float, probability: Floats) -> Floats:
    """Return the inverse of the regularised incomplete beta function elementwise, its probability to 10⁻¹⁵.

    For whole shapes it is where as many of α + β − 1 uniforms as α or more lie with that probability (a binomial
    tail); others are left to `scipy.special`.

    Examples
    --------
    >>> beta_quantile(6, 2, np.array([0.0, 0.5, 1.0])).round(6).tolist()
    [0.0, 0.77151, 1.0]
    """
    probability = np.asarray(probability, dtype=np.float64)
    if alpha == 1:
        with np.errstate(divide="ignore"):
            return -np.expm1(np.log1p(-probability) / beta)
    if alpha + beta > MOST_TERMS or not (float(alpha).is_integer() and float(beta).is_integer()):
        from scipy.special import betaincinv

        return np.asarray(betaincinv(alpha, beta, probability))
    number, least = int(alpha + beta) - 1, int(alpha)

    def tail(x: Floats) -> Floats:
        terms = (comb(number, k) * x**k * (1 - x) ** (number - k) for k in range(least, number + 1))
        return sum(terms, start=np.zeros_like(x))

    # Halving finds the place, Newton's method its last digits.
    low, high = np.zeros_like(probability), np.ones_like(probability)
    for _ in range(20):
        middle = (low + high) / 2
        below = tail(middle) < probability
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    found = (low + high) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(5):
            density = least * comb(number, least) * found ** (least - 1) * (1 - found) ** (number - least)
            found = np.clip(found - (tail(found) - probability) / density, 0.0, 1.0)
    return np.where(probability <= 0, 0.0, np.where(probability >= 1, 1.0, found))
