"""Tables of Python where files are named: read as those are, with the same problems, and kept with the scenario."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scenario_desk import VILLAGES, Desk

from simulation.domain.messages import DataError, KampungError, ProblemsError, ScenarioError
from simulation.domain.status import LEVELS
from simulation.domain.status_knowledge import KnownStatuses
from simulation.inputs.observations.evidence import read_evidence
from simulation.inputs.observations.reading import DataFile
from simulation.inputs.resolve import fingerprint
from simulation.inputs.scenario import Scenario, load_scenario
from simulation.inputs.villages import read_villages

TABLE = pd.read_csv(StringIO(VILLAGES), dtype={"village_code": str})
CODES = TABLE["village_code"].tolist()
SECTIONS: dict[str, Any] = {
    "schema": 1, "name": "coba", "origin": 2025, "horizon": 5,
    "district": {"code": "63.01", "name": "Kabupaten Contoh"},
}  # fmt: skip


def scenario_of(**villages: Any) -> Scenario:
    """Return the smallest scenario with a table of Python."""
    return Scenario.from_dict({**SECTIONS, "villages": villages})


def told(error: ProblemsError) -> list[tuple[int | None, str, str, str, str, str]]:
    """Return all that problems say but the name of the file and the cell."""
    return [
        (one.line, one.field, str(one.message), one.found, str(one.allowed), str(one.suggestion))
        for one in error.problems
    ]


def test_a_data_frame_is_the_table_that_it_could_be_saved_as(desk: Desk) -> None:
    """The same villages, statuses and columns, and the same tables in a folder of results."""
    from_file, from_frame = desk.load(), scenario_of(table=TABLE)
    assert from_frame.data == from_file.data
    assert from_frame.document["villages"] == from_file.document["villages"]
    assert (
        from_frame.districts[0].columns["remoteness"].tolist() == from_file.districts[0].columns["remoteness"].tolist()
    )
    assert list(from_frame.provenance.files) == ["DataFrame villages.table"]
    assert fingerprint(load_scenario(from_frame.to_yaml(desk.folder / "salinan.yaml"))) == fingerprint(from_frame)


@pytest.mark.parametrize(
    "kind",
    [
        lambda frame: frame.set_index("village_code"),
        lambda frame: frame.set_index(["subdistrict", "village_code"]),
        lambda frame: frame.astype({"status": "category", "subdistrict": "string"}),
        lambda frame: frame.assign(village_code=[int(code.replace(".", "")) for code in frame["village_code"]]),
        lambda frame: frame.rename(columns={"village": "NAMA DESA", "status": 2025}),
    ],
    ids=["an index", "two levels of an index", "categories", "whole numbers", "other names"],
)
def test_what_pandas_holds_otherwise_is_read_all_the_same(kind: Any) -> None:
    """A named index is a column; categories and whole numbers are what they stand for."""
    expected, found = (scenario_of(table=table).districts[0] for table in (TABLE, kind(TABLE)))
    assert [code.replace(".", "") for code in found.codes] == [code.replace(".", "") for code in expected.codes]
    assert isinstance(found.known, KnownStatuses)
    np.testing.assert_array_equal(found.levels, expected.levels)
    assert found.names == expected.names


def _spoiled(**cells: Any) -> pd.DataFrame:
    frame = TABLE.astype(object)
    for i, (column, cell) in enumerate(cells.items(), start=1):
        frame.loc[i, column] = cell
    return frame


@pytest.mark.parametrize(
    "frame",
    [
        _spoiled(village_code=CODES[0], status="maju", subdistrict=None),
        _spoiled(village_code=None, village=""),
        _spoiled(status="#REF!", launch_year="kemarin"),
        TABLE.drop(columns="village"),
        TABLE.iloc[:0],
        TABLE.assign(status=range(6)),
        TABLE.rename(columns={"kind": ""}),
    ],
)
def test_a_data_frame_has_the_problems_of_the_file_in_the_same_words(desk: Desk, frame: pd.DataFrame) -> None:
    """Rows are numbered from 1, where those of the file begin with the header; no cell is named."""
    desk.write("villages.csv", frame.to_csv(index=False))
    of_file = desk.problems()
    with pytest.raises(ProblemsError) as caught:
        scenario_of(table=frame)
    assert all(one.file == "DataFrame villages.table" and not one.cell for one in caught.value.problems)
    assert len(caught.value.problems) == len(of_file)
    for here, there in zip(caught.value.problems, of_file, strict=True):
        assert (here.field, here.message.template, here.found) == (there.field, there.message.template, there.found)
        assert here.line == (None if there.line in {None, 1} else there.line - 1)


def test_codes_that_are_broken_numbers_are_refused() -> None:
    """As where a spreadsheet program made numbers of them."""
    with pytest.raises(DataError, match="turned 6 codes into numbers"):
        scenario_of(table=TABLE.assign(village_code=[63.01 + i / 1000 for i in range(6)]))


def test_a_table_where_no_file_is_named_is_no_value() -> None:
    """Nor is what is no table at all."""
    with pytest.raises(ScenarioError, match="horizon: this is not a whole number; found: DataFrame horizon"):
        scenario_of(table=TABLE).with_(horizon=TABLE)
    with pytest.raises(ScenarioError, match="a value of type ndarray does not fit into a scenario"):
        scenario_of(table=np.ones((2, 2)))


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
def test_a_graph_is_a_network_directed_as_it_is(desk: Desk, kind: type[nx.Graph]) -> None:
    """By the codes that are its nodes; edges without a weight have 1."""
    graph = kind([(CODES[0], CODES[4]), (CODES[3], CODES[2], {"weight": 0.25})])
    changed = desk.load().with_(**{"villages.network": graph})
    villages = changed.districts[0]
    assert villages.network is not None
    assert villages.network.directed is graph.is_directed()
    found = villages.network.graph(villages.codes)
    graph.add_nodes_from(CODES)
    np.testing.assert_array_equal(nx.to_numpy_array(found, CODES), nx.to_numpy_array(graph, CODES))
    assert changed.sources["villages.network"] == f"stated; {kind.__name__} villages.network"
    same = scenario_of(table=TABLE, network=graph)
    assert same.data["network.csv"] == changed.data["network.csv"]
    assert fingerprint(load_scenario(changed.to_yaml(desk.folder / "salinan.yaml"))) == fingerprint(changed)


def test_a_graph_takes_the_place_of_an_inherited_network_with_its_direction() -> None:
    """A data frame of edges keeps the direction that is stated, a graph says its own."""
    edges = pd.DataFrame({"village_code": CODES[:2], "neighbour_code": CODES[2:4]})
    directed = scenario_of(table=TABLE, network=edges, network_directed=True)
    assert directed.with_(**{"villages.network": edges.iloc[:1]}).districts[0].network.directed  # type: ignore[union-attr]
    undirected = directed.with_(**{"villages.network": nx.Graph([(CODES[0], CODES[1])])})
    assert not undirected.districts[0].network.directed  # type: ignore[union-attr]
    with pytest.raises(DataError, match=r"Graph villages\.network:1: neighbour_code: the scenario has no village"):
        directed.with_(**{"villages.network": nx.Graph([(CODES[0], "63.01.09.2009")])})


def test_square_distances_are_those_of_a_row_for_every_pair() -> None:
    """Labelled by code, in any order, as an index or a first column."""
    generator = np.random.default_rng(2)
    square = generator.uniform(1, 9, (6, 6))
    square = (square + square.T) * (1 - np.eye(6))
    frame = pd.DataFrame(square, index=CODES, columns=CODES)
    shuffled = frame.sample(frac=1, random_state=1)
    for table in (frame, shuffled[[CODES[i] for i in (3, 1, 0, 2, 5, 4)]], shuffled.rename_axis("kode").reset_index()):
        villages = scenario_of(table=TABLE, distances=table).districts[0]
        place = [CODES.index(code) for code in villages.codes]
        np.testing.assert_array_equal(villages.distances, square[np.ix_(place, place)])
    long = pd.DataFrame(
        [(CODES[i], CODES[j], square[i, j]) for i in range(6) for j in range(i)],
        columns=["village_code", "other_code", "distance"],
    )
    np.testing.assert_array_equal(scenario_of(table=TABLE, distances=long).districts[0].distances, villages.distances)
    for wrong, said in ((frame.assign(**{CODES[2]: 1.0}), "itself"), (frame.replace(square[0, 1], np.nan), "empty")):
        with pytest.raises(DataError, match=said):
            scenario_of(table=TABLE, distances=wrong)


def _evidence_of(text: str) -> pd.DataFrame:
    return pd.read_csv(StringIO(text))


PANEL = "village_code,village,subdistrict,status_2023,status_2024\n" + "".join(
    f"{code},{name},{kecamatan},dasar,{level}\n"
    for code, name, kecamatan, level in zip(
        CODES, TABLE["village"], TABLE["subdistrict"], [*LEVELS, "dasar", "dasar"], strict=True
    )
)
EVIDENCE = {
    "panel": PANEL,
    "counts": "tanggal,dasar,berkembang,mandiri,paripurna\n2023-12-31,4,1,1,0\n2024-12-31,3,1,1,1\n",
    "launch_years": "village_code,village,subdistrict,status,launch_year\n"
    + "".join(f"{row.village_code},{row.village},{row.subdistrict},{row.status},2019\n" for row in TABLE.itertuples()),
    "assistance": f"village_code,year,intervention\n{CODES[0]},2024,pokja\n{CODES[1]},2024,pokja\n",
}
POKJA = "interventions: [{name: pokja, starts: 2026, capacity: 2}]"


@pytest.mark.parametrize("kind", EVIDENCE)
def test_evidence_of_data_frames_is_that_of_the_files(desk: Desk, kind: str) -> None:
    """Statuses of several years, counts, launch years and assistance."""
    scenario = desk.load(interventions=POKJA)
    kinds = dict.fromkeys(["panel", kind]) if kind == "assistance" else {kind: None}
    paths = [desk.write(f"{name}.csv", EVIDENCE[name]) for name in kinds]
    frames = [_evidence_of(EVIDENCE[name]) for name in kinds]
    of_files = read_evidence([DataFile(path, name) for path, name in zip(paths, kinds, strict=True)], scenario)
    of_frames = read_evidence([DataFile(frame, name) for frame, name in zip(frames, kinds, strict=True)], scenario)
    assert kind in of_frames.evidence.blocks
    assert repr(of_frames.evidence.panels) == repr(of_files.evidence.panels)
    assert repr(of_frames.evidence.counts) == repr(of_files.evidence.counts)
    assert repr(of_frames.evidence.launches) == repr(of_files.evidence.launches)
    assert repr(of_frames.evidence.assistance) == repr(of_files.evidence.assistance)
    assert list(of_frames.files) == [f"DataFrame {i + 1}" for i in range(len(frames))]


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("panel", "dasar,berkembang", "dasar,maju"),
        ("panel", CODES[1], "63.09.09.2009"),
        ("counts", "4,1,1,0", "4,1,1,x"),
        ("counts", "2023-12-31", "2023-13-31"),
        ("launch_years", "2019", "1819"),
        ("assistance", "pokja", "pokj"),
    ],
)
def test_mistakes_of_data_frames_are_those_of_the_files(desk: Desk, kind: str, old: str, new: str) -> None:
    """All of them, in the same words, with the row of the data frame."""
    scenario = desk.load(interventions=POKJA)
    text = EVIDENCE[kind].replace(old, new, 1)
    with pytest.raises(DataError) as of_file:
        read_evidence([DataFile(desk.write("salah.csv", text), kind)], scenario)
    with pytest.raises(DataError) as of_frame:
        read_evidence([DataFile(_evidence_of(text), kind)], scenario)
    assert all(one.file == "DataFrame 1" for one in of_frame.value.problems)
    expected = [(None if line in {None, 1} else line - 1, *rest) for line, *rest in told(of_file.value)]
    assert [row[:2] for row in told(of_frame.value)] == [tuple(row[:2]) for row in expected]
    rows = re.compile(r"\d+")
    assert [rows.sub("", row[2]) for row in told(of_frame.value)] == [rows.sub("", row[2]) for row in expected]


def test_one_data_frame_is_evidence_without_a_list_around_it(desk: Desk) -> None:
    """Recognised by its columns, as a file is."""
    assert read_evidence(_evidence_of(PANEL), desk.load()).evidence.blocks == ("panel",)
    with pytest.raises(KampungError, match="no table here can be used"):
        read_evidence(pd.DataFrame({"x": [1]}), desk.load())


def test_villages_alone_are_those_of_a_scenario(desk: Desk) -> None:
    """From a data frame, or a path to a file anywhere."""
    graph = nx.Graph([(CODES[0], CODES[1])])
    found = read_villages(TABLE, "63.01", "Kabupaten Contoh", 2025, network=graph)
    assert type(found).from_dataframe(TABLE, "63.01", "Kabupaten Contoh", 2025, network=graph).codes == found.codes
    expected = scenario_of(table=TABLE, network=graph).districts[0]
    assert (found.codes, found.names, found.subdistricts) == (expected.codes, expected.names, expected.subdistricts)
    assert found.network is not None
    assert found.network.neighbours(found.codes.index(CODES[0])).tolist() == [found.codes.index(CODES[1])]
    assert read_villages(desk.folder / "villages.csv", "63.01", "K", 2025).codes == found.codes
    with pytest.raises(ScenarioError, match=r"no status is known"):
        read_villages(TABLE.drop(columns="status"), "63.01", "K", 2025)
    counts = {"dasar": 3, "berkembang": 1, "mandiri": 1, "paripurna": 1}
    known = read_villages(TABLE.drop(columns="status"), "63.01", "K", 2025, status_counts=counts).known
    assert known.counts is not None
    assert known.counts.tolist() == [3, 1, 1, 1]
