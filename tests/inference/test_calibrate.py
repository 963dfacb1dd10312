"""From evidence to a posterior, to a file of draws, to a forecast that says what it rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from districts import make_scenario, make_villages
from pasts import counts, of_counts, of_panel, panel, simulate

import simulation as kkb
from simulation.domain.distributions import Empirical
from simulation.domain.evidence import Assistance, Counts, Evidence, Launches, Panel
from simulation.domain.intervention import Intervention
from simulation.domain.messages import Refusal
from simulation.domain.parameters import DEFAULT_PRIORS, INTERVENTION_PRIOR
from simulation.inference.calibration.posterior import Posterior
from simulation.inference.forecast import PRIORS_ALONE
from simulation.inputs.scenario import Scenario, load_scenario
from simulation.report.calibrated_scenario import write_posterior

TRUTH = {
    "rise.dasar": 0.07, "rise.berkembang": 0.1, "rise.mandiri": 0.3, "fall": 0.03, "skip.berkembang": 0.1,
    "skip.mandiri": 0.7, "village_sd": 0.5, "year_sd": 0.4,
}  # fmt: skip
START = np.repeat([0, 1, 2, 3], [40, 12, 5, 8])
PAST = simulate(TRUTH, START, 2, np.random.default_rng(7))
DISTRICT = make_villages([65], status=PAST[:, -1].tolist())
POKJA = Intervention("pokja", 2026, capacity=5)


def scenario(**scalars: object) -> Scenario:
    """Return the district with the default priors and one intervention of the default effect."""
    effects = {"pokja.odds_ratio_rise": INTERVENTION_PRIOR, "pokja.odds_ratio_fall": 1.0}
    return make_scenario(DISTRICT, scalars, [POKJA], effects, priors=DEFAULT_PRIORS, horizon=2)  # type: ignore[arg-type]


def said(posterior: Posterior) -> str:
    """Return all warnings in one text."""
    return " | ".join(map(str, posterior.warnings))


def test_without_data_the_priors_come_back() -> None:
    """The draws are those of a forecast from priors, nothing is learned, and the basis says so."""
    found = kkb.calibrate(Evidence(), scenario(), draws=300, seed=4)
    drawn = scenario().parameters.sample(4, 300)
    assert found.basis == (PRIORS_ALONE,)
    assert found.learned == ()
    assert list(found.draws) == list(scenario().parameters.uncertain)
    for name, values in found.draws.items():
        np.testing.assert_allclose(values, drawn[name], rtol=1e-11)  # rounded to 12 digits
        known = found.parameters[name]
        assert (known.prior, known.prior_variance_left) == (known.posterior, 1.0)
    assert found.warnings == ()
    assert kkb.calibrate(Evidence()).basis == (PRIORS_ALONE,)


@pytest.mark.slow
def test_a_panel_narrows_what_it_saw_and_nothing_else() -> None:
    """Chances of rising and falling become sharper; effects of interventions stay at their prior, listed."""
    found = kkb.calibrate(of_panel(PAST), scenario(), draws=250)
    assert found.basis == ("panel",)
    assert {*found.parameters} - {*found.learned} == {"pokja.odds_ratio_rise"}
    assert found.parameters["rise.dasar"].prior_variance_left < 0.5
    low, high = found.parameters["rise.dasar"].posterior.interval90
    assert low < TRUTH["rise.dasar"] < high
    assert {len(values) for values in found.draws.values()} == {250}
    assert list(found.shocks) == [("63.99", 2024), ("63.99", 2025)]
    assert 100 < found.effective_sample_size <= 250
    assert found.approximation is None
    assert "in any year from 2016" in said(found)
    assert "a count" not in said(found)


@pytest.mark.slow
def test_the_same_seed_and_data_give_the_same_draws_in_any_order() -> None:
    """Another order of villages changes no bit, another seed does; progress ends at 100."""
    past, told = PAST[::3], []
    order, known = np.random.default_rng(1).permutation(len(past)), panel(past)
    turned = replace(known, codes=tuple(known.codes[i] for i in order), status=known.status[order])
    one = kkb.calibrate(Evidence(panels=(known,)), draws=50, progress=lambda done, of: told.append((done, of)))
    other = kkb.calibrate(Evidence(panels=(turned,)), draws=50)
    np.testing.assert_array_equal(one.draws["rise.dasar"], other.draws["rise.dasar"])
    assert not np.array_equal(
        one.draws["rise.dasar"], kkb.calibrate(Evidence(panels=(known,)), draws=50, seed=1).draws["rise.dasar"]
    )
    assert told[-1] == (100, 100)
    assert told == sorted(told)


@pytest.mark.slow
def test_counts_say_what_they_cannot_tell() -> None:
    """Falls, skips, peers and village spread; the dates; how many may have risen; how good the likelihood is."""
    large = simulate(TRUTH, np.repeat([0, 1, 2, 3], [93, 25, 3, 14]), 2, np.random.default_rng(7))
    found = kkb.calibrate(of_counts(large), scenario(), draws=500)
    assert found.basis == ("counts",)
    text = said(found)
    assert "rests on the default assumption about falling" in text
    assert "counts cannot tell skipped statuses" in text
    assert "a count is taken as of the end of the year" in text
    assert found.approximation is not None
    assert found.approximation.pairs == 2
    assert found.approximation.log_error is not None
    assert found.approximation.log_error < 0.5
    assert "saddlepoint" in text


@pytest.mark.slow
def test_counts_without_falls_and_skips_are_exact_and_bound_the_rises() -> None:
    """The chain needs no approximation, and the rises are known to the village."""
    seen = Counts("Contoh", (date(2024, 6, 1), date(2024, 12, 31), date(2025, 12, 31)),
                  np.array([[9, 0, 0, 0], [8, 2, 1, 1], [5, 4, 1, 2]]))  # fmt: skip
    with pytest.raises(Refusal, match="counts of Contoh do not add up"):
        kkb.calibrate(Evidence(counts=(seen,)))
    seen = replace(seen, counts=np.array([[10, 2, 0, 0], *seen.counts[1:]]))
    none = {"fall": 0.0, "skip.berkembang": 0.0, "skip.mandiri": 0.0}
    found = kkb.calibrate(Evidence(counts=(seen,)), scenario(**none), draws=100)
    assert found.approximation is None
    assert "default assumption about falling" not in said(found)
    assert "from 5 to 5 villages may have risen" in said(found)


@pytest.mark.slow
def test_launch_years_are_a_block_of_their_own() -> None:
    """A cross-section with launch years teaches the chances of rising."""
    joined = np.full(len(PAST), 2020)
    known = Launches("63.99", tuple(f"v{i}" for i in range(len(PAST))), joined, PAST[:, -1].astype(np.int8), 2025)
    found = kkb.calibrate(Evidence(launches=(known,)), scenario(), draws=200)
    assert found.basis == ("launch_years",)
    assert "a village counts as dasar" in said(found)
    assert found.parameters["rise.dasar"].prior_variance_left < 0.9


def assisted_past(odds_ratio: float) -> tuple[Panel, Assistance]:
    """Return 400 villages at dasar of which half, chosen at random, were assisted in the year before the last."""
    rng = np.random.default_rng(8)
    given = rng.random(400) < 0.5
    odds = 0.1 / 0.9 * np.where(given, odds_ratio, 1.0)
    after = (rng.random(400) < odds / (1 + odds)).astype(int)
    seen = panel(np.column_stack([np.zeros(400, int), after]), first=2024)
    return seen, Assistance("63.99", seen.codes, (2025,), {"pokja": given[:, None]})


@pytest.mark.slow
def test_effects_are_learned_only_where_asked_for() -> None:
    """Records of assistance are left alone with a warning; asked for, the odds ratio moves towards the truth."""
    seen, assistance = assisted_past(3.0)
    evidence = Evidence(panels=(seen,), assistance=(assistance,))
    alone = kkb.calibrate(evidence, scenario(), draws=500)
    assert alone.basis == ("panel",)
    assert "pokja.odds_ratio_rise" not in alone.learned
    assert "records of interventions were not used" in said(alone)
    asked = kkb.calibrate(evidence, scenario(), draws=1000, estimate_effects=True)
    assert asked.basis == ("panel", "assistance")
    effect = asked.parameters["pokja.odds_ratio_rise"]
    assert effect.posterior.median > effect.prior.median
    assert effect.prior_variance_left < 0.8
    assert "would otherwise have risen" in said(asked)


@pytest.mark.slow
def test_assistance_outside_the_years_that_were_seen_teaches_nothing() -> None:
    """An estimate that was asked for but cannot be had is said."""
    seen, assistance = assisted_past(3.0)
    early = replace(assistance, years=(2020,))
    found = kkb.calibrate(Evidence(panels=(seen,), assistance=(early,)), scenario(), draws=100, estimate_effects=True)
    assert found.basis == ("panel",)
    assert "no recorded intervention falls into years" in said(found)


@pytest.mark.slow
def test_what_the_scenario_rules_out_is_refused() -> None:
    """A fall where none may be, counts that only falls explain, a matrix, a second calibration."""
    none = {"fall": 0.0, "skip.berkembang": 0.0, "skip.mandiri": 0.0}
    fell = panel(np.array([[1, 0], [0, 0]]))
    with pytest.raises(Refusal, match=r"from berkembang .* to dasar .* 0 as value of transition\.fall"):
        kkb.calibrate(Evidence(panels=(fell,)), scenario(**none))
    with pytest.raises(Refusal, match="for 2023 and 2024 cannot come about"):
        kkb.calibrate(Evidence(counts=(counts(np.array([[1, 0], [0, 0]])),)), scenario(**none))
    matrix = tuple(tuple(float(a == b) for a in range(4)) for b in range(4))
    with pytest.raises(Refusal, match="gives a matrix"):
        kkb.calibrate(of_panel(PAST), make_scenario(DISTRICT, matrix=matrix))
    fixed = make_scenario(DISTRICT)
    with pytest.raises(Refusal, match="nothing is left to estimate"):
        kkb.calibrate(of_panel(PAST), fixed)
    once = kkb.calibrate(of_panel(PAST), scenario(), draws=50)
    with pytest.raises(Refusal, match="from a calibration already"):
        kkb.calibrate(of_panel(PAST), once.applied_to(scenario()))


def test_a_single_date_teaches_nothing_and_says_so() -> None:
    """A panel or counts of one date leave the priors as they are."""
    for evidence in (of_panel(PAST[:, :1]), of_counts(PAST[:, :1])):
        found = kkb.calibrate(evidence, scenario(), draws=50)
        assert found.basis == (PRIORS_ALONE,)
        assert "at a single date" in said(found)


@pytest.mark.slow
def test_few_draws_warn() -> None:
    """Draws worth fewer than 200 independent ones are said to be few."""
    assert "ask for more draws" in said(kkb.calibrate(of_panel(PAST), draws=50))
    assert "ask for more draws" not in said(kkb.calibrate(of_panel(PAST), draws=1000))


SCENARIO = """schema: 1
name: contoh
district: {code: "63.99", name: Kabupaten Contoh}
origin: 2025
horizon: 1
villages: {status_counts: {dasar: 40, berkembang: 12, mandiri: 5, paripurna: 8}, subdistricts: 3}
"""


@pytest.mark.slow
def test_a_forecast_reads_the_draws_back_and_says_its_basis(tmp_path: Path) -> None:
    """The file holds every uncertain parameter; the scenario takes what was learned, in rows that stay together."""
    (tmp_path / "plain.yaml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "calibrated.yaml").write_text(
        SCENARIO + "transition: {parameters_from: posterior.parquet, subdistrict_sd: 0.3}\n", encoding="utf-8"
    )
    plain = load_scenario(tmp_path / "plain.yaml")
    known = kkb.calibrate(of_counts(PAST[:, 1:]), plain, draws=200)
    write_posterior(known, tmp_path / "posterior.parquet")
    with pytest.raises(kkb.ScenarioError, match="comes from parameters_from already"):
        load_scenario(tmp_path / "calibrated.yaml")
    (tmp_path / "calibrated.yaml").write_text(
        SCENARIO + "transition: {parameters_from: posterior.parquet}\n", encoding="utf-8"
    )
    read = load_scenario(tmp_path / "calibrated.yaml")
    learned = {name for name, value in read.parameters.scalars.items() if isinstance(value, Empirical)}
    assert learned == set(known.columns)
    for name in learned:
        np.testing.assert_array_equal(read.parameters.scalars[name].values, known.columns[name])  # type: ignore[attr-defined]
    told = kkb.forecast(read, draws=50, replicates=2)
    assert told.basis == ("counts",)
    same = kkb.forecast(known.applied_to(replace(plain, parameters=read.parameters)), draws=50, replicates=2)
    assert told.years.equals(same.years)


def test_draws_without_data_leave_a_scenario_as_it_was(tmp_path: Path) -> None:
    """The file of priors alone holds every parameter, and a forecast with it says that no data were used."""
    found = kkb.calibrate(Evidence(), draws=100)
    write_posterior(found, tmp_path / "posterior.parquet")
    (tmp_path / "scenario.yaml").write_text(
        SCENARIO + "transition: {parameters_from: posterior.parquet}\n", encoding="utf-8"
    )
    read = load_scenario(tmp_path / "scenario.yaml")
    assert read.parameters.scalars == DEFAULT_PRIORS
    assert kkb.forecast(read, draws=20, replicates=2).basis == (PRIORS_ALONE,)


@pytest.mark.slow
def test_a_posterior_shows_itself() -> None:
    """One line in the shell, a table in a notebook."""
    found = kkb.calibrate(of_panel(PAST), draws=100)
    assert repr(found).startswith("<Posterior from panel: 100 draws worth")
    assert "prior_variance_left" in found._repr_html_()
    assert found.table.loc["rise.dasar", "prior_median"] == pytest.approx(0.0502, abs=1e-4)
