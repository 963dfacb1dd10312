"""What happens to single villages in single simulations, as tables."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import Bools, Ints, Statuses
from ..domain.columns import describes_columns
from ..domain.messages import Message, Refusal, listed, nearest, shown
from ..domain.randomness import Trajectories
from ..domain.scenario import refuse_lacking, require_assumptions
from ..domain.status import LEVELS
from ..domain.villages import Villages
from ..engine.batch import simulate
from ..engine.effort import CHUNK_CELLS, Chunk, Effort, EffortError, chunks, refuse_below
from ..engine.forms import refuse_other_form
from ..inputs.scenario import Scenario
from .forecast import Forecast

if TYPE_CHECKING:
    import pandas as pd

FEW_CODES = 3
"""Codes that are named where no village has the one that was asked for, nor one like it."""
MOST_ROWS = 20_000_000
"""Of a table; each takes some 15 to 30 bytes of memory."""
_STATUSES = ("status", "listed", "listed_before")


@describes_columns("trajectories")
def trajectories(
    what: Scenario | Forecast,
    villages: Sequence[str] | None = None,
    *,
    draws: int | None = None,
    replicates: int | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Return what happens to single villages, simulation by simulation: those that a forecast counts, bit for bit.

    Parameters
    ----------
    what
        A scenario, or a forecast: then its own simulations.
    villages
        Codes of some villages; all of them by default.
    draws, replicates
        How many, as for `simulation.forecast`; of a forecast the first so many of its own, by default all.
    seed
        As for `simulation.forecast`; not used for a forecast, which has its own.

    Returns
    -------
    DataFrame
        One row a draw, replicate, village and forecast year in which the village is there; simulations that do not go
        with rises so far (``so_far``) are left out. Statuses are categories in their order.

    Raises
    ------
    EffortError
        Where the table would have more than `MOST_ROWS` rows.
    Refusal
        Where no village has one of the codes; of an exact forecast, and of one with agents of one's own, whose
        villages `KampungModel` follows one simulation at a time.

    Examples
    --------
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/contoh_pendampingan.yaml")
    >>> table = kkb.trajectories(scenario, ["99.01.01.2001"], draws=2, replicates=3)
    >>> len(table), list(table.columns[:5])
    (18, ['draw', 'replicate', 'village_code', 'year', 'status'])
    """
    asked = _Asked.of(what, draws, replicates, seed)
    chosen = _rows_of(asked.scenario, villages)
    asked.refuse_too_many(sum(map(len, chosen)), may_choose=True)
    codes = [
        district.ever.codes[row]
        for district, rows in zip(asked.scenario.districts, chosen, strict=True)
        for row in rows
    ]
    firsts = np.cumsum([0, *map(len, chosen)]).tolist()
    parts = [_villages(asked, place, rows, firsts[place]) for place, rows in enumerate(chosen) if len(rows)]
    return _together(asked, parts, codes)


@describes_columns("flows")
def flows(
    what: Scenario | Forecast, *, draws: int | None = None, replicates: int | None = None, seed: int = 0
) -> pd.DataFrame:
    """Return how many villages go from each status to each, simulation by simulation and year by year.

    Parameters
    ----------
    what, draws, replicates, seed
        As for `trajectories`.

    Returns
    -------
    DataFrame
        One row a draw, replicate, forecast year, status when the year begins and status at its end, also where no
        village goes that way.

    Raises
    ------
    EffortError, Refusal
        As `trajectories`.

    Examples
    --------
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/contoh_pendampingan.yaml")
    >>> table = kkb.flows(scenario, draws=20, replicates=10)
    >>> table.groupby(["draw", "replicate", "year"])["villages"].sum().unique().tolist()
    [40]
    """
    asked = _Asked.of(what, draws, replicates, seed)
    asked.refuse_too_many(len(LEVELS) ** 2 * len(asked.scenario.districts), may_choose=False)
    return _together(asked, [_flows(asked, place) for place in range(len(asked.scenario.districts))])


