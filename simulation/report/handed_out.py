"""Documents that people open, change and pass on: written beside the tables of a run, never over somebody's changes.

Knows whether a document is still as it was written; must not know what it says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from .files import digest, json_text, write_text

_WRITTEN = ".handed_out.json"
"""Digest of each document as it was written."""


def hand_out(folder: Path, writers: Mapping[str, Callable[[Path], None]]) -> list[Path]:
    """Write documents in a folder, and return where those that were changed by hand are kept.

    Parameters
    ----------
    writers
        Name of each document -> what writes it to a path, whole.
    """
    known = _known(folder)
    kept = [path for name in writers if (path := _set_aside(folder / name, known.get(name))) is not None]
    for name, write in writers.items():
        write(folder / name)
        known[name] = digest(folder / name)
    write_text(folder / _WRITTEN, json_text(known))
    return kept


def _known(folder: Path) -> dict[str, str]:
    try:
        known = json.loads((folder / _WRITTEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _set_aside(path: Path, written: str | None) -> Path | None:
    """Give a document that is not as it was written another name, and return that; None where there is none."""
    if not path.is_file() or digest(path) == written:
        return None
    number = 1
    while (kept := path.with_stem(f"{path.stem}_{number}")).exists():
        number += 1
    return path.rename(kept)
