"""Finished answers: what lies in their folders, and how they are read and found again.

``<out>/<scenario name>/<date> <kind>/`` holds ``<kind>.json``, the tables, ``figures/``, what was asked and run in
``manifest.json`` and ``inputs/``, and ``run.log``. The manifest holds the digest of every file: a folder whose files
differ from it is not taken for an answer. The folder may be renamed and moved: what it answers its manifest says.
"""

from __future__ import annotations

import csv
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

import msgspec

from ...domain.messages import Message, Refusal
from ...inputs.scenario import Scenario
from ...inputs.tables.cells import unguard
from ..codec import decode, read_result
from ..document.blocks import Document, Table, picture_files
from ..files import digest, read_json
from ..kinds.kind import AnyKind, Rows, Source
from ..kinds.question import HASH_DIGITS, Question
from ..language import Language
from . import kept
from .data_package import read_table

if TYPE_CHECKING:
    import pandas as pd


PACKAGES = ("kampung-kb", "numpy", "scipy", "mesa", "pyarrow", "matplotlib")
MOST_IN_MANIFEST = 1_250_000
"""Values and containers; those of 200,000 villages made in Python are fewer."""
_NUMBERS = ("probability_", "assisted_", "recorded_")
"""Beginnings of the columns of the village table that hold numbers."""
Tell = Callable[[Message], None]
_BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
Result = TypeVar("Result")


@dataclass(frozen=True)
class Manifest:
    """What ``manifest.json`` says beside the options of the question, which stand next to these.

    Attributes
    ----------
    scenarios, data
        Each scenario as resolved, the leading one first; for each of them its data files -> SHA-256.
    versions
        Of Python and of the packages that numbers and figures come from.
    files
        Every file of the answer -> SHA-256.
    laws
        Of each scenario what makes its law another than the standard one: file and class, digests of sources and of
        the files that are read; none where all have the standard law.
    """

    input_hash: Annotated[str, msgspec.Meta(pattern=f"^[0-9a-f]{{{HASH_DIGITS}}}$")]
    results_format: int
    kind: str
    scenarios: tuple[Mapping[str, Any], ...]
    data: tuple[Mapping[str, str], ...]
    versions: Mapping[str, str | None]
    files: Mapping[str, str]
    laws: tuple[tuple[Mapping[str, Any], ...], ...] = ()


