"""Mistakes in what a district supplies of its past, one a case, each laid out as an office would send it.

Knows what is written in which file; must not know what is said about it: that stands in problem_texts.txt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from problem_cases import POKJA, Case, Made

VILLAGES = {
    "63.01.01.2001": ("Benua", "Takisung"),
    "63.01.01.2002": ("Tabanio", "Takisung"),
    "63.01.02.2001": ("Jorong", "Jorong"),
    "63.01.02.2002": ("Asam", "Jorong"),
    "63.01.02.2003": ("Sabuhur", "Jorong"),
    "63.01.02.2004": ("Karang", "Jorong"),
}
BEFORE = ("dasar", "dasar", "dasar", "berkembang", "paripurna", "dasar")
NOW = ("dasar", "berkembang", "dasar", "mandiri", "paripurna", "dasar")
"""As the scenario of the desk has them at its origin, 2025."""
COUNTS = "tanggal,dasar,berkembang,mandiri,paripurna"
HEADER = "Kode Desa,Desa,Kecamatan,Klasifikasi"
AS_COUNTED = "villages: {status_counts: {dasar: 3, berkembang: 1, mandiri: 1, paripurna: 1}}"


def rows(statuses: Sequence[str]) -> list[list[str]]:
    """Return a list of the villages with these statuses."""
    return [[code, *names, status] for (code, names), status in zip(VILLAGES.items(), statuses, strict=True)]


def text(statuses: Sequence[str], old: str = "", new: str = "", header: str = HEADER) -> str:
    """Return a list as CSV, something in it changed."""
    whole = "\n".join([header, *(",".join(row) for row in rows(statuses))]) + "\n"
    assert old in whole
    return whole.replace(old, new) if old else whole


def lists(before: str, now: str, *, fixed_cohort: bool = False) -> Case:
    """Return two lists, of 2024 and 2025."""
    files = {"desa_2024.csv": before, "desa_2025.csv": now}
    return Case(files=files, data=tuple(files), fixed_cohort=fixed_cohort)


def one(name: str, content: str, **more: Any) -> Case:
    """Return one file."""
    return Case(files={name: content}, data=(name,), **more)


def book(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Case:
    """Return a workbook of several sheets."""

    def make(path: Path) -> None:
        from openpyxl import Workbook

        written = Workbook()
        written.remove(written.worksheets[0])
        for name, cells in sheets.items():
            sheet = written.create_sheet(name)
            for row in cells:
                sheet.append(list(row))
        written.save(path)

    shown = [f"[{name}] {' | '.join(map(str, row))}" for name, cells in sheets.items() for row in cells[:3]]
    return Case(files={"daftar.xlsx": Made("\n".join(shown), make)}, data=("daftar.xlsx",))


def _without(statuses: Sequence[str], code: str) -> str:
    return "".join(line for line in text(statuses).splitlines(keepends=True) if not line.startswith(code))


LAST = "63.01.02.2004"
_CODES = [*[*VILLAGES][1:], "63.01.02.2009"]
SHIFTED = "\n".join([HEADER, *(",".join([code, *row[1:]]) for code, row in zip(_CODES, rows(NOW), strict=True))])
"""The list of this year, each village under the code of the next."""
BY_NAME = tuple(
    "\n".join(["Desa,Kecamatan,Klasifikasi", *(",".join(row[1:]) for row in rows(statuses))])
    for statuses in (BEFORE, NOW)
)
"""Both lists without codes."""
LISTS: dict[str, Case] = {
    "a village twice in a list": lists(text(BEFORE, "63.01.02.2004", "63.01.02.2003"), text(NOW)),
    "a village that vanishes": lists(text(BEFORE), _without(NOW, LAST)),
    "a village that is new": lists(_without(BEFORE, LAST), text(NOW)),
    "a village that changes its code": lists(text(BEFORE, LAST, "63.01.02.2009"), text(NOW)),
    "a village of another code than in the scenario": lists(
        text(BEFORE, LAST, "63.01.02.2009"), text(NOW, LAST, "63.01.02.2009")
    ),
    "a village that the scenario does not have": lists(
        text(BEFORE, "63.01.02.2004,Karang", "63.01.03.2001,Batu"),
        text(NOW, "63.01.02.2004,Karang", "63.01.03.2001,Batu"),
    ),
    "a last year that contradicts the scenario": lists(text(BEFORE), text(NOW, "mandiri", "berkembang")),
    "a status in a list that is none": lists(text(BEFORE, "paripurna", "maju"), text(NOW)),
    "a list after the origin": one(
        "desa.csv", "kode_desa,tahun,status\n63.01.01.2001,2024,dasar\n63.01.01.2001,2026,dasar\n"
    ),
    "a list that contradicts counts": Case(
        {"villages": AS_COUNTED.replace("dasar: 3", "dasar: 4").replace("mandiri: 1", "mandiri: 0")},
        {"desa_2024.csv": text(BEFORE), "desa_2025.csv": text(NOW)},
        data=("desa_2024.csv", "desa_2025.csv"),
    ),
    "a list of one year": one("desa_2025.csv", text(NOW)),
    "two lists, one of them shifted by a row": lists(text(BEFORE), SHIFTED),
    "two codes that changed places": lists(
        text(BEFORE, "63.01.02.2003,Sabuhur", "63.01.02.2004,Sabuhur").replace(
            "63.01.02.2004,Karang", "63.01.02.2003,Karang"
        ),
        text(NOW),
    ),
    "a village misspelt in one of two lists": lists(BY_NAME[0].replace("Sabuhur", "Sabuhr"), BY_NAME[1]),
    "a village that the scenario does not name": lists(
        BY_NAME[0].replace("Karang", "Batu Tungku"), BY_NAME[1].replace("Karang", "Batu Tungku")
    ),
    "a list of no year": one("desa.csv", text(NOW)),
    "a list that is not there": Case(data=("desa_2024.csv",)),
    "a table to learn nothing from": one("desa.csv", "desa,penduduk\nBenua,1250\n"),
    "a launch after the status": one("desa.csv", "kode_desa,tahun_pencanangan,status\n63.01.01.2001,2026,dasar\n"),
    "a village of no district": Case(
        {
            "district": None,
            "villages": None,
            "districts": "districts: {table: kabupaten.csv}",
        },
        {
            "kabupaten.csv": "district_code,district,province,villages,subdistricts\n"
            "63.01,Tanah Laut,Kalsel,6,2\n51.02,Tabanan,Bali,9,3\n",
            "desa.csv": "kode_desa,2024,2025\n11.01.01.2001,dasar,dasar\n",
        },
        data=("desa.csv",),
    ),
}
"""Lists of villages."""

OTHERS: dict[str, Case] = {
    "counts that do not add up": one("jumlah.csv", f"{COUNTS},jumlah\n2023-12-31,4,1,0,1,6\n2024-12-31,3,1,1,1,7\n"),
    "counts of a day that is none": one("jumlah.csv", f"{COUNTS}\n31 Februari 2023,4,1,0,1\n2024,3,1,1,1\n"),
    "counts of one date twice": one("jumlah.csv", f"{COUNTS}\n2023,4,1,0,1\n31/12/2023,3,1,1,1\n"),
    "counts that grow": one("jumlah.csv", f"{COUNTS}\n2023,4,1,0,1\n2024,6,1,1,1\n"),
    "counts that shrink": one("jumlah.csv", f"{COUNTS}\n2023,4,1,0,1\n2024,2,1,1,1\n"),
    "more new villages than at dasar": one("jumlah.csv", f"{COUNTS},kampung_baru\n2023,4,1,0,1,\n2024,1,4,1,3,3\n"),
    "counts after the origin": one("jumlah.csv", f"{COUNTS}\n2024,4,1,0,1\n2026,3,1,1,1\n"),
    "counts that contradict the scenario": one(
        "jumlah.csv", f"{COUNTS}\n2024,4,1,0,1\n2025,4,0,1,1\n", sections={"villages": AS_COUNTED}
    ),
    "assistance by another name": one(
        "bantuan.csv",
        "kode_desa,tahun,program\n63.01.01.2001,2024,pokj\n",
        sections={"interventions": POKJA},
    ),
    "assistance that the scenario does not have": one(
        "bantuan.csv", "kode_desa,tahun,program\n63.01.01.2001,2024,media\n"
    ),
    "assistance twice": one(
        "bantuan.csv",
        "kode_desa,tahun,program\n63.01.01.2001,2024,pokja\n63.01.01.2001,2024,pokja\n",
        sections={"interventions": POKJA},
    ),
}
"""Counts and assistance."""

NOTED: dict[str, Case] = {
    "two lists by name": lists(*BY_NAME),
    "a village of one code and two names": lists(text(BEFORE, "Sabuhur", "Sungai Baru"), text(NOW)),
    "two lists of one year that contradict each other": Case(
        files={
            "desa_2024.csv": text(BEFORE),
            "lama_2024.csv": text(BEFORE, "berkembang", "dasar"),
            "desa_2025.csv": text(NOW),
        },
        data=("desa_2024.csv", "lama_2024.csv", "desa_2025.csv"),
    ),
    "a list before the village table of the scenario": Case(
        files={"desa_2024.csv": text(BEFORE)}, data=("desa_2024.csv", "villages.csv")
    ),
    "two lists with a fixed cohort": lists(text(BEFORE), _without(NOW, LAST), fixed_cohort=True),
    "a list with blank statuses": one(
        "desa.csv", "kode_desa,2024,2025\n63.01.01.2001,,dasar\n63.01.01.2002,dasar,berkembang\n"
    ),
    "statuses by date": one(
        "desa.csv", "kode_desa,tanggal,status\n63.01.01.2001,31/12/2024,dasar\n63.01.01.2001,31/12/2025,dasar\n"
    ),
    "a village without a launch year": one(
        "desa.csv", "kode_desa,tahun_pencanangan,status\n63.01.01.2001,2022,dasar\n63.01.01.2002,,berkembang\n"
    ),
    "counts of some levels": one("jumlah.csv", f"{COUNTS}\n2023,4,1,0,1\n2024,3,,1,1\n"),
    "counts twice in a year": one("jumlah.csv", f"{COUNTS}\n2023-06-30,4,1,0,1\n2023-12-31,3,1,1,1\n"),
    "a workbook of two lists and a note": book(
        {"2024": [HEADER.split(","), *rows(BEFORE)], "2025": [HEADER.split(","), *rows(NOW)], "Catatan": [["rekaan"]]}
    ),
}
"""What is read all the same, and noted."""


def evidence_cases() -> dict[str, Case]:
    """Return every case of this module by its name."""
    return {**LISTS, **OTHERS, **NOTED}
