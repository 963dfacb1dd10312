"""Every column of every table is described once, and holds what its description says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from told import written

import simulation as kkb
from simulation.domain.columns import PLACES, TABLES, Column
from simulation.inference.forecasting import forecast_to_precision
from simulation.report.kinds.registry import KINDS
from simulation.report.language import language
from simulation.report.register.document import COLUMNS as OF_THE_RECORD
from simulation.report.store.data_package import DATA_PACKAGE, data_package

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "results" / "README.md"
HEADING = "## What the columns mean\n"
SCENARIOS = ROOT / "scenarios"


class Fragile(kkb.VillageAgent):
    """A village that breaks off every trajectory but the first."""

    def decide(self) -> None:
        """Decide as any village does, or raise."""
        super().decide()
        if self.model.environment.trajectories.replicate[0]:
            raise LookupError("no road")


def scenario(name: str = "contoh_pendampingan") -> kkb.Scenario:
    """Return a scenario of the repository."""
    return kkb.load_scenario(SCENARIOS / f"{name}.yaml")


def learned() -> kkb.Posterior:
    """Return the posterior of a small calibration."""
    district = scenario("contoh_belajar")
    gathered = kkb.read_evidence(SCENARIOS / "data" / "contoh_belajar_daftar.xlsx", district)
    return kkb.calibrate(gathered.evidence, district, draws=30)


def past_years() -> kkb.Backtest:
    """Return a back-test of two years of forty villages."""
    status = np.array([[min(3, (i * 7 + t) % 5) for t in range(4)] for i in range(40)], dtype=np.int8)
    panel = kkb.Panel("99.01", tuple(f"99.01.{i:04d}" for i in range(40)), (2021, 2022, 2023, 2024), status)
    return kkb.backtest(panel, draws=20)


def with_failures() -> kkb.Forecast:
    """Return a forecast in which agents fail."""
    with pytest.warns(kkb.FailedTrajectoriesWarning):
        return kkb.forecast(scenario(), 2, 2, 5, engine="mesa", agent_class=Fragile)


ANSWERS: dict[str, tuple[str, Callable[[], Any]]] = {
    "a forecast": ("forecast", lambda: kkb.forecast(scenario(), 10, 4)),
    "one of several districts": ("forecast", lambda: kkb.forecast(scenario("provinsi_contoh"), 5, 4)),
    "an exact one": ("forecast", lambda: kkb.forecast(scenario(), 10, engine="exact")),
    "one with failures": ("forecast", with_failures),
    "one to a precision": ("forecast", lambda: forecast_to_precision(scenario(), 0.4, 10, 4)),
    "a comparison": ("comparison", lambda: kkb.compare(scenario("contoh"), scenario(), draws=10, replicates=4)),
    "a plan": ("plan", lambda: kkb.plan(scenario(), 0.5, "pendampingan.capacity", draws=20, replicates=4)),
    "sensitivity": ("sensitivity", lambda: kkb.sensitivity(scenario("contoh"), 16, 8)),
    "robustness": ("robustness", lambda: kkb.robustness([scenario("contoh"), scenario()], 20, 4)),
    "a search for failures": ("discovery", lambda: kkb.discover(scenario("tanah_laut"), 400)),
    "a back-test": ("backtest", past_years),
    "a calibration": ("calibration", learned),
    "an explanation": ("explanation", lambda: kkb.explain(scenario(), "99.01.01.2001", draws=5, replicates=4)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ANSWERS)
def test_every_column_is_described_and_holds_what_is_said(name: str, tmp_path: Path) -> None:
    """Each column of each table of the folder: its type, its bounds, text where codes are."""
    kind, make = ANSWERS[name]
    answer = written(make(), tmp_path)
    assert answer.folder.kind is KINDS[kind]
    package = json.loads((answer.path / DATA_PACKAGE).read_text(encoding="utf-8"))
    tables = {path.name for path in answer.path.iterdir() if path.suffix in {".csv", ".parquet"}}
    assert {each["path"] for each in package["resources"]} == tables - {"posterior.parquet"}
    for resource in package["resources"]:
        frame = answer.table(resource["name"])
        assert list(frame) == [field["name"] for field in resource["schema"]["fields"]]
        for field in resource["schema"]["fields"]:
            found = TABLES[resource["name"]].of(field["name"])
            assert found is not None, f"describe {field['name']} of {resource['path']} in simulation/domain/columns.py"
            _holds(frame[field["name"]], found[0])


def _holds(values: pd.Series[Any], column: Column) -> None:
    known = values.dropna()
    match column.kind:
        case "string":
            assert known.map(lambda value: isinstance(value, str)).all(), column.name
            return
        case "boolean":
            assert known.isin([True, False]).all(), column.name
            return
        case "integer":
            assert (known == known.round()).all(), column.name
    assert known.map(np.isreal).all(), column.name
    assert column.low is None or (known >= column.low).all(), column.name
    assert column.high is None or (known <= column.high).all(), column.name


def test_every_kind_of_answer_is_among_these() -> None:
    """A new kind gets a case here, and so a description of its columns."""
    assert {kind for kind, _ in ANSWERS.values()} == set(KINDS)


def test_the_columns_of_the_record_are_described() -> None:
    """The table that scores of locked forecasts are written to."""
    assert [name for name in OF_THE_RECORD if TABLES["record"].of(name) is None] == []


def test_the_columns_of_a_grid_are_described() -> None:
    """Those of its numbers by name, the keys that it varies as such."""
    table = kkb.grid(kkb.example("contoh"), {"rise.dasar": [0.05, 0.1]}, draws=4, replicates=4).table
    found = {name: TABLES["grid"].of(name) for name in table}
    assert {name for name, known in found.items() if known is not None and known[0].kind == "any"} == {"rise.dasar"}
    for name, known in found.items():
        assert known is not None
        _holds(table[name], known[0])


def test_no_column_of_a_table_is_described_twice() -> None:
    """Among the names that a place allows, the first description is meant."""
    for table in TABLES.values():
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names)
        assert all(place in PLACES for column in table.columns for place in column.places)


def columns_of_every_table() -> str:
    """Return the part of the page of results that tells what columns mean, in both languages."""
    say, lines = language("id").problem, [HEADING]
    lines.append(
        "Made from `simulation/domain/columns.py`, as are the docstrings in Python and `datapackage.json` in each "
        "folder. `{level}` is dasar, berkembang, mandiri or paripurna; `{quantile}` q05, q25, q50, q75 or q95; others "
        "stand for names.\n"
    )
    for table in TABLES.values():
        lines += [f"**{table.name}**: {table.row}. *{say(table.row)}.*\n"]
        lines += ["| column | type | unit | meaning | arti |", "|---|---|---|---|---|"]
        for column in table.columns:
            places = {place: f"`{{{place}}}`" for place in column.places}
            meaning = column.meaning.filled(**places)
            unit = "" if column.unit is None else column.unit
            lines.append(f"| `{column.name}` | {column.kind} | {unit} | {meaning} | {say(meaning)} |")
        lines.append("")
    return "\n".join(lines)


def test_the_page_of_results_says_what_the_columns_mean(request: pytest.FixtureRequest) -> None:
    """From the same descriptions; ``--refresh-texts`` writes it anew."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, _ = text.partition(HEADING)
    wanted = before + columns_of_every_table()
    if request.config.getoption("--refresh-texts"):
        PAGE.write_text(wanted, encoding="utf-8")
        return
    assert text == wanted


