"""A hubverse hub in small: which model outputs its configuration accepts.

Knows the rules of hub configurations (tasks.json, schema version 5.1) and of model-output files as the
hubverse documents them; must not know, nor use, the code that writes such files.
"""

from __future__ import annotations

import csv
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO
from itertools import pairwise, product
from typing import Any

from jsonschema import Draft202012Validator

OUTPUT_COLUMNS = ("output_type", "output_type_id", "value")
OUTPUT_TYPES = frozenset({"mean", "median", "quantile", "cdf", "pmf", "sample"})
TARGET_TYPES = frozenset({"continuous", "discrete", "date", "binary", "nominal", "ordinal", "compositional"})
OF_CATEGORIES = frozenset({"binary", "nominal", "ordinal"})
TIME_UNITS = frozenset({"day", "week", "month"})
MISSING = frozenset({"", "NA", "NaN", "nan", "NULL", "None"})
SUM_TOLERANCE = 1.5e-8
"""As far as R's `all.equal` lets a sum of probabilities stray from 1."""

_VALUE = {
    "type": "object",
    "properties": {
        "type": {"enum": ["double", "integer"]}, "minimum": {"type": "number"}, "maximum": {"type": "number"},
    },
    "required": ["type"],
    "additionalProperties": False,
}  # fmt: skip


