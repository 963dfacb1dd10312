"""The kind of answer that a plan is: what is asked, how it is computed, and its tables for machines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import partial

from ....decision.plan.levers import BUDGET
from ....decision.plan.planning import make_plan
from ....decision.plan.request import PlanRequest
from ....decision.plan.result import Plan
from ....decision.trial import Engine
from ...document.xlsx import write_xlsx
from ...language import LANGUAGES, language, phrase
from ..kind import DataTable, Kind, Source, Work
from ..question import Question
from . import words
from .document import document_of, totals_of
from .result import PlannedVillage, PlanResult, result_of


@dataclass(frozen=True)
class Planning:
    """What was asked.

    Attributes
    ----------
    probability, years
        Wanted chance, and the years in which the target is to be met, all of them.
    levers, by_budget, budget_idr_million
        What is planned; whether a budget is spent on all interventions; the limit on the cost.
    draws, replicates, engine
        None where the plan chooses.
    """

    probability: float
    years: tuple[int, ...]
    levers: tuple[str, ...]
    by_budget: bool
    budget_idr_million: float | None
    draws: int | None
    replicates: int | None
    engine: Engine | None
    seed: int

    @classmethod
    def of(cls, request: PlanRequest) -> Question[Planning]:
        """Return the question that a request puts."""
        asked = cls(
            request.goal.probability,
            request.goal.years,
            tuple(lever.name for lever in request.levers),
            request.by_budget,
            request.budget,
            request.draws,
            request.replicates,
            request.engine,
            request.seed,
        )
        return Question("plan", (request.scenario,), asked)


def _compute(question: Question[Planning], work: Work) -> Plan:
    asked = question.asked
    request = PlanRequest.of(
        question.scenarios[0],
        asked.probability,
        BUDGET if asked.by_budget else asked.levers,
        year=asked.years[0] if len(asked.years) == 1 else None,
        every_year=len(asked.years) > 1,
        budget=asked.budget_idr_million,
        draws=asked.draws,
        replicates=asked.replicates,
        engine=asked.engine,
        seed=asked.seed,
    )
    return make_plan(request, work.workers, work.progress)


def _tables(found: Plan) -> Iterable[DataTable]:
    """Yield the settings, and where villages are ranked these, their kecamatan, and both as workbooks."""
    yield DataTable.of("plan.csv", found.settings)
    result = result_of(found)
    if not result.villages:
        return
    yield DataTable.of_rows("priorities.csv", [_row(village) for village in result.villages])
    yield DataTable.of_rows("priorities_subdistricts.csv", [asdict(total) for total in totals_of(result.villages)])
    source = Source(Planning.of(found.request).id)
    for code in LANGUAGES:
        document = document_of(result, language(code), source)
        yield DataTable(f"priorities_{code}.xlsx", write=partial(write_xlsx, language(code), document))


def _row(village: PlannedVillage) -> dict[str, object]:
    """Return a village as one row: lists become text, the reason stands in a column for each language."""
    why = village.reason
    return {
        "village_code": village.village_code,
        "village": village.village,
        "subdistrict": village.subdistrict,
        "status": why.status,
        "rank": village.rank,
        "gain_probability_met": village.gain_probability_met,
        "gain_rises": village.gain_rises,
        "chance_without": why.chance_without,
        "chance_with": why.chance_with,
        "peers": why.peers,
        "interventions": ", ".join(why.interventions),
        "in_plan": village.in_plan,
        "tied": village.tied,
        **{f"reason_{code}": words.reason(language(code), village) for code in LANGUAGES},
    }


PLAN = Kind(
    name="plan",
    asked=Planning,
    found=Plan,
    result_type=PlanResult,
    question=lambda found: Planning.of(found.request),
    compute=_compute,
    result=result_of,
    tables=_tables,
    document=document_of,
    figures=("plan",),
    doing=(
        phrase("Planning"),
        phrase("Planning: {done} of about {total} tries, about {seconds} s left"),
    ),
    title=phrase("plan"),
)
