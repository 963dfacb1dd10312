"""What shows how far work is: a bar where somebody watches, from two seconds on, or the caller's own function."""

from __future__ import annotations

import sys
import time
from functools import partialmethod
from io import StringIO

import pytest
from tqdm.auto import tqdm

from simulation.engine.progress import QUIET_SECONDS, progress_bar


class Terminal(StringIO):
    """Text that claims to be a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = time.monotonic()
        monkeypatch.setattr("simulation.engine.progress.time.monotonic", lambda: self.now)


def watched(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Return the terminal that stderr is from now on; not a fixture, for pytest puts its own before every phase."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    return terminal


def test_a_function_of_the_callers_own_is_what_is_called() -> None:
    """Nothing stands between it and the work."""
    told: list[tuple[int, int]] = []
    with progress_bar(lambda *at: told.append(at), "forecast") as progress:
        progress(3, 7)
    assert told == [(3, 7)]


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it load tqdm."""
    terminal = watched(monkeypatch)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with progress_bar(True, "forecast") as progress:
        progress(1, 2)
        progress(2, 2)
    assert terminal.getvalue() == ""


def test_longer_work_shows_a_bar_with_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """From two seconds on; at its end the line is empty again."""
    terminal, clock = watched(monkeypatch), Clock(monkeypatch)
    with progress_bar(True, "forecast") as progress:
        clock.now += QUIET_SECONDS + 1
        progress(1, 4)
        time.sleep(0.15)  # tqdm draws ten times a second at most
        progress(3, 4)
    said = terminal.getvalue()
    assert "forecast  75%" in said
    assert said.rsplit("\r", 2)[1].strip() == ""


def test_bars_that_are_switched_off_stop_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``TQDM_DISABLE=1`` does, which tqdm reads when it is loaded."""
    terminal, clock = watched(monkeypatch), Clock(monkeypatch)
    monkeypatch.setattr(tqdm, "__init__", partialmethod(tqdm.__init__, disable=True))
    with progress_bar(True, "forecast") as progress:
        clock.now += QUIET_SECONDS + 1
        progress(1, 4)
        progress(4, 4)
    assert terminal.getvalue() == ""


def test_long_work_says_at_once_how_long_it_will_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is done."""
    terminal = watched(monkeypatch)
    with progress_bar(True, "sensitivity", seconds=5400):
        said = terminal.getvalue()
    assert "sensitivity, about 1.5 h   0%" in said


@pytest.mark.parametrize("progress", [True, False])
def test_nobody_watches_a_file(progress: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar would fill it; nor is one shown to who wants none."""
    stream = StringIO() if progress else Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_bar(progress, "plan", seconds=100):
        pass
    assert stream.getvalue() == ""


def test_a_bar_may_go_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it turns out that there is more to do than was thought."""
    terminal, clock = watched(monkeypatch), Clock(monkeypatch)
    with progress_bar(True, "plan") as progress:
        clock.now += QUIET_SECONDS + 1
        progress(40, 44)
        time.sleep(0.15)
        progress(44, 88)
        time.sleep(0.15)
        progress(66, 88)
    assert "plan  75%" in terminal.getvalue()
