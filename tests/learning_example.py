"""The invented district of scenarios/contoh_belajar.yaml, made by the model itself.

Knows its villages, the chances behind them and the seed; must not know what is learned from them.
`python tests/learning_example.py` writes the workbook again.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from simulation.domain.distributions import Fixed
from simulation.domain.parameters import ParameterSet
from simulation.domain.status import LEVELS
from simulation.domain.villages import Villages
from simulation.engine.model import KampungModel
from simulation.inputs.scenario import Scenario

WORKBOOK = Path(__file__).parents[1] / "scenarios" / "data" / "contoh_belajar_daftar.xlsx"
DISTRICT, NAME = "99.02", "Kabupaten Contoh Belajar (rekaan)"
SEED = 2025
YEARS = (2023, 2025)
TRUTH = {
    "rise.dasar": 0.09,
    "rise.berkembang": 0.14,
    "rise.mandiri": 0.35,
    "fall": 0.02,
    "skip.berkembang": 0.1,
    "skip.mandiri": 0.7,
    "village_sd": 0.4,
    "year_sd": 0.4,
    "subdistrict_sd": 0.0,
    "district_sd": 0.0,
    "peer_odds_ratio": 1.0,
    "campaign.probability": 0.0,
    "campaign.odds_ratio": 1.0,
}
"""The chances behind the invented lists."""
KECAMATAN = ("Cempaka", "Dahlia", "Flamboyan", "Kenanga", "Melati", "Seroja")
EACH = 16
HEADER = ("Kode Desa", "Nama Desa", "Kecamatan", "Klasifikasi", "Tahun Pencanangan")
MARK = "REKAAN / INVENTED: kabupaten yang tidak ada / no real district"

Row = tuple[str, str, str, int]


def villages() -> list[Row]:
    """Return code, name, kecamatan and launch year of every village."""
    return [
        (f"{DISTRICT}.{k:02d}.{2000 + i}", f"{name} {i}", f"Kecamatan {name}", 2016 + (5 * i + 3 * k) % 7)
        for k, name in enumerate(KECAMATAN, start=1)
        for i in range(1, EACH + 1)
    ]


def statuses() -> dict[str, dict[int, int]]:
    """Return village code -> year -> status: every village starts at dasar in the year of its launch."""
    found: dict[str, dict[int, int]] = {}
    for launch in sorted({launch for *_, launch in villages()}):
        model = KampungModel(
            _cohort([row for row in villages() if row[3] == launch], launch), draw=0, replicate=0, seed=SEED
        )
        for year in range(launch + 1, YEARS[-1] + 1):
            model.step()
            if year in YEARS:
                for agent in model.agents:
                    found.setdefault(agent.village_code, {})[year] = int(agent.status)
    return found


def _cohort(rows: list[Row], launch: int) -> Scenario:
    codes, names, subdistricts, _ = zip(*rows, strict=True)
    district = Villages.arrange(DISTRICT, NAME, list(codes), list(names), list(subdistricts), status=[0] * len(rows))
    parameters = ParameterSet({name: Fixed(number) for name, number in TRUTH.items()})
    return Scenario("contoh-belajar", launch, YEARS[-1] - launch, (district,), parameters)


def sheets() -> dict[str, list[tuple[str | int, ...]]]:
    """Return the rows of each sheet, below its title and its column names."""
    stood = statuses()
    return {
        str(year): [
            (code, name, subdistrict, LEVELS[stood[code][year]].capitalize(), launch)
            for code, name, subdistrict, launch in villages()
        ]
        for year in YEARS
    }


def write(path: Path) -> None:
    """Write the workbook."""
    from xlsxwriter import Workbook

    with Workbook(path) as book:
        book.set_properties({"title": MARK, "created": datetime(2026, 1, 1)})  # noqa: DTZ001 - a workbook knows no zone
        bold = book.add_format({"bold": True})
        for name, rows in sheets().items():
            sheet = book.add_worksheet(name)
            sheet.set_column(0, 0, 16)
            sheet.set_column(1, 4, 22)
            sheet.write(0, 0, f"{MARK}. Keadaan 31 Desember {name} / as of 31 December {name}")
            for number, row in enumerate([HEADER, *rows], start=2):
                sheet.write_row(number, 0, row, bold if number == 2 else None)


if __name__ == "__main__":
    write(WORKBOOK)
