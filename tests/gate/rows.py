"""The rows of the gate: which truths, and what a planner knows of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .judge import Answer
from .office import Data, RefusedError, forecast
from .world import District, district, neighbours


@dataclass(frozen=True)
class Row:
    """Data of districts whose law is drawn from the default priors; the rest as in `district`.

    Attributes
    ----------
    draws
        Of calibration and forecast.
    stated
        Whether the scenario states `village_sd`, or leaves it to its prior.
    between
        Six districts learned together, and each by itself, that lie as far apart; None of one district.
    """

    data: Data
    lists: int = 6
    village_sd: float | None = None
    stated: bool = False
    burst: bool = False
    late: bool = False
    gaps: bool = False
    draws: int = 500
    between: float | None = None


ROWS = {
    "panel": Row("panel"),
    "counts": Row("counts"),
    "launches": Row("launches"),
    "panel-unlike": Row("panel", lists=12, village_sd=1.2),
    "panel-unlike-stated": Row("panel", lists=12, village_sd=1.2, stated=True),
    "panel-burst": Row("panel", burst=True),
    "counts-burst": Row("counts", burst=True),
    "panel-late": Row("panel", late=True),
    "panel-gaps": Row("panel", gaps=True, draws=200),
    "six-alike": Row("panel", draws=250, between=0.0),
    "six-apart": Row("panel", draws=250, between=0.5),
    "six-far-apart": Row("panel", draws=250, between=1.0),
}
"""Name -> what it is: the first three are those of every district; then villages that differ much, over twelve years,
where the scenario leaves that to the data or states it; a year in which many rose; lists on which about 30% of villages
do not report in a year, as the scenario says; a last list that leaves every tenth village blank; and six districts that
are alike, or lie apart."""


def answer(name: str, truth: int, folder: Path) -> Answer:
    """Return one truth and what is said of it, or why nothing is: a line of a results file."""
    row = ROWS[name]
    try:
        if row.between is not None:
            return {"truth": truth, **_together(neighbours(truth, row.between), row, truth, folder)}
        known = district(truth, village_sd=row.village_sd, lists=row.lists, burst=row.burst, late=row.late)
        known = replace(known, gaps=row.gaps)
        (said,), spent = forecast([known], row.data, truth, row.draws, folder, row.village_sd if row.stated else None)
    except RefusedError as error:
        return {"truth": truth, "refused": str(error)}
    return {"truth": truth, **_beside(known, said), **spent}


def _together(known: list[District], row: Row, truth: int, folder: Path) -> dict[str, Any]:
    """Return what is said of districts learned together, with what is said of each by itself."""
    every, spent = forecast(known, row.data, truth, row.draws, folder / "together")
    found = []
    for number, (one, said) in enumerate(zip(known, every, strict=True)):
        ((alone,), _) = forecast([one], row.data, truth, row.draws, folder / str(number))
        found.append({**_beside(one, said), "alone": alone})
    return {"districts": found, **spent}


def _beside(known: District, said: dict[str, Any]) -> dict[str, Any]:
    came, chances = np.bincount(known.rises) / known.rises.size, np.array(said["chances"])
    return {
        "true": known.probability_met,
        "true_rises": float(known.rises.mean()),
        "came": came.round(6).tolist(),
        "rises": float(chances @ np.arange(chances.size)),
        **said,
    }
