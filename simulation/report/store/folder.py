"""Run folders: where the answer to a question is kept, how a finished one is found again, and what lies in it.

``<out>/<scenario name>/<id>/`` holds ``<kind>.json``, the tables, ``figures/``, what was asked and run in
``manifest.json`` and ``inputs/``, and ``run.log``. The manifest is written last and holds the digest of every file: a
folder without it is unfinished, and one whose files differ from it is not taken for an answer.
"""

from __future__ import annotations

import csv
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

import msgspec

from ...domain.messages import KampungError, Message, Refusal
from ...engine.failure import EnsembleError
from ...inputs.scenario import Scenario
from ...inputs.tables.cells import unguard
from ..codec import decode, encode, plain, to_data
from ..document.blocks import Document, Table, picture_files
from ..files import digest, json_text, left_behind, read_json, reason, remove, write_bytes, write_csv, write_text
from ..kinds.kind import AnyKind, Rows, Source
from ..kinds.question import HASH_DIGITS, RESULTS_FORMAT, Question
from ..language import DEFAULT, Language
from . import kept
from .chunks import ChunkFolder
from .lock import alone

if TYPE_CHECKING:
    import pandas as pd

    from ...engine.model import VillageAgent

PACKAGES = ("kampung-kb", "numpy", "scipy", "mesa", "pyarrow", "matplotlib")
MOST_IN_MANIFEST = 1_250_000
"""Values and containers; those of 200,000 villages made in Python are fewer."""
_NUMBERS = ("probability_", "assisted_")
"""Beginnings of the columns of the village table that hold numbers."""
Tell = Callable[[Message], None]
_BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
Result = TypeVar("Result")


