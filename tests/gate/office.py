"""What a planner does: writes what is known of districts into files, and runs the commands that README shows."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow.parquet as pq

from .world import NEIGHBOURS, REPORTING, District

Data = Literal["panel", "counts", "launches"]
Cells = Mapping[str, object]
LEVELS = ("dasar", "berkembang", "mandiri", "paripurna")
STOPPED = 130
"""Exit code of a command that was interrupted, in every version that `--package` may name."""
CODES = tuple(f"99.{77 + k}" for k in range(NEIGHBOURS))


class RefusedError(Exception):
    """What a planner reads instead of an answer."""


def forecast(
    districts: Sequence[District],
    data: Data,
    seed: int,
    draws: int,
    folder: Path,
    village_sd: float | None = None,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Write files of districts, calibrate on all of them and forecast the next year; return what is said.

    Returns
    -------
    Of each district ``met`` the chance, ``interval`` of the parameters, ``chances`` of 0, 1, 2, … rises; of all
    together ``worth`` of the draws in independent ones, ``seconds`` of CPU.
    """
    named = write(districts, data, folder, village_sd)
    began = time.process_time()
    with contextlib.chdir(folder):
        effort = ["--draws", str(draws), "--seed", str(seed), "--no-figures", "--json"]
        learned = json.loads(kampungkb("calibrate", named, "--scenario", "district.yaml", *effort))
        told = json.loads(kampungkb("forecast", "district_posterior.yaml", *effort))
        (ensemble,) = Path("results").rglob("ensemble.parquet")
        rises = np.reshape(pq.read_table(ensemble)["rises"], (len(districts), -1))
    seconds = round(time.process_time() - began, 2)
    # Before version 2 of the file the only district was no list.
    years = [one["years"][0] for one in told.get("districts", [told])]
    said = [
        {
            "met": first["probability_met"],
            "interval": first["parameter_interval90"],
            "chances": (np.bincount(each) / each.size).round(6).tolist(),
        }
        for first, each in zip(years, rises, strict=True)
    ]
    return said, {"worth": learned["effective_sample_size"], "seconds": seconds}


def kampungkb(*arguments: str) -> str:
    """Run the command in this process, and return what it prints as its answer."""
    from simulation.app.cli import main

    before, said = sys.argv, io.StringIO()
    sys.argv = ["kampungkb", *arguments]
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()) as errors:
            main()
    except SystemExit as ended:
        if ended.code == STOPPED:
            raise KeyboardInterrupt from ended
        if ended.code:
            raise RefusedError(f"{' '.join(arguments)}: {errors.getvalue()}") from ended
    finally:
        sys.argv = before
    return said.getvalue()


def write(districts: Sequence[District], data: Data, folder: Path, village_sd: float | None = None) -> str:
    """Write a scenario that leaves every other parameter to its prior, and its data; return the name of the data.

    Of late lists it states what is known of the chance of a report.
    """

    def of_all(rows: Callable[[str, District], Iterator[Cells]]) -> list[Cells]:
        """Return the rows of all districts, each with its code where there are several."""
        named = [(code, row) for code, one in zip(CODES, districts, strict=False) for row in rows(code, one)]
        return [row if len(districts) == 1 else {"district_code": code, **row} for code, row in named]

    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "villages.csv", of_all(partial(_villages, data)))
    counts = of_all(_counts)
    if len(districts) > 1:
        _write(folder / "districts.csv", of_all(_name))
        where = "districts: {table: districts.csv, villages: villages.csv}\n"
    else:
        known = ", ".join(f"{level}: {counts[-1][level]}" for level in LEVELS)
        where = f'district: {{code: "{CODES[0]}", name: Kabupaten Gate}}\n'
        where += f"villages: {{table: villages.csv{f', status_counts: {{{known}}}' if data == 'counts' else ''}}}\n"
    if districts[0].late:
        where += "reporting: {{yearly: {{beta: {{alpha: {:g}, beta: {:g}}}}}}}\n".format(*REPORTING)
    if village_sd is not None:
        where += f"transition: {{village_sd: {village_sd:g}}}\n"
    head = f"schema: 1\nname: district\nlanguage: en\norigin: {districts[0].origin}\nhorizon: 1\n"
    (folder / "district.yaml").write_text(head + where, encoding="utf-8")
    if data == "launches":
        return "villages.csv"
    _write(folder / "past.csv", counts if data == "counts" else of_all(_lists))
    return "past.csv"


def _name(code: str, district: District) -> Iterator[Cells]:
    size = {"villages": district.subdistrict.size, "subdistricts": np.unique(district.subdistrict).size}
    yield {"district": f"Kabupaten {code}", "province": "Provinsi Gate", **size}


def _villages(data: Data, code: str, district: District) -> Iterator[Cells]:
    for i, village in enumerate(_codes(code, district)):
        row: dict[str, object] = {"village_code": village, "village": f"Village {i + 1}"}
        row["subdistrict"] = f"Kecamatan {district.subdistrict[i] + 1}"
        if data != "counts":
            row["status"] = _listed(district, district.origin, i)
        if data == "launches":
            row["launch_year"] = district.launched[i]
        yield row


def _codes(code: str, district: District) -> list[str]:
    return [f"{code}.{k + 1:02d}.{2001 + i}" for i, k in enumerate(district.subdistrict)]


def _lists(code: str, district: District) -> Iterator[Cells]:
    for year in sorted(district.lists):
        for i, village in enumerate(_codes(code, district)):
            yield {"village_code": village, "year": year, "status": _listed(district, year, i)}


def _listed(district: District, year: int, village: int) -> str:
    blank = district.gaps and year == district.origin and village % 10 == 0
    return "" if blank else LEVELS[district.lists[year][village]]


def _counts(code: str, district: District) -> Iterator[Cells]:
    for year, status in sorted(district.lists.items()):
        counted = np.bincount(status, minlength=len(LEVELS))
        yield {"place": code, "date": f"{year}-12-31", **dict(zip(LEVELS, counted, strict=True))}


def _write(path: Path, rows: Sequence[Cells]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
