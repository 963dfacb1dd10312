"""Draws that a calibration wrote, read back as distributions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

import msgspec
import numpy as np

from ..domain.distributions import Empirical
from ..domain.messages import Message, listed, nearest, shown
from ..domain.parameters import OWN_POSTERIOR, ParameterKey, ParameterSet
from ..domain.past import Past
from ..domain.status import LEVELS
from .files import Source
from .problem_list import ProblemList

METADATA_KEY = b"kampungkb"
MOST_ROWS = 1_000_000
MOST_COLUMNS = 10_000
MOST_VALUES = 10_000_000
FEWEST_ROWS, MOST_CORRELATION = 50, 0.5
"""From how many rows on, and beyond which rank correlation, an order of theirs is told."""
AS_IN_A_SCENARIO = Message("give chances, odds ratios and spreads as a scenario has them: no logits, logs or percent")
WRITE_AGAIN = Message("write the file again with kampungkb calibrate --out")


@dataclass(frozen=True)
class LearnedDraws:
    """Draws of some parameters.

    Attributes
    ----------
    draws
        Parameter -> its draws, on the scale of its key.
    blocks, past
        The data behind them; what was observed, and what the fitted law says of it, where the file tells.
    """

    draws: Mapping[ParameterKey, Empirical] = field(default_factory=dict)
    blocks: tuple[str, ...] = ()
    past: Past | None = None

    @classmethod
    def of(cls, parameters: ParameterSet) -> LearnedDraws:
        """Return the draws among the parameters of a scenario."""
        draws = {key: value for key, value in parameters.scalars.items() if isinstance(value, Empirical)}
        return cls(draws, parameters.blocks, parameters.past)


def read_posterior(source: Source, collector: ProblemList, known: set[ParameterKey]) -> LearnedDraws | None:
    """Return the draws in a Parquet file, or None with every problem told.

    Parameters
    ----------
    known
        Parameters that a column may hold, besides covariates and what is known of single villages and districts.
    """
    table = _read(source, collector)
    if table is None:
        return None
    before = len(collector)
    if table.num_rows == 0 or table.num_columns == 0:
        _tell(source, "", Message("there are no draws here"), collector)
        return None
    draws: dict[ParameterKey, Empirical] = {}
    basis, learned = _basis(table.schema.metadata)
    for name, column in zip(table.column_names, table.columns, strict=True):
        key = _key(name)
        of_place = key is not None and key.is_of_a_place
        if learned is not None and name not in learned and not of_place:
            continue
        if key is None or (key not in known and not (key.kind == "covariate" or key.is_of_a_place)):
            message = Message("no parameter of this scenario has this name")
            names, place = sorted(known), (source.shown, None)
            allowed, fix = Message("one of: {names}", {"names": listed(names, 30)}), nearest(name, names)
            collector.add(place, name, message, found=name, allowed=allowed, suggestion=fix, table=True)
        elif key in draws:
            message = Message("these columns all mean {name}: {names}", {"name": key, "names": listed([name, name])})
            fix = Message("leave one of them out")
            collector.add((source.shown, None), name, message, found=name, suggestion=fix, table=True)
        elif (values := _column(source, key, column, collector)) is not None:
            draws[key] = Empirical(values)
    if len(collector) > before:
        return None
    if basis.blocks == OWN_POSTERIOR:
        _note_order(source, draws, collector)
    return replace(basis, draws=draws)


def _note_order(source: Source, draws: Mapping[ParameterKey, Empirical], collector: ProblemList) -> None:
    """Note where the rows of a posterior of the user's own lie in an order, so that the first are no sample of all."""
    for key, drawn in draws.items():
        size = drawn.values.size
        if size < FEWEST_ROWS or drawn.fixed:
            continue
        ranks = np.argsort(np.argsort(drawn.values, kind="stable"))
        correlation = float(np.corrcoef(ranks, np.arange(size))[0, 1])
        if abs(correlation) > MOST_CORRELATION:
            message = Message(
                "{table}: {name} goes with the number of the row (rank correlation {value:,}): whatever takes fewer "
                "draws than rows takes the first of them, which differ from the others",
                {"table": source.shown, "name": key, "value": round(correlation, 2)},
            )
            collector.note(message)
            return


