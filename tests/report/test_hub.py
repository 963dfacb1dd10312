"""hub.csv is what a hub of the hubverse accepts, and the hub of these tests accepts nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import pytest
from districts import make_scenario, make_villages
from hub_validator import config_faults, file_faults

import simulation as kkb
from simulation.domain.distributions import HalfNormal
from simulation.domain.target import Target
from simulation.engine.effort import Effort
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario
from simulation.report.files import write_csv
from simulation.report.kinds.forecast import hub as module
from simulation.report.kinds.forecast.kind import tables_of
from simulation.report.kinds.forecast.result import ask, result_of

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "results" / "example"
README = (ROOT / "README.md").read_text(encoding="utf-8")
LEVELS = (
    0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9,
    0.95, 0.975, 0.99,
)  # fmt: skip
TASK_IDS = ("origin_date", "target", "horizon", "location")
COUNTS = {
    "rises": {"type": "integer", "minimum": 0},
    "entries": {"type": "integer", "minimum": 0},
    "stock": {"type": "integer", "minimum": 0},
    "net_rises": {"type": "integer"},
}
"""Values of each count; only rises minus falls can be below zero."""


def hub(
    origin: int, horizon: int, locations: list[str], counts: tuple[str, ...] = ("rises",), samples: int = 100,
    levels: tuple[float, ...] = LEVELS,
) -> dict[str, Any]:  # fmt: skip
    """Return the tasks.json of a hub that collects forecasts of Kampung KB, with so many samples.

    The horizon counts years, for which the hubverse has no unit of steps; the targets are therefore not declared
    as steps ahead.
    """
    quantiles = {"output_type_id": {"required": list(levels)}, "is_required": True}
    drawn = {"type": "integer", "min_samples_per_task": samples, "max_samples_per_task": samples}
    sample = {
        "output_type_id_params": {**drawn, "compound_taskid_set": ["origin_date", "target"]}, "is_required": True,
    }  # fmt: skip
    chances = {"output_type_id": {"required": ["met", "not_met"]}, "is_required": True}
    share = {"type": "double", "minimum": 0, "maximum": 1}
    outputs = {"quantile": quantiles, **({"sample": sample} if samples else {})}
    groups = [
        *((name, "discrete", {of: {**each, "value": COUNTS[name]} for of, each in outputs.items()}) for name in counts),
        ("target", "nominal", {"pmf": {**chances, "value": share}}),
    ]
    return {
        "schema_version": "https://raw.githubusercontent.com/hubverse-org/schemas/main/v5.1.0/tasks-schema.json",
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
    tables = {one.name: one for one in tables_of(result, result_of(result))}
    write_csv(folder / "hub.csv", tables["hub.csv"].columns, tables["hub.csv"].rows)
    write = tables["tasks.json"].write
    assert write is not None
    write(folder / "tasks.json")
    text = (folder / "hub.csv").read_text(encoding="utf-8")
    config = json.loads((folder / "tasks.json").read_text(encoding="utf-8"))
    assert config_faults(config) == []
    assert file_faults(text, config) == []
    return text


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
    assert file_faults(text_of(forecast(scenario, 1, 50, 3), tmp_path), hub(2025, 2, [code], samples=50)) == []


@pytest.mark.parametrize("reading", ["rises", "entries", "stock"])
def test_an_exact_result_is_accepted(reading: Literal["rises", "entries", "stock"], tmp_path: Path) -> None:
    """Counts that an exact result does not know are left out whole, never half."""
    scenario = replace(district(target=Target(reading=reading)), horizon=1)
    result = forecast(scenario, 3, engine="exact")
    known = ("rises",) if result.districts[0].years[0].judged is None or reading == "rises" else ("rises", reading)
    assert file_faults(text_of(result, tmp_path), hub(2025, 1, ["63.99"], known, samples=0)) == []


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
    assert file_faults(text, hub(2025, 5, ["63.99"], samples=40 if engine == "batch" else 0)) == []


def test_samples_are_simulations_of_the_ensemble(several: Forecast, tmp_path: Path) -> None:
    """Each tells the same simulation of every district and year: its number is draw × replicates + replicate."""
    text_of(several, tmp_path)
    table = kkb.read_hub(tmp_path)
    samples = table[table["output_type"] == "sample"]
    ensemble = several.ensemble.set_index(["draw", "replicate", "year", "district_code"])["rises"]
    number = samples["output_type_id"].astype(int)
    places = zip(number // 20, number % 20, samples["horizon"] + 2025, samples["location"], strict=True)
    assert samples["value"].tolist() == [ensemble[place] for place in places]
    assert number.nunique() == 100
    assert number.max() >= 12 * 20 * 0.98


def test_many_districts_have_fewer_samples(several: Forecast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the file stays small; the configuration says how many."""
    monkeypatch.setattr(module, "MOST_SAMPLE_ROWS", 3 * 5 * 7)
    assert text_of(several, tmp_path).count(",sample,") == 3 * 5 * 7


