"""Column names as people write them, in Indonesian and English, and the row in which they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from unicodedata import normalize

from ..files import Row

HEAD = 20
"""Rows, blank ones not counted, among which the column names are looked for."""

MOST_ROWS = 200_000
"""More than twice the villages of Indonesia."""
MOST_COLUMNS = 200


NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "village_code": (
        ("kode_desa", "kode_kelurahan", "kode_desa_kelurahan", "kode_kelurahan_desa", "kode_desa_kel", "kode_kel_desa",
         "kode_kampung", "kode_kampung_kb", "code_of_village"),
        ("kode", "kode_wilayah", "kode_kemendagri", "kode_bps"),
    ),
    "village": (
        ("desa", "kelurahan", "desa_kelurahan", "kelurahan_desa", "desa_kel", "kel_desa", "village_name"),
        ("kampung", "kampung_kb", "nama", "name"),
    ),
    "subdistrict": (("kecamatan", "kec", "sub_district", "subdistrict_name"), ()),
    "status": (
        ("klasifikasi", "klasifikasi_kampung", "klasifikasi_kampung_kb", "status_kampung", "status_kampung_kb",
         "status_klasifikasi", "classification"),
        ("tingkat", "kategori", "strata", "level"),
    ),
    "launch_year": (
        ("tahun_pencanangan", "tahun_dicanangkan", "tahun_dibentuk", "tahun_pembentukan", "tahun_terbentuk",
         "tahun_pencanangan_kampung_kb", "tanggal_pencanangan", "tanggal_dibentuk", "tanggal_pembentukan",
         "tanggal_pencanangan_kampung_kb", "tgl_pencanangan", "tgl_pembentukan", "year_of_launch", "year_launched",
         "launch_date", "date_of_launch"),
        ("tahun", "tanggal", "year", "date"),
    ),
    "district_code": (
        ("kode_kabupaten", "kode_kab", "kode_kab_kota", "kode_kabupaten_kota"), ("kode", "kode_wilayah"),
    ),
    "district": (("kabupaten", "kab", "kab_kota", "kabupaten_kota", "district_name"), ("nama", "name")),
    "province": (("provinsi", "prov", "province_name"), ()),
    "villages": (
        ("jumlah_desa", "jumlah_desa_kelurahan", "jumlah_kampung", "jumlah_kampung_kb", "number_of_villages"),
        ("desa", "kampung", "desa_kelurahan", "kampung_kb", "jumlah", "total"),
    ),
    "subdistricts": (("jumlah_kecamatan", "jumlah_kec", "number_of_subdistricts"), ("kecamatan", "kec")),
    "dasar": (("basic",), ()),
    "berkembang": (("developing",), ()),
    "mandiri": (("independent",), ()),
    "paripurna": (("berkelanjutan", "sustainable"), ()),
    "year": (
        ("tahun", "tahun_data", "tahun_status", "tahun_klasifikasi", "tahun_penilaian", "status_year", "thn"),
        ("tanggal", "tanggal_data", "per_tanggal", "periode", "date"),
    ),
    "date": (("tanggal", "tanggal_data", "per_tanggal", "periode", "as_of"), ("tahun", "tahun_data", "bulan", "year")),
    "place": (("tempat", "daerah", "kabupaten", "kab", "kab_kota", "kabupaten_kota", "district"), ()),
    "total": (("jumlah", "jumlah_kampung", "jumlah_kampung_kb", "jumlah_seluruhnya"), ()),
    "inflow": (("baru", "kampung_baru", "pencanangan_baru", "dicanangkan_baru", "new", "newly_launched"), ()),
    "rises": (("naik", "kampung_naik", "jumlah_naik", "naik_status", "naik_klasifikasi"), ()),
    "falls": (("turun", "kampung_turun", "jumlah_turun", "turun_status", "turun_klasifikasi"), ()),
    "asked": (("kode_pertanyaan", "question_code"), ()),
    "at_least": (("paling_sedikit",), ()),
    "most_likely": (("paling_mungkin",), ()),
    "at_most": (("paling_banyak",), ()),
    "neighbour_code": (("kode_tetangga", "kode_desa_tetangga", "neighbor_code"), ("tetangga", "neighbour", "neighbor")),
    "other_code": (("kode_lain", "kode_desa_lain", "other_village_code"), ("lain", "other")),
    "weight": (("bobot",), ()),
    "distance": (("jarak", "jarak_km", "distance_km"), ()),
    "intervention": (("intervensi", "program", "nama_program", "pendampingan", "programme"), ()),
}  # fmt: skip
"""Column -> names that mean it, and names that may mean it: those count only where the column must be there."""


class Wanted(NamedTuple):
    """The columns that a kind of table has: those that must be there, the code first, and those that may be."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


