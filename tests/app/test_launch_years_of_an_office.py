"""An office's workbook gives one forecast however its columns are headed; what its launch years do to it is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from command_line import ROOT, Run
from openpyxl import load_workbook

from simulation.domain.evidence import Evidence
from simulation.inputs.observations.evidence import read_evidence
from simulation.inputs.scenario import load_scenario

WORKBOOK = ROOT / "tests" / "data" / "office" / "EDITED_DATA KAMPUNG KB SUKAMAJU.xlsx"
HEADER = 4
SOME = 50
"""Villages at the top of the list that are enough where a calibration is run."""
YEAR_LEFT_OUT = {"KLASIFIKASI 2025": "KLASIFIKASI KAMPUNG KB", "STATUS": None}
NO_LAUNCH_YEARS = {"TAHUN DICANANGKAN": "CATATAN LAIN"}
SCENARIO = """\
schema: 1
name: sukamaju
district: {code: "63.14", name: Kabupaten Sukamaju}
origin: 2025
horizon: 1
villages: {table: daftar.xlsx}
"""


def lay_out(folder: Path, changed: Mapping[str, str | None] | None = None, villages: int | None = None) -> None:
    """Write the workbook with other headers, None for a column taken out, and a scenario that names it."""
    book = load_workbook(WORKBOOK)
    sheet = book.worksheets[0]
    for cell in list(sheet[HEADER]):
        if cell.value in (changed or {}):
            cell.value = (changed or {})[cell.value]
            if cell.value is None:
                sheet.delete_cols(cell.column)
    if villages is not None:
        sheet.delete_rows(HEADER + 1 + villages, sheet.max_row)
    book.save(folder / "daftar.xlsx")
    (folder / "sukamaju.yaml").write_text(SCENARIO, encoding="utf-8")


def learned_from(folder: Path) -> Evidence:
    """Return what the workbook says of the past."""
    return read_evidence(folder / "daftar.xlsx", load_scenario(folder / "sukamaju.yaml")).evidence


def test_a_header_with_its_year_and_one_without_are_the_same_evidence(tmp_path: Path) -> None:
    """So that the forecast is one; of the 148 villages 8 rose and 2 fell, as far as both years are known."""
    lay_out(tmp_path)
    dated = learned_from(tmp_path)
    lay_out(tmp_path, YEAR_LEFT_OUT)
    undated = learned_from(tmp_path)
    (panel,), (other,) = dated.panels, undated.panels
    before, now = panel.status.T

    assert (panel.codes, panel.years) == (other.codes, other.years)
    assert panel.status.tolist() == other.status.tolist()
    assert [(one.codes, one.launch_year.tolist()) for one in dated.launches] == [
        (one.codes, one.launch_year.tolist()) for one in undated.launches
    ]
    known = (before >= 0) & (now >= 0)
    assert (panel.status.shape, int((now > before)[known].sum()), int((now < before)[known].sum())) == ((148, 2), 8, 2)


@pytest.mark.slow
def test_what_launch_years_do_to_the_answer_is_what_a_list_without_them_gives(run: Run, tmp_path: Path) -> None:
    """Told beside the answer from all data, before anybody takes the column out."""
    lay_out(tmp_path, villages=SOME)
    whole, without_lists, without_launches, priors = _weights(run)
    lay_out(tmp_path, NO_LAUNCH_YEARS, SOME)
    alone, alone_priors = _weights(run)

    assert [one["without"] for one in (without_lists, without_launches)] == [["panel"], ["launch_years"]]
    assert without_launches["probability_met"] == pytest.approx(alone["probability_met"], abs=1e-9)
    assert priors["probability_met"] == pytest.approx(alone_priors["probability_met"], abs=1e-9)
    assert whole["probability_met"] != pytest.approx(alone["probability_met"], abs=1e-3)


def _weights(run: Run) -> list[dict[str, Any]]:
    """Return what a calibration on the workbook tells of each kind of data."""
    done = run(
        "calibrate", "daftar.xlsx", "--scenario", "sukamaju.yaml", "--draws", 50, "--no-figures", "--json", "--force"
    )
    assert done.returncode == 0, done.stderr
    weights: list[dict[str, Any]] = json.loads(done.stdout)["weights"]
    return weights
