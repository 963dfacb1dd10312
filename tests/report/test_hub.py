"""hub.csv is what a hub of the hubverse accepts, and the hub of these tests accepts nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import pytest
from districts import make_scenario, make_villages
from hub_validator import config_faults, file_faults

from simulation.domain.distributions import HalfNormal
from simulation.domain.target import Target
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario
from simulation.report.files import write_csv
from simulation.report.kinds.forecast.kind import tables_of
from simulation.report.kinds.forecast.result import result_of

EXAMPLE = Path(__file__).parents[2] / "results" / "example"
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
TASK_IDS = ("origin_date", "target", "horizon", "location")
COUNTS = {
    "rises": {"type": "integer", "minimum": 0},
    "entries": {"type": "integer", "minimum": 0},
    "stock": {"type": "integer", "minimum": 0},
    "net_rises": {"type": "integer"},
}
"""Values of each count; only rises minus falls can be below zero."""


def hub(origin: int, horizon: int, locations: list[str], counts: tuple[str, ...] = ("rises",)) -> dict[str, Any]:
    """Return the tasks.json of a hub that collects forecasts of Kampung KB.

    The horizon counts years, for which the hubverse has no unit of steps; the targets are therefore not declared
    as steps ahead.
    """
    quantiles = {"output_type_id": {"required": list(LEVELS)}, "is_required": True}
    chances = {"output_type_id": {"required": ["met", "not_met"]}, "is_required": True}
    share = {"type": "double", "minimum": 0, "maximum": 1}
    groups = [
        *((name, "discrete", {"quantile": {**quantiles, "value": COUNTS[name]}}) for name in counts),
        ("target", "nominal", {"pmf": {**chances, "value": share}}),
    ]
    return {
        "schema_version": "https://raw.githubusercontent.com/hubverse-org/schemas/main/v5.0.1/tasks-schema.json",
        "rounds": [
            {
                "round_id_from_variable": True,
                "round_id": "origin_date",
                "model_tasks": [
                    {
                        "task_ids": {
                            "origin_date": {"required": [f"{origin}-12-31"], "optional": None},
                            "target": {"required": [name], "optional": None},
                            "horizon": {"required": list(range(1, horizon + 1)), "optional": None},
                            "location": {"required": locations, "optional": None},
                        },
                        "output_type": outputs,
                        "target_metadata": [
                            {
                                "target_id": name,
                                "target_name": f"Kampung KB: {name}",
                                "target_units": "villages",
                                "target_keys": {"target": name},
                                "target_type": kind,
                                "is_step_ahead": False,
                            }
                        ],
                    }
                    for name, kind, outputs in groups
                ],
                "submissions_due": {"start": f"{origin}-12-01", "end": f"{origin + 1}-03-31"},
            }
        ],
    }


def text_of(result: Forecast, folder: Path) -> str:
    """Return hub.csv of a forecast as written to a folder."""
    (table,) = [one for one in tables_of(result, result_of(result)) if one.name == "hub.csv"]
    write_csv(folder / table.name, table.columns, table.rows)
    return (folder / "hub.csv").read_text(encoding="utf-8")


def district(*, target: Target | None = None, **settings: Any) -> Scenario:
    """Return a district of 40 villages with uncertain years, four forecast years ahead."""
    scalars = {"year_sd": HalfNormal(0.5), "fall": 0.3, **settings.pop("scalars", {})}
    villages = make_villages([25, 15], status=[0] * 22 + [1] * 9 + [2] * 3 + [3] * 6)
    return make_scenario(villages, scalars, target=target or Target(), horizon=4, **settings)


READINGS: dict[str, tuple[Target, tuple[str, ...]]] = {
    "rises of all villages": (Target(), ("rises",)),
    "rises of those below the top": (Target(denominator="below_top"), ("rises",)),
    "rises minus falls": (Target(net_of_falls=True), ("rises", "net_rises")),
    "entries": (Target(reading="entries"), ("rises", "entries")),
    "stock": (Target(reading="stock", share=Fraction("0.3")), ("rises", "stock")),
}


@pytest.mark.parametrize("reading", READINGS)
def test_every_reading_of_the_target_is_accepted(reading: str, tmp_path: Path) -> None:
    """Whatever is judged, quantiles of its count and the chance that it is enough make a sound submission."""
    target, counts = READINGS[reading]
    config = hub(2025, 4, ["63.99"], counts)
    assert config_faults(config) == []
    assert file_faults(text_of(forecast(district(target=target), 20, 30, 3), tmp_path), config) == []


def test_rises_minus_falls_may_be_below_zero(tmp_path: Path) -> None:
    """Where most villages fall the quantiles are negative, and stand in the file as numbers."""
    scenario = district(target=Target(net_of_falls=True), scalars={"fall": 0.9})
    text = text_of(forecast(scenario, 20, 30, 3), tmp_path)
    assert ",net_rises,1,63.99,quantile,0.05,-" in text
    assert file_faults(text, hub(2025, 4, ["63.99"], ("rises", "net_rises"))) == []


def test_the_published_example_is_accepted() -> None:
    """The file in results/example is a sound submission for the years it forecasts."""
    said = json.loads((EXAMPLE / "forecast.json").read_text(encoding="utf-8"))
    (district,) = said["districts"]
    config = hub(said["origin"], len(district["years"]), [district["district_code"]])
    assert file_faults((EXAMPLE / "hub.csv").read_text(encoding="utf-8"), config) == []


def test_several_districts_are_accepted(several: Forecast, tmp_path: Path) -> None:
    """Each district is a location of its own, one with synthetic counts included."""
    codes = [one.villages.district_code for one in several.districts]
    assert file_faults(text_of(several, tmp_path), hub(2025, 5, codes)) == []


@pytest.mark.parametrize("code", ["63.10", "06", "6301"])
def test_a_location_keeps_the_letters_of_its_code(code: str, tmp_path: Path) -> None:
    """Dots, leading and trailing zeros of a code stay, for a hub compares locations as text."""
    scenario = make_scenario(make_villages([9], status=[0] * 9, code=code), horizon=2)
    assert file_faults(text_of(forecast(scenario, 1, 50, 3), tmp_path), hub(2025, 2, [code])) == []


@pytest.mark.parametrize("reading", ["rises", "entries", "stock"])
def test_an_exact_result_is_accepted(reading: Literal["rises", "entries", "stock"], tmp_path: Path) -> None:
    """Counts that an exact result does not know are left out whole, never half."""
    scenario = replace(district(target=Target(reading=reading)), horizon=1)
    result = forecast(scenario, 3, engine="exact")
    known = ("rises",) if result.districts[0].years[0].judged is None or reading == "rises" else ("rises", reading)
    assert file_faults(text_of(result, tmp_path), hub(2025, 1, ["63.99"], known)) == []


@pytest.mark.parametrize("engine", ["batch", "exact"])
@pytest.mark.parametrize(
    ("status", "rise", "values"),
    [
        ([3] * 30, 0.4, {"0"}),
        ([0] * 30, 0.0, {"0"}),
        ([0] * 30, 1.0, {"30", "0"}),
    ],
    ids=["saturated", "nobody moves", "everybody moves"],
)
def test_a_certain_count_is_accepted(
    engine: Literal["batch", "exact"], status: list[int], rise: float, values: set[str], tmp_path: Path
) -> None:
    """Where nothing is left to chance all quantiles agree, and met and not_met are 0 and 1."""
    scalars = {**{f"rise.{level}": rise for level in ("dasar", "berkembang", "mandiri")}, "fall": 0.0}
    scenario = make_scenario(
        make_villages([30], status=status), {**scalars, "skip.berkembang": 1.0, "skip.mandiri": 1.0}
    )
    text = text_of(forecast(scenario, 1, 40, 3, engine=engine), tmp_path)
    assert {line.rpartition(",")[2] for line in text.splitlines() if ",quantile," in line} <= values
    assert {line.rpartition(",")[2] for line in text.splitlines() if ",pmf," in line} == {"0", "1"}
    assert file_faults(text, hub(2025, 5, ["63.99"])) == []


SOUND = """\
origin_date,target,horizon,location,output_type,output_type_id,value
2025-12-31,rises,1,06.10,quantile,0.05,2
2025-12-31,rises,1,06.10,quantile,0.25,7
2025-12-31,rises,1,06.10,quantile,0.5,7
2025-12-31,rises,1,06.10,quantile,0.75,21
2025-12-31,rises,1,06.10,quantile,0.95,60
2025-12-31,target,1,06.10,pmf,met,0.78995
2025-12-31,target,1,06.10,pmf,not_met,0.21005
"""
LAST = "2025-12-31,target,1,06.10,pmf,not_met,0.21005\n"

BROKEN: dict[str, tuple[str, str, str]] = {
    "a column of another name": (",value\n", ",estimate\n", "columns"),
    "columns in another order": ("target,horizon", "horizon,target", "columns"),
    "a cell too few": ("pmf,met,0.78995", "pmf,met", "row 7: 6 cells"),
    "a cell too many": ("pmf,met,", "pmf,met,,", "row 7: 8 cells"),
    "an empty value": ("0.75,21", "0.75,", "row 5: value is missing"),
    "a value that is not available": ("0.75,21", "0.75,NA", "row 5: value is missing"),
    "no location": ("06.10,pmf,met", ",pmf,met", "row 7: location is missing"),
    "a date in another order": (LAST, LAST.replace("2025-12-31", "31-12-2025"), "row 8: origin_date"),
    "a day that is none": (LAST, LAST.replace("2025-12-31", "2025-12-32"), "row 8: origin_date 2025-12-32 is no day"),
    "a compact date": (LAST, LAST.replace("2025-12-31", "20251231"), "row 8: origin_date"),
    "another round": (LAST, LAST.replace("2025", "2026"), "more than one round"),
    "an unknown target": ("rises,1,06.10,quantile,0.05", "risen,1,06.10,quantile,0.05", "is not asked for"),
    "a horizon with decimals": ("rises,1,06.10,quantile,0.05", "rises,1.0,06.10,quantile,0.05", "is not asked for"),
    "a horizon beyond the hub's": ("rises,1,06.10,quantile,0.05", "rises,2,06.10,quantile,0.05", "is not asked for"),
    "a code that became a number": ("06.10,quantile,0.95", "6.1,quantile,0.95", "is not asked for"),
    "an unknown output type": ("pmf,met", "probability,met", "is not asked for"),
    "quantiles of a target of categories": ("pmf,met", "quantile,0.5", "is not asked for"),
    "a level that is not asked for": ("quantile,0.25", "quantile,0.2", "is not asked for"),
    "a level with a zero more": ("quantile,0.5,", "quantile,0.50,", "is not asked for"),
    "a level of 1": ("quantile,0.95", "quantile,1", "is not asked for"),
    "an unknown category": ("pmf,met", "pmf,yes", "is not asked for"),
    "half a village": ("0.75,21", "0.75,21.5", "21.5 is not of type integer"),
    "a number in words": ("0.75,21", "0.75,many", "many is not of type integer"),
    "a decimal comma": ("met,0.78995", 'met,"0,78995"', "0,78995 is not of type double"),
    "no end": ("0.95,60", "0.95,inf", "inf is not of type integer"),
    "a count below zero": ("0.05,2", "0.05,-2", "-2 is out of range"),
    "a chance above 1": ("met,0.78995", "met,1.2", "1.2 is out of range"),
    "a row twice": (LAST, LAST + LAST, "twice"),
    "two values of one row": (LAST, LAST + LAST.replace("0.21005", "0.3"), "twice"),
    "a quantile left out": ("2025-12-31,rises,1,06.10,quantile,0.25,7\n", "", "missing"),
    "a category left out": (LAST, "", "missing"),
    "quantiles that decrease": ("0.75,21", "0.75,6", "quantiles decrease"),
    "chances that do not make 1": ("met,0.78995", "met,0.78996", "do not sum to 1"),
    "categories in another order": (
        "met,0.78995\n" + LAST, f"not_met,0.21005\n{LAST.replace('not_met,0.21005', 'met,0.78995')}", "out of order"
    ),
}  # fmt: skip


def test_the_sound_file_of_these_tests_is_accepted() -> None:
    """What the mutations start from has no fault, so that each fault found is the mutation's."""
    assert file_faults(SOUND, hub(2025, 1, ["06.10"])) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_breaks_a_rule_is_refused_for_it(name: str) -> None:
    """Each rule, broken once in a sound file, is named among the faults that the hub finds."""
    old, new, fault = BROKEN[name]
    assert old in SOUND
    found = file_faults(SOUND.replace(old, new, 1), hub(2025, 1, ["06.10"]))
    assert fault in " | ".join(found), found


