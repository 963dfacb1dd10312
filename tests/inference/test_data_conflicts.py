"""What data show and the yearly law has no room for: named so that it can be found, and nothing else refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from districts import make_scenario, make_villages
from pasts import counts, known, of_counts, of_panel, panel

import simulation as kkb
from simulation.domain.distributions import Beta, Distribution
from simulation.domain.evidence import Evidence
from simulation.domain.messages import Refusal
from simulation.domain.status import UNKNOWN
from simulation.inference.calibration.count_flows import Flow, tables
from simulation.inference.calibration.data_conflicts import find_conflicts, possible_moves
from simulation.inference.calibration.likelihood import Likelihood

ONE_LEVEL = {"fall_skip.berkembang": 0.0, "fall_skip.mandiri": 0.0}
FELL = np.array([[2, 0], [0, 0], [2, 0], [3, 1], [0, 1]])


def told(evidence: Evidence, **priors: Distribution | float) -> list[str]:
    """Return why evidence cannot be explained."""
    parameters = known(priors)
    return [str(reason) for reason in find_conflicts(evidence, parameters, Likelihood.of(evidence, parameters).moves)]


def test_every_kind_of_deep_fall_is_told_once_with_its_number_and_first_village() -> None:
    """From where to where, in which years, how many, who first; others' moves are not told."""
    first, second = told(of_panel(FELL), **ONE_LEVEL)
    assert first.startswith(
        "villages that went from mandiri (end of 2023) to dasar (end of 2024): 2, the first of them 63.99.0000. "
    )
    assert "with 0 as value of transition.fall_skip.berkembang:" in first
    assert second.startswith("villages that went from paripurna (end of 2023) to berkembang (end of 2024): 1, ")
    assert "63.99.0003" in second
    assert "with 0 as value of transition.fall_skip.mandiri:" in second


@pytest.mark.slow
def test_whoever_states_falls_alone_is_told_what_that_means() -> None:
    """The 0 that nobody wrote is explained; with both left out, or both given, the same lists are learned from."""
    scenario = make_scenario(make_villages((5,), status=FELL[:, 1]), {"fall": Beta(1, 20)})
    with pytest.raises(Refusal, match=r"0 as value of transition.fall_skip:.*fall_skip counts as 0 where"):
        kkb.calibrate(of_panel(FELL), scenario, draws=20)
    for given in ({"fall_skip": 0.2}, {"fall_skip.berkembang": Beta(1, 4), "fall_skip.mandiri": 0.5}):
        both = make_scenario(make_villages((5,), status=FELL[:, 1]), {"fall": Beta(1, 20), **given})
        assert kkb.calibrate(of_panel(FELL), both, draws=20).basis == ("panel",)
    assert "fall_skip.mandiri" in kkb.calibrate(of_panel(FELL), draws=20).draws


def test_what_two_years_allow_is_not_refused() -> None:
    """Two levels in two years, and a status left empty."""
    wide = replace(panel(FELL), years=(2022, 2024))
    assert told(Evidence(panels=(wide,)), **ONE_LEVEL) == []
    emptied = np.where(FELL[:, :1] - FELL > 1, UNKNOWN, FELL)
    assert told(of_panel(emptied), **ONE_LEVEL) == []


def test_a_zero_that_rules_a_move_out_is_named_with_its_key() -> None:
    """Only keys that are given as 0, and only those in whose way the move lies."""
    (fell,) = told(of_panel(np.array([[1, 0], [1, 1]])), fall=0.0)
    assert "from berkembang (end of 2023) to dasar (end of 2024): 1" in fell
    assert "with 0 as value of transition.fall:" in fell
    (fell,) = told(of_panel(np.array([[3, 0], [1, 1]])), fall=0.0, **ONE_LEVEL)
    keys = "transition.fall, transition.fall_skip.berkembang, transition.fall_skip.mandiri"
    assert f"with 0 as value of {keys}:" in fell
    (skipped,) = told(of_panel(np.array([[0, 2]])), **{"skip.berkembang": 0.0, "fall": 0.0})
    assert "with 0 as value of transition.skip.berkembang:" in skipped
    (rose,) = told(of_panel(np.array([[0, 1]])), **{"rise.dasar": 0.0})
    assert "with 0 as value of transition.rise.dasar:" in rose


