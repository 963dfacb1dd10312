"""What a brief says of comparisons, plans, sensitivity analyses and choices, for the pages after the first.

Knows the order of sentences, figure and tables of each; must not know how a page is set, nor where answers are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..answer_tables import WordTable
from ..comparison import tables as comparisons
from ..comparison import words as comparison_words
from ..language import Language, phrase
from ..plan import tables as plan_tables
from ..plan import words as plan_words
from ..results import paths
from ..robustness import words as choices
from ..sensitivity import words as drivers
from .blocks import Block, Heading, Paragraph, Picture, TableBlock

Record = Mapping[str, Any]


@dataclass(frozen=True)
class FurtherAnswer:
    """An answer beside the forecast.

    Attributes
    ----------
    kind
        ``comparison``, ``plan``, ``sensitivity`` or ``robustness``.
    record
        What its JSON file says.
    figures
        The folder of its figures.
    """

    kind: str
    record: Record
    figures: Path


def further_blocks(speech: Language, answer: FurtherAnswer) -> Iterator[Block]:
    """Yield heading, sentences, figure and tables of one answer."""
    heading, caption, parts = _KINDS[answer.kind]
    yield Heading(speech.say(heading))
    told = list(parts(speech, answer.record))
    said = [part for part in told if isinstance(part, str)]
    tables = [part for part in told if isinstance(part, WordTable)]
    yield from (Paragraph(sentence) for sentence in said)
    svg, png = paths(answer.figures, answer.kind, speech.code)
    if caption is not None and png.is_file():
        yield Picture(svg, png, caption=speech.say(caption), alternative=said[0])
    yield from (TableBlock(table) for table in tables)


def _comparison(speech: Language, record: Record) -> Iterator[str | WordTable]:
    yield comparison_words.heading(speech, record)
    yield from (contrast["verdict"][speech.code] for contrast in record["scenarios"])
    yield from comparison_words.notes(speech, record)
    yield comparisons.totals_table(speech, record)
    for contrast in record["scenarios"]:
        yield comparisons.years_table(speech, contrast)
        if (villages := comparisons.villages_table(speech, contrast)) is not None:
            yield villages


def _plan(speech: Language, record: Record) -> Iterator[str | WordTable]:
    yield record["verdict"][speech.code]
    yield from plan_words.notes(speech, record)
    yield plan_tables.settings_table(speech, record)
    for make in (plan_tables.limits_table, plan_tables.villages_table, plan_tables.subdistricts_table):
        if (table := make(speech, record)) is not None:
            yield table


def _sensitivity(speech: Language, record: Record) -> Iterator[str | WordTable]:
    yield record["verdict"][speech.code]
    yield from drivers.notes(speech, record)
    yield drivers.table(speech, record)


def _robustness(speech: Language, record: Record) -> Iterator[str | WordTable]:
    yield record["verdict"][speech.code]
    yield from choices.notes(speech, record)
    yield from choices.tables(speech, record)


Parts = Callable[[Language, Record], Iterator[str | WordTable]]
_KINDS: dict[str, tuple[str, str | None, Parts]] = {
    "comparison": (
        phrase("What the interventions change"),
        phrase("Change of the chance of meeting the target."),
        _comparison,
    ),
    "plan": (phrase("How much effort it takes"), phrase("Chance of meeting the target against the effort."), _plan),
    "sensitivity": (
        phrase("What the answer depends on"),
        phrase("Shares of the uncertain parameters in what is not known about the chance."),
        _sensitivity,
    ),
    "robustness": (phrase("If the world is otherwise"), None, _robustness),
}
