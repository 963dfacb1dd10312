"""What a scenario says of pairs of its villages: the network of neighbours, and distances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from ..domain.arrays import Floats
from ..domain.messages import Message, listed
from ..domain.network import NO_WEIGHT, WITH_ITSELF, Network
from ..domain.villages import Villages
from .districts import Region
from .files import Files
from .problem_list import Node, ProblemList
from .schema import VillagesSection
from .tables.cells import notation_of, plain_code
from .tables.headers import Wanted
from .tables.table import Table, read_table

NETWORK = Wanted(("village_code", "neighbour_code"), ("weight",))
DISTANCES = Wanted(("village_code", "other_code", "distance"))
_EXAMPLES = 3

Pairs = Mapping[tuple[int, int], int]
"""Two villages by their numbers -> the row of the table that speaks of them, 0 the first."""


def with_pairs(
    node: Node, section: VillagesSection | None, region: Region, files: Files, collector: ProblemList
) -> Region:
    """Return districts with the network and the distances that a scenario names; problems go to `collector`."""
    if section is None or node.get("districts") is not None or not region.districts:
        return region
    (villages,) = region.districts
    network = distances = None
    if (table := _table(node, "network", section.network, NETWORK, files, collector)) is not None:
        network = _network(table, villages.ever, directed=section.network_directed)
    elif section.network is None and (place := node.get("villages", "network_directed")) is not None:
        message = Message("there is no network that could be directed")
        fix = Message("give villages.network, or remove {text}", {"text": "network_directed"})
        collector.add(place, "villages.network_directed", message, suggestion=fix)
    if (table := _table(node, "distances", section.distances, DISTANCES, files, collector)) is not None:
        distances = _distances(table, villages.ever)
    return replace(region, districts=(villages.related(network, distances),))


def _table(
    node: Node, key: str, path: str | None, wanted: Wanted, files: Files, collector: ProblemList
) -> Table | None:
    place = node.get("villages", key)
    if path is None or place is None:
        return None
    source = files.read(path, place.place, f"villages.{key}")
    return None if source is None else read_table(source, collector, (wanted,))


def _network(table: Table, villages: Villages, *, directed: bool) -> Network | None:
    """Return the network in a table; None with every problem told."""
    before = len(table.grid.problems)
    pairs = _pairs(table, "neighbour_code", villages, directed=directed)
    weights = np.ones(len(table.rows))
    if "weight" in table.columns:
        allowed = Message("above {low}", {"low": 0})
        weights = _numbers(table, "weight", NO_WEIGHT, allowed, positive=True)
    if len(table.grid.problems) > before:
        return None
    alone = {*range(len(villages))} - {village for pair in pairs for village in pair}
    if alone:
        names = listed(villages.names[village] for village in sorted(alone))
        message = Message("{table}: {count:,} of {villages:,} villages have no neighbour: {names}")
        table.note(message.filled(count=len(alone), villages=len(villages), names=names))
    edges = np.array([*pairs], dtype=np.int64)
    return Network(len(villages), edges, weights[[*pairs.values()]], directed)


def _distances(table: Table, villages: Villages) -> Floats | None:
    """Return the distances in a table, shape (V, V); None with every problem told."""
    before = len(table.grid.problems)
    pairs = _pairs(table, "other_code", villages, directed=False)
    told = _numbers(table, "distance", Message("this is not a distance"), Message("at least {low}", {"low": 0}))
    if len(table.grid.problems) > before:
        return None
    size = len(villages)
    if missing := list(_missing(pairs, size)):
        values = {"count": len(missing), "pairs": size * (size - 1) // 2}
        first, second = (villages.codes[village] for village in missing[0])
        message = Message(
            "distances are missing for {count:,} of {pairs:,} pairs of villages, the first {one} and {other}",
            {**values, "one": first, "other": second},
        )
        table.tell(None, "other_code", message, Message("add a row for every pair of villages; one way is enough"))
        return None
    distances = np.zeros((size, size))
    for (one, other), row in pairs.items():
        distances[one, other] = distances[other, one] = told[row]
    return distances


def _missing(pairs: Pairs, size: int) -> Iterator[tuple[int, int]]:
    return (
        pair for one in range(size) for pair in ((one, other) for other in range(one + 1, size)) if pair not in pairs
    )


def _pairs(table: Table, second: str, villages: Villages, *, directed: bool) -> Pairs:
    """Return the pairs of villages in a table, the smaller number first unless they are `directed`; others are told."""
    numbers = {plain_code(code): number for number, code in enumerate(villages.codes)}
    sound = [table.read_codes(column) for column in ("village_code", second)]
    if not all(sound):
        return {}
    table.check_filled("village_code", second)
    found: dict[tuple[int, int], int] = {}
    for i, cells in enumerate(zip(table.columns["village_code"], table.columns[second], strict=True)):
        ends = [numbers.get(plain_code(cell)) for cell in cells]
        for column, cell, end in zip(("village_code", second), cells, ends, strict=True):
            if cell and end is None:
                allowed = Message(
                    "codes of the table, such as {codes}", {"codes": listed(villages.codes[:_EXAMPLES], _EXAMPLES)}
                )
                close = table.grid.problems.nearest(cell, villages.codes)
                table.tell(i, column, Message("the scenario has no village of this code"), close, allowed=allowed)
        one, other = ends
        if one is None or other is None:
            continue
        if one == other:
            table.tell(i, second, WITH_ITSELF, Message("correct one of the two codes, or remove the row"))
            continue
        pair = (one, other) if directed else (min(one, other), max(one, other))
        if (earlier := found.setdefault(pair, i)) != i:
            message = Message("row {row} is of this pair of villages already", {"row": table.rows[earlier]})
            once = None if directed else Message("each pair once; it holds both ways")
            fix = Message("remove one of the two rows, or correct its codes")
            table.tell(i, second, message, fix, allowed=once)
    return found


def _numbers(table: Table, column: str, message: Message, allowed: Message, *, positive: bool = False) -> Floats:
    """Return a column of numbers of 0 or more, or above 0; what is none is told."""
    table.check_filled(column)
    notation = notation_of(table.columns[column])
    numbers = np.full(len(table.rows), np.nan)
    for i, cell in enumerate(table.columns[column]):
        number = notation.number(cell)
        if number is not None and number >= 0 and not (positive and number == 0):
            numbers[i] = number
        elif cell:
            table.tell(i, column, message, allowed=allowed)
    table.numbers(column, comma_elsewhere=False)  # which tells where a column writes them in two ways
    return numbers
