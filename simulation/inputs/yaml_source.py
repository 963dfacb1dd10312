"""YAML text as data that remembers its lines: plain values only, no anchors, aliases or tags."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from ..domain.messages import CONTROL, Message, shown
from .problem_list import UNREADABLE, Keys, Node, Place, ProblemList, Scalar, compact

DEEPEST = 20
"""Nesting beyond this is refused; the deepest key of a scenario stands at level 6."""
MOST_VALUES = 20_000
"""More keys and values than this belong into a table; reading them would take long, and much memory."""

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+|[0-9]+\.[0-9]*)")
_NOT_FINITE = re.compile(r"([-+]?\.(inf|Inf|INF))|\.(nan|NaN|NAN)")
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CURLY = re.compile("[“”„‘’]([^“”„‘’]*)[“”„‘’]")
_NO_BLANK = Message("write the key, a colon and a blank before the value")
_RUN_TOGETHER = re.compile(r"[\s-]*[a-z_]+:[^\s/]")
"""A line whose key, colon and value stand together."""
_STARTS_HERE = {
    "while scanning a simple key": _NO_BLANK,
    "while scanning a quoted scalar": Message("close the quote that opens here"),
}
"""The parser's words -> the likely fix, at the line where the parser began rather than where it gave up."""
_GAVE_UP_HERE = {
    None: Message("put a text that holds a colon in quotes, and indent the keys of a section alike"),
    "while parsing a flow mapping": Message("look for a missing comma or closing bracket, from line {line} on"),
    "while parsing a flow sequence": Message("look for a missing comma or closing bracket, from line {line} on"),
    "while parsing a block mapping": Message("indent the keys of a section alike, and look for a stray sign"),
    "while parsing a block collection": Message("indent the keys of a section alike, and look for a stray sign"),
    "while scanning for the next token": Message("put a text that starts with a sign in quotes"),
}
_EXAMPLE = Message("keys and their values, one a line, such as name: tanah-laut")
_START = Message("write a first scenario with kampungkb new NAME, and change that")


class _GiveUpError(Exception):
    """Reading of a file cannot go on; its problem is told."""


def read_yaml(text: str, place: Place, collector: ProblemList) -> Node | None:
    """Return the mapping that a file holds, or None where it has none; problems go to `collector`."""
    try:
        return _Builder(text, place, collector).document()
    except _GiveUpError:
        return None
    except yaml.MarkedYAMLError as error:
        line, message, fix = _syntax(error, text)
        collector.add((place.file, line), "", message, found=_line_of(text, line), suggestion=fix)
    except (yaml.YAMLError, ValueError, RecursionError):
        sign = _NOT_YAML.search(text)
        line = None if sign is None else text.count("\n", 0, sign.start()) + 1
        message = Message("the file holds a character that YAML does not allow")
        fix = Message("delete this line and type it again, without pasting")
        collector.add((place.file, line), "", message, found=_line_of(text, line), suggestion=fix)
    return None


def _line_of(text: str, line: int | None) -> str:
    lines = text.splitlines()
    return lines[line - 1] if line is not None and 0 < line <= len(lines) else ""


def _syntax(error: yaml.MarkedYAMLError, text: str) -> tuple[int | None, Message, Message]:
    """Return where YAML cannot be read, that it cannot, and the likely fix in the planner's words."""
    starts_here = _STARTS_HERE.get(error.context or "")
    mark = error.context_mark if starts_here else error.problem_mark or error.context_mark
    line = None if mark is None else min(mark.line, text.count("\n")) + 1
    if "\t" in _line_of(text, line):
        return line, Message("the line holds a tab"), Message("indent with spaces instead")
    message = Message("the YAML cannot be read here")
    if starts_here:
        return line, message, starts_here
    if line is not None and _RUN_TOGETHER.match(_line_of(text, line - 1)):
        return line - 1, message, _NO_BLANK
    fix = _GAVE_UP_HERE.get(error.context, Message("look for a missing colon, quote, bracket or indent"))
    opened = error.context_mark.line + 1 if error.context_mark is not None else line
    return line, message, fix.filled(line=opened)