@dataclass(frozen=True)
class Folder:
    """The folder of a finished answer of some kind."""

    path: Path
    kind: AnyKind

    def read(self) -> Answer[Any] | None:
        """Return the finished answer; None where there is none, or where it is not as it was written."""
        try:
            data = read_json(self.path / "manifest.json", MOST_IN_MANIFEST)
            manifest = decode(data, Manifest)
            if manifest.kind != self.kind.name or self._altered(manifest.files):
                return None
            result = read_result(self.path / f"{self.kind.name}.json", self.kind.result_type)
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

    def __repr__(self) -> str:
        """Return one line: the kind of answer, about which scenario, its id and where it lies."""
        return f"<Answer {self.folder.kind.name} of {self.manifest.scenarios[0]['name']}, id {self.id}, in {self.path}>"

    @property
    def id(self) -> str:
        """The id of the run."""
        return self.manifest.input_hash

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

    @property
    def inputs(self) -> dict[str, dict[str, Any]]:
        """What each scenario says by key, with the digest of each of its data files by name, under its own name."""
        pairs = zip(self.manifest.scenarios, self.manifest.data, strict=True)
        return {document["name"]: {**document, **data} for document, data in pairs}

    def question(self, own: Sequence[Any] = ()) -> Question[Any]:
        """Return what it answers, from what is kept in its folder; the sources of a law that is kept are run.

        Parameters
        ----------
        own
            Agent classes and mechanisms that are taken in place of those of the same names.

        Raises
        ------
        Refusal
            Where the folder does not hold all that is needed.
        """
        manifest, found = self.manifest, self.scenarios
        if manifest.laws:
            pairs = zip(found, manifest.laws, strict=True)
            found = tuple(kept.with_law(self.path, scenario, law, own) for scenario, law in pairs)
        return Question(self.folder.kind.name, found, self.asked, kept.data(self.path, manifest.files))

    @property
    def age(self) -> tuple[datetime, str]:
        """What sorts answers by when they were finished."""
        return self.finished_at, self.id

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the folder, CSV or Parquet, such as ``years``; text, codes among it, stays text.

        What its columns mean says ``datapackage.json`` in the folder.

        Raises
        ------
        FileNotFoundError
            Where it has no such table.
        """
        stem = Path(name).with_suffix("") if name.endswith((".csv", ".parquet")) else Path(name)
        parquet = self.path / f"{stem}.parquet"
        return read_table(parquet if parquet.is_file() else self.path / f"{stem}.csv")

    @property
    def source(self) -> Source:
        """What its document and its figures say of where it comes from."""
        manifest = self.manifest
        scenario = manifest.scenarios[0] if manifest.scenarios else {}
        return Source(
            self.id,
            scenario,
            manifest.versions,
            self.asked,
            self.villages,
            lambda: self.scenario.village_map,
            self.finished_at,
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

    def missing_figures(self, code: str) -> list[str]:
        """Return the figures that it could have in a language and has not."""
        figures = self.path / "figures"
        return [
            name
            for name in self.folder.kind.drawable(self.result)
            if not all(path.is_file() for path in picture_files(figures, name, code))
        ]

    def draw(self, code: str) -> bool:
        """Draw the figures that are missing in a language, and return whether there were any."""
        missing = self.missing_figures(code)
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
        kind = kinds[read_json(path / "manifest.json", MOST_IN_MANIFEST)["kind"]]
    except _BROKEN:
        return None
    return Folder(path, kind).read()


def below(path: Path, kinds: Mapping[str, AnyKind], known: Answer[Any] | None = None) -> list[Answer[Any]]:
    """Return the finished answers below a folder: that of a scenario, or the one that holds those of scenarios.

    One that is `known` is not read again.
    """
    folders = sorted(
        {each.parent for each in (*path.glob("[!.]*/manifest.json"), *path.glob("[!.]*/[!.]*/manifest.json"))}
    )
    read = (known if known is not None and folder == known.path else find(folder, kinds) for folder in folders)
    return [found for found in read if found is not None]


def load(path: Path, kinds: Mapping[str, AnyKind]) -> Answer[Any]:
    """Return the finished answer in a folder, or the newest of the folders right below it.

    Raises
    ------
    Refusal
        Where there is none, or where its files were changed since.
    """
    if (found := find(path, kinds)) is not None:
        return found
    if altered := Folder(path, next(iter(kinds.values()))).altered():
        values = {"files": ", ".join(altered), "folder": str(path)}
        raise Refusal(Message("{files} in {folder} are not those of the run any more; run the scenario again", values))
    if several := below(path, kinds):
        # Where answers of several kinds lie there, those of the kind that comes first: forecasts.
        first = next(kind for kind in kinds.values() if any(one.folder.kind is kind for one in several))
        several = [one for one in several if one.folder.kind is first]
        newest = max(several, key=lambda one: one.age)
        return replace(newest, older=len(several) - 1)
    other = ""
    with suppress(*_BROKEN):
        other = str(read_json(path / "manifest.json", MOST_IN_MANIFEST)["kind"])
    if other and other not in kinds:
        values = {"folder": str(path), "kind": other}
        raise Refusal(
            Message("{folder} holds an answer of another kind ({kind}): give the folder of a forecast", values)
        )
    message = Message(
        "{folder} is not the folder of a finished run; give the folder that forecast names after Files:",
        {"folder": str(path)},
    )
    raise Refusal(message)


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
