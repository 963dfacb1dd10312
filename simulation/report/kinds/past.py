"""What a district knows of its past as the content of a file: it names an answer, and gives the same answer again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args, get_origin

import msgspec
import numpy as np

from ...domain.evidence import Evidence, Panel


def evidence_content(evidence: Evidence) -> bytes:
    """Return evidence as JSON: equal evidence is equal content."""
    return msgspec.json.encode(evidence, enc_hook=_as_list)


def evidence_in(content: bytes) -> Evidence:
    """Return the evidence that is kept as content."""
    return msgspec.json.decode(content, type=Evidence, dec_hook=_as_array)


def panels_content(panels: Iterable[Panel]) -> bytes:
    """Return panels as JSON, in an order of their own: it does not matter in which order districts are given."""
    return b"[" + b",".join(sorted(msgspec.json.encode(one, enc_hook=_as_list) for one in panels)) + b"]"


def panels_in(content: bytes) -> tuple[Panel, ...]:
    """Return the panels that are kept as content."""
    return msgspec.json.decode(content, type=tuple[Panel, ...], dec_hook=_as_array)


def _as_list(array: Any) -> Any:
    if isinstance(array, np.ndarray):
        return array.tolist()
    raise NotImplementedError


def _as_array(kind: Any, value: Any) -> Any:
    """Return an array of the type that a field is declared with."""
    if get_origin(kind) is not np.ndarray:
        raise NotImplementedError
    (dtype,) = get_args(get_args(kind)[1])
    return np.array(value, dtype=dtype)
