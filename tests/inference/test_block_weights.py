"""What each kind of data does to the answer, and how a kind is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from districts import make_scenario, make_villages
from pasts import of_panel, panel

import simulation as kkb
from simulation.domain.evidence import Evidence, Launches
from simulation.domain.parameters import DEFAULT_PRIORS
from simulation.engine.one_year import chance_of_meeting
from simulation.inference.block_weights import weigh_blocks
from simulation.inference.calibration.sampler import Sampler
from simulation.report.kinds.calibration import CALIBRATION, Learning
from simulation.report.kinds.kind import Work
from simulation.report.language import language
from simulation.report.store.making import Obtained, Place, obtain

STATUS = np.array([[0, 1], [0, 0], [0, 0], [2, 1], [1, 3], [3, 3], [0, 0], [0, 0]] * 3)
DISTRICT = make_villages([12, 12], status=STATUS[:, -1].tolist())
SCENARIO = make_scenario(DISTRICT, {}, priors=DEFAULT_PRIORS)
SEEN = panel(STATUS, first=2024)
LAUNCHED = Launches("63.99", SEEN.codes, np.full(24, 2018), SEEN.status[:, -1], 2025)
BOTH = Evidence(panels=(SEEN,), launches=(LAUNCHED,))


def test_a_kind_of_data_is_left_out_by_its_name() -> None:
    """Others stay; what was not there is not named; a kind that does not exist is refused."""
    less = BOTH.without(["launch_years", "counts"])
    assert (less.blocks, less.left_out) == (("panel",), ("launch_years",))
    with pytest.raises(ValueError, match="launches: no kind of data"):
        BOTH.without(["launches"])


@pytest.mark.slow
def test_answers_without_a_kind_are_those_of_a_calibration_without_it() -> None:
    """From all data, without each kind, and from priors alone; the calibration says what was left out."""
    posterior = kkb.calibrate(BOTH, SCENARIO, draws=100)
    whole, lists, launches, nothing = weigh_blocks(posterior)
    assert [one.without for one in (whole, lists, launches, nothing)] == [
        (), ("panel",), ("launch_years",), ("panel", "launch_years")
    ]  # fmt: skip
    less = kkb.calibrate(BOTH.without(["launch_years"]), SCENARIO, draws=100)
    assert "left out as asked: launch_years" in map(str, less.warnings)
    for scenario, told in ((less.applied_to(SCENARIO), launches), (SCENARIO, nothing)):
        chances = chance_of_meeting(scenario, DISTRICT, scenario.parameters.draw(0, 100), 0)
        assert told.probability_met == pytest.approx(chances.mean())
    assert nothing.monte_carlo_error == pytest.approx(chances.std(ddof=1) / 10)


def test_nothing_is_weighed_where_nothing_was_learned_or_asked() -> None:
    """Without data, and without a scenario that says what is asked."""
    assert weigh_blocks(kkb.calibrate(Evidence(), SCENARIO, draws=10)) == ()
    assert weigh_blocks(kkb.calibrate(replace(of_panel(STATUS[:2])), draws=10)) == ()


@pytest.mark.slow
def test_a_calibration_that_was_stopped_is_finished_by_the_same_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the last kind of data is left out: the first calibration is not made again, and every file is the same.

    Progress goes once from nothing to all, and is seen while kinds of data are left out.
    """
    question, speech = Learning.of(BOTH, SCENARIO, 20, 0), language("id")
    whole, stopped = (Place.of(CALIBRATION, question, tmp_path / name) for name in ("whole", "stopped"))
    told: list[int] = []

    def made(place: Place, progress: Callable[[int, int], None]) -> Obtained:
        sinks = partial(place.sink, reserve=0, tell=lambda _: None)
        return obtain(
            place,
            question,
            lambda: CALIBRATION.compute(question, Work(1, progress, steps=sinks)),
            speech,
            figures=False,
        )

    def stop(done: int, total: int) -> None:
        if done > 0.8 * total:
            raise KeyboardInterrupt

    expected = made(whole, lambda done, _: told.append(done)).answer
    assert told == sorted(told)
    assert told[-1] == 100
    assert sum(35 < one < 100 for one in told) > 5
    with pytest.raises(KeyboardInterrupt):
        made(stopped, stop)
    assert stopped.parts > 3
    swept, sweep = [], Sampler.sweep
    monkeypatch.setattr(Sampler, "sweep", lambda *given: (swept.append(1), sweep(*given)))
    found = made(stopped, lambda *_: None).answer
    assert len(swept) < 30
    assert found.manifest.files == expected.manifest.files
    assert not stopped.work.exists()
