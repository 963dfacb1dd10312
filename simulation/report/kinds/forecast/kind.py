"""The kind of answer that a forecast is: how it is computed, and its tables for machines."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np

from ....decision.likeliest import subdistrict_years
from ....domain.status import LEVELS, UNKNOWN
from ....engine.effort import MOST_TRAJECTORIES
from ....engine.failure import Failure
from ....inference.forecast import (
    FAILURE_COLUMNS,
    DistrictForecast,
    Forecast,
    ensemble_columns,
    failure_rows,
    year_rows,
)
from ....inference.forecasting import forecast, forecast_to_precision
from ...files import DECIMALS
from ...language import phrase
from ..kind import DataTable, Kind, Rows, Work
from ..question import Question
from .districts import data_tables
from .document import document_of, sheets_of
from .hub import hub_tables
from .result import Asked, ForecastResult, question_of, result_of, undrawable

VILLAGE_BYTES, LEVER_BYTES, OTHER_BYTES = 90, 10, 60_000
"""Of a row of the village table, more of it for each intervention, of all else."""
VILLAGES_IN_CSV = 10_000
"""Above so many villages no spreadsheet would open their table: it is written as Parquet."""
TRACE_COLUMNS = ("draws", "replicates", "district_code", "year", "probability_met", "largest_half_width")
FAILURES = "failures.csv"


def _compute(question: Question[Asked], work: Work) -> Forecast:
    asked, scenario = question.asked, question.scenarios[0]
    engine: Any = asked.engine
    how: dict[Literal["engine", "workers", "executor", "progress", "sink", "estimator"], Any] = {
        "engine": engine,
        "workers": work.workers,
        "executor": work.executor,
        "progress": work.progress,
        "sink": work.sink(0),
        "estimator": asked.estimator or "plain",
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
    number = sum(map(len, scenario.districts))
    # Counts that are told apart take bits, and are compressed.
    row = 0.75 * math.log2(1 + number / len(scenario.districts))
    villages = scenario.horizon * number * (VILLAGE_BYTES + LEVER_BYTES * len(scenario.interventions))
    return int(rows * row) + villages + sum(map(len, scenario.data.values())) + OTHER_BYTES


def tables_of(forecast: Forecast, result: ForecastResult) -> Iterator[DataTable]:
    """Yield every table of a forecast."""
    years = [row for one in forecast.districts for row in year_rows(forecast.scenario, one)]
    yield DataTable.of_rows("years.csv", years)
    yield _villages(forecast)
    if rows := list(_subdistricts(forecast)):
        yield DataTable.of_rows("subdistricts.csv", rows)
    yield from data_tables(result)
    yield from hub_tables(forecast, result)
    if forecast.ensemble_run is not None:
        groups = (ensemble_columns(forecast, place) for place in range(len(forecast.districts)))
        yield DataTable.of_columns("ensemble.parquet", groups)
        if forecast.ensemble_run.failures:
            rows = failure_rows(forecast.ensemble_run, partial(_replay, forecast))
            yield DataTable(FAILURES, FAILURE_COLUMNS, [list(row.values()) for row in rows])
    if forecast.trace is not None:
        yield _rounds(forecast)


def _replay(forecast: Forecast, failure: Failure) -> str:
    """Return the command that runs a failed trajectory again, typed in the run folder."""
    command = f"kampungkb replay . --draw {failure.draw} --replicate {failure.replicate}"
    return command if len(forecast.districts) == 1 else f"{command} --district {failure.district_code}"


def _villages(forecast: Forecast) -> DataTable:
    if sum(len(district.villages) for district in forecast.districts) > VILLAGES_IN_CSV:
        groups = (village_columns(forecast, district) for district in forecast.districts)
        return DataTable.of_columns("villages.parquet", groups)
    return DataTable.of_rows("villages.csv", village_rows(forecast))


def _subdistricts(forecast: Forecast) -> Iterator[dict[str, Any]]:
    """Yield the rows of the table of kecamatan, one a kecamatan and year."""
    for district in forecast.districts:
        place = {"district_code": district.villages.district_code} if len(forecast.districts) > 1 else {}
        for one in subdistrict_years(forecast, district):
            yield {**place, **vars(one)}


def village_rows(forecast: Forecast) -> Rows:
    """Return the rows of the village table, one a village and year."""
    groups = [village_columns(forecast, district) for district in forecast.districts]
    return [dict(zip(one, row, strict=True)) for one in groups for row in zip(*one.values(), strict=True)]


def village_columns(forecast: Forecast, district: DistrictForecast) -> dict[str, Any]:
    """Return one row a village and year of one district, as columns; a year counts from that after it joins on.

    ``origin_status`` is empty where it is not known, throughout where only counts are: the rows then tell villages
    apart by what else is known of them, and say nothing of how near any one of them is.
    """
    villages, levels = district.villages.ever, district.villages.single_levels
    row, place = np.nonzero(np.stack([villages.there(year) for year in forecast.calendar], axis=1))

    rows = row.tolist()

    def each(values: Sequence[str]) -> list[str]:
        text = list(map(str, values))
        return [text[i] for i in rows]

    def flat(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.round(np.asarray(values[row, place], dtype=np.float64), DECIMALS)

    origin = [] if levels is None else ["" if level == UNKNOWN else LEVELS[level] for level in levels]
    return {
        **({"district_code": each([villages.district_code] * len(villages))} if len(forecast.districts) > 1 else {}),
        "village_code": each(villages.codes),
        "village": each(villages.names),
        "subdistrict": each([villages.subdistricts[k] for k in villages.subdistrict_index]),
        "origin_status": each(origin + [""] * (len(villages) - len(origin))),
        "year": np.asarray(forecast.calendar, dtype=np.int32)[place],
        **{f"probability_{level}": flat(district.status_probability[..., s]) for s, level in enumerate(LEVELS)},
        "probability_rises": flat(district.rise_probability),
        "probability_risen": flat(district.risen_probability),
        **{
            f"assisted_{plan.name}": flat(district.assisted_share[..., j])
            for j, plan in enumerate(forecast.scenario.interventions)
        },
        **(
            {}
            if district.recorded is None
            else {
                f"recorded_{name}": flat(district.recorded[..., place])
                for place, name in enumerate(forecast.scenario.records)
            }
        ),
    }


def _rounds(forecast: Forecast) -> DataTable:
    """Return the rounds of a run that doubled, one row a round, district and year."""
    codes = [district.villages.district_code for district in forecast.districts]
    rows = [
        (step.draws, step.replicates, code, year, probability, step.half_width)
        for step in (forecast.trace.steps if forecast.trace else ())
        for code, probabilities in zip(codes, step.probabilities, strict=True)
        for year, probability in zip(forecast.scenario.years, probabilities, strict=True)
    ]
    return DataTable("precision.csv", TRACE_COLUMNS, rows)


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
    figures=("fan_chart", "rises", "districts", "transition_matrix", "village_board", "village_map"),
    undrawable=undrawable,
    undrawn={
        "village_board": phrase("No status map of villages: {reason}."),
        "village_map": phrase("No village map: {reason}."),
    },
    size=_size,
    title=phrase("forecast"),
)
