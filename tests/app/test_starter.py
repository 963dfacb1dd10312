"""The starter scenario that ``new`` writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulation.app.starter import write_starter
from simulation.inputs.problems import KampungError
from simulation.inputs.scenario import load_scenario
from simulation.report.language import LANGUAGES, language

OPTIONAL = re.compile(r"^( *)# ( *(?:- )?[a-z_]+:)", re.MULTILINE)
"""A line to be used by taking its sign away; explanations begin with a capital or hold no key."""


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_starter_loads_at_once(tmp_path: Path, code: str) -> None:
    """The two files are a whole scenario of a few villages with known statuses, in the reader's language."""
    scenario, table = write_starter(tmp_path / "new" / "kampung-baru", language(code))
    loaded = load_scenario(scenario)
    assert (scenario.name, table.name) == ("kampung-baru.yaml", "kampung-baru_villages.csv")
    assert (loaded.name, loaded.language) == ("kampung-baru", code)
    assert loaded.districts[0].status is not None


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_optional_lines_of_a_starter_load_too(tmp_path: Path, code: str) -> None:
    """Whoever takes all signs away, and the status column out of the table, gets a scenario that loads."""
    path, table = write_starter(tmp_path / "coba", language(code))
    text, opened = OPTIONAL.subn(r"\1\2", path.read_text(encoding="utf-8"))
    assert opened == 15
    path.write_text(text, encoding="utf-8")
    rows = [line.split(",") for line in table.read_text(encoding="utf-8").splitlines()]
    place = rows[0].index("status")
    table.write_text("\n".join(",".join(row[:place] + row[place + 1 :]) for row in rows), encoding="utf-8")
    scenario = load_scenario(path)
    assert [plan.name for plan in scenario.interventions] == ["pokja"]
    assert scenario.parameters.scalars["fall"].fixed
    assert scenario.districts[0].status_counts is not None
    assert scenario.document["villages"]["as_of"] == "2025-12-31"


@pytest.mark.parametrize("there", ["coba.yaml", "coba_villages.csv"])
def test_a_starter_overwrites_nothing(tmp_path: Path, there: str) -> None:
    """Where one of its files is there already, none is written."""
    (tmp_path / there).write_text("mine")
    with pytest.raises(KampungError, match="left as it is"):
        write_starter(tmp_path / "coba", language("en"))
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


@pytest.mark.parametrize("name", ["A", "a" * 61, "-x", "x\n", "..", "x.y"])
def test_a_starter_needs_a_name_that_can_be_one(tmp_path: Path, name: str) -> None:
    """Another name is refused and nothing is written."""
    with pytest.raises(KampungError, match="no name for a scenario"):
        write_starter(tmp_path / "below" / name, language("en"))
    assert list(tmp_path.iterdir()) == []
