"""Tempered sequential Monte Carlo for the whole law: parameters and the shocks of past years, all as normal scores.

Del Moral, Doucet & Jasra (2006), *J. R. Stat. Soc. B* 68: 411-436. Particles go from the prior to the posterior by
small steps of temperature; at each they are moved: the shocks of one year after the other, the parameters by random
walks, and both together along directions in which the likelihood hardly changes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

import numpy as np

from ...domain.arrays import Bools, Floats, Ints
from ...domain.distributions import LogitNormal
from ...domain.law import Term
from ...domain.parameters import ParameterKey, ParameterSet
from ...domain.status import TOP
from ...engine.effort import Keep
from .law_at_particles import LawAtParticles
from .shocks import STRIDES, Scores, crank_nicolson, on_side

KEPT = 0.5
"""Effective sample size of the weights at the next temperature, as a share of the particles."""
SWEEPS, SWEEPS_AT_END, SWEEPS_BETWEEN = 4, 16, 8
"""How often everything is moved at each temperature, at the last one, and between samples."""
TEMPERATURES = 8
"""About so many steps lead from the prior to the posterior: by it, work is shared out before the steps are known."""
_CELLS = np.linspace(-6.0, 6.0, 241)
"""Edges of the cells in which a parameter is drawn given the shocks that it rules."""
_OPEN = 1e-12


def sweeps(rounds: int, *, temperatures: int = TEMPERATURES) -> int:
    """Return about how many sweeps so many samples take."""
    return SWEEPS * temperatures + SWEEPS_AT_END + SWEEPS_BETWEEN * (rounds - 1)


@dataclass(frozen=True, eq=False)
class _Cloud:
    """The normal distribution that fits the parameters of the particles: mean, shape (d,), and root of covariance."""

    mean: Floats
    root: Floats

    @classmethod
    def around(cls, theta: Floats, weights: Floats) -> _Cloud:
        """Fit scores of shape (d, P), leaning to no correlation where they are few."""
        mean = theta @ weights
        off = theta - mean[:, None]
        covariance = (off * weights) @ off.T / max(1 - float(weights @ weights), 0.1)
        lean = len(theta) / (len(theta) + theta.shape[1])
        leaned = (1 - lean) * covariance + lean * np.diag(np.diag(covariance)) + 1e-9 * np.eye(len(theta))
        return cls(mean, np.linalg.cholesky(leaned))

    @property
    def uncorrelated(self) -> _Cloud:
        """The same without correlation."""
        return _Cloud(self.mean, np.diag(np.sqrt((self.root**2).sum(axis=1))))

    def standardised(self, theta: Floats) -> Floats:
        """Return scores in the units of the cloud."""
        return np.asarray(np.linalg.solve(self.root, theta - self.mean[:, None]))


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

    def pointwise(self, law: LawAtParticles, scores: Scores) -> Iterator[tuple[tuple[str, ...], Floats]]:
        """Yield observations that are equally likely, and the log-likelihood of each of them, (P,), likewise."""

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
    apart
        District code -> luck that lasts, drawn once for all years.
    fit
        Shape (blocks, P): log-likelihood of each.
    """

    theta: Floats
    shocks: list[Scores]
    apart: dict[str, Scores]
    fit: Floats

    def take(self, chosen: Ints) -> Particles:
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

    def replace(self, other: Particles, taken: Bools) -> None:
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
    names
        Uncertain parameters, in the order of their scores.
    law
        Makes the law from scores of shape (d, P).
    lasting
        The luck that sets districts apart for good.
    excess
        As in `effective_sample_size`, of the last sample.
    """

    parameters: ParameterSet
    names: tuple[ParameterKey, ...]
    blocks: Sequence[Block]
    law: Callable[[Floats], LawAtParticles]
    rng: np.random.Generator
    lasting: Sequence[Term] = ()
    excess: Floats = field(init=False)

    def __post_init__(self) -> None:
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
        self,
        particles: int,
        rounds: int,
        progress: Callable[[float], None] = lambda _: None,
        keep: Keep | None = None,
    ) -> Iterator[Particles]:
        """Yield `rounds` samples of the posterior of so many particles each, one moved on from the other.

        Parameters
        ----------
        progress
            Called with the share of the work that is done, from 0 to 1: steps of temperature grow about evenly in
            their logarithm.
        keep
            Where each step is kept; what is there is taken up, bit for bit as if nobody had stopped.

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
        temperature, first = self._take_up(keep, "tempering", now) or (0.0, 0.0)
        tempering = SWEEPS * TEMPERATURES / sweeps(rounds)
        done = tempering * _share_of_tempering(temperature, first)
        while temperature < 1:
            step, weights = _next_step(now.fit.sum(axis=0), 1 - temperature)
            temperature = 1.0 if step >= 1 - temperature else temperature + step
            first = first or temperature
            cloud = _Cloud.around(now.theta, weights)
            chosen = _resampled(weights, rng)
            copies = np.bincount(chosen, minlength=particles)
            now = now.take(chosen)
            before, done = done, tempering * _share_of_tempering(temperature, first)
            kept = self._sweeps(SWEEPS, now, temperature, cloud, _between(progress, before, done))
            self.excess = kept**2 * (float((copies**2).sum()) / particles - 1 + self.excess)
            self._keep(keep, "tempering", now, (temperature, first))
        for number in range(rounds):
            name = f"sample_{number}"
            before, done = done, tempering + sweeps(number + 1, temperatures=0) / sweeps(rounds)
            if self._take_up(keep, name, now) is None:
                cloud = _Cloud.around(now.theta, np.full(particles, 1 / particles))
                some = SWEEPS_BETWEEN if number else SWEEPS_AT_END
                kept = self._sweeps(some, now, 1.0, cloud, _between(progress, before, done))
                self.excess = kept**2 * self.excess
                self._keep(keep, name, now, (1.0, first))
            progress(done)
            yield now.take(np.arange(particles))

    def _keep(self, keep: Keep | None, name: str, now: Particles, temperatures: tuple[float, float]) -> None:
        """Keep all that decides what comes next: where particles stand at a temperature, the first one, and chance."""
        if keep is None:
            return
        state = {"theta": now.theta, "fit": now.fit, "excess": self.excess, "temperatures": np.array(temperatures)}
        scores = (score for one in now.luck for score in one.values())
        state |= {f"luck_{number}": score for number, score in enumerate(scores)}
        # The last bits of a sum depend on the order in which its axes lie in memory.
        axes = {key: sorted(range(one.ndim), key=lambda axis: -one.strides[axis]) for key, one in state.items()}
        about = json.dumps({"axes": axes, "random": self.rng.bit_generator.state})
        packed = {key: one.transpose(axes[key]) for key, one in state.items()}
        keep.save_arrays(name, {**packed, "about": np.array(about)})

    def _take_up(self, keep: Keep | None, name: str, now: Particles) -> tuple[float, float] | None:
        """Put particles and random numbers where they stood; return the temperature and the first one."""
        kept = None if keep is None else keep.load_arrays(name)
        if kept is None:
            return None
        about = json.loads(str(kept["about"]))
        state = {key: kept[key].transpose(np.argsort(axes)) for key, axes in about["axes"].items()}
        now.theta, now.fit, self.excess = state["theta"], state["fit"], state["excess"]
        scores = (state[f"luck_{number}"] for number in count())
        for one in now.luck:
            one.update(zip(one, scores))  # noqa: B905  endless
        self.rng.bit_generator.state = about["random"]
        temperature, first = state["temperatures"].tolist()
        return temperature, first

    def _sweeps(
        self, number: int, now: Particles, temperature: float, cloud: _Cloud, progress: Callable[[float], None]
    ) -> Floats:
        """Move everything some times; return the correlation of each parameter's scores, before and after."""
        before = now.theta
        for one in range(number):
            self.sweep(now, temperature, cloud)
            progress((one + 1) / number)
        return _correlation(before, now.theta)

    def sweep(self, now: Particles, temperature: float, cloud: _Cloud) -> None:
        """Move everything once."""
        law = self.law(now.theta)
        for number, (block, scores) in enumerate(zip(self.blocks, now.shocks, strict=True)):
            here = law.in_district(now.apart[block.place])
            now.fit[number] = block.move_shocks(here, scores, now.fit[number], temperature, self.rng)
        self._refresh_coins(now, law)
        for term in self.lasting:
            self._set_apart(now, term, law, temperature)
        for _ in range(2):
            self._walk(now, temperature, cloud)
        one = np.arange(len(self.names))[:, None] == self.rng.integers(len(self.names), size=now.theta.shape[1])
        self._walk(now, temperature, cloud.uncorrelated, one)
        self._move_together(now, temperature)

    def _walk(self, now: Particles, temperature: float, cloud: _Cloud, chosen: Bools | None = None) -> None:
        """Move parameters, or those chosen, by a Crank-Nicolson step in the cloud, corrected for its own density."""
        here = cloud.standardised(now.theta)
        stride = self.rng.choice(STRIDES, size=now.theta.shape[1])
        there = np.sqrt(1 - stride**2) * here + stride * self.rng.standard_normal(here.shape)
        if chosen is not None:
            there = np.where(chosen, there, here)
        theta = cloud.mean[:, None] + cloud.root @ there
        log_ratio = (now.theta**2 - theta**2 + there**2 - here**2).sum(axis=0) / 2
        self._accept_or_reject(now, now.with_luck(theta, now.luck), log_ratio, temperature)

    def _accept_or_reject(
        self, now: Particles, proposed: Particles, log_ratio: Floats, temperature: float, *, fits_alike: bool = False
    ) -> None:
        """Take a Metropolis step; where what was proposed `fits_alike`, its likelihood is not worked out again."""
        proposed.fit = now.fit if fits_alike else self.log_likelihood(proposed)
        with np.errstate(invalid="ignore"):
            gain = temperature * (proposed.fit.sum(axis=0) - now.fit.sum(axis=0)) + log_ratio
        taken = np.log(self.rng.random(gain.size)) < np.where(np.isnan(gain), -np.inf, gain)
        now.replace(proposed, taken)

    def _refresh_coins(self, now: Particles, law: LawAtParticles) -> None:
        """Draw the scores of coins anew on the side on which they lie: the likelihood does not tell them apart."""
        for scores in now.shocks:
            for term, score in scores.items():
                if (coin := term.coin) is not None:
                    scores[term] = on_side(law.parameters.scales[coin], _heads(score, law, coin), self.rng)

    def _move_together(self, now: Particles, temperature: float) -> None:
        """Move a parameter together with the shocks that make up for it."""
        for term in dict.fromkeys(term for one in now.luck for term in one):
            if (key := term.switch) in self.names:
                (self._rescale if term.coin is None else self._reweigh)(now, term, key, temperature)
        for term in dict.fromkeys(term for one in now.luck for term in one if _is_of_district(term)):
            self._shift(now, term, temperature)

    def _set_apart(self, now: Particles, term: Term, law: LawAtParticles, temperature: float) -> None:
        """Move the effect of each district: alone, then with the shocks of its years compensating for it."""
        apart = {code: {**one, term: crank_nicolson(one[term], self.rng)} for code, one in now.apart.items()}
        self._accept_by_district(now, Particles(now.theta, now.shocks, apart, now.fit), temperature)
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
        # From the conditional prior given the sum of both.
        shift = {
            code: pull[code] / precision[code] + self.rng.standard_normal(mine.size) / np.sqrt(precision[code])
            for code in now.apart
        }
        shocks = [
            {**one, yearly: one[yearly] - shift[block.place] / theirs} if yearly in one else one
            for block, one in zip(self.blocks, now.shocks, strict=True)
        ]
        apart = {code: {**one, term: one[term] + shift[code] / mine} for code, one in now.apart.items()}
        self._accept_by_district(now, Particles(now.theta, shocks, apart, now.fit), temperature)

    def _accept_by_district(self, now: Particles, proposed: Particles, temperature: float) -> None:
        """Take a Metropolis step in each district, from a proposal that leaves the prior as it is."""
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
        """Draw a spread given its shocks on the log-odds scale, which are held fixed (centred parametrisation)."""
        before = self._spread(now.theta[self.names.index(key)], key)
        squares, number = np.zeros(before.size), 0
        for scores in now.luck:
            if term in scores:
                squares += ((before * scores[term]) ** 2).sum(axis=(0, 1))
                number += scores[term].shape[0] * scores[term].shape[1]

        def log_density(score: Floats) -> Floats:
            spread = self._spread(score, key)
            return np.asarray(-(score**2) / 2 - number * np.log(spread) - squares / (2 * spread**2))

        theta, log_ratio = self._griddy_gibbs(now.theta, key, log_density)
        ratio = before / self._spread(theta[self.names.index(key)], key)
        every = [{**one, term: one[term] * ratio} if term in one else one for one in now.luck]
        # Nothing but the product of both enters the law of a district.
        self._accept_or_reject(
            now, now.with_luck(theta, every), log_ratio, temperature, fits_alike=term in self.lasting
        )

    def _reweigh(self, now: Particles, term: Term, coin: ParameterKey, temperature: float) -> None:
        """Draw the chance of a coin given how the coins of past years lie."""
        law = self.law(now.theta)
        heads = [_heads(scores[term], law, coin) for scores in now.shocks]
        up, number = np.sum([one.sum(axis=(0, 1)) for one in heads], axis=0), sum(len(one) for one in heads)

        def log_density(score: Floats) -> Floats:
            chance = self._spread(score, coin)
            return np.asarray(-(score**2) / 2 + up * np.log(chance) + (number - up) * np.log1p(-chance))

        theta, log_ratio = self._griddy_gibbs(now.theta, coin, log_density)
        after = self._spread(theta[self.names.index(coin)], coin)
        shocks = [{**one, term: on_side(after, up, self.rng)} for one, up in zip(now.shocks, heads, strict=True)]
        self._accept_or_reject(now, now.with_luck(theta, [*shocks, *now.apart.values()]), log_ratio, temperature)

    def _griddy_gibbs(
        self, theta: Floats, key: ParameterKey, log_density: Callable[[Floats], Floats]
    ) -> tuple[Floats, Floats]:
        """Propose one parameter from its density given the shocks, on a grid; `log_density` takes (cells, P) or (P,).

        Returns
        -------
        All scores, and the logarithm of the Metropolis ratio for what the density varies within a cell (griddy Gibbs:
        Ritter & Tanner 1992, *JASA* 87: 861-868).
        """
        row, rng = self.names.index(key), self.rng
        heights = log_density(((_CELLS[1:] + _CELLS[:-1]) / 2)[:, None])
        weight = np.exp(heights - heights.max(axis=0))
        cumulative = np.cumsum(weight, axis=0)
        particles = np.arange(theta.shape[1])
        chosen = (cumulative < rng.random(particles.size) * cumulative[-1]).sum(axis=0)
        found = theta.copy()
        found[row] = _CELLS[chosen] + rng.random(particles.size) * (_CELLS[1] - _CELLS[0])
        stood = np.clip(np.searchsorted(_CELLS, theta[row]) - 1, 0, len(_CELLS) - 2)
        off = [log_density(one[row]) - heights[cell, particles] for one, cell in ((found, chosen), (theta, stood))]
        return found, off[0] - off[1]

    def _spread(self, score: Floats, key: ParameterKey) -> Floats:
        """Return a parameter that is above 0 at its scores."""
        from scipy.special import ndtr

        value = self.parameters.scalars[key].quantile(np.clip(ndtr(score), _OPEN, 1 - _OPEN))
        return np.maximum(value, 1e-12)

    def _shift(self, now: Particles, term: Term, temperature: float) -> None:
        """Shift the chance of rising at every level, and what districts or their years share the other way."""
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
        # Where every level is raised, nothing but the sum of both enters the law of a district.
        alike = term in self.lasting and len(levels) == TOP
        self._accept_or_reject(now, now.with_luck(theta, every), log_ratio, temperature, fits_alike=alike)