def _key(column: str) -> ParameterKey | None:
    """Return the parameter that a column is named after, if any."""
    try:
        return ParameterKey.parse(column)
    except ValueError:
        return None


def _read(source: Source, collector: ProblemList) -> Any:
    """Return the Arrow table in a file, or None with the problem told; size is looked at before reading."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyarrow import types

    try:
        file = pq.ParquetFile(BytesIO(source.content))
        size = file.metadata
        if size.num_rows > MOST_ROWS or size.num_columns > MOST_COLUMNS:
            values = {"rows": MOST_ROWS // 10**6, "columns": MOST_COLUMNS}
            message = Message("the file holds more than {rows} million draws or {columns:,} columns", values)
        elif size.num_rows * size.num_columns > MOST_VALUES:
            message = Message("the file holds more than {most} million values", {"most": MOST_VALUES // 10**6})
        else:  # texts and lists may be long; a column without a value is of the type null
            numbers = types.is_floating, types.is_integer, types.is_null
            others = [one.name for one in file.schema_arrow if not any(fits(one.type) for fits in numbers)]
            for name in others:
                _tell(source, name, Message("the column holds something else than numbers"), collector)
            return None if others else file.read()
    except (pa.ArrowException, OSError, ValueError):
        message = Message("this is not a Parquet file of draws")
    _tell(source, "", message, collector)
    return None


def _tell(source: Source, column: str, message: Message, collector: ProblemList) -> None:
    fix = Message("give a column of numbers for each parameter, a row for each draw")
    collector.add(
        (source.shown, None), column, message, suggestion=fix if source.in_python else WRITE_AGAIN, table=True
    )


def _column(source: Source, key: ParameterKey, column: Any, collector: ProblemList) -> np.ndarray[Any, Any] | None:
    """Return one column as floats after telling what is not a number or out of range."""
    values = np.asarray(column.to_numpy(), dtype=np.float64)
    wrong, allowed = ~np.isfinite(values) | (values < 0), Message("at least {low}", {"low": 0})
    if key.scale == "probability":
        wrong, allowed = wrong | (values > 1), Message("a share or probability from 0 to 1")
    elif key.scale == "level":
        wrong, allowed = ~np.isin(values, range(len(LEVELS))), Message("a status from 0 (dasar) to 3 (paripurna)")
    elif key.scale == "odds ratio":
        wrong, allowed = wrong | (values == 0), Message("above {low}", {"low": 0})
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        message = Message(
            "draws that do not fit this parameter: {count:,}, the first in row {row}",
            {"count": int(wrong.sum()), "row": row + 1},
        )
        found, fix = shown(str(values[row])), None if key.scale == "level" else AS_IN_A_SCENARIO
        collector.add((source.shown, None), key, message, found=found, allowed=allowed, suggestion=fix, table=True)
        return None
    return values


def _basis(metadata: Mapping[bytes, bytes] | None) -> tuple[LearnedDraws, frozenset[str] | None]:
    """Return what the file says it rests on, no draws among it, and which columns were learned; None where it does not.

    Columns that no data bore on are the calibration's priors: a scenario keeps its own instead.
    """
    try:
        said = json.loads((metadata or {}).get(METADATA_KEY, b"{}"))
        blocks, learned = said.get("basis"), said.get("learned")
    except (ValueError, AttributeError, RecursionError):
        blocks = None
    if not _are_texts(blocks) or not blocks:
        return LearnedDraws(blocks=OWN_POSTERIOR), None
    found = LearnedDraws(blocks=tuple(map(shown, blocks)), past=_past(said.get("past")))
    return found, frozenset(learned) if _are_texts(learned) else None


def _past(said: Any) -> Past | None:
    try:
        return None if said is None else msgspec.convert(said, Past, strict=False, str_keys=True)
    except msgspec.ValidationError:
        return None


def metadata(blocks: Sequence[str], learned: Iterable[ParameterKey], past: Past | None, **more: Any) -> bytes:
    """Return what a file of draws says of itself."""
    told = {} if past is None else {"past": msgspec.to_builtins(past, str_keys=True)}
    return json.dumps({"basis": list(blocks), "learned": list(map(str, learned)), **told, **more}).encode()


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
