"""Distributions as a scenario file writes them: which notation stands for which, and on what scale it may stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Annotated, Any

import numpy as np
from annotated_types import MaxLen, MinLen

from ..domain.constraints import Finding, Ratio
from ..domain.distributions import (
    Beta,
    Distribution,
    Exponentiated,
    Fixed,
    HalfNormal,
    LogitNormal,
    Normal,
    interval_finding,
    lognormal_from_interval,
)
from ..domain.parameters import Scale


@dataclass(frozen=True)
class Interval:
    """A lognormal given by its median and 90% interval."""

    median: Annotated[Ratio, "As likely above as below."]
    interval90: Annotated[tuple[Ratio, ...], MinLen(2), MaxLen(2), "[low, high]: nine in ten chances to lie between."]

    @property
    def finding(self) -> Finding | None:
        """Why this makes no lognormal, if it does not."""
        return interval_finding(self.median, *self.interval90)


INTERVAL = "interval"
FORMS: dict[str, Any] = {
    INTERVAL: Interval,
    "logit_normal": LogitNormal,
    "beta": Beta,
    "half_normal": HalfNormal,
    "normal": Normal,
}
"""Key of a file -> what stands below it; an interval stands beside its median, below none."""
FORMS_OF: dict[Scale, tuple[str, ...]] = {
    "probability": ("logit_normal", "beta"),
    "spread": ("half_normal", INTERVAL),
    "odds ratio": (INTERVAL, "normal", "half_normal"),
}
"""The forms that parameters may have; on odds ratios, normals describe the logarithm."""


def form_of(keys: Iterable[str]) -> str | None:
    """Return the form of distribution that a mapping with these keys is in; None where it is no distribution."""
    given = set(keys)
    if given & {each.name for each in fields(Interval)}:
        return INTERVAL
    return next((form for form in FORMS if form in given), None)


def as_written(form: str) -> str:
    """Return a form as a file writes it, without its numbers."""
    inside = f"{{{', '.join(each.name for each in fields(FORMS[form]))}}}"
    return inside if form == INTERVAL else f"{{{form}: {inside}}}"


def distribution(stated: Any, scale: Scale) -> Distribution:
    """Return the distribution that a file states for a parameter of some scale."""
    if isinstance(stated, Interval):
        return lognormal_from_interval(stated.median, *stated.interval90)
    found: Distribution = Exponentiated(stated) if scale == "odds ratio" else stated
    return found


def notation(given: Distribution) -> Any:
    """Return a distribution as a scenario file writes it, in plain data.

    Raises
    ------
    TypeError
        Where a file has no notation for it: a value that no parameter can have.
    """
    match given:
        case Fixed(value=value):
            return float(value) if isinstance(value, int | float | np.number) else value
        case Exponentiated(interval=(median, low, high)):
            return {"median": float(median), "interval90": [float(low), float(high)]}
        case Exponentiated(log=inner):
            return notation(inner)
    for form, kind in FORMS.items():
        if isinstance(given, kind):
            return {form: {each.name: float(getattr(given, each.name)) for each in fields(kind)}}
    raise TypeError(f"no notation for {given!r}")
