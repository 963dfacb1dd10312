"""A village whose last status is blank: its path counts as far as it is known, and each draw says where it stands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from districts import ORIGIN, make_scenario, make_villages
from pasts import known, panel, yearly_matrix

import simulation as kkb
from simulation.domain.evidence import Evidence
from simulation.domain.parameters import ParameterKey
from simulation.domain.status import UNKNOWN
from simulation.inference.calibration.calibrate import calibrate
from simulation.inference.calibration.law_at_particles import NODES
from simulation.inference.calibration.likelihood import Likelihood

TRUTH = {
    "rise.berkembang": 0.2, "rise.mandiri": 0.3, "fall": 0.1, "skip.berkembang": 0.2, "skip.mandiri": 0.6,
    "fall_skip.berkembang": 0.0, "fall_skip.mandiri": 0.0, "village_sd": 0.8, "year_sd": 0.4, "subdistrict_sd": 0.5,
}  # fmt: skip
PARAMETERS = known(TRUTH)
PAST = np.array([[0, 0, UNKNOWN], [0, 1, 1], [1, 1, 2], [0, 0, 0]])
"""Of two kecamatan of two; the first village is blank at the origin."""


def likelihood_of(status: np.ndarray, first: int) -> Likelihood:
    """Return the likelihood of a panel beside a scenario that leaves the first village blank."""
    villages = make_villages([2, 2], status=[UNKNOWN, 1, 2, 0])
    return Likelihood.of(
        Evidence(panels=(panel(status, first),)), PARAMETERS, make_scenario(villages, priors=PARAMETERS.scalars)
    )


def drawn(likelihood: Likelihood, size: int) -> tuple[dict[str, float], dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Return the truth, the shocks, and node and status of the first village in many draws at one point."""
    law, (history,) = likelihood.law(np.full((1, size), 0.3)), likelihood.histories
    rng = np.random.default_rng(2)
    shocks = {term: rng.standard_normal((len(history.years), n)) for term, n in history.units.items()}
    at_all = {term: np.tile(one[:, :, None], (1, 1, size)) for term, one in shocks.items()}
    effects, levels, statuses = history.draw_villages(law, at_all, rng, ORIGIN)
    assert (levels, set(statuses)) == ({}, {0})
    node = np.abs(np.log(effects[0])[:, None] - 0.8 * NODES).argmin(axis=1)
    named = {term.name: one for term, one in shocks.items()}
    return {**TRUTH, "rise.dasar": float(law.parameters.rise[0, 0])}, named, node, statuses[0].astype(int)


def agrees(node: np.ndarray, status: np.ndarray, chances: dict[int, np.ndarray]) -> None:
    """Check the shares of statuses at some nodes within 4 standard errors."""
    for at, expected in chances.items():
        count = (node == at).sum()
        found = np.bincount(status[node == at], minlength=4) / count
        assert count > 500
        assert (np.abs(found - expected) <= 4 * np.sqrt(expected * (1 - expected) / count) + 1e-12).all()


def test_the_blank_year_has_the_shocks_that_others_tell_of() -> None:
    """From dasar a year ago, in the luck of that year in its district and its kecamatan."""
    truth, shocks, node, status = drawn(likelihood_of(PAST, ORIGIN - 2), 20_000)
    push = 0.4 * shocks["year"][1, 0] + 0.5 * shocks["subdistrict"][1, 0]
    agrees(node, status, {at: yearly_matrix(truth, 0.8 * NODES[at] + push)[0] for at in (4, 5, 6)})


def test_years_of_which_no_list_tells_are_averaged_over() -> None:
    """The lists end a year before the origin: two steps, the last one in any luck."""
    truth, shocks, node, status = drawn(likelihood_of(PAST[:, :3], ORIGIN - 3), 20_000)
    push = 0.4 * shocks["year"][1, 0] + 0.5 * shocks["subdistrict"][1, 0]
    z, weight = np.polynomial.hermite_e.hermegauss(40)
    chances = {}
    for at in (4, 5, 6):
        own = 0.8 * NODES[at]
        average = sum(
            w * yearly_matrix(truth, own + np.hypot(0.4, 0.5) * x)
            for x, w in zip(z, weight / weight.sum(), strict=True)
        )
        chances[at] = yearly_matrix(truth, own + push)[0] @ average
    agrees(node, status, chances)


def test_the_forecast_starts_where_the_draws_say() -> None:
    """Only the blank village is told of; arrays and agents start it there, and its effect goes with it."""
    villages = make_villages([2, 2], status=[UNKNOWN, 1, 2, 0])
    scenario = make_scenario(villages, priors=known().scalars, horizon=1)
    learned = calibrate(Evidence(panels=(panel(PAST, ORIGIN - 2),)), scenario, 100, seed=1)
    (code,) = learned.of_places("village_status")
    assert code == villages.codes[0]
    said = learned.of_places("village_status")[code]
    stays = {ParameterKey.parse(f"rise.{level}"): kkb.Fixed(0.0) for level in ("dasar", "berkembang", "mandiri")}
    still = {**stays, ParameterKey("fall"): kkb.Fixed(0.0)}
    applied = learned.applied_to(scenario)
    frozen = replace(applied, parameters=replace(applied.parameters, scalars={**applied.parameters.scalars, **still}))
    for engine in ("batch", "mesa"):
        told = kkb.forecast(frozen, draws=100, replicates=1, engine=engine).districts[0].status_probability[0, 0]
        assert told == pytest.approx(np.bincount(said.astype(int), minlength=4) / 100)
