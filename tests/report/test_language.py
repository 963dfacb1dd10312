"""Languages, numbers and catalogues."""

from __future__ import annotations

import ast
import csv
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from districts import everything_on
from foreign_numbers import DECIMAL_COMMA, DECIMAL_POINT, FOREIGN, OWN
from jinja2 import Environment, nodes
from matplotlib.text import Text
from sentences import CATALOGUE, catalogue, sentences, untranslated
from spoken_sentences import glued, non_literal
from told import in_terminal, result_of, written

from simulation.domain.distributions import LogitNormal
from simulation.domain.messages import KampungError
from simulation.domain.target import Target
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import forecast
from simulation.report import language as module
from simulation.report import plots
from simulation.report.language import LANGUAGES, language, language_of_environment, read_catalogue

ROOM = Path(module.__file__).parents[1]
UPDATE = "run python tests/sentences.py and translate what it names"


def places(template: str) -> set[tuple[str, str | None]]:
    """Return the named places of a sentence, and how each is written."""
    return {(name, spec) for _, name, spec, _ in Formatter().parse(template) if name is not None}


@cache
def trees() -> dict[str, ast.Module]:
    """Return every module of the two rooms that speak."""
    paths = [path for room in ("report", "app") for path in (ROOM / room).rglob("*.py")]
    return {
        path.relative_to(ROOM).with_suffix("").as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths
    }


def test_every_sentence_has_an_indonesian_translation_and_no_other_has() -> None:
    """The catalogue holds exactly the sentences of the code, each translated by a person."""
    keys = {str(entry.id) for entry in catalogue() if entry.id}
    assert sentences() - keys == set(), UPDATE
    assert keys - sentences() == set(), UPDATE
    assert untranslated(catalogue()) == [], UPDATE


def test_a_translation_has_the_places_of_its_sentence() -> None:
    """What is to be filled in is named alike in every language, and written alike."""
    wrong = [key for key, text in read_catalogue(CATALOGUE).items() if places(text) != places(key)]
    assert wrong == []


def test_the_catalogue_is_read_as_babel_reads_it() -> None:
    """The package's own reader knows every escape and every broken line that the file holds."""
    assert read_catalogue(CATALOGUE) == {str(entry.id): str(entry.string) for entry in catalogue()} | {
        "": read_catalogue(CATALOGUE)[""]
    }


def test_what_an_editor_of_translations_writes_is_read(tmp_path: Path) -> None:
    """Texts over several lines, quotes, line breaks, comments, and entries that are gone or untranslated."""
    path = tmp_path / "id.po"
    path.write_text(
        '# a comment\n#: place.py:3\n#, fuzzy\nmsgid ""\n"a \\"word\\"\\n"\n"and more"\nmsgstr "kata\\\\"\n\n'
        '#~ msgid "gone"\n#~ msgstr "hilang"\n\nmsgid "open"\nmsgstr ""\n',
        encoding="utf-8",
    )
    assert read_catalogue(path) == {'a "word"\nand more': "kata\\", "open": "open"}


def test_numbers_are_written_as_each_language_does() -> None:
    """Comma and point change places, and money has the unit that people say."""
    assert [language(code).percent(0.0541, 1) for code in LANGUAGES] == ["5,4%", "5.4%"]
    amounts = (2500, 1199, 960, 999.9, 15_292, 1250, 12.5, 0.5, 0, -25)
    assert [language("id").money(million) for million in amounts] == [
        "Rp2,5 miliar", "Rp1,2 miliar", "Rp960 juta", "Rp1 miliar", "Rp15,3 miliar", "Rp1,25 miliar", "Rp12,5 juta",
        "Rp500.000", "Rp0", "−Rp25 juta",
    ]  # fmt: skip
    assert language("en").money(2_499_946_250) == "Rp2,500 trillion"
    assert [language(code).number(1234.5, 1) for code in LANGUAGES] == ["1.234,5", "1,234.5"]
    assert [language(code).number(-0.04, 1) for code in LANGUAGES] == ["0,0", "0.0"]


def test_names_are_joined_by_or() -> None:
    """Lists end as each language ends them."""
    names = ["mandiri", "paripurna"]
    assert [language(code).either(names) for code in LANGUAGES] == ["mandiri atau paripurna", "mandiri or paripurna"]


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "id_ID.UTF-8"}, "id"),
        ({"LANG": "C.UTF-8"}, "id"),
        ({"LANG": "de_DE"}, "id"),
        ({}, "id"),
    ],
)
def test_the_language_is_that_of_lang_or_indonesian(environment: dict[str, str], code: str) -> None:
    """LANG decides where it names one of the two languages."""
    assert language_of_environment(environment) == code


