"""The command ``kampungkb`` as it is, but for its chunks, which are small.

A run of a second gets as many parts as one of an hour. Run as a process of its own.
"""

from __future__ import annotations

from simulation.app.cli import main
from simulation.engine.effort import CHUNK_CELLS

CELLS = {"batch": 40_000, "mesa": 2_000}


def keep_small_chunks() -> None:
    """Cut runs into small chunks."""
    CHUNK_CELLS.update(CELLS)


if __name__ == "__main__":
    keep_small_chunks()
    main()
