"""Distributions of uncertain parameters, each known by its quantile function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Protocol

import numpy as np

from .arrays import Floats
from .constraints import (
    NOT_FINITE,
    Bounded,
    Finding,
    LogOdds,
    LogRatio,
    LogSpread,
    Ratio,
    Shape,
    Weight,
    checked,
    problem_at,
    refuse,
    within,
)
from .messages import Message, ScenarioError
from .quantiles import beta_quantile, standard_normal_quantile

INTERVAL90_Z = 1.6448536269514722
"""The 95% quantile of N(0, 1): a 90% interval reaches this many sd to either side."""


NOT_ONE_EACH = Message("draws are not one number each"), Message("a list of numbers, one a draw")


class Distribution(Protocol):
    """A scalar parameter that is drawn once per parameter draw."""

    @property
    def fixed(self) -> bool:
        """Whether every draw has the same value."""

    def quantile(self, uniform: Floats) -> Floats:
        """Return the values at probabilities `uniform`, shape (draw,), each in (0, 1)."""


@dataclass(frozen=True)
class Fixed:
    """A known number."""

    value: float
    fixed: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Refuse what is not a finite number; the number itself stays as it was given."""
        refuse(within(self.value, float, "value"))

    def quantile(self, uniform: Floats) -> Floats:
        """Return the number itself for every draw."""
        return np.full(uniform.shape, self.value)


class _OfSpread:
    """A distribution that is as wide as its `sd`."""

    sd: float

    @property
    def fixed(self) -> bool:
        """Whether the spread is nil."""
        return self.sd == 0


@dataclass(frozen=True)
class Normal(_OfSpread):
    """N(mean, sd²), of the logarithm of an odds ratio."""

    mean: Annotated[LogRatio, "Mean of the logarithm."]
    sd: Annotated[LogSpread, "Standard deviation of the logarithm."]

    def quantile(self, uniform: Floats) -> Floats:
        """Return mean + sd · Φ⁻¹(uniform)."""
        return self.mean + self.sd * standard_normal_quantile(uniform)


@dataclass(frozen=True)
class HalfNormal(_OfSpread, Bounded):
    """|N(0, sd²)|, for spreads."""

    under: ClassVar[str] = "half_normal."
    sd: Annotated[LogSpread, "Standard deviation of the normal that is folded at 0."]

    def quantile(self, uniform: Floats) -> Floats:
        """Return sd · Φ⁻¹((1 + uniform) / 2)."""
        return self.sd * standard_normal_quantile((1 + uniform) / 2)


