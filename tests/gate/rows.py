"""The rows of the gate: which truths, and what a planner knows of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .judge import Answer
from .office import Data, RefusedError, forecast
from .world import district


@dataclass(frozen=True)
class Row:
    """Data of districts whose law is drawn from the default priors; the rest as in `district`."""

    data: Data
    lists: int = 6
    village_sd: float | None = None
    burst: bool = False
    late: bool = False


ROWS = {
    "panel": Row("panel"),
    "counts": Row("counts"),
    "launches": Row("launches"),
    "panel-unlike": Row("panel", lists=12, village_sd=1.2),
    "panel-burst": Row("panel", burst=True),
    "counts-burst": Row("counts", burst=True),
    "panel-late": Row("panel", late=True),
}
"""Name -> what it is: the first three are those of every district; then villages that differ much, over twelve years,
a year in which many rose, and lists on which about 30% of villages do not report in a year, as the scenario says."""


def answer(name: str, truth: int, folder: Path) -> Answer:
    """Return one truth and what is said of it, or why nothing is: a line of a results file."""
    row = ROWS[name]
    known = district(truth, village_sd=row.village_sd, lists=row.lists, burst=row.burst, late=row.late)
    try:
        said = forecast(known, row.data, truth, folder)
    except RefusedError as error:
        return {"truth": truth, "refused": str(error)}
    came = np.bincount(known.rises) / known.rises.size
    return {
        "truth": truth,
        "true": known.probability_met,
        "true_rises": float(known.rises.mean()),
        "came": came.round(6).tolist(),
        "rises": float(np.dot(said["chances"], np.arange(len(said["chances"])))),
        **said,
    }
