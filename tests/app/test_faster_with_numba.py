"""Where a run would be several times faster with Numba, that is told once, in the language of the answer."""

from __future__ import annotations

import warnings
from functools import partial

import pytest
from districts import everything_on

from simulation.app.options import Settings
from simulation.app.runner import _telling_what_is_slow
from simulation.engine import compiled
from simulation.engine.effort import Effort
from simulation.engine.ensemble import run

forecast = partial(run, everything_on(horizon=1), Effort(1, 4), workers=1)


@pytest.fixture(autouse=True)
def large_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every run count as large, and Numba be missing."""
    monkeypatch.setattr(compiled, "PAYS", 0)
    monkeypatch.setattr(compiled, "PAYS_TO_COMPILE", 0)
    monkeypatch.setattr(compiled, "is_installed", lambda: False)


def test_in_python_it_is_a_warning() -> None:
    """One that can be silenced by its class."""
    with pytest.warns(compiled.WithoutNumbaWarning, match="pip install numba"):
        forecast()


@pytest.mark.parametrize(("lang", "said"), [("en", "the numbers are the same."), ("id", "angkanya sama.")])
def test_on_the_terminal_it_is_told_once(lang: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """However many runs an answer takes; other warnings are shown as ever."""

    def two_runs() -> None:
        with _telling_what_is_slow(Settings(lang=lang)):
            forecast()
            forecast()
            warnings.warn("something else", stacklevel=1)

    with pytest.warns(UserWarning, match="something else"):
        two_runs()
    assert capsys.readouterr().err.count(said) == 1
