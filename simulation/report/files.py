"""Files that appear whole or not at all, tables whose bytes depend on their content alone, and documents for people.

Documents that people open and change are never written over their changes.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.whole_file import whole_file
from ..inputs.tables.cells import guard

if TYPE_CHECKING:
    import pyarrow as pa

_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{32}")
DECIMALS = 6
"""Digits behind the decimal mark that tables and results keep."""
LARGEST_JSON = 80_000_000
MOST_JSON = 2_750_000
"""Values and containers of a JSON file; one of the 514 districts and 50 years has fewer."""
_HANDED_OUT = ".handed_out.json"
"""Digest of each document as it was written, and what the file is for."""
_ABOUT = (
    "Ditulis kampungkb: sidik berkas di folder ini, agar yang diubah dengan tangan tidak ditimpa. // Written by "
    "kampungkb: digests of files in this folder, so that none changed by hand is written over."
)
_NUMBERS = {"int8": "int8", "int32": "int32", "int64": "int64", "float64": "float64"}


def left_behind(folder: Path) -> list[Path]:
    """Return the temporary files below a folder, which a process that was killed could not remove."""
    return [path for path in folder.rglob(".*") if _TEMPORARY.fullmatch(path.name)]


def remove(path: Path) -> None:
    """Remove a file, or a folder and what is in it, as far as that is possible."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):
        path.unlink(missing_ok=True)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes, whole."""
    with whole_file(path) as temporary:
        temporary.write_bytes(content)


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Write bytes piece by piece, whole."""
    with whole_file(path) as temporary, temporary.open("wb") as stream:
        stream.writelines(pieces)


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8, whole."""
    write_bytes(path, text.encode())


def json_text(value: Any) -> str:
    """Return plain data as JSON for people to read."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_content(path: Path, most: int = MOST_JSON) -> bytes:
    """Return the bytes of a JSON file that is to be read in bounded memory.

    Raises
    ------
    OSError, ValueError
        Where there is no such file, or it cannot be read, or is larger than any that is written here.
    """
    if not path.is_file():
        raise FileNotFoundError(path)
    with path.open("rb") as stream:
        content = stream.read(LARGEST_JSON + 1)
    if len(content) > LARGEST_JSON or sum(map(content.count, (b",", b"[", b"{"))) > most:
        raise ValueError(f"{path} is too large")
    return content


