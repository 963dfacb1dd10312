"""What drives the answer: points of the unit cube are parameters, and shares are those that can be worked out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from districts import make_scenario, make_villages

from simulation.decision.sensitivity import CALIBRATED, Driver, Factors, sensitivity
from simulation.domain.distributions import Dirichlet, Empirical, Exponentiated, Fixed, HalfNormal, LogitNormal, Normal
from simulation.domain.messages import KampungError
from simulation.domain.parameters import ParameterSet
from simulation.domain.randomness import parameter_uniforms
from simulation.domain.target import Target
from simulation.engine.effort import Effort
from simulation.engine.one_year import chance_of_meeting
from simulation.inputs.scenario import Scenario

NO_LUCK = {"fall": Fixed(0.0), "village_sd": Fixed(0.0), "year_sd": Fixed(0.0)}


def scenario_with(**scalars: object) -> Scenario:
    """Return sixty villages, forty of them dasar and as many berkembang as are left, of which five must rise."""
    made = make_scenario(make_villages([60], counts=[40, 20, 0, 0]), {**NO_LUCK, **scalars}, horizon=2)
    return replace(made, target=Target(share=Fraction(5, 60)))


def test_points_are_the_parameters_at_these_quantiles() -> None:
    """The points that a draw would take give that draw."""
    scenario = scenario_with(**{"rise.dasar": LogitNormal(-2.9, 0.8), "rise.berkembang": LogitNormal(-2, 1)})
    factors = Factors.of(scenario)
    names = tuple(scenario.parameters.scalars)
    uniform = dict(zip(names, parameter_uniforms(3, names, range(50)), strict=True))
    placed = factors.at(np.stack([uniform[name] for name in factors.names], axis=1)).parameters.draw(0, 50)
    drawn = scenario.parameters.draw(3, 50)
    for name in ("rise", "fall", "rise_reaches"):
        assert np.allclose(getattr(placed, name), getattr(drawn, name), rtol=1e-12)
    assert np.allclose(placed.scales["year_sd"], drawn.scales["year_sd"], rtol=1e-12)


def test_a_matrix_row_has_four_coordinates_and_a_file_of_draws_one() -> None:
    """Rows stay probability vectors; draws of a file are taken whole."""
    rows = (Dirichlet((0.9, 0.08, 0.01, 0.01), 40), (0.0, 0.9, 0.1, 0.0), (0.0, 0.0, 0.8, 0.2), (0.0, 0.0, 0.0, 1.0))
    scenario = scenario_with()
    names = tuple(scenario.parameters.scalars)
    scalars = {name: Fixed(1.0 if "odds" in name else 0.0) for name in names}
    scalars |= {"village_sd": Empirical(np.arange(4.0)), "year_sd": Empirical(10 + np.arange(4.0))}
    factors = Factors.of(replace(scenario, parameters=ParameterSet(scalars, rows)))
    assert factors.owner.count("matrix.dasar") == 4
    assert factors.owner.count(CALIBRATED) == 1
    points = np.random.default_rng(1).uniform(size=(200, len(factors.owner)))
    drawn = factors.at(points).parameters.draw(0, 200)
    assert np.allclose(drawn.matrix.sum(axis=2), 1)
    assert np.unique(drawn.rise[:, 0]).size == 200
    year, village = drawn.scales["year_sd"], drawn.scales["village_sd"]
    assert np.all(year - village == 10)
    assert set(village) == {0.0, 1.0, 2.0, 3.0}


def test_a_parameter_that_moves_nothing_has_no_share() -> None:
    """Falls cannot matter for rises in the first year; the only other uncertain parameter has everything."""
    scenario = scenario_with(**{"rise.dasar": LogitNormal(-2.2, 0.6), "fall": LogitNormal(-3, 1)})
    found = sensitivity(scenario, draws=64, seed=2, engine="exact")
    assert list(found.parameters) == ["rise.dasar", "fall"]
    rise, fall = found.parameters.values()
    assert rise.first == pytest.approx(1.0, abs=0.15)
    assert fall.mu_star == pytest.approx(0.0, abs=1e-12)
    assert fall.total is None
    assert found.rest == pytest.approx(0.0, abs=1e-12)


@pytest.mark.slow
def test_the_mean_is_the_forecast_and_both_engines_agree() -> None:
    """Shares by simulation lie within their intervals of the exact ones; the mean within its error."""
    scenario = scenario_with(
        **{
            "rise.dasar": LogitNormal(-2.4, 0.5),
            "rise.berkembang": LogitNormal(-2.0, 0.5),
            "year_sd": HalfNormal(0.5),
            "fall": LogitNormal(-4, 1),
        }
    )
    exact = sensitivity(scenario, draws=256, seed=4, engine="exact")
    assert exact.engine == "exact"
    batch = sensitivity(scenario, draws=256, replicates=64, seed=4, engine="batch")
    assert batch.mean == pytest.approx(exact.mean, abs=4 * np.sqrt(0.25 / 512 / 64) + 4 * exact.sd / np.sqrt(512))
    for name, driver in exact.parameters.items():
        other = batch.parameters[name]
        if driver.total is not None and other.total is not None and other.interval90 is not None:
            assert driver.interval90 is not None
            wide = sum(high - low for low, high in (driver.interval90, other.interval90)) / (2 * 1.645)
            assert abs(driver.total - other.total) < 4 * wide
    assert next(iter(exact.parameters)) == next(iter(batch.parameters)) == "rise.dasar"


def test_a_chance_that_is_linear_in_two_parameters_divides_as_their_variances() -> None:
    """One village of each level, one rise needed, chances so small that they nearly add up: shares are a² : b²."""
    villages = make_villages([2], counts=[1, 1, 0, 0])
    scalars = {**NO_LUCK, "rise.dasar": LogitNormal(-7, 0.2), "rise.berkembang": LogitNormal(-7.5, 0.2)}
    scenario = replace(make_scenario(villages, scalars, horizon=1), target=Target(share=Fraction(1, 2)))
    found = sensitivity(scenario, draws=2048, seed=5, engine="exact")
    weight = np.exp(2 * np.array([-7, -7.5]))
    firsts = {name: driver.first for name, driver in found.parameters.items()}
    assert firsts["rise.dasar"] == pytest.approx(weight[0] / weight.sum(), abs=0.03)
    assert firsts["rise.berkembang"] == pytest.approx(weight[1] / weight.sum(), abs=0.03)
    assert found.interplay == pytest.approx(0.0, abs=0.03)


def test_the_line_of_an_analysis_has_shares_with_their_intervals() -> None:
    """From 0 to 1, although estimates may stray."""
    assert Driver(0.1, 0.0, -0.03, (-0.06, 0.02)).total_in_short == "0.00 (0.00-0.02)"
    assert Driver(0.1, 0.5, 0.62, (0.4, 1.1)).total_in_short == "0.62 (0.40-1.00)"


def test_an_analysis_shows_itself_as_the_table_of_its_parameters() -> None:
    """One row a parameter, empty where screening left it out; the line names what was followed."""
    scenario = scenario_with(**{"rise.dasar": LogitNormal(-2.2, 0.6), "fall": LogitNormal(-3, 1)})
    found = sensitivity(scenario, draws=10, seed=2)
    rise, fall = found.table.to_dict("records")
    assert (rise["parameter"], fall["parameter"]) == ("rise.dasar", "fall")
    known = found.parameters["rise.dasar"]
    assert (rise["total"], (rise["total_q05"], rise["total_q95"])) == (known.total, known.interval90)
    assert np.isnan([fall[name] for name in ("first", "total", "total_q05", "total_q95")]).all()
    assert "rise.dasar" in repr(found)
    assert "fall" not in repr(found)
    assert found._repr_html_().count("<tr>") == 1 + len(found.parameters)
    assert (found.asked_effort, found.asked_engine, found.points) == (Effort(10, 32), None, 16 * 4)


def test_a_single_uncertain_parameter_moves_the_chance_by_what_it_does() -> None:
    """Its mean effect is that of the exact curve between its 5% and its 95% quantile; it has the whole variance."""
    scenario = scenario_with(**{"rise.dasar": LogitNormal(-2.2, 0.3)})
    found = sensitivity(scenario, draws=256, seed=6, engine="exact")
    (driver,) = found.parameters.values()
    ends = Factors.of(replace(scenario, horizon=1)).at(np.array([[0.05], [0.35], [0.65], [0.95]]))
    parameters = ends.parameters.draw(0, 4)
    chances = chance_of_meeting(ends, ends.districts[0], parameters, 0)
    effects = 1.5 * (chances[2:] - chances[:2])
    assert effects.min() - 1e-9 <= driver.mu_star <= effects.max() + 1e-9
    assert driver.first == pytest.approx(1.0, abs=0.1)
    assert found.interplay == pytest.approx(0.0, abs=0.1)


def test_a_chance_that_does_not_vary_depends_on_nothing() -> None:
    """Where the target is met whatever the parameters are, no share is invented."""
    scenario = replace(scenario_with(**{"rise.dasar": LogitNormal(3, 0.1), "fall": LogitNormal(-3, 1)}), horizon=1)
    found = sensitivity(scenario, draws=32, seed=7, engine="exact")
    assert found.mean == pytest.approx(1.0, abs=1e-9)
    assert found.sd == pytest.approx(0.0, abs=1e-9)
    assert found.interplay == 0
    assert all(driver.mu_star < 1e-9 for driver in found.parameters.values())


def test_what_cannot_be_asked_is_refused_with_the_reason() -> None:
    """Nothing uncertain, a year that is none, one replicate."""
    fixed = scenario_with(**{"rise.dasar": Fixed(0.05)})
    with pytest.raises(KampungError, match=r"every number of .* is fixed"):
        sensitivity(fixed)
    open_rise = scenario_with(**{"rise.dasar": LogitNormal(-2.2, 0.6)})
    with pytest.raises(KampungError, match="not a year of the scenario"):
        sensitivity(open_rise, year=1999)
    with pytest.raises(KampungError, match="at least two replicates"):
        sensitivity(open_rise, replicates=1)
    several = replace(open_rise, districts=(*open_rise.districts, make_villages([2], [0, 1], code="63.98")))
    with pytest.raises(KampungError, match="asked of one at a time"):
        sensitivity(several)


def test_effects_of_interventions_are_factors_too() -> None:
    """They stand under the name that the report gives them."""
    effect = Exponentiated(Normal(0.5, 0.2))
    assert Factors.of(scenario_with(peer_odds_ratio=effect)).names == ("peer_odds_ratio",)
