"""Comparisons in their folders.

Knows which tables a comparison has and what names its folder; must not know how folders are kept, nor how
scenarios are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from ...decision.comparison import Comparison
from ...engine.ensemble import Effort
from ...inputs.scenario import Scenario
from ..answers import AnswerFolder, Table
from ..identity import effort_that_counts
from ..language import DEFAULT
from ..results import RunFolder
from .record import Record, comparison_record

KIND = "comparison"
TRACE_COLUMNS = ("draws", "replicates", "scenario", "year", "difference", "largest_half_width")


def comparison_folder(
    scenarios: Sequence[Scenario],
    effort: Effort,
    seed: int,
    engine: str,
    out: str | Path = "results",
    *,
    precision: float | None = None,
) -> AnswerFolder:
    """Return the folder of a comparison, whether it is there or not, beside the runs of the baseline.

    Parameters
    ----------
    scenarios
        The baseline first.
    effort
        Of each; with a `precision` to be reached, where the doubling begins.

    Raises
    ------
    KampungError
        Where a scenario's name cannot name a folder.
    """
    runs = [RunFolder.of(scenario, effort, seed, engine, out, precision=precision) for scenario in scenarios]
    return AnswerFolder.of(KIND, runs, {})


def write_comparison(folder: AnswerFolder, comparison: Comparison, precision: float | None = None) -> Record:
    """Write a comparison into its folder and return the record."""
    result = comparison_record(comparison, precision)
    effort = effort_that_counts(comparison.effort, comparison.engine)
    facts: dict[str, float] = {"seed": comparison.seed, "draws": effort.draws, "replicates": effort.replicates}
    facts |= {} if precision is None else {"precision": precision}
    scenarios = [comparison.baseline, *(contrast.scenario for contrast in comparison.contrasts)]
    tables = [*_tables(comparison, result), *_trace(comparison, precision)]
    folder.write(result, tables, scenarios, {**facts, "engine": comparison.engine})
    return result


def save_comparison(comparison: Comparison, out: str | Path = "results") -> Path:
    """Write a comparison to its folder below `out`, its figure included, unless it is there; return that folder."""
    from ..plots import comparison as draw

    scenarios = [comparison.baseline, *(contrast.scenario for contrast in comparison.contrasts)]
    folder = comparison_folder(scenarios, comparison.effort, comparison.seed, comparison.engine, out)
    code = comparison.baseline.language or DEFAULT
    return folder.keep(partial(write_comparison, folder, comparison), draw, code)


def _tables(comparison: Comparison, record: Record) -> Iterator[Table]:
    """Yield the tables: years, and villages where they are known."""
    rows = [row for contrast in comparison.contrasts for row in contrast.rows()]
    yield Table("comparison.csv", list(rows[0]), [list(row.values()) for row in rows])
    villages = [{"scenario": one["name"], **village} for one in record["scenarios"] for village in one["villages"]]
    if villages:
        yield Table("comparison_villages.csv", list(villages[0]), [list(row.values()) for row in villages])


def _trace(comparison: Comparison, precision: float | None) -> Iterator[Table]:
    """Yield the rounds of a comparison that doubled until it was precise enough, a row each scenario and year."""
    if comparison.trace is None or precision is None:
        return
    rows = [
        (step.draws, step.replicates, contrast.scenario.name, year.year, difference, step.half_width)
        for step in comparison.trace.steps
        for contrast, differences in zip(comparison.contrasts, step.probabilities, strict=True)
        for year, difference in zip(contrast.years, differences, strict=True)
    ]
    yield Table("precision.csv", TRACE_COLUMNS, rows)
