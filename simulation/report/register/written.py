"""The record of a register as files: data, a table, a figure in each language asked for.

Knows what they are called; must not know how forecasts are scored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..files import json_text, write_csv, write_text
from ..language import Language
from ..results import paths
from .folder import Register

FOLDER = "record"
COLUMNS = (
    "entry", "registered", "district_code", "district", "year", "late", "state", "probability_met", "needed", "met",
    "basis", "rises_low", "rises_high", "brier", "log_score", "wis_rises", "inside_50", "inside_90",
)  # fmt: skip


def write_record(register: Register, record: Mapping[str, Any]) -> None:
    """Write the record as ``record.json`` and ``record.csv``, over those of an earlier look."""
    folder = register.path / FOLDER
    write_text(folder / "record.json", json_text(record))
    write_csv(folder / "record.csv", COLUMNS, map(_cells, record["forecasts"]))


def draw_record(register: Register, speech: Language, record: Mapping[str, Any]) -> None:
    """Draw the record in one language, over the figure of an earlier look."""
    from ..plots_page import save_figure, style
    from ..plots_register import draw_register

    with style():
        figure = draw_register(speech, record)
    save_figure(figure, *paths(register.path / FOLDER / "figures", "record", speech.code), title="record")


def _cells(row: Mapping[str, Any]) -> list[Any]:
    """Return a row of the table; a score is left out where the outcome leaves it open."""
    outcome, scores = row["outcome"] or {}, row["scores"] or {}
    low, high = outcome.get("rises") or (None, None)
    exact = {name: _exact(scores.get(name)) for name in ("brier", "log_score", "wis_rises")}
    inside = scores.get("inside", {})
    return [
        *(row[name] for name in COLUMNS[:8]),
        outcome.get("needed"),
        outcome.get("met"),
        outcome.get("basis"),
        low,
        high,
        *exact.values(),
        inside.get("0.5"),
        inside.get("0.9"),
    ]


def _exact(ends: list[float] | None) -> float | None:
    return ends[0] if ends is not None and ends[0] == ends[1] else None