@dataclass(frozen=True)
class Manifest:
    """What ``manifest.json`` says beside the options of the question, which stand next to these.

    Attributes
    ----------
    input_hash
        The id of the run.
    scenarios, data
        Each scenario as resolved, the leading one first; for each of them its data files -> SHA-256.
    versions
        Of Python and of the packages that numbers and figures come from.
    files
        Every file of the answer -> SHA-256.
    agent
        The own agent: file and class, digests of its sources, of the files that it reads; None for the standard law.
    """

    input_hash: Annotated[str, msgspec.Meta(pattern=f"^[0-9a-f]{{{HASH_DIGITS}}}$")]
    results_format: int
    kind: str
    scenarios: tuple[Mapping[str, Any], ...]
    data: tuple[Mapping[str, str], ...]
    versions: Mapping[str, str | None]
    files: Mapping[str, str]
    agent: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Folder:
    """The folder of one answer: where it is or will be, and the hash of the question, which names it."""

    path: Path
    id: str
    kind: AnyKind

    @classmethod
    def of(cls, kind: AnyKind, question: Question[Any], out: str | Path = "results") -> Folder:
        """Return the folder that belongs to a question, whether it is there or not.

        Raises
        ------
        KampungError
            Where the question cannot be named by its content.
        """
        return cls(Path(out) / question.scenarios[0].name / question.id, question.id, kind)

    def read(self) -> Answer[Any] | None:
        """Return the finished answer; None where there is none, or where it is not as it was written."""
        try:
            data = read_json(self.path / "manifest.json", MOST_IN_MANIFEST)
            manifest = decode(data, Manifest)
            if manifest.kind != self.kind.name or self._altered(manifest.files):
                return None
            result = decode(read_json(self.path / f"{self.kind.name}.json"), self.kind.result_type)
            return Answer(self, result, manifest, decode(data, self.kind.asked))
        except _BROKEN:
            return None

    def altered(self) -> list[str]:
        """Return which files of a finished answer are missing or no longer as they were written."""
        try:
            return self._altered(read_json(self.path / "manifest.json", MOST_IN_MANIFEST)["files"])
        except _BROKEN:
            return []

    def _altered(self, files: Mapping[str, str]) -> list[str]:
        inside = self.path.resolve()
        there = (name for name in files if (self.path / name).resolve().is_relative_to(inside))
        whole = {name for name in there if (path := self.path / name).is_file() and digest(path) == files[name]}
        return [name for name in files if name not in whole]

    @property
    def finished(self) -> bool:
        """Whether there is an answer, be it as it was written or not."""
        return (self.path / "manifest.json").is_file()

    @property
    def chunks(self) -> Path:
        """Where chunks of an unfinished run are kept, in a folder for each scenario."""
        return self.path / ".chunks"

    @property
    def parts(self) -> int:
        """How many chunks are there."""
        return sum(1 for _ in self.chunks.rglob("*.npz"))

    def sink(self, place: int, reserve: int, tell: Tell) -> ChunkFolder:
        """Return where chunks of one scenario are kept; `reserve` bytes of the disk are left free for the tables."""
        return ChunkFolder(self.chunks / str(place), reserve, tell)

    @contextmanager
    def hold(self, tell: Tell) -> Iterator[None]:
        """Hold the folder while something is written in it, and remove what processes that were killed left there.

        See `simulation.report.store.lock.alone`.
        """
        with alone(self.path, tell) as held:
            if held:
                for path in self.litter():
                    remove(path)
            yield

    def litter(self) -> list[Path]:
        """Return what a process that was killed left behind: half-written files, chunks of a finished run."""
        return [*left_behind(self.path), *([self.chunks] if self.finished and self.chunks.is_dir() else [])]

    def write(self, question: Question[Any], found: Any) -> Answer[Any]:
        """Write what was computed, its tables and what it was made from, the manifest last; return the answer.

        The manifest holds each file's digest: one that lies there from an earlier run speaks for no other files.
        """
        files = [f"{self.kind.name}.json"]
        write_text(self.path / files[0], encode(self.kind.result(found)))
        for table in self.kind.tables(found):
            files.append(table.name)
            if table.write is not None:
                table.write(self.path / table.name)
            else:
                write_csv(self.path / table.name, table.columns, table.rows)
        files += kept.keep(question, self.path)
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
            files={each: digest(self.path / each) for each in sorted(files)},
            agent=None if question.agent is None else question.agent.identity,
        )
        write_text(self.path / "manifest.json", json_text({**to_data(question.asked), **to_data(manifest)}))
        remove(self.chunks)
        written = self.read()
        if written is None:
            raise KampungError(f"what was written in {self.path} cannot be read back")
        return written

    def missing_figures(self, result: Any, code: str) -> list[str]:
        """Return the figures that an answer could have in a language and has not."""
        figures = self.path / "figures"
        return [
            name
            for name in self.kind.drawable(result)
            if not all(path.is_file() for path in picture_files(figures, name, code))
        ]

    def log(self, event: str, **facts: object) -> None:
        """Add a line to ``run.log``, the only file of the folder that knows the time; no result depends on it."""
        line = " ".join(
            [datetime.now(UTC).isoformat(timespec="seconds"), event, *(f"{k}={v}" for k, v in facts.items())]
        )
        with suppress(OSError), (self.path / "run.log").open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")


