"""What a planner is told of districts whose future is known, by the commands that README shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gate.judge import RATES, Mean, Verdict, covered
from gate.rows import answer
from gate.world import district, neighbours

EACH = 16
"""Truths a kind of data. Whoever is right fails in 4% of such sets of truths, in 11% in one of three; with P(met) told
.12 too high and intervals that hold it in 75% instead of 90%, a set fails in 86%."""


@pytest.mark.parametrize("rate", RATES)
def test_who_is_right_covers_at_the_stated_rate(rate: float) -> None:
    """In closed form: the middle of a distribution holds just its rate of it."""
    chances = np.random.default_rng(0).dirichlet(np.ones(12))

    assert covered({"chances": chances, "came": chances}, rate) == pytest.approx(rate)


def test_rises_outside_what_was_said_are_not_covered() -> None:
    """One impossible number, and one between two that are possible."""
    assert covered({"chances": [1.0], "came": [0.0, 0.0, 1.0]}, 0.9) == 0
    assert covered({"chances": [0.5, 0.0, 0.5], "came": [0.0, 1.0]}, 0.9) == 1


def test_a_truth_is_the_same_whatever_was_asked_before() -> None:
    """Rows are compared on the same truths."""
    one, _, again = district(3), district(4), district(3)

    assert (one.rises == again.rises).all()
    assert all((one.lists[year] == again.lists[year]).all() for year in one.lists)


def test_a_chance_told_too_high_does_not_pass() -> None:
    """Nor does anything but the bias fail then."""
    rng = np.random.default_rng(1)
    right = [_answer(true := float(rng.random()), true + 0.05 * rng.standard_normal()) for _ in range(100)]
    too_high = [{**one, "met": one["met"] + 0.08} for one in right]

    assert Verdict(right).failures == []
    assert Verdict(too_high).failures == [f"bias of P(met) {Mean.of([one['met'] - one['true'] for one in too_high])}"]


def test_together_is_worse_where_it_misses_by_more_than_alone() -> None:
    """Twelve truths of two districts; what alone misses by .1 is missed together by nothing, or by .3."""
    truths = np.random.default_rng(2).uniform(0.3, 0.7, (12, 2))

    def together(off: float) -> Verdict:
        return Verdict(
            [
                {
                    "truth": number,
                    "districts": [{**_answer(true, true + off), "alone": {"met": true + 0.1}} for true in two],
                }
                for number, two in enumerate(truths.tolist())
            ]
        )

    assert together(0.0).failures == []
    assert together(0.3).failures == ["squared error together less alone +0.080 ± 0.000"]


@pytest.mark.slow
def test_neighbours_lie_as_far_apart_as_the_row_says() -> None:
    """One law; in log odds of rising the same places, stretched; the luck of each stays."""
    alike, apart, farther = (neighbours(5, between) for between in (0.0, 0.5, 1.0))
    places = [[one.law.rise - alike[0].law.rise for one in each] for each in (alike, apart, farther)]

    assert np.all(np.array(places[0]) == 0)
    assert np.array(places[2]) == pytest.approx(2 * np.array(places[1]))
    assert all((one.launched == other.launched).all() for one, other in zip(apart, farther, strict=True))


def _answer(true: float, met: float) -> dict[str, object]:
    """Return an answer whose interval holds the truth nine times out of ten."""
    low = true + 0.2 if round(true * 1000) % 10 == 0 else true - 0.2
    chances = np.full(10, 0.1)
    return {"met": met, "true": true, "interval": [low, true + 0.3], "chances": chances, "came": chances}


class OfARow:
    """A class each, so that rows run beside each other."""

    row: str

    @pytest.mark.slow
    @pytest.mark.gate
    def test_a_forecast_from_data_says_what_is_true(self, tmp_path: Path) -> None:
        """The whole proof, of a hundred truths a row, is `python tests/gate`; its table stands in MODEL.md."""
        answers = [answer(self.row, truth, tmp_path / str(truth)) for truth in range(EACH)]

        assert Verdict.of(answers).failures == []


class TestCounts(OfARow):
    """Counts of six years."""

    row = "counts"


class TestPanel(OfARow):
    """Six yearly lists."""

    row = "panel"


class TestLaunches(OfARow):
    """Launch years and one list."""

    row = "launches"
