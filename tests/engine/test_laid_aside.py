"""Outcomes of many districts come back from the disk as they were put there, and one is in memory at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from districts import everything_on, make_villages
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from simulation.engine import laid_aside
from simulation.engine.effort import Effort
from simulation.engine.ensemble import Ensemble, run
from simulation.engine.failure import EnsembleError
from simulation.engine.laid_aside import LaidAside, narrowed
from simulation.inputs.scenario import Scenario

EFFORT = Effort(3, 9)


@pytest.fixture(params=["in memory", "on the disk"])
def ensemble(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Ensemble:
    """Return three districts with every feature of the law at work, kept in one way or the other."""
    limit = 10**9 if request.param == "in memory" else 1
    monkeypatch.setattr("simulation.engine.ensemble.COUNTS_IN_MEMORY", limit)
    return run(three(), EFFORT, 5)


def three() -> Scenario:
    """Return a scenario of three districts, two of which differ in their codes alone."""
    scenario = everything_on()
    places = [replace(scenario.districts[0], district_code=f"11.{i:02d}") for i in (1, 2)]
    other = make_villages((20, 300), status=[0] * 320, columns={"remote": [1.0] * 320}, code="12.01")
    return replace(scenario, districts=(*places, other))


def test_what_is_kept_does_not_depend_on_where(ensemble: Ensemble) -> None:
    """Every array of every district, its type included, in any order of asking."""
    alone = [run(replace(three(), districts=(district,)), EFFORT, 5).outcomes[0] for district in three().districts]
    for place in (2, 0, 1, 1, -1):
        for name, array in ensemble.outcomes[place].arrays.items():
            assert array.dtype == alone[place].arrays[name].dtype, name
            assert np.array_equal(array, alone[place].arrays[name]), name
    assert len(ensemble.outcomes) == len(list(ensemble.outcomes)) == 3


@given(arrays.arrays(st.sampled_from([np.int64, np.int32, np.uint8, np.bool_]), st.integers(0, 5)))
def test_narrow_arrays_hold_the_same_numbers(array: NDArray[np.generic]) -> None:
    """In no more bytes than before."""
    narrow = narrowed(array)
    assert np.array_equal(narrow, array)
    assert narrow.nbytes <= array.nbytes


def test_a_full_disk_is_told_with_the_folder_and_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback of the file."""
    outcome = run(everything_on(), Effort(1, 2), 1).outcomes[0]
    kept = LaidAside(2)

    class Full:
        def seek(self, *_: int) -> int:
            return 0

        def write(self, _: bytes) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept, "_file", Full())
    monkeypatch.setattr(laid_aside, "gettempdir", lambda: "/small")
    with pytest.raises(EnsembleError, match=r"/small cannot take more .*TMPDIR"):
        kept[0] = outcome


def test_a_place_where_nothing_was_put_is_told() -> None:
    """And one beyond the end."""
    with pytest.raises(LookupError, match="at 1"):
        LaidAside(2)[1]
    with pytest.raises(IndexError):
        LaidAside(2)[2]
