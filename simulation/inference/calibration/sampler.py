"""Tempered sequential Monte Carlo for the whole law: parameters and the shocks of past years, all as normal scores.

Del Moral, Doucet & Jasra (2006), *J. R. Stat. Soc. B* 68: 411-436. Particles go from the prior to the posterior by
small steps of temperature; at each they are moved: the shocks of one year after the other, the parameters by random
walks, and both together along directions in which the likelihood hardly changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...domain.distributions import LogitNormal
from ...domain.law import Luck, Term
from ...domain.parameters import ParameterKey, ParameterSet
from .histories import Scores, on_side, turned
from .law_at_particles import LawAtParticles

Floats = NDArray[np.float64]

KEPT = 0.5
"""The next temperature is where weights are worth this share of the particles."""
SWEEPS, SWEEPS_AT_END, SWEEPS_BETWEEN = 4, 12, 6
"""How often everything is moved at each temperature, at the last one, and between samples."""
WANTED = 0.25
"""Share of random walks to be accepted."""
_OPEN = 1e-12


class Block(Protocol):
    """Data of one place, with shocks of its own."""

    @property
    def place(self) -> str:
        """Code of its district; several blocks may be of one."""

    @property
    def years(self) -> Sequence[int]:
        """Years whose shocks matter."""

    @property
    def units(self) -> dict[Term, int]:
        """Luck of a year -> how many draws of it a year has."""

    def log_likelihood(self, law: LawAtParticles, scores: Scores) -> Floats:
        """Return the log-likelihood, shape (P,), at scores of shape (years, units, P)."""

    def move_shocks(
        self, law: LawAtParticles, scores: Scores, fit: Floats, temperature: float, rng: np.random.Generator
    ) -> Floats:
        """Move scores in place, and return the new log-likelihood."""


@dataclass(eq=False)
class Particles:
    """Where P particles stand.

    Attributes
    ----------
    theta
        Shape (d, P): scores of the parameters.
    shocks
        One a block.
    apart
        District code -> luck that lasts, drawn once for all years.
    fit
        Shape (blocks, P): log-likelihood of each.
    """

    theta: Floats
    shocks: list[Scores]
    apart: dict[str, Scores]
    fit: Floats

    def take(self, chosen: NDArray[np.int64]) -> Particles:
        """Return some of them."""
        return Particles(
            self.theta[:, chosen],
            [{term: score[..., chosen] for term, score in one.items()} for one in self.shocks],
            {code: {term: score[..., chosen] for term, score in one.items()} for code, one in self.apart.items()},
            self.fit[:, chosen],
        )

    @property
    def luck(self) -> list[Scores]:
        """All that chance decided: the shocks of every block, and what sets every district apart."""
        return [*self.shocks, *self.apart.values()]

    def with_luck(self, theta: Floats, luck: list[Scores]) -> Particles:
        """Return particles that stand elsewhere, their log-likelihood still to be worked out."""
        shocks, apart = luck[: len(self.shocks)], luck[len(self.shocks) :]
        return Particles(theta, shocks, dict(zip(self.apart, apart, strict=True)), self.fit)

    def replace(self, other: Particles, taken: NDArray[np.bool_]) -> None:
        """Take over those of `other` that are `taken`."""
        self.theta = np.where(taken, other.theta, self.theta)
        for mine, theirs in zip(self.luck, other.luck, strict=True):
            _take_over(mine, theirs, taken)
        self.fit = np.where(taken, other.fit, self.fit)


@dataclass(eq=False)
class Sampler:
    """One calibration.

    Attributes
    ----------
    parameters
        The priors.
    names
        Uncertain parameters, in the order of their scores.
    blocks
        The data.
    law
        Makes the law from scores of shape (d, P).
    lasting
        The luck that sets districts apart for good.
    """

    parameters: ParameterSet
    names: tuple[ParameterKey, ...]
    blocks: Sequence[Block]
    law: Callable[[Floats], LawAtParticles]
    rng: np.random.Generator
    lasting: Sequence[Term] = ()
    stride: float = field(init=False)
    excess: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.stride = 2.4 / np.sqrt(len(self.names))
        self.excess = np.zeros(len(self.names))

    def log_likelihood(self, now: Particles) -> Floats:
        """Return the log-likelihood of each block, shape (blocks, P)."""
        law = self.law(now.theta)
        found = [
            block.log_likelihood(law.in_district(now.apart[block.place]), scores)
            for block, scores in zip(self.blocks, now.shocks, strict=True)
        ]
        return np.where(np.isnan(found), -np.inf, found)

    def sample(
        self, particles: int, rounds: int, progress: Callable[[float], None] = lambda _: None
    ) -> Iterator[Particles]:
        """Yield `rounds` samples of the posterior of so many particles each, one moved on from the other.

        Raises
        ------
        ValueError
            Where no particle drawn from the prior has a likelihood above 0.
        """
        rng = self.rng
        theta = rng.standard_normal((len(self.names), particles))
        shocks = [
            {term: rng.standard_normal((len(block.years), units, particles)) for term, units in block.units.items()}
            for block in self.blocks
        ]
        apart = {
            code: {term: rng.standard_normal((1, 1, particles)) for term in self.lasting}
            for code in dict.fromkeys(block.place for block in self.blocks)
        }
        now = Particles(theta, shocks, apart, np.zeros((len(self.blocks), particles)))
        now.fit = self.log_likelihood(now)
        if not np.isfinite(now.fit.sum(axis=0)).any():
            raise ValueError("no draw from the prior can have given these data")
        temperature = 0.0
        while temperature < 1:
            step, weights = _next_step(now.fit.sum(axis=0), 1 - temperature)
            temperature = 1.0 if step >= 1 - temperature else temperature + step
            root = _root(now.theta, weights)
            chosen = _systematic(weights, rng)
            copies = np.bincount(chosen, minlength=particles)
            now = now.take(chosen)
            kept = self._sweeps(SWEEPS, now, temperature, root)
            self.excess = kept**2 * (float((copies**2).sum()) / particles - 1 + self.excess)
            progress(temperature * 0.6)
        for number in range(rounds):
            root = _root(now.theta, np.full(particles, 1 / particles))
            kept = self._sweeps(SWEEPS_BETWEEN if number else SWEEPS_AT_END, now, 1.0, root)
            self.excess = kept**2 * self.excess
            progress(0.6 + 0.4 * (number + 1) / rounds)
            yield now.take(np.arange(particles))

    def _sweeps(self, number: int, now: Particles, temperature: float, root: Floats) -> Floats:
        """Move everything some times; return the correlation of each parameter's scores, before and after."""
        before = now.theta
        for _ in range(number):
            self.sweep(now, temperature, root)
        return _correlation(before, now.theta)

    def sweep(self, now: Particles, temperature: float, root: Floats) -> None:
        """Move everything once."""
        law = self.law(now.theta)
        for number, (block, scores) in enumerate(zip(self.blocks, now.shocks, strict=True)):
            here = law.in_district(now.apart[block.place])
            now.fit[number] = block.move_shocks(here, scores, now.fit[number], temperature, self.rng)
        self._refresh_coins(now, law)
        for term in self.lasting:
            self._set_apart(now, term, law, temperature)
        for scale in (1.0, 0.3):
            accepted = self._walk(
                now, temperature, scale * self.stride * (root @ self.rng.standard_normal(now.theta.shape))
            )
            if scale == 1.0:
                self.stride *= float(np.exp(0.5 * (accepted - WANTED)))
        spread = np.sqrt((root**2).sum(axis=1))
        one = self.rng.integers(len(self.names), size=now.theta.shape[1])
        alone = np.zeros(now.theta.shape)
        alone[one, np.arange(one.size)] = 2.4 * spread[one] * self.rng.standard_normal(one.size)
        self._walk(now, temperature, alone)
        self._move_together(now, temperature)

    def _walk(self, now: Particles, temperature: float, step: Floats) -> float:
        theta = now.theta + step
        log_prior = (now.theta**2 - theta**2).sum(axis=0) / 2
        return self._try(now, now.with_luck(theta, now.luck), log_prior, temperature)

    def _try(self, now: Particles, proposed: Particles, log_ratio: Floats, temperature: float) -> float:
        """Accept or reject; return the share that was accepted."""
        proposed.fit = self.log_likelihood(proposed)
        with np.errstate(invalid="ignore"):
            gain = temperature * (proposed.fit.sum(axis=0) - now.fit.sum(axis=0)) + log_ratio
        taken = np.log(self.rng.random(gain.size)) < np.where(np.isnan(gain), -np.inf, gain)
        now.replace(proposed, taken)
        return float(taken.mean())

    def _refresh_coins(self, now: Particles, law: LawAtParticles) -> None:
        """Draw the scores of coins anew on the side on which they lie: the likelihood does not tell them apart."""
        for scores in now.shocks:
            for term, score in scores.items():
                if (coin := _coin(term)) is not None:
                    scores[term] = on_side(law.parameters.scales[coin], _heads(score, law, coin), self.rng)

    def _move_together(self, now: Particles, temperature: float) -> None:
        """Move a parameter together with the shocks that make up for it."""
        for term in dict.fromkeys(term for one in now.luck for term in one):
            coin = _coin(term)
            key = term.key if coin is None else coin
            if key in self.names:
                (self._rescale if coin is None else self._reweigh)(now, term, key, temperature)
        for term in dict.fromkeys(term for one in now.luck for term in one if _is_of_district(term)):
            self._shift(now, term, temperature)

    def _set_apart(self, now: Particles, term: Term, law: LawAtParticles, temperature: float) -> None:
        """Set each district apart otherwise: alone, then so that the shocks of its years make up for it."""
        apart = {code: {**one, term: turned(one[term], self.rng)} for code, one in now.apart.items()}
        self._try_districts(now, Particles(now.theta, now.shocks, apart, now.fit), temperature)
        yearly = next((one for shocks in now.shocks for one in shocks if _is_of_district(one)), None)
        if yearly is None:
            return
        mine, theirs = (np.maximum(each.coefficient(law.parameters), 1e-9) for each in (term, yearly))
        precision = dict.fromkeys(now.apart, 1 / mine**2)
        pull = {code: -one[term] / mine for code, one in now.apart.items()}
        for block, one in zip(self.blocks, now.shocks, strict=True):
            if yearly in one:
                precision[block.place] = precision[block.place] + len(one[yearly]) / theirs**2
                pull[block.place] = pull[block.place] + one[yearly].sum(axis=0) / theirs
        # As the prior has it where the sum of both stands still.
        shift = {
            code: pull[code] / precision[code] + self.rng.standard_normal(mine.size) / np.sqrt(precision[code])
            for code in now.apart
        }
        shocks = [
            {**one, yearly: one[yearly] - shift[block.place] / theirs} if yearly in one else one
            for block, one in zip(self.blocks, now.shocks, strict=True)
        ]
        apart = {code: {**one, term: one[term] + shift[code] / mine} for code, one in now.apart.items()}
        self._try_districts(now, Particles(now.theta, shocks, apart, now.fit), temperature)

    def _try_districts(self, now: Particles, proposed: Particles, temperature: float) -> None:
        """Accept or reject, district by district, what was proposed as the prior has it."""
        proposed.fit = self.log_likelihood(proposed)
        for code in now.apart:
            rows = [number for number, block in enumerate(self.blocks) if block.place == code]
            with np.errstate(invalid="ignore"):
                gain = temperature * (proposed.fit[rows] - now.fit[rows]).sum(axis=0)
            taken = np.log(self.rng.random(gain.size)) < np.where(np.isnan(gain), -np.inf, gain)
            for mine, theirs in (
                *((now.shocks[number], proposed.shocks[number]) for number in rows),
                (now.apart[code], proposed.apart[code]),
            ):
                _take_over(mine, theirs, taken)
            now.fit[rows] = np.where(taken, proposed.fit[rows], now.fit[rows])

    def _rescale(self, now: Particles, term: Term, key: ParameterKey, temperature: float) -> None:
        """Change a spread while the shocks in log odds stand still."""
        rng, row = self.rng, self.names.index(key)
        theta = now.theta.copy()
        stride = rng.choice([0.9, 0.4], size=theta.shape[1])
        theta[row] = np.sqrt(1 - stride**2) * theta[row] + stride * rng.standard_normal(theta.shape[1])
        ratio = np.maximum(self._spread(now.theta, key), 1e-12) / np.maximum(self._spread(theta, key), 1e-12)
        log_ratio, every = np.zeros(theta.shape[1]), []
        for scores in now.luck:
            if term not in scores:
                every.append(scores)
                continue
            there = scores[term] * ratio
            log_ratio += ((scores[term] ** 2 - there**2) / 2 + np.log(ratio)).sum(axis=(0, 1))
            every.append({**scores, term: there})
        self._try(now, now.with_luck(theta, every), log_ratio, temperature)

    def _spread(self, theta: Floats, key: ParameterKey) -> Floats:
        from scipy.special import ndtr

        return np.asarray(
            self.parameters.scalars[key].quantile(np.clip(ndtr(theta[self.names.index(key)]), _OPEN, 1 - _OPEN))
        )

    def _reweigh(self, now: Particles, term: Term, coin: ParameterKey, temperature: float) -> None:
        """Change the chance of a coin while the coins of the past lie as they lie."""
        rng, row = self.rng, self.names.index(coin)
        theta = now.theta.copy()
        stride = rng.choice([0.9, 0.4], size=theta.shape[1])
        theta[row] = np.sqrt(1 - stride**2) * theta[row] + stride * rng.standard_normal(theta.shape[1])
        before, after = self._spread(now.theta, coin), self._spread(theta, coin)
        law = self.law(now.theta)
        log_ratio, shocks = np.zeros(theta.shape[1]), []
        for scores in now.shocks:
            heads = _heads(scores[term], law, coin)
            log_ratio += np.where(heads, np.log(after / before), np.log1p(-after) - np.log1p(-before)).sum(axis=(0, 1))
            shocks.append({**scores, term: on_side(after, heads, rng)})
        self._try(now, now.with_luck(theta, [*shocks, *now.apart.values()]), log_ratio, temperature)

    def _shift(self, now: Particles, term: Term, temperature: float) -> None:
        """Raise the chance of rising at every level, and let what districts or their years share give way."""
        levels = {
            self.names.index(key): prior.sd
            for key in self.names
            if key.kind == "rise" and isinstance(prior := self.parameters.scalars[key], LogitNormal)
        }
        if not levels:
            return
        law, rng = self.law(now.theta), self.rng
        spread = np.maximum(term.coefficient(law.parameters), 1e-9)
        number = sum(one[term].shape[0] for one in now.luck if term in one)
        delta = 1.5 * spread / np.sqrt(max(number, 1)) * rng.standard_normal(spread.size)
        theta = now.theta.copy()
        for row, sd in levels.items():
            theta[row] += delta / sd
        log_ratio, every = (now.theta**2 - theta**2).sum(axis=0) / 2, []
        for scores in now.luck:
            if term not in scores:
                every.append(scores)
                continue
            there = scores[term] - delta / spread
            log_ratio = log_ratio + ((scores[term] ** 2 - there**2) / 2).sum(axis=(0, 1))
            every.append({**scores, term: there})
        self._try(now, now.with_luck(theta, every), log_ratio, temperature)