def test_a_column_that_is_not_known_is_named_and_nothing_more() -> None:
    """Such as one that a researcher's own mechanism records."""
    (resource,) = data_package("forecast", {"years.csv": ["year", "rainfall"]})["resources"]
    year, rainfall = resource["schema"]["fields"]
    assert year["description_id"] == "Tahun kalender yang diprakirakan"
    assert rainfall == {"name": "rainfall", "type": "any"}


@pytest.mark.parametrize(
    ("attribute", "columns"),
    [
        (kkb.Forecast.years, ("rises_{quantile}", "judged_mean", "probability_met")),
        (kkb.Forecast.ensemble, ("chance_met",)),
        (kkb.Comparison.years, ("difference",)),
        (kkb.Plan.settings, ("lower95",)),
    ],
)
def test_the_columns_of_a_public_attribute_stand_in_its_docstring(attribute: Any, columns: tuple[str, ...]) -> None:
    """From the same descriptions."""
    for column in columns:
        assert f"\n{column} : " in attribute.__doc__


def test_the_years_of_a_forecast_may_be_changed_by_whoever_asks(small: kkb.Forecast) -> None:
    """They are computed once; each caller has a copy."""
    years = small.years
    years["rises_mean"] = -1.0
    assert (small.years["rises_mean"] >= 0).all()
