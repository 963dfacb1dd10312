"""Commands that are refused, one a case.

Knows what was typed, and in what folder; must not know what is said about it: that stands in refusal_texts.txt.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

STATUS = ["dasar"] * 10 + ["berkembang"] * 5 + ["mandiri"] * 3 + ["paripurna"] * 2
ROWS = [f"63.01.{i % 2}.{i:02d},Kampung {i},Kecamatan {i % 2},{i}" for i in range(20)]
KNOWN = "village_code,village,subdistrict,remoteness,status\n" + "".join(
    f"{row},{status}\n" for row, status in zip(ROWS, STATUS, strict=True)
)
UNKNOWN = "village_code,village,subdistrict,remoteness\n" + "".join(f"{row}\n" for row in ROWS)
SOME_BLANK = KNOWN.replace(",paripurna\n", ",\n")
JOINING = "village_code,village,subdistrict,remoteness,status,launch_year\n" + "".join(
    f"{row},{status},{year}\n"
    for row, status, year in zip(
        [*ROWS, "63.01.0.99,Baru,Kecamatan 0,1"], [*STATUS, ""], [2019] * 20 + [2026], strict=True
    )
)
ONLY_COUNTS = "villages: {table: villages.csv, status_counts: {dasar: 10, berkembang: 5, mandiri: 3, paripurna: 2}}"
FIXED = {
    "rise": "{dasar: 0.05, berkembang: 0.1, mandiri: 0.35}",
    "fall": "0",
    "skip": "0",
    "village_sd": "0",
    "year_sd": "0",
    "subdistrict_sd": "0",
    "peer_odds_ratio": "1",
    "campaign": "{probability: 0, odds_ratio: 1}",
}


@dataclass(frozen=True)
class Case:
    """A command that is refused.

    Attributes
    ----------
    command
        What is typed after ``kampungkb``.
    changes
        Keys of `transition` -> other values; None leaves a key to its prior.
    sections
        Lines that stand in the scenario besides.
    table
        The village table.
    files
        Further files: name -> content.
    before
        Commands that were typed before, and succeeded.
    spoil
        What happened between.
    code
        What the command exits with.
    """

    command: str = "compare scenario.yaml lain.yaml --engine exact"
    changes: Mapping[str, str | None] = field(default_factory=dict)
    sections: tuple[str, ...] = ("horizon: 1",)
    table: str = KNOWN
    files: Mapping[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    spoil: Callable[[Path], object] | None = None
    code: int = 2

    def lay_out(self, folder: Path) -> None:
        """Write scenario and table."""
        law = {key: value for key, value in {**FIXED, **self.changes}.items() if value is not None}
        known = "villages:" if any(part.startswith("villages:") for part in self.sections) else ""
        lines = [
            "schema: 1",
            "name: coba",
            'district: {code: "63.01", name: Kabupaten Contoh}',
            "origin: 2025",
            *([] if known else ["villages: {table: villages.csv}"]),
            *self.sections,
            "transition:",
            *(f"  {key}: {value}" for key, value in law.items()),
        ]
        (folder / "scenario.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "villages.csv").write_text(self.table, encoding="utf-8")
        (folder / "lain.yaml").write_text("extends: scenario.yaml\nname: lain\n", encoding="utf-8")
        for name, content in self.files.items():
            (folder / name).write_text(content, encoding="utf-8")
        (folder / "results").mkdir()
        (folder / "ada.yaml").touch()

    def written(self) -> list[str]:
        """Return what a reader should know of the case."""
        law = [f"transition.{key}: {'(left out)' if value is None else value}" for key, value in self.changes.items()]
        lines = [line for part in self.sections for line in part.splitlines()]
        content = [f"{name}: {line}" for name, text in self.files.items() for line in text.splitlines()]
        shown = [*lines, *law] if "scenario.yaml" in " ".join([self.command, *self.before]) else []
        return [*content, *(f"kampungkb {command}" for command in (*self.before, self.command)), *shown]


def _pokja(*lines: str, horizon: int = 2) -> tuple[str, ...]:
    return f"horizon: {horizon}", "\n".join(["interventions:", "  - name: pokja", "    starts: 2026", *lines])


LATER_YEARS: dict[str, Case] = {
    "a shock of the kecamatan": Case(changes={"subdistrict_sd": "0.3"}, sections=("horizon: 2",)),
    "a district set apart for good": Case(changes={"district_sd": "0.3"}, sections=("horizon: 2",)),
    "peers after the first year": Case(changes={"peer_odds_ratio": "1.5"}, sections=("horizon: 2",)),
    "what is left to its default prior": Case(
        changes={"peer_odds_ratio": None, "subdistrict_sd": None}, sections=("horizon: 2",)
    ),
    "peers of unknown status": Case(
        changes={"peer_odds_ratio": "1.5"}, sections=("horizon: 2", ONLY_COUNTS), table=UNKNOWN
    ),
    "a village without a status": Case(sections=("horizon: 2",), table=SOME_BLANK),
    "a village that joins": Case(sections=("horizon: 2",), table=JOINING),
    "good and bad years, four of them": Case(changes={"year_sd": "0.5"}, sections=("horizon: 4",)),
    "covariates of villages of unknown status": Case(
        changes={"covariates": "{remoteness: 0.9}"}, sections=("horizon: 2", ONLY_COUNTS), table=UNKNOWN
    ),
    "an exact result that takes too long": Case(
        command="compare scenario.yaml lain.yaml --engine exact --draws 20000",
        changes={"year_sd": None, "campaign": None, "fall": None},
        sections=("horizon: 3",),
    ),
    "an order among those still at dasar": Case(
        sections=_pokja("    capacity: 4", "    priority: column:remoteness", "    eligible: {status: [dasar]}")
    ),
    "a share of those still below the top": Case(
        sections=_pokja("    coverage: 0.5", "    priority: column:remoteness")
    ),
    "the lowest status of a later year": Case(
        sections=_pokja(
            "    capacity: 4",
            "    priority: lowest_status",
            "    eligible: {status: [dasar, berkembang, mandiri, paripurna]}",
        )
    ),
    "free places while others keep those drawn by lot": Case(
        sections=_pokja(
            "    coverage: 0.5", "    years_per_village: 2", "    eligible: {status: [berkembang, mandiri, paripurna]}"
        )
    ),
    "an order of villages of unknown status": Case(
        sections=(*_pokja("    capacity: 4", "    priority: [63.01.0.00]"), ONLY_COUNTS), table=UNKNOWN
    ),
    "a kecamatan of villages of unknown status": Case(
        sections=(*_pokja("    capacity: 4", "    eligible: {subdistrict: [Kecamatan 1]}"), ONLY_COUNTS),
        table=UNKNOWN,
    ),
    "four reasons at once": Case(
        changes={"subdistrict_sd": "0.3", "peer_odds_ratio": "2", "year_sd": "0.5"},
        sections=_pokja("    capacity: 4", "    eligible: {status: [dasar]}", horizon=5),
    ),
}
"""Scenarios of which the exact engine knows the first year alone."""

EXACT: dict[str, Case] = {
    "a precision of an exact result": Case(command="forecast scenario.yaml --engine exact --precision 0.01"),
    "more runs than fit in memory": Case(command="forecast scenario.yaml --replicates 5000000000"),
    "a starter with blanks in its name": Case(command="new 'Kampung Saya'"),
    "a starter that is there already": Case(command="new ada"),
    "a starter with a name that systems reserve": Case(command="new con"),
    "experts asked of a matrix": Case(
        command="elicit scenario.yaml",
        changes={
            **dict.fromkeys(("rise", "fall", "skip")),
            "matrix": "{dasar: {dasar: 1}, berkembang: {berkembang: 1}, mandiri: {mandiri: 1}, "
            "paripurna: {paripurna: 1}}",
        },
    ),
    "a folder without a run": Case(command="explain results 63.01.0.00"),
}
"""What no engine is asked, and what is asked of no place."""

RUN = "forecast scenario.yaml --draws 2 --replicates 10 --no-figures"
EAGER = """from simulation import VillageAgent
class Agen(VillageAgent):
    def rise_odds(self):
        return 2 * super().rise_odds()