def _take_over(mine: Scores, theirs: Scores, taken: NDArray[np.bool_]) -> None:
    """Put scores in place of others where they are taken."""
    for term, score in theirs.items():
        if score is not mine[term]:
            mine[term] = np.where(taken, score, mine[term])


def _coin(term: Term) -> ParameterKey | None:
    return term.regressor.coin if isinstance(term.regressor, Luck) else None


def _is_of_district(term: Term) -> bool:
    luck = term.regressor
    return isinstance(luck, Luck) and luck.shared_by == "district" and luck.coin is None


def _heads(score: Floats, law: LawAtParticles, coin: ParameterKey) -> NDArray[np.bool_]:
    from scipy.special import ndtri

    return np.asarray(score < ndtri(law.parameters.scales[coin]))


def worth_of(scores: list[Floats], excess: Floats) -> float:
    """Return how many independent draws tell the mean of the worst known parameter as well.

    Parameters
    ----------
    scores
        Samples of shape (d, P), each moved on from the one before.
    excess
        Shape (d,): by how much copies that still agree make a mean of the first sample vary more.

    Notes
    -----
    Copies agree until they are moved: m, the mean squared number of copies, and the correlation ρ before and after
    the moves turn an excess into ρ² (m − 1 + excess). What samples have in common shows in the means over them.
    """
    every = np.stack(scores)
    between = every.mean(axis=0).var(axis=1, ddof=1)
    each = np.clip(every.var(axis=(0, 2), ddof=1) / np.maximum(between, 1e-300), 1.0, len(scores))
    return float((every.shape[2] / (1 + excess) * each).min())


