"""Commands that learn from data and are refused, one a case.

Knows what was typed, and in what folder; must not know what is said about it: that stands in refusal_texts/.
"""

from __future__ import annotations

from refusal_cases import Case

LISTS = "kode_desa,2024,2025\n" + "".join(f"63.01.{i % 2}.{i:02d},dasar,dasar\n" for i in range(10))
DATA = {"panel.csv": LISTS}
WITH = "calibrate panel.csv --scenario scenario.yaml"

LEARNED: dict[str, Case] = {
    "draws in a workbook": Case(command=f"{WITH} --out hasil.xlsx", files=DATA),
    "draws where the scenario cannot be named": Case(command=f"{WITH} --out results/hasil.parquet", files=DATA),
    "draws in the place of a scenario": Case(command=f"{WITH} --out ada.parquet", files=DATA),
    "draws in the place of the scenario itself": Case(command=f"{WITH} --out scenario.parquet", files=DATA),
    "a kind that is none": Case(command=f"{WITH} --kind panel.csv=daftar", files=DATA),
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


def learning_cases() -> dict[str, Case]:
    """Return every case of this module by its name."""
    return dict(LEARNED)
