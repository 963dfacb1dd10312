"""What is known of the first forecast year before it is over: how many villages had risen by a day of that year.

Every rise of the year has happened by that day with the same chance f, by itself: of G rises, Binomial(G, f). Given how
many had, a trajectory counts with a chance in proportion to that of its own G: those that stay are a sample of what is
possible after the report, and nothing that is computed from them needs weights (MODEL.md, "The middle of a year").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from .arrays import Bools, Floats, Ints
from .constraints import Count, Probability, problem_at, refuse, within
from .distributions import Beta, Distribution, Fixed, LogitNormal, normal_nodes
from .messages import Message, Problem
from .randomness import Process, Trajectories, uniforms, unit_hash
from .target import Counts, Target
from .villages import Villages

PRIOR_WEIGHT = 8
"""Years that the default assumption on the share of rises is worth: Beta(1 + 8 t, 1 + 8 (1 − t))."""
FEW_KEPT = 200
"""Trajectories below which a report says that few agree with it."""
_NODES = normal_nodes(8.0, 0.05)
_SMALLEST_SHAPE = 1e-300
"""The beta function of still smaller shapes is more than a number holds."""


@dataclass(frozen=True)
class SoFar:
    """How many villages had risen by a day of the first forecast year.

    Attributes
    ----------
    as_of
        The day; what happened on it counts.
    rises
        Villages that had risen by then.
    share
        Share of the rises of a year that have happened by that day, in [0, 1]; None for `default_share`.

    Raises
    ------
    ScenarioError
        Where one of these is none, or the share leaves no chance at all to so many rises.
    """

    as_of: date
    rises: int
    share: Distribution | None = None

    def __post_init__(self) -> None:
        """Refuse what no scenario file could say."""
        refuse(within(self.as_of, date, "so_far.as_of"))
        refuse(within(self.rises, Count, "so_far.rises"))
        refuse(self._problems())

    def _problems(self) -> Iterator[Problem]:
        if isinstance(self.share, Fixed):
            yield from within(self.share.value, Probability, "so_far.share")
            if self.share.value == 0 and self.rises:
                message = Message("a share of 0 says that nothing could have risen by then, and {rises:,} have")
                finding = message.filled(rises=self.rises), Message("a share above 0"), None
                yield problem_at("so_far.share", self.share.value, finding)
        elif self.share is not None and not isinstance(self.share, Beta | LogitNormal):
            message = Message("this parameter cannot have a distribution of this kind")
            allowed = Message("one of: {names}", {"names": "Fixed, Beta, LogitNormal"})
            yield problem_at("so_far.share", type(self.share).__name__, (message, allowed, None))

    def problems_within(self, origin: int, districts: tuple[Villages, ...], target: Target) -> Iterator[Problem]:
        """Yield why a scenario of this origin, with these districts and this target, cannot be given the report."""
        first = origin + 1
        if self.as_of.year != first:
            message = Message("this day is not in the first forecast year, {year}", {"year": first})
            allowed = Message("a day of {year}", {"year": first})
            fix = Message("remove so_far, or write the origin whose first forecast year this day is in")
            yield problem_at("so_far.as_of", self.as_of.isoformat(), (message, allowed, fix))
        if len(districts) > 1:
            message = Message("the rises so far are those of one district, and here are {number:,}")
            fix = Message("remove so_far, or give each district a scenario of its own")
            yield problem_at("so_far", "", (message.filled(number=len(districts)), None, fix))
        elif self.rises > len(districts[0]):
            message = Message("more villages have risen than there are")
            allowed = Message("a whole number from {low} to {high}", {"low": 0, "high": len(districts[0])})
            yield problem_at("so_far.rises", self.rises, (message, allowed, None))
        if target.reading != "rises" or target.net_of_falls:
            message = Message("only the rises so far are told, and this target counts falls or levels, too")
            fix = Message("remove so_far, or judge by target.reading: rises, without net_of_falls")
            yield problem_at("so_far", "", (message, None, fix))

    @property
    def elapsed(self) -> float:
        """Share of the year that is over at the end of the day, in (0, 1]."""
        days = (date(self.as_of.year, 12, 31) - date(self.as_of.year - 1, 12, 31)).days
        return (self.as_of - date(self.as_of.year - 1, 12, 31)).days / days

    @property
    def default_share(self) -> Beta:
        """What is assumed of the share where nothing is stated: most likely that of the year that is over."""
        return Beta(1 + PRIOR_WEIGHT * self.elapsed, 1 + PRIOR_WEIGHT * (1 - self.elapsed))

    def log_likelihood(self, most: int) -> Floats:
        """Return the logarithm of the chance of so many rises by the day if the year has 0 … `most`, shape (most + 1,).

        The chance is E[Binomial(rises; G, f)] over what is assumed of f: beta-binomial, for a beta distribution.
        """
        from scipy.special import betaln, expit, gammaln, logsumexp, xlog1py, xlogy

        share, total = self.share or self.default_share, np.arange(most + 1)
        possible = total >= self.rises
        later = (total[possible] - self.rises).astype(np.float64)
        ways = gammaln(total[possible] + 1) - gammaln(self.rises + 1) - gammaln(later + 1)
        if isinstance(share, Beta):
            alpha, beta = max(share.alpha, _SMALLEST_SHAPE), max(share.beta, _SMALLEST_SHAPE)
            found = betaln(alpha + self.rises, beta + later) - betaln(alpha, beta)
        else:
            values, weights = np.array([0.0]), np.array([1.0])
            if isinstance(share, Fixed):
                values = np.array([share.value])
            elif isinstance(share, LogitNormal):
                values, weights = expit(share.mean + share.sd * _NODES[0]), _NODES[1]
            found = logsumexp(xlogy(self.rises, values) + xlog1py(later[:, None], -values), axis=1, b=weights)
        return np.where(possible, np.pad(ways + found, (most + 1 - later.size, 0)), -np.inf)

    def chances(self, rises: Ints | Counts, villages: Villages) -> Floats:
        """Return with which chance trajectories are kept, given their rises in the first year, both of one shape.

        Likelihood / largest likelihood: what that constant is changes how many are kept, not what share of them does
        anything.
        """
        likelihood = self.log_likelihood(len(villages))
        return np.asarray(np.exp(likelihood - likelihood.max())[rises])

    def kept(self, rises: Ints | Counts, villages: Villages, trajectories: Trajectories, seed: int) -> Bools:
        """Return which trajectories are kept, given their rises in the first year, both of shape (T,)."""
        unit = unit_hash([villages.district_code])
        uniform = uniforms(seed, Process.SO_FAR, self.as_of.year, unit, trajectories)[0]
        return np.asarray(uniform < self.chances(rises, villages))
