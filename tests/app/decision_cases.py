"""Comparisons, plans and choices that are refused, one a case.

Knows what was typed, and in what folder; must not know what is said about it: that stands in refusal_texts.txt.
"""

from __future__ import annotations

from refusal_cases import KNOWN, UNKNOWN, Case

COUNTS = "{dasar: 10, berkembang: 5, mandiri: 3, paripurna: 2}"
COLUMNS = "district_code,district,province,villages,subdistricts,dasar,berkembang,mandiri,paripurna"
MANY = {
    "banyak.yaml": (
        "schema: 1\nname: banyak\norigin: 2025\nhorizon: 1\ndistricts: {table: kabupaten.csv}\n"
        "interventions: [{name: pokja, starts: 2026, capacity: 2}]\n"
    ),
    "kabupaten.csv": f"{COLUMNS}\n63.01,Kabupaten Satu,Kalsel,20,2,10,5,3,2\n63.02,Kabupaten Dua,Kalsel,9,1,6,1,1,1\n",
}


def _compared(overlay: str, table: str = "") -> Case:
    """Return a comparison with an overlay of the same scenario, and with another table where there is one."""
    section = "villages:\n  table: lain.csv\n" if table else ""
    files = {
        "lain.yaml": f"extends: scenario.yaml\nname: lain\n{section}{overlay}",
        **({"lain.csv": table} if table else {}),
    }
    return Case(command="compare scenario.yaml lain.yaml", files=files)


def _counted(name: str, counts: str) -> dict[str, str]:
    """Return a scenario of one district that a table describes, without its villages."""
    return {
        f"{name}.yaml": f"schema: 1\nname: {name}\norigin: 2025\nhorizon: 1\ndistricts: {{table: {name}.csv}}\n",
        f"{name}.csv": f"{COLUMNS}\n63.01,Kabupaten Contoh,Kalsel,20,2,{counts}\n",
    }


COMPARED: dict[str, Case] = {
    "a comparison of two scenarios of one name": Case(
        command="compare scenario.yaml lain.yaml",
        files={"lain.yaml": "extends: scenario.yaml\ntransition: {year_sd: 0.3}\n"},
    ),
    "a comparison of one scenario under two names": Case(
        command="compare scenario.yaml lain.yaml --precision 0.01 --engine exact"
    ),
    "a comparison of many districts": Case(command="compare scenario.yaml banyak.yaml", files=MANY),
    "a comparison of different questions": _compared("origin: 2024\nhorizon: 2\ntarget: {share: 0.1}\n"),
    "a comparison of two districts": _compared('district: {code: "63.02", name: Kabupaten Lain}\n'),
    "a comparison of other villages": _compared("", KNOWN.replace("63.01.0.00", "63.01.0.99")),
    "a comparison of other kecamatan": _compared("", KNOWN.replace("Kampung 0,Kecamatan 0", "Kampung 0,Kecamatan 1")),
    "a comparison of other statuses": _compared("", KNOWN.replace(",0,dasar", ",0,mandiri")),
    "a comparison with unknown statuses": _compared(f"  status_counts: {COUNTS}\n", UNKNOWN),
    "a comparison of other counts": Case(
        command="compare satu.yaml dua.yaml", files={**_counted("satu", "10,5,3,2"), **_counted("dua", "9,6,3,2")}
    ),
}


def _planned(
    options: str = "", names: str = "pokja", plan: str = "starts: 2026, capacity: 2", **settings: object
) -> Case:
    """Return a plan of a scenario whose interventions all have the same keys."""
    entries = "".join(f"\n  - {{name: {name}, {plan}}}" for name in names.split())
    sections = ("horizon: 2", f"interventions:{entries}") if names else ("horizon: 2",)
    return Case(command=f"plan scenario.yaml --no-figures {options}".rstrip(), sections=sections, **settings)  # type: ignore[arg-type]


COSTS = "starts: 2026, capacity: 2, cost_idr_million: 10"
PLANNED: dict[str, Case] = {
    "a plan of many districts": Case(command="plan banyak.yaml", files=MANY),
    "a plan without interventions": _planned(names=""),
    "a plan of several interventions": _planned(names="pokja media"),
    "a lever misspelt": _planned("--vary pokja.capasity"),
    "a lever of nothing": _planned("--vary anggaran"),
    "two levers of one intervention": _planned("--vary pokja.capacity --vary pokja.coverage"),
    "four levers": _planned(" ".join(f"--vary {name}.capacity" for name in "abcd"), names="a b c d"),
    "a budget beside a lever": _planned("--vary budget --vary pokja.capacity", plan=COSTS),
    "a budget where nothing costs": _planned("--vary budget"),
    "a plan for a year too early": _planned(plan="starts: 2027, capacity: 2"),
    "a plan that reaches nobody": _planned(
        plan="starts: 2026, capacity: 2, eligible: {status: [dasar]}", table=KNOWN.replace(",dasar", ",berkembang")
    ),
    "a probability in percent": _planned("--probability 90"),
    "a year without a forecast": _planned("--year 2050"),
    "a year and every year": _planned("--year 2026 --every-year"),
    "a limit where nothing costs": _planned("--budget 100"),
    "a limit with grouped thousands": _planned("--budget 1.000", plan=COSTS),
    "a limit with a decimal comma": _planned("--budget 12,5", plan=COSTS),
    "a limit below nothing": _planned("--budget -2.5"),
    "a limit below what is fixed": _planned(
        "--vary pokja.capacity --budget 1 --quiet", names="pokja media", plan=COSTS
    ),
    "a limit of a year below what is fixed": _planned(
        "--vary pokja.capacity --budget-per-year 1 --quiet", names="pokja media", plan=COSTS
    ),
    "a limit on a year and on all": _planned("--budget 100 --budget-per-year 10", plan=COSTS),
    "an exact plan of a later year": _planned("--engine exact --year 2027"),
}
"""Plans; their scenarios are fixed where they do not say otherwise."""

CHOSEN: dict[str, Case] = {
    "a choice of one": Case(command="robustness scenario.yaml"),
    "a choice between two worlds": Case(
        command="robustness scenario.yaml lain.yaml",
        files={"lain.yaml": "extends: scenario.yaml\nname: lain\ntransition: {year_sd: 0.3}\n"},
    ),
    "what matters where all is fixed": Case(command="sensitivity scenario.yaml"),
    "what matters with one replicate": Case(
        command="sensitivity scenario.yaml --replicates 1", changes={"year_sd": None}
    ),
    "failures where all is fixed": Case(command="discover scenario.yaml"),
    "failures of few draws": Case(command="discover scenario.yaml --draws 20", changes={"year_sd": None}),
    "what matters in many districts": Case(command="sensitivity banyak.yaml", files=MANY),
}
"""Choices, and what they hang on."""


def decision_cases() -> dict[str, Case]:
    """Return every case of this module by its name."""
    return {**COMPARED, **PLANNED, **CHOSEN}
