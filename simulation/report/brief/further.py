"""What a brief says of comparisons, plans, sensitivity analyses and choices: blocks of their own documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..answer_tables import WordTable
from ..document import blocks
from ..language import Language
from ..results import paths
from ..store.folder import Answer
from .blocks import Block, Heading, Paragraph, Picture, TableBlock

KINDS = ("plan", "comparison", "sensitivity", "robustness")
"""In the order in which a brief tells them."""


@dataclass(frozen=True)
class FurtherAnswer:
    """An answer beside the forecast: its kind, the answer, and the folder of its figures."""

    kind: str
    record: Answer[Any]
    figures: Path


def further_blocks(speech: Language, further: FurtherAnswer) -> Iterator[Block]:
    """Yield heading, sentences, figure and tables of one answer."""
    answer = further.record
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


def first_page(speech: Language, further: FurtherAnswer) -> Iterator[str]:
    """Yield what a meeting asks first: the effort, its cost and the villages of a plan; what scenarios change."""
    shown = further.record.document(speech).shown(blocks.On.FIRST_PAGE)
    yield from (block.text for block in shown if isinstance(block, blocks.Paragraph))
