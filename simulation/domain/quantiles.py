"""Quantiles of the default priors, without `scipy.special`: to load that takes as long as a small forecast."""

from __future__ import annotations

from math import comb

import numpy as np

from .arrays import Floats

CENTRAL = 0.425
"""Up to so far from ½ the quantile is a fraction of polynomials in the probability itself."""
_CENTRAL = (
    (3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
     45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727),
    (1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
     21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610),
)  # fmt: skip
_NEAR = (
    (1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
     1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
     0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
)  # fmt: skip
_FAR = (
    (6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
     0.0265321895265761230930, 0.00124266094738807843860, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
)  # fmt: skip


def standard_normal_quantile(probability: Floats) -> Floats:
    """Return Φ⁻¹ elementwise, to a relative 10⁻¹⁵; −∞ for 0 and ∞ for 1.

    Source: Wichura 1988, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37.

    Examples
    --------
    >>> standard_normal_quantile(np.array([0.0, 0.025, 0.5])).round(6).tolist()
    [-inf, -1.959964, 0.0]
    """
    probability = np.asarray(probability, dtype=np.float64)
    apart = probability - 0.5
    found = apart * _fraction(_CENTRAL, CENTRAL**2 - apart * apart)
    outside = np.abs(apart) > CENTRAL
    if outside.any():
        with np.errstate(divide="ignore", invalid="ignore"):
            tail = np.sqrt(-np.log(np.minimum(probability, 1 - probability)[outside]))
            away = np.where(tail <= 5, _fraction(_NEAR, tail - 1.6), _fraction(_FAR, tail - 5))
        found = np.where(outside, 0.0, found)
        found[outside] = np.copysign(np.where(np.isinf(tail), np.inf, away), apart[outside])
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


def _fraction(coefficients: tuple[tuple[float, ...], tuple[float, ...]], x: Floats) -> Floats:
    above, below = np.zeros_like(x), np.zeros_like(x)
    for numerator, denominator in zip(*map(reversed, coefficients), strict=True):
        above, below = above * x + numerator, below * x + denominator
    return above / below
