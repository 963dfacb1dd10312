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

        reader = _Reader([kind for kind in agent_class.__mro__ if kind not in VillageAgent.__mro__])
        try:
            reader.read()
        except (OSError, TypeError, SyntaxError) as error:
            raise KampungError(
                f"the source of {agent_class.__name__} cannot be read, so its run cannot be named: define the class in "
                "a file or, with a method, in a notebook cell"
            ) from error
        named = getattr(agent_class, "inputs", None)
        file = file_of(agent_class)
        inputs = {} if named is None else _contents(agent_class, [Path(one) for one in named], file)
        return cls(
            agent_name(agent_class) or "", reader.files, reader.values, inputs, named is not None and not reader.unknown
        )

    @property
    def identity(self) -> dict[str, Any]:
        """Plain data that differ where the agents may act differently."""
        sources = {name: sha256(content).hexdigest() for name, content in self.files.items()}
        return {
            "name": self.name,
            "files": sources,
            "values": dict(self.values),
            "inputs": sorted(sha256(content).hexdigest() for content in self.inputs.values()),
        }

    @property
    def kept(self) -> dict[str, bytes]:
        """Path below the agent's folder -> content: its sources, and what it reads from there."""
        beside = {
            name: content
            for name, content in self.inputs.items()
            if not Path(name).is_absolute() and ".." not in Path(name).parts
        }
        return {**{Path(name).as_posix(): content for name, content in beside.items()}, **self.files}


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
    """Gathers sources and values of classes, and of all that they use from the same folder or notebook."""

    def __init__(self, classes: list[type]) -> None:
        self.files: dict[str, bytes] = {}
        self.values: dict[str, Any] = {}
        self.unknown = False
        self._classes = classes
        self._roots = [path.parent for kind in classes if (path := file_of(kind)) is not None]
        self._seen: set[int] = set()
        self._cells: list[str] = []
        self._modules: dict[str, ModuleType] = {}
        self._names: set[str] = set()

    def read(self) -> None:
        for kind in self._classes:
            self._class(kind)
        noted: set[tuple[str, str]] = set()
        while used := [one for one in self._used_of_modules() if one not in noted]:
            noted.update(used)
            for place, name in used:
                self._value(f"{place}:{name}", vars(self._modules[place])[name])
        if self._cells:
            self.files[_NOTEBOOK] = "\n\n".join(self._cells).encode()

    def _used_of_modules(self) -> list[tuple[str, str]]:
        """Return place and name of what functions may use of the researcher's own modules, as ``helper.FACTOR``."""
        return [
            (place, name)
            for place, module in self._modules.items()
            for name in sorted(self._names & vars(module).keys())
            if not name.startswith("__")
        ]

    def _class(self, kind: type) -> None:
        if id(kind) in self._seen:
            return
        self._seen.add(id(kind))
        self._source(kind)
        for name, value in vars(kind).items():
            if isinstance(value, (staticmethod, classmethod)):
                value = value.__func__  # noqa: PLW2901
            if isinstance(value, property):
                for part in (value.fget, value.fset):
                    if isinstance(part, FunctionType):
                        self._function(part)
            elif isinstance(value, FunctionType):
                self._function(value)
            elif not name.startswith("__") or name == "__slots__":
                self._value(f"{kind.__qualname__}.{name}", value)

    def _function(self, function: FunctionType) -> None:
        if id(function) in self._seen:
            return
        self._seen.add(id(function))
        file = file_of(function)
        within = f"{function.__module__ if file is None else self._path(file)}:"
        where = f"{within}{function.__qualname__}"
        for name, value in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            if name != "__class__":
                self._value(f"{where}({name})", value.cell_contents)
        self._value(f"{where}()", [function.__defaults__, function.__kwdefaults__])
        names = _used_names(function.__code__)
        self._names |= names
        for name in sorted(names):
            # Where a module lies (__file__) is no value: the agent is the same in another folder.
            if name in function.__globals__ and not name.startswith("__"):
                self._value(f"{within}{name}", function.__globals__[name])

    def _value(self, name: str, value: Any) -> None:
        """Note a value: data by content, classes and functions of the researcher by source, others by name.

        Of the researcher's modules, what functions use is noted when all functions are known.
        """
        if isinstance(value, ModuleType):
            path = getattr(value, "__file__", None) or next(iter(getattr(value, "__path__", ())), None)
            if path is not None and self._is_beside(Path(path)):
                self._modules[self._path(Path(path))] = value
            return
        if isinstance(value, (type, FunctionType)):
            if self._own(value):
                self._source(value)
                self._class(value) if isinstance(value, type) else self._function(value)
            return
        if callable(value) and not self._own(type(value)):
            return
        try:
            self.values[name] = plain(value)
        except KampungError:
            self.values[name] = type(value).__qualname__
            self.unknown = True

    def _own(self, thing: Any) -> bool:
        """Return whether something was defined by the researcher: in a notebook or beside the agent."""
        if thing.__module__ == "__main__":
            return True
        file = file_of(thing)
        return file is not None and self._is_beside(file)

    def _is_beside(self, file: Path) -> bool:
        return any(_beside(file, root) for root in self._roots)

    def _path(self, file: Path) -> str:
        """Return a file's path below the agent's folder: the same wherever that folder lies."""
        file = file.resolve()
        roots = (root.resolve() for root in self._roots)
        return next((file.relative_to(root).as_posix() for root in roots if file.is_relative_to(root)), file.name)

    def _source(self, thing: Any) -> None:
        file = file_of(thing)
        if file is None:
            text = _text(thing)
            if text not in self._cells:
                self._cells.append(text)
            return
        agent_file = getattr(sys.modules[thing.__module__], "__agent_file__", None)
        self._add(file, file.parent, agent_file.source if agent_file is not None else None)

    def _add(self, file: Path, root: Path, source: bytes | None = None) -> None:
        """Add a file and, as far as they lie beside it, the modules that it imports."""
        name = file.relative_to(root).as_posix()
        if name in self.files:
            return
        self.files[name] = file.read_bytes() if source is None else source
        for path in _imported(self.files[name], root, file.parent):
            self._add(path, root)


