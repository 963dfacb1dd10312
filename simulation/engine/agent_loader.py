"""A researcher's own agent class or mechanism, read from a Python file.

The file is run, as any program of the researcher's own. Its classes go to worker processes as the source of the file,
for these could not import them; by value (cloudpickle), errors would no longer name the file.

A file of a finished run imports the modules that are kept beside it, whatever else has their names: they are modules of
its own, within its name, and so are those that it imports only later, while it acts.
"""

from __future__ import annotations

import builtins
import importlib
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from ..domain.mechanism import Mechanism
from ..domain.messages import Message, Problem, ProblemsError, listed, nearest
from .failure import in_one_line

if TYPE_CHECKING:
    from .model import VillageAgent


class AgentError(ProblemsError):
    """An agent class or a mechanism cannot be used as named."""


@dataclass(frozen=True)
class _Sort:
    """One of the two sorts of classes that a file can hold.

    Attributes
    ----------
    option
        With which it is named on the command line.
    base
        What it derives from.
    unnamed, other
        What is said where it is not named, and where the class is of another sort.
    """

    option: str
    base: type
    unnamed: Message
    other: Message


def load_agent(named: str, *, kept: bool = False) -> type[VillageAgent]:
    """Return the class of villages that ``FILE.py:ClassName`` names.

    Modules beside the file can be imported by it. Nothing is written there.

    Parameters
    ----------
    kept
        Whether the file is one of a finished run: modules beside it then come before all others of their names.

    Raises
    ------
    AgentError
        Where there is no such file or class, the file cannot be run, or the class does not derive from `VillageAgent`.
    """
    from .model import VillageAgent

    sort = _Sort(
        "--agent",
        VillageAgent,
        Message("an agent class is named by its file and its name, with a colon between them"),
        Message("this is not a class of villages: it does not derive from VillageAgent"),
    )
    found: type[VillageAgent] = _load(named, sort, kept=kept)
    return found


def load_mechanism(named: str, *, kept: bool = False) -> type[Mechanism]:
    """Return the class of a mechanism that ``FILE.py:ClassName`` names; otherwise as `load_agent`."""
    sort = _Sort(
        "--with",
        Mechanism,
        Message("a mechanism is named by its file and its name, with a colon between them"),
        Message("this is not a mechanism: it does not derive from Mechanism"),
    )
    found: type[Mechanism] = _load(named, sort, kept=kept)
    return found


def _load(named: str, sort: _Sort, *, kept: bool) -> Any:
    file, _, name = named.rpartition(":")
    if not file or not name:
        raise _error(sort, named, sort.unnamed, allowed=Message("FILE.py:ClassName"))
    path = Path(file)
    if path.suffix != ".py" or not path.is_file():
        raise _error(sort, file, Message("there is no such Python file"), allowed=Message("a file that ends in .py"))
    try:
        module = AgentFile(str(path.resolve()), path.read_bytes(), kept).run()
    except (Exception, SystemExit) as error:
        message = Message("the file cannot be run: {error}", {"error": in_one_line(error)})
        fix = Message("correct the file, then give the same command again")
        raise _error(sort, file, message, line=_line(error, str(path.resolve())), suggestion=fix) from error
    return _picked(sort, module, file, name)


@dataclass(frozen=True)
class AgentFile:
    """A Python file as it was when it was read: editing it changes nothing in a run that is under way."""

    path: str
    source: bytes
    kept: bool = False

    def run(self) -> ModuleType:
        """Run the file as a module of a name that says its content, once in a process."""
        digest = sha256(self.path.encode() + self.source).hexdigest()[:16]
        root = f"{_KEPT}{digest}"
        name = f"{root}.{Path(self.path).stem}" if self.kept else f"agent_file_{digest}"
        if name not in sys.modules:
            module = ModuleType(name)
            module.__file__ = self.path
            vars(module)["__agent_file__"] = self
            folder = Path(self.path).parent
            if self.kept:
                package = _package(root, folder, module)
                vars(module)["__builtins__"] = vars(package)["__builtins__"]
            elif str(folder) not in sys.path:
                sys.path.append(str(folder))
            sys.modules[name] = module
            try:
                exec(compile(self.source, self.path, "exec"), vars(module))  # noqa: S102  the researcher's own program
            except BaseException:
                for own in [each for each in sys.modules if each in {name, root} or each.startswith(f"{root}.")]:
                    del sys.modules[own]
                raise
        return sys.modules[name]


