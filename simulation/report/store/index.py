"""The index of the answers about a scenario, for a browser: when, what was asked, what was answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..codec import to_data
from ..document.blocks import Paragraph
from ..files import remove, write_text
from ..kinds.registry import KINDS
from ..language import Language, phrase
from .folder import Answer, below
from .status_changes import status_changes_in_words, statuses_in

INDEX = "index.html"
_DOCUMENTS = ("*.pdf", "*.docx", "*.xlsx")
_EFFORT = {
    "draws": phrase("parameter draws"),
    "replicates": phrase("simulations for each"),
    "seed": phrase("random numbers (seed)"),
    "engine": phrase("engine"),
    "precision": phrase("precision"),
}
"""Options that ask the same question with another effort, and what they are called."""
_INPUTS = {
    **dict.fromkeys(("villages", "villages.csv", "districts", "districts.csv"), phrase("data on villages")),
    "draws.parquet": phrase("calibration"),
    "transition": phrase("chances of rising and falling"),
    "interventions": phrase("interventions"),
    "target": phrase("target"),
    "origin": phrase("last year of data"),
    "horizon": phrase("forecast years"),
}
"""Keys of a scenario and files of its data, and what they are called."""
_WORDS = {"title", "sources", "language"}
"""Keys of which no number depends."""
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


def write_index(shelf: Path, speech: Language, known: Answer[Any] | None = None) -> None:
    """Write the index of a folder of answers, the newest first; leave it out where that cannot be written.

    One that is `known` is not read again: that of a nation takes much memory.
    """
    answers = sorted(below(shelf, KINDS, known), key=lambda one: one.age, reverse=True)
    header = (speech.say("folder"), speech.say("question"), speech.say("answer"), speech.say("documents"))
    rows = ["<tr>" + "".join(f"<th>{escape(title)}</th>" for title in header) + "</tr>"]
    notes = [_changes(speech, answers), _older(speech, answers)]
    for one in answers:
        cells = _cells(speech, one, [note[one.path] for note in notes if one.path in note])
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


def _older(speech: Language, answers: Sequence[Answer[Any]]) -> dict[Path, str]:
    """Return of each answer to a question that a newer one answers too that it is older, and what it was made with."""
    newest: dict[tuple[str, ...], Answer[Any]] = {}
    found = {}
    for one in answers:
        asked = {name: value for name, value in to_data(one.asked).items() if name not in _EFFORT}
        newer = newest.setdefault((one.folder.kind.name, *one.inputs, repr(asked)), one)
        if newer is one:
            continue
        if differs := ", ".join(_differences(speech, one, newer)):
            found[one.path] = speech.say(
                "Older than {folder}, different in: {what}.", folder=newer.path.name, what=differs
            )
        else:
            found[one.path] = speech.say("Older than {folder}.", folder=newer.path.name)
    return found


def _differences(speech: Language, one: Answer[Any], other: Answer[Any]) -> Iterator[str]:
    """Yield in which effort, with both numbers, and in which inputs an answer differs from another."""
    asked, newer = to_data(one.asked), to_data(other.asked)
    for name, called in _EFFORT.items():
        if asked.get(name) != newer.get(name):
            old, new = (_value(speech, each.get(name)) for each in (asked, newer))
            yield speech.say("{what} ({old}, not {new})", what=speech.say(called), old=old, new=new)
    names = {
        name
        for mine, theirs in zip(one.inputs.values(), other.inputs.values(), strict=True)
        for name in {*mine, *theirs} - _WORDS
        if mine.get(name) != theirs.get(name)
    }
    yield from dict.fromkeys(speech.say(_INPUTS[name]) if name in _INPUTS else name for name in sorted(names))


def _value(speech: Language, value: object) -> str:
    return speech.number(value) if isinstance(value, int) else "–" if value is None else str(value)


def _cells(speech: Language, answer: Answer[Any], notes: Sequence[str]) -> Iterator[str]:
    document, folder = answer.document(speech), answer.path
    yield _link(folder.name, f"{folder.name}/")
    yield escape(document.title)
    said = [one.text for one in document.blocks if isinstance(one, Paragraph) and one.strong]
    yield "<br>".join(map(escape, [*said, *notes]))
    files = sorted(path.name for pattern in _DOCUMENTS for path in folder.glob(pattern))
    yield "<br>".join(_link(name, f"{folder.name}/{name}") for name in files)


def _link(text: str, target: str) -> str:
    return f'<a href="{quote(target)}">{escape(text)}</a>'
