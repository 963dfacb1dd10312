"""The command ``kampungkb`` as it is, but for its chunks, which are small.

A run of a second gets as many parts as one of an hour, and lays several districts aside as one of many does. Run as a
process of its own.
"""

from __future__ import annotations

from simulation.app.cli import main
from simulation.engine import ensemble
from simulation.engine.effort import CHUNK_CELLS

CELLS = {"batch": 40_000, "mesa": 2_000}


def keep_small_chunks() -> None:
    """Cut runs into small chunks, and keep one district in memory."""
    CHUNK_CELLS.update(CELLS)
    ensemble.COUNTS_IN_MEMORY = 0


if __name__ == "__main__":
    keep_small_chunks()
    main()
