"""Finds sentences that are glued together from translated pieces.

Knows how code says something (`say`, functions that return what was said, variables that hold it); must not
know which sentences there are. A piece may stand on a line of its own, behind a bullet or an indent; it may not
stand beside another piece, or beside words, for the order of words is the translator's.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sentences import name_of

TEXT = {"str", "str | None", "list[str]", "tuple[str, ...]", "tuple[str, str]", "Iterator[str]", "RenderableType"}
"""Return types of functions that may hand on what was said."""


class Glue(NamedTuple):
    """A place where a sentence is put together."""

    module: str
    function: str
    code: str


def glued(modules: Mapping[str, ast.Module]) -> set[Glue]:
    """Return every place in these modules where a translated piece stands beside words or another piece."""
    functions = [(name, node) for name, tree in modules.items() for node in ast.walk(tree) if _is_function(node)]
    speaking = _speaking([node for _, node in functions])
    return {
        Glue(name, node.name, ast.unparse(part))
        for name, node in functions
        for part in _glue(node, _Spoken(speaking, node))
    }


def non_literal(tree: ast.Module) -> list[str]:
    """Return what is said without standing in the code: an f-string, a sum or a format in place of a sentence."""
    wrong = (ast.JoinedStr, ast.BinOp)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    spoken = [call for call in calls if name_of(call) in {"say", "phrase"} and isinstance(call.args[0], wrong)]
    messages = [call for call in calls if name_of(call) == "Message" and not _stands_there(call.args[0])]
    return [ast.unparse(call) for call in spoken + messages]


def _stands_there(sentence: ast.expr) -> bool:
    """Return whether a sentence stands in the code, or each of two."""
    either = [sentence.body, sentence.orelse] if isinstance(sentence, ast.IfExp) else [sentence]
    return all(isinstance(one, ast.Constant) for one in either)


class _Spoken:
    """Which expressions of one function hold what was said."""

    def __init__(self, speaking: set[str], function: ast.FunctionDef) -> None:
        self._speaking = speaking
        self._names: set[str] = set()
        before = -1
        while len(self._names) > before:
            before = len(self._names)
            for node in ast.walk(function):
                self._learn(node)

    def holds(self, node: ast.AST) -> bool:
        """Return whether something said is part of an expression."""
        return any(
            (isinstance(part, ast.Call) and name_of(part) in self._speaking)
            or (isinstance(part, ast.Name) and part.id in self._names)
            for part in ast.walk(node)
        )

    def _learn(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value) if self.holds(value):
                self._keep(*targets)
            case ast.AnnAssign(target=target, value=value) | ast.AugAssign(target=target, value=value):
                if value is not None and self.holds(value):
                    self._keep(target)
            case ast.NamedExpr(target=target, value=value) if self.holds(value):
                self._keep(target)
            case ast.For(target=target, iter=values) | ast.comprehension(target=target, iter=values):
                if self.holds(values):
                    self._keep(target)
            case ast.Call(func=ast.Attribute(value=ast.Name() as owner, attr="append" | "extend"), args=[value]):
                if self.holds(value):
                    self._names.add(owner.id)

    def _keep(self, *targets: ast.AST) -> None:
        for target in targets:
            self._names |= {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}


def _speaking(functions: list[ast.FunctionDef]) -> set[str]:
    """Return the names of functions whose result holds what was said, `say` first."""
    speaking = {"say"}
    before = 0
    while len(speaking) > before:
        before = len(speaking)
        for node in functions:
            if node.returns is not None and ast.unparse(node.returns) in TEXT:
                spoken = _Spoken(speaking, node)
                ends = (end.value for end in ast.walk(node) if isinstance(end, ast.Return | ast.Yield | ast.YieldFrom))
                if any(value is not None and spoken.holds(value) for value in ends):
                    speaking.add(node.name)
    return speaking


def _glue(function: ast.FunctionDef, spoken: _Spoken) -> Iterator[ast.AST]:
    for node in ast.walk(function):
        match node:
            case ast.JoinedStr(values=parts):
                pieces = [part for part in parts if isinstance(part, ast.FormattedValue)]
                said = sum(spoken.holds(piece) for piece in pieces)
                if said > 1 or (said and any(_has_words(part) for part in parts)):
                    yield node
            case ast.BinOp(op=ast.Add(), left=left, right=right) if spoken.holds(node) and not _is_capital(node):
                if (spoken.holds(left) and spoken.holds(right)) or _has_words(left) or _has_words(right):
                    yield node
            case ast.BinOp(op=ast.Mod(), left=ast.Constant(value=str()), right=right) if spoken.holds(right):
                yield node
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as separator), attr="join"), args=[pieces]):
                if spoken.holds(pieces) and separator.strip(" ") != "\n":
                    yield node
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="format")) if spoken.holds(node):
                yield node


def _is_capital(node: ast.BinOp) -> bool:
    """Return whether a sum only makes the first letter of one sentence a capital."""
    return re.fullmatch(r"(\w+)\[0\]\.upper\(\) \+ \1\[1:\]", ast.unparse(node)) is not None


def _has_words(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and any(map(str.isalpha, node.value))


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef)
