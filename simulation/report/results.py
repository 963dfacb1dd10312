"""Run folders: where a forecast is kept, how a finished one is found again, and what lies in it.

Knows names, order of writing and the manifest; must not know what the tables and figures show.
The only module that writes run folders.
"""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine.ensemble import Effort
from ..inference.forecast import Forecast
from ..inputs.problems import KampungError
from ..inputs.scenario import Scenario
from .chunks import ChunkFolder
from .files import json_text, write_text
from .identity import RESULTS_FORMAT, data_files, effort_that_counts, input_hash, plain
from .kept_inputs import keep_inputs
from .language import DEFAULT
from .record import Record, record
from .tables import write_tables, write_trace

if TYPE_CHECKING:
    from ..engine.model import VillageAgent
    from ..inference.precision import PrecisionTrace

PACKAGES = ("kampung-kb", "numpy", "scipy", "mesa", "pyarrow", "matplotlib")
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
        """Return the record of a finished run; None where there is none, or where a table of it is missing."""
        try:
            manifest = json.loads((self.path / "manifest.json").read_text(encoding="utf-8"))
            if not all((self.path / name).is_file() for name in manifest["files"]):
                return None
            result: Record = json.loads((self.path / "forecast.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return result

    def write(self, forecast: Forecast, trace: PrecisionTrace | None = None) -> Record:
        """Write every table of a forecast, and how it became precise, the manifest last; return the record."""
        result = record(forecast, trace)
        (self.path / "manifest.json").unlink(missing_ok=True)
        write_text(self.path / "forecast.json", json_text(result))
        files = ["forecast.json", *write_tables(forecast, result, self.path)]
        files += keep_inputs(forecast.scenario, self.path)
        if trace is not None:
            files.append(write_trace(forecast, trace, self.path))
        self.chunks.remove()
        write_text(self.path / "manifest.json", json_text(self._manifest(forecast, files, trace)))
        return result

    def add_figures(self, result: Record, languages: Sequence[str]) -> bool:
        """Draw the figures that are missing in these languages, and return whether there were any."""
        figures = self.path / "figures"
        missing = [
            (name, code)
            for name in FIGURES
            for code in languages
            if not all(p.is_file() for p in paths(figures, name, code))
        ]
        if not missing:
            return False
        from . import plots

        for name, code in missing:
            plots.save_figure(plots.DRAW[name](result, code, self.hash), *paths(figures, name, code), title=name)
        return True

    def log(self, event: str, **facts: object) -> None:
        """Add a line to ``run.log``, the only file of the folder that knows the time."""
        self.path.mkdir(parents=True, exist_ok=True)
        line = " ".join(
            [datetime.now(UTC).isoformat(timespec="seconds"), event, *(f"{k}={v}" for k, v in facts.items())]
        )
        with (self.path / "run.log").open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")

    def _manifest(self, forecast: Forecast, files: list[str], trace: PrecisionTrace | None) -> dict[str, Any]:
        scenario = forecast.scenario
        effort = effort_that_counts(forecast.effort, forecast.engine)
        return {
            "input_hash": self.hash,
            "results_format": RESULTS_FORMAT,
            "scenario": plain(scenario.document or scenario),
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
            "files": files,
        }


def _asked(trace: PrecisionTrace) -> dict[str, float]:
    """Return what was asked for, of which the final draws and replicates came."""
    first = trace.steps[0]
    return {"half_width": trace.wanted, "draws": first.draws, "replicates": first.replicates}


FIGURES = ("fan_chart", "rises", "transition_matrix")


def paths(folder: Path, name: str, code: str) -> tuple[Path, Path]:
    """Return where a figure in a language lies, as SVG and as PNG."""
    return folder / f"{name}_{code}.svg", folder / f"{name}_{code}.png"


def save(forecast: Forecast, folder: str | Path = "results") -> Path:
    """Write a forecast to its run folder below `folder`, figures included, and return that folder.

    The same forecast goes to the same folder; one that is there already is left as it is, and figures
    that it lacks are added.
    """
    run = RunFolder.of(forecast.scenario, forecast.effort, forecast.seed, forecast.engine, folder, forecast.agent_class)
    result = run.read()
    if result is None:
        result = run.write(forecast)
        run.log("saved", engine=forecast.engine)
    run.add_figures(result, [forecast.scenario.language or DEFAULT])
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
