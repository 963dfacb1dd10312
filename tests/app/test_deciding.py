"""From the command line: what drives the answer, choices, and documents to hand out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import ROOT, Run, unbroken
from docx import Document

SCENARIO = ROOT / "scenarios" / "tanah_laut.yaml"
POKJA = ROOT / "scenarios" / "tanah_laut_pokja.yaml"
SMALL = ("--draws", "16", "--replicates", "8", "--workers", "1")


@pytest.mark.slow
def test_sensitivity_answers_and_is_found_again(run: Run, tmp_path: Path) -> None:
    """In 80 columns, with a folder that holds the analysis and its figure; the second time it is found."""
    first = run("sensitivity", POKJA, *SMALL, "--lang", "en")
    assert first.returncode == 0, first.stderr
    assert max(map(len, first.stdout.splitlines()[:-1])) <= 80
    assert "Too few points to say what the chance of meeting the target of 2026 depends on" in unbroken(first.stdout)
    (folder,) = tmp_path.glob("results/tanah-laut-pokja/*/")
    assert {path.name for path in folder.iterdir()} >= {
        "sensitivity.json",
        "sensitivity.csv",
        "manifest.json",
        "figures",
    }
    again = run("sensitivity", POKJA, *SMALL, "--lang", "en")
    assert again.stdout == first.stdout
    assert "Already computed" in again.stderr


def test_sensitivity_as_data_has_the_keys_of_the_contract(run: Run) -> None:
    """Nothing else is printed on stdout."""
    done = run("sensitivity", POKJA, *SMALL, "--json", "--no-figures")
    answer = json.loads(done.stdout)
    assert {"method", "parameters"} <= set(answer)
    assert {"mu_star", "first", "total", "interval90"} == set(answer["parameters"]["rise.dasar"])


def test_sensitivity_of_a_wrong_year_or_a_fixed_scenario_is_bad_input(run: Run) -> None:
    """Exit code 2, the reason, and no folder."""
    done = run("sensitivity", POKJA, *SMALL, "--year", "2050", "--lang", "en")
    assert done.returncode == 2
    assert "2050 is not a year of the scenario; choose one of 2026 to 2030" in unbroken(done.stderr)


def test_robustness_shows_chances_and_regrets(run: Run) -> None:
    """A row a state, the languages apart, and a scenario of other villages refused."""
    done = run("robustness", SCENARIO, POKJA, "--draws", "20", "--replicates", "5", "--lang", "id", "--verbose")
    assert done.returncode == 0, done.stderr
    assert "kenaikan lambat" in unbroken(done.stdout)
    assert "Selisih dari pilihan terbaik (regret), persen poin" in unbroken(done.stdout)
    refused = run("robustness", SCENARIO, ROOT / "scenarios" / "tabanan.yaml", "--lang", "en")
    assert refused.returncode == 2
    assert run("robustness", SCENARIO, "--lang", "en").returncode == 2


@pytest.mark.slow
def test_discover_answers_and_a_brief_takes_it_in(run: Run, tmp_path: Path) -> None:
    """In words, as data, and as a limit that a brief of the same scenario tells."""
    assert run("forecast", POKJA, "--draws", "20", "--replicates", "8", "--no-figures", "--quiet").returncode == 0
    asked = ("discover", POKJA, "--fails-below", "0.8", "--draws", "400", "--replicates", "8", "--workers", "1")
    done = run(*asked, "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines()[:-1])) <= 80
    told = "mostly below 80% under these assumptions: chance of rising from dasar"
    assert told in unbroken(done.stdout)
    data = json.loads(run(*asked, "--json").stdout)
    assert {"years", "fails_below", "failing", "boxes", "parameters", "efforts"} <= set(data)
    assert {"coverage", "density", "restrictions"} <= set(data["boxes"][0])
    folders = [path.parent for path in tmp_path.glob("results/*/*/manifest.json")]
    assert {path.name for folder in folders for path in (folder / "figures").glob("*_en.svg")} == {"discovery_en.svg"}
    assert run("brief", *folders, "--lang", "en").returncode == 0
    (brief,) = tmp_path.glob("results/*/*/brief.docx")
    assert told in unbroken("\n".join(paragraph.text for paragraph in Document(str(brief)).paragraphs))


@pytest.mark.slow
def test_brief_and_workbook_are_written_into_the_run_folder(run: Run, tmp_path: Path) -> None:
    """The folder above stands for its only run; an edited brief is kept and named."""
    assert run("forecast", POKJA, "--draws", "20", "--replicates", "10", "--quiet").returncode == 0
    (folder,) = tmp_path.glob("results/tanah-laut-pokja/*/")
    done = run("brief", folder.parent, "--lang", "id")
    assert done.returncode == 0, done.stderr
    assert "brief.docx" in done.stdout
    assert "brief.pdf" in done.stdout
    (folder / "brief.docx").write_bytes(b"edited")
    again = run("brief", folder, "--lang", "id")
    assert "brief_2.docx" in again.stdout
    assert (folder / "brief.docx").read_bytes() == b"edited"
    written = json.loads(run("export", folder, "--xlsx", "--json").stdout)["written"]
    assert [Path(path).name for path in written] == ["forecast.xlsx"]
    assert (folder / "forecast.xlsx").is_file()


def test_a_brief_of_no_run_is_bad_input(run: Run, tmp_path: Path) -> None:
    """The refusal names the folder and where the right one is found."""
    for command in ("brief", "export"):
        done = run(command, tmp_path, "--lang", "en")
        assert done.returncode == 2
        assert "is not the folder of a finished run" in unbroken(done.stderr)
