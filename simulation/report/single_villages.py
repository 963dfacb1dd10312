"""What a run says of single villages, read back from its table, and why some runs say nothing.

Knows the village table as `tables` writes it; must not know what is shown of it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..domain.messages import Message
from ..inference.explanation import STATUS_UNKNOWN
from ..inference.forecast import Forecast
from ..inputs.tables.cells import unguard
from .tables import village_columns

Row = Mapping[str, Any]
MOST_SUBDISTRICTS = 200
"""Tiles that a page of A4 holds: four times the kecamatan of any district."""
_NUMBERS = ("probability_", "assisted_")


def board_refusal(record: Mapping[str, Any]) -> Message | None:
    """Return why no village board can be drawn of a run, or None where one can."""
    if "districts" in record:
        return Message("the village board shows one district, and this forecast has several")
    if not record["population"]["single_status_known"]:
        return STATUS_UNKNOWN
    if record["population"]["subdistricts"] > MOST_SUBDISTRICTS:
        return Message("so many kecamatan do not fit on the page of the village board; villages.csv lists the villages")
    return None


def rows_of(forecast: Forecast) -> list[Row]:
    """Return the rows of a forecast's village table, one a village and year."""
    tables = [village_columns(forecast, district) for district in forecast.districts]
    return [dict(zip(table, row, strict=True)) for table in tables for row in zip(*table.values(), strict=True)]


def read_rows(folder: Path, village_code: str | None = None) -> list[Row]:
    """Return the rows of the village table in a run folder: all, or those of one village."""
    rows = _read_csv(folder / "villages.csv") if (folder / "villages.csv").is_file() else _read_parquet(folder)
    return [row for row in rows if village_code in {None, row["village_code"]}]


def _read_csv(path: Path) -> Iterable[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield {name: _value(name, text) for name, text in row.items()}


def _read_parquet(folder: Path) -> Iterable[Row]:
    from pyarrow.parquet import ParquetFile

    table = ParquetFile(folder / "villages.parquet")
    for batch in table.iter_batches():
        yield from batch.to_pylist()


def _value(name: str, text: str) -> Any:
    """Return a cell as it was before it was written: a number, or text that is no longer kept from being a formula."""
    if name == "year":
        return int(text)
    if name.startswith(_NUMBERS):
        return float(text) if text else None
    return unguard(text)
