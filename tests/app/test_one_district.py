"""One district of a scenario of several, named by its code."""

from __future__ import annotations

from pathlib import Path

from command_line import Run

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def test_every_command_that_takes_one_district_says_how_to_name_it(run: Run, tmp_path: Path) -> None:
    """And takes it then."""
    for name in ("provinsi_contoh.yaml", "data/contoh_kabupaten.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((SCENARIOS / name).read_bytes())
    (tmp_path / "lain.yaml").write_text("extends: provinsi_contoh.yaml\nname: lain\ntransition: {rise: {dasar: 0.2}}\n")
    command = ("compare", "provinsi_contoh.yaml", "lain.yaml", "--draws", "20", "--no-figures", "--lang", "en")
    refused = run(*command)
    assert refused.returncode == 2
    assert "name it with --district CODE" in refused.stderr
    assert "33 Kampung KB" in run(*command, "--district", "99.72").stdout
    other = run(*command, "--district", "99.73")
    assert (other.returncode, "it has 99.11" in other.stderr) == (2, True)
