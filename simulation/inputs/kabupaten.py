"""The 514 kabupaten and kota of Indonesia, found by how an office writes their names.

Codes and names are those of Kepmendagri 300.2.2-2430/2025 as the public repository cahyadsn/wilayah (MIT) lists them.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

_LIST = Path(__file__).with_name("kabupaten.csv")
STAND_IN = "99.99"
"""The code of a district that the list does not know: no province has the number 99."""
_SHORT = {"kab": "kabupaten", "kep": "kepulauan", "adm": "", "administrasi": ""}
_NAMED = re.compile(
    r"\b(kab(?:upaten)?\b\.?|kota\b)(?! */)[ :]*"
    r"((?:(?!tahun\b|provinsi\b|prov\b|per\b|kab|kota\b|\w*\d)[\w'-]+ ?){1,4})",
    re.IGNORECASE,
)
"""A kabupaten or kota in a title, up to what is no part of its name."""


@dataclass(frozen=True)
class Kabupaten:
    """A kabupaten or kota: official code, official name, province."""

    code: str
    name: str
    province: str

    @property
    def made_up(self) -> bool:
        """Whether the code is no official one."""
        return self.code == STAND_IN

    @cached_property
    def words(self) -> str:
        """The name as `_words` writes it."""
        return _words(self.name)


@lru_cache
def all_kabupaten() -> tuple[Kabupaten, ...]:
    """Return all of them, by their codes."""
    with _LIST.open(encoding="utf-8", newline="") as stream:
        return tuple(Kabupaten(*row) for row in list(csv.reader(stream))[1:])


def kabupaten_in(text: str) -> list[Kabupaten]:
    """Return those that a text names, such as the title of a table: first by full name, else by the name alone.

    Of names that lie in one another, as Bandung in Bandung Barat, the longest counts. One that is named as a kabupaten
    or kota and that the list does not know gets the code `STAND_IN`.

    Examples
    --------
    >>> [found.code for found in kabupaten_in("REKAP KAMPUNG KB KAB. TANAH LAUT TAHUN 2025")]
    ['63.01']
    >>> [found.name for found in kabupaten_in("Data Kampung KB Bandung")]
    ['Kabupaten Bandung', 'Kota Bandung']
    >>> kabupaten_in("DATA KAMPUNG KB KABUPATEN SUKAMAJU 2025")[0]
    Kabupaten(code='99.99', name='Kabupaten Sukamaju', province='')
    """
    words = f" {_words(text)} "
    if found := _longest({one: one.words for one in all_kabupaten() if f" {one.words} " in words}):
        return found
    if named := _NAMED.search(text):
        return [unknown_kabupaten(named[0])]
    bare = {one: one.words.partition(" ")[2] for one in all_kabupaten()}
    return _longest({one: name for one, name in bare.items() if f" {name} " in words})


def unknown_kabupaten(name: str) -> Kabupaten:
    """Return a district that the list does not know, its name in the usual capitals."""
    return Kabupaten(STAND_IN, " ".join(_SHORT.get(word, word) for word in _words(name).split()).title(), "")


def _longest(names: dict[Kabupaten, str]) -> list[Kabupaten]:
    """Return those whose name is no part of a longer one."""
    inside = {
        name for name in names.values() for other in names.values() if name != other and f" {name} " in f" {other} "
    }
    return [one for one, name in names.items() if name not in inside]


def _words(text: str) -> str:
    """Return text as plain small words, abbreviations written out."""
    plain = re.sub(r"[\W_]+", " ", text.casefold()).split()
    return " ".join(word for each in plain if (word := _SHORT.get(each, each)))
