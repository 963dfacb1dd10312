"""Every sentence about a problem can be shown in Indonesian."""

from __future__ import annotations

import ast
import gettext
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po
from scenario_desk import Desk

from simulation.domain.messages import Message
from simulation.report.language import language

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "simulation" / "report" / "locale"
LANGUAGES = pytest.mark.parametrize("code", ["id", "en"])


def templates() -> dict[str, str]:
    """Return every template in the sources -> where it stands; fail where a template is not a literal."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "simulation").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Message":
                first = node.args[0]
                assert isinstance(first, ast.Constant), f"{path.name}:{node.lineno}: the template is not a literal"
                found[first.value] = f"{path.name}:{node.lineno}"
    return found


def places(template: str) -> set[tuple[str, str | None]]:
    """Return the names of the places in a template, and how each is written."""
    return {(name, spec) for _, name, spec, _ in Formatter().parse(template) if name is not None}


def catalogue(code: str) -> dict[str, str]:
    """Return the catalogue of a language as written, key -> sentence."""
    with (LOCALE / code / "LC_MESSAGES" / "problems.po").open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file, locale=code) if entry.id}


@LANGUAGES
def test_no_sentence_is_missing_from_the_catalogue_or_unused_in_it(code: str) -> None:
    """The catalogue's keys are exactly the templates of the sources."""
    assert catalogue(code).keys() == templates().keys()


@LANGUAGES
def test_every_translation_fills_the_same_places(code: str) -> None:
    """A translation is not empty and has the places of its template, no other."""
    wrong = [key for key, text in catalogue(code).items() if not text or places(text) != places(key)]
    assert wrong == []


@LANGUAGES
def test_the_compiled_catalogue_is_the_written_one(code: str) -> None:
    """Every sentence of the written catalogue is in the compiled one."""
    compiled = gettext.translation("problems", LOCALE, [code])
    assert {key: compiled.gettext(key) for key in catalogue(code)} == catalogue(code)


def test_the_english_catalogue_says_the_keys() -> None:
    """In English a sentence is its own key."""
    assert {key for key, text in catalogue("en").items() if key != text} == set()


@pytest.mark.parametrize(
    ("sections", "indonesian"),
    [
        ({"languag": "languag: id"}, "isian languag tidak dikenal | mungkin maksudnya language?"),
        ({"horizon": "horizon: five"}, "ini bukan bilangan bulat | "),
        ({"target": "target: {share: 5}"}, "bilangan terlalu besar | tulis proporsi dan peluang antara 0 dan 1: 0.05"),
    ],
)
def test_a_problem_reads_in_indonesian(desk: Desk, sections: dict[str, str], indonesian: str) -> None:
    """Message and suggestion are translated, sentences within sentences too."""
    speech = language("id")
    (problem,) = desk.problems(**sections)
    suggestion = speech.problem(problem.suggestion) if problem.suggestion else ""
    assert f"{speech.problem(problem.message)} | {suggestion}" == indonesian


def test_a_number_that_is_told_is_written_as_the_language_does() -> None:
    """Counts and decimals in a sentence; what may be typed into a file, and years, stand as they are typed."""
    message = Message("the row sums to {total:,}, not to 1", {"total": 0.9})
    assert [language(code).problem(message) for code in ("id", "en")] == [
        "jumlah baris ini 0,9, bukan 1",
        "the row sums to 0.9, not to 1",
    ]
    within = Message("{message}: rows {first} and {row}", {"first": 2025, "row": "0.5"})
    within.values["message"] = Message("at most {most:,} villages in all", {"most": 200_000})
    assert language("id").problem(within) == "seluruhnya paling banyak 200.000 kampung: baris 2025 dan 0.5"
    assert str(within) == "at most 200,000 villages in all: rows 2025 and 0.5"
