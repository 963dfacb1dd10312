"""What a forecast says where some trajectories failed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from districts import make_scenario, make_villages
from told import written

import simulation as kkb
from simulation.domain.distributions import LogitNormal
from simulation.engine.chunk_folder import ChunkFolder
from simulation.inference.forecast import FAILURE_COLUMNS, FailedTrajectoriesWarning, bounds
from simulation.inference.uncertainty import estimate

VILLAGES = make_villages((5, 6), status=[0] * 7 + [1, 1, 2, 3])
SCENARIO = make_scenario(VILLAGES, {"rise.dasar": LogitNormal(-2.5, 1.0)}, horizon=2)
DRAWS, REPLICATES, SEED = 6, 8, 5


def fails(draw: int, replicate: int) -> bool:
    """Return whether a trajectory is to fail: of draw 5 all but one, of draw 4 all."""
    return (draw + 2 * replicate) % 5 == 0 or draw == 4 or (draw == 5 and replicate != 2)


class Fragile(kkb.VillageAgent):
    """A village that breaks off some trajectories."""

    def decide(self) -> None:
        """Decide as any village does, or raise."""
        super().decide()
        where = self.model.environment.trajectories
        if fails(int(where.draw[0]), int(where.replicate[0])):
            raise LookupError("no road")


def fragile(**options: object) -> kkb.Forecast:
    """Return the forecast with agents that fail."""
    with pytest.warns(FailedTrajectoriesWarning):
        return kkb.forecast(SCENARIO, DRAWS, REPLICATES, SEED, engine="mesa", agent_class=Fragile, **options)


def completed() -> np.ndarray:
    """Return which trajectories complete, shape (draw, replicate)."""
    return np.array([[not fails(d, r) for r in range(REPLICATES)] for d in range(DRAWS)])


def test_everything_is_counted_among_the_completed() -> None:
    """Probability, readings, villages and trajectories, counted again from the ensemble without failures."""
    result, whole = fragile(), kkb.forecast(SCENARIO, DRAWS, REPLICATES, SEED, estimator="plain").ensemble
    kept = whole[completed()[whole["draw"], whole["replicate"]]].reset_index(drop=True)
    assert result.ensemble.equals(kept)
    first = kept[kept["year"] == 2026]
    (district,) = result.districts
    assert district.years[0].probability_met == pytest.approx(first["met"].mean())
    assert district.years[0].rises.mean == pytest.approx(first["rises"].mean())
    assert district.readings["rises_all"][0] == pytest.approx(first["met"].mean())
    assert district.rise_probability[:, 0].sum() == pytest.approx(first["rises"].mean())
    assert np.allclose(district.status_probability.sum(axis=-1), 1)


def test_the_bounds_count_failures_as_met_or_not() -> None:
    """Shares of all trajectories; without failures both are the probability."""
    result, whole = fragile(), kkb.forecast(SCENARIO, DRAWS, REPLICATES, SEED)
    met = int(result.ensemble.query("year == 2026")["met"].sum())
    assert bounds(result.ensemble_run, 0) == (met / 48, (met + int((~completed()).sum())) / 48)
    assert bounds(whole.ensemble_run, 0) == pytest.approx((whole.districts[0].years[0].probability_met,) * 2, abs=1e-12)


def test_failures_are_a_table() -> None:
    """One row each, with the Python call that makes its model again; no row where there are none."""
    failures = fragile().failures
    assert failures[["draw", "replicate"]].to_numpy().tolist() == np.argwhere(~completed()).tolist()
    assert set(failures["seed"]) == {SEED}
    assert set(failures["error"]) == {"LookupError: no road"}
    row = failures.iloc[-1]
    model = eval(row["command"], {"simulation": kkb, "scenario": SCENARIO, "Fragile": Fragile})  # noqa: S307
    with pytest.raises(LookupError):
        model.step()
    none = kkb.forecast(SCENARIO, DRAWS, REPLICATES, SEED, engine="exact").failures
    assert list(none.columns) == list(failures.columns) == list(FAILURE_COLUMNS)
    assert none.empty


def test_the_warning_and_a_notebook_say_how_many_failed() -> None:
    """With what it means, and how to see the first fail."""
    with pytest.warns(
        FailedTrajectoriesWarning, match=r"22 of 48 .* biased.* LookupError: no road, in .*draw=0"
    ) as told:
        result = kkb.forecast(SCENARIO, DRAWS, REPLICATES, SEED, engine="mesa", agent_class=Fragile)
    assert told[0].filename == __file__
    assert "22 of 48 trajectories failed" in result._repr_html_()
    assert "22 trajectories failed" in repr(result)


def test_chunks_bring_failures_back(tmp_path: Path) -> None:
    """A resumed run computes nothing again, and its tables are byte for byte the same, failures.csv included."""
    first = fragile(sink=ChunkFolder(tmp_path / "chunks"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulation.engine.model.simulate", None)
        second = fragile(sink=ChunkFolder(tmp_path / "chunks"))
    assert second.failures.equals(first.failures)
    kept = []
    for name, result in (("first", first), ("second", second)):
        folder = written(result, tmp_path / name).path
        kept.append(
            {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "run.log"}
        )
    assert "failures.csv" in kept[0]
    assert kept[0] == kept[1]


def test_an_estimate_of_some_is_that_of_all_where_each_draw_lost_as_many() -> None:
    """Draws of equal weight: probability, error and interval of the smaller matrix."""
    met = np.random.default_rng(1).random((40, 7)) < np.linspace(0.1, 0.9, 40)[:, None]
    lost = np.zeros_like(met)
    lost[np.arange(40), np.arange(40) % 7] = True
    some, smaller = estimate(met, ~lost), estimate(met[~lost].reshape(40, 6))
    assert some.probability_met == pytest.approx(smaller.probability_met)
    assert some.monte_carlo_error == pytest.approx(smaller.monte_carlo_error)
    assert some.parameter_interval90 == pytest.approx(smaller.parameter_interval90)


def test_the_error_of_an_estimate_of_some_is_how_estimates_scatter() -> None:
    """Draws of unequal weight, 2000 ensembles: the mean error is the standard deviation, within 5 of its own errors."""
    random = np.random.default_rng(2)
    chances = random.beta(2, 3, (2000, 60))[..., None]
    mets = random.random((2000, 60, 5)) < chances
    completes = random.random((2000, 60, 5)) < 0.6
    estimates = [estimate(met, complete) for met, complete in zip(mets, completes, strict=True)]
    scatter = np.std([each.probability_met for each in estimates], ddof=1)
    error = np.sqrt(np.mean([each.monte_carlo_error**2 for each in estimates]))
    assert abs(error / scatter - 1) < 5 / np.sqrt(2 * 2000)


def test_a_draw_of_which_nothing_is_left_is_no_draw() -> None:
    """The same as without it; one completed trajectory counts, but says nothing of the interval."""
    met = np.random.default_rng(3).random((9, 6)) < 0.5
    complete = np.ones_like(met)
    complete[4] = False
    some, without = estimate(met, complete), estimate(np.delete(met, 4, 0))
    assert vars(some) == {name: pytest.approx(value) for name, value in vars(without).items()}
    complete[5, 1:] = False
    without = estimate(met, complete & (np.arange(9) != 5)[:, None])
    assert estimate(met, complete).parameter_interval90 == pytest.approx(without.parameter_interval90)
