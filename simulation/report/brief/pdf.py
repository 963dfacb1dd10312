"""The brief as a PDF, set by Typst.

Knows how blocks become the data of the page ``brief.typ``; must not know what the brief says.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .. import plots_page
from ..files import write_bytes
from .blocks import Block, Bullets, Document, Heading, Paragraph, Picture, TableBlock

_PAGE = Path(__file__).with_name("brief.typ")


def write_pdf(document: Document, path: Path) -> None:
    """Write a brief as PDF, whole; the same brief gives the same bytes, whatever fonts a computer has."""
    import typst

    data = {
        "language": document.language,
        "kind": document.kind,
        "title": document.title,
        "subtitle": document.subtitle,
        "footer": document.footer,
        "figure_word": document.figure_word,
        "table_word": document.table_word,
        "blocks": [_data(block) for block in document.blocks],
    }
    content = typst.compile(  # type: ignore[call-overload]  # its stub wants fonts of the type of the input
        input=_PAGE.read_bytes(),
        sys_inputs={"document": json.dumps(data, ensure_ascii=False)},
        font_paths=[plots_page.font_folder()],
        ignore_system_fonts=True,
        format="pdf",
    )
    write_bytes(path, content)


def _data(block: Block) -> dict[str, Any]:
    """Return a block as plain data, pictures as SVG text."""
    match block:
        case Heading(text, above):
            return {"kind": "part" if above else "heading", "text": text}
        case Paragraph(text, strong, quiet):
            return {"kind": "answer" if strong else "small" if quiet else "paragraph", "text": text}
        case Bullets(items):
            return {"kind": "bullets", "items": list(items)}
        case Picture():
            return {
                "kind": "picture",
                "svg": block.svg.read_text(encoding="utf-8"),
                "caption": block.caption,
                "alternative": block.alternative,
                "width": block.width_cm,
            }
        case TableBlock():
            return {
                "kind": "table",
                "caption": block.table.caption,
                "headers": list(block.table.headers),
                "rows": [list(row) for row in block.table.rows],
                "prose": block.prose,
                "widths": block.widths,
                "flush_right": block.flush_right,
            }
