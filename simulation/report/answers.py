"""Folders of the answers that are not forecasts: comparisons, plans, sensitivities, choices.

Knows how such an answer is named, kept and found again; must not know what it says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..inputs.scenario import Scenario
from .files import digest, json_text, read_json, write_csv, write_text
from .identity import HASH_DIGITS, RESULTS_FORMAT, data_files, plain
from .kept_inputs import keep_inputs
from .language import DEFAULT
from .results import RunFolder, paths, versions

if TYPE_CHECKING:
    import pandas as pd

    from .plots_page import Figure

Answer = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """A CSV table of an answer."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]

    @classmethod
    def of(cls, name: str, frame: pd.DataFrame) -> Table:
        """Return the table that shows a frame, without its index."""
        return cls(name, [str(column) for column in frame], frame.itertuples(index=False))


@dataclass(frozen=True)
class Other:
    """Another file of an answer, such as a workbook: its name, and what writes it to a path."""

    name: str
    write: Callable[[Path], None]


@dataclass(frozen=True)
class AnswerFolder:
    """The folder of one answer: ``<out>/<scenario name>/<hash>/``.

    Attributes
    ----------
    run
        Where it is, or will be, and the hash that names it; it is held and logged in like a run's.
    kind
        ``comparison``, ``plan``, ``sensitivity`` or ``robustness``: ``<kind>.json`` holds the answer.
    """

    run: RunFolder
    kind: str

    @classmethod
    def of(cls, kind: str, runs: Sequence[RunFolder], options: Mapping[str, Any]) -> AnswerFolder:
        """Return the folder that belongs to a question, whether it is there or not.

        Parameters
        ----------
        runs
            Folder of the run of each scenario in it; it lies beside that of the first, the one asked about.
        options
            What else was asked, as plain data.
        """
        hashes = [run.hash for run in runs]
        identity = {"kind": kind, "results": RESULTS_FORMAT, "runs": hashes, "options": plain(options)}
        text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
        digits = sha256(text.encode()).hexdigest()[:HASH_DIGITS]
        return cls(RunFolder(runs[0].path.with_name(digits), digits), kind)

    def read(self) -> Answer | None:
        """Return a finished answer; None where there is none, or where it is not as it was written."""
        path = self.run.path
        if not (path / "manifest.json").is_file() or self.run.altered():
            return None
        try:
            answer: Answer = read_json(path / f"{self.kind}.json")
        except (OSError, ValueError):
            return None
        return answer if isinstance(answer, dict) else None

    def write(
        self, answer: Answer, tables: Iterable[Table | Other], scenarios: Sequence[Scenario], facts: Mapping[str, Any]
    ) -> None:
        """Write an answer with its tables and what it was made from, the manifest last.

        `facts` are what the manifest says besides: seed, draws, replicates, engine, options.
        """
        path, files = self.run.path, [f"{self.kind}.json"]
        write_text(path / files[0], json_text(answer))
        for table in tables:
            if isinstance(table, Other):
                table.write(path / table.name)
            else:
                write_csv(path / table.name, table.columns, table.rows)
            files.append(table.name)
        for number, scenario in enumerate(scenarios, start=1):
            under = f"inputs/{number}_{scenario.name}"
            files += [f"{under}/{name}" for name in keep_inputs(scenario, path / under)]
        manifest = {
            "input_hash": self.run.hash,
            "results_format": RESULTS_FORMAT,
            "kind": self.kind,
            **plain(facts),
            "scenarios": [plain(scenario.document) for scenario in scenarios],
            "data": [data_files(scenario) for scenario in scenarios],
            "versions": versions(),
            "files": {name: digest(path / name) for name in files},
        }
        write_text(path / "manifest.json", json_text(manifest))
        self.run.chunks.remove()

    def keep(
        self,
        write: Callable[[], Answer],
        draw: Callable[[Answer, str, str], Figure] | None = None,
        code: str = DEFAULT,
    ) -> Path:
        """Have an answer written, and its figure in a language drawn, unless they are there; return the folder."""
        missing = draw is not None and self.lacks_figure(code)
        if missing or self.read() is None:
            with self.run.alone():
                answer = self.read() or write()
                if draw is not None:
                    self.add_figure(draw, answer, code)
        return self.run.path

    def lacks_figure(self, code: str) -> bool:
        """Return whether the answer's figure in a language is not there."""
        return not all(path.is_file() for path in paths(self.run.path / "figures", self.kind, code))

    def add_figure(self, draw: Callable[[Answer, str, str], Figure], answer: Answer, code: str) -> bool:
        """Draw the answer's figure in a language, unless it is there already; return whether it was drawn."""
        from .plots_page import save_figure

        if not self.lacks_figure(code):
            return False
        figures = paths(self.run.path / "figures", self.kind, code)
        save_figure(draw(answer, code, self.run.hash), *figures, title=self.kind)
        return True


@dataclass(frozen=True)
class FinishedAnswer:
    """An answer whose folder is complete: where it is, and what its JSON file and its manifest say."""

    folder: AnswerFolder
    record: Any
    manifest: Mapping[str, Any]


def load_answer(path: Path) -> FinishedAnswer | None:
    """Return the finished answer in a folder; None where there is none, or where it is not as it was written."""
    try:
        manifest = read_json(path / "manifest.json")
        folder = AnswerFolder(RunFolder(path, manifest["input_hash"]), manifest["kind"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    answer = folder.read()
    return None if answer is None else FinishedAnswer(folder, answer, manifest)
