"""Sentences of the catalogue that a page shows in the language that it does not speak.

Knows which texts of a page people see or hear, and what the catalogue has; must not know which page it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from elements import Element

from simulation.report.language import CATALOGUES, LANGUAGES, read_catalogue

WHOLE = {"p", "li", "th", "td", "h1", "h2", "h3", "h4", "a", "button", "label", "legend", "summary", "title", "span",
         "strong", "small", "caption", "figcaption", "option"}  # fmt: skip
"""Elements whose text is said by itself."""
HEARD = ("aria-label", "alt", "title", "placeholder")
WORDS = 4
"""So many words beside the places of a sentence, and it is found within a text; shorter ones must be the whole text."""


def in_other_language(page: Element) -> set[str]:
    """Return the texts of a page that are sentences of the other language."""
    (html,) = page.all("html")
    (other,) = set(LANGUAGES) - {html.attributes["lang"]}
    whole, within = _sentences(other)
    shown = {text for text in _texts(page) if text}
    return {text for text in shown if text in whole or any(pattern.search(text) for pattern in within)}


def _texts(page: Element) -> Iterator[str]:
    for one in page.walk():
        if one.attributes.get("lang"):
            # What says its language itself: the button to the other one. The whole page does so as well.
            if one.name != "html":
                continue
        elif one.name in WHOLE:
            yield one.text
        yield from (one.attributes[name] for name in HEARD if name in one.attributes)


@cache
def _sentences(code: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Return sentences of a language that are whole texts, and patterns of those with many words."""
    catalogue = read_catalogue(CATALOGUES / "id.po")
    pairs = [
        (english, indonesian) if code == "en" else (indonesian, english) for english, indonesian in catalogue.items()
    ]
    of_both = {one for one, _ in pairs} & {other for _, other in pairs}
    own = {one for one, other in pairs if one != other} - of_both
    patterns = []
    for sentence in own:
        parts = [part.strip() for part in re.split(r"\{[^{}]*\}", sentence)]
        if sum(len(re.findall(r"[^\W\d_]{2,}", part)) for part in parts) >= WORDS:
            patterns.append(re.compile(r"\b" + ".{0,300}?".join(map(re.escape, parts)), re.DOTALL))
    return frozenset(one for one in own if "{" not in one), tuple(patterns)
