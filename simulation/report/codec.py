"""Results, and what names them, as plain data and back: the only place where numbers are rounded for a file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import msgspec
import numpy as np

from ..domain.messages import KampungError
from .files import DECIMALS, json_text, read_content

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


def encoded(result: Any) -> Iterator[bytes]:
    """Yield the JSON file of a typed result, piece by piece: of a long field one item at a time.

    Raises
    ------
    TypeError
        Where it holds what JSON cannot.
    """
    yield b"{"
    there = (each for each in fields(result) if getattr(result, each.name) is not msgspec.UNSET)
    for number, each in enumerate(there):
        yield b",\n" if number else b"\n"
        yield f'  "{each.name}": '.encode()
        value = getattr(result, each.name)
        if isinstance(value, tuple) and value:
            for place, item in enumerate(value):
                yield b",\n    " if place else b"[\n    "
                yield _indented(item, 4)
            yield b"\n  ]"
        else:
            yield _indented(value, 2)
    yield b"\n}\n"


def _indented(value: Any, spaces: int) -> bytes:
    """Return the JSON of a value whose lines after the first begin so many spaces to the right."""
    text = json_text(to_data(value)).rstrip("\n")
    return text.replace("\n", "\n" + " " * spaces).encode()


def decode(data: Any, kind: type[T]) -> T:
    """Return the typed result that plain data describe.

    Raises
    ------
    ValueError
        Where a field is missing or of another type; the message names it.
    """
    return msgspec.convert(data, kind, strict=False, str_keys=True)


def read_result(path: Path, kind: type[T]) -> T:
    """Return the typed result that a JSON file holds, whoever wrote it.

    Raises
    ------
    OSError, ValueError
        Where there is no such file, or it cannot be read, or is larger than any that is written here; where a field is
        missing or of another type, the message names it.
    """
    try:
        return msgspec.json.decode(read_content(path), type=kind, strict=False)
    except RecursionError as error:
        raise ValueError(f"{path} nests too deeply") from error


def rounded_as_kept(result: T) -> T:
    """Return a result as it would be read back from its file."""
    return decode(to_data(result), type(result))


def content_of(value: Any) -> bytes:
    """Return what dataclasses of arrays hold as JSON, unrounded: equal values are equal content."""
    return msgspec.json.encode(value, enc_hook=_of_numpy)


def of_content(content: bytes, kind: type[T]) -> T:
    """Return the value of some type that is kept as content."""
    return msgspec.json.decode(content, type=kind, dec_hook=_array)


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
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return value


def _array(kind: Any, value: Any) -> Any:
    """Return an array of the type that a field is declared with."""
    if get_origin(kind) is not np.ndarray:
        raise NotImplementedError
    (dtype,) = get_args(get_args(kind)[1])
    return np.array(value, dtype=dtype)
