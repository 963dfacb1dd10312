"""A limit on the cost as it is typed."""

from __future__ import annotations

import pytest

from simulation.app.commands.plan import budget_of
from simulation.domain.messages import Refusal


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("1000", 1000.0), ("12.5", 12.5), ("0.125", 0.125), ("1000.000", 1000.0), (" 7 ", 7.0), ("1e3", 1000.0)],
)
def test_what_can_be_read_in_one_way_is_read(typed: str, meant: float) -> None:
    """Whole numbers, and decimals behind a point that cannot group thousands."""
    assert budget_of(typed, "--budget") == meant


@pytest.mark.parametrize(
    ("typed", "fix"), [("1.000", "1000"), ("1,000", "1000"), ("12.500", "12500"), ("1.250.000", "1250000")]
)
def test_what_may_group_thousands_is_refused_with_the_likely_number(typed: str, fix: str) -> None:
    """One million is not one billion: nothing is guessed."""
    with pytest.raises(Refusal, match=rf"--budget {typed} can be read in two ways; .* such as {fix}$"):
        budget_of(typed, "--budget")


@pytest.mark.parametrize("typed", ["12,5", "seribu", "", "1.000,00"])
def test_what_is_no_number_is_refused_with_an_example(typed: str) -> None:
    """What was found, and how a number is written."""
    with pytest.raises(Refusal, match=rf"such as 1000 or 12.5; found {typed}$"):
        budget_of(typed, "--budget")
