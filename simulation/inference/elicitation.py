"""Priors from the answers of experts: a distribution fitted to each one's quantiles, pooled, and fitted again.

Everything is a normal distribution: of the log odds of a chance, of the logarithm of a spread or an odds ratio.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.optimize import brentq, least_squares
from scipy.special import expit, logit, ndtr, ndtri

from ..domain.arrays import Floats
from ..domain.constraints import LARGEST_RATIO
from ..domain.distributions import (
    INTERVAL90_Z,
    Distribution,
    LogitNormal,
    lognormal_from_interval,
)
from ..domain.law import Luck, luck_of_one_village
from ..domain.messages import Message, Refusal
from ..domain.parameters import ParameterKey, Scale
from ..domain.scenario import Assumptions
from ..domain.status import LEVELS, TOP
from ..engine.year_start import YearStart, listed_at_origin
from ..inputs.expert_answers import VILLAGES_ASKED, Expert, Numbers, Question

ASKED = np.array([0.1, 0.5, 0.9])
"""The quantiles that experts give."""
GOOD_YEAR = 0.9
"""Of the shocks of ten years, this share is below that of a good year."""
_POOLED = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
"""Where a pooled distribution is fitted to the mixture of the experts' own."""
_DRAWS, _NODES = 200, 15
_EDGES = np.linspace(-15.005, 15.005, 3002)
"""Of log odds, by hundredths; 0 is the middle of one."""
_REACH = (-12.0, 12.0)
_FITTED: Mapping[Scale, tuple[tuple[float, float], tuple[float, float]]] = {
    "probability": (_REACH, (0.02, 3.0)),
    "spread": ((np.log(0.02), np.log(5.0)), (0.02, 1.7)),
    "odds ratio": ((-4.0, 4.0), (0.02, 1.7)),
}
"""Scale -> least and largest mean, and standard deviation, that are fitted: what a scenario file may state."""
_WEIGHED = Message(
    "experts are asked before data, and the priors of this scenario were weighed by data already: leave out "
    "parameters_from or launches here, and calibrate the scenario that results, or add launches to it"
)
_MATRIX = Message(
    "this scenario gives its chances of rising and falling as a matrix, of which experts are not asked: leave out "
    "transition.matrix first"
)


@dataclass(frozen=True)
class Belief:
    """What one expert believes of a parameter, as a normal distribution on its scale.

    Attributes
    ----------
    misfit
        The largest difference between an answer and the quantile of what was fitted, in villages of twenty; up to
        one half is rounding.
    """

    mean: float
    sd: float
    misfit: float


@dataclass(frozen=True)
class Pooled:
    """What all experts believe of a parameter, each weighing the same.

    Attributes
    ----------
    beliefs
        Number of the expert, from 0 -> what he or she believes; of those who answered.
    mean, sd
        Of the normal distribution fitted to the mixture of theirs.
    distance
        The largest difference between the two in the probability of lying below a value, at five quantiles.
    """

    beliefs: Mapping[int, Belief]
    mean: float
    sd: float
    distance: float


class UsualYear:
    """How many of twenty villages of a scenario rise or fall in a usual year, as the law has it.

    In a usual year z and B of the law are 0. What else sets villages apart is averaged over: their lasting differences,
    kecamatan and neighbours as they stand at the origin, and the draws of the parameters behind these.
    """

    def __init__(self, scenario: Assumptions) -> None:
        parameters = scenario.parameters.draw(0, _DRAWS)
        cases = luck_of_one_village(parameters, _NODES, _of_a_usual_year)
        alone = sum(np.histogram(value, _EDGES, weights=weight)[0] for value, weight in cases)
        weights, villages = np.zeros((len(LEVELS), _EDGES.size - 1)), np.zeros(len(LEVELS))
        for district in scenario.districts:
            listed = listed_at_origin(replace(scenario, horizon=1), district, parameters, 0)
            start = YearStart.unassisted(district, parameters, listed)
            villages += np.bincount(start.status.ravel(), minlength=len(LEVELS))
            for value, weight in cases:
                log_odds, held = start.rise_log_odds[0] + value, np.broadcast_to(weight, start.status.shape)
                for s in range(len(LEVELS)):
                    there = start.status == s
                    weights[s] += np.histogram(log_odds[there], _EDGES, weights=held[there])[0]
        weights[villages == 0] = alone
        self._middles = (_EDGES[:-1] + _EDGES[1:]) / 2
        self._weights = weights / weights.sum(axis=1, keepdims=True)
        above = villages[1:] if villages[1:].any() else np.ones(TOP)
        rising = [self.rises(level, logit(parameters.rise[:, s])).mean() for s, level in enumerate(LEVELS[1:TOP], 1)]
        self._staying = float(np.average(1 - np.array([*rising, 0.0]) / VILLAGES_ASKED, weights=above))

    def rises(self, level: str, log_odds: Floats) -> Floats:
        """Return how many of twenty rise, shape (N,), where the log odds of a typical one are `log_odds`, (N,)."""
        held = self._weights[LEVELS.index(level)]
        there = held > 0
        return np.asarray(VILLAGES_ASKED * expit(log_odds[:, None] + self._middles[there]) @ held[there])

    def falls(self, log_odds: Floats) -> Floats:
        """Return how many of twenty above dasar fall, shape (N,), where the log odds of falling are `log_odds`."""
        return np.asarray(VILLAGES_ASKED * self._staying * expit(log_odds))

    def log_odds(self, level: str, rising: float) -> float:
        """Return the log odds of a typical village at which so many of twenty rise."""
        return float(brentq(lambda x: self.rises(level, np.array([x]))[0] - rising, *_REACH))


