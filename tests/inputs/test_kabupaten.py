"""The list of kabupaten and kota, and how offices write their names."""

from __future__ import annotations

import re

import pytest

from simulation.inputs.kabupaten import STAND_IN, all_kabupaten, kabupaten_in


def test_every_kabupaten_is_found_by_its_own_name() -> None:
    """514 of them, each with a code of its own, in capitals and in a title; the stand-in is the code of none."""
    known = all_kabupaten()
    assert len({one.code for one in known} - {STAND_IN}) == len(known) == 514
    assert all(re.fullmatch(r"[1-9][0-9]\.[0-9]{2}", one.code) for one in known)
    assert [one for one in known if kabupaten_in(f"REKAP KAMPUNG KB {one.name.upper()} TAHUN 2025") != [one]] == []


@pytest.mark.parametrize(
    ("title", "codes"),
    [
        ("DATA KAMPUNG KB KAB.TANAH LAUT PROV. KALSEL", ["63.01"]),
        ("Rekap Kab/Kota Banjarbaru", ["63.72"]),
        ("Kampung KB Tanah Laut 2025", ["63.01"]),
        ("Kampung KB Bandung Barat", ["32.17"]),
        ("Kampung KB Bandung", ["32.04", "32.73"]),
        ("KABUPATEN SUKAMAJU TAHUN 2024 - 2025", [STAND_IN]),
        ("Daftar Kampung KB", []),
    ],
)
def test_a_title_names_a_kabupaten(title: str, codes: list[str]) -> None:
    """By its full name, abbreviated or not; by its name alone, which two may share; by a name that nobody knows."""
    assert [one.code for one in kabupaten_in(title)] == codes


def test_an_unknown_kabupaten_keeps_its_name() -> None:
    """Without what follows it in the title."""
    titles = (
        "KAB. SUKAMAJU PER 31 DESEMBER 2025",
        "Pemerintah Kabupaten Sukamaju, Provinsi Contoh",
        "KABUPATEN  SUKAMAJU",
    )
    assert {kabupaten_in(title)[0].name for title in titles} == {"Kabupaten Sukamaju"}
