"""Anything that decides numbers as plain data, from which a run is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from hashlib import sha256
from typing import Any

import numpy as np

from ...domain.messages import KampungError

HASH_DIGITS = 12


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
