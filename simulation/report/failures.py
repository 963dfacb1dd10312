"""What a record, a table and a reader are told of trajectories that failed.

Knows how failures are counted, listed and what they do to a forecast; must not know how one is run again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..engine.failure import Failure
from ..inference.failures import COLUMNS, bounds, failure_rows
from ..inference.forecast import Forecast
from ..inference.uncertainty import FEWEST
from .files import write_csv
from .language import Language
from .wording import uncertain

FILE = "failures.csv"
MOST_TOLD = 3
DECIMALS = 6


def failed(forecast: Forecast) -> dict[str, Any]:
    """Return what the record says of failures: nothing where there were none.

    ``failed`` counts trajectories, ``failures`` lists the first of them, ``failures_matter`` says what the share of
    trajectories that meet the target in the first year would be had all that failed met it, or none, in the district
    with most of them; ``draws_left_out`` counts the draws that have too few completed trajectories, in one district
    at least, to say anything of the parameter interval.
    """
    run = forecast.ensemble_run
    if run is None or not run.failures:
        return {}
    thin = np.any([outcome.completed.sum(axis=1) < FEWEST for outcome in run.outcomes], axis=0)
    of_interval = run.effort.draws > 1 and run.effort.replicates >= FEWEST
    worst = int(np.argmax([len(outcome.failures) for outcome in run.outcomes]))
    none_met, all_met = bounds(run, worst)
    return {
        "failed": len(run.failures),
        "failures": [asdict(failure) for failure in run.failures[:MOST_TOLD]],
        "failures_matter": {
            "district": run.scenario.districts[worst].district,
            "failed": len(run.outcomes[worst].failures),
            "year": run.scenario.years[0],
            "none_met": round(none_met, DECIMALS),
            "all_met": round(all_met, DECIMALS),
        },
        "draws_left_out": int(thin.sum()) if of_interval else 0,
    }


def write_failures(forecast: Forecast, folder: Path, command: Callable[[Failure], str] | None) -> list[str]:
    """Write a row for every failure and return the file's name; where there are none, a file of an earlier run goes.

    `command` says how one is seen again; None says it in Python.
    """
    path, run = folder / FILE, forecast.ensemble_run
    if run is None or not run.failures:
        path.unlink(missing_ok=True)
        return []
    write_csv(path, COLUMNS, [list(row.values()) for row in failure_rows(run, forecast.agent_class, command)])
    return [FILE]


def caveats(language: Language, record: Mapping[str, Any]) -> list[str]:
    """Return how many trajectories failed and what that means, in sentences; none where all reached their end."""
    if not record.get("failed"):
        return []
    effort, districts = record["effort"], len(record.get("districts", [record]))
    said = [
        language.say(
            "{failed} of {trajectories} trajectories failed and are left out; if failures go with rises or falls, "
            "the forecast is biased.",
            failed=language.number(record["failed"]),
            trajectories=language.number(effort["draws"] * effort["replicates"] * districts),
        ),
        _what_they_could_change(language, record["failures_matter"], one=districts == 1),
    ]
    if record["draws_left_out"]:
        said.append(
            language.say(
                "Draws with fewer than two completed trajectories are left out of the parameter interval: "
                "{number} of {draws}.",
                number=language.number(record["draws_left_out"]),
                draws=language.number(effort["draws"]),
            )
        )
    return said


def _what_they_could_change(language: Language, matter: Mapping[str, Any], *, one: bool) -> str:
    none_met, all_met = (uncertain(language, matter[key]) for key in ("none_met", "all_met"))
    if one:
        return language.say(
            "Had all of these met the target in {year}, its probability would be {all_met}; had none, {none_met}.",
            year=matter["year"],
            all_met=all_met,
            none_met=none_met,
        )
    return language.say(
        "In {district}, where {number} failed: had all of these met the target in {year}, its probability would be "
        "{all_met}; had none, {none_met}.",
        district=matter["district"],
        number=language.number(matter["failed"]),
        year=matter["year"],
        all_met=all_met,
        none_met=none_met,
    )
