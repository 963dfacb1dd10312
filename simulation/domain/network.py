"""Which villages neighbour which: a graph that agents and mechanisms may read; the standard law does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from .arrays import Bools, Floats, Ints
from .constraints import problem_at, refuse
from .messages import Message, Problem

if TYPE_CHECKING:
    import networkx as nx
    from scipy import sparse


@dataclass(frozen=True, eq=False)
class Network:
    """A graph of V villages with E edges, kept sorted.

    Attributes
    ----------
    size
        V.
    edges
        Shape (E, 2): village and neighbour, as their numbers 0 … V - 1 in the order of `Villages.ever`. Each edge once,
        and none from a village to itself.
    weights
        Shape (E,), above 0; 1 for each edge if left out.
    directed
        Whether an edge makes the second village a neighbour of the first alone; else each is one of the other, and the
        smaller number is first.

    Raises
    ------
    ScenarioError
        With every problem.

    Examples
    --------
    >>> network = Network(3, [[0, 1], [2, 1]])
    >>> network.neighbours(1), network.matrix().toarray()[1]
    (array([0, 2]), array([1., 0., 1.]))
    """

    size: int
    edges: Ints
    weights: Floats = None  # type: ignore[assignment]  # filled in when it is made
    directed: bool = False

    def __post_init__(self) -> None:
        """Sort the edges, and refuse what no graph of these villages has."""
        edges = np.asarray(self.edges, dtype=np.int64).reshape(-1, 2)
        given: Floats | None = self.weights
        stated = np.ones(len(edges)) if given is None else np.asarray(given, dtype=np.float64)
        refuse(self._problems(edges, stated))
        edges = edges if self.directed else np.sort(edges, axis=1)
        order = np.lexsort((edges[:, 1], edges[:, 0]))
        object.__setattr__(self, "edges", edges[order])
        object.__setattr__(self, "weights", stated[order])

    def _problems(self, edges: Ints, weights: Floats) -> Iterator[Problem]:
        field = "villages.network"
        pairs = [tuple(edge if self.directed else sorted(edge)) for edge in edges.tolist()]
        if not np.isin(edges, np.arange(self.size)).all():
            finding = (
                Message("these are not numbers of the villages"),
                Message("from 0 to {most}", {"most": self.size - 1}),
            )
            yield problem_at(field, next(pair for pair in pairs if not {*pair} <= {*range(self.size)}), finding)
        for one, other in (pair for pair in pairs if pair[0] == pair[1]):
            yield problem_at(field, (one, other), (WITH_ITSELF, None, Message("leave this pair out")))
        for pair in (pair for pair, times in Counter(pairs).items() if times > 1):
            yield problem_at(field, pair, (TWICE, None, Message("leave one of them out")))
        if weights.shape != (len(edges),):
            values = {"length": weights.size, "edges": len(edges)}
            message = Message("there are {length:,} weights for {edges:,} pairs of villages", values)
            yield problem_at(field, weights.size, (message, Message("one weight for each pair")))
        elif not (np.isfinite(weights) & (weights > 0)).all():
            wrong = weights[~(np.isfinite(weights) & (weights > 0))][0]
            yield problem_at(field, wrong, (NO_WEIGHT, Message("above {low}", {"low": 0})))

    @cached_property
    def arcs(self) -> tuple[Ints, Ints, Floats]:
        """Village, its neighbour, and the weight, shape (A,) each, sorted: an undirected edge gives two."""
        edges, weights = self.edges, self.weights
        if not self.directed:
            edges, weights = np.concatenate([edges, edges[:, ::-1]]), np.concatenate([weights, weights])
        order = np.lexsort((edges[:, 1], edges[:, 0]))
        return edges[order, 0], edges[order, 1], weights[order]

    @cached_property
    def _ends(self) -> Ints:
        """Shape (V + 1,): where the arcs of each village begin, and where the last ends."""
        return np.searchsorted(self.arcs[0], np.arange(self.size + 1))

    def _of(self, village: int) -> slice:
        if not 0 <= village < self.size:
            raise IndexError(f"village {village} of {self.size}")
        return slice(int(self._ends[village]), int(self._ends[village + 1]))

    def neighbours(self, village: int) -> Ints:
        """Return the numbers of the neighbours of a village, ascending."""
        return self.arcs[1][self._of(village)]

    def weights_of(self, village: int) -> Floats:
        """Return the weights of the neighbours of a village, in the order of `neighbours`."""
        return self.arcs[2][self._of(village)]

    def among(self, rows: Ints | Bools | slice) -> Network:
        """Return the network among some of the villages, which are numbered from 0 in the order of `rows`."""
        chosen = np.arange(self.size)[rows]
        number = np.full(self.size, -1)
        number[chosen] = np.arange(len(chosen))
        edges = number[self.edges]
        kept = (edges >= 0).all(axis=1)
        return Network(len(chosen), edges[kept], self.weights[kept], self.directed)

    def matrix(self) -> sparse.csr_array:
        """Return the weights as a sparse matrix, shape (V, V): row i holds the neighbours of village i."""
        from scipy import sparse

        _, neighbours, weights = self.arcs
        return sparse.csr_array((weights, neighbours, self._ends), shape=(self.size, self.size))

    def graph(self, codes: Sequence[str]) -> nx.Graph:
        """Return a graph of networkx between villages of some codes, shape (V,); edges have a weight."""
        import networkx as nx

        graph = nx.DiGraph() if self.directed else nx.Graph()
        graph.add_nodes_from(codes)
        rows = zip(self.edges.tolist(), self.weights.tolist(), strict=True)
        graph.add_weighted_edges_from((codes[one], codes[other], weight) for (one, other), weight in rows)
        return graph


WITH_ITSELF = Message("a village is paired with itself")
TWICE = Message("this pair of villages is given twice")
NO_WEIGHT = Message("this is not a weight")


def distance_problems(distances: Floats, size: int) -> Iterator[Problem]:
    """Yield why distances between so many villages are none."""
    field = "villages.distances"
    if distances.shape != (size, size):
        found = " × ".join(map(str, distances.shape))
        message = Message("there is not one distance for each pair of the {villages:,} villages", {"villages": size})
        allowed = Message("an array of shape ({villages}, {villages})", {"villages": size})
        yield problem_at(field, found, (message, allowed))
        return
    for wrong, message in (
        (~np.isfinite(distances) | (distances < 0), Message("this is not a distance")),
        (distances != distances.T, Message("the distance is another in the other direction")),
        (np.diag(np.diag(distances) != 0), Message("a village has a distance from itself")),
    ):
        if wrong.any():
            one, other = np.argwhere(wrong)[0].tolist()
            allowed = Message("finite, 0 or more, the same both ways, and 0 from a village to itself")
            yield problem_at(f"{field}[{one}, {other}]", distances[one, other], (message, allowed))
            return
