"""Where an experiment that is asked for in Python keeps what is finished of it."""

from __future__ import annotations

import os

from ..domain.messages import Message, Refusal
from ..engine.chunk_folder import ChunkFolder
from ..inputs.resolve import fingerprint
from ..inputs.scenario import Scenario

OWN_LAW = Message(
    "what code of one's own computes cannot be told from what it computed before it was changed: leave results= out, "
    "or use the command with --with or --agent, which looks at the code"
)


def parts_below(results: str | os.PathLike[str], scenario: Scenario, *asked: object) -> ChunkFolder:
    """Return the folder of parts that belong to what is asked of a scenario, below a folder of results.

    Raises
    ------
    Refusal
        Where the law of the scenario is not the standard one.
    """
    if scenario.own_law:
        raise Refusal(OWN_LAW)
    return ChunkFolder.of(results, scenario.name, fingerprint(scenario), *asked)
