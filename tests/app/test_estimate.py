"""What is expected of a run before it starts."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from districts import make_scenario, make_villages

import simulation.app.estimate as module
from simulation.app.failing import Replayable
from simulation.app.running import Order
from simulation.engine.ensemble import Effort
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
