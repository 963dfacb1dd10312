"""Several districts learned together: what is learned against integrals worked out by hand, and what is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from pasts import counts, known, of_panel, panel
from scipy.special import expit, logsumexp
from scipy.stats import binom, chi2, norm

from simulation.domain.distributions import Fixed, HalfNormal, LogitNormal
from simulation.domain.evidence import Evidence
from simulation.domain.law import DISTRICT
from simulation.domain.parameters import ParameterKey, ParameterSet
from simulation.domain.villages import Villages
from simulation.engine.one_year import OneYear
from simulation.engine.year_start import YearStart
from simulation.inference.calibration.calibrate import BETWEEN_DISTRICTS, calibrate
from simulation.inference.calibration.likelihood import Likelihood
from simulation.inference.calibration.posterior import Posterior
from simulation.inputs.scenario import Scenario

MEDIAN, SD = -2.0, 0.8
ONLY_RISES = {
    "rise.dasar": LogitNormal(MEDIAN, SD),
    "rise.berkembang": 0.2, "rise.mandiri": 0.2, "fall": 0.0, "skip.berkembang": 0.0, "skip.mandiri": 0.0,
    "village_sd": 0.0, "year_sd": 0.0,
}  # fmt: skip
"""Villages at dasar rise or stay: what is seen of a district is one binomial number."""


def law(**values: float | HalfNormal) -> ParameterSet:
    """Return priors under which only rises from dasar, and districts, are uncertain."""
    return known({**ONLY_RISES, DISTRICT.key: BETWEEN_DISTRICTS, **values})


def moved(rises: int, villages: int) -> np.ndarray:
    """Return statuses of villages of which some rose from dasar in one year."""
    status = np.zeros((villages, 2), dtype=np.int8)
    status[:rises, 1] = 1
    return status


def evidence(rises: Sequence[int], villages: int, *, counted: Sequence[int] = ()) -> Evidence:
    """Return one panel a district, or counts where only these are known."""
    codes = [f"63.{d:02d}" for d in range(len(rises))]
    seen = {code: moved(number, villages) for code, number in zip(codes, rises, strict=True)}
    return Evidence(
        panels=tuple(panel(status, code=code) for d, (code, status) in enumerate(seen.items()) if d not in counted),
        counts=tuple(counts(status, place=code) for d, (code, status) in enumerate(seen.items()) if d in counted),
    )


def by_hand(rises: Sequence[int], villages: int) -> dict[str, float]:
    """Return posterior means by sums over a fine grid of r⁰, ω and each δ."""
    level = np.linspace(MEDIAN - 4 * SD, MEDIAN + 4 * SD, 81)[:, None]
    spread = (np.arange(100) + 0.5) / 25
    delta = np.linspace(-5, 5, 101)
    weigh = norm.logpdf(delta) + np.log(delta[1] - delta[0])
    log_odds = level[..., None] + spread[:, None] * delta
    joint = norm.logpdf(level, MEDIAN, SD) + norm.logpdf(spread)
    apart = np.empty((len(rises), *joint.shape))
    for d, number in enumerate(rises):
        each = binom.logpmf(number, villages, expit(log_odds)) + weigh
        one = logsumexp(each, axis=-1)
        apart[d] = (np.exp(each - one[..., None]) * log_odds).sum(axis=-1)
        joint = joint + one
    weight = np.exp(joint - logsumexp(joint))
    found = {f"63.{d:02d}": float((weight * apart[d]).sum()) for d in range(len(rises))}
    return {**found, "spread": float((weight * spread).sum()), "level": float((weight * level).sum())}


def told(posterior: Posterior) -> dict[str, tuple[float, float]]:
    """Return the posterior mean and sd of the same numbers."""
    level = posterior.draws[ParameterKey("rise", "dasar")]
    base = np.log(level / (1 - level))
    draws = {code: base + np.log(effect) for code, effect in posterior.of_places("district_effect").items()}
    draws |= {"spread": posterior.draws[DISTRICT.key], "level": base}
    return {name: (float(values.mean()), float(values.std())) for name, values in draws.items()}


@pytest.mark.slow
@pytest.mark.parametrize("counted", [(), (1, 2)], ids=["lists", "lists and counts"])
def test_what_is_learned_of_districts_is_the_integral(counted: Sequence[int]) -> None:
    """Level, spread and every district, from lists and counts: within 4 standard errors of 200 independent draws."""
    rises, villages = [1, 6, 25], 60
    found = told(calibrate(evidence(rises, villages, counted=counted), _scenario(law()), draws=1000))
    for name, mean in by_hand(rises, villages).items():
        error = found[name][1] / np.sqrt(200)
        assert abs(found[name][0] - mean) < 4 * error, (name, found[name], mean)


@pytest.mark.slow
def test_lists_and_counts_of_one_district_share_what_sets_it_apart() -> None:
    """Lists of some years and counts of others: one effect, learned from both."""
    status = np.concatenate([moved(4, 40), moved(9, 40)[:, 1:]], axis=1)
    parts = [panel(status[:, :2], 2020, "63.01"), panel(moved(2, 40), 2020, "63.02")]
    both = Evidence(panels=tuple(parts), counts=(counts(status, 2022, "63.01"),))
    likelihood = Likelihood.of(both, law())
    assert [block.place for block in likelihood.blocks] == ["63.01", "63.02", "63.01"]
    assert likelihood.learned_from == ("63.01", "63.02")
    (sample,) = likelihood.sampler(np.random.default_rng(0)).sample(100, 1)
    assert list(sample.apart) == ["63.01", "63.02"]


def test_a_district_set_apart_is_one_whose_odds_are_multiplied() -> None:
    """To the last digits: the likelihood at a score is that of chances moved by it at every level."""
    status = np.array([[0, 1, 1, 3], [1, 1, 2, 2], [2, 3, 2, 2], [0, 0, 0, 1], [0, 2, 2, 2]])
    at = {f"rise.{level}": Fixed(value) for level, value in (("dasar", 0.1), ("berkembang", 0.2), ("mandiri", 0.4))}
    parameters = known({**at, "village_sd": 0.7, "peer_odds_ratio": 1.5, DISTRICT.key: 0.6})
    raised = {key: Fixed(float(expit(np.log(p.value / (1 - p.value)) + 0.6 * 1.3))) for key, p in at.items()}
    likelihood, other = (
        Likelihood.of(of_panel(status), each)
        for each in (parameters, replace(parameters, scalars={**parameters.scalars, **raised}))
    )
    scores = {term: np.zeros((3, 1, 1)) for term in likelihood.blocks[0].units}
    none = np.zeros((len(likelihood.names), 1))
    apart = likelihood.law(none).in_district({DISTRICT: np.full((1, 1, 1), 1.3)})
    assert likelihood.blocks[0].log_likelihood(apart, scores) == pytest.approx(
        other.blocks[0].log_likelihood(other.law(none), scores), abs=1e-10
    )


def test_one_district_keeps_its_posterior() -> None:
    """Nothing is asked of differences between districts, and the reader hears nothing of them."""
    posterior = calibrate(evidence([3], 40), _scenario(law(**{DISTRICT.key: 0.0})), draws=50)
    assert posterior.of_places("district_effect") == {}
    assert DISTRICT.key not in posterior.draws
    assert not {"districts_differ", "districts_alike"} & {caveat.kind for caveat in posterior.warnings}


@pytest.mark.parametrize(
    ("stated", "kind"), [(None, "districts_differ"), (0.0, "districts_alike"), (0.4, "districts_differ")]
)
def test_how_districts_are_learned_together_is_told(stated: float | None, kind: str) -> None:
    """Estimated where the scenario leaves it out, as stated otherwise."""
    scalars = {**law().scalars, DISTRICT.key: Fixed(stated or 0.0)}
    defaulted = frozenset({DISTRICT.key} if stated is None else ())
    scenario = _scenario(ParameterSet(scalars, defaulted=defaulted))
    posterior = calibrate(evidence([1, 12], 40), scenario, draws=100)
    assert [caveat.kind for caveat in posterior.warnings if caveat.kind.startswith("districts_")] == [kind]
    assert (DISTRICT.key in posterior.draws) == (stated is None)
    assert set(posterior.of_places("district_effect")) == (set() if stated == 0.0 else {"63.00", "63.01", "63.02"})


@pytest.mark.slow
def test_a_district_without_data_borrows_with_the_spread_of_districts() -> None:
    """Its effect is drawn afresh: log odds of mean 0 whose variance is the mean square of the spread."""
    nowhere = Villages.from_counts("63.77", "Kabupaten Baru", np.array([30, 0, 0, 0]), subdistricts=1)
    posterior = calibrate(evidence([1, 6, 25], 60), _scenario(law(), nowhere), draws=1000)
    apart, spread = np.log(posterior.of_places("district_effect")["63.77"]), posterior.draws[DISTRICT.key]
    assert abs(apart.mean()) < 4 * apart.std() / np.sqrt(apart.size)
    standard = apart / spread
    assert abs(standard.var() - 1) < 4 * np.sqrt(2 / standard.size)
    assert abs(np.corrcoef(standard, posterior.draws[ParameterKey("rise", "dasar")])[0, 1]) < 4 / np.sqrt(apart.size)


@pytest.mark.slow
def test_a_forecast_takes_the_effect_of_each_district() -> None:
    """Rises expected of three districts of one start are those of their own chances, draw by draw."""
    posterior = calibrate(evidence([1, 6, 25], 60), _scenario(law()), draws=100)
    scenario = _scenario(law())
    parameters = posterior.applied_to(scenario).parameters.draw(0, 100)
    base = np.log(parameters.rise[:, 0] / (1 - parameters.rise[:, 0]))
    for villages in scenario.districts:
        start = YearStart.unassisted(villages, parameters, np.zeros((len(villages), 100), dtype=np.int8))
        rises = OneYear(villages, parameters, start).rises()[0]
        effect = parameters.scales[ParameterKey("district_effect", villages.district_code)]
        assert rises == pytest.approx(np.broadcast_to(expit(base + effect), rises.shape), abs=1e-12)


@pytest.mark.slow
def test_ranks_of_spread_and_districts_are_uniform() -> None:
    """Simulation-based calibration (Talts et al. 2018): 40 truths from the priors, four districts of 30 villages."""
    rng, places = np.random.default_rng(4), {"spread": [], "level": [], "first": []}
    for number in range(40):
        spread, level = abs(rng.standard_normal()), MEDIAN + SD * rng.standard_normal()
        apart = spread * rng.standard_normal(4)
        rises = rng.binomial(30, expit(level + apart))
        found = calibrate(evidence(rises.tolist(), 30), _scenario(law()), draws=100, seed=number)
        base = found.draws[ParameterKey("rise", "dasar")]
        draws = {
            "spread": (found.draws[DISTRICT.key], spread),
            "level": (np.log(base / (1 - base)), level),
            "first": (np.log(found.of_places("district_effect")["63.00"]), apart[0]),
        }
        for name, (values, truth) in draws.items():
            places[name].append((values < truth).mean())
    for name, shares in places.items():
        seen = np.histogram(shares, bins=5, range=(0, 1))[0]
        statistic = ((seen - len(shares) / 5) ** 2 / (len(shares) / 5)).sum()
        assert chi2.sf(statistic, 4) > 0.001, (name, seen)


def _scenario(parameters: ParameterSet, *others: Villages) -> Scenario:
    """Return three districts of sixty villages at dasar, and others."""
    districts = [
        Villages.arrange(code, code, codes := [f"{code}.{i:04d}" for i in range(60)], codes, [""] * 60, status=[0] * 60)
        for code in ("63.00", "63.01", "63.02")
    ]
    return Scenario("several", 2024, 1, (*districts, *others), parameters)
