"""Documents as HTML: what a browser and a screen reader get."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from elements import Element, parsed

from simulation.report.document import terminal
from simulation.report.document.blocks import (
    Block,
    Bullets,
    Column,
    Document,
    Heading,
    On,
    Paragraph,
    Picture,
    Table,
)
from simulation.report.document.html import as_html
from simulation.report.kinds.registry import KINDS
from simulation.report.language import LANGUAGES, language
from simulation.report.store.folder import load

EXAMPLE = Path(__file__).parents[2] / "results" / "example"
HOSTILE = '<script>alert("1")</script> & <b>'


def shown(blocks: Sequence[Block], code: str = "en", **how: int) -> Element:
    """Return blocks as a browser reads them."""
    return parsed(as_html(language(code), blocks, lambda picture: f"/figures/{picture.name}.svg", **how))


NUMBERS = Table(
    "Villages",
    ["subdistrict", Column("villages", "whole"), Column("chance", "chance"), Column("cost", "money")],
    [["A", 1234, 0.99999, 2.5], ["B", 6, None, 0.5], ["all", 1240, 0.5, 3.0]],
    strong=frozenset({2}),
)


def test_every_kind_of_block_is_an_element_of_its_own() -> None:
    """Headings of the level asked for, paragraphs, lists, figures and tables, in their order."""
    whole = shown(
        [
            Heading("Options"),
            Paragraph("Likely.", strong=True),
            Paragraph("Small print.", quiet=True),
            Paragraph("One list.", lead="Data"),
            Bullets(["first", "second"]),
            Picture("rises", "Likely.", caption="Dot: median."),
            NUMBERS,
        ],
        level=3,
    )
    assert [one.text for one in whole.all("h3")] == ["Options"]
    kinds = [(one.attributes.get("class"), one.text) for one in whole.all("p") if "aria-hidden" not in one.attributes]
    assert kinds == [("verdict", "Likely."), ("quiet", "Small print."), (None, "Data: One list.")]
    assert [one.text for one in whole.all("strong")] == ["Data:"]
    assert [one.text for one in whole.all("li")] == ["first", "second"]
    (image,) = whole.all("img")
    assert image.attributes == {"src": "/figures/rises.svg", "alt": "Likely."}
    assert [one.text for one in whole.all("figcaption")] == ["Dot: median."]
    order = [one.name for one in whole.walk() if one.name in {"h3", "p", "ul", "figure", "table"}]
    assert order == ["h3", "p", "p", "p", "ul", "figure", "p", "table"]


def test_a_table_names_its_rows_and_columns() -> None:
    """Its caption says what it is; numbers are flush right, and a total stands out."""
    (table,) = shown([NUMBERS]).all("table")
    assert [one.text for one in table.all("caption")] == ["Villages"]
    heads = [(one.attributes["scope"], one.text) for one in table.all("th")]
    assert heads == [
        ("col", "subdistrict"), ("col", "villages"), ("col", "chance"), ("col", "cost"),
        ("row", "A"), ("row", "B"), ("row", "all"),
    ]  # fmt: skip
    assert [one.text for one in table.all("td")] == [
        "1,234", ">99%", "Rp2.5 million", "6", "–", "Rp500,000", "1,240", "50%", "Rp3 million"
    ]  # fmt: skip
    assert {one.attributes.get("class") for one in table.all("td")} == {"number"}
    assert [row.attributes.get("class") for row in table.all("tr")] == [None, None, None, "total"]


@pytest.mark.parametrize(
    ("columns", "row", "name"),
    [
        (["rank", "village", "chance"], ["1", "Teratai 2", "54%"], "Teratai 2"),
        (["villages reached", "chance"], ["8", "54%"], "8"),
        (["year", "reading"], ["2026", "rises"], "2026"),
        (["rank"], ["1"], "1"),
    ],
)
def test_a_row_is_named_by_its_village_and_not_by_its_rank(columns: list[str], row: list[str], name: str) -> None:
    """An effort or a year does name it."""
    (table,) = shown([Table("Villages", columns, [row])]).all("table")
    assert [one.text for one in table.all("th") if one.attributes["scope"] == "row"] == [name]


def test_what_is_wide_scrolls_by_keyboard_under_its_own_name() -> None:
    """A table under its caption, a figure as one."""
    named = {"role": "group", "tabindex": "0", "class": "scrolling"}
    picture, table = (one for one in shown([Picture("rises", "Likely."), NUMBERS]).all("div"))
    assert picture.attributes == {**named, "aria-label": "Figure"}
    assert table.attributes == {**named, "aria-label": "Villages"}


def test_texts_of_a_prose_table_are_flush_left_and_lines_to_write_on_name_no_row() -> None:
    """Also where they begin like a number."""
    prose, empty = shown(
        [
            Table("Sources", ["key", "source"], [["fall", "2 of 3 reports"]], prose=True),
            Table("", ["by", "until"], [["", ""]] * 3, to_fill=True),
        ]
    ).all("table")
    assert prose.attributes == {"class": "prose"}
    assert [one.attributes for one in prose.all("td")] == [{"data-column": "source"}]
    assert empty.attributes == {"class": "to-fill"}
    assert (len(empty.all("td")), len(empty.all("caption")), len(empty.all("tr"))) == (6, 0, 4)


def test_a_table_without_rows_keeps_its_columns() -> None:
    """As elsewhere."""
    (table,) = shown([Table("Falls", ["village", "year"], [])]).all("table")
    assert [one.text for one in table.all("th")] == ["village", "year"]
    assert table.all("td") == []


def test_a_picture_without_an_address_is_left_out() -> None:
    """Such as one that could not be drawn."""
    html = as_html(language("id"), [Picture("rises", "Peluang besar."), Paragraph("Ada.")], lambda _: None)
    assert [one.name for one in parsed(html).walk()] == ["p"]


def test_nothing_of_the_data_is_markup() -> None:
    """Whatever a village, a source or a title is called, and wherever it stands."""
    blocks: list[Block] = [
        Heading(HOSTILE),
        Paragraph(HOSTILE, lead=HOSTILE),
        Bullets([HOSTILE]),
        Picture(HOSTILE, HOSTILE, caption=HOSTILE),
        Table(HOSTILE, ["village", HOSTILE], [[HOSTILE, HOSTILE]]),
    ]
    harmless = [Heading("a"), Paragraph("a", lead="a"), Bullets(["a"]), Picture("a", "a", caption="a")]
    harmless = [*harmless, Table("a", ["village", "a"], [["a", "a"]])]
    whole = shown(blocks)
    assert [one.name for one in whole.walk()] == [one.name for one in shown(harmless).walk()]
    assert [one.text for one in whole.all("h2", "li", "figcaption", "caption", "td")] == [HOSTILE] * 5
    (image,) = whole.all("img")
    assert image.attributes == {"src": f"/figures/{HOSTILE}.svg", "alt": HOSTILE}


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_page_says_of_an_answer_what_the_terminal_says(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sentence, and every cell of every table, as it is written there; this terminal is wide enough for all."""
    monkeypatch.setattr(terminal, "WIDTH", 10_000)
    speech = language(code)
    blocks = [replace(one, on=On.VERBOSE) for one in load(EXAMPLE, KINDS).document(speech).blocks]
    assert {type(one) for one in blocks} == {Heading, Paragraph, Bullets, Picture, Table}
    cells = 0
    for block in blocks:
        told = terminal.as_text(speech, Document("", [block]), verbose=True)
        whole = shown([block], code)
        if isinstance(block, Table):
            caption, rows = told.partition("\n")[0], [re.split(" {2,}", one) for one in told.splitlines()]
            body = rows[next(place for place, row in enumerate(rows) if "─" in row[-1]) + 1 :]
            read = [[cell.text for cell in row.all("th", "td")] for row in whole.all("tr")]
            assert [caption, *read[1:]] == [whole.all("caption")[0].text, *(row[1:] for row in body if row[1:])]
            cells += len(whole.all("td"))
        elif not isinstance(block, Picture):
            lines = [one.text for one in whole.all("h2", "p", "li")]
            assert lines == [line.removeprefix("- ") for line in told.splitlines() if line]
    assert cells > 100
