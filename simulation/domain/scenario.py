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
from .mechanism import Mechanism
from .messages import Message, Problem, Refusal, listed, nearest, shown
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
    mechanisms
        What a researcher adds to the law, or puts in the place of parts of it.
    agent_class
        A researcher's own kind of village, a subclass of `simulation.VillageAgent`; None for the standard one.

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
    mechanisms: tuple[Mechanism, ...] = ()
    agent_class: type | None = None

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
        yield from self._mechanism_problems()

    def _mechanism_problems(self) -> Iterator[Problem]:
        yield from _twice("mechanisms", [mechanism.name for mechanism in self.mechanisms])
        judges = [mechanism.name for mechanism in self.mechanisms if mechanism.judges]
        if len(judges) > 1:
            message = Message("several mechanisms have a target of their own, and one of them can be judged")
            yield problem_at("mechanisms", listed(judges), (message, None, None))
        for mechanism in self.mechanisms:
            yield from mechanism.problems()
            known = {str(key): key for key in mechanism.priors}
            for key in self.parameters.scalars:
                if key.kind != "mechanism" or key.partition(".")[0] != mechanism.name or key in known:
                    continue
                message = Message("{mechanism} has no parameter of this name", {"mechanism": mechanism.name})
                allowed = Message("one of: {names}", {"names": listed(known)}) if known else None
                yield problem_at(key.scenario_key, str(key), (message, allowed, nearest(key, known)))
            for key in known.values():
                if key not in self.parameters.scalars:
                    message = Message("the parameter {name} is missing", {"name": str(key)})
                    yield problem_at(key.scenario_key, "", (message, Message("a number or a distribution"), None))

    @property
    def own_law(self) -> bool:
        """Whether its law is not the standard one: it has mechanisms or agents of a researcher's own."""
        return self.agent_class is not None or bool(self.mechanisms)

    @property
    def needs_agents(self) -> bool:
        """Whether a part of its law is only known for one village at a time, so that arrays cannot follow it."""
        return self.agent_class is not None or not all(mechanism.vectorised for mechanism in self.mechanisms)

    @property
    def own_classes(self) -> tuple[type, ...]:
        """The classes of a researcher's own that are part of its law."""
        return (*filter(None, [self.agent_class]), *map(type, self.mechanisms))

    @property
    def records(self) -> tuple[str, ...]:
        """What its mechanisms record of every village and year, as ``mechanism.record``."""
        return tuple(f"{mechanism.name}.{name}" for mechanism in self.mechanisms for name in mechanism.records)

    @property
    def own_target(self) -> str | None:
        """What the mechanism that says when the target is met is called and says of itself; None where none does."""
        return next((mechanism.told for mechanism in self.mechanisms if mechanism.judges), None)

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


def refuse_lacking(scenario: Assumptions) -> None:
    """Refuse a scenario that states parameters of a mechanism which it does not have.

    Raises
    ------
    Refusal
        Where it does.
    """
    there = {mechanism.name for mechanism in scenario.mechanisms}
    stated = {key.partition(".")[0] for key in scenario.parameters.scalars if key.kind == "mechanism"}
    if lacking := sorted(stated - there):
        message = Message(
            "{scenario} states parameters of {mechanism}, and no file can hold a mechanism itself: give it with "
            "--with FILE.py:ClassName, in Python with scenario.with_mechanism",
            {"scenario": scenario.name, "mechanism": listed(lacking)},
        )
        raise Refusal(message)


def refuse_own_law(scenario: Assumptions, why: Message) -> None:
    """Refuse a scenario with mechanisms or agents of a researcher's own, for a reason that follows its name.

    Raises
    ------
    Refusal
        Where it has any.
    """
    refuse_lacking(scenario)
    if scenario.own_law:
        names = listed([kind.__qualname__ for kind in scenario.own_classes])
        raise Refusal(why.filled(scenario=scenario.name, names=names))


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