def read_json(path: Path, most: int = MOST_JSON) -> Any:
    """Return what a JSON file holds, whoever wrote it: in bounded memory, and no NaN or infinity by those names.

    Raises
    ------
    OSError, ValueError
        Where there is no such file, or it cannot be read, or is larger than any that is written here.
    """
    try:
        return json.loads(read_content(path, most).decode(), parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError(f"{path} nests too deeply") from error


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of a run")


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table, whole: numbers in plain notation, empty where unknown, no cell a formula."""
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([cell(name) for name in columns])
        writer.writerows([cell(value) for value in row] for row in rows)


def cell(value: object) -> str:
    """Return one cell of a CSV; an apostrophe keeps text from becoming a formula.

    Examples
    --------
    >>> cell("=1+1"), cell("'=1+1"), cell("Benua;@A1"), cell("Ma'rifat")
    ("'=1+1", "''=1+1", "Benua;'@A1", "Ma'rifat")
    >>> cell(0.0000012), cell(float("nan")), cell(True)
    ('0.000001', '', 'true')
    """
    match value:
        case str():
            # Line breaks go: Python 3.11 leaves a lone carriage return unquoted, and a row should be a line anyway.
            return guard(value.replace("\r", " ").replace("\n", " "))
        case float() | np.floating():
            text = f"{value:.6f}".rstrip("0").rstrip(".")
            return {"nan": "", "-0": "0"}.get(text, text)
        case None:
            return ""
        case bool() | np.bool_():
            return "true" if value else "false"
        case int() | np.integer():
            return str(int(value))
    return cell(str(value))


def write_parquet(
    path: Path, groups: Iterable[Mapping[str, Any]], metadata: Mapping[bytes, bytes] | None = None
) -> None:
    """Write columns to Parquet, whole; each group of columns becomes a row group.

    A column is a NumPy array of numbers or truth values, or a list of text. `metadata` stands in the file's schema.
    """
    # Arrow's own allocator sets aside tens of megabytes before the first row.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    from pyarrow.parquet import ParquetWriter

    with whole_file(path) as temporary, ThreadPoolExecutor(1) as beside:
        writer, written = None, None
        try:
            for columns in groups:
                table = _arrow_table(columns).replace_schema_metadata(metadata)
                writer = writer or ParquetWriter(temporary, table.schema, compression="zstd")
                if written is not None:
                    written.result()
                # Compressing one group goes on while the next one is made.
                written = beside.submit(writer.write_table, table, row_group_size=max(1, table.num_rows))
            if written is not None:
                written.result()
        finally:
            beside.shutdown()
            if writer is not None:
                writer.close()


def _arrow_table(columns: Mapping[str, Any]) -> pa.Table:
    """Return an Arrow table made from buffers: `pyarrow.table` and `pyarrow.array` would import pandas."""
    import pyarrow as pa

    return pa.Table.from_arrays([_arrow_array(column) for column in columns.values()], names=list(columns))


def _arrow_array(column: Any) -> pa.Array:
    import pyarrow as pa

    if isinstance(column, list) or column.dtype.kind in "UO":
        content = list(map(_Encoded().__getitem__, column))
        ends = np.zeros(len(content) + 1, np.int32)
        np.cumsum(np.fromiter(map(len, content), np.int32, len(content)), out=ends[1:])
        return pa.Array.from_buffers(
            pa.string(), len(content), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(content))]
        )
    if column.dtype.kind == "b":
        return pa.Array.from_buffers(
            pa.bool_(), column.size, [None, pa.py_buffer(np.packbits(column, bitorder="little"))]
        )
    kind = getattr(pa, _NUMBERS[column.dtype.name])()
    return pa.Array.from_buffers(kind, column.size, [None, pa.py_buffer(np.ascontiguousarray(column))])


class _Encoded(dict[object, bytes]):
    """Texts as UTF-8: in a column most of them come again and again."""

    def __missing__(self, text: object) -> bytes:
        self[text] = encoded = str(text).encode()
        return encoded


@dataclass(frozen=True)
class HandedOut:
    """Documents that were written, and those that somebody had changed, which are left as they are."""

    written: Sequence[Path]
    changed: Sequence[Path]


def hand_out(folder: Path, writers: Mapping[str, Callable[[Path], None]], language: str = "") -> HandedOut:
    """Write documents in a folder, where one was changed by hand all of them beside it: ``brief_2.docx``.

    Parameters
    ----------
    writers
        Name of each document -> what writes it to a path, whole.
    language
        Code of the language they are in: they stand beside those in another, as ``brief_en.docx``.
    """
    known = _digests_of(folder)
    if any(known.get(f"language of {name}", language) != language for name in writers):
        writers = {_numbered(name, language): write for name, write in writers.items()}
    changed: list[Path] = []
    for number in count(1):
        paths = {folder / (name if number == 1 else _numbered(name, number)): write for name, write in writers.items()}
        by_hand = [path for path in paths if path.is_file() and digest(path) != known.get(path.name)]
        if not by_hand:
            break
        changed += by_hand
    for path, write in paths.items():
        write(path)
        known[path.name] = digest(path)
        if language:
            known[f"language of {path.name}"] = language
    write_text(folder / _HANDED_OUT, json_text({"": _ABOUT} | known))
    return HandedOut(list(paths), changed)


def _numbered(name: str, ending: int | str) -> str:
    path = Path(name)
    return f"{path.stem}_{ending}{path.suffix}"


def _digests_of(folder: Path) -> dict[str, str]:
    try:
        known = json.loads((folder / _HANDED_OUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
