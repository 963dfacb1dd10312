"""Which datum to collect next: by how much each would narrow the chance of meeting the target.

Outcomes of every datum are drawn from the parameter draws themselves, all draws are weighed by how likely they make the
outcome, and the variance of P(met) that remains is averaged (preposterior analysis, Raiffa & Schlaifer 1961).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import Floats, Ints
from ..domain.html_table import html_table
from ..domain.law import DISTRICT, VILLAGE, YEAR, learned_effects, luck_of_district
from ..domain.messages import Message, Refusal
from ..domain.parameters import ParameterKey, Parameters
from ..domain.randomness import Trajectories
from ..domain.reporting import lists_late
from ..domain.scenario import refuse_own_law, refuse_several, refuse_so_far, require_assumptions
from ..domain.status import LEVELS
from ..domain.status_knowledge import KnownStatuses, MadeUpCounts, MissingStatuses
from ..domain.villages import Villages
from ..engine.effort import Effort
from ..engine.progress import Progress, progress_bar
from ..inference.calibration.caveats import MATRIX
from ..inference.calibration.histories import FIRST_LAUNCH
from ..inference.calibration.law_at_particles import NODES as APART
from ..inference.calibration.law_at_particles import WEIGHTS, LawAtParticles
from ..inputs.scenario import Scenario
from .trial import Trial, engine_for, goal_of

Datum = Literal["village_list", "launch_years", "falls"]

REPLICATES = 40
NODES, PATHS = 81, 64
"""Where the shock of one year is looked at, in steps of 0.2 sd; paths of the shocks of several years."""
LEAST = 0.01
"""What narrows the spread by no more than this share is not worth asking for."""
_BLOCK = 40
_SMALLEST = 1e-300

OWN_LAW = Message("{scenario} has a law of its own ({names}), and what data would tell of it is not known here")
NOTHING_UNKNOWN = Message(
    "every parameter of {scenario} is a plain number, so that no data could add anything; "
    "give distributions under transition, or leave its keys out"
)
REPORTS_LATE = Message(
    "what to collect next cannot be weighed where some villages do not report every year: the lists that it would "
    "bring may be behind; set reporting.yearly: 1"
)
NO_STATUSES = Message(
    "what to collect next can be said only where the number of villages at each status is "
    "known; give it under villages.status_counts, or a table with a column of statuses"
)


@dataclass(frozen=True)
class DatumWorth:
    """What one datum would leave unknown.

    Attributes
    ----------
    datum
        ``village_list``: statuses of all villages one year earlier, beside those of the origin. ``launch_years``: the
        year in which each village joined. ``falls``: how many villages of each level fell in one year.
    remaining_sd
        Spread of P(met) over parameters that would be expected to remain (root mean variance).
    narrowing
        By which share the spread would shrink.
    """

    datum: Datum
    remaining_sd: float
    monte_carlo_error: float
    narrowing: float


@dataclass(frozen=True)
class NextDatum:
    """Data in the order in which they narrow P(met), best first.

    Attributes
    ----------
    year
        The year whose target is looked at: the first.
    probability_met, sd
        Chance of meeting it, and its spread over parameters as they are known now.
    data
        What each datum would leave: those that nobody gave yet and that would narrow the chance, the most useful first.
    """

    year: int
    probability_met: float
    sd: float
    data: tuple[DatumWorth, ...]

    def __repr__(self) -> str:
        """Return one line: the chance, how far it is open, and by how much each datum would narrow it."""
        worth = ", ".join(f"{one.datum} −{one.narrowing:.0%}" for one in self.data)
        chance = f"P(met in {self.year}) {self.probability_met:.3f}, sd {self.sd:.3f}"
        return f"<NextDatum {chance}: {worth or 'nothing would narrow it'}>"

    def _repr_html_(self) -> str:
        """Return a row for every datum, for notebooks."""
        return html_table([vars(one) for one in self.data], repr(self)[1:-1])


def next_datum(
    scenario: Scenario,
    draws: int = 1000,
    tries: int = 200,
    seed: int = 0,
    workers: int | None = None,
    *,
    given: Collection[str] = (),
    progress: Progress | bool = True,
) -> NextDatum:
    """Return which datum would narrow the chance of the first year most.

    Parameters
    ----------
    scenario
        One district, with what is known of its parameters now: priors, or draws of a calibration
        (`Posterior.applied_to`, or `parameters_from`).
    draws
        Parameter draws that are weighed.
    tries
        Imagined outcomes of each datum, at most `draws`.
    seed, workers
        As for a forecast.
    given
        Kinds of data that were given, besides those that the parameters were learned from (`Evidence.blocks`) and
        launch years in the table of villages.
    progress
        As for `forecast`; a function is called with (steps done, steps).

    Returns
    -------
    NextDatum
        What could be collected, the most useful first.

    Raises
    ------
    Refusal
        Where there are several districts, nothing is uncertain, or no statuses are known.

    Examples
    --------
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/contoh_belajar.yaml")
    >>> kkb.next_datum(scenario, draws=50, tries=20).data[0].datum
    'village_list'
    """
    require_assumptions(scenario)
    refuse_so_far(scenario)
    refuse_own_law(scenario, OWN_LAW)
    _refuse(scenario)
    with progress_bar(progress, "next datum") as told:
        return _next(_set_apart(scenario, draws, seed), draws, tries, seed, workers, given, told)


def _next(
    scenario: Scenario, draws: int, tries: int, seed: int, workers: int | None, given: Collection[str], told: Progress
) -> NextDatum:
    """Return which datum would narrow the chance of the first year most; steps are one datum each, and the chance."""
    rng = np.random.default_rng([seed, 21])
    goal = goal_of(scenario, 0.5, None, every_year=False)
    engine, _ = engine_for(scenario, goal, None, draws, seed)
    effort = Effort(draws, 1 if engine == "exact" else REPLICATES)
    chance = Trial(scenario, goal, engine, seed, workers).chance(scenario, effort).samples
    noise = np.zeros(draws) if engine == "exact" else chance * (1 - chance) / (REPLICATES - 1)
    now = float(np.sqrt(max(chance.var(ddof=1) - noise.mean(), 0.0)))
    parameters = scenario.parameters.draw(seed, draws)
    origins = rng.choice(draws, size=min(tries, draws), replace=False)
    year = _one_year(scenario.districts[0], parameters, origins, rng)
    imagined: dict[Datum, _Imagined] = {"village_list": year}
    known = {*scenario.parameters.blocks, *given}
    if "panel" not in known:
        imagined["falls"] = _falls_of(year)
    if "launch_years" not in known and "launch_year" not in scenario.districts[0].columns:
        imagined["launch_years"] = _launches(scenario, parameters, origins, rng)
    data: list[DatumWorth] = []
    for datum, each in imagined.items():
        told(1 + len(data), 1 + len(imagined))
        data.append(_worth(datum, each, chance, noise, origins, now))
    narrowing = (one for one in data if one.narrowing > LEAST and now - one.remaining_sd > 2 * one.monte_carlo_error)
    ranked = tuple(sorted(narrowing, key=lambda worth: worth.remaining_sd))
    return NextDatum(scenario.years[0], float(chance.mean()), now, ranked)


def _refuse(scenario: Scenario) -> None:
    refuse_several(scenario)
    if scenario.parameters.matrix is not None:
        raise Refusal(MATRIX)
    if not scenario.parameters.uncertain:
        raise Refusal(NOTHING_UNKNOWN.filled(scenario=scenario.name))
    if lists_late(scenario.parameters):
        raise Refusal(REPORTS_LATE)
    if isinstance(scenario.districts[0].known, MadeUpCounts):
        raise Refusal(NO_STATUSES)


def _set_apart(scenario: Scenario, draws: int, seed: int) -> Scenario:
    """Return the scenario in which what sets the district apart for good is one more number that each draw has."""
    (villages,), known = scenario.districts, scenario.parameters
    parameters = known.draw(seed, draws)
    if not DISTRICT.coefficient(parameters).any() or learned_effects(DISTRICT, villages, parameters) is not None:
        return scenario
    luck = luck_of_district(villages, parameters, Trajectories.grid(range(draws), range(1)), seed)
    drawn = {ParameterKey("district_effect", villages.district_code): np.exp(luck)}
    return replace(scenario, parameters=known.at({**known.sample(seed, draws), **drawn}))


@dataclass(frozen=True, eq=False)
class _Law:
    """The law of the district in D draws.

    Attributes
    ----------
    apart
        Shape (D,): what sets the district apart for good, on the log odds.
    weights
        Shape (4, N, D): shares of the villages that begin at a level which what sets them apart for good puts at
        each node.
    """

    parameters: Parameters
    apart: Floats
    weights: Floats

    @classmethod
    def of(cls, villages: Villages, parameters: Parameters, *, now: bool) -> _Law:
        """Return it for villages that stand where they do `now`, or that all begin alike.

        What the past says of villages is taken from the draws, what it does not say from its distribution.
        """
        draws, of_district = len(parameters.rise), learned_effects(DISTRICT, villages, parameters)
        apart = np.zeros(draws) if of_district is None else of_district[0]
        effects = learned_effects(VILLAGE, villages, parameters)
        if effects is None:
            return cls(parameters, apart, np.broadcast_to(WEIGHTS[:, None], (len(LEVELS), APART.size, draws)))
        spread = np.maximum(VILLAGE.coefficient(parameters), _SMALLEST)
        node = np.searchsorted((APART[1:] + APART[:-1]) / 2, effects / spread)
        shares = (node == np.arange(APART.size)[:, None, None]).mean(axis=1)
        weights = np.repeat(shares[None], len(LEVELS), axis=0)
        for level in np.unique(villages.levels) if now and isinstance(villages.known, KnownStatuses) else ():
            here = node[villages.levels == level]
            weights[level] = (here == np.arange(APART.size)[:, None, None]).mean(axis=1)
        return cls(parameters, apart, weights)

    def take(self, draws: Ints) -> _Law:
        """Return some of the draws."""
        return _Law(self.parameters.take(draws), self.apart[draws], self.weights[..., draws])


@dataclass(frozen=True, eq=False)
class _Imagined:
    """A datum as counts of cells: D draws, K shocks, C cells, J outcomes.

    Attributes
    ----------
    log_chance
        Shape (D, K, C).
    log_weight
        Shape (K,): of the shocks.
    seen
        Shape (J, C).
    """

    log_chance: Floats
    log_weight: Floats
    seen: Ints

    def log_likelihoods(self) -> Iterator[Floats]:
        """Yield the log-likelihood of every draw given one outcome after the other, shape (D,)."""
        for some in np.array_split(self.seen.astype(np.float64), -(-len(self.seen) // _BLOCK)):
            fit = self.log_chance @ some.T + self.log_weight[:, None]
            most = fit.max(axis=1, keepdims=True)
            fit -= most
            yield from (most[:, 0] + np.log(np.exp(fit, out=fit).sum(axis=1))).T


def _one_year(villages: Villages, parameters: Parameters, origins: Ints, rng: np.random.Generator) -> _Imagined:
    """Imagine who moved where in one year, from the levels of the origin."""
    nodes, known = np.linspace(-8, 8, NODES), villages.known
    counts = known.known if isinstance(known, MissingStatuses) else known.counts
    law = _Law.of(villages, parameters, now=True)
    matrices = _averages(law, nodes[:, None], [1])[0]
    own = _own_averages(law, 1, [1], origins, rng)[0]
    each = np.zeros(len(LEVELS), dtype=np.int64) if counts is None else counts
    seen = np.array([[rng.multinomial(n, row) for n, row in zip(each, one, strict=True)] for one in own])
    return _Imagined(_logs(matrices).reshape(*matrices.shape[:2], -1), -(nodes**2) / 2, seen.reshape(len(own), -1))


def _falls_of(year: _Imagined) -> _Imagined:
    """Keep of a year only how many fell from each level."""
    size = len(LEVELS)
    below = np.tril(np.ones((size, size)), -1)

    def split(cells: NDArray[np.generic]) -> Floats:
        square = np.asarray(cells, dtype=np.float64).reshape(*cells.shape[:-1], size, size)
        return np.concatenate([(square * below).sum(axis=-1), (square * (1 - below)).sum(axis=-1)], axis=-1)

    return _Imagined(_logs(split(np.exp(year.log_chance))), year.log_weight, split(year.seen).astype(np.int64))


def _launches(scenario: Scenario, parameters: Parameters, origins: Ints, rng: np.random.Generator) -> _Imagined:
    """Imagine when villages joined, and where they stand now."""
    villages = scenario.districts[0]
    law = _Law.of(villages, parameters, now=False)
    ages = range(1, scenario.origin - min(FIRST_LAUNCH, scenario.origin - 3) + 1)
    half = rng.standard_normal((PATHS // 2, len(ages)))
    matrices = np.stack(_averages(law, np.concatenate([half, -half]), ages), axis=2)[:, :, :, 0]
    own = np.stack(_own_averages(law, len(ages), ages, origins, rng), axis=1)[:, :, 0]
    each = np.bincount(np.arange(len(villages)) % len(ages), minlength=len(ages))
    seen = np.array([[rng.multinomial(n, row) for n, row in zip(each, one, strict=True)] for one in own])
    return _Imagined(_logs(matrices).reshape(*matrices.shape[:2], -1), np.zeros(PATHS), seen.reshape(len(own), -1))


def _averages(law: _Law, shocks: Floats, ages: Sequence[int]) -> list[Floats]:
    """Return the mean matrix over the last years, so many as `ages` says, for every draw and each row of shocks.

    Shape (D, K, 4, 4) each; `shocks` (K, years), the last year last.
    """
    draws, found = law.apart.size, []
    for start in range(0, draws, _BLOCK):
        block = np.arange(start, min(start + _BLOCK, draws))
        found.append(_mean_matrices(law.take(np.repeat(block, len(shocks))), np.tile(shocks, (block.size, 1)), ages))
    return [
        np.concatenate(parts).reshape(draws, len(shocks), len(LEVELS), len(LEVELS))
        for parts in zip(*found, strict=True)
    ]


def _own_averages(law: _Law, years: int, ages: Sequence[int], origins: Ints, rng: np.random.Generator) -> list[Floats]:
    """Return the mean matrix over each age for the draws that outcomes come from, each with its own shocks."""
    return _mean_matrices(law.take(origins), rng.standard_normal((len(origins), years)), ages)


def _mean_matrices(law: _Law, shocks: Floats, ages: Sequence[int]) -> list[Floats]:
    """Return mean matrices over the last years, shape (P, 4, 4), averaged over what sets villages apart for good."""
    at, levels = LawAtParticles(law.parameters), np.arange(len(LEVELS))
    spread, so_far, found = YEAR.coefficient(law.parameters), None, {}
    for age in range(1, max(ages) + 1):
        log_odds = np.broadcast_to(law.apart + spread * shocks[:, -age], (levels.size, len(shocks)))
        rise = at.chances(log_odds, levels)[:, None]
        year = rise * at.up[:, :, None] + (1 - rise) * at.down(())[:, :, None]
        so_far = year if so_far is None else np.einsum("ijbp,jkbp->ikbp", year, so_far)
        found[age] = np.ascontiguousarray(np.einsum("ibp,ijbp->pij", law.weights, so_far))
    return [found[age] for age in ages]


def _worth(datum: Datum, imagined: _Imagined, chance: Floats, noise: Floats, origins: Ints, now: float) -> DatumWorth:
    """Return the spread that would remain; the draw that an outcome comes from has no weight in it."""
    left = np.empty(len(origins))
    for outcome, (origin, logs) in enumerate(zip(origins, imagined.log_likelihoods(), strict=True)):
        logs[origin] = -np.inf
        weight = np.exp(logs - logs.max())
        weight /= weight.sum()
        middle = weight @ chance
        left[outcome] = weight @ (chance - middle) ** 2 / max(1 - float(weight @ weight), 1e-9) - weight @ noise
    remaining = float(np.sqrt(max(left.mean(), 0.0)))
    error = float(left.std(ddof=1) / np.sqrt(len(left)) / (2 * max(remaining, 1e-9)))
    return DatumWorth(datum, remaining, error, 1 - remaining / now if now > 0 else 0.0)


def _logs(chances: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(chances, _SMALLEST)))
