"""Places of which only counts per level are known: how likely one count is after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...domain.arrays import Floats, Statuses
from ...domain.law import OfNeighbours, Term, luck_among
from ...domain.villages import Villages
from .count_flows import Flow
from .histories import FIRST_LAUNCH
from .law_at_particles import WEIGHTS, LawAtParticles
from .shocks import Scores, crank_nicolson, flipped

_LEAST = 1e-9


@dataclass(frozen=True)
class CountMove:
    """Counts of one place at the ends of two years."""

    place: str
    years: tuple[int, int]
    flow: Flow


class CountedPlace:
    """The counts of one place.

    Villages are told apart by nothing but their level. What sets those at a level apart for good is a distribution
    over the nodes, carried from count to count by the yearly law: the longer villages stay at dasar, the fewer rise.
    Shocks of kecamatan are averaged over for each village; peers are those of the district at the count before.
    """

    def __init__(self, place: str, moves: list[CountMove], terms: list[Term]) -> None:
        self.place, self.moves = place, moves
        self.years = sorted({year for move in moves for year in range(move.years[0] + 1, move.years[1] + 1)})
        self.units = dict.fromkeys(luck_among(terms, "district", lasting=False), 1)
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
        return np.asarray(self._onwards(law, scores, 0, None).sum(axis=0))

    def pointwise(self, law: LawAtParticles, scores: Scores) -> Iterator[tuple[tuple[str, ...], Floats]]:
        """Yield the years of each pair of counts, and their log-likelihood given the counts before, shape (P,)."""
        for move, each in zip(self.moves, self._onwards(law, scores, 0, None), strict=True):
            yield (f"{move.place} {move.years[0]}-{move.years[1]}",), each

    def matrices(self, law: LawAtParticles, scores: Scores) -> list[Floats]:
        """Return the matrix that villages follow from each count to the next, shape (P, 4, 4)."""
        found, nodes = [], None
        for number in range(len(self.moves)):
            matrix, nodes = self._move(law, scores, number, nodes)
            found.append(matrix)
        return found

    def village_effects(
        self, law: LawAtParticles, scores: Scores, status: Statuses, rng: np.random.Generator
    ) -> Floats:
        """Draw what sets villages apart for good from where they stand at the last count, (V, P): odds ratios alike."""
        nodes = None
        for number in range(len(self.moves)):
            nodes = self._move(law, scores, number, nodes)[1]
        if nodes is None:
            raise ValueError(self.place)
        particles = np.arange(status.shape[1])
        drawn = (law.draw_node(nodes[levels, :, particles].T, rng) for levels in status)
        return np.array([law.at_node(node) for node in drawn])

    def _onwards(self, law: LawAtParticles, scores: Scores, number: int, nodes: Floats | None) -> Floats:
        """Return the log-likelihood of each move from one on, shape (moves, P): what sets villages apart links them."""
        each = []
        for later in range(number, len(self.moves)):
            matrix, nodes = self._move(law, scores, later, nodes)
            each.append(self.moves[later].flow.log_likelihood(matrix))
        return np.array(each)

    def _move(self, law: LawAtParticles, scores: Scores, number: int, nodes: Floats | None) -> tuple[Floats, Floats]:
        """Carry villages from one count to the next.

        Parameters
        ----------
        nodes
            Shape (4, N, P): weight of each node among the villages at each level; None where nothing came before.

        Returns
        -------
        The matrix that they follow, shape (P, 4, 4), and the weights after.
        """
        seen = np.zeros((4, len(law.parameters.rise)))
        for term, regressor in self._seen[number].items():
            seen += regressor[:, None] * term.coefficient(law.parameters)
        move = self.moves[number]
        first, last = move.years
        if nodes is None or first != self.moves[number - 1].years[1]:
            nodes = law.standing(0.5 * seen, max(1, first - FIRST_LAUNCH))
        joint: Floats | None = None
        for year in range(first + 1, last + 1):
            at = self.years.index(year)
            luck = law.luck({term: score[at] for term, score in scores.items()})
            rise = np.zeros(nodes.shape)
            for apart, weight in law.averaged_luck("subdistrict"):
                rise += weight * law.chances(seen + luck + apart, np.arange(4))
            yearly = rise[:, None] * law.up[:, :, None] + (1 - rise)[:, None] * law.down(())[:, :, None]
            joint = nodes[:, None] * yearly if joint is None else np.einsum("stnp,tdnp->sdnp", joint, yearly)
        if joint is None:
            raise ValueError(f"{first} is not before {last}")
        after = np.einsum("s,sdnp->dnp", move.flow.before.astype(np.float64), joint) + _LEAST * WEIGHTS[:, None]
        matrix = np.ascontiguousarray(np.moveaxis(joint.sum(axis=2), -1, 0))
        return matrix, after / after.sum(axis=1, keepdims=True)

    def move_shocks(
        self, law: LawAtParticles, scores: Scores, fit: Floats, temperature: float, rng: np.random.Generator
    ) -> Floats:
        """Move the shocks of every year in turn, in place, towards the tempered posterior; return the new fit."""
        district = next((term for term in scores if term.coin is None), None)
        nodes: Floats | None = None
        each = self._onwards(law, scores, 0, nodes)
        for number, move in enumerate(self.moves):
            for year in range(move.years[0] + 1, move.years[1] + 1):
                at = self.years.index(year)
                here = {term: score[at] for term, score in scores.items()}
                for term, score in here.items():
                    if term.coin is None:
                        proposed, log_prior = {term: crank_nicolson(score, rng)}, np.zeros(fit.size)
                    else:
                        proposed, log_prior = flipped(law, here, term, district, rng)
                    trial = {one: every.copy() for one, every in scores.items()}
                    for one, changed in proposed.items():
                        trial[one][at] = changed
                    after = self._onwards(law, trial, number, nodes)
                    gain = after.sum(axis=0) - each[number:].sum(axis=0)
                    taken = np.log(rng.random(gain.size)) < temperature * gain + log_prior
                    for one, changed in proposed.items():
                        here[one][...] = np.where(taken, changed, here[one])
                    each[number:] = np.where(taken, after, each[number:])
            nodes = self._move(law, scores, number, nodes)[1]
        return np.asarray(each.sum(axis=0))
