"""Invented workbooks with the habits of offices, against the clean list behind them: no village is lost or made up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from simulation.domain.status import LEVELS, UNKNOWN
from simulation.inputs.office.names import made_code
from simulation.inputs.office.reading import read_lists

PLACES = ("Sukamaju", "Batu Ampar", "Karang Anyar", "Simpang Empat", "Muara Enim Baru")
NAMES = (
    "Mekar Sari",
    "Mekar Sari II",
    "Tirta Mulyo",
    "Jumlahan",
    "Kampung Baru",
    "Sido Rejo",
    "Total Jaya",
    "Sungai Raya",
)
SPELLINGS = {
    0: ("Dasar", "DASAR", "dasar ", "Dsar", "Kampung KB Dasar"),
    1: ("Berkembang", "BERKEMBANG", "Brkembang", "berkembng", "berkem."),
    2: ("Mandiri", "mandri", "MANDIRI ", "Mndiri"),
    3: ("Paripurna", "PARIPURNA", "Berkelanjutan", "parpurna"),
    UNKNOWN: ("", "-", "belum dinilai"),
}
TITLES = (["REKAPITULASI KAMPUNG KB"], ["KABUPATEN SUKAMAJU", None, "TAHUN 2024 - 2025"], [None])
FEET = (
    ["JUMLAH", None, 12], ["Catatan :"], ["1. Klasifikasi menurut web per 31 Desember"], [None],
    [None, None, None, "Sukamaju, 5 Januari 2026"], [None, None, "Mengetahui,", "Kepala Dinas"], [None, "NIP. 1970"],
)  # fmt: skip
HEADERS = {
    "kecamatan": ("KECAMATAN", "Nama Kecamatan", "Kec."),
    "village": ("DESA/KELURAHAN", "Nama Desa", "KAMPUNG KB", "Desa / Kel."),
    "year": ("KLASIFIKASI KAMPUNG KB {}", "Status {}", "KLASIFIKASI PER 31 DESEMBER {}", "{}"),
}

Truth = dict[str, tuple[int, int]]


@dataclass
class Messy:
    """Rows of a sheet, merged cells, and the villages behind them by code with their levels in two years."""

    rows: list[list[Any]]
    merged: list[str]
    truth: Truth


@st.composite
def messy(draw: st.DrawFn) -> Messy:
    """Return a sheet."""
    homes = draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=4, unique=True))
    villages = [
        (home, name, draw(st.sampled_from(range(4))), draw(st.sampled_from((0, 0, 1, 1, 2, 3, UNKNOWN))))
        for home in homes
        for name in draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=6, unique=True))
    ]
    style = draw(st.sampled_from(("each row", "once", "merged", "heading", "prefixed")))
    titles = [list(title) for title in draw(st.lists(st.sampled_from(TITLES), max_size=3))]
    names = {key: draw(st.sampled_from(options)) for key, options in HEADERS.items()}
    two_rows = draw(st.booleans()) and names["year"] != "{}"
    heads = [names["year"].format(year) for year in (2024, 2025)]
    header = ["NO", *([] if style == "heading" else [names["kecamatan"]]), names["village"], *heads, "KET."]
    before = len(header) - 3
    rows: list[list[Any]] = [*titles]
    if two_rows:
        rows += [[*header[:before], "KLASIFIKASI KAMPUNG KB", None, "KET."], [*[None] * before, 2024, 2025, None]]
    else:
        rows.append(header)
    if draw(st.booleans()):
        rows.append([*range(1, len(header) + 1)])
    merged, number, truth = [], 0, {}
    for home in homes:
        if style == "heading":
            rows.append([draw(st.sampled_from((f"KECAMATAN {home.upper()}", f"I. Kec. {home}", f"Kec. {home}")))])
        start = len(rows) + 1
        of_home = [village for village in villages if village[0] == home]
        again = [draw(st.sampled_from(of_home))] if draw(st.booleans()) else []
        for _, name, *levels in [*of_home, *again]:
            number += 1
            shown = {"each row": home, "prefixed": draw(st.sampled_from((home, f"Kec. {home}", home.upper())))}
            place = shown.get(style, home.upper() if len(rows) + 1 == start else None)
            cells = [draw(st.sampled_from(SPELLINGS[level])) for level in levels]
            written = draw(st.sampled_from((name, name.upper(), f" {name} ", name.replace("II", "2"))))
            rows.append([number, *([] if style == "heading" else [place]), written, *cells, None])
            truth[made_code(home, name)] = (levels[0], levels[1])
        if style == "merged" and len(rows) > start:
            merged.append(f"B{start}:B{len(rows)}")
        if draw(st.booleans()):
            rows.append([draw(st.sampled_from((f"JUMLAH {home}", "Sub Total"))), None, len(of_home)])
    rows += [list(foot) for foot in draw(st.lists(st.sampled_from(FEET), max_size=5))]
    return Messy(rows, merged, truth)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(messy())
def test_no_village_is_lost_or_made_up(sheet: Messy) -> None:
    """Whatever stands around and among them: every village once, with its statuses, and nobody else."""
    book = Workbook()
    assert book.active is not None
    for row in sheet.rows:
        book.active.append(row)
    for area in sheet.merged:
        book.active.merge_cells(area)
    with TemporaryDirectory() as folder:
        book.save(path := Path(folder) / "DATA KAMPUNG KB.xlsx")
        lists = read_lists([path])
    # A column that nothing was written in is no year of statuses.
    found = {one.code: tuple(one.statuses.get(year, UNKNOWN) for year in (2024, 2025)) for one in lists.villages}
    assert found == sheet.truth
    assert lists.doubts == ()
    assert set(LEVELS) >= {change.read_as for change in lists.changes if change.kind == "status"}
