"""Languages, numbers and catalogues."""

from __future__ import annotations

import gettext
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from simulation.inputs.problems import KampungError
from simulation.report import language as module
from simulation.report.language import LANGUAGES, LOCALE_FOLDER, Language, language, language_of_environment

ROOM = Path(module.__file__).parents[1]
CATALOGUES = sorted(LOCALE_FOLDER.glob("*/LC_MESSAGES/*.po"))


def read(path: Path) -> Catalog:
    """Return the catalogue of a .po file."""
    with path.open("rb") as stream:
        return read_po(stream, locale=path.parts[-3])


def translated(path: Path) -> dict[str, str]:
    """Return key -> sentence."""
    return {str(message.id): str(message.string) for message in read(path) if message.id}


def places(template: str) -> set[str]:
    """Return the named places of a sentence."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


@pytest.fixture(scope="module")
def spoken() -> set[str]:
    """Return every key that the code of the two rooms says."""
    keywords = {"say": None, "phrase": None}
    found = (extract_from_dir(ROOM / room, [("**.py", "python")], keywords=keywords) for room in ("report", "app"))
    return {message for extracted in found for _, _, message, _, _ in extracted}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_sentence_has_a_translation_and_every_translation_is_used(code: str, spoken: set[str]) -> None:
    """The catalogue holds exactly the sentences of the code, none of them empty."""
    catalogue = translated(LOCALE_FOLDER / code / "LC_MESSAGES" / "report.po")
    assert set(catalogue) == spoken
    assert all(catalogue.values())


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_translation_has_the_places_of_its_key(path: Path) -> None:
    """What is to be filled in is named alike in every language."""
    for key, sentence in translated(path).items():
        assert places(sentence) == places(key), key


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_compiled_catalogues_are_up_to_date(path: Path) -> None:
    """Each .mo says what its .po says; the bytes differ between versions of Babel."""
    with path.with_suffix(".mo").open("rb") as stream:
        compiled = gettext.GNUTranslations(stream)
    source = translated(path)
    assert {key for key in compiled._catalog if key} == {key for key, sentence in source.items() if sentence}  # type: ignore[attr-defined]
    assert {key: compiled.gettext(key) for key in source} == {k: sentence or k for k, sentence in source.items()}


def test_english_sentences_are_their_keys() -> None:
    """So that the key may be read as the sentence."""
    catalogue = translated(LOCALE_FOLDER / "en" / "LC_MESSAGES" / "report.po")
    assert {key for key, sentence in catalogue.items() if key != sentence} == set()


def test_numbers_are_written_as_each_language_does() -> None:
    """Comma and point change places, and Indonesian leaves a space before the percent sign."""
    assert [language(code).percent(0.0541, 1) for code in LANGUAGES] == ["5,4 %", "5.4%"]
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


def test_a_missing_catalogue_is_named_with_the_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clone without compiled catalogues says which one is missing and how to make it."""
    monkeypatch.setattr(module, "LOCALE_FOLDER", tmp_path)
    with pytest.raises(KampungError, match=r"report\.mo is missing.*pybabel compile"):
        Language("en").say("year")


def test_an_unknown_language_is_refused() -> None:
    """The message names the languages there are."""
    with pytest.raises(KampungError, match="id, en"):
        language("nl")