def _output(ids: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an output type whose identifiers are as in this one."""
    of_ids = {
        "type": "object",
        "properties": {"required": {"type": "array", "uniqueItems": True, "items": ids}},
        "required": ["required"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"output_type_id": of_ids, "value": _VALUE, "is_required": {"type": "boolean"}},
        "required": ["output_type_id", "value", "is_required"],
        "additionalProperties": False,
    }


_TASK_ID = {
    "type": "object",
    "properties": {
        name: {"type": ["array", "null"], "uniqueItems": True} for name in ("required", "optional")
    },
    "required": ["required", "optional"],
    "additionalProperties": False,
}  # fmt: skip
_SAMPLE = {
    "type": "object",
    "properties": {
        "output_type_id_params": {
            "type": "object",
            "properties": {
                "type": {"enum": ["character", "integer"]},
                "max_length": {"type": "integer", "minimum": 1},
                "min_samples_per_task": {"type": "integer", "minimum": 1},
                "max_samples_per_task": {"type": "integer", "minimum": 1},
                "compound_taskid_set": {"type": "array", "uniqueItems": True, "items": {"type": "string"}},
            },
            "required": ["type", "min_samples_per_task", "max_samples_per_task"],
            "additionalProperties": False,
        },
        "value": _VALUE,
        "is_required": {"type": "boolean"},
    },
    "required": ["output_type_id_params", "value", "is_required"],
    "additionalProperties": False,
}
_TARGET = {
    "type": "object",
    "properties": {
        "target_id": {"type": "string", "maxLength": 30},
        "target_name": {"type": "string", "maxLength": 100},
        "target_units": {"type": "string", "maxLength": 100},
        "target_keys": {"type": ["object", "null"], "minProperties": 1, "maxProperties": 1},
        "target_type": {"type": "string"},
        "is_step_ahead": {"type": "boolean"},
        "time_unit": {"type": "string"},
    },
    "required": ["target_id", "target_name", "target_units", "target_type", "target_keys", "is_step_ahead"],
}
TASKS_SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "schema_version": {"type": "string", "format": "uri"},
        "output_type_id_datatype": {"enum": ["auto", "character", "double", "integer", "logical", "Date"]},
        "rounds": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "round_id_from_variable": {"type": "boolean"},
                    "round_id": {"type": "string"},
                    "model_tasks": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "task_ids": {"type": "object", "additionalProperties": _TASK_ID},
                                "output_type": {
                                    "type": "object",
                                    "properties": {
                                        "quantile": _output({"type": "number", "minimum": 0, "maximum": 1}),
                                        "pmf": _output({"type": "string"}),
                                        "sample": _SAMPLE,
                                    },
                                },
                                "target_metadata": {"type": "array", "items": _TARGET},
                            },
                            "required": ["task_ids", "output_type", "target_metadata"],
                        },
                    },
                    "submissions_due": {
                        "type": "object",
                        "properties": {name: {"type": "string", "format": "date"} for name in ("start", "end")},
                        "required": ["start", "end"],
                    },
                },
                "required": ["round_id_from_variable", "round_id", "model_tasks", "submissions_due"],
            },
        },
    },
    "required": ["rounds", "schema_version"],
    "additionalProperties": False,
}
"""What concerns this package of v5.1.0/tasks-schema.json in the repository hubverse-org/schemas (CC0), in its words."""
Config = Mapping[str, Any]
Row = dict[str, str]


@dataclass(frozen=True)
class Task:
    """One group of modelling tasks of the only round.

    Attributes
    ----------
    required, optional
        Column -> the texts that must, and may, stand in it.
    outputs
        Output type -> its identifiers, in the order of the configuration.
    values
        Output type -> type and range of its values.
    sample
        How many samples each task has, and the task ids that tell compound tasks apart; None where none are taken.
    """

    required: dict[str, list[str]]
    optional: dict[str, list[str]]
    outputs: dict[str, list[str]]
    values: dict[str, Mapping[str, Any]]
    sample: Mapping[str, Any] | None = None

    def allows(self, row: Row) -> bool:
        """Return whether a row speaks of this task in an output type it takes."""
        of_task = all(row[name] in {*self.required[name], *self.optional[name]} for name in self.required)
        if row["output_type"] == "sample":
            return of_task and self.sample is not None and row["output_type_id"].isdecimal()
        return of_task and row["output_type_id"] in self.outputs.get(row["output_type"], ())


def config_faults(config: Config) -> list[str]:
    """Return what a hub would refuse in a configuration; nothing where it is sound."""
    json.dumps(config)
    (one_round,) = config["rounds"]
    found = [error.message for error in Draft202012Validator(TASKS_SCHEMA).iter_errors(config)]
    found += [] if one_round["round_id_from_variable"] is True else ["the round is not told by a variable"]
    for group in one_round["model_tasks"]:
        names = group["task_ids"]
        if one_round["round_id"] not in names:
            found.append(f"the round {one_round['round_id']} is no task id")
        found += [
            f"{name}: required and optional" for name, ids in names.items() if set(ids) != {"required", "optional"}
        ]
        targets = _texts(names["target"]["required"]) + _texts(names["target"]["optional"])
        described = [entry["target_keys"]["target"] for entry in group["target_metadata"]]
        if sorted(targets) != sorted(described):
            found.append(f"targets {targets}, described {described}")
        found += [
            fault for entry in group["target_metadata"] for fault in _metadata_faults(entry, group["output_type"])
        ]
        found += [fault for kind, output in group["output_type"].items() for fault in _output_faults(kind, output)]
    return found


def _metadata_faults(entry: Mapping[str, Any], outputs: Mapping[str, Any]) -> Iterator[str]:
    for key, most in (("target_id", 30), ("target_name", 100), ("target_units", 100)):
        if not 0 < len(entry[key]) <= most:
            yield f"{key} has {len(entry[key])} characters"
    if entry["target_type"] not in TARGET_TYPES:
        yield f"no target type: {entry['target_type']}"
    if "pmf" in outputs and entry["target_type"] not in OF_CATEGORIES:
        yield f"pmf of a target of type {entry['target_type']}"
    if "quantile" in outputs and entry["target_type"] not in {"continuous", "discrete"}:
        yield f"quantiles of a target of type {entry['target_type']}"
    if entry["is_step_ahead"] and entry.get("time_unit") not in TIME_UNITS:
        yield f"steps of a {entry.get('time_unit')}"


def _output_faults(kind: str, output: Mapping[str, Any]) -> Iterator[str]:
    if kind not in OUTPUT_TYPES:
        yield f"no output type: {kind}"
    if not isinstance(output["is_required"], bool):
        yield f"{kind}: is_required is no truth value"
    if output["value"]["type"] not in {"double", "integer"}:
        yield f"{kind}: values of type {output['value']['type']}"
    if kind == "sample":
        return
    ids = output["output_type_id"]["required"]
    if len(set(ids)) != len(ids):
        yield f"{kind}: an identifier twice"
    if kind == "quantile" and not all(0 < level < 1 for level in ids):
        yield f"quantile levels {ids}"


def file_faults(text: str, config: Config) -> list[str]:
    """Return what a hub with this configuration would refuse in a model-output file; nothing where it is sound."""
    (one_round,) = config["rounds"]
    tasks = [_task(group) for group in one_round["model_tasks"]]
    header, *body = list(csv.reader(StringIO(text)))
    columns = [*one_round["model_tasks"][0]["task_ids"], *OUTPUT_COLUMNS]
    if header != columns:
        return [f"columns {header} instead of {columns}"]
    ragged = [f"row {number}: {len(row)} cells" for number, row in enumerate(body, 2) if len(row) != len(columns)]
    if ragged or not body:
        return ragged or ["no rows"]
    rows = [dict(zip(columns, row, strict=True)) for row in body]
    found = [f"row {number}: {fault}" for number, row in enumerate(rows, 2) for fault in _row_faults(row, tasks)]
    if len({row[one_round["round_id"]] for row in rows}) > 1:
        found.append("more than one round")
    found += [f"twice: {key}" for key, times in Counter(map(_identity, rows)).items() if times > 1]
    found += [f"missing: {key}" for task in tasks for key in sorted(_required(task, rows) - set(map(_identity, rows)))]
    return found or [
        fault for task in tasks for faults in (_distribution_faults, _sample_faults) for fault in faults(task, rows)
    ]


def _texts(values: list[Any] | None) -> list[str]:
    """Return identifiers as the text that must stand in a file: 0.5, never 0.50."""
    return [str(value) for value in values or ()]


def _task(group: Mapping[str, Any]) -> Task:
    ids, outputs = group["task_ids"], group["output_type"]
    return Task(
        {name: _texts(entry["required"]) for name, entry in ids.items()},
        {name: _texts(entry["optional"]) for name, entry in ids.items()},
        {kind: _texts(output["output_type_id"]["required"]) for kind, output in outputs.items() if kind != "sample"},
        {kind: output["value"] for kind, output in outputs.items()},
        outputs["sample"]["output_type_id_params"] if "sample" in outputs else None,
    )


def _identity(row: Row) -> tuple[str, ...]:
    return tuple(text for name, text in row.items() if name != "value")


def _row_faults(row: Row, tasks: list[Task]) -> Iterator[str]:
    yield from (f"{name} is missing" for name, text in row.items() if text in MISSING)
    try:
        if date.fromisoformat(row["origin_date"]).isoformat() != row["origin_date"]:
            yield f"origin_date {row['origin_date']} is not written year-month-day"
    except ValueError:
        yield f"origin_date {row['origin_date']} is no day"
    task = next((task for task in tasks if task.allows(row)), None)
    if task is None:
        yield f"{_identity(row)} is not asked for"
        return
    allowed = task.values[row["output_type"]]
    value = _number(row["value"])
    if value is None or (allowed["type"] == "integer" and value != int(value)):
        yield f"{row['value']} is not of type {allowed['type']}"
    elif not allowed.get("minimum", -math.inf) <= value <= allowed.get("maximum", math.inf):
        yield f"{row['value']} is out of range"


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and text == text.strip() and "_" not in text else None


def _required(task: Task, rows: list[Row]) -> set[tuple[str, ...]]:
    """Return the rows that must be there: of required tasks, and of optional ones of which any row is there."""
    wanted = set(product(*task.required.values()))
    wanted |= {tuple(row[name] for name in task.required) for row in rows if task.allows(row)}
    return {(*ids, kind, one) for ids in wanted for kind, every in task.outputs.items() for one in every}


def _distribution_faults(task: Task, rows: list[Row]) -> Iterator[str]:
    """Yield where quantiles decrease or the chances of all categories do not make 1; rows are sound one by one."""
    groups: dict[tuple[str, ...], list[tuple[str, float]]] = defaultdict(list)
    for row in filter(task.allows, rows):
        key = tuple(row[name] for name in (*task.required, "output_type"))
        groups[key].append((row["output_type_id"], float(row["value"])))
    for key, pairs in groups.items():
        if key[-1] == "quantile":
            values = [value for _, value in sorted(pairs, key=lambda pair: float(pair[0]))]
            if any(after < before for before, after in pairwise(values)):
                yield f"{key}: quantiles decrease, {values}"
        if key[-1] == "pmf" and abs(math.fsum(value for _, value in pairs) - 1) > SUM_TOLERANCE:
            yield f"{key}: probabilities do not sum to 1"
        if key[-1] != "sample" and [one for one, _ in pairs] != task.outputs[key[-1]]:
            yield f"{key}: identifiers out of order"


def _sample_faults(task: Task, rows: list[Row]) -> Iterator[str]:
    """Yield where a task has too few or too many samples, or one does not tell the whole of its compound task."""
    if task.sample is None:
        return
    mine = [row for row in rows if row["output_type"] == "sample" and task.allows(row)]
    each = Counter(tuple(row[name] for name in task.required) for row in mine)
    low, high = task.sample["min_samples_per_task"], task.sample["max_samples_per_task"]
    wanted = set(product(*task.required.values()))
    yield from (f"{key}: {each[key]} samples" for key in sorted(wanted | set(each)) if not low <= each[key] <= high)
    told_apart = task.sample["compound_taskid_set"]
    told: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for row in mine:
        rest = tuple(row[name] for name in task.required if name not in told_apart)
        told[(*(row[name] for name in told_apart), row["output_type_id"])].add(rest)
    wholes = {frozenset(rest) for rest in told.values()}
    if len(wholes) > 1:
        yield f"samples tell different tasks of a compound task: {sorted(map(len, wholes))}"
