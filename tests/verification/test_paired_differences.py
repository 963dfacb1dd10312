"""Simulated pairs against exact differences, draw by draw."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from districts import make_scenario, make_villages
from exact_settings import TANAH_LAUT, assist, district

from simulation.decision.comparison import Contrast, compare
from simulation.domain.distributions import Distribution, Exponentiated, HalfNormal, LogitNormal, Normal
from simulation.domain.parameters import DEFAULT_PRIORS, INTERVENTION_PRIOR
from simulation.domain.target import Target
from simulation.domain.villages import Villages
from simulation.inputs.scenario import Scenario

SEED = 2025
PRIORS: dict[str, Distribution | float] = {
    name: prior for name, prior in DEFAULT_PRIORS.items() if name not in ("peer_odds_ratio", "subdistrict_sd")
}
STRONG = {"pokja.odds_ratio_rise": Exponentiated(Normal(0.9, 0.2))}
SHOCK: dict[str, Distribution | float] = {"rise.dasar": LogitNormal(-2.9, 0.3), "year_sd": HalfNormal(0.5)}
CALM: dict[str, Distribution | float] = {"rise.dasar": LogitNormal(-2.9, 0.3), "fall": 0.05}
LOT = assist(capacity=40, eligible_status=("dasar",))
ALL = assist(coverage=Fraction(1), eligible_status=("dasar", "berkembang", "mandiri", "paripurna"))


def tanah_laut(*plans: object, effects: dict[str, Distribution] | None = None, **settings: object) -> Scenario:
    """Return the published counts under the default priors that leave the exact engine a sum."""
    given = {"scalars": PRIORS, "interventions": plans, "effects": effects or {}, **settings}
    return district(TANAH_LAUT, known=False, **given)


def made_up(*plans: object) -> Scenario:
    """Return villages whose levels are made up anew in every draw."""
    villages = Villages.from_counts("63.98", "Contoh", None, 3, villages=25)
    return make_scenario(villages, {"year_sd": 0.4}, plans, STRONG if plans else {}, horizon=1)  # type: ignore[arg-type]


def known(*plans: object, years: int = 1, **settings: object) -> Scenario:
    """Return 40 villages of known status; good and bad years where there is one."""
    villages = make_villages([40], status=[0] * 22 + [1] * 10 + [2] * 3 + [3] * 5)
    law, effects = SHOCK if years == 1 else CALM, STRONG if plans else {}
    return make_scenario(villages, law, plans, effects, horizon=years, **settings)  # type: ignore[arg-type]


PAIRS: dict[str, tuple[Scenario, Scenario]] = {
    "a lot, default priors": (tanah_laut(), tanah_laut(LOT, effects={"pokja.odds_ratio_rise": INTERVENTION_PRIOR})),
    "a lot, strong effect": (tanah_laut(), tanah_laut(LOT, effects=STRONG)),
    "more of the same": (
        tanah_laut(replace(LOT, capacity=15), effects=STRONG), tanah_laut(replace(LOT, capacity=45), effects=STRONG)
    ),
    "everybody, in good and bad years": (known(), known(ALL)),
    "everybody, for three years": (known(years=3), known(ALL, years=3)),
    "net rises of those below the top": tuple(
        known(*plans, target=Target(Fraction("0.1"), denominator="below_top", net_of_falls=True))
        for plans in ((), (ALL,))
    ),
    "levels made up in every draw": (made_up(), made_up(LOT)),
    "an assumption, no programme": (known(), replace(known(), parameters=replace(
        known().parameters, scalars={**known().parameters.scalars, "rise.berkembang": LogitNormal(-1.0, 0.3)}))),
}  # type: ignore[dict-item]  # fmt: skip


def found(name: str, draws: int, replicates: int, engine: str) -> Contrast:
    """Return the contrast of a pair over the same parameter draws."""
    return compare(*PAIRS[name], draws=draws, replicates=replicates, seed=SEED, engine=engine).contrasts[0]  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("name", PAIRS)
def test_paired_differences_agree_with_exact_ones(name: str) -> None:
    """In every year, chances and rises lie within 4 paired standard errors of the exact difference.

    Draws are shared, so that the error left is that of replicates within draws: smaller than the one told.
    """
    exactly, simulated = (found(name, 50, 200, engine) for engine in ("exact", "batch"))
    for one, other in zip(exactly.years, simulated.years, strict=True):
        assert one.difference != 0.0
        assert abs(other.difference - one.difference) <= 4 * other.monte_carlo_error
        apart = other.additional_rises.mean - one.additional_rises.mean
        assert abs(apart) <= 4 * other.additional_rises.monte_carlo_error
        assert other.baseline_probability_met == pytest.approx(
            one.baseline_probability_met, abs=4 * np.sqrt(0.25 / 10_000)
        )
    whole = exactly.additional_rises.mean, simulated.additional_rises.mean
    assert whole[0] == pytest.approx(whole[1], abs=4 * simulated.additional_rises.monte_carlo_error)
    assert simulated.cost_idr_million == exactly.cost_idr_million == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a lot, strong effect", "everybody, in good and bad years"])
def test_the_error_told_is_the_scatter_between_seeds(name: str) -> None:
    """Over 60 seeds the means scatter by the error that each tells: by 0.69 to 1.37 of it, 4 errors of a spread."""
    runs = [compare(*PAIRS[name], draws=40, replicates=5, seed=seed).contrasts[0].years[0] for seed in range(60)]
    told = np.sqrt(np.mean([run.monte_carlo_error**2 for run in runs]))
    scatter = np.std([run.difference for run in runs], ddof=1)
    assert abs(scatter / told - 1) < 4 / np.sqrt(2 * 59)


@pytest.mark.slow
def test_the_parameter_interval_is_that_of_the_exact_draws() -> None:
    """With 100 replicates a draw its ends lie within a tenth of the exact interval's width, with 20 within a fifth."""
    name = "everybody, in good and bad years"
    exactly = found(name, 1_000, 1, "exact").years[0].interval90
    assert exactly is not None
    for replicates, share in ((100, 0.1), (20, 0.2)):
        simulated = found(name, 1_000, replicates, "batch").years[0].interval90
        assert simulated == pytest.approx(exactly, abs=share * (exactly[1] - exactly[0]))
