"""What a plan says before it starts: about how many tries it takes, and how long.

Knows the words for what is expected of a plan; must not know how a plan is made or one try is timed.
"""

from __future__ import annotations

from dataclasses import replace

from ..decision.chances import up_to
from ..decision.effort import SKETCH, cost_effort, most_effort
from ..decision.planning import first_try, tries
from ..decision.question import Question
from ..report.language import Language
from .announcing import duration
from .estimate import Work, computing_seconds


def announcement(speech: Language, asked: Question, workers: int | None) -> str:
    """Return what is expected: the time of the first effort, and where all of it must be doubled.

    Raises
    ------
    Refusal
        Where the exact engine was asked for and cannot, with the reason.
    """
    engine, effort, _ = first_try(asked)
    scenario = up_to(asked.scenario, max(asked.goal.years))
    work = Work(scenario, effort, asked.seed, engine, workers, precision=None)
    costs = replace(work, scenario=asked.scenario, effort=cost_effort(asked.scenario), engine="batch")
    sketched, tried = tries(asked)
    trying = (sketched / SKETCH + tried) * computing_seconds(work)
    costing = (sketched + tried) * computing_seconds(costs)
    said = {"tries": speech.number(sketched + tried), "time": duration(speech, trying + costing)}
    most = effort if engine == "exact" and scenario.fixed else most_effort(effort, scenario)
    if most == effort:
        return speech.say("Planning takes about {tries} tries: {time}.", **said)
    times = most.draws * most.replicates / (effort.draws * effort.replicates)
    return speech.say(
        "Planning takes about {tries} tries: {time}, at most {longest} where decisions are close.",
        longest=duration(speech, times * trying + costing),
        **said,
    )
