"""Problems as they read in Indonesian."""

from __future__ import annotations

import pytest
from scenario_desk import Desk

from simulation.domain.messages import Message
from simulation.report.language import language


@pytest.mark.parametrize(
    ("sections", "indonesian"),
    [
        ({"languag": "languag: id"}, "isian languag tidak dikenal | mungkin maksudnya language?"),
        ({"horizon": "horizon: five"}, "ini bukan bilangan bulat | "),
        ({"target": "target: {share: 5}"}, "bilangan terlalu besar | tulis proporsi dan peluang antara 0 dan 1: 0.05"),
    ],
)
def test_a_problem_reads_in_indonesian(desk: Desk, sections: dict[str, str], indonesian: str) -> None:
    """Message and suggestion are translated, sentences within sentences too."""
    speech = language("id")
    (problem,) = desk.problems(**sections)
    suggestion = speech.problem(problem.suggestion) if problem.suggestion else ""
    assert f"{speech.problem(problem.message)} | {suggestion}" == indonesian


def test_a_number_that_is_told_is_written_as_the_language_does() -> None:
    """Counts and decimals in a sentence; what may be typed into a file, and years, stand as they are typed."""
    message = Message("the row sums to {total:,}, not to 1", {"total": 0.9})
    assert [language(code).problem(message) for code in ("id", "en")] == [
        "jumlah baris ini 0,9, bukan 1",
        "the row sums to 0.9, not to 1",
    ]
    typed = Message("a whole number from {low} to {high}", {"low": 2025, "high": "0.5"})
    assert language("id").problem(typed) == "bilangan bulat dari 2025 sampai 0.5"
    within = Message(
        "Not possible: {reason}", {"reason": Message("at most {most:,} villages in all", {"most": 200_000})}
    )
    assert language("id").problem(within) == "Tidak dapat dilakukan: seluruhnya paling banyak 200.000 kampung"
    assert str(within) == "Not possible: at most 200,000 villages in all"