def test_simulations_that_failed_are_no_samples() -> None:
    """Only those count that are kept in every district."""

    class Fragile(kkb.VillageAgent):
        """A village that breaks off some simulations."""

        def decide(self) -> None:
            """Decide as any village does, or raise."""
            super().decide()
            if int(self.model.environment.trajectories.replicate[0]) % 2:
                raise LookupError("no road")

    with pytest.warns(kkb.FailedTrajectoriesWarning):
        result = forecast(district(), 3, 4, 3, engine="mesa", agent_class=Fragile)
    (table, _) = module.hub_tables(result, replace(result_of(result), agent=None))
    ids = {row[-2] for row in table.rows if row[-3] == "sample"}
    assert ids == {0, 2, 4, 6, 8, 10}


def test_fine_quantiles_hold_those_of_the_forecast(several: Forecast, tmp_path: Path) -> None:
    """The five that forecast.json has are among the 23, the same numbers."""
    text_of(several, tmp_path)
    table = kkb.read_hub(tmp_path)
    for one in several.districts:
        for horizon, year in enumerate(one.years, 1):
            mine = table[(table["location"] == one.villages.district_code) & (table["horizon"] == horizon)]
            values = mine[mine["output_type"] == "quantile"].set_index("output_type_id")["value"]
            assert {level: values[str(level)] for level in year.rises.quantiles} == dict(year.rises.quantiles)


def test_a_hub_has_names_of_its_own(tmp_path: Path) -> None:
    """As the scenario gives them; what it does not name keeps its name here. The run has another id then."""
    plain = district(target=Target(reading="entries"))
    named = plain.with_(**{"hub.rises": "annual rises", "hub.target": "annual target"})
    text = text_of(forecast(named, 20, 30, 3), tmp_path)
    assert {line.split(",")[1] for line in text.splitlines()[1:]} == {"annual rises", "entries", "annual target"}
    groups = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))["rounds"][0]["model_tasks"]
    assert [group["task_ids"]["target"]["required"] for group in groups] == [
        ["annual rises"], ["entries"], ["annual target"]
    ]  # fmt: skip
    assert named.document["hub"] == {"rises": "annual rises", "target": "annual target"}
    assert "hub" not in plain.document
    effort = Effort(20, 30)
    assert ask(named, effort, 3, "batch").id != ask(plain, effort, 3, "batch").id


def test_a_name_that_a_hub_cannot_have_is_refused() -> None:
    """An empty one, one of something that is not forecast."""
    for key, value in (("hub.rises", ""), ("hub.falls", "annual falls")):
        with pytest.raises(kkb.ScenarioError, match="hub"):
            district().with_(**{key: value})


@pytest.mark.parametrize("code", ["32.10", "06"])
def test_a_hub_file_is_read_with_its_codes_as_text(code: str, tmp_path: Path) -> None:
    """From a folder or a file of any name."""
    scenario = make_scenario(make_villages([9], status=[0] * 9, code=code), horizon=1)
    text_of(forecast(scenario, 1, 50, 3), tmp_path)
    path = tmp_path / "2025-12-31-team-model.csv"
    path.write_bytes((tmp_path / "hub.csv").read_bytes())
    for read in (kkb.read_hub(tmp_path), kkb.read_hub(path)):
        assert read["location"].unique().tolist() == [code]
        assert read["horizon"].dtype == "int64"
        assert {"0.5", "met", "0"} <= set(read["output_type_id"])


