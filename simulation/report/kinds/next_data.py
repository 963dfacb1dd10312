"""Which data to ask for next, in words: as a table, and as a list to be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ...domain.past import Observed
from ..document.blocks import Column, Paragraph, Row, Table
from ..language import Language, phrase

if TYPE_CHECKING:
    from ...decision.next_datum import Datum, NextDatum

_DATA: Mapping[Datum, str] = {
    "village_list": phrase("a list of all statuses at the end of {year}"),
    "launch_years": phrase("the year in which each village joined"),
    "falls": phrase("how many villages fell in a year"),
}


def next_data(speech: Language, then: NextDatum, origin: int, observed: Sequence[Observed]) -> Table | Paragraph:
    """Return which datum would narrow the chance of the first year most, best first.

    Parameters
    ----------
    origin, observed
        Of the result: a list to ask for is a year older than the oldest that was given.
    """
    if not then.data:
        return Paragraph(_nothing(speech, then))
    caption = speech.say(
        "Which data to ask for next: how much each would narrow the range of the chance for {year} (standard "
        "deviation now {sd} percentage points)",
        year=then.year,
        sd=speech.number(100 * then.sd, 1),
    )
    rows: list[Row] = [
        {
            speech.say("datum"): _name(speech, worth.datum, origin, observed),
            Column(speech.say("narrows it by"), "percent"): worth.narrowing,
            Column(speech.say("then left (percentage points)"), "points", 1): worth.remaining_sd,
        }
        for worth in then.data
    ]
    return Table.of(caption, rows, sheet=speech.say("Data to ask for"))


def next_data_read(speech: Language, then: NextDatum, origin: int, observed: Sequence[Observed]) -> Iterator[str]:
    """Yield the same as sentences."""
    if not then.data:
        yield _nothing(speech, then)
    for worth in then.data:
        yield speech.say(
            "{datum} (would narrow the range of the chance for {year} by about {share} of its width)",
            datum=_name(speech, worth.datum, origin, observed),
            year=then.year,
            share=speech.percent(worth.narrowing),
        )


def _name(speech: Language, datum: Datum, origin: int, observed: Sequence[Observed]) -> str:
    earlier = min((one.first for one in observed), default=origin) - 1
    return speech.say(_DATA[datum], year=earlier)


def _nothing(speech: Language, then: NextDatum) -> str:
    return speech.say(
        "None of the kinds of data that calibration can use would narrow the range of the chance for {year}.",
        year=then.year,
    )
