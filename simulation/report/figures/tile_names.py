"""Names of villages on a tile that is too narrow for most of them."""

from __future__ import annotations

import re

from .page import text_width

_BREAK = re.compile(r"(?<=-)(?=.)|(?<=[a-z]{2})(?=(?:n[gy]|(?<!n(?=[gy]))[b-df-hj-np-tv-z])[aeiou])", re.IGNORECASE)
"""Where a word may be broken: at a hyphen, or before a consonant with a vowel after it; ng and ny are one consonant."""


def in_two_lines(name: str, room: float) -> tuple[str, ...]:
    """Return a name in two lines at most: whole, else a word broken, else first words as initials, else cut.

    `room` is the width of a line in points, here and below.
    """
    words = name.split() or ["–"]
    for initials in range(len(words)):
        text = " ".join([*(f"{word[0]}." for word in words[:initials]), *words[initials:]])
        for pair in [*_halves(text), *_broken(text)]:
            if all(_fits(line, room) for line in pair):
                return tuple(line for line in pair if line)
    fitting = [pair for pair in _broken(text) if _fits(pair[0], room)]
    first, rest = max(fitting, key=lambda pair: len(pair[0]), default=(text, ""))
    return tuple(beginning(line, room) for line in (first, rest) if line)


def _halves(text: str) -> list[tuple[str, str]]:
    """Return a text in two lines, broken between words: the longest first line first."""
    words = text.split()
    return [(" ".join(words[:place]), " ".join(words[place:])) for place in range(len(words), 0, -1)]


def _broken(text: str) -> list[tuple[str, str]]:
    """Return a text in two lines, broken within a word: the most even lines first."""
    places = [match.start() for match in _BREAK.finditer(text)]
    pairs = [(text[:place] if text[place - 1] == "-" else f"{text[:place]}-", text[place:]) for place in places]
    return sorted(pairs, key=lambda pair: abs(len(pair[0]) - len(pair[1])))


def _fits(line: str, room: float) -> bool:
    return text_width(line) <= room


def beginning(text: str, room: float) -> str:
    """Return the beginning of a text, as much as there is room for."""
    short = next(text[:end] for end in range(len(text), -1, -1) if _fits(f"{text[:end]}…", room))
    return text if _fits(text, room) else f"{short}…"


def ending(code: str, room: float) -> str:
    """Return the end of a code, as much as there is room for."""
    short = next(code[start:] for start in range(len(code) + 1) if _fits(f"…{code[start:]}", room))
    return code if _fits(code, room) else f"…{short.lstrip('.')}"
