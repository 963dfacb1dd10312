"""The schema of the tables of a folder, in a file beside them that other programs read.

It is a Data Package of the Frictionless standard, version 2 (https://datapackage.org): of every table the name, type,
unit and bounds of each column, and what it means, in English (``description``) and Indonesian (``description_id``).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...domain.columns import TABLES, Column, TableColumns
from ...domain.messages import Message
from ..language import language

if TYPE_CHECKING:
    import pandas as pd

DATA_PACKAGE = "datapackage.json"
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_FORMATS = {".csv": "text/csv", ".parquet": "application/vnd.apache.parquet"}


def data_package(name: str, tables: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the schema of tables, file name -> its columns."""
    return {
        "$schema": _PROFILE,
        "name": name,
        "resources": [_resource(Path(file), columns) for file, columns in tables.items()],
    }


def _resource(file: Path, columns: Sequence[str]) -> dict[str, Any]:
    table = TABLES.get(file.stem)
    return {
        "name": file.stem,
        "type": "table",
        "path": file.name,
        "format": file.suffix[1:],
        "mediatype": _FORMATS[file.suffix],
        **({} if table is None else _told(table.row)),
        "schema": {"fields": [_field(name, table) for name in columns], "missingValues": [""]},
    }


def _field(name: str, table: TableColumns | None) -> dict[str, Any]:
    """Return what is said of a column; of one that is not described, as those of a researcher's own, its name alone."""
    found = None if table is None else table.of(name)
    if found is None:
        return {"name": name, "type": "any"}
    column, meaning = found
    unit = {} if column.unit is None else {"unit": str(column.unit)}
    bounds = _bounds(column)
    return {
        "name": name,
        "type": column.kind,
        **unit,
        **_told(meaning),
        **({"constraints": bounds} if bounds else {}),
    }


def _told(meaning: Message) -> dict[str, str]:
    return {"description": str(meaning), "description_id": language("id").problem(meaning)}


def _bounds(column: Column) -> dict[str, float]:
    return {name: end for name, end in (("minimum", column.low), ("maximum", column.high)) if end is not None}


def read_table(path: Path, name: str = "") -> pd.DataFrame:
    """Return a table that was saved, CSV or Parquet, with text as text: a code 32.10 stays so.

    Its columns are those of a table of this `name`, by default of that of the file.
    """
    import pandas as pd

    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    with path.open(encoding="utf-8", newline="") as stream:
        names = next(csv.reader(stream), [])
    table = TABLES.get(name or path.stem)
    found = {name: None if table is None else table.of(name) for name in names}
    text = [name for name, known in found.items() if known is not None and known[0].kind == "string"]
    return pd.read_csv(path, dtype=dict.fromkeys(text, str))
