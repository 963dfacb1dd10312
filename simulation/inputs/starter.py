"""A first scenario to fill in: a commented file and a village table that load at once.

Knows what a newcomer must write; must not know how a scenario is checked.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from .problems import Message, Problem, ScenarioError

_SCENARIO = """\
# Skenario {name}: ubah isinya, lalu periksa dengan  kampungkb check {name}.yaml
# Scenario {name}: change what it says, then check it with  kampungkb check {name}.yaml
schema: 1
name: {name}
title: {{id: "Skenario pertama", en: "First scenario"}}
language: id                       # id | en

# Kode kabupaten/kota selalu dalam tanda kutip.
# The code of the district always in quotes.
district: {{code: "00.00", name: Kabupaten Contoh}}

# Status diketahui pada akhir tahun origin; ramalan mencakup horizon tahun sesudahnya.
# Status is known at the end of the year origin; the forecast covers horizon years after it.
origin: 2025
horizon: 5

villages:
  # Satu baris per desa/kelurahan. Bila status tiap desa belum diketahui, kosongkan kolom status
  # dan isi status_counts (jumlahnya harus sama dengan jumlah baris).
  # One row per village. Where the status of each is not known, empty the column status
  # and fill in status_counts (they must add up to the number of rows).
  table: {name}_villages.csv
  # status_counts: {{dasar: 4, berkembang: 1, mandiri: 0, paripurna: 1}}
  as_of: 2025-12-31

# 5% ditulis 0.05. reading: rises = naik status; entries = masuk ke levels; stock = berada di levels.
# 5% is written 0.05. reading: rises = rise in status; entries = enter levels; stock = are at levels.
target: {{share: 0.05, reading: rises, levels: [mandiri, paripurna], denominator: all}}

# Peluang per tahun. Yang tidak diisi memakai sebaran awal (MODEL.md).
# Yearly chances. What is left out keeps its default prior (MODEL.md).
# transition:
#   rise: {{dasar: 0.05, berkembang: 0.09, mandiri: 0.35}}
#   fall: 0.02

# Intervensi: siapa bertindak, mulai kapan, menjangkau berapa kampung, seberapa kuat.
# Interventions: who acts, from when, how many kampung are reached, how strongly.
# interventions:
#   - name: pokja
#     sector: DP3AP2KB
#     starts: 2026
#     eligible: {{status: [dasar]}}
#     capacity: 2
#     odds_ratio_rise: {{median: 1.6, interval90: [1.1, 2.3]}}

# Asal setiap angka: stated (tertulis), estimated (ditaksir), atau assumed (diandaikan).
# Where each number comes from: stated, estimated or assumed.
sources:
  villages.table: assumed; contoh yang harus diganti / an example to be replaced
"""

_TABLE = """\
village_code,village,subdistrict,status
00.00.01.2001,Desa Satu,Kecamatan Contoh,dasar
00.00.01.2002,Desa Dua,Kecamatan Contoh,dasar
00.00.01.2003,Desa Tiga,Kecamatan Contoh,dasar
00.00.01.2004,Desa Empat,Kecamatan Contoh,berkembang
00.00.01.2005,Desa Lima,Kecamatan Contoh,dasar
00.00.01.2006,Desa Enam,Kecamatan Contoh,paripurna
"""


def starter(name: str, folder: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Write a starter scenario and its village table; return their paths.

    Parameters
    ----------
    name
        Name of the scenario and of its files: a-z, 0-9, - and _.
    folder
        Where to write; made if it is not there.

    Raises
    ------
    ScenarioError
        Where the name cannot be one, where a file is there already (nothing is overwritten), or where
        nothing can be written.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,59}", name):
        message = Message("this cannot be a name: it becomes part of file and column names")
        allowed = Message("lower-case letters a-z, digits, - and _, at most 60 characters")
        raise ScenarioError([Problem(name[:60], None, "name", message, name[:60], allowed)])
    scenario = Path(folder) / f"{name}.yaml"
    table = Path(folder) / f"{name}_villages.csv"
    there = [path for path in (scenario, table) if os.path.lexists(path)]
    if there:
        message = Message("the file is there already and is not overwritten")
        raise ScenarioError(Problem(str(path), None, "", message) for path in there)
    try:
        scenario.parent.mkdir(parents=True, exist_ok=True)
        for path, text in ((scenario, _SCENARIO.format(name=name)), (table, _TABLE)):
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        message = Message("the file cannot be written ({reason})", {"reason": error.strerror or ""})
        raise ScenarioError([Problem(str(scenario), None, "", message)]) from error
    return scenario, table
