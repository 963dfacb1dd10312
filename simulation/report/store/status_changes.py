"""Which villages have another status than in the forecast before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...domain.messages import listed
from ...domain.status import LEVELS, UNKNOWN
from ...inputs.scenario import Scenario
from ..language import Language
from .folder import Answer

MOST_NAMED = 5
Statuses = Mapping[str, tuple[str, str]]
"""Village code -> name, and status at the end of the origin: empty where it is not known."""


def statuses_of(scenario: Scenario) -> Statuses:
    """Return the statuses that a scenario knows one by one."""
    found = {}
    for district in scenario.districts:
        levels = district.single_levels
        for code, name, level in zip(district.codes, district.names, () if levels is None else levels, strict=False):
            found[code] = name, "" if level == UNKNOWN else LEVELS[level]
    return found


def statuses_in(forecast: Answer[Any]) -> Statuses:
    """Return the statuses from which a finished forecast begins; none where it has too many villages for a CSV."""
    if not (forecast.path / "villages.csv").is_file():
        return {}
    return {row["village_code"]: (row["village"], row["origin_status"]) for row in forecast.villages()}


def status_changes_in_words(speech: Language, now: Statuses, before: Statuses, forecast: Answer[Any]) -> str | None:
    """Return how many villages have another status now than `before`, in a forecast, and which.

    None where none has, or where counts alone are known of one of both.
    """
    changed = [name for code, (name, status) in now.items() if code in before and before[code][1] != status]
    if not changed or not all(any(status for _, status in one.values()) for one in (now, before)):
        return None
    return speech.say(
        "Villages with another status at the end of {year} than in {folder}: {number} ({names}).",
        year=forecast.result.origin,
        folder=forecast.path.name,
        number=speech.number(len(changed)),
        names=listed(changed, MOST_NAMED),
    )
