"""The recipes of CONTRIBUTING.md: the files that they name are there, and following them works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sentences

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_file_and_name_of_a_recipe_exists() -> None:
    """Paths lead somewhere, and what is said to stand in a module stands there."""
    for path in re.findall(r"`((?:simulation|tests)/[\w/.]+)`", PAGE):
        assert (ROOT / path).exists(), path
    for path, line in re.findall(r"^\d\. `(simulation/[\w/]+\.py)`: (.*)", PAGE, re.MULTILINE):
        source = (ROOT / path).read_text(encoding="utf-8")
        for name in re.findall(r"`([A-Za-z_]+)`", line):
            assert re.search(rf"\b{name}\b", source), f"{path}: {name}"


def test_a_new_sentence_is_named_until_it_is_translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recipe for a sentence, in a copy: said in the code, then an entry, then a translation; and gone again."""
    module = tmp_path / "simulation" / "report" / "rain.py"
    module.parent.mkdir(parents=True)
    module.write_text('line = speech.say("It rains in {number} villages.", number=3)\n', encoding="utf-8")
    catalogue = tmp_path / "id.po"
    catalogue.write_text(sentences.HEAD, encoding="utf-8")
    monkeypatch.setattr(sentences, "ROOT", tmp_path)
    monkeypatch.setattr(sentences, "CATALOGUE", catalogue)
    assert sentences.update() == ["It rains in {number} villages."]
    head, _, end = catalogue.read_text(encoding="utf-8").rpartition('msgstr ""')
    catalogue.write_text(f'{head}msgstr "Hujan di {{number}} kampung."{end}', encoding="utf-8")
    assert sentences.update() == []
    module.write_text('line = speech.say("Rain in {number} villages.", number=3)\n', encoding="utf-8")
    assert sentences.update() == ["Rain in {number} villages."]
    assert "#, fuzzy" in catalogue.read_text(encoding="utf-8")
