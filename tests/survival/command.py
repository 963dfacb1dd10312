"""The command ``kampungkb`` as it is, but for its chunks: small, and kept in short runs too.

Knows how a run of a second gets as many parts as one of an hour; must not know what becomes of it. Run as a
process of its own.
"""

from __future__ import annotations

import simulation.app.estimate as estimating
from simulation.app.cli import main
from simulation.engine.chunks import CHUNK_CELLS

CELLS = {"batch": 40_000, "mesa": 2_000}


def keep_small_chunks() -> None:
    """Cut runs into small chunks, and keep those of every run."""
    CHUNK_CELLS.update(CELLS)
    estimating.WORTH_KEEPING_SECONDS = 0


if __name__ == "__main__":
    keep_small_chunks()
    main()
