"""How the answer to a question is found or made: out of sight until it is whole, then in a folder called by its date.

What is not finished lies in ``<out>/<scenario name>/.<id>/``: finished chunks, and what is written of the answer. Once
all of it is there, its manifest last, it is moved at once to ``<out>/<scenario name>/<date> <kind>``. A finished folder
is never written again, but for figures that it lacks, documents made of it, and its log.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from ...domain.messages import KampungError, Message, Refusal
from ...engine.chunk_folder import ChunkFolder
from ...engine.effort import RESULTS_FORMAT
from ...engine.failure import EnsembleError
from ...engine.whole_file import reason
from ..codec import encoded, plain, to_data
from ..files import digest, json_text, left_behind, remove, write_bytes, write_csv, write_pieces, write_text
from ..kinds.kind import AnyKind
from ..kinds.question import Question
from ..language import Language
from . import kept
from .data_package import DATA_PACKAGE, data_package
from .folder import Answer, Folder, Manifest, load, versions
from .index import is_listed, write_index
from .lock import alone

Tell = Callable[[Message], None]


@dataclass(frozen=True)
class Place:
    """Where the answer to a question is kept, and where it is made.

    Attributes
    ----------
    shelf
        The folder of all answers about the leading scenario.
    """

    shelf: Path
    id: str
    kind: AnyKind

    @classmethod
    def of(cls, kind: AnyKind, question: Question[Any], out: str | Path = "results") -> Place:
        """Return where the answer to a question belongs below a folder.

        Raises
        ------
        KampungError
            Where the question cannot be named by its content.
        """
        return cls(Path(out) / question.scenarios[0].name, question.id, kind)

    @property
    def work(self) -> Path:
        """Where the answer is made."""
        return self.shelf / f".{self.id}"

    @property
    def chunks(self) -> Path:
        """Where finished chunks are kept, in a folder for each scenario."""
        return self.work / "chunks"

    @property
    def parts(self) -> int:
        """How many chunks are there."""
        return sum(1 for _ in self.chunks.rglob("*.npz"))

    @property
    def draft(self) -> Folder:
        """The answer before it has its name."""
        return Folder(self.work / "answer", self.kind)

    @property
    def candidates(self) -> Iterator[Folder]:
        """The folders whose manifest holds the id of the question."""
        line = f'"input_hash": "{self.id}"'.encode()
        for path in (*self.shelf.glob("*/"), self.draft.path):
            with suppress(OSError):
                if line in (path / "manifest.json").read_bytes():
                    yield Folder(path, self.kind)

    def found(self) -> Answer[Any] | None:
        """Return the finished answer, the newest where it was computed several times; None where there is none.

        A draft that is whole counts where no other is there: it was killed before it had its name.
        """
        answers = [answer for folder in self.candidates if (answer := folder.read()) is not None]
        named = [one for one in answers if one.path != self.draft.path]
        return max(named or answers, key=lambda one: one.age, default=None)

    def litter(self, known: Answer[Any]) -> list[Path]:
        """Return what a process that was killed left behind: half-written files, parts of an answer that is known."""
        return [*left_behind(known.path), *(path for path in (self.chunks, self.draft.path) if path.exists())]

    def sink(self, place: int, reserve: int, tell: Tell) -> ChunkFolder:
        """Return where chunks of one scenario are kept; `reserve` bytes of the disk are left free for the tables."""
        return ChunkFolder(self.chunks / str(place), reserve, tell)

    @contextmanager
    def hold(self, tell: Tell) -> Iterator[None]:
        """Hold the place while something is written, and remove what processes that were killed left there.

        See `simulation.report.store.lock.alone`.
        """
        try:
            with alone(self.work, tell) as held:
                if held:
                    for path in left_behind(self.work):
                        remove(path)
                yield
        finally:
            with suppress(OSError):
                self.work.rmdir()

    def write(self, question: Question[Any], found: Any) -> None:
        """Write what was computed as the draft: its tables and what it was made from, the manifest last."""
        path = self.draft.path
        remove(path)
        files = [f"{self.kind.name}.json"]
        result = self.kind.result(found)
        write_pieces(path / files[0], encoded(result))
        described: dict[str, Sequence[str]] = {}
        for table in self.kind.tables(found, result):
            files.append(table.name)
            if table.columns:
                described[table.name] = table.columns
            if table.write is not None:
                table.write(path / table.name)
            else:
                write_csv(path / table.name, table.columns, table.rows)
        write_text(path / DATA_PACKAGE, json_text(data_package(self.kind.name, described)))
        files += [DATA_PACKAGE, *kept.keep(question, path)]
        manifest = Manifest(
            input_hash=self.id,
            results_format=RESULTS_FORMAT,
            kind=self.kind.name,
            scenarios=tuple(plain(scenario.document) for scenario in question.scenarios),
            data=tuple(
                {name: sha256(content).hexdigest() for name, content in sorted(scenario.data.items())}
                for scenario in question.scenarios
            ),
            versions=versions(),
            files={each: digest(path / each) for each in sorted(files)},
            laws=kept.laws(question),
        )
        write_text(path / "manifest.json", json_text({**to_data(question.asked), **to_data(manifest)}))

    def written(self) -> Answer[Any]:
        """Return the draft as it was written."""
        if (written := self.draft.read()) is None:
            raise KampungError(f"what was written in {self.draft.path} cannot be read back")
        return written

    def name(self, draft: Answer[Any], speech: Language) -> Answer[Any]:
        """Move a draft to a folder that is called by the day on which it was finished and its kind."""
        remove(self.chunks)
        called = f"{draft.finished_at.astimezone().date()} {speech.say(self.kind.title)}"
        for number in count(1):
            path = self.shelf / (called if number == 1 else f"{called} {number}")
            if path.exists():
                continue
            try:
                draft.path.rename(path)
            except OSError:
                if not path.exists():
                    raise
            else:
                break
        return replace(draft, folder=Folder(path, self.kind))


@dataclass(frozen=True)
class Obtained:
    """An answer that was found or made.

    Attributes
    ----------
    undrawn
        Why figures that it lacks could not be written.
    """

    answer: Answer[Any]
    made: bool = False
    drawn: bool = False
    undrawn: OSError | None = None


class UnwrittenError(EnsembleError):
    """An answer was computed and cannot be written."""


def obtain(
    place: Place,
    question: Question[Any],
    compute: Callable[[], Any],
    speech: Language,
    *,
    figures: bool = True,
    force: bool = False,
    tell: Tell = lambda _: None,
    **facts: object,
) -> Obtained:
    """Find the finished answer to a question, or make it; draw the figures that it lacks.

    One process at a time works at an answer. One in a folder that can only be read is found all the same.

    Parameters
    ----------
    speech
        Of the name of its folder, and of the figures.
    force
        Whether the answer is made even where it is there.
    tell
        Told where another process has to be waited for, and where an answer is not what was written.
    facts
        What the log says of the run besides.

    Raises
    ------
    Refusal
        Where nothing can be kept: nothing was computed then.
    UnwrittenError
        Where the answer cannot be written.
    """
    force = force or not question.repeatable
    known = None if force else place.found()
    lacking = known is not None and figures and bool(known.missing_figures(speech.code))
    left_over = known is None or place.litter(known) or place.work.exists() or not is_listed(place.shelf, known.path)
    if known is not None and not (lacking or left_over):
        return Obtained(known)
    with ExitStack() as stack:
        try:
            stack.enter_context(place.hold(tell))
        except OSError as error:
            if known is not None:
                return Obtained(known, undrawn=error if lacking else None)
            message = Message(
                "results cannot be kept in {folder}: {reason}; nothing was computed: choose another folder (--out)",
                {"folder": place.shelf, "reason": reason(error)},
            )
            raise Refusal(message) from error
        # Another process may just have made it, or been killed before it had its name.
        known = place.found()
        if known is not None and known.path == place.draft.path:
            known = place.name(known, speech)
        made = known is None or force
        found = _make(place, question, compute, speech, known, tell, facts) if known is None or force else known
        for path in place.litter(found):
            remove(path)
        write_index(place.shelf, speech, found)
        try:
            drawn = figures and found.draw(speech.code)
        except OSError as error:
            return Obtained(found, made=made, undrawn=error)
        return Obtained(found, made=made, drawn=drawn)


def _make(
    place: Place,
    question: Question[Any],
    compute: Callable[[], Any],
    speech: Language,
    known: Answer[Any] | None,
    tell: Tell,
    facts: Mapping[str, Any],
) -> Answer[Any]:
    """Return the answer, in a folder of its own: in that of the `known` one where it is the same."""
    if known is not None:
        remove(place.chunks)
    else:
        for folder in place.candidates:
            values = {"folder": folder.path, "files": ", ".join(folder.altered())}
            tell(
                Message("{folder} is no longer as it was written ({files}): computed again in another folder.", values)
            )
    began, parts = time.monotonic(), place.parts
    computed = compute()
    try:
        place.write(question, computed)
        del computed  # a nation's takes much memory, and so does what is read back
        draft = place.written()
        resumed = {"resumed_parts": parts} if parts else {}
        facts = {**facts, **resumed, "seconds": round(time.monotonic() - began, 2)}
        if known is not None and known.manifest.files == draft.manifest.files:
            known.folder.log("again", **facts)
            return known
        draft.folder.log("finished", **facts)
        return place.name(draft, speech)
    except OSError as error:
        message = Message("{folder} cannot be written: {reason}", {"folder": place.shelf, "reason": reason(error)})
        raise UnwrittenError(message) from error


def copied(answer: Answer[Any], out: str | Path, speech: Language) -> Answer[Any]:
    """Return the same answer below another folder: its id and its files as they are, figures drawn in a language.

    Raises
    ------
    Refusal
        Where the folder does not hold its scenarios, or its files were changed since it was read.
    """
    place = Place(Path(out) / answer.scenario.name, answer.id, answer.folder.kind)
    found = place.found()
    if found is None or found.missing_figures(speech.code):
        with place.hold(lambda _: None):
            if found is None:
                kind = answer.folder.kind
                whole = load(answer.path, {kind.name: kind})
                log = [name for name in ("run.log",) if (answer.path / name).is_file()]
                for name in (*whole.manifest.files, *log, "manifest.json"):
                    write_bytes(place.draft.path / name, (answer.path / name).read_bytes())
                found = place.name(load(place.draft.path, {kind.name: kind}), speech)
                write_index(place.shelf, speech)
            found.draw(speech.code)
    return found
