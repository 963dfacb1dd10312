"""The files of a calibration: draws, the scenario that uses them, the record, the figure.

Knows their names and what a scenario needs to use draws; must not know what the numbers mean.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...inference.calibration.posterior import Posterior
from ...inputs.document import as_yaml
from ...inputs.files import project_root
from ...inputs.scenario import Scenario
from ..files import json_text, write_text
from ..language import LANGUAGES, language
from ..posterior import write_posterior
from ..results import paths

if TYPE_CHECKING:
    from ..plots_page import Figure

ENDING = ".parquet"
_MARK = "# Ditulis oleh kampungkb calibrate"
_HEAD = f"""{_MARK}, dan ditimpa setiap kali perintah itu dijalankan.
# Written by kampungkb calibrate, which writes over it every time.
"""


@dataclass(frozen=True)
class CalibrationFiles:
    """Where the answer of ``calibrate`` is kept.

    Attributes
    ----------
    draws
        The Parquet file of draws; all others lie beside it and share its name.
    scenario
        The scenario file that was calibrated.
    """

    draws: Path
    scenario: Path

    @property
    def overlay(self) -> Path:
        """The scenario that uses the draws."""
        return self.draws.with_suffix(".yaml")

    @property
    def record(self) -> Path:
        """The record as JSON."""
        return self.draws.with_suffix(".json")

    def figure(self, code: str) -> tuple[Path, Path]:
        """Return the figure in a language, as SVG and as PNG."""
        return paths(self.draws.parent, self.draws.stem, code)

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

    def write(self, found: Posterior, scenario: Scenario, record: Mapping[str, Any]) -> None:
        """Write draws and record, then the scenario that uses the draws."""
        write_posterior(found, self.draws)
        write_text(self.record, json_text(record))
        write_text(self.overlay, self._overlay(scenario))

    def _overlay(self, scenario: Scenario) -> str:
        lines: dict[str, Any] = {
            "extends": os.path.relpath(self.scenario.absolute(), self.overlay.absolute().parent).replace(os.sep, "/"),
            "name": f"{scenario.name[:49]}-calibrated",
            "title": {code: _title(scenario, code) for code in LANGUAGES},
            "transition": {"parameters_from": self.draws.name},
        }
        return _HEAD + as_yaml(lines, str)

    def draw(self, figure: Figure, code: str) -> None:
        """Write the figure in a language."""
        from ..plots_page import save_figure

        save_figure(figure, *self.figure(code), title="calibration")


def _title(scenario: Scenario, code: str) -> str:
    return language(code).say("{title}, calibrated", title=scenario.title.get(code) or scenario.name)
