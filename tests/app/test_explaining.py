"""``kampungkb explain``: why one village rises or not, from the run folder alone."""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pytest
from districts import everything_on
from told import written

from simulation.app.cli import main
from simulation.inference.explanation import Component, Reach, VillageChance, explain
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import load_scenario
from simulation.report.document.blocks import Paragraph
from simulation.report.kinds.explanation import (
    EXPLANATION,
    ExplanationResult,
    measured,
    reach_table,
    why,
)
from simulation.report.kinds.head import Head
from simulation.report.kinds.kind import Source, Work
from simulation.report.language import language

ROOT = Path(__file__).parents[2]
FIRST, TOP, MANDIRI = "99.01.01.2001", "99.01.02.2008", "99.01.01.2008"
KEYS = {one.name for one in fields(VillageChance)}


@dataclass
class Done:
    """What the command said, and how it ended."""

    code: int
    stdout: str
    stderr: str


Explain = Callable[..., Done]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished run of the invented district, moved away from where it was written."""
    out = tmp_path_factory.mktemp("runs")
    made = forecast(load_scenario(ROOT / "scenarios" / "contoh.yaml"), 60, 40, 9)
    shutil.move(written(made, out).path, out / "moved")
    return out / "moved"


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Explain:
    """Return a function that runs ``kampungkb explain`` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LANG", raising=False)

    def command(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["kampungkb", "explain", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return command


def line(text: str) -> str:
    """Return text without its line breaks."""
    return " ".join(text.split())


def test_the_answer_is_given_in_both_languages_and_80_columns(run: Path, told: Explain) -> None:
    """The scenario's own language first; village, chance, what it comes from, and what it would take."""
    own, english = (told(run, FIRST, "--verbose", *more) for more in ((), ("--lang", "en")))
    assert (own.code, own.stderr, english.code, english.stderr) == (0, "", 0, "")
    for said in (own.stdout, english.stdout):
        assert max(map(len, said.splitlines())) <= 80
    assert "Anggrek 1 (99.01.01.2001), Kecamatan Anggrek: dasar pada akhir 2025" in own.stdout
    assert "Asal peluang itu" in own.stdout
    assert len(told(run, FIRST).stdout.splitlines()) <= 25
    assert "Dasar hitungan:" in own.stdout
    assert "rises in status in 2026." in line(english.stdout)
    assert "What sets it apart most: jam_ke_ibu_kota: 4 (district mean 2.09)" in line(english.stdout)
    assert "Invented example, no real district" in english.stdout


def test_chances_stand_below_the_rows_that_make_them(run: Path, told: Explain) -> None:
    """Typical village, this village in a typical year, with luck, with interventions: the last as in villages.csv."""
    rows = told(run, FIRST, "--lang", "en", "--verbose").stdout.split("component", 1)[1].split("\n\n", 1)[0]
    chances = [float(text) for text in re.findall(r"(\d+\.\d)%$", rows, re.MULTILINE)]
    with (run / "villages.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = [r for r in csv.DictReader(stream) if r["village_code"] == FIRST and r["year"] == "2026"]
    assert len(chances) == 4
    assert chances[-1] == pytest.approx(100 * float(row["probability_rises"]), abs=0.05)


def test_json_has_the_keys_that_are_documented(run: Path, told: Explain) -> None:
    """Chance as in villages.csv, odds ratios of all that acts; no sentences, whatever the language."""
    done = told(run, FIRST, "--json", "--year", "2027")
    data: dict[str, Any] = json.loads(done.stdout)
    assert set(data) == KEYS | {one.name for one in fields(Head)} - {
        "mechanisms",
        "own_target",
    }  # there where there are any
    page = (ROOT / "results" / "README.md").read_text(encoding="utf-8")
    assert all(f"`{key}`" in page for key in KEYS)
    with (run / "villages.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = [r for r in csv.DictReader(stream) if r["village_code"] == FIRST and r["year"] == "2027"]
    assert data["probability_rises"] == float(row["probability_rises"])
    assert abs(data["probability_rises"] - data["chance"]) < 0.05
    acting = [part for part in data["components"] if part["acts"] and part["kind"] != "waiting"]
    assert all(len(part["odds_ratio"]) == 3 for part in acting)
    assert sum(data["levels"].values()) == pytest.approx(1, abs=1e-5)
    assert (data["draws"], data["replicates"], data["year"]) == (60, 40, 2027)
    assert [part["name"] for part in data["components"] if part["kind"] == "intervention"] == ["pokja", "rumah_dataku"]
    assert data["by_year"]["2027"] == data["probability_rises"]
    assert json.loads(told(run, FIRST, "--json", "--lang", "en", "--year", "2027").stdout) == data


def test_a_village_may_be_asked_for_by_its_name(run: Path, told: Explain) -> None:
    """However it is spaced and capitalised, where no other village has it."""
    assert told(run, " ANGGREK  1").stdout == told(run, FIRST).stdout


def test_a_village_at_the_top_cannot_rise(run: Path, told: Explain) -> None:
    """It is said in one sentence, without a table of nothing; a year later it may have fallen."""
    said = told(run, TOP, "--lang", "en").stdout
    assert "Cempaka 8 is at paripurna, the highest status, and cannot rise in 2026." in line(said)
    assert "Where the chance comes from" not in said
    assert "2026 –;" in said
    assert "tidak dapat naik pada 2026" in line(told(run, TOP).stdout)
    assert "of the simulations it is at paripurna by then" in line(
        told(run, TOP, "--year", 2028, "--lang", "en").stdout
    )


@pytest.mark.parametrize(
    ("lang", "unknown", "other_year"),
    [
        ("en", "code or the name 99.01.01.201; likely meant: Anggrek 1 (Kecamatan Anggrek, 99.01.01.2001);", "not"),
        ("id", "mungkin maksudnya: Anggrek 1 (Kecamatan Anggrek, 99.01.01.2001); ", "tidak"),
    ],
)
def test_what_is_not_in_the_run_ends_with_2(run: Path, told: Explain, lang: str, unknown: str, other_year: str) -> None:
    """An unknown code, with the likely ones; a year outside the forecast; nothing on stdout, not even with --json."""
    for arguments, said in (((run, "99.01.01.201"), unknown), ((run, FIRST, "--year", 2031), other_year)):
        for more in ((), ("--json",)):
            done = told(*arguments, "--lang", lang, *more)
            assert (done.code, done.stdout) == (2, "")
            assert said in line(done.stderr)


@pytest.mark.parametrize(
    ("lang", "reason"),
    [
        ("en", "the status of this village, or of each one, is not known; fill in the column status"),
        ("id", "status kampung ini, atau status setiap kampung, tidak diketahui; isi kolom status di tabel kampung"),
    ],
)
def test_where_only_counts_are_known_the_reason_is_given(tmp_path: Path, told: Explain, lang: str, reason: str) -> None:
    """Exit code 2: no village of Tanah Laut can be told from another."""
    made = forecast(load_scenario(ROOT / "scenarios" / "tanah_laut.yaml"), 4, 5, 9)
    folder = written(made, tmp_path).path
    code = made.districts[0].villages.codes[3]
    for asked in (code, "99"):
        done = told(folder, asked, "--lang", lang)
        assert (done.code, done.stdout) == (2, "")
        assert reason in line(done.stderr)


def test_an_agent_of_ones_own_is_not_explained(run: Path, tmp_path: Path, told: Explain) -> None:
    """The manifest names it, and its law is not known here."""
    shutil.copytree(run, tmp_path / "own")
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    (tmp_path / "own" / "manifest.json").write_text(
        json.dumps({**manifest, "laws": [[{"name": "Stubborn"}]]}), encoding="utf-8"
    )
    done = told(tmp_path / "own", FIRST, "--lang", "en")
    assert done.code == 2
    assert "a law of its own (Stubborn)" in done.stderr


def test_what_is_kept_of_an_explanation_gives_it_again() -> None:
    """Of a forecast, its counted chances among it."""
    made = forecast(load_scenario(ROOT / "scenarios" / "contoh.yaml"), 20, 10, 9)
    told = explain(made, FIRST, 2027)
    again = EXPLANATION.compute(EXPLANATION.question(told), Work())
    assert again == told
    assert EXPLANATION.result(again) == EXPLANATION.result(told)


@pytest.fixture(scope="module")
def found() -> ExplanationResult:
    """Return an explanation whose parts a test may change."""
    scenario = everything_on()
    return EXPLANATION.result(explain(scenario, scenario.districts[0].codes[2], replicates=30))


def part(kind: str, ratio: float, name: str = "") -> Component:
    """Return a component that acts in half of the trajectories."""
    odds_ratio = None if kind == "waiting" else (ratio, ratio, ratio)
    return Component(kind, name, True, 0.5, odds_ratio, 0.5 * math.log(ratio))


@pytest.mark.parametrize(
    ("component", "english", "indonesian"),
    [
        (part("covariate", 1.73, "remote"), "most: remote: 2 (district mean 1.84).", "remote: 2"),
        (part("peers", 2.0), "most: kecamatan: 25% of its other villages", "25%"),
        (part("intervention", 2.4, "pokja"), "most: intervention pokja.", "intervensi pokja"),
        (part("waiting", 0.25), "(min_years).", "min_years"),
        (part("village", 1.5), "most: its own past, in which it rose sooner", "lebih cepat"),
        (part("village", 0.5), "most: its own past, in which it rose later", "lebih lambat"),
        (part("covariate", 1.01, "remote"), "Nothing that is known sets it apart", "Tidak ada"),
    ],
)
def test_what_matters_most_is_said(
    found: ExplanationResult, component: Component, english: str, indonesian: str
) -> None:
    """One sentence for each kind."""
    luck = replace(part("year", 9.0), foreseeable=False)
    changed = replace(found, components=(component, luck), share_above=0.25, covariates={"remote": (2.0, 1.84)})
    assert english in " ".join(why(language("en"), changed))
    assert indonesian in " ".join(why(language("id"), changed))


@pytest.mark.parametrize(("share", "said"), [(0.02, "by +2.0"), (-0.02, "by −2.0"), (0.004, None)])
def test_what_nobody_can_foresee_is_said_where_it_counts(
    found: ExplanationResult, share: float, said: str | None
) -> None:
    """From half a percentage point on."""
    changed = replace(found, foreseen=0.1, without_interventions=0.1 + share)
    sentences = " ".join(why(language("en"), changed))
    assert ("What nobody can foresee" in sentences) == (said is not None)
    assert said is None or said in sentences


def test_later_chances_that_are_smaller_are_said_to_count_what_has_risen(found: ExplanationResult) -> None:
    """Only where they are smaller: a village is not doing worse for having risen already."""
    said = "smaller chances of later years do not mean"
    for by_year, expected in (({2026: 0.3, 2027: 0.2}, True), ({2026: 0.2, 2027: 0.3}, False), ({}, False)):
        blocks = EXPLANATION.document(replace(found, by_year=by_year), language("en"), Source()).blocks
        assert any(said in block.text for block in blocks if isinstance(block, Paragraph)) == expected


@pytest.mark.parametrize(
    ("assured", "every", "said"),
    [
        ((), None, "it is eligible for no intervention of the scenario"),
        ((None,), None, "it is eligible for no intervention of the scenario"),
        ((0.3,), 0.3, "its chance would be at most 30.0%."),
        ((0.3, 0.2), 0.4, "its chance would be at most 40.0%."),
    ],
)
def test_what_it_would_take_is_said(
    found: ExplanationResult, assured: tuple[float | None, ...], every: float | None, said: str
) -> None:
    """The most that assistance for certain could do; each intervention stands in its table, and all together."""
    reaches = tuple(Reach(f"lever{i}", 1.0, 0.2, chance) for i, chance in enumerate(assured))
    changed = replace(found, reach=reaches, if_all_assured=every)
    assert said in " ".join(why(language("en"), changed))
    if assured:  # without any there is no such table
        rows = reach_table(language("en"), changed).rows
        assert [row[-1] for row in rows] == [*assured, *([every] if len(assured) > 1 else [])]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (4.0, "4"),
        (3.25, "3,25"),
        (0.034, "0,0340"),
        (12345.678, "12.346"),
        (0.0, "0"),
        (-2.5, "-2,50"),
        (1e-9, "0,0000"),
    ],
)
def test_numbers_of_the_table_keep_three_digits(value: float, shown: str) -> None:
    """Whole numbers whole; a share is not rounded to nothing."""
    assert measured(language("id"), value) == shown
