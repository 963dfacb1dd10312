"""Mistakes in scenario files, one a case, each laid out as a planner would make it.

Knows what is written in which file; must not know what is said about it: that stands in problem_texts.txt.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from scenario_desk import SECTIONS as BASE
from scenario_desk import Desk

from simulation.inputs.posterior import MOST_COLUMNS


class Made(NamedTuple):
    """A file that cannot be written as text: what a reader is told of it, and what makes it at a path."""

    shown: str
    make: Callable[[Path], object]


Content = str | bytes | Made
ON_MAP = "villages: {table: villages.csv, map: peta.geojson}"
POINT = '{"type": "Point", "coordinates": [114.6, -3.8]}'
SO_FAR = "so_far: {as_of: 2026-06-30, rises: 3}"
ODD = "interventions:\n  - name: pokja\n    starts: 2026\n"
POKJA = ODD + "    capacity: 2\n"
FROM = "transition: {parameters_from: posterior.parquet}"
ROWS = {
    "dasar": "{dasar: 0.9, berkembang: 0.1}",
    "berkembang": "{berkembang: 1}",
    "mandiri": "{mandiri: 1}",
    "paripurna": "{paripurna: 1}",
}
LONG = "a" * 61
MOST_LINES = 13
"""Of a mistake, those that a reader is shown."""


@dataclass(frozen=True)
class Case:
    """One mistake.

    Attributes
    ----------
    sections
        Section of the smallest scenario -> what stands in its place; None where it is left out.
    files
        Files beside the scenario: their content, or what makes them; ``scenario.yaml`` replaces the scenario.
    asked
        The file that is checked.
    data
        Files that are calibrated with, beside it.
    fixed_cohort
        Whether villages that are not in all lists are to be left out.
    """

    sections: Mapping[str, str | None] = field(default_factory=dict)
    files: Mapping[str, Content] = field(default_factory=dict)
    asked: str = "scenario.yaml"
    data: tuple[str, ...] = ()
    fixed_cohort: bool = False

    def lay_out(self, desk: Desk) -> None:
        """Write everything to a desk."""
        desk.write("scenario.yaml", desk.text(**self.sections))
        for name, content in self.files.items():
            if isinstance(content, Made):
                content.make(desk.folder / name)
            else:
                desk.write(name, content)

    def written(self) -> list[str]:
        """Return what a reader should know of the mistake, as a few short lines."""
        lines = [f"(no {name})" if text is None else text for name, text in self.sections.items()]
        for name, content in self.files.items():
            shown = content.decode("utf-8", "backslashreplace") if isinstance(content, bytes) else content
            shown = shown.shown if isinstance(shown, Made) else shown
            lines.append(f"{name}:\n" + "\n".join(f"  {line}" for line in shown.splitlines()))
        if self.asked != "scenario.yaml":
            lines.append(f"kampungkb check {self.asked}")
        if self.data:
            flag = " --fixed-cohort" if self.fixed_cohort else ""
            lines.append(f"kampungkb calibrate {' '.join(self.data)} --scenario {self.asked}{flag}")
        every = [line for text in lines for line in text.rstrip().splitlines()]
        cut = [_plain(line) for line in every[:MOST_LINES]]
        return [*cut, "…"] if len(every) > MOST_LINES else cut


def _plain(line: str) -> str:
    shown = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in line)
    return shown if len(shown) <= 100 else f"{shown[:99]}…"


def _section(text: str) -> Case:
    """Return the smallest scenario with one section replaced, added or, as ``-name``, left out."""
    if text.startswith("-"):
        return Case({text[1:]: None})
    return Case({text.partition(":")[0].strip("?! "): text})


def _matrix(**rows: str) -> str:
    lines = "".join(f"    {level}: {row}\n" for level, row in {**ROWS, **rows}.items() if row)
    return f"transition:\n  matrix:\n{lines}"


def _extended(overlay: str, **base: str | None) -> Case:
    """Return an overlay of the smallest scenario."""
    parts = {**BASE, **base}
    return Case(files={"scenario.yaml": overlay, "base.yaml": "".join(f"{part}\n" for part in parts.values() if part)})


def _drawn(columns: Mapping[str, list[Any]], transition: str = FROM) -> Case:
    """Return a scenario that takes its parameters from a file of draws."""

    def make(path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        arrays = {name: pa.array(values, None if values else pa.float64()) for name, values in columns.items()}
        pq.write_table(pa.table(arrays), path)

    shown = "\n".join(f"{name}: {values}" for name, values in columns.items())
    return Case({"transition": transition}, {"posterior.parquet": Made(shown, make)})


def _feature(code: str = '"63.01.01.2001"', shape: str = POINT) -> str:
    return f'{{"type": "Feature", "properties": {{"village_code": {code}}}, "geometry": {shape}}}'


def _mapped(*features: str, villages: str = ON_MAP, **whole: Content) -> Case:
    """Return a scenario with a map of some features, or with the file that is given."""
    content = '{"type": "FeatureCollection", "features": [\n' + ",\n".join(features) + "\n]}\n"
    return Case(
        {"villages": villages}, {"peta.geojson": content, **{f"peta.{end}": text for end, text in whole.items()}}
    )


def _paired(key: str, *rows: str) -> Case:
    """Return a scenario with a table of pairs of villages."""
    villages = f"villages: {{table: villages.csv, {key}: pasangan.csv}}"
    return Case({"villages": villages}, {"pasangan.csv": "\n".join(rows) + "\n"})


def _empty_files(*names: str) -> Made:
    def make(path: Path) -> None:
        path.mkdir()
        for name in names:
            (path / name).touch()

    return Made(f"(a folder with {' and '.join(names) or 'nothing in it'})", make)


def _starter() -> Case:
    """Return the examples of a starter, the optional ones too."""
    sections = {
        "title": "title: {id: Judul skenario}",
        "district": 'district: {code: "99.01", name: Kabupaten Contoh}',
        "villages": "villages: {table: desa.csv}",
        "interventions": POKJA
        + "    odds_ratio_rise: {median: 1.3, interval90: [0.9, 1.9]}\n    cost_idr_million: 25\n",
        "sources": 'sources: {villages.table: "stated; tulis sumber data status di sini"}',
    }
    return Case(sections, {"desa.csv": "kode_desa;desa;kecamatan;status\n99.01.01.2001;Contoh Satu;Contoh;dasar\n"})


def _of_size(size: int) -> Made:
    def make(path: Path) -> None:
        path.touch()
        os.truncate(path, size)

    return Made(f"({size:,} bytes)", make)


SECTIONS: dict[str, str] = {
    # The head of a scenario.
    "an unknown key": "languag: id",
    "an unknown key that resembles none": "warna: biru",
    "a key in the wrong place": "as_of: 2025-07-31",
    "another version of the format": "schema: 2",
    "no name": "-name",
    "a name as in prose": "name: Kab. Tanah Laut",
    "a name that is a path": "name: ../../etc",
    "a name of signs": "name: '!!!'",
    "a name that a system reserves": "name: aux",
    "a long name": f"name: {LONG}",
    "a number for a title": "title: {id: 7}",
    "a title of more than two thousand letters": f"title: {{id: {'Penguatan Pokja ' * 140}}}",
    "another language": "language: fr",
    "no origin": "-origin",
    "an origin of two digits": "origin: 25",
    "an origin with a point": "origin: 2.025",
    "no horizon": "-horizon",
    "a horizon with a comma": "horizon: 5,5",
    "a horizon in words": "horizon: five",
    "a horizon with decimals": "horizon: 5.5",
    "a horizon in quotes": 'horizon: "5"',
    "a horizon that is a truth value": "horizon: true",
    "a horizon of 51 years": "horizon: 51",
    "a horizon of no years": "horizon: 0",
    "a horizon beyond numbers": f"horizon: {'9' * 400}",
    "a key without a value": "overlap:",
    "a list for keys and values": "target: [0.05]",
    "text for keys and values": "sources: BPS",
    "an unknown overlap": "overlap: add",
    "a source of a key that is not there": "sources: {transition.year_s: asumsi}",
    "a source of nothing alike": "sources: {anggaran: APBD}",
    "a number for a source": "sources: {origin: 7}",
    "schema and everything else missing": "-schema",
    # District and villages.
    "no district": "-district",
    "no villages": "-villages",
    "a code without quotes": "district: {code: 63.10, name: Kabupaten Contoh}",
    "an empty code": 'district: {code: "", name: Kabupaten Contoh}',
    "a district without a code": "district: {name: Kabupaten Contoh}",
    "a district without a name": 'district: {code: "63.01"}',
    "district as text": "district: Kabupaten Contoh",
    "a day that is none": "villages: {table: villages.csv, as_of: 2025-02-30}",
    "a day in the order of the land": "villages: {table: villages.csv, as_of: 31/12/2025}",
    "a year for a day": "villages: {table: villages.csv, as_of: 2025}",
    "a day after the origin": "villages: {table: villages.csv, as_of: 2026-01-01}",
    "a day of the year before the origin": "villages: {table: villages.csv, as_of: 2024-12-31}",
    "villages without a number": "villages: {as_of: 2025-07-31}",
    "kecamatan beside a table": "villages: {table: villages.csv, subdistricts: 2}",
    "more kecamatan than villages": (
        "villages: {subdistricts: 9, status_counts: {dasar: 1, berkembang: 1, mandiri: 0, paripurna: 0}}"
    ),
    "no village at all": "villages: {status_counts: {dasar: 0, berkembang: 0, mandiri: 0, paripurna: 0}}",
    "a count below zero": "villages: {status_counts: {dasar: -1, berkembang: 0, mandiri: 0, paripurna: 0}}",
    "more villages than the country has": (
        "villages:\n  status_counts:\n"
        + "".join(f"    {name}: {{dasar: 90000, berkembang: 1, mandiri: 0, paripurna: 0}}\n" for name in "ABC")
    ),
    "a level without a count": "villages: {status_counts: {dasar: 1, berkembang: 1, mandiri: 0}}",
    "a level misspelt": (
        "villages: {status_counts: {dasar: 1, berkembng: 1, berkembang: 1, mandiri: 0, berkelanjutan: 0}}"
    ),
    "a level under two names": (
        "villages: {status_counts: {dasar: 1, berkembang: 1, mandiri: 0, paripurna: 1, berkelanjutan: 0}}"
    ),
    "counts in words": "villages: {status_counts: {dasar: satu, berkembang: 0, mandiri: 0, paripurna: 0}}",
    "counts as a list": "villages: {status_counts: [3, 1, 1, 1]}",
    "counts beside a column of statuses": (
        "villages:\n  table: villages.csv\n  status_counts: {dasar: 3, berkembang: 1, mandiri: 1, paripurna: 1}"
    ),
    # The target.
    "an unknown key within a section": "target: {shar: 0.05}",
    "a share in percent": "target: {share: 5%}",
    "a share as a percentage": "target: {share: 5}",
    "a share of nothing": "target: {share: 0}",
    "a share with a decimal comma": 'target: {share: "0,05"}',
    "a share in words": "target: {share: lima persen}",
    "a share of everything": "target: {share: 1}",
    "a share beyond a year": "target: {share: 0.6, reading: entries}",
    "no for false": "target: {net_of_falls: no}",
    "perhaps for false": "target: {net_of_falls: perhaps}",
    "an unknown reading": "target: {reading: rise}",
    "a reading in Indonesian": "target: {reading: kenaikan}",
    "a horizon with its unit": "horizon: 5 tahun",
    "an unknown level": "target: {levels: [mandir]}",
    "a level without brackets": "target: {levels: mandiri}",
    "no levels": "target: {levels: []}",
    "falls taken off a stock": "target: {reading: stock, net_of_falls: true}",
    "entries to dasar": "target: {reading: entries, levels: [dasar, mandiri]}",
    "a stock of dasar": "target: {reading: stock, levels: [dasar]}",
    "a stock of all levels": "target: {reading: stock, levels: [dasar, berkembang, mandiri, paripurna]}",
    # The law.
    "an unknown level of a rise": "transition: {rise: {dsar: 0.1}}",
    "a chance above 1": "transition: {rise: {dasar: 120}}",
    "a spread below zero": "transition: {year_sd: -0.1}",
    "a spread that is no number": "transition: {year_sd: .nan}",
    "a spread beyond numbers": "transition: {year_sd: 1e400}",
    "an odds ratio of 0": "transition: {peer_odds_ratio: 0}",
    "an odds ratio beyond reason": "transition: {peer_odds_ratio: 1001}",
    "an interval on a probability": "transition: {rise: {dasar: {median: 0.05, interval90: [0.03, 0.08]}}}",
    "a normal on a probability": "transition: {rise: {dasar: {normal: {mean: 0, sd: 1}}}}",
    "a beta on an odds ratio": "transition: {peer_odds_ratio: {beta: {alpha: 1, beta: 2}}}",
    "an unknown distribution": "transition: {year_sd: {lognormal: 1}}",
    "a beta of no shape": "transition: {fall: {beta: {alpha: 0, beta: 2}}}",
    "a beta without a second shape": "transition: {fall: {beta: {alpha: 2}}}",
    "a distribution without a spread": "transition: {fall: {logit_normal: {mean: -4}}}",
    "a distribution without a mean": "transition: {fall: {logit_normal: {sd: 0.3}}}",
    "a distribution as a number in braces": "transition: {year_sd: {half_normal: 0.3}}",
    "an interval without a median": "transition: {year_sd: {interval90: [0.2, 1.8]}}",
    "a median without an interval": "transition: {year_sd: {median: 0.6}}",
    "a median off the middle": "transition: {year_sd: {median: 0.9, interval90: [0.2, 1.8]}}",
    "an interval upside down": "transition: {year_sd: {median: 0.6, interval90: [1.8, 0.2]}}",
    "an interval beyond all measure": "transition: {year_sd: {median: 1, interval90: [1e-10, 1000]}}",
    "an interval of three": "transition: {year_sd: {median: 0.6, interval90: [1, 2, 3]}}",
    "an interval with decimal commas": "transition: {year_sd: {median: 0.6, interval90: [0,2, 1,8]}}",
    "a median with a decimal comma among braces": "transition: {year_sd: {median: 0,6, interval90: [0.2, 1.8]}}",
    "an interval of one": "transition: {year_sd: {median: 0.6, interval90: [1]}}",
    "a row that does not sum to 1": _matrix(dasar="{dasar: 0.5, berkembang: 0.4}"),
    "a row that sums to more than 1": _matrix(dasar="{dasar: 0.9, berkembang: 0.2}"),
    "a matrix without a row": _matrix(paripurna=""),
    "a matrix beside a fall": _matrix() + "  fall: 0.1",
    "a row worth less than one observation": _matrix(dasar="{dasar: 1, effective_n: 0.5}"),
    "too many years at a level": "transition: {min_years: 60}",
    # What is known elsewhere.
    "launches in words": "launches: nasional",
    "launches after the origin": "launches: 2030",
    "launches in no year": "launches: {awal: 3}",
    "launches beside years at a level": "launches: 2016\ntransition: {min_years: 1}",
    "launches beside late reports": "launches: 2016\nreporting: {yearly: 0.8}",
    "launches beside a matrix": _matrix() + "\nlaunches: 2016",
    "priors of another kind": "priors: sendiri",
    # The middle of a year.
    "so far in a number": "so_far: 3",
    "so far without a day": "so_far: {rises: 3}",
    "so far without a count": "so_far: {as_of: 2026-06-30}",
    "so far twice": "so_far: {as_of: 2026-06-30, rises: 3, table: villages.csv}",
    "so far of a sheet of nothing": "so_far: {as_of: 2026-06-30, rises: 3, sheet: Juni}",
    "so far as people write days": "so_far: {as_of: 30/06/2026, rises: 3}",
    "so far on no day": "so_far: {as_of: 2026-06-31, rises: 3}",
    "so far in the year of the origin": "so_far: {as_of: 2025-06-30, rises: 3}",
    "so far in a later year": "so_far: {as_of: 2027-06-30, rises: 3}",
    "fewer than none so far": "so_far: {as_of: 2026-06-30, rises: -1}",
    "more so far than there are": "so_far: {as_of: 2026-06-30, rises: 7}",
    "so far in a share of more than all": "so_far: {as_of: 2026-06-30, rises: 3, share: 50}",
    "so far in a share of none": "so_far: {as_of: 2026-06-30, rises: 3, share: 0}",
    "so far in an interval": "so_far: {as_of: 2026-06-30, rises: 3, share: {median: 0.5, interval90: [0.3, 0.8]}}",
    "so far of another target": "so_far: {as_of: 2026-06-30, rises: 3}\ntarget: {reading: stock, levels: [mandiri]}",
    "so far net of falls": "so_far: {as_of: 2026-06-30, rises: 3}\ntarget: {net_of_falls: true}",
    "so far in a list that is not there": "so_far: {as_of: 2026-06-30, table: juni.csv}",
    "a covariate that is no column": "transition: {covariates: {remotness: 1.2}}",
    "a covariate of text": "transition: {covariates: {kind: 1.2}}",
    "covariates as a list": "transition: {covariates: [remoteness]}",
    # The list of interventions.
    "interventions as keys": "interventions: {pokja: {starts: 2026}}",
    "interventions as a word": "interventions: pokja",
    "an intervention that is a name": "interventions: [pokja]",
    "an intervention that is prose": "interventions: [Penguatan Pokja]",
    "an intervention without a name": "interventions:\n  - starts: 2026\n    capacity: 2",
    "an intervention whose name is a number": "interventions:\n  - name: 7\n    starts: 2026\n    capacity: 2",
    "an intervention named in prose": POKJA.replace("pokja", "Penguatan Pokja"),
    "two interventions of one name": POKJA + "  - {name: pokja, starts: 2027, capacity: 1}",
    "an intervention named as a parameter": POKJA.replace("pokja", "covariates"),
    "an intervention without a start": POKJA.replace("    starts: 2026\n", ""),
    "an intervention that starts at the origin": POKJA.replace("2026", "2025"),
    "an intervention without coverage and capacity": ODD,
    "more than 200 interventions": "interventions:\n"
    + "".join(f"  - {{name: pokja{i}, starts: 2026, capacity: 2}}\n" for i in range(201)),
    "a capacity with a thousands point": ODD + "    capacity: 1.250",
    "a capacity of half a village": ODD + "    capacity: 2.5",
    "coverage in percent": ODD + "    coverage: 40",
    "remove without extends": "remove: [pokja]",
}
"""Mistakes in one section."""

OF_POKJA: dict[str, str] = {
    "an unknown key of an intervention": "capasity: 3",
    "an end before the start": "ends: 2025",
    "a title in a third language": "title: {in: Penguatan Pokja}",
    "a title of an intervention without a language": "title: Penguatan Pokja",
    "a cost in words": "cost_idr_million: Rp 2,5 miliar",
    "an odds ratio in percent": "odds_ratio_rise: 130%",
    "a priority in Indonesian": "priority: status tertinggi",
    "coverage beside capacity": "coverage: 0.4",
    "an unknown eligible status": "eligible: {status: [dsar]}",
    "no eligible status": "eligible: {status: []}",
    "an unknown kecamatan": "eligible: {subdistrict: [Jorng]}",
    "no kecamatan": "eligible: {subdistrict: []}",
    "an unknown column": "eligible: {where: {kindd: desa}}",
    "kecamatan as a column": "eligible: {where: {subdistrict: Jorong}}",
    "a cell that no village has": "eligible: {where: {kind: dsa}}",
    "text for a column of numbers": "eligible: {where: {remoteness: jauh}}",
    "a number for a column of text": "eligible: {where: {kind: 3}}",
    "an unknown rule of priority": "priority: lowest",
    "priority by an unknown column": "priority: column:remotenes",
    "priority by a column of text": "priority: column:kind",
    "an unknown village in the order": "priority: [63.01.01.2009]",
    "a village twice in the order": "priority: [63.01.01.2001, 63.01.01.2001]",
    "a cost below zero": "cost_idr_million: -1",
    "a cost with a thousands point": "cost_idr_million: 1.250.000",
    "a cost in rupiah": "cost_idr_million: Rp 25.000.000",
    "a cost beyond what is usual": "cost_idr_million: 25000000",
    "a place of no years": "years_per_village: 0",
}
"""Mistakes in an intervention that is sound otherwise."""

COUNTS = "{dasar: 1, berkembang: 1, mandiri: 0, paripurna: 0}"
NO_STATUS = "village_code,village,subdistrict\na,A,Takisung\nb,B,Takisung\nc,C,Jorong\n"
PEOPLE = "village_code,village,subdistrict,status,people\na,A,K,dasar,500\nb,B,K,dasar,5500\n"
DISTANCE = "village_code,village,subdistrict,status,km\na,A,K,dasar,2.5\nb,B,K,dasar,{}\n"

WITH_FILES: dict[str, Case] = {
    "district beside districts": Case(
        {"districts": "districts: {table: kabupaten.csv}"},
        {"kabupaten.csv": "district_code,district,province,villages,subdistricts\n63.01,Tanah Laut,Kalsel,135,11\n"},
    ),
    "villages of districts that are not in the list, or more than it counts": Case(
        {
            "district": None,
            "villages": None,
            "districts": "districts: {table: kabupaten.csv, villages: kampung.csv}",
        },
        {
            "kabupaten.csv": "district_code,district,province,villages,subdistricts\n63.01,Tanah Laut,Kalsel,1,1\n",
            "kampung.csv": "district_code,village_code,village,subdistrict,status\n"
            "63.01,a,A,K,dasar\n63.01,b,B,K,dasar\n63.02,c,C,K,dasar\n",
        },
    ),
    "counts that fall short of the table": Case(
        {"villages": f"villages:\n  table: villages.csv\n  status_counts: {COUNTS}"}, {"villages.csv": NO_STATUS}
    ),
    "counts that exceed the table": Case(
        {"villages": f"villages:\n  table: villages.csv\n  status_counts: {COUNTS.replace('dasar: 1', 'dasar: 4')}"},
        {"villages.csv": NO_STATUS},
    ),
    "counts per kecamatan that do not fit": Case(
        {
            "villages": "villages:\n  table: villages.csv\n  status_counts:\n"
            f"    Takisng: {COUNTS}\n    Jorong: {COUNTS}"
        },
        {"villages.csv": NO_STATUS},
    ),
    "counts that have too few of the villages known": Case(
        {"villages": f"villages:\n  table: desa.csv\n  status_counts: {COUNTS}"},
        {"desa.csv": "village_code,village,subdistrict,status\na,A,Jorong,mandiri\nb,B,Jorong,\n"},
    ),
    "blank statuses beside counts by kecamatan": Case(
        {"villages": f"villages:\n  table: desa.csv\n  status_counts:\n    Jorong: {COUNTS}"},
        {"desa.csv": "village_code,village,subdistrict,status\na,A,Jorong,berkembang\nb,B,Jorong,\n"},
    ),
    "a table without statuses": Case(files={"villages.csv": NO_STATUS}),
    "launches of villages with launch years of their own": Case(
        {"more": "launches: national"},
        {"villages.csv": "village_code,village,subdistrict,status,launch_year\na,A,Jorong,mandiri,2017\n"},
    ),
    "so far in a list of strangers": Case(
        {"more": "so_far: {as_of: 2026-06-30, table: juni.csv}"},
        {"juni.csv": "village,subdistrict,status\nBenua,Takisung,mandiri\nEntah,Jorong,dasar\n"},
    ),
    "so far in a list that leaves some out": Case(
        {"more": "so_far: {as_of: 2026-06-30, table: juni.csv}"},
        {"juni.csv": "village,subdistrict,status\nBenua,Takisung,mandiri\nTabanio,Takisung,\nSabuhur,Jorong,dasar\n"},
    ),
    "so far in a list of another day": Case(
        {"more": "so_far: {as_of: 2026-06-30, table: juni.csv}"},
        {"juni.csv": "Keadaan 31 Maret 2026,,\nvillage,subdistrict,status\nBenua,Takisung,mandiri\n"},
    ),
    "so far in a list of another year": Case(
        {"more": "so_far: {as_of: 2026-06-30, table: juni.csv}"},
        {"juni.csv": "village_code,village,subdistrict,status_2024\n63.01.01.2001,Benua,Takisung,mandiri\n"},
    ),
    "so far in a list where only counts are known": Case(
        {
            "villages": f"villages: {{status_counts: {COUNTS}}}",
            "more": "so_far: {as_of: 2026-06-30, table: juni.csv}",
        },
        {"juni.csv": "village_code,village,subdistrict,status\n63.01.01.2001,Benua,Takisung,mandiri\n"},
    ),
    "so far of several districts": Case(
        {
            "district": None,
            "villages": None,
            "districts": "districts: {table: kabupaten.csv}",
            "more": "so_far: {as_of: 2026-06-30, rises: 3}",
        },
        {
            "kabupaten.csv": "district_code,district,province,villages,subdistricts\n63.01,Tanah Laut,Kalsel,135,11\n"
            "63.02,Kotabaru,Kalsel,198,22\n"
        },
    ),
    "launches of several districts": Case(
        {
            "district": None,
            "villages": None,
            "districts": "districts: {table: kabupaten.csv}",
            "more": "launches: national",
        },
        {
            "kabupaten.csv": "district_code,district,province,villages,subdistricts\n63.01,Tanah Laut,Kalsel,135,11\n"
            "63.02,Kotabaru,Kalsel,198,22\n"
        },
    ),
    "launches of a district without counts": Case(
        {
            "district": None,
            "villages": None,
            "districts": "districts: {table: kabupaten.csv}",
            "more": "launches: national",
        },
        {"kabupaten.csv": "district_code,district,province,villages,subdistricts\n63.01,Tanah Laut,Kalsel,135,11\n"},
    ),
    "a covariate in too small a unit": Case(
        {"transition": "transition: {covariates: {people: 1.02}}"}, {"villages.csv": PEOPLE}
    ),
    "a covariate with a decimal comma": Case(
        {"transition": "transition: {covariates: {km: 1.02}}"}, {"villages.csv": DISTANCE.format('"2,5"')}
    ),
    "a covariate with an empty cell": Case(
        {"transition": "transition: {covariates: {km: 1.02}}"}, {"villages.csv": DISTANCE.format("")}
    ),
    "a column where there is no table": Case(
        {
            "villages": "villages: {status_counts: {dasar: 3, berkembang: 1, mandiri: 0, paripurna: 1}}",
            "interventions": POKJA + "    eligible: {where: {kind: desa}}",
        }
    ),
    "an order of villages without a table": Case(
        {
            "villages": "villages: {status_counts: {dasar: 3, berkembang: 1, mandiri: 0, paripurna: 1}}",
            "interventions": POKJA + "    priority: [63.01.01.2001]",
        }
    ),
    # Files that cannot be used.
    "a table that is not there": Case({"villages": "villages: {table: vilages.csv}"}),
    "a table that is nowhere": Case({"villages": "villages: {table: data/desa.csv}"}),
    "a table by its full path": Case({"villages": "villages: {table: /home/dinas/villages.csv}"}),
    "a table on drive C": Case({"villages": 'villages: {table: "C:/data/villages.csv"}'}),
    "a table of another folder tree": Case({"villages": "villages: {table: ../rahasia.csv}"}),
    "a path with backslashes": Case({"villages": "villages: {table: data\\villages.csv}"}),
    "an empty path": Case({"villages": 'villages: {table: ""}'}),
    "a folder for a table": Case(
        {"villages": "villages: {table: data}"}, {"data": _empty_files("2024.csv", "2025.csv")}
    ),
    "an empty folder for a table": Case({"villages": "villages: {table: data}"}, {"data": _empty_files()}),
    "a pipe for a table": Case(
        {"villages": "villages: {table: pipa.csv}"}, {"pipa.csv": Made("(a named pipe)", os.mkfifo)}
    ),
    "a path beyond all length": Case({"villages": f"villages: {{table: {'a' * 900}}}"}),
    "a table of more than 50 MB": Case(
        {"villages": "villages: {table: besar.csv}"}, {"besar.csv": _of_size(50_000_001)}
    ),
    "a scenario that is not there": Case(asked="skenario.yaml"),
    "a scenario misspelt": Case(files={"tanah_laut.yaml": "schema: 1\n"}, asked="tanah_lau.yaml"),
    "a table in place of its scenario": Case(asked="villages.csv"),
    "a starter left as it is": _starter(),
    "a folder for a scenario": Case(files={"scenarios": _empty_files("laut.yaml", "barito.yaml")}, asked="scenarios"),
    "a scenario of more than 5 MB": Case(files={"scenario.yaml": _of_size(5_000_001)}),
    "a scenario in another encoding": Case(files={"scenario.yaml": b"schema: 1\nname: coba\ntitle: {id: Caf\xe9}\n"}),
    "answers in place of a scenario": Case(files={"scenario.yaml": "target: 5%\norigin_year: 2025\n"}),
    "a scenario with a NUL byte": Case(files={"scenario.yaml": b"schema: 1\nname: co\0ba\n"}),
}
"""Mistakes that more than one section, or another file, belongs to."""

MAPS: dict[str, Case] = {
    "a map without a table": _mapped(
        _feature(),
        villages="villages: {status_counts: {dasar: 3, berkembang: 0, mandiri: 0, paripurna: 1}, map: peta.geojson}",
    ),
    "a map that is not there": _mapped(_feature(), villages="villages: {table: villages.csv, map: petta.json}"),
    "a map of more than 20 MB": _mapped(geojson=_of_size(20_000_001)),
    "a map of too many points": _mapped(
        geojson=Made("(a million commas)", lambda path: path.write_text("," * 1_000_001))
    ),
    "a map that is no JSON": _mapped(geojson='{"type": "FeatureCollection",\n "features": [}\n'),
    "brackets of a map without end": _mapped(
        geojson=Made("(100,000 brackets)", lambda path: path.write_text("[" * 100_000))
    ),
    "a feature for a map": _mapped(geojson=_feature() + "\n"),
    "a list for a map": _mapped(geojson="[]\n"),
    "a map of nothing": _mapped(),
    "a map of too many features": _mapped(
        geojson=Made(
            "(a FeatureCollection of 10,001 numbers)",
            lambda path: path.write_text(f'{{"type": "FeatureCollection", "features": [{"0," * 10_000}0]}}'),
        )
    ),
    "a map with another name for the code": _mapped(
        '{"type": "Feature", "properties": {"OBJECTID": 7, "KODE_DESA": "6301012001"}, "geometry": null}'
    ),
    "a map without codes": _mapped(f'{{"type": "Feature", "properties": {{"desa": "Benua"}}, "geometry": {POINT}}}'),
    "every mistake in one map, and one in the scenario": replace(
        _mapped(
            "3",
            _feature(),
            _feature('""'),
            _feature("null"),
            _feature("6301012002"),
            _feature('"6301012001"'),
            _feature('"63.01.01.2002"', "null"),
            _feature('"63.01.01.2003"', '{"type": "LineString", "coordinates": [[114, -3], [115, -4]]}'),
            _feature('"63.01.01.2004"', '{"type": "Point", "coordinates": 114.6}'),
            _feature('"63.01.01.2005"', '{"type": "Polygon", "coordinates": [[[114, -3], [115, -3], [114, -3]]]}'),
            _feature('"63.01.01.2006"', '{"type": "Point", "coordinates": [-3.8, 114.6]}'),
            _feature('"63.01.01.2007"', '{"type": "Point", "coordinates": [NaN, -3.8]}'),
        ),
        sections={"villages": ON_MAP, "horizon": "horizon: 500"},
    ),
    "a map of another district": _mapped(_feature('"63.72.01.1001"'), _feature('"63.72.01.1002"')),
    "a map that lacks some villages": _mapped(_feature()),
    "a map of villages of unknown status": replace(
        _mapped(_feature()),
        sections={
            "villages": "villages: {table: villages.csv, map: peta.geojson, "
            "status_counts: {dasar: 1, berkembang: 0, mandiri: 0, paripurna: 0}}"
        },
        files={
            "villages.csv": "village_code,village,subdistrict\n63.01.01.2001,Benua,Takisung\n",
            "peta.geojson": f'{{"type": "FeatureCollection", "features": [{_feature()}]}}',
        },
    ),
}
"""Mistakes in the map of villages, and what is noted of one."""

PAIRS: dict[str, Case] = {
    "every mistake in a network": _paired(
        "network",
        "village_code,neighbour_code,weight",
        "63.01.01.2001,63.01.01.2002,1",
        "63.01.01.2002,63.01.01.2001,1",
        "63.01.02.2001,63.01.02.2001,1",
        "63.01.02.2001,63.01.02.2009,1",
        "63.01.02.2001,,1",
        "63.01.02.2001,63.01.02.2002,0",
        "63.01.02.2001,63.01.02.2003,-1",
        "63.01.02.2001,63.01.02.2004,NaN",
        "63.01.01.2002,63.01.02.2004,",
    ),
    "a directed pair twice": _paired(
        "network_directed: true, network",
        "kode desa,tetangga",
        "63.01.01.2001,63.01.01.2002",
        "63.01.01.2002,63.01.01.2001",
        "63.01.01.2001,63.01.01.2002",
    ),
    "villages without neighbours": _paired("network", "village_code,neighbour_code", "63.01.01.2001,63.01.01.2002"),
    "a network without its file": Case({"villages": "villages: {table: villages.csv, network: tetanga.csv}"}),
    "a network that is not there but directed": Case(
        {"villages": "villages: {table: villages.csv, network_directed: true}"}
    ),
    "a network of another table": _paired("network", "village_code,status", "63.01.01.2001,dasar"),
    "codes of a network that became numbers": _paired(
        "network", "village_code,neighbour_code", "6.30101E+09,63.01.01.2002"
    ),
    "every mistake in distances": _paired(
        "distances",
        "village_code,other_code,distance",
        "63.01.01.2001,63.01.01.2002,-3",
        "63.01.01.2002,63.01.01.2001,3",
        "63.01.01.2001,63.01.02.2001,dekat",
        "63.01.01.2001,63.01.02.2002,1.5",
        '63.01.01.2001,63.01.02.2003,"1,25"',
    ),
    "distances of some pairs alone": _paired(
        "distances", "village_code,other_code,distance", "63.01.01.2001,63.01.01.2002,3"
    ),
}
"""Mistakes in what a scenario says of pairs of villages, and what is noted of it."""

OVERLAYS: dict[str, Case] = {
    "extends of two files": _extended("extends: [base.yaml, lain.yaml]\nname: coba\n"),
    "extends as a list": _extended("extends: [base.yaml]\nname: coba\n"),
    "extends a file that is not there": _extended("extends: bas.yaml\nname: coba\n"),
    "files that extend each other": Case(
        files={
            "scenario.yaml": "extends: base.yaml\nname: coba\n",
            "base.yaml": "extends: scenario.yaml\nname: dasar\n",
        }
    ),
    "more than twenty files": Case(
        files={
            "scenario.yaml": "extends: 1.yaml\nname: coba\n",
            **{f"{i}.yaml": f"extends: {i + 1}.yaml\nname: coba\n" for i in range(1, 22)},
        }
    ),
    "remove as a word": _extended("extends: base.yaml\nname: coba\nremove: pokja\n", interventions=POKJA),
    "remove as keys": _extended("extends: base.yaml\nname: coba\nremove: {pokja: true}\n", interventions=POKJA),
    "remove below interventions": _extended(
        "extends: base.yaml\nname: coba\ninterventions:\n  remove: [pokja]\n", interventions=POKJA
    ),
    "remove of another name": _extended("extends: base.yaml\nname: coba\nremove: [pokj]\n", interventions=POKJA),
    "remove of rises so far": _extended("extends: base.yaml\nname: coba\nremove: [so_far]\n", more=SO_FAR),
    "rises so far emptied": _extended("extends: base.yaml\nname: coba\nso_far:\n", more=SO_FAR),
    "remove where nothing is inherited": _extended("extends: base.yaml\nname: coba\nremove: [pokja]\n"),
    "a mistake in the scenario that is extended": _extended("extends: base.yaml\nname: coba\n", horizon="horizon: 500"),
}
"""Mistakes in scenarios that extend another."""

NO_PARQUET = b"rise.dasar\n0.05\n0.06\n"
CALIBRATED: dict[str, Case] = {
    "draws of an unknown parameter": _drawn({"rise.dsar": [0.05, 0.06]}),
    "a draw above 1": _drawn({"rise.dasar": [0.05, 1.5]}),
    "a draw below zero": _drawn({"year_sd": [0.4, -0.1]}),
    "a draw that is no odds ratio": _drawn({"peer_odds_ratio": [1.2, 0.0]}),
    "draws in words": _drawn({"year_sd": ["sedang"]}),
    "a file without draws": _drawn({"rise.dasar": []}),
    "draws of a fall in both forms": _drawn({"fall": [0.01], "fall.mandiri": [0.02]}),
    "more columns of draws than fit": _drawn({f"covariates.x{i}": [1.0] for i in range(MOST_COLUMNS + 1)}),
    "levels behind lists that are the truth": _drawn({"village_level.63.99.0001": [0.0, 1.0]}),
    "draws of no level": _drawn({"village_level.63.99.0001": [0.0, 4.0]}),
    "draws that are no Parquet": Case({"transition": FROM}, {"posterior.parquet": NO_PARQUET}),
    "draws that are not there": Case({"transition": FROM}),
    "draws of what is given too": _drawn(
        {"year_sd": [0.4]}, "transition: {parameters_from: posterior.parquet, year_sd: 0.5}"
    ),
}
"""Mistakes in the draws that a calibration wrote."""

WHOLE: dict[str, str | bytes] = {
    "an empty scenario": "",
    "a scenario of comments": "# nama: coba\n",
    "a scenario that is a sentence": "Skenario Tanah Laut\n",
    "a scenario that is a list": "- name: coba\n- horizon: 5\n",
    "a bracket that is not closed": 'schema: 1\ndistrict: {code: "63.01", name: Contoh\norigin: 2025\n',
    "a list that is not closed": "schema: 1\ntarget:\n  levels: [mandiri, paripurna\norigin: 2025\n",
    "a colon within a text": "schema: 1\ntitle:\n  id: Pokja: penguatan\n",
    "a colon that is missing": "schema: 1\nname coba\norigin: 2025\n",
    "a quote that is not closed": 'schema: 1\nname: "coba\norigin: 2025\n',
    "an indent that does not match": "schema: 1\ntarget:\n  share: 0.05\n reading: rises\n",
    "a key among the items of a list": "schema: 1\ninterventions:\n  - name: pokja\n  starts: 2026\n",
    "a text that starts with a sign": "schema: 1\nname: @coba\n",
    "a tab for an indent": "schema: 1\nvillages:\n\ttable: villages.csv\n",
    "a star alone": "schema: 1\nname: *\n",
    "a character that YAML does not allow": b"schema: 1\nname: co\x07ba\n",
    "values that belong into a table": "schema: 1\nsources:\n" + "".join(f"  k{i}: x\n" for i in range(20_001)),
    "brackets without end": "schema: 1\nname: " + "[" * 30 + "]" * 30 + "\n",
}
"""Files that are no scenario, or no YAML."""

EXTRAS: dict[str, str] = {
    "a key twice": "horizon: 7",
    "an anchor": "target: &lima {share: 0.05}",
    "an alias": "target: *lima",
    "a tag": "target: !rahasia {share: 0.05}",
    "a list for a key": "? [a, b]\n: 1",
    "two documents": "---\nschema: 1",
    "a control character": 'title: {id: "Pokja \\e[31m"}',
}
"""Lines that YAML knows and a scenario does not, at the end of a sound one."""


def scenario_cases() -> dict[str, Case]:
    """Return every case of this module by its name."""
    return {
        **{name: _section(text) for name, text in SECTIONS.items()},
        **{name: Case({"interventions": f"{POKJA}    {text}"}) for name, text in OF_POKJA.items()},
        **WITH_FILES,
        **MAPS,
        **OVERLAYS,
        **CALIBRATED,
        **{name: Case(files={"scenario.yaml": content}) for name, content in WHOLE.items()},
        **{name: Case({"more": text}) for name, text in EXTRAS.items()},
    }
