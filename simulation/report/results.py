"""Run folders: where a forecast is kept, how a finished one is found again, and what lies in it.

Knows names, order of writing and the manifest; must not know what the tables and figures show.
The only module that writes run folders.
"""

from __future__ import annotations

import platform
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..domain.messages import KampungError
from ..engine.effort import Effort
from ..inference.forecast import Forecast
from ..inputs.scenario import Scenario
from .chunks import ChunkFolder
from .files import digest, json_text, left_behind, read_json, remove, write_text
from .identity import RESULTS_FORMAT, data_files, effort_that_counts, input_hash, plain
from .kept_inputs import keep_inputs
from .language import DEFAULT
from .lock import alone
from .record import Record, record
from .single_villages import board_refusal, read_rows
from .tables import write_tables, write_trace

if TYPE_CHECKING:
    from ..engine.failure import Failure
    from ..engine.model import VillageAgent
    from ..inference.precision import PrecisionTrace

PACKAGES = ("kampung-kb", "numpy", "scipy", "mesa", "pyarrow", "matplotlib")
MOST_IN_MANIFEST = 1_250_000
"""Values and containers; those of 200,000 villages made in Python are fewer."""
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run: ``<out>/<scenario name>/<input hash>/``.

    Attributes
    ----------
    path
        Where it is, or will be.
    hash
        The input hash that names it.
    """

    path: Path
    hash: str

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        effort: Effort,
        seed: int,
        engine: str,
        out: str | Path = "results",
        agent_class: type[VillageAgent] | None = None,
        *,
        precision: float | None = None,
    ) -> RunFolder:
        """Return the folder that belongs to these inputs, whether it is there or not.

        With a `precision` to be reached, `effort` is where the doubling begins.

        Raises
        ------
        KampungError
            Where the scenario's name cannot name a folder.
        """
        if not _SAFE_NAME.fullmatch(scenario.name):
            raise KampungError(
                f"the name {scenario.name!r} cannot name a folder: use letters, digits, - and _, starting with a "
                "letter or digit"
            )
        digits = input_hash(scenario, effort, seed, engine, agent_class, precision=precision)
        return cls(Path(out) / scenario.name / digits, digits)

    @property
    def chunks(self) -> ChunkFolder:
        """Where chunks of an unfinished run are kept."""
        return ChunkFolder(self.path / ".chunks")

    def read(self) -> Record | None:
        """Return the record of a finished run; None where there is none, or where it is not as it was written."""
        try:
            if self._altered(read_json(self.path / "manifest.json", MOST_IN_MANIFEST)):
                return None
            result: Record = read_json(self.path / "forecast.json")
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return result if isinstance(result, dict) else None

    def altered(self) -> list[str]:
        """Return which files of a finished run are missing or no longer as they were written."""
        try:
            return self._altered(read_json(self.path / "manifest.json", MOST_IN_MANIFEST))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return []

    def reopen(self) -> None:
        """Take a folder for unfinished from now on, so that chunks of it are kept until it is finished again."""
        remove(self.path / "manifest.json")

    def _altered(self, manifest: dict[str, Any]) -> list[str]:
        return [name for name, written in manifest["files"].items() if not self._is(name, written)]

    def _is(self, name: str, written: str) -> bool:
        """Return whether a file is there, in this folder, with the hash that it was written with."""
        path = self.path / name
        return path.resolve().is_relative_to(self.path.resolve()) and path.is_file() and digest(path) == written

    @contextmanager
    def alone(
        self, waiting: Callable[[], None] = lambda: None, unlocked: Callable[[], None] = lambda: None
    ) -> Iterator[None]:
        """Hold the folder while something is written in it, and remove what processes that were killed left there.

        See `simulation.report.lock.alone`.
        """
        with alone(self.path, waiting, unlocked) as held:
            if held:
                for path in self.litter():
                    remove(path)
            yield

    def litter(self) -> list[Path]:
        """Return what a process that was killed left behind: half-written files, chunks of a finished run."""
        finished = (self.path / "manifest.json").is_file()
        return [*left_behind(self.path), *([self.chunks.folder] if finished and self.chunks.folder.is_dir() else [])]

    def write(
        self,
        forecast: Forecast,
        trace: PrecisionTrace | None = None,
        command: Callable[[Failure], str] | None = None,
    ) -> Record:
        """Write every table of a forecast, and how it became precise, the manifest last; return the record.

        `command` says how a failed trajectory is seen again; None says it in Python.
        The manifest holds each file's hash: one that lies there from an earlier run speaks for no other files.
        """
        result = record(forecast, trace)
        write_text(self.path / "forecast.json", json_text(result))
        files = ["forecast.json", *write_tables(forecast, result, self.path, command)]
        files += keep_inputs(forecast.scenario, self.path)
        if trace is not None:
            files.append(write_trace(forecast, trace, self.path))
        write_text(self.path / "manifest.json", json_text(self._manifest(forecast, files, trace)))
        self.chunks.remove()
        return result

    def missing_figures(self, result: Record, languages: Sequence[str]) -> list[tuple[str, str]]:
        """Return name and language of the figures that a run could have and has not."""
        return [
            (name, code)
            for name in (FIGURES if board_refusal(result) else (*FIGURES, BOARD))
            for code in languages
            if not all(path.is_file() for path in paths(self.path / "figures", name, code))
        ]

    def add_figures(self, result: Record, languages: Sequence[str]) -> bool:
        """Draw the figures that are missing in these languages, and return whether there were any."""
        missing = self.missing_figures(result, languages)
        if not missing:
            return False
        from . import plots

        drawable = {**result, "villages": read_rows(self.path)} if BOARD in dict(missing) else result
        for name, code in missing:
            figure = plots.DRAW[name](drawable, code, self.hash)
            plots.save_figure(figure, *paths(self.path / "figures", name, code), title=name)
        return True

    def log(self, event: str, **facts: object) -> None:
        """Add a line to ``run.log``, the only file of the folder that knows the time; no result depends on it."""
        line = " ".join(
            [datetime.now(UTC).isoformat(timespec="seconds"), event, *(f"{k}={v}" for k, v in facts.items())]
        )
        with suppress(OSError), (self.path / "run.log").open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")

    def _manifest(self, forecast: Forecast, files: list[str], trace: PrecisionTrace | None) -> dict[str, Any]:
        scenario = forecast.scenario
        effort = effort_that_counts(forecast.effort, forecast.engine)
        return {
            "input_hash": self.hash,
            "results_format": RESULTS_FORMAT,
            "scenario": plain(scenario.document),
            "data": data_files(scenario),
            "sources": dict(scenario.sources),
            "basis": list(forecast.basis),
            "seed": forecast.seed,
            "draws": effort.draws,
            "replicates": effort.replicates,
            **({} if trace is None else {"precision": _asked(trace)}),
            "engine": forecast.engine,
            "agent": None if forecast.agent_class is None else forecast.agent_class.__qualname__,
            "versions": versions(),
            "files": {name: digest(self.path / name) for name in files},
        }


def _asked(trace: PrecisionTrace) -> dict[str, float]:
    """Return what was asked for, of which the final draws and replicates came."""
    first = trace.steps[0]
    return {"half_width": trace.wanted, "draws": first.draws, "replicates": first.replicates}


FIGURES = ("fan_chart", "rises", "transition_matrix")
BOARD = "village_board"
"""Drawn where the status of every village is known."""


def paths(folder: Path, name: str, code: str) -> tuple[Path, Path]:
    """Return where a figure in a language lies, as SVG and as PNG."""
    return folder / f"{name}_{code}.svg", folder / f"{name}_{code}.png"


def save(forecast: Forecast, folder: str | Path = "results") -> Path:
    """Write a forecast to its run folder below `folder`, figures included, and return that folder.

    The same forecast goes to the same folder; one that is there already is left as it is, and figures
    that it lacks are added.
    """
    run = RunFolder.of(forecast.scenario, forecast.effort, forecast.seed, forecast.engine, folder, forecast.agent_class)
    languages = [forecast.scenario.language or DEFAULT]
    found = run.read()
    if found is None or run.missing_figures(found, languages):
        with run.alone(waiting=lambda: warnings.warn(f"waiting for the run that writes {run.path}", stacklevel=8)):
            result = run.read()
            if result is None:
                result = run.write(forecast)
                run.log("saved", engine=forecast.engine)
            run.add_figures(result, languages)
    return run.path


def versions() -> dict[str, str | None]:
    """Return the versions of Python and of the packages that numbers and figures come from."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found
