"""The index of the answers about a scenario, for a browser: when, what was asked, what was answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..document.blocks import Paragraph
from ..files import remove, write_text
from ..kinds.registry import KINDS
from ..language import Language
from .folder import Answer, below
from .status_changes import status_changes_in_words, statuses_in

INDEX = "index.html"
_DOCUMENTS = ("*.pdf", "*.docx", "*.xlsx")
_PAGE = """<!doctype html>
<html lang="{code}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font-family: sans-serif; line-height: 1.4; max-width: 60em; margin: 2em auto; padding: 0 1em; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .5em .8em .5em 0; border-bottom: 1px solid #bbb; }}
</style>
<h1>{title}</h1>
<table>
{rows}
</table>
</html>
"""


def write_index(shelf: Path, speech: Language) -> None:
    """Write the index of a folder of answers, the newest first; leave it out where that cannot be written."""
    answers = sorted(below(shelf, KINDS), key=lambda one: one.age, reverse=True)
    header = (speech.say("folder"), speech.say("question"), speech.say("answer"), speech.say("documents"))
    rows = ["<tr>" + "".join(f"<th>{escape(title)}</th>" for title in header) + "</tr>"]
    changes = _changes(speech, answers)
    for one in answers:
        cells = _cells(speech, one, changes.get(one.path))
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    title = speech.say("Results: {scenario}", scenario=shelf.name)
    page = _PAGE.format(code=speech.code, title=escape(title), rows="\n".join(rows))
    with suppress(OSError):
        for half in shelf.glob(f".{INDEX}.*"):  # of a process that was killed
            remove(half)
        write_text(shelf / INDEX, page)


def is_listed(shelf: Path, folder: Path) -> bool:
    """Return whether the index of a folder of answers names one of them; false where there is no index."""
    try:
        return _link(folder.name, f"{folder.name}/") in (shelf / INDEX).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def refresh_index(shelf: Path, speech: Language) -> None:
    """Write the index again where there is one."""
    if (shelf / INDEX).is_file():
        write_index(shelf, speech)


def _changes(speech: Language, answers: Sequence[Answer[Any]]) -> dict[Path, str]:
    """Return of each forecast which statuses are not those of the one before it of the same year."""
    forecasts = [(one, statuses_in(one)) for one in answers if one.folder.kind.name == "forecast"]
    found = {}
    for (newer, now), (older, before) in pairwise(forecasts):
        said = (
            status_changes_in_words(speech, now, before, older) if newer.result.origin == older.result.origin else None
        )
        if said is not None:
            found[newer.path] = said
    return found


def _cells(speech: Language, answer: Answer[Any], changed: str | None) -> Iterator[str]:
    document, folder = answer.document(speech), answer.path
    yield _link(folder.name, f"{folder.name}/")
    yield escape(document.title)
    said = [one.text for one in document.blocks if isinstance(one, Paragraph) and one.strong]
    yield "<br>".join(map(escape, said if changed is None else [*said, changed]))
    files = sorted(path.name for pattern in _DOCUMENTS for path in folder.glob(pattern))
    yield "<br>".join(_link(name, f"{folder.name}/{name}") for name in files)


def _link(text: str, target: str) -> str:
    return f'<a href="{quote(target)}">{escape(text)}</a>'
