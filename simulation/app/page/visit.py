"""Visits: what one browser has given and been answered, in a temporary folder that ends with the visit."""

from __future__ import annotations

import asyncio
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ...domain.messages import Message, Refusal
from ...inputs.village_map import ENDING
from ...report.language import Language
from ..options import Settings
from .job import Job

if TYPE_CHECKING:
    from ...inputs.scenario import Scenario
    from ...report.kinds.forecast.result import ForecastResult
    from ...report.store.folder import Answer
    from ..starting import OfDistrict, OfDistricts, Start
    from .trial import Trial

T = TypeVar("T")
LISTS = (".xlsx", ".csv")
TAKEN = (*LISTS, ENDING)
"""Endings of the files that may be dropped in: lists, and a map."""
MOST_VISITS = 32
IDLE_SECONDS = 12 * 3600.0
_LONGEST = 100
"""Bytes of the name of a list, without its ending: what is written beside it has longer names."""
_UNSAFE = re.compile(r"[^\w .,()+-]")


@dataclass
class Visit:
    """What one browser has given and been answered.

    Attributes
    ----------
    key
        The secret by which its browser is known.
    folder
        Where its files and answers lie.
    settings
        The language that it reads.
    lists
        The office's lists that were dropped in, in that order.
    replies
        Answers to the questions about them that are others than what was proposed, by the key of the question.
    questions_seen
        Keys of the questions that were shown.
    start
        What was read from the lists, and asked; None before.
    asked
        What `starting.read_and_ask` returned; None where a question is still open.
    scenario_file
        The scenario that the answers are of; None before there is one.
    given_then
        What was given when that was made, as `given` says it; empty where it came from elsewhere.
    answers
        The finished answers, the newest of a kind last, by their id.
    trial
        What it tries out beside that scenario; None before it does.
    job
        The newest work that it asked for.
    """

    key: str
    folder: Path
    settings: Settings
    lists: list[Path] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    questions_seen: set[str] = field(default_factory=set)
    start: Start | None = None
    asked: OfDistrict | OfDistricts | None = None
    scenario_file: Path | None = None
    given_then: tuple[object, ...] = ()
    answers: dict[str, Answer[Any]] = field(default_factory=dict)
    trial: Trial | None = None
    job: Job | None = None
    seen: float = field(default_factory=time.monotonic)

    @property
    def speech(self) -> Language:
        """The language that it reads."""
        return self.settings.language()

    @property
    def results(self) -> Path:
        """Where its answers are kept."""
        return self.folder / "results"

    @property
    def forecast(self) -> Answer[ForecastResult] | None:
        """The newest forecast."""
        return self.newest("forecast")

    @property
    def given(self) -> tuple[object, ...]:
        """Lists and replies as they are now: whether they are others than before can be seen from it."""
        return *((path.name, path.stat().st_mtime_ns) for path in self.lists), *sorted(self.replies.items())

    @property
    def stale(self) -> bool:
        """Whether lists or replies were changed since its answers were computed from them."""
        return bool(self.given_then) and self.given != self.given_then

    def newest(self, kind: str) -> Answer[Any] | None:
        """Return the newest answer of a kind; None where there is none."""
        return next((one for one in reversed(self.answers.values()) if one.folder.kind.name == kind), None)

    def keep(self, answer: Answer[Any]) -> None:
        """Keep a finished answer as the newest of its kind."""
        self.answers.pop(answer.id, None)
        self.answers[answer.id] = answer

    def scenario(self) -> Scenario:
        """Return the scenario that the answers are of, as its file has it now."""
        from ...inputs.scenario import load_scenario

        if self.scenario_file is None:
            raise Refusal(Message("there is no scenario yet: give a list, or open the page with a scenario file"))
        return load_scenario(self.scenario_file)

    def place_for(self, name: str) -> Path:
        """Return where a list that was dropped in is kept.

        Raises
        ------
        Refusal
            Where it is none by its name.
        """
        plain = _UNSAFE.sub("_", re.split(r"[/\\]", name)[-1]).strip(" .")
        if not plain.casefold().endswith(TAKEN):
            message = Message(
                "{name} cannot be read: a list is a workbook (.xlsx) or a table (.csv); in Excel: Save As, Excel "
                "Workbook; a map is GeoJSON (.geojson)",
                {"name": plain or "?"},
            )
            raise Refusal(message)
        stem, ending = plain.rsplit(".", 1)
        return self.folder / f"{stem.encode()[-_LONGEST:].decode(errors='ignore')}.{ending}"


class Visits:
    """All visits to one page, and the one thread in which work for them is done, one piece after the other."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._folder = TemporaryDirectory(prefix="kampungkb-page-", ignore_cleanup_errors=True)
        self._visits: dict[str, Visit] = {}
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="kampungkb-page")

    @property
    def speech(self) -> Language:
        """The language in which a visit begins."""
        return Settings(lang=self._lang).language()

    async def aside(self, work: Callable[..., T], *values: object) -> T:
        """Return what short work returns, done when its turn comes."""
        return await asyncio.wrap_future(self._worker.submit(work, *values))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for visit in self._visits.values():
            if visit.job is not None:
                visit.job.stop()
        self._worker.shutdown(cancel_futures=True)
        self._folder.cleanup()

    def begin(self) -> Visit:
        """Return a new visit; the one that was seen least ends where there are too many."""
        for visit in list(self._old()):
            self.end(visit)
        key = secrets.token_urlsafe(32)
        folder = Path(self._folder.name) / key[:12]
        folder.mkdir(mode=0o700)
        self._visits[key] = Visit(key, folder, Settings(lang=self._lang))
        return self._visits[key]

    def _old(self) -> Iterator[Visit]:
        by_age = sorted(self._visits.values(), key=lambda visit: visit.seen)
        for place, visit in enumerate(by_age):
            too_many = len(by_age) - place >= MOST_VISITS
            if too_many or time.monotonic() - visit.seen > IDLE_SECONDS:
                yield visit

    def end(self, visit: Visit) -> None:
        """End a visit: its work, and everything that it gave."""
        if visit.job is not None:
            visit.job.stop()
        del self._visits[visit.key]
        self._worker.submit(shutil.rmtree, visit.folder, ignore_errors=True)

    def of(self, key: str) -> Visit | None:
        """Return the visit of a key, seen now; None where there is none."""
        visit = self._visits.get(key)
        if visit is not None:
            visit.seen = time.monotonic()
        return visit

    def ask(self, visit: Visit, next_page: str, back: str, work: Callable[[Settings], Any]) -> Job:
        """Have work done for a visit, in place of what it asked for before."""
        if visit.job is not None:
            visit.job.stop()
        job = visit.job = Job(next_page, back)
        self._worker.submit(job.run, visit.settings, work)
        return job