def _take_over(mine: Scores, theirs: Scores, taken: Bools) -> None:
    """Put scores in place of others where they are taken."""
    for term, score in theirs.items():
        if score is not mine[term]:
            mine[term] = np.where(taken, score, mine[term])


def _is_of_district(term: Term) -> bool:
    return term.luck is not None and term.luck.shared_by == "district" and term.coin is None


def _heads(score: Floats, law: LawAtParticles, coin: ParameterKey) -> Bools:
    from scipy.special import ndtri

    return np.asarray(score < ndtri(law.parameters.scales[coin]))


def effective_sample_size(scores: list[Floats], excess: Floats) -> float:
    """Return the effective sample size of the parameter for which it is least.

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


def _share_of_tempering(temperature: float, first: float) -> float:
    """Return how far a temperature is on the way from the prior, the first step being one of about `TEMPERATURES`."""
    if temperature in (0, 1):
        return temperature
    further = 1 - math.log(temperature) / math.log(first)
    return (1 + (TEMPERATURES - 1) * further) / TEMPERATURES


def _between(progress: Callable[[float], None], start: float, end: float) -> Callable[[float], None]:
    """Return progress over a part of the work, which itself goes from 0 to 1."""
    return lambda share: progress(start + share * (end - start))


def _next_step(fit: Floats, room: float) -> tuple[float, Floats]:
    """Return by how much the temperature may rise, at most `room`, and the weights then."""
    low, high = 0.0, room
    wanted = KEPT * float(np.isfinite(fit).sum())
    if _effective_size(_weights(high * fit)) >= wanted:
        return high, _weights(high * fit)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _effective_size(_weights(middle * fit)) >= wanted else (low, middle)
    step = max(low, 1e-12)
    return step, _weights(step * fit)


def _weights(log_weights: Floats) -> Floats:
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())


def _effective_size(weights: Floats) -> float:
    return float(1 / (weights @ weights))


def _resampled(weights: Floats, rng: np.random.Generator) -> Ints:
    """Return which particles are kept, each about as often as its weight says (systematic resampling)."""
    ladder = (rng.random() + np.arange(weights.size)) / weights.size
    cumulative = np.cumsum(weights)
    return np.searchsorted(cumulative / cumulative[-1], ladder).clip(max=weights.size - 1)