def test_an_unknown_language_is_refused() -> None:
    """The message names the languages there are."""
    with pytest.raises(KampungError, match="id, en"):
        language("nl")


GLUED = {
    "an f-string of two": "f\"{say('a')} {say('b')}\"",
    "an f-string with words": "f\"Note: {say('a')}\"",
    "a sum of two": 'say("a") + say("b")',
    "a sum with words": 'say("a") + " in all"',
    "a list with commas": '", ".join([say("a"), say("b")])',
    "a format": '"{} {}".format(say("a"), 3)',
    "a percent sign": '"%s!" % say("a")',
    "two said before": 'f"{first} {first}"',
    "said by another function": 'f"{word()} years"',
}


@pytest.mark.parametrize("name", GLUED)
def test_glue_is_found_however_it_is_written(name: str) -> None:
    """Each way of putting a sentence together is found, also where a piece was said earlier or elsewhere."""
    source = f'def word() -> str:\n    return say("w")\ndef line():\n    first = say("f")\n    return {GLUED[name]}\n'
    assert {place.function for place in glued({"sample": ast.parse(source)})} == {"line"}


CAPITAL = '(said := say("a"))[0].upper() and said[0].upper() + said[1:]'


@pytest.mark.parametrize(
    "harmless", ['"\\n".join([say("a"), say("b")])', "f\"- {say('a')}\"", '"  " + say("a")', CAPITAL]
)
def test_a_sentence_on_a_line_of_its_own_is_no_glue(harmless: str) -> None:
    """Lines below each other, bullets and indents leave every sentence whole."""
    assert glued({"sample": ast.parse(f"def line():\n    return {harmless}\n")}) == set()


WHOLE = {
    ("report/figures/forecast", "_on_top"): "a list of levels and their chances",
    ("report/kinds/explanation", "_base"): "a list of levels and their frequencies",
    ("report/kinds/explanation", "_year_by_year"): "a list of years and their chances",
    ("report/kinds/forecast/words", "all_years"): "a list of chances",
    ("report/kinds/backtest", "_names"): "a list of forecasters",
    ("report/kinds/backtest", "verdict_of"): "a list of forecasters, by how they did",
    ("report/kinds/head", "effects_in_words"): "a list of effects, each with its interventions",
    ("report/kinds/plan/words", "option"): "whole sentences after each other",
    ("report/kinds/plan/words", "_without_enough"): "whole sentences after each other",
    ("report/kinds/plan/words", "in_short"): "whole sentences after each other",
    ("report/kinds/plan/words", "verdict"): "whole sentences after each other",
    ("report/kinds/head", "rests_on"): "whole sentences after each other",
    ("report/kinds/forecast/document", "_answer"): "whole sentences after each other",
    ("report/wording", "scale"): "a list of words, each with its chances",
    ("report/wording", "basis"): "a list of data",
    ("app/frame", "format_help"): "a whole sentence and marks behind it",
    ("app/frame", "_write_head"): "names of options and arguments",
    ("report/kinds/forecast/districts", "least_likely"): "a list of districts and their chances",
    ("report/kinds/forecast/document", "_mapped"): "two whole sentences after each other; a list of villages",
    ("report/figures/village_map", "_explanation"): "whole sentences after each other",
    ("report/store/index", "write_index"): "cells of a table",
    ("report/store/index", "_older"): "a list of what differs",
    ("app/starting", "_interview"): "a list of keys",
    ("app/errors", "report_errors"): "two whole sentences after each other",
    ("report/expert_priors", "elicited_text"): "a sentence above a file",
    ("report/expert_priors", "elicited_document"): "a list of experts; a list of assumptions",
    ("report/list_summary", "_unused"): "a list of what was not used",
    ("report/cleaned_copy", "contradictions_in_words"): "a list of statuses and their cells",
    ("report/started_scenario", "_read_from"): "sentences after each other in a source",
    ("report/kinds/past", "weights_in_words"): "a list of data; whole sentences after each other",
    ("report/list_summary", "_learned"): "a list of data; whole sentences after each other",
    ("report/cleaned_copy", "_value"): "a list of kinds of changes",
    ("report/kinds/comparison", "notes"): "a list of assumptions",
    ("report/kinds/calibration", "notes"): "a list of parameters",
    ("report/kinds/plan/words", "_rests_on"): "a list of what ranks rest on",
    ("report/document/xlsx", "_number_format"): "a number format: how the two ends are written",
    ("report/kinds/robustness", "verdict"): "a list of options, each with its cost",
    ("report/kinds/sensitivity", "notes"): "a list of parameters",
    ("report/kinds/sensitivity", "verdict"): "a list of parameters, each with its share",
}
"""Where pieces stand beside each other and yet every sentence is whole: module and function -> why."""


