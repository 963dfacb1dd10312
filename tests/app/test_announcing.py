"""What a run says before it starts: how long and how large."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from districts import everything_on, make_scenario, make_villages

from simulation.app.announcing import announcement, duration, size
from simulation.app.cli import main
from simulation.app.estimate import Estimate, estimate
from simulation.app.failure_report import Replayable
from simulation.app.running import Order
from simulation.engine.effort import Effort, EffortError
from simulation.inputs.scenario import Scenario
from simulation.report.chunks import ChunkFolder
from simulation.report.language import language

SCENARIO = Path(__file__).parents[2] / "scenarios" / "tanah_laut.yaml"
EN, ID = language("en"), language("id")


def order(scenario: Scenario, draws: int, replicates: int, **other: Any) -> Order:
    """Return an order of a scenario."""
    options = {"engine": "batch", "workers": 1, "precision": None, "agent_class": None, **other}
    again = Replayable(Path("x.yaml"), 0, None, several=False)
    return Order(scenario=scenario, effort=Effort(draws, replicates), seed=0, again=again, **options)


def expected(scenario: Scenario, draws: int, replicates: int, **other: Any) -> Estimate:
    """Return what is expected of a run of which nothing is kept."""
    return estimate(order(scenario, draws, replicates, **other), ChunkFolder(Path("nowhere")), 0)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "less than a second"),
        (1.6, "about 2 s"),
        (43, "about 45 s"),
        (100, "about 2 min"),
        (5000, "about 85 min"),
        (9000, "about 2 h"),
        (400_000, "about 5 days"),
    ],
)
def test_times_are_no_finer_than_they_can_be_foreseen(seconds: float, said: str) -> None:
    """Above 20 in steps of five, always "about"."""
    assert duration(EN, seconds) == said


@pytest.mark.parametrize(
    ("amount", "said"), [(0, "0.1 MB"), (1_340_000, "1.3 MB"), (42_400_000, "42 MB"), (1_260_000_000, "1.3 GB")]
)
def test_sizes_have_two_figures(amount: int, said: str) -> None:
    """Nothing is smaller than 0.1 MB."""
    assert size(EN, amount) == said
    assert size(ID, amount) == said.replace(".", ",")


def test_what_is_expected_is_said_in_one_sentence(tmp_path: Path) -> None:
    """Trajectories, villages, years, time and size; more only where something is in the way."""
    said = order(everything_on(), 100, 1000)
    (sentence,) = announcement(EN, said, Estimate((100_000, 100_000), (12, 12), 3_000_000, 0, 0, 0.0), tmp_path)
    villages = sum(map(len, said.scenario.districts))
    assert sentence == (
        f"Trajectories: 100,000 (villages: {villages}; years: {said.scenario.horizon}): about 12 s and 3.0 MB."
    )
    until = order(everything_on(), 100, 1000, precision=0.01)
    (sentence,) = announcement(EN, until, Estimate((1000, 64_000), (2, 130), 3_000_000, 0, 0, 0.0), tmp_path)
    assert sentence.startswith("Trajectories: at least 1,000 (villages")
    assert sentence.endswith("about 2 s; at most 64,000: about 2 min and 3.0 MB.")


def test_what_is_in_the_way_is_said_too(tmp_path: Path) -> None:
    """Too little disk, too little memory, parts that take more than the results; the share that is finished."""
    said = order(everything_on(), 100, 1000)
    large = Estimate((1, 1), (1, 1), 10**18, 10**18, 2 * 10**18, 0.0)
    sentences = list(announcement(EN, said, large, tmp_path))
    assert [part in sentence for part, sentence in zip(("", "parts", "disk", "memory"), sentences, strict=True)]
    resumed = Estimate((1, 1), (1, 1), 1, 1, 1, 0.437)
    assert list(announcement(EN, said, resumed, tmp_path))[1:] == [
        "Going on where an earlier run stopped: 44% is finished."
    ]


def test_short_runs_keep_no_parts_and_long_ones_do() -> None:
    """The default effort takes a second; hours are kept; a closed form has no parts."""
    assert expected(everything_on(), 20, 20).parts == 0
    assert expected(everything_on(), 1_000, 10_000).parts > 0
    exact = make_scenario(make_villages([9], counts=[5, 2, 1, 1]))
    assert expected(exact, 10, 1, engine="exact").parts == 0


def test_what_can_never_be_run_is_refused_before_anything_is_tried() -> None:
    """A hundred million rows do not fit in memory."""
    with pytest.raises(EffortError, match="million rows"):
        expected(everything_on(), 10**6, 10**6)


@pytest.mark.parametrize("options", [("--draws", "40"), ("--draws", "400", "--replicates", "50")])
def test_the_size_foreseen_is_the_size_that_it_takes(
    options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Within a factor of two, 0.1 MB aside; it stands first on stderr, and --quiet says nothing."""
    monkeypatch.chdir(tmp_path)
    command = ["kampungkb", "forecast", str(SCENARIO), "--lang", "en", "--no-figures", "--workers", "1", *options]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit):
        main()
    foreseen = float(capsys.readouterr().err.split(" MB.")[0].rsplit(" ", 1)[1])
    taken = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) / 1e6
    assert taken / 2 - 0.1 < foreseen < 2 * taken + 0.1
    monkeypatch.setattr(sys, "argv", [*command, "--quiet", "--force"])
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().err == ""
