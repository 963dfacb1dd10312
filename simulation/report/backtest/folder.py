"""Back-tests in their folders.

Knows which table a back-test has and what names its folder; must not know how folders are kept, nor how it is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from ...domain.evidence import Panel
from ...engine.ensemble import Effort
from ...inference.backtest.reading import anywhere
from ...inference.backtest.rolling import Backtest
from ...inputs.scenario import Scenario
from ..answers import AnswerFolder, Table
from ..results import RunFolder
from .record import Record, backtest_record

KIND = "backtest"
_OUTCOME = ("district_code", "year", "villages", "rises", "met")


def backtest_folder(
    panels: Iterable[Panel], scenario: Scenario | None, draws: int, seed: int, out: str | Path = "results"
) -> AnswerFolder:
    """Return the folder of a back-test, whether it is there or not, beside the runs of its scenario.

    Raises
    ------
    KampungError
        Where the scenario's name cannot name a folder.
    """
    run = RunFolder.of(scenario or anywhere(), Effort(draws, 1), seed, "batch", out)
    return AnswerFolder.of(KIND, [run], {"data": sorted(map(_digest, panels))})


def write_backtest(folder: AnswerFolder, found: Backtest) -> Record:
    """Write a back-test into its folder and return the record."""
    record = backtest_record(found)
    rows = list(_rows(record))
    table = Table("backtest.csv", list(rows[0]), [list(row.values()) for row in rows])
    folder.write(record, [table], [] if found.scenario is None else [found.scenario], record["effort"])
    return record


def _rows(record: Record) -> Iterator[dict[str, Any]]:
    """Yield a row for each district-year and forecaster."""
    for case in record["rows"]:
        for forecaster, forecast in case["forecasts"].items():
            yield {**{key: case[key] for key in _OUTCOME}, "forecaster": forecaster, **forecast}


def _digest(panel: Panel) -> str:
    told = "\n".join([panel.district_code, *map(str, panel.years), *panel.codes])
    return sha256(told.encode() + panel.status.tobytes()).hexdigest()
