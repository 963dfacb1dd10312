"""Run folders: names, bytes, reuse, resume."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from districts import everything_on, make_scenario, make_villages
from told import place_of, result_of, written

import simulation as kkb
import simulation.report.store.folder as module
from simulation.domain.distributions import LogitNormal
from simulation.domain.intervention import Intervention
from simulation.domain.messages import KampungError
from simulation.domain.target import Target
from simulation.engine.chunk_folder import ChunkFolder
from simulation.engine.effort import Chunk, Effort
from simulation.engine.outcome import Outcome
from simulation.engine.whole_file import whole_file
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import forecast, forecast_to_precision
from simulation.inputs.scenario import Scenario
from simulation.inputs.tables.cells import unguard
from simulation.report.files import cell, write_csv, write_parquet
from simulation.report.kinds.forecast import kind as tables
from simulation.report.kinds.forecast.hub import HUB_COLUMNS
from simulation.report.kinds.forecast.result import ask
from simulation.report.kinds.kind import Source
from simulation.report.kinds.registry import kind_of
from simulation.report.language import language

INPUTS = ("inputs/scenario.yaml", "inputs/villages.csv")
TABLES = ("forecast.json", "years.csv", "villages.csv", "hub.csv", "ensemble.parquet", "tasks.json", "datapackage.json")


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def folder(small: Forecast, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a finished run folder without figures."""
    run = written(small, tmp_path_factory.mktemp("results"))
    return run.path


def test_a_finished_folder_holds_what_its_manifest_names(folder: Path, small: Forecast) -> None:
    """Nothing is missing, nothing temporary is left, and the manifest says how it was made."""
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest["files"]) == {*TABLES, *INPUTS}
    assert {path.name for path in folder.iterdir()} == {*TABLES, "manifest.json", "inputs", "run.log"}
    assert {f"inputs/{path.name}" for path in (folder / "inputs").iterdir()} == set(INPUTS)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d prakiraan", folder.name)
    assert folder.parent.name == small.scenario.name
    assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name, "index.html"]
    assert manifest["scenarios"][0]["district"]["code"] == "63.01"
    assert (manifest["draws"], manifest["replicates"], manifest["seed"], manifest["engine"]) == (50, 10, 7, "batch")
    assert set(manifest["versions"]) == {"python", *module.PACKAGES}


def test_the_years_table_says_what_the_record_says(folder: Path) -> None:
    """One row a year, the same probabilities."""
    (record,) = json.loads((folder / "forecast.json").read_text())["districts"]
    table = rows(folder / "years.csv")
    assert [int(row["year"]) for row in table] == [2026, 2027, 2028, 2029, 2030]
    assert [float(row["probability_met"]) for row in table] == [year["probability_met"] for year in record["years"]]


def test_the_years_of_a_forecast_are_the_table_of_years(folder: Path, small: Forecast) -> None:
    """The same columns and rows, codes of districts as text."""
    table = rows(folder / "years.csv")
    assert list(small.years.columns) == list(table[0])
    assert small.years["district_code"].tolist() == [row["district_code"] for row in table] == ["63.01"] * len(table)
    assert small.years["year"].tolist() == [int(row["year"]) for row in table]


def test_what_is_judged_stands_in_the_years_and_in_the_hub(small: Forecast, tmp_path: Path) -> None:
    """Mean and quantiles of the count that is held against the needed number, under its own name in the hub."""
    result = forecast(replace(small.scenario, target=Target(reading="stock")), 10, 10, 7)
    run = written(result, tmp_path)
    years = run.result.districts[0].years
    table = rows(run.path / "years.csv")
    assert [float(row["judged_mean"]) for row in table] == [year.judged.mean for year in years]
    for row, year in zip(table, years, strict=True):
        for quantile, value in year.judged.quantiles.items():
            assert float(row[f"judged_q{round(100 * float(quantile)):02d}"]) == value
    hub = [row for row in rows(run.path / "hub.csv") if row["target"] == "stock" and row["output_type"] == "quantile"]
    told = {(int(row["horizon"]), float(row["output_type_id"])): float(row["value"]) for row in hub}
    expected = {(t, level): value for t, year in enumerate(years, 1) for level, value in year.judged.quantiles.items()}
    assert {place: told[place] for place in expected} == expected


