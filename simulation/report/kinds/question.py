"""What was asked: scenarios, with the law of each, and options; and the id that names the answer.

The id is a hash of everything that decides the numbers. Workers, chunks, the language of the reader and the time are
left out, for no table depends on them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Generic, TypeVar

from ...engine.effort import RESULTS_FORMAT
from ...inputs.resolve import fingerprint
from ...inputs.scenario import Scenario
from ..codec import plain
from .own_code import OwnCode, law_of

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
    data
        Other data files by name -> content, such as panels of past years.
    """

    kind: str
    scenarios: tuple[Scenario, ...]
    asked: Asked
    data: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def own_code(self) -> tuple[tuple[OwnCode, ...], ...]:
        """Of each scenario what makes its law another than the standard one, by source and values."""
        return tuple(tuple(map(OwnCode.of, law_of(scenario))) for scenario in self.scenarios)

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
            "agent": [[code.identity for code in law] for law in self.own_code] if any(self.own_code) else None,
            "data": {name: sha256(content).hexdigest() for name, content in self.data.items()},
        }
        text = json.dumps(identity, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(text.encode()).hexdigest()[:HASH_DIGITS]

    @property
    def repeatable(self) -> bool:
        """Whether the id names all that decides the numbers, so that a finished answer need not be computed again."""
        return all(code.declared for law in self.own_code for code in law)