"""
FAULTY = EAGER.replace("2 * super().rise_odds()", "1 / 0")
LONE = EAGER.replace("def rise_odds(self)", "def __init__(self)").replace("2 * super().rise_odds()", "1 / 0")
MESA = f"{RUN} --engine mesa --agent agen.py:Agen"


def _other_village(folder: Path) -> None:
    (table,) = folder.glob("results/coba/*/inputs/*.csv")
    table.write_text(KNOWN.replace("Kampung 0", "Kampung Nol"), encoding="utf-8")


def _without_hub(folder: Path) -> None:
    (manifest,) = folder.glob("results/coba/*/manifest.json")
    told = json.loads(manifest.read_text(encoding="utf-8"))
    del told["files"]["hub.csv"]
    manifest.write_text(json.dumps(told), encoding="utf-8")


def _other_day(folder: Path) -> None:
    (day,) = (folder / "results" / "register").glob("*/registered.json")
    day.write_text(day.read_text(encoding="utf-8").replace('"registered": "2', '"registered": "1'), encoding="utf-8")


TYPED: dict[str, Case] = {
    "a command misspelt": Case(command="forecst scenario.yaml"),
    "an Indonesian command": Case(command="ramal scenario.yaml"),
    "a command that is none": Case(command="quux scenario.yaml"),
    "a path that was not quoted": Case(command="check kampung kita.yaml", files={"kampung kita.yaml": ""}),
    "no scenario": Case(command="forecast"),
    "two scenarios": Case(command="forecast scenario.yaml ada.yaml"),
    "an option misspelt": Case(command="forecast scenario.yaml --draw 10"),
    "an option that is none": Case(command="new coba --quux"),
    "an option without its value": Case(command="forecast scenario.yaml --draws"),
    "a switch with a value": Case(command="forecast scenario.yaml --quiet=ya"),
    "draws in words": Case(command="forecast scenario.yaml --draws banyak"),
    "no draws": Case(command="forecast scenario.yaml --draws 0"),
    "a seed below zero": Case(command="forecast scenario.yaml --seed -1"),
    "a half-width in words": Case(command="forecast scenario.yaml --precision sempit"),
    "a half-width in percent": Case(command="forecast scenario.yaml --precision 1%"),
    "a half-width of everything": Case(command="forecast scenario.yaml --precision 2"),
    "an engine that is none": Case(command="forecast scenario.yaml --engine cepat"),
    "results in the place of a file": Case(command="forecast scenario.yaml --out ada.yaml"),
    "a draw beyond all": Case(command="replay scenario.yaml --draw 100000000 --replicate 0"),
    "a district of another scenario": Case(command="replay scenario.yaml --draw 0 --replicate 0 --district 63.02"),
    "agents of an engine without": Case(command=f"{RUN} --engine exact --agent agen.py:Agen", files={"agen.py": EAGER}),
    "a mechanism without a file": Case(command=f"{RUN} --with Mekanisme"),
    "a mechanism that is none": Case(command=f"{RUN} --with agen.py:Agen", files={"agen.py": EAGER}),
    "a file without a mechanism": Case(command=f"{RUN} --with agen.py:Jenuh", files={"agen.py": "import math\n"}),
    "an agent class without a file": Case(command=f"{RUN} --engine mesa --agent Agen"),
    "an agent class of a file that is not there": Case(command=f"{RUN} --engine mesa --agent agent.py:Agen"),
    "an agent file with an error": Case(command=MESA, files={"agen.py": "import tidak_ada\n"}),
    "an agent class misspelt": Case(command=MESA.replace(":Agen", ":Agan"), files={"agen.py": EAGER}),
    "an agent file without a class": Case(command=MESA, files={"agen.py": "import math\n"}),
    "a class that is no village": Case(command=MESA, files={"agen.py": "class Agen:\n    pass\n"}),
    "an agent that fails every time": Case(command=MESA, files={"agen.py": FAULTY}, code=1),
    "a village that is not there": Case(command="explain results/coba 63.01.0.44", before=(RUN,)),
    "a village quite unlike": Case(command="explain results/coba Zz", before=(RUN,)),
    "part of the names of several villages": Case(command='explain results/coba "pung 1"', before=(RUN,)),
    "a kecamatan for a village": Case(command='explain results/coba "kec. 0"', before=(RUN,)),
    "a year beyond the forecast": Case(
        command="explain results/coba 63.01.0.00 --year 2040", before=(RUN,), sections=("horizon: 3",)
    ),
    "a village before it joins": Case(
        command="explain results/coba 63.01.0.99 --year 2026", before=(RUN,), sections=("horizon: 3",), table=JOINING
    ),
    "a village of unknown status": Case(
        command="explain results/coba 63.01.0.00", before=(RUN,), sections=("horizon: 1", ONLY_COUNTS), table=UNKNOWN
    ),
    "a run of own agents": Case(command="explain results/coba 63.01.0.00", before=(MESA,), files={"agen.py": EAGER}),
    "a run whose inputs were changed": Case(
        command="explain results/coba 63.01.0.00", before=(RUN,), spoil=_other_village
    ),
    "a register to which nothing was added": Case(command="register score kenyataan.csv"),
    "a run without what a register keeps": Case(command="register add results/coba", before=(RUN,), spoil=_without_hub),
    "a register that was changed": Case(
        command="register add results/coba", before=(RUN, "register add results/coba"), spoil=_other_day
    ),
}
"""What is typed, or asked of a finished run."""


def refusal_cases() -> dict[str, Case]:
    """Return every case of this module by its name."""
    return {**EXACT, **TYPED}
