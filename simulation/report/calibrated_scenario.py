"""Draws of a calibration, and the scenario that uses them: files beside the scenario that was calibrated."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..inference.calibration.posterior import Posterior
from ..inputs.files import project_root
from ..inputs.posterior import METADATA_KEY, metadata
from ..inputs.resolve import yaml_of
from ..inputs.scenario import Scenario
from .files import write_bytes, write_parquet, write_text
from .language import LANGUAGES, language

ENDING = ".parquet"
_MARK = "# Ditulis oleh kampungkb calibrate"
_HEAD = f"""{_MARK}, dan ditimpa setiap kali perintah itu dijalankan.
# Written by kampungkb calibrate, which writes over it every time.
"""


def write_posterior(posterior: Posterior, path: str | Path) -> Path:
    """Write a column per uncertain parameter and per village, and one row per draw, whole, and return the path.

    The file names the data behind it (`basis`) and the parameters that were learned (`learned`): a scenario takes
    those and the villages' effects from it, and keeps its own numbers and priors for the others.

    Parameters
    ----------
    posterior
        From `calibrate`.
    path
        Where the file goes, usually ``….parquet`` beside the scenario.

    Returns
    -------
    Path
        The file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/contoh_belajar.yaml")
    >>> gathered = kkb.read_evidence("scenarios/data/contoh_belajar_daftar.xlsx", scenario)
    >>> posterior = kkb.calibrate(gathered.evidence, scenario, draws=100)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     kkb.write_posterior(posterior, Path(folder) / "draws.parquet").name
    'draws.parquet'
    """
    path = Path(path)
    said = metadata(posterior.basis, posterior.learned, posterior.past, seed=posterior.seed)
    columns = {str(key): values for key, values in {**posterior.draws, **posterior.columns}.items()}
    write_parquet(path, [columns], {METADATA_KEY: said})
    return path


@dataclass(frozen=True)
class CalibratedScenario:
    """Where draws and the scenario that uses them lie.

    Attributes
    ----------
    draws
        The Parquet file of draws.
    scenario
        The scenario file that was calibrated.
    """

    draws: Path
    scenario: Path

    @property
    def overlay(self) -> Path:
        """The scenario that uses the draws: beside them, with their name."""
        return self.draws.with_suffix(".yaml")

    @property
    def within(self) -> bool:
        """Whether a scenario beside the draws may name the one that was calibrated."""
        return self.scenario.resolve().is_relative_to(project_root(self.draws.absolute().parent))

    @property
    def taken(self) -> bool:
        """Whether another file has the name of the scenario that would be written."""
        if not self.overlay.exists():
            return False
        try:
            return not self.overlay.read_text(encoding="utf-8").startswith(_MARK)
        except (OSError, ValueError):
            return True

    def write(self, draws: bytes, scenario: Scenario) -> None:
        """Write the draws, then the scenario that uses them."""
        write_bytes(self.draws, draws)
        base = os.path.relpath(self.scenario.absolute(), self.overlay.absolute().parent).replace(os.sep, "/")
        write_text(self.overlay, _HEAD + yaml_of(calibrated(scenario, base, self.draws.name)))


def calibrated(scenario: Scenario, base: str, draws: str) -> dict[str, Any]:
    """Return the scenario file that uses draws.

    Parameters
    ----------
    scenario, base
        The one that was calibrated, and its file.
    draws
        Theirs; both paths are relative to the file that is returned.
    """
    return {
        "extends": base,
        "name": f"{scenario.name[:49]}-calibrated",
        "title": {code: _title(scenario, code) for code in LANGUAGES},
        "transition": {"parameters_from": draws},
    }


def _title(scenario: Scenario, code: str) -> str:
    return language(code).say("{title}, calibrated", title=scenario.title.get(code) or scenario.name)
