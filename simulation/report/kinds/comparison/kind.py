"""The kind of answer that a comparison is: what is asked, how it is computed, and its tables for machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ....decision.comparing import compare
from ....decision.comparison import Comparison
from ....decision.pairing import leading_scenario, refuse_unpaired
from ....domain.messages import Refusal
from ....engine.effort import Effort
from ....inputs.scenario import Scenario
from ...language import phrase
from ..forecast.result import EXACT_IS_PRECISE, Asked
from ..kind import DataTable, Kind, Work
from ..question import Question
from .document import document_of
from .result import ComparisonResult, result_of, villages_of

Engine = Literal["batch", "mesa", "exact"]

COLUMNS_OF_TRACE = ("draws", "replicates", "scenario", "year", "difference", "largest_half_width")


@dataclass(frozen=True)
class Comparing(Asked):
    """What was asked: as of a forecast, of every scenario."""

    engine: Engine

    @classmethod
    def of(
        cls,
        scenarios: Sequence[Scenario],
        draws: int | None = None,
        replicates: int | None = None,
        seed: int = 0,
        engine: Engine = "batch",
        precision: float | None = None,
    ) -> Question[Comparing]:
        """Return the question that compares scenarios with the first of them, the baseline.

        Raises
        ------
        Refusal
            Where they cannot be paired, or a precision is asked of exact results.
        """
        if precision is not None and engine == "exact":
            raise Refusal(EXACT_IS_PRECISE)
        refuse_unpaired(scenarios[0], scenarios[1:])
        effort = Effort.of(leading_scenario(scenarios), draws, replicates)
        replicates = 1 if engine == "exact" else effort.replicates
        return Question("comparison", tuple(scenarios), cls(effort.draws, replicates, seed, engine, precision))


def _compute(question: Question[Comparing], work: Work) -> Comparison:
    asked = question.asked
    sinks = [sink for place in range(len(question.scenarios)) if (sink := work.sink(place)) is not None]
    return compare(
        *question.scenarios,
        draws=asked.draws,
        replicates=asked.replicates,
        seed=asked.seed,
        engine=asked.engine,
        precision=asked.precision,
        workers=work.workers,
        progress=work.progress,
        sinks=sinks or None,
    )


def _question(found: Comparison) -> Question[Comparing]:
    scenarios = (found.baseline, *(contrast.scenario for contrast in found.contrasts))
    effort, precision = found.effort, None
    if found.trace is not None:
        first, precision = found.trace.steps[0], found.trace.wanted
        effort = Effort(first.draws, first.replicates)
    return Comparing.of(scenarios, effort.draws, effort.replicates, found.seed, found.engine, precision)


def _tables(found: Comparison) -> Iterable[DataTable]:
    """Yield the tables: years, villages where they are known, and the rounds where a precision was asked for."""
    yield DataTable.of_rows("comparison.csv", [row for contrast in found.contrasts for row in contrast.rows()])
    villages = [
        {"scenario": contrast.scenario.name, **vars(village)}
        for contrast in found.contrasts
        for village in villages_of(found, contrast)
    ]
    if villages:
        yield DataTable.of_rows("comparison_villages.csv", villages)
    if found.trace is not None:
        rows = [
            (step.draws, step.replicates, contrast.scenario.name, year.year, difference, step.half_width)
            for step in found.trace.steps
            for contrast, differences in zip(found.contrasts, step.probabilities, strict=True)
            for year, difference in zip(contrast.years, differences, strict=True)
        ]
        yield DataTable("precision.csv", COLUMNS_OF_TRACE, rows)


COMPARISON = Kind(
    name="comparison",
    asked=Comparing,
    found=Comparison,
    result_type=ComparisonResult,
    question=_question,
    compute=_compute,
    result=result_of,
    tables=_tables,
    document=document_of,
    figures=("comparison",),
    title=phrase("comparison"),
)
