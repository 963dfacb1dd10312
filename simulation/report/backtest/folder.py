"""Back-tests in their folders.

Knows which table a back-test has and what names its folder; must not know how folders are kept, nor how it is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from ...domain.evidence import Panel
from ...engine.ensemble import Effort
from ...inference.backtest.panels import anywhere
from ...inference.backtest.prediction import Prediction
from ...inference.backtest.rolling import Backtest
from ...inputs.scenario import Scenario
from ..answers import AnswerFolder, Table
from ..language import DEFAULT
from ..results import RunFolder
from .record import Record, backtest_record

KIND = "backtest"
_OUTCOME = ("district_code", "year", "villages", "rises", "met")


def backtest_folder(
    panels: Iterable[Panel],
    scenario: Scenario | None,
    draws: int,
    seed: int,
    out: str | Path = "results",
    own: Mapping[str, str] | None = None,
) -> AnswerFolder:
    """Return the folder of a back-test, whether it is there or not, beside the runs of its scenario.

    Parameters
    ----------
    own
        Forecaster of the reader's own -> what tells its forecasts from others.

    Raises
    ------
    KampungError
        Where the scenario's name cannot name a folder.
    """
    run = RunFolder.of(scenario or anywhere(), Effort(draws, 1), seed, "batch", out)
    asked = {"data": sorted(map(_digest, panels)), **({"forecasters": own} if own else {})}
    return AnswerFolder.of(KIND, [run], asked)


def write_backtest(folder: AnswerFolder, found: Backtest) -> Record:
    """Write a back-test into its folder and return the record."""
    record = backtest_record(found)
    rows = list(_rows(record))
    table = Table("backtest.csv", list(rows[0]), [list(row.values()) for row in rows])
    folder.write(record, [table], [] if found.scenario is None else [found.scenario], record["effort"])
    return record


def save_backtest(found: Backtest, out: str | Path = "results") -> Path:
    """Write a back-test to its folder below `out`, its figure included, unless it is there; return that folder.

    Without forecasters of the reader's own this is the folder of the command.
    """
    from ..plots import backtest as draw

    own = {name: _digest_of(found.predictions[name]) for name in found.own}
    folder = backtest_folder(found.panels, found.scenario, found.draws, found.seed, out, own)
    language = None if found.scenario is None else found.scenario.language
    return folder.keep(partial(write_backtest, folder, found), draw, language or DEFAULT)


def _rows(record: Record) -> Iterator[dict[str, Any]]:
    """Yield a row for each district-year and forecaster."""
    for case in record["rows"]:
        for forecaster, forecast in case["forecasts"].items():
            yield {**{key: case[key] for key in _OUTCOME}, "forecaster": forecaster, **forecast}


def _digest(panel: Panel) -> str:
    told = "\n".join([panel.district_code, *map(str, panel.years), *panel.codes])
    return sha256(told.encode() + panel.status.tobytes()).hexdigest()


def _digest_of(predictions: Sequence[Prediction]) -> str:
    return sha256(b"".join(one.rises.tobytes() + one.levels.tobytes() for one in predictions)).hexdigest()
