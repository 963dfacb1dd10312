"""A number or a distribution, as a scenario file writes it.

Knows the notation of uncertain parameters and what it means; must not know which parameters exist.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Strict,
    Tag,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ..domain import constraints
from ..domain import distributions as law

Finite = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Share = Annotated[constraints.Probability, Strict(), Field(allow_inf_nan=False)]

Ratio = Annotated[constraints.Ratio, Strict(), Field(allow_inf_nan=False)]
Width = Annotated[constraints.Spread, Strict(), Field(allow_inf_nan=False)]
LogWidth = Annotated[constraints.LogSpread, Strict(), Field(allow_inf_nan=False)]
Text = constraints.Text
Years = Annotated[constraints.Years, Strict()]


def _exact(value: Any, check: ValidatorFunctionWrapHandler) -> Fraction:
    """Return a share as the very fraction that was written: 0.05 is 1/20, and the text 1/3 is a third."""
    if isinstance(value, str) and re.fullmatch("[0-9]{1,9}/[1-9][0-9]{0,8}", value):
        check(float(Fraction(value)))
        return Fraction(value)
    return Fraction(str(check(value)))


if TYPE_CHECKING:
    ExactShare = Fraction
else:
    ExactShare = Annotated[Share, WrapValidator(_exact)]
Shape = Annotated[constraints.Shape, Strict(), Field(allow_inf_nan=False)]


class Frozen(BaseModel):
    """A part of a scenario file: read once, never changed, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval(Frozen):
    """A lognormal given by its median and 90% interval."""

    median: Ratio = Field(description="As likely above as below.")
    interval90: tuple[Ratio, Ratio] = Field(description="[low, high]: nine in ten chances to lie between.")

    @model_validator(mode="after")
    def _in_order(self) -> Interval:
        if law.interval_finding(self.median, *self.interval90) is not None:
            raise PydanticCustomError("interval", "the interval makes no lognormal")
        return self


class MeanSd(Frozen):
    """Mean and standard deviation of a logit."""

    mean: Annotated[constraints.LogOdds, Strict(), Field(allow_inf_nan=False)] = Field(
        description="Mean on the log-odds scale."
    )
    sd: LogWidth = Field(description="Standard deviation on the log-odds scale.")


class LogMeanSd(Frozen):
    """Mean and standard deviation of the logarithm of an odds ratio."""

    mean: Annotated[constraints.LogRatio, Strict(), Field(allow_inf_nan=False)] = Field(
        description="Mean of the logarithm."
    )
    sd: LogWidth = Field(description="Standard deviation of the logarithm.")


class Sd(Frozen):
    """The spread of a half-normal."""

    sd: LogWidth = Field(description="Standard deviation of the normal that is folded at 0.")


class AlphaBeta(Frozen):
    """The shape of a beta distribution."""

    alpha: Shape = Field(description="First shape, above 0.")
    beta: Shape = Field(description="Second shape, above 0.")


class LogitNormal(Frozen):
    """A probability whose log odds are normal."""

    logit_normal: MeanSd = Field(description="Mean and sd of the log odds.")


class Beta(Frozen):
    """A probability with a beta distribution."""

    beta: AlphaBeta = Field(description="Shapes of the distribution.")


class HalfNormal(Frozen):
    """A half-normal: of a spread itself, of the logarithm of an odds ratio."""

    half_normal: Sd = Field(description="Its spread.")


class Normal(Frozen):
    """A normal: of the logarithm of an odds ratio."""

    normal: LogMeanSd = Field(description="Mean and sd of the logarithm.")


KINDS = ("logit_normal", "beta", "half_normal", "normal")


def kind_of(value: Any) -> str:
    """Return which notation a value uses, as the tag of that alternative."""
    if not isinstance(value, dict):
        return "number"
    if "median" in value or "interval90" in value:
        return "interval"
    return next((kind for kind in KINDS if kind in value), "unknown")


Probability = Annotated[
    Annotated[Share, Tag("number")] | Annotated[LogitNormal, Tag("logit_normal")] | Annotated[Beta, Tag("beta")],
    Discriminator(kind_of),
]
Spread = Annotated[
    Annotated[Width, Tag("number")] | Annotated[HalfNormal, Tag("half_normal")] | Annotated[Interval, Tag("interval")],
    Discriminator(kind_of),
]
OddsRatio = Annotated[
    Annotated[Ratio, Tag("number")]
    | Annotated[Interval, Tag("interval")]
    | Annotated[Normal, Tag("normal")]
    | Annotated[HalfNormal, Tag("half_normal")],
    Discriminator(kind_of),
]
Quantity = float | Interval | LogitNormal | Beta | HalfNormal | Normal


def distribution(quantity: Quantity, *, odds_ratio: bool) -> law.Distribution:
    """Return what a notation means.

    Parameters
    ----------
    odds_ratio
        Whether it stands on an odds-ratio key, where normals describe the logarithm.
    """
    match quantity:
        case Interval(median=median, interval90=(low, high)):
            return law.lognormal_from_interval(median, low, high)
        case LogitNormal(logit_normal=shape):
            return law.LogitNormal(shape.mean, shape.sd)
        case Beta(beta=shape):
            return law.Beta(shape.alpha, shape.beta)
        case Normal(normal=shape):
            return law.Exponentiated(law.Normal(shape.mean, shape.sd))
        case HalfNormal(half_normal=shape):
            return law.Exponentiated(law.HalfNormal(shape.sd)) if odds_ratio else law.HalfNormal(shape.sd)
    return law.Fixed(float(quantity))


def notation(given: law.Distribution) -> Any:
    """Return a distribution as a scenario file writes it, in plain data.

    Raises
    ------
    TypeError
        Where a file has no notation for it: a value that no parameter can have.
    """
    match given:
        case law.Fixed(value=value):
            return float(value) if isinstance(value, int | float | np.number) else value
        case law.LogitNormal(mean=mean, sd=sd):
            return {"logit_normal": {"mean": float(mean), "sd": float(sd)}}
        case law.Beta(alpha=alpha, beta=beta):
            return {"beta": {"alpha": float(alpha), "beta": float(beta)}}
        case law.HalfNormal(sd=sd) | law.Exponentiated(log=law.HalfNormal(sd=sd)):
            return {"half_normal": {"sd": float(sd)}}
        case law.Exponentiated(interval=(median, low, high)):
            return {"median": float(median), "interval90": [float(low), float(high)]}
        case law.Exponentiated(log=law.Normal(mean=mean, sd=sd)):
            return {"normal": {"mean": float(mean), "sd": float(sd)}}
    raise TypeError(f"no notation for {given!r}")
