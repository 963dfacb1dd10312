"""The log-likelihood of all evidence, as a function of scores that are standard normal under the prior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...domain.distributions import Fixed
from ...domain.evidence import Counts, Evidence
from ...domain.intervention import Intervention, Overlap
from ...domain.law import YEAR
from ...domain.parameters import OF_THE_MATRIX, Kind, ParameterKey, ParameterSet
from ...domain.status import LEVELS
from .count_flows import Flow
from .paths import DoseRecord, Paths, Seen, paths_of, seen_villages
from .yearly_matrices import REDUCED, Interval, Products, ReducedLaw, Year, YearlyMatrices

Floats = NDArray[np.float64]

IN_THE_LAW: tuple[Kind, ...] = (*OF_THE_MATRIX, *(term.key.kind for term in REDUCED))
"""Kinds of parameters that the reduced law knows."""
_OPEN = 1e-12


@dataclass(frozen=True)
class CountMove:
    """Counts of one place at the ends of two years."""

    place: str
    years: tuple[int, int]
    interval: Interval
    flow: Flow


@dataclass(frozen=True)
class Unused:
    """Counts that are left out, because the villages of their place are known one by one over those years."""

    place: str
    years: tuple[int, int]


@dataclass(frozen=True)
class Approximation:
    """How good the likelihood is where it is not exact.

    Attributes
    ----------
    pairs
        Pairs of counts whose flows could not be summed exactly for every particle.
    log_error
        Largest error of the log-likelihood against the exact value over some of the draws, its mean (which
        changes nothing) taken out; None where the exact value would have cost too much.
    checked
        How many draws were looked at.
    """

    pairs: int
    log_error: float | None
    checked: int


@dataclass(frozen=True)
class Likelihood:
    """What the evidence says of the parameters.

    Attributes
    ----------
    parameters
        The prior.
    names
        Uncertain parameters that the evidence bears on: the first scores.
    steps
        Years that matter; their shocks are the other scores.
    paths, moves
        What was seen.
    interventions, overlap
        Whose effects are part of it, in the order of the doses, and how they overlap.
    unused
        Counts left out.
    """

    parameters: ParameterSet
    names: tuple[ParameterKey, ...]
    steps: YearlyMatrices
    paths: Paths
    moves: tuple[CountMove, ...]
    interventions: tuple[str, ...] = ()
    overlap: Overlap = "diminishing"
    unused: tuple[Unused, ...] = ()

    @classmethod
    def of(
        cls,
        evidence: Evidence,
        parameters: ParameterSet,
        plans: tuple[Intervention, ...] = (),
        overlap: Overlap = "diminishing",
        codes: Mapping[str, str] | None = None,
    ) -> Likelihood:
        """Arrange evidence.

        Parameters
        ----------
        plans
            Interventions whose effects are estimated from `evidence.assistance`.
        codes
            Names of districts -> their codes, so that counts under either are known to be of one place.
        """
        steps, districts = YearlyMatrices(), seen_villages(evidence)
        last = max((year for seen in districts.values() for known in seen.values() for year in known), default=0)
        doses = {
            district: DoseRecord.of([a for a in evidence.assistance if a.district_code == district], plans, last)
            for district in (districts if plans else ())
        }
        paths = paths_of(districts, doses, steps)
        moves, unused = [], []
        for counts in evidence.counts:
            place = _code(counts.place, codes or {})
            for years, before, after in year_ends(counts):
                if _covered(years, districts.get(place, {})):
                    unused.append(Unused(counts.place, years))
                    continue
                interval = steps.interval([Year(place, year) for year in range(years[0] + 1, years[1] + 1)])
                allowed = possible_moves(parameters, len(interval))
                moves.append(CountMove(counts.place, years, interval, Flow(before, after, allowed)))
        acting = tuple(plan.name for plan in plans)
        names = tuple(key for key in parameters.uncertain if steps.years and _bears_on(key, steps, acting))
        return cls(parameters, names, steps, paths, tuple(moves), acting, overlap, tuple(unused))

    @property
    def shocks(self) -> tuple[tuple[str, int], ...]:
        """District and year of every shock among the scores; none where years do not differ."""
        spread = self.parameters.scalars[YEAR.key]
        return () if spread.fixed and float(spread.quantile(np.array([0.5]))[0]) == 0 else self.steps.shocks

    @property
    def dimension(self) -> int:
        """Number of scores."""
        return len(self.names) + len(self.shocks)

    def values(self, scores: Floats) -> dict[ParameterKey, Floats]:
        """Return every scalar parameter at scores of shape (P, dimension), those that have none at their median."""
        from scipy.special import ndtr

        uniform = np.clip(ndtr(scores[:, : len(self.names)]), _OPEN, 1 - _OPEN)
        column = dict(zip(self.names, uniform.T, strict=True))
        middle = np.full(len(scores), 0.5)
        return {name: prior.quantile(column.get(name, middle)) for name, prior in self.parameters.scalars.items()}

    def __call__(self, scores: Floats) -> Floats:
        """Return the log-likelihood at scores of shape (P, dimension), shape (P,)."""
        law = ReducedLaw(self.values(scores), self.interventions, self.overlap)
        matrices, weights = self.steps.matrices(law, self._shocks_at(scores))
        products = Products(matrices)
        total = self.paths.log_likelihood(products, weights)
        for move in self.moves:
            total = total + move.flow.log_likelihood(average(products.over(move.interval), weights))
        return np.where(np.isnan(total), -np.inf, total)

    def average_matrix(self, scores: Floats, move: CountMove) -> Floats:
        """Return the matrix that villages follow between two counts, shape (P, 4, 4)."""
        law = ReducedLaw(self.values(scores), self.interventions, self.overlap)
        matrices, weights = self.steps.matrices(law, self._shocks_at(scores))
        return average(Products(matrices).over(move.interval), weights)

    def _shocks_at(self, scores: Floats) -> Floats:
        if self.shocks:
            return scores[:, len(self.names) :]
        return np.zeros((len(scores), len(self.steps.shocks)))


def average(matrix: Floats, weights: Floats) -> Floats:
    """Average over lasting differences: (4, 4, B, P) becomes (P, 4, 4).

    Villages that are told apart by nothing but counts follow the mean matrix, exactly between two dates; from one
    pair of dates to the next their differences count as drawn anew.
    """
    return np.ascontiguousarray(np.einsum("b,ijbp->pij", weights, matrix))


def year_ends(counts: Counts) -> list[tuple[tuple[int, int], NDArray[np.int64], NDArray[np.int64]]]:
    """Return the years, the counts before and the counts after of every pair of dates in a row.

    A date stands for the end of its year; of several dates in one year the last counts.
    """
    ends = {day.year: row for day, row in zip(counts.dates, counts.counts, strict=True)}
    years = sorted(ends)
    return [((a, b), ends[a], ends[b]) for a, b in pairwise(years)]


def _code(place: str, codes: Mapping[str, str]) -> str:
    known = {name.casefold(): code for name, code in codes.items()}
    return known.get(place.casefold(), place)


def _covered(years: tuple[int, int], seen: Seen) -> bool:
    """Return whether years overlap with those over which single villages are followed."""
    known = [year for path in seen.values() if len(path) > 1 for year in path]
    return bool(known) and years[0] < max(known) and years[1] > min(known)


def known_to_be_nil(parameters: ParameterSet, key: ParameterKey) -> bool:
    """Return whether a parameter, or the one that stands for it at every level, is given as 0."""
    common = parameters.scalars.get(ParameterKey(key.kind)) if key.kind in {"fall", "skip"} else None
    prior = parameters.scalars.get(key, common or Fixed(0.0))
    return prior.fixed and float(prior.quantile(np.array([0.5]))[0]) == 0


def possible_moves(parameters: ParameterSet, years: int) -> NDArray[np.bool_]:
    """Return which moves some years, at least 1, may bring, shape (4, 4): what is given as 0 never happens."""

    def possible(kind: Kind, level: str) -> bool:
        return not known_to_be_nil(parameters, ParameterKey(kind, level))

    moves = np.eye(len(LEVELS), dtype=bool)
    for level, (lower, upper) in enumerate(pairwise(LEVELS)):
        moves[level, level + 1] = possible("rise", lower)
        moves[level + 1, level] = possible("fall", upper)
    past_berkembang, past_mandiri = possible("skip", "berkembang"), possible("skip", "mandiri")
    moves[0, 2], moves[1, 3] = moves[0, 1] and past_berkembang, moves[1, 2] and past_mandiri
    moves[0, 3] = moves[0, 2] and past_mandiri
    # Every level is reached within three years or never.
    return np.linalg.matrix_power(moves.astype(np.int64), min(years, len(LEVELS) - 1)) > 0


def _bears_on(key: ParameterKey, steps: YearlyMatrices, plans: tuple[str, ...]) -> bool:
    """Return whether evidence can say anything of a parameter."""
    if key.is_effect and key.of in plans:
        return any(year.doses and year.doses[plans.index(key.of)] for year in steps.years)
    return key.kind in IN_THE_LAW
