"""The answer in the terminal and the progress of a run."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from districts import everything_on
from told import in_terminal, result_of

from simulation.app.progress import ProgressReport
from simulation.domain.parameters import ParameterKey, default_prior
from simulation.domain.scenario import Provenance
from simulation.domain.target import Target
from simulation.engine.chunk_folder import ChunkFolder
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import forecast
from simulation.report.document.blocks import Document, Paragraph, Table
from simulation.report.document.terminal import MOST_LINES, as_text, table, wrapped
from simulation.report.kinds.backtest import BACKTEST
from simulation.report.kinds.calibration import CALIBRATION
from simulation.report.kinds.kind import Source
from simulation.report.kinds.registry import kind_of
from simulation.report.kinds.robustness import ROBUSTNESS
from simulation.report.kinds.sensitivity import SENSITIVITY
from simulation.report.language import language, printable

TARGETS = [
    Target(),
    Target(reading="entries", denominator="below_top"),
    Target(reading="stock"),
    Target(net_of_falls=True),
]


@cache
def made(**scenario: Any) -> Forecast:
    """Return the forecast of a scenario with everything on; both languages tell one and the same."""
    return forecast(everything_on(**scenario), replicates=30)


@pytest.mark.parametrize("code", ["id", "en"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.key)
@pytest.mark.parametrize("horizon", [1, 12])
def test_the_answer_fits_80_columns_whatever_the_target(code: str, target: Target, horizon: int) -> None:
    """Tables of every reading and length, nothing shortened to an ellipsis where all is asked for."""
    result = made(target=target, horizon=horizon)
    short, answer = in_terminal(result, code), in_terminal(result, code, verbose=True)
    assert max(map(len, (*short.splitlines(), *answer.splitlines()))) <= 80
    assert "…" not in answer
    assert "\n\n\n" not in short + answer


@pytest.mark.parametrize("code", ["id", "en"])
@pytest.mark.parametrize("horizon", [1, 5, 50])
def test_a_short_answer_fits_a_window_with_the_verdict_first_and_last(code: str, horizon: int) -> None:
    """25 lines with where the files are; what stands in it, and how many rows do not, can be seen."""
    speech, found = language(code), made(horizon=horizon)
    document = kind_of(found).document(result_of(found), speech, Source())
    lines = as_text(speech, document, ["Berkas: a", "Ditulis: b"]).splitlines()
    first = next(block.text for block in document.blocks if getattr(block, "strong", False))
    assert len(lines) <= MOST_LINES
    assert lines.index("Berkas: a") < len(lines) - 3
    assert "--verbose" in lines[lines.index("Ditulis: b") + 1]
    start = first.split(";")[0].split(".")[0]
    assert start in " ".join(" ".join(lines[:6]).split())
    assert start[:60] in " ".join(" ".join(lines[-2:]).split())
    shown = [line for line in lines if line.split()[:1] and line.split()[0].isdigit()]
    assert len(shown) >= 3 or horizon == 1
    assert horizon < 50 or any(line.strip().startswith("… ") for line in lines)


def test_what_does_not_fit_is_left_out_from_the_end() -> None:
    """A table as long as a page is cut; a verdict alone is not said twice; all of it stands in the long answer."""
    speech = language("en")
    table, note = Table("T", ["a", "b"], [[str(row), "x"] for row in range(60)]), Paragraph("note")
    document = Document("title", [Paragraph("Yes. Because.", strong=True), table, note, table])
    lines = as_text(speech, document).splitlines()
    assert len(lines) == MOST_LINES
    assert (lines[0], lines[2], lines[-1]) == ("title", "Yes. Because.", "Yes.")
    assert "note" not in lines
    assert "  … and 47 more rows" in lines
    assert len(as_text(speech, document, verbose=True).splitlines()) > 120
    assert as_text(speech, Document("title", [Paragraph("Yes.", strong=True)])) == "title\n\nYes.\n"


@pytest.mark.parametrize("code", ["id", "en"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.key)
def test_no_word_is_cut_where_years_are_many_and_runs_are_few(code: str, target: Target) -> None:
    """Fifty years, one trajectory: every line fits, headers and words are whole, and no word of likelihood is given."""
    result = forecast(everything_on(target=target, horizon=50), 1, 1)
    answer = in_terminal(result, code, verbose=True)
    assert max(map(len, answer.splitlines())) <= 80
    whole = {"en": {"needed", "assumptions", "words"}, "id": {"minimal", "asumsi", "kategori"}}
    assert whole[code] <= set(answer.split())
    few = {"en": "cannot be told", "id": "disimpulkan"}[code]
    assert answer.count(few) >= 50
    assert {"en": "almost certain", "id": "hampir pasti"}[code] not in answer


@pytest.mark.parametrize("code", ["id", "en"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.key)
def test_every_reading_has_its_word(code: str, target: Target) -> None:
    """The longest word stands whole beside each year, whatever the target counts."""
    result = made(target=target)
    told = result_of(result)
    (district,) = told.districts
    said = {"probability_met": 0.1, "monte_carlo_error": 0.01, "parameter_interval90": (0.001, 0.999)}
    years = tuple(replace(year, **said) for year in district.years)
    answer = in_terminal(result, code, result=replace(told, districts=(replace(district, years=years),)), verbose=True)
    assert max(map(len, answer.splitlines())) <= 80
    assert answer.count({"en": "very unlikely", "id": "sangat"}[code]) >= 5


def test_a_table_gives_way_at_spaces_first() -> None:
    """A sentence is broken between words; only a name wider than the page is cut."""
    from rich.console import Console

    console = Console(width=80, color_system=None)
    for name in ("many short words " * 8, "n" * 60):
        with console.capture() as captured:
            console.print(table(["name", *["header"] * 5], [[name.strip(), *["12 (3–99)"] * 5]]))
        lines = captured.get().splitlines()
        assert max(len(line.rstrip()) for line in lines) <= 80
        assert sum(line.count("(3–99)") for line in lines) == 5
        assert name[0] == "n" or sum(line.count("short") for line in lines) == 8


def test_what_was_stated_is_listed_with_its_origin_and_effects_come_first() -> None:
    """Value and keyword of every given number; default priors one by one only where asked for."""
    scenario = everything_on()
    sources = {"transition.year_sd": "stated; the ministry", "interventions.pokja.odds_ratio_rise": "estimated; panel"}
    left = frozenset({"fall", "data.odds_ratio_rise"})
    scalars = {**scenario.parameters.scalars, **{key: default_prior(ParameterKey.parse(key)) for key in left}}
    parameters = replace(scenario.parameters, scalars=scalars, defaulted=left)
    known = replace(scenario, provenance=Provenance(sources=sources), parameters=parameters)
    result = forecast(known, draws=30, replicates=2)
    answer = in_terminal(result, "en", verbose=True)
    year_sd = "differences between years (spread of log odds) 0.50 stated"
    (pokja,) = [line for line in answer.splitlines() if "pokja: odds ratio of rising" in line]
    (data,) = [line for line in answer.splitlines() if "data: odds ratio of rising" in line]
    assert year_sd in " ".join(answer.split())
    assert pokja.split()[-2:] == ["2.20", "estimated"]
    assert data.split()[-1] == "placeholder"
    assert answer.index(pokja) < answer.index("differences between years")
    assert "chance of falling in a year" in answer
    assert "chance of falling in a year" not in in_terminal(result, "en")
    told = [
        getattr(block, "text", "")
        for block in kind_of(result).document(result_of(result), language("en"), Source()).blocks
    ]
    assert any(text.startswith("Default assumptions (priors), not measured here: 1 (") for text in told)


@pytest.mark.parametrize("code", ["id", "en"])
def test_several_districts_are_told_year_by_year(code: str) -> None:
    """Expected number that meet the target, mean chance, and where each district stands."""
    scenario = everything_on()
    districts = tuple(replace(scenario.districts[0], district_code=f"11.{i:02d}") for i in range(1, 4))
    result = forecast(replace(scenario, districts=districts), replicates=30)
    answer = in_terminal(result, code, verbose=True)
    speech = language(code)
    for meeting in result_of(result).meeting:
        start = f"  {meeting.year}   {speech.number(meeting.mean, 1)} ("
        assert any(line.split()[:2] == start.split()[:2] for line in answer.splitlines()), start
    assert "kampungkb export" in answer


def test_known_villages_are_not_said_to_be_unknown() -> None:
    """The note on ranking stands only where counts alone are known."""
    answer = in_terminal(made(), "en", verbose=True)
    assert "cannot be ranked" not in answer
    assert "Villages that receive an intervention" in answer


def test_names_from_files_cannot_command_the_terminal() -> None:
    """Escape codes and markup of a district's name are shown, not obeyed."""
    scenario = everything_on()
    named = replace(scenario.districts[0], district="[red]\x1b[31mX")
    answer = in_terminal(forecast(replace(scenario, districts=(named,)), replicates=30), "en")
    assert "\x1b" not in answer
    assert "[red]" in answer
    assert printable("a\nb\u202e") == "a\ufffdb\ufffd"
    assert printable("1\u00a0/\u00a02") == "1\u00a0/\u00a02"