@dataclass(frozen=True)
class _Asked:
    """The simulations that are asked for, by their addresses; those that failed have none."""

    scenario: Scenario
    effort: Effort
    seed: int

    @classmethod
    def of(cls, what: Scenario | Forecast, draws: int | None, replicates: int | None, seed: int) -> _Asked:
        scenario = what.scenario if isinstance(what, Forecast) else what
        require_assumptions(scenario)
        refuse_lacking(scenario)
        if scenario.needs_agents:
            message = Message(
                "arrays do not know the law of {scenario}, which has {names}: follow its villages with KampungModel, "
                "one simulation at a time",
                {"scenario": scenario.name, "names": ", ".join(own.__qualname__ for own in scenario.own_classes)},
            )
            raise Refusal(message)
        if not isinstance(what, Forecast):
            refuse_below(0, seed=seed)
            return cls(what, Effort.of(what, draws, replicates), seed)
        if what.ensemble_run is None:
            raise Refusal(Message("nothing was simulated for an exact forecast: give its scenario"))
        own = what.effort
        effort = Effort(own.draws if draws is None else draws, own.replicates if replicates is None else replicates)
        return cls(
            what.scenario, Effort(min(effort.draws, own.draws), min(effort.replicates, own.replicates)), what.seed
        )

    def refuse_too_many(self, rows_each: int, may_choose: bool) -> None:
        """Raise an `EffortError` where so many rows a simulation and year would make too large a table."""
        rows = self.effort.trajectories * self.scenario.horizon * rows_each
        if rows <= MOST_ROWS:
            return
        values = {"rows": math.ceil(rows / 1e6), "most": MOST_ROWS // 10**6}
        if may_choose:
            raise EffortError(
                Message(
                    "{rows:,} million rows (draws × replicates × years × villages) are more than the {most:,} million "
                    "that fit in memory; name some villages, or ask for fewer draws or replicates",
                    values,
                )
            )
        raise EffortError(
            Message(
                "{rows:,} million rows are more than the {most:,} million that fit in memory; ask for fewer draws or "
                "replicates, or for one district (scenario.of_district)",
                values,
            )
        )

    def blocks(self, place: int, rows: Ints) -> Iterator[_Block]:
        """Yield the simulations of one district in blocks, of some of its villages."""
        scenario, villages = self.scenario, self.scenario.districts[place]
        parameters = scenario.parameters.draw(self.seed, self.effort.draws)
        refuse_other_form(scenario, parameters, self.seed)
        for chunk in chunks(scenario, self.effort, CHUNK_CELLS["batch"]):
            if chunk.district == place:
                yield _Block.of(scenario, villages, parameters, chunk, self.seed, rows)


@dataclass(frozen=True, eq=False)
class _Block:
    """T simulations of N villages over Y years.

    Attributes
    ----------
    where
        Their addresses.
    kept
        Shape (T,): those that go with what is known of the first year.
    status, listed
        Shape (Y + 1, N, T): at the end of the origin and of every year.
    assisted
        Shape (J, Y, N, T).
    """

    where: Trajectories
    kept: Bools
    status: Statuses
    listed: Statuses
    assisted: Bools

    @classmethod
    def of(cls, scenario: Scenario, villages: Villages, parameters: Any, chunk: Chunk, seed: int, rows: Ints) -> _Block:
        where = Trajectories.grid(chunk.draws, chunk.replicates)
        shape = len(rows), len(where)
        status, listed = (np.empty((scenario.horizon + 1, *shape), np.int8) for _ in range(2))
        assisted = np.empty((len(scenario.interventions), scenario.horizon, *shape), np.bool_)

        def watch(t: int, level: Statuses, shown_level: Statuses, reached: Sequence[Bools]) -> None:
            status[t], listed[t] = level[rows], shown_level[rows]
            for j, each in enumerate(reached):
                assisted[j, t - 1] = each[rows]

        outcome = simulate(scenario, villages, parameters, where, seed, watch=watch)
        kept = np.ones(len(where), np.bool_)
        if scenario.so_far is not None:
            kept = scenario.so_far.kept(outcome.rises[:, 0], villages, where, seed)
        return cls(where, kept, status, listed, assisted)


def _rows_of(scenario: Scenario, codes: Sequence[str] | None) -> list[Ints]:
    """Return the rows of the villages that are meant, for each district among `Villages.ever`."""
    districts = [district.ever for district in scenario.districts]
    if codes is None:
        return [np.arange(len(district)) for district in districts]
    if isinstance(codes, str):
        codes = [codes]
    place = {code: (k, row) for k, district in enumerate(districts) for row, code in enumerate(district.codes)}
    for code in codes:
        if code not in place:
            raise Refusal(_no_such(code, list(place)))
    found = [place[code] for code in dict.fromkeys(codes)]
    return [np.array([row for k, row in found if k == number], dtype=np.int64) for number in range(len(districts))]


def _no_such(code: str, codes: list[str]) -> Message:
    values = {"code": shown(str(code))}
    if (near := nearest(str(code), codes)) is not None:
        return Message("no village has the code {code}; {suggestion}", {**values, "suggestion": near})
    return Message(
        "no village has the code {code}; there are {codes}, in Python all in scenario.districts[0].codes",
        {**values, "codes": listed(codes, FEW_CODES)},
    )


def _villages(asked: _Asked, place: int, rows: Ints, first: int) -> dict[str, NDArray[Any]]:
    """Return the columns of one district's villages, the code of each as its place among all that are meant."""
    scenario, effort = asked.scenario, asked.effort
    shape = effort.draws, effort.replicates, len(rows), scenario.horizon
    villages = scenario.districts[place].ever
    there = np.stack([villages.there(year)[rows] for year in scenario.years], axis=1)
    reached = [f"assisted_{plan.name}" for plan in scenario.interventions]
    found = {name: np.empty(shape, np.int8) for name in ("status", "listed", "listed_before")}
    found |= {name: np.empty(shape, np.bool_) for name in reached}
    kept = np.empty(shape, np.bool_)
    for block in asked.blocks(place, rows):
        parts = {"status": block.status[1:], "listed": block.listed[1:], "listed_before": block.listed[:-1]}
        at = block.where.draw, block.where.replicate
        for name, part in (parts | dict(zip(reached, block.assisted, strict=True))).items():
            found[name][at] = part.transpose(2, 1, 0)
        kept[at] = block.kept[:, None, None] & there
    addresses = _addresses(
        kept, district_code=place, draw=shape[0], replicate=shape[1], village_code=shape[2], year=scenario.years
    )
    addresses["village_code"] += np.int32(first)
    return {**addresses, **{name: values[kept] for name, values in found.items()}}


def _flows(asked: _Asked, place: int) -> dict[str, NDArray[Any]]:
    """Return the columns of one district's flows."""
    scenario, effort, size = asked.scenario, asked.effort, len(LEVELS)
    villages = scenario.districts[place].ever
    counts = np.empty((effort.draws, effort.replicates, scenario.horizon, size, size), np.int32)
    kept = np.empty(counts.shape, np.bool_)
    for block in asked.blocks(place, np.arange(len(villages))):
        at, number = (block.where.draw, block.where.replicate), len(block.where)
        for t, year in enumerate(scenario.years):
            here = villages.there(year)
            move = size * block.listed[t, here].astype(np.int64) + block.listed[t + 1, here]
            cell = np.arange(number) * size**2 + move
            counts[(*at, t)] = np.bincount(cell.ravel(), minlength=number * size**2).reshape(number, size, size)
        kept[at] = block.kept[:, None, None, None]
    addresses = _addresses(
        kept, district_code=place, draw=effort.draws, replicate=effort.replicates, year=scenario.years,
        listed_before=size, listed=size,
    )  # fmt: skip
    return {**addresses, "villages": counts[kept]}


def _addresses(kept: Bools, *, district_code: int, **axes: int | range) -> dict[str, NDArray[Any]]:
    """Return where each row that is kept stands on each axis: a number from 0, or one of a range."""
    columns: dict[str, NDArray[Any]] = {"district_code": np.full(int(kept.sum()), district_code, np.int32)}
    for axis, (name, values) in enumerate(axes.items()):
        along = np.arange(values, dtype=np.int32) if isinstance(values, int) else np.array(values, dtype=np.int32)
        shape = [1] * kept.ndim
        shape[axis] = along.size
        columns[name] = np.broadcast_to(along.reshape(shape), kept.shape)[kept]
    return columns


def _together(asked: _Asked, parts: Sequence[Mapping[str, NDArray[Any]]], codes: Sequence[str] = ()) -> pd.DataFrame:
    """Return the table of all districts, statuses and codes as categories."""
    import pandas as pd

    districts = [district.district_code for district in asked.scenario.districts]
    categories = {"district_code": districts, "village_code": codes, **dict.fromkeys(_STATUSES, LEVELS)}
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    if len(districts) == 1:
        del columns["district_code"]
    return pd.DataFrame(
        {
            name: pd.Categorical.from_codes(values, pd.Index(categories[name]), ordered=name in _STATUSES)
            if name in categories
            else values
            for name, values in columns.items()
        }
    )
