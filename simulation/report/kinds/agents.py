"""A researcher's own agent by value: its source, the modules beside it, its attributes and what its methods close over.

Two agents have the same identity where all of these agree. What an agent reads at run time (a file, a clock, a random
number of its own) is not in its source: a class that says in ``inputs`` which files it reads, ``()`` for none, is found
again; any other is computed again each time.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from ...domain.messages import KampungError
from ..codec import plain

if TYPE_CHECKING:
    from ...engine.model import VillageAgent

_NOTEBOOK = "agent.py"


@dataclass(frozen=True)
class Agent:
    """An own agent as it was when it was run.

    Attributes
    ----------
    name
        File and class, ``volunteers.py:Volunteers``; of a class of a notebook its name alone.
    files
        Path below the folder of the agent's file -> source.
    values
        What decides numbers beside the source: attributes, defaults, closures, globals that its methods use.
    inputs
        Files that the class says it reads -> content.
    declared
        Whether source, values and inputs are all that decides its numbers, as far as the class says.
    """

    name: str
    files: Mapping[str, bytes]
    values: Mapping[str, Any]
    inputs: Mapping[str, bytes]
    declared: bool

    @classmethod
    def of(cls, agent_class: type[VillageAgent]) -> Agent:
        """Return an agent class by value.

        Raises
        ------
        KampungError
            Where its source cannot be read, or a file that it names is not there.
        """
        from ...engine.model import VillageAgent

        try:
            reader = _Reader([kind for kind in agent_class.__mro__ if kind not in VillageAgent.__mro__])
        except (OSError, TypeError, SyntaxError) as error:
            raise KampungError(
                f"the source of {agent_class.__name__} cannot be read, so its run cannot be named: define the class in "
                "a file or, with a method, in a notebook cell"
            ) from error
        named, file = getattr(agent_class, "inputs", None), file_of(agent_class)
        folder = Path() if file is None else file.parent
        try:
            inputs = {str(Path(one)): (folder / one).read_bytes() for one in named or ()}
        except OSError as error:
            raise KampungError(f"{agent_class.__name__}.inputs names a file that cannot be read: {error}") from error
        declared = named is not None and not reader.unknown
        return cls(agent_name(agent_class) or "", reader.files, reader.values, inputs, declared)

    @property
    def identity(self) -> dict[str, Any]:
        """Plain data that differ where the agents may act differently."""
        return {
            "name": self.name,
            "files": {name: sha256(content).hexdigest() for name, content in self.files.items()},
            "values": dict(self.values),
            "inputs": sorted(sha256(content).hexdigest() for content in self.inputs.values()),
        }

    @property
    def kept(self) -> dict[str, bytes]:
        """Path below the agent's folder -> content: its sources, and what it reads from there."""
        read = {Path(name): content for name, content in self.inputs.items()}
        below = {path for path in read if not path.is_absolute() and ".." not in path.parts}
        return {**{path.as_posix(): read[path] for path in below}, **self.files}


def agent_name(agent_class: type | None) -> str | None:
    """Return file and class of an own agent, ``volunteers.py:Volunteers``; None for the standard law."""
    if agent_class is None:
        return None
    file = file_of(agent_class)
    return agent_class.__qualname__ if file is None else f"{file.name}:{agent_class.__qualname__}"


def file_of(thing: Any) -> Path | None:
    """Return the file that defines a class or function; None for a notebook."""
    module = sys.modules.get(thing.__module__)
    file = getattr(module, "__file__", None)
    in_notebook = thing.__module__ == "__main__" and hasattr(module, "get_ipython")
    return None if file is None or in_notebook else Path(file)