@dataclass(frozen=True)
class Answer(Generic[Result]):
    """A finished answer, read from its folder.

    Attributes
    ----------
    result
        What ``<kind>.json`` says.
    manifest, asked
        What was run, and with which options.
    older
        How many finished runs beside it were passed over, where it was found as the newest of several.
    """

    folder: Folder
    result: Result
    manifest: Manifest
    asked: Any = field(repr=False)
    older: int = 0

    @property
    def id(self) -> str:
        """The id of the run."""
        return self.folder.id

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.folder.path

    @cached_property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios that were asked about, from what is kept of them.

        Raises
        ------
        Refusal
            Where the folder does not hold them.
        """
        return kept.scenarios(self.path, self.manifest.files)

    @property
    def scenario(self) -> Scenario:
        """The leading scenario."""
        return self.scenarios[0]

    def question(self, agent_class: type[VillageAgent] | None = None) -> Question[Any]:
        """Return what it answers, from what is kept in its folder.

        Parameters
        ----------
        agent_class
            The own agent; None to read it from its kept source, which is run.

        Raises
        ------
        Refusal
            Where the folder does not hold all that is needed.
        """
        manifest = self.manifest
        if manifest.agent is not None and agent_class is None:
            agent_class = kept.agent(self.path, manifest.agent["name"])
        data = kept.data(self.path, manifest.files)
        return Question(self.folder.kind.name, self.scenarios, self.asked, agent_class, data)

    def saved(self, out: str | Path) -> Answer[Result]:
        """Return the same answer below another folder: its id and its files as they are, figures drawn in its language.

        Raises
        ------
        Refusal
            Where the folder does not hold its scenarios, or its files were changed since it was read.
        """
        place = replace(self.folder, path=Path(out) / self.scenario.name / self.id)
        found, code = place.read(), self.scenario.language or DEFAULT
        if found is not None and not place.missing_figures(found.result, code):
            return found
        with place.hold(lambda _: None):
            if found is None:
                for name in (*self.manifest.files, "manifest.json"):
                    write_bytes(place.path / name, (self.path / name).read_bytes())
                found = load(place.path, {place.kind.name: place.kind})
            found.draw(code)
        return found

    def table(self, name: str) -> pd.DataFrame:
        """Return a CSV table of the folder, such as ``years``; codes stay text.

        Raises
        ------
        FileNotFoundError
            Where it has no such table.
        """
        import pandas as pd

        path = self.path / f"{name.removesuffix('.csv')}.csv"
        codes = dict.fromkeys(("district_code", "village_code", "location"), str)
        return pd.read_csv(path, dtype=codes)

    @property
    def source(self) -> Source:
        """What its document and its figures say of where it comes from."""
        manifest = self.manifest
        return Source(
            self.id, manifest.scenarios[0] if manifest.scenarios else {}, manifest.versions, self.asked, self.villages
        )

    def document(self, speech: Language) -> Document:
        """Return what is told of it."""
        return self.folder.kind.document(self.result, speech, self.source)

    def sheets(self, speech: Language) -> Iterable[Table]:
        """Return the tables that a workbook has besides those of the document."""
        return self.folder.kind.sheets(self.result, speech, self.source)

    def villages(self) -> Rows:
        """Return the rows of the village table of a forecast."""
        if (path := self.path / "villages.csv").is_file():
            with path.open(encoding="utf-8", newline="") as stream:
                return [{name: _value(name, text) for name, text in row.items()} for row in csv.DictReader(stream)]
        from pyarrow.parquet import ParquetFile

        batches = ParquetFile(path.with_suffix(".parquet")).iter_batches()
        return [row for batch in batches for row in batch.to_pylist()]

    def draw(self, code: str) -> bool:
        """Draw the figures that are missing in a language, and return whether there were any."""
        missing = self.folder.missing_figures(self.result, code)
        if not missing:
            return False
        from ..figures.drawings import draw, save_figure

        for name in missing:
            figure = draw(name, self.result, code, self.source)
            save_figure(figure, *picture_files(self.path / "figures", name, code), title=name)
        self.folder.log("figures", language=code)
        return True

    @property
    def finished_at(self) -> datetime:
        """When it was finished: as ``run.log`` says, else when its manifest was written."""
        try:
            lines = (self.path / "run.log").read_text(encoding="utf-8").splitlines()
            times = [line.split()[0] for line in lines if " finished " in line]
            return max(datetime.fromisoformat(time).astimezone(UTC) for time in times)
        except (OSError, ValueError, IndexError, OverflowError):
            return datetime.fromtimestamp((self.path / "manifest.json").stat().st_mtime, UTC)


def find(path: Path, kinds: Mapping[str, AnyKind]) -> Answer[Any] | None:
    """Return the finished answer in a folder; None where there is none, or where it is not as it was written."""
    try:
        manifest = read_json(path / "manifest.json", MOST_IN_MANIFEST)
        folder = Folder(path, manifest["input_hash"], kinds[manifest["kind"]])
    except _BROKEN:
        return None
    return folder.read()


def below(path: Path, kinds: Mapping[str, AnyKind]) -> list[Answer[Any]]:
    """Return the finished answers of the folders right below a folder."""
    return [found for child in sorted(path.glob("*/")) if (found := find(child, kinds)) is not None]


def load(path: Path, kinds: Mapping[str, AnyKind]) -> Answer[Any]:
    """Return the finished answer in a folder, or the newest of the folders right below it.

    Raises
    ------
    Refusal
        Where there is none, or where its files were changed since.
    """
    if (found := find(path, kinds)) is not None:
        return found
    if altered := Folder(path, "", next(iter(kinds.values()))).altered():
        values = {"files": ", ".join(altered), "folder": str(path)}
        raise Refusal(Message("{files} in {folder} are not those of the run any more; run the scenario again", values))
    if several := below(path, kinds):
        # Where answers of several kinds lie there, those of the kind that comes first: forecasts.
        first = next(kind for kind in kinds.values() if any(one.folder.kind is kind for one in several))
        several = [one for one in several if one.folder.kind is first]
        newest = max(several, key=lambda one: (one.finished_at, one.id))
        return replace(newest, older=len(several) - 1)
    message = Message(
        "{folder} is not the folder of a finished run; give the folder that forecast names after Files:",
        {"folder": str(path)},
    )
    raise Refusal(message)


@dataclass(frozen=True)
class Obtained:
    """An answer that was found or made.

    Attributes
    ----------
    answer
        The answer.
    made
        Whether it was made just now.
    drawn
        Whether figures were.
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
    folder: Folder,
    question: Question[Any],
    compute: Callable[[], Any],
    codes: Sequence[str],
    *,
    force: bool = False,
    tell: Tell = lambda _: None,
    **facts: object,
) -> Obtained:
    """Find the finished answer to a question, or make it; draw the figures that it lacks.

    One process at a time works in a folder. A finished answer in a folder that can only be read is found all the same.

    Parameters
    ----------
    folder
        Where the answer belongs.
    compute
        Returns what the library computes.
    codes
        Languages of the figures.
    force
        Whether the answer is made even where it is there.
    tell
        Told where the folder has to be waited for, and where what lies in it is not what was written.
    facts
        What the log says of the run besides.

    Raises
    ------
    Refusal
        Where nothing can be kept in the folder: nothing was computed then.
    UnwrittenError
        Where the answer cannot be written.
    """
    force = force or not question.repeatable
    known = None if force else folder.read()
    lacking = known is not None and any(folder.missing_figures(known.result, code) for code in codes)
    if known is not None and not lacking and not folder.litter():
        return Obtained(known)
    with ExitStack() as stack:
        try:
            stack.enter_context(folder.hold(tell))
        except OSError as error:
            if known is not None:
                return Obtained(known, undrawn=error if lacking else None)
            message = Message(
                "results cannot be kept in {folder}: {reason}; nothing was computed: choose another folder (--out)",
                {"folder": folder.path, "reason": reason(error)},
            )
            raise Refusal(message) from error
        # Another process may just have made it.
        known = None if force else folder.read()
        found = known or _make(folder, question, compute, force, tell, facts)
        try:
            drawn = [code for code in codes if found.draw(code)]
        except OSError as error:
            return Obtained(found, made=known is None, undrawn=error)
        return Obtained(found, made=known is None, drawn=bool(drawn))