def test_the_ensemble_table_has_a_row_for_every_trajectory_and_year(folder: Path, small: Forecast) -> None:
    """In the order of draws, replicates and years; levels sum to the villages."""
    table = pq.read_table(folder / "ensemble.parquet").to_pydict()
    assert len(table["draw"]) == 50 * 10 * 5
    assert table["draw"] == sorted(table["draw"])
    levels = np.array([table[level] for level in ("dasar", "berkembang", "mandiri", "paripurna")])
    assert (levels.sum(axis=0) == 135).all()
    met = np.array(table["chance_met"]).reshape(50, 10, 5).mean(axis=(0, 1))
    assert met == pytest.approx([year.probability_met for year in small.districts[0].years])


def test_the_village_table_says_that_single_statuses_are_unknown(folder: Path) -> None:
    """With counts only, the status at the origin is empty in every row."""
    table = rows(folder / "villages.csv")
    assert len(table) == 135 * 5
    assert {row["origin_status"] for row in table} == {""}
    for row in table[:20]:
        shares = [float(row[f"probability_{level}"]) for level in ("dasar", "berkembang", "mandiri", "paripurna")]
        assert sum(shares) == pytest.approx(1, abs=4e-6)


def test_known_statuses_and_assistance_stand_in_the_village_table(tmp_path: Path) -> None:
    """One assisted column for each intervention."""
    result = forecast(everything_on(), replicates=8)
    run = written(result, tmp_path)
    table = rows(run.path / "villages.csv")
    assert {row["origin_status"] for row in table} == {"dasar", "berkembang", "mandiri", "paripurna"}
    assert {"assisted_pokja", "assisted_data", "assisted_media"} <= set(table[0])


