"""The words of the glossary: those that it rules out appear in no sentence."""

from __future__ import annotations

import re
from pathlib import Path

from sentences import ROOT, catalogue

GLOSSARY = Path(ROOT, "simulation", "GLOSSARY.md").read_text(encoding="utf-8").split("## What the code says")[0]
RULED_OUT = sorted(set(re.findall(r"\*\*([^*]+)\*\*", GLOSSARY)) - {"Bold"})
ALLOWED: dict[str, str] = {"LEVER": "the value of --vary in the frame of help"}
"""Sentences, in English, that may hold such a word, and why."""


def sentences_of_people() -> dict[str, str]:
    """Return what is said in either language by its English sentence, without places and names of files and options."""
    unsaid = re.compile(r"\{[^}]*\}|--[a-z-]+|\b\w+(?:[._]\w+)+\b|`[^`]*`")
    return {str(entry.id): unsaid.sub(" ", f"{entry.id}\n{entry.string}") for entry in catalogue() if entry.id}


def test_no_sentence_holds_a_word_that_the_glossary_rules_out() -> None:
    """In neither language, in whatever case, but for the exceptions, of which none is needless."""
    form = re.compile(rf"\b({'|'.join(map(re.escape, RULED_OUT))})\b", re.IGNORECASE)
    found = {key: form.findall(said) for key, said in sentences_of_people().items() if form.search(said)}
    assert {key: words for key, words in found.items() if key not in ALLOWED} == {}
    assert ALLOWED.keys() - found.keys() == set()


def test_the_glossary_rules_words_out() -> None:
    """The test reads them from the page."""
    assert {"kampanye", "undian", "terjangkau", "poin persen"} <= set(RULED_OUT)


def test_english_sentences_say_village_or_kampung_kb() -> None:
    """A reader would take *kampung* for a third thing."""
    alone = re.compile(r"\bkampung\b(?! KB)", re.IGNORECASE)
    keys = [str(entry.id) for entry in catalogue() if entry.id]
    assert [key for key in keys if alone.search(re.sub(r"kampung_\w+|`[^`]*`", " ", key))] == []
