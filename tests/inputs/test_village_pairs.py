"""Networks and distances of a scenario: read whole or refused in words, mapped by code, hashed, and written back."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from scenario_desk import VILLAGES, Desk

from simulation.domain.messages import Refusal, ScenarioError
from simulation.domain.network import Network
from simulation.inference.forecasting import forecast
from simulation.inputs.resolve import fingerprint
from simulation.inputs.scenario import Scenario, load_scenario

CODES = [line.partition(",")[0] for line in VILLAGES.splitlines()[1:]]
NEIGHBOURS = """\
village_code,neighbour_code,weight
63.01.02.2004,63.01.01.2001,0.5
6301012002,63.01.01.2001,2
63-01-02-2001,63.01.02.2003,1.25
"""
PAIRS = [(one, other) for i, one in enumerate(CODES) for other in CODES[i + 1 :]]
KM = {pair: 1.5 + i for i, pair in enumerate(PAIRS)}
DISTANCES = "kode desa;kode lain;jarak (km)\n" + "".join(
    f"{other};{one};{str(km).replace('.', ',')}\n" for (one, other), km in KM.items()
)
BOTH = "villages: {table: villages.csv, network: tetangga.csv, distances: jarak.csv}"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk with a network and distances on it."""
    desk = Desk(tmp_path)
    desk.write("tetangga.csv", NEIGHBOURS)
    desk.write("jarak.csv", DISTANCES)
    return desk


def by_code(scenario: Scenario) -> set[tuple[str, str, float]]:
    """Return the arcs of a scenario's network by the codes of the villages."""
    villages = scenario.districts[0].ever
    assert villages.network is not None
    rows = zip(*(part.tolist() for part in villages.network.arcs), strict=True)
    return {(villages.codes[one], villages.codes[other], weight) for one, other, weight in rows}


UNDIRECTED = {
    ("63.01.02.2004", "63.01.01.2001", 0.5),
    ("63.01.01.2002", "63.01.01.2001", 2.0),
    ("63.01.02.2001", "63.01.02.2003", 1.25),
}


def test_a_pair_makes_each_village_a_neighbour_of_the_other_unless_it_is_directed(desk: Desk) -> None:
    """Codes match with and without separators, in whatever order the villages are kept."""
    there_and_back = UNDIRECTED | {(other, one, weight) for one, other, weight in UNDIRECTED}
    assert by_code(desk.load(villages=BOTH)) == there_and_back
    directed = desk.load(villages=BOTH.replace("}", ", network_directed: true}"))
    assert by_code(directed) == UNDIRECTED
    desk.write("tetangga.csv", NEIGHBOURS.replace(",weight", "").replace(",0.5", "").replace(",2\n", "\n")[:-6] + "\n")
    assert {weight for *_, weight in by_code(desk.load(villages=BOTH))} == {1.0}


def test_distances_hold_both_ways_by_code(desk: Desk) -> None:
    """In the order of the villages, which is not that of the table."""
    villages = desk.load(villages=BOTH).districts[0]
    place = {code: i for i, code in enumerate(villages.codes)}
    assert list(villages.codes) != CODES
    assert villages.distances is not None
    assert villages.distances.shape == (6, 6)
    for (one, other), km in KM.items():
        assert villages.distances[place[one], place[other]] == villages.distances[place[other], place[one]] == km
    assert not np.diag(villages.distances).any()


def test_they_are_inputs_that_no_number_of_the_standard_law_depends_on(desk: Desk) -> None:
    """Hashed, kept with the scenario, and every count of the simulation is the same without them."""
    with_them, without = desk.load(villages=BOTH), desk.load("lain.yaml")
    assert fingerprint(with_them) != fingerprint(without)
    for name, text, key in (("tetangga.csv", NEIGHBOURS, "network"), ("jarak.csv", DISTANCES, "distances")):
        assert with_them.provenance.files[name] == sha256(text.encode()).hexdigest()
        assert with_them.sources[f"villages.{key}"] == f"stated; {name}"
        assert f"villages.{key}" not in without.sources
    here, there = (forecast(one, 5, 20, 3).ensemble_run for one in (with_them, without))
    assert here is not None
    assert there is not None
    for one, other in zip(here.outcomes, there.outcomes, strict=True):
        np.testing.assert_array_equal(one.rises, other.rises)