def test_many_villages_go_to_parquet(small: Forecast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit the table has the same columns and rows in another format."""
    monkeypatch.setattr(tables, "VILLAGES_IN_CSV", 100)
    run = written(small, tmp_path)
    table = pq.read_table(run.path / "villages.parquet")
    assert table.num_rows == 135 * 5
    assert not (run.path / "villages.csv").exists()


def test_codes_are_text_in_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of districts and villages, so that whoever reads them need not say so."""
    monkeypatch.setattr(tables, "VILLAGES_IN_CSV", 1)
    first, other = (make_villages([2], status=[0, 1], code=code) for code in ("32.10", "06"))
    run = written(forecast(replace(make_scenario(first), districts=(first, other)), 1, 4), tmp_path)
    for name, column in (("ensemble", "district_code"), ("villages", "district_code"), ("villages", "village_code")):
        found = run.table(name)[column]
        assert pq.read_schema(run.path / f"{name}.parquet").field(column).type == "string"
        assert set(found.str.split(".00").str[0]) == {"32.10", "06"}


def test_several_districts_share_the_tables(several: Forecast, tmp_path: Path) -> None:
    """Every row names its district."""
    run = written(several, tmp_path)
    codes = {"11.01", "11.02", "11.03"}
    assert {row["district_code"] for row in rows(run.path / "years.csv")} == codes
    assert {row["district_code"] for row in rows(run.path / "villages.csv")} == codes
    assert set(pq.read_table(run.path / "ensemble.parquet")["district_code"].to_pylist()) == codes
    assert {row["location"] for row in rows(run.path / "hub.csv")} == codes


def test_hub_rows_are_quantiles_and_probabilities(folder: Path) -> None:
    """23 quantiles that do not fall and two probabilities that sum to one, for each horizon."""
    table = rows(folder / "hub.csv")
    assert list(table[0]) == list(HUB_COLUMNS)
    for horizon in "12345":
        mine = [row for row in table if row["horizon"] == horizon]
        quantiles = [float(row["value"]) for row in mine if row["output_type"] == "quantile"]
        chances = [float(row["value"]) for row in mine if row["output_type"] == "pmf"]
        assert len(quantiles) == 23
        assert quantiles == sorted(quantiles)
        assert sum(chances) == pytest.approx(1)
        assert {row["output_type_id"] for row in mine if row["output_type"] == "pmf"} == {"met", "not_met"}


def test_the_same_inputs_give_the_same_bytes(folder: Path, small: Forecast, tmp_path: Path) -> None:
    """Another folder, another number of workers, the same files."""
    again = forecast(small.scenario, 50, 10, 7, workers=2)
    run = written(again, tmp_path)
    for name in (*TABLES, "manifest.json"):
        assert (run.path / name).read_bytes() == (folder / name).read_bytes(), name


def test_tables_of_both_engines_are_the_same_bytes(tmp_path: Path) -> None:
    """Nothing in them tells the engine; only folder and manifest do."""
    scenario = everything_on()
    paths = []
    for engine in ("batch", "mesa"):
        result = forecast(scenario, replicates=6, engine=engine)  # type: ignore[arg-type]
        run = written(result, tmp_path)
        paths.append(run.path)
    assert paths[0] != paths[1]
    for name in TABLES:
        assert (paths[0] / name).read_bytes() == (paths[1] / name).read_bytes(), name


def identity(scenario: Scenario, effort: Effort, seed: int, engine: str, **more: Any) -> str:
    """Return the id of a forecast."""
    return ask(scenario, effort, seed, engine, **more).id


def test_the_id_tells_apart_whatever_changes_a_number(small: Forecast) -> None:
    """Seed, effort, engine and every part of the scenario count; where its files lie does not."""
    scenario, effort = small.scenario, small.effort
    ids = [
        identity(scenario, effort, 7, "batch"),
        identity(scenario, effort, 8, "batch"),
        identity(scenario, Effort(41, 10), 7, "batch"),
        identity(scenario, Effort(40, 11), 7, "batch"),
        identity(scenario, effort, 7, "mesa"),
        identity(replace(scenario, horizon=4), effort, 7, "batch"),
        identity(replace(scenario, target=Target(net_of_falls=True)), effort, 7, "batch"),
        identity(replace(scenario, districts=(replace(scenario.districts[0], district_code="1"),)), effort, 7, "batch"),
    ]
    assert len(set(ids)) == len(ids)
    moved = replace(scenario, provenance=replace(scenario.provenance, files={"elsewhere.csv": "0" * 64}))
    assert identity(moved, effort, 7, "batch") == ids[0]


def test_the_id_tells_apart_files_that_differ(tmp_path: Path) -> None:
    """Names and columns of the village table, and draws of a posterior to the last bit: what is in them is assumed."""
    lines = ["schema: 1", "name: coba", 'district: {code: "63.99", name: Contoh}', "origin: 2025", "horizon: 1"]
    lines += ["villages: {table: villages.csv}", "transition: {parameters_from: posterior.parquet}"]
    (tmp_path / "coba.yaml").write_text("\n".join(lines) + "\n")
    table, draws = "village_code,village,subdistrict,status\n1,Sari,A,dasar\n2,Maju,B,mandiri\n", np.array([0.04, 0.07])

    def asked(villages: str, rise: np.ndarray) -> str:
        (tmp_path / "villages.csv").write_text(villages)
        write_parquet(tmp_path / "posterior.parquet", [{"rise.dasar": rise}])
        return identity(kkb.load_scenario(tmp_path / "coba.yaml"), Effort(2, 2), 7, "batch")

    ids = [asked(table, draws), asked(table.replace("Sari", "Baru"), draws), asked(table, np.nextafter(draws, 1))]
    ids.append(asked("\n".join(f"{line},{1 if row else 'far'}" for row, line in enumerate(table.split())), draws))
    assert len(set(ids)) == len(ids)
    assert asked(table, draws) == ids[0]


def test_an_exact_result_says_whether_lots_were_drawn() -> None:
    """Counts of a district are placed at random on kecamatan with shocks of their own; lots of known villages not."""
    sizes, shock, plan = (9, 3), {"subdistrict_sd": 0.8}, Intervention("pokja", 2026, capacity=4)
    placed = make_scenario(make_villages(sizes, counts=(7, 3, 1, 1)), shock, horizon=1)
    by_lot = make_scenario(
        make_villages(sizes, status=[0] * 9 + [1] * 3), shock, [plan], {"pokja.odds_ratio_rise": 2.0}, horizon=1
    )
    for scenario, lots in ((placed, 1000), (by_lot, 0)):
        found = forecast(scenario, engine="exact")
        kind, question = kind_of(found), kind_of(found).question(found)
        told = kind.document(result_of(found), language("en"), Source(asked=question.asked))
        said = [getattr(block, "text", "") for block in told.blocks]
        assert found.lots_drawn == lots
        assert any("were drawn at random 1,000 times" in text for text in said) == (lots > 0)
        assert (found.districts[0].years[0].monte_carlo_error > 0) == (lots > 0)


def test_replicates_say_nothing_of_an_exact_result(tmp_path: Path) -> None:
    """The same folder and the same manifest with any number of them; draws count."""
    scenario = make_scenario(make_villages([9], counts=[5, 2, 1, 1]), {"rise.dasar": LogitNormal(-3, 0.4)})
    results = [forecast(scenario, 20, replicates, engine="exact") for replicates in (10, 30)]
    runs = [written(result, tmp_path / str(i)) for i, result in enumerate(results)]
    assert runs[0].result == runs[1].result
    assert runs[0].id == runs[1].id
    manifests = [json.loads((run.path / "manifest.json").read_text()) for run in runs]
    assert manifests[0] == manifests[1]
    assert (manifests[0]["draws"], manifests[0]["replicates"]) == (20, 1)
    assert identity(scenario, Effort(21, 1), 0, "exact") != runs[0].id


def test_a_kept_chunk_says_whether_it_was_found_or_made(tmp_path: Path) -> None:
    """Progress tells by it what costs time."""
    chunks, seen = ChunkFolder(tmp_path / "c"), []
    for _ in range(2):
        forecast(
            everything_on(), replicates=8, workers=1, sink=chunks, progress=lambda *_: seen.append(chunks.resuming)
        )
    assert seen == [False, True]


def test_a_run_that_doubles_is_named_by_what_was_asked_for(small: Forecast) -> None:
    """Half-width and starting effort count; without a half-width it is another run."""
    asked = [(Effort(40, 10), None), (Effort(40, 10), 0.02), (Effort(40, 10), 0.03), (Effort(80, 10), 0.02)]
    ids = [identity(small.scenario, effort, 7, "batch", precision=width) for effort, width in asked]
    assert len(set(ids)) == len(ids)


def test_a_forecast_made_to_a_precision_in_python_has_the_folder_of_the_command(small: Forecast) -> None:
    """Its trace knows what was asked for."""
    made = forecast_to_precision(replace(small.scenario, horizon=1), 0.2, 20, 5, 7)
    asked = ask(made.scenario, Effort(20, 5), 7, "batch", 0.2)
    assert kind_of(made).question(made).id == asked.id


@pytest.mark.parametrize("damage", ["manifest", "table", "record"])
def test_a_folder_that_is_not_whole_is_not_taken_for_finished(small: Forecast, tmp_path: Path, damage: str) -> None:
    """Without manifest or table, or with a result cut short, the run is made again."""
    run = written(small, tmp_path)
    assert run.folder.read() is not None
    if damage == "record":
        (run.path / "forecast.json").write_text('{"scen')
    else:
        (run.path / {"manifest": "manifest.json", "table": "hub.csv"}[damage]).unlink()
    assert run.folder.read() is None


def test_a_name_that_leaves_the_folder_is_refused(small: Forecast, tmp_path: Path) -> None:
    """A scenario made in Python may carry any name."""
    with pytest.raises(KampungError):
        place_of(replace(small, scenario=replace(small.scenario, name="../x")), tmp_path)


@pytest.mark.slow
def test_save_writes_once_and_adds_missing_figures(small: Forecast, tmp_path: Path) -> None:
    """The second call leaves tables alone and draws only what is missing."""
    path = kkb.save(small, tmp_path)
    table, figure = path / "years.csv", path / "figures" / "rises_id.svg"
    when, drawn = table.stat().st_mtime_ns, figure.read_bytes()
    figure.unlink()
    assert kkb.save(small, tmp_path) == path
    assert table.stat().st_mtime_ns == when
    assert figure.read_bytes() == drawn


@pytest.mark.slow
def test_a_loaded_run_is_saved_as_the_same_run(small: Forecast, tmp_path: Path) -> None:
    """Elsewhere it has the same id and the same bytes, and figures; where it lies it stays."""
    path = written(small, tmp_path / "one").path
    run = kkb.load_run(path)
    other = kkb.save(run, tmp_path / "other")
    assert other.relative_to(tmp_path / "other") == path.relative_to(tmp_path / "one")
    assert kkb.load_run(other).manifest == run.manifest
    assert len(list((other / "figures").iterdir())) == 6
    assert kkb.save(kkb.load_run(other), tmp_path / "other") == other
    (path / "years.csv").write_text("")
    with pytest.raises(KampungError, match=r"years\.csv"):
        kkb.save(run, tmp_path / "third")


def test_a_manifest_whose_id_is_a_path_is_no_run(folder: Path, tmp_path: Path) -> None:
    """An answer is kept in a folder that its id names."""
    shutil.copytree(folder, tmp_path / "run")
    manifest = tmp_path / "run" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(kkb.load_run(folder).id, "../../elsewhere"))
    with pytest.raises(KampungError, match="is not the folder of a finished run"):
        kkb.load_run(tmp_path / "run")


