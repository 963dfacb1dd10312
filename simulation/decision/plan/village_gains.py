"""What assisting one village changes in the first year, in closed form, for every village of a district.

Knows how the chance of meeting the target is split into one village and all others, shocks of the district and
of the kecamatan included; must not know how gains are ranked or told.

Given the shocks, villages are independent. If n must be reached, and village i adds j or more with chance T_j,
assistance changes the chance of meeting the target by Σ_j (T_j with − T_j without) · P(all others add n − j).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...domain.law import SUBDISTRICT
from ...domain.parameters import Parameters
from ...domain.status import TOP
from ...domain.villages import Villages
from ...engine.exact.first_year import ends, first_measure, scores
from ...engine.exact.forward import Village
from ...engine.exact.measures import Measure
from ...engine.exact.population import take, village_log_odds
from ...engine.exact.shock_paths import Shocks, year_shocks
from ...engine.poisson_binomial import Axis, Part, total
from ...inputs.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCK_CASES = 16_384
"""Draws × nodes that are handled side by side."""
UNLIKELY = 1e-9
"""Nodes of the district's shock that weigh less in every draw are left out."""
_KECAMATAN_NODES = np.linspace(-6.0, 6.0, 13)
_KECAMATAN_WEIGHT = np.exp(-(_KECAMATAN_NODES**2) / 2) / np.exp(-(_KECAMATAN_NODES**2) / 2).sum()
"""Steps of one sd suffice: the count of one kecamatan varies slowly with its shock."""


@dataclass(frozen=True, eq=False)
class Effects:
    """What assistance at full dose adds to the log odds of rising and of falling, shape (D, V)."""

    rise: Floats
    fall: Floats

    def part(self, block: slice) -> Effects:
        """Return some of the draws."""
        return Effects(self.rise[block], self.fall[block])


@dataclass(frozen=True, eq=False)
class Gains:
    """What is known of every village, mean over the draws; V villages.

    Attributes
    ----------
    met
        Chance of meeting the target where nobody is assisted.
    without, with_it
        Shape (V,): chance of rising if not assisted, and if assisted.
    met_more
        Shape (V,): by how much the chance of meeting the target grows if this village alone is assisted.
    """

    met: float
    without: Floats
    with_it: Floats
    met_more: Floats


@dataclass(frozen=True, eq=False)
class _Kind:
    """Villages of one kecamatan that are alike: where they stand among all, and an example."""

    subdistrict: int
    members: Ints

    @property
    def example(self) -> int:
        return int(self.members[0])


@dataclass(frozen=True, eq=False)
class _Move:
    """What one village of a kind may do: chance of each score, (score, D, N, U), and of rising, (D, N, U)."""

    score: Floats
    rise: Floats


