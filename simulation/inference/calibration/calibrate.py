"""From evidence to a posterior: priors times whichever data there are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ...domain.distributions import Empirical
from ...domain.evidence import Evidence
from ...domain.messages import Refusal
from ...domain.parameters import DEFAULT_PRIORS, ParameterKey, ParameterSet
from ...inputs.scenario import Scenario
from ..forecast import PRIORS_ALONE
from .caveats import caveats, refusals
from .data_conflicts import UNEXPLAINED, find_conflicts
from .likelihood import Approximation, Likelihood
from .posterior import Learned, Posterior, Spread
from .saddlepoint import log_probability_exact
from .smc import Sampled, sample

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]

_DEFAULTS = ParameterSet(DEFAULT_PRIORS, defaulted=frozenset(DEFAULT_PRIORS))
FEWEST_PARTICLES = 500
"""Fewer would not show the sampler in which directions the posterior lies."""
_CHECKED = 20
"""Draws at which an approximate likelihood is compared with the exact one."""


def calibrate(
    evidence: Evidence,
    scenario: Scenario | None = None,
    draws: int = 1000,
    seed: int = 0,
    *,
    estimate_effects: bool = False,
    progress: Progress | None = None,
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
        Called with (percent done, 100).

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
    The likelihood is that of the reduced law: no peers, kecamatan shocks, campaigns, `min_years` or covariates.
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
    parameters = _DEFAULTS if scenario is None else scenario.parameters
    if reasons := refusals(evidence, parameters):
        raise Refusal(*reasons)
    likelihood = _likelihood(evidence, scenario, parameters, estimate_effects=estimate_effects)
    if reasons := find_conflicts(evidence, likelihood):
        raise Refusal(*reasons)
    sampled = _sample(likelihood, draws, seed, progress) if likelihood.names else None
    approximation = None if sampled is None else _approximation(likelihood, sampled.scores)
    worth = float(draws) if sampled is None else min(float(draws), sampled.effective_sample_size)
    found = caveats(evidence, scenario, likelihood, approximation, worth, estimate_effects=estimate_effects)
    scores = np.zeros((draws, 0)) if sampled is None else sampled.scores[:draws]
    values = {**parameters.sample(seed, draws), **_learned_values(likelihood, scores)}
    kept = {name: values[name] for name in parameters.scalars if name in parameters.uncertain}
    return Posterior(
        basis=_basis(evidence, likelihood),
        draws=kept,
        parameters={name: _became(name, kept[name], likelihood, scores) for name in kept},
        shocks=dict(zip(likelihood.shocks, scores[:, len(likelihood.names) :].T, strict=False)),
        effective_sample_size=worth,
        approximation=approximation,
        warnings=found,
        priors={name: parameters.scalars[name] for name in kept},
        evidence=evidence,
        scenario=scenario,
        seed=seed,
        estimate_effects=estimate_effects,
    )


def _likelihood(
    evidence: Evidence, scenario: Scenario | None, parameters: ParameterSet, *, estimate_effects: bool
) -> Likelihood:
    if scenario is None:
        return Likelihood.of(evidence, parameters)
    on_record = {name for record in evidence.assistance for name in record.given}
    plans = tuple(plan for plan in scenario.interventions if estimate_effects and plan.name in on_record)
    codes = {district.district: district.district_code for district in scenario.districts}
    return Likelihood.of(evidence, parameters, plans, scenario.overlap, codes)


def _sample(likelihood: Likelihood, draws: int, seed: int, progress: Progress | None) -> Sampled:
    def report(temperature: float) -> None:
        if progress is not None:
            # Temperatures grow by factors: the square root comes closer to the share of the work.
            progress(round(100 * temperature**0.5), 100)

    rng = np.random.default_rng([seed, 20])
    particles = max(draws, FEWEST_PARTICLES)
    try:
        return sample(likelihood, likelihood.dimension, particles, rng, report)
    except ValueError as error:
        raise Refusal(UNEXPLAINED) from error


def _learned_values(likelihood: Likelihood, scores: Floats) -> dict[ParameterKey, Floats]:
    if not likelihood.names:
        return {}
    values = likelihood.values(scores)
    return {name: values[name] for name in likelihood.names}


def _became(name: ParameterKey, draws: Floats, likelihood: Likelihood, scores: Floats) -> Learned:
    prior = Spread.of(likelihood.parameters.scalars[name])
    if name not in likelihood.names:
        return Learned(prior, prior, 1.0, in_likelihood=False)
    left = float(scores[:, likelihood.names.index(name)].var(ddof=1))
    return Learned(prior, Spread.of(Empirical(draws)), left, in_likelihood=True)


def _basis(evidence: Evidence, likelihood: Likelihood) -> tuple[str, ...]:
    """Return the blocks that bear on the posterior."""
    used = {
        "panel": bool(likelihood.paths.taken),
        "counts": bool(likelihood.moves),
        "launch_years": bool(likelihood.paths.taken),
        "assistance": any(any(year.doses) for year in likelihood.steps.years),
    }
    return tuple(block for block in evidence.blocks if used[block] and likelihood.names) or (PRIORS_ALONE,)


def _approximation(likelihood: Likelihood, scores: Floats) -> Approximation | None:
    """Compare the approximate likelihood of counts with the exact one at some draws; None where it is exact."""
    moves = [move for move in likelihood.moves if move.flow.method == "saddlepoint"]
    if not moves:
        return None
    scores = scores[:_CHECKED]
    errors = np.zeros(len(scores))
    for move in moves:
        matrix = likelihood.average_matrix(scores, move)
        exact = []
        for one in matrix:
            if (value := log_probability_exact(move.flow.before, move.flow.after, one)) is None:
                return Approximation(len(moves), None, 0)
            exact.append(value)
        errors += move.flow.log_likelihood(matrix) - np.array(exact)
    return Approximation(len(moves), float(np.abs(errors - errors.mean()).max()), len(scores))
