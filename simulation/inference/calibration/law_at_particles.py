"""The whole law at many points of the parameters at once, as the likelihood of past years needs it.

Shapes: P particles, N nodes of what sets a village apart for good, 4 levels.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field

import numpy as np

from ...domain.arrays import Floats, Ints
from ...domain.distributions import normal_nodes
from ...domain.intervention import Overlap, combine, combine_on_falls
from ...domain.law import SharedBy, Term, acting, luck_among, luck_of_one_village
from ...domain.parameters import Direction, Parameters, transition_matrix
from ...domain.reporting import REPORTING
from ...domain.transition import odds, odds_against

Doses = tuple[float, ...]
Part = tuple[slice, Floats]
"""Some of a row of moves, and the chance of each, shape (M, P)."""
Case = tuple[Floats, Floats]
"""Log odds and how probable they are, (P,) each."""
Shocks = Mapping[Term, Floats]
"""Luck of a year -> shape (units, P): its standard normal score; that of a coin shows heads below its chance."""

NODES, WEIGHTS = normal_nodes(4.0, 0.8)
"""Where lasting differences are looked at, in sd: N of them."""
_SHOCK_NODES = 7
_LARGEST_ODDS = 1e100
_RAREST = 1e-6
_SMALLEST = 1e-300
FARTHEST = 1000.0
"""The largest odds ratio that a file may state."""


@dataclass(frozen=True, eq=False)
class LawAtParticles:
    """The law under P draws of its parameters.

    Attributes
    ----------
    interventions, overlap
        Places of those whose doses are on record, in the order of the doses; how effects overlap.
    rise_odds
        Shape (4, P).
    up
        Shape (4, 4, P): where a rise leads.
    lasting
        Shape (N, P): factors of the odds of rising at the nodes.
    remembered, of_moves
        What others have worked out under this law: in one district, and of moves, which are those of all.
    """

    parameters: Parameters
    interventions: tuple[int, ...] = ()
    overlap: Overlap = "diminishing"
    rise_odds: Floats = field(init=False)
    up: Floats = field(init=False)
    lasting: Floats = field(init=False)
    remembered: dict[tuple[int, int, str], Floats] = field(init=False, default_factory=dict)
    of_moves: dict[object, list[tuple[Part, Part]]] = field(init=False, default_factory=dict)
    _down: dict[Doses, Floats] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        p = self.parameters
        none, every = np.zeros_like(p.rise), np.ones_like(p.rise)
        up = transition_matrix(every, none, p.rise_reaches, p.fall_reaches)
        apart = np.zeros((NODES.size, len(p.rise)))
        for term in luck_among(acting(p), "village", lasting=True):
            apart += NODES[:, None] * term.coefficient(p)
        object.__setattr__(self, "rise_odds", np.minimum(odds(p.rise), _LARGEST_ODDS).T)
        object.__setattr__(self, "up", np.ascontiguousarray(np.moveaxis(up, 0, -1)))
        object.__setattr__(self, "lasting", np.exp(apart))

    def in_district(self, apart: Shocks) -> LawAtParticles:
        """Return the law of a district that luck sets apart for good, from its scores, shape (1, 1, P) each."""
        if not apart:
            return self
        law, factor = copy(self), np.exp(sum(self.of_score(term, score[0]) for term, score in apart.items()))
        object.__setattr__(law, "rise_odds", np.minimum(self.rise_odds * factor, _LARGEST_ODDS))
        object.__setattr__(law, "remembered", {})
        return law

    def down(self, doses: Doses) -> Floats:
        """Return where villages end the year that do not rise, shape (4, 4, P)."""
        if doses not in self._down:
            p = self.parameters
            effect = self.effect(doses, "fall")
            against = odds_against(p.fall)
            fall = 1 / (1 + (against if effect is None else against * np.exp(-effect)[:, None]))
            matrix = transition_matrix(np.zeros_like(fall), fall, p.rise_reaches, p.fall_reaches)
            self._down[doses] = np.ascontiguousarray(np.moveaxis(matrix, 0, -1))
        return self._down[doses]

    def effect(self, doses: Doses, direction: Direction) -> Floats | None:
        """Return the joint effect of some doses on the log odds, shape (P,); None where there is none."""
        p = self.parameters
        at_full_dose = p.rise_log_odds_ratio if direction == "rise" else p.fall_log_odds_ratio
        acting_now = [dose * at_full_dose[:, j] for j, dose in zip(self.interventions, doses, strict=False) if dose]
        if not acting_now:
            return None
        return (combine if direction == "rise" else combine_on_falls)(acting_now, self.overlap)

    def luck(self, shocks: Shocks) -> Floats:
        """Return what the shocks of a year add to the log odds in each kecamatan, shape (K or 1, P)."""
        total: Floats | float = 0.0
        for term, score in shocks.items():
            total = total + self.of_score(term, score)
        return np.atleast_2d(total)

    def of_score(self, term: Term, score: Floats) -> Floats:
        """Return what the luck of a year adds to the log odds, from scores whose last axis is P."""
        from scipy.special import ndtri

        coefficient = term.coefficient(self.parameters)
        if term.coin is not None:
            return np.where(score < ndtri(self.parameters.scales[term.coin]), coefficient, 0.0)
        return coefficient * score

    def chances(self, log_odds: Floats, level: Ints) -> Floats:
        """Return the chance of rising at the nodes, shape (C, N, P), of C cells: log odds (C, P) beside the level's."""
        at_level = self.rise_odds[level] * np.exp(log_odds)
        rise = np.minimum(at_level, _LARGEST_ODDS)[:, None] * self.lasting
        rise /= 1 + rise
        return rise

    def yearly(self, seen: Floats) -> Floats:
        """Return the yearly matrix of a village at each node, shocks averaged over, shape (P, N, 4, 4)."""
        rise = self._averaged(seen)[:, None]
        down = np.moveaxis(self.down(()), -1, 0)[:, None]
        up = np.moveaxis(self.up, -1, 0)[:, None]
        rise = np.moveaxis(rise, (0, 1, 2, 3), (2, 3, 1, 0))
        return np.asarray(rise * up + (1 - rise) * down)

    def behind_list(self, seen: Floats) -> Floats:
        """Return where a village stands of which a list shows a level, shape (4 listed, 4, N, P).

        Its last report was k years ago with chance q(1 − q)^k, and since then it moved by the law of a year.
        """
        yearly = self.reporting[:, None, None, None]
        since = np.linalg.inv(np.eye(4) - (1 - yearly) * self.yearly(seen)) * yearly
        return np.ascontiguousarray(np.moveaxis(since, (0, 1, 2, 3), (3, 2, 0, 1)))

    @property
    def reporting(self) -> Floats:
        """The chance that a village reports in a year, shape (P,)."""
        return np.maximum(self.parameters.scales[REPORTING], _RAREST)

    def _averaged(self, seen: Floats) -> Floats:
        average = np.zeros((4, NODES.size, len(self.parameters.rise)))
        for shock, weight in self.averaged_luck():
            average += weight * self.chances(seen + shock, np.arange(4))
        return average

    def standing(self, seen: Floats, ages: int) -> Floats:
        """Return the weight of each node for a village that stands at each level, shape (4, N, P).

        It was launched at the lowest level 1 to `ages` years ago, all alike. At low levels those villages are more
        frequent that seldom rise. Shocks are averaged over: single villages are followed, not what they have in common.

        Parameters
        ----------
        seen
            Shape (4, P): what is seen of a village at each level, on the log odds.
        """
        rise = self._averaged(seen)[:, None]
        yearly = rise * self.up[:, :, None] + (1 - rise) * self.down(())[:, :, None]
        now, found = np.zeros(yearly.shape[1:]), []
        now[0] = 1.0
        for _ in range(ages):
            now = np.einsum("snp,sdnp->dnp", now, yearly)
            found.append(now)
        joint = WEIGHTS[:, None] * np.maximum(np.sum(found, axis=0), _SMALLEST)
        return np.asarray(joint / joint.sum(axis=1, keepdims=True))

    def draw_node(self, weights: Floats, rng: np.random.Generator) -> Ints:
        """Draw a node from weights of all, (N, P), shape (P,)."""
        cumulative = np.cumsum(weights, axis=0)
        place = (cumulative < rng.random(cumulative.shape[1]) * cumulative[-1]).sum(axis=0)
        return np.asarray(np.minimum(place, NODES.size - 1))

    def at_node(self, node: Ints) -> Floats:
        """Return what sets a village apart at a node, (P,): an odds ratio that a file may state."""
        return np.asarray(np.clip(self.lasting[node, np.arange(node.size)], 1 / FARTHEST, FARTHEST))

    def averaged_luck(self, shared_by: SharedBy | None = None) -> list[Case]:
        """Return values of the shocks of a year of one village, and their weights, each (P,).

        All of them, or those that are shared by what is told.
        """
        return luck_of_one_village(
            self.parameters, _SHOCK_NODES, lambda luck: not luck.lasting and shared_by in {None, luck.shared_by}
        )
