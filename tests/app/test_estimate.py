"""What is expected of a run before it starts."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from districts import make_scenario, make_villages

import simulation.app.estimate as module
from simulation.app.failure_report import Replayable
from simulation.app.running import Order
from simulation.domain.distributions import LogitNormal
from simulation.domain.intervention import Intervention
from simulation.engine.effort import Effort
from simulation.inputs.scenario import Scenario
from simulation.report.chunks import ChunkFolder

SCENARIO = make_scenario(make_villages([135], counts=[93, 25, 3, 14]))


@pytest.mark.parametrize(
    ("engine", "draws", "keeps"), [("batch", 1000, False), ("batch", 50_000, True), ("exact", 50, False)]
)
def test_only_long_runs_keep_their_parts(
    engine: Literal["batch", "exact"], draws: int, keeps: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a computer of fifty million village-years a second, the default effort takes too short to be kept."""
    monkeypatch.setattr(module, "_speed", lambda *_: 5e7)
    again = Replayable(Path("scenario.yaml"), 0, None, several=False)
    order = Order(SCENARIO, Effort(draws, 20), 0, engine, None, None, None, again)
    expected = module.estimate(order, ChunkFolder(tmp_path), figures=0)
    assert (expected.parts > 0) == keeps


def uncertain(*plans: Intervention) -> Scenario:
    """Return twenty villages with two uncertain parameters."""
    given = {"rise.dasar": LogitNormal(-2.5, 0.4), "fall": LogitNormal(-3.0, 0.4)}
    effects = {f"{plan.name}.odds_ratio_rise": 2.0 for plan in plans}
    return make_scenario(make_villages([20], counts=[10, 5, 3, 2]), given, plans, effects, horizon=2)


def test_an_answer_is_expected_to_take_what_its_parts_take(tmp_path: Path) -> None:
    """Trajectories of all scenarios, as often as each is run; the first round and the last where there are several."""
    works = [module.Work(uncertain(), Effort(50, 20), 0, "batch", 1, precision) for precision in (None, 0.01)]
    kept = [ChunkFolder(tmp_path)] * 2
    twice = module.estimate_of_all([works[0]] * 2, kept, figures=0, times=3)
    assert twice.trajectories == (6_000, 6_000)
    assert twice.seconds[0] == pytest.approx(6 * module.estimate(works[0], kept[0], 0).seconds[0])
    doubled = module.estimate_of_all([works[1]] * 2, kept, figures=1)
    assert doubled.trajectories == (2_000, 2 * 1_000 * 2**9)
    assert doubled.seconds[0] < doubled.seconds[1]
