"""The record of a register as files: data, a table, a figure in each language asked for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..files import json_text, write_csv, write_text
from ..language import Language
from ..record import rounded
from ..results import paths
from .record import ForecastRow, Record
from .register import Register

FOLDER = "record"
COLUMNS = (
    "entry", "registered", "district_code", "district", "year", "late", "state", "probability_met", "needed", "met",
    "basis", "rises_low", "rises_high", "brier", "log_score", "wis_rises", "inside_50", "inside_90",
)  # fmt: skip


def plain_record(record: Record) -> Any:
    """Return the record as plain data."""
    return rounded(asdict(record))


def write_record(register: Register, record: Record) -> None:
    """Write the record as ``record.json`` and ``record.csv``, over those of an earlier look."""
    folder = register.path / FOLDER
    write_text(folder / "record.json", json_text(plain_record(record)))
    write_csv(folder / "record.csv", COLUMNS, map(_cells, record.forecasts))


def draw_record(register: Register, speech: Language, record: Record) -> None:
    """Draw the record in one language, over the figure of an earlier look."""
    from ..plots_page import save_figure, style
    from ..plots_register import draw_register

    with style():
        figure = draw_register(speech, record)
    save_figure(figure, *paths(register.path / FOLDER / "figures", "record", speech.code), title="record")


def _cells(row: ForecastRow) -> list[Any]:
    """Return a row of the table; a score is left out where the outcome leaves it open."""
    cells: list[Any] = [getattr(row, name) for name in COLUMNS[:8]]
    if row.outcome is None or row.scores is None:
        return [*cells, *[None] * (len(COLUMNS) - 8)]
    outcome, scores = row.outcome, row.scores
    exact = [
        ends[0] if ends is not None and ends[0] == ends[1] else None
        for ends in (scores.brier, scores.log_score, scores.wis_rises)
    ]
    inside = [scores.inside["0.5"], scores.inside["0.9"]]
    return [*cells, outcome.needed, outcome.met, outcome.basis, *(outcome.rises or (None, None)), *exact, *inside]
