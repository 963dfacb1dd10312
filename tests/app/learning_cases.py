"""Commands that learn from data and are refused, one a case.

Knows what was typed, and in what folder; must not know what is said about it: that stands in refusal_texts.txt.
"""

from __future__ import annotations

from refusal_cases import Case

LISTS = "kode_desa,2024,2025\n" + "".join(f"63.01.{i % 2}.{i:02d},dasar,dasar\n" for i in range(10))
DATA = {"panel.csv": LISTS}
COUNTS = "tanggal,kode_kabupaten,dasar,berkembang,mandiri,paripurna\n2023-12-31,63.01,{}\n2024-12-31,63.01,{}\n"
WITH = "calibrate panel.csv --scenario scenario.yaml"

LEARNED: dict[str, Case] = {
    "no data to learn from": Case(command="calibrate --scenario scenario.yaml"),
    "all data left out": Case(command=f"{WITH} --without panel", changes={"year_sd": None}, files=DATA),
    "draws in a workbook": Case(command=f"{WITH} --out hasil.xlsx", files=DATA),
    "draws where the scenario cannot be named": Case(command=f"{WITH} --out results/hasil.parquet", files=DATA),
    "draws in the place of a scenario": Case(command=f"{WITH} --out ada.parquet", files=DATA),
    "draws in the place of the scenario itself": Case(command=f"{WITH} --out scenario.parquet", files=DATA),
    "a kind that is none": Case(command=f"{WITH} --kind panel.csv=daftar", files=DATA),
    "a kind of data to leave out that is none": Case(command=f"{WITH} --without pencanangan", files=DATA),
    "a kind of a file that was not given": Case(command=f"{WITH} --kind lain.csv=panel", files=DATA),
    "draws beyond all number": Case(command=f"{WITH} --draws 100001", files=DATA),
    "a scenario that leaves nothing to learn": Case(command=WITH, files=DATA),
    "data that contradict the scenario": Case(
        command=WITH,
        changes={"year_sd": None},
        files={"panel.csv": LISTS.replace("63.01.0.00,dasar,dasar", "63.01.0.00,dasar,mandiri")},
    ),
}
"""What ``calibrate`` refuses before it computes anything."""


def _counted(before: str, after: str, **changes: str | None) -> Case:
    return Case(
        command="calibrate jumlah.csv --scenario scenario.yaml",
        changes={"year_sd": None, **changes},
        files={"jumlah.csv": COUNTS.format(before, after)},
    )


def _moved(row: str, **changes: str | None) -> Case:
    """Return a calibration in which the first two villages of a list do something else."""
    first, second = (f"63.01.{i}.{i:02d},dasar,dasar" for i in range(2))
    moved = LISTS.replace(first, f"63.01.0.00,{row}").replace(second, f"63.01.1.01,{row}")
    return Case(command=WITH, changes={"year_sd": None, **changes}, files={"panel.csv": moved})


THREE = "kode_desa,2023,2024,2025\n"
RULED_OUT: dict[str, Case] = {
    "villages that fell two levels in a year": _moved("mandiri,dasar", fall="0.05", skip=None),
    "villages that fell where nobody may": _moved("berkembang,dasar"),
    "a village that stayed where all must rise": _moved(
        "dasar,dasar", rise="{dasar: 1, berkembang: 0.1, mandiri: 0.35}"
    ),
    "counts that fell two levels in a year": _counted("5,5,8,2", "12,5,1,2", fall="0.05", skip=None),
    "counts that fell where nobody may": _counted("10,5,3,2", "11,4,3,2"),
    "a matrix to learn": Case(
        command=WITH,
        changes={
            **dict.fromkeys(("rise", "fall", "skip", "year_sd")),
            "matrix": "{dasar: {dasar: 0.9, berkembang: 0.1}, berkembang: {berkembang: 0.9, mandiri: 0.1}, "
            "mandiri: {mandiri: 0.7, paripurna: 0.3}, paripurna: {paripurna: 1}}",
        },
        files=DATA,
    ),
    "a back-test of two years": Case(command="backtest panel.csv", files=DATA),
    "a back-test of villages that fell two levels in a year": Case(
        command="backtest tiga.csv --scenario scenario.yaml",
        changes={"year_sd": None, "fall": "0.05"},
        files={"tiga.csv": THREE + "63.01.0.00,mandiri,dasar,dasar\n63.01.1.01,dasar,berkembang,dasar\n"},
    ),
}
"""Data that the law, or the scenario, has no room for."""


def learning_cases() -> dict[str, Case]:
    """Return every case of this module by its name."""
    return {**LEARNED, **RULED_OUT}