def _text(thing: type | FunctionType) -> str:
    """Return the source of a class or function of a notebook.

    A class of a notebook does not say in which cell it stands; its methods do.
    """
    if isinstance(thing, FunctionType):
        return inspect.getsource(thing)
    for method in vars(thing).values():
        if isinstance(method, FunctionType):
            cell, line = "".join(linecache.getlines(method.__code__.co_filename)), method.__code__.co_firstlineno
            for node in ast.walk(ast.parse(cell)):
                if not isinstance(node, ast.ClassDef) or node.name != thing.__name__:
                    continue
                if node.lineno <= line <= (node.end_lineno or 0):
                    return ast.get_source_segment(cell, node) or ""
    raise OSError


def _used_names(code: CodeType) -> set[str]:
    """Return the global names that a function uses, those of functions within it included."""
    within = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_used_names, within))


def _imported(source: bytes, root: Path, folder: Path) -> Iterator[Path]:
    """Yield the files below a folder that a source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules = [(root, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = root if not node.level else folder.joinpath(*[".."] * (node.level - 1)).resolve()
            package = node.module or ""
            modules = [(start, package), *((start, f"{package}.{alias.name}".strip(".")) for alias in node.names)]
        else:
            continue
        for start, module in modules:
            parts = [part for part in module.split(".") if part]
            for depth in range(1, len(parts) + 1):
                place = start.joinpath(*parts[:depth])
                for path in (place.with_suffix(".py"), place / "__init__.py"):
                    if path.is_file() and _beside(path, root):
                        yield path


def _beside(file: Path, root: Path) -> bool:
    """Return whether a file lies below a folder and belongs neither to installed packages nor to this one."""
    ours = Path(__file__).parents[2]
    file = file.resolve()
    installed = {"site-packages", "dist-packages"} & set(file.parts)
    return file.is_relative_to(root.resolve()) and not installed and not file.is_relative_to(ours)


def _contents(agent_class: type, paths: list[Path], file: Path | None) -> dict[str, bytes]:
    """Return the files that a class says it reads, relative ones being beside its own."""
    folder = Path() if file is None else file.parent
    try:
        return {str(path): (folder / path).read_bytes() for path in paths}
    except OSError as error:
        raise KampungError(f"{agent_class.__name__}.inputs names a file that cannot be read: {error}") from error
