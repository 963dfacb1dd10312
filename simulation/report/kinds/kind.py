"""What a kind of answer is.

To add or port one:

1. *Result*: in ``kinds/X.py`` write ``XResult``, a frozen dataclass that extends `Head` with exactly what ``X.json``
   holds: numbers, text, tuples, mappings, nested frozen dataclasses; no sentences. The store writes and reads it
   (``codec.py``: floats to six decimals, NaN as null, so a number that may be unknown is ``float | None``).
   ``**head_of(scenario)`` fills in the head.
2. *Asked*: a frozen dataclass with the options that decide the numbers (seed, draws, replicates, engine, year …).
3. *Functions*: ``question(found)`` says what the object that the library computed answers (so that `kkb.save` finds
   its folder); ``compute(question, work)`` computes it, for commands and for `kkb.rerun` alike; ``result(found)`` makes
   the typed result; ``tables(found, result)`` the tables for machines (CSV, Parquet), whose columns are described in
   ``simulation/domain/columns.py``.
4. *Document*: ``document(result, speech, source)`` returns blocks (``document/blocks.py``): `Paragraph`, `Bullets`,
   `Table`, `Picture`, `Heading`. Each says with ``on`` where it is shown: terminal, terminal with ``--verbose``, places
   in a brief, its annex, workbook. Cells of tables are numbers with a `Column` form where that is possible.
5. *Figures*: the names in ``figures``, and for each a function ``(speech, result, source)`` in ``figures/``, with its
   line in ``figures/drawings.py``; a kind must not import ``figures``, which import it.
6. One line in ``kinds/registry.py``, and a command that calls `simulation.app.runner.answer` with a `Question`.

Terminal, brief (DOCX, PDF), workbook, ``--json``, the run folder, `kkb.save`, `kkb.load_run`, `kkb.rerun` and the
figures of `kkb.plots` follow from these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ...domain.messages import Message
from ..document.blocks import Document, Table
from ..files import write_parquet
from ..language import Language, phrase
from .question import Question

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from ...engine.effort import ChunkSink, Keep
    from ...inputs.village_map import VillageMap

SIMULATING = phrase("Simulating"), phrase("Simulating: {done} of {total} simulations, about {seconds} s left")
"""The words beside a progress bar, and those of a line of progress."""
Asked = TypeVar("Asked")
Found = TypeVar("Found")
Result = TypeVar("Result")
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Work:
    """How an answer is computed, which changes no number of it.

    Attributes
    ----------
    workers
        Threads or processes; None for the default of the engine.
    progress
        Called with (done, in all).
    sink
        Returns where finished chunks of a scenario are kept, by its place; None for nowhere.
    steps
        Returns where finished steps are kept, such as the tries of a plan, by their place; None for nowhere.
    executor
        What computes instead of the workers; None for these.
    """

    workers: int | None = None
    progress: Callable[[int, int], None] = lambda *_: None
    sink: Callable[[int], ChunkSink | None] = lambda _: None
    steps: Callable[[int], Keep | None] = lambda _: None
    executor: Executor | None = None


@dataclass(frozen=True)
class DataTable:
    """A table for machines: a CSV, or any other file that `write` writes to a path.

    What its columns mean stands in `simulation/domain/columns.py`, and from there in ``datapackage.json`` beside it.
    """

    name: str
    columns: Sequence[str] = ()
    rows: Iterable[Sequence[Any]] = ()
    write: Callable[[Path], None] | None = None

    @classmethod
    def of(cls, name: str, frame: pd.DataFrame) -> DataTable:
        """Return the table that holds a frame, without its index."""
        return cls(name, [str(column) for column in frame], frame.itertuples(index=False))

    @classmethod
    def of_rows(cls, name: str, rows: Rows) -> DataTable:
        """Return the table of mappings that all have the same keys, at least one."""
        return cls(name, list(rows[0]), [list(row.values()) for row in rows])

    @classmethod
    def of_columns(cls, name: str, groups: Iterable[Mapping[str, Any]]) -> DataTable:
        """Return the table in Parquet whose row groups, at least one, are given as columns."""
        groups = iter(groups)
        first = next(groups)
        return cls(name, list(first), write=lambda path: write_parquet(path, chain([first], groups)))


@dataclass(frozen=True)
class Source:
    """Where a result that is told or drawn comes from.

    Attributes
    ----------
    id
        Of the run; None where it has none.
    scenario
        The leading scenario as resolved, as the manifest holds it; empty where it is not known.
    versions
        Of Python and of the packages that numbers and figures come from.
    asked
        The options of the question; None where they are not known.
    villages
        Returns the rows of the village table of a forecast.
    village_map
        Returns where the villages of the leading scenario are; None where it names no map.
    finished_at
        When the run was finished; None where that is not known.
    """

    id: str | None = None
    scenario: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str | None] = field(default_factory=dict)
    asked: Any = None
    villages: Callable[[], Rows] = lambda: ()
    village_map: Callable[[], VillageMap | None] = lambda: None
    finished_at: datetime | None = None


@dataclass(frozen=True)
class Kind(Generic[Asked, Found, Result]):
    """A kind of answer.

    Attributes
    ----------
    name
        ``<name>.json`` holds the result; folders and figures are named by it too.
    asked, found, result_type
        Types of its options, of what the library computes, and of what the JSON file holds.
    title
        What such an answer is called in a sentence, and in the name of its folder.
    sheets
        Tables that a workbook has besides those of the document.
    undrawable
        Returns why a figure cannot be drawn of a result, a `Message`; None where it can.
    undrawn
        Figure -> the sentence that tells this ``{reason}``, where it is told.
    size
        Returns about how many bytes the answer to a question takes, figures aside.
    doing
        What is said beside the progress bar, and as a line.
    in_brief
        Whether a brief has a chapter on it.
    """

    name: str
    asked: type[Asked]
    found: type[Found]
    result_type: type[Result]
    question: Callable[[Found], Question[Asked]]
    compute: Callable[[Question[Asked], Work], Found]
    result: Callable[[Found], Result]
    tables: Callable[[Found, Result], Iterable[DataTable]]
    document: Callable[[Result, Language, Source], Document]
    title: str
    sheets: Callable[[Result, Language, Source], Iterable[Table]] = lambda *_: ()
    figures: tuple[str, ...] = ()
    undrawable: Callable[[str, Result], Message | None] = lambda *_: None
    undrawn: Mapping[str, str] = field(default_factory=dict)
    size: Callable[[Question[Asked]], int] = lambda _: 1_000_000
    doing: tuple[str, str] = SIMULATING
    in_brief: bool = True

    def drawable(self, result: Result) -> list[str]:
        """Return the names of the figures that can be drawn of a result."""
        return [name for name in self.figures if self.undrawable(name, result) is None]


AnyKind = Kind[Any, Any, Any]
