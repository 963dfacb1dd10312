"""Whatever a command shows, its numbers are written as its language writes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from foreign_numbers import FOREIGN, OWN
from refusal_cases import KNOWN
from typer.testing import CliRunner

from simulation.app.cli import app

SCENARIO = """\
schema: 1
name: coba
district: {code: "63.01", name: Kabupaten Contoh}
origin: 2025
horizon: 3
villages: {table: villages.csv}
transition: {covariates: {remoteness: 0.9}}
interventions:
  - {name: pokja, starts: 2026, coverage: 0.4, cost_idr_million: 12.5}
"""
EFFORT = "--draws 20 --replicates 20 --no-figures"
COMMANDS = {
    "forecast": f"forecast scenario.yaml {EFFORT} --verbose",
    "explain": "explain results/coba 63.01.1.05",
    "compare": f"compare scenario.yaml tanpa.yaml {EFFORT}",
    "check": "check salah.yaml",
}
CODES_AND_VERSIONS = re.compile(r"63\.01[.\d]*|\b(python|[a-z-]+) \d+\.\d+\.\d+")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a scenario, one without its intervention, one that is wrong, and a finished run."""
    folder = tmp_path_factory.mktemp("angka")
    (folder / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    (folder / "tanpa.yaml").write_text("extends: scenario.yaml\nname: tanpa\nremove: [pokja]\n", encoding="utf-8")
    (folder / "salah.yaml").write_text(f"{SCENARIO}title: {{id: {'panjang ' * 300}}}\n", encoding="utf-8")
    (folder / "villages.csv").write_text(KNOWN, encoding="utf-8")
    return folder


@pytest.mark.parametrize("code", ["id", "en"])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_writes_every_number_in_its_language(
    folder: Path, name: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables, sentences and notes alike, on stdout and stderr."""
    monkeypatch.chdir(folder)
    if name == "explain":
        CliRunner().invoke(app, ["forecast", "scenario.yaml", *EFFORT.split()])
    done = CliRunner().invoke(app, [*COMMANDS[name].split(), "--lang", code])
    text = CODES_AND_VERSIONS.sub("", done.stdout + done.stderr)
    assert FOREIGN[code].findall(text) == []
    assert OWN[code].search(text) or "2.000" in text or "2,000" in text, text
