"""What a run says of single villages, read back from its table."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..inputs.tables.cells import unguard

Row = Mapping[str, Any]
_NUMBERS = ("probability_", "assisted_")


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