def test_counts_are_told_apart_in_the_same_way() -> None:
    """Falls that no year can bring, and those that a 0 rules out; large numbers as well as small ones."""
    for size in (1, 40):
        before = np.repeat([2, 0, 1, 3], [size, size, 0, size])
        deep = np.column_stack([before, np.where(before == 2, 0, before)])
        (deeper,) = told(of_counts(deep), **ONE_LEVEL)
        assert "the counts of 63.99 for 2023 and 2024 cannot come about" in deeper
        assert "with 0 as value of transition.fall_skip.berkembang;" in deeper
        assert told(of_counts(deep)) == []
    (fell,) = told(of_counts(np.array([[1, 0], [0, 0]])), fall=0.0)
    assert "with 0 as value of transition.fall;" in fell
    (rose,) = told(of_counts(np.array([[0, 1], [0, 0]])), **{"rise.dasar": 0.0})
    assert "with 0 as value of transition.rise.dasar;" in rose


def test_a_back_test_says_the_same() -> None:
    """It learns from the years before each that it scores."""
    past = np.column_stack([FELL, FELL[:, 1]])
    scenario = make_scenario(make_villages((5,), status=FELL[:, 1]), {"fall": Beta(1, 20)})
    with pytest.raises(Refusal, match=r"went from mandiri .*; villages that went from paripurna"):
        kkb.backtest(panel(past), scenario, draws=20)


@pytest.mark.parametrize(
    "nil",
    [
        (),
        ("fall",),
        ("skip.mandiri", "rise.dasar"),
        ("skip.berkembang", "rise.mandiri", "fall_skip.mandiri"),
        ("fall_skip.berkembang",),
        tuple(ONE_LEVEL),
    ],
)
@pytest.mark.parametrize("years", [1, 2, 3, 5])
def test_a_move_is_possible_where_the_law_gives_it_a_chance(nil: tuple[str, ...], years: int) -> None:
    """Over any number of years, the entries above 0 of the product of the yearly matrices."""
    parameters = known({"village_sd": 0.0, **dict.fromkeys(nil, 0.0)})
    chances = np.linalg.matrix_power(parameters.draw(0, 1).matrix[0], years)
    np.testing.assert_array_equal(possible_moves(parameters, years), chances > 1e-12)


def test_counts_are_impossible_where_no_table_of_flows_fits() -> None:
    """Every pair of counts of three villages, under laws that allow more and less; whoever cannot rise falls only."""
    every = [np.array(four) for four in product(range(4), repeat=4) if sum(four) == 3]
    laws = [
        possible_moves(known(dict.fromkeys(nil, 0.0)), 1)
        for nil in ((), ("fall",), ("rise.dasar", "skip.mandiri", "fall_skip.mandiri"), tuple(ONE_LEVEL))
    ]
    steps = {"rise.berkembang": 0.0, "skip.berkembang": 0.0, "skip.mandiri": 0.0, **ONE_LEVEL}
    neighbours = possible_moves(known(steps), 1)
    matrix = np.where(neighbours, 0.2, 0.0)[None] + np.eye(4) * (1 - 0.2 * neighbours.sum(axis=1))[:, None]
    for before, after in product(every, every):
        for allowed in (*laws, neighbours):
            fits = tables(before, after, allowed, 10_000)
            assert fits is not None
            assert (Flow(before, after, allowed).method == "impossible") == (len(fits) == 0)
        flow = Flow(before, after, neighbours)
        if flow.method == "chain":
            np.testing.assert_allclose(flow.log_likelihood(matrix), flow._over_tables(matrix), atol=1e-9)


def test_counts_of_one_place_are_not_refused_for_what_villages_did_elsewhere() -> None:
    """Each source is looked at for itself."""
    fine = counts(np.array([[0, 1], [1, 1]]), place="63.01")
    reasons = told(Evidence(panels=(panel(FELL),), counts=(fine,)), **ONE_LEVEL)
    assert len(reasons) == 2
    assert not any("63.01" in reason for reason in reasons)
