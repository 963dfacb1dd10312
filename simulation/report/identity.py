"""The identity of a run: one hash over everything that decides its numbers.

Knows what a result depends on; must not know where it is kept. Workers, chunks, the language asked for
and time are left out, for no table depends on them; the scenario's own language stands in its record.
"""

from __future__ import annotations

import ast
import inspect
import json
import linecache
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from ..domain.messages import KampungError
from ..engine.effort import Effort
from ..inputs.resolve import fingerprint
from ..inputs.scenario import Scenario

if TYPE_CHECKING:
    from ..engine.model import VillageAgent

RESULTS_FORMAT = 1
"""Raised whenever the same inputs give other numbers or other tables than before."""

HASH_DIGITS = 12
_SCENARIO_SUFFIXES = (".yaml", ".yml")


def input_hash(
    scenario: Scenario,
    effort: Effort,
    seed: int,
    engine: str,
    agent_class: type[VillageAgent] | None = None,
    *,
    precision: float | None = None,
) -> str:
    """Return the first digits of the hash that names a run folder.

    The document counts that is made from the assumptions themselves, so that a scenario changed in Python
    is not taken for the file it came from. Of a run that doubles until it is precise enough, the half-width
    asked for counts, and the effort it begins with.

    Raises
    ------
    KampungError
        Where the source of a custom agent class cannot be read, or the scenario holds what has no content
        that could be hashed.
    """
    effort = effort_that_counts(effort, engine)
    identity = {
        "results": RESULTS_FORMAT,
        "scenario": fingerprint(scenario),
        "seed": seed,
        "draws": effort.draws,
        "replicates": effort.replicates,
        "engine": engine,
        "agent": agent_source(agent_class),
    }
    if precision is not None:
        identity["precision"] = precision
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()[:HASH_DIGITS]


def effort_that_counts(effort: Effort, engine: str) -> Effort:
    """Return the effort as far as numbers depend on it: an exact result knows no replicates."""
    return Effort(effort.draws, 1) if engine == "exact" else effort


def data_files(scenario: Scenario) -> dict[str, str]:
    """Return the data files that were read -> SHA-256; scenario files count as resolved, not as written."""
    return {
        name: digest
        for name, digest in scenario.provenance.files.items()
        if PurePath(name).suffix.lower() not in _SCENARIO_SUFFIXES
    }


def plain(value: Any) -> Any:
    """Return nested frozen objects as data that JSON holds; arrays of numbers by their hash.

    Raises
    ------
    KampungError
        Where something is neither data nor made of data: its text might name a place in memory.
    """
    match value:
        case None | str() | int() | float():
            result: Any = value
        case bytes():
            result = sha256(value).hexdigest()
        case Fraction():
            result = str(value)
        case np.generic():
            result = value.item()
        case np.ndarray():
            content = np.ascontiguousarray(value)
            numbers = [content.dtype.str, list(content.shape), sha256(content.tobytes()).hexdigest()]
            result = numbers if content.dtype.kind in "biuf" else plain(value.tolist())
        case Mapping():
            result = {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            result = [plain(item) for item in value]
        case set() | frozenset():
            result = sorted(plain(item) for item in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            result = {"": type(value).__name__} | {f.name: plain(getattr(value, f.name)) for f in fields(value)}
        case _:
            raise KampungError(
                f"a scenario that holds a value of type {type(value).__name__} cannot be named by its content: "
                "use numbers, text, arrays or dataclasses of these"
            )
    return result


def agent_source(agent_class: type[VillageAgent] | None) -> list[str]:
    """Return the source of a custom agent and of the classes between it and `VillageAgent`.

    Of a class in a file the whole file counts: constants and functions that its methods use decide numbers too.
    """
    if agent_class is None:
        return []
    from ..engine.model import VillageAgent

    custom = [kind for kind in agent_class.__mro__ if kind not in VillageAgent.__mro__]
    try:
        return [f"{kind.__qualname__}\n{_source(kind)}" for kind in custom]
    except (OSError, TypeError, KeyError, StopIteration) as error:
        raise KampungError(
            f"the source of {agent_class.__name__} cannot be read, so its run cannot be named: "
            "define the class, with a method, in a file or a notebook cell"
        ) from error


def _source(kind: type) -> str:
    """Return the text of a class's file; a class of a notebook is found through its methods, which know their cell."""
    if kind.__module__ != "__main__":
        return inspect.getsource(sys.modules[kind.__module__])
    method = next(member.__code__ for member in vars(kind).values() if inspect.isfunction(member))
    cell = "".join(linecache.getlines(method.co_filename))
    found = next(
        node
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, ast.ClassDef) and node.lineno <= method.co_firstlineno <= (node.end_lineno or 0)
    )
    return ast.get_source_segment(cell, found) or ""
