"""What a planner does: writes what the district knows into files, and runs the commands that README shows."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow.parquet as pq

from .world import REPORTING, District

Data = Literal["panel", "counts", "launches"]
LEVELS = ("dasar", "berkembang", "mandiri", "paripurna")
CODE = "99.77"
DRAWS = 500


class RefusedError(Exception):
    """What a planner reads instead of an answer."""


def forecast(district: District, data: Data, seed: int, folder: Path) -> dict[str, object]:
    """Write files of a district, calibrate on them and forecast the next year; return what is said of it.

    Returns
    -------
    ``met`` the chance, ``interval`` of the parameters, ``chances`` of 0, 1, 2, … rises, ``worth`` of the draws in
    independent ones, ``seconds`` of CPU.
    """
    named = write(district, data, folder)
    began = time.process_time()
    with contextlib.chdir(folder):
        effort = ["--draws", str(DRAWS), "--seed", str(seed), "--no-figures", "--json"]
        learned = json.loads(kampungkb("calibrate", named, "--scenario", "district.yaml", *effort))
        told = json.loads(kampungkb("forecast", "district_posterior.yaml", *effort))
        (ensemble,) = Path("results").rglob("ensemble.parquet")
        year = pq.read_table(ensemble).to_pandas()
    seconds = time.process_time() - began
    # Before version 2 of the file the only district was no list.
    first = told.get("districts", [told])[0]["years"][0]
    return {
        "met": first["probability_met"],
        "interval": first["parameter_interval90"],
        "chances": (np.bincount(year["rises"]) / len(year)).round(6).tolist(),
        "worth": learned["effective_sample_size"],
        "seconds": round(seconds, 2),
    }


def kampungkb(*arguments: str) -> str:
    """Run the command in this process, and return what it prints as its answer."""
    from simulation.app.cli import main

    before, said = sys.argv, io.StringIO()
    sys.argv = ["kampungkb", *arguments]
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()) as errors:
            main()
    except SystemExit as ended:
        if ended.code:
            raise RefusedError(f"{' '.join(arguments)}: {errors.getvalue()}") from ended
    finally:
        sys.argv = before
    return said.getvalue()


def write(district: District, data: Data, folder: Path) -> str:
    """Write a scenario that leaves every parameter to its prior, and its data; return the name of the data.

    Of late lists it states what is known of the chance of a report.
    """
    folder.mkdir(parents=True, exist_ok=True)
    villages = range(district.subdistrict.size)
    codes = [f"{CODE}.{k + 1:02d}.{2001 + i}" for i, k in zip(villages, district.subdistrict, strict=True)]
    now = district.lists[district.origin]
    table: dict[str, Iterable[object]] = {
        "village_code": codes,
        "village": [f"Village {i + 1}" for i in villages],
        "subdistrict": [f"Kecamatan {k + 1}" for k in district.subdistrict],
    }
    if data != "counts":
        table["status"] = [LEVELS[level] for level in now]
    if data == "launches":
        table["launch_year"] = district.launched.tolist()
    _write(folder / "villages.csv", table)
    counted = {year: np.bincount(status, minlength=4) for year, status in sorted(district.lists.items())}
    known = "{" + ", ".join(f"{level}: {n}" for level, n in zip(LEVELS, counted[district.origin], strict=True)) + "}"
    late = f"reporting: {{yearly: {{beta: {{alpha: {REPORTING[0]:g}, beta: {REPORTING[1]:g}}}}}}}\n"
    (folder / "district.yaml").write_text(
        "schema: 1\nname: district\nlanguage: en\n"
        f'district: {{code: "{CODE}", name: Kabupaten Gate}}\n'
        f"origin: {district.origin}\nhorizon: 1\n"
        f"villages: {{table: villages.csv{f', status_counts: {known}' if data == 'counts' else ''}}}\n"
        f"{late if district.late else ''}",
        encoding="utf-8",
    )
    if data == "launches":
        return "villages.csv"
    years = sorted(district.lists)
    if data == "panel":
        rows = [(code, year, LEVELS[district.lists[year][i]]) for year in years for i, code in enumerate(codes)]
        _write(folder / "past.csv", dict(zip(("village_code", "year", "status"), zip(*rows, strict=True), strict=True)))
    else:
        places = {"place": [CODE] * len(years), "date": [f"{year}-12-31" for year in years]}
        _write(folder / "past.csv", places | {level: [counted[y][s] for y in years] for s, level in enumerate(LEVELS)})
    return "past.csv"


def _write(path: Path, columns: dict[str, Iterable[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
