"""Which districts of a scenario lie in which province."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from .kabupaten import all_kabupaten
from .resolve import StatedAssumptions


@dataclass(frozen=True)
class Province:
    """A province and its districts.

    Attributes
    ----------
    code
        The first two digits of its districts' codes; "" where these differ, or a code has none.
    name
        As the table of districts says it, else the official one; "" where neither knows it.
    districts
        Their places in the scenario.
    """

    code: str
    name: str
    districts: tuple[int, ...]


def provinces_of(scenario: StatedAssumptions) -> tuple[Province, ...]:
    """Return the provinces of a scenario in the order of their first districts.

    A district belongs where the table of districts says; one of which it says nothing, where its code does.
    """
    codes = [villages.district_code for villages in scenario.districts]
    groups: dict[tuple[bool, str], list[int]] = {}
    for place, code in enumerate(codes):
        named = scenario.provinces.get(code, "") or _official_names().get(_digits(code), "")
        groups.setdefault((bool(named), named or _digits(code)), []).append(place)
    return tuple(_provinces(groups, codes))


def _provinces(groups: dict[tuple[bool, str], list[int]], codes: list[str]) -> Iterator[Province]:
    for (named, text), places in groups.items():
        begins = {_digits(codes[place]) for place in places}
        yield Province(begins.pop() if len(begins) == 1 else "", text if named else "", tuple(places))


def _digits(district_code: str) -> str:
    """Return the code of the province in that of a district; "" where it does not begin with two digits and a dot."""
    digits, dot, _ = district_code.partition(".")
    return digits if dot and len(digits) == 2 and digits.isdecimal() else ""


@lru_cache
def _official_names() -> dict[str, str]:
    return {_digits(one.code): one.province for one in all_kabupaten()}
