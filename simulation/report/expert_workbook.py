"""The workbook that asks experts: a sheet for each, one page of paper, with cells to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..engine.whole_file import whole_file
from ..inputs.expert_answers import ABOUT, VILLAGES_ASKED, Question, questions_of
from ..inputs.scenario import Scenario
from .language import Language, phrase

if TYPE_CHECKING:
    from xlsxwriter import Workbook

SHEETS = 5
"""Experts that a workbook has room for."""
_ABOUT = {"name": phrase("Name"), "position": phrase("Position"), "date": phrase("Date")}
_HEADS = (
    phrase("Question"),
    phrase("At least"),
    phrase("Most likely"),
    phrase("At most"),
    phrase("Question code"),
)
"""Titles of the columns; the reader knows the last four by them."""
_EXPLAINED = (
    phrase(
        "Think of {of} villages like those of {place}; where you have many in mind, of how many of every {of} on "
        "average. Answer by yourself before you talk it over with others, and leave rows empty that you cannot judge."
    ),
    phrase(
        "First “at least”: only 1 chance in 10 that it is fewer. Then “at most”: only 1 chance in 10 that it is more. "
        "Last “most likely”: as likely more as fewer. Whole numbers from 0 to {of}."
    ),
    phrase(
        "A usual year has neither an acceleration drive nor an intervention; a good year is one of the kind that comes "
        "once in ten years, without an acceleration drive. Several statuses at once count as one rise."
    ),
)
_ASKED = {
    "usual": phrase("Usual year: of {of} villages at {level}, how many rise?"),
    "good": phrase(
        "Good year: of {of} villages at {level}, how many rise, where in a usual year as many do as your “most likely” "
        "for {level} above?"
    ),
    "with": phrase(
        "Usual year, with {intervention}: of {of} villages at {level} that receive it in full, how many rise, where "
        "without it as many do as your “most likely” for {level} above?"
    ),
    "fall": phrase("Usual year: of {of} villages above dasar, how many fall?"),
}
_WIDTHS = (56, 10, 10, 10, 16)
_LINE = 15
_UNDATED = datetime(2000, 1, 1)  # noqa: DTZ001  XlsxWriter takes times without a zone


def intervention_titles(scenario: Scenario, code: str) -> dict[str, str]:
    """Return name of each intervention -> what people call it in a language."""
    return {plan.name: plan.title.get(code) or plan.name for plan in scenario.interventions}


def write_expert_workbook(speech: Language, scenario: Scenario, path: Path) -> None:
    """Write what experts are asked of a scenario, whole; the same scenario gives the same bytes."""
    from xlsxwriter import Workbook

    texts_stay = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with whole_file(path) as temporary, Workbook(str(temporary), texts_stay) as book:
        book.set_properties({"author": "Kampung KB Forecast", "created": _UNDATED})
        for number in range(1, SHEETS + 1):
            _write_sheet(book, speech, scenario, speech.say("Expert {number}", number=number))


def _write_sheet(book: Workbook, speech: Language, scenario: Scenario, name: str) -> None:
    page, say = book.add_worksheet(name), speech.say
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#F2F2F2", "border": 1})
    asked = book.add_format({"text_wrap": True, "valign": "vcenter", "border": 1})
    code = book.add_format({"valign": "vcenter", "font_size": 7, "font_color": "#808080", "shrink": True})
    to_fill = {"bg_color": "#FFF3BF", "border": 1, "locked": False, "valign": "vcenter"}
    number, text = (book.add_format({**to_fill, **more}) for more in ({"align": "center"}, {"num_format": "@"}))
    for column, width in enumerate(_WIDTHS):
        page.set_column(column, column, width)
    title = scenario.title.get(speech.code) or scenario.name
    page.write_string(
        0, 0, say("Questions to an expert: {title}", title=title), book.add_format({"bold": True, "size": 14})
    )
    for about, row in ABOUT.items():
        page.write_string(row - 1, 0, say(_ABOUT[about]), book.add_format({"align": "right"}))
        page.merge_range(row - 1, 1, row - 1, 3, "", text)
    row = max(ABOUT.values()) + 1
    place = scenario.districts[0].district if len(scenario.districts) == 1 else title
    for sentence in _EXPLAINED:
        said = say(sentence, of=VILLAGES_ASKED, place=place)
        page.merge_range(row, 0, row, 3, said, wrapped)
        page.set_row(row, _LINE * -(-len(said) // sum(_WIDTHS[:4])) + 4)
        row += 1
    row += 1
    for column, head in enumerate(_HEADS):
        page.write_string(row, column, say(head), code if column == len(_HEADS) - 1 else bold)
    titles = intervention_titles(scenario, speech.code)
    questions = questions_of(scenario)
    for line, question in enumerate(questions, row + 1):
        said = asked_in_words(speech, question, titles)
        page.set_row(line, _LINE * -(-len(said) // (_WIDTHS[0] - 2)) + 4)
        page.write_string(line, 0, said, asked)
        for column in (1, 2, 3):
            page.write_blank(line, column, None, number)
        page.write_string(line, 4, question.code, code)
    page.data_validation(
        row + 1,
        1,
        row + len(questions),
        3,
        {
            "validate": "integer",
            "criteria": "between",
            "minimum": 0,
            "maximum": VILLAGES_ASKED,
            "error_title": say("Not a whole number"),
            "error_message": say("Write a whole number from 0 to {of}, or leave the cell empty.", of=VILLAGES_ASKED),
        },
    )
    page.protect("", {"format_columns": True, "format_rows": True})
    page.hide_gridlines(2)
    page.set_portrait()
    page.set_paper(9)
    page.set_margins(0.5, 0.5, 0.5, 0.5)
    page.fit_to_pages(1, 1)


def asked_in_words(speech: Language, question: Question, interventions: Mapping[str, str]) -> str:
    """Return a question as experts read it; `interventions` are name -> title."""
    values = {"level": question.level, "intervention": interventions.get(question.intervention, "")}
    return speech.say(_ASKED[question.kind], of=VILLAGES_ASKED, **values)
