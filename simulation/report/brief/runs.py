"""Which finished runs and answers a brief is made of.

Knows what belongs to one and the same forecast; must not know what a brief says of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from ...domain.messages import Message, Refusal
from ..answers import AnswerFolder, FinishedAnswer
from ..finished import FinishedRun, finished_at, load_run, runs_below, which_run
from ..kinds.registry import KINDS as NEW_KINDS
from ..language import Language, phrase
from ..results import RunFolder
from ..store.folder import find
from .further import KINDS

Inputs = tuple[Any, list[str]]
_NAMES = {
    "forecast": phrase("forecast"),
    "comparison": phrase("comparison"),
    "plan": phrase("plan"),
    "sensitivity": phrase("sensitivity analysis"),
    "robustness": phrase("choice under every state"),
}
_REASONS = {
    "other inputs": phrase("Passed over: {what} in {folder}, made from other inputs than {forecast}."),
    "older": phrase("Passed over: {what} in {folder}; there is a newer one."),
}


@dataclass(frozen=True)
class PassedOver:
    """A run or answer that the brief leaves out: what it is, where, and why (``other inputs`` or ``older``)."""

    kind: str
    folder: Path
    reason: str


@dataclass(frozen=True)
class Runs:
    """What a brief is made of: forecasts, the first being the one it is of, and answers of other commands."""

    forecasts: Sequence[FinishedRun]
    answers: Sequence[FinishedAnswer] = ()
    passed_over: Sequence[PassedOver] = ()

    @property
    def language(self) -> str | None:
        """The language that the scenario of the first run names."""
        code: str | None = self.forecasts[0].record["language"]
        return code

    def notes(self, speech: Language) -> Iterator[str]:
        """Yield which of several runs were taken, and what was passed over."""
        for run in self.forecasts:
            if said := which_run(speech, run):
                yield said
        for one in self.passed_over:
            yield speech.say(
                _REASONS[one.reason],
                what=speech.say(_NAMES[one.kind]),
                folder=one.folder,
                forecast=self.forecasts[0].folder.path,
            )


def read_runs(folders: Sequence[Path]) -> Runs:
    """Return the finished runs, and the answers of other commands, in folders and right below them.

    Of several runs of a scenario the newest is taken, and of answers those that were made from the inputs of the
    forecasts: of several that speak of the same scenarios one that was named itself, else the newest.

    Raises
    ------
    Refusal
        Where a folder holds neither, or none holds a forecast.
    """
    forecasts: dict[Path, FinishedRun] = {}
    answers: dict[Path, FinishedAnswer] = {}
    for folder in folders:
        found = [answer for path in (folder, *sorted(folder.glob("*/"))) if (answer := _answer(path)) is not None]
        answers |= {answer.folder.run.path.resolve(): answer for answer in found}
        # A folder that holds answers alone asks for no forecast of its own.
        if not found or runs_below(folder):
            run = load_run(folder)
            forecasts.setdefault(run.folder.path.resolve(), run)
    if not forecasts:
        raise Refusal(Message("a brief is of a forecast: give the folder of a forecast as well"))
    return _agreeing(list(forecasts.values()), list(answers.values()), {folder.resolve() for folder in folders})


def _answer(path: Path) -> FinishedAnswer | None:
    """Return the answer in a folder, None where it is none that a brief tells."""
    kept = find(path, NEW_KINDS)
    if kept is None or kept.folder.kind.name not in KINDS:
        return None
    folder = AnswerFolder(RunFolder(path, kept.id), kept.folder.kind.name)
    manifest = {"scenarios": kept.manifest.scenarios, "data": kept.manifest.data}
    return FinishedAnswer(folder, kept, manifest)


def _agreeing(forecasts: Sequence[FinishedRun], answers: Sequence[FinishedAnswer], named: set[Path]) -> Runs:
    """Return forecasts and answers that contradict neither the first forecast nor each other."""
    first, *others = forecasts
    same_data = [run for run in others if not _other_data(first.manifest["data"], run.manifest["data"])]
    ours = [answer for answer in answers if _inputs(first) in _inputs_in(answer)]
    beside = [run for run in same_data if not any(_contradicts(answer, run) for answer in ours)]
    theirs = [
        answer
        for answer in answers
        if not _contradicts(answer, first) and any(_inputs(run) in _inputs_in(answer) for run in beside)
    ]
    kept = _newest({id(answer): answer for answer in (*ours, *theirs)}.values(), named)
    passed = [PassedOver("forecast", run.folder.path, "other inputs") for run in others if run not in beside]
    for answer in answers:
        if answer not in kept:
            reason = "older" if answer in ours or answer in theirs else "other inputs"
            passed.append(PassedOver(answer.folder.kind, answer.folder.run.path, reason))
    return Runs([first, *beside], kept, passed)


def _newest(answers: Iterable[FinishedAnswer], named: set[Path]) -> list[FinishedAnswer]:
    """Return one answer of each kind about the same scenarios, in the order in which a brief tells them."""

    def standing(folder: RunFolder) -> tuple[Any, ...]:
        return folder.path.resolve() in named, finished_at(folder), folder.hash

    kept: dict[tuple[Any, ...], FinishedAnswer] = {}
    for answer in sorted(answers, key=lambda one: standing(one.folder.run)):
        kept[answer.folder.kind, *(_name(document) for document, _ in _inputs_in(answer))] = answer
    return sorted(kept.values(), key=lambda one: KINDS.index(one.folder.kind))


def _inputs(run: FinishedRun) -> Inputs:
    """Return what a run was made from: its scenario as resolved, and the digests of its data."""
    return run.manifest["scenario"], sorted(run.manifest["data"].values())


def _inputs_in(answer: FinishedAnswer) -> list[Inputs]:
    pairs = zip(answer.manifest["scenarios"], answer.manifest["data"], strict=True)
    return [(document, sorted(data.values())) for document, data in pairs]


def _name(document: Mapping[str, Any]) -> Any:
    return document["name"]


def _contradicts(answer: FinishedAnswer, run: FinishedRun) -> bool:
    """Return whether an answer is about a scenario of the run's name that has other inputs."""
    own = _inputs(run)
    return any(_name(inputs[0]) == _name(own[0]) and inputs != own for inputs in _inputs_in(answer))


def _other_data(first: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Return whether a data file of the same name was another one."""
    names = {PurePath(name).name: digest for name, digest in first.items()}
    return any(names.get(PurePath(name).name, digest) != digest for name, digest in other.items())
