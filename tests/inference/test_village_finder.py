"""A village is found as people name it, and namesakes are told apart by their kecamatan."""

from __future__ import annotations

import pytest
from districts import make_scenario

from simulation.domain.messages import Refusal
from simulation.domain.villages import Villages
from simulation.inference.village_finder import find_village

VILLAGES = {
    "21": ("Mekar Sari Dua", "Batu Ampar"),
    "101": ("Mekar Sari Dua", "Kec. Panyipatan"),
    "3": ("Mekar Sari", "Batu Ampar"),
    "7": ("Bukit Sari", "Rantau Panjang"),
    "8": ("Bukit Asam, Hulu", "Rantau Panjang"),
}
SCENARIO = make_scenario(
    Villages.arrange(
        "63.99",
        "Kabupaten Contoh",
        list(VILLAGES),
        [name for name, _ in VILLAGES.values()],
        [subdistrict for _, subdistrict in VILLAGES.values()],
        status=[0, 1, 0, 2, 0],
    )
)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("101", "101"),
        (" mekar  SARI ", "3"),
        ("Mekar Sari Dua, Batu Ampar", "21"),
        ("Mekar Sari Dua (Panyipatan)", "101"),
        ("sari dua, kecamatan panyipatan", "101"),
        ("asam", "8"),
        ("Bukit Asam, Hulu", "8"),
    ],
)
def test_a_village_is_found_by_code_name_or_part_of_it(asked: str, code: str) -> None:
    """A whole name goes before part of another; the kecamatan tells namesakes apart."""
    district, row = find_village(SCENARIO, asked)
    assert (district, SCENARIO.districts[0].codes[row]) == (0, code)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            "mekar sari dua",
            "called mekar sari dua: Mekar Sari Dua (Batu Ampar, 21); Mekar Sari Dua (Kec. Panyipatan, 101); add the",
        ),
        ("bukit", "several villages are called bukit: Bukit Sari (Rantau Panjang, 7); Bukit Asam, Hulu"),
        ("Bukit Sry", "has the code or the name Bukit Sry; likely meant: Bukit Sari (Rantau Panjang, 7)"),
        ("Bukit Sry, Rantau Panjang", "likely meant: Bukit Sari (Rantau Panjang, 7)"),
        ("kec. rantau panjang", "is a kecamatan; its villages: Bukit Sari (Rantau Panjang, 7); Bukit Asam"),
        ("", "no village of the forecast has the code or the name "),
    ],
)
def test_several_or_none_are_told_with_their_kecamatan(asked: str, said: str) -> None:
    """So that the reader can choose."""
    with pytest.raises(Refusal) as refused:
        find_village(SCENARIO, asked)
    assert said in str(refused.value)


def test_codes_sort_as_numbers() -> None:
    """Rows of a kecamatan are in the order in which people count."""
    assert SCENARIO.districts[0].codes == ("3", "21", "101", "7", "8")
    codes = ["63.01.10.2", "63.01.2.10", "63.01.2.9", "b2", "b10", "²", ""]
    rows = Villages.arrange("1", "X", codes, codes, ["K"] * 7, status=[0] * 7)
    assert rows.codes == ("", "63.01.2.9", "63.01.2.10", "63.01.10.2", "b2", "b10", "²")