class _Reader:
    """Sources and values of classes, and of all that they use from the same folder or notebook."""

    def __init__(self, classes: list[type]) -> None:
        self.files: dict[str, bytes] = {}
        self.values: dict[str, Any] = {}
        self.unknown = False
        self._roots = [path.parent for kind in classes if (path := file_of(kind)) is not None]
        self._seen: set[int] = set()
        self._cells: list[str] = []
        for kind in classes:
            self._class(kind)
        if self._cells:
            self.files[_NOTEBOOK] = "\n\n".join(self._cells).encode()

    def _class(self, kind: type) -> None:
        self._seen.add(id(kind))
        self._source(kind)
        for name, value in vars(kind).items():
            parts = (value.fget, value.fset) if isinstance(value, property) else (getattr(value, "__func__", value),)
            for part in parts:
                if isinstance(part, FunctionType):
                    self._function(part)
                elif not isinstance(value, property) and (not name.startswith("__") or name == "__slots__"):
                    self._note(f"{kind.__qualname__}.{name}", part)

    def _function(self, function: FunctionType) -> None:
        self._seen.add(id(function))
        file, code = file_of(function), function.__code__
        names = _used_names(code)
        within = f"{function.__module__ if file is None else self._path(file)}:"
        where = f"{within}{function.__qualname__}"
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            if name != "__class__":
                self._note(f"{where}({name})", cell.cell_contents, names)
        self._note(f"{where}()", [function.__defaults__, function.__kwdefaults__])
        self._used(within, function.__globals__, names)

    def _used(self, place: str, known: Mapping[str, Any], names: AbstractSet[str]) -> None:
        """Note what a function may use of the names known at a place: its file, or a module of the researcher's."""
        for name in sorted(names & known.keys()):
            # Where a module lies (__file__) is no value: the agent is the same in another folder.
            if not name.startswith("__"):
                self._note(f"{place}{name}", known[name], names)

    def _note(self, name: str, value: Any, names: AbstractSet[str] = frozenset()) -> None:
        """Note a value: data by content, the researcher's modules, classes and functions by source, others by name."""
        if isinstance(value, ModuleType):
            path = getattr(value, "__file__", None) or next(iter(getattr(value, "__path__", ())), None)
            if path is not None and self._is_beside(Path(path)):
                self._used(f"{self._path(Path(path))}:", vars(value), names - {name.rpartition(":")[2]})
        elif isinstance(value, type):
            if self._is_own(value) and id(value) not in self._seen:
                self._class(value)
        elif isinstance(value, FunctionType):
            if self._is_own(value) and id(value) not in self._seen:
                self._source(value)
                self._function(value)
        elif not callable(value) or self._is_own(type(value)):
            try:
                self.values[name] = plain(value)
            except KampungError:
                self.values[name] = type(value).__qualname__
                self.unknown = True

    def _is_own(self, thing: Any) -> bool:
        """Return whether something was defined by the researcher: in a notebook or beside the agent."""
        file = file_of(thing)
        return thing.__module__ == "__main__" or (file is not None and self._is_beside(file))

    def _is_beside(self, file: Path) -> bool:
        """Return whether a file lies below an agent's folder, and neither among installed packages nor in this one."""
        file, ours = file.resolve(), Path(__file__).parents[2]
        if {"site-packages", "dist-packages"} & set(file.parts) or file.is_relative_to(ours):
            return False
        return any(file.is_relative_to(root.resolve()) for root in self._roots)

    def _path(self, file: Path) -> str:
        """Return a file's path below the agent's folder: the same wherever that folder lies."""
        file = file.resolve()
        roots = (root.resolve() for root in self._roots)
        return next((file.relative_to(root).as_posix() for root in roots if file.is_relative_to(root)), file.name)

    def _source(self, thing: Any) -> None:
        file = file_of(thing)
        if file is not None:
            agent_file = getattr(sys.modules[thing.__module__], "__agent_file__", None)
            self._add(file, file.read_bytes() if agent_file is None else agent_file.source)
        elif (text := _text(thing)) not in self._cells:
            self._cells.append(text)

    def _add(self, file: Path, source: bytes) -> None:
        """Add a file and, as far as they lie beside the agent, the modules that it imports."""
        name = self._path(file)
        if name not in self.files:
            self.files[name] = source
            for path in _imported(source, file.resolve(), len(Path(name).parts)):
                if self._is_beside(path):
                    self._add(path, path.read_bytes())


def _text(thing: type | FunctionType) -> str:
    """Return the source of a class or function of a notebook.

    A class of a notebook does not say in which cell it stands; its methods do.
    """
    if isinstance(thing, FunctionType):
        return inspect.getsource(thing)
    for code in (value.__code__ for value in vars(thing).values() if isinstance(value, FunctionType)):
        cell = "".join(linecache.getlines(code.co_filename))
        for node in ast.walk(ast.parse(cell)):
            if not isinstance(node, ast.ClassDef) or node.name != thing.__name__:
                continue
            if node.lineno <= code.co_firstlineno <= (node.end_lineno or 0):
                return ast.get_source_segment(cell, node) or ""
    raise OSError


def _used_names(code: CodeType) -> set[str]:
    """Return the global names that a function uses, those of functions within it included."""
    within = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_used_names, within))


def _imported(source: bytes, file: Path, depth: int) -> Iterator[Path]:
    """Yield the files that a source may import from beside the agent, whose folder is `depth` levels above its own."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            start, modules = file.parents[depth - 1], [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = file.parents[(node.level or depth) - 1]
            modules = [f"{node.module or ''}.{alias.name}" for alias in node.names]
        else:
            continue
        for module in modules:
            place = start
            for part in filter(None, module.split(".")):
                place /= part
                yield from filter(Path.is_file, (place.with_suffix(".py"), place / "__init__.py"))
