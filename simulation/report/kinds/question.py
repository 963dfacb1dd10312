"""What was asked: scenarios, options and an own agent, and the id that names the answer.

The id is a hash of everything that decides the numbers. Workers, chunks, the language of the reader and the time are
left out, for no table depends on them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Generic, TypeVar

from ...engine.effort import RESULTS_FORMAT
from ...inputs.resolve import fingerprint
from ...inputs.scenario import Scenario
from ..codec import plain
from .agents import Agent

if TYPE_CHECKING:
    from ...engine.model import VillageAgent

HASH_DIGITS = 12
Asked = TypeVar("Asked")


@dataclass(frozen=True, eq=False)
class Question(Generic[Asked]):
    """What an answer answers.

    Attributes
    ----------
    kind
        Name of the kind of answer, such as ``sensitivity``.
    scenarios
        The scenarios asked about, the leading one first; the folder lies below its name.
    asked
        The options: a frozen dataclass of plain data, seed included.
    agent_class
        The researcher's own agent, or None.
    data
        Other data files by name -> content, such as panels of past years.
    """

    kind: str
    scenarios: tuple[Scenario, ...]
    asked: Asked
    agent_class: type[VillageAgent] | None = None
    data: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def agent(self) -> Agent | None:
        """The own agent by source and values, or None."""
        return None if self.agent_class is None else Agent.of(self.agent_class)

    @cached_property
    def id(self) -> str:
        """The first digits of the hash over everything that decides the numbers.

        Raises
        ------
        KampungError
            Where a scenario cannot be stated by a file, or an option has no content that could be hashed.
        """
        identity = {
            "results": RESULTS_FORMAT,
            "kind": self.kind,
            "scenarios": [fingerprint(scenario) for scenario in self.scenarios],
            "asked": plain(self.asked),
            "agent": None if self.agent is None else self.agent.identity,
            "data": {name: sha256(content).hexdigest() for name, content in self.data.items()},
        }
        text = json.dumps(identity, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(text.encode()).hexdigest()[:HASH_DIGITS]

    @property
    def repeatable(self) -> bool:
        """Whether the id names all that decides the numbers, so that a finished answer need not be computed again."""
        return self.agent is None or self.agent.declared
