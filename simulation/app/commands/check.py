"""The command ``check``: all problems of all files at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ...domain.status import LEVELS
from ...report.language import printable
from ..command import command
from ..errors import BAD_INPUT, as_data, show_problems, with_sheet
from ..load_scenarios import tell_all
from ..options import ScenarioFiles, Settings, print_json

if TYPE_CHECKING:
    from ...domain.messages import Message, ProblemsError
    from ...domain.villages import Villages
    from ...inputs.scenario import Scenario
    from ...report.language import Language


@command
def check(
    settings: Settings,
    scenarios: ScenarioFiles,
) -> None:
    """Check scenario files."""
    from ...domain.messages import ProblemsError
    from ...inputs.scenario import load_scenario

    errors: list[ProblemsError] = []
    told: list[Message] = []
    for path in scenarios:
        try:
            scenario = load_scenario(path)
        except ProblemsError as error:
            errors.append(error)
            continue
        tell_all(settings, scenario, told)
        told += scenario.provenance.notes
        if not settings.as_json:
            typer.echo(_in_order(settings.speaking(scenario.language), path, scenario))
    if settings.as_json:
        problems = [
            as_data(settings.speaking(error.language).language(), problem)
            for error in errors
            for problem in error.problems
        ]
        print_json({"ok": not errors, "problems": problems})
    elif errors:
        show_problems(settings, errors)
    if errors:
        raise typer.Exit(BAD_INPUT)


def _in_order(settings: Settings, path: Path, scenario: Scenario) -> str:
    """Return a summary of a sound scenario, by which the planner sees whether it was read as meant."""
    speech, districts = settings.language(), scenario.districts
    first, last = scenario.years[0], scenario.years[-1]
    lines = [
        speech.say(
            "villages: {villages}; kecamatan: {subdistricts}",
            villages=speech.number(sum(map(len, districts))),
            subdistricts=speech.number(sum(len(district.subdistricts) for district in districts)),
        ),
        _statuses(speech, districts),
        speech.say(
            "years: {first}–{last}; interventions: {number}",
            first=first,
            last=last,
            number=speech.number(len(scenario.interventions)),
        ),
    ]
    if (so_far := scenario.so_far) is not None:
        lines.append(
            speech.say(
                "risen by {day}: {rises}",
                day=speech.day_of(so_far.as_of.isoformat()),
                rises=speech.number(so_far.rises),
            )
        )
    if scenario.provenance.table:
        lines.insert(0, speech.say("village table: {table}", table=with_sheet(speech, scenario.provenance.table)))
    if len(districts) > 1:
        lines.insert(0, speech.say("districts: {number}", number=speech.number(len(districts))))
    return printable("\n  ".join([speech.say("{file}: in order.", file=path), *lines]), lines=True)


def _statuses(speech: Language, districts: Sequence[Villages]) -> str:
    """Return the villages per level over all districts, and the number of villages whose counts are made up."""
    from ...domain.status_knowledge import MissingStatuses

    four = [0] * len(LEVELS)
    unknown = drawn = 0
    for district in districts:
        known = district.known
        counts = known.known if isinstance(known, MissingStatuses) else known.counts
        drawn += known.unknown if isinstance(known, MissingStatuses) else 0
        if counts is None:
            unknown += len(district)
        else:
            four = [one + int(other) for one, other in zip(four, counts, strict=True)]
    named = ", ".join(f"{level} {speech.number(number)}" for level, number in zip(LEVELS, four, strict=True))
    if unknown:
        return speech.say(
            "status (classification): {counts}; not known, invented: {unknown}",
            counts=named,
            unknown=speech.number(unknown),
        )
    if drawn:
        return speech.say(
            "status (classification): {counts}; not known, drawn: {unknown}", counts=named, unknown=speech.number(drawn)
        )
    return speech.say("status (classification): {counts}", counts=named)