@pytest.mark.parametrize("tool", ["pd", "pl", "duckdb"])
def test_the_line_that_readme_gives_for_a_tool_keeps_codes(tool: str, tmp_path: Path) -> None:
    """For pandas and DuckDB, and for Polars where it is installed: it is too large for the development tools."""
    tools = {"pd": "pandas", "pl": "polars", "duckdb": "duckdb"}
    module_of = pytest.importorskip(tools[tool]) if tool == "pl" else import_module(tools[tool])
    scenario = make_scenario(make_villages([9], status=[0] * 9, code="32.10"), horizon=1)
    text_of(forecast(scenario, 1, 50, 3), tmp_path)
    (call,) = re.findall(rf"^({tool}\..*results/example/hub\.csv.*)$", README, re.MULTILINE)
    found = eval(call.replace("results/example", tmp_path.as_posix()), {tool: module_of})  # noqa: S307
    table = found.df() if tool == "duckdb" else found
    assert set(table["location"]) == {"32.10"}
    assert {"0.5", "met"} <= set(table["output_type_id"])


FEW = (0.05, 0.25, 0.5, 0.75, 0.95)
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

SAMPLED = SOUND + "".join(
    f"2025-12-31,rises,{horizon},06.10,sample,{number},{horizon + number}\n" for horizon in (1, 2) for number in (4, 9)
)

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


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("sample,4,5\n", "sample,4,5\n2025-12-31,rises,1,06.10,sample,5,5\n", "3 samples"),
        ("2025-12-31,rises,2,06.10,sample,9,11\n", "", "1 samples"),
        ("2,06.10,sample,9,11", "2,06.10,sample,8,11", "different tasks of a compound task"),
        ("sample,4,5", "sample,first,5", "is not asked for"),
        ("sample,4,5", "sample,4,half", "half is not of type integer"),
    ],
)
def test_samples_that_break_a_rule_are_refused_for_it(old: str, new: str, fault: str) -> None:
    """As many as asked for, each telling all years of its simulation."""
    config = hub(2025, 2, ["06.10"], samples=2, levels=FEW)
    whole = SAMPLED + re.sub(
        r"^(.*?,)1(,06.10,(?:quantile|pmf))", r"\g<1>2\2", SOUND.split("\n", 1)[1], flags=re.MULTILINE
    )
    assert file_faults(whole, config) == []
    assert old in whole
    assert fault in " | ".join(file_faults(whole.replace(old, new, 1), config))


def test_the_sound_file_of_these_tests_is_accepted() -> None:
    """What the mutations start from has no fault, so that each fault found is the mutation's."""
    assert file_faults(SOUND, hub(2025, 1, ["06.10"], samples=0, levels=FEW)) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_breaks_a_rule_is_refused_for_it(name: str) -> None:
    """Each rule, broken once in a sound file, is named among the faults that the hub finds."""
    old, new, fault = BROKEN[name]
    assert old in SOUND
    found = file_faults(SOUND.replace(old, new, 1), hub(2025, 1, ["06.10"], samples=0, levels=FEW))
    assert fault in " | ".join(found), found


@pytest.mark.parametrize(("horizon", "locations"), [(2, ["06.10"]), (1, ["06.10", "06.11"])])
def test_a_submission_without_a_required_task_is_refused(horizon: int, locations: list[str]) -> None:
    """A year or a district that the hub asks for and the file leaves out is a fault."""
    assert any(
        fault.startswith("missing")
        for fault in file_faults(SOUND, hub(2025, horizon, locations, samples=0, levels=FEW))
    )


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
    config = hub(2025, 1, ["06.10"], samples=0, levels=FEW)
    place(config).update(change)
    assert fault in " | ".join(config_faults(config))
