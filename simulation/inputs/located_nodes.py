"""Data that remembers where it was written.

Knows places in files and the values that stand there; must not know YAML or what a key means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

Scalar = str | int | float | bool | None
Keys = tuple[str | int, ...]


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

    def walk(self, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield every node below this one that has a key, with its keys, parents first."""
        for key, child in self.mapping.items():
            yield (*keys, key), child
            yield from child.walk((*keys, key))


def dotted(keys: Keys) -> str:
    """Return the field name that people read; positions in lists are left out."""
    return ".".join(key for key in keys if isinstance(key, str))
