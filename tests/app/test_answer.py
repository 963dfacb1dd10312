"""The answer in the terminal and the progress of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from districts import everything_on

from simulation.app.answer import forecast_answer, wrapped
from simulation.app.progress import ProgressReport
from simulation.app.settings import printable
from simulation.domain.target import Target
from simulation.inference.forecast import forecast
from simulation.report.chunks import ChunkFolder
from simulation.report.language import language
from simulation.report.record import record

TARGETS = [
    Target(),
    Target(reading="entries", denominator="below_top"),
    Target(reading="stock"),
    Target(net_of_falls=True),
]


@pytest.mark.parametrize("code", ["id", "en"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.key)
@pytest.mark.parametrize("horizon", [1, 12])
def test_the_answer_fits_80_columns_whatever_the_target(code: str, target: Target, horizon: int) -> None:
    """Tables of every reading and length, nothing shortened to an ellipsis."""
    result = record(forecast(everything_on(target=target, horizon=horizon), replicates=30))
    answer = forecast_answer(language(code), result)
    assert max(map(len, answer.splitlines())) <= 80
    assert "…" not in answer
    assert "\n\n\n" not in answer


def test_known_villages_are_not_said_to_be_unknown() -> None:
    """The note on ranking stands only where counts alone are known."""
    answer = forecast_answer(language("en"), record(forecast(everything_on(), replicates=30)))
    assert "cannot be ranked" not in answer
    assert "Villages assisted" in answer


def test_names_from_files_cannot_command_the_terminal() -> None:
    """Escape codes and markup of a district's name are shown, not obeyed."""
    scenario = everything_on()
    named = replace(scenario.districts[0], district="[red]\x1b[31mX")
    answer = forecast_answer(language("en"), record(forecast(replace(scenario, districts=(named,)), replicates=30)))
    assert "\x1b" not in answer
    assert "[red]" in answer
    assert printable("a\nb\u202e") == "a\ufffdb\ufffd"


def test_a_percent_sign_is_not_left_alone_on_a_line() -> None:
    """Indonesian percentages have a space that no line is broken at."""
    for start in range(60, 84):
        for line in wrapped("x" * start + " 79 % dan 5 %").splitlines():
            assert not line.strip().startswith("%")


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def test_progress_is_told_only_for_runs_that_take_a_while(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing within a second; off a terminal a line every ten seconds, with the time left."""
    clock = Clock()
    with ProgressReport(language("en"), quiet=False, clock=clock) as progress:
        clock.now = 0.5
        progress(10, 100)
        assert capsys.readouterr().err == ""
        clock.now = 12.0
        progress(25, 100)
        assert capsys.readouterr().err == "Simulating: 25 of 100 trajectories, about 36 s left\n"
        clock.now = 13.0
        progress(30, 100)
        assert capsys.readouterr().err == ""


def test_the_time_left_counts_only_what_this_run_computes(capsys: pytest.CaptureFixture[str]) -> None:
    """Half was finished earlier and loaded in 5 s; a tenth then takes 10 s, so the other four take 40."""
    clock, chunks = Clock(), ChunkFolder(Path("nowhere"))
    progress = ProgressReport(language("en"), quiet=False, resuming=lambda: chunks.resuming, clock=clock)
    chunks.resuming, clock.now = True, 5.0
    progress(50, 100)
    chunks.resuming, clock.now = False, 15.0
    progress(60, 100)
    assert capsys.readouterr().err == "Simulating: 60 of 100 trajectories, about 40 s left\n"


def test_progress_is_silent_where_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """--quiet says nothing however long it takes."""
    clock = Clock()
    progress = ProgressReport(language("en"), quiet=True, clock=clock)
    clock.now = 60.0
    progress(1, 100)
    assert capsys.readouterr().err == ""
