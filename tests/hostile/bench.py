"""The bench on which a hostile case is laid out, and what is expected of it.

Knows the folder that may be read and the one that must not; must not know which cases exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from inputs.scenario_desk import VILLAGES, Desk

CANARY = "burung-kenari-4711"
"""Stands in every file outside the tree; whoever repeats it has read what must not be read."""

SECRET_TABLE = VILLAGES.replace("Benua", CANARY)
REFUSED, ACCEPTED = 2, 0


class Bench(Desk):
    """A folder ``tree`` with a sound scenario and table, and a folder ``outside`` beside it, full of secrets.

    Attributes
    ----------
    root
        Holds both; run folders go to ``out`` in it.
    outside
        Holds a table, a scenario, draws and a text that all would load, if they were read.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.outside = root / "outside"
        self.out = root / "out"
        super().__init__(root / "tree")
        self.write("scenario.yaml", self.text())
        self.write("../outside/villages.csv", SECRET_TABLE)
        self.write("../outside/parent.yaml", self.text(title=f"title: {{id: {CANARY}}}"))
        self.write("../outside/secret.txt", f"{CANARY}: {CANARY}\n")

    def scenario(self, **sections: str | None) -> None:
        """Write the scenario with sections added, replaced, or (None) left out."""
        self.write("scenario.yaml", self.text(**sections).encode("utf-8", "surrogatepass"))


Lay = Callable[[Bench], object]


@dataclass(frozen=True)
class Case:
    """Files that somebody supplies, by mistake or on purpose.

    Attributes
    ----------
    group, name
        What is hostile about them.
    lay
        Writes them.
    says
        Part of the English answer.
    exit_code
        How ``check`` must end.
    scenario
        What ``check`` is given, from within the tree.
    figures
        Whether the forecast of an accepted case is drawn too.
    """

    group: str
    name: str
    lay: Lay
    says: str = ""
    exit_code: int = REFUSED
    scenario: tuple[str, ...] = ("scenario.yaml",)
    figures: bool = False

    def __str__(self) -> str:
        return f"{self.group}: {self.name}"


def whole_files(group: str, files: Mapping[str, str | bytes], name: str = "scenario.yaml") -> Iterator[Case]:
    """Yield cases in which one file has another content."""
    for title, content in files.items():
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        yield Case(group, title, partial(Bench.write, name=name, content=raw))


def sections(group: str, texts: Mapping[str, str], exit_code: int = REFUSED) -> Iterator[Case]:
    """Yield cases in which lines stand in place of those of a sound scenario, or follow them."""
    for title, text in texts.items():
        keys = [line.partition(":")[0] for line in text.splitlines() if not line.startswith(" ")]
        replaced = dict.fromkeys(keys) | {keys[0]: text}
        yield Case(group, title, partial(Bench.scenario, **replaced), exit_code=exit_code)
