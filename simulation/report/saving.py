"""Saving what a reader has worked out in Python to the folder where a command would look for it.

Knows which answers can be saved; must not know how each is written.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from ..inference.forecast import Forecast
from . import results
from .kinds.registry import kind_of
from .language import DEFAULT
from .store.folder import save as save_answer


def save(answer: Any, folder: str | Path = "results") -> Path:
    """Write an answer to its folder below `folder`, figures included, and return that folder.

    The same answer goes to the same folder; one that is there already is left as it is, and figures that it lacks
    are added.

    Parameters
    ----------
    answer
        A forecast, comparison, plan, or any other answer of this package.
    folder
        Below which run folders are kept.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    KampungError
        Where it is no answer that can be saved.

    Examples
    --------
    >>> import tempfile
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/tanah_laut.yaml")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     saved = kkb.save(kkb.forecast(scenario, draws=10, replicates=2), folder)
    ...     (saved / "forecast.json").is_file()
    True
    """
    if isinstance(answer, Forecast):
        return results.save(answer, folder)
    kind = kind_of(answer)
    code = kind.question(answer).scenarios[0].language or DEFAULT

    def waiting(path: Path) -> None:
        warnings.warn(f"waiting for the run that writes {path}", stacklevel=6)

    return save_answer(kind, answer, folder, [code], waiting)
