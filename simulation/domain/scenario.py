"""What a forecast assumes, and where these assumptions came from.

The engines take `Assumptions`; nothing in `Provenance` changes a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from annotated_types import MinLen

from .arrays import Floats
from .constraints import Horizon, ScenarioName, Year, Years, checked, problem_at, refuse
from .intervention import Intervention, Overlap, column_problems
from .messages import Message, Problem, Refusal, listed, shown
from .parameters import ParameterSet
from .so_far import SoFar
from .status_knowledge import MadeUpCounts
from .target import Target
from .villages import Villages

SEVERAL_DISTRICTS = Message(
    "{scenario} has {districts} districts, and this is asked of one at a time: name it with --district CODE, in Python "
    "with scenario.of_district(CODE)"
)


def _twice(field: str, names: Sequence[str]) -> Iterator[Problem]:
    """Yield the names that several have."""
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        fix = Message("give one of them another name, or remove it")
        yield problem_at(field, name, (Message("{name} is listed twice", {"name": shown(name)}), None, fix))


@dataclass(frozen=True, eq=False)
class Assumptions:
    """A named, complete set of assumptions and interventions: all that decides the numbers of a forecast.

    Attributes
    ----------
    name
        Machine name.
    origin, horizon
        Year of the last observed status; number of years ahead.
    districts
        The villages of each district.
    parameters, target, interventions, overlap, min_years
        The assumptions of the law (MODEL.md).
    so_far
        What is known of the first forecast year before it is over; None where nothing is.

    Raises
    ------
    ScenarioError
        With every problem: bounds, names, and what interventions, covariates and parameters ask of each other
        and of the villages.
    """

    name: ScenarioName
    origin: Year
    horizon: Horizon
    districts: Annotated[tuple[Villages, ...], MinLen(1)]
    parameters: ParameterSet
    target: Target = field(default_factory=Target)
    interventions: tuple[Intervention, ...] = ()
    overlap: Overlap = "diminishing"
    min_years: Years = 0
    so_far: SoFar | None = None

    def __post_init__(self) -> None:
        """Refuse what no scenario file could say."""
        refuse(checked(self))
        refuse(self._problems())

    def _problems(self) -> Iterator[Problem]:
        yield from _twice("district.code", [district.district_code for district in self.districts])
        yield from self.target.problems()
        if self.so_far is not None:
            yield from self.so_far.problems_within(self.origin, self.districts, self.target)
        names = [plan.name for plan in self.interventions]
        yield from _twice("interventions", names)
        for plan in self.interventions:
            yield from plan.problems_within(self.origin, self.districts)
        if tuple(names) != self.parameters.interventions:
            message = Message("the parameters hold effects of other interventions than the scenario has")
            allowed = Message("one of: {names}", {"names": listed(names)}) if names else None
            yield problem_at("interventions", self.parameters.interventions, (message, allowed, None))
        else:
            yield from self.parameters.missing()
        for name in self.parameters.covariates:
            yield from column_problems(f"transition.covariates.{name}", name, self.districts, numeric=True)

    @property
    def years(self) -> range:
        """The forecast years, origin + 1 … origin + horizon."""
        return range(self.origin + 1, self.origin + self.horizon + 1)

    @property
    def fixed(self) -> bool:
        """Whether every number is fixed, so that one draw says all."""
        return not self.parameters.uncertain and not any(
            isinstance(district.known, MadeUpCounts) for district in self.districts
        )

    @property
    def unit_costs(self) -> Floats:
        """Shape (J,): cost of a village assisted for a year by each intervention, in million rupiah."""
        return np.array([plan.cost_idr_million for plan in self.interventions], dtype=np.float64)


def require_assumptions(found: object) -> None:
    """Raise a `TypeError` that says how to come by a scenario where something else is given as one."""
    if not isinstance(found, Assumptions):
        raise TypeError(
            f"a scenario is needed, not {type(found).__name__}: load_scenario reads one from a file, "
            "Scenario.from_dict from a mapping"
        )


def refuse_several(scenario: Assumptions) -> None:
    """Refuse a scenario of several districts where one is looked at."""
    if len(scenario.districts) > 1:
        raise Refusal(SEVERAL_DISTRICTS.filled(scenario=scenario.name, districts=len(scenario.districts)))


def refuse_so_far(scenario: Assumptions) -> None:
    """Refuse a scenario that tells of rises so far, where every simulation is needed and not those alone that agree.

    Scenarios are compared, and efforts tried, on the same simulations, of which each would keep others; a village is
    explained, and the law learned, in whole years of any luck.

    Raises
    ------
    Refusal
        Where it does.
    """
    if scenario.so_far is not None:
        message = Message(
            "{scenario} tells of rises so far (so_far): a forecast keeps the simulations that agree with them, and "
            "what is asked here needs all of them; name a scenario without so_far, such as the one it extends",
            {"scenario": scenario.name},
        )
        raise Refusal(message)


@dataclass(frozen=True, eq=False)
class Provenance:
    """Where the assumptions of a scenario came from.

    Attributes
    ----------
    sources
        Scenario key -> where its number comes from (``stated; …``, ``estimated; …``, ``assumed; …``), for the keys
        that were given one.
    files
        Every file that was read, as named, -> SHA-256 of its content.
    changes
        What the overlays changed, one ``key: old -> new`` each.
    notes
        What a reader should know of how the files were read.
    table
        The village table, and its sheet in brackets where there are several, as shown; "" where there is none.
    read
        The assumptions that `sources` and `as_of` speak of; None where they speak of any.
    as_of
        The day that statuses or counts describe, YYYY-MM-DD.
    answers
        What a person answered about the lists of its villages: key of a question -> answer.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    table: str = ""
    read: Assumptions | None = None
    as_of: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