_KEPT = "kept_agent_file_"


def _package(root: str, folder: Path, agent: ModuleType) -> ModuleType:
    """Return a folder as a package of which its modules are part."""
    if _KeptModules not in sys.meta_path:
        sys.meta_path.insert(0, _KeptModules)
    package = sys.modules[root] = ModuleType(root)
    package.__path__ = [str(folder)]
    vars(package).update(__agent__=agent, __builtins__=_builtins(root, folder))
    return package


def _builtins(root: str, folder: Path) -> dict[str, Any]:
    """Return builtins whose import looks into a folder first, for modules within the module `root`."""

    def own_import(
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002  named as in builtins.__import__
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        first = name.partition(".")[0]
        is_own = (folder / f"{first}.py").is_file() or (folder / first).is_dir()
        if level or not is_own or first in sys.stdlib_module_names:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        if fromlist:
            return builtins.__import__(f"{root}.{name}", globals, locals, fromlist)
        importlib.import_module(f"{root}.{name}")
        return sys.modules[f"{root}.{first}"]

    return {**vars(builtins), "__import__": own_import}


class _KeptModules:
    """Finds the modules beside a kept file, which import as that file does."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        root = name.partition(".")[0]
        if not name.startswith(_KEPT) or root not in sys.modules:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _KeptLoader(name, spec.loader.path)
        return spec


class _KeptLoader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        root = sys.modules[module.__name__.partition(".")[0]]
        vars(module)["__builtins__"] = vars(root)["__builtins__"]
        super().exec_module(module)

    def get_code(self, fullname: str) -> CodeType:
        """Compile the source anew: nothing is written to the folder of a finished run."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


@dataclass(frozen=True)
class Parcel:
    """A class of such a file, or an object of one, on its way to another process.

    Attributes
    ----------
    state
        The attributes of the object; None for the class itself.
    """

    file: AgentFile
    name: str
    state: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, own: type) -> Parcel | None:
        """Pack a class; None where it is none of such a file."""
        module = sys.modules.get(own.__module__)
        if module is not None and module.__name__.startswith(_KEPT):  # a module beside the file may define it
            module = vars(sys.modules[module.__name__.partition(".")[0]])["__agent__"]
        names = [name for name, value in vars(module).items() if value is own] if module else []
        file = getattr(module, "__agent_file__", None)
        return cls(file, names[0]) if file and names else None

    @classmethod
    def packed(cls, own: Any) -> Any:
        """Return a class, or an object of one, packed where it can be, else as it is; None is none."""
        if own is None or isinstance(own, type):
            return own and (cls.of(own) or own)
        packed = cls.of(type(own))
        return own if packed is None else replace(packed, state=vars(own))

    def unpack(self) -> Any:
        """Return the class, or the object, again."""
        found = getattr(self.file.run(), self.name)
        if self.state is None:
            return found
        made = object.__new__(found)
        vars(made).update(self.state)
        return made


def _line(error: BaseException, path: str) -> int | None:
    """Return the last line of the file that had a part in an error."""
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno
    return next((f.lineno for f in reversed(traceback.extract_tb(error.__traceback__)) if f.filename == path), None)


def _picked(sort: _Sort, module: ModuleType, file: str, name: str) -> Any:
    """Return the class of this name."""
    own = {
        known: value
        for known, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, sort.base) and value is not sort.base
    }
    if name in own:
        return own[name]
    known = vars(module).get(name) is not None
    begins = {"name": name, "base": sort.base.__name__}
    raise _error(
        sort,
        file,
        sort.other if known else Message("the file holds no class of this name"),
        found=name,
        allowed=Message("one of: {names}", {"names": listed(own)})
        if own
        else Message("a class that begins with class {name}(simulation.{base}):", begins),
        suggestion=nearest(name, own),
    )


def _error(sort: _Sort, file: str, message: Message, *, line: int | None = None, **more: Any) -> AgentError:
    return AgentError([Problem(file, line, sort.option, message, **more)])
