"""What is told of a forecast in the middle of a year, and which questions refuse to be asked then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from districts import make_scenario, make_villages
from told import in_terminal, result_of, written

import simulation as kkb
from simulation.decision.comparison import compare
from simulation.decision.next_datum import next_datum
from simulation.decision.plan.planning import plan
from simulation.decision.robustness import robustness
from simulation.decision.sensitivity import sensitivity
from simulation.domain.distributions import Beta
from simulation.domain.evidence import Panel
from simulation.domain.intervention import Intervention
from simulation.domain.messages import Refusal
from simulation.domain.so_far import SoFar
from simulation.inference.backtest.rolling import backtest
from simulation.inference.calibration.calibrate import calibrate
from simulation.inference.explanation import explain
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario
from simulation.report import plots
from simulation.report.document.blocks import On, Paragraph
from simulation.report.kinds.kind import Source
from simulation.report.kinds.registry import kind_of
from simulation.report.language import language

DAY = date(2026, 6, 30)
SAID = {
    "en": (
        "given that 1 had risen by 30 June 2026",
        "before this was known, the chance of 2026 was",
        "default assumption",
    ),
    "id": (
        "setelah 1 kampung naik status sampai 30 Juni 2026",
        "sebelum ini diketahui, peluang 2026 adalah",
        "asumsi bawaan",
    ),
}


def scenario(rises: int | None = 1, share: Beta | None = None) -> Scenario:
    """Return a district of sixty villages, whose target takes three rises, and one intervention."""
    visits = Intervention("visits", starts=2026, capacity=5)
    so_far = None if rises is None else SoFar(DAY, rises, share)
    villages = make_villages([30, 30], status=[0] * 40 + [1] * 15 + [2] * 5)
    return make_scenario(villages, {"rise.dasar": Beta(2.0, 30.0)}, (visits,), so_far=so_far, horizon=3)


@cache
def made(rises: int = 1, share: Beta | None = None) -> Forecast:
    """Return the forecast."""
    return forecast(scenario(rises, share), 200, 20)


def on_one_line(shown: str) -> str:
    """Return what a terminal shows without its line breaks."""
    return " ".join(shown.split())


@pytest.mark.parametrize("code", ["en", "id"])
def test_the_headline_says_given_what_and_the_lines_below_what_it_was_before(code: str) -> None:
    """With the share that is assumed; and the table of years has room all the same."""
    short = in_terminal(made(), code)
    assert all(part in on_one_line(short) for part in SAID[code])
    assert " 2026  " in short


@pytest.mark.parametrize(("code", "said"), [("en", "of the sets of assumptions"), ("id", "gugus asumsi yang dicoba")])
def test_the_range_of_the_chance_is_said_where_the_table_may_find_no_room(code: str, said: str) -> None:
    """Without rises so far it stands in the table alone."""
    assert said in on_one_line(in_terminal(made(), code))
    assert said not in on_one_line(in_terminal(forecast(scenario(None), 200, 20), code))


def test_none_risen_so_far_is_said_in_words() -> None:
    """No count of 0 villages that rose."""
    short = on_one_line(in_terminal(made(0), "id"))
    assert "sedangkan sampai 30 Juni 2026 belum ada yang naik" in short
    assert "0 kampung naik" not in short


def test_a_brief_names_the_source_of_the_count() -> None:
    """Where the scenario does; none else."""
    result = result_of(made())
    stated = replace(result, sources={**result.sources, "so_far.rises": "stated; juni.xlsx"})
    for told, named in ((stated, True), (result, False)):
        page = kind_of(made()).document(told, language("id"), Source()).shown(On.ANSWER)
        text = " ".join(block.text for block in page if isinstance(block, Paragraph))
        assert "sebelum ini diketahui" in text
        assert ("Asal jumlah yang sudah naik: juni.xlsx." in text) == named


def test_a_share_that_is_stated_is_told_as_stated() -> None:
    """Its quantiles, and no default."""
    told = result_of(made(share=Beta(20.0, 20.0))).districts[0].so_far
    assert not told.share.default_prior
    assert "50% (37–63%), assumed" in on_one_line(in_terminal(made(share=Beta(20.0, 20.0)), "en"))


@pytest.mark.parametrize(("code", "begins"), [("en", "Met already: 4 of 60"), ("id", "Sudah tercapai: 4 dari 60")])
def test_a_target_that_is_met_is_said_to_be(code: str, begins: str) -> None:
    """In the headline, first and last, and on the figure."""
    short = in_terminal(made(4), code)
    assert short.count(begins) == 2
    page = plots.rises(made(4))
    try:
        assert any("Sudah tercapai: 4 dari 60" in text.get_text().replace("\n", " ") for text in page.texts)
    finally:
        page.clear()


def test_a_count_that_few_simulations_agree_with_is_doubted_beside_the_answer() -> None:
    """And the numbers are called rough."""
    told = made(12)
    assert result_of(told).districts[0].so_far.kept < 200
    assert "the count may contradict the assumptions" in on_one_line(in_terminal(told, "en", verbose=True))
    assert "simulations agree with the count of rises so far; all" in on_one_line(
        in_terminal(made(), "en", verbose=True)
    )


def test_chances_of_single_villages_say_that_they_do_not_know_who_has_risen() -> None:
    """Beside their list."""
    assert "given how many had risen so far, not which" in on_one_line(in_terminal(made(), "en", verbose=True))


def test_another_reading_says_that_it_does_not_know_to_which_status_they_rose() -> None:
    """The list may show more rises to mandiri than it counts on; where none has risen there is nothing to know."""
    for rises, said in ((1, True), (0, False)):
        page = kind_of(made()).document(result_of(made(rises)), language("en"), Source()).shown(On.ANSWER)
        text = " ".join(block.text for block in page if isinstance(block, Paragraph))
        assert "rising to mandiri or paripurna" in text
        assert ("not to which status" in text) == said


def test_the_result_holds_what_was_known_and_nothing_that_did_not_know_it() -> None:
    """The default priors elsewhere, and why the year differs from the past, know nothing of it."""
    result = result_of(made())
    told = result.districts[0].so_far
    assert (told.as_of, told.rises, told.simulations) == ("2026-06-30", 1, 4_000)
    assert told.kept == made().ensemble["draw"].size // 3
    assert result.elsewhere is None
    assert result.districts[0].reasons is None
    assert "kept given 1 rises by 2026-06-30" in repr(made())
    assert result_of(forecast(scenario(None), 50, 5)).districts[0].so_far is None


def test_a_folder_states_what_was_run(tmp_path: Path) -> None:
    """The scenario in it has the count; the same run again gives the same tables."""
    run = written(made(), tmp_path / "results")
    assert run.scenario.so_far == SoFar(DAY, 1)
    again = written(kkb.rerun(run.path), tmp_path / "again")
    assert again.id == run.id
    for name in ("forecast.json", "years.csv", "ensemble.parquet", "villages.csv", "hub.csv"):
        assert (run.path / name).read_bytes() == (again.path / name).read_bytes(), name


PANEL = Panel("63.99", ("63.99.0000",), (2023, 2024, 2025), np.array([[0, 0, 0]], dtype=np.int8))
ASKED: dict[str, Callable[[], object]] = {
    "compare": lambda: compare(scenario(None), scenario(), draws=5),
    "plan": lambda: plan(scenario(), 0.8, "visits.capacity", draws=5),
    "robustness": lambda: robustness([scenario(), scenario(None)], draws=5),
    "discover": lambda: kkb.discover(scenario(), draws=200),
    "sensitivity": lambda: sensitivity(scenario(), draws=5),
    "explain": lambda: explain(scenario(), "63.99.0001", draws=5),
    "explain a forecast": lambda: explain(made(), "63.99.0001"),
    "next datum": lambda: next_datum(scenario(), draws=5),
    "calibrate": lambda: calibrate([], scenario(), draws=5),  # type: ignore[arg-type]
    "backtest": lambda: backtest(PANEL, scenario(), draws=5),
    "exact": lambda: forecast(scenario(), 5, engine="exact"),
}


@pytest.mark.parametrize("question", ASKED)
def test_what_needs_all_simulations_is_refused_with_the_reason(question: str) -> None:
    """In both languages, before anything is computed."""
    with pytest.raises(Refusal, match="so_far") as caught:
        ASKED[question]()
    (reason,) = caught.value.reasons
    assert language("id").problem(reason) != str(reason)
