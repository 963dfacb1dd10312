"""Places of which only counts per level are known: how likely one count is after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...domain.law import Luck, OfNeighbours, Term
from ...domain.villages import Villages
from .count_flows import Flow
from .histories import Scores, turned, turned_over
from .law_at_particles import WEIGHTS, LawAtParticles

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CountMove:
    """Counts of one place at the ends of two years."""

    place: str
    years: tuple[int, int]
    flow: Flow


class CountedPlace:
    """The counts of one place.

    Villages are told apart by nothing: they follow the yearly matrix averaged over the lasting difference, which
    counts as drawn anew every year, and over shocks of kecamatan. Peers are those of the district at the count before.

    Attributes
    ----------
    place
        Its code.
    years, units
        As in `Histories`.
    """

    def __init__(self, place: str, moves: list[CountMove], terms: list[Term]) -> None:
        self.place, self.moves = place, moves
        self.years = sorted({year for move in moves for year in range(move.years[0] + 1, move.years[1] + 1)})
        self.units = {
            term: 1
            for term in terms
            if isinstance(luck := term.regressor, Luck) and not luck.lasting and luck.shared_by == "district"
        }
        self._seen = [
            {
                term: term.regressor.value(
                    Villages.from_counts(place, place, move.flow.before, 1), move.flow.before[None, :, None]
                )[0, :, 0]
                for term in terms
                if isinstance(term.regressor, OfNeighbours)
            }
            for move in moves
        ]

    def log_likelihood(self, law: LawAtParticles, scores: Scores) -> Floats:
        """Return the log-likelihood, shape (P,), at scores of the shocks."""
        return np.asarray(sum(self._of_move(law, scores, number) for number in range(len(self.moves))))

    def _of_move(self, law: LawAtParticles, scores: Scores, number: int) -> Floats:
        return self.moves[number].flow.log_likelihood(self.matrix(law, scores, number))

    def matrix(self, law: LawAtParticles, scores: Scores, number: int) -> Floats:
        """Return the matrix that villages follow between two counts, shape (P, 4, 4)."""
        seen = np.zeros((4, len(law.parameters.rise)))
        for term, regressor in self._seen[number].items():
            seen += regressor[:, None] * term.coefficient(law.parameters)
        first, last = self.moves[number].years
        result: Floats | None = None
        for year in range(first + 1, last + 1):
            at = self.years.index(year)
            luck = law.luck({term: score[at] for term, score in scores.items()})
            rise = sum(
                weight * np.einsum("n,snp->sp", WEIGHTS, law.chances(seen + luck + apart, np.arange(4)))
                for apart, weight in law.averaged_luck("subdistrict")
            )
            matrix = np.moveaxis(rise[:, None] * law.up + (1 - rise)[:, None] * law.down(()), -1, 0)
            result = matrix if result is None else result @ matrix
        if result is None:
            raise ValueError(f"{first} is not before {last}")
        return np.ascontiguousarray(result)

    def move_shocks(
        self, law: LawAtParticles, scores: Scores, fit: Floats, temperature: float, rng: np.random.Generator
    ) -> Floats:
        """Move the shocks of every year in turn, in place, towards the tempered posterior; return the new fit."""
        district = next((t for t in scores if isinstance(luck := t.regressor, Luck) and luck.coin is None), None)
        for number, move in enumerate(self.moves):
            before = self._of_move(law, scores, number)
            for year in range(move.years[0] + 1, move.years[1] + 1):
                at = self.years.index(year)
                here = {term: score[at] for term, score in scores.items()}
                for term, score in here.items():
                    if isinstance(term.regressor, Luck) and term.regressor.coin is None:
                        proposed, log_prior = {term: turned(score, rng)}, np.zeros(fit.shape)
                    else:
                        proposed, log_prior = turned_over(law, here, term, district, rng)
                    trial = {one: every.copy() for one, every in scores.items()}
                    for one, changed in proposed.items():
                        trial[one][at] = changed
                    after = self._of_move(law, trial, number)
                    taken = np.log(rng.random(fit.size)) < temperature * (after - before) + log_prior
                    for one, changed in proposed.items():
                        here[one][...] = np.where(taken, changed, here[one])
                    after = np.where(taken, after, before)
                    fit, before = fit + after - before, after
        return fit
