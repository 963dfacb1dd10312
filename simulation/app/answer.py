"""The answer of ``forecast`` in the terminal.

Knows how a record is laid out in 80 columns; must not know how it was computed or where it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..report import answer_tables, wording
from ..report.answer_tables import WordTable
from ..report.failures import caveats
from ..report.language import Language, phrase, printable
from ..report.record import districts_of
from .assumptions import assumptions
from .columns import laid_out, table

if TYPE_CHECKING:
    from rich.console import RenderableType

_ENDED = {
    "precision": phrase(
        "Precision reached with {trajectories} trajectories: 1.96 × the largest simulation error is {reached} "
        "percentage points, below the {wanted} asked for."
    ),
    "trajectories": phrase(
        "Precision not reached: with {trajectories} trajectories 1.96 × the largest simulation error is {reached} "
        "percentage points, not below the {wanted} asked for, and twice as many would go beyond the limit."
    ),
}

Record = Mapping[str, Any]


def forecast_answer(speech: Language, record: Record, *, detailed: bool = False) -> str:
    """Return the whole answer as text of at most 80 columns; `detailed` lists default priors too."""
    return laid_out(_parts(speech, record, detailed))


def _parts(speech: Language, record: Record, detailed: bool) -> Iterator[RenderableType]:
    """Yield the tables and sentences of the answer, in reading order."""
    districts = districts_of(record)
    yield answer_tables.heading(speech, record)
    yield ""
    yield record["verdict"][speech.code]
    yield wording.basis(speech, record["basis"])
    yield from caveats(speech, record)
    if len(districts) > 1:
        yield from titled(answer_tables.meeting_table(speech, record))
        yield from titled(answer_tables.districts_table(speech, record))
        yield speech.say("Every district in every year stands in years.csv, one row each.")
    else:
        yield from titled(answer_tables.years_table(speech, districts[0]))
        yield from answer_tables.all_years(speech, districts[0])
        yield from titled(answer_tables.readings_table(speech, districts[0]))
        if record["interventions"]:
            yield from titled(answer_tables.assisted_table(speech, record))
    yield from assumptions(speech, record, detailed=detailed)
    if "precision" in record:
        yield precision_told(speech, record["precision"])
    yield from answer_tables.notes(speech, districts)


def titled(words: WordTable) -> Iterator[RenderableType]:
    """Yield a table below its caption."""
    yield ""
    yield words.caption
    yield table(words.headers, [[printable(cell) for cell in row] for row in words.rows])


def precision_told(speech: Language, reached: Record) -> str:
    """Return which condition ended a run that doubled until it was precise enough."""
    template = _ENDED[reached["ended_by"]]
    return speech.say(
        template,
        wanted=speech.number(100 * reached["wanted"], 3),
        reached=speech.number(100 * reached["reached"], 3),
        trajectories=speech.number(reached["trajectories"]),
    )
