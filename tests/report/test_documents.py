"""Briefs and workbooks as Python asks for them: by folder, and by language."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import simulation as kkb
from simulation.inference.forecast import Forecast
from simulation.report.language import language


@pytest.fixture(scope="module")
def saved(small: Forecast, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a saved forecast."""
    return kkb.save(small, tmp_path_factory.mktemp("results"))


@pytest.mark.slow
def test_a_workbook_is_written_beside_the_tables_of_its_run(saved: Path) -> None:
    """In the scenario's language unless another is asked for."""
    for asked, spoken in ((None, "id"), ("en", "en")):
        path = kkb.export(saved, asked)
        assert path == saved / "forecast.xlsx"
        assert openpyxl.load_workbook(path).sheetnames[0] == language(spoken).say("Answer")


@pytest.mark.slow
def test_a_brief_is_written_of_the_folder_that_holds_its_runs(saved: Path, small: Forecast) -> None:
    """The parent folder stands for all answers in it; what was edited is kept."""
    pytest.importorskip("docx")
    kkb.save(kkb.compare(small.scenario, small.scenario, draws=4, replicates=2), saved.parents[1])
    files = kkb.brief(str(saved.parent), language="en")
    word = files[0]
    assert word == saved / "brief.docx"
    assert {path.name for path in files} >= {"brief.docx", "annex.docx"}
    assert all(path.stat().st_size > 10_000 for path in files)
    word.write_bytes(b"edited")
    assert kkb.brief(saved, language="en")[0] == saved / "brief_2.docx"
    assert word.read_bytes() == b"edited"


@pytest.mark.slow
def test_folders_without_a_forecast_and_unknown_languages_are_refused(tmp_path: Path, saved: Path) -> None:
    """With the reason."""
    for ask in (kkb.brief, kkb.export):
        with pytest.raises(kkb.KampungError, match="not the folder of a finished run"):
            ask(tmp_path)
        with pytest.raises(kkb.KampungError, match="there is no language"):
            ask(saved, language="de")