@pytest.mark.parametrize("directed", ["", ", network_directed: true"])
def test_they_are_written_and_read_back(desk: Desk, tmp_path: Path, directed: str) -> None:
    """As tables beside the file; another weight or distance makes another scenario."""
    scenario = desk.load(villages=BOTH.replace("}", directed + "}"))
    again = load_scenario(scenario.to_yaml(tmp_path / "salinan.yaml"))
    assert again == scenario
    assert fingerprint(again) == fingerprint(scenario)
    assert by_code(again) == by_code(scenario)
    for name, old, new in (("tetangga.csv", ",2\n", ",2.0001\n"), ("jarak.csv", ";1,5\n", ";1,6\n")):
        text = (desk.folder / name).read_text()
        desk.write(name, text.replace(old, new))
        assert fingerprint(desk.load("lain.yaml", villages=BOTH.replace("}", directed + "}"))) != fingerprint(scenario)
        desk.write(name, text)


def test_they_go_along_with_what_python_and_overlays_change(desk: Desk) -> None:
    """An overlay may name others; a change in Python reads the tables of the scenario again where villages change."""
    scenario = desk.load("dasar.yaml", villages=BOTH)
    for changed in (scenario.with_(horizon=2), scenario.with_(**{"villages.as_of": "2025-12-31"})):
        assert by_code(changed) == by_code(scenario)
        assert changed.sources["villages.network"] == "stated; tetangga.csv"
    desk.write("lain.csv", f"village_code,neighbour_code\n{CODES[0]},{CODES[1]}\n")
    desk.write("lain.yaml", "extends: dasar.yaml\nname: lain\nvillages: {network: lain.csv}\n")
    overlaid = load_scenario(desk.folder / "lain.yaml")
    assert by_code(overlaid) == {(CODES[0], CODES[1], 1.0), (CODES[1], CODES[0], 1.0)}
    assert overlaid.districts[0].distances is not None
    assert any("5 of 6" not in str(note) and "4 of 6 villages" in str(note) for note in overlaid.provenance.notes)


def test_villages_that_join_later_are_among_them(desk: Desk) -> None:
    """Those that are there at the origin have the network and the distances among themselves."""
    rows = VILLAGES.replace(",kind\n", ",kind,launch_year\n").replace("desa\n", "desa,\n")
    desk.write("villages.csv", rows.replace("kelurahan\n", "kelurahan,\n").replace("0,Benua", "0,Benua"))
    table = (desk.folder / "villages.csv").read_text().replace("dasar,1.5,desa,", ",1.5,desa,2027")
    desk.write("villages.csv", table)
    villages = desk.load(villages=BOTH).districts[0]
    assert (len(villages), len(villages.ever)) == (5, 6)
    assert villages.network is not None
    assert villages.ever.network is not None
    assert (villages.network.size, villages.ever.network.size) == (5, 6)
    assert [(villages.codes[one], villages.codes[other]) for one, other in villages.network.edges] == [
        ("63.01.02.2001", "63.01.02.2003")
    ]
    assert len(villages.ever.network.edges) == 3
    assert villages.distances is not None
    assert villages.distances.shape == (5, 5)


def test_counts_alone_may_have_a_network_of_the_villages_that_they_make_up(desk: Desk) -> None:
    """Their codes are those of the district with a number."""
    desk.write("tetangga.csv", "village_code,neighbour_code\n63.01.00001,63.01.00003\n")
    counts = "status_counts: {dasar: 2, berkembang: 1, mandiri: 0, paripurna: 0}"
    scenario = desk.load(villages=f"villages: {{{counts}, network: tetangga.csv}}")
    assert len(by_code(scenario)) == 2
    assert scenario.document["villages"]["network"] == "network.csv"


