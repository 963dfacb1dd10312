"""Data that remembers where it was written, and the problems found in it, collected so that all can be told at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from ..domain.messages import (
    LONGEST,
    DataError,
    Message,
    Problem,
    ProblemsError,
    ScenarioError,
    nearest,
    shown,
)

Scalar = str | int | float | bool | None
Keys = tuple[str, ...]
"""The path to a value: what stands between the points of a dotted key."""


@dataclass(frozen=True)
class Place:
    """A line of a file.

    Attributes
    ----------
    file
        As the reader would name it.
    line
        1-based; None for what was written in Python.
    folder
        Where the relative paths of this file start.
    generation
        0 for the file that was asked for, 1 for the file it extends, and so on.
    """

    file: str
    line: int | None
    folder: Path
    generation: int = 0


class Unreadable:
    """Stands where a value was refused on reading, its problem already told."""


UNREADABLE = Unreadable()


@dataclass(frozen=True, eq=False)
class Node:
    """A value and its place.

    Attributes
    ----------
    value
        A scalar, a mapping of nodes, a list of nodes, or `UNREADABLE`.
    place
        Where the value stands; for mappings and lists, the line of their key.
    text
        A scalar as it was written, without quotes.
    """

    value: Scalar | dict[str, Node] | list[Node] | Unreadable
    place: Place
    text: str = ""

    @property
    def mapping(self) -> dict[str, Node]:
        """The entries of a mapping; empty for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The items of a list; empty for anything else."""
        return self.value if isinstance(self.value, list) else []

    def get(self, *keys: str) -> Node | None:
        """Return what stands below `keys`, or None where nothing does."""
        node: Node | None = self
        for key in keys:
            node = node.mapping.get(key) if node is not None else None
        return node

    def with_value(self, value: dict[str, Node] | list[Node]) -> Node:
        """Return a node of another value at the same place."""
        return replace(self, value=value)

    @property
    def readable(self) -> bool:
        """Whether the value, or every item of the list, could be read."""
        return not isinstance(self.value, Unreadable) and all(item.readable for item in self.items)

    def plain(self) -> Any:
        """Return the bare data, without entries that are not readable."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items() if node.readable}
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        return self.value

    def walk(self, keys: Keys = ()) -> Iterator[tuple[Keys, Node]]:
        """Yield every node below this one that has a key, with its keys, parents first."""
        for key, child in self.mapping.items():
            yield (*keys, key), child
            yield from child.walk((*keys, key))


def compact(node: Node) -> str:
    """Return a value on one line, as YAML's flow style would write it."""
    return "".join(_pieces(node))


def _pieces(node: Node) -> Iterator[str]:
    if isinstance(node.value, dict | list):
        opening, closing = "{}" if isinstance(node.value, dict) else "[]"
        entries = node.value.items() if isinstance(node.value, dict) else (("", item) for item in node.value)
        yield opening
        for position, (key, child) in enumerate(entries):
            yield ", " if position else ""
            yield f"{key}: " if key else ""
            yield from _pieces(child)
        yield closing
    else:
        yield shown(node.text)


MOST = 500
"""A file with more problems than this has one cause; the rest would only bury it."""

MOST_LETTERS = 10_000_000
"""Pairs of letters that are compared for all suggestions together: about a second."""


class ProblemList:
    """Problems of all files of one scenario, in the order of reading.

    Parameters
    ----------
    kind
        The error that carries them; left out, a `DataError` where only tables are wrong.

    Attributes
    ----------
    language
        The language that the scenario names, as far as its files could be read; None where it names none.
    notes
        What is no problem and should not go unsaid.
    """

    def __init__(self, kind: type[ProblemsError] | None = None) -> None:
        self._kind = kind
        self.language: str | None = None
        self.notes: list[Message] = []
        self._problems: list[Problem] = []
        self._files: list[str] = []
        self._letters = MOST_LETTERS

    def __len__(self) -> int:
        return len(self._problems)

    def note(self, message: Message) -> None:
        """Remember something that is no problem and should not go unsaid."""
        if message not in self.notes:
            self.notes.append(message)

    @property
    def full(self) -> bool:
        """Whether further problems would not be told any more."""
        return len(self) >= MOST

    def reading(self, file: str) -> None:
        """Note that `file` is read now: its problems come after those of earlier files."""
        if file not in self._files:
            self._files.append(file)

    def add(
        self,
        place: Place | Node | tuple[str, int | None],
        field: str,
        message: Message,
        *,
        found: object = "",
        allowed: Message | None = None,
        suggestion: Message | None = None,
        table: bool = False,
        cell: str = "",
    ) -> None:
        """Add a problem.

        Parameters
        ----------
        place
            Where: a node stands for itself, `found` is then read off it where not given.
        table
            Whether a table is wrong, not the scenario that names it.
        cell
            The cell of the table; "" where it is none.
        """
        if isinstance(place, Node):
            found = found if found != "" else "".join(islice(_pieces(place), 3 * LONGEST))
            place = place.place
        file, line = (place.file, place.line) if isinstance(place, Place) else place
        self.reading(file)
        field, found = shown(field, 2 * LONGEST), shown(str(found))
        problem = Problem(file, line, field, message, found, allowed, suggestion, table, cell)
        if not self.full and problem not in self._problems[-1:]:
            self._problems.append(problem)

    def nearest(self, name: str, allowed: Collection[str]) -> Message | None:
        """Return what `nearest` does among many names, until that would take long: many mistakes have one cause."""
        self._letters -= min(len(name), LONGEST) * sum(min(len(option), LONGEST) for option in allowed)
        return nearest(name, allowed, len(allowed)) if self._letters >= 0 else None

    def raise_if_any(self) -> None:
        """Raise one error with every problem."""
        if self._problems:
            raise self.error()

    def error(self) -> ProblemsError:
        """Return the error that carries every problem found so far."""
        ordered = sorted(self._problems, key=lambda problem: (self._files.index(problem.file), problem.line or 0))
        kind = self._kind or (DataError if all(problem.table for problem in ordered) else ScenarioError)
        return kind(ordered, self.language)


def tell_at(node: Node, problems: Iterable[Problem], collector: ProblemList) -> None:
    """Tell problems of what was made from a scenario at the places where their fields stand in its files."""
    for problem in problems:
        if collector.full:
            return
        place = _place_of(node, problem)
        collector.add(
            place,
            problem.field,
            problem.message,
            found=problem.found if isinstance(place, Place) or problem.field.endswith(f".{problem.found}") else "",
            allowed=problem.allowed,
            suggestion=problem.suggestion,
        )


def place_at(node: Node, field: str) -> Node:
    """Return what stands at a dotted field, or else at the nearest key above it."""
    for part in field.split("."):
        node = node.mapping.get(part, node)
    return node


def _place_of(node: Node, problem: Problem) -> Node | Place:
    """Return where a problem is: a value, the item of a list that is wrong, or the place of what lacks the field."""
    above, _, last = problem.field.rpartition(".")
    if not problem.found and last not in place_at(node, above).mapping:
        return place_at(node, above).place
    there = place_at(node, problem.field)
    return next((item for item in there.items if item.text == problem.found), there)
