"""Folders of the answers that are not forecasts: comparisons, plans, sensitivities.

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
from .files import json_text, write_csv, write_text
from .identity import HASH_DIGITS, RESULTS_FORMAT, data_files, plain
from .kept_inputs import keep_inputs
from .results import versions

if TYPE_CHECKING:
    from .plots_page import Figure

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """A CSV table of an answer."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


@dataclass(frozen=True)
class AnswerFolder:
    """The folder of one answer: ``<out>/<scenario name>/<hash>/``.

    Attributes
    ----------
    path
        Where it is, or will be.
    hash
        Names it: over what was asked and the input hashes of every scenario in it.
    kind
        ``comparison``, ``plan`` or ``sensitivity``: ``<kind>.json`` holds the answer.
    """

    path: Path
    hash: str
    kind: str

    @classmethod
    def of(cls, kind: str, name: str, runs: Sequence[str], options: Mapping[str, Any], out: Path) -> AnswerFolder:
        """Return the folder that belongs to a question, whether it is there or not.

        Parameters
        ----------
        name
            Of the scenario that is asked about.
        runs
            Input hash (`identity.input_hash`) of each scenario; the first is the one asked about.
        options
            What else was asked, as plain data.
        """
        identity = {"kind": kind, "results": RESULTS_FORMAT, "runs": list(runs), "options": plain(options)}
        text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
        digits = sha256(text.encode()).hexdigest()[:HASH_DIGITS]
        return cls(out / name / digits, digits, kind)

    def read(self) -> dict[str, Any] | None:
        """Return a finished answer; None where there is none, or where a file of it is missing."""
        try:
            manifest = json.loads((self.path / "manifest.json").read_text(encoding="utf-8"))
            if not all((self.path / name).is_file() for name in manifest["files"]):
                return None
            answer: dict[str, Any] = json.loads((self.path / f"{self.kind}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return answer

    def write(
        self, answer: Answer, tables: Iterable[Table], scenarios: Sequence[Scenario], options: Mapping[str, Any]
    ) -> None:
        """Write an answer with its tables and what it was made from, the manifest last."""
        (self.path / "manifest.json").unlink(missing_ok=True)
        files = [f"{self.kind}.json"]
        write_text(self.path / files[0], json_text(answer))
        for table in tables:
            write_csv(self.path / table.name, table.columns, table.rows)
            files.append(table.name)
        for number, scenario in enumerate(scenarios, start=1):
            under = f"inputs/{number}_{scenario.name}"
            files += [f"{under}/{name}" for name in keep_inputs(scenario, self.path / under)]
        manifest = {
            "input_hash": self.hash,
            "results_format": RESULTS_FORMAT,
            "kind": self.kind,
            "options": plain(options),
            "scenarios": [plain(scenario.document or scenario) for scenario in scenarios],
            "data": [data_files(scenario) for scenario in scenarios],
            "versions": versions(),
            "files": files,
        }
        write_text(self.path / "manifest.json", json_text(manifest))

    def add_figure(self, draw: Callable[[Answer, str, str], Figure], answer: Answer, code: str) -> None:
        """Draw the answer's figure in a language, unless it is there already."""
        from .plots_page import save_figure

        svg, png = (self.path / "figures" / f"{self.kind}_{code}.{ending}" for ending in ("svg", "png"))
        if not (svg.is_file() and png.is_file()):
            save_figure(draw(answer, code, self.hash), svg, png, title=self.kind)
