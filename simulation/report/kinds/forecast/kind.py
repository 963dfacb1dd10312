"""The kind of answer that a forecast is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

from ....inference.forecast import Forecast
from ....inference.forecasting import forecast
from ....inference.precision import MOST_TRAJECTORIES, forecast_to_precision
from ...language import phrase
from ..kind import Kind, Work
from ..question import Question
from .document import document_of, sheets_of
from .result import Asked, ForecastResult, question_of, result_of, undrawable
from .tables import tables_of

if TYPE_CHECKING:
    from ....inputs.scenario import Scenario

VILLAGE_BYTES, LEVER_BYTES, OTHER_BYTES = 90, 10, 60_000
"""Of a row of the village table, more of it for each intervention, of all else."""


def _compute(question: Question[Asked], work: Work) -> Forecast:
    asked, scenario = question.asked, question.scenarios[0]
    engine: Any = asked.engine
    how: dict[Literal["engine", "workers", "progress", "sink", "agent_class"], Any] = {
        "engine": engine,
        "workers": work.workers,
        "progress": work.progress,
        "sink": work.sink(0),
        "agent_class": question.agent_class,
    }
    effort = asked.draws, None if engine == "exact" else asked.replicates, asked.seed
    if asked.precision is None:
        return forecast(scenario, *effort, **how)
    return forecast_to_precision(scenario, asked.precision, *effort, **how)


def _size(question: Question[Asked]) -> int:
    """Return about how many bytes a forecast takes: of each round no more than the last is written."""
    asked, scenario = question.asked, question.scenarios[0]
    trajectories = asked.draws * asked.replicates if asked.precision is None else MOST_TRAJECTORIES
    rows = 0 if asked.engine == "exact" else trajectories * scenario.horizon * len(scenario.districts)
    single = VILLAGE_BYTES + LEVER_BYTES * len(scenario.interventions)
    villages = scenario.horizon * sum(map(len, scenario.districts)) * single
    data = sum(map(len, scenario.data.values()))
    return int(rows * _row_bytes(scenario)) + villages + data + OTHER_BYTES


def _row_bytes(scenario: Scenario) -> float:
    """Return what a row of the ensemble takes: counts that are told apart take bits, and are compressed."""
    return 0.75 * math.log2(1 + sum(map(len, scenario.districts)) / len(scenario.districts))


FORECAST = Kind(
    name="forecast",
    asked=Asked,
    found=Forecast,
    result_type=ForecastResult,
    question=question_of,
    compute=_compute,
    result=result_of,
    tables=tables_of,
    document=document_of,
    sheets=sheets_of,
    figures=("fan_chart", "rises", "transition_matrix", "village_board"),
    undrawable=undrawable,
    undrawn=phrase("No village board: {reason}."),
    size=_size,
    title=phrase("forecast"),
)
