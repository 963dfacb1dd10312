"""What a forecast in the terminal rests on: every parameter that was given, and which were not.

Knows how the list is laid out; must not know what a parameter does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..report.assumptions import assumption_rows, default_priors, effects_are_placeholders
from ..report.language import Language, printable
from .columns import table

if TYPE_CHECKING:
    from rich.console import RenderableType

Record = Mapping[str, Any]


def assumptions(speech: Language, record: Record, *, detailed: bool) -> Iterator[RenderableType]:
    """Yield a table of what was given, effects of interventions first; default priors one by one if `detailed`."""
    rows = assumption_rows(speech, record, detailed=detailed)
    silent = default_priors(record)
    if rows:
        yield ""
        yield speech.say("Assumptions (5 / 50 / 95% where uncertain)")
        headers = [speech.say("assumption"), speech.say("value"), speech.say("source")]
        yield table(headers, [[printable(cell) for cell in row] for row in rows])
    if silent and not detailed:
        yield speech.say(
            "Assumptions left to their default priors: {number} (--verbose lists them).",
            number=speech.number(len(silent)),
        )
    if effects_are_placeholders(record):
        yield speech.say("Effects of interventions are placeholders until experts or data say otherwise.")
