"""Draws that a calibration wrote, read back as distributions.

Knows the Parquet file and what may stand in it; must not know how draws are computed or used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np

from ..domain.distributions import Empirical
from .collector import Collector, nearest, shown
from .files import Source
from .problems import Message

METADATA_KEY = b"kampungkb"
MOST_ROWS = 1_000_000
MOST_COLUMNS = 500
UNNAMED_BLOCKS = ("draws from a file; origin not stated",)


@dataclass(frozen=True)
class Posterior:
    """Draws of some parameters.

    Attributes
    ----------
    draws
        Parameter name -> its draws, on the scale of the scenario key.
    blocks
        The data behind them.
    """

    draws: Mapping[str, Empirical] = field(default_factory=dict)
    blocks: tuple[str, ...] = ()


def read_posterior(source: Source, collector: Collector, known: set[str]) -> Posterior | None:
    """Return the draws in a Parquet file, or None with every problem told.

    Parameters
    ----------
    known
        Names a column may have, besides covariates.
    """
    table = _read(source, collector)
    if table is None:
        return None
    before = len(collector)
    if table.num_rows == 0 or table.num_columns == 0:
        collector.add((source.shown, None), "", Message("the file holds no draws"), table=True)
        return None
    draws: dict[str, Empirical] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if name in draws:
            collector.add((source.shown, None), name, Message("two columns have this name"), table=True)
        elif name not in known and not name.startswith("covariates."):
            message = Message("no parameter of this scenario has this name")
            fix = nearest(name, sorted(known))
            collector.add((source.shown, None), name, message, found=name, suggestion=fix, table=True)
        elif (values := _column(source, name, column, collector)) is not None:
            draws[name] = Empirical(values)
    return Posterior(draws, _blocks(table.schema.metadata)) if len(collector) == before else None


def _read(source: Source, collector: Collector) -> Any:
    """Return the Arrow table in a file, or None with the problem told; size is looked at before reading."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        size = pq.read_metadata(BytesIO(source.content))
        if size.num_rows <= MOST_ROWS and size.num_columns <= MOST_COLUMNS:
            return pq.read_table(BytesIO(source.content))
        values = {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
        message = Message("the file holds more than {rows} draws or {columns} columns", values)
    except (pa.ArrowException, OSError, ValueError):
        message = Message("this is not a Parquet file of draws; calibrate writes one with --out")
    collector.add((source.shown, None), "", message, table=True)
    return None


def _column(source: Source, name: str, column: Any, collector: Collector) -> np.ndarray[Any, Any] | None:
    """Return one column as floats after telling what is not a number or out of range."""
    try:
        values = np.asarray(column.to_numpy(), dtype=np.float64)
    except (TypeError, ValueError, NotImplementedError):
        message = Message("the column holds something else than numbers")
        collector.add((source.shown, None), name, message, table=True)
        return None
    low, high = limits(name)
    wrong = ~np.isfinite(values) | (values < low) | (values > high)
    if "odds_ratio" in name or name.startswith("covariates."):
        wrong |= values <= 0
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        message = Message(
            "{count} draws are not numbers that fit this parameter, the first in row {row}",
            {"count": int(wrong.sum()), "row": row + 1},
        )
        collector.add((source.shown, None), name, message, found=shown(str(values[row])), table=True)
        return None
    return values


def limits(name: str) -> tuple[float, float]:
    """Return the range of a parameter on the scale of its scenario key."""
    is_probability = name.split(".", maxsplit=1)[0] in {"rise", "fall", "skip"} or name == "campaign.probability"
    return (0.0, 1.0) if is_probability else (0.0, np.inf)


def _blocks(metadata: Mapping[bytes, bytes] | None) -> tuple[str, ...]:
    """Return the data blocks that the file says it rests on."""
    try:
        basis = json.loads((metadata or {}).get(METADATA_KEY, b"{}")).get("basis")
    except (ValueError, AttributeError, RecursionError):
        return UNNAMED_BLOCKS
    named = isinstance(basis, list) and basis and all(isinstance(block, str) for block in basis)
    return tuple(map(shown, basis)) if named and basis is not None else UNNAMED_BLOCKS
