"""Names of places as people write them: which are one, which may be, and the code that is made from them."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import combining, normalize

from rapidfuzz.distance import OSA

_KINDS = {
    "village": re.compile(r"(kampung kb|desa|kelurahan|ds|kel|lurah)[. :]+(?=\S)"),
    "subdistrict": re.compile(r"(kecamatan|kec)[. :]+(?=\S)"),
}
"""What stands before the name of a place and is no part of it."""
_ROMAN = re.compile(r"(x{0,3})(ix|iv|v?i{0,3})")
_ONES = {"": 0, "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9}
_NEAR = 2
"""Letters in which the names of one place may differ by typing."""


def plain_village(name: str) -> str:
    """Return the name of a village as lists of any year and hand have it in common.

    Examples
    --------
    >>> {plain_village(name) for name in ("Desa Mekar-Sari II", "MEKARSARI 2", "mekar sari 02 ")}
    {'mekarsari2'}
    """
    return _plain(name, "village")


def plain_subdistrict(name: str) -> str:
    """Return the name of a kecamatan as `plain_village` does that of a village.

    Examples
    --------
    >>> plain_subdistrict("Kec. Batu Ampar") == plain_subdistrict("KECAMATAN BATUAMPAR") == "batuampar"
    True
    """
    return _plain(name, "subdistrict")


def without_kind(name: str) -> str:
    """Return the name of a kecamatan without the word for kecamatan before it.

    Examples
    --------
    >>> without_kind("Kec. Batu Ampar"), without_kind("Kecamatan"), without_kind("Keciput")
    ('Batu Ampar', 'Kecamatan', 'Keciput')
    """
    before = _KINDS["subdistrict"].match(name.lower())
    return name if before is None else name[before.end() :]


@lru_cache(maxsize=10_000)
def _plain(name: str, kind: str) -> str:
    letters = "".join(letter for letter in normalize("NFKD", name).casefold() if not combining(letter))
    letters = _KINDS[kind].sub("", letters.strip(), count=1) if _KINDS[kind].match(letters.strip()) else letters
    words = re.findall(r"[^\W_]+", re.sub(r"['’`]", "", letters))
    return "".join(words[:1] + [_number(word) for word in words[1:]])


def _number(word: str) -> str:
    """Return a word in Arabic numerals where it is a number."""
    if word.isdecimal():
        return str(int(word))
    roman = _ROMAN.fullmatch(word)
    return word if roman is None else str(10 * len(roman[1]) + _ONES[roman[2]])


def made_code(subdistrict: str, village: str) -> str:
    """Return the code of a village that has none, the same in every list and order.

    Examples
    --------
    >>> made_code("Kec. Sukamaju", "Mekar Sari II")
    'sukamaju/mekarsari2'
    """
    return f"{plain_subdistrict(subdistrict)}/{plain_village(village)}"


def are_near(one: str, other: str) -> bool:
    """Return whether two plain names differ by one or two letters of typing, and in no number.

    Examples
    --------
    >>> are_near("bukitasri", "bukitsari"), are_near("sari1", "sari2"), are_near("jaya", "raya")
    (True, False, False)
    """
    if one == other or re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    allowed = min(_NEAR, (min(len(one), len(other)) - 1) // 4)
    return distance(one, other, allowed) <= allowed


def distance(one: str, other: str, most: int) -> int:
    """Return in how many letters two texts differ: left out, put in, another, or two turned; above `most` any number.

    The distance of Damerau and Levenshtein in which no letter is touched twice.
    """
    return int(OSA.distance(one, other, score_cutoff=most))
