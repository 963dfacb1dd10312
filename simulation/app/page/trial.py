"""What a visit tries out beside its scenario: where the levers are, the files that say so, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from ...decision.comparison import compare
from ...decision.pairing import leading_scenario
from ...domain.messages import Message, Refusal, listed, shown
from ...engine.effort import Chunk, Effort
from ...engine.outcome import Outcome
from ...inputs.resolve import fingerprint
from ...inputs.scenario import Scenario, load_scenario
from ...report.files import write_text
from ...report.kinds.comparison import COMPARISON, ComparisonResult, result_of
from ...report.what_if_scenario import BASELINE, VARIANT, Levers, Option, files_of, options_of
from ..load_scenarios import load_apart
from ..options import Settings

Pair = tuple[Scenario, Scenario]
"""The baseline, and the scenario that is compared with it."""


class InMemory:
    """Finished chunks of a scenario.

    Attributes
    ----------
    chunks
        What came out of each.
    """

    def __init__(self) -> None:
        self.chunks: dict[Chunk, Outcome] = {}

    def load(self, chunk: Chunk) -> Outcome | None:
        """Return the outcome of a chunk finished earlier, or None."""
        return self.chunks.get(chunk)

    def save(self, chunk: Chunk, outcome: Outcome) -> None:
        """Keep a finished chunk."""
        self.chunks[chunk] = outcome


@dataclass(frozen=True)
class Followed:
    """What follows from levers.

    Attributes
    ----------
    part
        One in so many of all simulations; 1 for all of them.
    """

    levers: Levers
    result: ComparisonResult
    part: int


@dataclass
class Trial:
    """What a visit tries out beside its scenario.

    Attributes
    ----------
    forecast
        Id of the forecast of that scenario.
    base
        The file of that scenario, in the folder of the visit.
    whole, scenario
        The scenario, and the same of the one district that is looked at.
    options
        What can be tried out, by name.
    chosen
        The name of what is tried out.
    moved
        Where levers are, by that name, once they were moved.
    followed
        What followed from them last; None before that.
    answered
        Ids of the answers to questions about it.
    """

    forecast: str
    base: Path
    whole: Scenario
    scenario: Scenario
    options: dict[str, Option]
    chosen: str
    moved: dict[str, Levers] = field(default_factory=dict)
    followed: Followed | None = None
    answered: set[str] = field(default_factory=set)
    _simulated: dict[tuple[str, Effort], InMemory] = field(default_factory=dict)

    @classmethod
    def of(cls, forecast: str, base: Path, district: str | None) -> Trial:
        """Return the beginning: the first that can be added, in the district of that code or else the first."""
        whole = load_scenario(base)
        codes = [one.district_code for one in whole.districts]
        scenario = whole.of_district(district if district in codes else codes[0])
        options = options_of(scenario)
        first = next((name for name, option in options.items() if option.new), next(iter(options)))
        return cls(forecast, base, whole, scenario, options, first)

    @property
    def district(self) -> str | None:
        """Code of the district that is looked at; None where the scenario has one."""
        return self.scenario.districts[0].district_code if len(self.whole.districts) > 1 else None

    @property
    def option(self) -> Option:
        """What is tried out."""
        return self.options[self.chosen]

    @property
    def rest(self) -> Levers:
        """Where its levers stand before they are moved."""
        return Levers.at_rest(self.scenario, self.option)

    @property
    def levers(self) -> Levers:
        """Where its levers are now."""
        return self.moved.get(self.chosen) or self.rest

    @property
    def newest(self) -> Followed | None:
        """What follows from where the levers are now, by all simulations; None where that is not known."""
        found = self.followed
        return found if found is not None and found.part == 1 and found.levers == self.levers else None

    def pair(self, levers: Levers, settings: Settings) -> Pair:
        """Have levers moved, write the files that say so, and return the scenarios to compare, read as commands do.

        Raises
        ------
        Refusal
            Where there is nothing of that name to be tried out.
        ProblemsError
            Where a lever cannot be where it is, in the words of ``check``.
        """
        if levers.intervention not in self.options:
            message = Message("there is no intervention {name} to be tried out; choose one of: {names}")
            raise Refusal(message.filled(name=shown(levers.intervention), names=listed(self.options)))
        self.chosen, self.moved[levers.intervention] = levers.intervention, levers
        folder = self.base.parent
        texts = files_of(settings.language(), self.base.name, self.whole, self.option, self.rest, levers)
        for name in {BASELINE, VARIANT} - set(texts):
            (folder / name).unlink(missing_ok=True)
        for name, text in texts.items():
            write_text(folder / name, text)
        baseline = folder / BASELINE if BASELINE in texts else self.base
        one, other = load_apart(settings, [baseline, folder / VARIANT], self.district)
        return one, other

    def follow(self, levers: Levers, part: int, settings: Settings) -> None:
        """Find out what follows from levers, on one in `part` of all simulations; those of the baseline are kept."""
        pair = self.pair(levers, settings)
        effort = _part_of(Effort.of(leading_scenario(pair)), part)
        with settings.progress(COMPARISON.doing, lambda: False) as progress:
            found = compare(
                *pair,
                draws=effort.draws,
                replicates=effort.replicates,
                progress=progress,
                sinks=[self.kept(pair[0], effort), InMemory()],
            )
        self.followed = Followed(levers, result_of(found), part)

    def kept(self, baseline: Scenario, effort: Effort) -> InMemory:
        """Return where simulations of a baseline are kept; those of another give way."""
        of = fingerprint(baseline)
        self._simulated = {key: chunks for key, chunks in self._simulated.items() if key[0] == of}
        return self._simulated.setdefault((of, effort), InMemory())


def _part_of(effort: Effort, part: int) -> Effort:
    """Return one in `part` of an effort: fewer draws, or fewer replicates where there is one draw."""
    if effort.draws > 1:
        return replace(effort, draws=max(1, effort.draws // part))
    return replace(effort, replicates=max(1, effort.replicates // part))