class _Builder:
    """Turns the events of the parser into nodes, without ever following an alias."""

    def __init__(self, text: str, place: Place, collector: ProblemList) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
        self._place = place
        self._collector = collector
        self._values = 0

    def document(self) -> Node | None:
        """Return the one mapping of the file."""
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            message = Message("the file is empty")
            self._collector.add((self._place.file, None), "", message, allowed=_EXAMPLE, suggestion=_START)
            return None
        node = self._node(next(self._events), ())
        next(self._events)
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            fix = Message("remove the line ---, or put what follows it into a file of its own")
            self._tell(event, (), Message("a second YAML document starts here"), fix, "---")
        if not isinstance(node.value, dict):
            message = Message("the file holds no keys and values")
            self._collector.add(node, "", message, allowed=_EXAMPLE, suggestion=_START)
            return None
        return node

    def _at(self, event: Any) -> Place:
        return Place(self._place.file, event.start_mark.line + 1, self._place.folder, self._place.generation)

    def _tell(self, event: Any, keys: Keys, message: Message, fix: Message, found: object = "") -> None:
        self._collector.add(self._at(event), ".".join(keys), message, found=found, suggestion=fix)

    def _node(self, event: Any, keys: Keys, key: Any = None, depth: int = 1) -> Node:
        """Return the node that starts with `event`; `key` is the event of its key."""
        self._count(event, keys)
        if isinstance(event, yaml.AliasEvent):
            message = Message("aliases (*name) are not used here")
            self._tell(event, keys, message, Message("write the value out"), f"*{event.anchor}")
            return Node(UNREADABLE, self._at(event))
        self._refuse_marks(event, keys)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, keys)
        if depth > DEEPEST:
            message = Message("the file nests deeper than {most} levels", {"most": DEEPEST})
            fix = Message("look for brackets or indents that are too many")
            self._tell(event, keys, message, fix)
            raise _GiveUpError
        place = self._at(key if key is not None else event)
        if isinstance(event, yaml.MappingStartEvent):
            return Node(self._mapping(keys, depth), place, "{…}")
        items = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, keys, depth=depth + 1))
        return Node(items, place, "[…]")

    def _count(self, event: Any, keys: Keys) -> None:
        self._values += 1
        if self._values > MOST_VALUES:
            message = Message("the file holds more than {most:,} values", {"most": MOST_VALUES})
            fix = Message("put the villages into a table, and name it in villages.table")
            self._tell(event, keys, message, fix)
            raise _GiveUpError

    def _refuse_marks(self, event: Any, keys: Keys) -> None:
        if event.anchor is not None:
            message = Message("anchors (&name) are not used here")
            fix = Message("remove {text}", {"text": shown(f"&{event.anchor}")})
            self._tell(event, keys, message, fix, f"&{event.anchor}")
        if event.tag is not None:
            fix = Message("remove {text}", {"text": shown(event.tag)})
            self._tell(event, keys, Message("tags (!name) are not used here"), fix, event.tag)

    def _mapping(self, keys: Keys, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            name = self._key(event, keys, depth)
            node = self._node(next(self._events), (*keys, name or ""), event, depth + 1)
            if name is None:
                continue
            if name in entries:
                message = Message("this key is written twice, first on line {line}", {"line": lines[name]})
                self._tell(event, (*keys, name), message, Message("keep one of the two"), compact(node))
                continue
            entries[name] = node
            lines[name] = event.start_mark.line + 1
        return entries

    def _key(self, event: Any, keys: Keys, depth: int) -> str | None:
        """Return the text of a key, or None where it is none and that is told."""
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event, keys)
            self._refuse_marks(event, keys)
            return node.text if node.readable else None
        message = Message("this key is not plain text")
        fix = Message("write the key as plain text, followed by a colon")
        self._tell(event, keys, message, fix)
        self._node(event, keys, depth=depth + 1)
        return None

    def _scalar(self, event: Any, keys: Keys) -> Node:
        text: str = event.value
        styled = bool(event.style)
        if not styled:
            # As word processors leave them: blanks that do not break lines, and curly quotes.
            text = text.strip()
            if (curly := _CURLY.fullmatch(text)) is not None:
                text, styled = curly[1], True
        if CONTROL.search(text):
            fix = Message("type the text again, without pasting")
            self._tell(event, keys, Message("the text holds a control character"), fix, text)
            return Node(UNREADABLE, self._at(event))
        if event.tag is not None:
            return Node(UNREADABLE, self._at(event))
        return Node(text if styled else _resolve(text), self._at(event), text)


def _resolve(text: str) -> Scalar:
    """Return what a word without quotes means: never a date, an octal number, or `no` for false."""
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