def _make(
    folder: Folder,
    question: Question[Any],
    compute: Callable[[], Any],
    force: bool,
    tell: Tell,
    facts: Mapping[str, Any],
) -> Answer[Any]:
    if force:
        remove(folder.chunks)
    elif folder.finished:
        if altered := folder.altered():
            files = {"files": ", ".join(altered)}
            tell(Message("Not as the run wrote them, so they are made again: {files}", files))
        # Taken for unfinished from now on, so that its chunks are kept until it is finished again.
        remove(folder.path / "manifest.json")
    began, parts = time.monotonic(), folder.parts
    computed = compute()
    try:
        found = folder.write(question, computed)
    except OSError as error:
        message = Message("{folder} cannot be written: {reason}", {"folder": folder.path, "reason": reason(error)})
        raise UnwrittenError(message) from error
    resumed = {"resumed_parts": parts} if parts else {}
    folder.log("finished", **facts, **resumed, seconds=round(time.monotonic() - began, 2))
    return found


def _value(name: str, text: str) -> Any:
    """Return a cell as it was before it was written: a number, or text that is no longer kept from being a formula."""
    if name == "year":
        return int(text)
    if name.startswith(_NUMBERS):
        return float(text) if text else None
    return unguard(text)


def versions() -> dict[str, str | None]:
    """Return the versions of Python and of the packages that numbers and figures come from."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found
