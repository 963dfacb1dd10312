"""From evidence to a posterior: priors times whichever data there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...domain.arrays import Floats, Ints, Statuses
from ...domain.blank_statuses import chances_at_origin
from ...domain.distributions import Empirical, HalfNormal
from ...domain.evidence import Evidence
from ...domain.law import DISTRICT, YEAR
from ...domain.messages import Message, Refusal
from ...domain.parameters import DEFAULTS, OF_PLACES, ParameterKey, Parameters, ParameterSet
from ...domain.scenario import refuse_own_law, refuse_so_far
from ...domain.status import UNKNOWN
from ...domain.status_knowledge import KnownStatuses, MadeUpCounts, MissingStatuses
from ...domain.target import Target
from ...domain.villages import Villages
from ...engine.effort import Keep
from ...engine.progress import Progress, progress_bar
from ...inputs.scenario import Scenario
from ..forecast import PRIORS_ALONE
from .caveats import Approximation, caveats, refusals
from .counted import CountedPlace
from .data_conflicts import UNEXPLAINED, find_conflicts
from .law_at_particles import FARTHEST, LawAtParticles
from .likelihood import Likelihood, Observations
from .observed import Fit, past_of
from .posterior import Learned, Posterior, Spread
from .saddlepoint import log_probability_exact
from .sampler import Particles, effective_sample_size, sweeps
from .shocks import Scores

FEWEST_PARTICLES, PARTICLES = 100, 250
"""So many go from the prior to the posterior: fewer would not show in which directions it lies, and more draws are
taken as these move on."""
BETWEEN_DISTRICTS = HalfNormal(1.0)
"""Prior of `district_sd` where several districts are learned together and the scenario does not state it."""
OWN_LAW = Message(
    "{scenario} has a law of its own ({names}), and calibration knows the standard one alone; calibrate the scenario "
    "without it, and put the mechanism on the scenario that takes the draws"
)
DIGITS = 12
"""Of a draw: so many all computers agree on, whose exp and log differ in the last bit."""
_CHECKED = 20
"""Draws at which an approximate likelihood is compared with the exact one."""


def calibrate(
    evidence: Evidence,
    scenario: Scenario | None = None,
    draws: int = 1000,
    seed: int = 0,
    *,
    estimate_effects: bool = False,
    progress: Progress | bool = True,
    sink: Keep | None = None,
) -> Posterior:
    """Learn the parameters of the yearly law from what a district knows of its past.

    Parameters
    ----------
    evidence
        Panels, counts, launch years, records of assistance; whichever are there. With none, the priors come back.
    scenario
        Whose priors, given numbers and interventions apply; None for the default priors.
    draws
        Number of draws, at least 2.
    seed
        At least 0; the same seed and data give the same draws, whatever the order of villages.
    estimate_effects
        Whether to learn odds ratios of interventions from records of assistance. This assumes that, without
        assistance, assisted villages would have risen as often as others of their status.
    progress
        As for `forecast`; a function is called with (percent done, 100).
    sink
        Where steps are kept, so that a calibration that was stopped goes on where it was; None for nowhere.

    Returns
    -------
    Posterior
        Draws of the parameters, and how much was learned of each.

    Raises
    ------
    Refusal
        Where the scenario leaves nothing to learn by this law, or rules out what was observed; with every reason.

    Notes
    -----
    The likelihood is that of the law which a forecast runs, but for `min_years`: years with a campaign, shocks of
    kecamatan, peers and lasting differences between villages are part of it. Each village's own past says what sets
    it apart for good, and the posterior carries that into the forecast.
    Parameters are held as scores u = Φ(score), standard normal under the prior, together with the shared shock of
    every district and year of the data; see MODEL.md, "Calibration".

    Examples
    --------
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/contoh_belajar.yaml")
    >>> gathered = kkb.read_evidence("scenarios/data/contoh_belajar_daftar.xlsx", scenario)
    >>> posterior = kkb.calibrate(gathered.evidence, scenario, draws=100)
    >>> posterior.basis
    ('panel', 'launch_years')
    """
    if scenario is not None:
        refuse_so_far(scenario)
        refuse_own_law(scenario, OWN_LAW)
    parameters = DEFAULTS if scenario is None else scenario.parameters
    if reasons := refusals(evidence, parameters):
        raise Refusal(*reasons)
    likelihood = _likelihood(evidence, scenario, parameters, estimate_effects=estimate_effects)
    if len(likelihood.learned_from) > 1 and DISTRICT.key in parameters.defaulted:
        parameters = replace(parameters, scalars={**parameters.scalars, DISTRICT.key: BETWEEN_DISTRICTS})
        likelihood = replace(likelihood, parameters=parameters)
    if reasons := find_conflicts(evidence, parameters, likelihood.moves):
        raise Refusal(*reasons)
    with progress_bar(progress, "calibration") as told:
        found = _Sample.of(likelihood, draws, seed, told, sink)
    approximation = _approximation(likelihood, found)
    values = {**{key: _rounded(each) for key, each in parameters.sample(seed, draws).items()}, **found.values}
    target = Target() if scenario is None else scenario.target
    fit = Fit({**values, **found.places}, found.luck) if likelihood.names and not likelihood.late else None
    kept = {name: values[name] for name in parameters.scalars if name in parameters.uncertain}
    became = {name: _became(name, kept[name], likelihood, found) for name in kept}
    learned = {str(name): known for name, known in became.items() if known.in_likelihood}
    left = {name: round(known.prior_variance_left, DIGITS) for name, known in learned.items()}
    return Posterior(
        basis=_basis(evidence, likelihood),
        draws=kept,
        parameters=became,
        places=found.places,
        shocks=found.shocks,
        past=replace(past_of(likelihood, target, fit, seed), effective_sample_size=found.worth, variance_left=left),
        approximation=approximation,
        warnings=caveats(
            evidence,
            scenario,
            likelihood,
            approximation,
            found.worth,
            float(np.median(values[DISTRICT.key])),
            estimate_effects=estimate_effects,
        ),
        priors={name: parameters.scalars[name] for name in kept},
        evidence=evidence,
        scenario=scenario,
        seed=seed,
        estimate_effects=estimate_effects,
        log_likelihood=found.log_likelihood,
    )


def effort_of(draws: int) -> int:
    """Return about how much work so many draws are, to be set against other numbers of them."""
    particles, rounds = _sizes(draws)
    return particles * sweeps(rounds)


def _sizes(draws: int) -> tuple[int, int]:
    """Return the number of particles, and how many samples of them are taken."""
    particles = min(max(draws, FEWEST_PARTICLES), PARTICLES)
    return particles, -(-draws // particles)


def _rounded(draws: Floats) -> Floats:
    """Return draws, shape (D,), to `DIGITS` significant digits."""
    return np.array([float(f"{draw:.{DIGITS}g}") for draw in draws])


def _likelihood(
    evidence: Evidence, scenario: Scenario | None, parameters: ParameterSet, *, estimate_effects: bool
) -> Likelihood:
    on_record = {name for record in evidence.assistance for name in record.given}
    planned = () if scenario is None or not estimate_effects else scenario.interventions
    return Likelihood.of(evidence, parameters, scenario, tuple(plan for plan in planned if plan.name in on_record))


@dataclass(frozen=True, eq=False)
class _Sample:
    """Draws of everything that was learned, D of them.

    Attributes
    ----------
    scores
        Shape (d, D): of the parameters, in the order of the likelihood's names.
    values
        Key -> shape (D,).
    places
        As in `Posterior`.
    shocks
        (place, year) -> shape (D,): shared shock of that year, in sd.
    luck
        As in `Fit`, of districts whose villages are followed by kecamatan.
    log_likelihood
        As in `Posterior`.
    worth
        Effective sample size.
    """

    scores: Floats
    values: dict[ParameterKey, Floats]
    places: dict[ParameterKey, Floats]
    shocks: dict[tuple[str, int], Floats]
    luck: dict[tuple[str, int], Floats]
    log_likelihood: dict[Observations, Floats]
    worth: float
    samples: list[Particles]

    @classmethod
    def of(cls, likelihood: Likelihood, draws: int, seed: int, progress: Progress, sink: Keep | None) -> _Sample:
        if not likelihood.names:
            return cls(np.zeros((0, draws)), {}, {}, {}, {}, {}, float(draws), [])

        def report(share: float) -> None:
            progress(round(100 * share), 100)

        particles, rounds = _sizes(draws)
        sampler = likelihood.sampler(np.random.default_rng([seed, 20]))
        try:
            samples = list(sampler.sample(particles, rounds, report, sink))
        except ValueError as error:
            raise Refusal(UNEXPLAINED) from error
        rng = np.random.default_rng([seed, 22])
        order = rng.permutation(particles * rounds)[:draws]
        places: dict[ParameterKey, list[Floats]] = {}
        of_years: dict[tuple[str, int], list[Floats]] = {}
        pointwise: dict[Observations, list[Floats]] = {}
        for one in samples:
            law = likelihood.law(one.theta)
            shocks = dict(zip(map(id, likelihood.blocks), one.shocks, strict=True))
            for observations, each in likelihood.pointwise(one, law):
                pointwise.setdefault(observations, []).append(each)
            for key, of_place in _of_places(likelihood, one, law, shocks, rng):
                places.setdefault(key, []).append(of_place)
            for history in likelihood.histories:
                for number, year in enumerate(history.years if history.by_subdistrict else ()):
                    added = law.luck({term: score[number] for term, score in shocks[id(history)].items()})
                    of_years.setdefault((history.place, year), []).append(added + np.zeros(particles))
        scores = np.concatenate([one.theta for one in samples], axis=1)[:, order]
        values = likelihood.values(scores)
        return cls(
            scores=scores,
            values={name: _rounded(values[name]) for name in likelihood.names},
            places={
                key: _rounded(np.concatenate(places[key])[order])
                for key in sorted(places, key=lambda key: OF_PLACES.index(key.kind))
            },
            shocks=_shocks(likelihood, samples, order),
            luck={year: np.concatenate(each, axis=1)[:, order] for year, each in of_years.items()},
            log_likelihood={key: np.concatenate(each)[order] for key, each in pointwise.items()},
            worth=round(min(float(draws), effective_sample_size([one.theta for one in samples], sampler.excess)), 1),
            samples=samples,
        )


def _of_places(
    likelihood: Likelihood, one: Particles, law: LawAtParticles, shocks: Mapping[int, Scores], rng: np.random.Generator
) -> Iterator[tuple[ParameterKey, Floats]]:
    """Yield what each particle says of single districts and villages."""
    particles = len(law.parameters.rise)
    apart = likelihood.set_apart(one.apart, particles, rng)
    for code, luck in apart.items() if likelihood.lasting else ():
        odds_ratio = np.exp(np.sum([law.of_score(term, score[0, 0]) for term, score in luck.items()], axis=0))
        yield ParameterKey("district_effect", code), np.clip(odds_ratio, 1 / FARTHEST, FARTHEST)
    origin = 0 if likelihood.scenario is None else likelihood.scenario.origin
    of_counts = {villages.district_code for _, villages in likelihood.counted}
    for history in likelihood.histories:
        if history.place not in of_counts:
            here = law.in_district(apart[history.place])
            drawn = history.draw_villages(here, shocks.get(id(history), {}), rng, origin)
            for i, code in enumerate(history.villages.codes):
                yield ParameterKey("village_effect", code), drawn.effects[i]
                if i in drawn.levels:
                    yield ParameterKey("village_level", code), drawn.levels[i]
                if i in drawn.statuses:
                    yield ParameterKey("village_status", code), drawn.statuses[i]
    for place, villages in likelihood.counted:
        status, drawn_of = _placed(villages, law.parameters, origin, rng)
        yield from drawn_of.items()
        effects = place.village_effects(law.in_district(apart[place.place]), shocks[id(place)], status, rng)
        for code, odds_ratio in zip(villages.codes, effects, strict=True):
            yield ParameterKey("village_effect", code), odds_ratio


def _placed(
    villages: Villages, parameters: Parameters, origin: int, rng: np.random.Generator
) -> tuple[Statuses, dict[ParameterKey, Floats]]:
    """Return where the villages of P particles stand at the origin, (V, P), and what a forecast needs to follow."""
    known, shape = villages.known, (len(villages), len(parameters.rise))
    if isinstance(known, KnownStatuses | MadeUpCounts):
        return np.repeat(villages.levels[:, None], shape[1], axis=1), {}
    order = rng.random(shape)
    if not isinstance(known, MissingStatuses):
        by_code = zip(villages.codes, order, strict=True)
        return known.place(order), {ParameterKey("village_order", code): one for code, one in by_code}
    status = known.place(order, chances_at_origin(villages, known, parameters, origin))
    blank = np.flatnonzero(known.levels == UNKNOWN).tolist()
    return status, {ParameterKey("village_status", villages.codes[i]): status[i].astype(np.float64) for i in blank}


def _shocks(likelihood: Likelihood, samples: list[Particles], order: Ints) -> dict[tuple[str, int], Floats]:
    found: dict[tuple[str, int], Floats] = {}
    for number, block in enumerate(likelihood.blocks):
        if YEAR in block.units:
            scores = np.concatenate([one.shocks[number][YEAR][:, 0] for one in samples], axis=1)[:, order]
            found |= {(block.place, year): score for year, score in zip(block.years, scores, strict=True)}
    return dict(sorted(found.items()))


def _became(name: ParameterKey, draws: Floats, likelihood: Likelihood, found: _Sample) -> Learned:
    prior = Spread.of(likelihood.parameters.scalars[name])
    if name not in likelihood.names:
        return Learned(prior, prior, 1.0, in_likelihood=False)
    left = float(found.scores[likelihood.names.index(name)].var(ddof=1))
    return Learned(prior, Spread.of(Empirical(draws)), left, in_likelihood=True)


def _basis(evidence: Evidence, likelihood: Likelihood) -> tuple[str, ...]:
    """Return the blocks that bear on the posterior."""
    used = {
        "panel": likelihood.follows_villages,
        "counts": bool(likelihood.moves),
        "launch_years": likelihood.follows_villages,
        "assistance": any(key.is_effect for key in likelihood.names),
    }
    return tuple(block for block in evidence.blocks if used[block] and likelihood.names) or (PRIORS_ALONE,)


def _approximation(likelihood: Likelihood, found: _Sample) -> Approximation | None:
    """Compare the approximate likelihood of counts with the exact one at some draws; None where it is exact."""
    errors, pairs = np.zeros(_CHECKED), 0
    if not found.samples:
        return None
    some = found.samples[-1].take(np.arange(_CHECKED))
    law = likelihood.law(some.theta)
    for block, scores in zip(likelihood.blocks, some.shocks, strict=True):
        if not isinstance(block, CountedPlace):
            continue
        for move, matrix in zip(
            block.moves, block.matrices(law.in_district(some.apart[block.place]), scores), strict=True
        ):
            if move.flow.method != "saddlepoint":
                continue
            pairs += 1
            exact = []
            for one in matrix:
                if (value := log_probability_exact(move.flow.before, move.flow.after, one)) is None:
                    return Approximation(pairs, None, 0)
                exact.append(value)
            errors += move.flow.log_likelihood(matrix) - np.array(exact)
    return Approximation(pairs, float(np.abs(errors - errors.mean()).max()), _CHECKED) if pairs else None
