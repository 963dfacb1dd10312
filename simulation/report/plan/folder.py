"""Plans in their folders.

Knows which tables and workbooks a plan has and what names its folder; must not know how folders are kept, nor how
a plan is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from ...decision.plan.request import PlanRequest
from ...decision.plan.result import Plan
from ...engine.effort import Effort
from ..answers import AnswerFolder, Other, Table
from ..identity import effort_that_counts
from ..language import DEFAULT, LANGUAGES, language
from ..results import RunFolder
from .record import Record, plan_record
from .tables import subtotals
from .workbook import write_priorities

KIND = "plan"


def plan_folder(asked: PlanRequest, out: str | Path = "results") -> AnswerFolder:
    """Return the folder of a plan, whether it is there or not, beside the runs of its scenario.

    Raises
    ------
    KampungError
        Where the scenario's name cannot name a folder.
    """
    # What was asked of the effort is among the options, for where it was left open the plan chooses.
    run = RunFolder.of(asked.scenario, Effort(1, 1), asked.seed, "batch", out)
    return AnswerFolder.of(KIND, [run], asked.options)


def write_plan(folder: AnswerFolder, found: Plan) -> Record:
    """Write a plan into its folder and return the record."""
    result = plan_record(found)
    effort = effort_that_counts(found.effort, found.engine)
    facts: dict[str, Any] = {"seed": found.request.seed, "draws": effort.draws, "replicates": effort.replicates}
    facts |= {"engine": found.engine, "options": found.request.options}
    folder.write(result, [*_tables(found, result), *_workbooks(folder, result)], [found.scenario], facts)
    return result


def save_plan(found: Plan, out: str | Path = "results") -> Path:
    """Write a plan to its folder below `out`, its figure included, unless it is there; return that folder."""
    from ..plots import plan as draw

    folder, code = plan_folder(found.request, out), found.scenario.language or DEFAULT
    return folder.keep(partial(write_plan, folder, found), draw, code)


def _tables(found: Plan, record: Record) -> Iterator[Table]:
    """Yield the tables: settings, and where villages are ranked these and their kecamatan."""
    yield Table.of("plan.csv", found.settings)
    if record["villages"]:
        rows = [_flat(village) for village in record["villages"]]
        yield Table("priorities.csv", list(rows[0]), [list(row.values()) for row in rows])
        totals = subtotals(record)
        yield Table("priorities_subdistricts.csv", list(totals[0]), [list(row.values()) for row in totals])


def _flat(village: Record) -> Record:
    """Return a village as one row: lists become text, the reason stands in a column for each language."""
    row = {key: value for key, value in village.items() if key != "reason"}
    row["interventions"] = ", ".join(village["interventions"])
    return row | {f"reason_{code}": village["reason"][code] for code in LANGUAGES}


def _workbooks(folder: AnswerFolder, record: Record) -> Iterator[Other]:
    if record["villages"]:
        for code in LANGUAGES:
            yield Other(f"priorities_{code}.xlsx", partial(write_priorities, language(code), record, folder.run.hash))
