"""A document as DOCX: styles, captions, tables and alternative texts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ...engine.whole_file import whole_file
from ..language import Language
from .blocks import Block, Bullets, Document, Heading, Paragraph, Picture, Table

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.styles.style import ParagraphStyle
    from docx.text.paragraph import Paragraph as WordParagraph

MARGIN_CM, MARGIN_ABOVE_CM = 2.0, 1.5
"""Left and right, above and below: as on the page of the PDF."""
TEXT_CM = 21.0 - 2 * MARGIN_CM
FONT = "Arial"
"""There, or with a twin as wide as it is, on every computer: pages end where they should."""
_GREY, _INK = "F2F2F2", "1A1A1A"
_TO_WRITE_ON_CM = 0.85
_LOCALES = {"id": "id-ID", "en": "en-GB"}
_UNDATED = datetime(2000, 1, 1)  # noqa: DTZ001  python-docx takes times without a zone


def write_docx(speech: Language, document: Document, path: Path) -> None:
    """Write a document as DOCX, whole; its pictures must lie in their folders."""
    import docx

    word = docx.Document()
    _set_page(word, speech, document)
    _set_styles(word, speech)
    word.add_paragraph(document.kind, style="Subtitle")
    word.add_paragraph(document.title, style="Title")
    word.add_paragraph(document.subtitle, style="Subtitle")
    numbers = {name: iter(range(1, 1000)) for name in (speech.say("Figure"), speech.say("Table"))}
    for block in document.blocks:
        _add(word, speech, block, numbers)
    packed = BytesIO()
    word.save(packed)
    with whole_file(path) as temporary:
        _repack_undated(packed, temporary)


def _repack_undated(packed: BytesIO, path: Path) -> None:
    """Write an archive without the times at which its parts were packed: the same document is the same bytes."""
    with ZipFile(packed) as parts, ZipFile(path, "w") as archive:
        for name in parts.namelist():
            archive.writestr(ZipInfo(name), parts.read(name), ZIP_DEFLATED)


def _set_page(word: WordDocument, speech: Language, document: Document) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.oxml.ns import qn
    from docx.shared import Cm

    section = word.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(MARGIN_CM)
    section.top_margin = section.bottom_margin = Cm(MARGIN_ABOVE_CM)
    section.header_distance = section.footer_distance = Cm(MARGIN_ABOVE_CM / 2)
    foot = section.footer.paragraphs[0]
    tabs = word.styles["Footer"].element.pPr.find(qn("w:tabs"))
    tabs.getparent().remove(tabs)
    foot.paragraph_format.tab_stops.add_tab_stop(Cm(TEXT_CM), WD_TAB_ALIGNMENT.RIGHT)
    foot.text = f"{document.footer}\t"
    _add_field(foot, "PAGE", "1")
    properties = word.core_properties
    properties.title, properties.subject = document.title, document.subtitle
    properties.author, properties.language, properties.comments = "Kampung KB Forecast", speech.code, ""
    properties.created = properties.modified = _UNDATED


def _set_styles(word: WordDocument, speech: Language) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    sizes: dict[str, float] = {
        "Normal": 10, "Title": 16, "Subtitle": 10, "Heading 2": 12, "Caption": 9, "Footer": 8, "List Bullet": 10,
    }  # fmt: skip
    for name, size in sizes.items():
        style: ParagraphStyle = word.styles[name]  # these names are paragraph styles
        style.font.size, style.font.name, style.font.italic = Pt(size), FONT, False
        style.font.color.rgb = RGBColor(0x1A, 0x1A, 0x1A)
        style.font.bold = name in {"Title", "Heading 2"}
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in [key for key in fonts.attrib if "Theme" in key]:
            del fonts.attrib[attribute]
        for spacing in style.element.rPr.findall(qn("w:spacing")):
            style.element.rPr.remove(spacing)
        style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(3), 1.05
        for line in style.element.pPr.findall(qn("w:pBdr")):
            style.element.pPr.remove(line)
    for name, size, bold in (("Answer", 12, True), ("Small print", 8.5, False)):
        style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = word.styles["Normal"]
        style.font.size, style.font.bold = Pt(size), bold
        style.paragraph_format.space_after = Pt(4)
    _set_box(word.styles["Answer"])
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), _LOCALES[speech.code])
    defaults = word.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    if defaults is not None:
        for old in defaults.findall(qn("w:lang")):
            defaults.remove(old)
        defaults.append(language)


def _set_box(style: Any) -> None:
    """Draw a line around paragraphs of a style, as wide as the text of the page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style.paragraph_format.left_indent = style.paragraph_format.right_indent = Pt(5)
    box = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "4"), ("color", _INK)):
            line.set(qn(f"w:{name}"), value)
        box.append(line)
    style.element.get_or_add_pPr().insert_element_before(box, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")


def _add(word: WordDocument, speech: Language, block: Block, numbers: dict[str, Iterator[int]]) -> None:
    """Add one block at the end."""
    figure_word, table_word = numbers
    match block:
        case Heading(text, turns_page):
            word.add_heading(text, 2).paragraph_format.page_break_before = turns_page or None
        case Paragraph(text, strong, quiet, lead):
            style = "Answer" if strong else "Small print" if quiet else "Normal"
            paragraph = word.add_paragraph(style=style)
            if lead:
                paragraph.add_run(f"{lead}: ").bold = True
            paragraph.add_run(text)
        case Bullets(items):
            for item in items:
                word.add_paragraph(item, style="List Bullet")
        case Picture():
            _add_picture(word, block)
            _add_caption(word, figure_word, next(numbers[figure_word]), block.caption)
        case Table():
            if block.caption:
                caption = _add_caption(word, table_word, next(numbers[table_word]), block.caption)
                caption.paragraph_format.keep_with_next = True
            _add_table(word, speech, block)


def _add_picture(word: WordDocument, picture: Picture) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    paragraph = word.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = True
    shape = paragraph.add_run().add_picture(BytesIO(picture.png), width=Cm(TEXT_CM))
    shape._inline.docPr.set("descr", picture.alternative)  # noqa: SLF001  python-docx has no other door to it


def _add_caption(word: WordDocument, kind: str, number: int, text: str) -> WordParagraph:
    """Add a caption with a number that Word keeps counting."""
    paragraph = word.add_paragraph(style="Caption")
    paragraph.add_run(f"{kind} ")
    _add_field(paragraph, f"SEQ {kind} \\* ARABIC", str(number))
    paragraph.add_run(f". {text}")
    return paragraph


def _add_field(paragraph: WordParagraph, code: str, shown: str) -> None:
    """Add what Word computes itself, and what it shows until then."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), f" {code} ")
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = shown
    run.append(text)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001  python-docx has no other door to it


def _add_table(word: WordDocument, speech: Language, block: Table) -> None:
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    told = block.as_text(speech)
    right = told.flush_right
    table = word.add_table(rows=0, cols=len(told.headers), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for number, texts in enumerate((told.headers, *told.rows)):
        row = table.add_row()
        if block.to_fill and number:
            row.height = Cm(_TO_WRITE_ON_CM)
        properties: Any = row._tr.get_or_add_trPr()  # noqa: SLF001  likewise
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            # A table of numbers stays together where a page can hold it.
            paragraph.paragraph_format.keep_with_next = not block.prose and number < len(told.rows)
            run = paragraph.add_run(text)
            run.font.size, run.font.bold = Pt(9), number == 0 or number - 1 in block.strong
            if right[place]:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if number == 0:
                shade = OxmlElement("w:shd")
                shade.set(qn("w:val"), "clear")
                shade.set(qn("w:fill"), _GREY)
                cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001  likewise
    table.autofit = False
    for column, width in zip(table.columns, told.widths, strict=True):
        column.width = Cm(width * TEXT_CM)  # LibreOffice goes by columns, Word by cells
        for cell in column.cells:
            cell.width = column.width
    after = word.add_paragraph()
    after.paragraph_format.space_after, after.paragraph_format.line_spacing = Pt(0), Pt(6)
