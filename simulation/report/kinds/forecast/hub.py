"""A forecast as a hub of the hubverse collects it (https://hubverse.io): ``hub.csv``, described by ``tasks.json``.

A hub that has other names for the same targets gets these from the scenario (``hub: {rises: …}``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....domain.arrays import Ints
from ....inference.forecast import FINE, Forecast
from ...files import DECIMALS, json_text, write_text
from ..kind import DataTable
from .result import ForecastResult

HUB_COLUMNS = ("origin_date", "target", "horizon", "location", "output_type", "output_type_id", "value")
SCHEMA = "https://raw.githubusercontent.com/hubverse-org/schemas/main/v5.1.0/tasks-schema.json"
MET, COUNTS = "target", ("rises", "entries", "stock", "net_rises")
"""Names of what is forecast: whether the target is met, and counts of villages."""
SAMPLES = 100
MOST_SAMPLE_ROWS = 50_000
"""Of many districts fewer samples are told, so that the file stays small."""


def hub_tables(forecast: Forecast, result: ForecastResult) -> Iterator[DataTable]:
    """Yield the table of the hub and its configuration; a column ``model_id`` names any law but the standard one."""
    samples, names = _Samples.of(forecast), forecast.scenario.hub
    rows = _rows(forecast, result, samples, names)
    if not (law := "+".join(result.own_law)):
        yield DataTable("hub.csv", HUB_COLUMNS, rows)
    else:
        yield DataTable("hub.csv", ("model_id", *HUB_COLUMNS), ((law, *row) for row in rows))
    tasks = json_text(_tasks(forecast, len(samples.ids), names))
    yield DataTable("tasks.json", write=lambda path: write_text(path, tasks))


@dataclass(frozen=True, eq=False)
class _Samples:
    """Some simulations, the same ones of every district and count, so that each tells all of these together.

    Attributes
    ----------
    ids
        Draw × replicates + replicate of each, rising.
    """

    forecast: Forecast
    ids: Ints

    @classmethod
    def of(cls, forecast: Forecast) -> _Samples:
        """Choose them, evenly spread over those that are kept in all districts; none of an exact forecast."""
        if forecast.ensemble_run is None:
            return cls(forecast, np.zeros(0, np.int64))
        outcomes, districts = forecast.ensemble_run.outcomes, forecast.districts
        kept = np.flatnonzero(np.logical_and.reduce([outcome.kept.ravel() for outcome in outcomes]))
        rows = len(districts) * len(forecast.calendar) * len(districts[0].fine_quantiles)
        number = min(SAMPLES, kept.size, max(1, MOST_SAMPLE_ROWS // rows))
        return cls(forecast, kept[(np.arange(number) * kept.size) // max(number, 1)])

    def values(self, district: int) -> dict[str, NDArray[Any]]:
        """Return what they count in one district, name -> shape (samples, Y)."""
        if self.forecast.ensemble_run is None:
            return {}
        target, outcome = self.forecast.scenario.target, self.forecast.ensemble_run.outcomes[district]
        counts: dict[str, NDArray[Any]] = {"rises": outcome.rises}
        if not target.of_gross_rises:
            counts[target.key] = outcome.counts.score(target)
        return {name: each.reshape(-1, each.shape[-1])[self.ids] for name, each in counts.items()}


def _rows(
    forecast: Forecast, result: ForecastResult, samples: _Samples, names: Mapping[str, str]
) -> Iterator[tuple[Any, ...]]:
    """Yield quantiles and samples of every count, and the chance that the target is met."""
    origin_date = f"{result.origin}-12-31"
    for number, (district, told) in enumerate(zip(forecast.districts, result.districts, strict=True)):
        sampled = samples.values(number)
        for t, year in enumerate(told.years):
            place = (t + 1, told.district_code)
            for name, quantiles in district.fine_quantiles.items():
                head = (origin_date, names.get(name, name), *place)
                yield from ((*head, "quantile", *pair) for pair in zip(FINE, quantiles[t].tolist(), strict=True))
                if len(samples.ids):
                    pairs = zip(samples.ids.tolist(), sampled[name][:, t].tolist(), strict=True)
                    yield from ((*head, "sample", *pair) for pair in pairs)
            head, met = (origin_date, names.get(MET, MET), *place), round(year.probability_met, DECIMALS)
            yield *head, "pmf", "met", met
            yield *head, "pmf", "not_met", round(1 - met, DECIMALS)


def _tasks(forecast: Forecast, samples: int, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the configuration of a hub that asks for just what the table holds.

    The horizon counts years, for which the hubverse has no unit: targets are not declared as steps ahead.
    """
    scenario = forecast.scenario
    counts = list(forecast.districts[0].fine_quantiles)
    ids: dict[str, Sequence[Any]] = {
        "origin_date": [f"{scenario.origin}-12-31"],
        "horizon": list(range(1, len(forecast.calendar) + 1)),
        "location": [district.villages.district_code for district in forecast.districts],
    }
    groups = [_task(name, names.get(name, name), ids, _of_a_count(name, samples)) for name in counts]
    chances = {
        "output_type_id": {"required": ["met", "not_met"]},
        "value": {"type": "double", "minimum": 0, "maximum": 1},
        "is_required": True,
    }
    groups.append(_task(MET, names.get(MET, MET), ids, {"pmf": chances}))
    due = {"start": f"{scenario.origin}-12-31", "end": f"{scenario.origin + 1}-12-31"}
    told_by = {"round_id_from_variable": True, "round_id": "origin_date"}
    rounds = [{**told_by, "model_tasks": groups, "submissions_due": due}]
    return {"schema_version": SCHEMA, "rounds": rounds, "output_type_id_datatype": "character"}


def _of_a_count(name: str, samples: int) -> dict[str, Any]:
    value = {"type": "integer", **({} if name == "net_rises" else {"minimum": 0})}
    outputs = {"quantile": {"output_type_id": {"required": list(FINE)}, "value": value, "is_required": True}}
    if samples:
        drawn = {
            "type": "integer",
            "min_samples_per_task": samples,
            "max_samples_per_task": samples,
            "compound_taskid_set": ["origin_date", "target"],
        }
        outputs["sample"] = {"output_type_id_params": drawn, "value": value, "is_required": True}
    return outputs


def _task(name: str, target: str, ids: Mapping[str, Sequence[Any]], outputs: Mapping[str, Any]) -> dict[str, Any]:
    asked = {**ids, "target": [target]}
    met = name == MET
    return {
        "task_ids": {key: {"required": asked[key], "optional": None} for key in HUB_COLUMNS if key in asked},
        "output_type": outputs,
        "target_metadata": [
            {
                "target_id": name,
                "target_name": "Kampung KB: target met" if met else f"Kampung KB: {name}",
                "target_units": "chance" if met else "villages",
                "target_keys": {"target": target},
                "target_type": "nominal" if met else "discrete",
                "is_step_ahead": False,
            }
        ],
    }
