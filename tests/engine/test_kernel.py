"""The compiled engine gives the trajectories of the array engine, bit for bit."""

from __future__ import annotations

import pickle
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from districts import ORIGIN, everything_on, make_scenario, make_villages, scenarios
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.domain.distributions import Empirical
from simulation.domain.parameters import DEFAULT_PRIORS
from simulation.domain.randomness import Trajectories
from simulation.domain.villages import Villages
from simulation.engine import batch, compiled
from simulation.engine.effort import Effort
from simulation.engine.ensemble import run
from simulation.engine.outcome import Outcome
from simulation.inputs.scenario import Scenario

pytest.importorskip("numba")
from simulation.engine import kernel

SEED = 11
SIZES = (7, 5, 1, 9, 4)


def assert_same(one: Outcome, other: Outcome) -> None:
    """Check that two outcomes agree in every number."""
    for name, array in one.arrays.items():
        assert np.array_equal(array, other.arrays[name]), name


def assert_engines_agree(scenario: Scenario, draws: range, replicates: range) -> None:
    """Check that both engines give the same outcome of every district, chances of enough rises where they serve."""
    ask = {"conditional": not any(district.ever.joins is not None for district in scenario.districts)}
    parameters, grid = scenario.parameters.draw(SEED, draws.stop), Trajectories.grid(draws, replicates)
    for district in scenario.districts:
        by_numpy, by_kernel = (
            engine.simulate(scenario, district, parameters, grid, SEED, **ask) for engine in (batch, kernel)
        )
        assert_same(by_numpy, by_kernel)