def _of_a_usual_year(luck: Luck) -> bool:
    return luck.lasting or luck.shared_by != "district"


def refuse_unfit(scenario: Assumptions) -> None:
    """Refuse a scenario whose priors experts cannot change.

    Raises
    ------
    Refusal
        Where they are weighed by data (a calibration, a launch history), or are those of a matrix.
    """
    if scenario.parameters.blocks:
        raise Refusal(_WEIGHED)
    if scenario.parameters.matrix is not None:
        raise Refusal(_MATRIX)


def elicited(scenario: Assumptions, experts: Sequence[Expert]) -> dict[ParameterKey, Pooled]:
    """Return what experts believe of each parameter that any of them was able to judge."""
    usual_year, found = UsualYear(scenario), dict[ParameterKey, dict[int, Belief]]()
    for number, expert in enumerate(experts):
        for key in dict.fromkeys(question.parameter for question in expert.answers):
            found.setdefault(key, {})[number] = belief(usual_year, key, expert.answers)
    return {key: pooled(beliefs) for key, beliefs in found.items()}


def belief(usual_year: UsualYear, key: ParameterKey, answers: Mapping[Question, Numbers]) -> Belief:
    """Return the normal distribution whose quantiles, in villages of twenty, come nearest the answers about `key`."""
    about = {question: numbers for question, numbers in answers.items() if question.parameter == key}
    expected: list[Callable[[Floats], Floats]] = []
    wanted: list[Floats] = []
    for question, numbers in about.items():
        level, least = question.level, 0.0
        match question.kind:
            case "usual":
                expected.append(partial(usual_year.rises, level))
            case "fall":
                expected.append(usual_year.falls)
            case _:
                usual = answers[Question("usual", level)].most_likely
                rising = _within_rounding(np.array([usual]))[0]
                expected.append(
                    partial(_compared, usual_year, level, usual_year.log_odds(level, rising), question.kind)
                )
                least = rising if question.kind == "good" else 0.0
        wanted.append(_within_rounding(np.array(numbers), least))
    z = ndtri(ASKED)

    def quantiles(mean: float, log_sd: float) -> Floats:
        return np.concatenate([expect(mean + np.exp(log_sd) * z) for expect in expected])

    def off(at: Floats) -> Floats:
        return quantiles(*at) - target

    middle = logit(wanted[0][1] / VILLAGES_ASKED) if key.scale == "probability" else np.log(0.5)
    means, sds = _FITTED[key.scale]
    target = np.concatenate(wanted)
    mean, log_sd = least_squares(
        off, (middle, np.log(0.5)), bounds=([means[0], np.log(sds[0])], [means[1], np.log(sds[1])])
    ).x
    stated = np.concatenate(list(about.values()))
    return Belief(float(mean), float(np.exp(log_sd)), float(np.abs(quantiles(mean, log_sd) - stated).max()))


def _compared(usual_year: UsualYear, level: str, usual: float, kind: str, value: Floats) -> Floats:
    """Return how many of twenty rise where `value` is the logarithm of σ in a good year, or of an odds ratio."""
    more = ndtri(np.array(GOOD_YEAR)) * np.exp(value) if kind == "good" else value
    return usual_year.rises(level, usual + more)


def _within_rounding(numbers: Floats, least: float = 0.0) -> Floats:
    """Return where in [number − ½, number + ½] each answer is taken to lie, at least `least`.

    In the middle; equal answers evenly apart, as ordered numbers of which no more is known lie in the mean.

    Examples
    --------
    >>> _within_rounding(np.array([0, 0, 2])).round(2), _within_rounding(np.array([1, 3, 4]))
    (array([0.17, 0.33, 2.  ]), array([1., 3., 4.]))
    """
    found = np.empty(numbers.size)
    for number in np.unique(numbers):
        same = numbers == number
        low, high = max(number - 0.5, least), min(number + 0.5, VILLAGES_ASKED)
        found[same] = np.linspace(low, high, same.sum() + 2)[1:-1]
    return found


def pooled(beliefs: Mapping[int, Belief]) -> Pooled:
    """Return the normal distribution fitted to five quantiles of the equally weighted mixture of beliefs."""
    means, sds = (np.array([getattr(each, name) for each in beliefs.values()]) for name in ("mean", "sd"))
    low, high = (means - 6 * sds).min(), (means + 6 * sds).max()
    x = np.array([brentq(lambda at, q=q: ndtr((at - means) / sds).mean() - q, low, high) for q in _POOLED])
    z = ndtri(_POOLED)
    mean, sd = float(x.mean()), float(z @ x / (z @ z))
    return Pooled(beliefs, mean, sd, float(np.abs(ndtr((x - mean) / sd) - _POOLED).max()))


def distribution(key: ParameterKey, mean: float, sd: float) -> Distribution:
    """Return a normal distribution on the scale of `key` as a prior of three digits, no wider than a file states."""
    if key.scale == "probability":
        return LogitNormal(round(mean, 3), round(sd, 3))
    sd = min(sd, (np.log(LARGEST_RATIO) - abs(mean)) / INTERVAL90_Z)
    ends = np.exp(mean + sd * INTERVAL90_Z * np.array([0, -1, 1]))
    return lognormal_from_interval(*(float(f"{end:.3g}") for end in ends))
