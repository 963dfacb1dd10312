"""A document as PDF, set by Typst on the page ``page.typ``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..files import write_bytes
from ..language import Language
from .blocks import Block, Bullets, Document, Heading, On, Paragraph, Picture, Table

_PAGE = Path(__file__).with_name("page.typ")


def write_pdf(speech: Language, fonts: str, document: Document, path: Path) -> None:
    """Write a document as PDF in the `fonts` of a folder, whole; the same document gives the same bytes anywhere."""
    import typst

    data = {
        "language": speech.code,
        "kind": document.kind,
        "title": document.title,
        "subtitle": document.subtitle,
        "footer": document.footer,
        "figure_word": speech.say("Figure"),
        "table_word": speech.say("Table"),
        "blocks": [_data(speech, block) for block in document.blocks],
    }
    content = typst.compile(  # type: ignore[call-overload]  # its stub wants fonts of the type of the input
        input=_PAGE.read_bytes(),
        sys_inputs={"document": json.dumps(data, ensure_ascii=False)},
        font_paths=[fonts],
        ignore_system_fonts=True,
        format="pdf",
    )
    write_bytes(path, content)


def _data(speech: Language, block: Block) -> dict[str, Any]:
    """Return a block as plain data, pictures as SVG text."""
    match block:
        case Heading(text, turns_page):
            return {"kind": "heading", "text": text, "turns_page": turns_page}
        case Paragraph(text, strong, quiet, lead):
            return {"kind": "answer" if strong else "small" if quiet else "paragraph", "text": text, "lead": lead}
        case Bullets(items):
            return {"kind": "bullets", "items": list(items)}
        case Picture():
            return {
                "kind": "picture",
                "svg": block.svg.decode(),
                "caption": block.caption,
                "alternative": block.alternative,
                "floats": On.ANSWER not in block.on,
            }
        case Table():
            told = block.as_text(speech)
            return {
                "kind": "table",
                "caption": told.caption,
                "headers": list(told.headers),
                "rows": [list(row) for row in told.rows],
                "prose": told.prose,
                "strong": sorted(block.strong),
                "to_fill": block.to_fill,
                "widths": told.widths,
                "flush_right": told.flush_right,
            }
