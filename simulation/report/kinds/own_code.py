"""A researcher's own agent or mechanism by value: its source, modules beside it, attributes, what it closes over.

Two of them have the same identity where all of these agree. What one reads at run time (a file, a clock, a random
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

from ...domain.mechanism import Mechanism
from ...domain.messages import KampungError
from ...domain.scenario import Assumptions
from ..codec import plain

if TYPE_CHECKING:
    from ...engine.model import VillageAgent

_NOTEBOOK = "agent.py"


@dataclass(frozen=True)
class OwnCode:
    """An own agent or mechanism as it was when it was run.

    Attributes
    ----------
    name
        File and class, ``volunteers.py:Volunteers``; of a class of a notebook its name alone.
    files
        Path below the folder of its file -> source.
    values
        What decides numbers beside the source: attributes, defaults, closures, globals that its methods use.
    state
        What the object of a mechanism holds itself; empty for a class of agents.
    inputs
        Files that the class says it reads -> content.
    declared
        Whether source, values and inputs are all that decides its numbers, as far as the class says.
    """

    name: str
    files: Mapping[str, bytes]
    values: Mapping[str, Any]
    state: Mapping[str, Any]
    inputs: Mapping[str, bytes]
    declared: bool

    @classmethod
    def of(cls, own: type[VillageAgent] | Mechanism) -> OwnCode:
        """Return an agent class, or a mechanism, by value.

        Raises
        ------
        KampungError
            Where its source cannot be read, or a file that it names is not there.
        """
        known = Mechanism.__mro__ if isinstance(own, Mechanism) else _mro_of_agents()
        own_class: type = type(own) if isinstance(own, Mechanism) else own
        try:
            reader = _Reader([kind for kind in own_class.__mro__ if kind not in known])
        except (OSError, TypeError, SyntaxError) as error:
            raise KampungError(
                f"the source of {own_class.__name__} cannot be read, so its run cannot be named: define the class in "
                "a file or, with a method, in a notebook cell"
            ) from error
        named, file = getattr(own_class, "inputs", None), file_of(own_class)
        folder = Path() if file is None else file.parent
        try:
            inputs = {str(Path(one)): (folder / one).read_bytes() for one in named or ()}
        except OSError as error:
            raise KampungError(f"{own_class.__name__}.inputs names a file that cannot be read: {error}") from error
        state = {name: reader.value_of(value) for name, value in vars(own).items()} if own is not own_class else {}
        declared = named is not None and not reader.unknown
        return cls(own_name(own_class), reader.files, reader.values, state, inputs, declared)

    @property
    def identity(self) -> dict[str, Any]:
        """Plain data that differ where two of them may act differently."""
        return {
            "name": self.name,
            "files": {name: sha256(content).hexdigest() for name, content in self.files.items()},
            "values": dict(self.values),
            "state": dict(self.state),
            "inputs": sorted(sha256(content).hexdigest() for content in self.inputs.values()),
        }

    @property
    def kept(self) -> dict[str, bytes]:
        """Path below its folder -> content: its sources, and what it reads from there."""
        read = {Path(name): content for name, content in self.inputs.items()}
        below = {path for path in read if not path.is_absolute() and ".." not in path.parts}
        return {**{path.as_posix(): read[path] for path in below}, **self.files}


def own_name(own_class: type) -> str:
    """Return file and class of an own agent or mechanism, ``volunteers.py:Volunteers``."""
    file = file_of(own_class)
    return own_class.__qualname__ if file is None else f"{file.name}:{own_class.__qualname__}"


def law_of(scenario: Assumptions) -> tuple[type[VillageAgent] | Mechanism, ...]:
    """Return what makes the law of a scenario another than the standard one: its agents first, then its mechanisms."""
    return (*filter(None, [scenario.agent_class]), *scenario.mechanisms)


def _mro_of_agents() -> tuple[type, ...]:
    from ...engine.model import VillageAgent

    mro: tuple[type, ...] = VillageAgent.__mro__
    return mro


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
            self.values[name] = self.value_of(value)

    def value_of(self, value: Any) -> Any:
        """Return data as plain data; of anything else its type, and that more is not known."""
        try:
            return plain(value)
        except KampungError:
            self.unknown = True
            return type(value).__qualname__

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