@dataclass(frozen=True)
class Exponentiated(Bounded):
    """exp of a normal or half-normal: a lognormal, or an odds ratio never below 1.

    Attributes
    ----------
    interval
        Median and both ends of the 90% interval where it was stated by these; it decides nothing.
    """

    log: Normal | HalfNormal
    interval: tuple[float, float, float] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Hold a normal to its bounds where it is stated as such; those of an interval are wider."""
        super().__post_init__()
        if self.interval is None:
            refuse(checked(self.log, "normal."))

    @property
    def fixed(self) -> bool:
        """Whether the spread is nil."""
        return self.log.fixed

    def quantile(self, uniform: Floats) -> Floats:
        """Return exp of the quantile of the logarithm."""
        return np.exp(self.log.quantile(uniform))


@dataclass(frozen=True)
class LogitNormal(_OfSpread, Bounded):
    """expit of N(mean, sd²), for probabilities."""

    under: ClassVar[str] = "logit_normal."
    mean: Annotated[LogOdds, "Mean on the log-odds scale."]
    sd: Annotated[LogSpread, "Standard deviation on the log-odds scale."]

    def quantile(self, uniform: Floats) -> Floats:
        """Return expit(mean + sd · Φ⁻¹(uniform))."""
        with np.errstate(over="ignore"):
            return np.asarray(1 / (1 + np.exp(-(self.mean + self.sd * standard_normal_quantile(uniform)))))


@dataclass(frozen=True)
class Beta(Bounded):
    """Beta(alpha, beta), for probabilities."""

    under: ClassVar[str] = "beta."
    alpha: Annotated[Shape, "First shape, above 0."]
    beta: Annotated[Shape, "Second shape, above 0."]
    fixed: ClassVar[bool] = False

    def quantile(self, uniform: Floats) -> Floats:
        """Return the inverse of the regularised incomplete beta function."""
        return beta_quantile(self.alpha, self.beta, uniform)


@dataclass(frozen=True, eq=False)
class Empirical:
    """Draws computed elsewhere (a calibration), one a row of a file.

    Rows of one file are taken together, so that its parameters keep their joint distribution:
    `ParameterSet.sample` picks them, not `quantile`.
    """

    values: Floats

    def __post_init__(self) -> None:
        """Take any list of numbers, one a draw.

        Raises
        ------
        ScenarioError
            Where it holds something else, or nothing.
        """
        try:
            object.__setattr__(self, "values", np.asarray(self.values, dtype=np.float64))
        except (TypeError, ValueError, OverflowError):
            raise ScenarioError([problem_at("draws", self.values, NOT_ONE_EACH)]) from None
        if self.values.ndim != 1 or not self.values.size:
            raise ScenarioError([problem_at("draws", str(self.values.shape), NOT_ONE_EACH)])
        strange = self.values[~np.isfinite(self.values)]
        refuse(problem_at("draws", number, NOT_FINITE) for number in strange[:1])

    @property
    def fixed(self) -> bool:
        """Whether there is a single value."""
        return bool(np.ptp(self.values) == 0)

    def quantile(self, uniform: Floats) -> Floats:
        """Return the sample quantiles, for what describes this parameter alone."""
        return np.asarray(np.quantile(self.values, uniform))


@dataclass(frozen=True)
class Dirichlet(Bounded):
    """A probability vector with mean `mean`, as sure as `effective_n` observations."""

    mean: tuple[float, ...]
    effective_n: Weight
    fixed: ClassVar[bool] = False

    def quantile(self, uniform: Floats) -> Floats:
        """Return one vector a row by normalised gamma quantiles; `uniform` is (draw, len(mean))."""
        from scipy.special import gammaincinv

        alpha = self.effective_n * np.asarray(self.mean)
        gamma = np.where(alpha > 0, gammaincinv(np.where(alpha > 0, alpha, 1.0), uniform), 0.0)
        return np.asarray(gamma / gamma.sum(axis=-1, keepdims=True))


def normal_nodes(reach: float, step: float) -> tuple[Floats, Floats]:
    """Return equally spaced nodes and weights for the average over a standard normal, each (N,).

    The trapezoidal rule on [−reach, reach]; its steps are at most `step`, and 0 is a node. For a smooth function
    its error falls with exp(−(2π / step)²); unlike Gauss–Hermite it stays accurate where the function is nearly one.

    Examples
    --------
    >>> nodes, weights = normal_nodes(8.0, 0.5)
    >>> nodes.size, round(float(weights @ nodes**2), 12)
    (33, 1.0)
    """
    half = int(np.ceil(reach / step - 1e-9))
    nodes = np.linspace(-reach, reach, 2 * half + 1)
    density = np.exp(-(nodes**2) / 2)
    return nodes, density / density.sum()


MOST_TIMES = 1e12
"""How often the low end of an interval goes into its high end, at most: no belief is that vague."""


def interval_finding(median: float, low: float, high: float) -> Finding | None:
    """Return why a 90% interval and its median make no lognormal, or None."""
    if low >= high:
        turned = Message("write {value}", {"value": f"interval90: [{high:g}, {low:g}]"}) if low > high else None
        message = Message("the low end of interval90 is not below its high end")
        return message, Message("[low, high] with low below high"), turned
    if high / MOST_TIMES > low:
        return (
            Message("the ends of interval90 lie too far apart"),
            Message("a high end of at most {most:,} times the low end", {"most": MOST_TIMES}),
            None,
        )
    middle = low**0.5 * high**0.5
    if abs(median / middle - 1) > 0.1:
        return (
            Message(
                "the median lies more than 10 percent from the geometric middle of interval90, {middle:,}",
                {"middle": float(f"{middle:.3g}")},
            ),
            Message("a median near the square root of low times high"),
            Message("write {value}", {"value": f"median: {middle:.3g}"}),
        )
    return None


def lognormal_from_interval(median: float, low: float, high: float) -> Exponentiated:
    """Return the lognormal with this median whose log-sd is log(high / low) / 3.29.

    Parameters
    ----------
    median, low, high
        Median and the ends of the 90% interval, all positive, on the scale of the parameter.

    Returns
    -------
    Exponentiated
        The exp of a normal distribution, whose 90% interval is as wide on the log scale, and centred on the median.

    Raises
    ------
    ScenarioError
        Where they make no lognormal.

    Examples
    --------
    >>> effect = lognormal_from_interval(1.6, 1.1, 2.3)
    >>> [round(float(v), 2) for v in effect.quantile(np.array([0.05, 0.5, 0.95]))]
    [1.11, 1.6, 2.31]
    """
    problems = [problem for number in (median, low, high) for problem in within(number, Ratio, "interval90")]
    if not problems and (finding := interval_finding(median, low, high)) is not None:
        problems = [problem_at("interval90", (median, low, high), finding)]
    refuse(problems)
    log = Normal(float(np.log(median)), float(np.log(high / low) / (2 * INTERVAL90_Z)))
    return Exponentiated(log, (median, low, high))