@pytest.mark.parametrize(("horizon", "locations"), [(2, ["06.10"]), (1, ["06.10", "06.11"])])
def test_a_submission_without_a_required_task_is_refused(horizon: int, locations: list[str]) -> None:
    """A year or a district that the hub asks for and the file leaves out is a fault."""
    assert any(fault.startswith("missing") for fault in file_faults(SOUND, hub(2025, horizon, locations)))


def _into(*keys: str | int) -> Callable[[dict[str, Any]], Any]:
    """Return what finds the place below `keys` in the first group of tasks."""

    def place(config: dict[str, Any]) -> Any:
        part: Any = config["rounds"][0]["model_tasks"]
        for key in keys:
            part = part[key]
        return part

    return place


UNSOUND: dict[str, tuple[Callable[[dict[str, Any]], Any], Mapping[str, Any], str]] = {
    "a level of 1": (_into(0, "output_type", "quantile", "output_type_id"), {"required": [0.5, 1]}, "quantile levels"),
    "a level twice": (_into(0, "output_type", "quantile", "output_type_id"), {"required": [0.5, 0.5]}, "twice"),
    "values of no type": (_into(0, "output_type", "quantile", "value"), {"type": "count"}, "values of type count"),
    "years as steps": (_into(0, "target_metadata", 0), {"is_step_ahead": True, "time_unit": "year"}, "steps of a year"),
    "a target of no type": (_into(0, "target_metadata", 0), {"target_type": "counts"}, "no target type"),
    "chances of counts": (_into(1, "target_metadata", 0), {"target_type": "discrete"}, "pmf of a target"),
    "quantiles of categories": (_into(0, "target_metadata", 0), {"target_type": "nominal"}, "quantiles of a target"),
    "a target undescribed": (_into(0, "target_metadata", 0), {"target_keys": {"target": "falls"}}, "described"),
    "a long name": (_into(0, "target_metadata", 0), {"target_id": "rises" * 7}, "target_id has 35 characters"),
    "an unknown output": (_into(0, "output_type"), {"mode": {
        "output_type_id": {"required": []}, "is_required": True, "value": {"type": "integer"}}}, "no output type"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNSOUND)
def test_a_configuration_that_breaks_a_rule_is_refused_for_it(name: str) -> None:
    """The rules for tasks.json are checked, so that the configuration of these tests could be a hub's."""
    place, change, fault = UNSOUND[name]
    config = hub(2025, 1, ["06.10"])
    place(config).update(change)
    assert fault in " | ".join(config_faults(config))
