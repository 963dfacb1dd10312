"""The sampler against closed forms, a published reference posterior and regressions of reference software."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from pasts import of_panel, outside
from scipy.special import expit, ndtr

from simulation.domain.law import CAMPAIGN, SUBDISTRICT, YEAR
from simulation.domain.parameters import DEFAULT_PRIORS, ParameterSet
from simulation.engine.chunk_folder import ChunkFolder
from simulation.inference.calibration.law_at_particles import LawAtParticles
from simulation.inference.calibration.likelihood import Likelihood
from simulation.inference.calibration.sampler import Sampler, effective_sample_size


@dataclass(frozen=True)
class Scores:
    """The scores themselves, shape (d, P), in place of the law."""

    theta: np.ndarray

    def in_district(self, apart: object) -> Scores:  # noqa: ARG002
        """Return the same for every district."""
        return self


@dataclass(frozen=True)
class Plain:
    """Data of a likelihood of scores of shape (P, d) alone, without shocks."""

    of_scores: Callable[[np.ndarray], np.ndarray]
    place: str = ""
    years: tuple[int, ...] = ()
    units: dict = field(default_factory=dict)

    def log_likelihood(self, law: Scores, scores: object) -> np.ndarray:  # noqa: ARG002
        """Return the log-likelihood."""
        return self.of_scores(law.theta.T)

    def move_shocks(self, law: object, scores: object, fit: np.ndarray, *rest: object) -> np.ndarray:  # noqa: ARG002
        """Leave everything as it is."""
        return fit


@dataclass(frozen=True)
class Found:
    """A sample, shape (P, d), and how many independent draws it is worth."""

    scores: np.ndarray
    effective_sample_size: float


def sample(
    of_scores: Callable[[np.ndarray], np.ndarray], dimension: int, particles: int, rng: np.random.Generator
) -> Found:
    """Sample from N(0, I) times a likelihood."""
    names = tuple(DEFAULT_PRIORS)[:1] * dimension
    sampler = Sampler(ParameterSet(DEFAULT_PRIORS), names, [Plain(of_scores)], Scores, rng)  # type: ignore[arg-type]
    theta = next(sampler.sample(particles, 1)).theta
    return Found(theta.T, effective_sample_size([theta], sampler.excess))


def test_a_normal_likelihood_gives_the_normal_posterior() -> None:
    """One observation with sd 0.2 in each of three directions: the posterior is known in closed form.

    4,000 particles worth n independent draws tell a mean within 4 sd/√n, a variance within 4 √(2/n) of itself.
    """
    seen, sd = np.array([1.5, -0.4, 0.0]), 0.2
    found = sample(lambda x: -(((x - seen) / sd) ** 2).sum(axis=1) / 2, 3, 4000, np.random.default_rng(1))
    variance = sd**2 / (1 + sd**2)
    error = 4 / np.sqrt(found.effective_sample_size)
    assert np.abs(found.scores.mean(axis=0) - seen / (1 + sd**2)).max() < error * np.sqrt(variance)
    assert np.abs(found.scores.var(axis=0) / variance - 1).max() < error * np.sqrt(2)


@pytest.mark.slow
def test_the_effective_sample_size_is_what_many_runs_show() -> None:
    """The variance of the posterior mean over 50 runs is that of so many independent draws, within 4 of its errors."""
    runs = [
        sample(lambda x: -((x - 2) ** 2).sum(axis=1) / 0.02, 4, 400, np.random.default_rng(seed)) for seed in range(50)
    ]
    variance = np.mean([run.scores.var(axis=0) for run in runs])
    shown = variance / np.array([run.scores.mean(axis=0) for run in runs]).var(axis=0, ddof=1).mean()
    told = np.mean([run.effective_sample_size for run in runs])
    # Four directions and 50 runs: the shown size has a relative error of √(2 / 200); the told one is of the worst.
    assert told < shown * (1 + 4 * np.sqrt(2 / 200))
    assert told > shown * 0.6


@dataclass(frozen=True)
class Unseen:
    """Five years of a place of which nothing is known."""

    place: str = "63.99"
    years: tuple[int, ...] = (2021, 2022, 2023, 2024, 2025)
    units: dict = field(default_factory=lambda: {YEAR: 1, SUBDISTRICT: 8, CAMPAIGN: 1})

    def log_likelihood(self, law: LawAtParticles, scores: object) -> np.ndarray:  # noqa: ARG002
        """Return 0 for every particle."""
        return np.zeros(len(law.parameters.rise))

    def move_shocks(self, law: object, scores: object, fit: np.ndarray, *rest: object) -> np.ndarray:  # noqa: ARG002
        """Leave everything as it is."""
        return fit


@pytest.mark.slow
def test_without_data_every_move_leaves_the_prior_as_it_is() -> None:
    """Scores of parameters and of shocks stay independent standard normals.

    A spread that were drawn wrongly given its shocks, or a chance given its coins, would pull at them. Of 2,000
    particles, means, mean squares and the mean product of any two and of their squares, within 5 standard errors.
    """
    likelihood = Likelihood(ParameterSet(DEFAULT_PRIORS), (), (Unseen(),))  # type: ignore[arg-type]
    found = next(likelihood.sampler(np.random.default_rng(1)).sample(2000, 1))
    scores = np.vstack([found.theta, *(score.reshape(-1, 2000) for score in found.shocks[0].values())])
    squares = (scores**2 - 1) / np.sqrt(2)
    both = np.vstack([scores, squares])
    off = np.abs(both @ both.T / 2000 - np.eye(len(both))) * np.sqrt(2000)
    np.fill_diagonal(off, 0.0)
    assert np.abs(both.mean(axis=1)).max() * np.sqrt(2000) < 5
    assert off.max() < 5 * np.sqrt(3)


def test_draws_that_rule_everything_out_are_told() -> None:
    """A likelihood of 0 everywhere is an error, one of 0 in places is not."""
    with pytest.raises(ValueError, match="no draw from the prior"):
        sample(lambda x: np.full(len(x), -np.inf), 2, 100, np.random.default_rng(1))
    half = sample(lambda x: np.where(x[:, 0] > 1, 0.0, -np.inf), 1, 2000, np.random.default_rng(1))
    assert half.scores.min() > 1


@pytest.mark.slow
def test_eight_schools_meet_the_reference_posterior() -> None:
    """The reference draws of posteriordb, non-centred, within 4 standard errors of both sides."""
    case = outside("eight_schools_posterior")
    seen, sd, expected = np.array(case["input"]["y"]), np.array(case["input"]["sigma"]), case["expected"]

    def parameters(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        mean, spread = 5 * scores[:, 0], 5 * np.tan(np.pi / 2 * ndtr(scores[:, 1]).clip(max=1 - 1e-12))
        return mean, spread, mean[:, None] + spread[:, None] * scores[:, 2:]

    found = sample(
        lambda x: -(((seen - parameters(x)[2]) / sd) ** 2).sum(axis=1) / 2, 10, 20_000, np.random.default_rng(1)
    )
    mean, spread, _ = parameters(found.scores)
    for name, values in (("mu", mean), ("tau", spread)):
        for power, table, error in ((1, "mean", "mcse"), (2, "mean_square", "mcse_square")):
            powers = values**power
            own = powers.std() / np.sqrt(found.effective_sample_size)
            allowed = 4 * np.hypot(expected[error][name], own)
            assert abs(powers.mean() - expected[table][name]) < allowed, (name, power)


@pytest.mark.slow
def test_proportional_odds_of_housing_meet_reference_software() -> None:
    """1,681 tenants: with a wide prior the posterior means are MASS::polr's estimates, within a fifth of their sd.

    Eight coefficients, four of them strongly correlated; what is left is the skewness of the posterior, its Monte
    Carlo error at 4,000 particles being a fifteenth of an sd at most.
    """
    case = outside("proportional_odds")
    data, expected = case["input"]["housing"], case["expected"]["housing"]
    columns = [("Infl", "Medium"), ("Infl", "High"), ("Type", "Apartment"), ("Type", "Atrium"), ("Type", "Terrace"),
               ("Cont", "High")]  # fmt: skip
    design = np.array([[cell == value for cell in data[name]] for name, value in columns], dtype=float).T
    level, tenants = np.array(data["Sat"]), np.array(data["Freq"])

    def log_likelihood(scores: np.ndarray) -> np.ndarray:
        low, gap, effects = 3 * scores[:, :1], np.exp(scores[:, 1:2]), 3 * scores[:, 2:]
        eta = effects @ design.T
        edges = [np.zeros_like(eta), expit(low - eta), expit(low + gap - eta), np.ones_like(eta)]
        chance = np.select([level == j for j in (1, 2, 3)], [edges[j] - edges[j - 1] for j in (1, 2, 3)])
        return np.log(np.maximum(chance, 1e-300)) @ tenants

    found = sample(log_likelihood, 8, 4000, np.random.default_rng(1)).scores
    drawn = np.column_stack([3 * found[:, 0], 3 * found[:, 0] + np.exp(found[:, 1]), 3 * found[:, 2:]])
    published = [*expected["zeta"], *(expected[f"{name}{value}"] for name, value in columns)]
    assert (np.abs(drawn.mean(axis=0) - published) / drawn.std(axis=0)).max() < 0.2


class StoppedError(Exception):
    """Ends a calibration."""


class Kept(ChunkFolder):
    """Where steps are kept, until a calibration is stopped."""

    saved, most = 0, 99

    def save_arrays(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep arrays; end the calibration where it may keep no more."""
        super().save_arrays(name, arrays)
        self.saved += 1
        if self.saved == self.most:
            raise StoppedError


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 2, 4, -1])
def test_a_calibration_that_was_stopped_goes_on_bit_for_bit(steps: int, tmp_path: Path) -> None:
    """After the first temperature, the next, somewhere and the last sample but one: nothing differs in any bit."""
    status = np.array([[0, 0, 1], [0, 0, 0], [2, 2, 1], [1, 1, 3], [3, 3, 3], [0, 1, 0]])
    likelihood = Likelihood.of(of_panel(status), ParameterSet(DEFAULT_PRIORS), None, ())

    def found(keep: Kept) -> tuple[list[np.ndarray], list[float]]:
        told: list[float] = []
        sampler = likelihood.sampler(np.random.default_rng([1, 20]))
        samples = list(sampler.sample(50, 3, told.append, keep))
        luck = [score for one in samples for scores in one.luck for score in scores.values()]
        return [*(one.theta for one in samples), *(one.fit for one in samples), *luck, sampler.excess], told

    undisturbed = Kept(tmp_path / "whole")
    whole, told = found(undisturbed)
    assert told[-1] == pytest.approx(1)
    assert told == sorted(told)
    keep = Kept(tmp_path / "stopped")
    keep.most = steps % undisturbed.saved
    with pytest.raises(StoppedError):
        found(keep)
    again, rest = found(Kept(tmp_path / "stopped"))
    assert len(rest) < len(told)
    for one, other in zip(whole, again, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_the_effective_sample_size_of_a_calibration_is_what_repetition_shows() -> None:
    """Three lists of 24 villages, the whole law, 100 particles moved on once: means over 20 seeds vary as is told.

    The size told is that of the worst known parameter, so that the mean of var / worth over the parameters is at most
    1 / size; of d scores and 20 runs that mean has a relative error of √(2 / 19 d).
    """
    status = np.array([[0, 0, 1], [0, 0, 0], [0, 0, 0], [2, 2, 1], [1, 1, 3], [3, 3, 3], [0, 1, 0], [0, 0, 0]] * 3)
    likelihood = Likelihood.of(of_panel(status), ParameterSet(DEFAULT_PRIORS), None, ())
    means, variances, told = [], [], []
    for seed in range(20):
        sampler = likelihood.sampler(np.random.default_rng([seed, 20]))
        thetas = [one.theta for one in sampler.sample(100, 2)]
        told.append(effective_sample_size(thetas, sampler.excess))
        every = np.concatenate(thetas, axis=1)
        means.append(every.mean(axis=1))
        variances.append(every.var(axis=1, ddof=1))
    shown = np.mean(variances, axis=0) / np.var(means, axis=0, ddof=1)
    error = np.sqrt(2 / (19 * shown.size))
    assert np.mean(1 / shown) < np.mean(1 / np.array(told)) * (1 + 4 * error)
    assert np.mean(1 / shown) > np.mean(1 / np.array(told)) * 0.3
