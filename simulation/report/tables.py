"""The tables of a run folder: which rows and columns each holds.

Knows the columns of ``years.csv``, ``villages.csv``, ``hub.csv``, ``precision.csv`` and ``ensemble.parquet``;
must not know which engine made the numbers, nor in which language they are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..domain.status import LEVELS, Status
from ..domain.villages import KnownStatuses
from ..inference.forecast import DistrictForecast, Forecast, ensemble_columns, year_rows
from ..inference.precision import PrecisionTrace
from .failures import write_failures
from .files import write_csv, write_parquet
from .record import DECIMALS, Record, districts_of

if TYPE_CHECKING:
    from ..engine.failure import Failure

VILLAGES_IN_CSV = 10_000
HUB_COLUMNS = ("origin_date", "target", "horizon", "location", "output_type", "output_type_id", "value")

TRACE_COLUMNS = ("draws", "replicates", "district_code", "year", "probability_met", "largest_half_width")


def write_tables(
    forecast: Forecast, result: Record, folder: Path, command: Callable[[Failure], str] | None = None
) -> list[str]:
    """Write every table of a forecast and return the names of the files."""
    written = [_write_years(forecast, result, folder), _write_villages(forecast, folder), _write_hub(result, folder)]
    if forecast.ensemble_run is not None:
        write_parquet(
            folder / "ensemble.parquet", (ensemble_columns(forecast, i) for i in range(len(forecast.districts)))
        )
        written.append("ensemble.parquet")
    return written + write_failures(forecast, folder, command)


def write_trace(forecast: Forecast, trace: PrecisionTrace, folder: Path) -> str:
    """Write the rounds of a run that doubled, one row a round, district and year, and return the file's name."""
    codes = [district.villages.district_code for district in forecast.districts]
    rows = [
        (step.draws, step.replicates, code, year, probability, step.half_width)
        for step in trace.steps
        for code, probabilities in zip(codes, step.probabilities, strict=True)
        for year, probability in zip(forecast.calendar, probabilities, strict=True)
    ]
    write_csv(folder / "precision.csv", TRACE_COLUMNS, rows)
    return "precision.csv"


def _write_years(forecast: Forecast, result: Record, folder: Path) -> str:
    """Write the yearly table; what is judged stands before what is needed, empty where it is not known."""
    rows = []
    for district, said in zip(forecast.districts, districts_of(result), strict=True):
        for row, year in zip(year_rows(forecast.scenario, district), said["years"], strict=True):
            place = list(row).index("needed_mean")
            cells = list(row.items())
            rows.append(dict([*cells[:place], *_judged(year).items(), *cells[place:]]))
    write_csv(folder / "years.csv", list(rows[0]), (list(row.values()) for row in rows))
    return "years.csv"


def _judged(year: Record) -> dict[str, Any]:
    """Return the columns of what is held against the needed number."""
    judged = year["judged"] or {"mean": None, "quantiles": dict.fromkeys(year["rises"]["quantiles"])}
    quantiles = {f"judged_q{round(100 * float(q)):02d}": value for q, value in judged["quantiles"].items()}
    return {"judged_mean": judged["mean"], **quantiles}


def _write_villages(forecast: Forecast, folder: Path) -> str:
    """Write the village table as CSV, or as Parquet where no spreadsheet would open it."""
    groups = (village_columns(forecast, district) for district in forecast.districts)
    if sum(len(district.villages) for district in forecast.districts) > VILLAGES_IN_CSV:
        write_parquet(folder / "villages.parquet", groups)
        return "villages.parquet"
    columns = list(groups)
    rows = (row for group in columns for row in zip(*group.values(), strict=True))
    write_csv(folder / "villages.csv", list(columns[0]), rows)
    return "villages.csv"


def village_columns(forecast: Forecast, district: DistrictForecast) -> dict[str, Any]:
    """Return one row a village and year of one district, as columns.

    ``origin_status`` is empty where only counts are known: the rows then tell villages apart by what
    else is known of them, and say nothing of how near any one of them is.
    """
    villages, years = district.villages, forecast.calendar
    horizon = len(years)

    def each(values: Any) -> list[str]:
        return [str(value) for value in values for _ in range(horizon)]

    origin = [""] * len(villages)
    if isinstance(villages.known, KnownStatuses):
        origin = [Status(int(level)).label for level in villages.levels]
    return {
        **({"district_code": each([villages.district_code] * len(villages))} if len(forecast.districts) > 1 else {}),
        "village_code": each(villages.codes),
        "village": each(villages.names),
        "subdistrict": each([villages.subdistricts[k] for k in villages.subdistrict_index]),
        "origin_status": each(origin),
        "year": np.tile(np.asarray(years, dtype=np.int32), len(villages)),
        **{f"probability_{level}": _flat(district.status_probability[..., s]) for s, level in enumerate(LEVELS)},
        "probability_rises": _flat(district.rise_probability),
        "probability_risen": _flat(district.risen_probability),
        **{
            f"assisted_{plan.name}": _flat(district.assisted_share[..., j])
            for j, plan in enumerate(forecast.scenario.interventions)
        },
    }


def _flat(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.round(np.asarray(values, dtype=np.float64).ravel(), DECIMALS)


def _write_hub(result: Record, folder: Path) -> str:
    write_csv(folder / "hub.csv", HUB_COLUMNS, hub_rows(result))
    return "hub.csv"


def hub_rows(result: Record) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the hubverse table: quantiles of the rises and of what is judged, chance that it is enough."""
    origin_date = f"{result['origin']}-12-31"
    for district in districts_of(result):
        for horizon, year in enumerate(district["years"], start=1):
            place = (horizon, district["code"])
            counts = {"rises": year["rises"]}
            if district["target"]["key"] in {"entries", "stock", "net_rises"} and year["judged"] is not None:
                counts[district["target"]["key"]] = year["judged"]
            for name, count in counts.items():
                for quantile, value in count["quantiles"].items():
                    yield origin_date, name, *place, "quantile", quantile, value
            met = year["probability_met"]
            yield origin_date, "target", *place, "pmf", "met", met
            yield origin_date, "target", *place, "pmf", "not_met", round(1 - met, DECIMALS)