@dataclass(frozen=True)
class Header:
    """A row of column names.

    Attributes
    ----------
    row
        Its number; 0 where there is no row at all.
    names
        What each column is called from here on: its meaning where that is known, else as written.
    """

    wanted: Wanted
    row: int = 0
    written: Sequence[str] = ()
    names: Sequence[str] = ()

    @property
    def fits(self) -> bool:
        """Whether every required column is there."""
        return set(self.wanted.required) <= set(self.names)

    @property
    def recognised(self) -> int:
        """How many of the wanted columns are there."""
        return len({*self.wanted.required, *self.wanted.optional} & set(self.names))


@lru_cache(maxsize=10_000)
def normal(name: str) -> str:
    """Return a column name without capitals, punctuation, explanation in brackets and the word for name.

    Examples
    --------
    >>> normal("NAMA DESA / KELURAHAN (Kemendagri)"), normal("Th. Pencanangan")
    ('desa_kelurahan', 'tahun_pencanangan')
    """
    plain = re.sub(r"\([^()]*\)", " ", normalize("NFKC", name[:200]).lower())
    return re.sub(r"^thn?_", "tahun_", re.sub(r"[\W_]+", "_", plain).strip("_").removeprefix("nama_"))


def _header_of(row: Row, wanted: Wanted) -> Header:
    """Return a row as column names, each with its meaning where that is known."""
    number, written = row
    forms = [normal(cell) for cell in written]
    names = list(written)
    taken: set[int] = set()
    for name in (*wanted.required, *wanted.optional):
        sure, likely = NAMES.get(name, ((), ()))
        for group in ((name,), sure, likely if name in wanted.required else ()):
            hits = [i for i, form in enumerate(forms) if form in group and i not in taken]
            if hits:
                break
        for i in hits:
            names[i] = name
        taken.update(hits)
    return Header(wanted, number, written, names)


def find_header(rows: Sequence[Row], wanted: Wanted) -> Header:
    """Return the first row that names every required column, else the one that names most.

    Column names that fill several rows, as those of merged cells do, end with the last of them.
    """
    headers = [_header_of(row, wanted) for row in rows[:HEAD]]
    fitting = [i for i, header in enumerate(headers) if header.fits]
    if not fitting:
        return max(headers, key=lambda header: header.recognised, default=Header(wanted))
    last = fitting[0]
    while last + 1 in fitting:
        last += 1
    return headers[last]


def is_column_numbering(cells: Sequence[str]) -> bool:
    """Return whether a row counts the columns, 1, 2, 3 …, as the forms of Indonesian offices do; some may be gone.

    Examples
    --------
    >>> is_column_numbering(["1", "2", "3", "(4)", "6", "7"]), is_column_numbering(["1", "2", "2018"])
    (True, False)
    """
    counted = [cell.strip("()[]. ") for cell in cells if cell]
    if len(counted) < 3 or not all(cell.isdecimal() and len(cell) < 4 for cell in counted):
        return False
    numbers = [0, *map(int, counted)]
    return all(one < other for one, other in pairwise(numbers)) and numbers[-1] <= 2 * len(counted)