def village_gains(scenario: Scenario, villages: Villages, parameters: Parameters, effects: Effects) -> Gains:
    """Return what assisting each village, and nobody else, changes in the first year.

    Parameters
    ----------
    scenario
        Its interventions are left out: nobody is assisted.
    villages
        V of them, statuses known.
    parameters
        D draws.
    effects
        Of the assistance; 0 where a village cannot be assisted.
    """
    shocks = year_shocks(parameters)
    likely = shocks.ceiling > UNLIKELY
    shocks = Shocks(shocks.log_odds[:, likely], shocks.weight[:, likely])
    own = village_log_odds(villages, parameters)
    kinds = _kinds(villages, own, effects)
    nodes = shocks.weight.shape[1] * (_KECAMATAN_NODES.size if SUBDISTRICT.coefficient(parameters).any() else 1)
    size, draws = max(1, BLOCK_CASES // nodes), own.shape[0]
    totals = np.zeros(1 + 3 * len(villages))
    for start in range(0, draws, size):
        block = slice(start, start + size)
        part = _Block(
            scenario, villages, kinds, take(parameters, block), shocks.part(block), own[block], effects.part(block)
        )
        totals += part.sums() / draws
    met, without, with_it, met_more = np.split(totals, np.cumsum([1, len(villages), len(villages)]))
    return Gains(float(met[0]), without, with_it, met_more)


class _Block:
    """Some draws of a district, for which gains are summed."""

    def __init__(
        self,
        scenario: Scenario,
        villages: Villages,
        kinds: Sequence[_Kind],
        parameters: Parameters,
        shocks: Shocks,
        own: Floats,
        effects: Effects,
    ) -> None:
        self._villages, self._status, self._kinds, self._parameters = villages, villages.levels, kinds, parameters
        self._own, self._effects = own, effects
        local = SUBDISTRICT.coefficient(parameters).any()
        nodes: Floats = _KECAMATAN_NODES if local else np.zeros(1)
        self._local: Floats = _KECAMATAN_WEIGHT if local else np.ones(1)
        self._shock = shocks.log_odds[:, :, None] + SUBDISTRICT.coefficient(parameters)[:, None, None] * nodes
        self._weight = shocks.weight / shocks.weight.sum(axis=1, keepdims=True)
        self._measure: Measure = first_measure(scenario, len(villages), int((self._status == TOP).sum()))
        self._needed = int(self._measure.needed[0])

    def sums(self) -> Floats:
        """Return, summed over the draws: the chance of meeting the target; per village without, with, met more."""
        count = len(self._villages)
        result = np.zeros((3, count))
        without = [self._move(kind, assisted=False) for kind in self._kinds]
        by_kecamatan = [
            [place for place, kind in enumerate(self._kinds) if kind.subdistrict == k]
            for k in range(len(self._villages.subdistricts))
        ]
        counts = [
            self._average(self._added([(self._kinds[i].members.size, without[i]) for i in places]))
            for places in by_kecamatan
        ]
        others, everyone = self._all_but_each(counts)
        for k, places in enumerate(by_kecamatan):
            for i in places:
                rest = [(self._kinds[j].members.size - (j == i), without[j]) for j in places]
                with_it = self._move(self._kinds[i], assisted=True)
                gain = self._gain(without[i], with_it, self._added(rest), others[k])
                values = (self._mean(without[i].rise), self._mean(with_it.rise), gain)
                result[:, self._kinds[i].members] = np.array(values)[:, None]
        met = float((everyone[self._needed :].sum(axis=0) * self._weight).sum()) if self._needed > 0 else len(self._own)
        return np.concatenate([[met], result.ravel()])

    def _move(self, kind: _Kind, *, assisted: bool) -> _Move:
        at = kind.example
        status = int(self._status[at])
        rise, fall = self._own[:, at], np.zeros(len(self._own))
        if assisted:
            rise, fall = rise + self._effects.rise[:, at], self._effects.fall[:, at]
        level = ends(Village(status, rise[:, None], fall[:, None]), self._parameters, self._shock, thin=2)
        return _Move(scores(self._measure, status, level), level[status + 1 :].sum(axis=0))

    def _added(self, villages: list[tuple[int, _Move]]) -> Floats:
        """Return the distribution of what villages of one kecamatan add, shape (n + 1, D, N, U)."""
        parts = [Part(size, move.score.reshape(len(move.score), -1)) for size, move in villages if size]
        return self._whole(parts, self._shock.shape)

    def _whole(self, parts: list[Part], shape: tuple[int, ...]) -> Floats:
        """Return a sum with every number up to the needed one, the last standing for that and more."""
        result = np.zeros((self._needed + 1, int(np.prod(shape))))
        result[0] = 1 if not parts else 0
        if parts:
            found = total(parts, [Axis(self._needed)])
            result[: len(found)] = found
        return result.reshape(self._needed + 1, *shape)

    def _average(self, counts: Floats) -> Floats:
        """Average over the shock of the kecamatan, shape (n + 1, D, N)."""
        return np.asarray(counts @ self._local)

    def _all_but_each(self, counts: list[Floats]) -> tuple[list[Floats], Floats]:
        """Return, for each kecamatan, what all others add together, and what all add; (n + 1, D, N) each."""
        shape = self._weight.shape
        before = [self._whole([], shape)]
        for count in counts:
            before.append(self._joined(before[-1], count))
        others, after = [], self._whole([], shape)
        for place in reversed(range(len(counts))):
            others.append(self._joined(before[place], after))
            after = self._joined(after, counts[place])
        return others[::-1], before[-1]

    def _joined(self, one: Floats, other: Floats) -> Floats:
        parts = [Part(1, each.reshape(len(each), -1)) for each in (one, other)]
        return self._whole(parts, self._weight.shape)

    def _gain(self, without: _Move, with_it: _Move, own: Floats, others: Floats) -> float:
        """Return, summed over the draws, what assisting one village adds to the chance of meeting the target."""
        gain = np.zeros(self._shock.shape)
        for least in range(1, len(without.score)):
            missing = self._needed - least
            if missing >= 0:
                more = (with_it.score[least:] - without.score[least:]).sum(axis=0)
                gain += more * sum(own[i] * others[missing - i, :, :, None] for i in range(missing + 1))
        return self._mean(gain)

    def _mean(self, values: Floats) -> float:
        """Return the mean of (D, N, U) over shocks, summed over the draws."""
        return float(((values @ self._local) * self._weight).sum())


def _kinds(villages: Villages, own: Floats, effects: Effects) -> list[_Kind]:
    """Sort villages that no draw can tell apart, kecamatan by kecamatan."""
    keys = np.column_stack([villages.subdistrict_index, villages.levels, own.T, effects.rise.T, effects.fall.T])
    _, kind = np.unique(keys, axis=0, return_inverse=True)
    members = [np.flatnonzero(kind.ravel() == number) for number in range(int(kind.max()) + 1)]
    return [_Kind(int(villages.subdistrict_index[rows[0]]), rows) for rows in members]
