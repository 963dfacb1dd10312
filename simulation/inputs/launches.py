"""The launch history that a scenario chooses: its priors, weighed by the counts of its district."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..domain.constraints import Finding, Year, within
from ..domain.distributions import Empirical
from ..domain.launches import LaunchHistory, counts_of, given_history
from ..domain.messages import Message
from ..domain.parameters import ParameterSet
from ..domain.reporting import REPORTING
from ..domain.villages import Villages
from .districts import Region
from .problem_list import Node, ProblemList
from .schema import ScenarioFile

_EXAMPLE = "{2017: 20, 2023: 115}"


def under_launches(
    node: Node, file: ScenarioFile, region: Region, parameters: ParameterSet, collector: ProblemList
) -> ParameterSet:
    """Return the parameters, weighed by the counts of the district where `launches` chooses a history.

    Without it, or where something is wrong and told, they stay as they are.
    """
    stated, place = file.launches, node.get("launches")
    if stated is None or place is None or not region.districts:
        return parameters
    years = {str(stated): 1} if isinstance(stated, int) else stated if isinstance(stated, Mapping) else {}
    findings = [*_not_years(years), *why_not_weighed(region.districts[0], parameters, file.transition.min_years)]
    if len(region.districts) > 1:
        message = Message("a launch history is weighed by the counts of one district")
        findings = [(message, None, Message("remove launches, or give each district a scenario of its own"))]
    history = None
    if not findings:
        numbers = {int(year): number for year, number in years.items()}
        history = LaunchHistory.until(file.origin, numbers) if years else LaunchHistory.national(file.origin)
        if history is None:
            message = Message("no launch year up to {origin} is given", {"origin": file.origin})
            findings.append(
                (message, Message("years up to {origin}, with a number above 0", {"origin": file.origin}), None)
            )
    for message, allowed, fix in findings:
        collector.add(place, "launches", message, allowed=allowed, suggestion=fix)
    if history is None:
        return parameters
    return given_history(parameters, region.districts[0], file.origin, history)


def _not_years(years: Mapping[str, object]) -> Iterator[Finding]:
    for year in years:
        if not re.fullmatch("[0-9]{4}", year) or any(within(int(year), Year, "launches")):
            allowed = Message("launch years and how many villages have each, such as {example}", {"example": _EXAMPLE})
            yield Message("{year} is no year", {"year": year}), allowed, None


def why_not_weighed(villages: Villages, parameters: ParameterSet, min_years: int) -> Iterator[Finding]:
    """Yield why the counts of a district cannot weigh the priors of a scenario under a launch history."""
    if counts_of(villages) is None:
        message = Message("a launch history is weighed by counts, and of this district there are none")
        yield message, None, Message("remove launches, or state how many villages stand at each status")
    if "launch_year" in villages.columns:
        message = Message("the table of villages has launch years of its own")
        yield message, None, Message("remove launches; kampungkb calibrate learns from the years in the table")
    if parameters.matrix is not None or any(isinstance(one, Empirical) for one in parameters.scalars.values()):
        message = Message("a launch history weighs priors, and this scenario has a matrix, or draws of a calibration")
        yield message, None, Message("remove launches, or the other")
    if REPORTING in parameters.scalars:
        message = Message("a launch history takes counts as they are, and here a list may show earlier statuses")
        yield message, None, Message("remove launches, or reporting")
    if min_years:
        message = Message("a launch history knows no min_years")
        yield message, None, Message("remove launches, or min_years")
