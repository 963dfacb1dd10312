"""What the library computed, as its folder, its result and its document tell it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulation.report.codec import rounded_as_kept
from simulation.report.document.terminal import as_text
from simulation.report.kinds.kind import Source
from simulation.report.kinds.registry import kind_of
from simulation.report.language import language
from simulation.report.store.folder import Answer
from simulation.report.store.making import Place, obtain


def result_of(found: Any) -> Any:
    """Return the typed result as it is read back from its file."""
    return rounded_as_kept(kind_of(found).result(found))


def place_of(found: Any, out: Path) -> Place:
    """Return the place below `out` where an answer is kept."""
    kind = kind_of(found)
    return Place.of(kind, kind.question(found), out)


def written(found: Any, out: Path) -> Answer[Any]:
    """Write an answer without figures."""
    question = kind_of(found).question(found)
    return obtain(place_of(found, out), question, lambda: found, language("id"), figures=False).answer


def in_terminal(found: Any, code: str, *, verbose: bool = False, result: Any = None) -> str:
    """Return what a terminal shows of an answer, or of a `result` of its kind."""
    told = result_of(found) if result is None else result
    return as_text(language(code), kind_of(found).document(told, language(code), Source()), verbose=verbose)
