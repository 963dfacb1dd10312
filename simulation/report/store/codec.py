"""Results as JSON and back: the only place where numbers are rounded for a file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
import numpy as np

from ..files import DECIMALS, json_text

T = TypeVar("T")


def to_data(result: Any) -> Any:
    """Return a typed result as plain data that JSON holds: floats rounded to six decimals, NaN as null.

    Parameters
    ----------
    result
        A dataclass, or numbers, text, mappings and sequences of these.

    Raises
    ------
    TypeError
        Where it holds something else.

    Examples
    --------
    >>> to_data({"chance": (0.12345678, float("nan"))})
    {'chance': [0.123457, None]}
    """
    return _rounded(msgspec.to_builtins(result, str_keys=True, enc_hook=_of_numpy))


def encode(result: Any) -> str:
    """Return a typed result as the text of its JSON file.

    Raises
    ------
    TypeError
        Where it holds what JSON cannot.
    """
    return json_text(to_data(result))


def decode(data: Any, kind: type[T]) -> T:
    """Return the typed result that plain data describe.

    Raises
    ------
    ValueError
        Where a field is missing or of another type; the message names it.
    """
    return msgspec.convert(data, kind, strict=False)


def rounded_as_kept(result: T) -> T:
    """Return a result as it would be read back from its file."""
    return decode(to_data(result), type(result))


def _of_numpy(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, str):  # a key of a parameter
        return str(value)
    raise TypeError(f"a result cannot hold a value of type {type(value).__name__}")


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, DECIMALS)
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return value
