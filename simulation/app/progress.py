"""Shows the progress of a long run, with the time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

import typer

from ..report.kinds.kind import SIMULATING
from ..report.language import Language

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

QUIET_SECONDS = 1.0
"""Shorter runs show no progress."""
LINE_SECONDS = 10.0
"""Time between two lines of progress where stderr is no terminal."""


class ProgressReport:
    """Callable with (done, in all): draws a bar on a terminal, and writes a line every ten seconds elsewhere.

    The time left is told where the sentence has a place for it: where every part takes about as long.

    While `resuming` returns True, chunks of an earlier run are loaded. That takes no time to speak of, so the time
    left is estimated from what comes after.
    """

    def __init__(
        self,
        speech: Language,
        *,
        quiet: bool,
        resuming: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
        doing: tuple[str, str] = SIMULATING,
    ) -> None:
        self._speech = speech
        self._quiet = quiet
        self._resuming = resuming
        self._clock = clock
        self._doing = doing
        self._began = self._last_call = self._last_line = clock()
        self._total = self._loaded = self._last_done = 0
        self._bar: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar[0].stop()

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` trajectories, or other units of work, are finished."""
        if total != self._total:
            # The next round of a run that doubles, or the same work when it is known better how much there is.
            self._total, self._began = total, self._last_call
            self._loaded = self._last_done if done > self._last_done else 0
        self._last_call, self._last_done = self._clock(), done
        if self._resuming():
            self._began, self._loaded = self._clock(), done
            return
        elapsed = self._clock() - self._began
        if self._quiet or elapsed < QUIET_SECONDS or done <= self._loaded:
            return
        if sys.stderr.isatty():
            self._draw(done, total)
        elif done < total and self._clock() - self._last_line >= LINE_SECONDS:
            self._last_line = self._clock()
            self._write(done, total, elapsed * (total - done) / (done - self._loaded))

    def _draw(self, done: int, total: int) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            template, line = self._doing
            known = [TimeRemainingColumn()] if "{seconds}" in line else []
            columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *known
            bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar = bar, bar.add_task(self._speech.say(template), total=total)
            bar.start()
        bar, task = self._bar
        bar.update(task, completed=done, total=total)

    def _write(self, done: int, total: int, seconds_left: float) -> None:
        number, (_, template) = self._speech.number, self._doing
        sentence = self._speech.say(
            template,
            done=number(done),
            total=number(total),
            seconds=number(seconds_left),
        )
        typer.echo(sentence, err=True)
