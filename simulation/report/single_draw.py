"""What is said where uncertain parameters were drawn once: the numbers are those of one random set of values.

Knows the words and how a record notes it; must not know what the numbers are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..inputs.scenario import Scenario
from .language import Language


def note_of(draws: int, scenarios: Iterable[Scenario]) -> dict[str, bool]:
    """Return what a record notes of one draw of parameters that are uncertain; nothing of any other."""
    return {"single_draw": True} if draws == 1 and not all(scenario.fixed for scenario in scenarios) else {}


def noted(record: Mapping[str, Any]) -> bool:
    """Return whether the numbers of a record are those of one random set of parameter values."""
    return bool(record.get("single_draw", False))


def verdict(language: Language, error: float, said: Mapping[str, str]) -> str:
    """Return the verdict of a forecast with its simulation error, `said` being its ``verdict`` and ``event``."""
    if error == 0:
        return language.say(
            "{verdict}: {event}; an exact result, but for one random set of parameter values: take more draws.", **said
        )
    return language.say(
        "{verdict}: {event}; simulation error ± {error} percentage points, and for one random set of parameter "
        "values: take more draws.",
        error=language.number(100 * error, 1),
        **said,
    )


def sentence(language: Language) -> str:
    """Return what must be known of such numbers."""
    return language.say(
        "One draw is one random set of parameter values: how far the result hangs on them does not show. Use more "
        "draws (--draws)."
    )
