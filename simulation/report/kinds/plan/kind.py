"""The kind of answer that a plan is: its result, and its tables for machines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from functools import partial

from ....decision.plan.levers import PlanRequest
from ....decision.plan.planning import plan
from ....decision.plan.result import Plan, village_row
from ...document.xlsx import write_xlsx
from ...language import LANGUAGES, language, phrase
from ..head import with_head
from ..kind import DataTable, Kind, Source
from ..question import Question
from . import words
from .document import document_of, totals_of
from .words import PlanResult


def question_of(found: Plan) -> Question[PlanRequest]:
    """Return what a plan answers."""
    return Question("plan", (found.scenario,), found.request)


def _tables(found: Plan, _: PlanResult) -> Iterable[DataTable]:
    """Yield the settings, and where villages are ranked these, their kecamatan, and both as workbooks."""
    yield DataTable.of("plan.csv", found.settings)
    if not found.villages:
        return
    result, source = with_head(PlanResult, found), Source(question_of(found).id)
    rows = [
        {**village_row(one), **{f"reason_{code}": words.reason(language(code), result, one) for code in LANGUAGES}}
        for one in found.villages
    ]
    yield DataTable.of_rows("priorities.csv", rows)
    yield DataTable.of_rows("priorities_subdistricts.csv", [asdict(total) for total in totals_of(found.villages)])
    for code in LANGUAGES:
        document = document_of(result, language(code), source)
        yield DataTable(f"priorities_{code}.xlsx", write=partial(write_xlsx, language(code), document))


PLAN = Kind(
    name="plan",
    asked=PlanRequest,
    found=Plan,
    result_type=PlanResult,
    question=question_of,
    compute=lambda question, work: plan(
        question.scenarios[0],
        **vars(question.asked),
        workers=work.workers,
        executor=work.executor,
        progress=work.progress,
        keep=work.steps(0),
    ),
    result=lambda found: with_head(PlanResult, found),
    tables=_tables,
    document=document_of,
    figures=("plan",),
    doing=(
        phrase("Planning"),
        phrase("Planning: {done} of about {total} tries, about {seconds} s left"),
    ),
    title=phrase("plan"),
)