def _correlation(one: Floats, other: Floats) -> Floats:
    one, other = (each - each.mean(axis=1, keepdims=True) for each in (one, other))
    scale = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    return np.asarray(np.abs((one * other).sum(axis=1)) / np.maximum(scale, 1e-300))


def _root(theta: Floats, weights: Floats) -> Floats:
    """Return a root of the covariance of the particles, leaning to the prior where they are few."""
    apart = theta - (theta @ weights)[:, None]
    covariance = (apart * weights) @ apart.T / max(1 - float(weights @ weights), 0.1)
    lean = len(theta) / (len(theta) + theta.shape[1])
    leaned = (1 - lean) * covariance + lean * np.diag(np.diag(covariance)) + 1e-9 * np.eye(len(theta))
    return np.asarray(np.linalg.cholesky(leaned))


def _next_step(fit: Floats, room: float) -> tuple[float, Floats]:
    """Return by how much the temperature may rise, at most `room`, and the weights then."""
    low, high = 0.0, room
    wanted = KEPT * float(np.isfinite(fit).sum())
    if _worth(_weights(high * fit)) >= wanted:
        return high, _weights(high * fit)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _worth(_weights(middle * fit)) >= wanted else (low, middle)
    step = max(low, 1e-12)
    return step, _weights(step * fit)


def _weights(log_weights: Floats) -> Floats:
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())


def _worth(weights: Floats) -> float:
    return float(1 / (weights @ weights))


def _systematic(weights: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return which particles are copied, each about as often as its weight says."""
    ladder = (rng.random() + np.arange(weights.size)) / weights.size
    cumulative = np.cumsum(weights)
    return np.searchsorted(cumulative / cumulative[-1], ladder).clip(max=weights.size - 1)
