"""Sentences of the code and their translations: `python tests/sentences.py` brings the catalogue up to date.

English stands in the code, in ``say("…")``, ``phrase("…")`` and ``Message("…")``, and in ``say("…")`` of templates;
Indonesian in ``simulation/report/locale/id.po``, one entry a sentence, in the order of the alphabet. The command adds
an entry for each new sentence (with the translation of the sentence it seems to replace, marked fuzzy, or empty),
deletes entries that nothing says any more, and names what a person has still to translate.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "simulation" / "report" / "locale" / "id.po"
HEAD = """\
# Indonesian sentences. The key is the English sentence in the code; python tests/sentences.py keeps this file in step.
msgid ""
msgstr ""
"Project-Id-Version: Kampung KB Forecast\\n"
"Language: id\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def sentences() -> set[str]:
    """Return every sentence that stands in the code and in the templates."""
    readers = {"*.py": _of_module, "*.html": _of_template}
    return {
        sentence
        for pattern, read in readers.items()
        for path in (ROOT / "simulation").rglob(pattern)
        for sentence in read(path.read_text(encoding="utf-8"))
    }


@cache
def _of_template(text: str) -> frozenset[str]:
    """Return every sentence of a template; the first of its arguments where it has places."""
    calls = extract_from_ast(Environment(autoescape=True).parse(text), gettext_functions=["say"])
    firsts = [said[0] if isinstance(said, tuple) else said for _, _, said in calls]
    return frozenset(first for first in firsts if first is not None)


@cache
def _of_module(text: str) -> frozenset[str]:
    return frozenset(said(ast.parse(text)))


def said(tree: ast.Module) -> Iterator[str]:
    """Yield every sentence of a module: the first argument of `say`, `phrase` or `Message`, or both of its branches."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node) in {"say", "phrase", "Message"} and node.args:
            first = node.args[0]
            branches = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
            yield from (str(branch.value) for branch in branches if isinstance(branch, ast.Constant))


def name_of(call: ast.Call) -> str:
    """Return the name of the function or method that is called."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def catalogue() -> Catalog:
    """Return the catalogue as written, entries that wait for a translator among them."""
    with CATALOGUE.open("rb") as stream:
        return read_po(stream, locale="id", abort_invalid=True)


def untranslated(entries: Catalog) -> list[str]:
    """Return the sentences without a translation that a person has seen."""
    return sorted(str(entry.id) for entry in entries if entry.id and (not entry.string or entry.fuzzy))


def update() -> list[str]:
    """Bring the catalogue up to date; return what is still to be translated."""
    spoken = Catalog()
    for sentence in sentences():
        spoken.add(sentence)
    entries = catalogue()
    entries.update(spoken)
    write(entries)
    return untranslated(entries)


def write(entries: Catalog) -> None:
    """Write the catalogue: an entry a sentence, sorted, each text on a line of its own."""
    for entry in entries:
        entry.flags &= {"fuzzy"}
    written = BytesIO()
    write_po(written, entries, omit_header=True, no_location=True, sort_output=True, ignore_obsolete=True, width=0)
    CATALOGUE.write_text(HEAD + written.getvalue().decode().strip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    missing = update()
    for sentence in missing:
        print(f"to be translated: {sentence}")
    sys.exit(bool(missing))
