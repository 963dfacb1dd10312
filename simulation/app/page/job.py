"""Work that a page waits for: how far it is, what it says, and how it is stopped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from ...domain.messages import Message
from ...engine.progress import Progress
from ...report.language import Language
from ..options import Settings

PROGRESS = "/progress"
"""Address of the page that tells how far work is."""
SECONDS_KNOWN = 1.0
"""After so long it can be told how long the rest will take."""


class Job:
    """One piece of work, from when it is asked for until its end.

    Attributes
    ----------
    next, back
        Addresses of the page that is shown once it is done, and of the one that tells why it was not.
    notes
        What it said, as commands say it on stderr.
    error
        Why it failed; None where it did not.
    """

    def __init__(self, next_page: str, back: str) -> None:
        self.next, self.back = next_page, back
        self.notes: list[str] = []
        self.error: Exception | None = None
        self._doing = ("", "")
        self._done = self._total = 0
        self._began = 0.0
        self._waits = True
        self._stopped, self._ended = Event(), Event()

    @property
    def stopped(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._stopped.is_set()

    @property
    def ended(self) -> bool:
        """Whether it is done, has failed, or was stopped."""
        return self._ended.is_set()

    @property
    def address(self) -> str:
        """Where a browser goes now."""
        if not self.ended:
            return PROGRESS
        return self.back if self.error is not None or self.stopped else self.next

    async def wait(self, seconds: float) -> None:
        """Wait for its end, at most so long."""
        await asyncio.to_thread(self._ended.wait, seconds)

    def stop(self) -> None:
        """Ask it to stop: it does so at the next step."""
        self._stopped.set()

    def run(self, settings: Settings, work: Callable[[Settings], Any]) -> None:
        """Do the work with settings that this job hears; whatever goes wrong is kept."""
        self._waits = False
        try:
            if not self.stopped:
                work(_Heard(lang=settings.lang, job=self))
        except KeyboardInterrupt:
            self.stop()
        except Exception as error:  # noqa: BLE001  no error of one visit may end the page
            self.error = error
        finally:
            self._ended.set()

    @contextmanager
    def progress(self, doing: tuple[str, str], resuming: Callable[[], bool]) -> Iterator[Progress]:
        """Give what is told how far a step of the work is; `KeyboardInterrupt` comes from there where it is to stop."""
        self._doing, self._total, self._began = doing, 0, time.monotonic()

        def tell(done: int, total: int) -> None:
            if self.stopped:
                raise KeyboardInterrupt
            if resuming() or total != self._total:
                self._began = time.monotonic()
            self._done, self._total = done, total

        yield tell
        self._total = 0

    def how_far(self, speech: Language) -> tuple[str, int | None, int | None]:
        """Return what is being done in words, and how much of how much; None where that is not known."""
        elapsed = time.monotonic() - self._began
        if not self._total:
            said = speech.say("Waiting for other work to end …") if self._waits else speech.say("Computing")
            return self.notes[-1] if self.notes else said, None, None
        if not self._done or elapsed < SECONDS_KNOWN:
            return speech.say(self._doing[0]), self._done, self._total
        left = elapsed * (self._total - self._done) / self._done
        said = speech.say(
            self._doing[1],
            done=speech.number(self._done),
            total=speech.number(self._total),
            seconds=speech.number(left),
        )
        return said, self._done, self._total


@dataclass
class _Heard(Settings):
    """Settings whose notes and progress a job hears in place of a terminal."""

    job: Job = field(default_factory=lambda: Job("", ""))

    def note(self, sentence: str | Message) -> None:
        """Keep what is said; the step of the work that it announces begins."""
        if self.job.stopped:
            raise KeyboardInterrupt
        self.job.notes.append(self.in_words(sentence))

    def progress(self, doing: tuple[str, str], resuming: Callable[[], bool]) -> Any:
        """Return what shows how far some work is."""
        return self.job.progress(doing, resuming)
