"""YAML text as data that remembers its lines.

Knows the YAML we accept (plain values, no anchors, tags or surprises); must not know what a key means.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from .collector import CONTROL, Collector
from .problems import Message
from .tree import UNREADABLE, Node, Place, Scalar, dotted

DEEPEST = 20
"""Nesting beyond this is refused; the deepest key of a scenario stands at level 6."""

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+|[0-9]+\.[0-9]*)")
_NOT_FINITE = re.compile(r"([-+]?\.(inf|Inf|INF))|\.(nan|NaN|NAN)")


class _GiveUpError(Exception):
    """Reading of a file cannot go on; its problem is told."""


def read_yaml(text: str, place: Place, collector: Collector) -> Node | None:
    """Return the mapping that a file holds, or None where it has none; problems go to `collector`.

    Parameters
    ----------
    place
        The first line of the file.
    """
    try:
        return _Builder(text, place, collector).document()
    except _GiveUpError:
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else min(mark.line, max(text.count("\n"), 0)) + 1
        collector.add((place.file, line), "", _syntax_message(error, text, line), found=_line_of(text, line))
    except (yaml.YAMLError, ValueError, RecursionError):
        collector.add((place.file, None), "", Message("this is not YAML: it cannot be read"))
    return None


def _line_of(text: str, line: int | None) -> str:
    lines = text.splitlines()
    return lines[line - 1] if line is not None and 0 < line <= len(lines) else ""


def _syntax_message(error: yaml.MarkedYAMLError, text: str, line: int | None) -> Message:
    """Return the commonest mistakes in the planner's words, the parser's words otherwise."""
    if "\t" in _line_of(text, line):
        return Message("the YAML cannot be read here: indent with spaces, not with tabs")
    return Message(
        "the YAML cannot be read here ({reason}): look for a missing colon, quote, bracket or indent",
        {"reason": error.problem or "syntax"},
    )


class _Builder:
    """Turns the events of the parser into nodes, without ever following an alias."""

    def __init__(self, text: str, place: Place, collector: Collector) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
        self._place = place
        self._collector = collector

    def document(self) -> Node | None:
        """Return the one mapping of the file."""
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            self._collector.add((self._place.file, None), "", Message("the file is empty"))
            return None
        node = self._node(next(self._events), ())
        next(self._events)
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            self._tell(
                event, (), Message("a second YAML document starts here; a scenario is one document, without ---")
            )
        if not isinstance(node.value, dict):
            self._collector.add(
                node, "", Message("a scenario is a mapping of keys to values, such as name: tanah-laut")
            )
            return None
        return node

    def _at(self, event: Any) -> Place:
        return Place(self._place.file, event.start_mark.line + 1, self._place.folder, self._place.generation)

    def _tell(self, event: Any, keys: tuple[str, ...], message: Message, found: object = "") -> None:
        self._collector.add(self._at(event), dotted(keys), message, found=found)

    def _node(self, event: Any, keys: tuple[str, ...], key: Any = None, depth: int = 1) -> Node:
        """Return the node that starts with `event`; `key` is the event of its key."""
        if isinstance(event, yaml.AliasEvent):
            self._tell(
                event, keys, Message("aliases (*name) are not used here: write the value out"), f"*{event.anchor}"
            )
            return Node(UNREADABLE, self._at(event))
        self._refuse_marks(event, keys)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, keys)
        if depth > DEEPEST:
            self._tell(event, keys, Message("the file nests deeper than {most} levels", {"most": DEEPEST}))
            raise _GiveUpError
        place = self._at(key if key is not None else event)
        if isinstance(event, yaml.MappingStartEvent):
            return Node(self._mapping(keys, depth), place, "{…}")
        items = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, keys, depth=depth + 1))
        return Node(items, place, "[…]")

    def _refuse_marks(self, event: Any, keys: tuple[str, ...]) -> None:
        if event.anchor is not None:
            self._tell(event, keys, Message("anchors (&name) are not used here: remove it"), f"&{event.anchor}")
        if event.tag is not None:
            self._tell(event, keys, Message("tags (!name) are not used here: remove it"), event.tag)

    def _mapping(self, keys: tuple[str, ...], depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            name = self._key(event, keys, depth)
            node = self._node(next(self._events), (*keys, name), event, depth + 1)
            if name in entries:
                first = Message("this key stands here twice, first on line {line}", {"line": lines[name]})
                self._tell(event, (*keys, name), first)
                continue
            entries[name] = node
            lines[name] = event.start_mark.line + 1
        return entries

    def _key(self, event: Any, keys: tuple[str, ...], depth: int) -> str:
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event, keys)
            self._refuse_marks(event, keys)
            return "" if isinstance(node.value, type(UNREADABLE)) else str(event.value)
        self._tell(event, keys, Message("a key must be plain text"))
        self._node(event, keys, depth=depth + 1)
        return ""

    def _scalar(self, event: Any, keys: tuple[str, ...]) -> Node:
        text: str = event.value
        if CONTROL.search(text):
            self._tell(event, keys, Message("the text holds a control character; write it without"), text)
            return Node(UNREADABLE, self._at(event))
        return Node(_resolve(text) if not event.style else text, self._at(event), text)


def _resolve(text: str) -> Scalar:
    """Return what an unquoted word means: never a date, an octal number, or `no` for false."""
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= 18 else float(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _NOT_FINITE.fullmatch(text):
        return math.nan if text.lower() == ".nan" else math.inf
    return text