def test_no_sentence_is_glued_from_parts() -> None:
    """In what is shown, a translated piece stands beside words or another piece only where a list is meant."""
    modules = trees()
    found = glued(modules)
    assert {place for place in found if (place.module, place.function) not in WHOLE} == set()
    assert {(place.module, place.function) for place in found} == set(WHOLE)


def test_every_sentence_stands_whole_in_the_code() -> None:
    """No sentence is made while the program runs, for then no catalogue could hold it."""
    modules = [ast.parse(path.read_text(encoding="utf-8")) for path in ROOM.rglob("*.py")]
    assert [sentence for tree in modules for sentence in non_literal(tree)] == []
    templates = [Environment(autoescape=True).parse(path.read_text(encoding="utf-8")) for path in ROOM.rglob("*.html")]
    said = [call.args[0] for tree in templates for call in tree.find_all(nodes.Call) if _says(call)]
    assert any(isinstance(sentence, nodes.Const) for sentence in said)
    assert [sentence for sentence in said if not isinstance(sentence, nodes.Const | nodes.Name | nodes.Getattr)] == []


def _says(call: nodes.Call) -> bool:
    """Return whether a template says something."""
    return isinstance(call.node, nodes.Name) and call.node.name == "say"


def test_numbers_of_the_other_language_are_found() -> None:
    """The patterns of these tests tell decimals from thousands, years and intervals."""
    assert [DECIMAL_POINT.findall(text) for text in ("5.4%", "1.234,5", "1.234.567", "2026; 0.05–0.1")] == [
        ["5.4"], [], [], ["0.05", "0.1"],
    ]  # fmt: skip
    assert [DECIMAL_COMMA.findall(text) for text in ("5,4%", "1,234.5", "12,345", "0,05")] == [
        ["5,4"],
        [],
        [],
        ["0,05"],
    ]


def spoken_of(found: Forecast, code: str) -> dict[str, str]:
    """Return everything that answer, explanation and figures say of a forecast, each under its name."""
    said = {"answer": in_terminal(found, code, verbose=True)}
    for draw in (plots.fan_chart, plots.rises, plots.transition_matrix):
        figure = draw(result_of(found), code, "0123456789ab")
        said[draw.__name__] = "\n".join(text.get_text() for text in figure.findobj(Text))
    return said


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("target", [Target(), Target(reading="entries"), Target(net_of_falls=True)])
def test_tables_and_figures_write_every_number_in_their_language(code: str, target: Target) -> None:
    """No decimal point stands in an Indonesian table or figure, no decimal comma in an English one."""
    scenario = everything_on(target=target)
    uncertain = replace(scenario.parameters, scalars={**scenario.parameters.scalars, "fall": LogitNormal(-3, 0.5)})
    result = forecast(replace(scenario, parameters=uncertain), 20, 30, 3)
    said = spoken_of(result, code)
    assert OWN[code].search(said["answer"])
    assert {name: FOREIGN[code].findall(text) for name, text in said.items()} == {name: [] for name in said}


@pytest.mark.parametrize("code", LANGUAGES)
def test_tables_and_figures_of_several_districts_do_so_too(several: Forecast, code: str) -> None:
    """Also where every district has a row or a line of its own; their names here hold codes such as 11.01."""
    said = spoken_of(several, code)
    assert {name: FOREIGN[code].findall(re.sub("11[.]0[123]", "", text)) for name, text in said.items()} == {
        name: [] for name in said
    }


def test_a_village_board_writes_its_chances_in_its_language() -> None:
    """Tiles and footer of the board as well."""
    result = forecast(everything_on(), 20, 30, 3)
    for code in LANGUAGES:
        text = "\n".join(text.get_text() for text in plots.village_board(result, code).findobj(Text))
        assert FOREIGN[code].findall(text) == []


def test_tables_of_a_run_know_no_language(several: Forecast, tmp_path: Path) -> None:
    """Columns of every CSV have the same names everywhere, and numbers a decimal point, without thousands."""
    written(several, tmp_path)
    text = {"district_code", "district", "province", "village_code", "village", "subdistrict", "location"}
    for path in tmp_path.rglob("[!i]*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert rows
        assert [name for name in rows[0] if not re.fullmatch("[a-z][a-z0-9_]*", name)] == []
        cells = {cell for row in rows for name, cell in row.items() if name not in text}
        assert [cell for cell in cells if re.search(r"\d", cell) and not re.fullmatch(PLAIN, cell)] == []


PLAIN = r"-?\d+(\.\d+)?|\d{4}-12-31"
"""A number, or the day of an origin."""
