"""What a sensitivity analysis or a choice says before it starts: how long and how many trajectories.

Knows how the work is handed to what estimates and what announces; must not know how either is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..decision.trial import Engine, Planned
from ..engine.ensemble import Effort
from ..inputs.scenario import Scenario
from ..report.answers import AnswerFolder
from .announcing import announcement
from .estimate import Work, estimate_of_all
from .settings import Settings


def foretelling(settings: Settings, folder: AnswerFolder, seed: int, workers: int | None, figures: int) -> Planned:
    """Return what says what to expect of an answer once it is known what will be run."""

    def say(scenarios: Sequence[Scenario], engine: Engine, efforts: tuple[Effort, Effort], times: int) -> None:
        least, most = (
            [Work(scenario, effort, seed, engine, workers, None) for scenario in scenarios] for effort in efforts
        )
        kept = [folder.run.chunks] * len(scenarios)
        low, high = (estimate_of_all(works, kept, figures, times) for works in (least, most))
        # Of such an answer no parts are kept: it takes minutes at most.
        expected = replace(
            high,
            trajectories=(low.trajectories[0], high.trajectories[1]),
            seconds=(low.seconds[0], high.seconds[1]),
            parts=0,
        )
        for sentence in announcement(settings.language(), most[0], expected, folder.run.path):
            settings.note(sentence)

    return say