def test_an_error_is_not_parted_from_its_sign() -> None:
    """No line ends behind ±."""
    for start in range(60, 84):
        for line in wrapped("x" * start + " ± 0,5 dan ± 2").splitlines():
            assert not line.endswith("±")


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def test_progress_is_told_only_for_runs_that_take_a_while(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing within a second; off a terminal a line every ten seconds, with the time left."""
    clock = Clock()
    with ProgressReport(language("en"), quiet=False, clock=clock) as progress:
        clock.now = 0.5
        progress(10, 100)
        assert capsys.readouterr().err == ""
        clock.now = 12.0
        progress(25, 100)
        assert capsys.readouterr().err == "Simulating: 25 of 100 simulations, about 36 s left\n"
        clock.now = 13.0
        progress(30, 100)
        assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("doing", "english", "indonesian"),
    [
        (
            ROBUSTNESS.doing,
            "Trying scenarios: 9 of 27 cells of the table, about 24 s left\n",
            "Menguji skenario: 9 dari 27 sel tabel, sisa sekitar 24 detik\n",
        ),
        (
            SENSITIVITY.doing,
            "Varying parameters: 9 of about 27 simulations, about 24 s left\n",
            "Mengubah parameter: 9 dari sekitar 27 simulasi, sisa sekitar 24 detik\n",
        ),
        (
            CALIBRATION.doing,
            "Calibrating: 9 of 27 percent\n",
            "Kalibrasi: 9 dari 27 persen\n",
        ),
        (
            BACKTEST.doing,
            "Past years: 9 of 27 forecast, about 24 s left\n",
            "Tahun-tahun lalu: 9 dari 27 diprakirakan, sisa sekitar 24 detik\n",
        ),
    ],
)
def test_progress_names_what_is_counted(
    capsys: pytest.CaptureFixture[str], doing: tuple[str, str], english: str, indonesian: str
) -> None:
    """Cells, percents and past years are no trajectories."""
    for code, said in (("en", english), ("id", indonesian)):
        clock = Clock()
        progress = ProgressReport(language(code), quiet=False, clock=clock, doing=doing)
        clock.now = 12.0
        progress(9, 27)
        assert capsys.readouterr().err == said


def test_the_time_left_counts_only_what_this_run_computes(capsys: pytest.CaptureFixture[str]) -> None:
    """Half was finished earlier and loaded in 5 s; a tenth then takes 10 s, so the other four take 40."""
    clock, chunks = Clock(), ChunkFolder(Path("nowhere"))
    progress = ProgressReport(language("en"), quiet=False, resuming=lambda: chunks.resuming, clock=clock)
    chunks.resuming, clock.now = True, 5.0
    progress(50, 100)
    chunks.resuming, clock.now = False, 15.0
    progress(60, 100)
    assert capsys.readouterr().err == "Simulating: 60 of 100 simulations, about 40 s left\n"


def test_what_was_done_before_the_total_was_known_better_is_no_measure_of_speed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Sixty of what were taken to be 200 took a second; ten more of what are 100 take 10 s, so the other 30 take 30."""
    clock = Clock()
    progress = ProgressReport(language("en"), quiet=False, clock=clock)
    clock.now = 1.0
    progress(60, 200)
    clock.now = 11.0
    progress(70, 100)
    assert capsys.readouterr().err == "Simulating: 70 of 100 simulations, about 30 s left\n"


def test_no_time_left_is_told_before_anything_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing done in twelve seconds says nothing of how long the rest takes."""
    clock = Clock()
    progress = ProgressReport(language("en"), quiet=False, clock=clock)
    clock.now = 12.0
    progress(0, 100)
    assert capsys.readouterr().err == ""
    clock.now = 20.0
    progress(10, 100)
    assert capsys.readouterr().err == "Simulating: 10 of 100 simulations, about 180 s left\n"


def test_every_round_of_a_run_that_doubles_has_its_own_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    """The second round began when the first ended: a quarter of it took 10 s, so the rest takes 30."""
    clock = Clock()
    progress = ProgressReport(language("en"), quiet=False, clock=clock)
    clock.now = 5.0
    progress(100, 100)
    clock.now = 15.0
    progress(50, 200)
    assert capsys.readouterr().err == "Simulating: 50 of 200 simulations, about 30 s left\n"


def test_progress_is_silent_where_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """--quiet says nothing however long it takes."""
    clock = Clock()
    progress = ProgressReport(language("en"), quiet=True, clock=clock)
    clock.now = 60.0
    progress(1, 100)
    assert capsys.readouterr().err == ""
