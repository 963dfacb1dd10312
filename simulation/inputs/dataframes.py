"""Tables given in Python in the place of files: data frames, graphs of networkx, posteriors of xarray and ArviZ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .files import Row, Source
from .tables.cells import SheetCell, clean

if TYPE_CHECKING:
    import pandas as pd

DRAWS = "transition.parameters_from"
"""The key that names draws; every other names a table."""
_COUNTING = ("draw", "chain", "sample")
"""The dimensions of a posterior that count its draws, the slowest first."""


def is_table(value: Any) -> bool:
    """Return whether a value of Python stands for a table: pandas, what turns into that, a graph, a posterior."""
    return _is_frame(value) or hasattr(value, "to_pandas") or is_graph(value) or _dataset(value) is not None


def is_graph(value: Any) -> bool:
    """Return whether a value is a graph of networkx."""
    return hasattr(value, "is_directed") and hasattr(value, "edges")


def table_source(value: Any, key: str, name: str = "") -> Source:
    """Return a table of Python as a file that was read; problems name it by its type and `name`, else its key.

    Parameters
    ----------
    value
        For which `is_table` holds.
    key
        Of a scenario file, as in ``villages.table``; "" for other tables.
    """
    shown = f"{type(value).__name__} {name or key}"
    if key == DRAWS:
        return Source(Path(shown), shown, Path(), _parquet(_draws(value)), in_python=True)
    frame = _edges(value) if is_graph(value) else _frame(value)
    rows = _rows(_pairs(frame) if key == "villages.distances" and _is_square(frame) else frame)
    return Source(Path(shown), shown, Path(), json.dumps(rows).encode(), rows, in_python=True)


def _is_frame(value: Any) -> bool:
    return hasattr(value, "iloc") and hasattr(value, "columns")


def _frame(value: Any) -> pd.DataFrame:
    """Return a pandas data frame whose named index is a column, or several."""
    frame: pd.DataFrame = value if _is_frame(value) else value.to_pandas()
    named = [name for name in frame.index.names if name is not None]
    return frame.reset_index(named) if named else frame


def _rows(frame: pd.DataFrame) -> list[Row]:
    """Return column names, as row 0, and the rows, numbered from 1; cells that hold nothing are blank."""
    cells = frame.astype(object).where(frame.notna(), None)
    lines = zip(*(map(_cell, cells.iloc[:, i]) for i in range(cells.shape[1])), strict=True)
    head = [clean(str(name)) for name in frame.columns]
    return [(0, head), *((number, list(line)) for number, line in enumerate(lines, start=1) if any(line))]


def _cell(value: Any) -> str:
    """Return a value as a cell of a workbook holds it."""
    match value:
        case None:
            return ""
        case bool() | np.bool_():
            return str(value).upper()
        case int() | np.integer():
            return SheetCell(str(int(value)), "number")
        case float() | np.floating():
            number = float(value)
            whole = number.is_integer() and abs(number) < 1e15
            return SheetCell(str(int(number)) if whole else repr(number), "number")
        case date():
            return SheetCell(str(value).removesuffix(" 00:00:00"), "date")
    return clean(str(value))


def _edges(graph: Any) -> pd.DataFrame:
    """Return the edges of a graph between codes of villages; those without a weight have 1."""
    import pandas as pd

    return pd.DataFrame(
        list(graph.edges(data="weight", default=1.0)), columns=["village_code", "neighbour_code", "weight"]
    )


def _is_square(frame: pd.DataFrame) -> bool:
    """Return whether rows and columns of a frame are the same villages."""
    head = list(frame.columns)
    body = head[1:] if len(head) == len(frame) + 1 else head
    labels = frame.index if body is head else frame.iloc[:, 0]
    return len(body) == len(frame) and set(map(str, labels)) == set(map(str, body))


def _pairs(square: pd.DataFrame) -> pd.DataFrame:
    """Return the distances of a square table as a row for each pair; for both ways where these differ."""
    import pandas as pd

    if len(square.columns) > len(square):
        square = square.set_index(square.columns[0])
    codes = [str(name) for name in square.columns]
    far = square.set_axis([str(name) for name in square.index], axis=0).set_axis(codes, axis=1).loc[codes, codes]
    told = far.to_numpy(dtype=object)
    rows = [
        (codes[one], codes[other], told[one, other])
        for one in range(len(codes))
        for other in range(len(codes))
        if one < other
        or (one == other and told[one, one] != 0)
        or (one > other and told[one, other] != told[other, one])
    ]
    return pd.DataFrame(rows, columns=["village_code", "other_code", "distance"])


def _dataset(value: Any) -> Any:
    """Return the posterior in what xarray and ArviZ hold; None where it is no such thing."""
    if hasattr(value, "data_vars") and not hasattr(value, "children"):
        return value
    if hasattr(value, "posterior"):
        return value.posterior
    children = getattr(value, "children", None)  # of a DataTree
    return children["posterior"].to_dataset() if isinstance(children, Mapping) and "posterior" in children else None


def _draws(value: Any) -> pd.DataFrame:
    """Return one column a parameter and one row a draw.

    Of a posterior with chains, row d · C + c is draw d of chain c, C chains, so that the first rows are of all chains.
    What a variable has further dimensions for, statuses or villages, ends the name: ``rise`` at ``dasar`` is
    ``rise.dasar``.
    """
    import pandas as pd

    dataset = _dataset(value)
    if dataset is None:
        frame = _frame(value)
        return frame.drop(columns=[name for name in _COUNTING if name in frame.columns])
    columns: dict[str, Any] = {}
    for name, variable in dataset.data_vars.items():
        samples = [dim for dim in _COUNTING if dim in variable.dims]
        further = [dim for dim in variable.dims if dim not in samples]
        values = np.asarray(variable.transpose(*samples, *further).values)
        size = int(np.prod(values.shape[: len(samples)]))
        flat = values.reshape(size, -1)
        labels = [""]
        for dim in further:
            here = variable[dim].values if dim in variable.coords else range(variable.sizes[dim])
            labels = [f"{label}.{one}" for label in labels for one in here]
        columns |= {f"{name}{label}": flat[:, i] for i, label in enumerate(labels)}
    return pd.DataFrame({name: pd.Series(values) for name, values in columns.items()})


def _parquet(draws: pd.DataFrame) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = []
    for i in range(draws.shape[1]):
        column = draws.iloc[:, i]
        arrays.append(pa.array(column if column.dtype.kind in "fiu" else column.astype(str)))
    content = BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=[str(name) for name in draws.columns]), content)
    return content.getvalue()
