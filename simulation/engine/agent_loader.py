"""A researcher's own agent class, read from a Python file.

The file is run, as any program of the researcher's own. Its classes go to worker processes as the source of the file,
for these could not import them; by value (cloudpickle), errors would no longer name the file.
"""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from ..domain.messages import Message, Problem, ProblemsError, listed, nearest
from .agent_errors import in_one_line

if TYPE_CHECKING:
    from .model import VillageAgent


class AgentError(ProblemsError):
    """An agent class cannot be used as named."""


def load_agent(named: str) -> type[VillageAgent]:
    """Return the class that ``FILE.py:ClassName`` names.

    Modules beside the file can be imported by it. Nothing is written there.

    Raises
    ------
    AgentError
        Where there is no such file or class, the file cannot be run, or the class is none of a village.
    """
    file, _, name = named.rpartition(":")
    if not file or not name:
        message = Message("an agent class is named by its file and its name, with a colon between them")
        raise _error(named, message, allowed=Message("FILE.py:ClassName"))
    path = Path(file)
    if path.suffix != ".py" or not path.is_file():
        raise _error(file, Message("there is no such Python file"), allowed=Message("a file that ends in .py"))
    try:
        module = AgentFile(str(path.resolve()), path.read_bytes()).run()
    except (Exception, SystemExit) as error:
        message = Message("the file cannot be run: {error}", {"error": in_one_line(error)})
        fix = Message("mend the file, then give the same command again")
        raise _error(file, message, line=_line(error, str(path.resolve())), suggestion=fix) from error
    return _picked(module, file, name)


@dataclass(frozen=True)
class AgentFile:
    """A Python file as it was when it was read: editing it changes nothing in a run that is under way."""

    path: str
    source: bytes

    def run(self) -> ModuleType:
        """Run the file as a module of a name that says its content, once in a process."""
        name = f"agent_file_{sha256(self.path.encode() + self.source).hexdigest()[:16]}"
        if name not in sys.modules:
            module = ModuleType(name)
            module.__file__ = self.path
            vars(module)["__agent_file__"] = self
            if (folder := str(Path(self.path).parent)) not in sys.path:
                sys.path.append(folder)
            sys.modules[name] = module
            try:
                exec(compile(self.source, self.path, "exec"), vars(module))  # noqa: S102  the researcher's own program
            except BaseException:
                del sys.modules[name]
                raise
        return sys.modules[name]


@dataclass(frozen=True)
class Parcel:
    """A class of such a file on its way to another process."""

    file: AgentFile
    name: str

    @classmethod
    def of(cls, agent_class: type[VillageAgent]) -> Parcel | None:
        """Pack a class; None where it is none of such a file."""
        module = sys.modules.get(agent_class.__module__)
        names = [name for name, value in vars(module).items() if value is agent_class] if module else []
        file = getattr(module, "__agent_file__", None)
        return cls(file, names[0]) if file and names else None

    def unpack(self) -> type[VillageAgent]:
        """Return the class again."""
        found: type[VillageAgent] = getattr(self.file.run(), self.name)
        return found


def _line(error: BaseException, path: str) -> int | None:
    """Return the last line of the file that had a part in an error."""
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno
    return next((f.lineno for f in reversed(traceback.extract_tb(error.__traceback__)) if f.filename == path), None)


def _picked(module: ModuleType, file: str, name: str) -> type[VillageAgent]:
    """Return the class of this name."""
    from .model import VillageAgent

    own: dict[str, type[VillageAgent]] = {
        known: value
        for known, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, VillageAgent) and value is not VillageAgent
    }
    if name in own:
        return own[name]
    known = vars(module).get(name) is not None
    raise _error(
        file,
        Message("this is no class of a village: it does not build on VillageAgent")
        if known
        else Message("the file holds no class of this name"),
        found=name,
        allowed=Message("one of: {names}", {"names": listed(own)})
        if own
        else Message("a class that begins with class {name}(simulation.VillageAgent):", {"name": name}),
        suggestion=nearest(name, own),
    )


def _error(
    file: str,
    message: Message,
    *,
    line: int | None = None,
    found: str = "",
    allowed: Message | None = None,
    suggestion: Message | None = None,
) -> AgentError:
    return AgentError([Problem(file, line, "--agent", message, found, allowed, suggestion)])
