"""What was observed of past years, counted by hand, and what the fitted law says of them, against the exact year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from districts import make_scenario, make_villages
from pasts import of_panel, panel

import simulation as kkb
from simulation.domain.distributions import Empirical, Fixed
from simulation.domain.evidence import Counts, Evidence
from simulation.domain.intervention import Intervention
from simulation.domain.parameters import DEFAULT_PRIORS, ParameterKey
from simulation.domain.past import Observed, Past, PastRises
from simulation.domain.status import UNKNOWN
from simulation.domain.status_knowledge import MissingStatuses
from simulation.domain.target import Target
from simulation.engine.one_year import RISES, Count, OneYear
from simulation.engine.year_start import YearStart
from simulation.inference.calibration.expected import expected_rises
from simulation.inference.calibration.likelihood import Likelihood
from simulation.inference.calibration.observed import Fit, past_of, spans
from simulation.inference.reasons import reasons_of
from simulation.inputs.scenario import Scenario, load_scenario
from simulation.report.calibrated_scenario import write_posterior

STATUS = np.array([[0, 1, 1], [0, 0, 2], [0, 0, 0], [2, 1, 1], [1, 3, 3], [3, 3, 2], [0, -1, 1], [0, 0, 0]])
"""Levels at the ends of 2023, 2024 and 2025; one village is missing in 2024."""
DISTRICT = make_villages([4, 4], status=STATUS[:, -1].tolist())


def scenario(target: Target | None = None) -> Scenario:
    """Return the district with the default priors."""
    return make_scenario(DISTRICT, {}, priors=DEFAULT_PRIORS, target=target or Target())


def observed(target: Target | None = None) -> list[Observed]:
    """Return what its lists observe."""
    known = scenario(target)
    likelihood = Likelihood.of(of_panel(STATUS), known.parameters, known)
    return [span.observed for span in spans(likelihood, known.target)]


def test_rises_falls_and_entries_are_those_that_a_pencil_counts() -> None:
    """Only villages on both lists count; the target is asked of all that the district has."""
    first, second = observed()
    assert (first.first, first.year, first.villages, first.listed) == (2023, 2024, 7, 8)
    assert (first.rises, first.falls, first.entries, first.steps) == (2, 1, 1, 1 + 2 - 1)
    assert (first.judged, first.needed, first.met) == (2, 1, True)
    assert (second.rises, second.falls, second.entries, second.judged, second.met) == (1, 1, 1, 1, True)
    (net, _), (stock, _) = observed(Target(net_of_falls=True)), observed(Target(reading="stock"))
    assert (net.judged, stock.judged, stock.rises) == (1, 2, 2)


def test_counts_tell_net_moves_alone() -> None:
    """No rise is made up; lists years apart have no yearly target."""
    counts = Counts("X", (date(2022, 12, 31), date(2023, 12, 31)), np.array([[5, 2, 0, 1], [3, 3, 1, 1]]))
    known = scenario()
    (span,) = spans(Likelihood.of(Evidence(counts=(counts,)), known.parameters, known), known.target)
    assert (span.observed.rises, span.observed.falls, span.observed.judged, span.observed.steps) == (
        None,
        None,
        None,
        3,
    )
    seen = panel(STATUS)
    gap = Evidence(panels=(replace(seen, years=(2023, 2025), status=seen.status[:, [0, 2]]),))
    (over_two,) = spans(Likelihood.of(gap, known.parameters, known), known.target)
    assert (over_two.observed.rises, over_two.observed.needed, over_two.observed.villages) == (4, None, 8)


def test_the_fitted_law_says_of_a_past_year_what_the_exact_year_says() -> None:
    """The mean of the check is the expected number of rises from the list at the start, under the same draws."""
    known = scenario()
    likelihood = Likelihood.of(of_panel(STATUS), known.parameters, known)
    values = known.parameters.sample(3, 500)
    luck = {("63.99", year): np.zeros((1, 500)) for year in (2024, 2025)}
    (_, last) = past_of(likelihood, known.target, Fit(values, luck), 3).observed
    (_, span) = spans(likelihood, known.target)
    parameters = known.parameters.at(values).draw(0, 500)
    start = YearStart.unassisted(span.start, parameters, np.repeat(span.start.levels[:, None], 500, axis=1))
    sums = OneYear(span.start, parameters, start).counts({"rises": Count(RISES, len(span.start))})
    exact = sums["rises"].mean(axis=1)
    rises = np.arange(exact.size)
    mean = float(exact @ rises)
    error = float(np.sqrt(exact @ (rises - mean) ** 2 / 4000))
    assert last.fitted is not None
    assert abs(last.fitted.mean - mean) < 4 * error
    below = float(exact[rises < 1].sum() + 0.5 * exact[1])
    assert abs(last.fitted.below - below) < 4 * np.sqrt(0.25 / 4000)


@pytest.mark.slow
def test_a_forecast_carries_what_its_draws_observed(tmp_path: Path) -> None:
    """Through the file of draws, and with other draws in their place nothing of it is left."""
    posterior = kkb.calibrate(of_panel(STATUS), scenario(), draws=60)
    write_posterior(posterior, tmp_path / "draws.parquet")
    (tmp_path / "s.yaml").write_text(
        "schema: 1\nname: s\ndistrict: {code: '63.99', name: Contoh}\norigin: 2025\nhorizon: 1\n"
        "villages: {status_counts: {dasar: 2, berkembang: 3, mandiri: 2, paripurna: 1}}\n"
        "transition: {parameters_from: draws.parquet}\n"
    )
    loaded = load_scenario(tmp_path / "s.yaml")
    assert loaded.parameters.past == posterior.past
    assert kkb.forecast(loaded, draws=60, replicates=5).observed == posterior.observed
    assert loaded.with_(horizon=2).parameters.past == posterior.past


def test_what_is_expected_is_the_mean_of_the_exact_year() -> None:
    """Averaging each village alone over its luck gives the mean of the sum over villages that share it."""
    villages = scenario().districts[0]
    parameters = scenario().parameters.draw(3, 200)
    start = YearStart.unassisted(villages, parameters, np.repeat(villages.levels[:, None], 200, axis=1))
    exact = OneYear(villages, parameters, start).rises()[0].sum(axis=0)
    np.testing.assert_allclose(expected_rises(villages, parameters, start), exact, rtol=5e-3)


def test_the_steps_from_the_past_to_the_forecast_add_up() -> None:
    """Observed plus every step is what is expected; villages that stand as in the past add nothing of their own."""
    known, past = scenario(), PastRises("63.99", 2, 1.5, 1.2, 1.0, 1.3, 1.1)
    drawn = {key: Empirical(values) for key, values in known.parameters.sample(1, 100).items()}
    parameters = replace(known.parameters, scalars=drawn, past=Past(rises=(past,)))
    assisted = Intervention("pokja", 2026, capacity=3)
    effects = {ParameterKey.parse(f"pokja.odds_ratio_{way}"): Fixed(2.0) for way in ("rise", "fall")}
    helped = replace(parameters, scalars={**drawn, **effects}, interventions=("pokja",))
    learned = replace(known, parameters=parameters)
    (villages,) = known.districts
    blank = np.where(np.arange(len(villages)) % 4, villages.levels, UNKNOWN)
    gaps = MissingStatuses(blank, np.full_like(blank, UNKNOWN), np.zeros_like(blank))
    gappy = replace(learned, districts=(replace(villages, known=gaps),))
    for one in (learned, gappy, replace(known, parameters=helped, interventions=(assisted,))):
        found = reasons_of(one, one.districts[0])
        assert found is not None
        assert found.observed + sum(found.steps.values()) == pytest.approx(found.expected)
        assert found.steps["priors"] == pytest.approx(-0.3)
        assert ("assistance" in found.steps) == bool(one.interventions)
    assert found.steps["assistance"] > 0
    assert reasons_of(known, known.districts[0]) is None


@pytest.mark.slow
def test_the_law_put_together_for_past_years_agrees_with_the_years_run_again() -> None:
    """With campaigns and years of any luck, the mean over past years is that of the posterior predictive check."""
    posterior = kkb.calibrate(of_panel(STATUS), scenario(), draws=400)
    (rises,) = posterior.past.rises
    fitted = [one.fitted for one in posterior.observed if one.fitted is not None]
    assert rises.observed == 1.5
    assert rises.campaigns == pytest.approx(np.mean([one.mean for one in fitted]), abs=4 * 1.5 / np.sqrt(2 * 4000))
