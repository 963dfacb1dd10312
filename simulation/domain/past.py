"""What a calibration says of its draws: what was observed of past years, what the fitted law says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fitted:
    """What the fitted law would have said of a span of past years, from the list at its start and with luck anew.

    Attributes
    ----------
    mean, quantiles
        Of `Observed.compared`: its mean, and probability -> smallest number that is not exceeded with it.
    below
        Chance of less than was observed, and half that of just as much: near 0 or 1 where the law does not explain it.
    """

    mean: float
    quantiles: Mapping[float, int]
    below: float

    @property
    def interval90(self) -> tuple[int, int]:
        """The 5% and the 95% quantile."""
        return self.quantiles[0.05], self.quantiles[0.95]


@dataclass(frozen=True)
class Observed:
    """What was observed of a district between the ends of two years.

    Attributes
    ----------
    first, year
        The two years; more than one apart where lists are.
    villages
        Whose level is known at both; of counts, all.
    listed
        Villages that the target is a share of.
    rises, falls, entries
        How many of them ended above, and below, where they began, and how many rose to the levels of the target. None
        where only counts are known: these tell net moves.
    steps
        Levels gained less levels lost, all villages together.
    judged, needed
        What the target counts, and what it asked for; None over several years, or where counts do not tell.
    fitted
        What the fitted law says of `compared`; None where nothing was fitted.
    skipped
        How many of the rises were of more than one level; None where only counts are known, or over several years.
    """

    district_code: str
    first: int
    year: int
    villages: int
    listed: int
    rises: int | None
    falls: int | None
    entries: int | None
    steps: int
    judged: int | None
    needed: int | None
    fitted: Fitted | None = None
    skipped: int | None = None

    @property
    def compared(self) -> int:
        """What the fitted law is held against: what the target counts, or else `steps`."""
        return self.steps if self.judged is None else self.judged

    @property
    def met(self) -> bool | None:
        """Whether the target was met; None where that is not known."""
        return None if self.judged is None or self.needed is None else self.judged >= self.needed

    @property
    def explained(self) -> bool:
        """Whether it lies in the 90% interval of the fitted law, or nothing was fitted."""
        return self.fitted is None or self.fitted.interval90[0] <= self.compared <= self.fitted.interval90[1]


@dataclass(frozen=True)
class PastRises:
    """Rises a year in the years between yearly lists of a district: what was observed, and what the fitted law expects.

    Attributes
    ----------
    years
        How many there are; all numbers are means over them, and of the law over the draws.
    fitted
        What the law expects in the luck that those years seem to have had.
    ordinary
        What it expects in years of any luck, but without campaigns.
    campaigns
        The same with campaigns as likely as they are.
    alone
        The same in villages that learn nothing from peers.
    """

    district_code: str
    years: int
    observed: float
    fitted: float
    ordinary: float
    campaigns: float
    alone: float


@dataclass(frozen=True)
class BlockWeight:
    """The answer without some data.

    Attributes
    ----------
    without
        Kinds of data left out; none in the answer from all of them.
    year, probability_met, rises
        The first forecast year, the chance that its target is met, and the expected number of rises.
    """

    without: tuple[str, ...]
    year: int
    probability_met: float
    monte_carlo_error: float
    rises: float


NARROWED = 0.9
"""Share of the prior variance that may be left where a parameter counts as narrowed by data."""


@dataclass(frozen=True)
class Past:
    """What draws of a calibration were learned from.

    Attributes
    ----------
    rises
        One entry a district of which there are yearly lists.
    until
        The last year of which levels are known.
    levels
        Village code -> its level at the end of that year, where known.
    weights
        The answer of the scenario that was calibrated: from all data, without each kind of them, and without any.
    effective_sample_size
        How many independent draws they are worth, for the parameter for which it is least; None where it is not told.
    variance_left
        Parameter -> how much of its prior variance the data leave, on the scale of normal scores; above 1 by chance.
    """

    observed: tuple[Observed, ...] = ()
    rises: tuple[PastRises, ...] = ()
    until: int = 0
    levels: Mapping[str, int] = field(default_factory=dict)
    weights: tuple[BlockWeight, ...] = ()
    effective_sample_size: float | None = None
    variance_left: Mapping[str, float] = field(default_factory=dict)
