"""When a plan fails, told and drawn in both languages, kept, found again and in a brief."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from command_line import ROOT, unbroken
from told import in_terminal, result_of, written

import simulation as kkb
from simulation.decision.discovery import Discovery, FailureBox, Restriction
from simulation.report.document.blocks import Table
from simulation.report.figures.drawings import draw
from simulation.report.kinds.discovery import DISCOVERY, DiscoveryResult
from simulation.report.kinds.kind import Source
from simulation.report.language import language

SCENARIO = ROOT / "scenarios" / "tanah_laut_pokja.yaml"
FEW = FailureBox(
    {
        "rise.dasar": Restriction(None, 0.0395, 0.0, 0.34, 1e-9),
        "campaign.probability": Restriction(0.013, 0.048, 0.1, 0.4, 1e-3),
        "pokja.capacity": Restriction(None, 12.0, 0.0, 0.5, 1e-3),
    },
    coverage=0.43, coverage_error=0.025, density=0.81, density_error=0.032, outside=0.2, inside=150, failing=122,
    correlation=0.5,
)  # fmt: skip
OTHER = replace(FEW, restrictions={"year_sd": Restriction(0.9, None, 0.8, 1.0, 1e-3)}, density=0.4, coverage=0.2)


@pytest.fixture(scope="module")
def small() -> Discovery:
    """Return a small search."""
    return kkb.discover(kkb.load_scenario(SCENARIO), 400, 8, fails_below=0.8, progress=False)


def told(found: Discovery, **changed: object) -> DiscoveryResult:
    """Return what is told of a search that found something else."""
    return replace(result_of(found), efforts={"pokja.capacity": (0.0, 93.0)}, **changed)  # type: ignore[arg-type,no-any-return]


def text_of(found: Discovery, result: DiscoveryResult, code: str) -> str:
    """Return what a terminal shows, on one line."""
    return unbroken(in_terminal(found, code, verbose=True, result=result))


def test_a_box_is_told_in_words(small: Discovery) -> None:
    """Values as each language writes them, joined by "and", with both shares."""
    result = told(small, boxes=(FEW,), fails_below=0.8)
    english = text_of(small, result, "en")
    assert (
        "The chance of meeting the target of 2026 is mostly below 80% under these assumptions: chance of rising from "
        "dasar in a year at most 4.0%, chance of an acceleration drive in a year from 1.3% to 4.8%, and villages "
        "reached at a time: stronger working groups (Pokja) at most 12. 81% of such sets of assumptions fail; "
        "these are 43% of all that fail."
    ) in english
    assert "One standard error: 3.2 percentage points of the share that fails, 2.5 of the share" in english
    indonesian = text_of(small, result, "id")
    assert "peluang naik dari dasar setahun paling besar 4,0%" in indonesian
    assert "dari 1,3% sampai 4,8%, dan " in indonesian


def test_more_boxes_and_rarer_failures_are_told(small: Discovery) -> None:
    """A box in which less than half fail is not said to fail mostly; another box is told after the first."""
    english = text_of(small, told(small, boxes=(OTHER, FEW)), "en")
    assert "is more often below 80%" in english
    assert "40% of such sets of assumptions fail, 20% of the others" in english
    assert "Of the other sets of assumptions, 81% fail with chance of rising" in english


@pytest.mark.parametrize(
    ("failing", "said"),
    [
        (0.01, "Too few sets of assumptions fail"),
        (0.4, "no description is worth telling"),
        (0.99, "Nearly every set of assumptions fails"),
    ],
)
def test_where_no_box_is_worth_telling_that_is_said(small: Discovery, failing: float, said: str) -> None:
    """With the share that fails, and no figure or table."""
    result = told(small, boxes=(), failing=failing)
    document = DISCOVERY.document(result, language("en"), Source())
    assert said in text_of(small, result, "en")
    assert DISCOVERY.drawable(result) == []
    assert not [block for block in document.blocks if isinstance(block, Table)]


@pytest.mark.slow
@pytest.mark.parametrize("code", ["id", "en"])
def test_the_figure_shows_both_ends_of_every_bar(small: Discovery, code: str) -> None:
    """All text lies within the page."""
    figure = draw("discovery", told(small, boxes=(FEW, OTHER)), code, Source())
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    ends = {"en": ["4.0%", "1.3%", "4.8%", "12", "0.90"], "id": ["4,0%", "1,3%", "4,8%", "12", "0,90"]}
    assert [text for text in texts if text in ends[code]] == ends[code]
    for axes in figure.axes:
        for text in axes.texts:
            box = text.get_window_extent()
            assert box.x0 >= 0
            assert box.x1 <= figure.bbox.width


@pytest.mark.slow
def test_a_search_is_kept_read_and_run_again(small: Discovery, tmp_path: Path) -> None:
    """Folder and tables; the same bytes again from the folder alone."""
    answer = written(small, tmp_path)
    assert len(answer.table("discovery_draws")) == 400
    assert list(answer.table("discovery")["parameter"]) == [name for box in small.boxes for name in box.restrictions]
    assert kkb.load_run(answer.path).result == result_of(small)
    again = written(kkb.rerun(answer.path), tmp_path / "again")
    assert again.id == answer.id
    for name in ("discovery.json", "discovery.csv", "discovery_draws.csv"):
        assert (answer.path / name).read_bytes() == (again.path / name).read_bytes()
