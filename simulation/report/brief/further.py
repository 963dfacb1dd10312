"""What a brief says of comparisons, plans, sensitivity analyses and choices.

Knows the order of sentences, figure and tables of each, and what of it belongs on the first page; must not know how a
page is set, nor where answers are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..answer_tables import WordTable
from ..document import blocks
from ..language import Language, phrase
from ..plan import ranking as plan_ranking
from ..plan import tables as plan_tables
from ..plan import words as plan_words
from ..plan.efforts import cost_years
from ..results import paths
from ..store.folder import Answer
from .blocks import Block, Heading, Paragraph, Picture, TableBlock

Record = Mapping[str, Any]
MOST_NAMED = 5
"""Villages that the first page names."""


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
    record: Any
    figures: Path


def further_blocks(speech: Language, answer: FurtherAnswer) -> Iterator[Block]:
    """Yield heading, sentences, figure and tables of one answer."""
    if isinstance(answer.record, Answer):
        yield from _blocks_of(speech, answer.record)
        return
    heading, caption, parts = KINDS[answer.kind]
    yield Heading(speech.say(heading))
    made = [
        TableBlock(part) if isinstance(part, WordTable) else Paragraph(part) for part in parts(speech, answer.record)
    ]
    tables = next((place for place, block in enumerate(made) if isinstance(block, TableBlock)), len(made))
    yield from made[:tables]
    svg, png = paths(answer.figures, answer.kind, speech.code)
    if caption is not None and png.is_file():
        said = next(block.text for block in made if isinstance(block, Paragraph))
        yield Picture(svg, png, caption=speech.say(caption), alternative=said)
    yield from made[tables:]


def _blocks_of(speech: Language, answer: Answer[Any]) -> Iterator[Block]:
    """Yield the blocks of an answer of the new store, until the whole brief is made of these."""
    document = answer.document(speech)
    yield Heading(document.chapter)
    for block in document.shown(blocks.On.APPENDIX):
        match block:
            case blocks.Paragraph(text):
                yield Paragraph(text)
            case blocks.Picture(name, caption, alternative):
                yield Picture(*paths(answer.path / "figures", name, speech.code), caption, alternative)
            case blocks.Table():
                told = block.as_text(speech)
                yield TableBlock(WordTable(told.caption, told.headers, told.rows))


def first_page(speech: Language, answer: FurtherAnswer) -> Iterator[str]:
    """Yield what a meeting asks first: the effort, its cost and the villages of a plan; what scenarios change."""
    if isinstance(answer.record, Answer):
        shown = answer.record.document(speech).shown(blocks.On.FIRST_PAGE)
        yield from (block.text for block in shown if isinstance(block, blocks.Paragraph))
        return
    record = answer.record
    if answer.kind != "plan":
        return
    yield record["verdict"][speech.code]
    point = record["least"] or record["best"]
    if point["cost_idr_million"] and not record["by_budget"]:
        cost, years = speech.number(point["cost_idr_million"]), cost_years(speech, record)
        yield speech.say("Cost of this effort in {years}: {cost} million rupiah.", years=years, cost=cost)
    if record["villages"]:
        yield _villages_first(speech, record["villages"])


def _villages_first(speech: Language, villages: Sequence[Record]) -> str:
    """Return the first villages of a list by name: of those in the plan, where it says which these are."""
    chosen = [village["village"] for village in villages if village["in_plan"]]
    if not chosen:
        named = ", ".join(village["village"] for village in villages[:MOST_NAMED])
        return speech.say("Assistance adds most in: {villages}.", villages=named)
    named, more = ", ".join(chosen[:MOST_NAMED]), len(chosen) - MOST_NAMED
    if more <= 0:
        return speech.say("Villages to begin with: {villages}.", villages=named)
    return speech.say("Villages to begin with: {villages}, and {more} more.", villages=named, more=speech.number(more))


def _plan(speech: Language, record: Record) -> Iterator[str | WordTable]:
    yield record["verdict"][speech.code]
    yield from plan_words.notes(speech, record)
    yield from plan_ranking.about_ranking(speech, record)
    yield plan_tables.settings_table(speech, record)
    if (limits := plan_tables.limits_table(speech, record)) is not None:
        yield limits
    if (villages := plan_tables.villages_table(speech, record)) is not None:
        yield villages
        file = f"priorities_{speech.code}.xlsx"
        yield speech.say("The whole list of villages stands in {file}, in the folder of the plan.", file=file)
    if (subdistricts := plan_tables.subdistricts_table(speech, record)) is not None:
        yield subdistricts


Parts = Callable[[Language, Record], Iterator[str | WordTable]]
KINDS: dict[str, tuple[str, str | None, Parts]] = {
    "plan": (phrase("How much effort it takes"), phrase("Chance of meeting the target against the effort."), _plan),
    "comparison": ("", None, lambda *_: iter(())),
    "sensitivity": ("", None, lambda *_: iter(())),
    "robustness": ("", None, lambda *_: iter(())),
}