def test_a_table_of_districts_cannot_state_them(desk: Desk) -> None:
    """Refused in words."""
    scenario = desk.load(villages=BOTH)
    several = (*scenario.districts, replace(scenario.districts[0], district_code="63.02"))
    with pytest.raises(Refusal, match="beside a table of districts"):
        assert replace(scenario, districts=several).document


def test_a_network_is_the_same_in_whatever_order_it_is_given() -> None:
    """Sorted, and an undirected pair the smaller number first."""
    network = Network(4, np.array([[3, 1], [0, 2], [1, 2]]), np.array([3.0, 1.0, 2.0]))
    assert network.edges.tolist() == [[0, 2], [1, 2], [1, 3]]
    assert network.weights.tolist() == [1.0, 2.0, 3.0]
    assert [network.neighbours(village).tolist() for village in range(4)] == [[2], [2, 3], [0, 1], [1]]
    assert network.weights_of(2).tolist() == [1.0, 2.0]
    directed = replace(network, directed=True)
    assert [directed.neighbours(village).tolist() for village in range(4)] == [[2], [2, 3], [], []]
    with pytest.raises(IndexError):
        network.neighbours(4)


@pytest.mark.parametrize("directed", [False, True])
def test_matrix_and_graph_say_what_the_edges_say(directed: bool) -> None:
    """Held against networkx on a random graph."""
    generator = np.random.default_rng(5)
    drawn = nx.gnp_random_graph(12, 0.3, seed=3, directed=directed)
    edges = np.array(drawn.edges)
    weights = generator.uniform(0.1, 2, len(edges))
    network = Network(12, edges, weights, directed)
    graph = network.graph([str(i) for i in range(12)])
    expected = nx.to_numpy_array(graph)
    np.testing.assert_array_equal(network.matrix().toarray(), expected)
    np.testing.assert_array_equal(network.among(slice(3, 9)).matrix().toarray(), expected[3:9, 3:9])
    assert graph.is_directed() is directed
    assert {frozenset(edge) for edge in graph.edges} == {frozenset(map(str, edge)) for edge in drawn.edges}


@pytest.mark.parametrize(
    ("edges", "weights", "said"),
    [
        ([[0, 3]], None, "not numbers of the villages"),
        ([[1, 1]], None, "paired with itself"),
        ([[0, 1], [1, 0]], None, "given twice"),
        ([[0, 1]], [1.0, 2.0], "2 weights for 1 pairs"),
        ([[0, 1]], [0.0], "not a weight"),
        ([[0, 1]], [np.nan], "not a weight"),
    ],
)
def test_a_network_of_python_is_checked(edges: list[list[int]], weights: list[float] | None, said: str) -> None:
    """In the words of the files."""
    with pytest.raises(ScenarioError, match=said):
        Network(3, np.array(edges), None if weights is None else np.array(weights))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("distances", "said"),
    [
        (np.zeros((2, 2)), "one distance for each pair"),
        (np.full((6, 6), np.nan), "not a distance"),
        (-np.ones((6, 6)), "not a distance"),
        (np.triu(np.ones((6, 6)), 1), "another in the other direction"),
        (np.ones((6, 6)), "a distance from itself"),
    ],
)
def test_distances_of_python_are_checked(desk: Desk, distances: np.ndarray, said: str) -> None:
    """In the words of the files."""
    with pytest.raises(ScenarioError, match=said):
        desk.load().districts[0].related(distances=distances)


def test_a_network_of_other_villages_is_refused(desk: Desk) -> None:
    """By their number."""
    with pytest.raises(ScenarioError, match="one of 4 villages, and there are 6"):
        desk.load().districts[0].related(Network(4, np.array([[0, 1]])))
