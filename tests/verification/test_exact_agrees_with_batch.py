"""The exact engine against the array engine, over the whole table "Exact results" of MODEL.md."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from districts import ORIGIN, make_scenario, make_villages
from exact_settings import REFERENCE, TANAH_LAUT, assist, district, exact, statuses

from simulation.domain.distributions import Exponentiated, LogitNormal, Normal
from simulation.domain.parameters import DEFAULT_PRIORS, INTERVENTION_PRIOR
from simulation.domain.status import LEVELS, UNKNOWN
from simulation.domain.target import Target
from simulation.domain.villages import Villages
from simulation.inference.forecast import DistrictForecast
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario

SMALL = (15, 8, 4, 3)
SIZES = (12, 1, 9, 8)
BELOW_TOP = LEVELS[:3]
SEED = 2025
REPLICATES = 20_000
MOVING = {"fall": 0.06, "skip.berkembang": 0.1, "skip.mandiri": 0.6, "fall_skip": 0.4}
CAMPAIGN = {"campaign.probability": 0.15, "campaign.odds_ratio": 8.0}
SHOCK = {"year_sd": 0.5}
EFFECT = {"pokja.odds_ratio_rise": 2.5}
REMOTE = {"remote": [(i * 7 % 30) / 10 for i in range(30)]}


def kecamatan(scalars: dict[str, float], **settings: Any) -> Scenario:
    """Return 30 villages of known status, mixed over four kecamatan."""
    order = np.random.default_rng(3).permutation(statuses(SMALL)).tolist()
    return make_scenario(
        make_villages(SIZES, status=order, columns=REMOTE), {**REFERENCE, **MOVING, **scalars}, **settings
    )


def counts_of_kecamatan() -> Scenario:
    """Return villages of which counts are known kecamatan by kecamatan."""
    names = [f"Kecamatan {k}" for k, size in enumerate(SIZES) for _ in range(size)]
    counts = {
        "Kecamatan 0": [8, 2, 1, 1],
        "Kecamatan 1": [0, 1, 0, 0],
        "Kecamatan 2": [4, 2, 2, 1],
        "Kecamatan 3": [3, 3, 1, 1],
    }
    villages = Villages.arrange(
        "63.99", "Contoh", [str(i) for i in range(30)], [str(i) for i in range(30)], names,
        status_counts={name: np.array(row) for name, row in counts.items()},
    )  # fmt: skip
    return make_scenario(villages, {**REFERENCE, **MOVING}, horizon=2)


SETTINGS = {
    "independent villages that differ and wait": district(
        SMALL, horizon=4, scalars={**MOVING, "village_sd": 0.8}, min_years=1
    ),
    "counts of each kecamatan": counts_of_kecamatan(),
    "some statuses left blank": make_scenario(
        make_villages(SIZES, [0, UNKNOWN, 1, UNKNOWN, UNKNOWN, 0] * 5, counts=SMALL),
        {**REFERENCE, **MOVING}, horizon=3, effects=EFFECT,
        interventions=[assist(coverage=Fraction(1), eligible_status=LEVELS)],
    ),
    "a column decides, doses build up and fade": kecamatan(
        {}, horizon=4, covariates={"remote": 1.4}, effects={**EFFECT, "pokja.odds_ratio_fall": 0.4},
        interventions=[
            assist(
                "pokja", ends=ORIGIN + 2, capacity=9, priority="column:remote", eligible_status=LEVELS,
                ramp_years=2, fades_over_years=2,
            )
        ],
    ),
    "a list of villages, then the rest by lot": kecamatan(
        SHOCK, horizon=1, interventions=[assist(capacity=11, priority=("63.99.0004", "63.99.0017"))], effects=EFFECT
    ),
    "everybody is assisted by two": kecamatan(
        {}, horizon=3, effects={**EFFECT, "data.odds_ratio_rise": 3.0},
        interventions=[assist("pokja", coverage=Fraction(1), eligible_status=LEVELS, ramp_years=2),
                       assist("data", coverage=Fraction(1), eligible_status=LEVELS)],
    ),
    "those nearest to rising keep their places": kecamatan(
        SHOCK, horizon=2, covariates={"remote": 1.4}, effects=EFFECT,
        interventions=[assist(capacity=6, priority="nearest_to_rising", years_per_village=2)],
    ),
    "a shared shock": district(TANAH_LAUT, scalars={**MOVING, "year_sd": 0.9}),
    "a district set apart": district(SMALL, horizon=1, scalars={**MOVING, **CAMPAIGN, "district_sd": 0.9}),
    "campaign years without shock": district(SMALL, horizon=3, scalars={**MOVING, **CAMPAIGN}),
    "shock, campaign and villages that differ": district(
        SMALL, horizon=2, scalars={**MOVING, **CAMPAIGN, **SHOCK, "village_sd": 0.6}
    ),
    "three years of shock": district((6, 3, 1, 1), horizon=3,
         scalars={**MOVING, **SHOCK}, target=Target(Fraction("0.1"))),
    "peers in the first year": kecamatan(
        {**SHOCK, "peer_odds_ratio": 5.0}, horizon=1, effects=EFFECT,
        interventions=[assist(capacity=5, priority="nearest_to_rising", eligible_status=("dasar", "berkembang"))],
    ),
    "assistance by lot, counts only": district(
        TANAH_LAUT, known=False, scalars={**MOVING, **SHOCK}, effects=EFFECT,
        interventions=[assist(capacity=30)],
    ),
    "two kinds of assistance by lot": kecamatan(
        SHOCK, horizon=1, covariates={"remote": 1.4}, effects={**EFFECT, "data.odds_ratio_rise": 3.0},
        interventions=[assist("pokja", capacity=5, eligible_status=("dasar", "berkembang")),
                       assist("data", coverage=Fraction("0.3"))],
    ),
    "the lowest first, by lot among equals": district(
        SMALL, effects=EFFECT, interventions=[assist(coverage=Fraction("0.7"), priority="lowest_status")]
    ),
    "the largest gain": kecamatan(
        {}, horizon=1, covariates={"remote": 1.4}, effects=EFFECT,
        interventions=[assist(capacity=8, priority="largest_gain")],
    ),
    "net rises of those below the top": district(
        (5, 3, 1, 1), horizon=2, scalars={**MOVING, **SHOCK},
        target=Target(Fraction("0.1"), denominator="below_top", net_of_falls=True),
    ),
    "stock, and every other reading": district(
        SMALL, horizon=2, scalars={**MOVING, **SHOCK}, target=Target(Fraction("0.3"), "stock"), min_years=1
    ),
}  # fmt: skip


def assert_agrees(found: DistrictForecast, simulated: DistrictForecast, trajectories: int) -> None:
    """Every probability of the district lies within 4 binomial standard errors of the exact one.

    For single villages, of which there are thousands, it is 5.5.
    """
    assert found.at_least is not None
    assert simulated.at_least is not None
    years = list(zip(found.years, simulated.years, strict=True))
    pairs = [(found.readings[key], simulated.readings[key]) for key in found.readings]
    pairs += [([one.probability_met for one, _ in years], [other.probability_met for _, other in years])]
    pairs += [([one.saturated for one, _ in years], [other.saturated for _, other in years])]
    pairs += [(list(found.at_least.values()), list(simulated.at_least.values()))]
    for expected, share in pairs:
        assert_close(np.asarray(expected), np.asarray(share), trajectories, 4.0)
    for name in ("status_probability", "rise_probability", "risen_probability", "assisted_share"):
        assert_close(getattr(found, name), getattr(simulated, name), trajectories, 5.5)


def assert_close(exactly: np.ndarray, share: np.ndarray, trajectories: float, errors: float) -> None:
    """Shares lie within so many binomial standard errors; one trajectory more where that is hardly any."""
    error = np.sqrt(np.maximum(exactly * (1 - exactly), 0) / trajectories)
    possible = np.where((exactly > 1e-12) & (exactly < 1 - 1e-12), 1 / trajectories, 1e-9)
    assert (np.abs(share - exactly) <= errors * error + possible).all()


LONG = {"three years of shock", "assistance by lot, counts only"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow) if name in LONG else name for name in SETTINGS],
)
def test_both_engines_agree(name: str) -> None:
    """The exact probabilities lie within 4 standard errors of 20,000 trajectories."""
    scenario = SETTINGS[name]
    simulated = forecast(scenario, replicates=REPLICATES, seed=SEED).districts[0]
    assert_agrees(exact(scenario), simulated, REPLICATES)


def uncertain_priors() -> Scenario:
    """Return the default priors without peers and kecamatan shocks, with assistance by lot."""
    priors = {
        name: prior for name, prior in DEFAULT_PRIORS.items() if name not in ("peer_odds_ratio", "subdistrict_sd")
    }
    return district(
        TANAH_LAUT,
        known=False,
        scalars=priors,
        interventions=[assist(capacity=20, eligible_status=("dasar",))],
        effects={"pokja.odds_ratio_rise": INTERVENTION_PRIOR},
    )


def uncertain_ranking() -> Scenario:
    """Return a district in which whom the largest gain favours differs from draw to draw."""
    uncertain = {"rise.dasar": LogitNormal(-1.0, 1.0), "rise.berkembang": LogitNormal(-1.0, 1.0)}
    return district(
        SMALL,
        scalars=uncertain,
        effects=EFFECT,
        columns=REMOTE,
        covariates={"remote": Exponentiated(Normal(0.2, 0.3))},
        interventions=[assist(capacity=8, priority="largest_gain")],
    )


def synthetic_counts() -> Scenario:
    """Return a district whose counts are made up anew in every draw."""
    return make_scenario(
        Villages.from_counts("63.98", "Contoh", None, 3, villages=25), {**REFERENCE, **SHOCK}, horizon=1
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "scenario", [uncertain_priors(), uncertain_ranking(), synthetic_counts()], ids=["priors", "ranking", "synthetic"]
)
def test_mixtures_over_draws_agree(scenario: Scenario) -> None:
    """Over the same 50 parameter draws, 400 trajectories each scatter around the exact mixture."""
    draws, replicates = 50, 400
    simulated = forecast(scenario, draws=draws, replicates=replicates, seed=SEED).districts[0]
    assert_agrees(exact(scenario, draws=draws, seed=SEED), simulated, draws * replicates)


@pytest.mark.slow
def test_needed_and_counts_agree() -> None:
    """Where the denominator varies, the number needed, rises, falls and shares have the simulated means."""
    scenario = district(SMALL, horizon=2, scalars={**MOVING, **SHOCK}, target=Target(denominator="below_top"))
    found, simulated = exact(scenario), forecast(scenario, replicates=REPLICATES, seed=SEED).districts[0]
    deviation = np.sqrt(30) / 2 / np.sqrt(REPLICATES)
    for one, other in zip(found.years, simulated.years, strict=True):
        assert other.needed.mean == pytest.approx(one.needed.mean, abs=4 * deviation)
        assert other.needed.ends == one.needed.ends
        assert other.rises.mean == pytest.approx(one.rises.mean, abs=8 * deviation)
        assert other.falls.mean == pytest.approx(one.falls.mean, abs=8 * deviation)
        for level in LEVELS:
            assert other.status_share[level].quantiles == pytest.approx(one.status_share[level].quantiles)