@pytest.mark.parametrize("thing", [{}, "forecast", None])
def test_what_is_no_answer_is_not_saved(thing: object, tmp_path: Path) -> None:
    """The error says what can be."""
    with pytest.raises(KampungError, match="Forecast"):
        kkb.save(thing, tmp_path)


@pytest.mark.slow
def test_a_run_is_computed_again_from_its_folder_to_the_same_bytes(
    small: Forecast, several: Forecast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of a scenario changed in Python: the folder states what was run. Figures are not drawn here."""
    monkeypatch.setattr("simulation.report.store.folder.Answer.draw", lambda *_: False)
    changed = forecast(replace(small.scenario, horizon=2, target=Target(net_of_falls=True)), 5, 4, 3)
    for number, made in enumerate((small, several, changed)):
        first = kkb.save(made, tmp_path / f"{number}a")
        again = kkb.rerun(first)
        assert type(again) is type(made)
        second = kkb.save(again, tmp_path / f"{number}b")
        for name in (*TABLES, "manifest.json", "inputs/scenario.yaml"):
            assert (second / name).read_bytes() == (first / name).read_bytes(), name


@pytest.mark.slow
def test_a_saved_run_is_loaded_as_it_stands(small: Forecast, tmp_path: Path) -> None:
    """Its result, its tables, its scenario, what was asked."""
    run = kkb.load_run(kkb.save(small, tmp_path))
    assert run.result == result_of(small)
    assert (run.asked.draws, run.asked.seed) == (50, 7)
    assert run.scenario.name == small.scenario.name
    years = run.table("years")
    assert list(years.columns) == list(small.years.columns)
    assert years["district_code"].tolist() == ["63.01"] * 5
    assert years["probability_met"].to_numpy() == pytest.approx(small.years["probability_met"].to_numpy(), abs=1e-6)


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    """An error while writing leaves the old content and no temporary file."""
    path = tmp_path / "x.txt"
    path.write_text("old")

    def fail() -> None:
        with whole_file(path) as temporary:
            temporary.write_text("new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "text", ["=1+1", "+62", "-x", "@cmd", "\tx", "  =x", "＝1", "'=1", "a;=1;  +1", "\t\t=x", ";'-"]
)
def test_no_name_becomes_a_formula(text: str, tmp_path: Path) -> None:
    """A spreadsheet reads such cells as text, headers too, by whatever it parts them; the name can be had back."""
    write_csv(tmp_path / "t.csv", [f"{text}"], [['Desa, "Baru"']])
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream)) == [[cell(text)], ['Desa, "Baru"']]
    assert not [part for part in re.split("[;\t]", cell(text)) if re.match("[ ]*[=+@＝-]", part)]
    assert unguard(cell(text)) == text


@pytest.mark.parametrize("text", ["Ma'rifat", "'Aisyiyah", "A; B", "", "Sei-Alai", "\r\n=1"])
def test_other_names_stay_as_they_are(text: str) -> None:
    """Apostrophes are added where they must be and nowhere else; line breaks become blanks."""
    assert unguard(cell(text)) == text.replace("\r", " ").replace("\n", " ")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1e-7, "0"),
        (1234567.25, "1234567.25"),
        (0.1 + 0.2, "0.3"),
        (np.float64("nan"), ""),
        (None, ""),
        (np.int64(-3), "-3"),
    ],
)
def test_numbers_are_written_plainly(value: object, written: str) -> None:
    """No exponents, no noise of binary fractions."""
    assert cell(value) == written


def test_parquet_holds_text_truth_and_numbers_without_pandas(tmp_path: Path) -> None:
    """Columns come back as they went in, in as many groups; writing them imports no pandas."""
    code = (
        "import sys; import numpy as np; from pathlib import Path; from simulation.report.files import write_parquet;"
        f"g = {{'t': ['é', '', 'b'], 'b': np.array([True, False, True]), 'x': np.array([1.5, 2, 3])}};"
        f"write_parquet(Path({str(tmp_path / 'x.parquet')!r}), [g, g]); assert 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    table = pq.read_table(tmp_path / "x.parquet").to_pydict()
    assert table == {"t": ["é", "", "b"] * 2, "b": [True, False, True] * 2, "x": [1.5, 2.0, 3.0] * 2}
    write_parquet(tmp_path / "y.parquet", [{"i": np.arange(3, dtype=np.int32)}])
    assert pq.read_metadata(tmp_path / "y.parquet").row_group(0).column(0).compression == "ZSTD"


class Interrupting(ChunkFolder):
    """A chunk folder that is interrupted after some chunks."""

    def __init__(self, folder: Path, most: int) -> None:
        super().__init__(folder)
        self.left = most

    def save(self, chunk: Chunk, outcome: Outcome) -> None:
        """Keep a chunk, or be interrupted."""
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        super().save(chunk, outcome)


class Counting(ChunkFolder):
    """A chunk folder that counts what it finds."""

    found = 0

    def load(self, chunk: Chunk) -> Outcome | None:
        """Return a kept chunk and count it."""
        outcome = super().load(chunk)
        self.found += outcome is not None
        return outcome


@pytest.mark.slow
def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Finished chunks are found again, a damaged one is computed again, and the result is the same."""
    scenario = everything_on()
    with pytest.raises(KeyboardInterrupt):
        forecast(scenario, None, 16_000, workers=1, sink=Interrupting(tmp_path / "c", 2))
    kept = sorted((tmp_path / "c").iterdir())
    assert len(kept) == 2
    kept[0].write_bytes(kept[0].read_bytes()[:1000])
    sink = Counting(tmp_path / "c")
    resumed = forecast(scenario, None, 16_000, sink=sink)
    assert sink.found == 1
    whole = forecast(scenario, None, 16_000)
    assert resumed.districts[0].years == whole.districts[0].years
    assert (resumed.districts[0].status_probability == whole.districts[0].status_probability).all()
