"""Villages from tables, on their own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..domain.villages import Villages
from .scenario import Scenario

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    Table = str | os.PathLike[str] | pd.DataFrame


def read_villages(
    table: Table,
    district_code: str,
    district: str,
    origin: int,
    *,
    status_counts: Mapping[str, Any] | None = None,
    network: Table | nx.Graph | None = None,
    network_directed: bool | None = None,
    distances: Table | None = None,
) -> Villages:
    """Return the villages of a district from a table, checked as those of a scenario file are.

    Parameters
    ----------
    table
        A data frame, or the path of a CSV file or workbook, with ``village_code``, ``village``, ``subdistrict`` and
        perhaps ``status``, ``launch_year`` and further columns.
    district_code, district
        Code and name of the kabupaten/kota.
    origin
        The year at whose end the statuses hold.
    status_counts
        Status -> number of villages, or kecamatan -> such a mapping, where the table leaves statuses out.
    network
        Pairs of neighbours: ``village_code``, ``neighbour_code`` and perhaps ``weight``, or a graph of networkx whose
        nodes are codes.
    network_directed
        Whether a pair holds one way alone; a graph says it itself. It does not if left out.
    distances
        A row for every pair of villages, ``village_code``, ``other_code`` and ``distance``, or a square data frame
        with codes as index and columns.

    Returns
    -------
    Villages
        Sorted by kecamatan and code; network and distances follow that order.

    Raises
    ------
    ScenarioError, DataError
        With every problem; a data frame is named by its type, its rows are counted from 1.

    Examples
    --------
    >>> import pandas as pd
    >>> import simulation as kkb
    >>> table = pd.DataFrame({"village_code": ["1", "2"], "village": ["Benua", "Jorong"],
    ...                       "subdistrict": ["Takisung", "Jorong"], "status": ["dasar", "mandiri"]})
    >>> villages = kkb.read_villages(table, "63.01", "Kabupaten Tanah Laut", 2025)
    >>> villages.codes, villages.levels
    (('2', '1'), array([2, 0], dtype=int8))
    """
    given = {
        "table": table,
        "status_counts": status_counts,
        "network": network,
        "network_directed": network_directed,
        "distances": distances,
    }
    section = {
        key: os.fspath(value) if isinstance(value, os.PathLike) else value
        for key, value in given.items()
        if value is not None
    }
    sections = {"district": {"code": district_code, "name": district}, "villages": section}
    scenario = Scenario.from_dict(
        {"schema": 1, "name": "villages", "origin": origin, "horizon": 1, **sections}, anywhere=True
    )
    return scenario.districts[0]