@pytest.mark.slow
@given(scenarios(), st.integers(0, 3), st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_any_scenario_gives_the_same_trajectories(scenario: Scenario, first: int, number: int) -> None:
    """Whatever is switched on, and whichever replicates are asked for."""
    assert_engines_agree(scenario, range(1), range(first, first + number))


@pytest.mark.slow
@pytest.mark.parametrize("replicates", [range(255), range(256), range(257), range(3, 600), range(1023, 1024)])
def test_blocks_end_anywhere(replicates: range) -> None:
    """A block of trajectories that is full, one short of it, one beyond it, or begins within one."""
    assert_engines_agree(everything_on(), range(1), replicates)


@pytest.mark.slow
def test_any_subset_of_trajectories_keeps_its_lives() -> None:
    """As where only those are simulated whole that go with the rises of half a year."""
    scenario, whole = everything_on(), Trajectories.grid(range(2), range(300))
    keep = np.random.default_rng(1).random(len(whole)) < 0.1
    parameters, district = scenario.parameters.draw(SEED, 2), scenario.districts[0]
    some = whole.subset(keep)
    assert_same(*(engine.simulate(scenario, district, parameters, some, SEED) for engine in (batch, kernel)))


def districts() -> dict[str, Villages]:
    """Return districts whose statuses are known to a different degree."""
    per_kecamatan = [(4, 1, 0, 2), (3, 2, 0, 0), (0, 0, 1, 0), (5, 2, 1, 1), (3, 1, 0, 0)]
    joins = [0] * 22 + [ORIGIN + 1, ORIGIN + 2, ORIGIN + 2, ORIGIN + 9]
    status = [i % 7 % 4 for i in range(26)]
    return {
        "known": make_villages(SIZES, status=status),
        "some join": make_villages(SIZES, status=status, joins=joins),
        "counts": make_villages(SIZES, counts=(15, 6, 2, 3)),
        "per kecamatan": make_villages(SIZES, counts={f"Kecamatan {k}": row for k, row in enumerate(per_kecamatan)}),
        "made up": make_villages(SIZES),
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", districts())
@pytest.mark.parametrize("reporting", [1.0, 0.7])
@pytest.mark.parametrize("min_years", [0, 2])
def test_uncertain_parameters_are_those_of_each_draw(kind: str, reporting: float, min_years: int) -> None:
    """Many draws with few replicates each stand in one block."""
    district = districts()[kind]
    scalars = {"reporting.yearly": reporting, "peer_odds_ratio": 1.6, "district_sd": 0.4, "year_sd": 0.5}
    scenario = make_scenario(district, scalars, priors=DEFAULT_PRIORS, horizon=3, min_years=min_years)
    assert_engines_agree(scenario, range(70), range(1, 6))


@pytest.mark.slow
def test_what_a_calibration_learned_of_villages_and_of_the_district_is_kept() -> None:
    """Effects that draws hold take the place of chance; villages that join later have none."""
    district = districts()["some join"]
    rng, codes = np.random.default_rng(1), district.codes[: district.at_origin]
    learned = {f"village_effect.{code}": Empirical(np.exp(rng.normal(size=40))) for code in codes}
    learned[f"district_effect.{district.district_code}"] = Empirical(np.exp(rng.normal(size=40)))
    scenario = make_scenario(district, {"village_sd": 0.7, "district_sd": 0.3, "year_sd": 0.4, **learned}, horizon=3)
    assert_engines_agree(scenario, range(40), range(4))


@pytest.mark.slow
def test_a_run_that_it_is_chosen_for_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunk by chunk on two threads, with several districts."""
    district = everything_on().districts[0]
    scenario = replace(everything_on(), districts=(district, replace(district, district_code="63.98")))
    forecast = partial(run, scenario, Effort(1, 700), SEED, workers=2, chunk_cells=26 * 300)
    by_numpy = forecast()
    monkeypatch.setattr(compiled, "PAYS", 0)
    monkeypatch.setattr(compiled, "PAYS_TO_COMPILE", 0)
    monkeypatch.setattr(batch, "simulate", None)
    for one, other in zip(by_numpy.outcomes, forecast().outcomes, strict=True):
        assert_same(one, other)


def test_it_runs_where_it_pays_and_can_follow_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small run, a missing package and a term that it does not know are told apart."""
    scenario = everything_on()
    parameters = scenario.parameters.draw(SEED, 1)
    ask = partial(compiled.why_not, scenario, parameters)
    assert ask(Effort(1, 10)) == "small"
    assert ask(Effort(1, 10**8)) is None
    later = make_scenario(districts()["some join"])
    many = later.parameters.draw(SEED, 1), Effort(1, 10**8)
    assert compiled.why_not(later, *many, conditional=True) == "later villages"
    assert compiled.why_not(later, *many) is None
    monkeypatch.setattr(compiled, "MOST_VILLAGES", 5)
    assert ask(Effort(1, 10**8)) == "large district"
    monkeypatch.undo()
    monkeypatch.setattr(compiled, "is_installed", lambda: False)
    assert ask(Effort(1, 10**8)) == "absent"
    assert compiled.simulator(compiled=True) is batch.simulate


def test_code_that_cannot_be_kept_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither the package's folder nor the user's can be written, as in some containers, Numba would raise."""
    from numba.core import caching

    from simulation.engine import kernel_loops

    assert kernel_loops._can_be_kept()
    monkeypatch.setattr(caching.CompileResultCacheImpl, "_locator_classes", [])
    assert not kernel_loops._can_be_kept()


@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps("0.1") + b"no pickle", None])
def test_kept_code_that_cannot_be_read_is_made_anew(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index may name a class that was renamed since; that of another version of Numba is left to Numba."""
    import numba

    index = tmp_path / f"kernel_loops.advance-1.py{sys.version_info.major}{sys.version_info.minor}.1.nbi"
    renamed = b"csimulation.engine.kernel\nNoMoreThere\n."
    index.write_bytes(pickle.dumps(numba.__version__) + renamed if content is None else content)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    compiled._can_be_read.cache_clear()
    assert compiled.simulator(compiled=True).__module__ == "simulation.engine.kernel"
    assert index.exists() == (content is not None and content.startswith(pickle.dumps("0.1")))
    compiled._can_be_read.cache_clear()
