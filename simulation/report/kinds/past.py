"""What a district knows of its past as the content of a file: it names an answer, and gives the same answer again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np

from ...domain.evidence import Assistance, Counts, Evidence, Launches, Panel

FILE = "past.json"


def evidence_content(evidence: Evidence) -> bytes:
    """Return evidence as JSON: equal evidence is equal content."""
    data = {
        "panels": [_panel_data(one) for one in evidence.panels],
        "counts": [
            {"place": one.place, "dates": [day.isoformat() for day in one.dates], "counts": one.counts.tolist()}
            for one in evidence.counts
        ],
        "launches": [
            {
                "district_code": one.district_code,
                "codes": one.codes,
                "launch_year": one.launch_year.tolist(),
                "status": one.status.tolist(),
                "year": one.year,
            }
            for one in evidence.launches
        ],
        "assistance": [
            {
                "district_code": one.district_code,
                "codes": one.codes,
                "years": one.years,
                "given": {name: given.tolist() for name, given in one.given.items()},
            }
            for one in evidence.assistance
        ],
        "sources": dict(evidence.sources),
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def evidence_in(content: bytes) -> Evidence:
    """Return the evidence that is kept as content."""
    data = json.loads(content)
    return Evidence(
        panels=tuple(map(_panel, data["panels"])),
        counts=tuple(
            Counts(one["place"], tuple(map(date.fromisoformat, one["dates"])), np.array(one["counts"], dtype=np.int64))
            for one in data["counts"]
        ),
        launches=tuple(
            Launches(
                one["district_code"],
                tuple(one["codes"]),
                np.array(one["launch_year"], dtype=np.int64),
                np.array(one["status"], dtype=np.int8),
                one["year"],
            )
            for one in data["launches"]
        ),
        assistance=tuple(
            Assistance(
                one["district_code"],
                tuple(one["codes"]),
                tuple(one["years"]),
                {name: np.array(given, dtype=np.bool_) for name, given in one["given"].items()},
            )
            for one in data["assistance"]
        ),
        sources=data["sources"],
    )


def panels_content(panels: Iterable[Panel]) -> bytes:
    """Return panels as JSON, in an order of their own: it does not matter in which order districts are given."""
    data = sorted((_panel_data(one) for one in panels), key=json.dumps)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def panels_in(content: bytes) -> tuple[Panel, ...]:
    """Return the panels that are kept as content."""
    return tuple(map(_panel, json.loads(content)))


def _panel_data(panel: Panel) -> dict[str, Any]:
    """Return a panel as plain data."""
    return {
        "district_code": panel.district_code,
        "codes": panel.codes,
        "years": panel.years,
        "status": panel.status.tolist(),
    }


def _panel(data: dict[str, Any]) -> Panel:
    # Of a panel without villages the shape has to be said.
    status = np.array(data["status"], dtype=np.int8).reshape(len(data["codes"]), len(data["years"]))
    return Panel(data["district_code"], tuple(data["codes"]), tuple(data["years"]), status)
